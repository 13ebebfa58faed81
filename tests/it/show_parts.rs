//! `show`, of parts of a trace: one span, what is below one, some levels, some services, what is marked.

use crate::show::{GROUPS, home, show};
use crate::support::Home;

/// A trace in OTLP/JSON: service, id, parent, kind, from and to in milliseconds.
fn otlp(spans: &[(&str, u64, u64, u8, u64, u64)]) -> String {
    let at = |milliseconds: u64| (1_784_900_000_000_u64 + milliseconds) * 1_000_000;
    let resources = spans.iter().map(|(service, id, parent, kind, from, to)| {
        let parent = if *parent == 0 { String::new() } else { format!(r#""parentSpanId":"{parent:016x}","#) };
        format!(
            r#"{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}},"scopeSpans":[{{"spans":[
            {{"traceId":"{}","spanId":"{id:016x}",{parent}"name":"{service} {id}","kind":{kind},
            "startTimeUnixNano":"{}","endTimeUnixNano":"{}"}}]}}]}}"#,
            "5".repeat(32),
            at(*from),
            at(*to),
        )
    });
    format!(r#"{{"resourceSpans":[{}]}}"#, resources.collect::<Vec<_>>().join(","))
}

pub(crate) fn with(spans: &[(&str, u64, u64, u8, u64, u64)]) -> Home {
    let home = Home::new();
    std::fs::write(home.path("trace.json"), otlp(spans)).expect("the file is written");
    home
}

fn drawn(home: &Home, more: &str) -> crate::support::CommandOutput {
    home.line(&format!("show -b file:trace.json 5555 --width 80 {more}"))
}

#[test]
fn one_span_is_shown_whole() {
    insta::assert_snapshot!(show(&["ae98aa", "--span", "INSERT", "--width", "80"]), @r#"
    INSERT
    service        backend-flask
    kind           client
    status         error: the failure began here
    started        12.8 ms after the trace began, 2026-07-24 14:03:46.321 UTC
    duration       29 ms
    own time       29 ms
    critical path  29 ms of 48 ms, 60.4 %
    trace          ae98aa61f92c36ccde88da857de9bd67
    span           f3ae856a8964ad65
    parent         aea7d44a67d4d415  create-activity
    scope          opentelemetry.instrumentation.psycopg 0.60b1

    status message
      NotNullViolation: null value in column "user_uuid" of relation "activities" vi
      olates not-null constraint

    attributes
      db.name       cruddur
      db.statement  INSERT INTO public.activities (user_uuid, message, expires_at)
                    VALUES ((SELECT uuid FROM public.users WHERE handle =
                    %(handle)s), %(message)s, %(expires_at)s) RETURNING uuid
      db.system     postgresql

    events
      +29.0 ms  exception
        exception.escaped     False
        exception.message     null value in column "user_uuid" of relation
                              "activities" violates not-null constraint
        exception.stacktrace  Traceback (most recent call last):
                                File "/backend-flask/services/create_activity.py", l
                              ine 51, in create_activity
                                  cur.execute(sql, params)
                              psycopg.errors.NotNullViolation: null value in column
                              "user_uuid" of relation "activities" violates not-null
                              constraint

        exception.type        psycopg.errors.NotNullViolation

    resource
      deployment.environment  development
      service.name            backend-flask
      telemetry.sdk.language  python
      telemetry.sdk.name      opentelemetry
      telemetry.sdk.version   1.39.1
    [exit status: 0]
    "#);
}

#[test]
fn one_span_as_json_is_a_part_of_its_trace() {
    let output = show(&["ae98aa", "--span", "INSERT", "-o", "json"]).answer();
    let document: serde_json::Value = serde_json::from_str(&output).expect("it is JSON");
    let trace = &document["traces"][0];
    assert_eq!(trace["spans"].as_array().map(Vec::len), Some(1));
    assert_eq!((&trace["spans"][0]["name"], &trace["complete"]), (&"INSERT".into(), &false.into()));
}

#[test]
fn what_is_below_one_span_takes_the_whole_width() {
    insta::assert_snapshot!(show(&[GROUPS, "--zoom", "list-message-groups", "--width", "80"]), @"
    backend-flask  GET /api/message_groups · 402 ms · 15 of 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13 UTC · file:cruddur.json
    complete

    █ critical path        ▏0            ▏100 ms      ▏200 ms      ▏300 ms
    list-message-groups    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  372 ms
    ┝━ ×13 DynamoDB.Query  █████████████████████████████████████████████▋     345 ms
    │   p50 23.8 ms max 48 ms
    ┕━ render-json                                                       ██▊ 22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319
      ms
    [exit status: 0]
    ");
}

#[test]
fn what_is_deeper_than_asked_is_counted() {
    insta::assert_snapshot!(show(&[GROUPS, "--depth", "2", "--width", "80"]), @"
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13 UTC · file:cruddur.json
    complete

    █ critical path  ▄ own time  ─ waits  ▏0               ▏200 ms
    GET /api/message_groups · backend-f…  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    ┝━ cognito-jwt-verify                 ▋                                   7.1 ms
    ┝━ SELECT                             ▐▊                                 12.4 ms
    ┕━ list-message-groups +14              ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸  372 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319
      ms
    [exit status: 0]
    ");
}

#[test]
fn what_is_highlighted_is_marked_and_the_rest_stays() {
    insta::assert_snapshot!(show(&[GROUPS, "--highlight", "duration > 40ms", "--expand", "--max-rows", "7", "--width", "80"]), @"
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13 UTC · file:cruddur.json
    complete

      █ critical path  ▄ own time  ─ waits  ▏0              ▏200 ms
    › GET /api/message_groups · backend-f…  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    › ┝━ list-message-groups                 ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸  372 ms
    › │ ┝━ DynamoDB.Query                     ███▊                             48 ms
      │ ┝━ DynamoDB.Query                          ▐█▋                       25.9 ms
      │ ┝━ DynamoDB.Query                                          ██▏       26.3 ms
      │ └─ … 11 more spans
      └─ … 2 more spans

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319
      ms
    ------- stderr -------
    note: 3 of 18 spans satisfy duration > 40ms
    [exit status: 0]
    ");
}

#[test]
fn spans_of_some_services_are_shown_with_those_above() {
    insta::assert_snapshot!(show(&["6e0e52", "--service", "cruddur-worker", "--service", "nobody", "--width", "80"]), @r#"
    frontend-react-js  HTTP POST · 225 ms · 2 of 4 spans · 3 services
    6e0e527094eac2775941319a7b6a5db6 · 2026-07-24 14:04:40 UTC · file:cruddur.json
    incomplete: 1 parent span has not arrived

      █ critical path  ▄ own time  ─ waits  ▏0             ▏100 ms
      HTTP POST · frontend-react-js         █━━━━━━━━━━━━━▊                   101 ms
    ⋯ a5d47a4311d759db not arrived (yet)                 ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
      └─ notify-followers · cruddur-worker               ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ 131 ms
    ------- stderr -------
    note: 1 of 4 spans satisfies service in ("cruddur-worker", "nobody"); 1 above is shown too
    [exit status: 0]
    "#);
}

#[test]
fn a_span_that_is_not_there_or_could_be_several_is_refused() {
    insta::assert_snapshot!(show(&[GROUPS, "--span", "nope"]), @"
    ------- stderr -------
    error: no span `nope` in trace 8bc626382cebdea2f7f1556261da8061
    hint: a span is named by its id, the beginning of it, or by a name that no other span of the trace has
    [exit status: 1]
    ");
    insta::assert_snapshot!(show(&[GROUPS, "--zoom", "DynamoDB.Query"]), @"
    ------- stderr -------
    error: `DynamoDB.Query` could be several spans:
      ef1250a94ca0d112  DynamoDB.Query
      38224ba2c9039454  DynamoDB.Query
      3baa35b1447b39a4  DynamoDB.Query
      1b81333ecac4ea49  DynamoDB.Query
      3c7d09170e44b4db  DynamoDB.Query
      and 8 more
    hint: type the id
    [exit status: 2]
    ");
    insta::assert_snapshot!(show(&[GROUPS, "--span", "SELECT", "--depth", "1"]), @"
    ------- stderr -------
    error: the argument '--span <SPAN>' cannot be used with '--depth <N>'

    Usage: cruddur-trace show --backend <BACKEND> --span <SPAN> <ID>...

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn a_span_is_found_by_the_beginning_of_its_id() {
    let answer = show(&[GROUPS, "--span", "CDABE9", "--width", "80"]).answer();
    assert!(answer.starts_with("render-json\n"), "{answer}");
}

#[test]
fn clocks_are_corrected_where_that_is_asked_for_and_marked() {
    let skewed = with(&[
        ("web", 1, 0, 2, 0, 100),
        ("web", 2, 1, 3, 10, 90),
        ("api", 3, 2, 2, 1_020, 1_080),
        ("api", 4, 3, 1, 1_030, 1_070),
    ]);
    insta::assert_snapshot!(drawn(&skewed, ""), @"
    web  web 1 · 1.08 s · 4 spans · 2 services
    55555555555555555555555555555555 · 2026-07-24 13:33:20 UTC · file:trace.json
    complete

      █ critical path   ▏0              ▏50 ms          ╱          ▏1.05 s
      web 1 · web       ███━━━━━━━━━━━━━━━━━━━━━━━━━━███                      100 ms
      ┕━ web 2             █████████████████████████▊                          80 ms
    ~   └─ api 3 · api                                   ▄▄▄──────────────▄▄▄  60 ms
          └─ api 4                                          ▄▄▄▄▄▄▄▄▄▄▄▄▄▖     40 ms

    ~ 1 span ends after its parent
    - the axis is broken at ╱: 920 ms in which nothing was traced are left out
    ~ the clock of api seems 990 ms ahead of that of web: 1 of 1 call does not fit
      into its client, and from -1.01 s to -990 ms suits all of them (hosts are told
      by service.name only)
    - the critical path assumes that a span which outlives its parent, or still
      runs, was waited for
    [exit status: 0]
    ");
    insta::assert_snapshot!(drawn(&skewed, "--correct-skew"), @"
    web  web 1 · 100 ms · 4 spans · 2 services
    55555555555555555555555555555555 · 2026-07-24 13:33:20 UTC · file:trace.json
    complete

      █ critical ▄ own ─ waits   ▏0                    ▏50 ms
      web 1 · web                ████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█████ 100 ms
      ┕━ web 2                       ▐████████━━━━━━━━━━━━━━━━━━━━━━━━━━╸      80 ms
    ~   ┕━ api 3 ~-990 ms · api               █████━━━━━━━━━━━━━━━━━████▌      60 ms
    ~     ┕━ api 4 ~-990 ms                       ▐█████████████████▏          40 ms

    - 20 ms in web 2 before api 3 that nobody traced
    ------- stderr -------
    note: clocks are corrected: the clock of api seems 990 ms ahead of that of web: 1 of 1 call does not fit into its client, and from -1.01 s to -990 ms suits all of them (hosts are told by service.name only)
    [exit status: 0]
    ");
    let straight = with(&[("web", 1, 0, 2, 0, 100), ("web", 2, 1, 3, 10, 90), ("api", 3, 2, 2, 20, 80)]);
    insta::assert_snapshot!(drawn(&straight, "--correct-skew"), @"
    web  web 1 · 100 ms · 3 spans · 2 services
    55555555555555555555555555555555 · 2026-07-24 13:33:20 UTC · file:trace.json
    complete

    █ critical path   ▏0         ▏20 ms     ▏40 ms     ▏60 ms     ▏80 ms
    web 1 · web       ██████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━██████ 100 ms
    ┕━ web 2               ▐█████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█████▌       80 ms
      ┕━ api 3 · api             █████████████████████████████████             60 ms
    ------- stderr -------
    note: no clock in trace 55555555555555555555555555555555 can be said to be off by one certain amount
    [exit status: 0]
    ");
}

#[test]
fn what_goes_on_long_after_the_root_does_not_squeeze_it() {
    let home =
        with(&[("web", 1, 0, 2, 0, 100), ("web", 2, 1, 4, 10, 20), ("worker", 3, 2, 5, 30, 9_000), ("web", 4, 1, 1, 30, 90)]);
    insta::assert_snapshot!(drawn(&home, ""), @"
    web  web 1 · 9 s · 4 spans · 2 services
    55555555555555555555555555555555 · 2026-07-24 13:33:20 UTC · file:trace.json
    complete

    █ critical path         ▏0              ▏50 ms          ╱▏100 ms
    web 1 · web             ███━━━████━━━━━━━━━━━━━━━━━━━███                  100 ms
    ┝━ web 2                   ███▍                                            10 ms
    │ └─ worker 3 · worker           ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄╱▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ 8.97 s
    ┕━ web 4                         ▐██████████████████▊                      60 ms

    - the axis is broken at ╱: what comes after the root's end is drawn 207 times
      denser
    [exit status: 0]
    ");
    insta::assert_snapshot!(drawn(&home, "--zoom 0000000000000002 --ascii"), @"
    web  web 1 | 9 s | 2 of 4 spans | 2 services
    55555555555555555555555555555555 | 2026-07-24 13:33:20 UTC | file:trace.json
    complete

    # critical path       |0               |5 ms            /|10 ms
    web 2                 ##################################                   10 ms
    `- worker 3 - worker                                     ================ 8.97 s

    - the axis is broken at /: what comes after the root's end is drawn 2,095 times
      denser
    [exit status: 0]
    ");
}

#[test]
fn every_drawing_is_the_same_each_time() {
    for more in [&["--span", "SELECT"][..], &["--zoom", "list-message-groups"], &["--highlight", "kind = client"]] {
        let once = || home().run(["show", "-b", "file:cruddur.json", GROUPS].iter().chain(more));
        assert_eq!(once(), once());
    }
}
