//! `list -b xray`.

use std::time::Duration;

use super::{ago, ask, home, id, put, segment};
use crate::support::xray::XRay;
use serde_json::{Value as Json, json};

/// 700 traces over 9 hours, one a second of 46.
fn nine_hours(service: &XRay) {
    service.configure(|rules| rules.summaries_per_page = 50);
    for number in 0..700 {
        let start = ago(60 + number as u64 * 46);
        put(service, &segment(&id(start, number), &format!("{number:016x}"), "backend-flask", start, json!({})));
    }
}

#[test]
fn every_trace_of_nine_hours_is_listed_once_in_order_by_as_few_calls_as_there_are_pages() {
    let service = XRay::start();
    nine_hours(&service);
    service.configure(|rules| rules.latency = Duration::from_millis(20));
    let home = home(&service);
    let listed = ask(&home, "list --since 9h --limit 1000 -o jsonl");
    let traces: Vec<Json> = listed.answer().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<_> = traces.iter().map(|trace| trace["trace_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 700);
    assert!(traces.windows(2).all(|pair| pair[0]["start"].as_str() > pair[1]["start"].as_str()));
    let calls = service.count("/TraceSummaries");
    let pages = |from: usize, to: usize| (to - from).div_ceil(50);
    assert_eq!(calls, pages(0, 469) + pages(469, 700));
    assert_eq!(service.requests().len(), calls, "nothing else was asked");
    assert_eq!(service.in_flight_at_most(), 2, "both windows at once");
}

#[test]
fn a_limit_that_the_first_page_fills_ends_after_it() {
    let service = XRay::start();
    nine_hours(&service);
    let listed = ask(&home(&service), "list --since 9h --limit 20 -o jsonl");
    assert_eq!((listed.stdout.lines().count(), service.requests().len()), (20, 1), "{listed}");
    let newest: Json = serde_json::from_str(listed.stdout.lines().next().unwrap()).unwrap();
    assert!(newest["trace_id"].as_str().unwrap().ends_with("000000000000"), "{newest}");
    assert!(listed.stderr.contains("the newest 20; --limit shows more"), "{listed}");
}
