//! The laws of a comparison, over any two traces and any two cohorts.

use super::*;
use crate::analysis::samples::{at, failed, named, of_kind, running, span, trace};
use crate::analysis::{CriticalPath, Tree};
use crate::model::{Span, Trace};
use proptest::prelude::*;

fn of(a: &[Trace], b: &[Trace]) -> Diff {
    let mut builder = DiffBuilder::default();
    for trace in a {
        builder.add(Which::A, trace);
    }
    for trace in b {
        builder.add(Which::B, trace);
    }
    builder.finish()
}

fn pair(a: Vec<Span>, b: Vec<Span>) -> Diff {
    of(&[trace(a)], &[trace(b)])
}

fn called(name: &str, span: Span) -> Span {
    named("web", name, span)
}

/// Each node in words: how deep, its name, how many spans on each side and what became of it.
fn told(diff: &Diff) -> Vec<String> {
    let node = |(place, node): (usize, &PathNode)| {
        let name = match node.label() {
            Label::Spans { name, .. } => name,
            Label::Missing => "missing",
        };
        let [a, b] = node.figures.map(|figures| figures.present());
        format!("{}{name} {a} {b} {:?}", "-".repeat(node.depth), diff.change(place))
    };
    diff.nodes.iter().enumerate().map(node).collect()
}

/// The ledger in words: names, and differences in milliseconds.
fn ledger(diff: &Diff) -> Vec<String> {
    let line = |node: &usize| match diff.nodes[*node].label() {
        Label::Spans { name, .. } => format!("{name} {}", diff.delta(*node) / 1_000_000),
        Label::Missing => format!("missing {}", diff.delta(*node) / 1_000_000),
    };
    diff.ledger.iter().map(line).collect()
}

#[test]
fn siblings_of_one_name_are_counted_and_the_ledger_says_where_the_time_went() {
    let query = |id, parent, start| called(&format!("SELECT {id}"), span(id, parent, start, start + 2));
    let a = vec![called("GET /users/42", span(1, 0, 0, 10)), query(2, 1, 1), query(3, 1, 3), called("old", span(4, 1, 6, 7))];
    let b = vec![
        called("GET /users/43", span(1, 0, 0, 21)),
        query(2, 1, 1),
        query(3, 1, 3),
        query(4, 1, 5),
        called("new", span(5, 1, 8, 17)),
    ];
    let diff = pair(a, b);
    assert_eq!(told(&diff), ["GET /users/? 1 1 Time", "-SELECT ? 2 3 Changed", "-old 1 0 Vanished", "-new 0 1 Appeared"]);
    assert_eq!(ledger(&diff), ["new 9", "SELECT ? 2", "GET /users/? 1", "old -1"]);
    assert_eq!((diff.total(), diff.scale(), diff.chance()), (11_000_000, 1, None));
}

#[test]
fn roots_are_matched_whatever_they_are_called_but_not_in_cohorts_of_several() {
    let get = |name: &str, length| trace(vec![called(name, span(1, 0, 0, length)), called("query", span(2, 1, 1, 2))]);
    let diff = of(&[get("GET /a", 5)], &[get("GET /b", 9)]);
    assert_eq!(told(&diff), ["GET /b 1 1 Changed", "-query 1 1 Same"]);
    assert!(diff.root_changed());
    let diff = of(&[get("GET /a", 5), get("GET /b", 5)], &[get("GET /b", 9)]);
    assert_eq!(told(&diff), ["GET /a 1 0 Vanished", "-query 1 0 Vanished", "GET /b 1 1 Changed", "-query 1 1 Changed"]);
    assert!(!diff.root_changed());
}

#[test]
fn a_kind_tells_apart_only_where_one_side_has_several() {
    let root = || called("GET", span(1, 0, 0, 9));
    let child = |id, kind| of_kind(kind, called("get", span(id, 1, 1, 2)));
    let diff = pair(vec![root(), child(2, SpanKind::Internal)], vec![root(), child(2, SpanKind::Client)]);
    assert_eq!(told(&diff), ["GET 1 1 Same", "-get 1 1 Changed"]);
    let diff =
        pair(vec![root(), child(2, SpanKind::Client)], vec![root(), child(2, SpanKind::Client), child(3, SpanKind::Server)]);
    assert_eq!(told(&diff), ["GET 1 1 Same", "-get 0 1 Appeared", "-get 1 1 Same"]);
    assert!(diff.nodes[1].by_kind && diff.nodes[2].by_kind && !diff.nodes[0].by_kind);
}

#[test]
fn what_has_not_arrived_stands_for_itself() {
    let diff = pair(vec![span(1, 0, 0, 9), span(2, 1, 1, 8)], vec![span(2, 1, 1, 8)]);
    assert_eq!(told(&diff), ["missing 1 1 Changed", "-s2 1 1 Same"]);
    assert_eq!([0, 1].map(|side| diff.sides[side].traces[0].length), [Length::Known, Length::NoRoot]);
    assert_eq!(diff.total(), -2_000_000);
    assert_eq!([0, 1].map(|side| diff.sides[side].incomplete()), [0, 1]);
}

#[test]
fn of_cohorts_the_means_are_compared_exactly_and_unknown_durations_left_out() {
    let get = |length| trace(vec![called("GET", span(1, 0, 0, length)), called("query", span(2, 1, 0, length / 2))]);
    let mut builder = DiffBuilder::default();
    for length in [10, 11, 14] {
        builder.add_if_known(Which::A, &get(length));
    }
    builder.add_if_known(Which::A, &trace(vec![running(span(1, 0, 0, 0))]));
    builder.add_if_known(Which::A, &trace(vec![span(2, 1, 0, 1)]));
    builder.add_if_known(Which::A, &trace(vec![span(1, 0, 9, 1)]));
    for length in [20, 22] {
        builder.add_if_known(Which::B, &get(length));
    }
    let diff = builder.finish();
    let left_out: Vec<_> = diff.sides[0].left_out.iter().map(|trace| trace.length).collect();
    assert_eq!(left_out, [Length::Running, Length::NoRoot, Length::Reversed]);
    assert_eq!((diff.scale(), diff.total()), (6, 3 * 42_000_000 - 2 * 35_000_000));
    let sum: Nanos = diff.ledger.iter().map(|node| diff.delta(*node)).sum();
    assert_eq!(sum, diff.total());
    assert_eq!(diff.sides[0].percentile(5_000), Some(11_000_000));
    assert_eq!(diff.nodes[1].figures.map(|figures| figures.traces), [3, 2]);
    assert!(diff.chance().is_some_and(|chance| chance.exact));
}

#[test]
fn failures_and_services_that_are_new_or_gone_are_known() {
    let a = vec![span(1, 0, 0, 9), failed("no", named("redis", "get", span(2, 1, 1, 2)))];
    let b = vec![span(1, 0, 0, 9), failed("no", named("sql", "get", span(2, 1, 1, 2)))];
    let diff = pair(a, b);
    assert_eq!(diff.services(), [vec!["redis"], vec!["sql"]]);
    assert_eq!(diff.sides.each_ref().map(|side| (side.errors, side.origins)), [(1, 1), (1, 1)]);
    assert_eq!(told(&diff), ["s1 1 1 Same", "-get 1 0 Vanished", "-get 0 1 Appeared"]);
}

#[test]
fn chains_of_ten_thousand_and_a_hundred_thousand_siblings_are_no_trouble() {
    let chain = |more: u64| (1..=10_000).map(|id| called("step", span(id, id - 1, id, 30_000 - id + more))).collect();
    let diff = pair(chain(0), chain(5));
    assert_eq!((diff.nodes.len(), diff.nodes[9_999].depth, diff.total()), (10_000, 9_999, 5_000_000));
    let name = |id: u64| format!("{}{}", (b'a' + (id % 20) as u8) as char, (b'a' + (id / 20 % 20) as u8) as char);
    let wide = |more: u64| {
        let siblings = (2..100_000).map(|id| called(&name(id), span(id, 1, id, id + 1 + more)));
        std::iter::once(span(1, 0, 0, 200_000)).chain(siblings).collect()
    };
    let diff = pair(wide(0), wide(1));
    assert_eq!((diff.nodes.len(), diff.sides[0].spans), (401, 99_999));
}

/// A trace of whatever shape: rings, orphans, several roots, what runs, what ends before it starts, what has no time.
pub(crate) fn any_trace() -> impl Strategy<Value = Trace> {
    let one = (1_u64..14, 0_u64..16, 0_u64..30, 0_u64..30, 0_u8..6, 0_u8..12, 0_u8..6);
    proptest::collection::vec(one, 1..24).prop_map(|spans| {
        let spans = spans.into_iter().map(|(id, parent, start, end, kind, odd, name)| {
            let service = ["web", "db", ""][usize::from(name % 3)];
            let name = ["a", "b", "get 1", "get 2", ""][usize::from(name) % 5];
            let span = of_kind(SpanKind::from_number(i32::from(kind)), named(service, name, span(id, parent, start, end)));
            match odd {
                0 => running(span),
                1 => Span { start: Time::UNKNOWN, ..span },
                2 => failed("no", span),
                3 => Span { start: at(end), end: Some(at(start)), ..span },
                _ => span,
            }
        });
        trace(spans.collect())
    })
}

fn any_cohort() -> impl Strategy<Value = Vec<Trace>> {
    proptest::collection::vec(any_trace(), 1..6)
}

proptest! {
    #[test]
    fn the_ledger_sums_exactly_to_the_difference(a in any_cohort(), b in any_cohort()) {
        let diff = of(&a, &b);
        let duration = |traces: &[Trace]| -> Nanos {
            traces.iter().map(|trace| CriticalPath::of(trace, &Tree::build(trace)).duration()).sum()
        };
        let (n_a, n_b) = (a.len() as Nanos, b.len() as Nanos);
        prop_assert_eq!(diff.scale(), n_a * n_b);
        prop_assert_eq!(diff.total(), duration(&b) * n_a - duration(&a) * n_b);
        let sum: Nanos = diff.ledger.iter().map(|node| diff.delta(*node)).sum();
        prop_assert_eq!(sum, diff.total());
        prop_assert!(diff.ledger.windows(2).all(|pair| diff.delta(pair[0]).abs() >= diff.delta(pair[1]).abs()));
        for side in 0..2 {
            let sum: Nanos = diff.nodes.iter().map(|node| node.figures[side].critical).sum();
            prop_assert_eq!(sum, diff.durations()[side]);
        }
    }

    #[test]
    fn every_span_is_counted_once_in_a_forest(a in any_cohort(), b in any_cohort()) {
        let diff = of(&a, &b);
        for (side, traces) in [&a, &b].into_iter().enumerate() {
            let sum = |of: fn(&Figures) -> u64| diff.nodes.iter().map(|node| of(&node.figures[side])).sum::<u64>();
            let spans: usize = traces.iter().map(|trace| trace.spans().len()).sum();
            let errors = traces.iter().flat_map(Trace::spans).filter(|span| span.is_error()).count();
            let missing: usize = traces.iter().map(|trace| Tree::build(trace).missing().len()).sum();
            prop_assert_eq!((sum(|of| of.spans), diff.sides[side].spans), (spans as u64, spans as u64));
            prop_assert_eq!((sum(|of| of.errors), diff.sides[side].errors), (errors as u64, errors as u64));
            prop_assert_eq!(sum(|of| of.missing), missing as u64);
            prop_assert_eq!(sum(|of| of.origins), diff.sides[side].origins);
        }
        for (place, node) in diff.nodes.iter().enumerate() {
            prop_assert!(node.parent.is_none_or(|parent| parent < place && diff.nodes[parent].depth + 1 == node.depth));
            prop_assert!(node.parent.is_none_or(|parent| place < parent + diff.nodes[parent].size));
            for side in 0..2 {
                let figures = node.figures[side];
                prop_assert_eq!(node.labels[side].is_some(), figures.present() > 0);
                prop_assert!(figures.traces <= diff.sides[side].traces.len() as u64);
                prop_assert!(figures.traces > 0 || figures == Figures::default());
            }
        }
    }

    #[test]
    fn nothing_differs_from_itself(a in any_cohort()) {
        let diff = of(&a, &a);
        prop_assert!(diff.is_same() && diff.ledger.is_empty() && diff.total() == 0, "{:?}", told(&diff));
        prop_assert_eq!(diff.shared, diff.sides[1].traces.len());
        // A cohort twice over has the same means.
        prop_assert!(of(&a, &[&a[..], &a[..]].concat()).ledger.is_empty());
    }

    #[test]
    fn exchanged_sides_give_the_same_differences_the_other_way(a in any_cohort(), b in any_cohort()) {
        let (diff, back) = (of(&a, &b), of(&b, &a));
        prop_assert_eq!(&diff.ledger, &back.ledger);
        prop_assert_eq!(diff.nodes.len(), back.nodes.len());
        for place in 0..diff.nodes.len() {
            let (there, here) = (&diff.nodes[place], &back.nodes[place]);
            prop_assert_eq!((there.parent, there.size, there.by_kind), (here.parent, here.size, here.by_kind));
            prop_assert_eq!([&there.labels[0], &there.labels[1]], [&here.labels[1], &here.labels[0]]);
            prop_assert_eq!([there.figures[0], there.figures[1]], [here.figures[1], here.figures[0]]);
            prop_assert_eq!(diff.delta(place), -back.delta(place));
            let expected = match diff.change(place) {
                Change::Appeared => Change::Vanished,
                Change::Vanished => Change::Appeared,
                same => same,
            };
            prop_assert_eq!(back.change(place), expected);
        }
    }

    #[test]
    fn the_order_of_traces_and_of_spans_changes_nothing(a in any_cohort(), b in any_cohort(), turn in 0_usize..6) {
        // What of two records of one span counts is a matter of their order: shuffled is what was kept.
        let turned = |traces: &[Trace]| -> Vec<Trace> {
            let mut traces: Vec<Trace> = traces
                .iter()
                .map(|trace| {
                    let mut spans = trace.spans().to_vec();
                    spans.reverse();
                    trace.with_spans(spans).expect("there are spans")
                })
                .collect();
            let by = turn % traces.len();
            traces.rotate_left(by);
            traces
        };
        let (a, b) = (turned(&turned(&a)), turned(&turned(&b)));
        let sorted = |diff: &Diff| (diff.nodes.clone(), diff.ledger.clone(), diff.total());
        let (once, again) = (of(&a, &b), of(&turned(&a), &turned(&b)));
        prop_assert_eq!(sorted(&once), sorted(&again));
    }
}
