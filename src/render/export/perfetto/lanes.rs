//! Which lane of its service each span is drawn on.
//!
//! Viewers draw what lies within another slice of the same thread as called by it. So a span goes on the lane of its parent if that is
//! what is innermost there and lasts as long as it does, and else on a lane on which nothing is: the parent's if it is free, or the
//! first. A lane becomes free when all that lies on it is over. Costs O(n log n).
//!
//! Perfetto leaves out what lies within more than 254 others (`slice_tracker.cc` of <https://github.com/google/perfetto>; 511 in later
//! versions), so what would lie deeper than [`DEEPEST`] begins a lane of its own.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;

use crate::model::Resource;

use super::super::Part;
use super::slices::Slice;

/// The services of a part, in the order in which the tree names them.
#[derive(Debug)]
pub(super) struct Lanes<'a> {
    pub(super) processes: Vec<Process<'a>>,
}

#[derive(Debug)]
pub(super) struct Process<'a> {
    pub(super) service: &'a str,
    /// How many lanes it takes.
    pub(super) lanes: usize,
}

/// So many lie within each other on one lane, with room for an event in the last.
const DEEPEST: usize = 250;

/// Gives every slice its process and its lane. The slices are by time, parents first.
pub(super) fn assign<'a>(part: &Part<'a>, slices: &mut [Slice]) -> Lanes<'a> {
    let nodes = part.shown.analysis.tree.nodes();
    let (processes, of_node) = processes(part);
    let mut open: Vec<Open> = processes.iter().map(|_| Open::default()).collect();
    // Of each node that has been placed, its lane.
    let mut lane_of: Vec<Option<usize>> = vec![None; nodes.len()];
    for slice in slices {
        slice.process = of_node[slice.node];
        let parent = nodes[slice.node].parent.filter(|parent| of_node[*parent] == slice.process);
        let above = parent.and_then(|parent| Some((parent, lane_of[parent]?)));
        (slice.lane, slice.nested) = open[slice.process].place(slice, above);
        lane_of[slice.node] = Some(slice.lane);
    }
    let lanes = processes.into_iter().zip(open).map(|(service, open)| Process { service, lanes: open.stacks.len() });
    Lanes { processes: lanes.collect() }
}

/// The services, and the place of that of each node; of nodes that are not written, none.
fn processes<'a>(part: &Part<'a>) -> (Vec<&'a str>, Vec<usize>) {
    let mut services = Vec::new();
    let mut by_name = HashMap::<&str, usize>::new();
    // Spans of one resource share it: its service is looked up once.
    let mut by_resource = HashMap::<*const Resource, usize>::new();
    let mut of_node = vec![usize::MAX; part.shown.analysis.tree.nodes().len()];
    for (node, span) in part.spans() {
        of_node[node] = *by_resource.entry(Arc::as_ptr(&span.resource)).or_insert_with(|| {
            *by_name.entry(span.service()).or_insert_with_key(|service| {
                services.push(*service);
                services.len() - 1
            })
        });
    }
    (services, of_node)
}

/// The lanes of one service, as they are at one time.
#[derive(Debug, Default)]
struct Open {
    /// What lies on each, innermost last.
    stacks: Vec<Vec<Lying>>,
    free: BTreeSet<usize>,
    /// When each lane that is not free becomes so.
    busy: BinaryHeap<Reverse<(u64, usize)>>,
}

#[derive(Debug, Clone, Copy)]
struct Lying {
    node: usize,
    end: u64,
    /// From when on something else may lie here.
    over: u64,
}

impl Lying {
    fn new(slice: &Slice) -> Self {
        let end = slice.end.unwrap_or(u64::MAX);
        // What begins in the same moment as something without length could be taken for its parent.
        let over = if end > slice.start { end } else { end.saturating_add(1) };
        Self { node: slice.node, end, over }
    }
}

impl Open {
    /// The lane for a slice, and whether it lies within its parent there.
    fn place(&mut self, slice: &Slice, above: Option<(usize, usize)>) -> (usize, bool) {
        let new = Lying::new(slice);
        while let Some(Reverse((_, lane))) = self.busy.peek().copied().filter(|Reverse((over, _))| *over <= slice.start) {
            self.busy.pop();
            self.stacks[lane].clear();
            self.free.insert(lane);
        }
        let mut wanted = None;
        if let Some((parent, lane)) = above {
            let stack = &mut self.stacks[lane];
            while stack.pop_if(|lying| lying.over <= slice.start).is_some() {}
            let within = stack.last().is_some_and(|lying| lying.node == parent && new.end <= lying.end);
            if within && stack.len() < DEEPEST {
                stack.push(new);
                return (lane, true);
            }
            wanted = Some(lane).filter(|lane| self.free.remove(lane));
        }
        let lane = wanted.or_else(|| self.free.pop_first()).unwrap_or_else(|| {
            self.stacks.push(Vec::new());
            self.stacks.len() - 1
        });
        self.stacks[lane].push(new);
        self.busy.push(Reverse((new.over, lane)));
        (lane, false)
    }
}
