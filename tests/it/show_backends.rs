//! `show` for machines, and out of several backends.

use serde_json::{Value as Json, json};

use crate::show::{AVATAR, GROUPS, home, show};
use crate::support::CommandOutput;

#[test]
fn json_has_everything() {
    let answer = show(&["ae98aa", "-o", "json"]).answer();
    let document: Json = serde_json::from_str(&answer).expect("it is JSON");
    let trace = &document["traces"][0];
    assert_eq!((&document["schema"], &document["notes"]), (&json!(1), &json!([])));
    assert_eq!((&trace["span_count"], trace["spans"].as_array().map(Vec::len)), (&json!(3), Some(3)));
    insta::assert_snapshot!(serde_json::to_string_pretty(&trace["spans"][2]).expect("it is JSON"), @r#"
    {
      "attributes": {
        "db.name": "cruddur",
        "db.statement": "INSERT INTO public.activities (user_uuid, message, expires_at) VALUES ((SELECT uuid FROM public.users WHERE handle = %(handle)s), %(message)s, %(expires_at)s) RETURNING uuid",
        "db.system": "postgresql"
      },
      "duration_ns": 29000000,
      "end_unix_nano": "1784901826350000000",
      "events": [
        {
          "attributes": {
            "exception.escaped": "False",
            "exception.message": "null value in column \"user_uuid\" of relation \"activities\" violates not-null constraint",
            "exception.stacktrace": "Traceback (most recent call last):\n  File \"/backend-flask/services/create_activity.py\", line 51, in create_activity\n    cur.execute(sql, params)\npsycopg.errors.NotNullViolation: null value in column \"user_uuid\" of relation \"activities\" violates not-null constraint\n",
            "exception.type": "psycopg.errors.NotNullViolation"
          },
          "name": "exception",
          "offset_ns": 41760000,
          "time": "2026-07-24T14:03:46.349960Z",
          "time_unix_nano": "1784901826349960000"
        }
      ],
      "flags": 257,
      "kind": "client",
      "links": [],
      "name": "INSERT",
      "offset_ns": 12800000,
      "parent_span_id": "aea7d44a67d4d415",
      "resource": {
        "attributes": {
          "deployment.environment": "development",
          "service.name": "backend-flask",
          "telemetry.sdk.language": "python",
          "telemetry.sdk.name": "opentelemetry",
          "telemetry.sdk.version": "1.39.1"
        }
      },
      "scope": {
        "attributes": {},
        "name": "opentelemetry.instrumentation.psycopg",
        "version": "0.60b1"
      },
      "service": "backend-flask",
      "span_id": "f3ae856a8964ad65",
      "start": "2026-07-24T14:03:46.321Z",
      "start_unix_nano": "1784901826321000000",
      "status": "error",
      "status_message": "NotNullViolation: null value in column \"user_uuid\" of relation \"activities\" violates not-null constraint"
    }
    "#);
}

#[test]
fn jsonl_is_one_trace_a_line() {
    let lines = show(&["ae98aa", "08fef8", "-o", "jsonl"]).answer();
    let names: Vec<Json> =
        lines.lines().map(|line| serde_json::from_str::<Json>(line).expect("it is JSON")["spans"][0]["name"].clone()).collect();
    assert_eq!(names, ["POST /api/activities", "HTTP GET"]);
}

#[test]
fn otlp_that_is_read_again_is_the_same_trace() {
    let home = home();
    let both = ["-b", "file:cruddur.json", "-b", "file:xray.json"];
    // In one store, so that no row says which file has it.
    home.import("cruddur.json xray.json");
    let drawn = |output: CommandOutput| {
        // All but the header, which says where it was read from.
        output.answer().split_once("\n\n").expect("a header is followed by an empty line").1.to_owned()
    };
    for id in [AVATAR, GROUPS, "6a63711c"] {
        let otlp = home.run(both.iter().chain(&["show", id, "-o", "otlp"])).answer();
        let again = home.run_with(["show", "-b", "file:-", id], otlp.as_bytes());
        assert_eq!(drawn(again), drawn(home.run(["show", "-b", "local", id])), "{id}");
        let twice = home.run_with(["show", "-b", "file:-", id, "-o", "otlp"], otlp.as_bytes()).answer();
        assert_eq!(twice, otlp, "{id}");
    }
}

#[test]
fn two_backends_are_one_tree_with_no_span_twice() {
    let home = home();
    home.import("cruddur.json");
    insta::assert_snapshot!(home.run(["show", "-b", "file:cruddur.json", "-b", "file:xray.json", AVATAR]), @"
    frontend-react-js  HTTP POST · 565 ms · 7 spans · 3 services · 3 errors (1 origin)
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.600 UTC
    C file:cruddur.json + X file:xray.json · complete

         █ critical path  ▄ own time  ─ waits                   ▏0          ▏200 ms     ▏400 ms
      C· HTTP POST                           frontend-react-js  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 565 ms
      C· ┕━ POST /api/profile/avatar         backend-flask      ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━▋ 551 ms
      C·   ┕━ Lambda.Invoke                  backend-flask       ▐█━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  522 ms
    ! ·X     ┕━ cruddur-thumbs (Lambda)      cruddur-thumbs        █━━━━━━━━━━━━━━━━━━━━━━━━━━━▌  489 ms
               │ handled
    ! ·X       ┕━ cruddur-thumbs (Function)  cruddur-thumbs        ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━×  472 ms
      ·X         ┝━ S3                       cruddur-thumbs         ██████████                    169 ms
    ! ·X         ┕━ sharp.resize             cruddur-thumbs                   █████████████████   287 ms
                     Input buffer contains unsupported image format
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.run(["show", "-b", "file:xray.json", AVATAR]), @"
    (root not arrived) · 489 ms · 4 spans · 1 service · 3 errors (1 origin)
    1-6a637109-87bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.652 UTC · file:xray.json
    incomplete: no root span has arrived; 1 parent span has not arrived

      █ critical ▄ own ─ waits            ▏0          ▏100 ms    ▏200 ms    ▏300 ms    ▏400 ms
    ⋯ 14af83ebfb3b9fd9 not arrived (yet)  ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
    ! ┕━ cruddur-thumbs (Lambda)          █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 489 ms
    !   ┕━ cruddur-thumbs (Function)       █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━×  472 ms
          ┝━ S3                             ███████████████████▏                                  169 ms
    !     ┕━ sharp.resize                                      ▐███████████████████████████████▊  287 ms
              Input buffer contains unsupported image format
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.run(["show", "-b", "local", "-b", "file:cruddur.json", "--width", "80", AVATAR]), @"
    frontend-react-js  HTTP POST · 565 ms · 3 spans · 2 services
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57 UTC
    L local + C file:cruddur.json · complete

       █ critical path  ▄ own time  ─ waits  ▏0          ▏200 ms    ▏400 ms
    LC HTTP POST · frontend-react-js         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 565 ms
    LC ┕━ POST /api/profile/avatar · backe…  ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━▋ 551 ms
    LC   ┕━ Lambda.Invoke                     █████████████████████████████▉  522 ms
    [exit status: 0]
    ");
}

#[test]
fn a_backend_that_fails_is_a_warning_while_another_answers() {
    let home = home();
    home.import("cruddur.json");
    insta::assert_snapshot!(home.line("show -b local -b file:nowhere.json --width 80 08fef8"), @"
    frontend-react-js  HTTP GET · 75 ms · 6 spans · 2 services
    08fef885f38c1e32024efae4ecacf67d · 2026-07-24 14:03:05 UTC · local · complete

    █ critical path  ▄ own time  ─ waits  ▏0       ▏20 ms    ▏40 ms   ▏60 ms
    HTTP GET · frontend-react-js          ████━━━━━━━━━━━━━━━━━━━━━━━━━━━███   75 ms
    ┕━ GET /api/activities/home · backe…     ▐━━━━━━━━━━━━━━━━━━━━━━━━━━█▎     61 ms
      ┝━ cognito-jwt-verify                   ██▉                             6.3 ms
      ┕━ home-activities                         ━━━━━━━━━━━━━━━━━━━━━━█▌    51.5 ms
        ┝━ psycopg-pool-getconn                  ▐███▉                        9.8 ms
        ┕━ SELECT                                     █████████████████      37.2 ms

    - psycopg-pool-getconn and SELECT run one after the other in home-activities:
      they could run side by side if they do not need each other's answers, which
      saves 9.8 ms at most
    ------- stderr -------
    warning: cannot read nowhere.json: No such file or directory (os error 2)
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("show -b local -b file:nowhere.json 1234567890"), @r"
    ------- stderr -------
    warning: cannot read nowhere.json: No such file or directory (os error 2)
    error: it cannot be told: nobody who answered has the trace
    hint: see the warnings above
    [exit status: 3]
    ");
    insta::assert_snapshot!(home.line("show -b file:nowhere.json 08fef8"), @r"
    ------- stderr -------
    error: cannot read nowhere.json: No such file or directory (os error 2)
    [exit status: 3]
    ");
    crate::support::write(&home.path("broken.db"), "this is no database, and long enough to be looked at as one");
    insta::assert_snapshot!(home.line("show --store broken.db -b local -b file:cruddur.json --width 80 08fef8"), @"
    frontend-react-js  HTTP GET · 75 ms · 6 spans · 2 services
    08fef885f38c1e32024efae4ecacf67d · 2026-07-24 14:03:05 UTC · file:cruddur.json
    complete

    █ critical path  ▄ own time  ─ waits  ▏0       ▏20 ms    ▏40 ms   ▏60 ms
    HTTP GET · frontend-react-js          ████━━━━━━━━━━━━━━━━━━━━━━━━━━━███   75 ms
    ┕━ GET /api/activities/home · backe…     ▐━━━━━━━━━━━━━━━━━━━━━━━━━━█▎     61 ms
      ┝━ cognito-jwt-verify                   ██▉                             6.3 ms
      ┕━ home-activities                         ━━━━━━━━━━━━━━━━━━━━━━█▌    51.5 ms
        ┝━ psycopg-pool-getconn                  ▐███▉                        9.8 ms
        ┕━ SELECT                                     █████████████████      37.2 ms

    - psycopg-pool-getconn and SELECT run one after the other in home-activities:
      they could run side by side if they do not need each other's answers, which
      saves 9.8 ms at most
    ------- stderr -------
    warning: broken.db is not a store of cruddur-trace: it is no SQLite database
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("show --store broken.db 08fef8"), @r"
    ------- stderr -------
    error: broken.db is not a store of cruddur-trace: it is no SQLite database
    hint: name another file with --store
    [exit status: 2]
    ");
}
