//! A receiver that is left running: `cargo bench --bench soak`. Ten minutes at 80 % of what it takes at most, then a minute of three
//! times as much, with everything sent on to another receiver. `SOAK_SECONDS` shortens the ten minutes.
//!
//! The most that it takes is measured first, with forwarding, when the store is full: from then on, as much has to be evicted as comes. Memory, refusals and what waits to be forwarded are told minute by minute.
//! In the end the receiver must have counted as kept what the senders counted as acknowledged, the last trace must be in the store, and
//! the destination, which counts spans by itself, have been sent all of them that retention has not taken before.
//!
//! Linux only: memory is read from `/proc`.

mod load;
mod receiver;
#[expect(dead_code, reason = "not every benchmark measures processes that end")]
mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cruddur_trace::wire::otlp;

use load::{Load, Template, templates};
use receiver::{start, stop};
use support::{PROGRAM, TOGETHER, show};

/// Connections that send at once; three times as many when there is too much.
const CONNECTIONS: usize = 8;
/// What the store may hold: less than comes in, so that retention is at work too.
const MAX_SIZE: &str = "512MiB";
/// For how long the most is measured at a time.
const STEP: Duration = Duration::from_secs(5);

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let seconds = std::env::var("SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(600);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = folder.path().join("soak.db");
    let templates = templates();
    let (destination, arrived) = sink();
    let forward = format!("otlp=http://{destination}");
    let (mut child, to) = start(folder.path(), &store, &["--max-size", MAX_SIZE, "--forward", &forward]);
    let number = AtomicU64::new(1);
    let load = Load { to, templates: &templates, number: &number };

    let mut acknowledged = 0;
    let mut empty = None;
    while status(folder.path(), &store)["receivers"][0]["store"]["evicted_traces"] == 0 {
        let tally = load.run(CONNECTIONS, None, STEP);
        acknowledged += tally.taken.load(Ordering::Relaxed);
        empty.get_or_insert(tally.rate(STEP));
    }
    let tally = load.run(CONNECTIONS, None, STEP * 4);
    acknowledged += tally.taken.load(Ordering::Relaxed);
    let ceiling = tally.rate(STEP * 4);
    show(&format!(
        "the most, with forwarding: {:.0} spans/s at first, {ceiling:.0} when the store is full",
        empty.unwrap_or_default()
    ));
    wait_until_forwarded(folder.path(), &store);

    show("\n| minute | spans/s | refused | memory, MiB | batches that wait to be forwarded |\n|---|---|---|---|---|");
    let began = Instant::now();
    let mut minute = 0;
    while began.elapsed() < Duration::from_secs(seconds) {
        let length = Duration::from_mins(1).min(Duration::from_secs(seconds).saturating_sub(began.elapsed()));
        let tally = load.run(CONNECTIONS, Some(ceiling * 0.8), length);
        minute += 1;
        let (refused, rate) = (tally.refused(), tally.rate(length));
        let waiting = waiting(folder.path(), &store);
        show(&format!("| {minute} | {rate:.0} | {refused} | {:.0} | {waiting} |", memory(child.id())));
        assert_eq!(refused, 0, "at 80 % nothing is refused");
        acknowledged += tally.taken.load(Ordering::Relaxed);
    }

    let length = Duration::from_mins(1);
    let tally = load.run(CONNECTIONS * 50, Some(ceiling * 3.0), length);
    show(&format!(
        "\nat three times the ceiling, {} connections: {:.0} spans/s, {} requests put off, {} answered otherwise, {:.0} MiB",
        CONNECTIONS * 50,
        tally.rate(length),
        tally.put_off.load(Ordering::Relaxed),
        tally.other.load(Ordering::Relaxed),
        memory(child.id()),
    ));
    acknowledged += tally.taken.load(Ordering::Relaxed);
    assert_eq!(tally.other.load(Ordering::Relaxed), 0, "what is too much is put off, and nothing else");
    let after = Instant::now();
    let last = load.one();
    let answered = after.elapsed();
    wait_until_forwarded(folder.path(), &store);
    show(&format!(
        "afterwards: a request is answered in {:.0} ms, all is forwarded after {:.1} s, {:.0} MiB",
        answered.as_secs_f64() * 1e3,
        after.elapsed().as_secs_f64(),
        memory(child.id()),
    ));
    let told = status(folder.path(), &store);
    let told = &told["receivers"][0];
    let kept = told["received"]["spans_kept"].as_u64().expect("a number");
    let forwarded = told["forwarding"][0]["spans"].as_u64().expect("a number");
    let evicted = told["forwarding"][0]["evicted"].as_u64().expect("a number");
    stop(&mut child);
    let arrived = arrived.load(Ordering::Relaxed);
    show(&format!(
        "kept {kept} spans, forwarded {forwarded}, arrived {arrived}; batches evicted before they were forwarded: {evicted}"
    ));
    assert_eq!(kept, (acknowledged + 1) * TOGETHER as u64, "what was acknowledged was kept");
    assert!(arrived >= forwarded && (evicted > 0 || forwarded == kept), "and sent on");
    assert!(is_stored(&store, last, &templates), "the last one is in the store");
}

/// A receiver that takes everything; how many spans it was sent.
fn sink() -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let arrived = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&arrived);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let counted = Arc::clone(&counted);
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                while let Some(spans) = spans_of_next(&mut reader) {
                    counted.fetch_add(spans, Ordering::Relaxed);
                    if reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, arrived)
}

/// How many spans the next request holds; `None` at the end of the connection.
fn spans_of_next(reader: &mut BufReader<TcpStream>) -> Option<u64> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).ok().filter(|read| *read > 0)?;
    }
    let lower = head.to_lowercase();
    let length = lower.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()?.trim().parse().ok());
    let mut body = vec![0; length?];
    reader.read_exact(&mut body).ok()?;
    if lower.contains("content-encoding: gzip") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut plain).ok()?;
        body = plain;
    }
    Some(otlp::select::count(&body).expect("it is OTLP") as u64)
}

/// Whether every trace of the request of this number is in the store.
fn is_stored(store: &Path, number: u64, templates: &[Template]) -> bool {
    let template = &templates[number as usize % templates.len()];
    let connection = rusqlite::Connection::open(store).expect("the store");
    template.ids.iter().all(|&at| {
        let id = [&Template::id(number)[..], &template.body[at + 8..at + 16]].concat();
        let there = connection.query_row("SELECT count(*) FROM trace_rows WHERE id = ?", [id], |row| row.get::<_, i64>(0));
        there.expect("a number") == 1
    })
}

/// What `collect --status` says.
fn status(folder: &Path, store: &Path) -> serde_json::Value {
    let output = Command::new(PROGRAM)
        .args(["collect", "--status", "-o", "json"])
        .env_clear()
        .env("HOME", folder)
        .env("CRUDDUR_TRACE_STORE", store)
        .output()
        .expect("the program is built");
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

fn waiting(folder: &Path, store: &Path) -> u64 {
    status(folder, store)["receivers"][0]["forwarding"][0]["waiting"].as_u64().expect("a number")
}

fn wait_until_forwarded(folder: &Path, store: &Path) {
    let begun = Instant::now();
    while waiting(folder, store) > 0 {
        assert!(begun.elapsed() < Duration::from_mins(5), "forwarding does not get on");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Memory of a process in MiB.
fn memory(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux says it");
    line.split_whitespace().next().and_then(|number| number.parse::<f64>().ok()).expect("a number") / 1024.0
}
