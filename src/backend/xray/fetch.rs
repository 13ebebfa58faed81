//! Whole traces: `BatchGetTraces`, five at a time, several requests at once.
//!
//! <https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html>. Its `NextToken` is in the model and refused by the service.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_xray::types;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::Instant;

use super::super::{BackendError, Remote};
use super::{XRay, error, id, list, retrieval};
use crate::model::{Span, Trace, TraceId};
use crate::wire::xray::convert;

/// How many ids one request may hold.
pub(super) const BATCH: usize = 5;
/// How many requests are in flight at once. X-Ray publishes no limit; this is what its own tools dare.
const IN_FLIGHT: usize = 4;
/// For how long ids are asked for again that X-Ray says it has not processed.
const PATIENCE: Duration = Duration::from_secs(2);
const FIRST_WAIT: Duration = Duration::from_millis(100);
const ACTION: &str = "BatchGetTraces";

/// What came of asking for traces.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    /// Those that are there.
    pub(super) traces: BTreeMap<TraceId, Trace>,
    /// Those that X-Ray says, again and again, it has not processed.
    pub(super) unprocessed: Vec<TraceId>,
    /// Those that X-Ray has, and of which nothing could be read; why.
    pub(super) unreadable: BTreeMap<TraceId, String>,
}

/// One trace; `None` where X-Ray does not have it.
pub(super) async fn one(xray: &XRay, id: &TraceId) -> Result<Option<Trace>, BackendError> {
    let mut fetched = many(xray, std::slice::from_ref(id)).await?;
    match fetched.unreadable.remove(id) {
        Some(why) => Err(error::broken(ACTION, &format!("it has the trace, and nothing of it can be read: {why}")).into()),
        None if fetched.unprocessed.contains(id) && list::is_listed(xray, id).await? => {
            Err(error::broken(ACTION, &format!("it lists the trace {id}, and has not processed it")).into())
        }
        None => Ok(fetched.traces.remove(id)),
    }
}

/// Many traces. An id that X-Ray cannot have is in neither list.
pub(super) async fn many(xray: &XRay, ids: &[TraceId]) -> Result<Fetched, BackendError> {
    let mut wanted: Vec<TraceId> = ids.iter().filter(|id| id::spelling(id).is_some()).cloned().collect();
    wanted.sort();
    wanted.dedup();
    let mut fetched = Fetched::default();
    if wanted.is_empty() {
        return Ok(fetched);
    }
    let deadline = Instant::now() + PATIENCE.min(xray.options.timeout);
    let mut wait = FIRST_WAIT;
    let mut asked = wanted.clone();
    loop {
        let unprocessed = round(xray, &asked, &mut fetched).await?;
        let had = |id: &&TraceId| fetched.traces.contains_key(id) || fetched.unreadable.contains_key(id);
        let missing: Vec<_> = wanted.iter().filter(|id| !had(id)).cloned().collect();
        if missing.is_empty() {
            break;
        }
        if retrieval::is_needed(xray).await? {
            let found = retrieval::retrieve(xray, &missing).await?;
            fetched.traces.extend(found);
            break;
        }
        fetched.unprocessed = unprocessed;
        if fetched.unprocessed.is_empty() || Instant::now() + wait > deadline {
            break;
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
        asked.clone_from(&fetched.unprocessed);
    }
    fetched.unprocessed.retain(|id| !fetched.traces.contains_key(id));
    let mut known = xray.unprocessed.borrow_mut();
    known.retain(|id| !wanted.contains(id));
    known.extend(fetched.unprocessed.iter().cloned());
    (xray.options.report)(None);
    Ok(fetched)
}

/// Asks once for all; answers what X-Ray did not process.
async fn round(xray: &XRay, ids: &[TraceId], fetched: &mut Fetched) -> Result<Vec<TraceId>, Remote> {
    let client = xray.client().await?;
    let all = ids.len();
    let mut done = 0;
    let requests = ids.chunks(BATCH).map(|batch| async move {
        let spelled = batch.iter().filter_map(id::spelling).collect();
        let answer = client.batch_get_traces().set_trace_ids(Some(spelled)).send().await;
        answer.map(|answer| (batch.len(), answer)).map_err(|error| error::of(ACTION, &error, &xray.options))
    });
    let mut answers = stream::iter(requests).buffer_unordered(IN_FLIGHT);
    let mut unprocessed = Vec::new();
    while let Some((asked, answer)) = answers.try_next().await? {
        done += asked;
        if all > BATCH {
            (xray.options.report)(Some(&format!("X-Ray: read {done} of {all} traces")));
        }
        for said in answer.traces.unwrap_or_default() {
            let id = said.id.as_deref().filter(|id| !id.is_empty()).map(TraceId::from_text);
            match (read(id.clone(), said), id) {
                (Ok(trace), _) => keep(&mut fetched.traces, trace),
                (Err(why), Some(id)) => drop(fetched.unreadable.insert(id, why)),
                (Err(why), None) => return Err(error::broken(ACTION, &why)),
            }
        }
        unprocessed.extend(answer.unprocessed_trace_ids.unwrap_or_default().iter().map(|id| TraceId::from_text(id)));
    }
    Ok(unprocessed)
}

/// Keeps a trace, with what there is of it already: an answer may give it in pieces.
fn keep(traces: &mut BTreeMap<TraceId, Trace>, trace: Trace) {
    let id = trace.id().clone();
    let Some(before) = traces.remove(&id) else {
        traces.insert(id, trace);
        return;
    };
    let truncated: Vec<String> = before.truncated.iter().chain(&trace.truncated).cloned().collect();
    let backends = before.backends.clone();
    let spans = before.into_spans().into_iter().chain(trace.into_spans()).collect();
    if let Some(mut whole) = Trace::assemble(id.clone(), spans) {
        whole.truncated = truncated;
        whole.backends = backends;
        traces.insert(id, whole);
    }
}

/// A trace out of its documents.
fn read(id: Option<TraceId>, said: types::Trace) -> Result<Trace, String> {
    let documents = said.segments.unwrap_or_default().into_iter().map(|segment| segment.document);
    let mut trace = assemble(id, documents)?;
    if said.limit_exceeded == Some(true) {
        trace.truncated.push("X-Ray gave only a part of it: it exceeds the limit of a trace's size".to_owned());
    }
    Ok(trace)
}

/// Puts documents together. What cannot be read is said of the trace.
///
/// # Errors
///
/// Why there is nothing of it, where none can be read.
pub(super) fn assemble(id: Option<TraceId>, documents: impl Iterator<Item = Option<String>>) -> Result<Trace, String> {
    let mut spans = Vec::<(TraceId, Span)>::new();
    let mut unreadable = Vec::new();
    for document in documents {
        match document.as_deref().map(convert) {
            Some(Ok(found)) => spans.extend(found),
            Some(Err(error)) => unreadable.push(format!("a segment of it could not be read: {error}")),
            None => unreadable.push("X-Ray gave a segment of it without its document".to_owned()),
        }
    }
    let id = id.or_else(|| spans.first().map(|(id, _)| id.clone()));
    if let Some(id) = &id {
        let strangers = spans.extract_if(.., |(of, _)| of != id);
        unreadable.extend(strangers.map(|(of, _)| format!("X-Ray gave a segment of trace {of} with it, which is left out")));
    }
    unreadable.dedup();
    let spans = spans.into_iter().map(|(_, span)| span).collect();
    let Some(mut trace) = id.and_then(|id| Trace::assemble(id, spans)) else {
        return Err(unreadable.pop().unwrap_or_else(|| "X-Ray gave no segment of it".to_owned()));
    };
    trace.truncated = unreadable;
    trace.backends = vec![super::NAME.to_owned()];
    Ok(trace)
}
