//! When each span is drawn.

use crate::model::{Span, SpanKind, Time};

use super::super::Part;

/// A span on a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) node: usize,
    /// In nanoseconds, as [`Time`] has them.
    pub(super) start: u64,
    /// Not before the start; `None` where it still runs.
    pub(super) end: Option<u64>,
    /// The place of its service.
    pub(super) process: usize,
    /// Counted from 0 in each process.
    pub(super) lane: usize,
    /// Whether it lies within its parent on the same lane.
    pub(super) nested: bool,
}

/// The earliest time of all that is written; unknown where there is none.
pub(super) fn earliest(parts: &[Part<'_>]) -> Time {
    let times = parts.iter().flat_map(|part| {
        let path = part.shown.analysis.path.segments().first().map(|segment| segment.start);
        let spans = part.spans().flat_map(|(_, span)| {
            let own = if span.start.is_unknown() { span.end } else { Some(span.start) };
            own.into_iter().chain(span.events.iter().map(|event| event.time))
        });
        path.into_iter().chain(spans)
    });
    times.filter(|time| !time.is_unknown()).min().unwrap_or_default()
}

/// The slices of a part by time, parents before their children, still without their lanes.
pub(super) fn of(part: &Part<'_>, zero: Time) -> Vec<Slice> {
    let mut slices: Vec<Slice> = part
        .spans()
        .map(|(node, span)| {
            let (start, end) = placed(span, zero);
            Slice { node, start, end, process: 0, lane: 0, nested: false }
        })
        .collect();
    slices.sort_unstable_by_key(|slice| (slice.start, slice.node));
    slices
}

fn placed(span: &Span, zero: Time) -> (u64, Option<u64>) {
    let start = match span.end {
        _ if !span.start.is_unknown() => span.start,
        Some(end) if !end.is_unknown() => return (end.0, Some(end.0)),
        _ => return (zero.0, Some(zero.0)),
    };
    (start.0, span.end.map(|end| end.max(start).0))
}

/// What was done with a span that could not be drawn as it was received.
pub(super) fn said(span: &Span) -> Option<&'static str> {
    let ends = span.end.is_some_and(|end| !end.is_unknown());
    match (span.start.is_unknown(), ends) {
        (true, true) => Some("it has no start: drawn without length where it ends"),
        (true, false) => Some("it has no time: drawn without length at the beginning"),
        (false, _) if span.end.is_some_and(|end| end < span.start) => {
            Some("it ends before it starts: drawn without length where it starts")
        }
        (false, _) => None,
    }
}

/// What slices can be searched for by: the kind, and whether it failed.
pub(super) fn category(span: &Span) -> &'static str {
    match (span.kind, span.is_error()) {
        (SpanKind::Unspecified, false) => "unspecified",
        (SpanKind::Unspecified, true) => "unspecified,error",
        (SpanKind::Internal, false) => "internal",
        (SpanKind::Internal, true) => "internal,error",
        (SpanKind::Server, false) => "server",
        (SpanKind::Server, true) => "server,error",
        (SpanKind::Client, false) => "client",
        (SpanKind::Client, true) => "client,error",
        (SpanKind::Producer, false) => "producer",
        (SpanKind::Producer, true) => "producer,error",
        (SpanKind::Consumer, false) => "consumer",
        (SpanKind::Consumer, true) => "consumer,error",
        (SpanKind::Other(_), false) => "other",
        (SpanKind::Other(_), true) => "other,error",
    }
}
