//! Time that nobody traced.
//!
//! A span that has children is instrumented below, so that a long time in which nothing below it was is a hole: code without spans, a
//! wait for a lock or a thread, or between a client and its server the network. What is further down counts, also where it was
//! before its own parent began: AWS Lambda's initialisation is below the function that it comes before. It must be on the critical path, be a fifth of the
//! trace (so that there are never more than five), and ten milliseconds, which is where a person begins to look.

use crate::model::time::{MILLISECOND, Nanos};
use crate::model::{Time, Trace};

use super::super::self_time::{interval, uncovered};
use super::super::{CriticalPath, Tree};
use super::{Finding, Kind, is_share};

/// So much of the trace it must be, in percent.
const SHARE: Nanos = 20;
/// So long it must be.
const LEAST: Nanos = 10 * MILLISECOND;

pub(super) fn find(trace: &Trace, tree: &Tree, path: &CriticalPath, found: &mut Vec<Finding>) {
    let worth = |time: Nanos| time >= LEAST && is_share(time, SHARE, path.duration());
    for segment in path.segments().iter().filter(|segment| worth(segment.end.since(segment.start))) {
        let parent = segment.node;
        let Some((start, end)) = tree.span(trace, parent).and_then(interval) else { continue };
        let children = || {
            let times = |node| tree.span(trace, node).and_then(interval).map(|(from, to)| (node, from, to));
            tree.children(parent).filter(|child| !tree.is_handed_over(trace, *child)).filter_map(times)
        };
        // Of a child that begins after its parent has ended, the clock is wrong, or it was not waited for: who knows when it was.
        if children().next().is_none() || children().any(|(_, starts, _)| starts > end) {
            continue;
        }
        let holes = uncovered(trace, tree, parent, (segment.start, segment.end))
            .into_iter()
            .filter(|(from, to)| worth(to.since(*from)));
        for (from, to) in holes.flat_map(|hole| without_deeper(trace, tree, parent, hole)) {
            if !worth(to.since(from)) || from < start || to > end {
                continue;
            }
            let before = children().filter(|(_, _, ends)| *ends <= from).max_by_key(|(node, _, ends)| (*ends, *node));
            let after = children().find(|(_, starts, _)| *starts >= to);
            let kind = Kind::Untraced { at_start: before.is_none(), at_end: after.is_none() };
            let nodes = before.into_iter().chain(after).map(|(node, ..)| node).collect();
            found.push(Finding { kind, parent, nodes, time: to.since(from) });
        }
    }
}

/// What is left of a hole between a node's children when the times of all that is further down are taken out, in order.
fn without_deeper(trace: &Trace, tree: &Tree, parent: usize, (from, to): (Time, Time)) -> Vec<(Time, Time)> {
    let mut within = Vec::new();
    let mut node = parent + 1;
    let end = tree.subtree(parent).end;
    while node < end {
        // Nobody waits for what was handed over, nor for what is below that.
        if tree.is_handed_over(trace, node) {
            node = tree.subtree(node).end;
            continue;
        }
        let known = tree.span(trace, node).and_then(interval);
        within.extend(known.filter(|(starts, ends)| *starts < to && *ends > from));
        node += 1;
    }
    within.sort_unstable();
    let mut left = Vec::new();
    let mut at = from;
    for (starts, ends) in within {
        if starts > at {
            left.push((at, starts));
        }
        at = at.max(ends);
    }
    if at < to {
        left.push((at, to));
    }
    left
}
