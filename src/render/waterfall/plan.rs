//! Which parts of the tree become rows: like siblings are folded into one, and what does not fit the budget is counted.
//!
//! Every span of the trace is in exactly one row of the plan.

use std::cmp::Reverse;

use crate::analysis::{Node, Tree, What};
use crate::model::time::Nanos;
use crate::model::{Span, Trace};

use super::Options;

/// So many like siblings in a row are folded.
const FOLD_FROM: usize = 4;

/// One row, before it has a place on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// What it shows.
    pub entry: Entry,
    /// How deep it is in the tree.
    pub depth: usize,
    /// Whether no sibling is shown below it.
    pub last: bool,
}

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// One node of the tree.
    Node(usize),
    /// This many siblings from the node `first` on, all leaves.
    Fold {
        /// The first of them.
        first: usize,
        /// How many.
        count: usize,
    },
    /// Spans that are not shown.
    Hidden {
        /// How many.
        spans: usize,
        /// How many of them failed.
        errors: usize,
    },
}

/// A node, or siblings that are folded into one row.
#[derive(Debug, Clone, Copy)]
struct Unit {
    first: usize,
    /// How many nodes are folded here; one where nothing is.
    count: usize,
    /// The unit above.
    parent: Option<usize>,
    /// How many units are right below.
    children: usize,
}

/// Chooses the rows.
pub fn plan(trace: &Trace, tree: &Tree, options: &Options) -> Vec<Planned> {
    let units = units(trace, tree, options.fold);
    let kept = match options.max_rows {
        Some(budget) if units.len() > budget => Some(Budget::spend(trace, tree, &units, budget)),
        _ => None,
    };
    let mut rows = emit(trace, tree, &units, kept.as_deref());
    mark_last(&mut rows);
    rows
}

fn span_of<'a>(trace: &'a Trace, node: &Node) -> Option<&'a Span> {
    match node.what {
        What::Span(place) => trace.spans().get(place),
        What::Missing(_) => None,
    }
}

/// Whether two leaves differ in nothing that a row shows but their times.
fn alike(a: &Span, b: &Span) -> bool {
    a.name == b.name
        && a.kind == b.kind
        && a.status == b.status
        && a.end.is_some() == b.end.is_some()
        && a.start.is_unknown() == b.start.is_unknown()
        && a.service() == b.service()
        && a.links == b.links
}

fn units(trace: &Trace, tree: &Tree, fold: bool) -> Vec<Unit> {
    let nodes = tree.nodes();
    let mut units: Vec<Unit> = Vec::with_capacity(nodes.len());
    // Units whose subtree is not over, with its end.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < nodes.len() {
        while open.last().is_some_and(|(_, end)| *end <= at) {
            open.pop();
        }
        let node = &nodes[at];
        let mut count = 1;
        if fold
            && node.size == 1
            && let Some(span) = span_of(trace, node)
        {
            let like = |other: &&Node| {
                other.size == 1
                    && other.parent == node.parent
                    && other.marks == node.marks
                    && span_of(trace, other).is_some_and(|other| alike(span, other))
            };
            count += nodes[at + 1..].iter().take_while(like).count();
            if count < FOLD_FROM {
                count = 1;
            }
        }
        let parent = open.last().map(|(unit, _)| *unit);
        if let Some(parent) = parent {
            units[parent].children += 1;
        }
        if node.size > 1 {
            open.push((units.len(), at + node.size));
        }
        units.push(Unit { first: at, count, parent, children: 0 });
        at += if node.size > 1 { 1 } else { count };
    }
    units
}

/// Spends a number of rows: on the first root, then on errors, then on the longest spans, each with all that is above it. Rows that
/// count what is hidden cost as much as others.
struct Budget<'a> {
    units: &'a [Unit],
    kept: Vec<bool>,
    /// Of kept units, how many right below are not kept.
    hidden: Vec<usize>,
    hidden_roots: usize,
    left: usize,
}

impl<'a> Budget<'a> {
    fn spend(trace: &Trace, tree: &Tree, units: &'a [Unit], rows: usize) -> Vec<bool> {
        let roots = units.iter().filter(|unit| unit.parent.is_none()).count();
        let mut budget = Self {
            units,
            kept: vec![false; units.len()],
            hidden: units.iter().map(|unit| unit.children).collect(),
            hidden_roots: roots,
            left: rows.saturating_sub(1),
        };
        let mut order: Vec<_> = units.iter().enumerate().map(|(at, unit)| (rank(trace, tree, unit), at)).collect();
        // Each choice costs a row or was above an earlier one, so that more than this are never made.
        let most = rows.saturating_mul(2);
        if most < order.len() {
            order.select_nth_unstable(most);
            order.truncate(most);
        }
        order.sort_unstable();
        for (_, unit) in order {
            budget.keep_with_ancestors(unit);
        }
        budget.kept
    }

    /// Keeps a unit and all above it, if there are rows for all of them.
    fn keep_with_ancestors(&mut self, unit: usize) {
        let mut path = Vec::new();
        let mut at = Some(unit);
        while let Some(unit) = at.filter(|unit| !self.kept[*unit]) {
            path.push(unit);
            // One row for it, and one given back above at most.
            if path.len() > self.left + 1 {
                return;
            }
            at = self.units[unit].parent;
        }
        let (mut cost, mut spared) = (0, 0);
        for &unit in &path {
            let siblings = match self.units[unit].parent {
                Some(parent) => self.hidden[parent],
                None => self.hidden_roots,
            };
            // Its row, the row that counts what is below it, and the row beside it that is no longer needed.
            cost += 1 + usize::from(self.units[unit].children > 0);
            spared += usize::from(siblings == 1);
        }
        let Some(left) = (self.left + spared).checked_sub(cost) else { return };
        self.left = left;
        for unit in path {
            self.kept[unit] = true;
            match self.units[unit].parent {
                Some(parent) => self.hidden[parent] -= 1,
                None => self.hidden_roots -= 1,
            }
        }
    }
}

/// Smaller is more worth showing.
fn rank(trace: &Trace, tree: &Tree, unit: &Unit) -> (u8, Reverse<Nanos>) {
    let mut longest = Nanos::MIN;
    let mut class = 2;
    for node in &tree.nodes()[unit.first..unit.first + unit.count] {
        if let Some(span) = span_of(trace, node) {
            // What is still running may be the longest of all.
            longest = longest.max(span.duration().unwrap_or(Nanos::MAX));
            if span.is_error() {
                class = 1;
            }
        }
    }
    (if unit.first == 0 { 0 } else { class }, Reverse(longest))
}

fn emit(trace: &Trace, tree: &Tree, units: &[Unit], kept: Option<&[bool]>) -> Vec<Planned> {
    let nodes = tree.nodes();
    let mut rows = Vec::new();
    // The kept nodes that are open: where they end, and what is hidden right below them. The first stands for the trace.
    let mut open = vec![(usize::MAX, 0_usize, 0_usize)];
    let close = |open: &mut Vec<(usize, usize, usize)>, rows: &mut Vec<Planned>| {
        if let Some((_, spans, errors)) = open.pop()
            && spans > 0
        {
            rows.push(Planned { entry: Entry::Hidden { spans, errors }, depth: open.len(), last: true });
        }
    };
    for (at, unit) in units.iter().enumerate() {
        while open.last().is_some_and(|(end, ..)| *end <= unit.first) {
            close(&mut open, &mut rows);
        }
        let node = &nodes[unit.first];
        if kept.is_some_and(|kept| !kept[at]) {
            // Whatever is below a hidden unit is hidden, too, and counted with it where the last kept one is open.
            if let Some((_, spans, errors)) = open.last_mut() {
                for span in nodes[unit.first..unit.first + unit.count].iter().filter_map(|node| span_of(trace, node)) {
                    *spans += 1;
                    *errors += usize::from(span.is_error());
                }
            }
            continue;
        }
        let entry =
            if unit.count == 1 { Entry::Node(unit.first) } else { Entry::Fold { first: unit.first, count: unit.count } };
        rows.push(Planned { entry, depth: node.depth, last: true });
        if unit.count == 1 && node.size > 1 {
            open.push((unit.first + node.size, 0, 0));
        }
    }
    while !open.is_empty() {
        close(&mut open, &mut rows);
    }
    rows
}

/// From below: a row is the last of its siblings unless one of its depth was seen since the last row that is less deep.
fn mark_last(rows: &mut [Planned]) {
    let mut seen: Vec<bool> = Vec::new();
    for row in rows.iter_mut().rev() {
        seen.resize(row.depth + 1, false);
        row.last = !seen[row.depth];
        seen[row.depth] = true;
    }
}
