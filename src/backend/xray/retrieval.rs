//! Traces of accounts that use Transaction Search: their spans are in CloudWatch Logs, and X-Ray indexes only a part of them.
//! Those that it does not have are retrieved by a job.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html>,
//! <https://docs.aws.amazon.com/xray/latest/api/API_StartTraceRetrieval.html>.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_xray::types::{RetrievalStatus, TraceFormatType, TraceSegmentDestination, TraceSegmentDestinationStatus};
use tokio::time::Instant;

use super::super::{Remote, Trouble};
use super::summary::date_time;
use super::{XRay, error, fetch, id};
use crate::model::time::SECOND;
use crate::model::{Time, TimeRange, Trace, TraceId};

/// How many ids one job may hold.
const BATCH: usize = 100;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// Around the time in an id: clocks are off, and traces go on.
const BEFORE: i128 = 600 * SECOND;
const AFTER: i128 = 24 * 3600 * SECOND;

/// Whether the account's segments go to Transaction Search. Asked once. Somebody who may not ask is taken for somebody without.
pub(super) async fn is_needed(xray: &XRay) -> Result<bool, Remote> {
    let ask = || async {
        let answer = xray.client().await?.get_trace_segment_destination().send().await;
        match answer.map_err(|error| error::of("GetTraceSegmentDestination", &error, &xray.options)) {
            Ok(answer) => Ok(answer.destination == Some(TraceSegmentDestination::CloudWatchLogs)
                && answer.status == Some(TraceSegmentDestinationStatus::Active)),
            // Emulators and older endpoints do not know the question, and a role for reading need not include it.
            Err(remote) if matches!(remote.kind, Trouble::Denied | Trouble::Unsupported) => {
                tracing::info!(reason = %remote, "cannot tell whether the account uses Transaction Search");
                Ok(false)
            }
            Err(remote) => Err(remote),
        }
    };
    xray.transaction_search.get_or_try_init(ask).await.copied()
}

/// What to say of a listing, which knows only the traces that are indexed; `None` where all are.
pub(super) async fn unindexed(xray: &XRay) -> Option<String> {
    match is_needed(xray).await {
        Ok(false) => None,
        Ok(true) => Some(
            "this account uses Transaction Search: X-Ray has indexed only a part of its traces, and can list no others"
                .to_owned(),
        ),
        Err(remote) => Some(format!("it could not be told whether all traces are indexed: {remote}")),
    }
}

/// Retrieves traces; those that are not there are left out.
pub(super) async fn retrieve(xray: &XRay, ids: &[TraceId]) -> Result<BTreeMap<TraceId, Trace>, Remote> {
    let mut traces = BTreeMap::new();
    for batch in ids.chunks(BATCH) {
        let documents = job(xray, batch).await?;
        for (id, documents) in documents {
            let trace = fetch::assemble(Some(id.clone()), documents.into_iter());
            let trace = trace.map_err(|why| error::broken("the retrieval of a trace", &format!("trace {id}: {why}")))?;
            traces.insert(id, trace);
        }
    }
    Ok(traces)
}

/// The documents of each trace. A trace may go on over several pages.
type Documents = BTreeMap<TraceId, Vec<Option<String>>>;

async fn job(xray: &XRay, ids: &[TraceId]) -> Result<Documents, Remote> {
    const ACTION: &str = "StartTraceRetrieval";
    let client = xray.client().await?;
    let range = searched(xray, ids);
    let started = client
        .start_trace_retrieval()
        .set_trace_ids(Some(ids.iter().filter_map(id::spelling).collect()))
        .start_time(date_time(range.start()))
        .end_time(date_time(range.end()))
        .send()
        .await
        .map_err(|error| error::of(ACTION, &error, &xray.options))?;
    let Some(token) = started.retrieval_token else { return Err(error::broken(ACTION, "it gave no token")) };
    let begun = Instant::now();
    let mut wait = FIRST_WAIT;
    let mut documents = Documents::new();
    let mut next = None;
    loop {
        let answer = client
            .list_retrieved_traces()
            .retrieval_token(&token)
            .trace_format(TraceFormatType::Xray)
            .set_next_token(next.take())
            .send()
            .await
            .map_err(|error| error::of("ListRetrievedTraces", &error, &xray.options))?;
        match answer.retrieval_status {
            Some(RetrievalStatus::Complete) => {
                for trace in answer.traces.unwrap_or_default() {
                    let Some(id) = trace.id.as_deref() else {
                        return Err(error::broken("the retrieval of a trace", "it gave one without saying which"));
                    };
                    let spans = trace.spans.unwrap_or_default().into_iter().map(|span| span.document);
                    documents.entry(TraceId::from_text(id)).or_default().extend(spans);
                }
                next = answer.next_token.filter(|token| !token.is_empty());
                if next.is_none() {
                    return Ok(documents);
                }
                continue;
            }
            Some(status @ (RetrievalStatus::Failed | RetrievalStatus::Cancelled | RetrievalStatus::Timeout)) => {
                return Err(error::broken("the retrieval of a trace", &format!("its status is {}", status.as_str())));
            }
            // Scheduled, running, or something that is newer than this program.
            _ => {}
        }
        let passed = begun.elapsed();
        if passed + wait > xray.options.timeout {
            cancel(xray, &token).await;
            return Err(Remote {
                kind: Trouble::Timeout,
                message: format!(
                    "Transaction Search did not retrieve the trace within {}",
                    humantime::format_duration(xray.options.timeout)
                ),
                hints: vec!["--timeout gives it longer; a job of AWS may take minutes".to_owned()],
            });
        }
        (xray.options.report)(Some(&format!("X-Ray: retrieving from Transaction Search, {} s", passed.as_secs())));
        tokio::time::sleep(wait).await;
        wait = (wait * 3 / 2).min(LONGEST_WAIT);
    }
}

/// Nobody will come for it any more. That it cannot be cancelled changes nothing for who asked.
async fn cancel(xray: &XRay, token: &str) {
    let Ok(client) = xray.client().await else { return };
    if let Err(error) = client.cancel_trace_retrieval().retrieval_token(token).send().await {
        tracing::info!(%error, "a retrieval could not be cancelled, and ends by itself within the hour");
    }
}

/// Where to look: around the times in the ids. Random ids have none: there it is where the user looks.
fn searched(xray: &XRay, ids: &[TraceId]) -> TimeRange {
    let now = xray.now().saturating_add(60 * SECOND);
    let times: Option<Vec<Time>> = ids.iter().map(|id| id::time_of(id, xray.now())).collect();
    let range = match times {
        Some(times) if !times.is_empty() => {
            let first = times.iter().min().copied().unwrap_or(now);
            let last = times.iter().max().copied().unwrap_or(now);
            TimeRange::new(first.saturating_add(-BEFORE), last.saturating_add(AFTER).min(now))
        }
        _ => TimeRange::new(xray.options.lookback.start(), xray.options.lookback.end().min(now)),
    };
    range.unwrap_or(xray.options.lookback)
}
