//! What the benchmarks share: traces that look random and are the same in every run, a store of them, and whole processes measured.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cruddur_trace::backend::local::{Retention, Writer};
use cruddur_trace::model::{Resource, Span, SpanId, SpanKind, Time, TraceId};
use cruddur_trace::wire::Batch;

/// The program that is measured.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cruddur-trace");
/// Spans a request, as OpenTelemetry's SDKs send them.
pub(crate) const TOGETHER: usize = 512;

pub(crate) type Spans = Vec<(TraceId, Span)>;

#[expect(clippy::print_stdout, reason = "the report of a benchmark")]
pub(crate) fn show(text: &str) {
    println!("{text}");
}

#[expect(clippy::disallowed_methods, reason = "a benchmark's traces are of now")]
pub(crate) fn now() -> Time {
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
pub(crate) fn trace(number: u64, spans: usize, start: Time, resources: &[Arc<Resource>]) -> Spans {
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

pub(crate) fn resources() -> Vec<Arc<Resource>> {
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
pub(crate) fn requests(traces: u64, now: Time) -> Vec<Spans> {
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

/// A store of these spans, one request after the other.
pub(crate) fn fill(store: &Path, requests: impl IntoIterator<Item = Spans>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    let (writer, thread) = Writer::start(store, Retention::default(), now).expect("a store");
    runtime.block_on(async {
        let mut sent = Vec::new();
        for spans in requests {
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
}

/// A whole process: time in seconds and peak memory in MiB.
pub(crate) fn process(command: &mut Command) -> (f64, f64) {
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    let mut output = child.stdout.take().expect("it was piped");
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        // The peak only grows, so the last look before the end tells it.
        let watcher = scope.spawn(|| {
            let mut peak = 0.0f64;
            while !ended.load(Ordering::Relaxed) {
                peak = peak.max(peak_so_far(&status).unwrap_or_default());
                std::thread::sleep(Duration::from_micros(500));
            }
            peak
        });
        let status = child.wait().expect("it is our child");
        let elapsed = begun.elapsed();
        ended.store(true, Ordering::Relaxed);
        assert!(status.success(), "{command:?} ended with {status}");
        reader.join().expect("reading does not panic").expect("stdout can be read");
        (elapsed.as_secs_f64(), watcher.join().expect("watching does not panic"))
    })
}

/// Peak memory in MiB of a process that has not ended.
fn peak_so_far(status: &Path) -> Option<f64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

/// Of several runs, the time in the middle and the highest peak.
pub(crate) fn median(mut runs: Vec<(f64, f64)>) -> (f64, f64) {
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    (runs[runs.len() / 2].0, runs.iter().map(|run| run.1).fold(0.0, f64::max))
}
