//! What holds of every medium of `show`, for every trace of every fixture: nothing is left out, nothing is wider than asked, colour adds
//! only colour, and the same question has the same answer. Beside each medium's code stand the same laws for generated traces.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use cruddur_trace::cli::show::ShowFormat;
use cruddur_trace::render::text;
use serde_json::Value as Json;

use crate::support::{CommandOutput, Home, fixture};

/// A file of traces, and what is in it.
struct Fixture {
    backend: String,
    ids: Vec<String>,
    spans: usize,
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("it can be read").path());
    let mut found: Vec<PathBuf> = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    found.sort();
    found
}

fn fixtures(home: &Home) -> Vec<Fixture> {
    let read = |path: PathBuf| {
        let backend = format!("file:{}", path.display());
        let listed = home.run(["list", "-b", &backend, "--limit", "1000", "-o", "json"]);
        assert_eq!(listed.code, Some(0), "{listed}");
        let listed: Json = serde_json::from_str(&listed.stdout).expect("it is JSON");
        let traces = listed["traces"].as_array().expect("it is a list").iter();
        let ids = traces.clone().map(|trace| trace["trace_id"].as_str().expect("it has an id").to_owned()).collect();
        let spans = traces.map(|trace| trace["span_count"].as_u64().expect("a file is counted")).sum::<u64>();
        Fixture { backend, ids, spans: usize::try_from(spans).expect("a file has that many") }
    };
    let all: Vec<Fixture> = files(&fixture("")).into_iter().map(read).collect();
    assert!(all.len() > 10 && all.iter().all(|fixture| !fixture.ids.is_empty()), "there is much to look at");
    all
}

fn show(home: &Home, fixture: &Fixture, more: &[&str]) -> CommandOutput {
    let words = ["show", "-b", &fixture.backend].into_iter().chain(fixture.ids.iter().map(String::as_str));
    let output = home.run(words.chain(more.iter().copied()));
    assert_eq!(output.code, Some(0), "{}: {output}", fixture.backend);
    output
}

fn name(format: ShowFormat) -> String {
    format.to_possible_value().expect("no format is hidden").get_name().to_owned()
}

/// How many spans an answer has; `None` where only people can count them.
fn counted(format: ShowFormat, answer: &str) -> Option<usize> {
    let json = || serde_json::from_str::<Json>(answer).expect("it is JSON");
    let list = |value: &Json| value.as_array().map_or(0, Vec::len);
    match format {
        ShowFormat::Json => json()["traces"].as_array().map(|traces| traces.iter().map(|trace| list(&trace["spans"])).sum()),
        ShowFormat::Jsonl => {
            let line = |line: &str| list(&serde_json::from_str::<Json>(line).expect("a line is JSON")["spans"]);
            Some(answer.lines().map(line).sum())
        }
        ShowFormat::Otlp => {
            let resources = json();
            let scopes = resources["resourceSpans"].as_array()?.iter().filter_map(|resource| resource["scopeSpans"].as_array());
            Some(scopes.flatten().map(|scope| list(&scope["spans"])).sum())
        }
        ShowFormat::Csv => Some(csv::Reader::from_reader(answer.as_bytes()).records().count()),
        ShowFormat::Perfetto => {
            let file = json();
            let slices = file["traceEvents"].as_array()?.iter().filter(|event| matches!(event["ph"].as_str(), Some("X" | "B")));
            Some(slices.filter(|event| event["args"]["kind"].is_string()).count())
        }
        ShowFormat::Svg
        | ShowFormat::Waterfall
        | ShowFormat::Html
        | ShowFormat::Markdown
        | ShowFormat::Mermaid
        | ShowFormat::Speedscope => None,
    }
}

#[test]
fn every_span_is_in_every_file_and_the_same_question_has_the_same_answer() {
    let home = Home::new();
    for fixture in fixtures(&home) {
        for format in ShowFormat::value_variants() {
            let name = name(*format);
            let answer = show(&home, &fixture, &["-o", &name]);
            assert_eq!(show(&home, &fixture, &["-o", &name]), answer, "{} as {name}", fixture.backend);
            assert!(!answer.stdout.trim().is_empty(), "{} as {name}", fixture.backend);
            if let Some(spans) = counted(*format, &answer.stdout) {
                assert_eq!(spans, fixture.spans, "{} as {name}", fixture.backend);
            }
        }
    }
}

#[test]
fn every_span_has_a_row_and_no_line_is_wider_than_asked_and_colour_adds_only_colour() {
    let home = Home::new();
    let escapes = regex::Regex::new("␛\\[[0-9;]*m").expect("it is a regex");
    let addresses = regex::Regex::new("^https?://").expect("it is a regex");
    for fixture in fixtures(&home) {
        for width in ["40", "80", "200"] {
            let plain = show(&home, &fixture, &["--expand", "--width", width]);
            for line in plain.stdout.lines().filter(|line| !addresses.is_match(line)) {
                let most = width.parse().expect("it is a number");
                assert!(text::width(line) <= most, "{} at {width}: {line}", fixture.backend);
            }
            let coloured = show(&home, &fixture, &["--expand", "--width", width, "--color", "always"]);
            assert_ne!(coloured.stdout, plain.stdout, "{}", fixture.backend);
            assert_eq!(escapes.replace_all(&coloured.stdout, ""), plain.stdout, "{} at {width}", fixture.backend);
        }
    }
}

#[test]
fn the_critical_path_is_as_long_as_the_root_to_the_nanosecond() {
    let home = Home::new();
    let mut looked_at = 0;
    for fixture in fixtures(&home) {
        let sheet = show(&home, &fixture, &["-o", "csv"]).stdout;
        let mut reader = csv::Reader::from_reader(sheet.as_bytes());
        let headings = reader.headers().expect("it has headings").clone();
        let at = |name: &str| headings.iter().position(|known| known == name).expect("it is a heading");
        let (trace, own) = (at("trace_id"), at("critical_path_ns"));
        let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("it is a sheet");
        let document: Json = serde_json::from_str(&show(&home, &fixture, &["-o", "json"]).stdout).expect("it is JSON");
        for shown in document["traces"].as_array().expect("it is a list") {
            let roots = shown["spans"].as_array().expect("it is a list").iter().filter(|span| span["parent_span_id"].is_null());
            let time = |span: &Json, key: &str| span[key].as_str().and_then(|time| time.parse::<u64>().ok());
            let lengths: Vec<_> = roots.map(|root| (time(root, "start_unix_nano"), time(root, "end_unix_nano"))).collect();
            let [(Some(start), Some(end))] = lengths[..] else { continue };
            let id = shown["trace_id"].as_str().expect("it has an id");
            let path = records.iter().filter(|record| &record[trace] == id).map(|record| record[own].parse().unwrap_or(0));
            assert_eq!(path.sum::<u64>(), end - start, "{} in {}", id, fixture.backend);
            looked_at += 1;
        }
    }
    assert!(looked_at > 10, "{looked_at}");
}
