//! `assert -b xray`.

use std::thread;

use serde_json::json;

use super::{ago, ask, home, id, put, segment};
use crate::support::xray::XRay;
use crate::support::{Home, eventually};

const WORKER: &str = "assert --service=worker";

#[test]
fn it_waits_for_what_is_still_to_come_and_no_longer() {
    let service = XRay::start();
    let home = home(&service);
    let start = ago(5);
    let trace = id(start, 1);
    put(&service, &segment(&trace, "00000000000000a1", "web", start, json!({})));
    thread::scope(|scope| {
        let asserted = scope.spawn(|| ask(&home, &format!("{WORKER} --wait 40s")));
        eventually("it asks", || service.count("/TraceSummaries") > 0);
        put(&service, &segment(&trace, "00000000000000b2", "worker", start, json!({"parent_id": "00000000000000a1"})));
        let asserted = asserted.join().expect("it ends");
        assert_eq!(asserted.code, Some(0), "{asserted}");
        assert!(asserted.stderr.contains("1 trace satisfies service = \"worker\""), "{asserted}");
    });
}

#[test]
fn an_incomplete_trace_at_the_deadline_is_neither_yes_nor_no() {
    let service = XRay::start();
    let home = home(&service);
    let start = ago(5);
    let trace = id(start, 1);
    put(&service, &segment(&trace, "00000000000000b2", "web", start, json!({"parent_id": "00000000000000a1"})));
    for question in [format!("{WORKER} --wait 1s"), format!("{WORKER} --absent"), format!("{WORKER} --trace {trace}")] {
        let asserted = ask(&home, &question);
        assert_eq!(asserted.code, Some(3), "{question}: {asserted}");
        assert!(asserted.stderr.contains("may still grow"), "{question}: {asserted}");
    }
    put(&service, &segment(&trace, "00000000000000a1", "front", start, json!({})));
    for (question, code) in
        [(WORKER.to_owned(), 1), (format!("{WORKER} --absent"), 0), (format!("{WORKER} --trace {trace}"), 1)]
    {
        let asserted = ask(&home, &question);
        assert_eq!(asserted.code, Some(3), "it looks whole, and has not been silent: {question}: {asserted}");
        let asserted = ask(&home, &format!("{question} --settle 2s"));
        assert_eq!(asserted.code, Some(code), "{question}: {asserted}");
    }
}

#[test]
fn a_service_is_asked_no_more_often_because_nothing_is_expected_any_more() {
    let service = XRay::start();
    let home = home(&service);
    let asserted = ask(&home, "assert name=nothing --wait 3s --settle 0s");
    assert_eq!(asserted.code, Some(1), "{asserted}");
    // At first, after two seconds and at last; and what is newest, and what has come lately.
    assert!(service.count("/TraceSummaries") <= 6, "{} questions", service.count("/TraceSummaries"));
}

#[test]
fn a_trace_that_x_ray_lists_and_does_not_give_leaves_it_open() {
    let service = XRay::start();
    let home = home(&service);
    let start = ago(5);
    let trace = id(start, 1);
    put(&service, &segment(&trace, "00000000000000a1", "worker", start, json!({})));
    service.configure(|rules| rules.unprocessed_first.extend([(trace.clone(), usize::MAX)]));
    let asserted = ask(&home, WORKER);
    assert_eq!(asserted.code, Some(3), "{asserted}");
    assert!(asserted.stderr.contains("X-Ray lists it and does not give it"), "{asserted}");
}

#[test]
fn more_traces_than_may_be_fetched_leave_an_absence_open() {
    let service = XRay::start();
    let home = home(&service);
    for number in 0..30 {
        let start = ago(100 + number);
        put(&service, &segment(&id(start, 1), "00000000000000a1", "web", start, json!({})));
    }
    let question = "assert name=nowhere --absent --scan";
    let asserted = ask(&home, &format!("{question} 20"));
    assert_eq!(asserted.code, Some(3), "{asserted}");
    assert!(asserted.stderr.contains("the newest 20 traces, back to"), "{asserted}");
    assert_eq!(service.count("/Traces"), 4, "five at once");
    assert_eq!(ask(&home, &format!("{question} 30")).code, Some(0));
}

#[test]
fn a_beginning_that_was_not_looked_for_among_all_ids_leaves_it_open() {
    let service = XRay::start();
    service.configure(|rules| rules.summaries_per_page = 5);
    let home = home(&service);
    for number in 0..20 {
        let start = ago(100 + number);
        put(&service, &segment(&id(start, 1), "00000000000000a1", "web", start, json!({})));
    }
    for question in ["assert --trace abcdef", "assert --trace abcdef --absent"] {
        let cut = ask(&home, &format!("{question} --scan 10"));
        assert_eq!(cut.code, Some(3), "{question}: {cut}");
        assert!(cut.stderr.contains("type the whole id"), "{question}: {cut}");
    }
    let all = ask(&home, "show abcdef");
    assert_eq!(all.code, Some(1), "{all}");
    assert!(all.stderr.contains("only among those of the last hour"), "{all}");
}

#[test]
fn a_store_that_comes_is_found_also_where_aws_cannot_be_opened() {
    // What is configured cannot be used.
    let home =
        Home::new().with_fixtures(&["cruddur.json"]).with("AWS_PROFILE", "broken").with("AWS_EC2_METADATA_DISABLED", "true");
    crate::support::write(&home.path(".aws/config"), "[profile broken]\nregion = us-east-1\ncredential_process = exit 1\n");
    assert_eq!(home.line("assert").code, Some(3), "neither is there");
    thread::scope(|scope| {
        let asserted = scope.spawn(|| home.line("assert --wait 30s --since 2000d"));
        thread::sleep(std::time::Duration::from_millis(300));
        home.import("cruddur.json");
        let asserted = asserted.join().expect("it ends");
        assert_eq!(asserted.code, Some(0), "{asserted}");
        assert!(asserted.stderr.contains("credentials"), "{asserted}");
    });
}
