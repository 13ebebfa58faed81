//! Filter expressions: what they find, and which are none.

use serde_json::json;

use super::{TEN, answer, at, minutes, refused, segment, window, with};
use crate::support::xray::XRay;

/// The minutes of the traces that a filter finds.
#[track_caller]
fn found(xray: &XRay, filter: &str) -> Vec<u64> {
    let mut found = minutes(&answer(xray, "/TraceSummaries", &with(window(1), "FilterExpression", filter)));
    found.sort_unstable();
    found
}

/// That each filter finds the traces of these minutes.
#[track_caller]
fn expect(xray: &XRay, filters: &[(&str, &[u64])]) {
    for (filter, expected) in filters {
        assert_eq!(found(xray, filter), *expected, "{filter}");
    }
}

#[test]
fn annotations_are_found_by_type_and_value() {
    let xray = XRay::start();
    let values =
        [json!("Ada"), json!("ada lovelace"), json!(29), json!(29.5), json!(true), json!("29"), json!("x".repeat(1001))];
    for (minute, value) in (0..).zip(&values) {
        let inner = json!([{ "id": "00000000000000c1", "name": "inner", "start_time": TEN, "annotations": { "k": value } }]);
        xray.put(&segment(minute * 60, &format!("{minute:016x}"), &json!({ "subsegments": inner })), at(0));
    }
    let filters: [(&str, &[u64]); 12] = [
        (r#"annotation.k = "Ada""#, &[0]),
        (r#"annotation.k CONTAINS "ada""#, &[1]),
        (r#"ANNOTATION.k beginswith "A""#, &[0]),
        (r#"annotation.k ENDSWITH "ace""#, &[1]),
        (r#"annotation[k] CONTAINS """#, &[0, 1, 5]),
        ("annotation.k = 29", &[2]),
        ("annotation.k >= 29", &[2, 3]),
        ("annotation.k = true", &[4]),
        ("annotation.k != 29", &[3]),
        (r#"annotation.K = "Ada""#, &[]),
        (r#"!(annotation.k = "Ada" OR annotation.k > 0)"#, &[1, 4, 5, 6]),
        ("annotation.k = 29 OR annotation.k = true", &[2, 4]),
    ];
    expect(&xray, &filters);
}

#[test]
fn fifty_annotations_of_a_trace_are_indexed_and_only_under_proper_keys() {
    let xray = XRay::start();
    let mut annotations: serde_json::Map<_, _> = (0..51).map(|n| (format!("k{n:02}"), json!(n))).collect();
    annotations.insert("a b".to_owned(), json!("not indexed"));
    annotations.insert("a.b".to_owned(), json!("dotted"));
    xray.put(&segment(0, "000000000000000a", &json!({ "annotations": annotations })), at(1));
    expect(
        &xray,
        &[
            ("annotation.k48 = 48", &[0]),
            ("annotation.k49 = 49", &[]),
            (r#"annotation[a.b] = "dotted""#, &[0]),
            (r#"annotation[a.b] != "dotted""#, &[]),
        ],
    );
    let row = answer(&xray, "/TraceSummaries", &window(1))["TraceSummaries"][0].clone();
    assert_eq!(row["Annotations"].as_object().map(serde_json::Map::len), Some(50));
}

/// A web service that calls an API and a table: minute 0 all is well, 1 the API fails and the web service bears it, 2 both fail,
/// 3 the API has not reported yet, 4 the web service still runs.
fn services() -> XRay {
    let xray = XRay::start();
    for minute in 0..5_u64 {
        let begins = TEN + minute * 60;
        let inner = json!([
            { "id": format!("{minute:015x}b"), "name": "api", "namespace": "remote", "traced": true,
              "start_time": begins, "end_time": begins + 1 },
            { "id": format!("{minute:015x}c"), "name": "DynamoDB", "namespace": "aws", "start_time": begins, "end_time": begins + 1 },
            { "id": format!("{minute:015x}d"), "name": "local", "namespace": "local", "start_time": begins, "end_time": begins + 1 },
        ]);
        let mut web = json!({
            "subsegments": inner, "fault": minute == 2, "user": "ada", "origin": "AWS::EC2::Instance",
            "end_time": begins as f64 + 0.25 * minute as f64,
            "aws": { "account_id": "123456789012", "ec2": { "instance_id": format!("i-{minute}"), "availability_zone": "us-east-1c" } },
            "http": { "request": { "method": "GET", "url": format!("http://x/{minute}"), "user_agent": "curl", "client_ip": "10.0.0.1" },
                      "response": { "status": if minute == 2 { 500 } else { 200 } } },
        });
        if minute == 4 {
            web["in_progress"] = json!(true);
        }
        xray.put(&segment(minute * 60, &format!("{minute:015x}a"), &web), at(minute * 60));
        if minute != 3 {
            let api = json!({
                "name": "api", "parent_id": format!("{minute:015x}b"), "origin": "AWS::ECS::Container",
                "error": minute == 1, "throttle": minute == 1, "fault": minute == 2, "user": "service",
                "resource_arn": "arn:aws:ecs:us-east-1:123456789012:task/1",
                "http": { "request": { "url": "http://api/" }, "response": { "status": 429 } },
            });
            xray.put(&segment(minute * 60, &format!("{minute:015x}e"), &api), at(minute * 60));
        }
    }
    xray
}

#[test]
fn most_keywords_are_about_the_root_alone() {
    expect(
        &services(),
        &[
            ("fault", &[2]),
            ("error", &[]),
            ("throttle", &[]),
            ("ok", &[0, 1, 3, 4]),
            ("OK = false", &[2]),
            ("!ok", &[2]),
            ("fault != true", &[0, 1, 3, 4]),
            ("http.status = 429", &[]),
            ("http.status >= 500", &[2]),
            (r#"http.url ENDSWITH "/3""#, &[3]),
            (r#"http.url CONTAINS "api""#, &[]),
            (r#"http.method = "get""#, &[]),
            (r#"http.useragent = "curl" AND http.clientip BEGINSWITH "10." http.url CONTAINS "x/1""#, &[1]),
            ("responsetime > 0.25", &[2, 3]),
            ("responseTime = 0.25", &[1]),
            ("duration >= 0", &[0, 1, 2, 3, 4]),
        ],
    );
}

#[test]
fn some_keywords_are_about_any_segment_and_partial_is_about_the_trace() {
    expect(
        &services(),
        &[
            (r#"user = "service""#, &[0, 1, 2, 4]),
            (r#"user CONTAINS """#, &[0, 1, 2, 3, 4]),
            (r#"availabilityzone = "us-east-1c" instance.id = "i-3""#, &[3]),
            (r#"resource.arn CONTAINS ":task/""#, &[0, 1, 2, 4]),
            ("partial", &[3, 4]),
            ("inferred AND !partial", &[0, 1, 2]),
            ("root", &[0, 1, 2, 3, 4]),
            ("remote OR first OR last", &[]),
            (r#"index = 0 OR coverage > 0.1 OR message CONTAINS """#, &[]),
        ],
    );
}

#[test]
fn services_are_segments_and_edges_are_calls_between_them() {
    expect(
        &services(),
        &[
            (r#"service("api")"#, &[0, 1, 2, 4]),
            (r#"service("api") { throttle AND error }"#, &[1]),
            (r#"service("web") { error }"#, &[]),
            ("service() { fault OR error }", &[1, 2]),
            (r#"service("local")"#, &[]),
            (r#"service("DynamoDB") { inferred }"#, &[0, 1, 2, 3, 4]),
            (r#"service(id(name: "api", type: "AWS::ECS::Container")) {fault}"#, &[2]),
            (r#"service(id(type: "AWS::EC2::Instance", account.id: "123456789012")) { http.url ENDSWITH "/4" }"#, &[4]),
            (r#"service(id(account.id: "210987654321"))"#, &[]),
            (r#"!service("api")"#, &[3]),
            (
                r#"service() { name = "api" type = "AWS::ECS::Container" http.status = 429 responsetime = 1 !root }"#,
                &[0, 1, 2, 4],
            ),
            (r#"service("web") { partial }"#, &[4]),
            (r#"edge("web", "api") { fault }"#, &[2]),
            (r#"edge("web", "DynamoDB")"#, &[0, 1, 2, 3, 4]),
            (r#"edge("api", "web")"#, &[]),
            (r#"edge(id(type: "AWS::EC2::Instance"), "api") { !ok }"#, &[1, 2]),
        ],
    );
}

#[test]
fn and_binds_more_closely_and_a_group_is_what_it_stands_for() {
    let xray = services();
    xray.configure(|rules| {
        rules.groups.insert("broken".to_owned(), "fault OR partial".to_owned());
        rules.groups.insert("itself".to_owned(), r#"group.name = "itself""#.to_owned());
    });
    let arn = answer(&xray, "/Groups", &json!({}))["Groups"][0]["GroupARN"].as_str().expect("text").to_owned();
    expect(
        &xray,
        &[
            (r#"fault OR partial AND http.url ENDSWITH "/3""#, &[2, 3]),
            (r#"(fault OR partial) http.url ENDSWITH "/3""#, &[3]),
            (r#"group.name = "broken" AND !fault"#, &[3, 4]),
            (&format!(r#"group.arn = "{arn}""#), &[2, 3, 4]),
        ],
    );
    for unknown in [r#"group.name = "none""#, r#"group.name = "itself""#] {
        assert!(refused(&xray, "/TraceSummaries", &with(window(1), "FilterExpression", unknown)).starts_with("400 Inv"));
    }
}

#[test]
fn what_the_guide_does_not_have_is_refused() {
    let xray = services();
    for wrong in [
        "fault AND",
        "AND fault",
        "faulty",
        "!!fault",
        "!http.status = 200",
        "!annotation.k = 1",
        "(fault",
        "fault)",
        "service(\"api\") { fault",
        "service(\"api\") fault }",
        "service(api)",
        "service(\"api\") {}",
        "service(\"a\", \"b\")",
        "edge(\"a\")",
        "service() { annotation.k = 1 }",
        "edge(\"a\", \"b\") { annotation[k] = 1 }",
        "service() { service() { fault } }",
        "id(name: \"a\")",
        "service(id(colour: \"red\"))",
        "service(id())",
        "http.url = http",
        "http.url = 'x'",
        "http.url = \"a\"b\"",
        "http.url = \"a\\\"b\"",
        "http.url =~ \"a\"",
        "http.url > \"a\"",
        "http.url = \"a",
        "http.url",
        "http.status CONTAINS \"2\"",
        "http.status = \"200\"",
        "responsetime > 5s",
        "responsetime > 1.2.3",
        "responsetime > .5",
        "fault = \"true\"",
        "annotation.k > \"a\"",
        "annotation.k CONTAINS 1",
        "annotation.k < true",
        "annotation.a-b = 1",
        "annotation.a.b = 1",
        "annotation. = 1",
        "annotation[a b] = 1",
        "annotation[k = 1",
        "rootcause.fault.service { name = \"a\" }",
        "fault && partial",
        "fault; partial",
        "\"fault\"",
        "",
        &"fault ".repeat(400),
    ] {
        let no = refused(&xray, "/TraceSummaries", &with(window(1), "FilterExpression", wrong));
        assert!(no.starts_with("400 InvalidRequestException: Invalid filter expression"), "{wrong}: {no}");
    }
    let deep = format!("{}fault{}", "(".repeat(990), ")".repeat(990));
    assert!(refused(&xray, "/TraceSummaries", &with(window(1), "FilterExpression", deep)).contains("too deeply"));
}
