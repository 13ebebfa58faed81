//! Transaction Search.

use aws_sdk_xray::error::ProvideErrorMetadata as _;
use aws_sdk_xray::types::RetrievalStatus as Status;
use aws_sdk_xray::types::{TraceSegmentDestination, TraceSegmentDestinationStatus};
use serde_json::{Value, json};

use super::{HOUR, TEN, answer, at, client, minutes, refused, segment, trace_id, wait, when, window, with, with_traces};
use crate::support::xray::{Destination, Outcome, XRay};

fn searching(traces: u64) -> XRay {
    let xray = with_traces(traces);
    xray.configure(|rules| rules.destination = Destination::CloudWatchLogs);
    xray
}

/// Starts a retrieval of the traces of some minutes, within an hour from ten o'clock.
#[track_caller]
fn start(xray: &XRay, minutes: impl IntoIterator<Item = u64>) -> Value {
    let ids: Vec<String> = minutes.into_iter().map(|minute| trace_id(minute * 60)).collect();
    let started = answer(xray, "/StartTraceRetrieval", &with(window(1), "TraceIds", ids));
    json!({ "RetrievalToken": started["RetrievalToken"], "TraceFormat": "XRAY" })
}

#[test]
fn where_segments_go_is_said_to_those_who_may_know() {
    let xray = with_traces(0);
    let client = client(&xray);
    let mut said = Vec::new();
    for destination in [Destination::XRay, Destination::Pending, Destination::CloudWatchLogs] {
        xray.configure(|rules| rules.destination = destination);
        let answer = wait(client.get_trace_segment_destination().send()).expect("an answer");
        said.push((answer.destination().cloned(), answer.status().cloned()));
    }
    let (logs, active) = (TraceSegmentDestination::CloudWatchLogs, TraceSegmentDestinationStatus::Active);
    let off = (Some(TraceSegmentDestination::XRay), Some(active.clone()));
    let pending = (Some(logs.clone()), Some(TraceSegmentDestinationStatus::Pending));
    assert_eq!(said, [off, pending, (Some(logs), Some(active))]);
    xray.configure(|rules| rules.denied = ["GetTraceSegmentDestination".to_owned()].into());
    let denied = wait(client.get_trace_segment_destination().send()).expect_err("no");
    assert_eq!(denied.code(), Some("AccessDeniedException"));
}

#[test]
fn x_ray_itself_knows_only_what_is_indexed() {
    let xray = searching(3);
    xray.configure(|rules| rules.indexed = [trace_id(60)].into());
    assert_eq!(minutes(&answer(&xray, "/TraceSummaries", &window(1))), [1]);
    let batch = answer(&xray, "/Traces", &json!({ "TraceIds": [trace_id(0), trace_id(60)] }));
    assert_eq!((&batch["Traces"][0]["Id"], &batch["UnprocessedTraceIds"]), (&json!(trace_id(60)), &json!([trace_id(0)])));
}

#[test]
fn a_retrieval_is_polled_until_it_is_complete() {
    let xray = searching(2);
    let client = client(&xray);
    let ids = [trace_id(0), trace_id(60), trace_id(120)].map(Some).into_iter().flatten().collect();
    let started = client.start_trace_retrieval().set_trace_ids(Some(ids)).start_time(when(0)).end_time(when(HOUR));
    let token = wait(started.send()).expect("it starts").retrieval_token.expect("a token");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let page = wait(client.list_retrieved_traces().retrieval_token(&token).send()).expect("a page");
        seen.push((page.retrieval_status().cloned(), page.traces().len(), page.next_token().map(ToOwned::to_owned)));
    }
    let states = [(Some(Status::Scheduled), 0, None), (Some(Status::Running), 0, None), (Some(Status::Complete), 2, None)];
    assert_eq!(seen, states);
    let page = wait(client.list_retrieved_traces().retrieval_token(&token).send()).expect("a page");
    let trace = &page.traces()[0];
    assert_eq!((trace.id(), trace.duration(), trace.spans().len()), (Some(trace_id(0).as_str()), Some(1.0), 1));
    let document: Value = serde_json::from_str(trace.spans()[0].document().expect("text")).expect("JSON");
    assert_eq!((document["id"].as_str(), &document["trace_id"]), (trace.spans()[0].id(), &json!(trace_id(0))));
}

#[test]
fn a_trace_may_go_on_on_the_next_page() {
    let xray = searching(7);
    for span in 0..250_u64 {
        xray.put(&segment(0, &format!("{:016x}", 0xffff + span), &json!({ "parent_id": "0000000000000000" })), at(1));
    }
    xray.configure(|rules| rules.polls = 0);
    let mut body = start(&xray, 0..7);
    let (mut pages, mut ids) = (Vec::new(), Vec::new());
    loop {
        let page = answer(&xray, "/ListRetrievedTraces", &body);
        let traces = page["Traces"].as_array().expect("traces");
        let spans = |trace: &Value| trace["Spans"].as_array().map_or(0, Vec::len);
        pages.push(traces.iter().map(spans).collect::<Vec<_>>());
        ids.extend(traces.iter().flat_map(|trace| trace["Spans"].as_array().cloned().unwrap_or_default()));
        match page.get("NextToken") {
            Some(token) => body["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(pages, [vec![100], vec![100], vec![51, 1, 1, 1, 1], vec![1, 1]]);
    let mut ids: Vec<_> = ids.iter().filter_map(|span| span["Id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 257);
}

#[test]
fn a_retrieval_is_bound_to_its_window_and_to_what_was_there() {
    let xray = searching(2);
    xray.configure(|rules| rules.polls = 0);
    let ids = [trace_id(0), trace_id(60), trace_id(120)];
    let narrow = json!({ "TraceIds": ids, "StartTime": TEN + 1, "EndTime": TEN + 60 });
    let token = answer(&xray, "/StartTraceRetrieval", &narrow)["RetrievalToken"].clone();
    xray.put(&segment(120, "000000000000000b", &json!({})), at(121));
    let page = answer(&xray, "/ListRetrievedTraces", &json!({ "RetrievalToken": token }));
    assert_eq!((page["Traces"].as_array().map(Vec::len), &page["Traces"][0]["Id"]), (Some(1), &json!(trace_id(60))));
}

#[test]
fn a_retrieval_may_fail_take_too_long_or_be_cancelled() {
    let xray = searching(1);
    xray.configure(|rules| rules.polls = 1);
    for (outcome, state) in [(Outcome::Failed, "FAILED"), (Outcome::Timeout, "TIMEOUT")] {
        xray.configure(|rules| rules.outcome = outcome);
        let body = start(&xray, [0]);
        let states = [(); 2].map(|()| answer(&xray, "/ListRetrievedTraces", &body)["RetrievalStatus"].clone());
        assert_eq!(states, ["SCHEDULED", state]);
    }
    let body = start(&xray, [0]);
    let token = json!({ "RetrievalToken": body["RetrievalToken"] });
    assert_eq!(answer(&xray, "/CancelTraceRetrieval", &token), json!({}));
    assert_eq!(answer(&xray, "/ListRetrievedTraces", &body)["RetrievalStatus"], "CANCELLED");
    assert_eq!(
        xray.requests().iter().find(|request| request.path == "/CancelTraceRetrieval").map(|request| &request.body),
        Some(&token)
    );
}

#[test]
fn a_retrieval_is_refused_where_there_is_nothing_to_retrieve_from() {
    let xray = with_traces(1);
    let no = |path: &str, body: &Value| refused(&xray, path, body).split(':').next().unwrap_or_default().to_owned();
    let ask = with(window(1), "TraceIds", vec![trace_id(0)]);
    assert_eq!(no("/StartTraceRetrieval", &ask), "404 ResourceNotFoundException");
    let token = json!({ "RetrievalToken": "made up" });
    assert_eq!(no("/ListRetrievedTraces", &token), "404 ResourceNotFoundException");
    assert_eq!(no("/CancelTraceRetrieval", &token), "404 ResourceNotFoundException");
    assert_eq!(no("/ListRetrievedTraces", &json!({})), "400 InvalidRequestException");
    xray.configure(|rules| rules.destination = Destination::CloudWatchLogs);
    let many: Vec<String> = (0..101).map(trace_id).collect();
    assert_eq!(no("/StartTraceRetrieval", &with(window(1), "TraceIds", many)), "400 InvalidRequestException");
    assert_eq!(no("/StartTraceRetrieval", &json!({ "TraceIds": [trace_id(0)] })), "400 InvalidRequestException");
    let otel = with(start(&xray, [0]), "TraceFormat", "OTEL");
    assert_eq!(no("/ListRetrievedTraces", &otel), "400 InvalidRequestException");
}
