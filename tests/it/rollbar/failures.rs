//! Whatever goes wrong with Rollbar costs the errors alone: the trace is drawn, and it is said what is wrong and what helps.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{FAILED, errors, home, section, service, show, without_token};
use crate::support::rollbar::{Fault, Limited, POST, READ, Rollbar};
use crate::support::{CommandOutput, Home};

/// The trace is drawn, and what is said of Rollbar.
#[track_caller]
fn told(output: &CommandOutput) -> String {
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("┕━ INSERT") || output.stdout.contains("INSERT"), "the trace is drawn: {output}");
    assert_eq!(section(output), "errors in Rollbar: not known; the warning or note on stderr says why\n");
    assert!(output.stderr.contains("hint: "), "what helps: {output}");
    for token in [READ, POST] {
        assert!(!output.stdout.contains(token) && !output.stderr.contains(token), "the token is shown: {output}");
    }
    output.stderr.clone()
}

#[track_caller]
fn failing(fault: Fault) -> (String, Rollbar) {
    let service = service();
    service.set_fault(fault, 0, usize::MAX);
    (told(&show(&home(&service), "")), service)
}

#[test]
fn without_a_token_it_is_told_how_to_come_by_one() {
    let service = service();
    insta::assert_snapshot!(told(&show(&without_token(&service), "")), @"
    warning: rollbar did not answer: there is no token that reads from Rollbar
    hint: each project has a token with the scope `read` in its Settings, under Project Access Tokens; set ROLLBAR_READ_TOKEN to it, or name a file that holds it with `rollbar.access_token_file`
    ");
    let sender = without_token(&service).with("ROLLBAR_ACCESS_TOKEN", POST);
    insta::assert_snapshot!(told(&show(&sender, "")), @"
    warning: rollbar did not answer: there is no token that reads from Rollbar
    hint: each project has a token with the scope `read` in its Settings, under Project Access Tokens; set ROLLBAR_READ_TOKEN to it, or name a file that holds it with `rollbar.access_token_file`
    hint: the token in ROLLBAR_ACCESS_TOKEN is the application's, which sends errors and cannot read them: it is not used
    ");
    assert_eq!(service.requests(), [], "the token of the application is not used");
}

#[test]
fn a_token_that_may_not_read_is_told_to() {
    let service = service();
    insta::assert_snapshot!(told(&show(&home(&service).with("ROLLBAR_READ_TOKEN", POST), "")), @"
    warning: rollbar did not answer: Rollbar does not let the token in ROLLBAR_READ_TOKEN read: insufficient privileges: the scope of the token does not allow this (HTTP 403)
    hint: a token that applications send with (`post_server_item`) can only send
    hint: each project has a token with the scope `read` in its Settings, under Project Access Tokens; set ROLLBAR_READ_TOKEN to it, or name a file that holds it with `rollbar.access_token_file`
    ");
    insta::assert_snapshot!(told(&show(&home(&service).with("ROLLBAR_READ_TOKEN", "0123456789abcdef"), "")), @"
    warning: rollbar did not answer: Rollbar does not know the token in ROLLBAR_READ_TOKEN: invalid access token (HTTP 401)
    hint: each project has a token with the scope `read` in its Settings, under Project Access Tokens; set ROLLBAR_READ_TOKEN to it, or name a file that holds it with `rollbar.access_token_file`
    hint: an account's token is not a project's
    ");
    assert_eq!(service.requests().len(), 2, "it is not asked again");
}

#[test]
fn for_programs_it_is_in_the_document() {
    let service = service();
    let output = show(&without_token(&service), "-o json");
    assert_eq!(errors(&output), Value::Null);
    let document: Value = serde_json::from_str(&output.stdout).expect("it is JSON");
    assert_eq!(document["notes"], json!(["rollbar did not answer: there is no token that reads from Rollbar"]));
    assert_eq!(document["traces"][0]["complete"], true, "of the spans nothing is missing");
}

#[test]
fn too_many_requests_are_waited_for_where_that_is_short() {
    for form in [Limited::RemainingSeconds, Limited::RetryAfter, Limited::Reset] {
        let service = service();
        // As a time, this second is long over.
        service.set_fault(Fault::Limited(form, 1), 0, 1);
        let output = show(&home(&service), "");
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{form:?}: {output}");
        assert!(section(&output).starts_with("errors in Rollbar: 1 certain"), "{form:?}: {output}");
    }
    let (said, service) = failing(Fault::Limited(Limited::RemainingSeconds, 90));
    insta::assert_snapshot!(said, @"
    warning: rollbar did not answer: Rollbar takes no more requests with the token in ROLLBAR_READ_TOKEN for now: Reached max calls per minute for access token (HTTP 429)
    hint: try again in 90 s, or wait for it with --timeout 120s
    hint: the limit of a token is set in the project's Settings, under Project Access Tokens
    ");
    assert_eq!(service.requests().len(), 1, "it is not asked in vain");
    let (said, _) = failing(Fault::Limited(Limited::Silent, 0));
    assert!(said.contains("try again in a minute"), "{said}");
    // It says so each time.
    let (_, service) = failing(Fault::Limited(Limited::RemainingSeconds, 0));
    assert_eq!(service.requests().len(), 3);
}

#[test]
fn an_answer_that_is_none_is_told_to_be() {
    for (fault, words) in [
        (Fault::Status(500), "HTTP 500"),
        (Fault::Status(404), "HTTP 404"),
        (Fault::Refuses(422, "page is odd".to_owned()), "page is odd (HTTP 422)"),
        (Fault::Err("project is archived".to_owned()), "project is archived"),
        (Fault::Garbage, "makes no sense"),
        (Fault::Shape(r#"{"err":0,"result":{"instances":{}}}"#.to_owned()), "makes no sense"),
        (Fault::Shape("{}".to_owned()), "it has no `result`"),
        (Fault::Endless, "longer than 32 MiB"),
    ] {
        let (said, _) = failing(fault.clone());
        assert!(said.contains("warning: rollbar did not answer: ") && said.contains(words), "{fault:?}: {said}");
        assert!(!said.contains("<html>"), "{fault:?}: {said}");
    }
}

#[test]
fn an_answer_that_ends_too_early_is_none() {
    let (said, _) = failing(Fault::Half);
    // What is cut may be cut before it begins.
    let words = ["ended before its end", "closed before message completed"];
    assert!(words.iter().any(|words| said.contains(words)), "{said}");
}

#[test]
fn what_goes_wrong_for_a_moment_is_asked_again() {
    for fault in [Fault::Status(500), Fault::Status(503), Fault::Half] {
        let service = service();
        service.set_fault(fault.clone(), 0, 2);
        let output = show(&home(&service), "");
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{fault:?}: {output}");
        assert!(section(&output).starts_with("errors in Rollbar: 1 certain"), "{fault:?}: {output}");
    }
}

#[test]
fn an_item_that_is_not_told_costs_only_its_figures() {
    let service = service();
    service.set_fault(Fault::Status(404), 2, usize::MAX);
    let output = show(&home(&service), "");
    assert_eq!(output.code, Some(0), "{output}");
    assert!(section(&output).starts_with("errors in Rollbar: 1 certain") && !output.stdout.contains("item #"), "{output}");
    assert!(output.stderr.contains("note: how often an error happened is not known"), "{output}");
    assert_eq!(errors(&show(&home(&service), "-o json")), Value::Null, "now the occurrences fail, too");
}

#[test]
fn a_service_that_does_not_answer_is_given_up_in_time() {
    let service = service();
    service.set_fault(Fault::Hang, 0, usize::MAX);
    let begun = Instant::now();
    let said = told(&show(&home(&service), "--timeout 1s"));
    assert!(said.contains("Rollbar did not answer within 1 s") && said.contains("--timeout"), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn nobody_there_is_told_to_be_and_asked_once_for_all_traces() {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("there is a free port").local_addr().expect("it is bound");
    let home = Home::new()
        .with_fixtures(&["cruddur.json"])
        .with("CRUDDUR_TRACE_ROLLBAR_ENDPOINT", &format!("http://{nobody}"))
        .with("ROLLBAR_READ_TOKEN", READ);
    let output = home.line(&format!("show -b file:cruddur.json --errors {FAILED} 8bc626382cebdea2f7f1556261da8061"));
    assert_eq!(output.code, Some(0), "{output}");
    assert_eq!(output.stderr.matches("the connection to Rollbar at 127.0.0.1 failed").count(), 1, "{output}");
    assert_eq!(output.stdout.matches("errors in Rollbar: not known").count(), 2, "{output}");
}

#[test]
fn a_redirect_is_not_followed_and_the_token_goes_nowhere() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = elsewhere.local_addr().expect("it is bound");
    let (seen, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in elsewhere.incoming().flatten() {
            let mut bytes = Vec::new();
            stream.set_read_timeout(Some(Duration::from_millis(200))).ok();
            (&stream).take(10_000).read_to_end(&mut bytes).ok();
            seen.send(bytes).ok();
        }
    });
    let (said, _) = failing(Fault::Redirect(format!("http://{address}")));
    assert!(said.contains("where the token does not go"), "{said}");
    assert_eq!(heard.recv_timeout(Duration::from_millis(300)), Err(mpsc::RecvTimeoutError::Timeout));
}
