//! The receiver from outside, over real sockets, with sinks that keep, refuse and wait.

mod browser;
mod doubles;
mod grpc;
mod limits;
mod otlp;
mod sampling;
mod status;
mod stop;
mod tls;
mod token;
mod udp;
mod zipkin;

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Config, Limits, Running, start};
use crate::model::Time;
use doubles::Memory;

/// Nothing here takes so long unless it hangs.
const SOON: Duration = Duration::from_secs(30);

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

fn now() -> Time {
    Time(1_795_330_591_500_000_000)
}

fn receiver(sink: &Memory) -> Running {
    receiver_with(sink, Limits::default())
}

fn receiver_with(sink: &Memory, limits: Limits) -> Running {
    let any = Some(ANY);
    let config = Config { otlp_http: any, otlp_grpc: any, zipkin: any, xray: any, limits, ..Config::default() };
    start(config, sink.clone(), now).unwrap()
}

fn span(number: u64) -> Span {
    Span {
        trace_id: u128::from(number / 10 + 1).to_be_bytes().to_vec(),
        span_id: (number + 1).to_be_bytes().to_vec(),
        name: format!("GET /{}", number % 7),
        start_time_unix_nano: 1_795_330_581_000_000_000 + number,
        end_time_unix_nano: 1_795_330_581_000_000_900 + number,
        attributes: vec![attribute("http.method", "GET"), attribute("http.target", "/api/activities/home")],
        ..Span::default()
    }
}

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

fn of_spans(spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    ExportTraceServiceRequest { resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }] }
}

/// A protobuf request of so many spans.
fn request(spans: u64) -> Vec<u8> {
    of_spans((0..spans).map(span).collect()).encode_to_vec()
}

/// A JSON request of one span.
fn json_request() -> String {
    serde_json::json!({"resourceSpans": [{"scopeSpans": [{"spans": [{
        "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "from JSON",
        "startTimeUnixNano": "1795330581000000000", "endTimeUnixNano": "1795330582000000000", "kind": 2,
    }]}]}]})
    .to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

fn client() -> reqwest::Client {
    crate::tls::http_client().no_proxy().timeout(SOON).build().unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, body: answer.bytes().await.unwrap().to_vec() }
}

/// Posts a body with headers to the OTLP port.
async fn post(to: &Running, path: &str, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Answer {
    let mut request = client().post(format!("http://{}{path}", to.otlp_http.unwrap())).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    answer(request).await
}

/// Posts traces in a content type.
async fn post_traces(to: &Running, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    post(to, "/v1/traces", &[("content-type", content_type)], body).await
}

/// Sends bytes as they are and reads until the other side closes.
async fn raw(to: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(SOON, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
