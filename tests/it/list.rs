//! `list`, on whole screens.

use std::process::Stdio;

use serde_json::Value as Json;

use crate::support::{Home, Live};

/// The options that name the session.
const SESSION: [&str; 3] = ["list", "-b", "file:cruddur.json"];

fn home() -> Home {
    Home::new().with_fixtures(&["cruddur.json", "xray.json"])
}

fn list(more: &[&str]) -> crate::support::CommandOutput {
    home().run(SESSION.iter().chain(more))
}

#[test]
fn an_empty_store_says_what_to_do_next() {
    insta::assert_snapshot!(Home::new().line("list"), @r"
    ------- stderr -------
    note: there are no traces yet
    hint: `cruddur-trace demo` shows what it looks like; `cruddur-trace run -- CMD` or `cruddur-trace collect` receives your own
    [exit status: 0]
    ");
    insta::assert_snapshot!(Home::new().line("list -o json"), @r#"
    {
      "schema": 1,
      "traces": [],
      "notes": []
    }
    ------- stderr -------
    note: there are no traces yet
    hint: `cruddur-trace demo` shows what it looks like; `cruddur-trace run -- CMD` or `cruddur-trace collect` receives your own
    [exit status: 0]
    "#);
}

#[test]
fn the_session_at_every_width() {
    insta::assert_snapshot!(list(&[]), @r"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b    565 ms      3          HTTP POST
    ⋯ 2026-07-24 14:04:40  6e0e527094eac2775941319a7b6a5db6    225 ms      4          HTTP POST
      2026-07-24 14:04:13  8bc626382cebdea2f7f1556261da8061    402 ms     18          GET /api/message_…
    ! 2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67     48 ms      3       3  POST /api/activit…
      2026-07-24 14:03:05  08fef885f38c1e32024efae4ecacf67d     75 ms      6          HTTP GET
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["--width", "80"]), @r"
      started                took  spans  err  root
      6a63710987bbe879c7a5f5784a70384b
      2026-07-24 14:04:57  565 ms      3       HTTP POST · frontend-react-js
      6e0e527094eac2775941319a7b6a5db6
    ⋯ 2026-07-24 14:04:40  225 ms      4       HTTP POST · frontend-react-js
      8bc626382cebdea2f7f1556261da8061
      2026-07-24 14:04:13  402 ms     18       GET /api/message_groups
      ae98aa61f92c36ccde88da857de9bd67
    ! 2026-07-24 14:03:46   48 ms      3    3  POST /api/activities · backend-flask
      08fef885f38c1e32024efae4ecacf67d
      2026-07-24 14:03:05   75 ms      6       HTTP GET · frontend-react-js
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["--width", "120"]), @r"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b    565 ms      3          HTTP POST · frontend-react-js
    ⋯ 2026-07-24 14:04:40  6e0e527094eac2775941319a7b6a5db6    225 ms      4          HTTP POST · frontend-react-js
      2026-07-24 14:04:13  8bc626382cebdea2f7f1556261da8061    402 ms     18          GET /api/message_groups · backend-fla…
    ! 2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67     48 ms      3       3  POST /api/activities · backend-flask
      2026-07-24 14:03:05  08fef885f38c1e32024efae4ecacf67d     75 ms      6          HTTP GET · frontend-react-js
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["--width", "200"]), @r"
      started              trace                             duration  spans  errors  root                                     services
      2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b    565 ms      3          HTTP POST · frontend-react-js            backend-flask, frontend-react-js
    ⋯ 2026-07-24 14:04:40  6e0e527094eac2775941319a7b6a5db6    225 ms      4          HTTP POST · frontend-react-js            backend-flask, cruddur-worker, frontend-react-js
      2026-07-24 14:04:13  8bc626382cebdea2f7f1556261da8061    402 ms     18          GET /api/message_groups · backend-flask  backend-flask
    ! 2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67     48 ms      3       3  POST /api/activities · backend-flask     backend-flask
      2026-07-24 14:03:05  08fef885f38c1e32024efae4ecacf67d     75 ms      6          HTTP GET · frontend-react-js             backend-flask, frontend-react-js
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["--width", "40"]), @r"
      started                took  root
      6a63710987bbe879c7a5f5784a70384b
      2026-07-24 14:04:57  565 ms  HTTP POST
      6e0e527094eac2775941319a7b6a5db6
    ⋯ 2026-07-24 14:04:40  225 ms  HTTP POST
      8bc626382cebdea2f7f1556261da8061
      2026-07-24 14:04:13  402 ms  GET /api…
      ae98aa61f92c36ccde88da857de9bd67
    ! 2026-07-24 14:03:46   48 ms  POST /ap…
      08fef885f38c1e32024efae4ecacf67d
      2026-07-24 14:03:05   75 ms  HTTP GET
    [exit status: 0]
    ");
}

#[test]
fn without_unicode_and_with_colours() {
    insta::assert_snapshot!(list(&["--ascii", "--width", "120"]), @r"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b    565 ms      3          HTTP POST - frontend-react-js
    : 2026-07-24 14:04:40  6e0e527094eac2775941319a7b6a5db6    225 ms      4          HTTP POST - frontend-react-js
      2026-07-24 14:04:13  8bc626382cebdea2f7f1556261da8061    402 ms     18          GET /api/message_groups - backend-f...
    ! 2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67     48 ms      3       3  POST /api/activities - backend-flask
      2026-07-24 14:03:05  08fef885f38c1e32024efae4ecacf67d     75 ms      6          HTTP GET - frontend-react-js
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["--color", "always", "--width", "120"]), @r"
      ␛[2mstarted␛[0m              ␛[2mtrace␛[0m                             ␛[2mduration␛[0m  ␛[2mspans␛[0m  ␛[2merrors␛[0m  ␛[2mroot␛[0m
      ␛[2m2026-07-24 14:04:57␛[0m  ␛[33m6a63710987bbe879c7a5f5784a70384b␛[0m    565 ms      3          HTTP POST␛[2m · ␛[0m␛[35mfrontend-react-js␛[0m
    ␛[33m⋯␛[0m ␛[2m2026-07-24 14:04:40␛[0m  ␛[33m6e0e527094eac2775941319a7b6a5db6␛[0m    225 ms      4          HTTP POST␛[2m · ␛[0m␛[35mfrontend-react-js␛[0m
      ␛[2m2026-07-24 14:04:13␛[0m  ␛[33m8bc626382cebdea2f7f1556261da8061␛[0m    402 ms     18          GET /api/message_groups␛[2m · ␛[0m␛[33mbackend-fla…␛[0m
    ␛[31;1m!␛[0m ␛[2m2026-07-24 14:03:46␛[0m  ␛[33mae98aa61f92c36ccde88da857de9bd67␛[0m     48 ms      3       ␛[31;1m3␛[0m  POST /api/activities␛[2m · ␛[0m␛[33mbackend-flask␛[0m
      ␛[2m2026-07-24 14:03:05␛[0m  ␛[33m08fef885f38c1e32024efae4ecacf67d␛[0m     75 ms      6          HTTP GET␛[2m · ␛[0m␛[35mfrontend-react-js␛[0m
    [exit status: 0]
    ");
}

#[test]
fn a_filter_is_an_expression_or_options_or_both() {
    insta::assert_snapshot!(list(&["status = error"]), @r"
      started              trace                             duration  spans  errors  root
    ! 2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67     48 ms      3       3  POST /api/activit…
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&[r#"{ service = "frontend-react-js" } >> { rpc.service = "Lambda" }"#]), @"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b    565 ms      3          HTTP POST
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["--service", "backend-flask", "--min-duration", "100ms", "kind = server"]), @"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b    565 ms      3          HTTP POST
      2026-07-24 14:04:13  8bc626382cebdea2f7f1556261da8061    402 ms     18          GET /api/message_…
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&[r#"{ name = "DynamoDB.Query" } | count() > 10"#]), @"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:13  8bc626382cebdea2f7f1556261da8061    402 ms     18          GET /api/message_…
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["duration > 1h"]), @r"
    ------- stderr -------
    note: no trace satisfies duration > 1h
    [exit status: 0]
    ");
}

#[test]
fn a_limit_that_was_reached_is_said() {
    insta::assert_snapshot!(list(&["--limit", "2"]), @r"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b    565 ms      3          HTTP POST
    ⋯ 2026-07-24 14:04:40  6e0e527094eac2775941319a7b6a5db6    225 ms      4          HTTP POST
    ------- stderr -------
    note: the newest 2 of 5; --limit shows more
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["--limit", "2", "--service", "backend-flask"]), @r"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b    565 ms      3          HTTP POST
    ⋯ 2026-07-24 14:04:40  6e0e527094eac2775941319a7b6a5db6    225 ms      4          HTTP POST
    ------- stderr -------
    note: the newest 2; --limit shows more
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["--limit", "1", "--error"]), @r"
      started              trace                             duration  spans  errors  root
    ! 2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67     48 ms      3       3  POST /api/activit…
    [exit status: 0]
    ");
}

#[test]
fn a_file_is_read_whole_unless_a_window_is_asked_for() {
    insta::assert_snapshot!(list(&["--since", "2026-07-24 14:04", "--until", "2026-07-24 14:04:30"]), @"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:13  8bc626382cebdea2f7f1556261da8061    402 ms     18          GET /api/message_…
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["--until", "2026-07-24 14:03:30"]), @r"
      started              trace                             duration  spans  errors  root      services
      2026-07-24 14:03:05  08fef885f38c1e32024efae4ecacf67d     75 ms      6          HTTP GET         2
    [exit status: 0]
    ");
    insta::assert_snapshot!(list(&["--since", "2020-01-01", "--until", "2020-01-02"]), @r"
    ------- stderr -------
    note: there are no traces here
    hint: `cruddur-trace collect` receives what applications send; `--since 7d` looks further back
    [exit status: 0]
    ");
}

#[test]
fn json_is_one_document_with_all_there_is_to_say() {
    let answer = list(&["-o", "json", "--limit", "3"]);
    let document: Json = serde_json::from_str(&answer.stdout).expect("it is JSON");
    assert_eq!((&document["schema"], document["traces"].as_array().map(Vec::len)), (&1.into(), Some(3)));
    insta::assert_snapshot!(serde_json::to_string_pretty(&document["traces"][1]).expect("it is JSON"), @r#"
    {
      "backend": "file:cruddur.json",
      "complete": false,
      "duration_ns": 225000000,
      "end_unix_nano": "1784901880425000000",
      "error_count": 0,
      "evidence": [
        {
          "code": "missing_parents",
          "count": 1,
          "message": "1 parent span has not arrived"
        }
      ],
      "root_name": "HTTP POST",
      "root_service": "frontend-react-js",
      "services": [
        "backend-flask",
        "cruddur-worker",
        "frontend-react-js"
      ],
      "span_count": 4,
      "start": "2026-07-24T14:04:40.200Z",
      "start_unix_nano": "1784901880200000000",
      "trace_id": "6e0e527094eac2775941319a7b6a5db6"
    }
    "#);
    assert_eq!(answer.stderr, "note: the newest 3 of 5; --limit shows more\n");
}

#[test]
fn jsonl_is_one_trace_a_line() {
    insta::assert_snapshot!(list(&["-o", "jsonl", "status = error"]), @r#"
    {"trace_id":"ae98aa61f92c36ccde88da857de9bd67","backend":"file:cruddur.json","start":"2026-07-24T14:03:46.308200Z","start_unix_nano":"1784901826308200000","end_unix_nano":"1784901826356200000","duration_ns":48000000,"root_name":"POST /api/activities","root_service":"backend-flask","services":["backend-flask"],"span_count":3,"error_count":3,"complete":true,"evidence":[]}
    [exit status: 0]
    "#);
    let lines = list(&["-o", "jsonl"]).answer();
    let ids: Vec<Json> =
        lines.lines().map(|line| serde_json::from_str::<Json>(line).expect("it is JSON")["trace_id"].clone()).collect();
    assert_eq!(ids.len(), 5, "{ids:?}");
}

#[test]
fn the_local_store_is_searched_back_where_the_last_hour_has_nothing() {
    let home = home();
    home.import("cruddur.json");
    insta::assert_snapshot!(home.line("list --limit 2"), @r"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b    565 ms      3          HTTP POST
    ⋯ 2026-07-24 14:04:40  6e0e527094eac2775941319a7b6a5db6    225 ms      4          HTTP POST
    ------- stderr -------
    note: nothing newer matches, so these are older than the default window (see --since)
    note: the newest 2 of 5; --limit shows more
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("list --error"), @r"
      started              trace                             duration  spans  errors  root
    ! 2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67     48 ms      3       3  POST /api/activit…
    ------- stderr -------
    note: nothing newer matches, so these are older than the default window (see --since)
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("list --since 1h"), @r"
    ------- stderr -------
    note: there are no traces here
    hint: `cruddur-trace collect` receives what applications send; `--since 7d` looks further back
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("list --service nobody"), @r#"
    ------- stderr -------
    note: no trace satisfies service = "nobody"
    [exit status: 0]
    "#);
}

#[test]
fn what_two_backends_know_is_one_row() {
    insta::assert_snapshot!(home().line("list -b file:cruddur.json -b file:xray.json --width 140"), @r"
      started              trace                                duration  spans  errors  backend                 root
      2026-07-24 14:05:16  1-6a63711c-1900eab6c028483d7126599e   43.7 ms      3          xray.json               backend-flask
    ! 2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b       565 ms      7       3  cruddur.json+xray.json  HTTP POST · frontend-react-js
    ⋯ 2026-07-24 14:04:40  6e0e527094eac2775941319a7b6a5db6       225 ms      4          cruddur.json            HTTP POST · frontend-react-js
      2026-07-24 14:04:13  8bc626382cebdea2f7f1556261da8061       402 ms     18          cruddur.json            GET /api/message_groups
    ! 2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67        48 ms      3       3  cruddur.json            POST /api/activities
      2026-07-24 14:03:05  08fef885f38c1e32024efae4ecacf67d        75 ms      6          cruddur.json            HTTP GET · frontend-react-js
    [exit status: 0]
    ");
    insta::assert_snapshot!(home().line("list -b file:cruddur.json -b file:nowhere.json --limit 1 --error"), @r"
      started              trace                             duration  spans  errors  root
    ! 2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67     48 ms      3       3  POST /api/activit…
    ------- stderr -------
    warning: cannot read nowhere.json: No such file or directory (os error 2)
    [exit status: 0]
    ");
    insta::assert_snapshot!(home().line("list -b file:nothing.json -b file:nowhere.json"), @r"
    ------- stderr -------
    error: cannot read nothing.json: No such file or directory (os error 2)
    [exit status: 3]
    ");
}

#[test]
fn what_a_query_costs_is_said_without_asking() {
    insta::assert_snapshot!(list(&["--explain", "--error", r#"name =~ "GET .*""#]), @r#"
    file:cruddur.json: read cruddur.json whole and check each trace for status = error and name =~ "GET .*"
    [exit status: 0]
    "#);
    insta::assert_snapshot!(home().line("list --explain --error"), @r"
    ------- stderr -------
    note: there is nothing to ask: the local store is not there yet
    [exit status: 0]
    ");
    let home = home();
    home.import("cruddur.json");
    insta::assert_snapshot!(home.run(["list", "--explain", "--error", r#"name =~ "GET .*""#]), @r#"
    local: walk the traces of the window in the index, newest first, until the limit is reached
    local: pass over traces without an operation that satisfies name =~ "GET .*"
    local: check status = error and name =~ "GET .*" on the index: exact, no batch is read
    [exit status: 0]
    "#);
    insta::assert_snapshot!(home.run(["list", "--explain", "--service", "backend-flask"]), @r#"
    local: walk the traces of the window in the index, newest first, until the limit is reached
    local: pass over traces without an operation that satisfies service = "backend-flask"
    local: take the others, unless a span's service is its parent's: that is looked up in the index
    [exit status: 0]
    "#);
}

#[test]
fn a_broken_expression_is_drawn() {
    insta::assert_snapshot!(list(&["duration > 250ms and status = eror"]), @r"
    ------- stderr -------
    error: `eror` is no status
      |
    1 | duration > 250ms and status = eror
      |                               ^^^^ expected `ok`, `error` or `unset`
    help: did you mean `error`?
    [exit status: 2]
    ");
    insta::assert_snapshot!(list(&[r#"{ service = "web" "#]), @r#"
    ------- stderr -------
    error: this is never closed
      |
    1 | { service = "web"
      | ^ expected a `}` somewhere after it
    [exit status: 2]
    "#);
    insta::assert_snapshot!(list(&["nme = 'x'", "--service", "a"]), @r#"
    ------- stderr -------
    hint: `nme` is read as an attribute; did you mean `name`?
    note: no trace satisfies service = "a" and nme = "x"
    [exit status: 0]
    "#);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    insta::assert_snapshot!(home().line("list -b honeycomb"), @r#"
    ------- stderr -------
    error: there is no Honeycomb API key
    hint: make a configuration key in the environment's settings, under API Keys, allow it "Run Queries" and "Manage Queries and Columns", and set HONEYCOMB_API_KEY to it
    hint: `cruddur-trace collect` gives the same commands without plan and key: it keeps on this machine what the application sends to it, and with `--forward honeycomb` passes it on
    [exit status: 3]
    "#);
    insta::assert_snapshot!(home().line("list --follow -b file:cruddur.json"), @r"
    ------- stderr -------
    error: a file cannot be followed
    hint: leave --follow out, or use `--backend local`
    [exit status: 2]
    ");
    insta::assert_snapshot!(home().line("list --limit 0"), @r"
    ------- stderr -------
    error: invalid value '0' for '--limit <N>': expected at least 1

    For more information, try '--help'.
    [exit status: 2]
    ");
    insta::assert_snapshot!(home().run(["list", "--since", "whenever"]), @r"
    ------- stderr -------
    error: cannot read `since` (--since)
      caused by: cannot tell what time `whenever` is; write `15m`, `2h ago`, `yesterday 14:00`, `2026-11-23 10:00` or RFC 3339
    [exit status: 2]
    ");
}

#[test]
fn the_same_input_gives_the_same_bytes_on_a_pipe() {
    let home = home();
    home.import("cruddur.json xray.json");
    for line in
        ["list", "list -o json", "list -o jsonl", "list -b file:cruddur.json --color always", "list -b local -b file:xray.json"]
    {
        assert_eq!(home.line(line), home.line(line), "{line}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let home = home();
    for format in ["table", "json", "jsonl"] {
        let (reader, writer) = std::io::pipe().expect("a pipe can be made");
        drop(reader);
        let mut command = home.command(["list", "-b", "file:cruddur.json", "-o", format]);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().expect("the program can be started");
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""), "{format}");
    }
}

#[cfg(unix)]
#[test]
fn a_follower_prints_each_trace_once_as_it_comes() {
    let home = home();
    home.import("cruddur.json");
    let mut follower = Live::start(&home, home.command(["list", "--follow", "--since", "2020-01-01"]));
    for _ in 0..6 {
        follower.line();
    }
    // One of its traces is new; the other has been printed, and only grows.
    home.import("xray.json");
    follower.line();
    home.import("cruddur.json xray.json");
    // A trace of which a part has not arrived is printed when it has been silent for a while.
    std::fs::write(home.path("late.json"), LATE).expect("the home can be written to");
    home.import("late.json");
    follower.line();
    follower.interrupt();
    insta::assert_snapshot!(follower.end(), @"
      started              trace                             duration  spans  errors  root
      2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b    565 ms      3          HTTP POST
    ⋯ 2026-07-24 14:04:40  6e0e527094eac2775941319a7b6a5db6    225 ms      4          HTTP POST
      2026-07-24 14:04:13  8bc626382cebdea2f7f1556261da8061    402 ms     18          GET /api/message_…
    ! 2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67     48 ms      3       3  POST /api/activit…
      2026-07-24 14:03:05  08fef885f38c1e32024efae4ecacf67d     75 ms      6          HTTP GET
      2026-07-24 14:05:16  1-6a63711c-1900eab6c028483d7126599e   43.7 ms      3          backend-flask
    ⋯ 2026-07-24 14:06:00  7a6e2f10b0c94b0d8f6a1c2d3e4f5a6b    250 ms      1          (root not arrived)
    [exit status: 130]
    ");
}

/// A span whose parent has not arrived.
const LATE: &str = r#"{"resourceSpans": [{"resource": {"attributes": [
    {"key": "service.name", "value": {"stringValue": "cruddur-worker"}}]}, "scopeSpans": [{"spans": [{
    "traceId": "7a6e2f10b0c94b0d8f6a1c2d3e4f5a6b", "spanId": "1a2b3c4d5e6f7a8b", "parentSpanId": "00f067aa0ba902b7",
    "name": "expire-activities", "startTimeUnixNano": "1784901960000000000", "endTimeUnixNano": "1784901960250000000"}]}]}]}"#;
