//! The double of Honeycomb itself, over real sockets: it must say no where the service says no, and keep what it is sent as the service
//! keeps it. What it makes of a query is tested elsewhere.

#[path = "honeycomb_server/alone.rs"]
mod alone;
#[path = "honeycomb_server/events.rs"]
mod events;
#[path = "honeycomb_server/faults.rs"]
mod faults;
#[path = "honeycomb_server/ingest.rs"]
mod ingest;
#[path = "honeycomb_server/keys.rs"]
mod keys;
#[path = "honeycomb_server/results.rs"]
mod results;
#[path = "honeycomb_server/schema.rs"]
mod schema;

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use crate::support::honeycomb::{CONFIGURATION, Cell, Honeycomb, Row};
use crate::support::http::{Answer, Client};
use crate::support::spans::now;

/// Asks as a program does that has a key.
#[track_caller]
fn ask_with(service: &Honeycomb, key: &str, line: &str, body: &Value) -> Answer {
    attempt(service, key, line, body).expect("the service answers")
}

/// As [`ask_with`], where the service may not answer.
fn attempt(service: &Honeycomb, key: &str, line: &str, body: &Value) -> io::Result<Answer> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let headers = [("X-Honeycomb-Team", key), ("User-Agent", "test"), ("Content-Type", "application/json")];
    Client::connect(service.address())?.request(line, &headers, body.as_bytes())
}

/// Asks with the key that may do everything.
#[track_caller]
fn ask(service: &Honeycomb, line: &str, body: &Value) -> Answer {
    ask_with(service, CONFIGURATION, line, body)
}

#[track_caller]
fn get(service: &Honeycomb, path: &str) -> Answer {
    ask(service, &format!("GET {path}"), &Value::Null)
}

/// The body, which is JSON.
#[track_caller]
fn parsed(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.text()))
}

/// A query of all names, and its id.
#[track_caller]
fn query(service: &Honeycomb, slug: &str) -> String {
    let spec = json!({"time_range": 3600, "breakdowns": ["name"], "calculations": [{"op": "COUNT"}]});
    let answer = ask(service, &format!("POST /1/queries/{slug}"), &spec);
    assert_eq!(answer.status, 200, "{}", answer.text());
    parsed(&answer)["id"].as_str().expect("it has an id").to_owned()
}

/// The answer when a query shall run.
#[track_caller]
fn run(service: &Honeycomb, slug: &str, id: &str) -> Answer {
    ask(service, &format!("POST /1/query_results/{slug}"), &json!({"query_id": id, "disable_series": true, "limit": 10_000}))
}

/// The result of a query that is complete.
#[track_caller]
fn result(service: &Honeycomb, slug: &str, id: &str) -> Value {
    let created = run(service, slug, id);
    assert_eq!(created.status, 201, "{}", created.text());
    let id = parsed(&created)["id"].as_str().expect("it has an id").to_owned();
    for _ in 0..10 {
        let polled = parsed(&get(service, &format!("/1/query_results/{slug}/{id}")));
        if polled["complete"] == true {
            return polled;
        }
    }
    panic!("it is never complete");
}

/// A row of a minute ago.
fn row(dataset: &str, fields: impl IntoIterator<Item = (&'static str, Cell)>) -> Row {
    let at = now().0 - 60_000_000_000;
    let fields: BTreeMap<_, _> = fields.into_iter().map(|(key, cell)| (key.to_owned(), cell)).collect();
    Row { dataset: dataset.to_owned(), time_ns: at, ingested_ns: at, sample_rate: 1, fields }
}

/// Rows of these names.
fn named(dataset: &str, names: impl IntoIterator<Item = String>) -> Vec<Row> {
    names.into_iter().map(|name| row(dataset, [("name", Cell::Text(name))])).collect()
}

/// A service that knows one row of `web`.
fn with_a_row() -> Honeycomb {
    let service = Honeycomb::start();
    service.ingest_rows(named("web", ["GET /".to_owned()]));
    service
}
