//! One request that two SDKs recorded: in one trace, where both carry on the same id, or in two, where each has made its own, as the X-Ray
//! SDK and OpenTelemetry do in one application.
//!
//! Two records are of one call, by two SDKs, if
//!
//! - both name the request id that AWS gave to it, which proves it; or
//! - they are of the same service, or the one names the host as which the other knows it; they say the same of what was asked, and of the
//!   status that was answered; one lies within the other in time (see [`TOLERANCE`]); and no other record fits either of them.
//!
//! The latter is evidence, never proof: two traces are then *probably* the same request. Within one trace, the one is drawn below the
//! other, which is said, too.

mod calls;
mod request;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::time::{MILLISECOND, Nanos, SECOND};
use crate::model::{Join, LogLine, Origin, Recorded, SeenBy, Span, SpanId, TimeRange, Trace, TraceId, Twin, Twins, segments};

use request::{Record, Sdk};

/// By so much, in nanoseconds, a record may begin before the one in which it lies, and end after it, beside what its times are not exact:
/// both are of the same clock, and of the same process, in which another thread may run in between: Python lets it for five milliseconds
/// (<https://docs.python.org/3/library/sys.html#sys.setswitchinterval>), and there may be several.
pub const TOLERANCE: Nanos = 20 * MILLISECOND;
/// So long before a request, the trace may begin to which its other record belongs: a browser's, for example.
const BEFORE: Nanos = 30 * SECOND;
/// So many parents are looked through, all in all, to find out whether a span is below another.
const MOST_STEPS: usize = 1_000_000;

/// Where a twin would be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// When its trace begins.
    pub range: TimeRange,
    /// When its request is.
    pub overlaps: TimeRange,
    /// What its service may be called.
    pub services: Vec<String>,
    /// Whether it is one that the X-Ray SDK made: the other one then is not.
    pub of_xray: bool,
}

/// Where the other records of a trace's requests would be found; `None` where it has no request that somebody else may have recorded, or
/// both records are there.
pub fn sought(trace: &Trace) -> Option<Sought> {
    let alone = alone(trace);
    let first = alone.first()?;
    let of_xray = first.sdk != Sdk::XRay;
    let (start, end) = alone.iter().fold((first.start, first.end), |(start, end), r| (start.min(r.start), end.max(r.end)));
    let services = alone.iter().flat_map(Record::names).map(str::to_owned).collect::<BTreeSet<_>>();
    let overlaps = TimeRange::new(start, end.saturating_add(1))?;
    let range = TimeRange::new(start.saturating_add(-BEFORE), end.saturating_add(1))?;
    Some(Sought { range, overlaps, services: services.into_iter().collect(), of_xray })
}

/// Which of these traces are probably the same request as this one. The more of those that ran at that time are among them, the better:
/// others that fit as well show that it cannot be told.
pub fn twins(trace: &Trace, others: &[Trace]) -> Twins {
    let others: Vec<&Trace> = others.iter().filter(|other| other.id() != trace.id()).collect();
    let all: Vec<&Trace> = std::iter::once(trace).chain(others.iter().copied()).collect();
    let records = all.iter().enumerate().flat_map(|(of, trace)| {
        let mut alone = alone(trace);
        for record in &mut alone {
            record.of = of;
        }
        alone
    });
    let (rest, xray) = request::by_sdk(records.collect());
    let edges = request::edges(&rest, &xray);
    let mut found = BTreeMap::<TraceId, Twin>::new();
    let mut unclear = BTreeSet::<TraceId>::new();
    for edge in &edges {
        let (one, other) = (&rest[edge.one], &xray[edge.other]);
        let (ours, theirs) = match (one.of, other.of) {
            (0, 1..) => (one, other),
            (1.., 0) => (other, one),
            _ => continue,
        };
        let id = all[theirs.of].id();
        if edge.only {
            let twin = || Twin {
                trace: id.clone(),
                backends: all[theirs.of].backends.clone(),
                request: [ours.span.id.clone(), theirs.span.id.clone()],
                evidence: edge.evidence.clone(),
            };
            found.entry(id.clone()).or_insert_with(twin);
        } else {
            unclear.insert(id.clone());
        }
    }
    unclear.retain(|id| !found.contains_key(id));
    Twins::Sought { found: found.into_values().collect(), unclear: unclear.into_iter().collect() }
}

/// Records of requests of which the other is not in the same trace. All of one SDK: that of the first.
fn alone(trace: &Trace) -> Vec<Record<'_>> {
    let (rest, xray) = request::by_sdk(request::records(trace));
    let edges = request::edges(&rest, &xray);
    let paired: HashSet<usize> = edges.iter().flat_map(|edge| [rest[edge.one].place, xray[edge.other].place]).collect();
    let mut alone: Vec<Record<'_>> = rest.into_iter().chain(xray).collect();
    alone.retain(|record| !paired.contains(&record.place));
    alone.sort_by_key(|record| (record.start, record.place));
    let first = alone.first().map(|record| record.sdk);
    alone.retain(|record| Some(record.sdk) == first);
    alone
}

/// Puts traces together that are the same request, whoever says so, under the id of the first, and finds the records of the same calls,
/// also of one trace. `None` where there is no trace.
pub fn together(mut traces: Vec<Trace>) -> Option<Trace> {
    if traces.len() < 2 {
        return traces.pop().map(join);
    }
    let origins = origins(&traces);
    let first = traces.first_mut()?;
    let (id, link, twins) = (first.id().clone(), first.link.take(), std::mem::take(&mut first.twins));
    let mut spans = Vec::new();
    let (mut logs, mut errors) = (None, Recorded::NotAsked);
    let mut at = 0;
    let (mut truncated, mut notes, mut backends) = (Vec::new(), Vec::new(), Vec::<String>::new());
    let (mut received, mut precision, mut repeated) = (None, 1, 0);
    for mut trace in traces {
        logs = more_lines(logs, trace.logs.take());
        errors = errors.and(std::mem::take(&mut trace.errors));
        truncated.append(&mut trace.truncated);
        notes.append(&mut trace.notes);
        for backend in std::mem::take(&mut trace.backends) {
            if !backends.contains(&backend) {
                backends.push(backend);
            }
        }
        received = received.max(trace.received);
        precision = precision.max(trace.precision);
        repeated += trace.repeated;
        let several = trace.origins.len();
        let seen_by = |span: &Span| match several {
            0 => SeenBy::origin(at),
            _ => span.seen_by.places().map(|place| SeenBy::origin(at + place)).fold(SeenBy::default(), SeenBy::and),
        };
        spans.extend(trace.into_spans().into_iter().map(|span| Span { seen_by: seen_by(&span), ..span }));
        at += several.max(1);
    }
    let mut whole = Trace::assemble(id, spans)?;
    whole.folded = segments::count_folded(whole.spans());
    (whole.link, whole.twins) = (link, twins);
    (whole.backends, whole.origins, whole.truncated, whole.notes) = (backends, origins, truncated, notes);
    (whole.received, whole.precision, whole.repeated) = (received, precision, repeated);
    (whole.logs, whole.errors) = (logs, errors);
    Some(join(whole))
}

/// What each trace was read from. Where two were read from the same, they are told apart by who sent them.
fn origins(traces: &[Trace]) -> Vec<Origin> {
    let of = |trace: &Trace| match trace.origins.as_slice() {
        [] => vec![Origin { name: trace.backends.join("+"), trace: trace.id().clone() }],
        several => several.to_vec(),
    };
    let all: Vec<Vec<Origin>> = traces.iter().map(of).collect();
    let count = |name: &str| all.iter().flatten().filter(|origin| origin.name == name).count();
    let named = |(trace, origins): (&Trace, &Vec<Origin>)| {
        let sdk = request::sender(trace);
        let named = |origin: &Origin| match count(&origin.name) {
            1 => origin.clone(),
            _ => Origin { name: format!("{sdk} in {}", origin.name), ..origin.clone() },
        };
        origins.iter().map(named).collect::<Vec<_>>()
    };
    traces.iter().zip(&all).flat_map(named).collect()
}

/// The lines of both, each once: without a trace's id, the same line is found for both.
fn more_lines(lines: Option<Vec<LogLine>>, further: Option<Vec<LogLine>>) -> Option<Vec<LogLine>> {
    let (mut all, further) = match (lines, further) {
        (Some(all), Some(further)) => (all, further),
        (lines, further) => return lines.or(further),
    };
    let is_same = |a: &LogLine, b: &LogLine| {
        (a.time, &a.body, &a.source, &a.group, &a.stream) == (b.time, &b.body, &b.source, &b.group, &b.stream)
    };
    for line in further {
        match all.iter_mut().find(|known| is_same(known, &line)) {
            Some(known) if !known.belongs.is_sure() && line.belongs.is_sure() => *known = line,
            Some(_) => {}
            None => all.push(line),
        }
    }
    all.sort_by_key(|line| line.time);
    Some(all)
}

/// Finds the records of a call of which the trace has another one, which they may be drawn below: the X-Ray SDK's below the other – or the
/// other way round, where only X-Ray's is somebody's child.
fn join(mut trace: Trace) -> Trace {
    let joins = joins(&trace);
    if joins.is_empty() {
        return trace;
    }
    let parents: HashMap<&SpanId, &SpanId> =
        trace.spans().iter().filter_map(|span| Some((&span.id, span.parent.as_ref()?))).collect();
    let mut into = HashMap::<SpanId, SpanId>::new();
    let mut accepted = Vec::new();
    let mut steps = 0;
    for join in joins {
        // Upwards from the outer one, as it is drawn.
        let mut at = Some(&join.outer);
        while let Some(id) = at.filter(|id| **id != join.inner && steps < MOST_STEPS) {
            steps += 1;
            at = into.get(id).or_else(|| parents.get(id).map(|parent| into.get(*parent).unwrap_or(parent)));
        }
        if at.is_none() {
            into.insert(join.inner.clone(), join.outer.clone());
            accepted.push(join);
        }
    }
    trace.joins = accepted;
    trace
}

/// Which spans should be drawn below which others.
fn joins(trace: &Trace) -> Vec<Join> {
    let sdks = request::sdks(trace);
    if sdks.iter().all(|sdk| *sdk == sdks[0]) {
        return Vec::new();
    }
    let (rest, xray) = request::by_sdk(request::records(trace));
    let ids: HashSet<&SpanId> = trace.spans().iter().map(|span| &span.id).collect();
    let edges = request::edges(&rest, &xray);
    let of_requests =
        edges.into_iter().filter(|edge| edge.only).map(|edge| (rest[edge.one].place, xray[edge.other].place, edge.evidence));
    let pairs = of_requests.chain(calls::pairs(trace, &sdks));
    let join = |(one, other, evidence): (usize, usize, Vec<_>)| {
        let (theirs, document) = (&trace.spans()[one], &trace.spans()[other]);
        let hangs = document.parent.as_ref().is_some_and(|parent| ids.contains(parent));
        let (inner, outer) = if theirs.parent.is_none() && hangs { (theirs, document) } else { (document, theirs) };
        Join { inner: inner.id.clone(), outer: outer.id.clone(), evidence }
    };
    pairs.map(join).collect()
}
