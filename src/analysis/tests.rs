//! What holds of all that is known of a trace, however absurd it is.

use proptest::prelude::*;

use super::samples::{failed, named, of_kind, running, span, trace};
use super::*;
use crate::model::time::Nanos;
use crate::model::{Span, SpanKind, Time};

/// Times at either end of all that 64 bits hold, and in between.
fn any_time() -> impl Strategy<Value = Time> {
    let near =
        prop_oneof![0_u64..4, (u64::MAX - 3)..=u64::MAX, (u64::MAX / 2)..(u64::MAX / 2 + 9), Just(1_784_900_000_000_000_000)];
    prop_oneof![near, any::<u64>()].prop_map(Time)
}

prop_compose! {
    fn any_span()(
        id in 1_u64..12, parent in 0_u64..14, start in any_time(), end in prop::option::of(any_time()), kind in 0..6, fails in any::<bool>(),
        host in 0_usize..3, name in "[ab]",
    ) -> Span {
        let called = of_kind(SpanKind::from_number(kind), named(["web", "api", "db"][host], &name, span(id, parent, 0, 0)));
        let span = Span { start, end, ..called };
        if fails { failed("", span) } else { span }
    }
}

#[test]
fn a_hundred_thousand_levels_and_as_many_siblings_are_no_trouble() {
    const COUNT: u64 = 100_000;
    let call = |id, parent, start, end| of_kind(SpanKind::Client, named("web", "GET", span(id, parent, start, end)));
    let deep = (1..=COUNT).map(|id| call(id, id - 1, id, 3 * COUNT - id));
    let wide = (1..=COUNT).map(|id| call(id, u64::from(id > 1), id - 1, if id == 1 { 2 * COUNT } else { id + 7 }));
    let late = (1..=COUNT).map(|id| failed("", call(id, u64::from(id > 1), id, 3 * COUNT)));
    for spans in [deep.collect(), wide.collect(), late.collect::<Vec<_>>()] {
        let trace = trace(spans);
        let known = Analysis::of(&trace);
        let own: Nanos = (0..COUNT as usize).map(|node| known.path.own(node)).sum();
        assert_eq!((known.tree.nodes().len() as u64, own), (COUNT, known.path.duration()));
        assert!((0..COUNT as usize).all(|node| known.self_times.get(node).is_some()));
    }
}

#[test]
fn a_child_that_goes_on_when_its_parent_has_ended_is_the_parents_as_long_as_that_lasts() {
    let trace = trace(vec![span(1, 0, 0, 10), span(2, 1, 2, 50), running(span(3, 1, 8, 0))]);
    let known = Analysis::of(&trace);
    let own: Vec<_> = (0..3).map(|node| known.self_times.get(node).map(|own| own / 1_000_000)).collect();
    assert_eq!(own, [Some(2), Some(48), None]);
    assert_eq!((known.path.duration() / 1_000_000, known.path.assumed()), (10, 2));
    assert!(known.tree.nodes()[1].marks.any(Marks::LATE) && !known.tree.nodes()[2].marks.any(Marks::LATE));
}

proptest! {
    #[test]
    fn no_time_is_too_absurd(spans in prop::collection::vec(any_span(), 1..20)) {
        let trace = trace(spans);
        let known = Analysis::of(&trace);
        let nodes = || 0..known.tree.nodes().len();
        for node in nodes() {
            let duration = known.tree.span(&trace, node).and_then(Span::duration);
            if let Some(own) = known.self_times.get(node) {
                prop_assert!((0..=duration.unwrap_or(-1)).contains(&own), "{own} of {duration:?}");
            }
            prop_assert!(known.path.own(node) >= 0 && known.path.slack(node).is_none_or(|slack| slack >= 0));
        }
        prop_assert_eq!(nodes().map(|node| known.path.own(node)).sum::<Nanos>(), known.path.duration());
        let time = |length: Nanos| length.to_string();
        for finding in &known.findings {
            prop_assert!(finding.time >= 0 && !finding.words(&|node| node.to_string(), &time).is_empty());
        }
        for between in known.skew.hosts() {
            prop_assert!(!between.words(&time).is_empty());
        }
        let mut figures = StatsBuilder::default();
        figures.add(&trace, None);
        prop_assert_eq!(figures.finish().totals().figures.total as usize, trace.spans().len());
    }
}
