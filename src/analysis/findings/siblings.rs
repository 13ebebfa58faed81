//! The calls that one span makes, by time.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::time::{MICROSECOND, Nanos};
use crate::model::{Span, SpanKind, Time, Trace};

use super::super::Tree;
use super::super::normalise::normalised;
use super::super::self_time::interval;

/// The calls below one span.
pub(super) struct Calls<'a> {
    /// Where they are.
    pub(super) parent: usize,
    /// From when to when that was, where it is known.
    pub(super) within: Option<(Time, Time)>,
    /// By their start.
    pub(super) all: Vec<Call<'a>>,
    /// By how much times may be off.
    pub(super) tolerance: Nanos,
}

/// A call, cut to the span that makes it.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) node: usize,
    pub(super) span: &'a Span,
    pub(super) start: Time,
    pub(super) end: Time,
}

impl<'a> Calls<'a> {
    /// Those that have an end, and for which the span waits.
    pub(super) fn below(trace: &'a Trace, tree: &Tree, parent: usize) -> Self {
        let tolerance = MICROSECOND.max(trace.precision);
        let mut calls = Self { parent, within: None, all: Vec::new(), tolerance };
        if tree.nodes()[parent].size <= 2 {
            return calls;
        }
        calls.within = tree.span(trace, parent).and_then(interval);
        for node in tree.children(parent) {
            let Some(span) = tree.span(trace, node).filter(|span| is_call(span)) else { continue };
            let Some((start, end)) = interval(span).filter(|_| !tree.is_handed_over(trace, node)) else { continue };
            let (start, end) = match calls.within {
                Some((from, to)) if start > to || end < from => continue,
                Some((from, to)) => (start.max(from), end.min(to)),
                None => (start, end),
            };
            calls.all.push(Call { node, span, start, end });
        }
        // To cut them changes which of them is first.
        calls.all.sort_by_key(|call| (call.start, call.node));
        calls
    }

    /// How long the span that makes them took.
    pub(super) fn duration(&self) -> Option<Nanos> {
        self.within.map(|(start, end)| end.since(start))
    }

    /// Whether one begins when the other has ended.
    pub(super) fn follows(&self, before: &Call, after: &Call) -> bool {
        before.end.since(after.start) <= self.tolerance
    }
}

/// Whether a span is a call of something else: a client's, or one that says what it called by the conventions' attributes.
fn is_call(span: &Span) -> bool {
    let called = |key: &str| ["db.", "rpc.", "http."].iter().any(|namespace| key.starts_with(namespace));
    match span.kind {
        SpanKind::Client => true,
        SpanKind::Server | SpanKind::Consumer => false,
        _ => span.attributes.iter().any(|(key, _)| called(key)),
    }
}

/// What a call is one of. Calls that differ only in their arguments are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Like<'a> {
    service: &'a str,
    name: u32,
    kind: SpanKind,
    peer: Option<&'a str>,
    statement: Option<u32>,
}

/// Numbers of normalised texts, each text looked at once.
#[derive(Default)]
pub(super) struct Names<'a> {
    texts: HashMap<&'a str, u32>,
    normal: HashMap<Cow<'a, str>, u32>,
}

impl<'a> Names<'a> {
    /// What a call is one of: its operation, whom it calls, and a database's statement.
    pub(super) fn like(&mut self, call: &Call<'a>) -> Like<'a> {
        let span = call.span;
        let (mut peer, mut statement) = (None, None);
        for (key, value) in span.attributes.iter() {
            match key {
                "server.address" | "net.peer.name" | "peer.service" | "service.peer.name" => peer = peer.or(value.as_str()),
                "db.query.text" | "db.statement" => statement = value.as_str(),
                _ => {}
            }
        }
        let statement = statement.map(|statement| self.number(statement));
        Like { service: span.service(), name: self.number(&span.name), kind: span.kind, peer, statement }
    }

    fn number(&mut self, text: &'a str) -> u32 {
        if let Some(number) = self.texts.get(text) {
            return *number;
        }
        let next = self.normal.len() as u32;
        let number = *self.normal.entry(normalised(text)).or_insert(next);
        self.texts.insert(text, number);
        number
    }
}
