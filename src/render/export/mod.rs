//! Traces for other programs: [`perfetto`] and [`speedscope`] draw them on a timeline and as a flame graph, a spreadsheet takes
//! [`csv`].
//!
//! All three have the same spans and figures as the waterfall: those of the whole trace, also where only a part of its spans is
//! asked for. They are written straight into memory, a span at a time, so that a million spans are no matter.

pub mod csv;
pub mod perfetto;
pub mod speedscope;
#[cfg(test)]
mod tests;
mod write;

use crate::analysis::{ErrorRole, Marks, What};
use crate::model::time::Nanos;
use crate::model::{Span, SpanKind, StatusCode};

use super::waterfall::Shown;

/// A trace, and what of it is to be written.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The trace, with what there is to know of it.
    pub shown: Shown<'a>,
    /// Of each node, whether its span is written; empty where all are.
    pub keep: &'a [bool],
    /// Of each node, whether it is what was looked for; may be shorter than the list of nodes.
    pub matches: &'a [bool],
    /// By how many nanoseconds each span has been moved to correct its clock, by its place in the trace; may be shorter.
    pub shifts: &'a [Nanos],
}

impl<'a> Part<'a> {
    /// All of a trace.
    pub fn whole(shown: Shown<'a>) -> Self {
        Self { shown, keep: &[], matches: &[], shifts: &[] }
    }

    /// Whether what is at a node is to be written.
    fn keeps(&self, node: usize) -> bool {
        self.keep.get(node).copied().unwrap_or(true)
    }

    /// The span at a node, if it has arrived and is to be written.
    fn span(&self, node: usize) -> Option<&'a Span> {
        self.shown.analysis.tree.span(self.shown.trace, node).filter(|_| self.keeps(node))
    }

    /// The spans that are to be written, with their nodes, in the order of the tree.
    fn spans(&self) -> impl Iterator<Item = (usize, &'a Span)> {
        (0..self.shown.analysis.tree.nodes().len()).filter_map(|node| Some((node, self.span(node)?)))
    }

    /// By how much the span at a node has been moved; `None` where it was not.
    fn shift(&self, node: usize) -> Option<Nanos> {
        let What::Span(place) = self.shown.analysis.tree.nodes()[node].what else { return None };
        self.shifts.get(place).copied().filter(|by| *by != 0)
    }

    /// What is odd about the span at a node, in words that do not change.
    fn marks(&self, node: usize) -> impl Iterator<Item = &'static str> {
        let nodes = self.shown.analysis.tree.nodes();
        let marks = nodes[node].marks;
        let orphan = nodes[node].parent.is_some_and(|above| matches!(nodes[above].what, What::Missing(_)));
        let running = self.span(node).is_some_and(|span| span.end.is_none());
        let known = MARKS.iter().filter(move |(mark, _)| marks.any(*mark)).map(|(_, word)| *word);
        let found = self.matches.get(node).copied().unwrap_or(false);
        known.chain(
            [(orphan, "parent_missing"), (running, "running"), (found, "match")]
                .into_iter()
                .filter_map(|(so, word)| so.then_some(word)),
        )
    }
}

/// The marks of the tree in words.
const MARKS: [(Marks, &str); 6] = [
    (Marks::CYCLE, "cycle"),
    (Marks::EARLY, "early"),
    (Marks::LATE, "late"),
    (Marks::NEGATIVE, "negative"),
    (Marks::NO_START, "no_start"),
    (Marks::ABSURD, "absurd"),
];

/// What a span has to do with the failures in its trace, in a word.
fn role(role: ErrorRole) -> &'static str {
    match role {
        ErrorRole::Origin => "origin",
        ErrorRole::Propagated => "propagated",
        ErrorRole::Handled => "handled",
        ErrorRole::Retried => "retried",
    }
}

/// OTLP's number of a kind that has no name.
fn kind_number(kind: SpanKind) -> Option<i32> {
    matches!(kind, SpanKind::Other(_)).then(|| kind.number())
}

/// OTLP's number of a status that has no name.
fn status_number(code: StatusCode) -> Option<i32> {
    matches!(code, StatusCode::Other(_)).then(|| code.number())
}
