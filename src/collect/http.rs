//! Spans over HTTP: OTLP, <https://opentelemetry.io/docs/specs/otlp/#otlphttp>, and Zipkin's API ([`zipkin`](zipkin())).
//!
//! A request goes through here in this order: who asks ([`origin`]), what it is ([`Form`]), its body within the
//! limits ([`body`]), its bytes to a batch on another thread ([`decode`]), the batch into the sink; and only then the
//! answer ([`answer`]). SDKs drop a batch at 400 and 500 and send it again at 503, so everything that could succeed later is 503.

mod answer;
mod decode;
mod zipkin;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use super::body::{self, Budget, Dropped, Kept, Share, Unread};
use super::config::Limits;
use super::counters::Counters;
use super::origin::{self, Origins, Verdict};
use super::sink::Sink;
use crate::wire::Refused;
use crate::wire::otlp::response::Encoding;
use answer::Refusal;
use decode::{Decoded, Form, Job};

/// What all requests share.
#[derive(Debug)]
pub(super) struct Spans<S> {
    pub(super) sink: S,
    pub(super) limits: Limits,
    pub(super) budget: Budget,
    /// As many bodies are decoded at once as there are processors: more would only take memory.
    pub(super) processors: Arc<Semaphore>,
    pub(super) counters: Arc<Counters>,
    pub(super) origins: Origins,
}

pub(super) use zipkin::routes as zipkin;

/// The routes of the OTLP port.
pub(super) fn otlp<S: Sink>(shared: Arc<Spans<S>>) -> Router {
    Router::new()
        .route("/v1/traces", post(traces))
        .route("/v1/metrics", post(metrics))
        .route("/v1/logs", post(logs))
        .route("/", get(status))
        .route("/healthz", get(status))
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), door))
        .with_state(shared)
}

/// Before every request: web pages are kept out.
async fn door<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request, next: Next) -> Response {
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
        _ => next.run(request).await,
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
    let (parts, body) = request.into_parts();
    let encoding = match answer::encoding(&parts.headers) {
        Ok(encoding) => encoding,
        Err(refusal) => return spans.refuse(&spans.drain(body).await.err().unwrap_or(refusal), None),
    };
    match spans.export(Form::Otlp(encoding), &parts.headers, body).await {
        Ok(refused) => answer::kept(encoding, &refused),
        Err(refusal) => spans.refuse(&refusal, Some(encoding)),
    }
}

/// Metrics are no business of a trace store, but an SDK that is refused here prints a stack trace into the user's terminal.
async fn metrics<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request) -> Response {
    spans.counters.metrics_requests.one();
    spans.swallow(request).await
}

/// As [`metrics`].
async fn logs<S: Sink>(State(spans): State<Arc<Spans<S>>>, request: Request) -> Response {
    spans.counters.logs_requests.one();
    spans.swallow(request).await
}

/// How the receiver is doing. Numbers only: any page on this machine could read it by making its own name point here.
async fn status<S: Sink>(State(spans): State<Arc<Spans<S>>>) -> Response {
    let body = serde_json::json!({ "receiver": "cruddur-trace", "counters": spans.counters.snapshot() });
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
    /// One trace request, from its body to the sink. Answers what was refused of it; when this is `Ok`, the rest is kept.
    async fn export(&self, form: Form, headers: &HeaderMap, body: Body) -> Result<Vec<Refused>, Refusal> {
        let coding = match answer::coding(headers) {
            Ok(coding) => coding,
            Err(refusal) => return Err(self.drain(body).await.err().unwrap_or(refusal)),
        };
        let Some(mut share) = self.budget.enter() else { return Err(Refusal::crowded()) };
        let bytes = self.read(body, &mut share).await?;
        let Decoded { batch, refused, share } =
            decode::decode(Job { bytes, coding, form, share }, self.limits.decompressed, &self.processors).await?;
        let spans = batch.rows.len();
        if spans > 0 {
            self.sink.keep(batch).await?;
        }
        drop(share);
        self.counters.spans_kept.add(spans);
        self.counters.spans_refused.add(refused.iter().fold(0, |sum, refused| sum.saturating_add(refused.count)));
        self.counters.trace_requests_kept.one();
        Ok(refused)
    }

    async fn read(&self, body: Body, share: &mut Share) -> Result<Vec<u8>, Refusal> {
        let mut kept = Kept { bytes: Vec::with_capacity(body::expected(&body)), share };
        let length = body::read(body, self.limits.body, self.limits.body_time, &mut kept).await;
        self.counted(length)?;
        Ok(kept.bytes)
    }

    /// Reads a body that nobody wants: a client that is still sending would not see the answer.
    async fn drain(&self, body: Body) -> Result<(), Refusal> {
        self.counted(body::read(body, self.limits.body, self.limits.body_time, &mut Dropped).await)
    }

    fn counted(&self, length: Result<usize, Unread>) -> Result<(), Refusal> {
        match length {
            Ok(length) => {
                self.counters.http_bytes.add(length);
                Ok(())
            }
            Err(Unread::TooLarge) => Err(Refusal::TooLarge(format!("a body of more than {} bytes", self.limits.body))),
            Err(Unread::NoRoom) => Err(Refusal::crowded()),
            Err(Unread::TooSlow) => {
                Err(Refusal::Incomplete(format!("the body was not there within {:?}", self.limits.body_time)))
            }
            Err(Unread::Broken) => Err(Refusal::Incomplete("the body ended before its end".to_owned())),
        }
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

    fn count(&self, refusal: &Refusal) {
        let counters = &self.counters;
        match refusal {
            Refusal::Malformed(_) => &counters.refused_malformed,
            Refusal::TooLarge(_) => &counters.refused_too_large,
            Refusal::Unsupported(_) => &counters.refused_unsupported,
            Refusal::Incomplete(_) => &counters.refused_incomplete,
            Refusal::Busy(_) => &counters.refused_busy,
            Refusal::Failed(_) | Refusal::Crashed => &counters.refused_failed,
        }
        .one();
        tracing::debug!(%refusal, "a request was refused");
    }
}
