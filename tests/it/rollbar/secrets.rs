//! What is never shown, what is shown only where it is asked for, and text that would do harm.

use std::path::Path;

use serde_json::json;

use super::{FAILED, THEN, errors, home, section, service, show, violation, without_token};
use crate::support::rollbar::{Fault, READ, Rollbar, flask};
use crate::support::write;

/// All that is in a folder, however deep.
fn contents(folder: &Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        into.extend(path.to_string_lossy().bytes());
        if path.is_dir() {
            contents(&path, into);
        } else {
            into.extend(std::fs::read(&path).expect("it can be read"));
        }
    }
}

#[test]
fn the_token_is_shown_and_written_nowhere() {
    let service = service();
    let home = home(&service);
    let mut all = Vec::new();
    for line in [
        "-vvv config show",
        "-vvv config show -o json",
        &format!("-vvv show -b file:cruddur.json --errors --bodies {FAILED}"),
        &format!("-vvv show -b file:cruddur.json --errors -o json {FAILED}"),
        &format!("-vvv show -b file:cruddur.json --errors --explain {FAILED}"),
    ] {
        let output = home.line(line);
        assert_eq!(output.code, Some(0), "{output}");
        all.extend(format!("{output}").bytes());
    }
    // A service that repeats it, in whatever it says.
    for fault in [
        Fault::Refuses(401, format!("invalid access token {READ}")),
        Fault::Refuses(403, format!("{READ} may not")),
        Fault::Err(format!("unknown {READ}")),
        Fault::Redirect(format!("https://login.example/?access_token={READ}")),
        Fault::Shape(format!("{{\"err\":0,\"result\":\"{READ}\"}}")),
    ] {
        service.set_fault(fault, 0, 1);
        let output = home.line(&format!("-vvv show -b file:cruddur.json --errors {FAILED}"));
        assert!(output.stderr.contains("rollbar did not answer"), "{output}");
        all.extend(format!("{output}").bytes());
    }
    contents(&home.path("."), &mut all);
    let all = String::from_utf8_lossy(&all);
    assert!(all.contains("/api/1/instances/?page=1"), "-vv shows what is asked");
    assert!(!all.contains(READ));
}

#[test]
fn a_token_in_a_file_is_read_and_not_shown() {
    let service = service();
    let home = without_token(&service);
    write(&home.config_file(), "[rollbar]\naccess_token_file = 'rollbar-token'\n");
    write(&home.path("config/cruddur-trace/rollbar-token"), &format!("{READ}\n"));
    let output = show(&home, "-vvv");
    assert!(section(&output).starts_with("errors in Rollbar: 1 certain"), "{output}");
    let shown = home.line("config show").answer();
    assert!(shown.contains("$HOME/config/cruddur-trace/rollbar-token"), "{shown}");
    assert!(![output.stdout, output.stderr, shown].iter().any(|text| text.contains(READ)));
}

#[test]
fn variables_are_shown_only_where_bodies_are_asked_for() {
    let service = service();
    let home = home(&service);
    for format in ["", "-o json", "-o jsonl", "-vvv"] {
        let output = show(&home, format);
        assert!(output.stdout.contains("NotNullViolation") && !format!("{output}").contains("hunter2"), "{format}: {output}");
        assert!(!output.stdout.contains("locals") && !output.stdout.contains("\"exceptions\""), "{format}: {output}");
    }
    let output = show(&home, "--bodies");
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
      stack of NotNullViolation, the most recent call last
        /backend-flask/services/create_activity.py:51 in create_activity
          > cur.execute(sql, params)
          db_password = 'hunter2-in-a-local-variable'
          user_handle = 'andrewbrown'
    "#);
    let frame = &errors(&show(&home, "--bodies -o json"))[0]["exceptions"][0]["frames"][0];
    assert_eq!(frame["locals"]["db_password"], "'hunter2-in-a-local-variable'");
    assert_eq!(frame["line"], 51);
    assert!(!format!("{output}").contains("hunter2-in-the-address"), "what follows the `?` of an address is never shown");
}

#[test]
fn hostile_text_reaches_the_terminal_as_pictures() {
    let service = Rollbar::start();
    let evil = "\u{1b}[2J\u{202e}gnp.exe\r\n\u{7}";
    let mut data = flask(evil, evil, &format!("/{evil}"), &json!({"Traceparent": format!("00-{FAILED}-53995c3f42cd8ad8-01")}));
    for field in ["environment", "level", "framework", "uuid"] {
        data[field] = json!(evil);
    }
    data["custom"] = json!({evil: {evil: FAILED}});
    data["body"]["trace"]["frames"] =
        json!([{"filename": evil, "method": evil, "code": evil, "locals": {evil: evil}, "lineno": -1}]);
    let id = service.report(THEN, &data);
    service.change_item(id, &json!({"title": evil, "status": evil}));
    let output = show(&home(&service), "--bodies");
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
    let section = section(&output);
    let harmful = |c: char| c != '\n' && c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // An escape stands as `␛` in what the test sees, and as that character's picture in what the program prints.
    assert!(section.contains("␛[2J\\u{202e}gnp.exe") && !section.contains(harmful), "{section}");
    let raw = home(&service).pipe(["show", "-b", "file:cruddur.json", "--errors", "--bodies", FAILED], b"");
    assert!(!raw.stdout.contains(&0x1b) && !raw.stdout.contains(&7), "{}", String::from_utf8_lossy(&raw.stdout));
    service.set_fault(Fault::Refuses(403, evil.to_owned()), 0, 1);
    let refused = home(&service).pipe(["show", "-b", "file:cruddur.json", "--errors", FAILED], b"");
    assert!(!refused.stderr.contains(&0x1b) && !refused.stderr.contains(&7), "{}", String::from_utf8_lossy(&refused.stderr));
}

#[test]
fn what_makes_no_sense_costs_only_itself() {
    let service = service();
    for odd in
        [json!(null), json!([]), json!("text"), json!({"body": 7, "request": [], "uuid": {}}), json!({"body": {"trace": []}})]
    {
        service.report(THEN, &odd);
    }
    service.set_fault(Fault::Shape(r#"{"err":0,"result":{"instances":[{"id":"x"},7]}}"#.to_owned()), 1, 1);
    let output = show(&home(&service), "");
    assert!(section(&output).starts_with("errors in Rollbar: 1 certain"), "{output}");
    assert!(output.stderr.contains("2 occurrences of rollbar could not be made sense of"), "{output}");
    assert_eq!(output.code, Some(0), "{output}");
    // The same error without headers is told as probable at most.
    let plain = Rollbar::start();
    plain.report(THEN, &violation(&json!("no object")));
    assert_eq!(errors(&show(&home(&plain), "-o json"))[0]["sureness"], "probable");
}
