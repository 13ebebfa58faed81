//! Web pages.

use super::*;

#[tokio::test]
async fn a_page_from_elsewhere_can_neither_send_nor_read() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let headers = [("content-type", JSON), ("origin", "https://example.com")];
    let answer = post(&receiver, "/v1/traces", &headers, json_request()).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, ""));
    assert_eq!((sink.state().offers, receiver.counters().refused_origin), (0, 1));
}

#[tokio::test]
async fn a_name_that_was_made_to_point_here_is_still_an_origin() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let headers = [("content-type", JSON), ("host", "evil.example:4318"), ("origin", "http://evil.example:4318")];
    assert_eq!(post(&receiver, "/v1/traces", &headers, json_request()).await.status, 403);
    let of_a_container = [("content-type", JSON), ("host", "collector:4318")];
    assert_eq!(post(&receiver, "/v1/traces", &of_a_container, json_request()).await.status, 200);
}

#[tokio::test]
async fn a_page_that_is_allowed_is_asked_in_and_answered() {
    let sink = Memory::new();
    let page = "http://localhost:3000";
    let config = Config { otlp_http: Some(ANY), allowed_origins: vec![page.to_owned()], ..Config::default() };
    let receiver = start(config, sink.clone(), now).unwrap();
    let url = format!("http://{}/v1/traces", receiver.otlp_http.unwrap());
    let preflight = client()
        .request(reqwest::Method::OPTIONS, url)
        .header("origin", page)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,x-honeycomb-team");
    let preflight = answer(preflight).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, page));
    assert_eq!(preflight.header("access-control-allow-headers"), "content-type,x-honeycomb-team");

    let answer = post(&receiver, "/v1/traces", &[("content-type", JSON), ("origin", page)], json_request()).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, page));
    assert_eq!(sink.spans(), 1);
}
