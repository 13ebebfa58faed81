use super::*;
use crate::model::{Attributes, Event, Link, Scope, Span, SpanKind, Time, Value};
use crate::render::report::Exhibit;
use crate::render::samples::{failed, page, running, span, trace};
use std::sync::Arc;

fn parsed(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_listed_trace_has_all_that_a_table_shows() {
    let mut summary =
        trace(vec![failed(span(2, 9, "web", "job", 0, 1_500), "no"), running(span(3, 9, "db", "q", 5, 0))]).summary();
    summary.backends = vec!["honeycomb".into(), "xray".into()];
    insta::assert_snapshot!(list(&[summary], &["1 of 4,212 traces".into()]), @r#"
    {
      "schema": 1,
      "traces": [
        {
          "trace_id": "5759e988bd862e3fe1be46a994272793",
          "backend": "honeycomb+xray",
          "start": "2026-07-24T14:03:05.123Z",
          "start_unix_nano": "1784901785123000000",
          "end_unix_nano": "1784901785124500000",
          "duration_ns": 1500000,
          "root_name": null,
          "root_service": null,
          "services": [
            "db",
            "web"
          ],
          "span_count": 2,
          "error_count": 1,
          "complete": false,
          "evidence": [
            {
              "code": "no_root",
              "message": "no root span has arrived"
            },
            {
              "code": "missing_parents",
              "message": "1 parent span has not arrived",
              "count": 1
            },
            {
              "code": "running",
              "message": "1 span is still running",
              "count": 1
            }
          ]
        }
      ],
      "notes": [
        "1 of 4,212 traces"
      ]
    }
    "#);
}

#[test]
fn a_shown_trace_has_everything_of_its_spans() {
    let mut whole = failed(span(1, 0, "web", "GET /", 0, 1_500), "no");
    whole.attributes = Attributes(vec![
        ("twice".into(), Value::Int(1)),
        ("n".into(), Value::Double(f64::NAN)),
        ("bytes".into(), Value::Bytes(vec![0, 255])),
        ("twice".into(), Value::Int(2)),
        ("list".into(), Value::Array(vec![Value::Empty, true.into(), 1.5.into()])),
    ]);
    whole.kind = SpanKind::Other(9);
    whole.dropped_attributes = 3;
    whole.trace_state = "k=v".into();
    whole.events = vec![Event { name: "exception".into(), time: whole.start, ..Event::default() }];
    whole.links = vec![Link { trace_id: "ab".into(), span_id: "cd".into(), ..Link::default() }];
    whole.scope = Arc::new(Scope { name: "flask".into(), version: "1".into(), ..Scope::default() });
    insta::assert_snapshot!(show(&[trace(vec![whole])], &[]), @r#"
    {
      "schema": 1,
      "traces": [
        {
          "trace_id": "5759e988bd862e3fe1be46a994272793",
          "backend": null,
          "start": "2026-07-24T14:03:05.123Z",
          "start_unix_nano": "1784901785123000000",
          "end_unix_nano": "1784901785124500000",
          "duration_ns": 1500000,
          "root_name": "GET /",
          "root_service": "web",
          "services": [
            "web"
          ],
          "span_count": 1,
          "error_count": 1,
          "complete": true,
          "evidence": [],
          "spans": [
            {
              "span_id": "0000000000000001",
              "parent_span_id": null,
              "name": "GET /",
              "service": "web",
              "kind": "other",
              "kind_number": 9,
              "start": "2026-07-24T14:03:05.123Z",
              "start_unix_nano": "1784901785123000000",
              "end_unix_nano": "1784901785124500000",
              "duration_ns": 1500000,
              "offset_ns": 0,
              "status": "error",
              "status_message": "no",
              "attributes": {
                "n": "NaN",
                "bytes": "AP8=",
                "twice": 2,
                "list": [
                  null,
                  true,
                  1.5
                ]
              },
              "duplicate_attributes": [
                {
                  "key": "twice",
                  "value": 1
                }
              ],
              "dropped_attributes": 3,
              "events": [
                {
                  "name": "exception",
                  "time": "2026-07-24T14:03:05.123Z",
                  "time_unix_nano": "1784901785123000000",
                  "offset_ns": 0,
                  "attributes": {}
                }
              ],
              "links": [
                {
                  "trace_id": "ab",
                  "span_id": "cd",
                  "attributes": {}
                }
              ],
              "resource": {
                "attributes": {
                  "service.name": "web"
                }
              },
              "scope": {
                "name": "flask",
                "version": "1",
                "attributes": {}
              },
              "trace_state": "k=v"
            }
          ]
        }
      ],
      "notes": []
    }
    "#);
}

#[test]
fn while_a_span_runs_its_duration_is_null() {
    let document = parsed(&show(&[trace(vec![running(span(1, 0, "web", "GET /", 0, 0))])], &[]));
    let span = &document["traces"][0]["spans"][0];
    assert!(span["duration_ns"].is_null() && span["end_unix_nano"].is_null(), "{span}");
}

#[test]
fn a_span_without_a_start_has_no_duration_and_no_offset() {
    let unknown = Span { start: Time(0), ..span(1, 0, "web", "GET /", 0, 5) };
    let document = parsed(&show(&[trace(vec![unknown])], &[]));
    let span = &document["traces"][0]["spans"][0];
    assert!(span["start"].is_null() && span["duration_ns"].is_null() && span["offset_ns"].is_null(), "{span}");
    assert_eq!(span["start_unix_nano"], "0");
}

#[test]
fn the_longest_and_the_most_negative_durations_are_numbers() {
    let long = Span { start: Time(1), end: Some(Time(u64::MAX)), ..span(1, 0, "web", "long", 0, 0) };
    let back = Span { start: Time(u64::MAX), end: Some(Time(1)), ..span(2, 1, "web", "back", 0, 0) };
    let text = show_line(&trace(vec![long, back]));
    assert!(
        text.contains(r#""duration_ns":18446744073709551614"#) && text.contains(r#""duration_ns":-18446744073709551614"#),
        "{text}"
    );
}

#[test]
fn a_line_is_the_trace_of_the_document() {
    let page = page();
    let line = show_line(&page);
    assert_eq!(line.matches('\n').count(), 1);
    assert_eq!(parsed(&line), parsed(&show(std::slice::from_ref(&page), &[]))["traces"][0]);
    let summary = page.summary();
    assert_eq!(parsed(&list_line(&summary)), parsed(&list(std::slice::from_ref(&summary), &[]))["traces"][0]);
}

#[test]
fn a_nested_map_with_a_repeated_key_loses_nothing() {
    let nested = Value::Map([("k", 1_i64), ("k", 2)].into_iter().collect());
    let mut span = span(1, 0, "web", "GET /", 0, 5);
    span.attributes.push("m", nested);
    let document = parsed(&show(&[trace(vec![span])], &[]));
    let expected = serde_json::json!([{"key": "k", "value": 1}, {"key": "k", "value": 2}]);
    assert_eq!(document["traces"][0]["spans"][0]["attributes"]["m"], expected);
}

#[test]
fn a_link_and_an_inexact_time_are_said_only_where_they_are() {
    let mut page = page();
    let before = parsed(&show_line(&page));
    assert!(before.get("link").is_none() && before.get("precision_ns").is_none(), "{before}");
    page.link = Some("https://ui.honeycomb.io/\u{1b}[2J".into());
    page.precision = 1_000_000;
    let shown = parsed(&show_line(&page));
    assert_eq!(shown["link"], "https://ui.honeycomb.io/\u{1b}[2J");
    assert_eq!(shown["precision_ns"], 1_000_000);
    let listed = parsed(&list_line(&page.summary()));
    assert_eq!(listed["link"], shown["link"]);
    assert!(listed.get("precision_ns").is_none(), "{listed}");
}

fn answer(trace: Option<Exhibit>) -> Answer {
    let (name, message, detail) = ("a".to_owned(), "holds".to_owned(), String::new());
    Answer { name, place: None, verdict: Verdict::Holds, message, detail, took: 0, link: None, trace }
}

#[test]
fn a_verdict_has_what_matches_and_what_shows_why() {
    let page = page();
    let traces = [page.summary()];
    let holds =
        parsed(&verdict(&Asserted { name: None, message: String::new(), answer: &answer(None), traces: &traces }, None));
    assert_eq!(holds["traces"][0]["trace_id"], page.id().to_string());
    assert!(holds.get("exhibit").is_none() && holds.get("detail").is_none() && holds.get("name").is_none(), "{holds}");
    let exhibit = Exhibit { trace: page.clone(), spans: vec![1, 99] };
    let told = answer(Some(exhibit));
    let both = parsed(&verdicts(
        Verdict::Holds,
        &[Asserted { name: Some("n"), message: String::new(), answer: &told, traces: &traces }],
        None,
    ));
    let shown = &both["assertions"][0]["exhibit"];
    assert_eq!(shown["spans"], serde_json::json!([page.spans()[1].id.to_string()]));
    assert_eq!(shown["trace"], parsed(&show_line(&page)));
}

#[test]
fn nothing_is_an_empty_list() {
    assert_eq!(parsed(&list(&[], &[])), serde_json::json!({"schema": 1, "traces": [], "notes": []}));
}
