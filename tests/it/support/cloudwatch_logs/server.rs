//! The door: who comes in, what happens to them, and what they are given.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::Value;

use super::archive::Archive;
use super::filter::Tokens;
use super::insights::Queries;
use super::refusal::Refusal;
use super::rules::{Fault, Rules};
use super::{auth, filter};

/// In front of each operation's name.
const TARGET: &str = "Logs_20140328.";

/// What the service knows and what it was asked.
#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) rules: Rules,
    pub(super) archive: Archive,
    pub(super) requests: Vec<Request>,
    tokens: Tokens,
    queries: Queries,
}

/// A request, as the service saw it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// `FilterLogEvents`; empty where none is named.
    pub(crate) operation: String,
    /// Null where it was no JSON.
    pub(crate) body: Value,
    /// What was answered; `None` while it is not.
    pub(crate) status: Option<u16>,
}

/// The service behind its door.
#[derive(Debug, Default)]
pub(super) struct Door {
    service: Mutex<Service>,
}

impl Door {
    pub(super) fn service(&self) -> MutexGuard<'_, Service> {
        // A test that panicked in here has its own message; the others go on.
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn router(door: Arc<Door>) -> Router {
    Router::new().fallback(answer).with_state(door)
}

async fn answer(State(door): State<Arc<Door>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix(TARGET)).unwrap_or_default().to_owned();
    let (number, fault) = door.service().receive(&operation, &body);
    if fault == Some(Fault::Hang) {
        std::future::pending::<()>().await;
    }
    let mut service = door.service();
    let given = match fault {
        Some(Fault::Garbage) => Ok("<html><body>It works!</body></html>".to_owned()),
        Some(Fault::Throttle) => Err(Refusal::throttled()),
        Some(Fault::Status(status)) => Err(Refusal::failed(status)),
        _ if method != Method::POST || uri.path() != "/" => Err(Refusal::new("UnknownOperationException", "")),
        _ => service.answer(&operation, &headers, &body).map(|answer| answer.to_string()),
    };
    let (status, text) = match given {
        Ok(text) => (200, text),
        Err(refusal) => (refusal.status, refusal.body().to_string()),
    };
    service.requests[number].status = Some(status);
    let response = Response::builder().status(status).header("content-type", "application/x-amz-json-1.1");
    let id = format!("{number:08x}-0000-4000-8000-000000000000");
    response.header("x-amzn-requestid", id).body(Body::from(text)).unwrap_or_default()
}

impl Service {
    /// Writes the request down, and says which one it is and what shall go wrong with it.
    fn receive(&mut self, operation: &str, body: &[u8]) -> (usize, Option<Fault>) {
        let number = self.requests.len();
        let body = serde_json::from_slice(body).unwrap_or_default();
        self.requests.push(Request { operation: operation.to_owned(), body, status: None });
        let throttled = self.rules.throttle_every > 0 && (number + 1).is_multiple_of(self.rules.throttle_every);
        (number, if throttled { Some(Fault::Throttle) } else { self.rules.take(operation) })
    }

    fn answer(&mut self, operation: &str, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
        if headers.get("content-type").is_none_or(|kind| kind != "application/x-amz-json-1.1") {
            return Err(Refusal::new("UnknownOperationException", ""));
        }
        auth::admit(headers, operation, &self.rules)?;
        let body: Value = serde_json::from_slice(body)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| Refusal::new("SerializationException", "the body is not a JSON object"))?;
        let Self { rules, archive, tokens, queries, .. } = self;
        match operation {
            "FilterLogEvents" => filter::events(&body, rules, archive, tokens),
            "StartQuery" => queries.start(&body, rules, archive),
            "GetQueryResults" => queries.results(&body, rules),
            "StopQuery" => queries.stop(&body),
            _ => Err(Refusal::new("UnknownOperationException", "")),
        }
    }
}
