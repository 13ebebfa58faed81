//! What the program must reach, measured on the real binary: `cargo bench --bench targets`.
//!
//! `cargo bench --bench targets -- ingest` measures one part of it (`reading`, `waiting`, `file` or `ingest`).
//!
//! Every figure is set against another of the same run, because machines differ and are noisy: the start of the process, the
//! bare parsing of the same document, the bare decoding of the same requests. `benches/README.md` holds the last run.
//!
//! Linux only: peak memory is read from `/proc`.

mod receiver;
mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use cruddur_trace::model::Time;
use cruddur_trace::wire::otlp;
use prost::Message as _;

use receiver::{connect, post, start, stop};
use support::{PROGRAM, Spans, TOGETHER, fill, now, requests, resources, show, trace};

/// Measures something at a time, in a folder, and adds rows to the report.
type Part = fn(&Path, Time, &mut String);

/// Connections that send at once.
const CONNECTIONS: usize = 4;

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--parse-json") {
        return parse_json(Path::new(&arguments[at + 1]));
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut report = String::from("| what | this program | set against | ratio |\n|---|---|---|---|\n");
    let now = now();
    let parts: [(&str, Part); 4] = [("reading", reading), ("waiting", waiting), ("file", file), ("ingest", ingest)];
    let named = |name: &str| arguments.iter().any(|argument| argument == name);
    let all = !parts.iter().any(|(name, _)| named(name));
    for (_, part) in parts.iter().filter(|(name, _)| all || named(name)) {
        part(folder.path(), now, &mut report);
    }
    show(&format!("\n{report}"));
}

fn encoded(spans: &Spans) -> Vec<u8> {
    otlp::encode(spans.iter().map(|(id, span)| (id, span))).0
}

/// As [`support::process`], of a program with a store of its own.
fn median(runs: usize, program: &str, arguments: &[&str], store: &Path) -> (f64, f64) {
    let mut command = Command::new(program);
    command.args(arguments).env_clear();
    command.env("HOME", store.parent().expect("the store is in a folder")).env("CRUDDUR_TRACE_STORE", store);
    support::process(&mut command);
    support::median((0..runs).map(|_| support::process(&mut command)).collect())
}

fn row(report: &mut String, what: &str, ours: &str, against: &str, ratio: f64) {
    report.push_str("| ");
    report.push_str(what);
    for cell in [ours, against, &format!("{ratio:.2}")] {
        report.push_str(" | ");
        report.push_str(cell);
    }
    report.push_str(" |\n");
}

/// Cold start, and reading from a store of 100,000 traces.
fn reading(folder: &Path, now: Time, report: &mut String) {
    let store = folder.join("reading.db");
    let resources = resources();
    let large = trace(u64::MAX / 2, 10_000, Time(now.0 - 600_000_000), &resources);
    let large_id = large[0].0.to_string();
    fill(&store, requests(100_000, now).into_iter().chain(large.chunks(TOGETHER).map(<[_]>::to_vec)));

    let (start, _) = median(21, PROGRAM, &["--version"], &store);
    let against = format!("{:.1} ms (`--version`)", start * 1e3);
    for (what, arguments) in [
        ("`list`, 100,000 traces in the store", vec!["list"]),
        (
            "`list`, by service, name and duration",
            vec!["list", "service = postgres and name = render-json and duration > 940us", "--since", "10d"],
        ),
        ("`list`, by an attribute that nothing has", vec!["list", "user.id = nobody", "--since", "10d"]),
        ("`show` of 10,000 spans from the store", vec!["show", &large_id]),
        ("`show -o json` of 10,000 spans", vec!["show", &large_id, "-o", "json"]),
        ("`assert` that holds", vec!["assert", "service = postgres"]),
    ] {
        let (time, peak) = median(if what.contains("attribute") { 3 } else { 11 }, PROGRAM, &arguments, &store);
        row(report, what, &format!("{:.1} ms, {peak:.0} MiB", time * 1e3), &against, time / start);
    }
}

/// How long after the last span has been acknowledged an assertion ends that waits for it, on the store of [`reading`].
fn waiting(folder: &Path, now: Time, report: &mut String) {
    let store = folder.join("reading.db");
    let (mut collect, address) = start(folder, &store, &[]);
    let mut stream = connect(address);
    let names = ["the last one", "the last one of many"];
    let suite = |of: &str| -> String {
        let others =
            (1..10).map(|number| format!("[[assert]]\nname = '{number}'\nexpr = 'name = \"{of}\" and service = postgres'\n"));
        others.chain([format!("[[assert]]\nname = 'last'\nexpr = 'name = \"{of}\"'\n")]).collect()
    };
    let (start, _) = median(21, PROGRAM, &["--version"], &store);
    for (what, is_suite) in [("an assertion that waits for it", false), ("ten in a file that wait for it", true)] {
        let times = (0..11_u64).map(|round| {
            let name = format!("{} {round}", names[usize::from(is_suite)]);
            let file = folder.join("checks.toml");
            std::fs::write(&file, suite(&name)).expect("the file is written");
            let expr = format!("name = \"{name}\"");
            let file = file.to_string_lossy();
            let asked: [&str; 2] = if is_suite { ["--file", &file] } else { ["--since=1h", &expr] };
            let mut asserting = Command::new(PROGRAM)
                .args(["assert", "-b", "local", "--wait", "60s"])
                .args(asked)
                .env_clear()
                .env("HOME", folder)
                .env("CRUDDUR_TRACE_STORE", &store)
                .stdin(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the program is built");
            // Its first look, and then it waits.
            std::thread::sleep(std::time::Duration::from_millis(500));
            assert!(asserting.try_wait().expect("it is our child").is_none(), "it waits");
            let mut last = trace(u64::MAX / 4 + round + u64::from(is_suite) * 100, 2, now, &resources());
            for (_, span) in &mut last {
                span.name.clone_from(&name);
                span.resource = std::sync::Arc::new(cruddur_trace::model::Resource::of_service("postgres"));
            }
            assert_eq!(post(&mut stream, &encoded(&last)), 200);
            let begun = Instant::now();
            assert!(asserting.wait().expect("it is our child").success(), "{name}");
            begun.elapsed().as_secs_f64()
        });
        let mut times: Vec<f64> = times.collect();
        times.sort_by(f64::total_cmp);
        let ours = times[times.len() / 2];
        row(
            report,
            &format!("the last span is acknowledged, 100,000 traces in the store: {what}"),
            &format!("{:.1} ms, at most {:.1}", ours * 1e3, times[times.len() - 1] * 1e3),
            &format!("{:.1} ms (`--version`)", start * 1e3),
            ours / start,
        );
    }
    stop(&mut collect);
}

/// A million spans from a file, against reading the same file into a JSON tree.
fn file(folder: &Path, now: Time, report: &mut String) {
    let path = folder.join("million.json");
    let resources = resources();
    let spans = trace(7, 1_000_000, now, &resources);
    let json = otlp::encode_json(spans.iter().map(|(id, span)| (id, span)));
    std::fs::write(&path, json).expect("the file is written");
    drop(spans);
    let id = trace(7, 1, now, &resources)[0].0.to_string();
    let size = std::fs::metadata(&path).expect("it is there").len() as f64 / 1e6;
    let this = std::env::current_exe().expect("this program");
    let file = path.to_string_lossy();
    let (parsing, parsing_peak) = median(3, &this.to_string_lossy(), &["--parse-json", &file], &path);
    let (ours, our_peak) = median(3, PROGRAM, &["show", &id, "-b", &format!("file:{file}"), "--max-rows", "100"], &path);
    let what = format!("`show` of 1,000,000 spans, OTLP/JSON file of {size:.0} MB");
    row(
        report,
        &format!("{what}: time"),
        &format!("{ours:.2} s"),
        &format!("{parsing:.2} s (parsing it into a tree)"),
        ours / parsing,
    );
    row(
        report,
        "the same: peak memory",
        &format!("{our_peak:.0} MiB"),
        &format!("{parsing_peak:.0} MiB"),
        our_peak / parsing_peak,
    );
}

fn parse_json(path: &Path) {
    let text = std::fs::read(path).expect("the file can be read");
    let tree: serde_json::Value = serde_json::from_slice(&text).expect("it is JSON");
    assert!(tree.is_object());
}

/// OTLP/HTTP into the store, durable before the answer, against decoding the same requests on one core.
fn ingest(folder: &Path, now: Time, report: &mut String) {
    let store = folder.join("ingest.db");
    let requests: Vec<_> = requests(60_000, now);
    let count: usize = requests.iter().map(Vec::len).sum();
    let bodies: Vec<_> = requests.iter().map(encoded).collect();
    drop(requests);
    let begun = Instant::now();
    for body in &bodies {
        let request = opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest::decode(&body[..])
            .expect("we encoded it");
        std::hint::black_box(&request);
    }
    let decoding = count as f64 / begun.elapsed().as_secs_f64();

    let (mut child, address) = start(folder, &store, &[]);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            let bodies = &bodies;
            scope.spawn(move || {
                let mut stream = connect(address);
                for body in bodies.iter().skip(connection).step_by(CONNECTIONS) {
                    assert_eq!(post(&mut stream, body), 200);
                }
            });
        }
    });
    let ours = count as f64 / begun.elapsed().as_secs_f64();
    stop(&mut child);
    let kept: i64 = rusqlite::Connection::open(&store)
        .expect("the store")
        .query_row("SELECT sum(spans) FROM batches", [], |row| row.get(0))
        .expect("a sum");
    assert_eq!(usize::try_from(kept), Ok(count), "everything that was acknowledged is kept");
    let bytes = std::fs::metadata(&store).expect("it is there").len() as f64 / count as f64;
    row(
        report,
        &format!("ingest of {count} spans, {TOGETHER} a request, {CONNECTIONS} connections, {bytes:.0} bytes a span on disk"),
        &format!("{ours:.0} spans/s"),
        &format!("{decoding:.0} spans/s (decoding on one core)"),
        ours / decoding,
    );
}
