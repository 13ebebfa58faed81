//! OTLP that comes in, and the rows that it becomes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use cruddur_trace::model::{Attributes, Event, Link, Resource, Scope, Span, SpanKind, Status, StatusCode, Time, Value};
use cruddur_trace::wire::otlp;
use serde_json::json;

use super::{ask, ask_with, get, parsed};
use crate::support::honeycomb::{CLASSIC, CONFIGURATION, Cell, Honeycomb, INGEST, Key, Row, Setup};
use crate::support::http::{Answer, Client, PROTOBUF};
use crate::support::spans::{MS, body, span, span_id, trace_id};

const START: u64 = 1_790_000_000_000_000_000;

/// A span with everything that a row can have.
fn rich() -> Span {
    let nested: Attributes = [("b", Value::from(2_i64)), ("a", vec_of([Value::from("x"), Value::Empty]))].into_iter().collect();
    Span {
        kind: SpanKind::Client,
        start: Time(START),
        end: Some(Time(START + 1_500_000)),
        status: Status { code: StatusCode::Error, message: "it broke".to_owned() },
        attributes: [
            ("shared", Value::from("span")),
            ("n", Value::from(7_i64)),
            ("ratio", Value::from(0.5)),
            ("list", vec_of([Value::from(1_i64), Value::from(1.0), Value::from(1e-7), Value::from("<ä>")])),
            ("bytes", Value::Bytes(vec![0, 1, 255])),
            ("map", Value::Map(nested)),
            ("empty", Value::from("")),
            ("nothing", Value::Empty),
            ("sampleRate", Value::from(20_i64)),
        ]
        .into_iter()
        .collect(),
        events: vec![
            event("cache miss", START + MS, &[("shared", "event")]),
            event("exception", START - MS, &[("exception.type", "ValueError"), ("exception.message", "first")]),
            event("exception", START + MS, &[("exception.type", "KeyError"), ("exception.stacktrace", "second")]),
        ],
        links: vec![Link {
            trace_id: "0000000000000000f798a1e7f33c8af6".to_owned(),
            span_id: "00000000000000ff".to_owned(),
            attributes: [("why", "retry")].into_iter().collect(),
            ..Link::default()
        }],
        resource: Arc::new(Resource {
            attributes: [("service.name", " web "), ("shared", "resource"), ("of", "resource")].into_iter().collect(),
            schema_url: "https://opentelemetry.io/schemas/1.30.0".to_owned(),
            ..Resource::default()
        }),
        scope: Arc::new(Scope {
            name: "opentelemetry.instrumentation.flask".to_owned(),
            version: "0.66b1".to_owned(),
            attributes: [("of", "scope")].into_iter().collect(),
            ..Scope::default()
        }),
        trace_state: "a=1".to_owned(),
        ..span(1, 9, "GET /")
    }
}

fn vec_of(items: impl IntoIterator<Item = Value>) -> Value {
    Value::Array(items.into_iter().collect())
}

fn event(name: &str, at: u64, attributes: &[(&'static str, &'static str)]) -> Event {
    Event { name: name.to_owned(), time: Time(at), attributes: attributes.iter().copied().collect(), ..Event::default() }
}

/// Rows as text, apart from when they arrived.
fn shown(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        let after = i128::from(row.time_ns) - i128::from(START);
        writeln!(text, "{} {after} ns, 1/{}", row.dataset, row.sample_rate).unwrap();
        for (key, cell) in &row.fields {
            writeln!(text, "  {key} = {cell:?}").unwrap();
        }
    }
    text
}

fn text(row: &Row, key: &str) -> Option<String> {
    match row.fields.get(key) {
        Some(Cell::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

/// Sends a body of OTLP.
fn send(service: &Honeycomb, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let all: Vec<_> = [("User-Agent", "test")].into_iter().chain(headers.iter().copied()).collect();
    Client::connect(service.address()).unwrap().request(&format!("POST {path}"), &all, body).unwrap()
}

#[test]
fn events_and_links_of_a_span_are_a_row_each() {
    let service = Honeycomb::start();
    service.ingest_spans([(trace_id(1, 2), rich())]);
    insta::assert_snapshot!(shown(&service.rows()[..4]), @r#"
    web 1000000 ns, 1/20
      error = Bool(true)
      library.name = Text("opentelemetry.instrumentation.flask")
      library.version = Text("0.66b1")
      meta.annotation_type = Text("span_event")
      meta.signal_type = Text("trace")
      meta.time_since_span_start_ms = Float(1.0)
      name = Text("cache miss")
      of = Text("scope")
      parent_name = Text("GET /")
      resource.schema_url = Text("https://opentelemetry.io/schemas/1.30.0")
      service.name = Text(" web ")
      shared = Text("event")
      telemetry.instrumentation_library = Bool(true)
      trace.parent_id = Text("0000000000000001")
      trace.trace_id = Text("00000000000000020000000000000002")
    web -1000000 ns, 1/20
      error = Bool(true)
      exception.message = Text("first")
      exception.type = Text("ValueError")
      library.name = Text("opentelemetry.instrumentation.flask")
      library.version = Text("0.66b1")
      meta.annotation_type = Text("span_event")
      meta.invalid_time_since_span_start = Bool(true)
      meta.signal_type = Text("trace")
      meta.time_since_span_start_ms = Float(0.0)
      name = Text("exception")
      of = Text("scope")
      parent_name = Text("GET /")
      resource.schema_url = Text("https://opentelemetry.io/schemas/1.30.0")
      service.name = Text(" web ")
      shared = Text("resource")
      telemetry.instrumentation_library = Bool(true)
      trace.parent_id = Text("0000000000000001")
      trace.trace_id = Text("00000000000000020000000000000002")
    web 1000000 ns, 1/20
      error = Bool(true)
      exception.stacktrace = Text("second")
      exception.type = Text("KeyError")
      library.name = Text("opentelemetry.instrumentation.flask")
      library.version = Text("0.66b1")
      meta.annotation_type = Text("span_event")
      meta.signal_type = Text("trace")
      meta.time_since_span_start_ms = Float(1.0)
      name = Text("exception")
      of = Text("scope")
      parent_name = Text("GET /")
      resource.schema_url = Text("https://opentelemetry.io/schemas/1.30.0")
      service.name = Text(" web ")
      shared = Text("resource")
      telemetry.instrumentation_library = Bool(true)
      trace.parent_id = Text("0000000000000001")
      trace.trace_id = Text("00000000000000020000000000000002")
    web 0 ns, 1/20
      error = Bool(true)
      library.name = Text("opentelemetry.instrumentation.flask")
      library.version = Text("0.66b1")
      meta.annotation_type = Text("link")
      meta.signal_type = Text("trace")
      of = Text("scope")
      parent_name = Text("GET /")
      resource.schema_url = Text("https://opentelemetry.io/schemas/1.30.0")
      service.name = Text(" web ")
      shared = Text("resource")
      telemetry.instrumentation_library = Bool(true)
      trace.link.span_id = Text("00000000000000ff")
      trace.link.trace_id = Text("f798a1e7f33c8af6")
      trace.parent_id = Text("0000000000000001")
      trace.trace_id = Text("00000000000000020000000000000002")
      why = Text("retry")
    "#);
}

#[test]
fn a_span_is_a_row_with_all_that_it_and_its_scope_and_its_resource_have() {
    let service = Honeycomb::start();
    service.ingest_spans([(trace_id(1, 2), rich())]);
    insta::assert_snapshot!(shown(&service.rows()[4..]), @r#"
    web 0 ns, 1/20
      bytes = Text("\"AAH/\"\n")
      duration_ms = Float(1.5)
      empty = Text("")
      error = Bool(true)
      exception.message = Text("first")
      exception.type = Text("ValueError")
      library.name = Text("opentelemetry.instrumentation.flask")
      library.version = Text("0.66b1")
      list = Text("[1,1,1e-7,\"<ä>\"]\n")
      map.a = Text("[\"x\"]\n")
      map.b = Int(2)
      meta.signal_type = Text("trace")
      n = Int(7)
      name = Text("GET /")
      of = Text("scope")
      ratio = Float(0.5)
      resource.schema_url = Text("https://opentelemetry.io/schemas/1.30.0")
      service.name = Text(" web ")
      shared = Text("span")
      span.kind = Text("client")
      span.num_events = Int(3)
      span.num_links = Int(1)
      status_code = Int(2)
      status_message = Text("it broke")
      telemetry.instrumentation_library = Bool(true)
      trace.parent_id = Text("0000000000000009")
      trace.span_id = Text("0000000000000001")
      trace.trace_id = Text("00000000000000020000000000000002")
      trace.trace_state = Text("a=1")
      type = Text("client")
    "#);
}

#[test]
fn ids_of_eight_bytes_and_spans_that_make_no_sense_are_kept_as_the_service_keeps_them() {
    let service = Honeycomb::start();
    let short = cruddur_trace::model::TraceId::from_text("bd862e3fe1be46a9");
    let backwards = Span { start: Time(START), end: Some(Time(START - 1)), ..span(1, 0, "back") };
    let running = Span { start: Time(START), end: None, resource: Arc::default(), ..span(2, 1, "on") };
    let unknown = Arc::new(Resource::of_service("unknown_service:node"));
    let sampled = Span { trace_state: "ot=1;th=8".to_owned(), resource: unknown, ..span(3, 1, "half") };
    service.ingest_spans([backwards, running, sampled].map(|span| (short.clone(), span)));
    let rows = service.rows();
    assert!(rows.iter().all(|row| text(row, "trace.trace_id").as_deref() == Some("bd862e3fe1be46a9")));
    let duration = |row: &Row| (row.fields["duration_ms"].clone(), row.fields.contains_key("meta.invalid_duration"));
    assert_eq!(duration(&rows[0]), (Cell::Float(0.0), true));
    assert_eq!(duration(&rows[1]), (Cell::Float(0.0), false));
    assert!(!rows[0].fields.contains_key("trace.parent_id") && !rows[0].fields.contains_key("error"));
    assert_eq!(rows.iter().map(|row| row.dataset.as_str()).collect::<Vec<_>>(), ["web", "unknown_service", "unknown_service"]);
    assert_eq!((rows[0].sample_rate, rows[2].sample_rate), (1, 2), "th=8 lets half of them through");
}

#[test]
fn protobuf_json_and_packed_bodies_are_the_same_rows() {
    let clock = || START;
    let service = Honeycomb::with(Setup { keys: vec![Key::new(INGEST)], clock, ..Setup::default() });
    let (id, span) = (trace_id(1, 2), rich());
    let protobuf = body(&id, std::slice::from_ref(&span));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&protobuf).unwrap();
    let json = otlp::encode_json([(&id, &span)]);
    let key = ("X-Honeycomb-Team", INGEST);
    let typed = |kind| ("Content-Type", kind);
    let sent = [
        send(&service, "/v1/traces", &[key, typed(PROTOBUF)], &protobuf),
        send(
            &service,
            "/v1/traces",
            &[key, typed("application/protobuf"), ("Content-Encoding", "gzip")],
            &gzip.finish().unwrap(),
        ),
        send(
            &service,
            "/v1/traces",
            &[key, typed(PROTOBUF), ("Content-Encoding", "zstd")],
            &zstd::encode_all(protobuf.as_slice(), 0).unwrap(),
        ),
        send(&service, "/v1/traces", &[key, typed("application/json")], json.as_bytes()),
    ];
    assert_eq!(
        sent.map(|answer| (answer.status, answer.text())).map(|(status, text)| (status, text.len())),
        [(200, 0), (200, 0), (200, 0), (200, 2)]
    );
    let rows = service.rows();
    let each: Vec<String> = rows.chunks(5).map(shown).collect();
    assert_eq!(each.len(), 4);
    assert!(
        each.iter().all(|rows| *rows == each[0]),
        "{}",
        each.join(
            "
"
        )
    );
}

#[test]
fn what_is_no_otlp_is_refused_and_nothing_of_it_is_kept() {
    let service = Honeycomb::start();
    let key = ("X-Honeycomb-Team", CONFIGURATION);
    let status = |headers: &[(&str, &str)], body: &[u8]| send(&service, "/v1/traces", headers, body).status;
    assert_eq!(status(&[("Content-Type", PROTOBUF)], b""), 401);
    assert_eq!(status(&[key], b""), 415);
    assert_eq!(status(&[key, ("Content-Type", "text/plain")], b""), 415);
    assert_eq!(status(&[key, ("Content-Type", PROTOBUF)], b"\x0a\xff"), 400);
    assert_eq!(status(&[key, ("Content-Type", "application/json")], b"[]"), 400);
    assert_eq!(status(&[key, ("Content-Type", PROTOBUF), ("Content-Encoding", "br")], b""), 400);
    let bad_id = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "x"}]}]}]}).to_string();
    assert_eq!(status(&[key, ("Content-Type", "application/json")], bad_id.as_bytes()), 400);
    assert_eq!(service.rows(), []);
}

#[test]
fn spans_of_a_classic_environment_go_where_the_header_says() {
    let service = Honeycomb::with(Setup::classic());
    let body = body(&trace_id(1, 2), &[span(1, 0, "a")]);
    let headers = [("X-Honeycomb-Team", CLASSIC), ("Content-Type", PROTOBUF)];
    assert_eq!(send(&service, "/v1/traces", &headers, &body).status, 401, "where to?");
    let with_dataset = [headers[0], headers[1], ("X-Honeycomb-Dataset", "all of it")];
    assert_eq!(send(&service, "/v1/traces", &with_dataset, &body).status, 200);
    service.ingest_spans([(trace_id(1, 2), span(1, 0, "a"))]);
    assert_eq!(service.rows().iter().map(|row| row.dataset.as_str()).collect::<Vec<_>>(), ["all-of-it", "traces"]);
}

#[test]
fn a_log_record_of_a_span_is_an_annotation_of_it() {
    let service = Honeycomb::start();
    let record = json!({
        "timeUnixNano": START.to_string(), "severityNumber": 17, "severityText": "ERROR", "eventName": "device.gone",
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7", "flags": 1,
        "body": {"kvlistValue": {"values": [{"key": "why", "value": {"stringValue": "gone"}}]}},
        "attributes": [{"key": "of", "value": {"stringValue": "record"}}],
    });
    let loose = json!({"body": {"stringValue": "hello"}});
    let resource = json!({"attributes": [{"key": "service.name", "value": {"stringValue": "web"}}]});
    let logs = json!({"resourceLogs": [
        {"resource": resource, "scopeLogs": [{"scope": {"name": "app"}, "logRecords": [record]}]},
        {"scopeLogs": [{"logRecords": [loose]}]},
    ]});
    assert_eq!(ask(&service, "POST /v1/logs", &logs).status, 200);
    insta::assert_snapshot!(shown(&service.rows()[..1]), @r#"
    web 0 ns, 1/1
      body = Text("{\"why\":\"gone\"}\n")
      body.why = Text("gone")
      event.name = Text("device.gone")
      flags = Int(1)
      library.name = Text("app")
      meta.annotation_type = Text("span_event")
      meta.signal_type = Text("log")
      of = Text("record")
      service.name = Text("web")
      severity = Text("error")
      severity_code = Int(17)
      severity_text = Text("ERROR")
      trace.parent_id = Text("00f067aa0ba902b7")
      trace.trace_id = Text("4bf92f3577b34da6a3ce929d0e0e4736")
    "#);
    let rows = service.rows();
    assert_eq!((rows[1].dataset.as_str(), text(&rows[1], "body").as_deref()), ("unknown_log_source", Some("hello")));
    assert!(!rows[1].fields.contains_key("meta.annotation_type"));
    assert_eq!(ask(&service, "POST /v1/logs", &json!([])).status, 400);
}

#[test]
fn a_span_that_was_sent_is_found_at_once_in_the_dataset_of_its_service() {
    let service = Honeycomb::start();
    let api = Arc::new(Resource::of_service("api"));
    let parts = [span(1, 0, "GET /"), Span { resource: api, ..span(2, 1, "SELECT") }];
    service.ingest_spans(parts.map(|span| (trace_id(1, 2), span)));
    let names = |slug| {
        let id = super::query(&service, slug);
        let rows = super::result(&service, slug, &id)["data"]["results"].clone();
        let mut names: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["data"]["name"].to_string()).collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!([names("web"), names("api"), names("__all__")], [r#""GET /""#, r#""SELECT""#, r#""GET /" "SELECT""#]);
    assert_eq!(parsed(&get(&service, "/1/datasets")).as_array().unwrap().len(), 2);
    assert_eq!(text(&service.rows()[1], "trace.parent_id"), Some(span_id(1).to_string()));
}

#[test]
fn a_key_that_may_not_create_datasets_sends_only_to_those_that_are_there() {
    let keys = vec![Key::new(INGEST).without("createDatasets"), Key::new(CONFIGURATION).without("events")];
    let service = Honeycomb::with(Setup { keys, ..Setup::default() });
    service.ingest_spans([(trace_id(1, 2), span(1, 0, "a"))]);
    let event = json!({"name": "b"});
    let send = |key, dataset| ask_with(&service, key, &format!("POST /1/events/{dataset}"), &event).status;
    assert_eq!([send(INGEST, "web"), send(INGEST, "new"), send(CONFIGURATION, "web")], [200, 401, 401]);
}
