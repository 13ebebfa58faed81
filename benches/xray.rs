//! The same questions to AWS X-Ray, asked by this program, by `aws xray` and by `sam traces`: `cargo bench --bench xray`.
//!
//! All ask one double of the service, which runs here and answers at once, so that what is measured is the programs: their start,
//! how often they ask, and what they do with the answers. `CRUDDUR_TRACE_PEERS` names the folder of the other two
//! (`/path/to/venv/bin`, of a Python environment with `awscli` and `aws-sam-cli`); without it, this program is measured alone.
//! `benches/README.md` holds the last run.
//!
//! Linux only: peak memory is read from `/proc`.

#[expect(dead_code, unused_imports, reason = "tests need more of it")]
#[path = "../tests/it/support/xray/mod.rs"]
mod service;
#[path = "../tests/it/support/serving.rs"]
mod serving;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use cruddur_trace::model::Time;
use regex::Regex;
use serde_json::{Value, json};

use service::XRay;
use support::{PROGRAM, fill, median, now, process, requests, show};

/// Runs of every program that count, after one that does not.
const ROUNDS: usize = 11;
const TRACES: usize = 700;
/// Seconds from one trace to the next: 700 are a little less than nine hours.
const APART: usize = 45;
/// What a request calls.
const CALLS: [&str; 5] = ["dynamodb", "cruddur@db", "api.cruddur.example", "render", "dynamodb"];
const SECOND: u64 = 1_000_000_000;

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let now = now();
    let bench = Bench {
        service: start(now),
        home: folder.path().to_owned(),
        peers: std::env::var_os("CRUDDUR_TRACE_PEERS").map(PathBuf::from),
        ids: Regex::new("1-[0-9a-f]{8}-[0-9a-f]{24}").expect("it is a regex"),
    };
    calm(&bench.home, now);
    let mut report = String::from(
        "| question | command | time | against ours | peak memory | traces told | requests |\n|---|---|---|---|---|---|---|\n",
    );
    for question in questions(now) {
        bench.ask(&question, &mut report);
    }
    bench.bare(now, &mut report);
    bench.locally(now, &mut report);
    let size = std::fs::metadata(PROGRAM).expect("it is built").len() as f64 / 1e6;
    writeln!(report, "\nThe program is one file of {size:.1} MB.").expect("text takes text");
    match &bench.peers {
        Some(peers) => {
            for name in ["aws", "sam"] {
                let said = Command::new(peers.join(name)).arg("--version").env("SAM_CLI_TELEMETRY", "0").output();
                let said = said.expect("it can be started").stdout;
                writeln!(report, "`{name} --version`: {}", String::from_utf8_lossy(&said).trim()).expect("text takes text");
            }
        }
        None => report.push_str("CRUDDUR_TRACE_PEERS is not set: `aws` and `sam` were not measured.\n"),
    }
    show(&format!("\n{report}"));
}

/// The service with its traces, the newest of which ended a minute ago.
fn start(now: Time) -> XRay {
    let service = XRay::start();
    // So that the others need one command for nine hours, whatever the service allows: people have met limits of 6 h and of 24 h.
    service.configure(|rules| rules.longest_window = Duration::from_hours(24));
    for number in 0..TRACES {
        let begun = begun(now, number);
        service.put(&segment(begun, number).to_string(), Time(begun.0 + SECOND));
    }
    service
}

fn begun(now: Time, number: usize) -> Time {
    Time(now.0 - (60 + (number * APART) as u64) * SECOND)
}

fn id(begun: Time, number: usize) -> String {
    format!("1-{:08x}-{number:024x}", begun.0 / SECOND)
}

/// A request to a backend that asks a database and another service, as the X-Ray SDK for Python describes it. One of 20 fails.
fn segment(begun: Time, number: usize) -> Value {
    let at = |ms: u64| (begun.0 + ms * 1_000_000) as f64 / 1e9;
    let fails = number.is_multiple_of(20);
    let within: Vec<Value> = (0..5_u64)
        .map(|place| {
            json!({
                "id": format!("{:016x}", number as u64 * 16 + place + 1), "start_time": at(10 + place * 30), "end_time": at(35 + place * 30),
                "name": CALLS[place as usize],
                "namespace": if place == 3 { "local" } else { "aws" },
                "aws": {"operation": "Query", "region": "us-east-1", "table_name": "cruddur-messages"},
                "http": {"response": {"status": 200}},
            })
        })
        .collect();
    json!({
        "trace_id": id(begun, number), "id": format!("{:016x}", number as u64 * 16), "name": "backend-flask",
        "start_time": at(0), "end_time": at(180), "fault": fails, "origin": "AWS::ECS::Container",
        "http": {
            "request": {"method": "GET", "url": "https://api.cruddur.example/api/activities/home", "user_agent": "curl/8", "client_ip": "203.0.113.9"},
            "response": {"status": if fails { 500 } else { 200 }, "content_length": 4711},
        },
        "aws": {"xray": {"sdk": "X-Ray for Python", "sdk_version": "2.15.0", "sampling_rule_name": "Default"}},
        "annotations": {"user": format!("user-{}", number % 50), "results": number % 40},
        "metadata": {"default": {"now": "2026-11-24T00:00:00Z", "results-size": number % 40}},
        "subsegments": within,
    })
}

/// Neither asks anybody for a newer version, nor tells anybody that it was used.
fn calm(home: &Path, now: Time) {
    std::fs::create_dir(home.join(".aws-sam")).expect("a folder");
    let settings = json!({"telemetryEnabled": false, "lastVersionCheck": now.0 / SECOND});
    std::fs::write(home.join(".aws-sam/metadata.json"), settings.to_string()).expect("a file");
}

/// What is asked, and how each of the programs is asked for it. `None` where it cannot be.
struct Question {
    what: &'static str,
    ours: String,
    aws: String,
    sam: Option<String>,
}

fn questions(now: Time) -> Vec<Question> {
    let (hour, hours, end) = (now.0 / SECOND - 3600, now.0 / SECOND - 9 * 3600, now.0 / SECOND + 60);
    let summaries = |start: u64, more: &str| {
        format!("xray get-trace-summaries --time-range-type Event --start-time {start} --end-time {end}{more}")
    };
    let one = id(begun(now, 7), 7);
    vec![
        Question {
            what: "starting, and nothing else",
            ours: "--version".to_owned(),
            aws: "--version".to_owned(),
            sam: Some("--version".to_owned()),
        },
        Question {
            what: "the 20 newest of the last hour",
            ours: "list -b xray --since 1h --limit 20".to_owned(),
            aws: summaries(hour, " --max-items 20"),
            sam: Some("traces --start-time '1 hour ago'".to_owned()),
        },
        Question {
            what: "all 700 of nine hours",
            ours: "list -b xray --since 9h --limit 1000".to_owned(),
            aws: summaries(hours, ""),
            sam: Some("traces --start-time '9 hours ago'".to_owned()),
        },
        Question {
            what: "those of the last hour that failed",
            ours: "list -b xray --since 1h --error".to_owned(),
            aws: summaries(hour, " --filter-expression 'error = true OR fault = true OR throttle = true'"),
            sam: None,
        },
        Question {
            what: "one trace, whole",
            ours: format!("show {one} -b xray"),
            aws: format!("xray batch-get-traces --trace-ids {one}"),
            sam: Some(format!("traces --trace-id {one}")),
        },
    ]
}

/// The programs, and where they are asked.
struct Bench {
    service: XRay,
    home: PathBuf,
    peers: Option<PathBuf>,
    ids: Regex,
}

impl Bench {
    /// A row for each program. They take turns, so that what else the machine does meets all of them.
    fn ask(&self, question: &Question, report: &mut String) {
        let mut programs = vec![("cruddur-trace", PathBuf::from(PROGRAM), &question.ours)];
        if let Some(peers) = &self.peers {
            programs.push(("aws", peers.join("aws"), &question.aws));
            programs.extend(question.sam.as_ref().map(|words| ("sam", peers.join("sam"), words)));
        }
        let mut told: Vec<_> = programs.iter().map(|(_, program, words)| self.once(program, words)).collect();
        let mut runs = vec![Vec::new(); programs.len()];
        for _ in 0..ROUNDS {
            for ((_, program, words), runs) in programs.iter().zip(&mut runs) {
                runs.push(process(&mut self.command(program, words)));
            }
        }
        let figures: Vec<_> = runs.into_iter().map(median).collect();
        for (((name, _, words), (traces, requests)), (time, peak)) in programs.iter().zip(told.drain(..)).zip(&figures) {
            row(
                report,
                &[
                    question.what.to_owned(),
                    format!("`{name} {words}`"),
                    format!("{:.1} ms", time * 1e3),
                    format!("{:.1}", time / figures[0].0),
                    format!("{peak:.0} MiB"),
                    traces.to_string(),
                    requests,
                ],
            );
        }
    }

    /// The run that does not count: how many traces it tells of, and what it asked.
    fn once(&self, program: &Path, words: &str) -> (usize, String) {
        let before = self.service.requests().len();
        let output = self.command(program, words).output().expect("it can be started");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{words}: {said}{}", String::from_utf8_lossy(&output.stderr));
        let told: BTreeSet<_> = self.ids.find_iter(&said).map(|found| found.as_str()).collect();
        let mut asked = BTreeMap::<String, usize>::new();
        for request in self.service.requests().drain(before..) {
            *asked.entry(request.path.trim_start_matches('/').to_owned()).or_default() += 1;
        }
        let asked: Vec<_> = asked.into_iter().map(|(path, times)| format!("{times} {path}")).collect();
        (told.len(), if asked.is_empty() { "none".to_owned() } else { asked.join(", ") })
    }

    fn command(&self, program: &Path, words: &str) -> Command {
        let mut command = Command::new(program);
        command.args(arguments(words));
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LANG", "C.UTF-8").env("HOME", &self.home);
        command.envs(self.service.environment()).env("AWS_DEFAULT_REGION", "us-east-1");
        command.env("AWS_PAGER", "").env("SAM_CLI_TELEMETRY", "0");
        command
    }

    /// What the double itself takes, of all the times above: a page for a client that is there already and does not read it.
    fn bare(&self, now: Time, report: &mut String) {
        let end = now.0 / SECOND + 60;
        let body = json!({"StartTime": end - 3660, "EndTime": end, "TimeRangeType": "Event"}).to_string();
        let head = format!(
            "POST /TraceSummaries HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nConnection: close\r\nX-Amz-Date: 20261124T000000Z\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/xray/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature={:064}\r\n\r\n",
            self.service.address(),
            body.len(),
            0,
        );
        let mut bytes = 0;
        let mut runs: Vec<_> = (0..ROUNDS)
            .map(|_| {
                let begun = Instant::now();
                let mut stream = TcpStream::connect(self.service.address()).expect("it listens");
                stream.write_all(format!("{head}{body}").as_bytes()).expect("it takes the request");
                let mut answer = Vec::new();
                stream.read_to_end(&mut answer).expect("it answers");
                assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
                bytes = answer.len();
                begun.elapsed().as_secs_f64()
            })
            .collect();
        runs.sort_by(f64::total_cmp);
        let time = runs[ROUNDS / 2] * 1e3;
        writeln!(report, "\nOf these times, a page of the last hour ({bytes} bytes) takes the double itself {time:.1} ms.")
            .expect("text takes text");
    }

    /// What AWS costs who has everything on this machine: `list` without naming a backend.
    fn locally(&self, now: Time, report: &mut String) {
        let store = self.home.join("store.db");
        fill(&store, requests(1000, now));
        let configured = self.home.join("configured");
        std::fs::create_dir_all(configured.join(".aws")).expect("a folder");
        std::fs::write(configured.join(".aws/config"), "[default]\nregion = us-east-1\n").expect("a file");
        let bare = |home: &Path| {
            let mut command = Command::new(PROGRAM);
            command.arg("list").env_clear().env("HOME", home).env("CRUDDUR_TRACE_STORE", &store);
            command
        };
        let with_keys = || {
            let mut command = bare(&self.home);
            command.envs(self.service.environment());
            command
        };
        let mut cases = [
            ("AWS was never set up", bare(&self.home), Vec::new()),
            ("`~/.aws/config` has a region and no keys", bare(&configured), Vec::new()),
            ("with keys: X-Ray is asked as well", with_keys(), Vec::new()),
        ];
        for round in 0..=ROUNDS {
            for (_, command, runs) in &mut cases {
                let run = process(command);
                runs.extend((round > 0).then_some(run));
            }
        }
        let figures = cases.map(|(what, _, runs)| (what, median(runs)));
        report.push_str("\n| `list`, 1000 traces in the local store | time | ratio | peak memory |\n|---|---|---|---|\n");
        for (what, (time, peak)) in figures {
            let ratio = format!("{:.2}", time / figures[0].1.0);
            row(report, &[what.to_owned(), format!("{:.1} ms", time * 1e3), ratio, format!("{peak:.0} MiB")]);
        }
    }
}

/// Words are separated by spaces, but for those in quotes.
fn arguments(line: &str) -> impl Iterator<Item = &str> {
    let parts = line.split('\'').enumerate();
    parts.flat_map(|(nth, part)| {
        let quoted = (!nth.is_multiple_of(2)).then_some(part);
        let bare = nth.is_multiple_of(2).then(|| part.split_whitespace());
        quoted.into_iter().chain(bare.into_iter().flatten())
    })
}

fn row(report: &mut String, cells: &[String]) {
    writeln!(report, "| {} |", cells.join(" | ")).expect("text takes text");
}
