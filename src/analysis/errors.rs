//! Where trouble began, how far it went, and who made it good.
//!
//! Only a span with the status `error` has failed; an `exception` event in a span that ended well is none
//! (<https://opentelemetry.io/docs/specs/otel/trace/exceptions/>). Of the tree's pointers those count on which somebody waits: a
//! producer learns nothing of its consumer's failure.

use std::collections::{HashMap, HashSet};

use crate::model::time::{MICROSECOND, Nanos};
use crate::model::{Span, Time, Trace};

use super::Tree;
use super::operation::Attempt;

/// What a span has to do with the failures in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorRole {
    /// It failed, and nothing below it explains that: no child failed but such as were [retried](Self::Retried).
    Origin,
    /// It failed, and so did a child.
    Propagated,
    /// It ended well, although a child failed: the failure stops here.
    Handled,
    /// It failed and was made good: a later sibling tried the same – service, name, kind, and as far as the attributes say it,
    /// address, statement and method – after it had ended, and did not fail. The parent learns nothing of it: it is neither
    /// [`Self::Handled`] nor [`Self::Propagated`] by this child. What failed below keeps its own role.
    Retried,
}

/// The roles of the nodes of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErrorRoles(Vec<Option<ErrorRole>>);

impl ErrorRoles {
    /// Looks at each span once; at those beside a failed one twice. What has not arrived has no role, and what still runs handles
    /// nothing yet.
    pub fn of(trace: &Trace, tree: &Tree) -> Self {
        let count = tree.nodes().len();
        let mut roles = vec![None; count];
        if !trace.spans().iter().any(Span::is_error) {
            return Self(roles);
        }
        let good = Good::of(trace, tree);
        // Of each node: whether a child failed that it waited for and that was not made good.
        let mut trouble = vec![false; count];
        for node in (0..count).rev() {
            let Some(span) = tree.span(trace, node) else { continue };
            if !span.is_error() {
                roles[node] = (trouble[node] && span.end.is_some()).then_some(ErrorRole::Handled);
                continue;
            }
            let above = tree.nodes()[node].parent;
            roles[node] = Some(match trouble[node] {
                _ if above.is_some_and(|above| good.again(above, span)) => ErrorRole::Retried,
                true => ErrorRole::Propagated,
                false => ErrorRole::Origin,
            });
            if let Some(above) = above
                && roles[node] != Some(ErrorRole::Retried)
                && !tree.is_handed_over(trace, node)
            {
                trouble[above] = true;
            }
        }
        Self(roles)
    }

    /// Of one node; `None` where it has nothing to do with a failure, or where that is not known.
    pub fn get(&self, node: usize) -> Option<ErrorRole> {
        self.0.get(node).copied().flatten()
    }

    /// The nodes at which failures began, in the order of the tree.
    pub fn origins(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().filter(|(_, role)| **role == Some(ErrorRole::Origin)).map(|(node, _)| node)
    }
}

/// What went well beside something that failed.
struct Good<'a> {
    /// When the last of each began, by the node above.
    began: HashMap<(usize, Attempt<'a>), Time>,
    tolerance: Nanos,
}

impl<'a> Good<'a> {
    fn of(trace: &'a Trace, tree: &Tree) -> Self {
        let spans = || {
            let spans = tree.nodes().iter().enumerate();
            spans.filter_map(|(node, known)| Some((known.parent?, tree.span(trace, node)?)))
        };
        // To compare whole spans costs more than to compare their names, and most have no sibling that failed.
        let mut failed = HashSet::new();
        let mut above_failed = vec![false; tree.nodes().len()];
        for (above, span) in spans().filter(|(_, span)| span.is_error()) {
            failed.insert((above, span.name.as_str()));
            above_failed[above] = true;
        }
        let mut began = HashMap::new();
        for (above, span) in spans().filter(|(_, span)| !span.is_error() && span.end.is_some() && !span.start.is_unknown()) {
            if above_failed[above] && failed.contains(&(above, span.name.as_str())) {
                let last = began.entry((above, Attempt::of(span))).or_insert(span.start);
                *last = span.start.max(*last);
            }
        }
        Self { began, tolerance: MICROSECOND.max(trace.precision) }
    }

    /// Whether what failed there was tried again, and well, after it had ended.
    fn again(&self, above: usize, failed: &Span) -> bool {
        let Some(end) = failed.end else { return false };
        self.began.get(&(above, Attempt::of(failed))).is_some_and(|began| end.since(*began) <= self.tolerance)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{failed, named, of_kind, running, span, trace};
    use super::*;
    use crate::model::{Event, SpanKind};
    use proptest::prelude::*;

    /// The roles by node.
    fn roles(spans: Vec<Span>) -> Vec<Option<ErrorRole>> {
        let trace = trace(spans);
        let tree = Tree::build(&trace);
        let roles = ErrorRoles::of(&trace, &tree);
        (0..tree.nodes().len()).map(|node| roles.get(node)).collect()
    }

    fn fails(span: Span) -> Span {
        failed("", span)
    }

    fn called(name: &str, span: Span) -> Span {
        named("web", name, span)
    }

    use ErrorRole::{Handled, Origin, Propagated, Retried};

    #[test]
    fn it_begins_at_the_deepest_and_goes_up_to_who_ends_well() {
        let spans =
            vec![span(1, 0, 0, 9), span(2, 1, 1, 8), fails(span(3, 2, 2, 7)), fails(span(4, 3, 3, 6)), span(5, 4, 4, 5)];
        assert_eq!(roles(spans), [None, Some(Handled), Some(Propagated), Some(Origin), None]);
    }

    #[test]
    fn two_failures_below_one_span_both_began_there() {
        let spans = vec![fails(span(1, 0, 0, 9)), fails(span(2, 1, 1, 2)), fails(span(3, 1, 3, 4))];
        let trace = trace(spans);
        let tree = Tree::build(&trace);
        assert_eq!(ErrorRoles::of(&trace, &tree).origins().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_failure_that_is_made_good_troubles_nobody_above() {
        let attempts = |last: Span| vec![span(1, 0, 0, 9), fails(called("get", span(2, 1, 1, 3))), last];
        assert_eq!(roles(attempts(called("get", span(3, 1, 3, 6)))), [None, Some(Retried), None]);
        assert_eq!(roles(attempts(fails(called("get", span(3, 1, 3, 6))))), [Some(Handled), Some(Origin), Some(Origin)]);
        // Beside it, something else, of somebody else, still running: none of that is a retry.
        for other in [
            called("get", span(3, 1, 2, 6)),
            called("put", span(3, 1, 3, 6)),
            named("api", "get", span(3, 1, 3, 6)),
            of_kind(SpanKind::Client, called("get", span(3, 1, 3, 6))),
            running(called("get", span(3, 1, 3, 6))),
        ] {
            assert_eq!(roles(attempts(other)), [Some(Handled), Some(Origin), None]);
        }
        let mut parent = attempts(called("get", span(3, 1, 3, 6)));
        parent[0] = fails(parent[0].clone());
        assert_eq!(roles(parent)[0], Some(Origin), "what was made good explains nothing");
    }

    #[test]
    fn the_same_name_at_another_address_is_no_retry() {
        let get = |id, start, url: &str| {
            let attributes = [("url.full", url)].into_iter().collect();
            Span { attributes, ..called("GET", span(id, 1, start, start + 1)) }
        };
        let spans = |url| vec![span(1, 0, 0, 9), fails(get(2, 1, "http://a/1")), get(3, 4, url)];
        assert_eq!(roles(spans("http://a/1"))[1], Some(Retried));
        assert_eq!(roles(spans("http://a/2"))[1], Some(Origin));
    }

    #[test]
    fn what_failed_below_an_attempt_keeps_its_role() {
        let spans = vec![
            span(1, 0, 0, 9),
            fails(called("get", span(2, 1, 1, 3))),
            fails(span(3, 2, 1, 2)),
            called("get", span(4, 1, 3, 6)),
        ];
        assert_eq!(roles(spans), [None, Some(Retried), Some(Origin), None]);
    }

    #[test]
    fn an_exception_that_was_caught_is_no_failure() {
        let mut caught = span(2, 1, 1, 2);
        caught.events.push(Event { name: "exception".into(), ..Event::default() });
        assert_eq!(roles(vec![span(1, 0, 0, 9), caught]), [None, None]);
    }

    #[test]
    fn a_producer_learns_nothing_of_its_consumer() {
        let spans = vec![of_kind(SpanKind::Producer, span(1, 0, 0, 9)), fails(of_kind(SpanKind::Consumer, span(2, 1, 1, 20)))];
        assert_eq!(roles(spans), [None, Some(Origin)]);
    }

    #[test]
    fn what_still_runs_or_has_not_arrived_handles_nothing_yet() {
        assert_eq!(roles(vec![running(span(1, 0, 0, 0)), fails(span(2, 1, 1, 2))]), [None, Some(Origin)]);
        assert_eq!(roles(vec![fails(span(2, 9, 1, 2))]), [None, Some(Origin)]);
    }

    #[test]
    fn a_hundred_thousand_attempts_each_with_a_failure_below_are_no_trouble() {
        let attempts = (1..50_000).flat_map(|at| {
            let attempt = fails(called("get", span(at * 2, 1, at, at)));
            [attempt, fails(span(at * 2 + 1, at * 2, at, at))]
        });
        let mut spans: Vec<_> = std::iter::once(span(1, 0, 0, 60_000)).chain(attempts).collect();
        spans.push(called("get", span(1_000_000, 1, 59_000, 60_000)));
        let roles = roles(spans);
        assert_eq!(roles.iter().filter(|role| **role == Some(Retried)).count(), 49_999);
        assert_eq!(roles[0], None);
    }

    proptest! {
        #[test]
        fn a_role_agrees_with_the_status_and_with_those_below(
            spans in proptest::collection::vec((2u64..12, 0u64..12, 0u64..30, 0u64..30, any::<bool>(), 0u8..4), 1..20),
        ) {
            let spans = spans.into_iter().map(|(id, parent, start, end, fault, odd)| {
                let span = called(if odd == 0 { "a" } else { "b" }, span(id, parent, start, end));
                let span = if odd == 3 { running(span) } else { span };
                if fault { fails(span) } else { span }
            });
            let trace = trace(spans.collect());
            let tree = Tree::build(&trace);
            let roles = ErrorRoles::of(&trace, &tree);
            for node in 0..tree.nodes().len() {
                let span = tree.span(&trace, node);
                let troubled = tree.children(node).any(|child| matches!(roles.get(child), Some(Origin | Propagated)));
                match roles.get(node) {
                    Some(Origin) => prop_assert!(span.is_some_and(Span::is_error) && !troubled),
                    Some(Propagated) => prop_assert!(span.is_some_and(Span::is_error) && troubled),
                    Some(Retried) => prop_assert!(span.is_some_and(|span| span.is_error() && span.end.is_some())),
                    Some(Handled) => prop_assert!(span.is_some_and(|span| !span.is_error() && span.end.is_some()) && troubled),
                    None => prop_assert!(span.is_none_or(|span| !span.is_error() && (!troubled || span.end.is_none()))),
                }
            }
        }
    }
}
