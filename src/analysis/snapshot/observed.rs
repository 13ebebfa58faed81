//! What one trace looks like, every span by itself.

use std::collections::HashMap;

use crate::analysis::Tree;
use crate::analysis::tree::{Marks, What};
use crate::model::time::Nanos;
use crate::model::trace::INHERITS_RESOURCE;
use crate::model::{Span, Trace};

use super::order::Forest;
use super::{Count, Label, Line, Snapshot};

/// The tree of one trace, siblings in the order of their content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Every label once, in order.
    labels: Vec<Label>,
    nodes: Vec<Seen>,
}

/// A place in the tree: a span, or a parent that has not arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its place among the labels.
    pub(super) label: usize,
    /// Equal where two are the same all the way down.
    pub(super) rank: usize,
    /// How many are above.
    pub(super) depth: usize,
    /// How many its subtree has, itself included.
    pub(super) size: usize,
    /// How long it took, in nanoseconds; `None` where it still runs or has no start.
    pub(super) took: Option<Nanos>,
    /// Whether its label stays as it is when more of the trace arrives.
    pub(super) settled: bool,
}

impl Observed {
    /// Looks at a trace. Every span is there once. Where spans share an id, whose children are whose is what [`Tree`] says, by time.
    /// O(n log n).
    pub fn of(trace: &Trace) -> Self {
        let tree = Tree::build(trace);
        let cut: Vec<usize> = (0..tree.nodes().len()).filter(|&node| tree.nodes()[node].marks.any(Marks::CYCLE)).collect();
        let mut labels: Vec<Label> = (0..tree.nodes().len())
            .map(|node| tree.span(trace, node).map_or(Label::Missing, |span| Label::of(span, false)))
            .collect();
        let parents = tree.nodes().iter().map(|node| node.parent).collect();
        let (mut distinct, places) = sorted(labels.clone());
        let mut forest = Forest { parents, labels: places };
        if !cut.is_empty() {
            let rings: Vec<Vec<usize>> = cut.iter().map(|&top| ring(trace, &tree, top)).collect();
            let whole = forest.parents.clone();
            rings.iter().flatten().for_each(|&member| forest.parents[member] = None);
            let ranks = forest.ordered().ranks;
            forest.parents = whole;
            for ring in rings {
                let top = forest.turn(&ring, &ranks);
                if let Label::Span(span) = &mut labels[top] {
                    span.cut = true;
                }
            }
            (distinct, forest.labels) = sorted(labels);
        }
        let ordered = forest.ordered();
        let seen = |&(node, depth): &(usize, usize)| {
            let span = tree.span(trace, node);
            Seen {
                label: forest.labels[node],
                rank: ordered.ranks[node],
                depth,
                size: 1,
                took: span.filter(|span| !span.start.is_unknown()).and_then(Span::duration),
                settled: span.is_some_and(is_settled),
            }
        };
        let mut nodes: Vec<Seen> = ordered.places.iter().map(seen).collect();
        let mut open: Vec<usize> = Vec::new();
        for at in 0..=nodes.len() {
            let depth = nodes.get(at).map_or(0, |node| node.depth);
            while open.len() > depth {
                let closed = open.pop().expect("there is one, as there are more than none");
                nodes[closed].size = at - closed;
            }
            open.push(at);
        }
        Self { labels: distinct, nodes }
    }

    /// The lines that say it: siblings that are the same all the way down are one.
    pub fn snapshot(&self) -> Snapshot {
        let mut lines = Vec::new();
        let mut open = vec![(0, self.nodes.len())];
        while let Some((at, end)) = open.pop() {
            if at >= end {
                continue;
            }
            let node = self.nodes[at];
            let mut count = 0;
            let mut next = at;
            while next < end && self.nodes[next].rank == node.rank {
                count += 1;
                next += self.nodes[next].size;
            }
            lines.push(Line {
                depth: node.depth,
                size: 1,
                count: Count::exactly(count),
                label: self.labels[node.label].clone(),
                took: None,
                comments: Vec::new(),
            });
            open.extend([(next, end), (at + 1, at + node.size)]);
        }
        let mut snapshot = Snapshot { lines, end: Vec::new() };
        snapshot.measure();
        snapshot
    }

    /// How many spans it has.
    pub fn spans(&self) -> usize {
        self.nodes.iter().filter(|node| self.labels[node.label] != Label::Missing).count()
    }

    pub(super) fn labels(&self) -> &[Label] {
        &self.labels
    }

    pub(super) fn nodes(&self) -> &[Seen] {
        &self.nodes
    }
}

/// Whether what is kept of a span stays as it is when more of the trace arrives: it has ended, and nobody else says what it is.
fn is_settled(span: &Span) -> bool {
    span.end.is_some() && !span.is_inferred() && span.attributes.get(INHERITS_RESOURCE).is_none()
}

/// Every label once, in order, and which of them each is.
fn sorted(labels: Vec<Label>) -> (Vec<Label>, Vec<usize>) {
    let mut known = HashMap::<Label, usize>::new();
    let mut first: Vec<usize> = Vec::with_capacity(labels.len());
    for label in labels {
        let next = known.len();
        first.push(*known.entry(label).or_insert(next));
    }
    let mut distinct: Vec<(Label, usize)> = known.into_iter().collect();
    distinct.sort_unstable();
    let mut places = vec![0; distinct.len()];
    for (place, (_, first)) in distinct.iter().enumerate() {
        places[*first] = place;
    }
    (distinct.into_iter().map(|(label, _)| label).collect(), first.into_iter().map(|first| places[first]).collect())
}

/// The members of the ring that was cut above `top`, from there down.
fn ring(trace: &Trace, tree: &Tree, top: usize) -> Vec<usize> {
    let named = tree.span(trace, top).and_then(|span| span.parent.as_ref());
    let is_named = |&node: &usize| match tree.nodes()[node].what {
        What::Span(place) => Some(&trace.spans()[place].id) == named,
        What::Missing(_) => false,
    };
    let bottom = tree.subtree(top).find(is_named).unwrap_or(top);
    let mut ring: Vec<usize> = std::iter::successors(Some(bottom), |&node| tree.nodes()[node].parent).collect();
    ring.reverse();
    ring
}
