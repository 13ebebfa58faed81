//! What the page shows one below the other: the rows of all media, and behind each that folds siblings, these themselves, so that a
//! reader can unfold them without a tree having to be built again.

use crate::render::waterfall::{Entry, Options, Row, Shown, rows};

/// A row of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    /// What it shows.
    pub(super) row: Row,
    /// How many items are above it: one more than in the tree for those that are folded.
    pub(super) depth: usize,
    /// Whether the page opens with what is below it out of sight.
    pub(super) closed: bool,
}

/// All items, each in front of what is below it. How many levels are shown is only how the page opens; a limit to rows, a zoom and what
/// is not kept are left out.
pub(super) fn items(shown: Shown<'_>, options: &Options<'_>) -> Vec<Item> {
    let nodes = shown.analysis.tree.nodes();
    let limited = rows(shown, &Options { depth: None, collapsed: &[], ..*options });
    let folds = limited.iter().any(|row| matches!(row.planned.entry, Entry::Fold { .. }));
    let single = Options { depth: None, collapsed: &[], max_rows: None, fold: false, ..*options };
    let each = if folds { rows(shown, &single) } else { Vec::new() };
    let closed = |node: usize, depth: usize| {
        nodes[node].size > 1
            && (options.collapsed.get(node).copied().unwrap_or(false) || options.depth.is_some_and(|most| depth + 1 >= most))
    };
    let mut items = Vec::with_capacity(limited.len().max(each.len()));
    for row in limited {
        let depth = row.planned.depth;
        match row.planned.entry {
            Entry::Node(node) => items.push(Item { row, depth, closed: closed(node, depth) }),
            Entry::Hidden(_) => items.push(Item { row, depth, closed: false }),
            Entry::Fold { first, count } => {
                items.push(Item { row, depth, closed: true });
                let end = first + count * nodes[first].size;
                let from = each.partition_point(|row| row.planned.entry.node() < Some(first));
                let members = each[from..].iter().take_while(|row| row.planned.entry.node() < Some(end));
                // What is folded is whole when it is unfolded.
                items.extend(members.map(|row| Item { row: *row, depth: row.planned.depth + 1, closed: false }));
            }
        }
    }
    items
}
