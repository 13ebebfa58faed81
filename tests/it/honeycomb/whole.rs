//! Whole traces that are sent and read back: nothing is lost but what rows cannot say.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use cruddur_trace::model::{Resource, Span, SpanKind, Time, Trace, TraceId, Value};
use cruddur_trace::render::json;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::Value as Json;

use super::generate::{as_rows_have_it, trace};
use super::home;
use super::inside::Inside;
use crate::support::honeycomb::{AllColumns, Honeycomb, Missing, Setup};
use crate::support::spans::{now, span, span_id, trace_id};

/// A service that answers as often as it is asked.
fn generous() -> Honeycomb {
    Honeycomb::with(Setup { rate: (1_000_000, Duration::from_secs(1)), polls: 0, ..Setup::default() })
}

#[test]
fn what_was_sent_comes_back() {
    let service = generous();
    let client = Inside::new(&service);
    // Each query result is asked after once, a twentieth of a second later.
    let mut runner = TestRunner::new(ProptestConfig::with_cases(16));
    let number = Cell::new(0);
    let missing = select(&[Missing::Absent, Missing::Null, Missing::Blank][..]);
    let columns = select(&[AllColumns::Merged, AllColumns::Repeated][..]);
    let breakdowns = prop_oneof![Just(100), 20usize..60];
    runner
        .run(&(any::<bool>(), trace(), missing, columns, breakdowns), |(short, spans, missing, columns, breakdowns)| {
            // What fails is tried again with less in it, as another trace.
            number.set(number.get() + 1);
            let id = if short { TraceId::from_text(&format!("{:016x}", number.get())) } else { trace_id(7, number.get()) };
            service.configure(|setup| {
                setup.switches.missing = missing;
                setup.switches.most_breakdowns = breakdowns;
                setup.all_columns = columns;
            });
            service.ingest_spans(spans.iter().map(|span| (id.clone(), span.clone())));
            let read = client.fetch(&id);
            let mut written = as_rows_have_it(&id, &spans);
            prop_assert_eq!(read.spans(), written.spans());
            written.backends.clone_from(&read.backends);
            written.link.clone_from(&read.link);
            written.precision = read.precision;
            prop_assert!(read.notes.is_empty(), "{:?}", read.notes);
            prop_assert_eq!(read, written);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Spans of several services, each with a dozen of many keys, and events and links on some.
fn large(count: u64, keys: u64) -> Vec<Span> {
    let begin = now().0 / 1_000_000_000 * 1_000_000_000 - 7_200_000_000_000;
    let services: Vec<_> = (0..8).map(|number| Arc::new(Resource::of_service(&format!("service-{number}")))).collect();
    let span = |number: u64| {
        let key = |nth: u64| format!("app.key{:03}", (number * 7 + nth * 31) % keys);
        let mut attributes: Vec<(String, Value)> =
            (0..12).map(|nth| (key(nth), Value::from(format!("{number}.{nth}")))).collect();
        attributes.sort_by(|a, b| a.0.cmp(&b.0));
        attributes.dedup_by(|a, b| a.0 == b.0);
        let start = Time(begin + number * 37_000);
        Span {
            id: span_id(number),
            parent: (number > 1).then(|| span_id(number / 4 + 1)),
            name: format!("step {}", number % 50),
            kind: SpanKind::Internal,
            start,
            end: Some(Time(start.0 + number * 1_001)),
            attributes: attributes.into_iter().collect(),
            resource: Arc::clone(&services[(number % 8) as usize]),
            ..span(number, 0, "")
        }
    };
    (1..=count).map(span).collect()
}

#[test]
fn twelve_thousand_spans_of_three_hundred_columns_cost_eight_query_results() {
    let service = Honeycomb::with(Setup { polls: 0, ..Setup::default() });
    let id = trace_id(12, 1);
    // With the 12 columns that these spans have anyway.
    let spans = large(12_000, 288);
    service.ingest_spans(spans.iter().map(|span| (id.clone(), span.clone())));
    let columns: std::collections::BTreeSet<String> =
        service.rows().into_iter().flat_map(|row| row.fields.into_keys()).collect();
    assert_eq!(columns.len(), 300, "{columns:?}");
    let output = home(&service).line(&format!("show -b honeycomb -o json --timeout 2m {id}"));
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert_eq!(service.query_results(), 8, "{}", output.stderr);
    assert_same(&output.stdout, &as_rows_have_it(&id, &spans));
}

/// Whether a document has one trace, and of it everything.
#[track_caller]
fn assert_same(document: &str, written: &Trace) {
    let read: Json = serde_json::from_str(document).unwrap_or_else(|error| panic!("{error}: {document}"));
    assert_eq!(read["notes"], Json::Array(Vec::new()));
    let mut written: Json = serde_json::from_str(&json::show(std::slice::from_ref(written), &[])).expect("it is JSON");
    let (mut read, mut written) = (read["traces"][0].clone(), written["traces"][0].take());
    assert_eq!(read["backend"], "honeycomb");
    let (of_read, of_written) = (read["spans"].take(), written["spans"].take());
    let (of_read, of_written) = (of_read.as_array().expect("a list"), of_written.as_array().expect("a list"));
    assert_eq!(of_read.len(), of_written.len());
    for (read, written) in of_read.iter().zip(of_written) {
        assert_eq!(read, written);
    }
    for of_reading in ["backend", "link", "precision_ns"] {
        read[of_reading] = Json::Null;
        written[of_reading] = Json::Null;
    }
    assert_eq!(read, written);
}

#[test]
fn nanoseconds_are_rounded_and_nobody_is_blamed_for_it() {
    let service = generous();
    let begin = now().0 / 1_000_000_000 * 1_000_000_000 - 600_000_000_000 + 123_456_000;
    for offset in [0, 1, 499, 500, 501, 999] {
        let id = trace_id(40, offset);
        let one = |number: u64, parent: u64, from: u64, to: u64| Span {
            start: Time(begin + offset + from),
            end: Some(Time(begin + offset + to)),
            ..span(number, parent, "work")
        };
        // Each begins and ends with the one above it, or a few nanoseconds within.
        let spans = [one(1, 0, 0, 5_000_001), one(2, 1, 0, 5_000_001), one(3, 2, 300, 4_999_700), one(4, 3, 301, 302)];
        service.ingest_spans(spans.iter().map(|span| (id.clone(), span.clone())));
        let read = Inside::new(&service).fetch(&id);
        assert_eq!((read.precision, read.spans().len()), (1_000, 4), "{offset}");
        for (read, written) in read.spans().iter().zip(&spans) {
            assert_eq!((&read.id, read.duration()), (&written.id, written.duration()), "{offset}");
            assert!(read.start.since(written.start).abs() <= 1_000, "{offset}: {read:?}");
        }
        let shown = home(&service).line(&format!("show -b honeycomb {id}"));
        assert!(shown.code == Some(0) && !shown.stdout.contains("clock"), "{offset}: {shown}");
    }
}
