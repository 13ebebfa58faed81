//! `show`, on whole screens.

use serde_json::{Value as Json, json};

use crate::support::{CommandOutput, Home};

/// The trace that reads message groups one by one.
pub(crate) const GROUPS: &str = "8bc626382cebdea2f7f1556261da8061";
/// The one that the SDK for OpenTelemetry and the one for X-Ray both saw.
pub(crate) const AVATAR: &str = "6a63710987bbe879c7a5f5784a70384b";

pub(crate) fn home() -> Home {
    Home::new().with_fixtures(&["cruddur.json", "xray.json"])
}

pub(crate) fn show(more: &[&str]) -> CommandOutput {
    home().run(["show", "-b", "file:cruddur.json"].iter().chain(more))
}

#[test]
fn a_waterfall_at_every_width() {
    insta::assert_snapshot!(show(&[GROUPS, "--width", "80"]), @"
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13 UTC · file:cruddur.json
    complete

    █ critical path  ▄ own time  ─ waits  ▏0               ▏200 ms
    GET /api/message_groups · backend-f…  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    ┝━ cognito-jwt-verify                 ▋                                   7.1 ms
    ┝━ SELECT                             ▐▊                                 12.4 ms
    ┕━ list-message-groups                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸  372 ms
      ┝━ ×13 DynamoDB.Query                 █████████████████████████████▎    345 ms
      │   p50 23.8 ms max 48 ms
      ┕━ render-json                                                     ▐█▎ 22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319
      ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&[GROUPS, "--width", "120"]), @"
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13.908 UTC · file:cruddur.json · complete

    █ critical path  ▄ own time  ─ waits     ▏0                ▏100 ms           ▏200 ms          ▏300 ms
    GET /api/message_groups · backend-flask  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    ┝━ cognito-jwt-verify                    █▍                                                                       7.1 ms
    ┝━ SELECT                                 ▐█▊                                                                    12.4 ms
    ┕━ list-message-groups                       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸   372 ms
      ┝━ ×13 DynamoDB.Query                      ▐████████████████████████████████████████████████████████████▎       345 ms
      │   p50 23.8 ms max 48 ms
      ┕━ render-json                                                                                          ▐███▌  22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319 ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&[GROUPS, "--width", "40"]), @"
    backend-flask  GET /api/message_groups
    402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061
    2026-07-24 14:04:13 UTC
    file:cruddur.json · complete

    █ critical path  ▏0
    GET /api/messag… ━━━━━━━━━━━━━━━  402 ms
    ┝━ cognito-jwt-… ▎                7.1 ms
    ┝━ SELECT        ▊               12.4 ms
    ┕━ list-message… ▐━━━━━━━━━━━━━╸  372 ms
      ┝━ ×13 Dynamo…  ████████████▊   345 ms
      │   p50 23.8 ms max 48 ms
      ┕━ render-json              ▐▋ 22.1 ms

    - N+1: DynamoDB.Query, 13 times one
      after the other in
      list-message-groups: 319 ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&[GROUPS, "--width", "80", "--ascii"]), @"
    backend-flask  GET /api/message_groups | 402 ms | 18 spans | 1 service
    8bc626382cebdea2f7f1556261da8061 | 2026-07-24 14:04:13 UTC | file:cruddur.json
    complete

    # critical path  = own time  - waits  |0               |200 ms
    GET /api/message_groups - backend...  ---------------------------------#  402 ms
    |= cognito-jwt-verify                 #                                   7.1 ms
    |= SELECT                             ##                                 12.4 ms
    `= list-message-groups                 #--------------------------------  372 ms
      |= x13 DynamoDB.Query                 ##############################    345 ms
      |   p50 23.8 ms max 48 ms
      `= render-json                                                     ### 22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319
      ms
    [exit status: 0]
    ");
}

#[test]
fn the_rest_of_the_session() {
    insta::assert_snapshot!(show(&["08fef8"]), @"
    frontend-react-js  HTTP GET · 75 ms · 6 spans · 2 services
    08fef885f38c1e32024efae4ecacf67d · 2026-07-24 14:03:05.000 UTC · file:cruddur.json · complete

    █ critical path  ▄ own time  ─ waits            ▏0          ▏20 ms      ▏40 ms      ▏60 ms
    HTTP GET                     frontend-react-js  █████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━████   75 ms
    ┕━ GET /api/activities/home  backend-flask          ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▌      61 ms
      ┝━ cognito-jwt-verify      backend-flask           ████                                     6.3 ms
      ┕━ home-activities         backend-flask               ╺━━━━━█━━━━━━━━━━━━━━━━━━━━━██▌     51.5 ms
        ┝━ psycopg-pool-getconn  backend-flask               ▐█████▎                              9.8 ms
        ┕━ SELECT                backend-flask                     ▐█████████████████████▌       37.2 ms

    - psycopg-pool-getconn and SELECT run one after the other in home-activities: they could run side by
      side if they do not need each other's answers, which saves 9.8 ms at most
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&["ae98aa"]), @r#"
    backend-flask  POST /api/activities · 48 ms · 3 spans · 1 service · 3 errors (1 origin)
    ae98aa61f92c36ccde88da857de9bd67 · 2026-07-24 14:03:46.308 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits  ▏0         ▏10 ms     ▏20 ms     ▏30 ms     ▏40 ms
    ! POST /api/activities · backend-flask  ██████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███   48 ms
      │ HTTP 500
    ! ┕━ create-activity                          ████████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███×    39.5 ms
    !   ┕━ INSERT                                        ▐███████████████████████████████×         29 ms
            NotNullViolation: null value in column "user_uuid" of relation "activities" violates not-nu…
    [exit status: 0]
    "#);
    insta::assert_snapshot!(show(&["6e0e52"]), @"
    frontend-react-js  HTTP POST · 225 ms · 4 spans · 3 services
    6e0e527094eac2775941319a7b6a5db6 · 2026-07-24 14:04:40.200 UTC · file:cruddur.json
    incomplete: 1 parent span has not arrived

      █ critical path  ▄ own time  ─ waits                   ▏0              ▏100 ms
      HTTP POST                           frontend-react-js  █━━━━━━━━━━━━━━▋                     101 ms
      ┕━ POST /api/activities/3bf2/reply  backend-flask       █━━━━━━━━━━━█▊                       87 ms
        ┕━ create-reply                   backend-flask        ██████████▉                       70.4 ms
    ⋯ a5d47a4311d759db not arrived (yet)                                   ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
      └─ notify-followers                 cruddur-worker                   ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄  131 ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&["ae98aa", "--color", "always", "--width", "80"]), @r#"
    ␛[33mbackend-flask␛[0m  ␛[1mPOST /api/activities␛[0m␛[2m · ␛[0m␛[1m48 ms␛[0m␛[2m · ␛[0m3 spans␛[2m · ␛[0m1 service
    ␛[31;1m3 errors (1 origin)␛[0m
    ␛[33mae98aa61f92c36ccde88da857de9bd67␛[0m␛[2m · ␛[0m2026-07-24 14:03:46 UTC␛[2m · ␛[0mfile:cruddur.json
    ␛[32mcomplete␛[0m

      ␛[2m█ critical path  ▄ own time  ─ waits␛[0m  ␛[2m▏0␛[0m            ␛[2m▏20 ms␛[0m
    ␛[31;1m!␛[0m ␛[31;1mPOST /api/activities␛[0m␛[2m · ␛[0m␛[33mbackend-flask␛[0m  ␛[31;1m████━━━━━━━━━━━━━━━━━━━━━━━━━━██␛[0m   48 ms
      ␛[2m│ ␛[0m␛[31;1mHTTP 500␛[0m
    ␛[31;1m!␛[0m ␛[2m┕━ ␛[0m␛[31;1mcreate-activity␛[0m                       ␛[31;1m▐█████━━━━━━━━━━━━━━━━━━━██×␛[0m  39.5 ms
    ␛[31;1m!␛[0m ␛[2m  ┕━ ␛[0m␛[31;1mINSERT␛[0m                                   ␛[31;1m▐██████████████████×␛[0m       29 ms
      ␛[2m      ␛[0m␛[31;1mNotNullViolation: null value in column "user_uuid" of relation "activit…␛[0m
    [exit status: 0]
    "#);
}

#[test]
fn every_spelling_of_an_id_is_the_same_trace() {
    let shown = show(&[AVATAR]);
    insta::assert_snapshot!(shown, @"
    frontend-react-js  HTTP POST · 565 ms · 3 spans · 2 services
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.600 UTC · file:cruddur.json · complete

    █ critical path  ▄ own time  ─ waits            ▏0              ▏200 ms         ▏400 ms
    HTTP POST                    frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 565 ms
    ┕━ POST /api/profile/avatar  backend-flask      ▐█━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▌ 551 ms
      ┕━ Lambda.Invoke           backend-flask        █████████████████████████████████████████▍  522 ms
    [exit status: 0]
    ");
    for spelling in [
        "6a63710987",
        "6A63710987BBE879",
        "1-6a637109-87bbe879c7a5f5784a70384b",
        "1-6a637109-87bb",
        "00-6a63710987bbe879c7a5f5784a70384b-14af83ebfb3b9fd9-01",
        "traceparent: 00-6a63710987bbe879c7a5f5784a70384b-14af83ebfb3b9fd9-01",
        "Root=1-6a637109-87bbe879c7a5f5784a70384b;Parent=14af83ebfb3b9fd9;Sampled=1",
        "https://ui.honeycomb.io/cruddur/environments/dev/datasets/backend-flask/trace?trace_id=6a63710987bbe879c7a5f5784a70384b",
        "https://ca-central-1.console.aws.amazon.com/xray/home?region=ca-central-1#/traces/1-6a637109-87bbe879c7a5f5784a70384b",
        "https://ca-central-1.console.aws.amazon.com/cloudwatch/home?region=ca-central-1#xray:traces/1-6a637109-87bbe879c7a5f5784a70384b",
    ] {
        assert_eq!(show(&[spelling]), shown, "{spelling}");
    }
}

#[test]
fn an_id_that_is_none_is_refused_with_what_was_meant() {
    insta::assert_snapshot!(show(&["6"]), @r"
    ------- stderr -------
    error: `6` is the beginning of several trace ids:
      6a63710987bbe879c7a5f5784a70384b
      6e0e527094eac2775941319a7b6a5db6
    hint: type a few more digits
    [exit status: 2]
    ");
    insta::assert_snapshot!(show(&["8bc626382cebdea2f7f1556261da8016"]), @r"
    ------- stderr -------
    error: no trace `8bc626382cebdea2f7f1556261da8016`
    hint: the nearest ids are 8bc626382cebdea2f7f1556261da8061, 6e0e527094eac2775941319a7b6a5db6, 6a63710987bbe879c7a5f5784a70384b
    hint: `cruddur-trace list` shows what is there
    [exit status: 1]
    ");
    insta::assert_snapshot!(show(&["two words"]), @r"
    ------- stderr -------
    error: `two words` contains characters that no trace id has
    [exit status: 2]
    ");
    insta::assert_snapshot!(show(&["https://example.com/"]), @r"
    ------- stderr -------
    error: no trace id in `https://example.com/`
    [exit status: 2]
    ");
    insta::assert_snapshot!(Home::new().line("show 8bc626"), @r"
    ------- stderr -------
    error: no trace `8bc626`
    hint: `cruddur-trace list` shows what is there
    [exit status: 1]
    ");
    insta::assert_snapshot!(show(&["08fef8", "nope"]), @r"
    ------- stderr -------
    error: no trace `nope`
    hint: the nearest ids are 08fef885f38c1e32024efae4ecacf67d, 6e0e527094eac2775941319a7b6a5db6, 6a63710987bbe879c7a5f5784a70384b
    hint: `cruddur-trace list` shows what is there
    [exit status: 1]
    ");
}

#[test]
fn a_part_of_a_trace_is_not_taken_for_all_of_it() {
    insta::assert_snapshot!(show(&[GROUPS, "--where", "db.system = \"postgresql\""]), @r#"
    backend-flask  GET /api/message_groups · 402 ms · 2 of 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13.908 UTC · file:cruddur.json · complete

    █ critical path  ▄ own time  ─ waits     ▏0           ▏100 ms      ▏200 ms     ▏300 ms
    GET /api/message_groups · backend-flask  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    ┕━ SELECT                                 █▋                                                 12.4 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319 ms
    ------- stderr -------
    note: 1 of 18 spans satisfies db.system = "postgresql"; 1 above is shown too
    [exit status: 0]
    "#);
    insta::assert_snapshot!(show(&["6e0e52", "--where", "name = \"create-reply\""]), @r#"
    frontend-react-js  HTTP POST · 225 ms · 3 of 4 spans · 3 services
    6e0e527094eac2775941319a7b6a5db6 · 2026-07-24 14:04:40.200 UTC · file:cruddur.json
    incomplete: 1 parent span has not arrived

    █ critical path  ▄ own time  ─ waits                   ▏0               ▏100 ms
    HTTP POST                           frontend-react-js  █━━━━━━━━━━━━━━━▌                      101 ms
    ┕━ POST /api/activities/3bf2/reply  backend-flask       █━━━━━━━━━━━━█▋                        87 ms
      ┕━ create-reply                   backend-flask        ███████████▋                        70.4 ms
    ------- stderr -------
    note: 1 of 4 spans satisfies name = "create-reply"; 2 above are shown too
    [exit status: 0]
    "#);
    insta::assert_snapshot!(show(&["6e0e52", "--where", "name = \"notify-followers\""]), @r#"
    frontend-react-js  HTTP POST · 225 ms · 2 of 4 spans · 3 services
    6e0e527094eac2775941319a7b6a5db6 · 2026-07-24 14:04:40.200 UTC · file:cruddur.json
    incomplete: 1 parent span has not arrived

      █ critical path  ▄ own time  ─ waits                   ▏0              ▏100 ms
      HTTP POST                           frontend-react-js  █━━━━━━━━━━━━━━█▏                    101 ms
    ⋯ a5d47a4311d759db not arrived (yet)                                    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
      └─ notify-followers                 cruddur-worker                    ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ 131 ms
    ------- stderr -------
    note: 1 of 4 spans satisfies name = "notify-followers"; 1 above is shown too
    [exit status: 0]
    "#);
    insta::assert_snapshot!(show(&[GROUPS, "--where", "kind = server", "--width", "80"]), @"
    backend-flask  GET /api/message_groups · 402 ms · 1 of 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13 UTC · file:cruddur.json
    complete

                                          ▏0                ▏200 ms
    GET /api/message_groups · backend-f…  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 402 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319
      ms
    ------- stderr -------
    note: 1 of 18 spans satisfies kind = server
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&[GROUPS, "--where", "db.system = \"mysql\""]), @r#"
    ------- stderr -------
    error: no span of 8bc626382cebdea2f7f1556261da8061 satisfies db.system = "mysql"
    [exit status: 1]
    "#);
    insta::assert_snapshot!(show(&[GROUPS, "--where", "status = "]), @r"
    ------- stderr -------
    error: the end of the expression is no value
      |
    1 | status =
      |         ^ expected a value after `=`
    [exit status: 2]
    ");
    let part: Json = serde_json::from_str(&show(&["6e0e52", "--where", "name = \"create-reply\"", "-o", "json"]).stdout)
        .expect("it is JSON");
    assert_eq!((&part["traces"][0]["complete"], part["notes"].as_array().map(Vec::len)), (&json!(false), Some(1)), "{part:#}");
}

#[test]
fn every_span_that_is_not_drawn_is_counted() {
    insta::assert_snapshot!(show(&[GROUPS, "--max-rows", "6"]), @"
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
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&[GROUPS, "--max-rows", "2", "--width", "80"]), @"
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13 UTC · file:cruddur.json
    complete

    █ critical path  ▄ own time  ─ waits  ▏0                ▏200 ms
    GET /api/message_groups · backend-f…  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 402 ms
    └─ … 17 more spans

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319
      ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&[GROUPS, "--no-fold", "--max-rows", "9", "--width", "80"]), @"
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13 UTC · file:cruddur.json
    complete

    █ critical path  ▄ own time  ─ waits  ▏0               ▏200 ms
    GET /api/message_groups · backend-f…  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    ┝━ list-message-groups                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸  372 ms
    │ ┝━ DynamoDB.Query                     ████▏                              48 ms
    │ ┝━ DynamoDB.Query                           ██▎                        25.9 ms
    │ ┝━ DynamoDB.Query                             ▐█▌                      24.8 ms
    │ ┝━ DynamoDB.Query                                           ▐█▋        26.3 ms
    │ ┝━ DynamoDB.Query                                              ██      25.2 ms
    │ └─ … 9 more spans
    └─ … 2 more spans

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319
      ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(show(&[GROUPS, "--no-fold", "--width", "80"]), @"
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13 UTC · file:cruddur.json
    complete

    █ critical path  ▄ own time  ─ waits  ▏0               ▏200 ms
    GET /api/message_groups · backend-f…  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    ┝━ cognito-jwt-verify                 ▋                                   7.1 ms
    ┝━ SELECT                             ▐▊                                 12.4 ms
    ┕━ list-message-groups                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸  372 ms
      ┝━ DynamoDB.Query                     ████▏                              48 ms
      ┝━ DynamoDB.Query                         ▐▉                             18 ms
      ┝━ DynamoDB.Query                           ██▎                        25.9 ms
      ┝━ DynamoDB.Query                             ▐█▌                      24.8 ms
      ┝━ DynamoDB.Query                               ▐█▊                    23.8 ms
      ┝━ DynamoDB.Query                                  █▊                  22.7 ms
      ┝━ DynamoDB.Query                                    █▊                21.6 ms
      ┝━ DynamoDB.Query                                      █▊              20.5 ms
      ┝━ DynamoDB.Query                                        █▌            19.4 ms
      ┝━ DynamoDB.Query                                         ▐█▎          18.4 ms
      ┝━ DynamoDB.Query                                           ▐█▋        26.3 ms
      ┝━ DynamoDB.Query                                              ██      25.2 ms
      ┝━ DynamoDB.Query                                                ██▎   24.1 ms
      ┕━ render-json                                                     ▐█▎ 22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319
      ms
    [exit status: 0]
    ");
}

#[test]
fn several_traces_follow_each_other() {
    insta::assert_snapshot!(show(&["ae98aa", "08fef8", "--width", "80"]), @r#"
    backend-flask  POST /api/activities · 48 ms · 3 spans · 1 service
    3 errors (1 origin)
    ae98aa61f92c36ccde88da857de9bd67 · 2026-07-24 14:03:46 UTC · file:cruddur.json
    complete

      █ critical path  ▄ own time  ─ waits  ▏0            ▏20 ms
    ! POST /api/activities · backend-flask  ████━━━━━━━━━━━━━━━━━━━━━━━━━━██   48 ms
      │ HTTP 500
    ! ┕━ create-activity                       ▐█████━━━━━━━━━━━━━━━━━━━██×  39.5 ms
    !   ┕━ INSERT                                   ▐██████████████████×       29 ms
            NotNullViolation: null value in column "user_uuid" of relation "activit…

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
    [exit status: 0]
    "#);
}

#[test]
#[expect(clippy::unicode_not_nfc, reason = "combining marks are what is tested")]
fn names_from_outside_line_up_and_do_no_harm() {
    let names = [
        "\u{1b}[31mred\u{1b}[0m \u{1b}]0;owned\u{7}",
        "line\nfeed\ttab\rreturn\u{0}null",
        "\u{202e}gnp.exe\u{202c} bidi",
        "注文を確認する",
        "👨‍👩‍👧‍👦 family 🇨🇦",
        "Zu\u{308}rich e\u{301}te\u{301}",
        "zero\u{200b}width\u{feff}",
        "",
    ];
    let spans: Vec<Json> = names
        .iter()
        .zip(1_u64..)
        .map(|(name, nth)| {
            json!({
                "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": format!("{nth:016x}"),
                "parentSpanId": if nth == 1 { String::new() } else { format!("{:016x}", 1) },
                "name": name, "startTimeUnixNano": (1_784_901_785_000_000_000 + nth * 1_000_000).to_string(),
                "endTimeUnixNano": (1_784_901_785_020_000_000_u64 - nth * 1_000_000).to_string(),
                "status": {"code": if nth == 3 { 2 } else { 0 }, "message": "\u{1b}[2J\u{9b}31m\u{202e}cleared"},
            })
        })
        .collect();
    let service = json!([{"key": "service.name", "value": {"stringValue": "ウェブ\u{1b}[7m"}}]);
    let document = json!({"resourceSpans": [{"resource": {"attributes": service}, "scopeSpans": [{"spans": spans}]}]});
    let home = Home::new();
    crate::support::write(&home.path("hostile.json"), &document.to_string());
    for line in ["show -b file:hostile.json 4bf92f", "list -b file:hostile.json", "show -b file:hostile.json 4bf92f8"] {
        let output = home.command(line.split(' ')).output().expect("the program can be started");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("it is text");
        assert!(!said.contains(|c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c)), "{said:?}");
    }
    insta::assert_snapshot!(home.line("show -b file:hostile.json 4bf92f"), @r"
    ウェブ␛[7m  ␛[31mred␛[0m ␛]0;owned␇ · 18 ms · 8 spans · 1 service · 1 error
    4bf92f3577b34da6a3ce929d0e0e4736 · 2026-07-24 14:03:05.001 UTC · file:hostile.json · complete

      █ critical path  ▄ own time  ─ waits  ▏0             ▏5 ms          ▏10 ms         ▏15 ms
      ␛[31mred␛[0m ␛]0;owned␇ · ウェブ␛[7m  ███━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███ 18 ms
      ┝━ line␊feed␉tab␍return␀null             ████████████████████████████████████████████████    16 ms
    ! ├─ \u{202e}gnp.exe\u{202c} bidi             ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄       14 ms
      │   handled: ␛[2J\u{9b}31m\u{202e}cleared
      ├─ 注文を確認する                              ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄          12 ms
      ├─ 👨‍👩‍👧‍👦 family 🇨🇦                                   ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄             10 ms
      ├─ Zürich été                                        ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄                 8 ms
      ├─ zero\u{200b}width\u{feff}                            ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄                    6 ms
      └─ (no name)                                               ▄▄▄▄▄▄▄▄▄▄▄▄                       4 ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("show -b file:hostile.json 4bf92f --ascii --width 80"), @r"
    \u{30a6}\u{30a7}\u{30d6}\u{1b}[7m  \u{1b}[31mred\u{1b}[0m \u{1b}]0;owned\u{7}
    18 ms | 8 spans | 1 service | 1 error
    4bf92f3577b34da6a3ce929d0e0e4736 | 2026-07-24 14:03:05 UTC | file:hostile.json
    complete

      # critical path  = own time  - waits  |0        |5 ms    |10 ms
      \u{1b}[31mred\u{1b}[0m \u{1b}]0;o...  ##------------------------------## 18 ms
      |= line\u{a}feed\u{9}tab\u{d}retu...   ###############################   16 ms
    ! |- \u{202e}gnp.exe\u{202c} bidi          ============================    14 ms
      |   handled: \u{1b}[2J\u{9b}31m\u{202e}cleared
      |- \u{6ce8}\u{6587}\u{3092}\u{78b...       ========================      12 ms
      |- \u{1f468}\u{200d}\u{1f469}\u{2...         ====================        10 ms
      |- Zu\u{308}rich e\u{301}te\u{301}             ================           8 ms
      |- zero\u{200b}width\u{feff}                     ============             6 ms
      `- (no name)                                       ========               4 ms
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("list -b file:hostile.json --width 120"), @r"
      started              trace                             duration  spans  errors  root
    ! 2026-07-24 14:03:05  4bf92f3577b34da6a3ce929d0e0e4736     18 ms      8       1  ␛[31mred␛[0m ␛]0;owned␇ · ウェブ␛[7m
    [exit status: 0]
    ");
}

#[test]
fn what_would_be_asked_is_said() {
    insta::assert_snapshot!(show(&["08fef8", "--explain"]), @"
    file:cruddur.json: fetch the trace by its id
    then, for the other trace of the same request: list the traces of its services around its time, and read at most 20 of them, from the local store, files and X-Ray; from Honeycomb only if X-Ray has made the first
    [exit status: 0]
    ");
}
