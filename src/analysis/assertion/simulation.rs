//! Spans of known traces arrive late, out of order, twice, in part or never; backends fail now and then. Whatever the schedule, no
//! verdict is false: what holds is true of the traces in the end, what does not hold is false of them.
//!
//! What is assumed of the world is what the settle time says: see [`super`].

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Expected, Seen, Verdict, counts, judge, may_grow, settled, will_match};
use crate::model::time::Nanos;
use crate::model::{Resource, Span, SpanId, SpanKind, Status, StatusCode, Time, Trace, TraceId};
use crate::query::Expr;

/// In units of the simulation, which are seconds.
const SETTLE: u64 = 10;

const NAMES: [&str; 3] = ["a", "b", "c"];

/// What is asserted: every kind of growth must be able to decide it, to refute it and to leave it open.
const FILTERS: [&str; 12] = [
    "name = a",
    "name = c and status = error",
    "not status = error",
    "{ name = a } > { name = b }",
    "{ name = a } >> { status = error }",
    "{ } | count() >= 3",
    "{ } | count() < 3",
    "{ name = b } | count() = 1",
    "{ name = c } | max(duration) > 2s",
    "{ } | avg(duration) < 2s",
    "traceDuration > 5s",
    "rootName = a",
];

fn at(second: u64) -> Time {
    Time(1_700_000_000_000_000_000 + second * 1_000_000_000)
}

/// A record on its way, and when it gets there.
#[derive(Debug, Clone)]
struct Sent {
    span: Span,
    arrives: u64,
}

/// How a span is sent.
#[derive(Debug, Clone, Copy)]
struct How {
    /// After its end, in seconds.
    delay: u64,
    /// Whether it is sent as running, too, as X-Ray's SDKs do; when it began.
    running: bool,
    /// Whether it comes twice, the second time so late.
    again: Option<u64>,
    /// Whether it is lost.
    lost: bool,
}

fn how() -> impl Strategy<Value = How> {
    let again = prop::option::weighted(0.2, 0..SETTLE);
    (0..SETTLE, prop::bool::weighted(0.2), again, prop::bool::weighted(0.15)).prop_map(|(delay, running, again, lost)| How {
        delay,
        running,
        again,
        lost,
    })
}

/// Spans of one trace: each begins within its parent, which is one of those before it, and need not end within.
fn sent() -> impl Strategy<Value = Vec<Sent>> {
    let span = (any::<prop::sample::Index>(), 0_u64..3, 0_u64..6, 0..NAMES.len(), prop::bool::weighted(0.3), how());
    (0_u64..30, vec(span, 1..6)).prop_map(|(begins, spans)| {
        let mut times: Vec<(u64, u64)> = Vec::new();
        let mut all = Vec::new();
        for (nth, (parent, after, lasts, name, failed, how)) in spans.into_iter().enumerate() {
            let parent = (nth > 0).then(|| parent.index(nth));
            let start = parent.map_or(begins, |parent| times[parent].0 + after);
            let end = start + lasts;
            times.push((start, end));
            let id = |nth: usize| SpanId::from_bytes([nth as u8 + 1; 8]);
            let code = if failed { StatusCode::Error } else { StatusCode::Unset };
            let span = Span {
                id: id(nth),
                parent: parent.map(id),
                name: NAMES[name].to_owned(),
                kind: SpanKind::Internal,
                start: at(start),
                end: Some(at(end)),
                status: Status { code, ..Status::default() },
                resource: Arc::new(Resource::of_service("web")),
                ..Span::default()
            };
            if how.running {
                let span = Span { end: None, name: "c".to_owned(), status: Status::default(), ..span.clone() };
                all.push(Sent { span, arrives: start });
            }
            if !how.lost {
                all.push(Sent { span: span.clone(), arrives: end + how.delay });
                all.extend(how.again.map(|late| Sent { span, arrives: end + late }));
            }
        }
        // A trace of which more is to come is never silent for longer than the settle time: what came later would be another.
        all.sort_by_key(|sent| sent.arrives);
        let gap = all.windows(2).position(|two| two[1].arrives - two[0].arrives >= SETTLE);
        all.truncate(gap.map_or(all.len(), |last| last + 1));
        all
    })
}

/// When the backend is asked, and whether it answers.
fn polls() -> impl Strategy<Value = Vec<(u64, bool)>> {
    vec((0_u64..70, prop::bool::weighted(0.8)), 1..12).prop_map(|mut polls| {
        polls.sort_unstable();
        polls
    })
}

fn expected() -> impl Strategy<Value = Expected> {
    prop_oneof![
        Just(Expected::SOME),
        Just(Expected::NONE),
        (0_usize..3, 0_usize..3).prop_map(|(min, more)| Expected { min, max: Some(min + more) }),
        (1_usize..4).prop_map(|min| Expected { min, max: None }),
    ]
}

fn id(nth: usize) -> TraceId {
    TraceId::from_bytes([nth as u8 + 1; 16])
}

/// A trace as it is at some time, and when the last of it arrived.
fn seen(nth: usize, sent: &[Sent], now: u64) -> Option<Trace> {
    let here: Vec<&Sent> = sent.iter().filter(|sent| sent.arrives <= now).collect();
    let last = here.iter().map(|sent| sent.arrives).max()?;
    let mut trace = Trace::assemble(id(nth), here.into_iter().map(|sent| sent.span.clone()).collect())?;
    trace.received = Some(at(last));
    Some(trace)
}

/// What is seen at a time, of traces that count.
fn look(filter: &Expr, expected: Expected, world: &[Vec<Sent>], begun: u64, now: u64, answers: bool) -> Seen {
    if !answers {
        return Seen { silent: 1, ..Seen::default() };
    }
    let mut tally = Seen::default();
    for (nth, sent) in world.iter().enumerate() {
        let Some(trace) = seen(nth, sent, now) else { continue };
        let grows = may_grow(&trace.summary(), Nanos::from(SETTLE) * 1_000_000_000, at(now));
        match will_match(Some(filter), &trace, grows) {
            Some(true) => tally.matching += 1,
            None if counts(expected, &trace.summary(), at(begun)) => tally.growing += 1,
            _ => {}
        }
    }
    tally
}

/// The verdict, when it was reached, and whether the time was up.
fn verdict(filter: &Expr, expected: Expected, world: &[Vec<Sent>], polls: &[(u64, bool)]) -> (Verdict, u64) {
    let begun = polls[0].0;
    let last = polls.len() - 1;
    for (nth, (now, answers)) in polls.iter().enumerate() {
        let seen = look(filter, expected, world, begun, *now, *answers);
        if let Some(verdict) = settled(expected, seen) {
            return (verdict, *now);
        }
        let over = expected.is_of_the_past() && *now >= begun + SETTLE;
        match judge(expected, seen) {
            verdict if nth == last => return (verdict, *now),
            Verdict::Unknown => {}
            verdict if over => return (verdict, *now),
            _ => {}
        }
    }
    unreachable!("the last poll ends it")
}

/// A trace of which the second child is sent late.
fn late_child() -> Vec<Sent> {
    let span = |id: u8, parent: u8, name: &str, (start, end): (u64, u64), arrives| Sent {
        span: Span {
            id: SpanId::from_bytes([id; 8]),
            parent: (parent != 0).then(|| SpanId::from_bytes([parent; 8])),
            name: name.to_owned(),
            start: at(start),
            end: Some(at(end)),
            ..Span::default()
        },
        arrives,
    };
    vec![span(1, 0, "a", (0, 3), 3), span(2, 1, "b", (1, 2), 3), span(3, 1, "c", (1, 3), 11)]
}

fn judged(filter: &str, expected: Expected, polls: &[(u64, bool)]) -> (Verdict, u64) {
    verdict(&filter.parse().unwrap(), expected, &[late_child()], polls)
}

/// Tracetest's pollers take two equal counts of spans for the end: <https://github.com/kubeshop/tracetest/issues/1119>.
#[test]
fn a_count_of_spans_that_stands_still_proves_nothing() {
    let polls = [(4, true), (6, true), (8, true), (12, true), (14, true), (25, true)];
    assert_eq!(judged("name = c", Expected::NONE, &polls), (Verdict::Fails, 12));
    assert_eq!(judged("{ } | count() = 2", Expected::SOME, &polls[..3]), (Verdict::Unknown, 8));
    assert_eq!(judged("name = c", Expected::SOME, &polls[..3]), (Verdict::Unknown, 8), "it looks whole, and is not");
    assert_eq!(judged("name = d", Expected::NONE, &polls), (Verdict::Holds, 25), "after it has been silent");
}

/// The child of a trace that has begun before it was asked arrives before its root.
#[test]
fn a_trace_without_its_root_may_have_begun_before() {
    let mut sent = late_child();
    sent.truncate(2);
    (sent[0].arrives, sent[1].arrives, sent[1].span.start) = (19, 15, at(15));
    sent[0].span.start = at(13);
    let polls = [(13, true), (15, true)];
    assert_eq!(verdict(&"rootName = a".parse().unwrap(), Expected::NONE, &[sent], &polls), (Verdict::Unknown, 15));
}

#[test]
fn success_and_what_cannot_hold_any_more_are_told_at_once() {
    let polls = [(4, true), (6, false), (30, true)];
    assert_eq!(judged("name = b", Expected::SOME, &polls), (Verdict::Holds, 4));
    assert_eq!(judged("{ } | count() < 2", Expected::SOME, &polls), (Verdict::Fails, 30));
    assert_eq!(judged("name = b", Expected::NONE, &polls), (Verdict::Fails, 4));
}

#[test]
fn who_does_not_answer_leaves_it_open() {
    assert_eq!(judged("name = b", Expected::NONE, &[(30, false)]), (Verdict::Unknown, 30));
    assert_eq!(judged("name = b", Expected::SOME, &[(4, false), (30, false)]), (Verdict::Unknown, 30));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_verdict_is_false(
        filter in prop::sample::select(&FILTERS[..]), expected in expected(), world in vec(sent(), 0..4), polls in polls(),
    ) {
        let filter: Expr = filter.parse().unwrap();
        let (verdict, now) = verdict(&filter, expected, &world, &polls);
        let begun = polls[0].0;
        // How many match in the end: of all, of those that were seen, and of those that had begun when it was asked.
        let in_the_end = |counts: &dyn Fn(usize, &Trace) -> bool| {
            let whole = world.iter().enumerate().filter_map(|(nth, sent)| Some((nth, seen(nth, sent, u64::MAX)?)));
            whole.filter(|(nth, trace)| counts(*nth, trace) && filter.matches(trace).is_some()).count()
        };
        let all = in_the_end(&|_, _| true);
        let was_seen = |nth: usize| seen(nth, &world[nth], now).is_some();
        let of_the_seen = in_the_end(&|nth, _| was_seen(nth));
        let of_the_past = in_the_end(&|nth, trace| was_seen(nth) && trace.summary().start <= at(begun));
        match verdict {
            Verdict::Unknown => {}
            Verdict::Holds => {
                prop_assert!(all >= expected.min, "{} of at least {}", all, expected.min);
                let most = if expected.is_of_the_past() { of_the_past } else { of_the_seen };
                prop_assert!(expected.max.is_none_or(|max| most <= max), "{} of at most {:?}", most, expected.max);
            }
            Verdict::Fails => {
                let too_many = expected.max.is_some_and(|max| all > max);
                prop_assert!(too_many || of_the_seen < expected.min, "{all} and {of_the_seen} of {expected:?}");
            }
        }
    }
}
