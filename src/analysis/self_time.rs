//! Self time: how long a span was at work itself, and not waiting for those that it called.
//!
//! What is left of a span's interval without the union of its children's, each cut to the parent. As in Jaeger's user interface
//! (<https://github.com/jaegertracing/jaeger-ui>, `compute-span-self-time.ts`), but in one pass over all spans, and a consumer below
//! a producer covers nothing, because the producer does not wait for it.

use crate::model::time::Nanos;
use crate::model::{Span, Time, Trace};

use super::Tree;

/// The self time of each node of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfTimes(Vec<Option<u64>>);

impl SelfTimes {
    /// Looks at each span once: siblings lie by their start.
    pub fn of(trace: &Trace, tree: &Tree) -> Self {
        let count = tree.nodes().len();
        // Of each node: its self time so far, and up to where it is known.
        let mut own = vec![None; count];
        let mut known = vec![0; count];
        for node in 0..count {
            if let Some((start, _)) = tree.span(trace, node).and_then(interval) {
                own[node] = Some(0);
                known[node] = start.0;
            }
            let Some(above) = tree.nodes()[node].parent else { continue };
            let Some((_, end)) = tree.span(trace, above).and_then(interval) else { continue };
            let Some(child) = tree.span(trace, node).filter(|_| !tree.is_handed_over(trace, node)) else { continue };
            let Some((from, to)) = covered(child, end) else { continue };
            if let Some(own) = &mut own[above] {
                *own += from.0.saturating_sub(known[above]);
            }
            known[above] = known[above].max(to.0);
        }
        for node in 0..count {
            if let (Some(own), Some((_, end))) = (&mut own[node], tree.span(trace, node).and_then(interval)) {
                *own += end.0.saturating_sub(known[node]);
            }
        }
        Self(own)
    }

    /// Of one node, in nanoseconds; `None` where the span has not arrived, has no start or no end, or ends before it starts.
    pub fn get(&self, node: usize) -> Option<Nanos> {
        self.0.get(node).copied().flatten().map(Nanos::from)
    }
}

/// From when to when a span was; `None` where that is not known or makes no sense.
pub(super) fn interval(span: &Span) -> Option<(Time, Time)> {
    span.end.filter(|end| !span.start.is_unknown() && *end >= span.start).map(|end| (span.start, end))
}

/// What a child covers of a parent that ends then; all that is left where it still runs, and nothing where it has no length.
fn covered(child: &Span, end: Time) -> Option<(Time, Time)> {
    let to = child.end.unwrap_or(end).min(end);
    (!child.start.is_unknown() && child.start < to).then_some((child.start, to))
}

/// The parts of the time from `start` to `end` in which none of a node's children was, in order.
pub fn uncovered(trace: &Trace, tree: &Tree, node: usize, (start, end): (Time, Time)) -> Vec<(Time, Time)> {
    let mut parts = Vec::new();
    let mut known = start;
    for child in tree.children(node) {
        let Some(span) = tree.span(trace, child).filter(|_| !tree.is_handed_over(trace, child)) else { continue };
        let Some((from, to)) = covered(span, end) else { continue };
        if from > known {
            parts.push((known, from));
        }
        known = known.max(to);
    }
    if end > known {
        parts.push((known, end));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::samples::{of_kind, running, span, trace};
    use super::*;
    use crate::model::SpanKind;
    use proptest::prelude::*;

    /// The self times in milliseconds, by node.
    fn own(spans: Vec<Span>) -> Vec<Option<Nanos>> {
        let trace = trace(spans);
        let tree = Tree::build(&trace);
        let own = SelfTimes::of(&trace, &tree);
        (0..tree.nodes().len()).map(|node| own.get(node).map(|own| own / 1_000_000)).collect()
    }

    #[test]
    fn children_that_overlap_are_taken_off_once() {
        assert_eq!(own(vec![span(1, 0, 0, 10), span(2, 1, 1, 5), span(3, 1, 3, 6), span(4, 1, 4, 5)])[0], Some(5));
    }

    #[test]
    fn of_children_that_reach_beyond_it_counts_what_is_within() {
        assert_eq!(own(vec![span(1, 0, 5, 10), span(2, 1, 1, 6), span(3, 1, 9, 40), span(4, 1, 50, 60)])[0], Some(3));
    }

    #[test]
    fn what_is_handed_over_is_not_waited_for() {
        let sent = of_kind(SpanKind::Producer, span(1, 0, 0, 10));
        assert_eq!(own(vec![sent.clone(), of_kind(SpanKind::Consumer, span(2, 1, 1, 9))])[0], Some(10));
        assert_eq!(own(vec![sent, of_kind(SpanKind::Client, span(2, 1, 1, 9))])[0], Some(2));
    }

    #[test]
    fn what_still_runs_has_none_and_covers_the_rest_of_its_parent() {
        assert_eq!(own(vec![span(1, 0, 0, 10), running(span(2, 1, 4, 5))]), [Some(4), None]);
    }

    #[test]
    fn what_ends_before_it_starts_has_none() {
        assert_eq!(own(vec![span(1, 0, 10, 5), span(2, 1, 6, 7)]), [None, Some(1)]);
    }

    proptest! {
        #[test]
        fn it_is_the_sum_of_what_is_uncovered(
            spans in proptest::collection::vec((2u64..9, 0u64..9, 0u64..30, 0u64..30, any::<bool>()), 1..12),
        ) {
            let spans = spans.into_iter().map(|(id, parent, start, end, runs)| {
                let span = span(id, parent, start, end);
                if runs { running(span) } else { span }
            });
            let trace = trace(spans.collect());
            let tree = Tree::build(&trace);
            let own = SelfTimes::of(&trace, &tree);
            for node in 0..tree.nodes().len() {
                let within = tree.span(&trace, node).and_then(interval);
                let sum = within.map(|within| {
                    let parts = uncovered(&trace, &tree, node, within);
                    assert!(parts.windows(2).all(|pair| pair[0].1 < pair[1].0));
                    parts.iter().map(|(start, end)| end.since(*start)).sum::<Nanos>()
                });
                prop_assert_eq!(own.get(node), sum);
            }
        }
    }
}
