//! `assert`: verdicts, exit codes and what is said with them.

use serde_json::Value as Json;

use crate::support::{CommandOutput, Home};

fn home() -> Home {
    Home::new().with_fixtures(&["cruddur.json", "xray.json"])
}

/// An assertion about the session.
fn assert(more: &[&str]) -> CommandOutput {
    home().run(["assert", "-b", "file:cruddur.json"].iter().chain(more))
}

#[test]
fn what_is_there_holds() {
    insta::assert_snapshot!(assert(&["status = error"]), @r"
    ------- stderr -------
    holds: 1 trace satisfies status = error
    [exit status: 0]
    ");
    insta::assert_snapshot!(assert(&[r#"{ kind = server } >> { db.system = "dynamodb" }"#]), @r#"
    ------- stderr -------
    holds: 1 trace satisfies { kind = server } >> { db.system = "dynamodb" }
    [exit status: 0]
    "#);
    insta::assert_snapshot!(assert(&["--service", "backend-flask"]), @r#"
    ------- stderr -------
    holds: at least 1 trace satisfies service = "backend-flask"
    [exit status: 0]
    "#);
    insta::assert_snapshot!(assert(&[]), @r"
    ------- stderr -------
    holds: there is at least 1 trace
    [exit status: 0]
    ");
}

#[test]
fn what_is_not_there_is_answered_with_what_came_nearest() {
    insta::assert_snapshot!(assert(&[r#"service = "backend-flask" and name = "GET /api/mesage_groups" and duration < 300ms"#]), @r#"
    ------- stderr -------
    does not hold: no trace satisfies service = "backend-flask" and name = "GET /api/mesage_groups" and duration < 300ms
    nearest:
      2 of 3 conditions: backend-flask GET /api/activities/home
        in trace 08fef885f38c1e32024efae4ecacf67d
        wanted name = "GET /api/mesage_groups", but it is GET /api/activities/home
      2 of 3 conditions: backend-flask POST /api/activities
        in trace ae98aa61f92c36ccde88da857de9bd67
        wanted name = "GET /api/mesage_groups", but it is POST /api/activities
      2 of 3 conditions: backend-flask POST /api/activities/3bf2/reply
        in trace 6e0e527094eac2775941319a7b6a5db6
        wanted name = "GET /api/mesage_groups", but it is POST /api/activities/3bf2/reply
    frontend-react-js  HTTP GET · 75 ms · 6 spans · 2 services
    08fef885f38c1e32024efae4ecacf67d · 2026-07-24 14:03:05.000 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits            ▏0          ▏20 ms     ▏40 ms     ▏60 ms
      HTTP GET                     frontend-react-js  █████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███   75 ms
    › ┕━ GET /api/activities/home  backend-flask          ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━▊      61 ms
        ┝━ cognito-jwt-verify      backend-flask           ███▌                                   6.3 ms
        ┕━ home-activities         backend-flask               ━━━━━━━━━━━━━━━━━━━━━━━━━━━█▊     51.5 ms
          ┝━ psycopg-pool-getconn  backend-flask               █████▋                             9.8 ms
          ┕━ SELECT                backend-flask                     ████████████████████▉       37.2 ms

    - psycopg-pool-getconn and SELECT run one after the other in home-activities: they could run side by
      side if they do not need each other's answers, which saves 9.8 ms at most
    [exit status: 1]
    "#);
    insta::assert_snapshot!(assert(&[r#"name = "GET /api/mesage_groups""#]), @r#"
    ------- stderr -------
    does not hold: no trace satisfies name = "GET /api/mesage_groups"
    nearest:
      0 of 1 conditions: backend-flask GET /api/message_groups
        in trace 8bc626382cebdea2f7f1556261da8061
        wanted name = "GET /api/mesage_groups", but it is GET /api/message_groups
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13.908 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits     ▏0           ▏100 ms     ▏200 ms     ▏300 ms
    › GET /api/message_groups · backend-flask  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
      ┝━ cognito-jwt-verify                    ▉                                                  7.1 ms
      ┝━ SELECT                                 █▌                                               12.4 ms
      ┕━ list-message-groups                     ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   372 ms
        ┝━ ×13 DynamoDB.Query                     ██████████████████████████████████████████      345 ms
        │   p50 23.8 ms max 48 ms
        ┕━ render-json                                                                      ███  22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319 ms
    [exit status: 1]
    "#);
    insta::assert_snapshot!(assert(&["--error", "--min-duration", "1s", "--color", "always"]), @r#"
    ------- stderr -------
    ␛[31;1mdoes not hold: no trace satisfies duration >= 1s and status = error␛[0m
    nearest:
      1 of 2 conditions: backend-flask POST /api/activities
    ␛[2m    in trace ae98aa61f92c36ccde88da857de9bd67␛[0m
    ␛[31;1m    wanted duration >= 1s, but it is 48ms␛[0m
      1 of 2 conditions: backend-flask create-activity
    ␛[2m    in trace ae98aa61f92c36ccde88da857de9bd67␛[0m
    ␛[31;1m    wanted duration >= 1s, but it is 39.5ms␛[0m
      1 of 2 conditions: backend-flask INSERT
    ␛[2m    in trace ae98aa61f92c36ccde88da857de9bd67␛[0m
    ␛[31;1m    wanted duration >= 1s, but it is 29ms␛[0m
    ␛[33mbackend-flask␛[0m  ␛[1mPOST /api/activities␛[0m␛[2m · ␛[0m␛[1m48 ms␛[0m␛[2m · ␛[0m3 spans␛[2m · ␛[0m1 service␛[2m · ␛[0m␛[31;1m3 errors (1 origin)␛[0m
    ␛[33mae98aa61f92c36ccde88da857de9bd67␛[0m␛[2m · ␛[0m2026-07-24 14:03:46.308 UTC␛[2m · ␛[0mfile:cruddur.json␛[2m · ␛[0m␛[32mcomplete␛[0m

       ␛[2m█ critical path  ▄ own time  ─ waits␛[0m  ␛[2m▏0␛[0m         ␛[2m▏10 ms␛[0m     ␛[2m▏20 ms␛[0m    ␛[2m▏30 ms␛[0m     ␛[2m▏40 ms␛[0m
    ␛[33m›␛[0m␛[31;1m!␛[0m ␛[31;1mPOST /api/activities␛[0m␛[2m · ␛[0m␛[33mbackend-flask␛[0m  ␛[31;1m██████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███␛[0m   48 ms
       ␛[2m│ ␛[0m␛[31;1mHTTP 500␛[0m
    ␛[33m›␛[0m␛[31;1m!␛[0m ␛[2m┕━ ␛[0m␛[31;1mcreate-activity␛[0m                          ␛[31;1m████████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━████×␛[0m   39.5 ms
    ␛[33m›␛[0m␛[31;1m!␛[0m ␛[2m  ┕━ ␛[0m␛[31;1mINSERT␛[0m                                        ␛[31;1m▐██████████████████████████████×␛[0m         29 ms
       ␛[2m      ␛[0m␛[31;1mNotNullViolation: null value in column "user_uuid" of relation "activities" violates not-n…␛[0m
    [exit status: 1]
    "#);
    insta::assert_snapshot!(assert(&["status = error and duration > 1s", "--quiet"]), @r"[exit status: 1]");
}

#[test]
fn absence_holds_where_nothing_matches() {
    insta::assert_snapshot!(assert(&["--absent", "duration > 1h"]), @r"
    ------- stderr -------
    holds: no trace satisfies duration > 1h (expected none)
    [exit status: 0]
    ");
    insta::assert_snapshot!(assert(&["--absent", "status = error"]), @r#"
    ------- stderr -------
    does not hold: 1 trace satisfies status = error (expected none)
    backend-flask  POST /api/activities · 48 ms · 3 spans · 1 service · 3 errors (1 origin)
    ae98aa61f92c36ccde88da857de9bd67 · 2026-07-24 14:03:46.308 UTC · file:cruddur.json · complete

       █ critical path  ▄ own time  ─ waits  ▏0         ▏10 ms     ▏20 ms    ▏30 ms     ▏40 ms
    ›! POST /api/activities · backend-flask  ██████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███   48 ms
       │ HTTP 500
    ›! ┕━ create-activity                          ████████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━████×   39.5 ms
    ›!   ┕━ INSERT                                        ▐██████████████████████████████×         29 ms
             NotNullViolation: null value in column "user_uuid" of relation "activities" violates not-n…
    [exit status: 1]
    "#);
    insta::assert_snapshot!(assert(&["--absent", "--service", "backend-flask"]), @r#"
    ------- stderr -------
    does not hold: at least 1 trace satisfies service = "backend-flask" (expected none)
    frontend-react-js  HTTP POST · 565 ms · 3 spans · 2 services
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.600 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits            ▏0              ▏200 ms        ▏400 ms
      HTTP POST                    frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 565 ms
    › ┕━ POST /api/profile/avatar  backend-flask      ▐█━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▌ 551 ms
    ›   ┕━ Lambda.Invoke           backend-flask       ▐███████████████████████████████████████▌  522 ms
    [exit status: 1]
    "#);
}

#[test]
fn a_number_is_asked_for_in_every_form() {
    insta::assert_snapshot!(assert(&["kind = server", "--count", ">=3"]), @r"
    ------- stderr -------
    holds: at least 3 traces satisfy kind = server (expected at least 3)
    [exit status: 0]
    ");
    insta::assert_snapshot!(assert(&["kind = server", "--count", "2..3"]), @"
    ------- stderr -------
    does not hold: at least 4 traces satisfy kind = server (expected 2 to 3)
    frontend-react-js  HTTP POST · 565 ms · 3 spans · 2 services
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.600 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits            ▏0              ▏200 ms        ▏400 ms
      HTTP POST                    frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 565 ms
    › ┕━ POST /api/profile/avatar  backend-flask      ▐█━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▌ 551 ms
        ┕━ Lambda.Invoke           backend-flask       ▐███████████████████████████████████████▌  522 ms
    [exit status: 1]
    ");
    insta::assert_snapshot!(assert(&["kind = server", "--count", "2..5"]), @r"
    ------- stderr -------
    holds: 5 traces satisfy kind = server (expected 2 to 5)
    [exit status: 0]
    ");
    insta::assert_snapshot!(assert(&["kind = consumer", "--count", "2..5"]), @"
    ------- stderr -------
    does not hold: 1 trace satisfies kind = consumer (expected 2 to 5)
    nearest:
      0 of 1 conditions: frontend-react-js HTTP POST
        in trace 6a63710987bbe879c7a5f5784a70384b
        wanted kind = consumer, but it is client
    frontend-react-js  HTTP POST · 565 ms · 3 spans · 2 services
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.600 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits            ▏0              ▏200 ms        ▏400 ms
    › HTTP POST                    frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 565 ms
      ┕━ POST /api/profile/avatar  backend-flask      ▐█━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▌ 551 ms
        ┕━ Lambda.Invoke           backend-flask       ▐███████████████████████████████████████▌  522 ms
    [exit status: 1]
    ");
    insta::assert_snapshot!(assert(&["--count", "5"]), @r"
    ------- stderr -------
    holds: there are 5 traces (expected 5)
    [exit status: 0]
    ");
    insta::assert_snapshot!(assert(&["--count", "<2"]), @"
    ------- stderr -------
    does not hold: there are at least 2 traces (expected at most 1)
    frontend-react-js  HTTP POST · 565 ms · 3 spans · 2 services
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.600 UTC · file:cruddur.json · complete

    █ critical path  ▄ own time  ─ waits            ▏0              ▏200 ms         ▏400 ms
    HTTP POST                    frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 565 ms
    ┕━ POST /api/profile/avatar  backend-flask      ▐█━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▌ 551 ms
      ┕━ Lambda.Invoke           backend-flask        █████████████████████████████████████████▍  522 ms
    [exit status: 1]
    ");
    insta::assert_snapshot!(assert(&["--count", "many"]), @r"
    ------- stderr -------
    error: invalid value 'many' for '--count <COUNT>': expected a number such as `3`, `>=3`, `<10`, or a range such as `2..5`

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn one_trace_is_looked_at_alone() {
    insta::assert_snapshot!(assert(&["--trace", "8bc626", r#"db.system = "dynamodb""#]), @r#"
    ------- stderr -------
    holds: trace 8bc626382cebdea2f7f1556261da8061 satisfies db.system = "dynamodb"
    [exit status: 0]
    "#);
    insta::assert_snapshot!(assert(&["--trace", "8bc626", "status = error"]), @"
    ------- stderr -------
    does not hold: trace 8bc626382cebdea2f7f1556261da8061 does not satisfy status = error
    nearest:
      0 of 1 conditions: backend-flask GET /api/message_groups
        in trace 8bc626382cebdea2f7f1556261da8061
        wanted status = error, but it is unset
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13.908 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits     ▏0           ▏100 ms     ▏200 ms     ▏300 ms
    › GET /api/message_groups · backend-flask  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
      ┝━ cognito-jwt-verify                    ▉                                                  7.1 ms
      ┝━ SELECT                                 █▌                                               12.4 ms
      ┕━ list-message-groups                     ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   372 ms
        ┝━ ×13 DynamoDB.Query                     ██████████████████████████████████████████      345 ms
        │   p50 23.8 ms max 48 ms
        ┕━ render-json                                                                      ███  22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319 ms
    [exit status: 1]
    ");
    insta::assert_snapshot!(assert(&["--trace", "8bc626"]), @r"
    ------- stderr -------
    holds: trace 8bc626382cebdea2f7f1556261da8061 is there
    [exit status: 0]
    ");
    insta::assert_snapshot!(assert(&["--trace", "8bc626382cebdea2f7f1556261da8016", "status = error"]), @r"
    ------- stderr -------
    does not hold: there is no trace `8bc626382cebdea2f7f1556261da8016`
    hint: the nearest ids are 8bc626382cebdea2f7f1556261da8061, 6e0e527094eac2775941319a7b6a5db6, 6a63710987bbe879c7a5f5784a70384b
    hint: `cruddur-trace list` shows what is there
    [exit status: 1]
    ");
    insta::assert_snapshot!(assert(&["--trace", "6", "status = error"]), @r"
    ------- stderr -------
    error: `6` is the beginning of several trace ids:
      6a63710987bbe879c7a5f5784a70384b
      6e0e527094eac2775941319a7b6a5db6
    hint: type a few more digits
    [exit status: 2]
    ");
    insta::assert_snapshot!(assert(&["--trace", "8bc626", "status = error", "--absent"]), @r"
    ------- stderr -------
    holds: trace 8bc626382cebdea2f7f1556261da8061 does not satisfy status = error (expected none)
    [exit status: 0]
    ");
}

#[test]
fn json_is_one_document_and_the_same_each_time() {
    let holds = assert(&["-o", "json", "status = error"]);
    insta::assert_snapshot!(holds, @r#"
    {
      "schema": 1,
      "verdict": "holds",
      "message": "holds: 1 trace satisfies status = error",
      "traces": [
        {
          "trace_id": "ae98aa61f92c36ccde88da857de9bd67",
          "backend": "file:cruddur.json",
          "start": "2026-07-24T14:03:46.308200Z",
          "start_unix_nano": "1784901826308200000",
          "end_unix_nano": "1784901826356200000",
          "duration_ns": 48000000,
          "root_name": "POST /api/activities",
          "root_service": "backend-flask",
          "services": [
            "backend-flask"
          ],
          "span_count": 3,
          "error_count": 3,
          "complete": true,
          "evidence": []
        }
      ]
    }
    [exit status: 0]
    "#);
    assert_eq!(holds, assert(&["-o", "json", "status = error"]));
    let fails = assert(&["-o", "json", "--absent", "status = error"]);
    let document: Json = serde_json::from_str(&fails.stdout).expect("it is JSON");
    assert_eq!((fails.code, &document["verdict"], &document["schema"]), (Some(1), &"fails".into(), &1.into()), "{fails}");
}

#[test]
fn a_window_in_which_it_was_missed_is_named() {
    let home = home();
    home.import("xray.json");
    insta::assert_snapshot!(home.run(["assert", "--absent", "name = \"sharp\""]), @r#"
    ------- stderr -------
    holds: no trace satisfies name = "sharp" with --since 1h (expected none)
    [exit status: 0]
    "#);
    insta::assert_snapshot!(home.run(["assert", "--since", "30m", "--until", "10m", "name = \"user-activities\""]), @r#"
    ------- stderr -------
    does not hold: no trace satisfies name = "user-activities" with --since 30m --until 10m
    [exit status: 1]
    "#);
    insta::assert_snapshot!(home.run(["assert", "--since", "2020-01-01", "name = \"user-activities\""]), @r#"
    ------- stderr -------
    holds: 1 trace satisfies name = "user-activities"
    [exit status: 0]
    "#);
}

#[test]
fn a_store_that_is_not_there_yet_is_an_empty_one() {
    insta::assert_snapshot!(Home::new().run(["assert", "status = error"]), @r"
    ------- stderr -------
    does not hold: no trace satisfies status = error with --since 1h
    [exit status: 1]
    ");
    insta::assert_snapshot!(Home::new().run(["assert", "--absent", "status = error"]), @r"
    ------- stderr -------
    holds: no trace satisfies status = error with --since 1h (expected none)
    [exit status: 0]
    ");
    insta::assert_snapshot!(Home::new().run(["assert", "--trace", "8bc626"]), @r"
    ------- stderr -------
    does not hold: there is no trace `8bc626`
    hint: `cruddur-trace list` shows what is there
    [exit status: 1]
    ");
}

#[test]
fn every_span_is_asked() {
    for (words, code) in [
        (&["kind = server", "--every", "duration < 10s"][..], 0),
        (&["kind = server", "--every", "duration < 100ms"], 1),
        (&["kind = server", "--every", "duration < 10s", "--count", ">=5"], 0),
        (&["kind = server", "--every", "duration < 10s", "--count", "4"], 1),
        (&["{ kind = server } >> { db.system exists }", "--every", "duration < 10s"], 0),
        (&["{ kind = server } >> { db.system exists }", "--every", "service = frontend"], 1),
        (&["--every", "service exists"], 0),
        // Nothing was asked, so nothing is proven.
        (&["service = nobody", "--every", "duration < 10s"], 1),
        (&["{ kind = server } and { kind = client }", "--every", "duration < 10s"], 2),
        (&["kind = server", "--every", "{ } > { }"], 2),
        (&["kind = server", "--every", "duration < 10s", "--absent"], 2),
    ] {
        let output = assert(words);
        assert_eq!(output.code, Some(code), "{words:?}: {output}");
    }
    insta::assert_snapshot!(assert(&["kind = server", "--every", "duration < 300ms"]), @"
    ------- stderr -------
    does not hold: at least 1 trace satisfies kind = server and not duration < 300ms (expected none)
    frontend-react-js  HTTP POST · 565 ms · 3 spans · 2 services
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.600 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits            ▏0              ▏200 ms        ▏400 ms
      HTTP POST                    frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 565 ms
    › ┕━ POST /api/profile/avatar  backend-flask      ▐█━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▌ 551 ms
        ┕━ Lambda.Invoke           backend-flask       ▐███████████████████████████████████████▌  522 ms
    [exit status: 1]
    ");
    insta::assert_snapshot!(assert(&["{ kind = server } and { kind = client }", "--every", "duration < 10s"]), @"
    ------- stderr -------
    error: --every asks each span that satisfies { kind = server } and { kind = client }, and cannot
    hint: it can where these are spans of one selector, or below those of one: `{ a } >> { b }`
    [exit status: 2]
    ");
}

#[test]
fn what_cannot_be_asked_cannot_be_told() {
    insta::assert_snapshot!(home().run(["assert", "-b", "file:nowhere.json", "status = error"]), @r"
    ------- stderr -------
    error: cannot read nowhere.json: No such file or directory (os error 2)
    [exit status: 3]
    ");
    let both = ["assert", "-b", "file:nowhere.json", "-b", "file:cruddur.json"];
    insta::assert_snapshot!(home().run(both.iter().chain(&["status = error"])), @r"
    ------- stderr -------
    warning: cannot read nowhere.json: No such file or directory (os error 2)
    holds: 1 trace satisfies status = error
    [exit status: 0]
    ");
    insta::assert_snapshot!(home().run(both.iter().chain(&["name = \"nothing\""])), @r#"
    ------- stderr -------
    warning: cannot read nowhere.json: No such file or directory (os error 2)
    cannot tell: no trace satisfies name = "nothing", but not every backend answered
    nearest:
      0 of 1 conditions: backend-flask cognito-jwt-verify
        in trace 8bc626382cebdea2f7f1556261da8061
        wanted name = "nothing", but it is cognito-jwt-verify
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13.908 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits     ▏0           ▏100 ms     ▏200 ms     ▏300 ms
      GET /api/message_groups · backend-flask  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    › ┝━ cognito-jwt-verify                    ▉                                                  7.1 ms
      ┝━ SELECT                                 █▌                                               12.4 ms
      ┕━ list-message-groups                     ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   372 ms
        ┝━ ×13 DynamoDB.Query                     ██████████████████████████████████████████      345 ms
        │   p50 23.8 ms max 48 ms
        ┕━ render-json                                                                      ███  22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319 ms
    [exit status: 3]
    "#);
    insta::assert_snapshot!(home().run(both.iter().chain(&["--absent", "duration > 1h"])), @r"
    ------- stderr -------
    warning: cannot read nowhere.json: No such file or directory (os error 2)
    cannot tell: no trace satisfies duration > 1h (expected none), but not every backend answered
    [exit status: 3]
    ");
    insta::assert_snapshot!(home().run(both.iter().chain(&["--trace", "1234567890"])), @r"
    ------- stderr -------
    warning: cannot read nowhere.json: No such file or directory (os error 2)
    error: it cannot be told: nobody who answered has the trace
    hint: see the warnings above
    [exit status: 3]
    ");
}

#[test]
fn a_broken_expression_is_drawn() {
    insta::assert_snapshot!(assert(&["durration > 250"]), @"
    ------- stderr -------
    hint: `durration` is read as an attribute; did you mean `duration`?
    does not hold: no trace satisfies durration > 250
    nearest:
      0 of 1 conditions: frontend-react-js HTTP POST
        in trace 6a63710987bbe879c7a5f5784a70384b
        wanted durration > 250
    frontend-react-js  HTTP POST · 565 ms · 3 spans · 2 services
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.600 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits            ▏0              ▏200 ms        ▏400 ms
    › HTTP POST                    frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 565 ms
      ┕━ POST /api/profile/avatar  backend-flask      ▐█━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▌ 551 ms
        ┕━ Lambda.Invoke           backend-flask       ▐███████████████████████████████████████▌  522 ms
    [exit status: 1]
    ");
    insta::assert_snapshot!(assert(&["duration > 250"]), @r"
    ------- stderr -------
    error: `250` has no unit
      |
    1 | duration > 250
      |            ^^^ expected a duration with a unit: ns, us, ms, s, m or h
    help: did you mean `250ms`?
    [exit status: 2]
    ");
    insta::assert_snapshot!(assert(&["status = error and"]), @r"
    ------- stderr -------
    error: the end of the expression is no comparison
      |
    1 | status = error and
      |                   ^ expected a field, such as `duration` or `http.route`
    [exit status: 2]
    ");
}
