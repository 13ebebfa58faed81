//! What SDKs send, in all their ways of sending it.

use super::*;
use crate::collect::SinkError;
use crate::wire::Format;

#[tokio::test]
async fn protobuf_is_kept_and_answered_in_protobuf() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let answer = post_traces(&receiver, PROTOBUF, request(512)).await;
    assert_eq!((answer.status, answer.header("content-type"), answer.text()), (200, PROTOBUF, ""));
    assert_eq!((sink.spans(), sink.formats()), (512, vec![Format::OtlpProtobuf]));
    let counters = receiver.counters();
    assert_eq!((counters.spans_kept, counters.trace_requests_kept, counters.http_requests), (512, 1, 1));
}

#[tokio::test]
async fn json_is_kept_and_answered_in_json() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let answer = post_traces(&receiver, "application/json; charset=utf-8", json_request()).await;
    assert_eq!((answer.status, answer.header("content-type"), answer.text()), (200, JSON, "{}"));
    assert_eq!(sink.names(), ["from JSON"]);
}

#[tokio::test]
async fn bodies_may_be_compressed() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let body = request(100);
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(&body).unwrap();
    let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    raw.write_all(&body).unwrap();
    let bodies = [
        ("gzip", gzip(&body)),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", raw.finish().unwrap()),
        ("zstd", zstd::encode_all(&body[..], 0).unwrap()),
        ("identity", body.clone()),
    ];
    for (number, (coding, body)) in bodies.into_iter().enumerate() {
        let answer = post(&receiver, "/v1/traces", &[("content-type", PROTOBUF), ("content-encoding", coding)], body).await;
        assert_eq!(answer.status, 200, "{coding}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(sink.spans(), (number + 1) * 100, "{coding}");
    }
}

/// A request whose body comes in chunks, as Node's exporters send every one.
fn chunked(headers: &str, body: &[u8], chunk: usize) -> Vec<u8> {
    let mut bytes =
        format!("POST /v1/traces HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n{headers}\r\n")
            .into_bytes();
    for part in body.chunks(chunk) {
        bytes.extend(format!("{:x}\r\n", part.len()).into_bytes());
        bytes.extend(part);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"0\r\n\r\n");
    bytes
}

#[tokio::test]
async fn bodies_may_come_in_chunks() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let to = receiver.otlp_http.unwrap();
    let json = "Content-Type: application/json\r\n";
    assert!(raw(to, &chunked(json, json_request().as_bytes(), 7)).await.starts_with("HTTP/1.1 200"));
    let zipped = "Content-Type: application/x-protobuf\r\nContent-Encoding: gzip\r\n";
    assert!(raw(to, &chunked(zipped, &gzip(&request(100)), 100)).await.starts_with("HTTP/1.1 200"));
    assert_eq!(sink.spans(), 101);
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let client = client();
    for _ in 0..3 {
        let url = format!("http://{}/v1/traces", receiver.otlp_http.unwrap());
        assert_eq!(answer(client.post(url).header("content-type", PROTOBUF).body(request(1))).await.status, 200);
    }
    assert_eq!(sink.spans(), 3);
}

#[tokio::test]
async fn an_empty_request_is_a_request() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    for (content_type, body) in [(PROTOBUF, ""), (JSON, "{}"), (JSON, r#"{"resourceSpans":[]}"#)] {
        assert_eq!(post_traces(&receiver, content_type, body).await.status, 200);
    }
    assert_eq!(sink.state().offers, 0);
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded_is_refused_for_good_and_nothing_is_kept() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let mut cut = request(10);
    cut.truncate(cut.len() - 5);
    let mut no_text = of_spans(vec![span(1)]);
    no_text.resource_spans[0].scope_spans[0].spans[0].name = "XXXX".to_owned();
    let no_text = no_text.encode_to_vec();
    let at = no_text.windows(4).position(|bytes| bytes == b"XXXX").unwrap();
    let no_text = [&no_text[..at], &[0xff; 4], &no_text[at + 4..]].concat();
    for body in [cut, no_text, b"no protobuf".to_vec()] {
        let answer = post_traces(&receiver, PROTOBUF, body).await;
        assert_eq!((answer.status, answer.header("content-type")), (400, PROTOBUF));
        assert_eq!(answer.body[..2], [0x08, 0x03], "google.rpc.Status with INVALID_ARGUMENT");
    }
    let answer = post_traces(&receiver, JSON, "{\"resourceSpans\": [").await;
    assert_eq!((answer.status, answer.header("content-type")), (400, JSON));
    assert!(answer.text().starts_with(r#"{"code":3,"message":"not OTLP/JSON"#), "{}", answer.text());
    let headers = [("content-type", PROTOBUF), ("content-encoding", "gzip")];
    assert_eq!(post(&receiver, "/v1/traces", &headers, request(1)).await.status, 400);
    assert_eq!(sink.state().offers, 0);
    assert_eq!(receiver.counters().refused_malformed, 5);
}

#[tokio::test]
async fn spans_that_cannot_be_kept_are_told_one_by_one_and_the_rest_is_kept() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let bad = [Span { trace_id: vec![1; 15], ..span(1) }, Span { span_id: Vec::new(), ..span(2) }];
    let body = of_spans(bad.into_iter().chain([span(3)]).collect()).encode_to_vec();
    let answer = post_traces(&receiver, PROTOBUF, body).await;
    assert_eq!(answer.status, 200);
    let response =
        opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse::decode(&answer.body[..]).unwrap();
    assert_eq!(response.partial_success.unwrap().rejected_spans, 2);
    assert_eq!(sink.spans(), 1);
    let counters = receiver.counters();
    assert_eq!((counters.spans_kept, counters.spans_refused), (1, 2));
}

#[tokio::test]
async fn what_is_in_no_known_format_is_refused_with_the_formats_that_are() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let answer = post_traces(&receiver, "text/plain", "x").await;
    assert_eq!((answer.status, answer.header("content-type")), (415, JSON));
    insta::assert_snapshot!(answer.text(), @r#"{"code":3,"message":"application/x-protobuf and application/json are understood here, not text/plain"}"#);
    let headers = [("content-type", JSON), ("content-encoding", "br")];
    let answer = post(&receiver, "/v1/traces", &headers, "x").await;
    assert_eq!((answer.status, answer.header("accept-encoding")), (415, "gzip, deflate, zstd"));
    insta::assert_snapshot!(answer.text(), @r#"{"code":3,"message":"bodies may be encoded with gzip, deflate, zstd, one at a time, not with br"}"#);
    assert_eq!(receiver.counters().refused_unsupported, 2);
}

#[tokio::test]
async fn metrics_are_answered_and_dropped() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    for (content_type, body) in [(PROTOBUF, ""), (JSON, "{}")] {
        let answer = post(&receiver, "/v1/metrics", &[("content-type", content_type)], "anything").await;
        assert_eq!((answer.status, answer.header("content-type"), answer.text()), (200, content_type, body));
    }
    assert_eq!((receiver.counters().metrics_requests, sink.state().offers), (2, 0));
}

#[tokio::test]
async fn log_records_of_traces_are_kept_and_the_others_dropped() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let line =
        |trace: &str| format!(r#"{{"traceId":"{trace}","spanId":"{}","body":{{"stringValue":"slow"}}}}"#, "01".repeat(8));
    let request =
        |lines: &[String]| format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{}]}}]}}]}}"#, lines.join(","));
    let body = request(&[line(&"07".repeat(16)), line("")]);
    let answer = post(&receiver, "/v1/logs", &[("content-type", JSON)], body).await;
    assert_eq!((answer.status, answer.text()), (200, "{}"));
    let kept = sink.batches().remove(0);
    assert_eq!((kept.format, kept.traces.len(), kept.lines.as_slice(), kept.rows.len()), (Format::OtlpLogs, 1, &[1][..], 0));
    let again = post(&receiver, "/v1/logs", &[("content-type", PROTOBUF)], kept.data.clone()).await;
    assert_eq!((again.status, again.text()), (200, ""));
    assert_eq!(sink.batches()[1], kept, "what is kept is what came");
    // None of a trace: nothing to keep.
    post(&receiver, "/v1/logs", &[("content-type", JSON)], request(&[line("")])).await;
    let deep = (0..30).fold(r#"{"intValue":1}"#.to_owned(), |inner, _| format!(r#"{{"arrayValue":{{"values":[{inner}]}}}}"#));
    let lines = [line(&"07".repeat(16)).replace(r#"{"stringValue":"slow"}"#, &deep)];
    let answer = post(&receiver, "/v1/logs", &[("content-type", JSON)], request(&lines)).await;
    assert_eq!(answer.status, 200);
    let answer = post(&receiver, "/v1/logs", &[("content-type", JSON)], "anything").await;
    assert_eq!(answer.status, 400);
    let counters = receiver.counters();
    assert_eq!((counters.logs_requests, counters.refused_malformed, sink.state().offers), (5, 1, 3));
    let records = (counters.log_records_kept, counters.log_records_without_trace, counters.log_records_refused);
    assert_eq!((records, counters.spans_kept, counters.trace_requests_kept), ((3, 2, 0), 0, 0));
}

#[tokio::test]
async fn other_paths_and_methods_are_told_what_there_is() {
    let receiver = receiver(&Memory::new());
    let url = |path| format!("http://{}{path}", receiver.otlp_http.unwrap());
    let wrong_path = answer(client().post(url("/v1/trace"))).await;
    assert_eq!(wrong_path.status, 404);
    assert!(wrong_path.text().contains("POST /v1/traces"), "{}", wrong_path.text());
    let wrong_method = answer(client().get(url("/v1/traces"))).await;
    assert_eq!((wrong_method.status, wrong_method.header("allow")), (405, "POST"));
    let status = answer(client().get(url("/healthz"))).await;
    assert_eq!((status.status, status.header("content-type")), (200, JSON));
    let read: serde_json::Value = serde_json::from_str(status.text()).unwrap();
    assert_eq!(read["counters"]["refused_unknown"], 2);
}

#[tokio::test]
async fn what_is_not_kept_is_never_answered_with_success() {
    let sink = Memory::broken();
    let receiver = receiver(&sink);
    for (content_type, body) in [(PROTOBUF, request(3)), (JSON, json_request().into_bytes())] {
        let answer = post_traces(&receiver, content_type, body).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "an SDK would drop the spans at 500");
        assert!(String::from_utf8_lossy(&answer.body).contains("the disk is full"));
    }
    let counters = receiver.counters();
    assert_eq!((counters.spans_kept, counters.trace_requests_kept, counters.refused_failed), (0, 0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_posts_at_once_are_all_kept() {
    let sink = Memory::new();
    let receiver = receiver_with(&sink, Limits { connections: 1000, ..Limits::default() });
    let statuses = at_once(&receiver, 1000).await;
    assert!(statuses.iter().all(|(status, _)| *status == 200), "{statuses:?}");
    assert_eq!((sink.spans(), receiver.counters().spans_kept), (2000, 2000));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_sink_is_busy_senders_are_told_to_come_back() {
    let sink = Memory::busy(|offer| offer % 3 == 0, Duration::from_millis(1500));
    let receiver = receiver(&sink);
    let statuses = at_once(&receiver, 300).await;
    let busy: Vec<_> = statuses.iter().filter(|(status, _)| *status == 503).collect();
    assert!(busy.iter().all(|(_, retry_after)| retry_after == "2"), "{busy:?}");
    assert_eq!((busy.len(), sink.spans()), (100, 400));
    assert_eq!(statuses.iter().filter(|(status, _)| *status == 200).count(), 200);
    assert_eq!(receiver.counters().refused_busy, 100);
}

/// A client and a server with a thousand connections take more files than a process may open by default.
fn allow_many_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = Some(limit.maximum.unwrap_or(8192).min(8192)).max(limit.current);
        setrlimit(Resource::Nofile, limit).unwrap();
    }
}

/// Sends so many requests of two spans and answers their status and `Retry-After`.
async fn at_once(to: &Running, requests: usize) -> Vec<(u16, String)> {
    allow_many_files();
    let (client, url) = (client(), format!("http://{}/v1/traces", to.otlp_http.unwrap()));
    let body = axum::body::Bytes::from(request(2));
    let sent: Vec<_> = (0..requests)
        .map(|_| client.post(&url).header("content-type", PROTOBUF).body(body.clone()))
        .map(|request| tokio::spawn(answer(request)))
        .collect();
    let mut statuses = Vec::new();
    for answer in sent {
        let answer = answer.await.unwrap();
        statuses.push((answer.status, answer.header("retry-after").to_owned()));
    }
    statuses
}

#[tokio::test]
async fn a_busy_sink_is_told_from_a_broken_one() {
    let sink = Memory::answering(|offer| match offer {
        0 => Err(SinkError::Busy(Duration::from_secs(7))),
        1 => Err(SinkError::Failed("no".to_owned())),
        _ => Ok(()),
    });
    let receiver = receiver(&sink);
    let mut waits = Vec::new();
    for _ in 0..3 {
        let answer = post_traces(&receiver, PROTOBUF, request(1)).await;
        waits.push((answer.status, answer.header("retry-after").to_owned()));
    }
    assert_eq!(waits, [(503, "7".to_owned()), (503, "5".to_owned()), (200, String::new())]);
}
