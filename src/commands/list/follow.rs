//! `list --follow`: the traces that are still to come.

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use super::super::signals::{Stop, interrupted};
use super::super::{Context, ask};
use crate::analysis::assertion::SETTLE_REMOTE;
use crate::backend::{Arrived, Local, Sources};
use crate::cli::list::ListFormat;
use crate::cli::value::BackendArg;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::time::{MILLISECOND, Nanos};
use crate::model::{Time, TimeRange, TraceId, TraceSummary};
use crate::query::Query;
use crate::render::{Look, json, table};
use crate::ui::Ui;

/// How often a follower looks.
const LOOK: Duration = Duration::from_millis(200);
/// How often one looks on the network: X-Ray bills every trace that it scans.
const LOOK_FAR: Duration = Duration::from_secs(5);
/// For how long a trace that is not complete may stay silent before it is printed all the same.
const PATIENCE: i128 = 2_000 * MILLISECOND;

/// How often it is said that not all of them could be looked at.
const WARN_EVERY: Duration = Duration::from_mins(1);

/// Prints each trace that arrives from now on, once: when it is complete, or has been silent for a while. Only an interrupt is its
/// end, also while somebody is asked who may never answer.
pub(super) async fn follow(
    remote: Sources,
    query: &Query,
    listed: &[TraceSummary],
    format: ListFormat,
    context: &Context,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let mut stop = Stop::listen()?;
    let never = interrupted(&mut stop, Box::pin(following(remote, query, listed, format, context, ui))).await;
    never.map_or(Ok(Exit::Interrupted), |ended| ended.map(|never| match never {}))
}

async fn following(
    remote: Sources,
    query: &Query,
    listed: &[TraceSummary],
    format: ListFormat,
    context: &Context,
    ui: &mut Ui,
) -> Result<Infallible, Failure> {
    let mut printed: HashSet<TraceId> = listed.iter().map(|trace| trace.id.clone()).collect();
    let mut headed = !listed.is_empty();
    let range = TimeRange::new(query.range.start(), Time(u64::MAX)).unwrap_or(TimeRange::ALL);
    let query = Query { limit: usize::MAX, range, filter: query.filter.clone() };
    let is_local = |backend: &BackendArg| matches!(backend, BackendArg::Auto | BackendArg::Local);
    let mut near = context.settings.backends.iter().any(is_local).then(|| Following::new(context.now));
    let mut far = (!remote.opened.is_empty()).then(|| Following::new(context.now));
    let mut store = StoreWatch::default();
    let mut warned: Option<Instant> = None;
    let pause = LOOK_FAR.max(remote.pace().unwrap_or_default());
    let mut look_far = Instant::now() + pause;
    loop {
        tokio::time::sleep(LOOK).await;
        let now = (context.clock)();
        let mut ripe = Vec::new();
        if let Some(near) = &mut near
            && let Some(local) = store.changed(context, near.waiting)?
        {
            let arrived = local.arrived(&query, near.since).map_err(ask::failure)?;
            ripe.extend(near.ripe(arrived.traces, &printed, PATIENCE, now));
        }
        if let Some(far) = &mut far
            && Instant::now() >= look_far
        {
            let arrived = remote.arrived(query.range, far.since, &printed).await;
            ask::report(&arrived.failed, ui);
            if arrived.value.cut && warned.is_none_or(|at| at.elapsed() >= WARN_EVERY) {
                warned = Some(Instant::now());
                ui.warn(&format!(
                    "more traces arrive than the {} that may be fetched at once, so some may be missed (--scan looks at more)",
                    context.settings.xray.scan
                ));
            }
            // What nobody answered is asked again.
            if arrived.failed.is_empty() {
                ripe.extend(far.ripe(matching(arrived.value, &query), &printed, SETTLE_REMOTE, now));
            }
            look_far = Instant::now() + pause;
        }
        if ripe.is_empty() {
            continue;
        }
        printed.extend(ripe.iter().map(|trace| trace.id.clone()));
        // An age would be wrong a moment later: these lines stay on the screen.
        let look = Look { now: None, ..context.look(ui) };
        let text = match format {
            ListFormat::Table if headed => table::rows(&ripe, &look),
            ListFormat::Table => table::render(&ripe, &look),
            ListFormat::Json | ListFormat::Jsonl => ripe.iter().map(json::list_line).collect(),
        };
        headed = true;
        ui.out(&text)?;
    }
}

/// What arrived on the network was not checked yet. All of it is at hand: it had to be fetched to tell whether it is complete.
fn matching(arrived: Arrived, query: &Query) -> Vec<TraceSummary> {
    let Arrived { mut traces, whole, .. } = arrived;
    if let Some(filter) = &query.filter {
        traces.retain(|trace| whole.get(&trace.id).is_some_and(|whole| filter.matches(whole).is_some()));
    }
    traces
}

/// Since when is looked, and whether something is still expected of what was seen.
struct Following {
    since: Time,
    waiting: bool,
}

impl Following {
    fn new(since: Time) -> Self {
        Self { since, waiting: true }
    }

    /// The traces that are as complete as they will be, the oldest first. The others are looked at again the next time.
    fn ripe(
        &mut self,
        arrived: Vec<TraceSummary>,
        printed: &HashSet<TraceId>,
        patience: Nanos,
        now: Time,
    ) -> Vec<TraceSummary> {
        // What is committed while we look bears a time from before.
        self.since = now.saturating_add(-patience);
        self.waiting = false;
        let mut ripe = Vec::new();
        for trace in arrived.into_iter().rev().filter(|trace| !printed.contains(&trace.id)) {
            let silent = now.since(trace.received.unwrap_or(trace.end)) >= patience;
            if trace.complete() || silent {
                ripe.push(trace);
            } else {
                self.since = self.since.min(trace.received.unwrap_or(self.since));
                self.waiting = true;
            }
        }
        ripe
    }
}

/// The local store, which may come, change or be replaced while it is watched.
#[derive(Default)]
struct StoreWatch {
    store: Option<Local>,
    seen: Option<i64>,
}

impl StoreWatch {
    /// The store, if it is another than before or `again` says to look in any case.
    fn changed(&mut self, context: &Context, again: bool) -> Result<Option<&Local>, Failure> {
        if self.store.as_ref().is_none_or(|store| !store.is_current()) {
            self.seen = None;
            self.store = Local::open(&context.settings.store, context.settings.timeout).ok();
        }
        let Some(local) = &self.store else { return Ok(None) };
        let change = local.change().map_err(|error| ask::failure(error.into()))?;
        let same = self.seen.replace(change) == Some(change);
        Ok((!same || again).then_some(local))
    }
}
