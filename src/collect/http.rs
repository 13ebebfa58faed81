//! Spans over HTTP: OTLP, <https://opentelemetry.io/docs/specs/otlp/#otlphttp>, and Zipkin's API ([`zipkin`](zipkin())).
//!
//! A request goes through here in this order: who asks ([`origin`]), what it is ([`Form`]), its body within the
//! limits ([`body`]), its bytes to a batch and that into the sink ([`Spans`]); and only then the answer ([`answer`]). SDKs drop a batch
//! at 400 and 500 and send it again at 503, so everything that could succeed later is 503.

mod answer;
mod zipkin;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Version, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::access::CHALLENGE;
use super::body::{self, Kept};
use super::coding;
use super::counters::Counters;
use super::decode::{Form, Job};
use super::grpc;
use super::origin::{self, Verdict};
use super::refusal::Refusal;
use super::sink::Sink;
use super::spans::Spans;
use crate::wire::Refused;
use crate::wire::otlp::response::{Encoding, Signal};

pub(super) use zipkin::routes as zipkin;

/// The routes of the OTLP/HTTP port. It takes gRPC's calls too: an application that chooses its exporter in its code, and not by
/// `OTEL_EXPORTER_OTLP_PROTOCOL`, sends whatever that speaks to the one address in `OTEL_EXPORTER_OTLP_ENDPOINT`.
pub(super) fn otlp<S: Sink>(shared: Arc<Spans<S>>) -> Router {
    Router::new()
        .route("/v1/traces", post(traces))
        .route("/v1/metrics", post(metrics))
        .route("/v1/logs", post(logs))
        .route("/", get(status))
        .route("/healthz", get(status))
        .merge(grpc::calls().route_layer(middleware::from_fn_with_state(Arc::clone(&shared), grpc::only_http_2)))
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), door))
        .with_state(shared)
}

/// What a request's body is, without parameters; empty where nothing says so.
pub(super) fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// Paths that tell whether the receiver is up, which everybody may ask.
const HEALTH: [&str; 3] = ["/", "/healthz", "/health"];

/// Before every request: web pages are kept out, and those who do not know the token.
pub(super) async fn door<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request, next: Next) -> Response {
    spans.counters.http_requests.one();
    let mut unanswered = Unanswered(Some(&spans.counters));
    let verdict = spans.origins.judge(request.headers());
    let mut answer = match &verdict {
        Verdict::Foreign => {
            spans.counters.refused_origin.one();
            (
                StatusCode::FORBIDDEN,
                "This is a receiver of traces, and the web page that asks is not on the list of those that may.\n",
            )
                .into_response()
        }
        Verdict::Allowed(_) if *request.method() == Method::OPTIONS => {
            let mut answer = StatusCode::NO_CONTENT.into_response();
            origin::allow_preflight(answer.headers_mut(), request.headers());
            answer
        }
        _ if spans.may_come_in(&request) => next.run(request).await,
        _ => spans.unknown_sender(request).await,
    };
    if let Verdict::Allowed(page) = verdict {
        origin::allow(answer.headers_mut(), page);
    }
    unanswered.0 = None;
    answer
}

/// A request that has no answer yet. The server drops what it was about to do for a client that hangs up: then that is what became of it.
struct Unanswered<'c>(Option<&'c Counters>);

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if let Some(counters) = self.0 {
            counters.refused_incomplete.one();
        }
    }
}

async fn traces<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request) -> Response {
    spans.otlp(Signal::Traces, request).await
}

/// Those that carry a trace id are kept with their traces.
async fn logs<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request) -> Response {
    spans.counters.logs_requests.one();
    spans.otlp(Signal::Logs, request).await
}

/// Metrics are no business of a trace store, but an SDK that is refused here prints a stack trace into the user's terminal.
async fn metrics<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request) -> Response {
    spans.counters.metrics_requests.one();
    spans.swallow(request).await
}

/// How the receiver is doing. Numbers only: any page on this machine could read it by making its own name point here. Who should know
/// the token and does not is told only that there is a receiver.
async fn status<S: Sink>(State(spans): State<Arc<Spans<S>>>, headers: HeaderMap) -> Response {
    let mut body = serde_json::json!({ "receiver": "cruddur-trace" });
    if spans.access.admits(&headers) {
        body["counters"] = serde_json::json!(spans.counters.snapshot());
    }
    ([(header::CONTENT_TYPE, "application/json")], format!("{body}\n")).into_response()
}

async fn wrong_method<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request) -> Response {
    spans.counters.refused_unknown.one();
    // axum adds `Allow`.
    let why = format!("{} is not how {} is asked.\n", request.method(), request.uri().path());
    (StatusCode::METHOD_NOT_ALLOWED, why).into_response()
}

async fn unknown_path<S: Sink>(State(spans): State<Arc<Spans<S>>>) -> Response {
    spans.counters.refused_unknown.one();
    let why = "Nothing is here. Traces are sent to POST /v1/traces (set OTEL_EXPORTER_OTLP_ENDPOINT to this address without a path, \
               or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT to it with /v1/traces); GET / tells how the receiver is doing.\n";
    (StatusCode::NOT_FOUND, why).into_response()
}

impl<S: Sink> Spans<S> {
    async fn otlp(&self, signal: Signal, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let encoding = match answer::encoding(&parts.headers) {
            Ok(encoding) => encoding,
            Err(refusal) => return self.refuse(&self.drain(body).await.err().unwrap_or(refusal), None),
        };
        match self.export(Form::Otlp(signal, encoding), &parts.headers, body).await {
            Ok(refused) => answer::kept(encoding, signal, &refused),
            Err(refusal) => self.refuse(&refusal, Some(encoding)),
        }
    }

    /// One request, from its body to the sink. Answers what was refused of it; when this is `Ok`, the rest is kept.
    async fn export(&self, form: Form, headers: &HeaderMap, body: Body) -> Result<Vec<Refused>, Refusal> {
        let coding = match coding::named(headers, header::CONTENT_ENCODING.as_str(), "bodies") {
            Ok(coding) => coding,
            Err(refusal) => return Err(self.drain(body).await.err().unwrap_or(refusal)),
        };
        let mut share = self.enter()?;
        let mut kept = Kept { bytes: Vec::with_capacity(body::expected(&body)), share: &mut share };
        self.read(body, &mut kept).await?;
        let bytes = kept.bytes;
        self.keep(Job { bytes, coding, form, share }).await
    }

    fn may_come_in(&self, request: &Request) -> bool {
        let asks_for_health = *request.method() == Method::GET && HEALTH.contains(&request.uri().path());
        asks_for_health || self.access.admits(request.headers())
    }

    async fn unknown_sender(&self, request: Request) -> Response {
        let is_call = request.version() >= Version::HTTP_2 && grpc::is_call(request.headers());
        if let Err(refusal) = self.drain(request.into_body()).await {
            self.count(&refusal);
            return answer::refused_in_words(&refusal);
        }
        if is_call {
            return grpc::unauthorized(self);
        }
        self.counters.refused_unauthorized.one();
        let why = "This receiver wants a token: `Authorization: Bearer …` (SDKs: OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20…).\n";
        (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, CHALLENGE)], why).into_response()
    }

    async fn swallow(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let encoding = answer::encoding(&parts.headers);
        let spoken = encoding.as_ref().ok().copied();
        match self.drain(body).await.and(encoding) {
            Ok(encoding) => answer::empty(encoding),
            Err(refusal) => self.refuse(&refusal, spoken),
        }
    }

    fn refuse(&self, refusal: &Refusal, encoding: Option<Encoding>) -> Response {
        self.count(refusal);
        answer::refused(encoding, refusal)
    }
}
