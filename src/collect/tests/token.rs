//! Senders who know the token, and those who do not.

use super::*;
use crate::secret::Secret;

fn guarded(sink: &Memory) -> Running {
    let token = Some(Secret::new("s3cret"));
    start(Config { otlp_http: Some(ANY), zipkin: Some(ANY), token, ..Config::default() }, sink.clone(), now).unwrap()
}

#[tokio::test]
async fn whoever_does_not_know_the_token_is_told_to_bring_it() {
    let sink = Memory::new();
    let receiver = guarded(&sink);
    for path in ["/v1/traces", "/v1/metrics", "/v1/logs", "/nowhere"] {
        for authorization in ["", "Bearer wrong", "Basic czNjcmV0"] {
            let headers = [("content-type", PROTOBUF), ("authorization", authorization)];
            let answer = post(&receiver, path, &headers, request(1)).await;
            assert_eq!(answer.status, 401, "{path} {authorization}");
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"cruddur-trace\"");
            assert!(!answer.text().contains("s3cret"));
        }
    }
    assert_eq!((sink.state().offers, receiver.counters().refused_unauthorized), (0, 12));
    let headers = [("content-type", PROTOBUF), ("authorization", "Bearer s3cret")];
    assert_eq!(post(&receiver, "/v1/traces", &headers, request(3)).await.status, 200);
    assert_eq!(sink.spans(), 3);
}

#[tokio::test]
async fn the_token_is_wanted_for_zipkin_s_spans_too() {
    let sink = Memory::new();
    let receiver = guarded(&sink);
    let url = format!("http://{}/api/v2/spans", receiver.zipkin.unwrap());
    let spans = r#"[{"traceId": "5b8efff798038103d269b633813fc60c", "id": "eee19b7ec3c1b174", "name": "get"}]"#;
    let posted = client().post(&url).header("content-type", JSON).body(spans);
    assert_eq!(answer(posted.try_clone().unwrap()).await.status, 401);
    assert_eq!(answer(posted.header("authorization", "Bearer s3cret")).await.status, 202);
    assert_eq!(sink.spans(), 1);
}

#[tokio::test]
async fn anybody_may_ask_whether_it_is_up_but_not_how_it_does() {
    let receiver = guarded(&Memory::new());
    for path in ["/", "/healthz"] {
        let url = format!("http://{}{path}", receiver.otlp_http.unwrap());
        let told = answer(client().get(&url)).await;
        assert_eq!((told.status, told.text()), (200, "{\"receiver\":\"cruddur-trace\"}\n"));
        let told = answer(client().get(&url).header("authorization", "Bearer s3cret")).await;
        assert!(told.text().contains("\"http_requests\""), "{}", told.text());
    }
    let url = format!("http://{}/health", receiver.zipkin.unwrap());
    assert_eq!(answer(client().get(url)).await.status, 200);
    assert_eq!(receiver.counters().refused_unauthorized, 0);
}

#[tokio::test]
async fn a_page_is_asked_in_without_the_token_and_lets_itself_in_with_it() {
    let sink = Memory::new();
    let page = "http://localhost:3000";
    let config = Config {
        otlp_http: Some(ANY),
        allowed_origins: vec![page.to_owned()],
        token: Some(Secret::new("s3cret")),
        ..Config::default()
    };
    let receiver = start(config, sink.clone(), now).unwrap();
    // Browsers never put a token on this question.
    let preflight = client()
        .request(reqwest::Method::OPTIONS, format!("http://{}/v1/traces", receiver.otlp_http.unwrap()))
        .header("origin", page)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let preflight = answer(preflight).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-headers")), (204, "authorization,content-type"));
    let wrong = post(&receiver, "/v1/traces", &[("content-type", JSON), ("origin", page)], json_request()).await;
    assert_eq!((wrong.status, wrong.header("access-control-allow-origin")), (401, page), "it may see why");
    let headers = [("content-type", JSON), ("origin", page), ("authorization", "Bearer s3cret")];
    assert_eq!(post(&receiver, "/v1/traces", &headers, json_request()).await.status, 200);
    assert_eq!(sink.spans(), 1);
}
