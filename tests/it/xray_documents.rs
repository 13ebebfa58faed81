//! X-Ray's documents through the whole program: every fixture is shown with all that it says, from the file and from the store.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use cruddur_trace::model::{Time, Trace, TraceId, segments};
use cruddur_trace::wire;
use serde_json::{Map, Value as Json};

use crate::support::spans::{consistent, sql};
use crate::support::{CommandOutput, Home, fixture, write};

/// Every file of X-Ray's in the fixtures.
fn files() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(fixture("xray")).expect("the folder is there");
    let mut files: Vec<_> = folder.map(|entry| entry.expect("it can be read").path()).collect();
    files.push(fixture("xray.json"));
    files.sort();
    assert!(files.len() >= 10, "{files:?}");
    files
}

/// A segment or subsegment as it is written, without what is below it.
#[derive(Debug, Clone)]
struct Record {
    trace: TraceId,
    id: Option<String>,
    fields: Map<String, Json>,
}

/// All documents in a text, found without any of the program's own code: what has both ids is one.
fn documents(text: &str, out: &mut Vec<Map<String, Json>>) {
    for json in serde_json::Deserializer::from_str(text).into_iter::<Json>() {
        let mut waiting = vec![json.expect("the fixture is JSON")];
        while let Some(json) = waiting.pop() {
            match json {
                Json::Object(fields) if fields.contains_key("trace_id") && fields.contains_key("id") => out.push(fields),
                Json::Object(fields) => waiting.extend(fields.into_iter().map(|(_, json)| json)),
                Json::Array(items) => waiting.extend(items),
                Json::String(inner) if inner.starts_with('{') => documents(&inner, out),
                _ => {}
            }
        }
    }
}

/// All records in a text.
fn records(text: &str) -> Vec<Record> {
    let mut found = Vec::new();
    documents(text, &mut found);
    let mut records = Vec::new();
    for document in found {
        let trace = TraceId::from_text(document["trace_id"].as_str().expect("the fixtures' ids are text"));
        let mut waiting = vec![document];
        while let Some(mut fields) = waiting.pop() {
            if let Some(Json::Array(below)) = fields.get_mut("subsegments") {
                let (objects, others): (Vec<_>, Vec<_>) = std::mem::take(below).into_iter().partition(Json::is_object);
                waiting.extend(objects.into_iter().filter_map(|json| json.as_object().cloned()));
                *below = others;
            }
            let id = fields.get("id").and_then(Json::as_str).map(str::to_owned);
            records.push(Record { trace: trace.clone(), id, fields });
        }
    }
    records
}

/// What `show -o json` says of the traces of a file.
fn shown(home: &Home, path: &str, ids: &BTreeSet<String>) -> Vec<Json> {
    let backend = format!("file:{path}");
    let mut words = vec!["show", "-q", "-b", &backend, "-o", "json"];
    words.extend(ids.iter().map(String::as_str));
    let output = home.run(words);
    assert_eq!(output.code, Some(0), "{output}");
    let document: Json = serde_json::from_str(&output.stdout).expect("it is JSON");
    document["traces"].as_array().expect("a list").clone()
}

/// The traces of the records, each in one of the spellings that it has.
fn ids_of(records: &[Record]) -> BTreeSet<String> {
    let ids: BTreeSet<&TraceId> = records.iter().map(|record| &record.trace).collect();
    ids.into_iter().map(ToString::to_string).collect()
}

/// The attributes of a span, those included of which a key came several times.
fn attributes(span: &Json) -> Vec<(String, Json)> {
    let mut all: Vec<_> =
        span["attributes"].as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    for pair in span["duplicate_attributes"].as_array().into_iter().flatten() {
        all.push((pair["key"].as_str().expect("a key is text").to_owned(), pair["value"].clone()));
    }
    all
}

fn folded_into(span: &Json) -> Vec<String> {
    let ids = attributes(span).into_iter().filter(|(key, _)| key == segments::INFERRED_ID);
    ids.filter_map(|(_, id)| id.as_str().map(str::to_owned)).collect()
}

#[test]
fn every_record_of_every_fixture_is_a_span_or_folded_or_a_repetition() {
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("it is text");
        let path = path.display().to_string();
        let records = records(&text);
        let ids = ids_of(&records);
        let assembled = Trace::group(wire::read_any(text.as_bytes()).expect("it can be read").spans);
        let traces = shown(&Home::new(), &path, &ids);
        assert_eq!((traces.len(), assembled.len()), (ids.len(), ids.len()), "{path}");
        for (trace, id) in traces.iter().zip(&ids) {
            let id = TraceId::from_text(id);
            let ours = assembled.iter().find(|trace| *trace.id() == id).expect("it was read");
            let spans = trace["spans"].as_array().expect("a list");
            let folded: usize = spans.iter().map(|span| folded_into(span).len()).sum();
            assert_eq!((spans.len(), folded), (ours.spans().len(), ours.folded), "{path} {id}");
            let written = records.iter().filter(|record| record.trace == id).count();
            assert_eq!(spans.len() + folded + ours.repeated, written, "{path} {id}");
            assert_eq!(trace["span_count"], spans.len(), "{path} {id}");
        }
    }
}

#[test]
fn every_span_of_every_fixture_has_a_row_with_its_name() {
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("it is text");
        let home = Home::new();
        let ids = ids_of(&records(&text));
        for trace in shown(&home, &path.display().to_string(), &ids) {
            let id = trace["trace_id"].as_str().expect("text");
            let words = format!("show -q -b file:{} {id} --no-fold --max-rows 100000 --width 400", path.display());
            let drawn = home.line(&words).stdout;
            let mut rows = BTreeMap::<&str, usize>::new();
            for span in trace["spans"].as_array().expect("a list") {
                let name = span["name"].as_str().expect("text");
                *rows.entry(if name.is_empty() { "(no name)" } else { name }).or_default() += 1;
            }
            for (name, spans) in rows {
                let found = drawn.lines().filter(|line| line.contains(name)).count();
                assert!(found >= spans, "{name} is there {found} times of {spans}:\n{drawn}");
            }
        }
    }
}

/// Every text that a JSON value holds, keys aside.
fn leaves(json: &Json, key: &str, out: &mut Vec<(String, Json)>) {
    let mut waiting = vec![(key.to_owned(), json)];
    while let Some((key, json)) = waiting.pop() {
        match json {
            Json::Array(items) => waiting.extend(items.iter().map(|item| (key.clone(), item))),
            Json::Object(fields) => waiting.extend(fields.iter().map(|(key, json)| (key.clone(), json))),
            leaf => out.push((key, leaf.clone())),
        }
    }
}

/// Whether a leaf of a document is among the leaves of its span.
fn told(key: &str, leaf: &Json, span: &Json, said: &[Json]) -> bool {
    let text = match leaf {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let time = || text.parse().ok().and_then(Time::from_secs_f64).map(|time| Json::from(time.0.to_string()));
    match key {
        // A time, where it can be one.
        "start_time" if time().is_some_and(|time| span["start_unix_nano"] == time) => true,
        "end_time" if time().is_some_and(|time| span["end_unix_nano"] == time) => true,
        // Said by whether there is an end, and by the id that it was folded under.
        "in_progress" if *leaf == span["end_unix_nano"].is_null() => true,
        "inferred" if *leaf == true && !folded_into(span).is_empty() => true,
        // What kind of document it was is said by what it is below.
        "type" if text == "subsegment" => true,
        // Numbers are not always written alike: 1.0 and 1.
        _ => said.iter().any(|told| {
            told == leaf
                || told.as_f64().is_some_and(|told| Some(told) == leaf.as_f64().or_else(|| text.parse().ok()))
                || told.as_str().is_some_and(|told| told.contains(&text))
        }),
    }
}

/// Deliberate exceptions, each a path that a trace does not repeat: `"subsegments": null` says that there are none.
fn says_nothing(key: &str, leaf: &Json) -> bool {
    key == "subsegments" && leaf.is_null() || key == "end_time" && leaf.is_null()
}

/// Whether a finished record of the same id took this one's place: what it said only while it ran is gone with it.
fn was_replaced(record: &Record, all: &[Record]) -> bool {
    let running = |record: &Record| record.fields.get("end_time").is_none_or(Json::is_null);
    let finished = |other: &&Record| other.trace == record.trace && other.id == record.id && !running(other);
    running(record) && all.iter().any(|other| finished(&other))
}

#[test]
fn every_leaf_of_every_document_is_somewhere_in_its_span() {
    let mut checked = 0;
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("it is text");
        let records = records(&text);
        let traces = shown(&Home::new(), &path.display().to_string(), &ids_of(&records));
        for record in records.iter().filter(|record| !was_replaced(record, &records)) {
            let of_trace = |trace: &&Json| TraceId::from_text(trace["trace_id"].as_str().expect("text")) == record.trace;
            let spans = traces.iter().find(of_trace).expect("it is shown")["spans"].as_array().expect("a list");
            let mut wanted = Vec::new();
            for (key, json) in &record.fields {
                leaves(json, key, &mut wanted);
            }
            // Of several spans that share the id, one says it all; one that has none has been given one.
            let candidates = spans.iter().filter(|span| match &record.id {
                Some(id) => span["span_id"] == id.as_str() || folded_into(span).contains(id),
                None => span["attributes"]["aws.xray.id_missing"] == true,
            });
            let missing = |span: &Json| {
                let mut said = vec![Json::from(record.trace.to_string())];
                let mut pairs = Vec::new();
                leaves(span, "", &mut pairs);
                said.extend(pairs.into_iter().map(|(_, leaf)| leaf));
                let mut missing = wanted.clone();
                missing.retain(|(key, leaf)| !says_nothing(key, leaf) && !told(key, leaf, span, &said));
                missing
            };
            let best = candidates.map(missing).min_by_key(Vec::len);
            assert_eq!(best, Some(Vec::new()), "{} {record:#?}", path.display());
            checked += wanted.len();
        }
    }
    assert!(checked > 1500, "{checked}");
}

/// The documents of a fixture, a file each.
fn apart(home: &Home, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    documents(&std::fs::read_to_string(fixture(name)).expect("it is text"), &mut found);
    let files: Vec<_> = (0..found.len()).map(|number| format!("{number}.json")).collect();
    for (file, document) in files.iter().zip(found) {
        write(&home.path(file), &Json::from(document).to_string());
    }
    files
}

/// A trace as JSON, without what tells one backend from another. Imported, a trace id is bytes: links lose its spelling.
fn as_told(mut trace: Json) -> Json {
    for key in ["backend", "complete", "evidence"] {
        trace.as_object_mut().expect("an object").remove(key);
    }
    for span in trace["spans"].as_array_mut().into_iter().flatten() {
        for link in span["links"].as_array_mut().into_iter().flatten() {
            link["trace_id"] = TraceId::from_text(link["trace_id"].as_str().unwrap_or_default()).canonical().into();
        }
    }
    trace
}

#[test]
fn the_store_says_the_same_as_the_file_however_the_documents_came() {
    for name in ["xray/lambda.json", "xray/causes.json", "xray/linked-sqs.json"] {
        let path = fixture(name).display().to_string();
        let ids = ids_of(&records(&std::fs::read_to_string(&path).expect("it is text")));
        let of_file: Vec<_> = shown(&Home::new(), &path, &ids).into_iter().map(as_told).collect();
        for backwards in [false, true] {
            let home = Home::new();
            let mut files = apart(&home, name);
            if backwards {
                files.reverse();
            }
            home.import(&files.join(" "));
            assert_eq!(sql(&home.store(), "SELECT count(*) FROM batches"), files.len().to_string());
            consistent(&home.store());
            let mut words = vec!["show", "-o", "json"];
            words.extend(ids.iter().map(String::as_str));
            let document: Json = serde_json::from_str(&home.run(words).answer()).expect("it is JSON");
            for (stored, of_file) in document["traces"].as_array().expect("a list").iter().zip(&of_file) {
                assert_eq!(as_told(stored.clone()), *of_file, "{name} {backwards}");
            }
        }
    }
}

#[test]
fn the_index_of_the_store_agrees_with_its_spans_whatever_the_documents_say() {
    for path in files() {
        let home = Home::new();
        let output = home.run(["import", &path.display().to_string()]);
        assert_eq!(output.code, Some(0), "{output}");
        consistent(&home.store());
    }
    for backwards in [false, true] {
        let home = Home::new();
        let mut files = apart(&home, "xray/oddities-2.json");
        if backwards {
            files.reverse();
        }
        home.import(&files.join(" "));
        let folded: usize = consistent(&home.store()).iter().map(|trace| trace.folded).sum();
        assert_eq!(folded, 1);
    }
}

fn document(id: u64, rest: &str) -> String {
    format!(r#"{{"trace_id":"1-6a637300-00000000000000000000000a","id":"{id:016x}",{rest}}}"#)
}

const TRACE: &str = "1-6a637300-00000000000000000000000a";

#[test]
fn subsegments_of_any_depth_are_shown_and_can_be_parents() {
    for levels in [64, 400] {
        let mut text = document(1, r#""name":"top","start_time":1784902400,"end_time":1784902401"#);
        text.pop();
        for level in 0..levels {
            let id = 0x1000 + level;
            write!(
                text,
                r#","subsegments":[{{"id":"{id:016x}","name":"level {level}.","start_time":1784902400,"end_time":1784902401"#
            )
            .expect("a string takes it");
        }
        text += &"}]".repeat(levels);
        text += "}";
        let below = document(
            2,
            &format!(
                r#""name":"called","parent_id":"{:016x}","start_time":1784902400.5,"end_time":1784902400.6"#,
                0x1000 + levels - 1
            ),
        );
        let home = Home::new();
        write(&home.path("deep.json"), &format!("[{below},{text}]"));
        let drawn = home.line(&format!("show -b file:deep.json {TRACE} --no-fold --max-rows 1000 --width 120")).answer();
        let depth = drawn.lines().position(|line| line.contains("called")).expect("it is drawn");
        assert_eq!(
            drawn.lines().skip(depth).take_while(|line| !line.is_empty()).count(),
            1,
            "it is the innermost, and the last:\n{drawn}"
        );
        assert!((0..levels).all(|level| drawn.contains(&format!("level {level}."))), "{drawn}");
        assert!(drawn.contains(&format!(" {} spans ", levels + 2)), "{drawn}");
    }
}

#[test]
fn twelve_thousand_subsegments_of_many_documents_are_one_trace() {
    let mut lines = String::new();
    for part in 0..60_u64 {
        let mut below = Vec::new();
        for number in 0..200 {
            let id = 0x10_0000 + part * 1000 + number;
            below.push(format!(r#"{{"id":"{id:016x}","name":"s{number}","start_time":1784902400.1,"end_time":1784902400.2}}"#));
        }
        // Each part hangs below the last subsegment of the one before, half of them sent apart from any segment.
        let kind = if part % 2 == 1 { r#""type":"subsegment","# } else { "" };
        let parent =
            if part == 0 { String::new() } else { format!(r#""parent_id":"{:016x}","#, 0x10_0000 + (part - 1) * 1000 + 199) };
        lines += &document(
            part + 1,
            &format!(
                r#"{kind}{parent}"name":"part","start_time":1784902400,"end_time":1784902401,"subsegments":[{}]"#,
                below.join(",")
            ),
        );
        lines.push('\n');
    }
    let home = Home::new();
    write(&home.path("many.json"), &lines);
    let trace = &shown(&home, "many.json", &std::iter::once(TRACE.to_owned()).collect())[0];
    assert_eq!((&trace["span_count"], &trace["complete"]), (&Json::from(12_060), &Json::from(true)));
    assert!(trace["spans"].as_array().expect("a list").iter().all(|span| span["service"] == "part"));
    let drawn = home.line(&format!("show -b file:many.json {TRACE} --max-rows 20 --width 100")).answer();
    assert!(drawn.contains("12,060 spans") && drawn.lines().count() < 40, "{drawn}");
    home.import("many.json");
    consistent(&home.store());
}

fn drawn(name: &str, width: usize) -> CommandOutput {
    let home = Home::new();
    let short = name.rsplit('/').next().expect("there is a name");
    std::fs::copy(fixture(name), home.path(short)).expect("the home can be written to");
    let mut found = Vec::new();
    documents(&std::fs::read_to_string(fixture(name)).expect("it is text"), &mut found);
    let id = found.last().expect("there is one")["trace_id"].as_str().expect("text").to_owned();
    home.line(&format!("show -b file:{short} {id} --width {width}"))
}

#[test]
fn a_call_of_a_function_with_a_cold_start() {
    insta::assert_snapshot!(drawn("xray/lambda.json", 100), @"
    backend-flask · 540 ms · 12 spans · 2 services · 1 error · 4 inferred segments folded
    1-6a637139-fd79d8cd75ca8b13f69465fb · 2026-07-24 14:05:45.000 UTC · file:lambda.json · complete

      █ critical path  ▄ own time  ─ waits                           ▏0        ▏200 ms   ▏400 ms
      backend-flask                                  backend-flask   ━━━━━━━━━━━━━━━━━━━━━━━━━━━  540 ms
      ┕━ create-activity                             backend-flask   ━━━━━━━━━━━━━━━━━━━━━━━━━━━  537 ms
        ┕━ Lambda                                    backend-flask   ▐━━━━━━━━━━━━━━━━━━━━━━━━━━  527 ms
          ┕━ cruddur-notify (Lambda)                 cruddur-notify   ███████████████████━━━━━━╸  512 ms
            ┕━ cruddur-notify (Function)             cruddur-notify                     ╺━━━━━━╸  134 ms
    ~         ├─ Initialization                      cruddur-notify     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖         329 ms
              ┝━ Invocation                          cruddur-notify                     ▐━━━━━━╸  127 ms
              │ ┝━ DynamoDB                          cruddur-notify                      ██▍     46.0 ms
    !         │ ┝━ DynamoDB                          cruddur-notify                        ▐×    14.6 ms
              │ │   handled: An error occurred (ConditionalCheckFailedException) when calling the Updat…
              │ ┝━ SNS                               cruddur-notify                         ██▌  47.7 ms
              │ ┕━ cache.cell-ca-1.prod.a.momentoh…  cruddur-notify                           ▐▏ 11.2 ms
              ┕━ Overhead                            cruddur-notify                            ▍ 6.39 ms

    ~ 1 span starts before its parent (clock skew?): shown as received
    - DynamoDB (2 calls) run one after the other in Invocation: they could run side by side if they do
      not need each other's answers, which saves 14.6 ms at most
    [exit status: 0]
    ");
}

#[test]
fn a_trace_that_is_linked_to_others() {
    insta::assert_snapshot!(drawn("xray/linked-sqs.json", 80), @"
    cruddur-send · 90 ms · 5 spans · 1 service · 1 inferred segment folded
    1-6a6371d4-6f19a70a345530f474c1aae4 · 2026-07-24 14:08:20 UTC
    file:linked-sqs.json · complete

    █ critical ▄ own ─ waits    ▏0        ▏20 ms    ▏40 ms    ▏60 ms
    cruddur-send (Lambda)       ███████████████━━━━━━━━━━━━━━━━━━━━━━━━━━━██   90 ms
    ┕━ cruddur-send (Function)                ╺━━━━━━━━━━━━━━━━━━━━━━━━━━━╸  56.9 ms
      ┝━ Invocation                           ▐███████━━━━━━━━━━━━━███████   55.7 ms
      │ │ → linked: 1-6a6371d5-062d1930cf90ae85c534435d (child)
      │ ┕━ SQS                                        █████████████          26.5 ms
      ┕━ Overhead                                                         ▍   700 µs

    - 30 ms in cruddur-send (Lambda) before cruddur-send (Function) that nobody
      traced
    [exit status: 0]
    ");
}
