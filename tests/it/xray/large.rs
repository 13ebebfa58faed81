//! Traces larger and deeper than any that a person would draw.

use serde_json::{Value as Json, json};

use super::{ago, ask, home, id, put, seconds, segment};
use crate::support::fixture;
use crate::support::xray::XRay;
use cruddur_trace::model::Time;

fn spans(document: &str) -> usize {
    let document: Json = serde_json::from_str(document).expect("it is JSON");
    document["traces"][0]["spans"].as_array().map_or(0, Vec::len)
}

#[test]
fn twelve_thousand_subsegments_are_one_trace() {
    let service = XRay::start();
    service.configure(|rules| rules.trace_bytes = usize::MAX);
    let start = ago(60);
    let trace = id(start, 1);
    for number in 0..120_u64 {
        let subsegments: Vec<Json> = (0..100_u64)
            .map(|n| {
                let begin = seconds(start) + n as f64 / 1000.0;
                json!({"id": format!("{:016x}", (number + 1) << 32 | n), "name": "get_item", "start_time": begin, "end_time": begin + 0.001})
            })
            .collect();
        let id = format!("{:016x}", number + 1);
        let parent = if number == 0 { json!({}) } else { json!({"parent_id": "0000000000000001"}) };
        let mut segment = segment(&trace, &id, "web", start, parent);
        segment["subsegments"] = subsegments.into();
        put(&service, &segment);
    }
    let home = home(&service);
    assert_eq!(spans(&ask(&home, &format!("show {trace} -o json")).answer()), 12_120);
    let drawn = ask(&home, &format!("show {trace}")).answer();
    assert!(drawn.contains("12,120 spans") && drawn.lines().count() < 400, "{drawn}");
}

#[test]
fn what_is_nested_64_levels_deep_is_drawn_to_the_bottom() {
    let service = XRay::start();
    let start = ago(60);
    let trace = id(start, 1);
    let inner = (0..64).rev().fold(Json::Null, |inner, level| {
        json!({"id": format!("{:016x}", 0x1000 + level), "name": format!("level {level}"), "start_time": seconds(start),
               "end_time": seconds(start) + 0.1, "subsegments": if inner.is_null() { json!([]) } else { json!([inner]) }})
    });
    put(&service, &segment(&trace, "00000000000000a1", "web", start, json!({"subsegments": [inner]})));
    let drawn = ask(&home(&service), &format!("show {trace} --no-fold --width 300")).answer();
    assert!((0..64).all(|level| drawn.contains(&format!("level {level}"))), "{drawn}");
}

#[test]
fn every_documents_subsegments_arrive_whatever_the_service_makes_of_them() {
    let mut seen = 0;
    for name in ["flask.json", "lambda.json", "step-functions.json", "causes.json"] {
        let service = XRay::start();
        let read = std::fs::read(fixture(&format!("xray/{name}"))).expect("it is there");
        let mut ids = Vec::new();
        let mut records = 0;
        for document in documents(&serde_json::from_slice(&read).expect("it is JSON")) {
            records += count(&document);
            ids.push(document["trace_id"].as_str().expect("it is of a trace").to_owned());
            service.put(&document.to_string(), Time(1));
        }
        ids.sort();
        ids.dedup();
        let mut found = 0;
        for id in &ids {
            let shown = ask(&home(&service), &format!("show {id} -o json")).answer();
            let document: Json = serde_json::from_str(&shown).expect("it is JSON");
            let spans = document["traces"][0]["spans"].as_array().expect("it has spans");
            // What the service guesses at and cannot be folded is no record of a sender.
            found += spans.iter().filter(|span| span["attributes"]["aws.xray.inferred"] != true).count();
        }
        let inferred = records_of(&read, |record| record["inferred"] == true);
        assert_eq!(found, records - inferred, "{name}");
        seen += found;
    }
    assert!(seen > 100, "{seen}");
}

/// The documents of an answer of `BatchGetTraces`, or of a list.
fn documents(json: &Json) -> Vec<Json> {
    match json {
        Json::String(text) => documents(&serde_json::from_str(text).expect("it is JSON")),
        Json::Array(items) => items.iter().flat_map(documents).collect(),
        Json::Object(fields) => ["Traces", "Segments", "Document"]
            .iter()
            .find_map(|key| fields.get(*key).map(documents))
            .unwrap_or_else(|| vec![json.clone()]),
        _ => Vec::new(),
    }
}

fn walk(document: &Json, visit: &mut dyn FnMut(&Json)) {
    visit(document);
    for subsegment in document["subsegments"].as_array().into_iter().flatten() {
        walk(subsegment, visit);
    }
}

fn count(document: &Json) -> usize {
    let mut records = 0;
    walk(document, &mut |_| records += 1);
    records
}

fn records_of(read: &[u8], wanted: impl Fn(&Json) -> bool) -> usize {
    let mut records = 0;
    for document in documents(&serde_json::from_slice(read).expect("it is JSON")) {
        walk(&document, &mut |record| records += usize::from(wanted(record)));
    }
    records
}
