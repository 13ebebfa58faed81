//! Which operations there are, in which traces, and by which of their spans.

use std::collections::HashMap;

use crate::analysis::graph::silent;
use crate::analysis::{Tree, What};
use crate::model::{Span, SpanId, SpanKind, Trace};
use crate::query::SpanExpr;

use super::Operation;
use super::name::{Key, Lookup};

/// All operations, in the order in which they first appear.
#[derive(Debug)]
pub(super) struct Operations<'a> {
    pub(super) all: Vec<Found<'a>>,
    /// The operation of each span of each trace; `None` where something of its name is too long.
    pub(super) of: Vec<Vec<Option<usize>>>,
}

/// An operation.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) key: Key<'a>,
    /// What its spans satisfy.
    pub(super) selector: SpanExpr,
    /// In how many traces it is.
    pub(super) traces: usize,
    /// The number of the trace in which it was seen last.
    last: usize,
    /// What all of its spans are calls of; `None` where they do not agree.
    callee: Option<String>,
}

impl Found<'_> {
    /// For people.
    pub(super) fn named(&self) -> Operation {
        Operation {
            service: self.key.service.to_owned(),
            name: self.key.name().into_owned(),
            kind: self.key.kind,
            callee: self.callee.clone(),
        }
    }
}

impl<'a> Operations<'a> {
    /// Looks at each span twice, and once more for who is called.
    pub(super) fn read(traces: &[&'a Trace]) -> Self {
        let everywhere = Everywhere::read(traces);
        let lookup = Lookup::new();
        let mut places = HashMap::<Key<'a>, Option<usize>>::new();
        let (mut all, mut of) = (Vec::<Found<'a>>::new(), Vec::new());
        for (nth, trace) in traces.iter().enumerate() {
            let callees = callees(trace);
            let mut row = Vec::with_capacity(trace.spans().len());
            for (span, callee) in trace.spans().iter().zip(callees) {
                let place = Key::of(span, everywhere.has(span), &lookup).and_then(|key| {
                    *places.entry(key).or_insert_with_key(|key| {
                        let selector = key.selector()?;
                        all.push(Found { key: key.clone(), selector, traces: 0, last: usize::MAX, callee: callee.clone() });
                        Some(all.len() - 1)
                    })
                });
                if let Some(place) = place {
                    let found = &mut all[place];
                    found.traces += usize::from(found.last != nth);
                    found.last = nth;
                    // Once they do not agree, nobody can make them.
                    found.callee = found.callee.take().filter(|known| Some(known) == callee.as_ref());
                }
                row.push(place);
            }
            of.push(row);
        }
        Self { all, of }
    }
}

/// What each span of a trace is a call of, by its place.
fn callees(trace: &Trace) -> Vec<Option<String>> {
    let tree = Tree::build(trace);
    let mut callees = vec![None; trace.spans().len()];
    for (node, silent) in tree.nodes().iter().zip(silent(trace, &tree)) {
        if let (What::Span(place), Some(silent)) = (node.what, silent) {
            callees[place] = Some(silent.name);
        }
    }
    callees
}

/// The names that are in all of several traces, as they are.
struct Everywhere<'a> {
    /// In how many traces each is, and in which it was seen last.
    seen: HashMap<(&'a str, SpanKind, &'a str), (usize, usize)>,
    traces: usize,
}

impl<'a> Everywhere<'a> {
    fn read(traces: &[&'a Trace]) -> Self {
        let mut seen = HashMap::<_, (usize, usize)>::new();
        // Of one trace, all would be.
        for (nth, trace) in traces.iter().enumerate().filter(|_| traces.len() > 1) {
            for span in trace.spans() {
                let (count, last) = seen.entry((span.service(), span.kind, span.name.as_str())).or_insert((0, usize::MAX));
                *count += usize::from(*last != nth);
                *last = nth;
            }
        }
        Self { seen, traces: traces.len() }
    }

    fn has(&self, span: &'a Span) -> bool {
        self.seen.get(&(span.service(), span.kind, span.name.as_str())).is_some_and(|(count, _)| *count == self.traces)
    }
}

/// The first other span of the id that each span names as its parent. It is a parent in the sense of the expressions, too.
pub(super) fn parents(spans: &[Span]) -> Vec<Option<usize>> {
    // Of an id the first two: a span may name itself.
    let mut by_id = HashMap::<&SpanId, [Option<usize>; 2]>::with_capacity(spans.len());
    for (place, span) in spans.iter().enumerate() {
        let places = by_id.entry(&span.id).or_default();
        if let Some(free) = places.iter_mut().find(|place| place.is_none()) {
            *free = Some(place);
        }
    }
    let parent = |(place, span): (usize, &Span)| {
        by_id.get(span.parent.as_ref()?)?.iter().flatten().copied().find(|parent| *parent != place)
    };
    spans.iter().enumerate().map(parent).collect()
}
