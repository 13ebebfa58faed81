//! Where and when whole traces are looked for: by what is known of when they were, and further only where that does not suffice.

use super::super::BackendError;
use super::locate::{self, made_at, spellings};
use super::plan::plan;
use super::reading::{Reading, question};
use super::run;
use super::spec::{self, Spec};
use super::window::{AHEAD, Window, widened};
use super::{Attributes, Honeycomb};
use crate::model::time::SECOND;
use crate::model::{Evidence, Nanos, Time, TimeRange, Trace, TraceId, TraceSummary};
use crate::wire::honeycomb::Schema;

/// How long before the time that is known of a trace it may have begun, and how long after it may have gone on. Together with it,
/// it is still less than the six hours in which times are cut to minutes.
const BEFORE: Nanos = 3600 * SECOND;
const AFTER: Nanos = 4 * 3600 * SECOND;
/// Where nothing is known of when a trace was, it is looked for in so much time first.
const LATELY: Nanos = 5 * 3600 * SECOND + 50 * 60 * SECOND;
/// A trace that begins so soon after the beginning of a window may have begun before it.
const AT_THE_EDGE: Nanos = 600 * SECOND;

/// One trace, wherever in the last seven days it is.
pub(super) async fn one(honeycomb: &Honeycomb, id: &TraceId) -> Result<Option<Trace>, BackendError> {
    if locate::is_beginning(id) && honeycomb.seen(id).is_none() {
        // Whoever types so little means the beginning of an id, which is looked for otherwise, unless it is known to be all of one.
        return Ok(None);
    }
    honeycomb.auth().await?;
    let now = honeycomb.now();
    let ids = std::slice::from_ref(id);
    let seen = honeycomb.seen(id).map(|(start, end)| widened(start, end, BEFORE, AFTER));
    let guesses = [honeycomb.options.around, seen, made_at(id, now).map(|at| widened(at, at, BEFORE, AFTER))];
    let first = guesses.into_iter().flatten().next().unwrap_or_else(|| lately(now));
    let mut found = None;
    if let Some(window) = Window::around(first, now) {
        found = asked_for(id, within(honeycomb, ids, window, honeycomb.options.attributes).await?);
        if let Some(trace) = &mut found
            && !goes_beyond(trace, window, now)
        {
            trace.notes.extend(not_looked_at(window, now));
            return Ok(found);
        }
    }
    let Some(everything) = Window::around(TimeRange::ALL, now) else { return Ok(found) };
    let Some(extent) = locate::extent(honeycomb, ids, everything).await? else { return Ok(found) };
    let (start, end) = (extent.start(), extent.end());
    let is_all = |summary: TraceSummary| summary.start.since(start) <= SECOND && end.since(summary.end) <= SECOND;
    if found.as_ref().map(Trace::summary).is_some_and(is_all) {
        return Ok(found);
    }
    match Window::around(widened(start, end, 60 * SECOND, 120 * SECOND), now) {
        Some(window) => {
            let whole = within(honeycomb, ids, window, honeycomb.options.attributes).await?;
            Ok(asked_for(id, whole).or(found))
        }
        None => Ok(found),
    }
}

/// Of what came, the trace that was asked for.
fn asked_for(id: &TraceId, traces: Vec<Trace>) -> Option<Trace> {
    traces.into_iter().find(|trace| trace.id() == id)
}

/// Whether something speaks of there being more of a trace before or after the window in which it was found.
fn goes_beyond(trace: &Trace, window: Window, now: Time) -> bool {
    let summary = trace.summary();
    let range = window.range();
    let lacks = summary.evidence.iter().any(|evidence| matches!(evidence, Evidence::NoRoot | Evidence::MissingParents(_)));
    let later = range.end() < now && range.end().since(summary.end) < AT_THE_EDGE;
    lacks || later || summary.start.since(range.start()) < AT_THE_EDGE
}

/// What there is to say of the time in which no spans were looked for, where nothing speaks of there being any.
fn not_looked_at(window: Window, now: Time) -> Option<String> {
    let range = window.range();
    let note = |end: Time| {
        let end = end.to_rfc3339();
        format!("spans of this trace after {end} were not looked for, of which nothing is known (--since 7d looks for them)")
    };
    (range.end() < now).then(|| note(range.end()))
}

/// Many traces: those that were seen before together, by one query or few; the others one by one.
pub(super) async fn many(honeycomb: &Honeycomb, ids: &[TraceId]) -> Result<Vec<Trace>, BackendError> {
    honeycomb.auth().await?;
    let (seen, unseen): (Vec<TraceId>, Vec<TraceId>) = ids.iter().cloned().partition(|id| honeycomb.seen(id).is_some());
    let mut traces = Vec::new();
    let times = seen.iter().filter_map(|id| honeycomb.seen(id));
    let all = times.reduce(|(start, end), (other_start, other_end)| (start.min(other_start), end.max(other_end)));
    let window = all.and_then(|(start, end)| Window::around(widened(start, end, BEFORE, AFTER), honeycomb.now()));
    if let Some(window) = window {
        let now = honeycomb.now();
        for mut trace in within(honeycomb, &seen, window, honeycomb.options.attributes).await? {
            trace.notes.extend(not_looked_at(window, now));
            traces.push(trace);
        }
    }
    for id in &unseen {
        traces.extend(one(honeycomb, id).await?);
    }
    Ok(traces)
}

/// Many traces that are known to be within a window; those that are not there are left out.
pub(super) async fn within(
    honeycomb: &Honeycomb,
    ids: &[TraceId],
    window: Window,
    attributes: Attributes,
) -> Result<Vec<Trace>, BackendError> {
    let needed = honeycomb.needed.borrow().clone();
    with(honeycomb, ids, window, attributes, &needed).await
}

/// The same, with these columns in any case.
pub(super) async fn with(
    honeycomb: &Honeycomb,
    ids: &[TraceId],
    window: Window,
    attributes: Attributes,
    needed: &[String],
) -> Result<Vec<Trace>, BackendError> {
    let mut traces = Vec::new();
    let mut open: Vec<&[TraceId]> = ids.chunks(honeycomb.takes.get().ids.max(1)).rev().collect();
    let mut too_many = false;
    while let Some(ids) = open.pop() {
        let Some(read) = Reading::new(honeycomb, ids, window, attributes, needed).await?.read().await? else {
            too_many = true;
            open.extend(run::halves(ids));
            continue;
        };
        traces.extend(read);
        if too_many {
            honeycomb.learn_ids(ids.len());
        }
    }
    honeycomb.remember(
        traces.iter().map(|trace| (trace.id(), trace.summary())).map(|(id, summary)| (id, summary.start, summary.end)),
    );
    Ok(traces)
}

/// The first query for a trace, for an explanation.
pub(super) fn question_of(schema: &Schema, window: Window, attributes: Attributes, needed: &[String], ids: &[TraceId]) -> Spec {
    let plan = plan(schema, attributes, needed, spec::MOST, Time(0));
    question(schema, window, &plan.first, &spellings(ids), Vec::new())
}

/// Where a trace is looked for first of which nothing is known.
pub(super) fn lately(now: Time) -> TimeRange {
    widened(now, now, LATELY, Nanos::from(AHEAD) * SECOND)
}
