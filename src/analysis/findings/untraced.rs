//! Time that nobody traced.
//!
//! A span that has children is instrumented below, so that a long time in which none of them was is a hole: code without spans, a wait
//! for a lock or a thread, or between a client and its server the network. It must be on the critical path, be a fifth of the
//! trace (so that there are never more than five), and ten milliseconds, which is where a person begins to look.

use crate::model::Trace;
use crate::model::time::{MILLISECOND, Nanos};

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
        for (from, to) in uncovered(trace, tree, parent, (segment.start, segment.end)) {
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
