//! Who may come in, and what goes wrong where a test wants it to.

use std::time::{Duration, Instant};

use aws_sdk_xray::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_xray::operation::get_trace_summaries::GetTraceSummariesError;
use serde_json::{Value, json};

use super::{HOUR, SIGNED, answer, at, client, post, refusal, refused, trace_id, wait, when, window, with_traces};
use crate::support::http;
use crate::support::xray::Fault;

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
    assert_eq!(refused(&xray, "/TelemetryRecords", &json!({})), "404 UnknownOperationException: ");
    let get = http::request(xray.address(), "GET /TraceSummaries", &[("Authorization", SIGNED)], b"");
    assert_eq!(get.status, 404);
}

#[test]
fn the_official_client_knows_the_codes() {
    let xray = with_traces(1);
    let client = client(&xray);
    let ask = || wait(client.get_trace_summaries().start_time(when(0)).end_time(when(7 * HOUR)).send()).expect_err("too long");
    let code = |error: &SdkError<_, _>| ProvideErrorMetadata::code(error).map(ToOwned::to_owned);
    let invalid = ask();
    assert!(invalid.as_service_error().is_some_and(GetTraceSummariesError::is_invalid_request_exception));
    assert_eq!(invalid.message(), Some("Time range cannot be longer than 6 hours"));
    xray.configure(|rules| rules.plan("/TraceSummaries", Fault::Throttle, 1));
    assert!(ask().as_service_error().is_some_and(GetTraceSummariesError::is_throttled_exception));
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
