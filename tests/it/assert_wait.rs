//! `assert` of what is still on its way: what stays open, and when it is told.

use serde_json::Value as Json;

use cruddur_trace::model::Span;

use crate::support::http::post;
use crate::support::spans::{body, now, span, trace_id};
use crate::support::{Home, Live, Receiver};

fn home() -> Home {
    Home::new().with_fixtures(&["cruddur.json", "xray.json"])
}

/// A trace that has just been received, whole as it looks.
fn fresh() -> (Home, Receiver) {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let ended = now();
    let root = Span { start: ended.saturating_add(-5_000_000), end: Some(ended), ..span(1, 0, "root") };
    let child = Span { start: ended.saturating_add(-4_000_000), end: Some(ended), ..span(2, 1, "child") };
    let answer = post(receiver.otlp(), "application/x-protobuf", &body(&trace_id(7, 1), &[root, child]));
    assert_eq!(answer.status, 200);
    (home, receiver)
}

#[test]
fn what_looks_whole_may_grow_until_it_has_been_silent() {
    let (home, receiver) = fresh();
    for (words, code) in [
        ("name=child", 0),
        ("{}|count()>1", 0),
        ("name=late", 3),
        ("name=late --absent", 3),
        ("{}|count()=2", 3),
        ("{}|count()<2", 1),
        ("name=child --absent", 1),
        ("name=child --count 2", 1),
        ("name=child --every name!=late", 3),
        ("name=late --settle 0s", 1),
        ("name=late --absent --settle 0s", 0),
        ("{}|count()=2 --settle 0s", 0),
        ("name=child --every name!=late --settle 0s", 0),
    ] {
        let settle = if words.contains("--settle") { "" } else { "--settle 10m" };
        let output = home.line(&format!("assert {words} {settle}"));
        assert_eq!(output.code, Some(code), "{words}: {output}");
    }
    insta::assert_snapshot!(home.line("assert name=late --absent --settle 10m"), @r#"
    ------- stderr -------
    cannot tell: no trace satisfies name = "late" with --since 1h (expected none), but 1 trace may still grow
    hint: nothing more is expected of a trace after 10m of silence: `--wait 10m` waits for that; `--settle` says otherwise
    [exit status: 3]
    "#);
    receiver.kill();
}

#[test]
fn absence_is_told_as_soon_as_everything_has_been_silent() {
    let (home, receiver) = fresh();
    // Longer than a test may take: if it did not return before, the test would say so.
    let output = home.line("assert name=late --absent --wait 10m --settle 1s");
    assert_eq!(output.code, Some(0), "{output}");
    let output = home.line("assert name=child --every name!=late --wait 10m --settle 1s");
    assert_eq!(output.code, Some(0), "{output}");
    receiver.kill();
}

#[test]
fn a_trace_that_may_still_grow_leaves_it_open() {
    let home = home();
    // It was received just now, and names a parent that was not.
    home.import("cruddur.json");
    insta::assert_snapshot!(home.run(["assert", "--trace", "6e0e52", "name = \"notify-slack\""]), @r#"
    ------- stderr -------
    cannot tell: trace 6e0e527094eac2775941319a7b6a5db6 does not satisfy name = "notify-slack", but 1 trace may still grow
    nearest:
      0 of 1 conditions: cruddur-worker notify-followers
        in trace 6e0e527094eac2775941319a7b6a5db6
        wanted name = "notify-slack", but it is notify-followers
    frontend-react-js  HTTP POST · 225 ms · 4 spans · 3 services
    6e0e527094eac2775941319a7b6a5db6 · 2026-07-24 14:04:40.200 UTC · local
    incomplete: 1 parent span has not arrived

      █ critical path  ▄ own time  ─ waits                   ▏0              ▏100 ms
      HTTP POST                           frontend-react-js  █━━━━━━━━━━━━━━▋                     101 ms
      ┕━ POST /api/activities/3bf2/reply  backend-flask       █━━━━━━━━━━━█▊                       87 ms
        ┕━ create-reply                   backend-flask        ██████████▉                       70.4 ms
    ⋯ a5d47a4311d759db not arrived (yet)                                   ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
    › └─ notify-followers                 cruddur-worker                   ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄  131 ms
    hint: nothing more is expected of a trace after 10s of silence: `--wait 10s` waits for that; `--settle` says otherwise
    [exit status: 3]
    "#);
    insta::assert_snapshot!(home.run(["assert", "--since", "2020-01-01", "--absent", "name = \"notify-slack\""]), @r#"
    ------- stderr -------
    cannot tell: no trace satisfies name = "notify-slack" with --since 2020-01-01 (expected none), but 1 trace may still grow
    hint: nothing more is expected of a trace after 10s of silence: `--wait 10s` waits for that; `--settle` says otherwise
    [exit status: 3]
    "#);
    insta::assert_snapshot!(home.run(["assert", "--since", "2020-01-01", "name = \"notify-slack\""]), @r#"
    ------- stderr -------
    cannot tell: no trace satisfies name = "notify-slack" with --since 2020-01-01, but 1 trace may still grow
    nearest:
      0 of 1 conditions: cruddur-worker notify-followers
        in trace 6e0e527094eac2775941319a7b6a5db6
        wanted name = "notify-slack", but it is notify-followers
    frontend-react-js  HTTP POST · 225 ms · 4 spans · 3 services
    6e0e527094eac2775941319a7b6a5db6 · 2026-07-24 14:04:40.200 UTC · local
    incomplete: 1 parent span has not arrived

      █ critical path  ▄ own time  ─ waits                   ▏0              ▏100 ms
      HTTP POST                           frontend-react-js  █━━━━━━━━━━━━━━▋                     101 ms
      ┕━ POST /api/activities/3bf2/reply  backend-flask       █━━━━━━━━━━━█▊                       87 ms
        ┕━ create-reply                   backend-flask        ██████████▉                       70.4 ms
    ⋯ a5d47a4311d759db not arrived (yet)                                   ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
    › └─ notify-followers                 cruddur-worker                   ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄  131 ms
    hint: nothing more is expected of a trace after 10s of silence: `--wait 10s` waits for that; `--settle` says otherwise
    [exit status: 3]
    "#);
    insta::assert_snapshot!(home.run(["assert", "--trace", "6e0e52", "name = \"notify-followers\""]), @r#"
    ------- stderr -------
    holds: trace 6e0e527094eac2775941319a7b6a5db6 satisfies name = "notify-followers"
    [exit status: 0]
    "#);
    insta::assert_snapshot!(home.run(["assert", "--trace", "8bc626", "name = \"notify-followers\""]), @r#"
    ------- stderr -------
    does not hold: trace 8bc626382cebdea2f7f1556261da8061 does not satisfy name = "notify-followers"
    nearest:
      0 of 1 conditions: backend-flask cognito-jwt-verify
        in trace 8bc626382cebdea2f7f1556261da8061
        wanted name = "notify-followers", but it is cognito-jwt-verify
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13.908 UTC · local · complete

      █ critical path  ▄ own time  ─ waits     ▏0           ▏100 ms     ▏200 ms     ▏300 ms
      GET /api/message_groups · backend-flask  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    › ┝━ cognito-jwt-verify                    ▉                                                  7.1 ms
      ┝━ SELECT                                 █▌                                               12.4 ms
      ┕━ list-message-groups                     ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   372 ms
        ┝━ ×13 DynamoDB.Query                     ██████████████████████████████████████████      345 ms
        │   p50 23.8 ms max 48 ms
        ┕━ render-json                                                                      ███  22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319 ms
    [exit status: 1]
    "#);
}

#[test]
fn waiting_ends_when_the_time_is_up() {
    let home = home();
    let output = home.run(["assert", "--wait", "300ms", "name = \"nothing\""]);
    insta::with_settings!({filters => vec![(r"after [\d.]+ m?s", "after TIME")]}, {
        insta::assert_snapshot!(output, @r#"
        ------- stderr -------
        does not hold: no trace satisfies name = "nothing" with --since 1h, after TIME
        [exit status: 1]
        "#);
    });
}

#[test]
fn waiting_ends_as_soon_as_it_can_be_told() {
    let home = home();
    // Longer than a test may take: if it did not return before, the test would say so.
    let assertion = ["assert", "--wait", "10m", "--since", "2020-01-01", "-o", "json", "name = \"user-activities\""];
    let waiting = Live::start(&home, home.command(assertion));
    home.import("cruddur.json");
    home.import("xray.json");
    let output = waiting.end();
    let document: Json = serde_json::from_str(&output.stdout).expect("it is JSON");
    assert_eq!((output.code, &document["verdict"]), (Some(0), &"holds".into()), "{output}");
    assert_eq!(document["traces"][0]["trace_id"], "1-6a63711c-1900eab6c028483d7126599e", "{output}");
}
