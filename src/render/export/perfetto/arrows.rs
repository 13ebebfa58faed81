//! Arrows between slices: from parents to children elsewhere, and along links.

use std::collections::HashMap;

use crate::model::{Link, SpanId, TraceId};

use super::Laid;

/// The place of a slice: of its trace in the file, and of itself in its trace.
type Place = (usize, usize);

/// From one slice to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrow {
    pub(super) from: Place,
    pub(super) to: Place,
    pub(super) name: &'static str,
}

/// All arrows of a file. They are numbered from 1.
#[derive(Debug, Default)]
pub(super) struct Arrows {
    /// By their beginning.
    sorted: Vec<Arrow>,
    /// Places of arrows, by their end.
    by_end: Vec<usize>,
    /// How many lead back in time.
    pub(super) left_out: usize,
}

impl Arrows {
    pub(super) fn between(laid: &[Laid<'_>]) -> Self {
        let mut found = Self::default();
        for (nth, trace) in laid.iter().enumerate() {
            let nodes = trace.part.shown.analysis.tree.nodes();
            let mut place_of: Vec<Option<usize>> = vec![None; nodes.len()];
            for (place, slice) in trace.slices.iter().enumerate() {
                place_of[slice.node] = Some(place);
            }
            for (place, slice) in trace.slices.iter().enumerate().filter(|(_, slice)| !slice.nested) {
                if let Some(parent) = nodes[slice.node].parent.and_then(|parent| place_of[parent]) {
                    found.add(laid, (nth, parent), (nth, place), "child");
                }
            }
        }
        found.links(laid);
        found.sorted.sort_unstable();
        found.sorted.dedup();
        found.by_end = (0..found.sorted.len()).collect();
        found.by_end.sort_by_key(|at| found.sorted[*at].to);
        found
    }

    fn links(&mut self, laid: &[Laid<'_>]) {
        let traces = || laid.iter().enumerate();
        let any = |trace: &Laid<'_>| trace.part.spans().any(|(_, span)| !span.links.is_empty());
        if !laid.iter().any(any) {
            return;
        }
        // Span ids are unique within a trace only.
        let mut spans = HashMap::<(&TraceId, &SpanId), Place>::new();
        for (nth, trace) in traces() {
            let mut places: Vec<usize> = (0..trace.slices.len()).collect();
            places.sort_unstable_by_key(|place| trace.slices[*place].node);
            for place in places {
                if let Some(span) = trace.part.span(trace.slices[place].node) {
                    spans.entry((trace.part.shown.trace.id(), &span.id)).or_insert((nth, place));
                }
            }
        }
        for (nth, trace) in traces() {
            for (place, slice) in trace.slices.iter().enumerate() {
                let links = trace.part.span(slice.node).map_or(&[][..], |span| &span.links);
                for Link { trace_id, span_id, .. } in links {
                    let (trace_id, span_id) = (TraceId::from_text(trace_id), SpanId::from_text(span_id));
                    if let Some(&from) = spans.get(&(&trace_id, &span_id)) {
                        self.add(laid, from, (nth, place), "link");
                    }
                }
            }
        }
    }

    /// Readers bind an arrow to what they have read, so it has to begin before it ends: in time, and in the file.
    fn add(&mut self, laid: &[Laid<'_>], from: Place, to: Place, name: &'static str) {
        let key = |place: Place| (laid[place.0].slices[place.1].start, place);
        if key(from) < key(to) {
            self.sorted.push(Arrow { from, to, name });
        } else {
            self.left_out += 1;
        }
    }

    /// With their numbers.
    pub(super) fn by_beginning(&self) -> impl Iterator<Item = (usize, Arrow)> {
        self.sorted.iter().enumerate().map(|(at, arrow)| (at + 1, *arrow))
    }

    /// The same, those that end first first.
    pub(super) fn by_end(&self) -> impl Iterator<Item = (usize, Arrow)> {
        self.by_end.iter().map(|at| (at + 1, self.sorted[*at]))
    }
}
