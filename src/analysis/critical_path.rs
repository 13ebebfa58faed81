//! The critical path: of each moment of the trace, whose work it was that the root waited for.
//!
//! The sweep of Kibana (<https://github.com/elastic/kibana>, `common/critical_path/get_critical_path.ts`), made iterative: from the
//! end of a span back to its start, the child that ended last is what it waited for; before that child began, the one that ended last
//! until then; what no child fills is the span's own. So its segments tile the root's time without a gap, and their sum is its
//! duration.
//!
//! What others got wrong is told apart: a child that ends in the very moment in which the next one starts was waited for, also
//! where the clock's last digit says otherwise (<https://github.com/jaegertracing/jaeger/issues/9148>); a child that outlives its parent is
//! cut where the parent ends; a consumer is not waited for by its producer.
//!
//! All of this assumes that a span ends as soon as what it waited for has ended, and that it begins a child when what it waited for
//! before has ended. Spans do not say so (<https://github.com/open-telemetry/opentelemetry-specification/issues/4079>): where children run
//! beside their parent, [`CriticalPath::assumed`] says how often that had to be guessed.

use crate::model::time::{MICROSECOND, Nanos};
use crate::model::{Time, Trace};

use super::{Marks, Tree, What};

/// What the duration of a trace is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CriticalPath {
    root: Option<usize>,
    range: Option<(Time, Time)>,
    segments: Vec<Segment>,
    /// Places of segments by their node, then by time.
    by_node: Vec<u32>,
    visits: Vec<Option<(Time, Time)>>,
    own: Vec<u64>,
    slack: Vec<Option<u64>>,
    assumed: usize,
}

/// A time in which the trace waited for one span itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The node whose span it is.
    pub node: usize,
    /// From when.
    pub start: Time,
    /// Until when; after the start.
    pub end: Time,
}

/// A child as its parent sees it.
#[derive(Debug, Clone, Copy)]
struct Child {
    node: usize,
    start: u64,
    end: u64,
}

/// A span whose time is being given to those whom it waited for.
#[derive(Debug)]
struct Visit {
    node: usize,
    start: u64,
    /// Everything after this is given away.
    cursor: u64,
    /// Whether it is on the path, or only looked at for the slack below it.
    on_path: bool,
    /// Those below, the last to end at the end of the list.
    waiting: Vec<Child>,
    /// Where the last child that was waited for ends.
    last_end: u64,
}

impl CriticalPath {
    /// Of the first root; of a trace without one, of the longest span at the top. Costs O(n log n).
    pub fn of(trace: &Trace, tree: &Tree) -> Self {
        let count = tree.nodes().len();
        let mut path = Self { visits: vec![None; count], own: vec![0; count], slack: vec![None; count], ..Self::default() };
        let known = Known::of(trace, tree);
        path.root = known.root();
        for top in tree.roots() {
            let Some((start, end)) = known.extent(top) else { continue };
            let on_path = path.root == Some(top);
            if on_path {
                path.range = Some((start, end));
            }
            path.slack[top] = on_path.then_some(0);
            path.sweep(&known, top, (start.0, end.0), on_path);
        }
        path.segments.reverse();
        path.by_node = (0..path.segments.len() as u32).collect();
        path.by_node.sort_by_key(|place| path.segments[*place as usize].node);
        path
    }

    fn sweep(&mut self, known: &Known, top: usize, range: (u64, u64), on_path: bool) {
        let first = self.visit(known, top, range, on_path);
        let mut open = vec![first];
        while let Some(visit) = open.last_mut() {
            let Some(child) = visit.waiting.pop() else {
                if visit.on_path {
                    self.give(visit.node, visit.start, visit.cursor);
                }
                open.pop();
                continue;
            };
            let fits = child.end <= visit.cursor.saturating_add(known.tolerance) && child.start < child.end.min(visit.cursor);
            let above = self.slack[visit.node];
            let late = if fits { 0 } else { visit.last_end.max(visit.cursor).saturating_sub(child.end) };
            self.slack[child.node] = above.map(|above| above.saturating_add(late));
            let end = child.end.min(visit.cursor);
            let (on_path, range) = if fits {
                if visit.on_path {
                    self.give(visit.node, end, visit.cursor);
                }
                visit.cursor = child.start;
                visit.last_end = end;
                (visit.on_path, (child.start, end))
            } else {
                (false, (child.start, child.end))
            };
            let below = self.visit(known, child.node, range, on_path);
            open.push(below);
        }
    }

    /// Begins with a span: from its end backwards, with those below it that lie within, cut to it.
    fn visit(&mut self, known: &Known, node: usize, (start, end): (u64, u64), on_path: bool) -> Visit {
        if on_path {
            self.visits[node] = Some((Time(start), Time(end)));
        }
        let own_end = known.extent(node).map_or(end, |(_, own)| own.0);
        let mut waiting = Vec::new();
        for child in known.tree.children(node) {
            if known.tree.is_handed_over(known.trace, child) {
                continue;
            }
            let Some((from, to)) = known.extent(child) else { continue };
            let runs = known.tree.span(known.trace, child).is_some_and(|span| span.end.is_none());
            // Beside its parent, and not for it?
            if on_path && (to.0 > own_end.saturating_add(known.tolerance) || runs) {
                self.assumed += 1;
            }
            let to = if runs { end } else { to.0 };
            if from.0 <= end && to >= start {
                waiting.push(Child { node: child, start: from.0.max(start), end: to.min(end).max(from.0.max(start)) });
            }
        }
        // Of those that end together, the one that began first is what was waited for: the others have happened meanwhile.
        waiting.sort_by_key(|child| (child.end, std::cmp::Reverse(child.start), std::cmp::Reverse(child.node)));
        Visit { node, start, cursor: end, on_path, waiting, last_end: end }
    }

    fn give(&mut self, node: usize, start: u64, end: u64) {
        if start < end {
            self.segments.push(Segment { node, start: Time(start), end: Time(end) });
            self.own[node] += end - start;
        }
    }

    /// The node at whose end the path ends; `None` where no span has a time.
    pub fn root(&self) -> Option<usize> {
        self.root
    }

    /// How long it is, in nanoseconds: exactly the sum of its segments. The root's duration, or up to the last that is known of a root
    /// that still runs.
    pub fn duration(&self) -> Nanos {
        self.range.map_or(0, |(start, end)| end.since(start))
    }

    /// By time, each beginning where the one before ends.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// When a node or what is below it was waited for; `None` where it is off the path.
    pub fn visit_of(&self, node: usize) -> Option<(Time, Time)> {
        self.visits.get(node).copied().flatten()
    }

    /// How much of the path is a node's own, in nanoseconds. The sum over all nodes is [`CriticalPath::duration`].
    pub fn own(&self, node: usize) -> Nanos {
        self.own.get(node).copied().map_or(0, Nanos::from)
    }

    /// By how many nanoseconds a node could have ended later without making the trace longer; 0 on the path. `None` where nobody
    /// waited for it, or nobody knows.
    pub fn slack(&self, node: usize) -> Option<Nanos> {
        self.slack.get(node).copied().flatten().map(Nanos::from)
    }

    /// The segments of a node, by time.
    pub fn segments_of(&self, node: usize) -> impl Iterator<Item = Segment> {
        let first = self.by_node.partition_point(|place| self.segments[*place as usize].node < node);
        let places = self.by_node[first..].iter().map(|place| self.segments[*place as usize]);
        places.take_while(move |segment| segment.node == node)
    }

    /// How many spans on the path were cut or prolonged, because they outlive their parent or still run.
    pub fn assumed(&self) -> usize {
        self.assumed
    }

    /// The same in one sentence; `None` where nothing had to be assumed.
    pub fn assumption(&self) -> Option<String> {
        match self.assumed {
            0 => None,
            1 => Some(
                "the critical path assumes that a span which outlives its parent, or still runs, was waited for".to_owned(),
            ),
            count => Some(format!(
                "the critical path assumes that {count} spans which outlive their parents, or still run, were waited for"
            )),
        }
    }
}

/// What is known of the times of a trace's nodes.
struct Known<'a> {
    trace: &'a Trace,
    tree: &'a Tree,
    /// Of each node, the last time that is known of it or of what is below it.
    last: Vec<Time>,
    /// By how many nanoseconds times may be off.
    tolerance: u64,
}

impl<'a> Known<'a> {
    fn of(trace: &'a Trace, tree: &'a Tree) -> Self {
        let last = |node| tree.span(trace, node).map(|span| span.end.unwrap_or(span.start)).unwrap_or_default();
        let mut last: Vec<Time> = (0..tree.nodes().len()).map(last).collect();
        for node in (0..last.len()).rev() {
            if let Some(above) = tree.nodes()[node].parent {
                last[above] = last[above].max(last[node]);
            }
        }
        Self { trace, tree, last, tolerance: MICROSECOND.max(trace.precision) as u64 }
    }

    /// From when to when a node was, as far as that is known: what still runs lasts as long as what is known below it, and of a parent
    /// that has not arrived its children tell.
    fn extent(&self, node: usize) -> Option<(Time, Time)> {
        if let Some(span) = self.tree.span(self.trace, node) {
            let end = span.end.unwrap_or(self.last[node]).max(span.start);
            return (!span.start.is_unknown()).then_some((span.start, end));
        }
        let children = || self.tree.children(node).filter_map(|child| self.tree.span(self.trace, child));
        let start = children().map(|span| span.start).filter(|start| !start.is_unknown()).min()?;
        let end = children().map(|span| span.end.unwrap_or(span.start)).max()?;
        Some((start, end.max(start)))
    }

    /// The first span that names no parent and has a time; where there is none, the longest at the top, the earliest of several.
    fn root(&self) -> Option<usize> {
        let is_root = |top: &usize| {
            let node = &self.tree.nodes()[*top];
            matches!(node.what, What::Span(_)) && !node.marks.any(Marks::CYCLE)
        };
        // Those come first.
        if let Some(root) = self.tree.roots().take_while(is_root).find(|top| self.extent(*top).is_some()) {
            return Some(root);
        }
        let length = |top: &usize| self.extent(*top).map(|(start, end)| end.since(start));
        let tops = self.tree.roots().filter(|top| length(top).is_some());
        tops.max_by_key(|top| (length(top), std::cmp::Reverse(*top)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, of_kind, running, span, trace};
    use super::*;
    use crate::model::{Span, SpanKind};
    use proptest::prelude::*;

    fn of(spans: Vec<Span>) -> (Trace, Tree, CriticalPath) {
        let trace = trace(spans);
        let tree = Tree::build(&trace);
        let path = CriticalPath::of(&trace, &tree);
        (trace, tree, path)
    }

    /// The path in words: whose, from and to in milliseconds.
    fn told(spans: Vec<Span>) -> String {
        let (trace, tree, path) = of(spans);
        let name = |node| tree.span(&trace, node).map_or("missing", |span| &span.name);
        let ms = |time: Time| time.since(at(0)) / 1_000_000;
        let words = path.segments().iter().map(|part| format!("{} {}-{}", name(part.node), ms(part.start), ms(part.end)));
        words.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn it_goes_back_from_the_end_along_who_ended_last() {
        let spans = vec![span(1, 0, 0, 20), span(2, 1, 1, 6), span(3, 1, 6, 14), span(4, 1, 7, 12), span(5, 3, 8, 9)];
        assert_eq!(told(spans), "s1 0-1, s2 1-6, s3 6-8, s5 8-9, s3 9-14, s1 14-20");
    }

    #[test]
    fn siblings_back_to_back_are_all_on_it() {
        assert_eq!(
            told(vec![span(1, 0, 0, 9), span(2, 1, 0, 3), span(3, 1, 3, 6), span(4, 1, 6, 9)]),
            "s2 0-3, s3 3-6, s4 6-9"
        );
    }

    #[test]
    fn an_end_that_is_late_by_the_last_digit_of_the_clock_changes_nothing() {
        let mut first = span(2, 1, 0, 3);
        first.end = Some(at(3).saturating_add(700));
        assert_eq!(told(vec![span(1, 0, 0, 6), first, span(3, 1, 3, 6)]), "s2 0-3, s3 3-6");
    }

    #[test]
    fn who_still_runs_when_the_next_begins_was_not_waited_for() {
        assert_eq!(told(vec![span(1, 0, 0, 10), span(2, 1, 1, 6), span(3, 1, 5, 10)]), "s1 0-5, s3 5-10");
    }

    #[test]
    fn a_child_that_outlives_its_parent_is_cut_and_that_is_an_assumption() {
        let spans = vec![span(1, 0, 0, 10), span(2, 1, 4, 40), span(3, 2, 6, 39), span(4, 1, 20, 30)];
        assert_eq!(told(spans.clone()), "s1 0-4, s2 4-6, s3 6-10");
        assert_eq!(of(spans).2.assumed(), 2);
        assert_eq!(of(vec![span(1, 0, 0, 10), span(2, 1, 4, 9)]).2.assumed(), 0);
    }

    #[test]
    fn a_consumer_is_not_waited_for_by_its_producer() {
        let sent = of_kind(SpanKind::Producer, span(2, 1, 1, 3));
        let handled = of_kind(SpanKind::Consumer, span(3, 2, 2, 30));
        assert_eq!(told(vec![span(1, 0, 0, 10), sent, handled]), "s1 0-1, s2 1-3, s1 3-10");
    }

    #[test]
    fn spans_of_no_length_do_not_stop_it() {
        let spans = vec![span(1, 0, 0, 10), span(2, 1, 5, 5), span(3, 1, 2, 5), span(4, 1, 10, 10), span(5, 1, 0, 0)];
        assert_eq!(told(spans), "s1 0-2, s3 2-5, s1 5-10");
        assert_eq!(told(vec![span(1, 0, 3, 3)]), "");
    }

    #[test]
    fn what_still_runs_lasts_as_long_as_what_is_known() {
        let spans = vec![running(span(1, 0, 0, 0)), running(span(2, 1, 3, 0)), span(3, 2, 4, 8), span(4, 1, 9, 12)];
        assert_eq!(told(spans), "s1 0-3, s2 3-4, s3 4-8, s2 8-12");
    }

    #[test]
    fn a_parent_that_has_not_arrived_waits_like_any_other() {
        assert_eq!(told(vec![span(2, 1, 3, 6), span(3, 1, 8, 9), span(4, 5, 0, 2)]), "s2 3-6, missing 6-8, s3 8-9");
    }

    #[test]
    fn a_root_without_a_start_does_not_stand_in_the_way_of_one_that_has_it() {
        let nowhere = Span { start: Time::UNKNOWN, ..span(1, 0, 0, 5) };
        assert_eq!(
            told(vec![nowhere.clone(), span(2, 0, 3, 6), span(3, 2, 4, 5), span(4, 9, 0, 60)]),
            "s2 3-4, s3 4-5, s2 5-6"
        );
        assert_eq!(told(vec![nowhere.clone(), span(4, 9, 1, 6)]), "s4 1-6");
        assert_eq!(told(vec![nowhere]), "");
    }

    #[test]
    fn a_child_that_takes_all_of_its_parents_time_has_all_of_the_path() {
        assert_eq!(told(vec![span(1, 0, 0, 9), span(2, 1, 0, 9), span(3, 2, 0, 9)]), "s3 0-9");
    }

    #[test]
    fn slack_is_how_much_later_it_could_have_ended() {
        let spans = vec![span(1, 0, 0, 20), span(2, 1, 2, 18), span(3, 1, 3, 10), span(4, 3, 4, 9), span(5, 1, 30, 40)];
        let (_, _, path) = of(spans);
        let slack: Vec<_> = (0..5).map(|node| path.slack(node).map(|slack| slack / 1_000_000)).collect();
        assert_eq!(slack, [Some(0), Some(0), Some(8), Some(8), None]);
    }

    #[test]
    fn a_chain_of_ten_thousand_and_as_many_siblings_are_no_trouble() {
        let chain = (1..=10_000).map(|id| span(id, id - 1, id, 30_000 - id)).collect();
        assert_eq!(of(chain).2.segments().len(), 19_999);
        let siblings = std::iter::once(span(1, 0, 0, 10_000)).chain((2..10_000).map(|id| span(id, 1, id, id + 1)));
        assert_eq!(of(siblings.collect()).2.segments().len(), 9_999);
    }

    pub(super) fn any_spans() -> impl Strategy<Value = Vec<Span>> {
        let one = (1u64..12, 0u64..14, 0u64..30, 0u64..30, 0u8..6, 0u8..8);
        proptest::collection::vec(one, 1..24).prop_map(|spans| {
            let span = |(id, parent, start, end, kind, odd)| {
                let span = of_kind(SpanKind::from_number(kind), span(id, parent, start, end));
                match odd {
                    0 => running(span),
                    1 => Span { start: Time::UNKNOWN, ..span },
                    _ => span,
                }
            };
            spans
                .into_iter()
                .map(|(id, parent, start, end, kind, odd)| span((id, parent, start, end, i32::from(kind), odd)))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn its_segments_tile_the_duration(spans in any_spans()) {
            let (trace, tree, path) = of(spans);
            let sum: Nanos = path.segments().iter().map(|part| part.end.since(part.start)).sum();
            prop_assert_eq!(sum, path.duration());
            prop_assert!(path.segments().windows(2).all(|pair| pair[0].end == pair[1].start));
            prop_assert!(path.segments().iter().all(|part| part.start < part.end));
            let own: Nanos = (0..tree.nodes().len()).map(|node| path.own(node)).sum();
            prop_assert_eq!(own, sum);
            if let Some(root) = path.root().and_then(|root| tree.span(&trace, root)).filter(|root| root.end >= Some(root.start)) {
                prop_assert_eq!(Some(sum), root.duration());
            }
            for node in 0..tree.nodes().len() {
                let own: Nanos = path.segments_of(node).map(|part| part.end.since(part.start)).sum();
                prop_assert_eq!(own, path.own(node));
                if path.visit_of(node).is_some() {
                    prop_assert_eq!(path.slack(node), Some(0));
                    let above = tree.nodes()[node].parent;
                    prop_assert!(above.is_none_or(|above| path.visit_of(above).is_some()));
                }
            }
        }
    }
}
