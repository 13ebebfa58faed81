//! The list of all rows.

use crate::render::waterfall::{Below, Entry, Planned, Shown};

use super::Subject;

/// Rows, and how they lie in each other.
#[derive(Debug, Default)]
pub(super) struct Built {
    pub(super) rows: Vec<Planned>,
    /// Of each row, the row behind its subtree; behind all of them for one that stands for like siblings.
    pub(super) ends: Vec<usize>,
    /// The rows that stand for like siblings and are followed by theirs.
    pub(super) groups: Vec<usize>,
}

/// The rows of a plan, and no more.
pub(super) fn as_it_is(rows: Vec<Planned>) -> Built {
    let mut built = Built { rows, ..Built::default() };
    built.end_all();
    built
}

/// The rows of a plan, and behind each that stands for like siblings the rows of all of them and of what is below.
pub(super) fn spread(shown: Shown<'_>, planned: Vec<Planned>, zoom: Option<usize>) -> Built {
    let nodes = shown.analysis.tree.nodes();
    let top = zoom.map_or(0, |node| nodes[node].depth);
    let mut built = Built { rows: Vec::with_capacity(nodes.len()), ..Built::default() };
    let mut moved = Vec::with_capacity(planned.len());
    // Rows of a group whose subtree is not over, with its end.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for row in planned {
        let parent = row.parent.map(|parent: usize| moved[parent]);
        moved.push(built.rows.len());
        built.rows.push(Planned { parent, ..row });
        let Entry::Fold { first, count } = row.entry else { continue };
        built.groups.push(built.rows.len() - 1);
        let end = first + count * nodes[first].size;
        for node in first..end {
            while open.pop_if(|(_, end)| *end <= node).is_some() {}
            let last = match nodes[node].parent.filter(|_| !open.is_empty()) {
                Some(above) => node + nodes[node].size == above + nodes[above].size,
                None => row.last && node + nodes[node].size == end,
            };
            let parent = open.last().map_or(parent, |(row, _)| Some(*row));
            if nodes[node].size > 1 {
                open.push((built.rows.len(), node + nodes[node].size));
            }
            let (entry, depth) = (Entry::Node(node), nodes[node].depth - top);
            built.rows.push(Planned { entry, depth, last, parent, below: Below::default() });
        }
        open.clear();
    }
    built.end_all();
    let mut groups = std::mem::take(&mut built.groups);
    for group in &mut groups {
        if let Entry::Fold { first, count } = built.rows[*group].entry {
            built.ends[*group] = *group + 1 + count * nodes[first].size;
        }
    }
    built.groups = groups;
    built
}

impl Built {
    fn end_all(&mut self) {
        let count = self.rows.len();
        self.ends = vec![count; count];
        let mut open: Vec<usize> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            while let Some(over) = open.pop_if(|over| self.rows[*over].depth >= row.depth) {
                self.ends[over] = at;
            }
            open.push(at);
        }
    }
}

/// Of each node, how many spans there are before it that a filter leaves, and how many of them failed; and then of all.
pub(super) fn before(subject: &Subject, filtered: bool) -> Vec<(u32, u32)> {
    let count = subject.analysis.tree.nodes().len();
    let mut before = Vec::with_capacity(count + 1);
    let (mut spans, mut errors) = (0, 0);
    before.push((0, 0));
    for node in 0..count {
        let kept = !filtered || subject.keep.get(node).copied().unwrap_or(true);
        if kept && let Some(span) = subject.analysis.tree.span(&subject.trace, node) {
            spans += 1;
            errors += u32::from(span.is_error());
        }
        before.push((spans, errors));
    }
    before
}
