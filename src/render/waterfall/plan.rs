//! Which parts of the tree become rows: like siblings are folded into one with all that is below them, and what does not fit the
//! budget is counted.
//!
//! Every span of what shall be drawn is in exactly one row of the plan, or counted in one.

use std::cmp::Reverse;
use std::ops::Range;

use crate::analysis::Tree;
use crate::model::time::Nanos;
use crate::model::{Span, Trace};

use super::{Options, Shown};

/// So many like siblings in a row are folded.
const FOLD_FROM: usize = 4;

/// One row, before it has a place on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// What it shows.
    pub entry: Entry,
    /// How deep it is in what is drawn.
    pub depth: usize,
    /// Whether no sibling is shown below it.
    pub last: bool,
    /// The row of its parent.
    pub parent: Option<usize>,
    /// What belongs below a node and is not drawn.
    pub below: Below,
}

/// What is not drawn, but counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Below {
    /// How many spans.
    pub spans: usize,
    /// How many of them failed.
    pub errors: usize,
}

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// One node of the tree.
    Node(usize),
    /// Siblings that are alike in themselves and in all that is below them, the first being the node `first`. They lie one behind the
    /// other, each with a subtree of the same size.
    Fold {
        /// The first of them.
        first: usize,
        /// How many.
        count: usize,
    },
    /// Spans that are not shown.
    Hidden(Below),
}

impl Entry {
    /// The nodes that the row shows, without what is below them.
    pub fn nodes(self, tree: &Tree) -> impl Iterator<Item = usize> + use<> {
        let (first, count) = match self {
            Self::Node(node) => (node, 1),
            Self::Fold { first, count } => (first, count),
            Self::Hidden(_) => (0, 0),
        };
        let size = if count == 0 { 1 } else { tree.nodes()[first].size };
        (0..count).map(move |nth| first + nth * size)
    }

    /// The first of these.
    pub fn node(self) -> Option<usize> {
        match self {
            Self::Node(node) | Self::Fold { first: node, .. } => Some(node),
            Self::Hidden(_) => None,
        }
    }
}

/// A node, or siblings that are folded into one row.
#[derive(Debug, Clone, Copy)]
struct Unit {
    first: usize,
    /// How many siblings are folded here; one where nothing is.
    count: usize,
    /// How many nodes it stands for, with what is below and has no unit of its own.
    nodes: usize,
    /// The unit above.
    parent: Option<usize>,
    /// How many units are right below.
    children: usize,
}

/// Chooses the rows.
pub fn plan(shown: Shown<'_>, options: &Options<'_>) -> Vec<Planned> {
    let units = units(shown, options);
    let kept = match options.max_rows {
        Some(budget) if units.len() > budget => Some(Budget::spend(shown, options, &units, budget)),
        _ => None,
    };
    let mut rows = emit(shown, options, &units, kept.as_deref());
    mark_last(&mut rows);
    rows
}

/// Whether two spans differ in nothing that a row shows but their times.
fn alike(a: &Span, b: &Span) -> bool {
    a.name == b.name
        && a.kind == b.kind
        && a.status == b.status
        && a.end.is_some() == b.end.is_some()
        && a.start.is_unknown() == b.start.is_unknown()
        && a.service() == b.service()
        && a.links == b.links
}

/// Whether two siblings are alike with all that is below them. As both have the same size, neither is more than half of what is below
/// their parent: all comparisons of a trace together cost O(n log n).
fn alike_below(trace: &Trace, tree: &Tree, options: &Options<'_>, a: usize, b: usize) -> bool {
    let nodes = tree.nodes();
    let size = nodes[a].size;
    let matches = |node: usize| options.matches.get(node).copied().unwrap_or(false);
    let kept = |node: usize| options.keep.get(node).copied().unwrap_or(true);
    nodes[b].size == size
        && nodes[b].parent == nodes[a].parent
        && (0..size).all(|nth| {
            let (one, other) = (&nodes[a + nth], &nodes[b + nth]);
            one.depth == other.depth
                && one.size == other.size
                && one.marks == other.marks
                && matches(a + nth) == matches(b + nth)
                && kept(a + nth)
                && kept(b + nth)
                && matches!((tree.span(trace, a + nth), tree.span(trace, b + nth)), (Some(a), Some(b)) if alike(a, b))
        })
}

fn units(shown: Shown<'_>, options: &Options<'_>) -> Vec<Unit> {
    let (trace, tree) = (shown.trace, &shown.analysis.tree);
    let nodes = tree.nodes();
    let drawn = options.zoom.map_or(0..nodes.len(), |node| tree.subtree(node));
    let top = options.zoom.map_or(0, |node| nodes[node].depth);
    let mut units: Vec<Unit> = Vec::with_capacity(drawn.len());
    // Units whose subtree is not over, with its end.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut at = drawn.start;
    while at < drawn.end {
        while open.last().is_some_and(|(_, end)| *end <= at) {
            open.pop();
        }
        let size = nodes[at].size;
        if !options.keep.get(at).copied().unwrap_or(true) {
            at += size;
            continue;
        }
        let mut count = 1;
        if options.fold && tree.span(trace, at).is_some() {
            let siblings = (1..).map(|nth| at + nth * size).take_while(|next| *next < drawn.end);
            count += siblings.take_while(|next| alike_below(trace, tree, options, at, *next)).count();
            if count < FOLD_FROM {
                count = 1;
            }
        }
        let collapsed = options.collapsed.get(at).copied().unwrap_or(false)
            || options.depth.is_some_and(|depth| nodes[at].depth - top + 1 >= depth);
        let covered = if count > 1 || collapsed { count * size } else { 1 };
        let parent = open.last().map(|(unit, _)| *unit);
        if let Some(parent) = parent {
            units[parent].children += 1;
        }
        if covered == 1 && size > 1 {
            open.push((units.len(), at + size));
        }
        units.push(Unit { first: at, count, nodes: covered, parent, children: 0 });
        at += covered;
    }
    units
}

/// Spends a number of rows: on the first root, then on what was looked for and on what failed, then on the critical path, then on the
/// longest spans, each with all that is above it. Rows that count what is hidden cost as much as others.
struct Budget<'a> {
    units: &'a [Unit],
    kept: Vec<bool>,
    /// Of kept units, how many right below are not kept.
    hidden: Vec<usize>,
    hidden_roots: usize,
    left: usize,
}

impl<'a> Budget<'a> {
    fn spend(shown: Shown<'_>, options: &Options<'_>, units: &'a [Unit], rows: usize) -> Vec<bool> {
        let roots = units.iter().filter(|unit| unit.parent.is_none()).count();
        let mut budget = Self {
            units,
            kept: vec![false; units.len()],
            hidden: units.iter().map(|unit| unit.children).collect(),
            hidden_roots: roots,
            left: rows.saturating_sub(1),
        };
        let mut order: Vec<_> = units.iter().enumerate().map(|(at, unit)| (rank(shown, options, unit), at)).collect();
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
fn rank(shown: Shown<'_>, options: &Options<'_>, unit: &Unit) -> (u8, Reverse<Nanos>) {
    let Shown { trace, analysis } = shown;
    let (mut longest, mut waited_for) = (Nanos::MIN, 0);
    let mut class = 3;
    for node in unit.first..unit.first + unit.nodes {
        if let Some(span) = analysis.tree.span(trace, node) {
            // What is still running may be the longest of all.
            longest = longest.max(span.duration().unwrap_or(Nanos::MAX));
            waited_for += analysis.path.own(node);
            if span.is_error() || options.matches.get(node).copied().unwrap_or(false) {
                class = 1;
            }
        }
    }
    match class {
        _ if unit.first == options.zoom.unwrap_or(0) => (0, Reverse(longest)),
        3 if waited_for > 0 => (2, Reverse(waited_for)),
        class => (class, Reverse(longest)),
    }
}

/// What is counted of some nodes.
fn count(shown: Shown<'_>, options: &Options<'_>, nodes: Range<usize>) -> Below {
    let kept = nodes.filter(|node| options.keep.get(*node).copied().unwrap_or(true));
    let spans = kept.filter_map(|node| shown.analysis.tree.span(shown.trace, node));
    spans.fold(Below::default(), |below, span| Below {
        spans: below.spans + 1,
        errors: below.errors + usize::from(span.is_error()),
    })
}

/// A kept node of which not all that is below has been looked at.
struct Open {
    /// The node behind its subtree.
    end: usize,
    row: usize,
    hidden: Below,
}

fn emit(shown: Shown<'_>, options: &Options<'_>, units: &[Unit], kept: Option<&[bool]>) -> Vec<Planned> {
    let nodes = shown.analysis.tree.nodes();
    let top = options.zoom.map_or(0, |node| nodes[node].depth);
    let mut rows = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut outside = Below::default();
    let close = |closed: Open, depth: usize, rows: &mut Vec<Planned>| {
        if closed.hidden.spans > 0 {
            let entry = Entry::Hidden(closed.hidden);
            rows.push(Planned { entry, depth, last: true, parent: Some(closed.row), below: Below::default() });
        }
    };
    for (at, unit) in units.iter().enumerate() {
        while let Some(over) = open.pop_if(|open| open.end <= unit.first) {
            close(over, open.len() + 1, &mut rows);
        }
        let covered = unit.first..unit.first + unit.nodes;
        if kept.is_some_and(|kept| !kept[at]) {
            // Whatever is below a hidden unit is hidden, too, and counted with it where the last kept one is open.
            let hidden = open.last_mut().map_or(&mut outside, |open| &mut open.hidden);
            let more = count(shown, options, covered);
            *hidden = Below { spans: hidden.spans + more.spans, errors: hidden.errors + more.errors };
            continue;
        }
        let node = &nodes[unit.first];
        let (entry, below) = if unit.count == 1 {
            (Entry::Node(unit.first), count(shown, options, covered.start + 1..covered.end))
        } else {
            (Entry::Fold { first: unit.first, count: unit.count }, Below::default())
        };
        let parent = open.last().map(|open| open.row);
        rows.push(Planned { entry, depth: node.depth - top, last: true, parent, below });
        if unit.nodes == 1 && node.size > 1 {
            open.push(Open { end: unit.first + node.size, row: rows.len() - 1, hidden: Below::default() });
        }
    }
    while let Some(over) = open.pop() {
        close(over, open.len() + 1, &mut rows);
    }
    if outside.spans > 0 {
        rows.push(Planned { entry: Entry::Hidden(outside), depth: 0, last: true, parent: None, below: Below::default() });
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
