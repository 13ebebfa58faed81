//! `diff`, on whole screens, and with sums that programs can rely on.

use serde_json::{Value as Json, json};

use crate::show::{AVATAR, GROUPS, home};
use crate::support::{CommandOutput, Home};

/// A span in OTLP/JSON, of the trace with this number: service, name, id, parent, from and to in milliseconds.
fn span(trace: u64, service: &str, name: &str, id: u64, parent: u64, (from, to): (u64, u64)) -> Json {
    let at = |milliseconds: u64| ((1_784_900_000_000 + trace * 1_000 + milliseconds) * 1_000_000).to_string();
    let mut span = json!({
        "traceId": format!("{:032x}", (0x5759_e988_u128 << 96) + u128::from(trace)),
        "spanId": format!("{id:016x}"),
        "name": name,
        "kind": 1,
        "startTimeUnixNano": at(from),
        "attributes": [{"key": "release", "value": {"intValue": if trace < 100 { "1" } else { "2" }}}],
    });
    if parent > 0 {
        span["parentSpanId"] = json!(format!("{parent:016x}"));
    }
    // What ends at 0 still runs.
    if to > 0 {
        span["endTimeUnixNano"] = json!(at(to));
    }
    let resource = json!({"attributes": [{"key": "service.name", "value": {"stringValue": service}}]});
    json!({"resource": resource, "scopeSpans": [{"spans": [span]}]})
}

/// A request that takes so much longer in its query, or so many queries.
fn request(trace: u64, longer: u64, queries: u64) -> Vec<Json> {
    let each = 10 + longer;
    let mut spans = vec![span(trace, "web", "GET /", 1, 0, (0, 20 + queries * each))];
    let query = |n: u64| span(trace, "db", &format!("SELECT {n}"), n + 2, 1, (5 + n * each, 5 + (n + 1) * each));
    spans.extend((0..queries).map(query));
    spans
}

fn file(name: &str, spans: impl IntoIterator<Item = Json>) -> Home {
    let home = Home::new();
    let document = json!({"resourceSpans": spans.into_iter().collect::<Vec<_>>()});
    std::fs::write(home.path(name), document.to_string()).expect("the file is written");
    home
}

/// Five requests of one release and four of another, one more that still runs, and one of which the root is missing.
fn releases() -> Home {
    let mut spans: Vec<Json> = (1..6).flat_map(|n| request(n, n, 3)).collect();
    spans.extend((100..104).flat_map(|n| request(n, 7 + n % 3, 4)));
    spans.push(span(6, "web", "GET /", 1, 0, (0, 0)));
    spans.push(span(104, "db", "SELECT 1", 2, 1, (0, 5)));
    file("traces.json", spans)
}

fn document(output: &CommandOutput) -> Json {
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output}"))
}

fn sum(list: &Json, of: &dyn Fn(&Json) -> i64) -> i64 {
    list.as_array().expect("it is a list").iter().map(of).sum()
}

/// What holds for every answer: the ledger sums to the difference, and the nodes have every span once.
#[track_caller]
fn adds_up(document: &Json) {
    let diff = &document["diff"];
    let number = |value: &Json| value.as_i64().unwrap_or_else(|| panic!("{value} is no whole number"));
    for key in ["delta_ns", "delta_scaled_ns"] {
        assert_eq!(sum(&diff["ledger"], &|entry| number(&entry[key])), number(&diff["duration"][key]), "{key}");
    }
    for side in ["a", "b"] {
        for (of_node, of_side) in [("span_count", "span_count"), ("error_count", "error_count"), ("critical_ns", "duration_ns")]
        {
            assert_eq!(
                sum(&diff["nodes"], &|node| number(&node[side][of_node])),
                number(&diff[side][of_side]),
                "{side} {of_node}"
            );
        }
    }
    let count = |side: &str| number(&diff[side]["trace_count"]);
    assert_eq!(number(&diff["scale"]), count("a") * count("b"));
    let exact = number(&diff["duration"]["b_ns"]) * count("a") - number(&diff["duration"]["a_ns"]) * count("b");
    assert_eq!(number(&diff["duration"]["delta_scaled_ns"]), exact);
}

#[test]
fn two_traces_by_the_beginnings_of_their_ids() {
    let home = home();
    insta::assert_snapshot!(home.line("diff -b file:cruddur.json 8bc6 6a63 --width 80"), @"
    A  backend-flask  GET /api/message_groups · 402 ms · 18 spans
       8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13 UTC
       file:cruddur.json · complete
    B  frontend-react-js  HTTP POST · 565 ms · 3 spans
       6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57 UTC
       file:cruddur.json · complete

    B takes 163 ms longer than A: 402 ms → 565 ms (+41%)
    - 1 new service: frontend-react-js
    - the roots are not the same, and compared as if they were: GET
      /api/message_groups in A, HTTP POST in B

          B - A  less │ more         A       B   spans    where the time went
      +522.0 ms       │██████           522 ms   0 → 1  + Lambda.Invoke · backend-f…
      -318.7 ms   ▐███│         319 ms          13 → 0  - DynamoDB.Query · backend-…
       -31.2 ms      ▐│        31.2 ms           1 → 0  - list-message-groups · bac…
       +29.0 ms       │▍                 29 ms   0 → 1  + POST /api/profile/avatar …
       -22.1 ms      ▐│        22.1 ms           1 → 0  - render-json · backend-fla…
       -12.4 ms      ▕│        12.4 ms           1 → 0  - SELECT · backend-flask ‹ …
        -7.1 ms      ▕│         7.1 ms           1 → 0  - cognito-jwt-verify · back…
        +3.5 ms       │▏       10.5 ms   14 ms       1    GET /api/message_groups →…
      +163.0 ms                 402 ms  565 ms            in all

    + new  - gone  ~ changed  ! errors                           spans  self time
    ~  GET /api/message_groups → HTTP POST · frontend-react-js       1    +3.5 ms
    -  ├─ cognito-jwt-verify · backend-flask                     1 → 0    -7.1 ms
    +  ├─ POST /api/profile/avatar · backend-flask               0 → 1     +29 ms
    +  │ └─ Lambda.Invoke                                        0 → 1    +522 ms
    -  ├─ SELECT · backend-flask                                 1 → 0   -12.4 ms
    -  └─ list-message-groups · backend-flask                    1 → 0   -31.2 ms
    -    ├─ DynamoDB.Query                                      13 → 0    -319 ms
    -    └─ render-json                                          1 → 0   -22.1 ms
    [exit status: 0]
    ");
}

#[test]
fn requests_of_the_same_kind_are_matched_by_path() {
    let home = file("traces.json", request(1, 0, 3).into_iter().chain(request(2, 2, 5)));
    let (a, b) = ("5759e988000000000000000000000001", "5759e988000000000000000000000002");
    insta::assert_snapshot!(home.line(&format!("diff -b file:traces.json {a} {b} --width 80")), @"
    A  web  GET / · 50 ms · 4 spans
       5759e988000000000000000000000001 · 2026-07-24 13:33:21 UTC · file:traces.json
       complete
    B  web  GET / · 80 ms · 6 spans
       5759e988000000000000000000000002 · 2026-07-24 13:33:22 UTC · file:traces.json
       complete

    B takes 30 ms longer than A: 50 ms → 80 ms (+60%)

          B - A  │ more            A      B  spans  where the time went
      +30.00 ms  │███████████  30 ms  60 ms  3 → 5  SELECT ? · db ‹ GET /
        0.00 ms  │             20 ms  20 ms         … 1 path that took as long
      +30.00 ms                50 ms  80 ms         in all

    + new  - gone  ~ changed  ! errors  spans  self time
       GET / · web
    ~  └─ SELECT ? · db                 3 → 5     +30 ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line(&format!("diff -b file:traces.json {a} {b} -o markdown")), @"
    **B takes 30 ms longer than A: 50 ms → 80 ms (+60%)**

    - A: `GET /` in `web`, 50 ms, 4 spans, 0 errors, 2026-07-24 13:33:21 UTC, trace `5759e988000000000000000000000001`
    - B: `GET /` in `web`, 80 ms, 6 spans, 0 errors, 2026-07-24 13:33:22 UTC, trace `5759e988000000000000000000000002`

    | B - A | A | B | spans | where the time went | below |
    |--:|--:|--:|--:|---|---|
    | +30.00 ms | 30 ms | 60 ms | 3 → 5 | `SELECT ?` in `db` | `GET /` in `web` |
    | 0.00 ms | 20 ms | 20 ms |  | 1 path that took as long |  |
    | **+30.00 ms** | **50 ms** | **80 ms** | | **in all** | |

    | | spans | errors | path | below |
    |---|--:|--:|---|---|
    | changed | 3 → 5 |  | `SELECT ?` in `db` | `GET /` in `web` |
    | | | | 1 more path | |
    [exit status: 0]
    ");
    // The other way round, and from the store.
    home.import("traces.json");
    let there = document(&home.line(&format!("diff {a} {b} -o json")));
    let back = document(&home.line(&format!("diff {b} {a} -o json")));
    let deltas = |document: &Json| -> Vec<i64> {
        let ledger = document["diff"]["ledger"].as_array().expect("it is a list");
        ledger.iter().map(|entry| entry["delta_ns"].as_i64().expect("it is a number")).collect()
    };
    assert_eq!(deltas(&there), deltas(&back).iter().map(|delta| -delta).collect::<Vec<_>>());
    assert_eq!(deltas(&there), [30_000_000]);
}

#[test]
fn what_programs_read_adds_up() {
    let home = home();
    for ids in [[GROUPS, AVATAR], [AVATAR, GROUPS], [GROUPS, GROUPS]] {
        let output = home.line(&format!("diff -b file:cruddur.json -b file:xray.json {} {} -o json", ids[0], ids[1]));
        let document = document(&output);
        assert_eq!((output.code, &document["schema"]), (Some(0), &json!(1)));
        adds_up(&document);
        assert_eq!(document["diff"]["same"], json!(ids[0] == ids[1]));
    }
}

#[test]
fn releases_are_compared_in_the_mean() {
    let home = releases();
    let cohorts = ["--a", "release = 1", "--b", "release = 2", "-b", "file:traces.json"];
    let run = |more: &[&str]| home.run(["diff"].iter().chain(&cohorts).chain(more));
    insta::assert_snapshot!(run(&["--width", "80"]), @"
    A  5 traces · p50 59 ms · p90 65 ms · 4 spans each
       release = 1 · 2026-07-24 13:33:21 to 13:33:25 UTC
    B  4 traces · p50 92 ms · p90 96 ms · 5 spans each
       release = 2 · 2026-07-24 13:35:00 to 13:35:03 UTC

    B takes 33 ms longer than A in the mean: 59 ms → 92 ms (+56%)
    - chance alone hardly explains how the durations differ: p = 0.016 (Mann-Whitney
      U, exact)
    - of A, 1 trace is left out, of which the duration is not known: 1 still running
    - of B, 1 trace is left out, of which the duration is not known: 1 without a
      root

          B - A  │ more            A      B  in traces  where the time went
      +33.00 ms  │███████████  39 ms  72 ms        all  SELECT ? · db ‹ GET /
        0.00 ms  │             20 ms  20 ms             … 1 path that took as long
      +33.00 ms                59 ms  92 ms             in all

    + new  - gone  ~ changed  ! errors  spans each  self time
       GET / · web
    ~  └─ SELECT ? · db                      3 → 4     +33 ms
    [exit status: 0]
    ");
    let document = document(&run(&["-o", "json"]));
    adds_up(&document);
    let diff = &document["diff"];
    assert_eq!((&diff["a"]["trace_count"], &diff["b"]["trace_count"]), (&json!(5), &json!(4)));
    let left_out = |side: &str| diff[side]["left_out"][0]["length"].clone();
    assert_eq!([left_out("a"), left_out("b")], [json!("running"), json!("no_root")]);
    assert_eq!(diff["chance"]["method"], json!("exact"));
    assert!(document["notes"].as_array().is_some_and(|notes| notes.len() == 2), "{document}");
}

#[test]
fn a_limit_is_said_and_a_trace_may_stand_against_many() {
    let home = releases();
    let output = home.run([
        "diff",
        "5759e988000000000000000000000003",
        "--b",
        "release = 2",
        "-n",
        "2",
        "-b",
        "file:traces.json",
        "-o",
        "json",
    ]);
    let document = document(&output);
    adds_up(&document);
    let diff = &document["diff"];
    assert_eq!((&diff["a"]["expression"], &diff["b"]["expression"]), (&Json::Null, &json!("release = 2")));
    assert!(output.stderr.contains("note: B: made of the newest 2 traces; --limit looks at more"), "{output}");
    // The newest has no root: of one that can be compared nothing can be said but that.
    assert_eq!((&diff["b"]["trace_count"], &diff["chance"]), (&json!(1), &Json::Null));
}

#[test]
fn what_is_not_there_is_told_from_what_was_typed_wrong() {
    let home = releases();
    let code = |arguments: &[&str]| {
        let output = home.run(["diff", "-b", "file:traces.json"].iter().chain(arguments));
        assert!(output.stdout.is_empty() && output.stderr.starts_with("error: "), "{output}");
        output.code
    };
    assert_eq!(code(&["5759e988000000000000000000000003", "ffff"]), Some(1));
    assert_eq!(code(&["--a", "release = 1", "--b", "release = 3"]), Some(1));
    assert_eq!(code(&["--a", "release = 1", "--b", "name = \"SELECT 1\" and duration = 5ms"]), Some(3));
    assert_eq!(code(&["5759e988000000000000000000000003"]), Some(2));
    assert_eq!(code(&["5759e9880000", "5759"]), Some(2));
    assert_eq!(code(&["a", "b", "--a", "release = 1"]), Some(2));
    assert_eq!(code(&["a", "b", "c"]), Some(2));
    assert_eq!(code(&["--a", "release =", "--b", "release = 2"]), Some(2));
}

#[test]
fn names_that_would_steer_a_terminal_or_a_table_do_not() {
    let odd = "\u{1b}[2J|`\u{202e}\n# <script>";
    let home = file("traces.json", [span(1, "web", "GET /", 1, 0, (0, 9)), span(2, odd, odd, 1, 0, (0, 12))]);
    let (a, b) = ("5759e988000000000000000000000001", "5759e988000000000000000000000002");
    for output in ["text", "markdown"] {
        let output = home.pipe(["diff", "-b", "file:traces.json", a, b, "-o", output], b"");
        let text = String::from_utf8(output.stdout).expect("it is text");
        assert!(output.status.success() && text.contains("[2J"), "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{text:?}");
        assert!(!text.contains("\n# "), "{text}");
    }
    let document = document(&home.line(&format!("diff -b file:traces.json {a} {b} -o json")));
    assert_eq!(document["diff"]["nodes"][0]["was"]["name"], json!("GET /"));
    assert_eq!(document["diff"]["root_changed"], json!(true));
}

#[test]
fn what_would_be_asked_is_explained_for_each_side() {
    let home = releases();
    insta::assert_snapshot!(home.run(["diff", "5759e988", "--b", "status = error", "--explain", "-b", "file:traces.json"]), @"
    A: file:traces.json: fetch the trace by its id
    B: file:traces.json: read traces.json whole and check each trace for status = error
    [exit status: 0]
    ");
}
