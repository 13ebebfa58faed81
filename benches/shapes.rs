//! What drawing costs, by size and shape of the trace: `cargo bench --bench shapes`.
//!
//! Every file is also parsed into a JSON tree by a process of its own, which does nothing else; each figure is set against that, in time
//! and in peak memory. `benches/README.md` holds the last run. Linux only: peak memory is read from `/proc`.

#[expect(dead_code, reason = "other benchmarks need more of it")]
mod support;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use cruddur_trace::model::{Resource, Span, SpanId, SpanKind, Status, StatusCode, Time, TraceId};
use cruddur_trace::wire::otlp;

use support::{PROGRAM, now, resources, show};

/// Which span is the parent of the span at this place.
type Shape = fn(u64) -> u64;

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--parse-json") {
        let text = std::fs::read(Path::new(&arguments[at + 1])).expect("the file can be read");
        let tree: serde_json::Value = serde_json::from_slice(&text).expect("it is JSON");
        assert!(tree.is_object());
        return;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut report =
        String::from("| trace | what | time | against parsing | peak memory | against parsing |\n|---|---|---|---|---|---|\n");
    let tree: Shape = |place| (place - 1) / 3;
    for (name, spans, shape) in [
        ("1 span", 1, tree),
        ("10 spans", 10, tree),
        ("1,000 spans", 1_000, tree),
        ("100,000 spans", 100_000, tree),
        ("1,000,000 spans", 1_000_000, tree),
        ("a chain of 10,000", 10_000, |place| place - 1),
        ("100,000 siblings", 100_000, |_| 0),
    ] {
        measure(name, spans, shape, folder.path(), &mut report);
    }
    show(&format!("\n{report}"));
}

fn measure(name: &str, spans: u64, shape: Shape, folder: &Path, report: &mut String) {
    let path = folder.join("trace.json");
    let trace = trace(spans, shape, &resources());
    std::fs::write(&path, otlp::encode_json(trace.iter().map(|(id, span)| (id, span)))).expect("the file is written");
    let id = trace[0].0.to_string();
    drop(trace);
    let this = std::env::current_exe().expect("this program");
    let runs = if spans > 100_000 { 1 } else { 5 };
    let time = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).env_clear().env("HOME", folder);
        support::median((0..runs).map(|_| support::process(&mut command)).collect())
    };
    let file = path.to_string_lossy().into_owned();
    let (parsing, parsing_peak) = time(&this, &["--parse-json", &file]);
    let backend = format!("file:{file}");
    let mut row = |what: &str, (seconds, peak): (f64, f64)| {
        let cells = [
            name.to_owned(),
            what.to_owned(),
            format!("{:.1} ms", seconds * 1e3),
            format!("{:.2}", seconds / parsing),
            format!("{peak:.0} MiB"),
            format!("{:.2}", peak / parsing_peak),
        ];
        writeln!(report, "| {} |", cells.join(" | ")).expect("a string takes all that is written to it");
    };
    row("parsing the JSON", (parsing, parsing_peak));
    let formats: [(&str, &[&str]); 7] = [
        ("`show --max-rows 60`", &["--max-rows", "60"]),
        ("`show`, every row", &["--expand"]),
        ("`show -o html`", &["-o", "html"]),
        ("`show -o svg --max-rows 500`", &["-o", "svg", "--max-rows", "500"]),
        ("`show -o perfetto`", &["-o", "perfetto"]),
        ("`show -o speedscope`", &["-o", "speedscope"]),
        ("`show -o csv`", &["-o", "csv"]),
    ];
    for (what, options) in formats {
        row(what, time(Path::new(PROGRAM), &[&["show", &id, "-b", &backend], options].concat()));
    }
    row("`diff` with itself", time(Path::new(PROGRAM), &["diff", &id, &id, "-b", &backend]));
}

/// Spans with four attributes each, children within their parents, some of them failed.
fn trace(spans: u64, shape: Shape, resources: &[Arc<Resource>]) -> Vec<(TraceId, Span)> {
    let (id, begin) = (TraceId::from_bytes([7; 16]), now());
    let span_id = |place: u64| SpanId::from_bytes((place + 1).to_be_bytes());
    let names = ["GET /api/activities/home", "SELECT activities", "DynamoDB.Query", "render-json", "verify-token"];
    let span = |place: u64| {
        let mut span = Span {
            id: span_id(place),
            parent: (place > 0).then(|| span_id(shape(place))),
            name: names[(place * 7 % 11 % 5) as usize].to_owned(),
            kind: if place == 0 { SpanKind::Server } else { SpanKind::Client },
            start: Time(begin.0 + place * 10_000),
            end: Some(Time(begin.0 + (2 * spans - place) * 10_000)),
            resource: Arc::clone(&resources[(place / 3 % resources.len() as u64) as usize]),
            ..Span::default()
        };
        if place % 97 == 96 {
            span.status = Status { code: StatusCode::Error, message: "it broke".to_owned() };
        }
        if shape(1.max(place)) == 0 && place > 1 {
            span.end = Some(Time(span.start.0 + 9_000));
        }
        span.attributes.push("http.method", "GET");
        span.attributes.push("http.route", "/api/activities/home");
        span.attributes.push("user.id", format!("user-{}", place % 5_000));
        span.attributes.push("app.result_length", (place % 50).cast_signed());
        (id.clone(), span)
    };
    (0..spans).map(span).collect()
}
