//! `show -b xray`.

use super::{ago, ask, home, id, put, seconds, segment};
use crate::support::xray::{Fault, XRay};
use serde_json::json;

#[test]
fn a_trace_that_arrives_in_three_stages_says_each_time_what_is_missing() {
    let service = XRay::start();
    let home = home(&service);
    let start = ago(30);
    let trace = id(start, 1);
    let show = || {
        let shown = ask(&home, &format!("show {trace}"));
        let line = shown.answer().lines().find(|line| line.contains("complete")).map(str::to_owned).expect("it says so");
        line.rsplit(" · ").next().map(str::to_owned)
    };
    let missing = ask(&home, &format!("show {trace}"));
    assert_eq!((missing.code, missing.stdout.as_str()), (Some(1), ""), "{missing}");

    put(&service, &segment(&trace, "00000000000000c3", "worker", start, json!({"parent_id": "00000000000000b2"})));
    assert_eq!(show().unwrap(), "incomplete: no root span has arrived; 1 parent span has not arrived");

    let running =
        json!({"trace_id": trace, "id": "00000000000000a1", "name": "web", "start_time": seconds(start), "in_progress": true});
    put(&service, &running);
    assert_eq!(show().unwrap(), "incomplete: 1 parent span has not arrived; 1 span is still running");

    let call = json!({"id": "00000000000000b2", "name": "worker", "namespace": "remote",
                      "start_time": seconds(start), "end_time": seconds(start) + 0.1});
    put(&service, &segment(&trace, "00000000000000a1", "web", start, json!({"subsegments": [call]})));
    assert_eq!(show().unwrap(), "complete");
}

#[test]
fn ids_that_were_not_processed_are_asked_for_again() {
    let service = XRay::start();
    let start = ago(30);
    let trace = id(start, 1);
    put(&service, &segment(&trace, "00000000000000a1", "web", start, json!({})));
    service.configure(|rules| rules.unprocessed_first.extend([(trace.clone(), 2)]));
    assert!(ask(&home(&service), &format!("show {trace}")).answer().contains("web"));
    assert_eq!(service.count("/Traces"), 3);
}

#[test]
fn an_answer_that_is_cut_off_is_no_answer() {
    let service = XRay::start();
    let start = ago(30);
    let trace = id(start, 1);
    put(&service, &segment(&trace, "00000000000000a1", "web", start, json!({})));
    for fault in [Fault::Cut, Fault::Garbage, Fault::Status(500)] {
        service.configure(|rules| rules.plan("/Traces", fault, usize::MAX));
        let shown = ask(&home(&service).with("AWS_MAX_ATTEMPTS", "2"), &format!("show {trace} --timeout 3s"));
        assert_eq!((shown.code, shown.stdout.as_str()), (Some(3), ""), "{fault:?}: {shown}");
        service.configure(|rules| rules.planned.clear());
    }
}

#[test]
fn an_id_that_x_ray_does_not_know_is_not_found_and_what_it_said_is_told() {
    let service = XRay::start();
    let unknown = "1-5759e988-bd862e3fe1be46a994272793";
    insta::assert_snapshot!(ask(&home(&service), &format!("show {unknown}")), @"
    ------- stderr -------
    error: no trace `1-5759e988-bd862e3fe1be46a994272793`
    hint: X-Ray says that it has not processed this id: it does not know it, or not yet
    hint: `cruddur-trace list` shows what is there
    [exit status: 1]
    ");
    service.configure(|rules| rules.unknown_is_silent = true);
    insta::assert_snapshot!(ask(&home(&service), &format!("show {unknown}")), @"
    ------- stderr -------
    error: no trace `1-5759e988-bd862e3fe1be46a994272793`
    hint: `cruddur-trace list` shows what is there
    [exit status: 1]
    ");
    assert_eq!(service.count("/TraceSummaries"), 0, "a whole id is not looked for by its beginning");
}

#[test]
fn a_trace_that_is_too_large_for_x_ray_is_not_complete() {
    let service = XRay::start();
    let start = ago(30);
    let trace = id(start, 1);
    put(&service, &segment(&trace, "00000000000000a1", "web", start, json!({})));
    for number in 0..20 {
        put(
            &service,
            &segment(&trace, &format!("{:016x}", 0xb0 + number), "worker", start, json!({"parent_id": "00000000000000a1"})),
        );
    }
    service.configure(|rules| rules.trace_bytes = 1000);
    let home = home(&service);
    let shown = ask(&home, &format!("show {trace}")).answer();
    assert!(shown.contains("incomplete: X-Ray gave only a part of it: it exceeds the limit of a trace's size"), "{shown}");
    // What is not seen may be in the part that is held back.
    for question in ["name=nowhere", "name=nowhere --absent"] {
        let asserted = ask(&home, &format!("assert {question}"));
        assert_eq!(asserted.code, Some(3), "{question}: {asserted}");
    }
    assert_eq!(ask(&home, "assert --service=web").code, Some(0));
}
