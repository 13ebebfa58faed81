//! `map -b xray`.

use serde_json::json;

use super::{ago, ask, home, id, put, seconds, segment};
use crate::support::xray::XRay;

/// Some requests over nine hours, of which every fourth fails in a Lambda function.
fn service() -> XRay {
    let service = XRay::start();
    for number in 0..20_u64 {
        let start = ago(600 + number * 1500);
        let trace = id(start, 1);
        let fault = number % 4 == 0;
        let call = |id: &str, name: &str, namespace: &str, fault: bool| {
            json!({"id": id, "name": name, "namespace": namespace, "start_time": seconds(start), "end_time": seconds(start) + 0.05,
                   "fault": fault, "aws": {"operation": "Query"}})
        };
        let calls =
            [call("00000000000000b1", "DynamoDB", "aws", false), call("00000000000000b2", "cruddur-thumbs", "remote", fault)];
        let more = json!({"subsegments": calls, "origin": "AWS::ECS::Container", "fault": fault});
        put(&service, &segment(&trace, "00000000000000a1", "backend-flask", start, more));
        let more = json!({"parent_id": "00000000000000b2", "origin": "AWS::Lambda::Function", "fault": fault});
        put(&service, &segment(&trace, "00000000000000c1", "cruddur-thumbs", start, more));
    }
    service
}

#[test]
fn x_ray_counts_by_itself_in_windows_that_are_put_together() {
    let service = service();
    service.configure(|rules| rules.nodes_per_page = 2);
    let home = home(&service);
    insta::assert_snapshot!(ask(&home, "map --since 9h"), @"
    3 services · as X-Ray counts them

                                                   calls  errors     p50     p90     p99  total  5xx
      client
    ! └─ backend-flask · AWS::ECS::Container          20   5 25%  100 ms  100 ms  100 ms    2 s    5
        ├─ DynamoDB · AWS::DynamoDB                   20           50 ms   50 ms   50 ms    1 s
    !   └─ cruddur-thumbs · AWS::Lambda::Function     20   5 25%  100 ms  100 ms  100 ms    2 s    5
    [exit status: 0]
    ");
    assert_eq!(service.count("/TraceSummaries") + service.count("/Traces"), 0);
    assert_eq!(service.count("/ServiceGraph"), 2 * 2, "two windows of two pages");
}

#[test]
fn of_one_trace_it_counts_that_trace() {
    let service = service();
    let home = home(&service);
    let listed = ask(&home, "list -n 1 -o json").stdout;
    let document: serde_json::Value = serde_json::from_str(&listed).expect("it is JSON");
    let trace = document["traces"][0]["trace_id"].as_str().expect("it has an id").to_owned();
    insta::assert_snapshot!(ask(&home, &format!("map --trace {trace}")), @"
    3 services · 1 trace

                                                   calls  errors     p50     p90     p99   total  5xx
      client
    ! └─ backend-flask · AWS::ECS::Container           1  1 100%  100 ms  100 ms  100 ms  100 ms    1
        ├─ DynamoDB · AWS::DynamoDB                    1           50 ms   50 ms   50 ms   50 ms
    !   └─ cruddur-thumbs · AWS::Lambda::Function      1  1 100%  100 ms  100 ms  100 ms  100 ms    1
    [exit status: 0]
    ");
    assert_eq!(service.count("/TraceGraph"), 1);
}

#[test]
fn a_filter_makes_it_count_here() {
    let service = service();
    let home = home(&service);
    insta::assert_snapshot!(ask(&home, "map --since 9h --error"), @"
    3 services · 5 traces

                                                 calls  errors     p50     p90     p99   total  5xx
    ! backend-flask · AWS::ECS::Container            5  5 100%  100 ms  100 ms  100 ms  500 ms    5
      ├─ DynamoDB · AWS::DynamoDB                    5           50 ms   50 ms   50 ms  250 ms
    ! └─ cruddur-thumbs · AWS::Lambda::Function      5  5 100%   50 ms   50 ms   50 ms  250 ms    5
    [exit status: 0]
    ");
    assert_eq!(service.count("/ServiceGraph"), 0);
}

#[test]
fn a_group_is_asked_for_by_its_name() {
    let service = service();
    service.configure(|rules| rules.groups.extend([("Failing".to_owned(), "fault".to_owned())]));
    let home = home(&service);
    let drawn = ask(&home, "map --since 9h --xray-group Failing -o json").answer();
    let document: serde_json::Value = serde_json::from_str(&drawn).expect("it is JSON");
    let totals: Vec<_> = document["nodes"].as_array().expect("it has nodes").iter().map(|node| &node["total"]).collect();
    assert!(!totals.is_empty() && totals.iter().all(|total| total.is_null() || **total == json!(5)), "{document}");
    assert_eq!(ask(&home, "map --xray-group Nobody").code, Some(2));
    assert_eq!(ask(&home, "map --explain --since 1h").code, Some(0));
}
