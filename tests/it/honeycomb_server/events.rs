//! Events that come in one by one and in batches.

use serde_json::json;

use super::{ask, parsed};
use crate::support::honeycomb::{CONFIGURATION, Cell, Honeycomb};
use crate::support::http::Client;

#[test]
fn of_a_batch_each_event_has_its_own_verdict() {
    let service = Honeycomb::start();
    let batch = json!([
        {"time": "2026-11-24T00:00:00.25Z", "samplerate": 3, "data": {"a": 1, "b": 1.5, "c": true, "d": null, "e": {"f": [1]}}},
        {"time": 1_790_000_000, "data": {"a": "text"}},
        {"time": "1790000000123", "data": {"a": "text"}},
        {"time": "yesterday", "data": {"a": 1}},
        {"data": {}},
        {},
    ]);
    let answer = ask(&service, "POST /1/batch/My%20Events", &batch);
    let statuses: Vec<_> = parsed(&answer).as_array().unwrap().iter().map(|verdict| verdict["status"].to_string()).collect();
    assert_eq!((answer.status, statuses.join(" ").as_str()), (200, "202 202 202 400 400 400"));
    let rows = service.rows();
    assert_eq!(
        rows.iter().map(|row| row.time_ns / 1_000_000).collect::<Vec<_>>(),
        [1_795_478_400_250, 1_790_000_000_000, 1_790_000_000_123]
    );
    assert_eq!((rows[0].dataset.as_str(), rows[0].sample_rate, rows[1].sample_rate), ("my-events", 3, 1));
    let cells: Vec<_> = rows[0].fields.iter().map(|(key, cell)| (key.as_str(), cell.clone())).collect();
    assert_eq!(
        cells,
        [("a", Cell::Int(1)), ("b", Cell::Float(1.5)), ("c", Cell::Bool(true)), ("e", Cell::Text(r#"{"f":[1]}"#.to_owned()))]
    );
}

#[test]
fn of_a_single_event_the_headers_say_when_and_how_many() {
    let service = Honeycomb::start();
    let send = |more: &'static [(&'static str, &'static str)], body: &str| {
        let headers: Vec<_> =
            [("X-Honeycomb-Team", CONFIGURATION), ("User-Agent", "test")].into_iter().chain(more.iter().copied()).collect();
        Client::connect(service.address()).unwrap().request("POST /1/events/web", &headers, body.as_bytes()).unwrap().status
    };
    assert_eq!(send(&[("X-Honeycomb-Event-Time", "1790000000.5"), ("X-Honeycomb-Samplerate", "7")], r#"{"a":1}"#), 200);
    assert_eq!(send(&[], r#"{"a":1}"#), 200);
    assert_eq!(send(&[("X-Honeycomb-Event-Time", "soon")], r#"{"a":1}"#), 400);
    assert_eq!(send(&[], "{}"), 400);
    assert_eq!(send(&[], "a=1"), 400);
    let rows = service.rows();
    assert_eq!((rows.len(), rows[0].time_ns, rows[0].sample_rate), (2, 1_790_000_000_500_000_000, 7));
    assert!(rows[1].time_ns > rows[0].time_ns, "it is of now");
}

#[test]
fn an_event_with_more_fields_than_a_row_may_have_is_refused() {
    let service = Honeycomb::start();
    let wide =
        |fields: usize| (0..fields).map(|number| (format!("f{number}"), json!(number))).collect::<serde_json::Map<_, _>>();
    assert_eq!(ask(&service, "POST /1/events/web", &json!(wide(2000))).status, 200);
    assert_eq!(ask(&service, "POST /1/events/web", &json!(wide(2001))).status, 400);
}
