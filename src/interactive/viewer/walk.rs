//! From one to the next: hits, errors, the critical path.

use super::Viewer;
use crate::render::waterfall::Entry;

impl Viewer {
    pub(super) fn next_hit(&mut self, backwards: bool) {
        let Some(search) = &self.search else { return self.say("nothing is looked for: / searches") };
        match search.next(self.here(backwards), backwards) {
            Some(node) => self.go_to_hit(node),
            None if search.is_done() => self.say("not found"),
            None => self.say("not found so far"),
        }
    }

    pub(super) fn next_error(&mut self, backwards: bool) {
        match self.next_of(&self.errors, backwards) {
            Some(node) => self.go_to(node, true),
            None => self.say("nothing failed here"),
        }
    }

    pub(super) fn next_critical(&mut self, backwards: bool) {
        match self.next_of(&self.critical, backwards) {
            Some(node) => self.go_to(node, true),
            None => self.say("nothing here is on the critical path"),
        }
    }

    /// Goes to what was found. Like siblings that all say it keep their common row.
    pub(super) fn go_to_hit(&mut self, node: usize) {
        let span = self.subject.analysis.tree.span(&self.subject.trace, node);
        let common = span.zip(self.search.as_ref()).is_some_and(|(span, search)| {
            [&span.name, span.service(), &span.status.message].into_iter().any(|text| search.needle().is_in(text))
        });
        self.go_to(node, common);
    }

    /// Selects the row of a node and unfolds what hides it. `common` says that like siblings have in common what is looked for, so
    /// that the row that stands for them will do.
    fn go_to(&mut self, node: usize, common: bool) {
        let hidden = match self.outline.row_of(node) {
            Some(row) => !common && matches!(self.outline.row(row).planned.entry, Entry::Fold { .. }),
            None => self.outline.contains(&self.subject, node),
        };
        if hidden {
            self.lift_budget();
        }
        let Some(row) = self.outline.row_of(node) else { return };
        let group = self
            .outline
            .group_of(row)
            .filter(|group| common && self.outline.row(*group).planned.depth == self.outline.row(row).planned.depth);
        let to = group.filter(|group| !self.outline.is_group_spread(*group)).unwrap_or(row);
        self.outline.reveal(&self.subject, to, &self.look);
        self.selected = to;
    }

    /// The node from which the next one is looked for: what a row stands for is behind us when we leave it.
    fn here(&self, backwards: bool) -> usize {
        match self.outline.row(self.selected).planned.entry {
            Entry::Node(node) => node,
            Entry::Fold { first, .. } if backwards => first,
            Entry::Fold { first, count } => first + count * self.subject.analysis.tree.nodes()[first].size - 1,
            // It stands behind everything that is drawn below the row above it.
            Entry::Hidden(_) => {
                (0..self.selected).rev().find_map(|row| self.outline.row(row).planned.entry.node()).unwrap_or(0)
            }
        }
    }

    /// Of nodes in order, the next one that belongs to what is drawn, going round.
    fn next_of(&self, nodes: &[usize], backwards: bool) -> Option<usize> {
        let here = self.here(backwards);
        let belongs = |node: &&usize| self.outline.contains(&self.subject, **node);
        if backwards {
            let (before, after) = nodes.split_at(nodes.partition_point(|node| *node < here));
            before.iter().rev().chain(after.iter().rev()).find(belongs).copied()
        } else {
            let (before, after) = nodes.split_at(nodes.partition_point(|node| *node <= here));
            after.iter().chain(before).find(belongs).copied()
        }
    }
}
