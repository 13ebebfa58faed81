//! `assert` of traces that are whole: figures over all of them, their critical paths, and the newest of them.

use crate::support::{CommandOutput, Home, write};

/// An assertion about the session.
fn assert(more: &[&str]) -> CommandOutput {
    Home::new().with_fixtures(&["cruddur.json"]).run(["assert", "-b", "file:cruddur.json"].iter().chain(more))
}

fn first_line(output: &CommandOutput) -> (Option<i32>, &str) {
    (output.code, output.stderr.lines().next().unwrap_or_default())
}

#[test]
fn a_figure_is_of_all_traces_together() {
    let holds = assert(&["kind = server", "--across", "p50(duration) < 100ms"]);
    insta::assert_snapshot!(holds, @"
    ------- stderr -------
    holds: kind = server: p50(duration) < 100ms over 5 spans in 5 traces: it is 87ms
    [exit status: 0]
    ");
    let fails = assert(&["kind = server", "--across", "p90(duration) < 100ms"]);
    insta::assert_snapshot!(fails, @"
    ------- stderr -------
    does not hold: kind = server: p90(duration) < 100ms over 5 spans in 5 traces: it is 551ms
    frontend-react-js  HTTP POST · 565 ms · 3 spans · 2 services
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.600 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits            ▏0              ▏200 ms        ▏400 ms
      HTTP POST                    frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 565 ms
    › ┕━ POST /api/profile/avatar  backend-flask      ▐█━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▌ 551 ms
        ┕━ Lambda.Invoke           backend-flask       ▐███████████████████████████████████████▌  522 ms
    [exit status: 1]
    ");
    for (question, code) in [
        (&["kind = server", "--across", "count() = 5"][..], 0),
        (&["--across", "max(duration) < 1h"], 0),
        (&["kind = server", "--across", "max(app.nothing) > 3"], 1),
        (&["name = nothing", "--across", "p50(duration) < 1h"], 1),
        (&["kind = server", "--across", "p50(duration) < 1h", "--count", "99"], 1),
    ] {
        let output = assert(question);
        assert_eq!(output.code, Some(code), "{question:?}: {output}");
    }
}

#[test]
fn the_critical_path_has_a_length_and_parts() {
    let whole = assert(&["--trace", "8bc626", "--critical-path", "<500ms"]);
    assert_eq!(first_line(&whole), (Some(0), "holds: the critical path is < 500ms in 1 trace"));
    let whole = assert(&["--trace", "8bc626", "--critical-path", "<400ms"]);
    let line = "does not hold: the critical path of trace 8bc626382cebdea2f7f1556261da8061 is 402 ms (expected < 400ms)";
    assert_eq!(first_line(&whole), (Some(1), line));
    let part = r#"db.system = "dynamodb" and kind = client"#;
    let output = assert(&[part, "--trace", "8bc626", "--critical-path", "> 300ms"]);
    assert_eq!(output.code, Some(0), "{output}");
    let output = assert(&[part, "--trace", "8bc626", "--critical-path", "< 300ms"]);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stderr.contains("their part of the critical path of trace"), "{output}");
    assert!(output.stderr.lines().any(|line| line.contains('›') && line.contains("DynamoDB.Query")), "{output}");
}

#[test]
fn the_newest_trace_is_the_one_that_began_last() {
    let newest = assert(&["--newest", "kind = server"]);
    let line = "holds: the newest trace, 6a63710987bbe879c7a5f5784a70384b, satisfies kind = server";
    assert_eq!(first_line(&newest), (Some(0), line));
    let newest = assert(&["--newest", "status = error"]);
    let line = "does not hold: the newest trace, 6a63710987bbe879c7a5f5784a70384b, does not satisfy status = error";
    assert_eq!(first_line(&newest), (Some(1), line));
    for (question, code) in [
        (&["--newest", "--absent", "status = error"][..], 0),
        (&["--newest", "--absent", "kind = server"], 1),
        (&["--newest", "kind = server", "--every", "duration < 1h"], 0),
        (&["--newest", "kind = server", "--every", "duration < 1ms"], 1),
        (&["--newest", "--across", "count() = 3"], 0),
        (&["--newest", "--trace", "8bc626"], 2),
    ] {
        let output = assert(question);
        assert_eq!(output.code, Some(code), "{question:?}: {output}");
    }
}

#[test]
fn who_does_not_answer_may_have_a_newer_one() {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    for question in [&["--newest"][..], &["--newest", "kind = server"], &["--newest", "--absent", "kind = server"]] {
        let output = home.run(["assert", "-b", "file:cruddur.json", "-b", "file:nowhere.json"].iter().chain(question));
        assert_eq!(output.code, Some(3), "{question:?}: {output}");
    }
}

#[test]
fn the_id_of_a_trace_is_no_line_of_its_own() {
    let home = Home::new();
    let id = "a\\nholds: everything\\n::error::from the id";
    let span = format!(
        r#"{{"traceID": "{id}", "spanID": "1", "operationName": "x", "references": [], "startTime": 1700000000000000, "duration": 5, "processID": "p"}}"#
    );
    let jaeger =
        format!(r#"{{"data": [{{"traceID": "{id}", "spans": [{span}], "processes": {{"p": {{"serviceName": "web"}}}}}}]}}"#);
    write(&home.path("j.json"), &jaeger);
    for question in [&["--newest", "name = y"][..], &["--critical-path", "< 1us"], &["--newest"]] {
        let output = home.run(["assert", "-b", "file:j.json"].iter().chain(question));
        assert!(output.code == Some(0) || output.code == Some(1), "{output}");
        assert!(!output.stderr.lines().any(|line| line.starts_with("holds: everything") || line.starts_with("::")), "{output}");
    }
}

#[test]
fn what_is_no_figure_is_refused() {
    insta::assert_snapshot!(assert(&["--across", "p95(duration) < 5"]), @"
    ------- stderr -------
    error: invalid value 'p95(duration) < 5' for '--across <FIGURE>': `5` has no unit; did you mean `5ms`?; expected a figure such as `p95(duration) < 500ms`

    For more information, try '--help'.
    [exit status: 2]
    ");
    insta::assert_snapshot!(assert(&["--critical-path", "500ms"]), @"
    ------- stderr -------
    error: invalid value '500ms' for '--critical-path <BOUND>': expected a comparison with a length of time, such as `<500ms`

    For more information, try '--help'.
    [exit status: 2]
    ");
    assert_eq!(assert(&["--absent", "--across", "count() > 1"]).code, Some(2));
}
