use super::super::samples::{at, failed, named, of_kind, running, span, trace};
use super::*;
use crate::model::time::MILLISECOND;
use crate::query::Expr;
use proptest::prelude::*;

/// Of traces, all their spans, or those by which they match.
fn stats(traces: &[Trace], filter: Option<&str>) -> Stats {
    let filter: Option<Expr> = filter.map(|filter| filter.parse().unwrap());
    let mut builder = StatsBuilder::default();
    for trace in traces {
        match &filter {
            None => builder.add(trace, None),
            Some(filter) => {
                if let Some(matched) = filter.matches(trace) {
                    builder.add(trace, Some(&matched));
                }
            }
        }
    }
    builder.finish()
}

/// Every operation with its count and how many failed.
fn told(stats: &Stats) -> Vec<String> {
    let each = stats.operations(Sort::Name).into_iter().map(|(service, operation)| {
        let figures = &operation.totals.figures;
        format!("{} {} {}: {} {}", service.name, operation.name, operation.kind.name(), figures.total, figures.failed())
    });
    each.collect()
}

fn shop() -> Trace {
    trace(vec![
        named("web", "GET", of_kind(SpanKind::Server, span(1, 0, 0, 100))),
        named("web", "GET", of_kind(SpanKind::Client, span(2, 1, 10, 40))),
        failed("no", named("api", "GET", of_kind(SpanKind::Server, span(3, 2, 12, 38)))),
        named("api", "SELECT", span(4, 3, 13, 20)),
        named("api", "SELECT", span(5, 3, 20, 30)),
        running(named("api", "SELECT", span(6, 3, 31, 0))),
    ])
}

#[test]
fn an_operation_is_a_service_a_name_and_a_kind() {
    assert_eq!(
        told(&stats(&[shop()], None)),
        ["api GET server: 1 1", "api SELECT unspecified: 3 0", "web GET server: 1 0", "web GET client: 1 0"]
    );
}

#[test]
fn with_a_filter_the_spans_that_satisfy_it_are_counted() {
    assert_eq!(told(&stats(&[shop()], Some("service = api and name = SELECT"))), ["api SELECT unspecified: 3 0"]);
    assert_eq!(told(&stats(&[shop()], Some("{ service = web } > { status = error }"))), ["api GET server: 1 1"]);
    let none = stats(&[shop()], Some("{ name = DELETE } | count() = 0"));
    assert_eq!((none.traces, told(&none)), (1, Vec::new()), "no span is what it matched by");
}

#[test]
fn what_runs_or_has_no_start_is_counted_and_in_no_percentile() {
    let without = Span { start: Time(0), ..named("web", "s", span(2, 0, 0, 9)) };
    let stats = stats(
        &[trace(vec![named("web", "s", span(1, 0, 0, 10)), without, running(named("web", "s", span(3, 0, 5, 0)))])],
        None,
    );
    let totals = &stats.services[0].totals;
    assert_eq!((totals.figures.total, totals.running, totals.without_start), (3, 1, 1));
    assert_eq!(totals.figures.durations.entries(), [(10 * MILLISECOND, 1)]);
    assert_eq!(stats.spanned().map(|period| (period.start, period.end)), Some((at(0), at(10))));
}

#[test]
fn self_time_is_that_of_the_whole_trace_also_where_only_some_spans_are_counted() {
    let stats = stats(&[shop()], Some("service = web and kind = client"));
    assert_eq!(stats.services[0].totals.self_time, 4 * MILLISECOND);
}

#[test]
fn the_busiest_comes_first_or_what_is_asked_for() {
    let order = |sort| {
        let mut stats = stats(&[shop()], None);
        stats.sort(sort);
        let names = stats.services.iter().flat_map(|service| {
            std::iter::once(service.name.clone()).chain(service.operations.iter().map(|operation| operation.name.clone()))
        });
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order(Sort::Count), "api SELECT GET web GET GET");
    assert_eq!(order(Sort::Errors), "api GET SELECT web GET GET");
    assert_eq!(order(Sort::Percentile(5_000)), "web GET GET api GET SELECT");
    assert_eq!(order(Sort::Name), "api GET SELECT web GET GET");
}

#[test]
fn a_period_is_cut_into_equal_parts_and_what_is_outside_is_in_none() {
    let spans = [0, 9, 10, 39, 40, 41].into_iter().enumerate().map(|(id, start)| span(id as u64 + 1, 0, start, 90));
    let totals = stats(&[trace(spans.collect())], None).totals();
    let period = Period { start: at(0), end: at(40), asked_for: true };
    let counts: Vec<u64> = totals.buckets(period, 4).iter().map(|bucket| bucket.count).collect();
    assert_eq!((counts, totals.outside(period)), (vec![2, 1, 0, 2], 1));
    assert_eq!(totals.per_second(period), Some(150.0));
    let instant = Period { end: at(0), ..period };
    assert_eq!((totals.per_second(instant), totals.buckets(instant, 2)[0].count), (None, 1));
}

#[test]
fn the_whole_range_of_times_fits() {
    let first = Span { start: Time(1), end: Some(Time(u64::MAX)), ..span(1, 0, 0, 0) };
    let last = Span { start: Time(u64::MAX), end: Some(Time(1)), ..span(2, 0, 0, 0) };
    let stats = stats(&[trace(vec![first, last])], None);
    let buckets = stats.totals().buckets(stats.spanned().unwrap(), 10);
    assert_eq!((buckets[0].count, buckets[9].count, stats.totals().reversed), (1, 1, 1));
}

fn any_trace() -> impl Strategy<Value = Trace> {
    let fields = (1u64..12, 0u64..12, 0u64..50, 0u64..50, (0..3usize, 0..3usize, 0..3i32, 0..5u8));
    prop::collection::vec(fields, 1..12).prop_map(|spans| {
        let spans = spans.into_iter().map(|(id, parent, start, end, (service, name, kind, fate))| {
            let span = named(["", "a", "b"][service], ["", "x", "y"][name], span(id, parent, start, end));
            let span = of_kind(SpanKind::from_number(kind), span);
            match fate {
                0 => failed("no", span),
                1 => running(span),
                2 => Span { start: Time(0), ..span },
                _ => span,
            }
        });
        trace(spans.collect())
    })
}

proptest! {
    #[test]
    fn every_span_is_in_one_operation_and_services_are_the_sums(traces in prop::collection::vec(any_trace(), 1..6)) {
        let stats = stats(&traces, None);
        let spans = || traces.iter().flat_map(Trace::spans);
        prop_assert_eq!(stats.totals().figures.total, spans().count() as u64);
        prop_assert_eq!(stats.traces, traces.len());
        for service in &stats.services {
            let mut sum = Totals::default();
            for operation in &service.operations {
                let of = |span: &&Span| span.service() == service.name && span.name == operation.name && span.kind == operation.kind;
                let totals = &operation.totals;
                prop_assert_eq!(totals.figures.total, spans().filter(of).count() as u64);
                prop_assert_eq!(totals.figures.failed(), spans().filter(of).filter(|span| span.is_error()).count() as u64);
                prop_assert_eq!(totals.running, spans().filter(of).filter(|span| span.end.is_none()).count() as u64);
                sum.figures.total += totals.figures.total;
                sum.figures.ok += totals.figures.ok;
                sum.figures.time += totals.figures.time;
                sum.self_time += totals.self_time;
            }
            prop_assert_eq!(sum.figures.total, service.totals.figures.total);
            prop_assert_eq!((sum.figures.ok, sum.figures.time), (service.totals.figures.ok, service.totals.figures.time));
            prop_assert_eq!(sum.self_time, service.totals.self_time);
        }
    }

    #[test]
    fn in_whatever_order_traces_come_the_figures_are_the_same(
        traces in prop::collection::vec(any_trace(), 1..6).prop_flat_map(|traces| (Just(traces.clone()), Just(traces).prop_shuffle())),
        sort in prop::sample::select(vec![Sort::Count, Sort::Errors, Sort::Percentile(9_900), Sort::SelfTime, Sort::Name]),
    ) {
        let [mut one, mut other] = [&traces.0, &traces.1].map(|traces| stats(traces, None));
        prop_assert_eq!(&one, &other);
        one.sort(sort);
        other.sort(sort);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn every_start_is_in_one_bucket_or_outside(traces in prop::collection::vec(any_trace(), 1..6), from in 0u64..50, length in 0u64..50, parts in 1usize..30) {
        let totals = stats(&traces, None).totals();
        let period = Period { start: at(from), end: at(from + length), asked_for: true };
        let buckets = totals.buckets(period, parts);
        let sum: u64 = buckets.iter().map(|bucket| bucket.count).sum();
        prop_assert_eq!(sum + totals.outside(period) + totals.without_start, totals.figures.total);
        prop_assert!(buckets.iter().all(|bucket| bucket.failed <= bucket.count));
    }
}
