//! Whole comparisons: what is measured of traces, and how often what is said of it is wrong.

use super::*;
use crate::analysis::assertion::Verdict;
use crate::analysis::samples::{failed, named, of_kind, running, span, trace};
use crate::model::{Span, Time};
use proptest::prelude::*;

const MS: u64 = 1_000_000;

fn gathered(traces: Vec<Vec<Span>>) -> Baseline {
    let mut builder = BaselineBuilder::default();
    for spans in traces {
        builder.add(&trace(spans));
    }
    builder.finish()
}

fn named_span(name: &str, start: u64, end: u64) -> Span {
    named("web", name, span(start + 1, 0, start, end))
}

/// An operation of that name with these durations, each of another trace.
fn operation(name: &str, durations: Vec<u64>) -> Operation {
    let traces = durations.len() as u32;
    let durations = Sample::of(durations);
    Operation { service: "web".into(), name: name.into(), traces, durations, ..Operation::default() }
}

fn baseline(operations: Vec<Operation>) -> Baseline {
    Baseline { traces: operations.iter().map(|operation| operation.traces).max().unwrap_or(0), operations }
}

fn outcomes(was: &Baseline, now: &Baseline, options: &Options) -> Vec<(String, Outcome)> {
    let comparison = compare(was, now, options).unwrap();
    comparison.entries.iter().map(|entry| (entry.operation().name.clone(), entry.outcome)).collect()
}

/// One duration.
type Draw = fn(&mut Random) -> u64;

/// Whole numbers that look random, the same in every run: `SplitMix64` (<https://doi.org/10.1145/2714064.2660195>).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Between 0 and 1, both excluded.
    fn share(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn exponential(&mut self) -> u64 {
        (-self.share().ln() * 20e6) as u64
    }

    /// With the standard deviation of its logarithm.
    fn log_normal(&mut self, deviation: f64) -> u64 {
        let normal = (-2.0 * self.share().ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos();
        (20e6 * (deviation * normal).exp()) as u64
    }

    /// Nine of ten from a cache, in whole milliseconds.
    fn bimodal(&mut self) -> u64 {
        let middle = if self.share() < 0.9 { 2 * MS } else { 80 * MS };
        middle + self.next() % 4 * MS
    }

    /// Always the same, but for one of a thousand.
    fn constant(&mut self) -> u64 {
        if self.share() < 0.001 { 9 * MS } else { 5 * MS }
    }

    fn several(&mut self, count: usize, mut one: impl FnMut(&mut Self) -> u64) -> Vec<u64> {
        (0..count).map(|_| one(self)).collect()
    }
}

#[test]
fn of_each_trace_the_longest_span_of_an_operation_counts() {
    let found = gathered(vec![
        vec![named_span("GET /1", 0, 5), named_span("GET /2", 10, 40), failed("no", named_span("GET /3", 50, 60))],
        vec![named_span("GET /4", 0, 7), of_kind(SpanKind::Client, named_span("GET /5", 10, 11))],
    ]);
    assert_eq!(found.traces, 2);
    let said: Vec<_> = found.operations.iter().map(|it| (it.key(), it.traces, it.failed, it.durations.kept())).collect();
    assert_eq!(
        said,
        [
            (("web", "GET /?", SpanKind::Unspecified), 2, 1, &[7 * MS, 30 * MS][..]),
            (("web", "GET /?", SpanKind::Client), 1, 0, &[MS][..]),
        ]
    );
}

#[test]
fn what_has_no_duration_is_counted_and_not_measured() {
    let reversed = Span { end: Some(Time(1)), ..named_span("x", 0, 5) };
    let timeless = Span { start: Time::UNKNOWN, ..named_span("x", 0, 5) };
    let endless = Span { start: Time(1), end: Some(Time(u64::MAX)), ..named_span("x", 0, 5) };
    for odd in [running(named_span("x", 0, 5)), reversed, timeless, endless] {
        let found = gathered(vec![vec![named_span("x", 1, 9), odd, named_span("x", 20, 21)], vec![named_span("x", 0, 3)]]);
        let [only] = &found.operations[..] else { panic!("one operation") };
        assert_eq!((only.traces, only.unmeasured, only.samples(), only.durations.kept()), (2, 1, 1, &[3 * MS][..]));
    }
}

#[test]
fn each_operation_has_its_outcome_and_the_worst_comes_first() {
    let was = baseline(vec![
        operation("fast", vec![50 * MS; 200]),
        operation("gone", vec![MS; 200]),
        operation("rare", vec![MS; 2]),
        operation("same", vec![10 * MS; 200]),
        operation("seldom", vec![MS; 20]),
        operation("slow", vec![10 * MS; 200]),
        operation("slower", vec![10 * MS; 200]),
    ]);
    let now = baseline(vec![
        operation("fast", vec![10 * MS; 200]),
        operation("new", vec![MS; 3]),
        operation("same", vec![11 * MS; 200]),
        operation("seldom", vec![MS; 20]),
        operation("slow", vec![12 * MS; 200]),
        operation("slower", vec![30 * MS; 200]),
    ]);
    let options = Options::default();
    let comparison = compare(&was, &now, &options).unwrap();
    let need = comparison.need;
    assert_eq!(need, options.need(7));
    assert_eq!(
        outcomes(&was, &now, &options),
        [
            ("slower", Outcome::Slower(0)),
            ("slow", Outcome::Slower(0)),
            ("gone", Outcome::Vanished),
            ("seldom", Outcome::TooFew { have: 20, need }),
            ("rare", Outcome::Unseen),
            ("new", Outcome::New),
            ("same", Outcome::Same(0)),
            ("fast", Outcome::Faster(0)),
        ]
        .map(|(name, outcome)| (name.to_owned(), outcome))
    );
    assert_eq!(comparison.verdict(), Verdict::Fails);
    let bounds = |place: usize| comparison.entries[place].ratio().map(|ratio| (ratio.at_least, ratio.at_most));
    assert_eq!(bounds(0), Some((3.0, 3.0)), "of what never varies, the ratio is known");
    assert_eq!(bounds(7), Some((0.2, 0.2)));
}

#[test]
fn the_verdict_is_the_worst_and_nothing_promises_nothing() {
    let options = Options::default();
    let verdict = |was: &Baseline, now: &Baseline| compare(was, now, &options).unwrap().verdict();
    let of = |name: &str, count: usize| baseline(vec![operation(name, vec![MS; count])]);
    assert_eq!(verdict(&of("a", 200), &of("a", 200)), Verdict::Holds);
    assert_eq!(verdict(&of("a", 200), &of("a", 20)), Verdict::Unknown);
    assert_eq!(verdict(&of("a", 20), &of("a", 200)), Verdict::Unknown);
    assert_eq!(verdict(&of("a", 200), &of("b", 200)), Verdict::Fails, "a has vanished");
    assert_eq!(verdict(&of("a", 200), &Baseline::default()), Verdict::Unknown, "nothing was seen");
    assert_eq!(verdict(&Baseline::default(), &of("a", 200)), Verdict::Unknown, "nothing is promised");
    let mut both = baseline(vec![operation("a", vec![MS; 200]), operation("b", vec![MS; 3])]);
    assert_eq!(verdict(&both, &of("a", 200)), Verdict::Unknown);
    assert_eq!((both.leave_out_rare(100), verdict(&both, &of("a", 200))), (1, Verdict::Holds));
}

#[test]
fn the_number_that_is_asked_for_counts_even_where_fewer_are_enough() {
    let of = |length: u64| baseline(vec![operation("a", vec![length; 200])]);
    let options = |samples: u32| Options { samples, ..Options::default() };
    assert_eq!(outcomes(&of(1), &of(9), &options(200)), [("a".to_owned(), Outcome::Slower(0))]);
    let too_few = Outcome::TooFew { have: 200, need: Some(201) };
    assert_eq!(outcomes(&of(1), &of(9), &options(201)), [("a".to_owned(), too_few)]);
}

#[test]
fn a_slowdown_that_few_samples_show_is_not_excused_by_their_number() {
    // Enough for the median, and not for p95.
    let of = |length: u64| baseline(vec![operation("a", vec![length; 30])]);
    assert_eq!(outcomes(&of(10), &of(20), &Options::default()), [("a".to_owned(), Outcome::Slower(0))]);
    assert!(matches!(outcomes(&of(10), &of(10), &Options::default())[0].1, Outcome::TooFew { have: 30, .. }));
}

#[test]
fn the_longest_that_ever_was_hides_nothing() {
    let was = [vec![10 * MS; 199], vec![10_000 * MS]].concat();
    let now = [vec![20 * MS; 199], vec![MS]].concat();
    let comparison = compare(&baseline(vec![operation("a", was)]), &baseline(vec![operation("a", now)]), &Options::default());
    assert_eq!(comparison.unwrap().entries[0].ratios.iter().map(|ratio| ratio.at_least).collect::<Vec<_>>(), [2.0, 2.0]);
}

/// In how many of so many runs a comparison of three operations fails, each drawn by a function from both sides.
fn failures(runs: u64, count: usize, was: Draw, now: Draw, options: &Options) -> u64 {
    let mut random = Random(7);
    let mut side = |one: Draw| baseline(["a", "b", "c"].map(|name| operation(name, random.several(count, one))).into());
    let fails = |_: &u64| compare(&side(was), &side(now), options).unwrap().verdict() == Verdict::Fails;
    (0..runs).filter(fails).count() as u64
}

#[test]
fn without_a_difference_it_fails_no_more_often_than_it_says() {
    let shapes: [(&str, Draw); 4] = [
        ("exponential", Random::exponential),
        ("log-normal", |random| random.log_normal(0.3)),
        ("bimodal", Random::bimodal),
        ("constant", Random::constant),
    ];
    // With half the confidence and no tolerance, so that a mistake would show.
    let options = Options { confidence: 0.5, tolerance: 0.0, ..Options::default() };
    for (name, shape) in shapes {
        let wrong = failures(500, 150, shape, shape, &options);
        assert!(wrong <= 250, "{name}: {wrong} of 500");
        let wrong = failures(2_000, 150, shape, shape, &Options { tolerance: 0.0, ..Options::default() });
        assert!(wrong <= 100, "{name}: {wrong} of 2,000");
    }
}

#[test]
fn a_single_bound_is_wrong_no_more_often_than_its_level_and_not_much_less() {
    // Also where the shapes differ and only the quantile is the same: the median of both is 20 ms times ln 2.
    let mut random = Random(3);
    let (runs, level) = (4_000, 0.1);
    let mut wrong = 0;
    for _ in 0..runs {
        let was = Sample::of(random.several(80, Random::exponential));
        let now = Sample::of(random.several(160, |random| (random.log_normal(0.1) as f64 * std::f64::consts::LN_2) as u64));
        let sides = [&was, &now].map(|sample| quantile::Side::new(sample, 0.5));
        wrong += u32::from(quantile::at_least(&sides[0], &sides[1], level) > 1.0);
    }
    let share = f64::from(wrong) / f64::from(runs);
    assert!(share <= level && share > level / 20.0, "{share}");
}

#[test]
fn what_takes_twice_as_long_is_found() {
    let options = Options { samples: 100, ..Options::default() };
    let found = failures(300, 100, |random| random.log_normal(0.5), |random| 2 * random.log_normal(0.5), &options);
    assert!(found >= 297, "{found} of 300 where the spread is that of a service");
    let found = failures(300, 200, Random::exponential, |random| 2 * random.exponential(), &options);
    assert!(found >= 297, "{found} of 300 where it is as large as the mean");
    let found = failures(300, 1_000, Random::exponential, |random| 2 * random.exponential(), &options);
    assert_eq!(found, 300, "although not all of a thousand durations are kept");
}

proptest! {
    #[test]
    fn in_whatever_order_traces_come_it_is_the_same(
        traces in prop::collection::vec(prop::collection::vec((0..4_u64, 0..3_u64, 0..50_u64, any::<bool>()), 1..6), 1..8)
            .prop_flat_map(|traces| (Just(traces.clone()), Just(traces).prop_shuffle())),
    ) {
        let spans = |trace: Vec<(u64, u64, u64, bool)>| -> Vec<Span> {
            let each = trace.into_iter().enumerate().map(|(nth, (number, service, length, ends))| {
                let name = ["GET /1", "GET /2", "POST", "x"][number as usize];
                let span = named(["a", "b", "c"][service as usize], name, span(nth as u64 + 1, 0, 5, 5 + length));
                if ends { span } else { running(span) }
            });
            each.collect()
        };
        let [one, other] = [traces.0, traces.1].map(|traces| gathered(traces.into_iter().map(spans).collect()));
        prop_assert_eq!(&one, &other);
        prop_assert!(one.operations.iter().all(|it| it.samples() + it.unmeasured == it.traces && it.traces <= one.traces));
        prop_assert_eq!(&Baseline::from_toml(&one.to_toml()).unwrap(), &one);
    }

    #[test]
    fn bounds_hold_what_the_samples_have_and_change_with_the_unit(
        was in prop::collection::vec(1..1_000_u64, 20..400), now in prop::collection::vec(1..1_000_u64, 20..400),
    ) {
        let options = Options { quantiles: vec![0.5], ..Options::default() };
        let of = |durations: &[u64], unit: u64| baseline(vec![operation("a", durations.iter().map(|it| it * unit).collect())]);
        let ratio = |now_in: u64| compare(&of(&was, 1), &of(&now, now_in), &options).unwrap().entries[0].ratios[0];
        let (one, eight) = (ratio(1), ratio(8));
        let seen = one.now as f64 / one.was as f64;
        prop_assert!(one.at_least <= seen && seen <= one.at_most, "{one:?}");
        prop_assert!((one.at_least * 8.0 - eight.at_least).abs() < 1e-9 && (one.at_most * 8.0 - eight.at_most).abs() < 1e-9);
    }
}
