//! `list --lost-context`: calls in one trace with their answer in another.

use serde_json::{Value as Json, json};

use crate::support::{CommandOutput, Home};

/// A span in OTLP/JSON, from and to so many milliseconds.
fn span(trace: &str, kind: u8, name: &str, from: u64, to: u64, attributes: &[(&str, &str)]) -> Json {
    let nanos = |ms: u64| (1_784_901_785_000_000_000 + ms * 1_000_000).to_string();
    let attributes: Vec<Json> =
        attributes.iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect();
    json!({
        "traceId": trace.repeat(16), "spanId": trace.repeat(8), "name": name, "kind": kind,
        "startTimeUnixNano": nanos(from), "endTimeUnixNano": nanos(to), "attributes": attributes,
    })
}

fn of_service(service: &str, spans: &[Json]) -> Json {
    let resource = json!({"attributes": [{"key": "service.name", "value": {"stringValue": service}}]});
    json!({"resource": resource, "scopeSpans": [{"spans": spans}]})
}

fn call(trace: &str, from: u64, path: &str) -> Json {
    let url = format!("http://lb:4567{path}?page=1");
    span(trace, 3, "GET", from, from + 80, &[("http.request.method", "GET"), ("url.full", &url)])
}

fn answer(trace: &str, from: u64, path: &str) -> Json {
    span(trace, 2, "GET \u{1b}[2J/users/{id}", from, from + 60, &[("http.method", "GET"), ("http.target", path)])
}

/// Two calls whose answers are in other traces, and one that two answers suit.
fn home() -> Home {
    let home = Home::new();
    let calls = [call("a1", 0, "/users/1"), call("a2", 200, "/users/2"), call("a3", 400, "/users/3")];
    let answers = [
        answer("b1", 10, "/users/1"),
        answer("b2", 210, "/users/2"),
        answer("b3", 410, "/users/3"),
        answer("b4", 411, "/users/3"),
    ];
    let document = json!({"resourceSpans": [of_service("web", &calls), of_service("users", &answers)]});
    std::fs::write(home.path("t.json"), document.to_string()).expect("the home can be written to");
    home
}

fn list(more: &[&str]) -> CommandOutput {
    home().run(["list", "-b", "file:t.json"].iter().chain(more))
}

#[test]
fn where_context_was_lost_is_told_below_the_table() {
    insta::assert_snapshot!(list(&["--lost-context", "--width", "120"]), @"
      started              trace                             duration  spans  errors  root                         services
      2026-07-24 14:03:05  b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4     60 ms      1          GET ␛[2J/users/{id} · users         1
      2026-07-24 14:03:05  b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3     60 ms      1          GET ␛[2J/users/{id} · users         1
      2026-07-24 14:03:05  a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3     80 ms      1          GET · web                           1
      2026-07-24 14:03:05  b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2     60 ms      1          GET ␛[2J/users/{id} · users         1
      2026-07-24 14:03:05  a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2     80 ms      1          GET · web                           1
      2026-07-24 14:03:05  b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1     60 ms      1          GET ␛[2J/users/{id} · users         1
      2026-07-24 14:03:05  a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1     80 ms      1          GET · web                           1

    context seems to be lost between services, in 7 traces:
      web (GET) → users (GET ␛[2J/users/{id}), 2 times
        the call is in trace a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1, the answer in trace b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1: the
        same request at that time
      1 call with more than one possible partner is left out
    [exit status: 0]
    ");
    let without = list(&["--width", "120"]);
    assert!(list(&["--lost-context", "--width", "120"]).stdout.starts_with(&without.stdout), "the table is the same");
}

#[test]
fn programs_are_told_in_the_notes() {
    let document: Json = serde_json::from_str(&list(&["--lost-context", "-o", "json"]).stdout).expect("it is JSON");
    insta::assert_snapshot!(serde_json::to_string_pretty(&document["notes"]).expect("it was JSON"), @r#"
    [
      "context seems to be lost, 2 times, between web (GET) and users (GET \u001b[2J/users/{id}): the call is in trace a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1, the answer in trace b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1: the same request at that time",
      "1 call with more than one possible partner is left out"
    ]
    "#);
    let lines = list(&["--lost-context", "-o", "jsonl"]);
    assert_eq!((lines.stdout.lines().count(), lines.code), (7, Some(0)));
    assert!(lines.stderr.contains("note: context seems to be lost, 2 times, between web (GET) and users"), "{lines}");
}

#[test]
fn where_nothing_was_lost_that_is_said() {
    let output = home().run(["list", "-b", "file:t.json", "--lost-context", "--limit", "1"]);
    assert!(output.stdout.ends_with("no context seems to be lost between services, in 1 trace\n"), "{output}");
    assert_eq!(output.code, Some(0));
}

#[test]
fn what_is_still_to_come_is_not_looked_at() {
    let output = Home::new().line("list --lost-context --follow");
    assert_eq!(output.code, Some(2), "{output}");
}
