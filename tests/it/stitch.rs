//! One request in two records: in one trace that several backends have, and in two traces that two SDKs made.

use serde_json::{Value as Json, json};

use crate::honeycomb::{costs, quick};
use crate::support::honeycomb::Honeycomb;
use crate::support::xray::XRay;
use crate::support::{CommandOutput, Home, write};
use crate::xray::{ago, put};
use cruddur_trace::wire::otlp;

/// `OpenTelemetry`'s trace of the request.
const OURS: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
/// The X-Ray SDK's.
const THEIRS: &str = "1-6a637170-dde4b3484a4f4f709fd60111";
/// When the request began, in milliseconds.
const BEGAN: u64 = 1_784_902_000_000;

/// A request as `OpenTelemetry`'s Flask instrumentation records it, with a call to `DynamoDB` within.
fn flask(trace: &str, id: &str, began: u64, status: u64) -> Json {
    let nanos = |after: u64| ((began + after) * 1_000_000).to_string();
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    json!({"resourceSpans": [{
        "resource": {"attributes": [text("service.name", "backend-flask"), text("telemetry.sdk.name", "opentelemetry")]},
        "scopeSpans": [{"scope": {}, "spans": [
            {"traceId": trace, "spanId": format!("{id}1"), "name": "GET /api/messages/<uuid>", "kind": 2, "status": {"code": if status >= 500 { 2 } else { 0 }},
             "startTimeUnixNano": nanos(0), "endTimeUnixNano": nanos(40),
             "attributes": [text("http.method", "GET"), text("http.target", "/api/messages/7?page=2"), text("http.host", "localhost:4567"),
                            {"key": "http.status_code", "value": {"intValue": status.to_string()}}]},
            {"traceId": trace, "spanId": format!("{id}2"), "parentSpanId": format!("{id}1"), "name": "DynamoDB.Query", "kind": 3,
             "startTimeUnixNano": nanos(10), "endTimeUnixNano": nanos(30),
             "attributes": [text("rpc.service", "DynamoDB"), text("rpc.method", "Query"), text("aws.request_id", &format!("REQ{id}"))]},
        ]}],
    }]})
}

/// The same request as the X-Ray SDK's middleware records it.
fn segment(trace: &str, id: &str, request: &str, began: u64, status: u64) -> Json {
    let seconds = |after: u64| (began + after) as f64 / 1e3;
    json!({"trace_id": trace, "id": format!("{id}1"), "name": "backend-flask", "start_time": seconds(1), "end_time": seconds(39),
        "fault": status >= 500,
        "http": {"request": {"method": "GET", "url": "http://localhost:4567/api/messages/7?page=2"}, "response": {"status": status}},
        "aws": {"xray": {"sdk": "X-Ray for Python", "sdk_version": "2.15.0"}},
        "subsegments": [{"id": format!("{id}2"), "name": "DynamoDB", "namespace": "aws", "start_time": seconds(11), "end_time": seconds(29),
            "aws": {"operation": "Query", "region": "us-east-1", "request_id": format!("REQ{request}")}}]})
}

const A: &str = "00f067aa0ba902b";
const X: &str = "53995c3f42cd8ad";

/// Both files, and whatever else happened at that time.
fn home(others: &[Json], documents: &[Json]) -> Home {
    let home = Home::new();
    let lines = |first: Json, more: &[Json]| {
        std::iter::once(&first).chain(more).map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    write(&home.path("otlp.json"), &lines(flask(OURS, A, BEGAN, 500), others));
    write(&home.path("xray.json"), &lines(segment(THEIRS, X, A, BEGAN, 500), documents));
    home
}

fn show(home: &Home, more: &str) -> CommandOutput {
    let width = if more.contains("--width") { "" } else { "--width 80" };
    home.line(&format!("show -b file:otlp.json -b file:xray.json {width} {more}"))
}

fn json(output: CommandOutput) -> Json {
    serde_json::from_str(&output.answer()).expect("it is JSON")
}

#[test]
fn the_other_record_of_a_request_is_told_with_its_evidence() {
    let home = home(&[], &[]);
    insta::assert_snapshot!(show(&home, OURS), @"
    backend-flask  GET /api/messages/<uuid> · 40 ms · 2 spans · 1 service · 1 error
    4bf92f3577b34da6a3ce929d0e0e4736 · 2026-07-24 14:06:40 UTC · file:otlp.json
    complete

      █ critical path  ▄ own time  ─ waits  ▏0               ▏20 ms
    ! GET /api/messages/<uuid> · backend-…  █████████━━━━━━━━━━━━━━━━█████████ 40 ms
      │ HTTP 500
      ┕━ DynamoDB.Query                             ▐████████████████▌         20 ms

    - 10 ms in GET /api/messages/<uuid> after DynamoDB.Query that nobody traced
    - 10 ms in GET /api/messages/<uuid> before DynamoDB.Query that nobody traced
    - trace 1-6a637170-dde4b3484a4f4f709fd60111 in file:xray.json is probably the
      same request (--stitch draws both as one): service backend-flask; GET
      /api/messages/7; status 500; one within the other: 1 ms after its start, 1 ms
      before its end
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&home, THEIRS), @"
    backend-flask · 38 ms · 2 spans · 1 service · 1 error
    1-6a637170-dde4b3484a4f4f709fd60111 · 2026-07-24 14:06:40 UTC · file:xray.json
    complete

                     ▏0             ▏10 ms         ▏20 ms         ▏30 ms
    ! backend-flask  ███████████████━━━━━━━━━━━━━━━━━━━━━━━━━━━███████████████ 38 ms
      │ HTTP 500
      ┕━ DynamoDB                   ███████████████████████████                18 ms

    - 10 ms in backend-flask after DynamoDB that nobody traced
    - 10 ms in backend-flask before DynamoDB that nobody traced
    - trace 4bf92f3577b34da6a3ce929d0e0e4736 in file:otlp.json is probably the same
      request (--stitch draws both as one): service backend-flask; GET
      /api/messages/7; status 500; one within the other: 1 ms after its start, 1 ms
      before its end
    [exit status: 0]
    ");
    let twins = &json(show(&home, &format!("{OURS} -o json")))["traces"][0]["twins"];
    assert_eq!(twins["probable"][0]["trace_id"], THEIRS);
    let codes: Vec<_> = twins["probable"][0]["evidence"].as_array().unwrap().iter().map(|said| said["code"].clone()).collect();
    assert_eq!(codes, ["service", "route", "status", "time"]);
    // Not where nobody has looked.
    let without = json(show(&home, &format!("{OURS} --no-twins -o json")));
    assert_eq!(without["traces"][0].get("twins"), None);
}

#[test]
fn stitched_they_are_one_tree_that_says_who_has_what() {
    let home = home(&[], &[]);
    insta::assert_snapshot!(show(&home, &format!("{OURS} --stitch")), @"
    backend-flask  GET /api/messages/<uuid> · 40 ms · 4 spans · 1 service · 2 errors
    4bf92f3577b34da6a3ce929d0e0e4736 · 2026-07-24 14:06:40 UTC
    O file:otlp.json + X file:xray.json · complete

         █ critical path  ▄ own time  ─ waits  ▏0              ▏20 ms
    ! O· GET /api/messages/<uuid> · backend-…  ████████━━━━━━━━━━━━━━━████████ 40 ms
    ! ·X ├─ backend-flask ≈                    ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖ 38 ms
         │   HTTP 500
      O· ┕━ DynamoDB.Query                            ▐███████████████▎        20 ms
      ·X   └─ DynamoDB ≈                               ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▖         18 ms

    - 10 ms in GET /api/messages/<uuid> after DynamoDB.Query that nobody traced
    - 10 ms in GET /api/messages/<uuid> before DynamoDB.Query that nobody traced
    - ≈ `backend-flask` is probably another record of `GET /api/messages/<uuid>`:
      service backend-flask; GET /api/messages/7; status 500; one within the other:
      1 ms after its start, 1 ms before its end
    - ≈ `DynamoDB` is another record of `DynamoDB.Query`: AWS request id
      REQ00f067aa0ba902b
    - trace 1-6a637170-dde4b3484a4f4f709fd60111 in file:xray.json is drawn with it
      (--stitch): it is probably the same request
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&home, &format!("{OURS} --stitch --ascii --width 120")), @"
    backend-flask  GET /api/messages/<uuid> | 40 ms | 4 spans | 1 service | 2 errors
    4bf92f3577b34da6a3ce929d0e0e4736 | 2026-07-24 14:06:40.000 UTC | O file:otlp.json + X file:xray.json | complete

         # critical path  = own time  - waits      |0               |10 ms           |20 ms           |30 ms
    ! O. GET /api/messages/<uuid> - backend-flask  #################---------------------------------################# 40 ms
    ! .X |- backend-flask =                         =================================================================  38 ms
         |   HTTP 500
      O. `= DynamoDB.Query                                         ###################################                 20 ms
      .X   `- DynamoDB =                                             ===============================                   18 ms

    - 10 ms in GET /api/messages/<uuid> after DynamoDB.Query that nobody traced
    - 10 ms in GET /api/messages/<uuid> before DynamoDB.Query that nobody traced
    - = `backend-flask` is probably another record of `GET /api/messages/<uuid>`: service backend-flask; GET
      /api/messages/7; status 500; one within the other: 1 ms after its start, 1 ms before its end
    - = `DynamoDB` is another record of `DynamoDB.Query`: AWS request id REQ00f067aa0ba902b
    - trace 1-6a637170-dde4b3484a4f4f709fd60111 in file:xray.json is drawn with it (--stitch): it is probably the same
      request
    [exit status: 0]
    ");
    let document = json(show(&home, &format!("{OURS} --stitch -o json")));
    let trace = &document["traces"][0];
    let of = |span: &Json| {
        let parent = span["parent_span_id"].as_str().unwrap_or("-");
        format!("{} < {parent} {}", span["span_id"].as_str().unwrap(), span["origins"][0].as_str().unwrap())
    };
    let spans: Vec<String> = trace["spans"].as_array().unwrap().iter().map(of).collect();
    assert_eq!(
        spans,
        [
            format!("{A}1 < - file:otlp.json"),
            format!("{X}1 < - file:xray.json"),
            format!("{A}2 < {A}1 file:otlp.json"),
            format!("{X}2 < {X}1 file:xray.json"),
        ]
    );
    assert_eq!(trace["origins"][1], json!({"name": "file:xray.json", "trace_id": THEIRS}));
    let joins: Vec<_> = trace["joins"].as_array().unwrap().iter().map(|join| [&join["span_id"], &join["below"]]).collect();
    assert_eq!(joins, [[&json!(format!("{X}1")), &json!(format!("{A}1"))], [&json!(format!("{X}2")), &json!(format!("{A}2"))]]);
    assert_eq!((&trace["joins"][0]["certain"], &trace["joins"][1]["certain"]), (&json!(false), &json!(true)));
    for format in ["html", "svg", "markdown", "mermaid"] {
        let drawn = show(&home, &format!("{OURS} --stitch -o {format}")).answer();
        assert!(drawn.contains("DynamoDB"), "{format}");
    }
}

#[test]
fn two_that_were_named_are_stitched_whatever_is_found() {
    let home = home(&[], &[segment("1-6a637171-dde4b3484a4f4f709fd60112", "63995c3f42cd8ad", "B", BEGAN + 60_000, 200)]);
    let both = json(show(&home, &format!("{OURS} 1-6a637171-dde4b3484a4f4f709fd60112 --stitch -o json")));
    assert_eq!(both["traces"].as_array().map(Vec::len), Some(1));
    assert_eq!((&both["traces"][0]["span_count"], both["traces"][0].get("joins")), (&json!(4), None));
    insta::assert_snapshot!(show(&home, &format!("{OURS} {THEIRS} {OURS} --stitch")), @"
    ------- stderr -------
    error: --stitch draws two traces as one
    hint: give one id, and the other is looked for, or two
    [exit status: 2]
    ");
    insta::assert_snapshot!(show(&home, &format!("{OURS} --stitch -o otlp")), @"
    ------- stderr -------
    error: --stitch is for drawings and for `-o json`: a file for other programs keeps each trace under its own id
    hint: give both ids without --stitch
    [exit status: 2]
    ");
}

#[test]
fn what_cannot_be_told_apart_is_not_claimed_and_what_fits_nothing_says_why() {
    let home = home(&[], &[segment("1-6a637170-dde4b3484a4f4f709fd60112", "63995c3f42cd8ad", "B", BEGAN, 500)]);
    let unclear = show(&home, &format!("{OURS} --stitch"));
    insta::assert_snapshot!(unclear, @"
    backend-flask  GET /api/messages/<uuid> · 40 ms · 2 spans · 1 service · 1 error
    4bf92f3577b34da6a3ce929d0e0e4736 · 2026-07-24 14:06:40 UTC · file:otlp.json
    complete

      █ critical path  ▄ own time  ─ waits  ▏0               ▏20 ms
    ! GET /api/messages/<uuid> · backend-…  █████████━━━━━━━━━━━━━━━━█████████ 40 ms
      │ HTTP 500
      ┕━ DynamoDB.Query                             ▐████████████████▌         20 ms

    - 10 ms in GET /api/messages/<uuid> after DynamoDB.Query that nobody traced
    - 10 ms in GET /api/messages/<uuid> before DynamoDB.Query that nobody traced
    - which other trace is the same request cannot be told:
      1-6a637170-dde4b3484a4f4f709fd60111, 1-6a637170-dde4b3484a4f4f709fd60112 would
      fit as well as another at that time
    ------- stderr -------
    note: nothing was stitched to trace 4bf92f3577b34da6a3ce929d0e0e4736: several traces fit; `show 4bf92f3577b34da6a3ce929d0e0e4736 1-6a637170-dde4b3484a4f4f709fd60111 --stitch` draws these two as one
    [exit status: 0]
    ");
    let alone = Home::new();
    write(&alone.path("otlp.json"), &flask(OURS, A, BEGAN, 500).to_string());
    write(&alone.path("xray.json"), &segment(THEIRS, X, A, BEGAN, 200).to_string());
    insta::assert_snapshot!(show(&alone, &format!("{OURS} --stitch")), @"
    backend-flask  GET /api/messages/<uuid> · 40 ms · 2 spans · 1 service · 1 error
    4bf92f3577b34da6a3ce929d0e0e4736 · 2026-07-24 14:06:40 UTC · file:otlp.json
    complete

      █ critical path  ▄ own time  ─ waits  ▏0               ▏20 ms
    ! GET /api/messages/<uuid> · backend-…  █████████━━━━━━━━━━━━━━━━█████████ 40 ms
      │ HTTP 500
      ┕━ DynamoDB.Query                             ▐████████████████▌         20 ms

    - 10 ms in GET /api/messages/<uuid> after DynamoDB.Query that nobody traced
    - 10 ms in GET /api/messages/<uuid> before DynamoDB.Query that nobody traced
    ------- stderr -------
    note: nothing was stitched to trace 4bf92f3577b34da6a3ce929d0e0e4736: no trace of the X-Ray SDK has a request to `backend-flask` or `localhost` that fits
    [exit status: 0]
    ");
}

#[test]
fn the_receivers_store_keeps_both_records_and_finds_them() {
    let home = home(&[], &[]);
    home.import("otlp.json xray.json");
    let found = json(home.line(&format!("show -b local {THEIRS} --stitch -o json")));
    let origins = &found["traces"][0]["origins"];
    assert_eq!((&origins[0]["name"], &origins[1]["name"]), (&json!("X-Ray in local"), &json!("OpenTelemetry in local")));
    assert_eq!(found["traces"][0]["joins"].as_array().map(Vec::len), Some(2));
}

#[test]
fn spans_of_one_trace_that_backends_share_say_who_has_them() {
    let home = home(&[], &[]);
    // Both SDKs have carried on the same id.
    let same = "1-4bf92f35-77b34da6a3ce929d0e0e4736";
    write(&home.path("xray.json"), &segment(same, X, A, BEGAN, 502).to_string());
    write(&home.path("again.json"), &flask(OURS, A, BEGAN, 500).to_string());
    insta::assert_snapshot!(home.line(&format!(
        "show -b file:otlp.json -b file:xray.json -b file:again.json --width 80 {OURS}"
    )), @"
    backend-flask  GET /api/messages/<uuid> · 40 ms · 4 spans · 1 service · 2 errors
    4bf92f3577b34da6a3ce929d0e0e4736 · 2026-07-24 14:06:40 UTC
    O file:otlp.json + X file:xray.json + A file:again.json · complete

          █ critical path  ▄ own time  ─ waits  ▏0             ▏20 ms
    ! O·A GET /api/messages/<uuid> · backend-…  ████████━━━━━━━━━━━━━━████████ 40 ms
          │ HTTP 500
      O·A ┕━ DynamoDB.Query                            ▐██████████████▌        20 ms
      ·X·   └─ DynamoDB ≈                               ▄▄▄▄▄▄▄▄▄▄▄▄▄▄         18 ms
    ! ·X· backend-flask                         ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖ 38 ms
            HTTP 502

    - 2 spans name no parent: the trace has that many roots
    - 10 ms in GET /api/messages/<uuid> after DynamoDB.Query that nobody traced
    - 10 ms in GET /api/messages/<uuid> before DynamoDB.Query that nobody traced
    - ≈ `DynamoDB` is another record of `DynamoDB.Query`: AWS request id
      REQ00f067aa0ba902b
    [exit status: 0]
    ");
}

#[test]
fn what_honeycomb_and_x_ray_have_of_one_request_is_one_tree() {
    let (bees, amazon) = (Honeycomb::start(), XRay::start());
    let began = ago(120).0 / 1_000_000;
    let theirs = format!("1-{:08x}-dde4b3484a4f4f709fd60111", began / 1000);
    let (spans, _) = otlp::decode_json(flask(OURS, A, began, 500).to_string().as_bytes()).expect("it is OTLP");
    bees.ingest_spans(spans);
    put(&amazon, &segment(&theirs, X, A, began, 500));
    let home = amazon.environment().iter().fold(quick(&bees), |home, (name, value)| home.with(name, value));
    for (asked, other, most) in [(OURS, theirs.as_str(), 2), (theirs.as_str(), OURS, 5)] {
        let ask = || home.line(&format!("show {asked} -b honeycomb -b xray --stitch -o json"));
        let (answer, cost) = costs(&bees, ask);
        let trace = &json(answer)["traces"][0];
        let twin = &trace["twins"]["probable"][0]["trace_id"];
        assert_eq!((twin, &trace["span_count"]), (&json!(other), &json!(4)), "{asked}");
        let mut names: Vec<_> = trace["origins"].as_array().unwrap().iter().map(|origin| origin["name"].to_string()).collect();
        names.sort();
        assert_eq!(names, ["\"honeycomb\"", "\"xray\""]);
        assert!(cost <= most, "{asked} cost {cost} query results");
    }
    // One that does not answer costs only what it has, and that is said.
    amazon.configure(|rules| {
        rules.denied.insert("GetTraceSummaries".to_owned());
    });
    let alone = home.line(&format!("show {OURS} -b honeycomb -b xray -o json"));
    assert_eq!(alone.code, Some(0), "{alone}");
    assert!(alone.stderr.contains("not known everywhere: xray"), "{alone}");
}
