//! OTLP over gRPC: called by tonic, which others wrote, and with what no library would send.

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use tonic::client::Grpc;
use tonic::codec::CompressionEncoding;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_prost::ProstCodec;

use super::*;
use crate::collect::SinkError;
use crate::wire::Format;

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

type Exported = Result<tonic::Response<ExportTraceServiceResponse>, Status>;

async fn channel(to: SocketAddr) -> Channel {
    Endpoint::try_from(format!("http://{to}")).unwrap().timeout(SOON).connect().await.unwrap()
}

fn tonic(channel: Channel) -> Grpc<Channel> {
    Grpc::new(channel).max_encoding_message_size(usize::MAX)
}

/// A call, as a client that was made from OTLP's protocol files does it.
async fn export(client: &mut Grpc<Channel>, path: &'static str, request: ExportTraceServiceRequest) -> Exported {
    client.ready().await.unwrap();
    client.unary(tonic::Request::new(request), path.try_into().unwrap(), ProstCodec::default()).await
}

/// One call on a connection of its own.
async fn call(to: &Running, request: ExportTraceServiceRequest) -> Exported {
    export(&mut tonic(channel(to.otlp_grpc.unwrap()).await), TRACES, request).await
}

async fn connect(to: SocketAddr) -> hyper::client::conn::http2::SendRequest<Full<Bytes>> {
    let stream = TokioIo::new(TcpStream::connect(to).await.unwrap());
    let (client, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    client
}

/// What an HTTP/2 client sees: trailers are among the headers.
async fn raw_call(to: SocketAddr, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
    let mut request = hyper::Request::post(format!("http://{to}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut client, request) = (connect(to).await, request.body(Full::from(body)).unwrap());
    let answer = tokio::time::timeout(SOON, client.send_request(request)).await.unwrap().unwrap();
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.unwrap();
    let mut headers = parts.headers;
    headers.extend(body.trailers().cloned().unwrap_or_default());
    Answer { status: parts.status.as_u16(), headers, body: body.to_bytes().to_vec() }
}

const GRPC: (&str, &str) = ("content-type", "application/grpc");

fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    [&[flag][..], &(message.len() as u32).to_be_bytes(), message].concat()
}

/// The status and its words.
fn told(answer: &Answer) -> (u16, &str, String) {
    let message = percent_encoding::percent_decode_str(answer.header("grpc-message")).decode_utf8().unwrap().into_owned();
    (answer.status, answer.header("grpc-status"), message)
}

#[tokio::test]
async fn spans_are_kept_as_they_came_and_then_acknowledged() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let request = of_spans((0..512).map(span).collect());
    let answer = call(&receiver, request.clone()).await.unwrap();
    assert_eq!(answer.into_inner(), ExportTraceServiceResponse::default());
    assert_eq!((sink.spans(), sink.formats(), sink.data()), (512, vec![Format::OtlpProtobuf], vec![request.encode_to_vec()]));
    let counters = receiver.counters();
    assert_eq!((counters.spans_kept, counters.trace_requests_kept, counters.http_requests), (512, 1, 1));
}

#[tokio::test]
async fn nothing_is_acknowledged_before_the_sink_has_kept_it() {
    let sink = Memory::new();
    sink.close();
    let receiver = receiver(&sink);
    let mut client = tonic(channel(receiver.otlp_grpc.unwrap()).await);
    let answer = tokio::spawn(async move { export(&mut client, TRACES, of_spans(vec![span(1)])).await });
    sink.until(|state| state.offers == 1).await;
    assert!(!answer.is_finished());
    sink.open();
    answer.await.unwrap().unwrap();
    assert_eq!(sink.spans(), 1);
}

#[tokio::test]
async fn messages_may_be_compressed() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let to = receiver.otlp_grpc.unwrap();
    let mut client = tonic(channel(to).await).send_compressed(CompressionEncoding::Gzip);
    let request = of_spans((0..100).map(span).collect());
    export(&mut client, TRACES, request.clone()).await.unwrap();
    assert_eq!(sink.data(), [request.encode_to_vec()]);
    assert!(receiver.counters().http_bytes < request.encoded_len() as u64 / 2, "it was compressed");
    let zstd = framed(1, &zstd::encode_all(&request.encode_to_vec()[..], 0).unwrap());
    assert_eq!(raw_call(to, TRACES, &[GRPC, ("grpc-encoding", "zstd")], zstd).await.header("grpc-status"), "0");
    // A message may be left as it is in a call that has an encoding.
    let plain = framed(0, &request.encode_to_vec());
    assert_eq!(raw_call(to, TRACES, &[GRPC, ("grpc-encoding", "gzip")], plain).await.header("grpc-status"), "0");
    assert_eq!(sink.spans(), 300);
}

#[tokio::test]
async fn many_calls_go_over_one_connection_at_once() {
    let sink = Memory::new();
    sink.close();
    let receiver = receiver_with(&sink, Limits { connections: 1, ..Limits::default() });
    let channel = channel(receiver.otlp_grpc.unwrap()).await;
    let calls: Vec<_> = (0..50)
        .map(|number| {
            let mut client = tonic(channel.clone());
            tokio::spawn(async move { export(&mut client, TRACES, of_spans(vec![span(number)])).await })
        })
        .collect();
    sink.until(|state| state.offers == 50).await;
    sink.open();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(sink.spans(), 50);
}

#[tokio::test]
async fn an_empty_request_is_a_request() {
    let sink = Memory::new();
    call(&receiver(&sink), ExportTraceServiceRequest::default()).await.unwrap();
    assert_eq!(sink.state().offers, 0);
}

#[tokio::test]
async fn spans_that_cannot_be_kept_are_told_and_the_rest_is_kept() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let bad = [Span { trace_id: vec![1; 15], ..span(1) }, Span { span_id: Vec::new(), ..span(2) }];
    let answer = call(&receiver, of_spans(bad.into_iter().chain([span(3)]).collect())).await.unwrap().into_inner();
    let partial = answer.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 2);
    assert!(partial.error_message.contains("1 span refused: the trace id is not 16 bytes"), "{}", partial.error_message);
    assert_eq!((sink.spans(), receiver.counters().spans_refused), (1, 2));
}

#[tokio::test]
async fn metrics_are_answered_and_dropped_and_log_records_of_traces_are_kept() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let mut client = tonic(channel(receiver.otlp_grpc.unwrap()).await);
    let answer = export(&mut client, METRICS, of_spans(vec![span(1)])).await.unwrap();
    assert_eq!(answer.into_inner(), ExportTraceServiceResponse::default());
    let record = |trace_id| LogRecord { trace_id, ..LogRecord::default() };
    let scope_logs = vec![ScopeLogs { log_records: vec![record(vec![7; 16]), record(Vec::new())], ..ScopeLogs::default() }];
    let resource_logs = vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }];
    client.ready().await.unwrap();
    let request = tonic::Request::new(ExportLogsServiceRequest { resource_logs });
    let answer: tonic::Response<ExportLogsServiceResponse> =
        client.unary(request, LOGS.parse().unwrap(), ProstCodec::default()).await.unwrap();
    assert_eq!(answer.into_inner(), ExportLogsServiceResponse::default());
    let counters = receiver.counters();
    assert_eq!((counters.metrics_requests, counters.logs_requests, sink.state().offers), (1, 1, 1));
    assert_eq!((counters.log_records_kept, counters.log_records_without_trace), (1, 1));
}

#[tokio::test]
async fn a_busy_or_broken_sink_puts_senders_off_and_says_for_how_long() {
    let sink = Memory::answering(|offer| match offer {
        0 => Err(SinkError::Busy(Duration::from_millis(1500))),
        1 => Err(SinkError::Failed("the disk is full".to_owned())),
        _ => Ok(()),
    });
    let receiver = receiver(&sink);
    let mut said = Vec::new();
    for _ in 0..2 {
        let status = call(&receiver, of_spans(vec![span(1)])).await.unwrap_err();
        let advice = status.metadata().get_bin("google.rpc.retryinfo-bin").unwrap().to_bytes().unwrap();
        // The details are decoded by tonic; the advice is in them.
        let within = status.details().windows(advice.len()).any(|part| part == advice);
        said.push((status.code(), status.message().to_owned(), advice.to_vec(), within));
    }
    assert_eq!(
        said[0],
        (
            Code::Unavailable,
            "busy: more is in flight than there is room for".to_owned(),
            b"\x0a\x08\x08\x01\x10\x80\xca\xb5\xee\x01".to_vec(),
            true
        )
    );
    assert_eq!(said[1], (Code::Unavailable, "not kept: the disk is full".to_owned(), b"\x0a\x02\x08\x05".to_vec(), true));
    call(&receiver, of_spans(vec![span(1)])).await.unwrap();
    let counters = receiver.counters();
    assert_eq!((counters.refused_busy, counters.refused_failed, counters.spans_kept), (1, 1, 1));
}

#[tokio::test]
async fn what_can_never_be_kept_is_refused_by_a_status_that_is_not_sent_again() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let to = receiver.otlp_grpc.unwrap();
    let message = request(3);
    let cut = &message[..message.len() - 5];
    for (headers, body, status, words) in [
        (&[GRPC][..], framed(0, cut), "3", "not OTLP protobuf"),
        (&[GRPC, ("grpc-encoding", "gzip")], framed(1, &message), "3", "not Gzip"),
        (
            &[GRPC, ("grpc-encoding", "snappy")],
            framed(1, &message),
            "12",
            "messages may be encoded with gzip, deflate, zstd, one at a time, not with snappy",
        ),
        (&[GRPC], framed(1, &message), "13", "no grpc-encoding says how"),
        (&[GRPC, ("grpc-encoding", "identity")], framed(1, &message), "13", "no grpc-encoding says how"),
        (&[GRPC], framed(2, &message), "13", "compressed-flag is 2"),
        (&[GRPC], framed(0, &message)[..100].to_vec(), "13", "the message ends before its end"),
        (&[GRPC], b"\0\0".to_vec(), "13", "the message ends before its end"),
        (&[GRPC], Vec::new(), "12", "there is no message"),
        (&[GRPC], framed(0, &message).repeat(2), "12", "more than one message"),
    ] {
        let answer = raw_call(to, TRACES, headers, body).await;
        let (http, grpc, said) = told(&answer);
        assert_eq!((http, grpc, answer.header("content-type")), (200, status, "application/grpc"), "{said}");
        assert!(said.contains(words), "{said}");
        assert_eq!(answer.header("grpc-status-details-bin"), "", "no advice to come back");
        let accepted = if words.contains("snappy") { "gzip, deflate, zstd" } else { "" };
        assert_eq!(answer.header("grpc-accept-encoding"), accepted);
    }
    assert_eq!(sink.state().offers, 0);
    let counters = receiver.counters();
    assert_eq!((counters.refused_malformed, counters.refused_unsupported), (9, 1));
}

#[tokio::test]
async fn bombs_and_spans_without_end_are_refused_before_they_take_memory() {
    let sink = Memory::new();
    let receiver = receiver_with(&sink, Limits { decompressed: 8 << 20, ..Limits::default() });
    let to = receiver.otlp_grpc.unwrap();
    let bomb = framed(1, &gzip(&vec![0; 1 << 20]).repeat(64));
    let answer = raw_call(to, TRACES, &[GRPC, ("grpc-encoding", "gzip")], bomb).await;
    assert_eq!(told(&answer), (200, "8", "too large: more than 8388608 bytes after decompression".to_owned()));
    assert_eq!(answer.header("grpc-status-details-bin"), "", "with advice it would be sent again");
    let spans = [vec![0x12, 0x80, 0x92, 0xf4, 0x01], [0x12, 0x00].repeat(2_000_000)].concat();
    let many = framed(0, &[vec![0x0a, 0x85, 0x92, 0xf4, 0x01], spans].concat());
    let answer = raw_call(to, TRACES, &[GRPC], many).await;
    assert_eq!(told(&answer), (200, "8", "too large: more than 1000000 spans or log records in one request".to_owned()));
    assert_eq!((sink.state().offers, receiver.counters().refused_too_large), (0, 2));
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_and_one_of_twenty_megabytes_is_kept() {
    let sink = Memory::new();
    let receiver = receiver_with(&sink, Limits { body: 24 << 20, ..Limits::default() });
    let of = |count| {
        let mut spans: Vec<_> = (0..count).map(span).collect();
        for span in &mut spans {
            span.attributes.push(attribute("large", &"x".repeat(1 << 20)));
        }
        of_spans(spans)
    };
    call(&receiver, of(20)).await.unwrap();
    let status = call(&receiver, of(40)).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::ResourceExhausted, "too large: a body of more than 25165824 bytes"));
    assert_eq!((sink.spans(), receiver.counters().refused_too_large), (20, 1));
}

#[tokio::test]
async fn when_the_memory_is_taken_senders_are_told_to_come_back() {
    let sink = Memory::new();
    sink.close();
    let receiver = receiver_with(&sink, Limits { in_flight: 1 << 20, ..Limits::default() });
    let large = || of_spans(vec![Span { name: "x".repeat(700_000), ..span(1) }]);
    let mut client = tonic(channel(receiver.otlp_grpc.unwrap()).await);
    let first = tokio::spawn(async move { export(&mut client, TRACES, large()).await });
    sink.until(|state| state.offers == 1).await;
    assert_eq!(call(&receiver, large()).await.unwrap_err().code(), Code::Unavailable);
    sink.open();
    first.await.unwrap().unwrap();
    call(&receiver, large()).await.unwrap();
    assert_eq!((sink.spans(), receiver.counters().refused_busy), (2, 1));
}

#[tokio::test]
async fn a_message_that_does_not_come_is_not_waited_for() {
    let receiver = receiver_with(&Memory::new(), Limits { body_time: Duration::from_millis(50), ..Limits::default() });
    let mut stream = TcpStream::connect(receiver.otlp_grpc.unwrap()).await.unwrap();
    // SETTINGS, and the headers of a call (RFC 7541, literals without indexing) whose body never comes.
    let mut block = vec![0x83, 0x86]; // :method POST, :scheme http
    for (name, value) in [(&b"\x04"[..], TRACES), (b"\x01", "x"), (b"\x0f\x10", "application/grpc")] {
        block.extend([name, &[value.len() as u8], value.as_bytes()].concat());
    }
    let headers = [&[0, 0, block.len() as u8, 1, 4, 0, 0, 0, 1][..], &block].concat();
    stream
        .write_all(&[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &[0, 0, 0, 4, 0, 0, 0, 0, 0][..], &headers].concat())
        .await
        .unwrap();
    super::udp::until(|| receiver.counters().refused_incomplete == 1).await;
}

#[tokio::test]
async fn other_methods_are_unimplemented_and_what_is_no_call_is_told_so() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let to = receiver.otlp_grpc.unwrap();
    let mut client = tonic(channel(to).await);
    let status = export(&mut client, "/grpc.health.v1.Health/Check", of_spans(Vec::new())).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(status.message().starts_with("there is no method /grpc.health.v1.Health/Check here"), "{}", status.message());
    for content_type in ["application/json", "application/grpc-web", "application/grpc+json", ""] {
        for path in [TRACES, LOGS, "/v1/traces"] {
            let answer = raw_call(to, path, &[("content-type", content_type)], framed(0, &request(1))).await;
            assert_eq!((answer.status, answer.header("grpc-status")), (415, ""), "{content_type}");
            assert!(answer.text().contains("whose content type is application/grpc"), "{}", answer.text());
        }
    }
    let page = [GRPC, ("origin", "https://example.com")];
    assert_eq!(raw_call(to, TRACES, &page, framed(0, &request(1))).await.status, 403);
    assert_eq!(
        raw_call(to, TRACES, &[("content-type", "application/grpc+proto")], framed(0, b"")).await.header("grpc-status"),
        "0"
    );
    let counters = receiver.counters();
    assert_eq!((counters.refused_origin, counters.refused_unknown, counters.refused_unsupported), (1, 1, 12));
    assert_eq!(sink.state().offers, 0);
}

#[tokio::test]
async fn who_speaks_http_1_is_told_where_to_go() {
    let receiver = receiver(&Memory::new());
    let url = format!("http://{}/v1/traces", receiver.otlp_grpc.unwrap());
    let answer = answer(client().post(url).header("content-type", PROTOBUF).body(vec![0; 1 << 20])).await;
    assert_eq!(answer.status, 505);
    insta::assert_snapshot!(answer.text(), @"This is for OTLP over gRPC, which needs HTTP/2. OTLP over HTTP goes to /v1/traces, on port 4318 by default: set OTEL_EXPORTER_OTLP_PROTOCOL=grpc, or OTEL_EXPORTER_OTLP_ENDPOINT to that port.");
    assert_eq!(receiver.counters().refused_unknown, 1);
}

#[tokio::test]
async fn the_http_port_takes_calls_too() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let to = receiver.otlp_http.unwrap();
    export(&mut tonic(channel(to).await), TRACES, of_spans(vec![span(1)])).await.unwrap();
    assert_eq!(post_traces(&receiver, PROTOBUF, request(2)).await.status, 200);
    // And over HTTP/2, what is no call.
    assert_eq!(raw_call(to, "/v1/traces", &[("content-type", PROTOBUF)], request(3)).await.status, 200);
    assert_eq!((sink.spans(), receiver.counters().http_requests), (6, 3));
}

#[tokio::test]
async fn a_call_in_flight_is_answered_before_the_end() {
    let sink = Memory::new();
    sink.close();
    let receiver = receiver(&sink);
    let to = receiver.otlp_grpc.unwrap();
    let mut client = tonic(channel(to).await);
    let idle = channel(to).await;
    let call = tokio::spawn(async move { export(&mut client, TRACES, of_spans(vec![span(1)])).await });
    sink.until(|state| state.offers == 1).await;
    let stop = tokio::spawn(receiver.stop());
    tokio::task::yield_now().await;
    sink.open();
    call.await.unwrap().unwrap();
    assert_eq!(stop.await.unwrap().spans_kept, 1);
    assert!(TcpStream::connect(to).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn a_connection_is_not_idle_while_it_has_a_call_and_is_when_it_has_none() {
    let sink = Memory::new();
    sink.close();
    let receiver = receiver_with(&sink, Limits { connections: 1, idle_time: Duration::from_millis(50), ..Limits::default() });
    let to = receiver.otlp_grpc.unwrap();
    let mut client = tonic(channel(to).await);
    let first = tokio::spawn(async move { export(&mut client, TRACES, of_spans(vec![span(1)])).await });
    sink.until(|state| state.offers == 1).await;
    // Waits for its turn, which comes when the first connection has no call any more, although its client keeps it.
    let (second, request) = (Endpoint::try_from(format!("http://{to}")).unwrap().connect_lazy(), of_spans(vec![span(2)]));
    let second = tokio::spawn(async move { export(&mut tonic(second), TRACES, request).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!first.is_finished() && sink.state().offers == 1);
    sink.open();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(sink.spans(), 2);
}

#[tokio::test]
async fn a_client_that_pings_and_never_calls_is_closed() {
    let receiver = receiver_with(&Memory::new(), Limits { request_time: Duration::from_millis(200), ..Limits::default() });
    let mut stream = TcpStream::connect(receiver.otlp_grpc.unwrap()).await.unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let pings = tokio::spawn(async move {
        while write.write_all(b"\0\0\x08\x06\0\0\0\0\0pingpong").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut answer = Vec::new();
    // It ends, or breaks when the last ping finds it closed.
    tokio::time::timeout(SOON, read.read_to_end(&mut answer)).await.unwrap().ok();
    assert!(answer.windows(8).any(|bytes| bytes == b"pingpong"), "it was answered before");
    pings.await.unwrap();
}

#[tokio::test]
async fn calls_over_http_1_are_told_so_on_the_http_port_too() {
    let receiver = receiver(&Memory::new());
    let call = client().post(format!("http://{}{TRACES}", receiver.otlp_http.unwrap()));
    let told = answer(call.header("content-type", "application/grpc").body(framed(0, &[]))).await;
    assert_eq!((told.status, told.header("grpc-status")), (505, ""));
}

#[tokio::test]
async fn the_token_is_wanted_of_calls_on_both_ports() {
    let sink = Memory::new();
    let token = Some(crate::secret::Secret::new("s3cret"));
    let config = Config { otlp_http: Some(ANY), otlp_grpc: Some(ANY), token, ..Config::default() };
    let receiver = start(config, sink.clone(), now).unwrap();
    for to in [receiver.otlp_grpc.unwrap(), receiver.otlp_http.unwrap()] {
        let mut client = tonic(channel(to).await);
        for (authorization, code) in [
            (None, Some(Code::Unauthenticated)),
            (Some("Bearer wrong"), Some(Code::Unauthenticated)),
            (Some("Bearer s3cret"), None),
        ] {
            let mut request = tonic::Request::new(of_spans(vec![span(1)]));
            if let Some(authorization) = authorization {
                request.metadata_mut().insert("authorization", authorization.parse().unwrap());
            }
            client.ready().await.unwrap();
            let answer: Exported = client.unary(request, TRACES.parse().unwrap(), ProstCodec::default()).await;
            assert_eq!(answer.err().map(|status| status.code()), code, "{to} {authorization:?}");
        }
    }
    assert_eq!((sink.spans(), receiver.counters().refused_unauthorized), (2, 4));
}
