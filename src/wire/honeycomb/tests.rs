//! Rows written by hand, and what is read from them.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{Answer, Cell, Names, Read, Reader, Schema, Table};
use crate::model::{Attributes, Span};

fn answer(rows: &[Json]) -> Answer {
    let results: Vec<Json> = rows.iter().map(|row| json!({ "data": row })).collect();
    let body = json!({"query": {"id": "q"}, "id": "hij678a", "complete": true, "data": {"series": [], "results": results},
        "links": {"query_url": "https://ui.honeycomb.io/t/result/hij678a", "graph_image_url": "x"}});
    Answer::parse(body.to_string().as_bytes()).unwrap()
}

fn table(rows: &[Json]) -> Table {
    answer(rows).table.unwrap()
}

/// Read with the schema that a list of keys and types says.
fn read_with(columns: &[(&str, &str)], names: Names, pages: &[&[Json]], more: &[&[Json]]) -> Vec<Read> {
    let columns: Vec<Json> = columns.iter().map(|(key, kind)| json!({"key_name": key, "type": kind})).collect();
    let schema = Schema { names, ..Schema::parse(json!(columns).to_string().as_bytes()).unwrap() };
    let mut reader = Reader::new(&schema, 1_700_000_000);
    for page in pages {
        reader.skeleton(&table(page));
    }
    for page in more {
        reader.more(&table(page));
    }
    reader.finish()
}

fn read(rows: &[Json]) -> String {
    shown(&read_with(&[], Names::default(), &[rows], &[]))
}

fn shown(read: &[Read]) -> String {
    let mut text = String::new();
    for Read { trace, notes } in read {
        writeln!(text, "trace {} precision {}", trace.id(), trace.precision).unwrap();
        trace.spans().iter().for_each(|span| show(span, &mut text));
        for (word, sentences) in [("truncated", &trace.truncated), ("note", notes)] {
            for sentence in sentences {
                writeln!(text, "{word}: {sentence}").unwrap();
            }
        }
    }
    text
}

fn show(span: &Span, text: &mut String) {
    let attributes = |attributes: &Attributes| {
        attributes.iter().fold(String::new(), |mut text, (key, value)| {
            write!(text, " {key}={value:?}").unwrap();
            text
        })
    };
    let from = i128::from(span.start.0) - 1_700_000_000_000_000_000;
    let parent = span.parent.as_ref().map(|id| format!(" < {id}")).unwrap_or_default();
    writeln!(text, "{}{parent} {:?} {:?} {from} for {:?}", span.id, span.name, span.kind, span.duration()).unwrap();
    writeln!(text, "  {:?} {:?}{}", span.status.code, span.status.message, attributes(&span.attributes)).unwrap();
    writeln!(text, "  by{} | {:?} {:?}", attributes(&span.resource.attributes), span.scope.name, span.scope.version).unwrap();
    for event in &span.events {
        let at = event.time.since(span.start);
        writeln!(text, "  event {:?} +{at}{}", event.name, attributes(&event.attributes)).unwrap();
    }
    for link in &span.links {
        writeln!(text, "  link {} {}{}", link.trace_id, link.span_id, attributes(&link.attributes)).unwrap();
    }
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A row as the OTLP translator writes it; what is given last counts.
fn row(time: f64, fields: &Json) -> Json {
    let mut row =
        json!({"COUNT": 1, "trace.trace_id": TRACE, "_ct_t": time, "service.name": "web", "meta.signal_type": "trace"});
    row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    row
}

fn span(time: f64, id: &str, fields: &Json) -> Json {
    let mut row = row(
        time,
        &json!({"trace.span_id": id, "name": "GET /", "duration_ms": 12.5, "type": "server",
        "span.kind": "server", "status_code": 0, "span.num_events": 0, "span.num_links": 0}),
    );
    row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    row
}

fn event(time: f64, parent: &str, fields: &Json) -> Json {
    let mut row = row(
        time,
        &json!({"trace.parent_id": parent, "name": "tick", "parent_name": "GET /",
        "meta.annotation_type": "span_event"}),
    );
    row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    row
}

const A: &str = "00f067aa0ba902b7";
const B: &str = "00f067aa0ba902b8";

#[test]
fn a_trace_is_put_together_from_its_rows_and_what_they_repeat_is_left_out() {
    let rows = [
        span(
            1_700_000_000.25,
            A,
            &json!({"status_code": 2, "error": true, "status_message": "boom", "k8s.pod.name": "web-1",
            "library.name": "@opentelemetry/instrumentation-http", "library.version": "0.5", "http.route": "/",
            "telemetry.instrumentation_library": true, "span.num_events": 1, "span.num_links": 1, "tags": "[\"a\",\"b\"]\n",
            "exception.type": "E", "exception.message": "boom", "team": "shop", "trace.trace_state": "a=b"}),
        ),
        row(
            1_700_000_000.25,
            &json!({"trace.parent_id": A, "parent_name": "GET /", "meta.annotation_type": "link", "error": true,
            "trace.link.trace_id": "abc", "trace.link.span_id": "def", "why": "retry", "team": "shop", "k8s.pod.name": "web-1",
            "library.name": "@opentelemetry/instrumentation-http", "library.version": "0.5"}),
        ),
        event(
            1_700_000_000.260_001,
            A,
            &json!({"name": "exception", "error": true, "exception.type": "E", "team": "shop",
            "exception.message": "boom", "k8s.pod.name": "web-1", "meta.time_since_span_start_ms": 10.001,
            "library.name": "@opentelemetry/instrumentation-http", "library.version": "0.5"}),
        ),
        span(
            1_700_000_000.251,
            B,
            &json!({"trace.parent_id": A, "name": "SELECT", "type": "client", "span.kind": "client",
            "duration_ms": 1, "k8s.pod.name": "web-1", "team": "shop", "db.rows": 3}),
        ),
    ];
    assert_snapshot!(read(&rows), @r#"
    trace 4bf92f3577b34da6a3ce929d0e0e4736 precision 1000
    00f067aa0ba902b7 "GET /" Server 250000000 for Some(12500000)
      Error "boom" http.route=Str("/") tags=Array([Str("a"), Str("b")]) team=Str("shop")
      by k8s.pod.name=Str("web-1") service.name=Str("web") | "@opentelemetry/instrumentation-http" "0.5"
      event "exception" +10001000 exception.message=Str("boom") exception.type=Str("E")
      link abc def why=Str("retry")
    00f067aa0ba902b8 < 00f067aa0ba902b7 "SELECT" Client 251000000 for Some(1000000)
      Unset "" db.rows=Int(3) team=Str("shop")
      by k8s.pod.name=Str("web-1") service.name=Str("web") | "" ""
    "#);
}

#[test]
fn a_log_line_is_an_event_and_keeps_what_it_says() {
    let log = |time, parent: Option<&str>, fields: Json| {
        let mut row = row(
            time,
            &json!({"meta.annotation_type": "span_event", "meta.signal_type": "log", "severity": "warn",
            "severity_code": 13, "flags": 1, "body": "slow"}),
        );
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        row.as_object_mut().unwrap().extend(parent.map(|id| ("trace.parent_id".to_owned(), json!(id))));
        row
    };
    let rows = [
        span(1_700_000_000.25, A, &json!({})),
        log(1_700_000_000.26, Some(A), json!({"event.name": "db.slow", "severity_text": "WARN"})),
        log(1_700_000_000.27, Some(A), json!({"service.name": "other"})),
        log(1_700_000_000.255, None, json!({"name": "n"})),
    ];
    assert_snapshot!(read(&rows), @r#"
    trace 4bf92f3577b34da6a3ce929d0e0e4736 precision 1000000
    00f067aa0ba902b7 "GET /" Server 250000000 for Some(12500000)
      Unset ""
      by service.name=Str("web") | "" ""
      event "n" +5000000 body=Str("slow") flags=Int(1) meta.signal_type=Str("log") severity=Str("warn") severity_code=Int(13)
      event "db.slow" +10000000 body=Str("slow") flags=Int(1) meta.signal_type=Str("log") severity=Str("warn") severity_code=Int(13) severity_text=Str("WARN")
      event "warn" +20000000 body=Str("slow") flags=Int(1) meta.signal_type=Str("log") service.name=Str("other") severity=Str("warn") severity_code=Int(13)
    note: 1 event or log line names no span: it is shown at the root
    "#);
}

#[test]
fn a_span_of_which_only_events_have_arrived_is_known_to_exist() {
    let rows = [
        event(1_700_000_000.5, A, &json!({"meta.time_since_span_start_ms": 400.5, "error": true, "k": 1, "host.name": "h"})),
        event(1_700_000_000.6, A, &json!({"meta.time_since_span_start_ms": 500.5, "error": true, "k": 1, "host.name": "h"})),
        event(1_700_000_000.7, B, &json!({"parent_name": "later"})),
    ];
    assert_snapshot!(read(&rows), @r#"
    trace 4bf92f3577b34da6a3ce929d0e0e4736 precision 1000000
    00f067aa0ba902b7 < unknown "GET /" Unspecified 99500000 for None
      Error "" meta.annotation_only=Bool(true)
      by host.name=Str("h") service.name=Str("web") | "" ""
      event "tick" +400500000 k=Int(1)
      event "tick" +500500000 k=Int(1)
    00f067aa0ba902b8 < unknown "later" Unspecified 700000000 for None
      Unset "" meta.annotation_only=Bool(true)
      by service.name=Str("web") | "" ""
      event "tick" +0
    note: 2 spans have not arrived, only what happened in them
    "#);
}

#[test]
fn of_a_span_that_was_sent_twice_the_longer_record_counts_and_its_events_are_there_once() {
    let rows = [
        span(1_700_000_000.25, A, &json!({"duration_ms": 9, "try": 1})),
        span(1_700_000_000.25, A, &json!({"duration_ms": 10, "try": 2})),
        event(1_700_000_000.251, A, &json!({"COUNT": 2})),
        event(1_700_000_000.252, A, &json!({"COUNT": 4, "name": "twice"})),
        event(1_700_000_000.253, A, &json!({"COUNT": 3, "name": "unclear"})),
    ];
    assert_snapshot!(read(&rows), @r#"
    trace 4bf92f3577b34da6a3ce929d0e0e4736 precision 1000000
    00f067aa0ba902b7 "GET /" Server 250000000 for Some(10000000)
      Unset "" try=Int(2)
      by service.name=Str("web") | "" ""
      event "tick" +1000000
      event "twice" +2000000
      event "twice" +2000000
      event "unclear" +3000000
    note: 1 row was another record of a span: the longer one counts
    note: 1 event or link stands for several that are alike, and it cannot be told how many: it is shown once
    "#);
}

#[test]
fn events_that_did_not_come_with_their_span_are_missing() {
    let rows = [
        span(1_700_000_000.25, A, &json!({"span.num_events": 3, "span.num_links": 1})),
        event(1_700_000_000.26, A, &json!({})),
    ];
    assert_snapshot!(read(&rows), @r#"
    trace 4bf92f3577b34da6a3ce929d0e0e4736 precision 1000000
    00f067aa0ba902b7 "GET /" Server 250000000 for Some(12500000)
      Unset ""
      by service.name=Str("web") | "" ""
      event "tick" +10000000
    truncated: 2 span events and 1 link that the spans had did not come with them
    "#);
}

#[test]
fn other_names_of_columns_and_other_ways_to_say_that_a_span_failed() {
    let names = Names { name: "op".into(), service: "service_name".into(), span_id: "id".into(), ..Names::default() };
    let rows = [
        json!({"trace.trace_id": "any text", "id": "x", "op": "one", "name": "attribute", "service_name": "web", "_ct_t": 1_700_000_001,
            "duration_ms": -3, "error": "timeout", "meta.span_type": "root", "status_code": 500, "ratio": 2}),
        json!({"trace.trace_id": "any text", "id": "y", "trace.parent_id": "x", "op": "two", "service_name": "web",
            "_ct_t": 1_700_000_002, "error": "false", "meta.span_type": "client", "duration_ms": "1.5"}),
    ];
    let read = read_with(&[("ratio", "float")], names, &[&rows], &[]);
    assert_snapshot!(shown(&read), @r#"
    trace any text precision 1000000000
    x "one" Unspecified 1000000000 for Some(-3000000)
      Error "" duration_ms=Int(-3) error=Str("timeout") meta.span_type=Str("root") name=Str("attribute") ratio=Double(2.0) status_code=Int(500)
      by service.name=Str("web") | "" ""
    y < x "two" Client 2000000000 for Some(1500000)
      Unset "" error=Str("false")
      by service.name=Str("web") | "" ""
    "#);
}

#[test]
fn whole_microseconds_are_taken_where_doubles_have_fewer_digits_and_the_other_way_round() {
    let times = |rows: &[(f64, i64)]| {
        let rows: Vec<Json> = rows
            .iter()
            .enumerate()
            .map(|(at, (time, micros))| span(*time, &format!("s{at}"), &json!({"_ct_us": micros})))
            .collect();
        let read = read_with(&[], Names::default(), &[&rows], &[]);
        let trace = &read[0].trace;
        (trace.precision, trace.spans().iter().map(|span| span.start.0 - 1_700_000_000_000_000_000).collect::<Vec<_>>())
    };
    assert_eq!(times(&[(1_700_000_000.1, 123_456), (1_700_000_000.2, 223_456)]), (1000, vec![123_456_000, 223_456_000]));
    assert_eq!(times(&[(1_700_000_000.123_4, 123_000), (1_700_000_000.2, 200_000)]), (1000, vec![123_400_000, 200_000_000]));
    assert_eq!(times(&[(1_700_000_000.123, 123_000), (1_700_000_000.2, 200_000)]), (1_000_000, vec![123_000_000, 200_000_000]));
    assert_eq!(times(&[(1_700_000_001.0, 1_000_000), (1_700_000_002.0, 2_000_000)]).0, 1_000_000_000);
    assert_eq!(times(&[(1_700_000_001.0, 1_000_000)]).0, 1000);
}

#[test]
fn pages_that_overlap_give_each_row_once() {
    let rows = [
        span(1_700_000_000.1, "a", &json!({})),
        span(1_700_000_000.2, "b", &json!({})),
        span(1_700_000_000.3, "c", &json!({})),
    ];
    let schema = Schema::default();
    let mut reader = Reader::new(&schema, 0);
    assert_eq!(reader.last_time(), None);
    assert_eq!(reader.skeleton(&table(&rows[..2])), 2);
    assert_eq!(reader.last_time(), Some(1_700_000_000.2));
    assert_eq!(reader.skeleton(&table(&rows[1..])), 1);
    assert_eq!((reader.len(), reader.last_time()), (3, Some(1_700_000_000.3)));
    assert_eq!(reader.skeleton(&table(&rows)), 0);
}

/// Only the columns of the key, and some more.
fn chunk(rows: &[Json], more: &[Json]) -> Vec<Json> {
    let row = |(row, more): (&Json, &Json)| {
        let key = super::KEY.iter().filter_map(|column| Some(((*column).to_owned(), row.get(*column)?.clone())));
        let mut cells: serde_json::Map<String, Json> = key.collect();
        cells.insert("COUNT".into(), json!(1));
        cells.extend(more.as_object().unwrap().clone());
        Json::Object(cells)
    };
    rows.iter().zip(more).map(row).collect()
}

#[test]
fn events_that_differ_in_further_columns_alone_are_told_apart_by_them() {
    let skeleton = [span(1_700_000_000.25, A, &json!({})), event(1_700_000_000.26, A, &json!({"COUNT": 2}))];
    let rows = [skeleton[0].clone(), skeleton[1].clone(), skeleton[1].clone()];
    let first = chunk(&rows, &[json!({"a": 0}), json!({"a": 1}), json!({"a": 2})]);
    let second = chunk(&rows, &[json!({}), json!({"b": 1}), json!({"b": 2})]);
    let read = read_with(&[], Names::default(), &[&skeleton], &[&first[..2], &first[1..], &second]);
    assert_snapshot!(shown(&read), @r#"
    trace 4bf92f3577b34da6a3ce929d0e0e4736 precision 1000000
    00f067aa0ba902b7 "GET /" Server 250000000 for Some(12500000)
      Unset "" a=Int(0)
      by service.name=Str("web") | "" ""
      event "tick" +10000000 a=Int(1) b=Int(1)
      event "tick" +10000000 a=Int(2) b=Int(2)
    note: 2 rows that are alike have their further columns by the order in which they came
    "#);
}

#[test]
fn what_cannot_be_told_apart_goes_without_further_columns() {
    let skeleton = [span(1_700_000_000.25, A, &json!({})), event(1_700_000_000.26, A, &json!({"COUNT": 3}))];
    let rows = [skeleton[1].clone(), skeleton[1].clone(), event(1_700_000_000.27, A, &json!({}))];
    let more = chunk(&rows, &[json!({"a": 1}), json!({"a": 2}), json!({"a": 3})]);
    let read = read_with(&[], Names::default(), &[&skeleton], &[&more]);
    assert_snapshot!(shown(&read), @r#"
    trace 4bf92f3577b34da6a3ce929d0e0e4736 precision 1000000
    00f067aa0ba902b7 "GET /" Server 250000000 for Some(12500000)
      Unset ""
      by service.name=Str("web") | "" ""
      event "tick" +10000000
      event "tick" +10000000
      event "tick" +10000000
    note: 1 row is ambiguous: it goes without the columns of which it cannot be told whose they are
    note: 1 row arrived while further columns were read, and was left out
    "#);
}

#[test]
fn what_an_answer_says_besides_rows() {
    let answer = answer(&[json!({"COUNT": 2, "name": "a"})]);
    assert_eq!((answer.id.as_str(), answer.complete, answer.error), ("hij678a", true, None));
    assert_eq!(answer.query_url.as_deref(), Some("https://ui.honeycomb.io/t/result/hij678a"));
    let table = answer.table.unwrap();
    assert_eq!((table.len(), table.count(0), table.text(0, "name"), table.number(0, "COUNT")), (1, 2, Some("a"), Some(2.0)));
    assert_eq!((table.get(9, 9), table.cell(0, "no")), (&Cell::Missing, &Cell::Missing));
    let failed = Answer::parse(br#"{"complete":true,"id":"k","error":"we had trouble","links":{}}"#).unwrap();
    assert_eq!((failed.error.as_deref(), failed.table), (Some("we had trouble"), None));
    let pending = Answer::parse(br#" {"query":{"a":[]},"complete":false,"id":"k"}"#).unwrap();
    assert!(!pending.complete && pending.table.is_none());
}

#[test]
fn a_row_that_counts_nothing_is_no_row() {
    for rows in [vec![], vec![json!({"COUNT": 0})], vec![json!({"COUNT": 0, "MAX(_ct_t)": 0, "name": null})]] {
        assert!(table(&rows).is_empty(), "{rows:?}");
    }
    assert_eq!(table(&[json!({"COUNT": 0, "name": "a"})]).len(), 1);
}

#[test]
fn a_table_decides_as_a_whole_what_empty_text_is() {
    let cell = |rows: &[Json]| table(rows).cell(0, "a").clone();
    let blank = Cell::Text("".into());
    assert_eq!(cell(&[json!({"a": "", "b": "x"}), json!({"a": "y"})]), blank, "b is absent elsewhere");
    assert_eq!(cell(&[json!({"a": "", "trace.parent_id": ""}), json!({"a": null, "trace.parent_id": ""})]), blank);
    assert_eq!(cell(&[json!({"a": "", "trace.parent_id": ""})]), Cell::Missing);
    assert_eq!(cell(&[json!({"a": "", "n": 1}), json!({"a": "", "n": ""})]), Cell::Missing, "n is a number elsewhere");
    assert_eq!(cell(&[json!({"a": "", "n": ""})]), blank, "nobody can tell");
    let schema = Schema::parse(br#"[{"key_name":"n","type":"integer"},{"key_name":"a","type":"string"}]"#).unwrap();
    assert_eq!(table(&[json!({"a": "", "n": ""})]).blank_is_missing(&schema), Some(true));
    assert_eq!(table(&[json!({"a": ""})]).blank_is_missing(&schema), None);
}

#[test]
fn what_is_no_answer_is_refused() {
    let rows = |rows: &str| format!(r#"{{"id":"a","complete":true,"data":{{"results":{rows}}}}}"#);
    let wide = (0..300).fold(String::new(), |wide, column| wide + &format!(r#""{column}":1,"#));
    for bad in [
        String::new(),
        "[]".into(),
        "[\"a\",true]".into(),
        "{}".into(),
        r#"{"id":1,"complete":true}"#.into(),
        r#"{"id":"a","complete":"yes"}"#.into(),
        rows("{}"),
        rows("[1]"),
        rows("[{}]"),
        rows(r#"[{"data":[]}]"#),
        rows(r#"[{"data":{"a":[1]}}]"#),
        rows(r#"[{"data":{"a":{"b":1}}}]"#),
        rows(r#"[{"data":{},"data":{}}]"#),
        rows(&format!(r#"[{{"data":{{{wide}"x":1}}}}]"#)),
        rows(r#"[{"data":{"a":1e999}}]"#),
        rows(&format!("[{}{{\"data\":{{\"a\":1}}}}]", r#"{"data":{"a":1}},"#.repeat(20_000))),
    ] {
        assert!(Answer::parse(bad.as_bytes()).is_err(), "{}", &bad[..bad.len().min(80)]);
    }
}

fn hostile() -> impl Strategy<Value = Json> {
    let time = prop_oneof![Just(json!(1_700_000_000.5)), Just(json!(1e300)), any::<i64>().prop_map(Json::from)];
    let text = prop_oneof![
        Just(""),
        Just("a"),
        Just("b"),
        Just("link"),
        Just("log"),
        Just("span_event"),
        Just("[1]\n"),
        Just("error")
    ];
    prop_oneof![
        2 => Just(Json::Null),
        4 => text.prop_map(Json::from),
        1 => any::<bool>().prop_map(Json::from),
        2 => prop_oneof![(-2i64..4).prop_map(Json::from), any::<i64>().prop_map(Json::from), any::<u64>().prop_map(Json::from)],
        2 => any::<f64>().prop_map(|number| json!(number)),
        1 => time,
    ]
}

#[test]
fn numbers_of_events_that_no_span_has_do_not_overflow() {
    let row = |span: &str| json!({"trace.trace_id": "t", "trace.span_id": span, "span.num_events": 1e300, "COUNT": 1e300});
    let schema = Schema::default();
    let mut reader = Reader::new(&schema, 0);
    reader.skeleton(&table(&[row("a"), row("b")]));
    assert!(reader.finish()[0].trace.truncated[0].contains("span events"));
    let event = |count: f64| json!({"trace.trace_id": "t", "trace.parent_id": "a", "meta.annotation_type": "span_event", "name": count.to_string(), "COUNT": count});
    let mut reader = Reader::new(&schema, 0);
    reader.skeleton(&table(&[json!({"trace.trace_id": "t", "trace.span_id": "a"}), event(3.0), event(1e30)]));
    assert_eq!(reader.finish()[0].trace.spans()[0].events.len(), 4, "three, and one that stands for who knows how many");
}

proptest! {
    #[test]
    fn no_table_panics(
        rows in proptest::collection::vec(
            proptest::collection::btree_map(
                proptest::sample::select([super::SKELETON, &["COUNT", "_ct_us", "x", "host.name"]].concat()), hostile(), 0..20),
            0..12),
        further in proptest::collection::vec(
            proptest::collection::btree_map(proptest::sample::select([super::KEY, &["COUNT", "y", "z"]].concat()), hostile(), 0..8), 0..6),
        always: bool,
        epoch: u64,
    ) {
        let rows: Vec<Json> = rows.into_iter().map(|mut row| {
            if always {
                row.insert("trace.trace_id", json!("t"));
            }
            json!(row)
        }).collect();
        let further: Vec<Json> = further.into_iter().map(|row| json!(row)).collect();
        let schema = Schema::default();
        let mut reader = Reader::new(&schema, epoch);
        let table_of_all = table(&rows);
        let new = reader.skeleton(&table_of_all);
        prop_assert!(new <= table_of_all.len());
        reader.more(&table(&further));
        let read = reader.finish();
        if always && !table_of_all.is_empty() {
            prop_assert_eq!(read.len(), 1);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), text in "\\{\"(id|complete|data)\":[\\[\\]{}a-z\":,0-9]{0,30}") {
        Answer::parse(&bytes).ok();
        Answer::parse(text.as_bytes()).ok();
    }
}
