//! Rows that are no whole trace of well-known spans: log lines, holes, odd names, hostile text.

use std::collections::BTreeMap;
use std::sync::Arc;

use cruddur_trace::model::{Event, Evidence, Link, Resource, Span, Time, Value};
use serde_json::json;

use super::home;
use super::inside::Inside;
use crate::support::honeycomb::{CONFIGURATION, Cell, Honeycomb, Row};
use crate::support::http::Client;
use crate::support::spans::{MS, family, now, span, span_id, trace_id};

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// A row of a minute ago.
fn row<'a>(fields: impl IntoIterator<Item = (&'a str, Cell)>) -> Row {
    let time_ns = now().0 / 1_000_000 * 1_000_000 - 60_000 * MS;
    let fields: BTreeMap<_, _> = fields.into_iter().map(|(key, cell)| (key.to_owned(), cell)).collect();
    Row { dataset: "web".to_owned(), time_ns, ingested_ns: time_ns, sample_rate: 1, fields }
}

#[test]
fn a_log_line_is_an_event_of_its_span() {
    let service = Honeycomb::start();
    let id = trace_id(1, 1);
    let spans = family(1);
    let at = spans[0].start.0 / 1000 * 1000 + 100_000;
    service.ingest_spans(spans.into_iter().map(|span| (id.clone(), span)));
    let record = |span: &str, body: &str| {
        json!({"timeUnixNano": at.to_string(), "severityNumber": 17, "severityText": "ERROR", "body": {"stringValue": body},
            "traceId": id.to_string(), "spanId": span, "attributes": [{"key": "log.key", "value": {"stringValue": "x"}}]})
    };
    let resource = json!({"attributes": [{"key": "service.name", "value": {"stringValue": "web"}}]});
    let records = [record("0000000000000002", "it broke"), record("", "of no span")];
    let body = json!({"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]});
    let headers = [("X-Honeycomb-Team", CONFIGURATION), ("User-Agent", "test"), ("Content-Type", "application/json")];
    let mut connection = Client::connect(service.address()).expect("it listens");
    let sent = connection.request("POST /v1/logs", &headers, body.to_string().as_bytes()).expect("it answers");
    assert_eq!(sent.status, 200, "{}", sent.text());
    let read = Inside::new(&service).fetch(&id);
    assert_eq!(read.spans().len(), 2);
    for (span, said) in read.spans().iter().zip(["of no span", "it broke"]) {
        let [event] = span.events.as_slice() else { panic!("{span:?}") };
        assert_eq!((event.name.as_str(), event.time), ("ERROR", Time(at)), "{event:?}");
        assert_eq!((event.attributes.str("body"), event.attributes.str("log.key")), (Some(said), Some("x")), "{event:?}");
    }
    assert_eq!(read.notes, ["1 event or log line names no span: it is shown at the root"]);
    let shown = home(&service).line(&format!("show -b honeycomb {id}"));
    assert_eq!(shown.code, Some(0), "{shown}");
}

#[test]
fn an_event_whose_span_has_not_arrived_is_shown_with_one_that_stands_for_it() {
    let service = Honeycomb::start();
    let id = trace_id(1, 1);
    let spans = family(1);
    let event = Event { name: "lost".to_owned(), time: spans[1].start, ..Event::default() };
    let rows = spans.iter().map(|span| (id.clone(), Span { events: vec![event.clone()], ..span.clone() }));
    service.ingest_spans(rows);
    let arrived = |row: &Row| row.fields.get("trace.span_id") != Some(&text("0000000000000002"));
    let other = Honeycomb::start();
    other.ingest_rows(service.rows().into_iter().filter(arrived).collect());
    let read = Inside::new(&other).fetch(&id);
    let stand_in = read.spans().iter().find(|span| span.id == span_id(2)).expect("there is one");
    assert_eq!((stand_in.name.as_str(), stand_in.events.len()), ("SELECT", 1), "{stand_in:?}");
    assert_eq!(read.notes, ["1 span has not arrived, only what happened in it"]);
    let shown = home(&other).line(&format!("show -b honeycomb {id}"));
    assert!(shown.code == Some(0) && shown.stdout.contains("SELECT"), "{shown}");
}

#[test]
fn a_trace_without_a_root_is_shown_and_told_to_be() {
    let service = Honeycomb::start();
    let id = trace_id(1, 1);
    service.ingest_spans([(id.clone(), span(2, 1, "SELECT"))]);
    let read = Inside::new(&service).fetch(&id);
    assert!(read.summary().evidence.iter().any(|evidence| matches!(evidence, Evidence::NoRoot | Evidence::MissingParents(_))));
    let shown = home(&service).line(&format!("show -b honeycomb {id}"));
    assert!(shown.code == Some(0) && shown.stdout.contains("SELECT"), "{shown}");
    assert!(service.query_results() <= 4, "twice, and one to find out whether there is more: {}", service.query_results());
}

#[test]
fn events_and_links_have_what_is_theirs_and_not_what_is_their_spans() {
    let service = Honeycomb::start();
    let id = trace_id(1, 1);
    let mut root = span(1, 0, "GET /");
    root.start = Time(root.start.0 / 1000 * 1000);
    root.attributes = [("user.id", "7"), ("http.route", "/")].into_iter().collect();
    root.events = vec![Event {
        name: "cache miss".to_owned(),
        time: Time(root.start.0 + 5_000),
        attributes: [("user.id", "7"), ("key", "k")].into_iter().collect(),
        ..Event::default()
    }];
    root.links = vec![Link {
        trace_id: "ab".repeat(16),
        span_id: "cd".repeat(8),
        attributes: [("why", "retry")].into_iter().collect(),
        ..Link::default()
    }];
    // A second span of the service, so that what all rows have alike is the service's.
    service.ingest_spans([(id.clone(), root.clone()), (id.clone(), span(2, 1, "SELECT"))]);
    let read = Inside::new(&service).fetch(&id);
    let span = &read.spans()[0];
    assert_eq!(
        span.events,
        [Event { attributes: [("key", "k"), ("user.id", "7")].into_iter().collect(), ..root.events[0].clone() }]
    );
    assert_eq!(span.links, root.links);
}

#[test]
fn a_name_that_is_odd_is_asked_for_and_one_that_asks_for_other_spans_is_not() {
    let service = Honeycomb::start();
    let id = trace_id(1, 1);
    let odd = ["a b\"c", "root.x", "any2.y", "ключ", "$x", "back\\slash", "COUNT", "a\u{1b}[31mred", "_ct_t2", " "];
    let attributes = odd.iter().map(|key| (*key, Value::from("value"))).collect();
    service.ingest_spans([(id.clone(), Span { attributes, ..span(1, 0, "GET /") })]);
    let read = Inside::new(&service).fetch(&id);
    let keys: Vec<_> = read.spans()[0].attributes.iter().map(|(key, _)| key).collect();
    for key in odd.iter().filter(|key| !["root.x", "any2.y", "COUNT", "_ct_t2"].contains(key)) {
        assert!(keys.contains(key), "{key:?} of {keys:?}");
    }
    assert!(!keys.contains(&"root.x") && !keys.contains(&"any2.y"), "{keys:?}");
    assert!(!shown_raw(&service, &[&id.to_string()]).contains('\u{1b}'));
}

/// All that the program writes, as it writes it.
#[track_caller]
fn shown_raw(service: &Honeycomb, arguments: &[&str]) -> String {
    let output = home(service).pipe([&["show", "-b", "honeycomb", "-vv", "--color", "never"], arguments].concat(), b"");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let service = Honeycomb::start();
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\r\nerror: fake\u{202e}";
    let id = trace_id(1, 1);
    let event =
        Event { name: evil.to_owned(), time: now(), attributes: [("k", evil)].into_iter().collect(), ..Event::default() };
    let hostile = Span {
        name: evil.to_owned(),
        attributes: [(evil, evil)].into_iter().collect(),
        events: vec![event],
        resource: Arc::new(Resource::of_service(evil)),
        ..span(1, 0, "")
    };
    service.ingest_spans([(id.clone(), hostile)]);
    let id = id.to_string();
    for format in ["waterfall", "json", "jsonl", "otlp"] {
        let shown = shown_raw(&service, &["-o", format, &id]);
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\r']), "{format}: {shown:?}");
        assert!(format != "waterfall" || !shown.contains('\u{202e}'), "{format}: {shown:?}");
        assert!(!shown.contains("\nerror: fake"), "{format}: {shown:?}");
    }
    // Not even as an id.
    service.ingest_rows(vec![row([
        ("trace.trace_id", text("a\u{1b}[2Jb")),
        ("trace.span_id", text("1")),
        ("name", text("x")),
    ])]);
    assert!(!shown_raw(&service, &["a"]).contains('\u{1b}'));
}

#[test]
fn spans_without_times_kinds_or_services_are_spans() {
    let service = Honeycomb::start();
    let bare = [("trace.trace_id", text("bare")), ("trace.span_id", text("one"))];
    service.ingest_rows(vec![row(bare)]);
    let shown = home(&service).line("show -b honeycomb --since 1h bare -o json");
    assert_eq!(shown.code, Some(0), "{shown}");
    let document: serde_json::Value = serde_json::from_str(&shown.stdout).expect("it is JSON");
    let span = &document["traces"][0]["spans"][0];
    assert_eq!((&span["span_id"], &span["name"], &span["duration_ns"]), (&"one".into(), &"".into(), &json!(null)), "{shown}");
}

#[test]
fn a_trace_that_was_sent_twice_is_there_once() {
    let service = Honeycomb::start();
    let id = trace_id(1, 1);
    let mut spans = family(2);
    spans[0].events = vec![Event { name: "once".to_owned(), time: spans[0].start, ..Event::default() }];
    for _ in 0..2 {
        service.ingest_spans(spans.iter().map(|span| (id.clone(), span.clone())));
    }
    let read = Inside::new(&service).fetch(&id);
    assert_eq!((read.spans().len(), read.spans()[0].events.len()), (3, 1));
}

#[test]
fn a_sample_is_counted_as_it_is_stored() {
    let service = Honeycomb::start();
    let id = trace_id(1, 1);
    let mut root = span(1, 0, "GET /");
    root.attributes = [("sampleRate", 20_i64)].into_iter().collect();
    root.events = vec![Event { name: "once".to_owned(), time: root.start, ..Event::default() }];
    service.ingest_spans([(id.clone(), root)]);
    assert!(service.rows().iter().all(|row| row.sample_rate == 20));
    let with = |usage_mode: bool| {
        service.configure(|setup| setup.switches.usage_mode = usage_mode);
        Inside::new(&service).fetch(&id)
    };
    assert_eq!(with(true).spans()[0].events.len(), 1);
    assert_eq!(with(false).spans()[0].events.len(), 1, "twenty of twenty are one of one");
}
