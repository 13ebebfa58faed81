//! How many requests it takes, and what is said where there would be too many.

use serde_json::json;

use super::{FAILED, THEN, errors, home, section, service, show};
use crate::support::rollbar::{READ, Rollbar, flask};

fn other(service: &Rollbar, second: u64) {
    service.report(second, &flask("KeyError", "user", "/api/profile", &json!({})));
}

#[test]
fn what_has_just_happened_costs_two_requests_and_one_for_its_item() {
    let service = service();
    let output = show(&home(&service), "");
    assert!(section(&output).starts_with("errors in Rollbar: 1 certain"), "{output}");
    let asked: Vec<_> =
        service.requests().into_iter().map(|seen| format!("{} {}?{}", seen.method, seen.path, seen.query)).collect();
    assert_eq!(
        asked,
        ["GET /api/1/instances/?page=1", "GET /api/1/instances/?page=2", "GET /api/1/item/272505001?"],
        "the second page is empty: there are no more"
    );
    assert!(service.requests().iter().all(|seen| seen.token == READ && !seen.query.contains(READ)));
}

#[test]
fn what_happened_long_ago_is_found() {
    let service = Rollbar::start();
    other(&service, THEN - 10_000);
    service.report(THEN, &flask("KeyError", "user", "/", &json!({"Traceparent": format!("00-{FAILED}-53995c3f42cd8ad8-01")})));
    for second in 0..3000 {
        other(&service, THEN + 1000 + second);
    }
    let output = show(&home(&service), "-o json");
    assert_eq!(errors(&output)[0]["sureness"], "certain");
    let pages = service.requests().iter().filter(|seen| seen.path == "/api/1/instances/").count();
    assert!(pages < 20, "{pages} of 151");
}

#[test]
fn where_there_is_too_much_it_is_said_from_when_on_nothing_was_read() {
    let service = Rollbar::start();
    service.report(THEN, &flask("KeyError", "user", "/", &json!({"Traceparent": format!("00-{FAILED}-53995c3f42cd8ad8-01")})));
    for _ in 0..600 {
        other(&service, THEN + 30);
    }
    let output = show(&home(&service), "");
    assert_eq!(output.code, Some(0), "{output}");
    insta::assert_snapshot!(section(&output), @r#"
    errors in Rollbar: none; 500 occurrences between 2026-07-24 14:02:46 UTC and
      2026-07-24 14:08:46 UTC were looked at, and none carries the trace id or fits
      by time and class or path
    - an error is certain where its request came with a traceparent or
      X-Amzn-Trace-Id header, or where the application adds the id to what it sends:
      extra_data={"trace_id": id} with pyrollbar
    "#);
    insta::assert_snapshot!(output.stderr, @"note: rollbar has more occurrences than are looked through: those from before 2026-07-24T14:04:16Z were not read");
    let pages = service.requests().len();
    assert_eq!(pages, 25);
}

#[test]
fn many_errors_of_one_trace_are_counted() {
    let service = Rollbar::start();
    for number in 0..30 {
        let headers = json!({"Traceparent": format!("00-{FAILED}-53995c3f42cd8ad8-01")});
        service.report(THEN, &flask("KeyError", &format!("user {}", number % 2), "/", &headers));
    }
    let output = show(&home(&service), "");
    assert!(section(&output).starts_with("errors in Rollbar: 20 certain\n"), "{output}");
    assert!(output.stderr.contains("note: 20 of 30 of rollbar's errors are told"), "{output}");
}
