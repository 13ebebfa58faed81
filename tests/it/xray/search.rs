//! Accounts that use Transaction Search: X-Ray has only what is indexed, the rest is retrieved.

use std::time::Duration;

use serde_json::json;

use super::{ago, ask, home, id, put, segment};
use crate::support::xray::{Destination, Outcome, XRay};

/// A trace of 250 segments, so that it goes on over several pages.
fn service() -> (XRay, String) {
    let service = XRay::start();
    let start = ago(600);
    let trace = id(start, 1);
    put(&service, &segment(&trace, "00000000000000a1", "web", start, json!({})));
    for number in 0..249 {
        let id = format!("{:016x}", 0xb000 + number);
        put(&service, &segment(&trace, &id, "worker", start, json!({"parent_id": "00000000000000a1"})));
    }
    service.configure(|rules| {
        rules.destination = Destination::CloudWatchLogs;
        rules.polls = 3;
    });
    (service, trace)
}

#[test]
fn what_x_ray_does_not_have_is_retrieved_with_all_of_its_pages() {
    let (service, trace) = service();
    let shown = ask(&home(&service), &format!("show {trace} -o json"));
    let document: serde_json::Value = serde_json::from_str(&shown.answer()).expect("it is JSON");
    assert_eq!(document["traces"][0]["spans"].as_array().map(Vec::len), Some(250));
    assert_eq!(service.count("/StartTraceRetrieval"), 1);
    assert_eq!(service.count("/ListRetrievedTraces"), 3 + 3, "polls and pages");
}

#[test]
fn what_is_not_there_either_is_not_found() {
    let (service, _) = service();
    let shown = ask(&home(&service), &format!("show {}", id(ago(600), 2)));
    assert_eq!(shown.code, Some(1), "{shown}");
}

#[test]
fn a_retrieval_that_fails_or_takes_too_long_is_no_answer() {
    let (service, trace) = service();
    let home = home(&service);
    for outcome in [Outcome::Failed, Outcome::Timeout] {
        service.configure(|rules| rules.outcome = outcome);
        let shown = ask(&home, &format!("show {trace}"));
        assert_eq!((shown.code, shown.stdout.as_str()), (Some(3), ""), "{outcome:?}: {shown}");
    }
    service.configure(|rules| rules.polls = usize::MAX);
    let shown = ask(&home, &format!("show {trace} --timeout 1s"));
    assert_eq!(shown.code, Some(3), "{shown}");
    assert!(shown.stderr.contains("Transaction Search did not retrieve the trace within 1s"), "{shown}");
    assert_eq!(service.count("/CancelTraceRetrieval"), 1, "nobody will come for it");
}

#[test]
fn who_may_not_ask_where_segments_go_still_gets_what_x_ray_has() {
    let (service, trace) = service();
    service.configure(|rules| {
        rules.indexed.extend([trace.clone()]);
        rules.denied.extend(["GetTraceSegmentDestination".to_owned()]);
        rules.latency = Duration::from_millis(1);
    });
    let home = home(&service);
    assert_eq!(ask(&home, &format!("show {trace}")).code, Some(0));
    let missing = ask(&home, &format!("show {}", id(ago(600), 2)));
    assert_eq!(missing.code, Some(1), "{missing}");
}

#[test]
fn what_is_listed_can_be_checked() {
    let (service, trace) = service();
    service.configure(|rules| rules.indexed.extend([trace]));
    assert_eq!(ask(&home(&service), "assert --service=worker").code, Some(0));
}
