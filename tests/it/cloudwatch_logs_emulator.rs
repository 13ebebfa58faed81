//! The double of CloudWatch Logs that other tests talk to, tried by itself: with requests that are written out, and with the official
//! client, which proves that what it answers can be read.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::retry::RetryConfig;
use aws_sdk_cloudwatchlogs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata as _;
use aws_sdk_cloudwatchlogs::operation::start_query::StartQueryError;
use aws_sdk_cloudwatchlogs::types::QueryStatus;
use cruddur_trace::model::Time;
use serde_json::{Value, json};

use crate::support::cloudwatch_logs::{CloudWatchLogs, Fault};
use crate::support::http::{self, Answer};

/// 2026-11-24T10:00:00Z, in seconds.
const TEN: u64 = 1_795_514_400;
/// As the SDKs sign, but for the signature.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/logs/aws4_request, \
                      SignedHeaders=host;x-amz-date, \
                      Signature=0000000000000000000000000000000000000000000000000000000000000000";
const ID: &str = "1-581cf771-a006649127e371903a2de979";

/// Lines one second apart: every fifth holds the id.
fn with_lines(count: u64) -> CloudWatchLogs {
    let service = CloudWatchLogs::start();
    for second in 0..count {
        let message = if second % 5 == 4 { format!("REPORT XRAY TraceId: {ID}") } else { format!("START {second}") };
        service.put("web", "stream", Time((TEN + second) * 1_000_000_000), &message);
    }
    service
}

fn post(service: &CloudWatchLogs, operation: &str, body: &Value) -> Answer {
    let target = format!("Logs_20140328.{operation}");
    let headers = [
        ("Authorization", SIGNED),
        ("X-Amz-Date", "20261124T100000Z"),
        ("X-Amz-Target", target.as_str()),
        ("Content-Type", "application/x-amz-json-1.1"),
    ];
    http::request(service.address(), "POST /", &headers, body.to_string().as_bytes())
}

#[track_caller]
fn answer(service: &CloudWatchLogs, operation: &str, body: &Value) -> Value {
    let answer = post(service, operation, body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).expect("it is JSON")
}

/// Status, code and message of what the service refuses.
#[track_caller]
fn refused(service: &CloudWatchLogs, operation: &str, body: &Value) -> String {
    refusal(&post(service, operation, body))
}

#[track_caller]
fn refusal(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).expect("a refusal is JSON");
    format!(
        "{} {}: {}",
        answer.status,
        body["__type"].as_str().expect("it has a code"),
        body["message"].as_str().expect("words")
    )
}

fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread can wait").block_on(future)
}

fn client(service: &CloudWatchLogs) -> Client {
    let config = aws_sdk_cloudwatchlogs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::for_tests())
        .endpoint_url(format!("http://{}", service.address()))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

#[test]
fn who_does_not_sign_is_nobody_and_who_may_not_is_told_so() {
    let service = with_lines(1);
    let nobody = "400 MissingAuthenticationTokenException: Missing Authentication Token";
    let headers = [("X-Amz-Target", "Logs_20140328.FilterLogEvents"), ("Content-Type", "application/x-amz-json-1.1")];
    assert_eq!(refusal(&http::request(service.address(), "POST /", &headers, b"{}")), nobody);
    let elsewhere = SIGNED.replace("/logs/", "/xray/");
    let signed = [headers[0], headers[1], ("Authorization", elsewhere.as_str()), ("X-Amz-Date", "20261124T100000Z")];
    assert_eq!(refusal(&http::request(service.address(), "POST /", &signed, b"{}")), nobody);
    service.configure(|rules| rules.denied = ["StartQuery".to_owned()].into());
    let denied = refused(&service, "StartQuery", &json!({}));
    assert!(denied.contains("AccessDeniedException: User: arn:aws:iam::123456789012:user/ci is not"), "{denied}");
    service.configure(|rules| rules.unknown_keys = ["AKIAIOSFODNN7EXAMPLE".to_owned()].into());
    assert!(refused(&service, "FilterLogEvents", &json!({})).contains("UnrecognizedClientException"));
    assert!(service.requests().iter().all(|request| request.status == Some(400)));
}

#[test]
fn there_are_no_other_operations_and_no_other_paths() {
    let service = with_lines(1);
    assert_eq!(refused(&service, "PutLogEvents", &json!({})), "400 UnknownOperationException: ");
    assert_eq!(
        refusal(&http::request(service.address(), "POST /FilterLogEvents", &[], b"{}")),
        "400 UnknownOperationException: "
    );
    assert_eq!(refused(&service, "FilterLogEvents", &json!([])), "400 SerializationException: the body is not a JSON object");
    let missing = "400 ResourceNotFoundException: The specified log group does not exist.";
    assert_eq!(refused(&service, "FilterLogEvents", &json!({ "logGroupName": "elsewhere" })), missing);
}

#[test]
fn a_page_may_be_empty_and_have_a_next_one() {
    let service = with_lines(10);
    service.configure(|rules| rules.scanned_per_page = 2);
    let mut body = json!({ "logGroupName": "web", "filterPattern": format!("?\"{ID}\" ?\"elsewhere\"") });
    let mut pages = Vec::new();
    loop {
        let page = answer(&service, "FilterLogEvents", &body);
        pages.push(page["events"].as_array().expect("a list").len());
        match &page["nextToken"] {
            Value::Null => break,
            token => body["nextToken"] = token.clone(),
        }
    }
    assert_eq!(pages, [0, 0, 1, 0, 1]);
    body["logGroupName"] = json!("web");
    body["limit"] = json!(1);
    let stolen = refused(&service, "FilterLogEvents", &body);
    assert_eq!(stolen, "400 InvalidParameterException: The specified nextToken is invalid.", "it is for another question");
}

#[test]
fn patterns_are_terms_and_quotation_marks_keep_what_is_special() {
    let service = with_lines(5);
    let count = |pattern: &str| {
        let page = answer(&service, "FilterLogEvents", &json!({ "logGroupName": "web", "filterPattern": pattern }));
        page["events"].as_array().expect("a list").len()
    };
    let quoted = format!("\"{ID}\"");
    assert_eq!([count(""), count("START"), count(&quoted), count("?START ?REPORT"), count("REPORT -XRAY")], [5, 4, 1, 5, 0]);
    assert_eq!(count("?START REPORT"), 1, "what must be there wins over what may");
    assert_eq!(count("start"), 0, "capital letters are others");
    for (pattern, why) in [
        (ID, "Invalid character(s) in term '1-581cf771-a006649127e371903a2de979'"),
        ("{ $.level = \"x\" }", "Invalid character(s) in term '{'"),
        ("\"open", "Unclosed quotation mark in filterPattern"),
    ] {
        let said = refused(&service, "FilterLogEvents", &json!({ "logGroupName": "web", "filterPattern": pattern }));
        assert_eq!(said, format!("400 InvalidParameterException: {why}"));
    }
    assert!(refused(&service, "FilterLogEvents", &json!({ "logGroupName": "web", "limit": 10_001 })).contains("limit"));
}

#[test]
fn times_are_milliseconds_and_both_ends_belong_to_the_window() {
    let service = with_lines(5);
    let window = json!({ "logGroupName": "web", "startTime": (TEN + 1) * 1000, "endTime": (TEN + 3) * 1000 });
    let times = answer(&service, "FilterLogEvents", &window)["events"].as_array().expect("a list").len();
    assert_eq!(times, 3);
    let nothing = json!({ "logGroupName": "web", "startTime": TEN, "endTime": TEN + 3 });
    assert_eq!(answer(&service, "FilterLogEvents", &nothing)["events"], json!([]), "seconds are not milliseconds");
}

#[test]
fn a_query_runs_by_itself_and_shows_a_part_before_it_is_done() {
    let service = with_lines(20);
    let query = format!("fields @timestamp, @message, @log | filter @message like \"{ID}\" | sort @timestamp asc");
    let started = json!({ "logGroupNames": ["web"], "startTime": TEN, "endTime": TEN + 60, "queryString": query });
    let id = answer(&service, "StartQuery", &started)["queryId"].clone();
    let poll = || answer(&service, "GetQueryResults", &json!({ "queryId": id }));
    let states: Vec<(Value, usize)> = (0..3)
        .map(|_| poll())
        .map(|polled| (polled["status"].clone(), polled["results"].as_array().map_or(0, Vec::len)))
        .collect();
    assert_eq!(states, [(json!("Scheduled"), 0), (json!("Running"), 2), (json!("Complete"), 4)]);
    assert_eq!(poll()["results"][0][0], json!({ "field": "@timestamp", "value": "2026-11-24 10:00:04.000" }));
    assert_eq!(poll()["results"][0][2]["value"], "123456789012:web");
    assert_eq!(poll()["statistics"]["recordsMatched"], 4);
    assert!(refused(&service, "StopQuery", &json!({ "queryId": id })).contains("has ended already"));
    assert!(refused(&service, "GetQueryResults", &json!({ "queryId": "x" })).contains("ResourceNotFoundException"));
    for (member, value, code) in [
        ("queryString", json!("stats count(*)"), "MalformedQueryException"),
        ("queryString", json!("filter @message like \"open"), "MalformedQueryException"),
        ("logGroupNames", json!(["web", "elsewhere"]), "ResourceNotFoundException: Log group 'elsewhere' does not exist"),
        ("logGroupNames", json!(vec!["web"; 51]), "InvalidParameterException"),
        ("endTime", json!(TEN * 1000), "MalformedQueryException"),
    ] {
        let mut wrong = started.clone();
        wrong[member] = value;
        assert!(refused(&service, "StartQuery", &wrong).contains(code), "{wrong}");
    }
    service.configure(|rules| rules.queries_at_once = 0);
    assert!(refused(&service, "StartQuery", &started).contains("LimitExceededException"));
}

#[test]
fn the_official_client_reads_it_and_knows_the_codes() {
    let service = with_lines(20);
    let client = client(&service);
    wait(async {
        let page =
            client.filter_log_events().log_group_name("web").filter_pattern(format!("\"{ID}\"")).send().await.expect("a page");
        assert_eq!((page.events().len(), page.events()[0].log_stream_name()), (4, Some("stream")));
        let start = |group: &str| {
            let (from, to) = (TEN.cast_signed(), TEN.cast_signed() + 60);
            client.start_query().log_group_names(group).start_time(from).end_time(to).query_string("fields @message").send()
        };
        let id = start("web").await.expect("a query").query_id.expect("its id");
        let stopped = client.stop_query().query_id(&id).send().await.expect("it can be stopped");
        assert!(stopped.success());
        let results = client.get_query_results().query_id(&id).send().await.expect("it is known");
        assert_eq!(results.status(), Some(&QueryStatus::Cancelled));
        let missing = start("elsewhere").await.expect_err("it is not there");
        assert!(missing.as_service_error().is_some_and(StartQueryError::is_resource_not_found_exception));
        service.configure(|rules| rules.plan("StartQuery", Fault::Throttle, 1));
        assert_eq!(start("web").await.expect_err("too often").code(), Some("ThrottlingException"));
        service.configure(|rules| rules.queries_at_once = 0);
        let many = start("web").await.expect_err("too many");
        assert!(many.as_service_error().is_some_and(StartQueryError::is_limit_exceeded_exception));
    });
}
