//! Too much, too slow, too many.

use opentelemetry_proto::tonic::common::v1::ArrayValue;

use super::*;

#[tokio::test]
async fn a_body_of_twenty_megabytes_is_kept() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let mut spans = of_spans((0..20).map(span).collect());
    for span in &mut spans.resource_spans[0].scope_spans[0].spans {
        span.attributes.push(attribute("large", &"x".repeat(1 << 20)));
    }
    let body = spans.encode_to_vec();
    assert!(body.len() > 20_000_000);
    assert_eq!(post_traces(&receiver, PROTOBUF, body).await.status, 200);
    assert_eq!(sink.spans(), 20);
}

#[tokio::test]
async fn a_bomb_is_refused() {
    let sink = Memory::new();
    let receiver = receiver_with(&sink, Limits { decompressed: 1 << 20, ..Limits::default() });
    let headers = [("content-type", PROTOBUF), ("content-encoding", "gzip")];
    let answer = post(&receiver, "/v1/traces", &headers, gzip(&vec![0; 8 << 20])).await;
    assert_eq!(answer.status, 413);
    assert!(String::from_utf8_lossy(&answer.body).contains("more than 1048576 bytes after decompression"));
    assert_eq!((sink.state().offers, receiver.counters().refused_too_large), (0, 1));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_its_length_is_told_or_not() {
    let sink = Memory::new();
    let receiver = receiver_with(&sink, Limits { body: 1000, ..Limits::default() });
    for path in ["/v1/traces", "/v1/metrics"] {
        assert_eq!(post(&receiver, path, &[("content-type", PROTOBUF)], vec![0; 1001]).await.status, 413);
    }
    let body = "x".repeat(1001);
    let chunked = format!(
        "POST /v1/traces HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let answer = raw(receiver.otlp_http.unwrap(), chunked.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert_eq!((sink.state().offers, receiver.counters().refused_too_large), (0, 3));
}

#[tokio::test]
async fn a_client_that_is_still_sending_too_much_gets_to_see_why() {
    let receiver = receiver_with(&Memory::new(), Limits { body: 4 << 20, ..Limits::default() });
    assert_eq!(post_traces(&receiver, PROTOBUF, vec![0; 7 << 20]).await.status, 413);
    assert_eq!(post_traces(&receiver, "text/plain", vec![0; 3 << 20]).await.status, 415);
}

#[tokio::test]
async fn spans_without_end_are_refused_before_they_take_memory() {
    let receiver = receiver(&Memory::new());
    // A span of two bytes takes hundreds when it is decoded: this would be 700 MB.
    let spans = [0x12, 0x00].repeat(2_000_000);
    let spans = [vec![0x12, 0x80, 0x92, 0xf4, 0x01], spans].concat();
    let body = [vec![0x0a, 0x85, 0x92, 0xf4, 0x01], spans].concat();
    let answer = post_traces(&receiver, PROTOBUF, body).await;
    assert_eq!(answer.status, 413, "{}", String::from_utf8_lossy(&answer.body));
    assert!(String::from_utf8_lossy(&answer.body).contains("more than 1000000 spans"));
}

#[tokio::test]
async fn an_attribute_without_end_is_refused_in_whatever_format() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let long = "x".repeat((16 << 20) + 1);
    let mut spans = of_spans(vec![span(1)]);
    spans.resource_spans[0].scope_spans[0].spans[0].attributes.push(attribute("long", &long));
    let json = json_request()
        .replace("\"name\"", &format!(r#""attributes":[{{"key":"long","value":{{"stringValue":"{long}"}}}}],"name""#));
    for (content_type, body) in [(PROTOBUF, spans.encode_to_vec()), (JSON, json.into_bytes())] {
        let answer = post_traces(&receiver, content_type, body).await;
        assert_eq!(answer.status, 413, "{content_type}");
        assert!(String::from_utf8_lossy(&answer.body).contains("an attribute of more than 16777216 bytes"));
    }
    let zipkin = format!(
        r#"[{{"traceId": "5b8efff798038103d269b633813fc60c", "id": "eee19b7ec3c1b174", "tags": {{"long": "{long}"}}}}]"#
    );
    let url = format!("http://{}/api/v2/spans", receiver.zipkin.unwrap());
    assert_eq!(answer(client().post(url).header("content-type", JSON).body(zipkin)).await.status, 413);
    assert_eq!((sink.state().offers, receiver.counters().refused_too_large), (0, 3));
}

#[tokio::test]
async fn nesting_without_end_is_refused() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let levels = 50_000;
    let deep = format!("{}{{}}{}", r#"{"arrayValue":{"values":["#.repeat(levels), "]}}".repeat(levels));
    let attributes = format!(r#""attributes":[{{"key":"deep","value":{deep}}}],"name""#);
    let answer = post_traces(&receiver, JSON, json_request().replace("\"name\"", &attributes)).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    let mut deep = AnyValue::default();
    for _ in 0..300 {
        let values = vec![deep];
        deep = AnyValue { value: Some(Value::ArrayValue(ArrayValue { values })) };
    }
    let deep = Span { attributes: vec![KeyValue { value: Some(deep), ..attribute("deep", "") }], ..span(1) };
    assert_eq!(post_traces(&receiver, PROTOBUF, of_spans(vec![deep]).encode_to_vec()).await.status, 400);
    assert_eq!(sink.state().offers, 0);
}

#[tokio::test]
async fn when_the_memory_is_taken_senders_are_told_to_come_back() {
    let sink = Memory::new();
    sink.close();
    let receiver = receiver_with(&sink, Limits { in_flight: 1 << 20, ..Limits::default() });
    let mut large = of_spans(vec![span(1)]);
    large.resource_spans[0].scope_spans[0].spans[0].name = "x".repeat(700_000);
    let large = large.encode_to_vec();
    let url = format!("http://{}/v1/traces", receiver.otlp_http.unwrap());
    let first = tokio::spawn(answer(client().post(url).header("content-type", PROTOBUF).body(large.clone())));
    sink.until(|state| state.offers == 1).await;

    let second = post_traces(&receiver, PROTOBUF, large.clone()).await;
    assert_eq!((second.status, second.header("retry-after")), (503, "1"));
    sink.open();
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(post_traces(&receiver, PROTOBUF, large).await.status, 200, "the memory is free again");
    assert_eq!((sink.spans(), receiver.counters().refused_busy), (2, 1));
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    let sink = Memory::new();
    let receiver = receiver_with(&sink, Limits { connections: 2, ..Limits::default() });
    let url = format!("http://{}/v1/traces", receiver.otlp_http.unwrap());
    // Each client keeps its connection open for its next request; the idlest has to go.
    let clients: Vec<_> = (0..5).map(|_| client()).collect();
    let requests = clients.iter().map(|client| client.post(&url).header("content-type", PROTOBUF).body(request(1)));
    let sent: Vec<_> = requests.map(|request| tokio::spawn(answer(request))).collect();
    for answer in sent {
        assert_eq!(answer.await.unwrap().status, 200);
    }
    assert_eq!(sink.spans(), 5);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let sink = Memory::new();
    let receiver = receiver_with(&sink, Limits { body_time: Duration::from_millis(50), ..Limits::default() });
    let request = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    let answer = raw(receiver.otlp_http.unwrap(), request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("was not there within 50ms"), "{answer}");
    assert_eq!(receiver.counters().refused_incomplete, 1);
}

#[tokio::test]
async fn headers_that_do_not_come_are_not_waited_for() {
    let times = Limits { request_time: Duration::from_millis(50), ..Limits::default() };
    let receiver = receiver_with(&Memory::new(), times);
    for to in [receiver.otlp_http.unwrap(), receiver.xray.unwrap()] {
        assert_eq!(raw(to, b"POST /v1/traces HTTP/1.1\r\nHos").await, "");
    }
}

#[tokio::test]
async fn a_connection_on_which_nothing_happens_is_closed() {
    let times = Limits { request_time: Duration::from_millis(50), ..Limits::default() };
    let receiver = receiver_with(&Memory::new(), times);
    assert_eq!(raw(receiver.otlp_http.unwrap(), b"").await, "");
    let times = Limits { idle_time: Duration::from_millis(50), ..Limits::default() };
    let receiver = receiver_with(&Memory::new(), times);
    let answer = raw(receiver.otlp_http.unwrap(), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_not_kept() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let body = request(1);
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: {}\r\n\r\n",
        body.len() + 100
    );
    let mut stream = TcpStream::connect(receiver.otlp_http.unwrap()).await.unwrap();
    stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(sink.state().offers, 0);
    assert!(!String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 2"));
}

#[tokio::test]
async fn a_client_that_hangs_up_before_its_answer_is_counted() {
    let sink = Memory::new();
    sink.close();
    let receiver = receiver(&sink);
    let body = request(1);
    let head =
        format!("POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: {PROTOBUF}\r\nContent-Length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(receiver.otlp_http.unwrap()).await.unwrap();
    stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    sink.until(|state| state.offers == 1).await;
    assert_eq!(receiver.counters().refused_incomplete, 0);
    drop(stream);
    let counted = async {
        while receiver.counters().refused_incomplete == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, counted).await.unwrap();
    let last = receiver.counters();
    assert_eq!((last.http_requests, last.trace_requests_kept, last.refused_incomplete), (1, 0, 1));
    sink.open();
}
