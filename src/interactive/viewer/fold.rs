//! What keys fold, unfold and zoom.

use super::Viewer;
use crate::interactive::outline::Outline;
use crate::interactive::search::Search;
use crate::interactive::subject::Cut;
use crate::render::units;
use crate::render::waterfall::Entry;

impl Viewer {
    /// Folds what is below the selected row; where nothing is, or it is folded, goes to the row above.
    pub(super) fn fold_or_leave(&mut self) {
        let row = self.selected;
        if self.outline.has_below(row) && !self.outline.is_folded(row) {
            self.outline.fold(&self.subject, row, true, &self.look);
        } else if let Some(parent) = self.outline.row(row).planned.parent {
            self.selected = parent;
        }
    }

    /// Unfolds the selected row; where it is unfolded, goes to the first row below it.
    pub(super) fn unfold_or_enter(&mut self) {
        let row = self.selected;
        match self.outline.row(row).planned.entry {
            Entry::Node(_) if self.outline.is_folded(row) => self.outline.fold(&self.subject, row, false, &self.look),
            Entry::Node(_) if self.outline.has_below(row) => {
                let place = self.outline.place(row) + 1;
                self.selected = self.outline.visible().get(place).copied().unwrap_or(row);
            }
            Entry::Node(_) => {}
            Entry::Fold { .. } => self.spread(),
            Entry::Hidden(_) => self.lift_budget(),
        }
    }

    /// Folds what is unfolded and the other way round. On one of like siblings with nothing below, folds all of these.
    pub(super) fn toggle(&mut self) {
        let row = self.selected;
        let folded = self.outline.is_folded(row);
        match self.outline.row(row).planned.entry {
            Entry::Node(_) if self.outline.has_below(row) => self.outline.fold(&self.subject, row, !folded, &self.look),
            Entry::Node(_) => {
                if let Some(group) = self.outline.group_of(row).filter(|group| self.is_sibling(*group, row)) {
                    self.outline.spread(&self.subject, group, false);
                }
            }
            Entry::Fold { .. } => self.spread(),
            Entry::Hidden(_) => self.lift_budget(),
        }
    }

    /// Whether a row is one of those that another stands for, and not below one.
    fn is_sibling(&self, group: usize, row: usize) -> bool {
        self.outline.row(group).planned.depth == self.outline.row(row).planned.depth
    }

    /// Gives each of the selected like siblings a row.
    fn spread(&mut self) {
        let Some(node) = self.node() else { return };
        if self.outline.cut.max_rows.is_some() {
            self.lift_budget();
        }
        let group = self.outline.row_of(node).and_then(|row| self.outline.group_of(row));
        if let Some(group) = group {
            self.outline.spread(&self.subject, group, true);
            self.selected = group + 1;
        }
    }

    /// Folds all below the first level, or unfolds all.
    pub(super) fn fold_all(&mut self, away: bool) {
        if !away && self.outline.cut.max_rows.is_some() {
            self.lift_budget();
        }
        self.outline.fold_all(&self.subject, away, &self.look);
        if !away && self.outline.folded_away() > 0 {
            self.say("many alike still share a row: x gives each its own");
        }
    }

    /// Gives all like siblings one row, or each one.
    pub(super) fn spread_all(&mut self) {
        if self.outline.cut.max_rows.is_some() {
            self.lift_budget();
        }
        let apart = !self.outline.is_spread();
        self.outline.spread_all(&self.subject, apart);
        self.say(if apart { "each span has a row of its own" } else { "many alike share one row" });
    }

    /// Shows what the budget hid.
    pub(super) fn lift_budget(&mut self) {
        if self.outline.cut.max_rows.is_none() {
            return;
        }
        // What was hidden comes behind the row that stands above the place where it was counted.
        let before = (0..=self.selected).rev().find_map(|row| self.outline.row(row).planned.entry.node());
        self.cut(Cut { max_rows: None, ..self.outline.cut });
        if let Some(row) = before.and_then(|node| self.outline.row_of(node)) {
            self.selected = self.outline.seen(row);
        }
        self.say("--max-rows holds no longer: all rows are there");
    }

    /// Shows all spans, or only those that the filter left.
    pub(super) fn toggle_filter(&mut self) {
        if self.subject.keep.is_empty() {
            return self.say("there is no --where and no --service to switch");
        }
        let filtered = !self.outline.cut.filtered;
        self.cut(Cut { filtered, ..self.outline.cut });
        self.say(if filtered { "only what --where and --service leave" } else { "all spans" });
    }

    /// Makes the selected span the top of what is drawn.
    pub(super) fn zoom_in(&mut self) {
        match self.outline.row(self.selected).planned.entry {
            Entry::Node(node) if self.outline.cut.zoom != Some(node) => {
                self.outline.fold(&self.subject, self.selected, false, &self.look);
                let zoomed = self.outlined(Cut { zoom: Some(node), ..self.outline.cut });
                let before = self.show(zoomed);
                self.zooms.push(Some(before));
                self.say("zoomed in: Z goes back");
            }
            Entry::Node(_) => {}
            Entry::Fold { count, .. } => {
                self.say(format!("these are {}: l gives each a row", units::plural(count, "span", "spans")));
            }
            Entry::Hidden(_) => self.say("these are not drawn: l shows them"),
        }
    }

    /// Goes back to what was drawn before.
    pub(super) fn zoom_out(&mut self) {
        let now = self.outline.cut;
        match self.zooms.pop() {
            // To lay out all of a trace again takes a moment, if it is a large one.
            Some(Some(mut before)) if before.cut == (Cut { zoom: before.cut.zoom, ..now }) => {
                before.fit(&self.subject, &self.look);
                drop(self.show(before));
            }
            Some(before) => self.cut(Cut { zoom: before.and_then(|before| before.cut.zoom), ..now }),
            None => self.say("this is the whole trace"),
        }
    }

    /// Shows another part of the trace, with the same span selected if it is there.
    fn cut(&mut self, cut: Cut) {
        let outline = self.outlined(cut);
        drop(self.show(outline));
    }

    fn outlined(&self, cut: Cut) -> Outline {
        Outline::new(&self.subject, cut, self.outline.folding().clone(), &self.look)
    }

    /// The same for rows that are laid out already; those that were seen until now, without what is looked for.
    fn show(&mut self, outline: Outline) -> Outline {
        let node = self.node();
        for hit in self.search.iter().flat_map(Search::found) {
            self.outline.mark(&self.subject, hit, false);
        }
        let before = std::mem::replace(&mut self.outline, outline);
        self.painted.clear();
        (self.header, self.about, self.top) = (None, None, 0);
        self.selected = node.and_then(|node| self.outline.row_of(node)).map_or(0, |row| self.outline.seen(row));
        let from = self.node().unwrap_or(0);
        self.search = self.search.take().map(|search| Search::new(search.needle().clone(), from, &self.subject));
        before
    }
}
