//! More rows than a result has: by pages, and where they are all of one time, by the beginning of their ids.

use std::time::Duration;

use cruddur_trace::model::{Event, Span, Time, TraceId};
use serde_json::Value as Json;

use super::generate::as_rows_have_it;
use super::inside::Inside;
use crate::support::honeycomb::{Cell, Endpoint, Fault, Honeycomb, Row, Seen, Setup, Slow, Switches, TimePrecision};
use crate::support::spans::{MS, now, span, span_id, trace_id};

fn generous() -> Setup {
    Setup { polls: 0, rate: (1_000, Duration::from_secs(1)), ..Setup::default() }
}

/// Spans from which to which number, so far from each other.
fn row_of(count: u64, apart: u64) -> Vec<Span> {
    let begin = now().0 / 1_000_000_000 * 1_000_000_000 - 600_000 * MS;
    let start = |number: u64| Time(begin + number * apart);
    // Ids as they are drawn by lot, and the same in every run.
    let id = |number: u64| span_id((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let parent = |number: u64| (number > 0).then(|| id(0));
    let one = |number: u64| Span {
        id: id(number),
        parent: parent(number),
        start: start(number),
        end: Some(start(number)),
        ..span(1, 0, "work")
    };
    (0..count).map(one).collect()
}

#[track_caller]
fn assert_all(service: &Honeycomb, id: &TraceId, spans: &[Span]) {
    service.ingest_spans(spans.iter().map(|span| (id.clone(), span.clone())));
    let (read, written) = (Inside::new(service).fetch(id), as_rows_have_it(id, spans));
    assert_eq!(read.spans().len(), written.spans().len());
    assert!(read.spans() == written.spans(), "something of it is another");
    assert_eq!((read.repeated, read.notes, read.truncated), (0, Vec::new(), Vec::new()));
}

#[test]
fn more_than_ten_thousand_rows_come_by_pages() {
    let service = Honeycomb::with(generous());
    assert_all(&service, &trace_id(1, 1), &row_of(20_500, 3_000));
    assert_eq!(service.query_results(), 3);
}

#[test]
fn pages_overlap_where_times_are_cut() {
    for time in [TimePrecision::Millis, TimePrecision::Digits(13)] {
        let service = Honeycomb::with(Setup { switches: Switches { time, ..Switches::default() }, ..generous() });
        let id = trace_id(1, 1);
        // A hundred of each millisecond.
        let spans = row_of(10_550, 10_000);
        service.ingest_spans(spans.iter().map(|span| (id.clone(), span.clone())));
        let read = Inside::new(&service).fetch(&id);
        let mut ids: Vec<_> = read.spans().iter().map(|span| span.id.to_string()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((read.spans().len(), ids.len(), read.repeated), (10_550, 10_550, 0), "{time:?}");
        assert_eq!(service.query_results(), 2, "{time:?}");
    }
}

#[test]
fn more_rows_of_one_time_than_a_page_has_come_by_the_beginning_of_their_ids() {
    let service = Honeycomb::with(generous());
    let mut spans = row_of(10_400, 0);
    // Before and after, there is something too.
    spans.extend(
        [-1_i64, 1]
            .into_iter()
            .zip(1..)
            .map(|(later, number)| {
                let start = spans[0].start.saturating_add(i128::from(later) * 1_000_000_000);
                Span { id: span_id(number), start, end: Some(start), ..spans[1].clone() }
            })
            .collect::<Vec<_>>(),
    );
    assert_all(&service, &trace_id(1, 1), &spans);
    assert!(service.query_results() < 25, "{}", service.query_results());
}

#[test]
fn more_events_of_one_time_than_a_page_has_come_by_the_beginning_of_their_spans() {
    let service = Honeycomb::with(generous());
    let mut spans = row_of(5_200, 0);
    for span in &mut spans {
        let event = |name: &str| Event { name: name.to_owned(), time: span.start, ..Event::default() };
        span.events = vec![event("begin"), event("end")];
    }
    let id = trace_id(1, 1);
    service.ingest_spans(spans.iter().map(|span| (id.clone(), span.clone())));
    let read = Inside::new(&service).fetch(&id);
    assert_eq!((read.spans().len(), read.spans().iter().map(|span| span.events.len()).sum::<usize>()), (5_200, 10_400));
    assert_eq!((&read.notes, &read.truncated), (&Vec::new(), &Vec::new()));
}

/// What of the queries was asked for: when from, until when, how many breakdowns, and how many rows.
fn asked(requests: &[Seen]) -> Vec<(u64, usize, u64)> {
    let mut asked = Vec::new();
    let mut spec = Json::Null;
    let mut specs = std::collections::HashMap::new();
    let mut order = 0;
    for request in requests.iter().filter(|request| request.method == "POST") {
        if request.path.starts_with("/1/queries/") {
            spec = request.body.clone();
        } else {
            // A query that was made before is not made again.
            let id = request.body["query_id"].as_str().expect("a result is of a query").to_owned();
            let spec = specs.entry(id).or_insert_with(|| {
                order += 1;
                spec.clone()
            });
            let length = spec["end_time"].as_u64().zip(spec["start_time"].as_u64()).map_or(0, |(end, start)| end - start);
            asked.push((
                length,
                spec["breakdowns"].as_array().map_or(0, Vec::len),
                request.body["limit"].as_u64().unwrap_or_default(),
            ));
        }
    }
    asked
}

/// A trace of many columns that a service cannot read as it is asked first.
fn slow(slow: Slow) -> Vec<(u64, usize, u64)> {
    let service = Honeycomb::with(Setup { slow, ..generous() });
    let mut spans = row_of(2_500, 1_000);
    for (number, span) in spans.iter_mut().enumerate() {
        span.attributes = [(format!("app.key{:03}", number % 120), "x")].into_iter().collect();
    }
    assert_all(&service, &trace_id(1, 1), &spans);
    asked(&service.requests())
}

#[test]
fn what_takes_too_long_is_asked_for_within_the_time_of_the_trace_alone() {
    let service = Honeycomb::with(generous());
    let (id, client) = (trace_id(1, 1), Inside::new(&service));
    service.ingest_spans(row_of(3, 1_000).into_iter().map(|span| (id.clone(), span)));
    client.fetch(&id);
    service.configure(|setup| setup.slow.window = Some(3_600));
    assert_eq!(client.fetch(&id).spans().len(), 3);
    let asked = asked(&service.requests());
    let lengths: Vec<_> = asked.iter().map(|(length, ..)| *length > 3_600).collect();
    // The same once more, then twice when the trace was, then by what was known of it.
    assert_eq!(lengths, [true, true, true, true, true, false], "{asked:?}");
}

#[test]
fn what_takes_too_long_all_the_same_is_asked_for_with_fewer_columns() {
    let asked = slow(Slow { breakdowns: Some(60), ..Slow::default() });
    let columns: Vec<_> = asked.iter().map(|(_, columns, _)| *columns).collect();
    assert_eq!(columns[..2], [100, 100], "{asked:?}");
    assert!(
        columns[2] < 5 && asked[3].0 < asked[0].0 && columns[3] == 100,
        "then when it was, and then within that time: {asked:?}"
    );
    assert!(columns[4..].iter().all(|columns| *columns <= 50), "{asked:?}");
    assert!(asked.iter().all(|(_, _, limit)| *limit == 10_000 || *limit == 1_000), "{asked:?}");
}

#[test]
fn what_takes_too_long_with_few_columns_is_asked_for_by_small_pages() {
    let asked = slow(Slow { limit: Some(2_000), ..Slow::default() });
    let columns: Vec<_> = asked.iter().map(|(_, columns, _)| *columns).collect();
    assert!(columns.windows(2).skip(2).all(|pair| pair[1] <= pair[0].max(100)), "{asked:?}");
    assert!(asked.last().is_some_and(|(_, columns, limit)| *columns <= 20 && *limit == 2_000), "{asked:?}");
}

#[test]
fn small_pages_of_one_time_come_by_the_beginning_of_their_ids() {
    let service = Honeycomb::with(Setup { slow: Slow { limit: Some(2_000), ..Slow::default() }, ..generous() });
    assert_all(&service, &trace_id(1, 1), &row_of(2_600, 0));
}

#[test]
fn ids_that_are_no_hex_digits_and_log_lines_of_no_span_are_not_lost() {
    let service = Honeycomb::with(Setup { slow: Slow { limit: Some(2_000), ..Slow::default() }, ..generous() });
    let time_ns = now().0 / 1_000_000_000 * 1_000_000_000 - 600_000 * MS;
    let text = |text: &str| Cell::Text(text.to_owned());
    let row = |fields: Vec<(&str, Cell)>| {
        let fields = fields.into_iter().chain([("trace.trace_id", text("many"))]);
        let fields = fields.map(|(key, cell)| (key.to_owned(), cell)).collect();
        Row { dataset: "web".to_owned(), time_ns, ingested_ns: time_ns, sample_rate: 1, fields }
    };
    let span = |number: u64| row(vec![("trace.span_id", text(&format!("Span {number}"))), ("name", text("work"))]);
    let line = |number: u64| row(vec![("meta.signal_type", text("log")), ("body", text(&number.to_string()))]);
    service.ingest_rows((0..2_300).map(span).chain((0..300).map(line)).collect());
    let read = Inside::new(&service).fetch(&TraceId::from_text("many"));
    let (spans, events) = (read.spans().len(), read.spans().iter().map(|span| span.events.len()).sum::<usize>());
    assert_eq!((spans, events, read.repeated), (2_300, 300, 0));
}

#[test]
fn more_rows_of_one_id_than_a_page_has_come_by_their_times() {
    let service = Honeycomb::with(Setup { slow: Slow { limit: Some(2_000), ..Slow::default() }, ..generous() });
    let id = trace_id(1, 1);
    let mut spans = row_of(2_300, 0);
    // All of them begin with the first.
    let event =
        |number: u64| Event { name: "tick".to_owned(), time: Time(spans[0].start.0 + number * 1_000), ..Event::default() };
    spans[0].events = (0..4_500).map(event).collect();
    assert_all(&service, &id, &spans);
}

#[test]
fn what_fails_whatever_is_left_out_is_told_with_what_was_tried() {
    let service = Honeycomb::with(generous());
    let id = trace_id(1, 1);
    service.ingest_spans(row_of(3, 1_000).into_iter().map(|span| (id.clone(), span)));
    service.set_fault(Fault::Fails("out of luck".to_owned()).at(Endpoint::Results));
    let error = Inside::new(&service).try_fetch(&id).expect_err("it fails").to_string();
    assert!(error.contains("out of luck"), "{error}");
    assert!(service.query_results() < 10, "{}", service.query_results());
}
