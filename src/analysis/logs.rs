//! Log lines and the spans of a trace: where lines may be (`groups`), and in which span each was written.
//!
//! A line belongs to the span that it names; else to the deepest span of its service that was open when it was written; else to the root.
//! Which of these it was is said with it.

mod groups;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

pub use groups::{groups, paths, writer};

use super::{Tree, What};
use crate::model::time::Nanos;
use crate::model::{Span, SpanId, Time, Trace};

/// Where a line belongs, and why there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The node of the tree.
    pub node: usize,
    /// Why it.
    pub why: Why,
}

/// Why a line belongs to a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It names the span.
    SpanId,
    /// It was written while the span was open, and no deeper one of its service.
    Open,
    /// Nothing of its service was open then, or it is not known whose it is: it stands at the root.
    Root,
}

impl Why {
    /// A word for programs, which does not change.
    pub fn code(self) -> &'static str {
        match self {
            Self::SpanId => "span_id",
            Self::Open => "service_and_time",
            Self::Root => "root",
        }
    }
}

/// Where each of the trace's lines belongs, in their order. Costs O(n log n) in spans and lines together.
pub fn place(trace: &Trace, tree: &Tree) -> Vec<Place> {
    let lines = trace.logs.as_deref().unwrap_or_default();
    if lines.is_empty() {
        return Vec::new();
    }
    let mut places = vec![Place { node: 0, why: Why::Root }; lines.len()];
    let by_id = nodes_by_id(trace, tree);
    let only = only_service(trace);
    // Lines that are as exact as each other come in the order in which spans open and close for them.
    let mut open = BTreeMap::<(&str, Nanos), Vec<usize>>::new();
    for (nth, line) in lines.iter().enumerate() {
        if let Some(node) = line.span.as_ref().and_then(|id| by_id.get(id)) {
            places[nth] = Place { node: *node, why: Why::SpanId };
        } else if let Some(service) = line.service.as_deref().or(only).filter(|_| !line.time.is_unknown()) {
            open.entry((service, line.precision.max(1))).or_default().push(nth);
        }
    }
    for ((service, precision), mut waiting) in open {
        waiting.sort_by_key(|nth| lines[*nth].time);
        let times: Vec<Time> = waiting.iter().map(|nth| lines[*nth].time).collect();
        for (nth, node) in waiting.into_iter().zip(deepest(trace, tree, service, precision, &times)) {
            if let Some(node) = node {
                places[nth] = Place { node, why: Why::Open };
            }
        }
    }
    places
}

/// The node of each span, the first where several share an id.
fn nodes_by_id<'a>(trace: &'a Trace, tree: &Tree) -> HashMap<&'a SpanId, usize> {
    let mut by_id = HashMap::new();
    for node in 0..tree.nodes().len() {
        if let Some(span) = tree.span(trace, node) {
            by_id.entry(&span.id).or_insert(node);
        }
    }
    by_id
}

/// The service that sent all spans, if there is just one. What X-Ray has inferred of others was not sent by them.
fn only_service(trace: &Trace) -> Option<&str> {
    let mut services = trace.spans().iter().filter(|span| !span.is_inferred()).map(Span::service);
    let first = services.next().filter(|name| !name.is_empty())?;
    services.all(|name| name == first).then_some(first)
}

/// Of each time, which ascend, the deepest node whose span of this service was open then; of several, the one that began last.
fn deepest(trace: &Trace, tree: &Tree, service: &str, precision: Nanos, times: &[Time]) -> Vec<Option<usize>> {
    let mut spans: Vec<(Time, usize)> = Vec::new();
    for (node, of) in tree.nodes().iter().enumerate() {
        if let What::Span(place) = of.what {
            let span = &trace.spans()[place];
            if span.service() == service && !span.start.is_unknown() {
                spans.push((span.start, node));
            }
        }
    }
    spans.sort_unstable();
    let mut coming = spans.into_iter().peekable();
    let mut open = BinaryHeap::<(usize, Time, Reverse<usize>)>::new();
    let ended = |node: usize, at: Time| tree.span(trace, node).and_then(|span| span.end).is_some_and(|end| end < at);
    let mut found = Vec::with_capacity(times.len());
    for &at in times {
        // A time that was cut to its milliseconds may be that of a span that began later within the same one.
        let last = at.saturating_add(precision - 1);
        while let Some((start, node)) = coming.next_if(|(start, _)| *start <= last) {
            open.push((tree.nodes()[node].depth, start, Reverse(node)));
        }
        while open.peek().is_some_and(|(_, _, Reverse(node))| ended(*node, at)) {
            open.pop();
        }
        found.push(open.peek().map(|(_, _, Reverse(node))| *node));
    }
    found
}
