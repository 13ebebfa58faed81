//! Log records over OTLP: kept with the trace that they name, printed by `show`, found by filters.

use insta::assert_snapshot;
use rustix::process::Signal;

use crate::support::http::{self, JSON, PROTOBUF};
use crate::support::spans::{body, now, span, trace_id};
use crate::support::{Home, Receiver};

/// A request of lines, each with its span (empty for none), severity and text.
fn lines(trace: &str, time: u64, lines: &[(&str, &str, &str)]) -> String {
    let line = |(span, severity, text): &(&str, &str, &str)| {
        format!(
            r#"{{"timeUnixNano":"{time}","severityText":"{severity}","body":{{"stringValue":{}}},"traceId":"{trace}","spanId":"{span}"}}"#,
            serde_json::json!(text)
        )
    };
    let records: Vec<_> = lines.iter().map(line).collect();
    format!(
        r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"web"}}}}]}},"scopeLogs":[{{"logRecords":[{}]}}]}}]}}"#,
        records.join(",")
    )
}

#[test]
fn lines_are_printed_with_their_span_and_found_by_their_text() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let trace = trace_id(1, 7);
    let id = trace.to_string();
    let spans = [span(1, 0, "GET /"), span(2, 1, "SELECT")];
    let time = spans[1].start.0 + 250_000;
    let sent = [("0000000000000002", "WARNING", "slow: \u{1b}[31m2 rows"), ("", "INFO", "of no span")];
    // Before the spans, as batches come.
    let answer = http::request(receiver.otlp(), "POST /v1/logs", &[("Content-Type", JSON)], lines(&id, time, &sent).as_bytes());
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    assert_eq!(http::post(receiver.otlp(), PROTOBUF, &body(&trace, &spans)).status, 200);
    let others = lines(&trace_id(1, 8).to_string(), now().0, &[("", "INFO", "of a trace that never came")]);
    let answer = http::request(receiver.otlp(), "POST /v1/logs", &[("Content-Type", JSON)], others.as_bytes());
    assert_eq!(answer.status, 200);

    let shown = home.run(["show", &id, "--span", "SELECT", "-o", "waterfall"]);
    assert_eq!(shown.code, Some(0), "{shown}");
    let events = shown.stdout.split_once("events\n").map(|(_, events)| events.split("\n\n").next().unwrap_or_default());
    assert_snapshot!(events.unwrap_or_default(), @"
      +250 µs  WARNING
        body              slow: ␛[31m2 rows
        meta.signal_type  log
        severity_text     WARNING
    ");
    assert!(!shown.stdout.contains('\u{1b}'), "{shown}");
    let shown = home.run(["show", &id]);
    let note = "1 log line names no span that is there: it is shown at the root";
    assert!(shown.stdout.contains(note) || shown.stderr.contains(note), "{shown}");

    let found = home.run(["list", "event.body contains \"2 rows\"", "-o", "jsonl"]);
    assert!(found.code == Some(0) && found.stdout.contains(&id), "{found}");
    let held = home.run(["assert", "{ name = \"SELECT\" and event.severity_text = \"WARNING\" }", "--settle", "0s"]);
    assert_eq!(held.code, Some(0), "{held}");
    let listed = home.run(["list", "-o", "jsonl"]);
    assert_eq!(listed.stdout.lines().count(), 1, "lines alone are no trace: {listed}");

    let end = receiver.stop(Signal::TERM);
    assert!(end.code == Some(0) && end.stderr.contains("kept 2 spans and 3 log lines"), "{end}");
}
