//! Which rows of a trace are to be seen: all rows are laid out once, unfolded, and folding only says which of them are skipped.
//!
//! Rows lie in one list. The rows of each span that like siblings are made of come right behind the row that stands for them all; one
//! or the other is seen. A list of what is seen is kept, and where something is folded or unfolded, only that stretch of it is made
//! anew.

mod build;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::ops::Range;

use crate::render::Look;
use crate::render::waterfall::{Below, Columns, Entry, Layout, Mark, Row, marks, plan, rows_of};

use super::subject::{Cut, Subject};

/// A node without a row of its own.
const NO_ROW: u32 = u32::MAX;

/// What is folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folding {
    /// Of each node, whether what is below it is folded away.
    collapsed: Vec<bool>,
    /// Whether like siblings each have a row, in general.
    spread: bool,
    /// The first nodes of those for which the contrary holds.
    but: HashSet<usize>,
}

impl Folding {
    /// Nothing is folded below the first so many levels under `top`, but like siblings, unless they are spread.
    pub(super) fn new(subject: &Subject, top: Option<usize>, depth: Option<usize>, spread: bool) -> Self {
        let nodes = subject.analysis.tree.nodes();
        let top = top.map_or(0, |node| nodes[node].depth);
        let deep = |at: usize| depth.is_some_and(|depth| at >= top && at - top + 1 >= depth);
        let collapsed = nodes.iter().map(|node| node.size > 1 && deep(node.depth)).collect();
        Self { collapsed, spread, but: HashSet::new() }
    }

    fn is_spread(&self, first: usize) -> bool {
        self.spread != self.but.contains(&first)
    }
}

/// All rows, and which of them are seen.
#[derive(Debug)]
pub(super) struct Outline {
    /// Every row.
    pub(super) layout: Layout,
    /// Which part of the subject these are.
    pub(super) cut: Cut,
    folding: Folding,
    /// The columns as they were measured, and for which width.
    measured: (usize, Columns),
    /// Of each row, the row behind its subtree; behind all of them for one that stands for like siblings.
    ends: Vec<usize>,
    /// The rows that stand for like siblings, in order.
    groups: Vec<usize>,
    /// The row of each node.
    row_of: Vec<u32>,
    /// Of each node, how many spans there are before it that may be seen, and how many of them failed; and then of all.
    before: Vec<(u32, u32)>,
    /// The rows that are seen, in order.
    visible: Vec<usize>,
    /// How many of these are rows of one span.
    alone: usize,
    stale: Stale,
}

/// Which rows look different than before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stale {
    /// Every one.
    pub(super) all: bool,
    /// Else these.
    pub(super) rows: Vec<usize>,
}

impl Outline {
    /// Lays out a part of the subject.
    pub(super) fn new(subject: &Subject, cut: Cut, folding: Folding, look: &Look) -> Self {
        let (shown, options) = (subject.shown(), subject.options(&cut));
        let planned = plan(shown, &options);
        let built = if cut.max_rows.is_some() { build::as_it_is(planned) } else { build::spread(shown, planned, cut.zoom) };
        let mut row_of = vec![NO_ROW; subject.analysis.tree.nodes().len()];
        for (at, row) in built.rows.iter().enumerate() {
            // Of like siblings, each has its own as long as there is no budget.
            if matches!(row.entry, Entry::Node(_)) || cut.max_rows.is_some() {
                row.entry.nodes(&subject.analysis.tree).for_each(|node| row_of[node] = at as u32);
            }
        }
        let mut layout = Layout::new(shown, rows_of(shown, &options, built.rows), &options, look);
        let columns = with_room_for_marks(subject, &layout);
        layout.put(columns.within(look));
        let mut outline = Self {
            layout,
            cut,
            folding,
            measured: (look.columns(), columns),
            ends: built.ends,
            groups: built.groups,
            row_of,
            before: build::before(subject, cut.filtered),
            visible: Vec::new(),
            alone: 0,
            stale: Stale::default(),
        };
        for row in 0..outline.layout.rows.len() {
            outline.count_below(subject, row, look);
        }
        outline.refill(subject, 0..outline.layout.rows.len());
        outline.stale = Stale::default();
        outline
    }

    /// Puts the same rows into columns for another width. Looks at each only where they were never measured for as much.
    pub(super) fn fit(&mut self, subject: &Subject, look: &Look) {
        let (width, columns) = self.measured;
        if look.columns() > width {
            self.layout.measure(subject.shown(), look);
            let most = columns.marks;
            let columns = with_room_for_marks(subject, &self.layout);
            self.measured = (look.columns(), Columns { marks: columns.marks.max(most), ..columns });
        }
        self.layout.put(self.measured.1.within(look));
    }

    /// What is folded now.
    pub(super) fn folding(&self) -> &Folding {
        &self.folding
    }

    /// Which rows look different than they did the last time that this was asked.
    pub(super) fn take_stale(&mut self) -> Stale {
        std::mem::take(&mut self.stale)
    }

    /// Marks the row of a node as what is looked for, and that of the like siblings which it belongs to; or takes that back.
    pub(super) fn mark(&mut self, subject: &Subject, node: usize, hit: bool) {
        let Some(row) = self.row_of(node) else { return };
        for row in [Some(row), self.group_of(row)].into_iter().flatten() {
            let highlighted = self.row(row).planned.entry.node().and_then(|node| subject.matches.get(node)).copied();
            self.layout.rows[row].matched = hit || highlighted.unwrap_or(false);
            self.stale.rows.push(row);
        }
    }

    /// The rows that are seen.
    pub(super) fn visible(&self) -> &[usize] {
        &self.visible
    }

    /// What a row shows.
    pub(super) fn row(&self, row: usize) -> &Row {
        &self.layout.rows[row]
    }

    /// The place of a row among those that are seen, or of what it is folded into.
    pub(super) fn place(&self, row: usize) -> usize {
        self.visible.partition_point(|seen| *seen <= row).saturating_sub(1)
    }

    /// Of a row that may not be seen, one that is, and stands for it.
    pub(super) fn seen(&self, row: usize) -> usize {
        self.visible.get(self.place(row)).copied().unwrap_or(0)
    }

    /// How many spans have no row of their own on the screen, however far it is scrolled.
    pub(super) fn folded_away(&self) -> usize {
        self.layout.whole.drawn.saturating_sub(self.alone)
    }

    /// The row of a node, or of it and its like where there is a budget; `None` where it belongs to another part of the subject, or the budget hides it.
    pub(super) fn row_of(&self, node: usize) -> Option<usize> {
        self.row_of.get(node).filter(|row| **row != NO_ROW).map(|row| *row as usize)
    }

    /// Whether a node belongs to this part of the subject, so that it has a row or would have one without a budget.
    pub(super) fn contains(&self, subject: &Subject, node: usize) -> bool {
        let zoomed = self.cut.zoom.is_none_or(|top| subject.analysis.tree.subtree(top).contains(&node));
        zoomed && (!self.cut.filtered || subject.keep.get(node).copied().unwrap_or(true))
    }

    /// Whether a row has rows below it, seen or not.
    pub(super) fn has_below(&self, row: usize) -> bool {
        matches!(self.row(row).planned.entry, Entry::Node(_)) && self.ends[row] > row + 1
    }

    /// Whether what is below a row is folded away.
    pub(super) fn is_folded(&self, row: usize) -> bool {
        match self.row(row).planned.entry {
            Entry::Node(node) => self.has_below(row) && self.folding.collapsed[node],
            Entry::Fold { .. } | Entry::Hidden(_) => true,
        }
    }

    /// The row that stands for the like siblings to which a row belongs, if it does, be it one of theirs or below one.
    pub(super) fn group_of(&self, row: usize) -> Option<usize> {
        let group = *self.groups.get(self.groups.partition_point(|group| *group <= row).checked_sub(1)?)?;
        (row < self.ends[group]).then_some(group)
    }

    /// Folds away what is below a node, or shows it.
    pub(super) fn fold(&mut self, subject: &Subject, row: usize, away: bool, look: &Look) {
        let Entry::Node(node) = self.row(row).planned.entry else { return };
        if self.folding.collapsed[node] != away {
            self.folding.collapsed[node] = away;
            self.count_below(subject, row, look);
            self.refill(subject, row..self.ends[row]);
        }
    }

    /// Gives like siblings a row each, or one for all. There is nothing to spread as long as there is a budget.
    pub(super) fn spread(&mut self, subject: &Subject, group: usize, apart: bool) {
        let Entry::Fold { first, .. } = self.row(group).planned.entry else { return };
        if self.folding.is_spread(first) != apart && self.cut.max_rows.is_none() {
            if !self.folding.but.remove(&first) {
                self.folding.but.insert(first);
            }
            self.refill(subject, group..self.ends[group]);
        }
    }

    /// Whether the like siblings for which a row stands each have one.
    pub(super) fn is_group_spread(&self, group: usize) -> bool {
        matches!(self.row(group).planned.entry, Entry::Fold { first, .. } if self.folding.is_spread(first))
    }

    /// Whether like siblings each have a row, in general.
    pub(super) fn is_spread(&self) -> bool {
        self.folding.spread
    }

    /// The same for all.
    pub(super) fn spread_all(&mut self, subject: &Subject, apart: bool) {
        self.folding.spread = apart;
        self.folding.but.clear();
        self.refill(subject, 0..self.layout.rows.len());
    }

    /// Folds all that is below the first level, or unfolds all that is folded.
    pub(super) fn fold_all(&mut self, subject: &Subject, away: bool, look: &Look) {
        for row in 0..self.layout.rows.len() {
            if let Entry::Node(node) = self.row(row).planned.entry {
                self.folding.collapsed[node] = away && self.has_below(row) && self.row(row).planned.depth > 0;
                self.count_below(subject, row, look);
            }
        }
        self.refill(subject, 0..self.layout.rows.len());
    }

    /// Folds as it was before.
    pub(super) fn fold_as(&mut self, subject: &Subject, folding: Folding, look: &Look) {
        self.folding = folding;
        for row in 0..self.layout.rows.len() {
            self.count_below(subject, row, look);
        }
        self.refill(subject, 0..self.layout.rows.len());
    }

    /// Unfolds what hides a row. Costs as many steps as there are levels above it, and what becomes seen.
    pub(super) fn reveal(&mut self, subject: &Subject, row: usize, look: &Look) {
        let mut outermost = row..row + 1;
        let mut above = self.row(row).planned.parent;
        while let Some(at) = above {
            if let Entry::Node(node) = self.row(at).planned.entry
                && self.folding.collapsed[node]
            {
                self.folding.collapsed[node] = false;
                self.count_below(subject, at, look);
                outermost = at..self.ends[at];
            }
            above = self.row(at).planned.parent;
        }
        if let Some(group) = self.group_of(row)
            && let Entry::Fold { first, .. } = self.row(group).planned.entry
            && row != group
            && !self.folding.is_spread(first)
        {
            if !self.folding.but.remove(&first) {
                self.folding.but.insert(first);
            }
            let end = self.ends[group];
            outermost = outermost.start.min(group)..outermost.end.max(end);
        }
        self.refill(subject, outermost);
    }

    /// Says on a row how much is folded away below it, and that something in there failed.
    fn count_below(&mut self, subject: &Subject, row: usize, look: &Look) {
        let Entry::Node(node) = self.row(row).planned.entry else { return };
        let below = if self.is_folded(row) {
            let nodes = subject.analysis.tree.subtree(node);
            let ((from, errors_from), (to, errors_to)) = (self.before[nodes.start + 1], self.before[nodes.end]);
            Below { spans: (to - from) as usize, errors: (errors_to - errors_from) as usize }
        } else {
            Below::default()
        };
        if self.row(row).planned.below == below {
            return;
        }
        self.layout.rows[row].planned.below = below;
        self.stale.rows.push(row);
        // An error below may be one mark more than any row had.
        let wanted = marks_of(subject, self.row(row)) + 2;
        if wanted > self.measured.1.marks {
            self.measured.1.marks = wanted;
            self.stale.all = true;
            self.layout.put(self.measured.1.within(look));
        }
    }

    /// Whether a row is folded away with what is above it, or with its like.
    fn is_hidden(&self, row: usize) -> bool {
        let above = |row: &usize| self.row(*row).planned.parent;
        let folded = std::iter::successors(above(&row), above).any(|above| self.is_folded(above));
        folded || self.group_of(row).is_some_and(|group| group != row && !self.is_group_spread(group))
    }

    /// Finds out anew which rows of a stretch are seen: a row, or what stands for some, and all that is below.
    fn refill(&mut self, subject: &Subject, stretch: Range<usize>) {
        if stretch.start < stretch.end && self.is_hidden(stretch.start) {
            return;
        }
        let mut seen = Vec::new();
        let mut at = stretch.start;
        while at < stretch.end {
            at = match self.row(at).planned.entry {
                Entry::Fold { first, .. } if self.cut.max_rows.is_none() && self.folding.is_spread(first) => at + 1,
                Entry::Node(node) if !self.folding.collapsed[node] => {
                    seen.push(at);
                    at + 1
                }
                _ => {
                    seen.push(at);
                    self.ends[at]
                }
            };
        }
        let tree = &subject.analysis.tree;
        let rows = &self.layout.rows;
        let alone =
            |row: &usize| matches!(rows[*row].planned.entry, Entry::Node(node) if tree.span(&subject.trace, node).is_some());
        let from = self.visible.partition_point(|row| *row < stretch.start);
        let to = self.visible.partition_point(|row| *row < stretch.end);
        self.alone += seen.iter().filter(|row| alone(row)).count();
        self.alone -= self.visible[from..to].iter().filter(|row| alone(row)).count();
        self.visible.splice(from..to, seen);
    }
}

/// How many marks a row has beside that of what is looked for.
fn marks_of(subject: &Subject, row: &Row) -> usize {
    marks(subject.shown(), row).filter(|mark| *mark != Mark::Match).count()
}

/// The columns of a layout, with room for the mark of what is looked for beside all others, and for a blank.
fn with_room_for_marks(subject: &Subject, layout: &Layout) -> Columns {
    let most = layout.rows.iter().map(|row| marks_of(subject, row)).max().unwrap_or(0);
    Columns { marks: most + 2, ..layout.columns }
}
