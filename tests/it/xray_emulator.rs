//! The double of AWS X-Ray that other tests talk to, tried by itself: with requests that are written out, and with the official
//! client, which proves that what it answers can be read.

mod filters;
mod graphs;
mod retrieval;

use std::time::{Duration, Instant};

use aws_sdk_xray::Client;
use aws_sdk_xray::config::retry::RetryConfig;
use aws_sdk_xray::config::timeout::TimeoutConfig;
use aws_sdk_xray::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_xray::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_xray::primitives::DateTime;
use aws_sdk_xray::types::TimeRangeType;
use cruddur_trace::model::Time;
use serde_json::{Value, json};

use crate::support::http::{self, Answer};
use crate::support::xray::{Fault, XRay};

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
        .endpoint_url(xray.endpoint())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_secs(20)).build());
    Client::from_conf(config.build())
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread can wait");
    runtime.block_on(future)
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
fn what_has_not_been_put_is_not_there() {
    let xray = with_traces(1);
    let ids = json!({ "TraceIds": [trace_id(0), trace_id(60)] });
    let before = answer(&xray, "/Traces", &ids);
    assert_eq!((before["Traces"].as_array().map(Vec::len), &before["UnprocessedTraceIds"]), (Some(1), &json!([trace_id(60)])));
    xray.put(&segment(60, "000000000000000b", &json!({})), at(70));
    assert_eq!(answer(&xray, "/Traces", &ids)["UnprocessedTraceIds"], json!([]));
    xray.configure(|rules| rules.unknown_is_silent = true);
    let silent = answer(&xray, "/Traces", &json!({ "TraceIds": [trace_id(120)] }));
    assert_eq!(silent, json!({ "Traces": [], "UnprocessedTraceIds": [] }));
}

#[test]
fn a_batch_has_five_well_formed_ids_and_no_token() {
    let xray = with_traces(6);
    let ids: Vec<String> = (0..6).map(|minute| trace_id(minute * 60)).collect();
    let no = |body: Value| refused(&xray, "/Traces", &body);
    assert_eq!(no(json!({ "TraceIds": ids })), "400 InvalidRequestException: Exceeding maximum query size: 5");
    assert_eq!(no(json!({ "TraceIds": [] })), "400 InvalidRequestException: TraceIds cannot be empty");
    assert_eq!(no(json!({ "TraceIds": ["1-2-3"] })), "400 InvalidRequestException: Invalid trace id 1-2-3");
    let undashed = trace_id(0).replacen("1-", "", 1).replace('-', "");
    assert!(no(json!({ "TraceIds": [undashed] })).contains("Invalid trace id"));
    let token = json!({ "TraceIds": [trace_id(0)], "NextToken": "t" });
    assert_eq!(no(token), "400 InvalidRequestException: NextToken is currently not supported");
}

/// The documents of the only trace that is asked for, in the order given.
fn documents(xray: &XRay, id: &str) -> Vec<Value> {
    let traces = answer(xray, "/Traces", &json!({ "TraceIds": [id] }));
    let segments = traces["Traces"][0]["Segments"].as_array().expect("segments").clone();
    let parse = |segment: &Value| serde_json::from_str(segment["Document"].as_str().expect("text")).expect("JSON");
    segments.iter().map(parse).collect()
}

#[test]
fn subsegments_that_were_sent_alone_are_put_where_they_belong() {
    let xray = XRay::start();
    let alone = |id: &str, parent: &str| segment(0, id, &json!({ "type": "subsegment", "parent_id": parent, "Dummy": false }));
    xray.put(&alone("000000000000000c", "000000000000000b"), at(1));
    let early = documents(&xray, &trace_id(0));
    assert_eq!((early.len(), &early[0]["type"], &early[0]["parent_id"]), (1, &json!("subsegment"), &json!("000000000000000b")));
    assert_eq!(early[0].get("Dummy"), None, "not in the schema");
    let embedded =
        json!([{ "id": "000000000000000b", "name": "inner", "start_time": TEN, "end_time": TEN, "in_progress": false }]);
    xray.put(&segment(0, "000000000000000a", &json!({ "subsegments": embedded })), at(2));
    let whole = documents(&xray, &trace_id(0));
    let inner = &whole[0]["subsegments"][0];
    assert_eq!((whole.len(), inner.get("in_progress")), (1, None));
    let leaf = json!([{ "id": "000000000000000c", "name": "web", "start_time": TEN as f64, "end_time": (TEN + 1) as f64 }]);
    assert_eq!(inner["subsegments"], leaf);
}

#[test]
fn what_is_done_takes_the_place_of_what_runs_and_is_not_undone() {
    let xray = XRay::start();
    let running = json!({ "in_progress": true, "end_time": null, "user": "early" });
    for (more, user, partial) in
        [(&running, "early", true), (&json!({ "user": "done" }), "done", false), (&running, "done", false)]
    {
        xray.put(&segment(0, "000000000000000a", more), at(1));
        let document = documents(&xray, &trace_id(0)).remove(0);
        assert_eq!((&document["user"], document.get("in_progress").is_some()), (&json!(user), partial));
        assert_eq!(answer(&xray, "/TraceSummaries", &window(1))["TraceSummaries"][0]["IsPartial"], json!(partial));
    }
}

#[test]
fn a_call_that_nobody_reports_gets_an_inferred_segment() {
    let xray = XRay::start();
    let call = |id: &str, name: &str, more: Value| {
        let mut call = json!({ "id": id, "name": name, "start_time": TEN, "end_time": TEN + 1 });
        call.as_object_mut().expect("an object").extend(more.as_object().expect("members").clone());
        call
    };
    let calls = json!([
        call("00000000000000c1", "DynamoDB", json!({ "namespace": "aws", "aws": { "table_name": "t" }, "throttle": true })),
        call(
            "00000000000000c2",
            "api.example.com",
            json!({ "namespace": "remote", "http": { "response": { "status": 200 } } })
        ),
        call("00000000000000c3", "other", json!({ "namespace": "remote" })),
        call("00000000000000c4", "local", json!({ "namespace": "local" })),
    ]);
    xray.put(&segment(0, "000000000000000a", &json!({ "subsegments": calls })), at(1));
    xray.put(&segment(0, "000000000000000b", &json!({ "name": "other", "parent_id": "00000000000000c3" })), at(1));
    let documents = documents(&xray, &trace_id(0));
    assert_ne!(documents[0]["id"], "000000000000000a", "the root is not first");
    let inferred = |name: &str| documents.iter().find(|document| document["name"] == name && document["inferred"] == true);
    let table = inferred("DynamoDB").expect("it was inferred");
    assert_eq!((&table["origin"], &table["parent_id"]), (&json!("AWS::DynamoDB::Table"), &json!("00000000000000c1")));
    assert_eq!((&table["start_time"], &table["throttle"]), (&json!(TEN), &json!(true)));
    let remote = inferred("api.example.com").expect("it was inferred");
    assert_eq!((&remote["origin"], &remote["http"]["response"]["status"]), (&json!("remote"), &json!(200)));
    assert_eq!((inferred("other"), inferred("local"), documents.len()), (None, None, 4));
    let row = answer(&xray, "/TraceSummaries", &window(1))["TraceSummaries"][0].clone();
    assert_eq!((&row["HasThrottle"], &row["HasError"]), (&json!(true), &json!(false)));
}

#[test]
fn what_is_too_much_is_left_out_and_said() {
    let xray = XRay::start();
    for id in ["000000000000000a", "000000000000000b", "000000000000000c"] {
        xray.put(&segment(0, id, &json!({})), at(1));
    }
    let whole = answer(&xray, "/Traces", &json!({ "TraceIds": [trace_id(0)] }))["Traces"][0].clone();
    let length = whole["Segments"][0]["Document"].as_str().map_or(0, str::len);
    assert_eq!(whole["LimitExceeded"], json!(false));
    xray.configure(|rules| rules.trace_bytes = 2 * length);
    let cut = answer(&xray, "/Traces", &json!({ "TraceIds": [trace_id(0)] }))["Traces"][0].clone();
    assert_eq!((cut["Segments"].as_array().map(Vec::len), &cut["LimitExceeded"]), (Some(2), &json!(true)));
    assert_eq!(cut["Segments"].as_array(), whole["Segments"].as_array().map(|all| all[..2].to_vec()).as_ref());
}

#[test]
fn who_does_not_sign_is_nobody() {
    let xray = with_traces(1);
    let nobody = "403 MissingAuthenticationTokenException: Missing Authentication Token";
    let bare = http::request(xray.address(), "POST /TraceSummaries", &[], b"{}");
    assert_eq!(refusal(&bare), nobody);
    let elsewhere = SIGNED.replace("/xray/", "/s3/");
    let headers = [("Authorization", elsewhere.as_str()), ("X-Amz-Date", "20261124T100000Z")];
    assert_eq!(refusal(&http::request(xray.address(), "POST /TraceSummaries", &headers, b"{}")), nobody);
}

#[test]
fn keys_that_are_unknown_or_over_are_refused_and_so_is_who_may_not() {
    let xray = with_traces(1);
    let key = || "AKIAIOSFODNN7EXAMPLE".to_owned();
    let code = || wait(client(&xray).get_trace_summaries().start_time(when(0)).end_time(when(60)).send()).expect_err("no");
    xray.configure(|rules| rules.denied = ["GetTraceSummaries".to_owned()].into());
    let denied = code();
    assert_eq!(denied.code(), Some("AccessDeniedException"));
    let message = denied.message().unwrap_or_default();
    assert!(
        message.starts_with("User: arn:aws:iam::123456789012:user/ci is not authorized to perform: xray:GetTraceSummaries")
    );
    xray.configure(|rules| rules.expired_keys = [key()].into());
    assert_eq!(code().code(), Some("ExpiredTokenException"));
    xray.configure(|rules| rules.unknown_keys = [key()].into());
    assert_eq!(code().code(), Some("UnrecognizedClientException"));
    assert!(xray.requests().iter().all(|request| request.status == Some(403)));
}

#[test]
fn a_clock_that_is_wrong_is_told_the_right_time() {
    let xray = with_traces(1);
    xray.configure(|rules| rules.clock = Some(at(600)));
    let late = post(&xray, "/TraceSummaries", &window(1));
    assert_eq!(
        refusal(&late),
        "403 InvalidSignatureException: Signature expired: 20261124T100000Z is now earlier than 20261124T100500Z \
         (20261124T101000Z - 5 min.)"
    );
    assert_eq!(late.header("date"), Some("Tue, 24 Nov 2026 10:10:00 GMT"));
    xray.configure(|rules| rules.clock = Some(at(299)));
    assert_eq!(post(&xray, "/TraceSummaries", &window(1)).status, 200);
}

#[test]
fn there_is_nothing_behind_other_paths() {
    let xray = with_traces(1);
    assert_eq!(refused(&xray, "/TraceSegments", &json!({})), "404 UnknownOperationException: ");
    let get = http::request(xray.address(), "GET /TraceSummaries", &[("Authorization", SIGNED)], b"");
    assert_eq!(get.status, 404);
}

/// For the official client.
fn when(seconds: u64) -> DateTime {
    DateTime::from_secs((TEN + seconds) as i64)
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

#[test]
fn the_official_client_knows_the_codes() {
    let xray = with_traces(1);
    let client = client(&xray);
    let ask = || wait(client.get_trace_summaries().start_time(when(0)).end_time(when(7 * HOUR)).send()).expect_err("too long");
    let code = |error: &SdkError<_, _>| ProvideErrorMetadata::code(error).map(ToOwned::to_owned);
    let invalid = ask();
    assert!(invalid.as_service_error().is_some_and(|error| error.is_invalid_request_exception()));
    assert_eq!(invalid.message(), Some("Time range cannot be longer than 6 hours"));
    xray.configure(|rules| rules.plan("/TraceSummaries", Fault::Throttle, 1));
    assert!(ask().as_service_error().is_some_and(|error| error.is_throttled_exception()));
    xray.configure(|rules| rules.plan("", Fault::Status(500), 1));
    assert_eq!(code(&ask()).as_deref(), Some("InternalFailure"));
    xray.configure(|rules| rules.plan("", Fault::Status(503), 1));
    assert_eq!(code(&ask()).as_deref(), Some("ServiceUnavailable"));
    assert_eq!(code(&ask()).as_deref(), Some("InvalidRequestException"), "the plan is over");
    let statuses: Vec<_> = xray.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(400), Some(429), Some(500), Some(503), Some(400)]);
}

#[test]
fn things_go_wrong_where_they_shall() {
    let xray = with_traces(2);
    xray.configure(|rules| {
        rules.throttle_every = 3;
        rules.not_json = [trace_id(60)].into();
        rules.unprocessed_first = [(trace_id(0), 1)].into();
        rules.plan("/TraceSummaries", Fault::Garbage, 1);
        rules.plan("/TraceSummaries", Fault::Cut, 1);
    });
    let ids = json!({ "TraceIds": [trace_id(0)] });
    assert_eq!(answer(&xray, "/Traces", &ids)["UnprocessedTraceIds"], json!([trace_id(0)]));
    assert_eq!(answer(&xray, "/Traces", &ids)["UnprocessedTraceIds"], json!([]));
    assert_eq!(refused(&xray, "/Traces", &ids), "429 ThrottledException: Rate exceeded");
    let broken = answer(&xray, "/Traces", &json!({ "TraceIds": [trace_id(60)] }));
    let document = broken["Traces"][0]["Segments"][0]["Document"].as_str().expect("text");
    assert!(serde_json::from_str::<Value>(document).is_err() && document.starts_with('{'));
    let garbage = post(&xray, "/TraceSummaries", &window(1));
    assert_eq!((garbage.status, garbage.header("content-type")), (200, Some("text/html")));
    assert_eq!(post(&xray, "/TraceSummaries", &window(1)).status, 429);
    let cut = wait(client(&xray).get_trace_summaries().start_time(when(0)).end_time(when(60)).send());
    assert!(!matches!(cut, Ok(_) | Err(SdkError::ServiceError(_))), "{cut:?}");
    assert_eq!((xray.count("/Traces"), xray.count("/TraceSummaries")), (4, 3));
    assert_eq!(xray.requests()[6].status, None);
    assert_eq!(xray.requests()[0].body, ids);
}

#[test]
fn a_request_that_hangs_is_let_go_at_the_end() {
    let xray = with_traces(1);
    xray.configure(|rules| rules.plan("", Fault::Hang, 2));
    let address = xray.address();
    let waiting: Vec<_> = (0..2)
        .map(|_| std::thread::spawn(move || http::Client::connect(address)?.request("POST /TraceSummaries", &[], b"{}")))
        .collect();
    crate::support::eventually("both have come", || xray.count("/TraceSummaries") == 2);
    assert_eq!(xray.in_flight_at_most(), 2);
    drop(xray);
    for thread in waiting {
        assert!(thread.join().expect("it does not panic").is_err(), "no answer came");
    }
}

#[test]
fn answers_take_as_long_as_they_shall() {
    let xray = with_traces(1);
    xray.configure(|rules| rules.latency = Duration::from_millis(200));
    let start = Instant::now();
    let client = client(&xray);
    let ask = || client.get_trace_summaries().start_time(when(0)).end_time(when(60)).send();
    let (one, other) = wait(async { tokio::join!(ask(), ask()) });
    assert!(one.is_ok() && other.is_ok() && start.elapsed() >= Duration::from_millis(200));
    assert_eq!(xray.in_flight_at_most(), 2);
}

#[test]
fn a_program_is_sent_here_and_nowhere_else() {
    let xray = with_traces(0);
    let environment: std::collections::BTreeMap<_, _> = xray.environment().into_iter().collect();
    assert_eq!(environment["AWS_ENDPOINT_URL_XRAY"], format!("http://{}", xray.address()));
    for file in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        assert_eq!(std::fs::read_to_string(&environment[file]).ok().as_deref(), Some(""), "nothing of this machine");
    }
    assert_eq!(environment["AWS_EC2_METADATA_DISABLED"], "true");
}
