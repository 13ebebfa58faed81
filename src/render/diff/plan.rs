//! Which paths the tree draws: those that are new, gone or changed, and what is above them. The rest is counted where it hangs.

use std::cmp::Reverse;

use crate::analysis::diff::{Change, Diff};
use crate::model::time::Nanos;

/// A row of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) what: What,
    /// How many rows are above it.
    pub(super) depth: usize,
    /// Whether it is the last below the row above it.
    pub(super) last: bool,
}

/// What a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A path that is new, gone or changed.
    Changed(usize),
    /// Paths that are only drawn for what is below them, each the parent of the next.
    Above(Vec<usize>),
    /// What is not drawn below the row above, but for what is below other rows.
    Hidden(Hidden),
}

/// Paths that are not drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Hidden {
    /// How many are new, gone or changed.
    pub(super) changed: usize,
    /// Of how many only times differ.
    pub(super) time: usize,
    /// How many are the same.
    pub(super) same: usize,
    /// How many spans they have on each side.
    pub(super) spans: [u64; 2],
}

impl Hidden {
    fn of(diff: &Diff, node: usize) -> Self {
        let mut hidden = Self { spans: diff.nodes[node].figures.map(|figures| figures.spans), ..Self::default() };
        match diff.change(node) {
            Change::Appeared | Change::Vanished | Change::Changed => hidden.changed = 1,
            Change::Time => hidden.time = 1,
            Change::Same => hidden.same = 1,
        }
        hidden
    }

    fn add(&mut self, other: Self) {
        self.changed += other.changed;
        self.time += other.time;
        self.same += other.same;
        self.spans = [self.spans[0] + other.spans[0], self.spans[1] + other.spans[1]];
    }

    pub(super) fn paths(&self) -> usize {
        self.changed + self.time + self.same
    }
}

/// The rows: at most so many of paths that are new, gone or changed, what matters most first: where failures begin, then time, then
/// how many there are. O(n log n).
pub(super) fn rows(diff: &Diff, max_rows: usize) -> Vec<Row> {
    let count = diff.nodes.len();
    let selected = selected(diff, max_rows);
    // Of each node: whether it is drawn, for itself or for what is below it, and how many right below it are.
    let mut kept = selected.clone();
    let mut below = vec![0; count];
    for node in (0..count).rev().filter(|node| diff.nodes[*node].parent.is_some()) {
        if let Some(parent) = diff.nodes[node].parent.filter(|_| kept[node]) {
            kept[parent] = true;
            below[parent] += 1;
        }
    }
    let mut rows = Vec::new();
    // Rows that are not ended: the node behind what belongs to each, and what is hidden there. The first is all of it.
    let mut open = vec![(count, Hidden::default())];
    let mut chain = Vec::new();
    for node in 0..count {
        while open.len() > 1 && open.last().is_some_and(|(end, _)| *end <= node) {
            close(&mut open, &mut rows);
        }
        if !kept[node] {
            if let Some((_, hidden)) = open.last_mut() {
                hidden.add(Hidden::of(diff, node));
            }
            continue;
        }
        let end = node + diff.nodes[node].size;
        let depth = open.len() - 1;
        if selected[node] {
            rows.push(Row { what: What::Changed(node), depth, last: false });
            open.push((end, Hidden::default()));
            continue;
        }
        chain.push(node);
        // The only one below it that is drawn continues the row.
        let next = (node + 1..end).find(|next| kept[*next]).filter(|next| below[node] == 1 && !selected[*next]);
        if next.is_none() {
            rows.push(Row { what: What::Above(std::mem::take(&mut chain)), depth, last: false });
            open.push((end, Hidden::default()));
        }
    }
    while !open.is_empty() {
        close(&mut open, &mut rows);
    }
    mark_last(&mut rows);
    rows
}

fn close(open: &mut Vec<(usize, Hidden)>, rows: &mut Vec<Row>) {
    let depth = open.len();
    let Some((_, hidden)) = open.pop() else { return };
    if hidden.paths() > 0 {
        rows.push(Row { what: What::Hidden(hidden), depth: depth - 1, last: false });
    }
}

/// Which paths are drawn for themselves. What is above one of them matters at least as much, and is drawn too if it is new, gone or
/// otherwise.
fn selected(diff: &Diff, max_rows: usize) -> Vec<bool> {
    let count = diff.nodes.len();
    let is_changed = |node: &usize| matches!(diff.change(*node), Change::Appeared | Change::Vanished | Change::Changed);
    // Of each node with all below it: what differs in failures, time and number.
    let mut weights: Vec<[Nanos; 3]> = (0..count)
        .map(|node| {
            let figures = diff.nodes[node].figures;
            let counts = |[a, b]: [u64; 2]| diff.difference([Nanos::from(a), Nanos::from(b)]).abs();
            let (origins, present) = (figures.map(|of| of.origins), figures.map(|of| of.present()));
            [counts(origins), diff.delta(node).abs(), counts(present)]
        })
        .collect();
    for node in (0..count).rev() {
        if let Some(parent) = diff.nodes[node].parent {
            let below = weights[node];
            weights[parent].iter_mut().zip(below).for_each(|(sum, below)| *sum += below);
        }
    }
    let mut changed: Vec<usize> = (0..count).filter(is_changed).collect();
    changed.sort_by_key(|node| (Reverse(weights[*node]), *node));
    let mut selected = vec![false; count];
    for node in changed.into_iter().take(max_rows) {
        selected[node] = true;
    }
    selected
}

/// Finds out which rows are the last below theirs.
fn mark_last(rows: &mut [Row]) {
    // Of each depth, whether a later row is beside those that come before it.
    let mut later: Vec<bool> = Vec::new();
    for row in rows.iter_mut().rev() {
        later.resize(row.depth + 1, false);
        row.last = !later[row.depth];
        later[row.depth] = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::DiffBuilder;
    use crate::analysis::diff::Which;
    use crate::analysis::diff::tests::any_trace;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_path_is_drawn_or_counted_once(
            a in proptest::collection::vec(any_trace(), 1..4), b in proptest::collection::vec(any_trace(), 1..4), max_rows in 1_usize..12,
        ) {
            let mut builder = DiffBuilder::default();
            for trace in &a {
                builder.add(Which::A, trace);
            }
            for trace in &b {
                builder.add(Which::B, trace);
            }
            let diff = builder.finish();
            let rows = rows(&diff, max_rows);
            let (mut drawn, mut hidden, mut changed) = (Vec::new(), Hidden::default(), 0);
            let mut above: Vec<usize> = Vec::new();
            for row in &rows {
                prop_assert!(row.depth <= above.len());
                above.truncate(row.depth);
                let first = match &row.what {
                    What::Changed(node) => {
                        changed += 1;
                        drawn.push(*node);
                        Some((*node, *node))
                    }
                    What::Above(chain) => {
                        drawn.extend(chain);
                        prop_assert!(chain.windows(2).all(|pair| diff.nodes[pair[1]].parent == Some(pair[0])));
                        chain.first().copied().zip(chain.last().copied())
                    }
                    What::Hidden(more) => {
                        hidden.add(*more);
                        None
                    }
                };
                if let Some((first, last)) = first {
                    prop_assert_eq!(diff.nodes[first].parent, above.last().copied());
                    above.push(last);
                }
            }
            prop_assert!(drawn.is_sorted(), "in the order of the paths, and none twice");
            prop_assert_eq!(drawn.len() + hidden.paths(), diff.nodes.len());
            for side in 0..2 {
                let spans: u64 = drawn.iter().map(|node| diff.nodes[*node].figures[side].spans).sum();
                prop_assert_eq!(spans + hidden.spans[side], diff.sides[side].spans);
            }
            let all = (0..diff.nodes.len()).filter(|node| !matches!(diff.change(*node), Change::Time | Change::Same)).count();
            prop_assert_eq!(changed, all.min(max_rows));
            prop_assert_eq!(changed + hidden.changed, all);
        }
    }
}
