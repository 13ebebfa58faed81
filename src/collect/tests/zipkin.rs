//! Zipkin's API.

use super::*;
use crate::model::TraceId;
use crate::wire::Batch;

const SPANS: &str = r#"[
  {"traceId": "5b8efff798038103d269b633813fc60c", "id": "eee19b7ec3c1b174", "name": "get /api/activities", "kind": "SERVER",
   "timestamp": 1795330581000000, "duration": 12500, "localEndpoint": {"serviceName": "backend-flask", "ipv4": "127.0.0.1"},
   "tags": {"http.method": "GET"}},
  {"traceId": "5b8efff798038103d269b633813fc60c", "parentId": "eee19b7ec3c1b174", "id": "1000000000000001", "name": "select",
   "kind": "CLIENT", "timestamp": 1795330581001000, "duration": 4000, "localEndpoint": {"serviceName": "backend-flask"}}
]"#;

async fn post_spans(to: &Running, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Answer {
    let mut request = client().post(format!("http://{}/api/v2/spans", to.zipkin.unwrap())).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    answer(request).await
}

#[tokio::test]
async fn spans_are_kept_and_accepted() {
    for (headers, body) in [
        (&[("content-type", JSON)][..], SPANS.as_bytes().to_vec()),
        (&[("content-type", "application/json; charset=utf-8"), ("content-encoding", "gzip")][..], gzip(SPANS.as_bytes())),
        // As Zipkin's server takes it: not every sender says what it sends.
        (&[][..], SPANS.as_bytes().to_vec()),
    ] {
        let sink = Memory::new();
        let receiver = receiver(&sink);
        let answer = post_spans(&receiver, headers, body).await;
        assert_eq!((answer.status, answer.text()), (202, ""));
        assert_eq!(sink.spans(), 2);
        let counted = receiver.counters();
        assert_eq!((counted.spans_kept, counted.trace_requests_kept, counted.http_requests), (2, 1, 1));
    }
}

#[test]
fn a_batch_of_zipkin_s_spans_knows_their_traces_and_operations() {
    let (batch, refused) = Batch::from_zipkin_json(SPANS.as_bytes()).unwrap();
    assert_eq!(refused, []);
    assert_eq!(batch.traces, [TraceId::parse("5b8efff798038103d269b633813fc60c").unwrap()]);
    let operations: Vec<_> = batch.operations.iter().map(|of| (of.service.as_deref().unwrap(), of.name.as_str())).collect();
    assert_eq!(operations, [("backend-flask", "get /api/activities"), ("backend-flask", "select")]);
    assert_eq!((batch.rows[0].end.unwrap().0 - batch.rows[0].start.0, batch.rows[1].parent.is_some()), (12_500_000, true));
}

#[tokio::test]
async fn a_list_of_nothing_is_accepted_and_not_kept() {
    let sink = Memory::new();
    assert_eq!(post_spans(&receiver(&sink), &[("content-type", JSON)], "[]").await.status, 202);
    assert_eq!(sink.state().offers, 0);
}

#[tokio::test]
async fn what_cannot_be_kept_is_named_and_the_rest_is_kept() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let body = SPANS.replace(r#""id": "1000000000000001", "#, "");
    let answer = post_spans(&receiver, &[("content-type", JSON)], body).await;
    assert_eq!(answer.status, 400);
    insta::assert_snapshot!(answer.text(), @"All spans are kept but these. 1 span refused: a Zipkin span has no id");
    assert_eq!((sink.spans(), receiver.counters().spans_refused), (1, 1));
}

#[tokio::test]
async fn what_is_no_list_of_spans_is_refused_in_words() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    for (content_type, body, status, wanted) in [
        (JSON, "[{", 400, "Zipkin JSON"),
        (JSON, "7", 400, "Zipkin JSON"),
        (PROTOBUF, "\x0a\x00", 415, "application/json is understood here, not application/x-protobuf"),
        ("Application/X-Protobuf", "\x0a\x00", 415, "not application/x-protobuf"),
        ("application/x-thrift", "\x0c", 415, "application/json is understood here, not application/x-thrift"),
    ] {
        let answer = post_spans(&receiver, &[("content-type", content_type)], body).await;
        assert_eq!(answer.status, status, "{body}");
        assert!(answer.text().contains(wanted), "{}", answer.text());
    }
    let nested = "[".repeat(10_000);
    assert!((400..500).contains(&post_spans(&receiver, &[("content-type", JSON)], nested).await.status));
    assert_eq!(sink.state().offers, 0);
}

#[tokio::test]
async fn spans_and_tags_without_end_are_refused_before_they_take_memory() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let spans = format!("[{}{{}}]", "{},".repeat(1_000_000));
    let tags = format!(r#"[{{"traceId":"1","id":"1","tags":{{{}"a":"a"}}}}]"#, r#""a":"","#.repeat(4_000_000));
    for (body, wanted) in [(spans, "more than 1000000 spans"), (tags, "more than 4000000 spans, log records")] {
        let answer = post_spans(&receiver, &[("content-type", JSON)], body).await;
        assert_eq!(answer.status, 413);
        assert!(answer.text().contains(wanted), "{}", answer.text());
    }
    assert_eq!((sink.state().offers, receiver.counters().refused_too_large), (0, 2));
}

#[tokio::test]
async fn a_full_sink_puts_senders_off() {
    let sink = Memory::busy(|_| true, Duration::from_secs(3));
    let answer = post_spans(&receiver(&sink), &[("content-type", JSON)], SPANS).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "3"));
}

#[tokio::test]
async fn the_rest_of_the_api_is_health_and_directions() {
    let receiver = receiver(&Memory::new());
    let at = |path: &str| format!("http://{}{path}", receiver.zipkin.unwrap());
    let health = answer(client().get(at("/health"))).await;
    assert_eq!((health.status, health.text()), (200, "{\"status\":\"UP\"}\n"));
    let old = answer(client().post(at("/api/v1/spans")).body("[]")).await;
    assert_eq!((old.status, old.text()), (404, "Nothing is here. Spans are sent to POST /api/v2/spans, as JSON.\n"));
    assert_eq!(answer(client().get(at("/api/v2/spans"))).await.status, 405);
    let page = client().post(at("/api/v2/spans")).header("origin", "https://example.com").body("[]");
    assert_eq!(answer(page).await.status, 403);
}
