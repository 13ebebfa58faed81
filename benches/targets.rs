//! What the program must reach, measured on the real binary: `cargo bench --bench targets`.
//!
//! Every figure is set against another of the same run, because machines differ and are noisy: the start of the process, the
//! bare parsing of the same document, the bare decoding of the same requests. `benches/README.md` holds the last run.
//!
//! Linux only: peak memory is read from `/proc`.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cruddur_trace::backend::local::{Retention, Writer};
use cruddur_trace::model::{Resource, Span, SpanId, SpanKind, Time, TraceId};
use cruddur_trace::wire::{Batch, otlp};
use prost::Message as _;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cruddur-trace");
/// Spans a request, as OpenTelemetry's SDKs send them.
const TOGETHER: usize = 512;
/// Connections that send at once.
const CONNECTIONS: usize = 4;

type Spans = Vec<(TraceId, Span)>;

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
    reading(folder.path(), now, &mut report);
    file(folder.path(), now, &mut report);
    ingest(folder.path(), now, &mut report);
    show(&format!("\n{report}"));
}

#[expect(clippy::print_stdout, reason = "the report of a benchmark")]
fn show(text: &str) {
    println!("{text}");
}

#[expect(clippy::disallowed_methods, reason = "a benchmark's traces are of now")]
fn now() -> Time {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Time(u64::try_from(now.as_nanos()).expect("before 2554"))
}

/// A number that looks random and is the same in every run.
fn noise(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ (z >> 27)
}

/// One trace of `spans` spans with ten attributes each, of which most traces have few and some have many.
fn trace(number: u64, spans: usize, start: Time, resources: &[Arc<Resource>]) -> Spans {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&noise(number).to_be_bytes());
    bytes[8..].copy_from_slice(&noise(number ^ 0xffff_0000).to_be_bytes());
    let id = TraceId::from_bytes(bytes);
    let span_id = |place: usize| SpanId::from_bytes((noise(number * 1_000_003 + place as u64) | 1).to_be_bytes());
    (0..spans)
        .map(|place| {
            let random = noise(number * 31 + place as u64);
            let begun = Time(start.0 + place as u64 * 40_000);
            let mut span = Span {
                id: span_id(place),
                parent: (place > 0).then(|| span_id(place.saturating_sub(1) / 3)),
                name: ["GET /api/activities/home", "SELECT activities", "DynamoDB.Query", "render-json", "verify-token"]
                    [random as usize % 5]
                    .to_owned(),
                kind: if place == 0 { SpanKind::Server } else { SpanKind::Client },
                start: begun,
                end: Some(Time(begun.0 + 50_000 + random % 900_000)),
                resource: Arc::clone(&resources[random as usize % resources.len()]),
                ..Span::default()
            };
            for (key, value) in [
                ("http.method", "GET"),
                ("http.route", "/api/activities/home"),
                ("http.flavor", "1.1"),
                ("net.peer.ip", "127.0.0.1"),
            ] {
                span.attributes.push(key, value);
            }
            span.attributes.push("http.status_code", 200 + (random % 4 * 100).cast_signed());
            span.attributes.push("user.id", format!("user-{}", random % 5_000));
            span.attributes.push("app.result_length", (random % 50).cast_signed());
            span.attributes.push("app.ratio", (random % 1_000) as f64 / 7.0);
            span.attributes.push("app.cached", random.is_multiple_of(2));
            span.attributes.push(
                "db.statement",
                "SELECT … FROM public.activities LEFT JOIN public.users ON users.uuid = activities.user_uuid",
            );
            (id.clone(), span)
        })
        .collect()
}

fn resources() -> Vec<Arc<Resource>> {
    ["backend-flask", "frontend-react-js", "cruddur-messages", "postgres"]
        .map(|name| Arc::new(Resource::of_service(name)))
        .to_vec()
}

/// Median 4 spans, a few of hundreds.
fn size(number: u64) -> usize {
    match number % 100 {
        99 => 90,
        90..=98 => 15,
        small => 1 + small as usize % 7,
    }
}

/// Requests of 512 spans each out of many traces.
fn requests(traces: u64, now: Time) -> Vec<Spans> {
    let resources = resources();
    let mut requests = vec![Vec::new()];
    for number in 0..traces {
        let start = Time(now.0 - (traces - number) * 30_000_000);
        for span in trace(number, size(number), start, &resources) {
            if requests.last().is_some_and(|last| last.len() == TOGETHER) {
                requests.push(Vec::new());
            }
            requests.last_mut().expect("there is one").push(span);
        }
    }
    requests
}

fn encoded(spans: &Spans) -> Vec<u8> {
    otlp::encode(spans.iter().map(|(id, span)| (id, span))).0
}

/// A whole process: time in seconds and peak memory in MiB.
fn process(program: &str, arguments: &[&str], store: &Path) -> (f64, f64) {
    let begun = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("HOME", store.parent().expect("the store is in a folder"))
        .env("CRUDDUR_TRACE_STORE", store)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program is built");
    let mut output = child.stdout.take().expect("it was piped");
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        output.read_to_end(&mut bytes).map(|_| bytes.len())
    });
    // The peak only grows, so the last look before the end tells it.
    let mut peak = 0.0f64;
    let elapsed = loop {
        if let Some(status) = child.try_wait().expect("it is our child") {
            assert!(status.success(), "{program} {arguments:?} ended with {status}");
            break begun.elapsed();
        }
        if let Ok(text) = std::fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse::<f64>().ok());
            peak = peak.max(kib.unwrap_or_default() / 1024.0);
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    reader.join().expect("reading does not panic").expect("stdout can be read");
    (elapsed.as_secs_f64(), peak)
}

/// The median of several runs after one that does not count.
fn median(runs: usize, program: &str, arguments: &[&str], store: &Path) -> (f64, f64) {
    process(program, arguments, store);
    let mut runs: Vec<_> = (0..runs).map(|_| process(program, arguments, store)).collect();
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    runs[runs.len() / 2]
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
    let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    let (writer, thread) = Writer::start(&store, Retention::default(), || Time(1)).expect("a store");
    runtime.block_on(async {
        let mut sent = Vec::new();
        for spans in requests(100_000, now).into_iter().chain(large.chunks(TOGETHER).map(<[_]>::to_vec)) {
            let writer = writer.clone();
            sent.push(tokio::spawn(async move { writer.keep(Batch::from_spans(&spans).0).await }));
            if sent.len() == 16 {
                for sent in sent.drain(..) {
                    sent.await.expect("no panic").expect("kept");
                }
            }
        }
        for sent in sent {
            sent.await.expect("no panic").expect("kept");
        }
    });
    drop(writer);
    thread.join().expect("the writer ends well");

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

    let mut child = Command::new(PROGRAM)
        .args(["collect", "--otlp-http", "127.0.0.1:0", "--xray", "off"])
        .env_clear()
        .env("HOME", folder)
        .env("CRUDDUR_TRACE_STORE", &store)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program is built");
    let address = listening(&mut child);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            let bodies = &bodies;
            scope.spawn(move || {
                let mut stream = TcpStream::connect(address).expect("it listens");
                stream.set_nodelay(true).expect("a TCP option");
                for body in bodies.iter().skip(connection).step_by(CONNECTIONS) {
                    post(&mut stream, body);
                }
            });
        }
    });
    let ours = count as f64 / begun.elapsed().as_secs_f64();
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill is there");
    child.wait().expect("it is our child");
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

/// The address that the receiver says it listens on.
fn listening(child: &mut std::process::Child) -> SocketAddr {
    let mut stderr = child.stderr.take().expect("it was piped");
    let mut said = String::new();
    let address = loop {
        let mut byte = [0];
        assert_eq!(stderr.read(&mut byte).expect("it can be read"), 1, "it ended: {said}");
        said.push(char::from(byte[0]));
        if byte[0] == b'\n'
            && let Some((_, rest)) = said.split_once("http://")
        {
            break rest.trim().parse().expect("an address");
        }
    };
    // Whatever else it says must not block it.
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    address
}

fn post(stream: &mut TcpStream, body: &[u8]) {
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-protobuf\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it takes the head");
    stream.write_all(body).expect("it takes the body");
    let mut answer = Vec::new();
    let mut buffer = [0; 1024];
    while !answer.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).expect("it answers");
        assert!(read > 0, "it closed the connection");
        answer.extend_from_slice(&buffer[..read]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}
