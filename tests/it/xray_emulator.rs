//! The double of AWS X-Ray that other tests talk to, tried by itself: with requests that are written out, and with the official
//! client, which proves that what it answers can be read.

mod batches;
mod door;
mod filters;
mod graphs;
mod retrieval;
mod sampling;

use std::time::Duration;

use aws_sdk_xray::Client;
use aws_sdk_xray::config::retry::RetryConfig;
use aws_sdk_xray::config::timeout::TimeoutConfig;
use aws_sdk_xray::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_xray::primitives::DateTime;
use aws_sdk_xray::types::TimeRangeType;
use cruddur_trace::model::Time;
use serde_json::{Value, json};

use crate::support::http::{self, Answer};
use crate::support::xray::XRay;

/// 2026-11-24T10:00:00Z, in seconds.
const TEN: u64 = 1_795_514_400;
const HOUR: u64 = 3600;

/// As the SDKs sign, but for the signature.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/xray/aws4_request, \
                      SignedHeaders=host;x-amz-date, \
                      Signature=0000000000000000000000000000000000000000000000000000000000000000";

/// So many seconds after ten o'clock.
fn at(seconds: u64) -> Time {
    Time((TEN + seconds) * 1_000_000_000)
}

/// The id of a trace that began so many seconds after ten o'clock.
fn trace_id(seconds: u64) -> String {
    format!("1-{:08x}-{:024x}", TEN + seconds, seconds + 1)
}

fn post(xray: &XRay, path: &str, body: &Value) -> Answer {
    let headers = [("Authorization", SIGNED), ("X-Amz-Date", "20261124T100000Z"), ("Content-Type", http::JSON)];
    http::request(xray.address(), &format!("POST {path}"), &headers, body.to_string().as_bytes())
}

/// What the service gives.
#[track_caller]
fn answer(xray: &XRay, path: &str, body: &Value) -> Value {
    let answer = post(xray, path, body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).expect("it is JSON")
}

/// Status, code and message of what the service refuses.
#[track_caller]
fn refused(xray: &XRay, path: &str, body: &Value) -> String {
    refusal(&post(xray, path, body))
}

#[track_caller]
fn refusal(answer: &Answer) -> String {
    let code = answer.header("x-amzn-errortype").expect("a refusal has its code").split(':').next().unwrap_or_default();
    let body: Value = serde_json::from_slice(&answer.body).expect("a refusal is JSON");
    assert_eq!(body["__type"], code);
    let message = body["Message"].as_str().or(body["message"].as_str()).expect("a refusal has a message");
    format!("{} {code}: {message}", answer.status)
}

/// A segment of one second, with further members.
fn segment(seconds: u64, id: &str, more: &Value) -> String {
    let mut document = json!({
        "trace_id": trace_id(seconds),
        "id": id,
        "name": "web",
        "start_time": (TEN + seconds) as f64,
        "end_time": (TEN + seconds + 1) as f64,
    });
    let members = more.as_object().expect("members").clone();
    document.as_object_mut().expect("an object").extend(members);
    document.to_string()
}

/// With that many traces, one a minute, which arrived when they ended.
fn with_traces(count: u64) -> XRay {
    let xray = XRay::start();
    for minute in 0..count {
        xray.put(&segment(minute * 60, &format!("{minute:016x}"), &json!({})), at(minute * 60 + 1));
    }
    xray
}

/// The window of `hours` from ten o'clock.
fn window(hours: u64) -> Value {
    json!({ "StartTime": TEN, "EndTime": TEN + hours * HOUR })
}

fn with(mut body: Value, member: &str, value: impl Into<Value>) -> Value {
    body[member] = value.into();
    body
}

/// The minutes of the traces of a page, in its order.
fn minutes(page: &Value) -> Vec<u64> {
    let rows = page["TraceSummaries"].as_array().expect("rows");
    rows.iter().map(|row| (row["StartTime"].as_f64().expect("a time") as u64 - TEN) / 60).collect()
}

fn client(xray: &XRay) -> Client {
    let config = aws_sdk_xray::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(xray.endpoint())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_secs(20)).build());
    Client::from_conf(config.build())
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread can wait");
    runtime.block_on(future)
}

/// For the official client.
fn when(seconds: u64) -> DateTime {
    DateTime::from_secs((TEN + seconds) as i64)
}

#[test]
fn pages_go_back_in_time_and_are_unsorted_within() {
    let xray = with_traces(10);
    xray.configure(|rules| rules.summaries_per_page = 4);
    let first = answer(&xray, "/TraceSummaries", &window(1));
    let mut rows = minutes(&first);
    assert!(!rows.is_sorted() && !rows.iter().rev().is_sorted(), "{rows:?}");
    rows.sort_unstable();
    assert_eq!((rows, &first["TracesProcessedCount"]), (vec![6, 7, 8, 9], &json!(4)));
    let second = answer(&xray, "/TraceSummaries", &with(window(1), "NextToken", first["NextToken"].clone()));
    let third = answer(&xray, "/TraceSummaries", &with(window(1), "NextToken", second["NextToken"].clone()));
    assert_eq!(minutes(&third), [0, 1]);
    assert_eq!(third.get("NextToken"), None);
}

#[test]
fn a_token_is_good_for_its_own_question_only() {
    let xray = with_traces(3);
    xray.configure(|rules| rules.summaries_per_page = 2);
    let token = answer(&xray, "/TraceSummaries", &window(1))["NextToken"].clone();
    for (hours, token) in [(2, token), (1, json!("made up"))] {
        let no = refused(&xray, "/TraceSummaries", &with(window(hours), "NextToken", token));
        assert_eq!(no, "400 InvalidRequestException: Invalid NextToken");
    }
}

#[test]
fn every_second_page_may_be_empty() {
    let xray = with_traces(3);
    xray.configure(|rules| (rules.summaries_per_page, rules.empty_page_every) = (2, 2));
    let mut body = window(1);
    let mut sizes = Vec::new();
    loop {
        let page = answer(&xray, "/TraceSummaries", &body);
        sizes.push(minutes(&page).len());
        match page.get("NextToken") {
            Some(token) => body["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(sizes, [2, 0, 1]);
}

#[test]
fn the_window_is_six_hours_at_most_and_without_its_end() {
    let xray = with_traces(3);
    let no = |body: &Value| refused(&xray, "/TraceSummaries", body);
    assert_eq!(no(&window(7)), "400 InvalidRequestException: Time range cannot be longer than 6 hours");
    let no_end = json!({ "StartTime": TEN });
    assert_eq!(no(&no_end), "400 InvalidRequestException: EndTime is required");
    let reversed = json!({ "StartTime": TEN, "EndTime": TEN - 1 });
    assert_eq!(no(&reversed), "400 InvalidRequestException: End time cannot be before start time");
    assert_eq!(no(&json!({ "StartTime": "now", "EndTime": 1 })).split(' ').nth(1), Some("SerializationException:"));
    let upto = json!({ "StartTime": TEN as f64 + 0.5, "EndTime": TEN + 120 });
    assert_eq!(minutes(&answer(&xray, "/TraceSummaries", &upto)), [1]);
    assert_eq!(minutes(&answer(&xray, "/TraceSummaries", &window(6))).len(), 3);
}

#[test]
fn a_random_id_has_no_time_and_is_found_by_arrival_or_end() {
    let xray = XRay::start();
    let document = segment(60, "000000000000000a", &json!({ "trace_id": "1-ffffffff-ffffffffffffffffffffffff" }));
    xray.put(&document, at(1800));
    let rows = |kind: &str, start: u64| {
        let body = json!({ "StartTime": TEN + start, "EndTime": TEN + start + 1, "TimeRangeType": kind });
        answer(&xray, "/TraceSummaries", &body)["TraceSummaries"].as_array().expect("rows").clone()
    };
    assert!(rows("TraceId", 60).is_empty());
    assert_eq!(rows("Event", 1800)[0]["MatchedEventTime"], json!((TEN + 1800) as f64));
    assert_eq!(rows("Service", 61)[0]["MatchedEventTime"], json!((TEN + 61) as f64));
    assert!(rows("Event", 60).is_empty() && rows("Service", 60).is_empty());
}

#[test]
fn the_official_client_reads_summaries_and_traces() {
    let xray = XRay::start();
    let more = json!({
        "fault": true, "user": "ada", "origin": "AWS::EC2::Instance", "resource_arn": "arn:aws:ec2:us-east-1:1:i/i-1",
        "annotations": { "word": "yes", "count": 2.5, "flag": true },
        "aws": { "account_id": "123456789012", "ec2": { "instance_id": "i-1", "availability_zone": "us-east-1c" } },
        "http": { "request": { "method": "GET", "url": "http://x/", "user_agent": "u", "client_ip": "10.0.0.1" },
                  "response": { "status": 503 } },
        "cause": { "exceptions": [{ "id": "00000000000000e1", "type": "Boom", "message": "went off" }] },
    });
    xray.put(&segment(0, "000000000000000a", &more), at(1));
    let client = client(&xray);
    let ask = client.get_trace_summaries().start_time(when(0)).end_time(when(60)).time_range_type(TimeRangeType::Event);
    let page = wait(ask.filter_expression("annotation.count > 2").send()).expect("summaries");
    assert_eq!((page.traces_processed_count, page.approximate_time), (Some(1), Some(when(1))));
    let row = &page.trace_summaries()[0];
    assert_eq!((row.id(), row.start_time(), row.duration()), (Some(trace_id(0).as_str()), Some(&when(0)), Some(1.0)));
    assert_eq!((row.has_fault(), row.has_error(), row.is_partial()), (Some(true), Some(false), Some(false)));
    assert_eq!((row.revision(), row.matched_event_time(), row.response_time()), (1, Some(&when(1)), Some(1.0)));
    let http = row.http().expect("of the root");
    assert_eq!((http.http_status(), http.http_url(), http.client_ip()), (Some(503), Some("http://x/"), Some("10.0.0.1")));
    let value = |key: &str| row.annotations().and_then(|all| all.get(key)).and_then(|all| all[0].annotation_value()).cloned();
    assert_eq!(value("word").expect("there").as_string_value().ok().map(String::as_str), Some("yes"));
    assert_eq!(value("count").expect("there").as_number_value().ok(), Some(&2.5));
    assert_eq!(value("flag").expect("there").as_boolean_value().ok(), Some(&true));
    assert_eq!(row.users()[0].user_name(), Some("ada"));
    assert_eq!(row.entry_point().and_then(|service| service.r#type()), Some("AWS::EC2::Instance"));
    assert_eq!((row.service_ids().len(), row.service_ids()[0].account_id()), (1, Some("123456789012")));
    assert_eq!((row.instance_ids()[0].id(), row.availability_zones()[0].name()), (Some("i-1"), Some("us-east-1c")));
    assert_eq!(row.resource_arns()[0].arn(), Some("arn:aws:ec2:us-east-1:1:i/i-1"));
    let exception = &row.fault_root_causes()[0].services()[0].entity_path()[0].exceptions()[0];
    assert_eq!((exception.name(), exception.message()), (Some("Boom"), Some("went off")));
    let batch = wait(client.batch_get_traces().trace_ids(trace_id(0)).trace_ids(trace_id(60)).send()).expect("traces");
    assert_eq!((batch.traces()[0].duration(), batch.traces()[0].limit_exceeded()), (Some(1.0), Some(false)));
    assert_eq!(batch.traces()[0].segments()[0].id(), Some("000000000000000a"));
    assert_eq!(batch.unprocessed_trace_ids(), [trace_id(60)]);
}

#[test]
fn the_official_client_reads_what_is_sparse() {
    let xray = with_traces(1);
    xray.configure(|rules| rules.sparse = true);
    let client = client(&xray);
    let page = wait(client.get_trace_summaries().start_time(when(0)).end_time(when(60)).send()).expect("summaries");
    let row = &page.trace_summaries()[0];
    assert_eq!((row.id().is_some(), row.start_time(), row.is_partial(), row.revision()), (true, None, None, 0));
    let batch = wait(client.batch_get_traces().trace_ids(trace_id(0)).send()).expect("traces");
    assert_eq!((batch.traces()[0].duration(), batch.traces()[0].limit_exceeded()), (None, None));
}
