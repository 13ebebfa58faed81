//! What is found, how sure it is, and what is said where nothing is.

use serde_json::{Value, json};

use super::{CLASS, FAILED, FAILED_XRAY, MESSAGE, THEN, errors, home, in_dev, section, service, show, violation};
use crate::support::rollbar::{Rollbar, flask};

#[test]
fn an_error_that_carries_the_id_is_certain() {
    let service = service();
    let home = home(&service);
    let output = show(&home, "");
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
    insta::assert_snapshot!(section(&output), @r#"
    errors in Rollbar: 1 certain
    ! NotNullViolation: null value in column "user_uuid" of relation "activities"
      violates not-null constraint
      certain: the occurrence carries the trace id
        (request.headers.X-Amzn-Trace-Id)
      2026-07-24 14:03:46 UTC · error · production · flask · POST /api/activities
      item #1: once, first 2026-07-24 14:03:46 UTC, last 2026-07-24 14:03:46 UTC,
        active
      https://rollbar.com/occurrence/uuid/?uuid=d4c7acef-55bf-4c9e-a95e-4fe9428a8287
    "#);
    let drawing = home.line(&format!("show -b file:cruddur.json --width 80 {FAILED}"));
    assert!(output.stdout.starts_with(&drawing.answer()), "the drawing is the same: {output}");
    insta::assert_snapshot!(serde_json::to_string_pretty(&errors(&show(&home, "-o json"))).expect("it was JSON"), @r#"
    [
      {
        "class": "NotNullViolation",
        "context": "/api/activities",
        "environment": "production",
        "evidence": [
          {
            "code": "trace_id",
            "message": "the occurrence carries the trace id (request.headers.X-Amzn-Trace-Id)"
          }
        ],
        "framework": "flask",
        "item": {
          "counter": 1,
          "first_seen": "2026-07-24T14:03:46Z",
          "id": 272505001,
          "last_seen": "2026-07-24T14:03:46Z",
          "level": "error",
          "status": "active",
          "title": "NotNullViolation: null value in column \"user_uuid\" of relation \"activities\" violates not-null constraint",
          "total_occurrences": 1
        },
        "level": "error",
        "link": "https://rollbar.com/occurrence/uuid/?uuid=d4c7acef-55bf-4c9e-a95e-4fe9428a8287",
        "message": "null value in column \"user_uuid\" of relation \"activities\" violates not-null constraint",
        "method": "POST",
        "occurrence_id": 453568801000,
        "path": "/api/activities",
        "source": "rollbar",
        "sureness": "certain",
        "time": "2026-07-24T14:03:46Z",
        "time_unix_nano": "1784901826000000000",
        "uuid": "d4c7acef-55bf-4c9e-a95e-4fe9428a8287"
      }
    ]
    "#);
}

#[test]
fn every_spelling_of_the_id_counts_and_is_told_with_its_place() {
    let service = Rollbar::start();
    let headers = json!({"TRACEPARENT": format!("00-{}-53995c3f42cd8ad8-01", FAILED.to_uppercase())});
    service.report(THEN, &flask("KeyError", "a", "/elsewhere", &headers));
    let mut custom = flask("KeyError", "b", "/elsewhere", &json!({}));
    custom["custom"] = json!({"xray_trace_id": FAILED_XRAY});
    // A job that failed a minute later.
    service.report(THEN + 61, &custom);
    let message =
        json!({"environment": "production", "level": "warning", "body": {"message": {"body": "slow", "trace": FAILED}}});
    service.report(THEN + 1, &message);
    // Before, and long after.
    let headers = json!({"Traceparent": format!("00-{FAILED}-53995c3f42cd8ad8-01")});
    service.report(THEN - 3600, &flask("KeyError", "early", "/", &headers));
    service.report(THEN + 3600, &flask("KeyError", "late", "/", &headers));
    let found = errors(&show(&home(&service), "-o json"));
    let told: Vec<_> = found
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (&one["message"], &one["sureness"], &one["evidence"][0]["message"]))
        .collect();
    let carried = |place: &str| json!(format!("the occurrence carries the trace id ({place})"));
    let certain = json!("certain");
    assert_eq!(
        told,
        [
            (&json!("a"), &certain, &carried("request.headers.TRACEPARENT")),
            (&json!("slow"), &certain, &carried("body.message.trace")),
            (&json!("b"), &certain, &carried("custom.xray_trace_id")),
        ]
    );
}

#[test]
fn an_error_that_only_fits_is_probable_and_says_why() {
    let service = Rollbar::start();
    service.report(THEN, &violation(&json!({})));
    service.report(THEN + 1, &in_dev(flask("KeyError", "user", "/api/activities", &json!({}))));
    // Of other requests: another path and class, another environment, and the same a minute later.
    service.report(THEN, &in_dev(flask("KeyError", "user", "/api/profile", &json!({}))));
    service.report(THEN, &flask("KeyError", "user", "/api/activities", &json!({})));
    service.report(THEN + 60, &violation(&json!({})));
    let output = show(&home(&service), "");
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
    insta::assert_snapshot!(section(&output), @r#"
    errors in Rollbar: 2 probable
    ! NotNullViolation: null value in column "user_uuid" of relation "activities"
      violates not-null constraint
      probable: same class NotNullViolation, same message, same path
        /api/activities, at the time of the span `create-activity`, although its
        environment is production, and that of the spans development
      2026-07-24 14:03:46 UTC · error · production · flask · POST /api/activities
      item #1: 2 times, first 2026-07-24 14:03:46 UTC, last 2026-07-24 14:04:46
        UTC, active
      https://rollbar.com/occurrence/uuid/?uuid=d4c7acef-55bf-4c9e-a95e-4fe9428a8287
    ! KeyError: user
      probable: same path /api/activities, at the time of the span `POST
        /api/activities`, same environment development
      2026-07-24 14:03:47 UTC · error · dev · flask · POST /api/activities
      item #2: 3 times, first 2026-07-24 14:03:46 UTC, last 2026-07-24 14:03:47
        UTC, active
      https://rollbar.com/occurrence/uuid/?uuid=d4c7acef-55bf-4c9e-a95e-4fe9428a8287
    - an error is certain where its request came with a traceparent or
      X-Amzn-Trace-Id header, or where the application adds the id to what it sends:
      extra_data={"trace_id": id} with pyrollbar
    "#);
    let found = errors(&show(&home(&service), "-o json"));
    let codes =
        |nth: usize| found[nth]["evidence"].as_array().map(|all| all.iter().map(|one| one["code"].clone()).collect::<Vec<_>>());
    assert_eq!(codes(0), Some(["class", "message", "path", "time", "other_environment"].map(Value::from).to_vec()));
    assert_eq!(codes(1), Some(["path", "time", "environment"].map(Value::from).to_vec()));
    assert_eq!(found.as_array().map(Vec::len), Some(2));
}

#[test]
fn an_error_of_another_trace_is_told_by_that_ones_id_alone() {
    let service = Rollbar::start();
    let other = "8bc626382cebdea2f7f1556261da8061";
    service.report(THEN, &violation(&json!({"Traceparent": format!("00-{other}-53995c3f42cd8ad8-01")})));
    let output = show(&home(&service), "");
    assert!(section(&output).starts_with("errors in Rollbar: none; 1 occurrence between"), "{output}");
    assert!(output.stderr.contains("carry another trace's id") && output.stderr.contains(other), "{output}");
    assert_eq!(output.code, Some(0), "{output}");
}

#[test]
fn an_error_of_another_environment_is_left_out_if_the_environment_is_told() {
    let service = Rollbar::start();
    service.report(THEN, &violation(&json!({})));
    let home = home(&service).with("CRUDDUR_TRACE_ROLLBAR_ENVIRONMENT", "staging");
    assert_eq!(errors(&show(&home, "-o json")), json!([]));
    let home = home.with("CRUDDUR_TRACE_ROLLBAR_ENVIRONMENT", "prod");
    let found = errors(&show(&home, "-o json"));
    assert_eq!(found[0]["evidence"][4], json!({"code": "environment", "message": "same environment prod"}));
}

#[test]
fn where_nothing_is_found_it_is_said_with_what_was_looked_at_and_what_helps() {
    let empty = Rollbar::start();
    let output = show(&home(&empty), "");
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
    insta::assert_snapshot!(section(&output), @r#"
    errors in Rollbar: none was recorded between 2026-07-24 14:02:46 UTC and
      2026-07-24 14:08:46 UTC
    - an error is certain where its request came with a traceparent or
      X-Amzn-Trace-Id header, or where the application adds the id to what it sends:
      extra_data={"trace_id": id} with pyrollbar
    "#);
    assert_eq!(errors(&show(&home(&empty), "-o json")), json!([]));
    let busy = Rollbar::start();
    for second in 0..7 {
        busy.report(THEN + 10 + second, &flask("KeyError", "user", "/api/profile", &json!({})));
    }
    insta::assert_snapshot!(section(&show(&home(&busy), "")), @r#"
    errors in Rollbar: none; 7 occurrences between 2026-07-24 14:02:46 UTC and
      2026-07-24 14:08:46 UTC were looked at, and none carries the trace id or fits
      by time and class or path
    - an error is certain where its request came with a traceparent or
      X-Amzn-Trace-Id header, or where the application adds the id to what it sends:
      extra_data={"trace_id": id} with pyrollbar
    "#);
}

#[test]
fn like_errors_are_told_with_their_item_once() {
    let service = service();
    let again = service.report(THEN, &violation(&json!({"Traceparent": format!("00-{FAILED}-53995c3f42cd8ad8-01")})));
    service.report(THEN - 86_400, &violation(&json!({})));
    service.change_item(again, &json!({"status": "resolved", "level": 50}));
    let output = show(&home(&service), "");
    assert_eq!(output.stdout.matches("3 times").count(), 1, "{output}");
    assert!(
        section(&output)
            .contains("item #1: 3 times, first 2026-07-23 14:03:46 UTC, last 2026-07-24 14:03:46\n    UTC, resolved\n"),
        "{output}"
    );
    assert!(section(&output).contains("item #1, as above"), "{output}");
    let items = service.requests().iter().filter(|seen| seen.path.starts_with("/api/1/item/")).count();
    assert_eq!(items, 1, "an item is asked for once");
    let item = &errors(&show(&home(&service), "-o json"))[0]["item"];
    assert_eq!(
        (&item["level"], &item["status"], &item["total_occurrences"]),
        (&json!("critical"), &json!("resolved"), &json!(3))
    );
    assert_eq!(item["title"], json!(format!("{CLASS}: {MESSAGE}")));
}

#[test]
fn a_part_of_a_trace_has_the_errors_of_the_whole() {
    let service = service();
    let home = home(&service);
    let root = home.run(["show", "-b", "file:cruddur.json", "--errors", FAILED, "-o", "json", "--where", "name = \"INSERT\""]);
    assert_eq!(errors(&root).as_array().map(Vec::len), Some(1), "{root}");
    let span = show(&home, "--span INSERT");
    assert!(span.stdout.contains("exception") && section(&span).contains("1 certain"), "{span}");
    let lines = show(&home, "-o jsonl");
    let line: Value = serde_json::from_str(&lines.stdout).expect("it is JSON");
    assert_eq!(line["errors"][0]["sureness"], "certain");
}

#[test]
fn each_of_several_traces_has_its_own() {
    let service = service();
    let output =
        home(&service).line(&format!("show -b file:cruddur.json --errors -o json {FAILED} 8bc626382cebdea2f7f1556261da8061"));
    let document: Value = serde_json::from_str(&output.stdout).expect("it is JSON");
    let counts: Vec<_> =
        document["traces"].as_array().expect("a list").iter().map(|one| one["errors"].as_array().map(Vec::len)).collect();
    assert_eq!(counts, [Some(1), Some(0)], "{output}");
}

#[test]
fn where_there_is_no_place_for_errors_it_is_said() {
    let service = service();
    insta::assert_snapshot!(show(&home(&service), "-o svg"), @"
    ------- stderr -------
    error: `-o svg` has no place for the errors of --errors
    hint: the waterfall tells them below the spans, and `-o json` has all that is known of them
    [exit status: 2]
    ");
    for format in ["html", "otlp", "markdown", "mermaid", "perfetto", "speedscope", "csv"] {
        let output = show(&home(&service), &format!("-o {format}"));
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{format}: {output}");
    }
    let output = show(&home(&service), "-i");
    assert!(output.code == Some(2) && output.stderr.contains("--interactive"), "{output}");
    let output = home(&service).line(&format!("show -b file:cruddur.json --bodies {FAILED}"));
    assert!(output.code == Some(2) && output.stderr.contains("--errors"), "{output}");
    let explained = show(&home(&service), "--explain");
    assert!(explained.code == Some(0) && explained.stdout.contains("rollbar: GET /api/1/instances/"), "{explained}");
    assert_eq!(service.requests(), [], "nobody was asked");
    // Without the flag, nothing is different and nobody is asked.
    let output = home(&service).line(&format!("show -b file:cruddur.json {FAILED} -o json"));
    assert!(output.code == Some(0) && !output.stdout.contains("\"errors\""), "{output}");
    assert_eq!(service.requests(), []);
}
