//! `assert` beside files: snapshots, baselines, files of assertions that it writes, and reports.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::http::post;
use crate::support::spans::{body, span, trace_id};
use crate::support::{CommandOutput, Home, Receiver, write};

const GROUPS: &str = r#"name = "GET /api/message_groups""#;

fn home() -> Home {
    Home::new().with_fixtures(&["cruddur.json"])
}

fn assert(home: &Home, more: &[&str]) -> CommandOutput {
    home.run(["assert", "-b", "file:cruddur.json"].iter().chain(more))
}

fn read(home: &Home, name: &str) -> String {
    fs::read_to_string(home.path(name)).expect("it is written")
}

#[test]
fn a_snapshot_is_written_compared_and_told_apart() {
    let home = home();
    insta::assert_snapshot!(assert(&home, &[GROUPS, "--snapshot", "groups.trace"]), @"
    ------- stderr -------
    error: cannot read groups.trace
      caused by: it is not there
    hint: with --update, it is written from the traces that match
    [exit status: 2]
    ");
    insta::assert_snapshot!(assert(&home, &[GROUPS, "--snapshot", "groups.trace", "--update"]), @r#"
    ------- stderr -------
    holds: name = "GET /api/message_groups": groups.trace is written, from trace 8bc626382cebdea2f7f1556261da8061
    [exit status: 0]
    "#);
    let written = read(&home, "groups.trace");
    insta::assert_snapshot!(written, @r#"
    cruddur-trace snapshot 1
    backend-flask "GET /api/message_groups" server http.request.method=GET http.response.status_code=200 http.route=/api/message_groups
      backend-flask "SELECT" client db.system.name=postgresql
      backend-flask "cognito-jwt-verify" internal
      backend-flask "list-message-groups" internal
        13 × backend-flask "DynamoDB.Query" client db.system.name=dynamodb http.response.status_code=200 rpc.method=Query rpc.service=DynamoDB rpc.system=aws-api
        backend-flask "render-json" internal
    "#);
    insta::assert_snapshot!(assert(&home, &[GROUPS, "--snapshot", "groups.trace"]), @r#"
    ------- stderr -------
    holds: name = "GET /api/message_groups": trace 8bc626382cebdea2f7f1556261da8061 is as in groups.trace
    [exit status: 0]
    "#);
    insta::assert_snapshot!(assert(&home, &[GROUPS, "--snapshot", "groups.trace", "--update"]), @r#"
    ------- stderr -------
    holds: name = "GET /api/message_groups": groups.trace is as it was, from trace 8bc626382cebdea2f7f1556261da8061
    [exit status: 0]
    "#);
    // By hand: a range that fits, and one that does not.
    write(&home.path("groups.trace"), &written.replace("13 ×", "1..20 ×"));
    assert_eq!(assert(&home, &[GROUPS, "--snapshot", "groups.trace"]).code, Some(0));
    write(&home.path("groups.trace"), &written.replace("13 ×", "1..5 ×").replace("render-json", "render"));
    insta::assert_snapshot!(assert(&home, &[GROUPS, "--snapshot", "groups.trace"]), @r#"
    ------- stderr -------
    does not hold: name = "GET /api/message_groups": trace 8bc626382cebdea2f7f1556261da8061 is not as in groups.trace: 1 missing, 1 unexpected, 1 changed
    differs from the snapshot: 1 missing, 1 unexpected, 1 changed
      backend-flask "GET /api/message_groups" server http.request.method=GET http.response.status_code=…
      ├─ … 2 spans as expected
      └─ backend-flask "list-message-groups" internal
    ~   ├─ 1..5 × backend-flask "DynamoDB.Query" client db.system.name=dynamodb http.response.status_co…
    -   │     1..5 ×
    +   │     13 ×
    -   ├─ backend-flask "render" internal
    +   └─ backend-flask "render-json" internal
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13.908 UTC · file:cruddur.json · complete

    █ critical path  ▄ own time  ─ waits     ▏0           ▏100 ms      ▏200 ms     ▏300 ms
    GET /api/message_groups · backend-flask  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    ┝━ cognito-jwt-verify                    █                                                    7.1 ms
    ┝━ SELECT                                 █▋                                                 12.4 ms
    ┕━ list-message-groups                      ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   372 ms
      ┝━ ×13 DynamoDB.Query                     ███████████████████████████████████████████▉      345 ms
      │   p50 23.8 ms max 48 ms
      ┕━ render-json                                                                        ██▉  22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319 ms
    [exit status: 1]
    "#);
    write(&home.path("groups.trace"), "cruddur-trace snapshot 1\nwhat is this\n");
    insta::assert_snapshot!(assert(&home, &[GROUPS, "--snapshot", "groups.trace"]), @r#"
    ------- stderr -------
    error: groups.trace:2:6: expected the name of a span in quotes, as in web "GET /" server
    [exit status: 2]
    "#);
    let nothing = assert(&home, &["name = nothing", "--snapshot", "groups.trace", "--update"]);
    assert_eq!(nothing.code, Some(2), "what somebody wrote is not overwritten: {nothing}");
    assert_eq!(assert(&home, &["name = nothing", "--snapshot", "new.trace", "--update"]).code, Some(1));
    assert!(!home.path("new.trace").exists(), "there was nothing to write");
}

#[test]
fn snapshots_in_files_stand_beside_them() {
    let home = home();
    fs::create_dir(home.path("checks")).expect("a folder");
    let suite = format!("[[assert]]\nname = 'groups'\nexpr = '{GROUPS}'\nsnapshot = 'groups.trace'\n");
    write(&home.path("checks/all.toml"), &suite);
    assert_eq!(assert(&home, &["--file", "checks/all.toml"]).code, Some(2), "it is not there yet");
    assert_eq!(assert(&home, &["--file", "checks/all.toml", "--update"]).code, Some(0));
    assert!(home.path("checks/groups.trace").exists());
    let again = assert(&home, &["--file", "checks/all.toml"]);
    assert_eq!(again.code, Some(0), "{again}");
    assert!(again.stderr.contains("is as in checks/groups.trace"), "{again}");
}

/// So many traces of one request, that take so many milliseconds and up to a half more, with one query below.
fn many(count: usize, milliseconds: u64) -> String {
    let start = 1_784_900_000_000_000_000_u64;
    let one = |at: usize| {
        let began = start + at as u64 * 1_000_000_000;
        let took = milliseconds * 1_000_000 * (100 + (at as u64 * 37) % 50) / 100;
        let span = |id: &str, parent: &str, name: &str, took: u64| {
            json!({"traceId": format!("{at:032x}"), "spanId": format!("{id}{at:014x}"), "parentSpanId": parent, "name": name,
                "kind": 2, "startTimeUnixNano": began.to_string(), "endTimeUnixNano": (began + took).to_string()})
        };
        [span("a1", "", "GET /", took), span("b2", &format!("a1{at:014x}"), "SELECT", took / 2)]
    };
    let spans: Vec<Json> = (1..=count).flat_map(one).collect();
    let resource = json!({"attributes": [{"key": "service.name", "value": {"stringValue": "web"}}]});
    json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}).to_string()
}

#[test]
fn what_became_slower_is_found_and_what_is_the_same_is_not() {
    let home = Home::new();
    for (name, count, milliseconds) in [("then", 200, 20), ("now", 200, 20), ("slow", 200, 40), ("few", 20, 20)] {
        write(&home.path(&format!("{name}.json")), &many(count, milliseconds));
    }
    let assert = |file: &str, more: &[&str]| {
        let backend = format!("file:{file}.json");
        home.run(["assert", "-b", &backend, "service = web", "--baseline", "b.toml"].iter().chain(more))
    };
    assert_eq!(assert("then", &[]).code, Some(2), "there is no baseline yet");
    let few = assert("few", &["--update"]);
    assert_eq!(few.code, Some(3), "{few}");
    assert!(!home.path("b.toml").exists());
    insta::assert_snapshot!(assert("then", &["--update"]), @r#"
    ------- stderr -------
    holds: service = "web": b.toml is written, from 200 traces
    [exit status: 0]
    "#);
    assert!(read(&home, "b.toml").starts_with("# "), "it says what it is");
    insta::assert_snapshot!(assert("now", &[]), @r#"
    ------- stderr -------
    holds: service = "web": b.toml: no operation of 2 is shown to be slower by more than 10%
    [exit status: 0]
    "#);
    insta::assert_snapshot!(assert("few", &[]), @r#"
    ------- stderr -------
    cannot tell: service = "web": b.toml: 2 of 2 operations have too few samples
      operation      at      was       is  change  verdict
    ? GET / · web   p50  24.8 ms  24.8 ms      0%  too few: 20 of 134
    ? SELECT · web  p50  12.4 ms  12.4 ms      0%  too few: 20 of 134
    - 200 traces in the baseline and 20 now; of each the longest span of an operation, compared at p50
      and p95; 95% confidence over 2 operations together: if nothing is slower by more than 10% or
      rarer, the chance that anything is called slower or vanished is at most 5%
    - on each side, 134 traces with it are needed to tell
    [exit status: 3]
    "#);
    let slow = assert("slow", &[]);
    insta::assert_snapshot!(slow, @r#"
    ------- stderr -------
    does not hold: service = "web": b.toml: 2 of 2 operations are slower
      operation      at      was       is  change  verdict
    ! GET / · web   p95  29.4 ms  58.8 ms   +100%  slower, at least +94%
    ! SELECT · web  p95  14.7 ms  29.4 ms   +100%  slower, at least +94%
    - 200 traces in the baseline and 200 now; of each the longest span of an operation, compared at p50
      and p95; 95% confidence over 2 operations together: if nothing is slower by more than 10% or
      rarer, the chance that anything is called slower or vanished is at most 5%
    web  GET / · 59.6 ms · 2 spans · 1 service
    0000000000000000000000000000001b · 2026-07-24 13:33:47.000 UTC · file:slow.json · complete

                   ▏0           ▏10 ms       ▏20 ms       ▏30 ms       ▏40 ms       ▏50 ms
    › GET / · web  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███████████████████████████████████████ 59.6 ms
      ┕━ SELECT    ██████████████████████████████████████▌                                       29.8 ms

    - 29.8 ms in GET / after SELECT that nobody traced
    [exit status: 1]
    "#);
    assert_eq!(assert("slow", &["--tolerance", "200%"]).code, Some(0));
    assert_eq!(assert("now", &["--samples", "1000"]).code, Some(3));
    // The query is gone.
    let gone = many(200, 20).replace("\"SELECT\"", "\"INSERT\"");
    write(&home.path("gone.json"), &gone);
    let gone = assert("gone", &[]);
    assert_eq!(gone.code, Some(1), "{gone}");
}

#[test]
fn a_file_that_is_made_of_good_traces_holds_of_them() {
    let home = home();
    let made = home.run(["assert", "init", "-b", "file:cruddur.json", "--from", "8bc6", "--out", "checks.toml"]);
    insta::assert_snapshot!(made, @"
    ------- stderr -------
    note: 11 assertions written to checks.toml
    [exit status: 0]
    ");
    let suite = read(&home, "checks.toml");
    assert!(suite.contains("8bc626382cebdea2f7f1556261da8061"), "{suite}");
    // Of all traces one fails, which that one does not.
    let holds = assert(&home, &["--file", "checks.toml", "--junit", "j.xml"]);
    assert_eq!(holds.code, Some(1), "{holds}");
    assert_eq!(holds.stderr.matches("\ndoes not hold").count(), 1, "{holds}");
    let again = home.run(["assert", "init", "-b", "file:cruddur.json", "--from", "8bc6", "--out", "checks.toml"]);
    insta::assert_snapshot!(again, @"
    ------- stderr -------
    error: cannot write checks.toml
      caused by: it is there already
    hint: name another file, or move this one away
    [exit status: 2]
    ");
    let printed = home.run(["assert", "init", "-b", "file:cruddur.json", "--from", "8bc6", "08fe"]).answer();
    assert!(printed.contains("# left out: backend-flask: render-json is in 1 of 2 traces"), "{printed}");
    assert_eq!(home.run(["assert", "init", "-b", "file:cruddur.json"]).code, Some(2));
    assert_eq!(home.run(["assert", "init", "-b", "file:cruddur.json", "--from", "ffff"]).code, Some(1));
}

#[test]
fn what_no_assertion_is_about_is_listed() {
    let home = home();
    let one = assert(&home, &[r#"{ service = "backend-flask" } > { name = "DynamoDB.Query" }"#, "--coverage"]);
    insta::assert_snapshot!(one, @r#"
    services 1 of 3, operations 2 of 19, edges 1 of 4, in 5 traces
    no assertion is about:
      service    cruddur-worker  1 operation, 1 span in 1 trace
      service    frontend-react-js  2 operations, 3 spans in 3 traces
      failure    backend-flask INSERT (client)  1 of 1 span failed
      failure    backend-flask POST /api/activities (server)  1 of 1 span failed
      failure    backend-flask create-activity (internal)  1 of 1 span failed
      operation  backend-flask GET /api/activities/home (server)  1 span in 1 trace
      operation  backend-flask GET /api/message_groups (server)  1 span in 1 trace
      operation  backend-flask INSERT (client)  1 span in 1 trace
      operation  backend-flask Lambda.Invoke (client)  1 span in 1 trace
      operation  backend-flask POST /api/activities (server)  1 span in 1 trace
      operation  backend-flask POST /api/activities/3bf2/reply (server)  1 span in 1 trace
      operation  backend-flask POST /api/profile/avatar (server)  1 span in 1 trace
      operation  backend-flask SELECT (client)  2 spans in 2 traces
      operation  backend-flask cognito-jwt-verify (internal)  2 spans in 2 traces
      operation  backend-flask create-activity (internal)  1 span in 1 trace
      operation  backend-flask create-reply (internal)  1 span in 1 trace
      operation  backend-flask home-activities (internal)  1 span in 1 trace
      operation  backend-flask psycopg-pool-getconn (internal)  1 span in 1 trace
      operation  backend-flask render-json (internal)  1 span in 1 trace
      edge       backend-flask → Lambda (remote)  1 call in 1 trace
      edge       backend-flask → postgresql cruddur (db)  3 calls in 3 traces
      edge       frontend-react-js → backend-flask  3 calls in 3 traces
    ------- stderr -------
    holds: 1 trace satisfies { service = "backend-flask" } > { name = "DynamoDB.Query" }
    [exit status: 0]
    "#);
    let output = assert(&home, &["service = backend-flask", "--coverage", "-o", "json"]);
    let document: Json = serde_json::from_str(&output.stdout).expect("it is JSON");
    let services = document["coverage"]["services"].as_array().expect("there are services");
    assert_eq!(services.len(), 3, "{output}");
}

#[test]
fn reports_say_what_the_exit_code_says() {
    let home = home();
    for (question, code, word) in [("status = error", 0, "holds"), ("status = error and duration > 1h", 1, "does not hold")] {
        let output = assert(&home, &[question, "--junit", "j.xml", "--markdown", "m.md", "--html", "r.html"]);
        assert_eq!(output.code, Some(code), "{output}");
        assert_eq!(read(&home, "j.xml").contains("<failure"), code == 1);
        assert!(read(&home, "m.md").contains(word) && read(&home, "r.html").contains(word), "{question}");
        assert_eq!(read(&home, "m.md").contains("POST /api/activities"), code == 1, "the trace that came nearest is drawn");
    }
    let nowhere = assert(&home, &["status = error", "--junit", "nowhere/j.xml"]);
    insta::assert_snapshot!(nowhere, @"
    ------- stderr -------
    error: cannot write nowhere/j.xml
      caused by: its folder is not there
    [exit status: 2]
    ");
}

#[test]
fn github_shows_the_summary_and_annotations() {
    let home = home().with("GITHUB_ACTIONS", "true").with("GITHUB_STEP_SUMMARY", "summary.md");
    write(&home.path("checks.toml"), "[[assert]]\nname = 'a'\nexpr = 'status = error'\nabsent = true\n");
    write(&home.path("summary.md"), "# Before\n");
    let output = assert(&home, &["--file", "checks.toml", "--markdown", "m.md"]);
    assert_eq!(output.code, Some(1), "{output}");
    assert_eq!(read(&home, "summary.md"), format!("# Before\n{}", read(&home, "m.md")));
    let commands: Vec<&str> = output.stderr.lines().filter(|line| line.trim_start().starts_with("::")).collect();
    let [stop, go, annotation] = commands.as_slice() else { panic!("three commands: {output}") };
    assert!(annotation.starts_with("::error file=checks.toml,line=2,title="), "{output}");
    // What traces say stands between these, and is no command.
    assert_eq!(stop.strip_prefix("::stop-commands::"), go.trim_matches(':').into(), "{output}");
    assert!(output.stderr.starts_with(stop), "{output}");
    let output = assert(&home, &["--file", "checks.toml"]);
    assert!(!output.stderr.contains("::error"), "only with --markdown: {output}");
}

#[test]
fn a_snapshot_that_can_no_longer_be_met_fails_while_the_trace_still_grows() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let answer =
        post(receiver.otlp(), "application/x-protobuf", &body(&trace_id(7, 1), &[span(1, 0, "GET /"), span(2, 1, "SELECT")]));
    assert_eq!(answer.status, 200);
    // The spans are a minute old, and nothing is expected of them after two.
    let assert = |expected: &str, more: &[&str]| {
        write(&home.path("s.trace"), &format!("cruddur-trace snapshot 1\n{expected}"));
        home.run(["assert", "-b", "local", "--snapshot", "s.trace", "--settle", "120s"].iter().chain(more))
    };
    let begun = Instant::now();
    let fails = assert("web \"GET /\" server\n", &["--wait", "110s"]);
    assert_eq!(fails.code, Some(1), "{fails}");
    assert!(fails.stderr.contains("1 unexpected"), "{fails}");
    assert!(begun.elapsed() < Duration::from_mins(1), "it did not wait for what cannot help");
    // What is missing may still come, and what is as expected may still become more.
    for expected in ["web \"GET /\" server\n  web \"SELECT\" server\n", "web \"GET /\" server\n  2 × web \"SELECT\" server\n"]
    {
        let open = assert(expected, &["--wait", "300ms"]);
        assert_eq!(open.code, Some(3), "{expected}: {open}");
    }
}

#[test]
fn nothing_is_written_unless_all_the_rest_holds() {
    let home = home();
    for more in [&["--every", "status = error"][..], &["--count", "2"], &["--across", "count() < 1"]] {
        let output = assert(&home, &[&["kind = server", "--snapshot", "s.trace", "--update"], more].concat());
        assert_eq!(output.code, Some(1), "{output}");
        assert!(!home.path("s.trace").exists(), "{more:?}");
    }
    let output = assert(&home, &["kind = server", "--count", "5", "--snapshot", "s.trace", "--update"]);
    assert_eq!(output.code, Some(0), "{output}");
    let both = ["kind = server", "--snapshot", "t.trace", "--baseline", "b.toml", "--update"];
    let output = assert(&home, &both);
    assert_eq!(output.code, Some(3), "too few samples for the baseline: {output}");
    assert!(output.stderr.contains("t.trace is written"), "and what was written is said: {output}");
}

#[test]
fn a_newer_trace_that_is_still_open_keeps_a_snapshot_open() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let wrong = body(&trace_id(7, 1), &[span(1, 0, "GET /"), span(2, 1, "bad")]);
    // Its root has not arrived, by which it would be found.
    let newer = body(&trace_id(7, 2), &[span(2, 1, "SELECT")]);
    for body in [wrong, newer] {
        assert_eq!(post(receiver.otlp(), "application/x-protobuf", &body).status, 200);
    }
    write(&home.path("s.trace"), "cruddur-trace snapshot 1\nweb \"GET /\" server\n  web \"SELECT\" server\n");
    let question = ["assert", "-b", "local", "name = 'GET /'", "--snapshot", "s.trace", "--settle", "120s", "--wait", "300ms"];
    let output = home.run(question);
    assert_eq!(output.code, Some(3), "{output}");
}

#[test]
fn one_that_goes_wrong_leaves_the_others_their_verdicts() {
    let home = home();
    let checks = "[[assert]]\nname = 'good'\nexpr = 'status = error'\n[[assert]]\nname = 'two ids begin so'\ntrace = '6'\n";
    write(&home.path("checks.toml"), checks);
    let output = assert(&home, &["--file", "checks.toml", "--junit", "j.xml"]);
    assert_eq!(output.code, Some(3), "{output}");
    assert!(output.stderr.contains("holds: good") && output.stderr.contains("cannot tell: two ids begin so"), "{output}");
    assert!(read(&home, "j.xml").contains("<error"));
    let full = assert(&home, &["status = error", "--junit", "/dev/full", "--html", "r.html", "-o", "json"]);
    assert_eq!(full.code, Some(2), "{full}");
    assert!(full.stdout.contains("\"holds\"") && home.path("r.html").exists(), "{full}");
    // Nobody is left to say what is covered; the verdict is told all the same.
    let silent = home.run(["assert", "--file", "checks.toml", "--only", "good", "-b", "file:nowhere.json", "--coverage"]);
    assert_eq!(silent.code, Some(3), "{silent}");
}

#[test]
fn an_update_has_something_to_write() {
    let home = home();
    write(&home.path("checks.toml"), "[[assert]]\nname = 'a'\n");
    for question in [&["--update"][..], &["--file", "checks.toml", "--update"]] {
        let output = assert(&home, question);
        assert_eq!(output.code, Some(2), "{output}");
        assert!(output.stderr.contains("there is no snapshot or baseline to update"), "{output}");
    }
}
