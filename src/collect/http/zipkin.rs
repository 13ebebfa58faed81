//! Zipkin's API, version 2: <https://zipkin.io/zipkin-api/>. Senders post lists of spans as JSON and are answered 202.
//!
//! The API knows no partial success. Spans that cannot be kept are named in a 400, which senders log; the others are kept: a sender does
//! not send again what was answered so.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use super::{answer, door, wrong_method};
use crate::collect::decode::Form;
use crate::collect::refusal::Refusal;
use crate::collect::sink::Sink;
use crate::collect::spans::Spans;
use crate::wire::Refused;
use crate::wire::otlp::response::{self, Signal};

/// The routes of the Zipkin port.
pub(in crate::collect) fn routes<S: Sink>(shared: Arc<Spans<S>>) -> Router {
    Router::new()
        .route("/api/v2/spans", post(spans))
        .route("/health", get(health))
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), door))
        .with_state(shared)
}

async fn spans<S: Sink>(State(shared): State<Arc<Spans<S>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.to_ascii_lowercase();
    // As Zipkin's own server: what says nothing of Protocol Buffers or Thrift is JSON.
    let kept = if ["protobuf", "thrift"].iter().any(|other| content_type.contains(other)) {
        let refusal = Refusal::Unsupported(format!("application/json is understood here, not {content_type}"));
        Err(shared.drain(body).await.err().unwrap_or(refusal))
    } else {
        shared.export(Form::ZipkinJson, &parts.headers, body).await
    };
    match kept {
        // The API has no place for notes on what is kept.
        Ok(refused) if refused.iter().all(Refused::is_note) => StatusCode::ACCEPTED.into_response(),
        Ok(refused) => {
            let why = format!("All spans are kept but these. {}\n", response::in_words(Signal::Traces, &refused));
            (StatusCode::BAD_REQUEST, why).into_response()
        }
        Err(refusal) => {
            shared.count(&refusal);
            answer::refused_in_words(&refusal)
        }
    }
}

/// As Zipkin's server says that it is well.
async fn health() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], "{\"status\":\"UP\"}\n").into_response()
}

async fn unknown_path<S: Sink>(State(shared): State<Arc<Spans<S>>>) -> Response {
    shared.counters.refused_unknown.one();
    (StatusCode::NOT_FOUND, "Nothing is here. Spans are sent to POST /api/v2/spans, as JSON.\n").into_response()
}
