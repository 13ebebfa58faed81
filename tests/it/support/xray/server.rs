//! The door: who comes in, what happens to them, and what they are given.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use futures_util::stream;
use serde_json::Value;

use super::archive::Archive;
use super::pages::Pages;
use super::refusal::Refusal;
use super::retrieval::{self, Retrievals};
use super::rules::{Date, Fault, Rules};
use super::{auth, batch, graphs, noise, put, sampling, summaries};

/// What the service knows and what it was asked.
#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) rules: Rules,
    pub(super) archive: Archive,
    pub(super) requests: Vec<Request>,
    pages: Pages,
    retrievals: Retrievals,
}

/// A request, as the service saw it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// `/TraceSummaries`
    pub(crate) path: String,
    /// Null where it was no JSON.
    pub(crate) body: Value,
    /// What was answered; `None` while it is not, and where the connection was cut.
    pub(crate) status: Option<u16>,
}

/// The service behind its door.
#[derive(Debug, Default)]
pub(super) struct Door {
    service: Mutex<Service>,
    in_flight: AtomicUsize,
    in_flight_at_most: AtomicUsize,
    answers: AtomicU64,
}

impl Door {
    pub(super) fn service(&self) -> MutexGuard<'_, Service> {
        // A test that panicked in here has its own message; the others go on.
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn in_flight_at_most(&self) -> usize {
        self.in_flight_at_most.load(Ordering::SeqCst)
    }

    fn enter(&self) -> InFlight<'_> {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.in_flight_at_most.fetch_max(now, Ordering::SeqCst);
        InFlight(self)
    }
}

/// Somebody who waits for an answer, or has gone away.
struct InFlight<'a>(&'a Door);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

pub(super) fn router(door: Arc<Door>) -> Router {
    Router::new().fallback(answer).with_state(door)
}

async fn answer(State(door): State<Arc<Door>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let in_flight = door.enter();
    let path = uri.path().to_owned();
    let (number, fault, latency) = door.service().receive(&path, &body);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    if fault == Some(Fault::Hang) {
        std::future::pending::<()>().await;
    }
    let mut service = door.service();
    let response = match fault {
        Some(Fault::Garbage) => Ok((200, "text/html", "<html><body>It works!</body></html>".to_owned())),
        Some(Fault::Throttle) => Err(Refusal::throttled()),
        Some(Fault::Status(503)) => Err(Refusal::new(503, "ServiceUnavailable", "Service is unable to handle request.")),
        Some(Fault::Status(status)) => Err(Refusal::new(status, "InternalFailure", "The request processing has failed.")),
        _ => service.answer(&method, &path, &headers, &body).map(|answer| (200, "application/json", answer.to_string())),
    };
    let refused = response.as_ref().err().map(Refusal::header);
    let (status, kind, text) =
        response.unwrap_or_else(|refusal| (refusal.status, "application/json", refusal.body().to_string()));
    let cut = fault == Some(Fault::Cut);
    service.requests[number].status = (!cut).then_some(status);
    // hyper says the time of this machine where nothing is said.
    let date = match service.rules.date {
        Date::Clock => service.rules.clock.map(auth::http_date),
        Date::Empty => Some(String::new()),
    };
    drop(service);
    drop(in_flight);
    let mut response = Response::builder().status(status).header("content-type", kind);
    response = response.header("x-amzn-requestid", request_id(door.answers.fetch_add(1, Ordering::SeqCst)));
    if let Some(code) = refused {
        response = response.header("x-amzn-errortype", code);
    }
    if let Some(date) = date {
        response = response.header("date", date);
    }
    if cut {
        response = response.header("content-length", text.len());
    }
    let body = if cut { half(&text) } else { Body::from(text) };
    response.body(body).unwrap_or_default()
}

/// A body that breaks off.
fn half(text: &str) -> Body {
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    Body::from_stream(stream::iter([Ok(half), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))]))
}

fn request_id(number: u64) -> String {
    let digits = format!("{:016x}{:016x}", noise::number(number), noise::number(!number));
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

impl Service {
    /// Writes the request down, and says which one it is, what shall go wrong with it and how long it takes.
    fn receive(&mut self, path: &str, body: &[u8]) -> (usize, Option<Fault>, std::time::Duration) {
        let number = self.requests.len();
        let body = serde_json::from_slice(body).unwrap_or_default();
        self.requests.push(Request { path: path.to_owned(), body, status: None });
        let throttled = self.rules.throttle_every > 0 && (number + 1).is_multiple_of(self.rules.throttle_every);
        let fault = if throttled { Some(Fault::Throttle) } else { self.rules.take(path) };
        (number, fault, self.rules.latency)
    }

    fn answer(&mut self, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
        let operation = operation(path).filter(|_| method == Method::POST).ok_or_else(Refusal::unknown_operation)?;
        auth::admit(headers, operation, &self.rules)?;
        let body: Value =
            if body.is_empty() { Ok(Value::Object(serde_json::Map::new())) } else { serde_json::from_slice(body) }
                .ok()
                .filter(Value::is_object)
                .ok_or_else(|| Refusal::serialization("the body is not a JSON object"))?;
        let Self { rules, archive, pages, retrievals, .. } = self;
        match operation {
            "GetTraceSummaries" => summaries::get(&body, rules, archive, pages),
            "BatchGetTraces" => batch::get(&body, rules, archive),
            "GetServiceGraph" => graphs::of_window(&body, rules, archive, pages),
            "GetTraceGraph" => graphs::of_traces(&body, rules, archive, pages),
            "GetGroups" => graphs::groups(&body, rules, pages),
            "GetTraceSegmentDestination" => Ok(retrieval::destination(rules)),
            "StartTraceRetrieval" => retrievals.start(&body, rules, archive),
            "ListRetrievedTraces" => retrievals.list(&body, rules, pages),
            "CancelTraceRetrieval" => retrievals.cancel(&body),
            "PutTraceSegments" => put::take(&body, rules, archive),
            "GetSamplingRules" => sampling::rules(&body, rules),
            "GetSamplingTargets" => sampling::targets(&body, rules),
            _ => Err(Refusal::unknown_operation()),
        }
    }
}

/// The operation behind a path.
fn operation(path: &str) -> Option<&'static str> {
    Some(match path {
        "/TraceSummaries" => "GetTraceSummaries",
        "/Traces" => "BatchGetTraces",
        "/ServiceGraph" => "GetServiceGraph",
        "/TraceGraph" => "GetTraceGraph",
        "/Groups" => "GetGroups",
        "/GetTraceSegmentDestination" => "GetTraceSegmentDestination",
        "/StartTraceRetrieval" => "StartTraceRetrieval",
        "/ListRetrievedTraces" => "ListRetrievedTraces",
        "/CancelTraceRetrieval" => "CancelTraceRetrieval",
        "/TraceSegments" => "PutTraceSegments",
        "/GetSamplingRules" => "GetSamplingRules",
        "/SamplingTargets" => "GetSamplingTargets",
        _ => return None,
    })
}
