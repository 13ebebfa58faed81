//! `map`, on whole screens.

use cruddur_trace::model::{Resource, Span, SpanKind};
use serde_json::Value as Json;

use crate::support::spans::{body, span, span_id, trace_id};
use crate::support::{CommandOutput, Home};

fn home() -> Home {
    Home::new().with_fixtures(&["cruddur.json", "xray.json"])
}

/// Of both files: OpenTelemetry's and X-Ray's.
fn map(more: &[&str]) -> CommandOutput {
    home().run(["map", "-b", "file:cruddur.json", "-b", "file:xray.json"].iter().chain(more))
}

#[test]
fn an_empty_store_says_what_to_do_next() {
    insta::assert_snapshot!(Home::new().line("map"), @"
    ------- stderr -------
    note: there are no traces yet
    hint: `cruddur-trace demo` shows what it looks like; `cruddur-trace run -- CMD` or `cruddur-trace collect` receives your own
    [exit status: 0]
    ");
    insta::assert_snapshot!(Home::new().line("map -o json"), @r#"
    {
      "schema": 1,
      "nodes": [],
      "edges": [],
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
    insta::assert_snapshot!(map(&["--width", "80"]), @"
    5 services and 3 others that they call · 6 traces

                                                     calls  errors      p50      p90
      client
    ! └─ backend-flask                                   3  1  33%    48 ms   402 ms
        ├─ DynamoDB · db                                13          23.8 ms  26.3 ms
    !   ├─ postgresql cruddur · db                       3  1  33%    29 ms  37.2 ms
    !   └─ cruddur-thumbs · AWS::…  1 failed unseen      1           522 ms   522 ms
    !     └─ cruddur-thumbs · AWS::Lambda::Function      1  1 100%   472 ms   472 ms
            └─ S3 · remote                               1           169 ms   169 ms
      frontend-react-js                                  3           101 ms   565 ms
      └─ backend-flask  … above                          3           101 ms   565 ms
      cruddur-worker                                     1           131 ms   131 ms
    ------- stderr -------
    note: 1 request came from a span that has not arrived, so that it is not known who made it
    [exit status: 0]
    ");
    insta::assert_snapshot!(map(&["--width", "200"]), @"
    5 services and 3 others that they call · 6 traces

                                                          calls  errors      p50      p90      p99    total  5xx
      client
    ! └─ backend-flask                                        3  1  33%    48 ms   402 ms   402 ms   494 ms    1
        ├─ DynamoDB · db                                     13          23.8 ms  26.3 ms    48 ms   319 ms
    !   ├─ postgresql cruddur · db                            3  1  33%    29 ms  37.2 ms  37.2 ms  78.6 ms
    !   └─ cruddur-thumbs · AWS::Lambda  1 failed unseen      1           522 ms   522 ms   522 ms   522 ms
    !     └─ cruddur-thumbs · AWS::Lambda::Function           1  1 100%   472 ms   472 ms   472 ms   472 ms    1
            └─ S3 · remote                                    1           169 ms   169 ms   169 ms   169 ms
      frontend-react-js                                       3           101 ms   565 ms   565 ms   741 ms
      └─ backend-flask  … above                               3           101 ms   565 ms   565 ms   741 ms
      cruddur-worker                                          1           131 ms   131 ms   131 ms   131 ms
    ------- stderr -------
    note: 1 request came from a span that has not arrived, so that it is not known who made it
    [exit status: 0]
    ");
    insta::assert_snapshot!(map(&["--width", "40"]), @"
    5 services and 3 others that they call …

                               calls  errors
      client
    ! └─ backend-flask             3  1  33%
        ├─ DynamoDB · db          13
    !   ├─ postgresql cruddu…      3  1  33%
    !   └─ cruddur-thumbs · …      1
    !     └─ cruddur-thumbs …      1  1 100%
            └─ S3 · remote         1
      frontend-react-js            3
      └─ backend-fl…  … above      3
      cruddur-worker               1
    ------- stderr -------
    note: 1 request came from a span that has not arrived, so that it is not known who made it
    [exit status: 0]
    ");
}

#[test]
fn without_unicode_and_with_colours() {
    insta::assert_snapshot!(map(&["--ascii", "--width", "80"]), @"
    5 services and 3 others that they call - 6 traces

                                                     calls  errors      p50      p90
      client
    ! `- backend-flask                                   3  1  33%    48 ms   402 ms
        |- DynamoDB - db                                13          23.8 ms  26.3 ms
    !   |- postgresql cruddur - db                       3  1  33%    29 ms  37.2 ms
    !   `- cruddur-thumbs - AWS...  1 failed unseen      1           522 ms   522 ms
    !     `- cruddur-thumbs - AWS::Lambda::Function      1  1 100%   472 ms   472 ms
            `- S3 - remote                               1           169 ms   169 ms
      frontend-react-js                                  3           101 ms   565 ms
      `- backend-flask  ... above                        3           101 ms   565 ms
      cruddur-worker                                     1           131 ms   131 ms
    ------- stderr -------
    note: 1 request came from a span that has not arrived, so that it is not known who made it
    [exit status: 0]
    ");
    insta::assert_snapshot!(map(&["--color", "always", "--width", "80"]), @"
    ␛[1m5 services and 3 others that they call␛[0m␛[2m · 6 traces␛[0m

                                                     ␛[2mcalls␛[0m  ␛[2merrors␛[0m      ␛[2mp50␛[0m      ␛[2mp90␛[0m
      client
    ␛[31;1m!␛[0m ␛[2m└─ ␛[0m␛[33mbackend-flask␛[0m                                   3  ␛[31;1m1  33%␛[0m    48 ms   402 ms
      ␛[2m  ├─ ␛[0mDynamoDB␛[2m · db␛[0m                                13          23.8 ms  26.3 ms
    ␛[31;1m!␛[0m ␛[2m  ├─ ␛[0mpostgresql cruddur␛[2m · db␛[0m                       3  ␛[31;1m1  33%␛[0m    29 ms  37.2 ms
    ␛[31;1m!␛[0m ␛[2m  └─ ␛[0m␛[34mcruddur-thumbs␛[0m␛[2m · AWS::…␛[0m␛[31;1m  1 failed unseen␛[0m      1           522 ms   522 ms
    ␛[31;1m!␛[0m ␛[2m    └─ ␛[0m␛[34mcruddur-thumbs␛[0m␛[2m · AWS::Lambda::Function␛[0m      1  ␛[31;1m1 100%␛[0m   472 ms   472 ms
      ␛[2m      └─ ␛[0mS3␛[2m · remote␛[0m                               1           169 ms   169 ms
      ␛[35mfrontend-react-js␛[0m                                  3           101 ms   565 ms
      ␛[2m└─ ␛[0m␛[33mbackend-flask␛[0m␛[2m  … above␛[0m                          3           101 ms   565 ms
      ␛[35mcruddur-worker␛[0m                                     1           131 ms   131 ms
    ------- stderr -------
    ␛[36;1mnote␛[0m: 1 request came from a span that has not arrived, so that it is not known who made it
    [exit status: 0]
    ");
}

#[test]
fn a_filter_keeps_whole_traces() {
    insta::assert_snapshot!(map(&["db.system = \"dynamodb\"", "--service", "backend-flask"]), @"
    1 service and 2 others that they call · 1 trace

                                  calls  errors      p50      p90      p99    total
    client
    └─ backend-flask                  1           402 ms   402 ms   402 ms   402 ms
      ├─ DynamoDB · db               13          23.8 ms  26.3 ms    48 ms   319 ms
      └─ postgresql cruddur · db      1          12.4 ms  12.4 ms  12.4 ms  12.4 ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(map(&["duration > 1h"]), @"
    ------- stderr -------
    note: no trace satisfies duration > 1h
    [exit status: 0]
    ");
}

#[test]
fn some_traces_by_their_ids() {
    insta::assert_snapshot!(map(&["--trace", "6a637109", "--trace", "1-6a637109-87bbe879c7a5f5784a70384b"]), @"
    4 services and 1 other that they call · 1 trace

                                                      calls  errors     p50     p90     p99   total  5xx
      frontend-react-js                                   1          565 ms  565 ms  565 ms  565 ms
      └─ backend-flask                                    1          565 ms  565 ms  565 ms  565 ms
    !   └─ cruddur-thumbs · AWS::L…  1 failed unseen      1          522 ms  522 ms  522 ms  522 ms
    !     └─ cruddur-thumbs · AWS::Lambda::Function       1  1 100%  472 ms  472 ms  472 ms  472 ms    1
            └─ S3 · remote                                1          169 ms  169 ms  169 ms  169 ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(map(&["--trace", "6a637109", "--trace", "ae98aa", "--error", "name = INSERT"]), @"
    1 service and 1 other that they call · 1 trace

                                    calls  errors    p50    p90    p99  total  5xx
      client
    ! └─ backend-flask                  1  1 100%  48 ms  48 ms  48 ms  48 ms    1
    !   └─ postgresql cruddur · db      1  1 100%  29 ms  29 ms  29 ms  29 ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(map(&["--trace", "123456"]), @"
    ------- stderr -------
    error: no trace `123456`
    hint: the nearest ids are ae98aa61f92c36ccde88da857de9bd67, 08fef885f38c1e32024efae4ecacf67d, 6e0e527094eac2775941319a7b6a5db6
    hint: `cruddur-trace list` shows what is there
    [exit status: 1]
    ");
    insta::assert_snapshot!(map(&["--trace", "6a637109", "--explain"]), @"
    file:cruddur.json: fetch each trace by its id
    file:xray.json: fetch each trace by its id
    [exit status: 0]
    ");
}

#[test]
fn a_limit_that_was_reached_is_said() {
    insta::assert_snapshot!(home().line("map -b file:cruddur.json --limit 2"), @"
    3 services and 1 other that they call · 2 traces

                          calls  errors     p50     p90     p99   total
    frontend-react-js         2          101 ms  565 ms  565 ms  666 ms
    └─ backend-flask          2          101 ms  565 ms  565 ms  666 ms
      └─ Lambda · remote      1          522 ms  522 ms  522 ms  522 ms
    cruddur-worker            1          131 ms  131 ms  131 ms  131 ms
    ------- stderr -------
    note: made of the newest 2 of 5 traces; --limit looks at more
    note: 1 request came from a span that has not arrived, so that it is not known who made it
    [exit status: 0]
    ");
    let answer = home().line("map -b file:cruddur.json --limit 1 -o json kind=server");
    let document: Json = serde_json::from_str(&answer.stdout).expect("it is JSON");
    let notes = document["notes"].as_array().expect("it is a list");
    assert_eq!(answer.stderr, format!("note: {}\n", notes[0].as_str().expect("it is text")));
    assert_eq!(notes.len(), 1);
}

#[test]
fn the_local_store_is_searched_back_where_the_last_hour_has_nothing() {
    let home = home();
    home.import("cruddur.json");
    insta::assert_snapshot!(home.line("map --error"), @"
    1 service and 1 other that they call · 1 trace

                                    calls  errors    p50    p90    p99  total  5xx
      client
    ! └─ backend-flask                  1  1 100%  48 ms  48 ms  48 ms  48 ms    1
    !   └─ postgresql cruddur · db      1  1 100%  29 ms  29 ms  29 ms  29 ms
    ------- stderr -------
    note: nothing newer matches, so these are older than the default window (see --since)
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("map --since 1h"), @"
    ------- stderr -------
    note: there are no traces here
    hint: `cruddur-trace collect` receives what applications send; `--since 7d` looks further back
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("map --error --explain"), @"
    local: walk the traces of the window in the index, newest first, until the limit is reached
    local: no condition on service, name or kind alone: every trace is a candidate
    local: check status = error on the index: exact, no batch is read
    [exit status: 0]
    ");
}

#[test]
fn json_is_one_document_with_all_there_is_to_say() {
    let answer = map(&["-o", "json", "--trace", "ae98aa"]);
    insta::assert_snapshot!(answer, @r#"
    {
      "schema": 1,
      "nodes": [
        {
          "name": "backend-flask",
          "kind": null,
          "root": true,
          "figures": {
            "count": 1,
            "ok_count": 0,
            "failed_count": 1,
            "error_count": 0,
            "throttle_count": 0,
            "fault_count": 1,
            "failure_count": 0,
            "total_ns": 48000000,
            "p50_ns": 48000000,
            "p90_ns": 48000000,
            "p99_ns": 48000000,
            "max_ns": 48000000
          }
        },
        {
          "name": "client",
          "kind": "client",
          "root": false,
          "figures": null
        },
        {
          "name": "postgresql cruddur",
          "kind": "db",
          "root": false,
          "figures": {
            "count": 1,
            "ok_count": 0,
            "failed_count": 1,
            "error_count": 0,
            "throttle_count": 0,
            "fault_count": 0,
            "failure_count": 1,
            "total_ns": 29000000,
            "p50_ns": 29000000,
            "p90_ns": 29000000,
            "p99_ns": 29000000,
            "max_ns": 29000000
          }
        }
      ],
      "edges": [
        {
          "from": 0,
          "to": 2,
          "from_name": "backend-flask",
          "to_name": "postgresql cruddur",
          "figures": {
            "count": 1,
            "ok_count": 0,
            "failed_count": 1,
            "error_count": 0,
            "throttle_count": 0,
            "fault_count": 0,
            "failure_count": 1,
            "total_ns": 29000000,
            "p50_ns": 29000000,
            "p90_ns": 29000000,
            "p99_ns": 29000000,
            "max_ns": 29000000
          }
        },
        {
          "from": 1,
          "to": 0,
          "from_name": "client",
          "to_name": "backend-flask",
          "figures": {
            "count": 1,
            "ok_count": 0,
            "failed_count": 1,
            "error_count": 0,
            "throttle_count": 0,
            "fault_count": 1,
            "failure_count": 0,
            "total_ns": 48000000,
            "p50_ns": 48000000,
            "p90_ns": 48000000,
            "p99_ns": 48000000,
            "max_ns": 48000000
          }
        }
      ],
      "notes": []
    }
    [exit status: 0]
    "#);
}

#[test]
fn edges_in_json_name_the_nodes_that_they_point_to() {
    let document: Json = serde_json::from_str(&map(&["-o", "json"]).stdout).expect("it is JSON");
    for edge in document["edges"].as_array().expect("it is a list") {
        for (place, name) in [("from", "from_name"), ("to", "to_name")] {
            let place = usize::try_from(edge[place].as_u64().expect("it is a place")).expect("it is a place");
            assert_eq!(document["nodes"][place]["name"], edge[name]);
        }
    }
}

#[test]
fn names_from_outside_do_not_steer_the_terminal() {
    let home = Home::new();
    let hostile = "\u{1b}]0;owned\u{7}\u{202e}web";
    let spans = [
        Span { resource: Resource::of_service(hostile).into(), ..span(1, 0, "GET /") },
        Span {
            kind: SpanKind::Client,
            id: span_id(2),
            attributes: [("db.system", "re\ndis"), ("db.name", "\u{9b}2J")].into_iter().collect(),
            resource: Resource::of_service(hostile).into(),
            ..span(2, 1, "GET")
        },
    ];
    std::fs::write(home.path("hostile.pb"), body(&trace_id(1, 1), &spans)).expect("the home can be written to");
    insta::assert_snapshot!(home.line("map -b file:hostile.pb --width 80"), @r"
    1 service and 1 other that they call · 1 trace

                               calls  errors   p50   p90
    client
    └─ ␛]0;owned␇\u{202e}web       1          1 ms  1 ms
      └─ re␊dis \u{9b}2J · db      1          1 ms  1 ms
    [exit status: 0]
    ");
    let document: Json = serde_json::from_str(&home.line("map -b file:hostile.pb -o json").stdout).expect("it is JSON");
    assert!(document["nodes"].as_array().expect("it is a list").iter().any(|node| node["name"] == hostile));
}

#[test]
fn a_flowchart_for_markdown() {
    insta::assert_snapshot!(map(&["-o", "mermaid", "-q"]), @r#"
    flowchart LR
      n0[("DynamoDB<br/>db")]
      n1("S3<br/>remote")
      n2["backend-flask"]
      n3(["client"])
      n4["cruddur-thumbs<br/>AWS#58;#58;Lambda"]
      n5["cruddur-thumbs<br/>AWS#58;#58;Lambda#58;#58;Function"]
      n6["cruddur-worker"]
      n7["frontend-react-js"]
      n8[("postgresql cruddur<br/>db")]
      n2 -->|"13 calls<br/>p50 23.8 ms"| n0
      n2 -->|"1 call<br/>p50 522 ms"| n4
      n2 -->|"3 calls<br/>1 failed (33#37;)<br/>p50 29 ms"| n8
      n3 -->|"3 calls<br/>1 failed (33#37;)<br/>p50 48 ms"| n2
      n4 -->|"1 call<br/>1 failed (100#37;)<br/>p50 472 ms"| n5
      n5 -->|"1 call<br/>p50 169 ms"| n1
      n7 -->|"3 calls<br/>p50 101 ms"| n2
      classDef failed stroke:#d1242f,stroke-width:2px
      class n2,n4,n5,n8 failed
      linkStyle 2,3,4 stroke:#d1242f
    [exit status: 0]
    "#);
    insta::assert_snapshot!(Home::new().line("map -o mermaid -q"), @"
    flowchart LR
    [exit status: 0]
    ");
}

#[test]
fn a_picture_that_needs_nothing_else() {
    let drawn = map(&["-o", "svg", "-q"]).answer();
    assert!(drawn.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=") && drawn.ends_with("</svg>\n"), "{drawn}");
    let count = |what: &str| drawn.matches(what).count();
    assert_eq!((count("class=\"node"), count("class=\"edge"), count("class=\"edge failed\"")), (9, 7, 3));
    assert_eq!((count("http"), count("<script"), count("url(#arrow)") + count("url(#failed-arrow)")), (1, 0, 7));
    assert_eq!(count(">5 services and 3 others that they call · 6 traces<"), 2, "its title, and what is seen");
    assert!(drawn.contains("@media (prefers-color-scheme:dark)") && drawn.contains(">postgresql cruddur</text>"));
    let empty = Home::new().line("map -o svg -q").answer();
    assert!(empty.ends_with("</svg>\n") && !empty.contains("class=\"node"), "{empty}");
}
