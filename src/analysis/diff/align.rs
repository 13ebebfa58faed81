//! The paths of both sides as one forest: which of them are the same, and in which order they stand.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::SpanKind;
use crate::model::time::Nanos;

use super::gather::{Above, DiffBuilder, Key, Path, Words};
use super::{Figures, Label, PathNode};

/// A node in the making.
#[derive(Debug)]
struct Joined {
    above: Above,
    /// The key that it has on each side.
    keys: [Option<Key>; 2],
    figures: [Figures; 2],
    first: Option<Nanos>,
    reasons: [Option<Arc<str>>; 2],
    /// Below it, in order.
    below: Vec<u32>,
}

/// What siblings have in common that only their kind can tell apart: service and name; `None` of parents that have not arrived.
type Called = Option<(u32, u32)>;

/// The kinds of siblings of one name on one side.
#[derive(Debug, Clone, Copy, Default)]
enum Kinds {
    #[default]
    None,
    One(Option<SpanKind>),
    Several,
}

/// The nodes of all paths, parents first. O(n log n).
pub(super) fn nodes(gathered: &DiffBuilder) -> Vec<PathNode> {
    let mut joined = join(&gathered.paths);
    let mut tops = Vec::new();
    for node in 0..joined.len() {
        match joined[node].above {
            Above::Path(above) => joined[above as usize].below.push(node as u32),
            Above::Root | Above::Nothing => tops.push(node as u32),
        }
    }
    let mut lists: Vec<Vec<u32>> = joined.iter_mut().map(|node| std::mem::take(&mut node.below)).collect();
    let order = |a: &u32, b: &u32| before(&joined[*a as usize], &joined[*b as usize], &gathered.words);
    tops.sort_by(order);
    for below in &mut lists {
        below.sort_by(order);
    }
    for (node, below) in joined.iter_mut().zip(lists) {
        node.below = below;
    }
    laid_out(&joined, &tops, &gathered.words)
}

/// Which paths are one node. Paths lie parents first, and so do the nodes.
fn join(paths: &[Path]) -> Vec<Joined> {
    let one_root_each = roots(paths);
    let mut joined: Vec<Joined> = Vec::new();
    let mut known = HashMap::<(Above, Called, Option<SpanKind>), u32>::new();
    // The node of each path.
    let mut nodes = vec![0; paths.len()];
    for level in levels(paths) {
        let above = |path: &Path, nodes: &[u32]| match path.above {
            Above::Path(above) => Above::Path(nodes[above as usize]),
            top => top,
        };
        let mut kinds = HashMap::<(Above, Called), [Kinds; 2]>::new();
        for &place in &level {
            let path = &paths[place];
            let (called, kind) = apart(path.key);
            let kinds = kinds.entry((above(path, &nodes), called)).or_default();
            for (side, kinds) in kinds.iter_mut().enumerate().filter(|(side, _)| path.figures[*side].present() > 0) {
                debug_assert!(path.figures[side].traces > 0, "what is there is in a trace");
                *kinds = match *kinds {
                    Kinds::None => Kinds::One(kind),
                    Kinds::One(one) if one == kind => Kinds::One(kind),
                    _ => Kinds::Several,
                };
            }
        }
        for place in level {
            let path = &paths[place];
            let above = above(path, &nodes);
            let (called, kind) = apart(path.key);
            let several = kinds[&(above, called)].iter().any(|kinds| matches!(kinds, Kinds::Several));
            let key = match above {
                Above::Root if one_root_each => (above, None, None),
                _ => (above, called, kind.filter(|_| several)),
            };
            let next = joined.len() as u32;
            let node = *known.entry(key).or_insert(next);
            if node == next {
                let (keys, figures, reasons) = Default::default();
                let new = Joined { above, keys, figures, first: None, reasons, below: Vec::new() };
                joined.push(new);
            }
            nodes[place] = node;
            joined[node as usize].take(path);
        }
    }
    joined
}

impl Joined {
    fn take(&mut self, path: &Path) {
        for (side, figures) in path.figures.iter().enumerate().filter(|(_, figures)| figures.present() > 0) {
            self.keys[side] = Some(path.key);
            self.figures[side].add(figures);
            if let Some(reason) = &path.reasons[side] {
                super::take_first(&mut self.reasons[side], reason);
            }
        }
        self.first = match (self.first, path.first) {
            (Some(known), Some(first)) => Some(known.min(first)),
            (known, first) => known.or(first),
        };
    }

    /// As what it is sorted and shown: B's, or, where it is only there, A's.
    fn key(&self) -> Key {
        let [a, b] = self.keys;
        b.or(a).unwrap_or(Key::Missing)
    }
}

fn apart(key: Key) -> (Called, Option<SpanKind>) {
    match key {
        Key::Spans { service, name, kind } => (Some((service, name)), Some(kind)),
        Key::Missing => (None, None),
    }
}

/// Whether each side has one root, so that they are matched whatever they are called.
fn roots(paths: &[Path]) -> bool {
    let tops = paths.iter().filter(|path| path.above == Above::Root);
    let mut sides = [0, 0];
    for path in tops {
        for (side, count) in sides.iter_mut().enumerate() {
            *count += usize::from(path.figures[side].present() > 0);
        }
    }
    sides == [1, 1]
}

/// Places of paths by how many are above them.
fn levels(paths: &[Path]) -> Vec<Vec<usize>> {
    let mut depths = vec![0; paths.len()];
    let mut levels: Vec<Vec<usize>> = Vec::new();
    for (place, path) in paths.iter().enumerate() {
        if let Above::Path(above) = path.above {
            depths[place] = depths[above as usize] + 1;
        }
        if levels.len() <= depths[place] {
            levels.push(Vec::new());
        }
        levels[depths[place]].push(place);
    }
    levels
}

/// Siblings by when they first begin, then by service, name and kind. What has no time stands behind. Exchanging the sides changes
/// nothing.
fn before(a: &Joined, b: &Joined, words: &Words) -> std::cmp::Ordering {
    let rank = |node: &Joined| (node.above != Above::Root, node.first.is_none(), node.first);
    let spelled = |key: Key| match key {
        Key::Spans { service, name, kind } => Some((words.word(service), words.word(name), kind)),
        Key::Missing => None,
    };
    rank(a).cmp(&rank(b)).then_with(|| spelled(a.key()).cmp(&spelled(b.key())))
}

/// The nodes in order, each with what is below it.
fn laid_out(joined: &[Joined], tops: &[u32], words: &Words) -> Vec<PathNode> {
    let mut nodes: Vec<PathNode> = Vec::with_capacity(joined.len());
    // Those to come, the next at the end, with their parent's place.
    let mut open: Vec<(u32, Option<usize>)> = tops.iter().rev().map(|top| (*top, None)).collect();
    while let Some((node, parent)) = open.pop() {
        let of = &joined[node as usize];
        let label = |key: Key| match key {
            Key::Spans { service, name, kind } => {
                Label::Spans { service: words.word(service).clone(), name: words.word(name).clone(), kind }
            }
            Key::Missing => Label::Missing,
        };
        open.extend(of.below.iter().rev().map(|below| (*below, Some(nodes.len()))));
        nodes.push(PathNode {
            labels: of.keys.map(|key| key.map(label)),
            parent,
            depth: parent.map_or(0, |parent| nodes[parent].depth + 1),
            size: 1,
            is_root: of.above == Above::Root,
            by_kind: false,
            figures: of.figures,
            reasons: of.reasons.clone(),
        });
    }
    for node in (0..nodes.len()).rev() {
        if let Some(parent) = nodes[node].parent {
            nodes[parent].size += nodes[node].size;
        }
    }
    mark_kinds(&mut nodes);
    nodes
}

/// Marks those whose sibling has the same service and name.
fn mark_kinds(nodes: &mut [PathNode]) {
    let mut first = HashMap::new();
    let mut same = Vec::new();
    for (place, node) in nodes.iter().enumerate() {
        let Label::Spans { service, name, .. } = node.label() else { continue };
        let called = (node.parent, node.is_root, service.clone(), name.clone());
        if let Some(other) = first.insert(called, place) {
            same.extend([other, place]);
        }
    }
    for place in same {
        nodes[place].by_kind = true;
    }
}
