//! What is looked at.

use crate::analysis::{Analysis, What};
use crate::model::Trace;
use crate::model::time::Nanos;
use crate::render::waterfall::{Options, Shown};

/// A trace, what is known of it, and what was asked about it.
#[derive(Debug)]
pub struct Subject {
    /// The trace.
    pub trace: Trace,
    /// Of this very trace.
    pub analysis: Analysis,
    /// Of each node, whether a filter left it, as all above it are; empty where there is none.
    pub keep: Vec<bool>,
    /// Of each node, whether it is highlighted; may be shorter.
    pub matches: Vec<bool>,
    /// By how much each span was moved to correct its clock, by its place; may be shorter.
    pub shifts: Vec<Nanos>,
}

impl Subject {
    /// A trace about which nothing was asked.
    pub fn new(trace: Trace) -> Self {
        let analysis = Analysis::of(&trace);
        Self { trace, analysis, keep: Vec::new(), matches: Vec::new(), shifts: Vec::new() }
    }

    /// Highlights the spans at these places.
    pub fn highlight(&mut self, places: &[usize]) {
        if places.is_empty() {
            return;
        }
        let mut found = vec![false; self.trace.spans().len()];
        for place in places {
            found[*place] = true;
        }
        let nodes = self.analysis.tree.nodes().iter();
        self.matches = nodes.map(|node| matches!(node.what, What::Span(place) if found[place])).collect();
    }

    pub(super) fn shown(&self) -> Shown<'_> {
        Shown { trace: &self.trace, analysis: &self.analysis }
    }

    /// How the rows are planned. What is folded is not in it: rows are planned unfolded.
    pub(super) fn options(&self, cut: &Cut) -> Options<'_> {
        Options {
            max_rows: cut.max_rows,
            fold: true,
            depth: None,
            zoom: cut.zoom,
            collapsed: &[],
            keep: if cut.filtered { &self.keep } else { &[] },
            matches: &self.matches,
            shifts: &self.shifts,
        }
    }

    /// The nodes for which something holds of their span, in order.
    pub(super) fn nodes(&self, holds: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.analysis.tree.nodes().len()).filter(|node| holds(*node)).collect()
    }

    /// Whether the span at a node failed.
    pub(super) fn failed(&self, node: usize) -> bool {
        self.analysis.tree.span(&self.trace, node).is_some_and(crate::model::Span::is_error)
    }
}

/// How to begin: the options of `show` that keys can change.
#[derive(Debug, Clone, Copy, Default)]
pub struct Start {
    /// The node at the top of what is drawn.
    pub zoom: Option<usize>,
    /// How many levels are unfolded.
    pub depth: Option<usize>,
    /// How many rows there may be until something is unfolded.
    pub max_rows: Option<usize>,
    /// Whether each of like siblings has a row of its own.
    pub expand: bool,
}

/// Which part of the subject has rows at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cut {
    /// The node at the top.
    pub(super) zoom: Option<usize>,
    /// The budget.
    pub(super) max_rows: Option<usize>,
    /// Whether the filter holds.
    pub(super) filtered: bool,
}
