//! One file of assertions, and the same traces in the store, in X-Ray and in Honeycomb: the verdicts are the same.

use cruddur_trace::wire;
use serde_json::{Value as Json, json};

use crate::honeycomb::list::{ago as honeycomb_ago, request};
use crate::honeycomb::quick;
use crate::support::honeycomb::Honeycomb;
use crate::support::xray::XRay;
use crate::support::{Home, write};
use crate::xray::{ago, home, id, put, segment};

/// What each backend is asked, and what it has to answer.
const CHECKS: &[(&str, &str)] = &[
    ("expr = 'service = \"web\" and duration < 150ms'", "holds"),
    ("expr = 'service = \"web\" and duration > 150ms'", "fails"),
    ("expr = 'service = \"web\"'\ncount = 3", "holds"),
    ("expr = 'service = \"web\"'\ncount = '<=2'", "fails"),
    ("expr = 'service = \"web\"'\ncount = '>=4'", "fails"),
    ("expr = 'status = error'\ncount = 1", "holds"),
    ("expr = 'status = error'\nabsent = true", "fails"),
    ("expr = 'status = error and not http.response.status_code = 503'\nabsent = true", "holds"),
    ("expr = '{ service = \"web\" } > { service = \"worker\" }'\ncount = 2", "holds"),
    ("expr = '{ service = \"worker\" } >> { service = \"web\" }'", "fails"),
    ("expr = '{ service = \"web\" } >> { db.system exists }'", "fails"),
    ("expr = 'http.request.method = GET'", "holds"),
    ("expr = 'http.request.method = DELETE'", "fails"),
    ("expr = 'service = \"worker\"'\nevery = 'duration < 150ms'", "holds"),
    ("expr = 'service = \"web\"'\nevery = 'http.response.status_code < 500'", "fails"),
    ("expr = '{ service = \"web\" } | count() = 1'", "holds"),
    ("expr = '{ service = \"web\" } | count() > 1'", "fails"),
    ("expr = 'service = \"web\"'\nacross = 'p95(duration) < 150ms'", "holds"),
    ("expr = 'service = \"web\"'\nacross = 'count() < 3'", "fails"),
    ("expr = 'service = \"web\"'\ncritical-path = '<=100ms'", "holds"),
    ("expr = 'service = \"worker\"'\ncritical-path = '<1ms'", "fails"),
    ("newest = true\nexpr = 'status = error'", "fails"),
    ("newest = true\nexpr = 'service = \"worker\"'", "holds"),
    ("expr = 'name = \"nobody\"'", "fails"),
    ("expr = 'name = \"nobody\"'\nabsent = true", "holds"),
    ("expr = 'name = \"nobody\"'\nabsent = true\nsettle = '100000d'", "unknown"),
    ("expr = 'name = \"nobody\"'\nsettle = '100000d'", "unknown"),
    ("expr = 'service = \"web\"'\nsettle = '100000d'", "holds"),
    ("expr = 'service = \"web\"'\ncount = 3\nsettle = '100000d'", "holds"),
    ("expr = 'service = \"worker\"'\ncount = 2\nsettle = '100000d'", "unknown"),
    ("expr = 'service = \"web\"'\nacross = 'p95(duration) < 150ms'\nsettle = '100000d'", "unknown"),
    ("expr = 'status = error'\nabsent = true\nsettle = '100000d'", "fails"),
];

fn suite() -> String {
    let one = |(number, (text, _)): (usize, &(&str, &str))| {
        let settle = if text.contains("settle") { "" } else { "settle = '0s'\n" };
        format!("[[assert]]\nname = '{number}'\n{text}\n{settle}")
    };
    CHECKS.iter().enumerate().map(one).collect::<Vec<_>>().concat()
}

/// Three requests to `web`, of which the second fails and the others call `worker`.
fn traces(service: &XRay) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 1..=3 {
        let start = ago(300 - 60 * number as u64);
        let trace = id(start, number);
        let status = if number == 2 { 503 } else { 200 };
        let http = json!({"request": {"method": "GET", "url": "http://web/"}, "response": {"status": status}});
        let web = json!({"http": http, "fault": number == 2});
        put(service, &segment(&trace, &format!("00000000000000a{number}"), "web", start, web));
        if number != 2 {
            let below = json!({"parent_id": format!("00000000000000a{number}")});
            put(service, &segment(&trace, &format!("00000000000000b{number}"), "worker", start, below));
        }
        ids.push(trace);
    }
    ids
}

/// The verdicts, in their order.
fn verdicts(home: &Home, backend: &str) -> Vec<String> {
    write(&home.path("checks.toml"), &suite());
    let output = home.run(["assert", "-b", backend, "--file", "checks.toml", "-o", "json"]);
    let document: Json = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output}"));
    assert_eq!(output.code, Some(1), "the worst of all: {output}");
    let all = document["assertions"].as_array().expect("there are assertions").iter();
    all.map(|one| one["verdict"].as_str().expect("each has a verdict").to_owned()).collect()
}

#[test]
fn the_same_file_has_the_same_verdicts_on_every_backend() {
    let xray = XRay::start();
    let aws = home(&xray);
    let ids = traces(&xray);
    let shown = aws.run(["show", "-b", "xray", "-o", "otlp"].into_iter().chain(ids.iter().map(String::as_str))).answer();
    let honeycomb = Honeycomb::start();
    honeycomb.ingest_spans(wire::read_any(shown.as_bytes()).expect("it is OTLP").spans);
    let local = Home::new();
    write(&local.path("traces.json"), &shown);
    let imported = local.run(["import", "traces.json"]);
    assert_eq!(imported.code, Some(0), "{imported}");
    for (home, backend) in [(&local, "local"), (&aws, "xray"), (&quick(&honeycomb), "honeycomb"), (&local, "file:traces.json")]
    {
        let verdicts = verdicts(home, backend);
        assert_eq!(verdicts.len(), CHECKS.len());
        for ((text, expected), verdict) in CHECKS.iter().zip(&verdicts) {
            assert_eq!(verdict, expected, "{backend}: {text}");
        }
    }
}

#[test]
fn all_that_is_asserted_is_asked_of_a_service_at_once() {
    let suite = |count: usize| -> String {
        let all = ["service = \"web\"", "status = error", "{ service = \"web\" } > { service = \"worker\" }", "duration < 1h"];
        let each = all.iter().take(count).enumerate();
        let one = |(number, expr): (usize, &&str)| format!("[[assert]]\nname = '{number}'\nexpr = '{expr}'\n");
        each.map(one).collect::<Vec<_>>().concat()
    };
    let xray = XRay::start();
    let aws = home(&xray);
    traces(&xray);
    let asked = |count: usize| {
        write(&aws.path("checks.toml"), &suite(count));
        let before = xray.count("/TraceSummaries");
        let output = aws.line("assert -b xray --file checks.toml");
        assert_eq!(output.code, Some(0), "{output}");
        xray.count("/TraceSummaries") - before
    };
    assert_eq!(asked(4), asked(1));
    let honeycomb = Honeycomb::start();
    for number in 1..=3 {
        honeycomb.ingest_spans(request(number, honeycomb_ago(100.0 + number as f64)));
    }
    let home = quick(&honeycomb);
    let asked = |count: u64| {
        let each = (1..=count).map(|number| format!("[[assert]]\nname = '{number}'\nexpr = 'app.number = {number}'\n"));
        write(&home.path("checks.toml"), &each.collect::<Vec<_>>().concat());
        let before = honeycomb.query_results();
        let output = home.line("assert -b honeycomb --file checks.toml");
        assert_eq!(output.code, Some(0), "{output}");
        honeycomb.query_results() - before
    };
    // One question, and the traces that say which of them it is about.
    let (one, three) = (asked(1), asked(3));
    assert!(three <= one + 2, "{one} and {three}");
}
