//! What a service, a sender or a cache folder may do to `-b honeycomb` that nobody hopes for.

mod kept;
mod meaning;
mod service;

use std::collections::BTreeMap;
use std::sync::Arc;

use cruddur_trace::model::{Resource, Span, SpanKind, Time, TraceId};

use crate::support::honeycomb::{CONFIGURATION, Cell, Honeycomb, Row};
use crate::support::spans::{MS, now, span_id, trace_id};
use crate::support::{CommandOutput, Home};

const MINUTE: u64 = 60_000 * MS;
const HOUR: u64 = 60 * MINUTE;

fn home(service: &Honeycomb) -> Home {
    Home::new().with("HONEYCOMB_API_ENDPOINT", &service.endpoint()).with("HONEYCOMB_API_KEY", CONFIGURATION)
}

/// A service that does not ration: what is asked too often is another test's.
fn generous() -> Honeycomb {
    let service = Honeycomb::start();
    service.configure(|setup| setup.rate.0 = 1000);
    service
}

/// The same, for the program.
fn unhurried(service: &Honeycomb) -> Home {
    home(service).with("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "1000/1m")
}

/// A span's row, as it is kept: it began so long ago, and arrived when it ended.
fn row(trace: &str, span: &str, parent: &str, name: &str, ago: u64, took_ms: f64) -> Row {
    let text = |text: &str| Cell::Text(text.to_owned());
    let mut fields = BTreeMap::from([
        ("trace.trace_id".to_owned(), text(trace)),
        ("trace.span_id".to_owned(), text(span)),
        ("name".to_owned(), text(name)),
        ("service.name".to_owned(), text("web")),
        ("duration_ms".to_owned(), Cell::Float(took_ms)),
        ("span.kind".to_owned(), text("server")),
    ]);
    if !parent.is_empty() {
        fields.insert("trace.parent_id".to_owned(), text(parent));
    }
    let time_ns = now().0 - ago;
    Row { dataset: "web".to_owned(), time_ns, ingested_ns: time_ns + (took_ms * 1e6) as u64, sample_rate: 1, fields }
}

fn with(mut row: Row, key: &str, value: Cell) -> Row {
    row.fields.insert(key.to_owned(), value);
    row
}

/// A root, and so something to say what a parent's column is.
fn ordinary() -> [Row; 2] {
    let id = "0af7651916cd43dd8448eb211c80319c";
    [
        row(id, "b7ad6b7169203331", "", "GET /ordinary", 3 * MINUTE, 5.0),
        row(id, "b7ad6b7169203332", "b7ad6b7169203331", "q", 3 * MINUTE - MS, 1.0),
    ]
}

fn hex(n: u64) -> String {
    format!("{:032x}", (u128::from(n + 7) << 64) | u128::from(n))
}

fn has_line(output: &CommandOutput, part: &str) -> bool {
    output.stdout.lines().any(|line| line.contains(part))
}

#[test]
fn traces_of_several_roots_are_counted_once_and_all_of_them() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    // Three traces of four roots each: the newest five roots are of two of them.
    for trace in 1..=3 {
        for root in 0..4 {
            let ago = trace * MINUTE / 4 + root * MS;
            service.ingest_rows(vec![row(&hex(trace), &format!("{root:016x}"), "", "job", ago, 1.0)]);
        }
    }
    let home = unhurried(&service);
    let output = home.line("assert -b honeycomb --count 4 --since 10m");
    assert_eq!(output.code, Some(0), "{output}");
    let output = home.line("list -b honeycomb --limit 3 -o jsonl");
    assert_eq!(output.stdout.lines().count(), 3, "{output}");
}

#[test]
fn a_trace_whose_root_never_came_is_a_trace() {
    let service = generous();
    service.ingest_rows(vec![row(&hex(1), "00000000000000aa", "00000000000000ab", "orphan", 5 * MINUTE, 1.0)]);
    let output = unhurried(&service).line("assert -b honeycomb --absent --since 10m");
    assert_ne!(output.code, Some(0), "it is there: {output}");
}

#[test]
fn a_trace_that_began_before_the_window_is_not_in_it() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let id = hex(1);
    service.ingest_rows(vec![
        row(&id, "00000000000000aa", "", "nightly", 2 * HOUR, 7.1e6),
        row(&id, "00000000000000ab", "00000000000000aa", "last step", 2 * MINUTE, 1.0),
    ]);
    let home = unhurried(&service);
    let output = home.run(["list", "-b", "honeycomb", "name = \"last step\"", "--since", "10m", "-o", "jsonl"]);
    assert_eq!(output.stdout, "", "{output}");
    let output = home.run(["assert", "-b", "honeycomb", "name = \"last step\"", "--absent", "--since", "10m"]);
    assert_eq!(output.code, Some(0), "{output}");
    let output = home.run(["list", "-b", "honeycomb", "name = \"last step\"", "--since", "3h", "-o", "jsonl"]);
    assert!(has_line(&output, "nightly"), "{output}");
}

#[test]
fn ids_in_capital_letters_are_found_in_any_spelling() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let stored = "4BF92F3577B34DA6A3CE929D0E0E4736";
    service.ingest_rows(vec![row(stored, "00000000000000AA", "", "shout", MINUTE, 1.0)]);
    for typed in [stored.to_owned(), stored.to_lowercase()] {
        let output = unhurried(&service).line(&format!("show -b honeycomb {typed}"));
        assert_eq!(output.code, Some(0), "{output}");
    }
    let output = unhurried(&service).line("assert -b honeycomb name=shout --since 10m");
    assert_eq!(output.code, Some(0), "{output}");
    let output = unhurried(&service).line("list -b honeycomb --counts --since 10m -o jsonl");
    assert!(!output.stdout.contains("\"span_count\":null"), "{output}");
}

#[test]
fn a_span_that_two_backends_have_is_one_span_whatever_their_clocks_are_exact_to() {
    let service = generous();
    let start = now().0 / MS * MS - 2 * MINUTE + 123_456_789 % MS;
    let span = |number: u64, parent: u64, ns: u64| Span {
        id: span_id(number),
        parent: (parent > 0).then(|| span_id(parent)),
        name: format!("op {number}"),
        kind: SpanKind::Server,
        start: Time(start + ns),
        end: Some(Time(start + ns + 1_000_111)),
        resource: Arc::new(Resource::of_service("web")),
        ..Span::default()
    };
    let id = trace_id(3, 4);
    let spans: Vec<(TraceId, Span)> =
        vec![(id.clone(), span(1, 0, 0)), (id.clone(), span(2, 1, 1499)), (id.clone(), span(3, 1, 2501))];
    service.ingest_spans(spans.clone());
    let home = unhurried(&service);
    let (body, refused) = cruddur_trace::wire::otlp::encode(spans.iter().map(|(id, span)| (id, span)));
    assert!(refused.is_empty());
    std::fs::write(home.path("spans.binpb"), body).unwrap();
    home.import("spans.binpb");
    let output = home.line(&format!("show -b local -b honeycomb {id} -o json"));
    let json: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let text = json.to_string();
    assert_eq!(text.matches("\"op 2\"").count(), 1, "{output}");
    let output = home.line("list -b local -b honeycomb -o jsonl");
    assert!(output.stdout.contains("\"span_count\":3") || output.stdout.contains("\"spans\":3"), "{output}");
    for backends in ["-b local -b honeycomb", "-b honeycomb -b local"] {
        let mut arguments: Vec<&str> = vec!["assert"];
        arguments.extend(backends.split(' '));
        arguments.extend(["{ } | count() = 3", "--since", "10m"]);
        let output = home.run(arguments);
        assert_eq!(output.code, Some(0), "{output}");
    }
}

#[test]
fn an_attribute_may_be_called_as_what_is_calculated() {
    for name in ["COUNT", "MIN(_ct_t)", "MAX(_ct_end)", "SUM(x)", "_ct_other", "root.thing"] {
        let service = generous();
        service.ingest_rows(ordinary().map(|row| with(row, name, Cell::Int(41))).to_vec());
        let home = unhurried(&service);
        let output = home.line("show -b honeycomb 0af7651916cd43dd8448eb211c80319c -o json");
        assert_eq!(output.code, Some(0), "{name}: {output}");
        assert!(output.stderr.contains(&format!("what is in `{name}` cannot be read")), "{output}");
        let output = home.line("list -b honeycomb --counts --since 10m -o jsonl");
        assert!(output.code == Some(0) && output.stdout.contains("GET /ordinary"), "{name}: {output}");
        let filter = format!(".\"{name}\" = 41");
        // It does satisfy it: whoever can tell may say so.
        let output = home.run(["assert", "-b", "honeycomb", &filter, "--since", "10m"]);
        assert!(matches!(output.code, Some(0 | 3)), "{name}: {output}");
        let output = home.run(["assert", "-b", "honeycomb", &filter, "--trace", "0af7651916cd43dd8448eb211c80319c"]);
        assert_eq!(output.code, Some(3), "{name}: {output}");
    }
}

#[test]
fn a_column_that_takes_the_name_of_a_calculated_one_is_refused_and_no_verdict() {
    let service = generous();
    service.ingest_rows(ordinary().map(|row| with(row, "_ct_t", Cell::Int(41))).to_vec());
    let home = unhurried(&service);
    for line in ["assert -b honeycomb --since 10m", "show -b honeycomb 0af7651916cd43dd8448eb211c80319c"] {
        let output = home.line(line);
        assert!(matches!(output.code, Some(2 | 3)) && output.stderr.contains("is the name of a column"), "{output}");
    }
}

#[test]
fn spans_that_are_days_or_clocks_apart_belong_to_the_trace() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let id = hex(1);
    service.ingest_rows(vec![
        row(&id, "00000000000000aa", "", "begin", 30 * HOUR, 1.0),
        row(&id, "00000000000000ab", "00000000000000aa", "middle", 20 * HOUR, 1.0),
        row(&id, "00000000000000ac", "00000000000000aa", "end", 2 * MINUTE, 1.0),
    ]);
    let all = |output: &CommandOutput| ["begin", "middle", "end"].iter().all(|name| has_line(output, name));
    let output = unhurried(&service).line(&format!("show -b honeycomb {id}"));
    assert!(all(&output) && output.stderr.is_empty(), "{output}");
    // Whoever knows when it was looks there, and says where it did not.
    for (before, options) in
        [("list -b honeycomb --since 2d", ""), ("list -b honeycomb --since 2d", " --since 31h --until 29h")]
    {
        let home = unhurried(&service);
        assert_eq!(home.line(before).code, Some(0));
        let output = home.line(&format!("show -b honeycomb {id}{options}"));
        assert!(all(&output) || output.stderr.contains("were not looked for"), "{output}");
    }
    let output = unhurried(&service).line(&format!("show -b honeycomb {id} --since 7d"));
    assert!(all(&output) && output.stderr.is_empty(), "{output}");
}

#[test]
fn a_root_that_ran_for_hours_is_found_from_what_was_seen_of_its_end() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let id = hex(1);
    service.ingest_rows(vec![
        row(&id, "00000000000000aa", "", "nightly", 9 * HOUR, 9.0 * 3600e3),
        row(&id, "00000000000000ab", "00000000000000aa", "last step", 2 * MINUTE, 1.0),
    ]);
    let home = unhurried(&service);
    let output = home.run(["list", "-b", "honeycomb", "name = \"last step\"", "--since", "1h"]);
    assert_eq!(output.code, Some(0), "{output}");
    let output = home.line(&format!("show -b honeycomb {id}"));
    assert!(has_line(&output, "nightly"), "{output}");
}

#[test]
fn in_a_window_that_is_over_it_is_said_how_long_after_it_was_looked() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let id = hex(1);
    service.ingest_rows(vec![
        row(&id, "00000000000000aa", "", "begin", 5 * HOUR, 1.0),
        row(&id, "00000000000000ab", "00000000000000aa", "late", 5 * HOUR - 2 * HOUR, 1.0),
    ]);
    let home = unhurried(&service);
    for filter in
        ["name = late", "{ name = begin } and { name = late }", "{ } | count() = 2", "{ name = begin } > { name = late }"]
    {
        // Looking until now would mean to look at all that was ever since.
        let output = home.run(["assert", "-b", "honeycomb", filter, "--since", "6h", "--until", "4h30m"]);
        assert!(output.code == Some(0) || output.stderr.contains("were looked at"), "{filter}: {output}");
    }
    let output = home.run(["assert", "-b", "honeycomb", "{ name = begin } and { name = late }", "--since", "6h"]);
    assert!(output.code == Some(0) && !output.stderr.contains("were looked at"), "{output}");
}

#[test]
fn spans_of_the_future_are_there() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let id = hex(1);
    let mut ahead = row(&id, "00000000000000ab", "00000000000000aa", "ahead", 0, 1.0);
    ahead.time_ns = now().0 + 4 * MINUTE;
    service.ingest_rows(vec![row(&id, "00000000000000aa", "", "root", MINUTE, 1.0), ahead]);
    let home = unhurried(&service);
    let output = home.line(&format!("show -b honeycomb {id}"));
    assert!(has_line(&output, "ahead"), "{output}");
    let output = home.line("assert -b honeycomb name=ahead --since 10m");
    assert_eq!(output.code, Some(0), "{output}");
}

#[test]
fn a_trace_of_more_services_than_rows_is_not_counted_short_in_silence() {
    let service = generous();
    let id = hex(1);
    let mut rows = vec![row(&id, "00000000000000aa", "", "root", MINUTE, 1.0)];
    rows.extend((0..10_050).map(|n| {
        with(
            row(&id, &format!("{:016x}", n + 1000), "00000000000000aa", "op", MINUTE - MS, 1.0),
            "service.name",
            Cell::Text(format!("s{n}")),
        )
    }));
    service.ingest_rows(rows);
    let home = unhurried(&service);
    let output = home.line("list -b honeycomb --counts --since 10m -o json --timeout 50s");
    assert!(output.stdout.contains("\"span_count\": null"), "{}", output.stderr);
}
