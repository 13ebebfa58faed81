//! OTLP over gRPC: <https://opentelemetry.io/docs/specs/otlp/#otlpgrpc>, by the protocol of
//! <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>.
//!
//! A unary call is an HTTP/2 request with one message behind five bytes, and an answer with its status in the trailers: less than
//! two hundred lines ([`message`], [`answer`]), on the server that is linked anyway. tonic would bring the same to a handler with
//! the message already unpacked: its decoder sets memory aside by the length that a sender claims, and decompresses on the thread
//! that serves the connection, within a limit for each message but none for all of them together. Here a message is read,
//! unpacked and decoded as a body over HTTP is ([`Spans`]), out of one budget.

mod answer;
mod message;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Version};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;

use super::body::Kept;
use super::coding;
use super::decode::{Form, Job};
use super::http::{door, media_type};
use super::sink::Sink;
use super::spans::Spans;
use crate::wire::Refused;
use crate::wire::otlp::response::{Encoding, Signal};
use answer::Fault;
use message::Message;

const HTTP_1: &str = "This is for OTLP over gRPC, which needs HTTP/2. OTLP over HTTP goes to /v1/traces, on port 4318 by default: set \
                      OTEL_EXPORTER_OTLP_PROTOCOL=grpc, or OTEL_EXPORTER_OTLP_ENDPOINT to that port.\n";

/// The routes of the gRPC port.
pub(super) fn routes<S: Sink>(shared: Arc<Spans<S>>) -> Router {
    Router::new()
        .merge(calls())
        .fallback(unknown)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), only_http_2))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), door))
        .with_state(shared)
}

/// The methods of OTLP's services.
pub(super) fn calls<S: Sink>() -> Router<Arc<Spans<S>>> {
    const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
    const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
    Router::new().route(TRACES, post(traces)).route(METRICS, post(metrics)).route(LOGS, post(logs))
}

/// Whoever speaks HTTP/1.1 would not see a status that is in trailers.
pub(super) async fn only_http_2<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request, next: Next) -> Response {
    if request.version() >= Version::HTTP_2 {
        return next.run(request).await;
    }
    spans.counters.refused_unknown.one();
    // A client that is still sending would not see the answer; what it sends is of no interest.
    spans.drain(request.into_body()).await.ok();
    (StatusCode::HTTP_VERSION_NOT_SUPPORTED, HTTP_1).into_response()
}

async fn traces<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request) -> Response {
    export(&spans, Signal::Traces, request).await
}

/// Those that carry a trace id are kept with their traces.
async fn logs<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request) -> Response {
    spans.counters.logs_requests.one();
    export(&spans, Signal::Logs, request).await
}

async fn export<S: Sink>(spans: &Spans<S>, signal: Signal, request: Request) -> Response {
    if let Some(answer) = no_call(spans, request.headers()) {
        return answer;
    }
    match spans.call(signal, request).await {
        Ok(refused) => answer::kept(signal, &refused),
        Err(fault) => spans.fail(&fault),
    }
}

/// Metrics are no business of a trace store, but an SDK that is refused here prints a stack trace into the user's terminal.
async fn metrics<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request) -> Response {
    spans.counters.metrics_requests.one();
    if let Some(answer) = no_call(&spans, request.headers()) {
        return answer;
    }
    match spans.drain(request.into_body()).await {
        // The responses of the three services are the same when they are empty.
        Ok(()) => answer::kept(Signal::Traces, &[]),
        Err(refusal) => spans.fail(&Fault::Refused(refusal)),
    }
}

async fn unknown<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request) -> Response {
    if let Some(answer) = no_call(&spans, request.headers()) {
        return answer;
    }
    spans.fail(&Fault::Unknown(request.uri().path().to_owned()))
}

/// The answer to a call without the token. In trailers, as all answers to calls are: clients would take the text of a 401 for a message.
pub(super) fn unauthorized<S: Sink>(spans: &Spans<S>) -> Response {
    spans.fail(&Fault::Unauthorized)
}

/// Whether these are the headers of a call.
pub(super) fn is_call(headers: &HeaderMap) -> bool {
    let name = media_type(headers);
    ["application/grpc", "application/grpc+proto"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// The answer to a request that is no call of gRPC at all. It must not be 200, as that to every call is.
fn no_call<S: Sink>(spans: &Spans<S>, headers: &HeaderMap) -> Option<Response> {
    if is_call(headers) {
        return None;
    }
    let name = media_type(headers);
    spans.counters.refused_unsupported.one();
    let name = if name.is_empty() { "no content type" } else { name };
    let why = format!("This is for calls of gRPC, whose content type is application/grpc, not {name}.\n");
    Some((StatusCode::UNSUPPORTED_MEDIA_TYPE, why).into_response())
}

impl<S: Sink> Spans<S> {
    /// One call, from its message to the sink. Answers what was refused of it; when this is `Ok`, the rest is kept.
    async fn call(&self, signal: Signal, request: Request) -> Result<Vec<Refused>, Fault> {
        let coding = coding::named(request.headers(), "grpc-encoding", "messages")?;
        let mut share = self.enter()?;
        let mut message = Message::new(Kept { bytes: Vec::new(), share: &mut share });
        self.read(request.into_body(), &mut message).await?;
        let (bytes, coding) = message.finish(coding)?;
        Ok(self.keep(Job { bytes, coding, form: Form::Otlp(signal, Encoding::Protobuf), share }).await?)
    }

    fn fail(&self, fault: &Fault) -> Response {
        match fault {
            Fault::Refused(refusal) => self.count(refusal),
            Fault::Misframed(_) => self.counters.refused_malformed.one(),
            Fault::Unauthorized => self.counters.refused_unauthorized.one(),
            Fault::Unknown(_) => self.counters.refused_unknown.one(),
        }
        answer::failed(fault)
    }
}
