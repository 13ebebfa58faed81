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
    let others = (service.count("/GetTraceSegmentDestination"), service.requests().len() - calls);
    assert_eq!(others, (1, 1), "nothing else was asked but whether these are all");
    assert!(service.in_flight_at_most() >= 2, "both windows at once");
}

#[test]
fn a_limit_that_the_first_page_fills_ends_after_it() {
    let service = XRay::start();
    nine_hours(&service);
    let listed = ask(&home(&service), "list --since 9h --limit 20 -o jsonl");
    assert_eq!((listed.stdout.lines().count(), service.count("/TraceSummaries")), (20, 1), "{listed}");
    let newest: Json = serde_json::from_str(listed.stdout.lines().next().unwrap()).unwrap();
    assert!(newest["trace_id"].as_str().unwrap().ends_with("000000000000"), "{newest}");
    assert!(listed.stderr.contains("the newest 20; --limit shows more"), "{listed}");
}

#[test]
fn a_random_id_is_found_by_when_it_arrived() {
    let service = XRay::start();
    let start = ago(60);
    put(&service, &segment("1-fe1be46a-994272793bd862e3fe1be46a", "00000000000000a1", "web", start, json!({})));
    let home = home(&service);
    assert_eq!(ask(&home, "list -o jsonl").answer().lines().count(), 1);
    let by_id = ask(&home, "list -o jsonl --xray-time-range trace-id");
    assert_eq!((by_id.code, by_id.stdout.as_str()), (Some(0), ""), "{by_id}");
}

#[test]
fn empty_pages_and_summaries_of_an_id_alone_lose_nothing() {
    let service = XRay::start();
    nine_hours(&service);
    service.configure(|rules| {
        rules.empty_page_every = 2;
        rules.sparse = true;
    });
    let listed = ask(&home(&service), "list --since 10h --limit 1000 -o jsonl").answer();
    assert_eq!(listed.lines().count(), 700);
    let filtered = ask(&home(&service), "list --since 10m --service backend-flask --limit 1000 -o jsonl").answer();
    assert_eq!(filtered.lines().count(), 12);
}

#[test]
fn the_table_says_what_x_ray_says_and_leaves_out_what_it_does_not() {
    let service = XRay::start();
    let http = |method: &str, path: &str, status: u16| {
        json!({"http": {"request": {"method": method, "url": format!("http://cruddur.com{path}")}, "response": {"status": status}},
               "fault": status >= 500, "origin": "AWS::ECS::Container"})
    };
    let requests =
        [("GET", "/api/activities/home", 200), ("POST", "/api/messages", 500), ("GET", "/api/users/@andrewbrown/short", 200)];
    for (number, (method, path, status)) in requests.into_iter().enumerate() {
        let start = ago(300 - number as u64 * 61);
        put(&service, &segment(&id(start, number), "00000000000000a1", "backend-flask", start, http(method, path, status)));
    }
    let home = home(&service);
    insta::with_settings!({filters => [(r"1-[0-9a-f]{8}-", "1-SECONDS_-"), (r"\d\d\d\d-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD hh:mm:ss"), (r"\d\d-\d\d \d\d:\d\d:\d\d", "MM-DD hh:mm:ss"), (r" \d\d:\d\d:\d\d", " hh:mm:ss")]}, {
        insta::assert_snapshot!(ask(&home, "list --width 120"), @"
          started              trace                                duration  errors  root
          YYYY-MM-DD hh:mm:ss  1-SECONDS_-000000000000000000000002    100 ms          GET /api/users/@andrewbrown/short
        ! YYYY-MM-DD hh:mm:ss  1-SECONDS_-000000000000000000000001    100 ms    some  POST /api/messages · backend-flask
          YYYY-MM-DD hh:mm:ss  1-SECONDS_-000000000000000000000000    100 ms          GET /api/activities/home · backend-flask
        [exit status: 0]
        ");
        insta::assert_snapshot!(ask(&home, "list --width 80"), @"
          started              trace                                  took  root
          YYYY-MM-DD hh:mm:ss  1-SECONDS_-000000000000000000000002  100 ms  GET /api/us…
        ! YYYY-MM-DD hh:mm:ss  1-SECONDS_-000000000000000000000001  100 ms  POST /api/m…
          YYYY-MM-DD hh:mm:ss  1-SECONDS_-000000000000000000000000  100 ms  GET /api/ac…
        [exit status: 0]
        ");
        insta::assert_snapshot!(ask(&home, "list status=error --width 120"), @"
          started              trace                                duration  spans  errors  root
        ! YYYY-MM-DD hh:mm:ss  1-SECONDS_-000000000000000000000001    100 ms      1       1  POST /api/messages · backend-flask
        [exit status: 0]
        ");
    });
}

#[test]
fn a_group_and_a_raw_expression_limit_what_is_asked() {
    let service = XRay::start();
    for (number, name) in ["web", "worker", "web"].into_iter().enumerate() {
        let start = ago(60 + number as u64);
        put(&service, &segment(&id(start, number), "00000000000000a1", name, start, json!({"annotations": {"n": number}})));
    }
    service.configure(|rules| rules.groups.extend([("Front".to_owned(), "service(\"web\")".to_owned())]));
    let home = home(&service);
    let listed = |more: &[&str]| {
        let output = home.run(["list", "-b", "xray", "-o", "jsonl"].iter().chain(more));
        (output.code, output.stdout.lines().count())
    };
    assert_eq!(listed(&["--xray-group", "Front"]), (Some(0), 2));
    assert_eq!(listed(&["--xray-filter", "annotation.n = 2"]), (Some(0), 1));
    assert_eq!(listed(&["--xray-group", "Front", "--xray-filter", "annotation.n < 2", "n >= 0"]), (Some(0), 1));
    assert_eq!(listed(&["--xray-group", "Back"]), (Some(2), 0));
}

#[test]
fn the_plan_is_told_without_asking() {
    let service = XRay::start();
    let home = home(&service);
    let explain = ["list", "-b", "xray", "--explain", "--since", "2026-11-20T00:00:00Z", "--until", "2026-11-20T09:00:00Z"];
    let expression = "service = web and status = error and plan = gold";
    insta::assert_snapshot!(home.run(explain.iter().chain(&[expression, "--xray-group", "Front"])), @r#"
    xray: ask GetTraceSummaries for 2026-11-20T00:00:00Z to 2026-11-20T10:00:00Z, in 2 windows of at most 6 h, newest first, by TimeRangeType Event
    xray: first, to find most at once, FilterExpression: (group.name = "Front") AND (service("web") AND (error OR fault OR throttle OR service() { error OR fault OR throttle }) AND annotation.plan = "gold")
    xray: then, to miss none, FilterExpression: (group.name = "Front") AND (service("web") AND annotation.plan = "gold")
    xray: X-Ray cannot check: status = error
    xray: fetch what is found by BatchGetTraces, 5 at once, and check all of service = "web" and status = error and plan = "gold" on each, at most 250 traces (--scan)
    xray: cost: at least 1 call of GetTraceSummaries a question, at most 50 of BatchGetTraces each; AWS bills every trace that it scans or gives
    [exit status: 0]
    "#);
    insta::assert_snapshot!(home.run(explain), @"
    xray: ask GetTraceSummaries for 2026-11-20T00:00:00Z to 2026-11-20T10:00:00Z, in 2 windows of at most 6 h, newest first, by TimeRangeType Event
    xray: with no FilterExpression
    xray: cost: at least 1 call, one more for each page until there are 20 traces; AWS bills every trace that it scans
    [exit status: 0]
    ");
    assert_eq!(service.requests().len(), 0);
}
