//! The door: who comes in, what happens to them, and what they are given.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use cruddur_trace::model::Time;
use futures_util::stream;
use serde_json::Value;

use super::answer::Answer;
use super::datasets::Archive;
use super::faults::{self, Endpoint, Fault, Plan};
use super::intake::{self, Delivery};
use super::keys::{self, Kind, Need};
use super::queries::Queries;
use super::rate::{self, Limiter};
use super::results::{Results, Wanted};
use super::setup::Setup;

/// A request, as the service saw it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// `/1/queries/__all__`
    pub(crate) path: String,
    /// What follows the `?`; empty where there is none.
    pub(crate) query: String,
    /// By their names in lower case. Of `x-honeycomb-team`, the kind of the key.
    pub(crate) headers: BTreeMap<String, String>,
    /// Null where it was no JSON.
    pub(crate) body: Value,
    /// What was answered; `None` while it is not, and where the connection was cut.
    pub(crate) status: Option<u16>,
}

/// What the service knows and what it was asked.
#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) setup: Setup,
    pub(super) archive: Archive,
    pub(super) plan: Plan,
    pub(super) seen: Vec<Seen>,
    pub(super) results: Results,
    pub(super) limited: usize,
    queries: Queries,
    limiter: Limiter,
}

/// The service behind its door.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) endpoint: String,
    service: Mutex<Service>,
}

impl Door {
    pub(super) fn new(endpoint: String, setup: Setup) -> Self {
        Self { endpoint, service: Mutex::new(Service { setup, ..Service::default() }) }
    }

    pub(super) fn service(&self) -> MutexGuard<'_, Service> {
        // A test that panicked in here has its own message; the others go on.
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn router(door: Arc<Door>) -> Router {
    Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(door)
}

/// A request on its way.
struct Request<'a> {
    arrived: Instant,
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    body: &'a [u8],
    /// The words of the path.
    words: Vec<String>,
}

async fn answer(State(door): State<Arc<Door>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let words = uri.path().split('/').skip(1).map(unescaped).collect();
    let request = Request { arrived: Instant::now(), method: &method, uri: &uri, headers: &headers, body: &body, words };
    let endpoint = request.endpoint();
    let (number, fault, latency) = door.service().receive(&request, endpoint);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    match fault {
        Some(Fault::Hang) => std::future::pending::<()>().await,
        // The connection's task ends, and the connection with it. Nothing is printed: no hook is called.
        Some(Fault::Close) => std::panic::resume_unwind(Box::new("the connection is closed")),
        _ => {}
    }
    let mut service = door.service();
    let half = fault == Some(Fault::Half);
    let answer = match fault {
        Some(Fault::Status(status)) => faults::of_status(status),
        Some(Fault::Garbage) => Answer::new(200, "text/html", "<html><body>It works!</body></html>"),
        Some(Fault::Redirect(host)) => Answer::new(307, "text/plain", "").with("location", host + uri.path()),
        Some(Fault::Fails(error)) => service.answer(&request, endpoint, Some(error), &door.endpoint),
        _ => service.answer(&request, endpoint, None, &door.endpoint),
    };
    let answer = match service.setup.date {
        Some(at) => answer.with("date", at.to_datetime().format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        None => answer,
    };
    service.limited += usize::from(answer.status == 429);
    service.seen[number].status = (!half).then_some(answer.status);
    drop(service);
    if !half {
        return answer.response();
    }
    let first = Bytes::copy_from_slice(&answer.body[..answer.body.len() / 2]);
    let broken = [Ok(first), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
    let whole = answer.body.len().to_string();
    let mut response = answer.with("content-length", whole).response();
    *response.body_mut() = Body::from_stream(stream::iter(broken));
    response
}

impl Request<'_> {
    fn endpoint(&self) -> Option<Endpoint> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        Some(match (self.method.as_str(), words.as_slice()) {
            ("GET", ["1", "auth"]) => Endpoint::Auth,
            ("GET", ["1", "datasets"]) => Endpoint::Datasets,
            ("GET", ["1", "columns", _]) => Endpoint::Columns,
            ("GET", ["1", "dataset_definitions", _]) => Endpoint::Definitions,
            ("POST", ["1", "queries", _]) => Endpoint::Queries,
            ("POST", ["1", "query_results", _]) => Endpoint::Results,
            ("GET", ["1", "query_results", _, _]) => Endpoint::Poll,
            ("POST", ["v1", "traces" | "logs"] | ["1", "events" | "batch", _]) => Endpoint::Ingest,
            _ => return None,
        })
    }

    fn key_name(&self) -> Option<String> {
        let pairs = self.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == "key_name").map(|(_, value)| unescaped(&value.replace('+', " ")))
    }

    fn seen(&self) -> Seen {
        let shown = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let value = match name.as_str() {
                "x-honeycomb-team" => Kind::of(&value).name().to_owned(),
                "authorization" => "redacted".to_owned(),
                _ => value.into_owned(),
            };
            (name.as_str().to_owned(), value)
        };
        Seen {
            method: self.method.to_string(),
            path: self.uri.path().to_owned(),
            query: self.uri.query().unwrap_or_default().to_owned(),
            headers: self.headers.iter().map(shown).collect(),
            body: serde_json::from_slice(self.body).unwrap_or_default(),
            status: None,
        }
    }
}

impl Service {
    /// Writes the request down, and says which one it is, what shall go wrong with it and how long it takes.
    fn receive(&mut self, request: &Request<'_>, endpoint: Option<Endpoint>) -> (usize, Option<Fault>, Duration) {
        let number = self.seen.len();
        self.seen.push(request.seen());
        (number, endpoint.and_then(|endpoint| self.plan.take(endpoint)), self.setup.latency)
    }

    fn answer(&mut self, request: &Request<'_>, endpoint: Option<Endpoint>, fails: Option<String>, here: &str) -> Answer {
        let answered = match endpoint {
            None => Err(Answer::not_found("Not found")),
            Some(Endpoint::Ingest) => self.take(request),
            Some(endpoint) => self.tell(request, endpoint, fails, here),
        };
        answered.unwrap_or_else(|refusal| refusal)
    }

    /// What is asked.
    fn tell(&mut self, request: &Request<'_>, endpoint: Endpoint, fails: Option<String>, here: &str) -> Result<Answer, Answer> {
        let Self { setup, archive, results, queries, limiter, .. } = self;
        let need = match endpoint {
            Endpoint::Auth | Endpoint::Ingest => Need::Any,
            Endpoint::Datasets if setup.listing_datasets_takes_permission => Need::Permission("createDatasets"),
            Endpoint::Datasets => Need::Configuration,
            Endpoint::Columns | Endpoint::Definitions => Need::Permission("columns"),
            Endpoint::Queries | Endpoint::Results | Endpoint::Poll => Need::Queries,
        };
        let key = keys::admit(request.headers, &request.uri.to_string(), need, setup)?;
        let scope = || archive.scope(&request.words[2], setup.classic);
        Ok(match endpoint {
            Endpoint::Auth | Endpoint::Ingest => Answer::json(200, &key.described()),
            Endpoint::Datasets => Answer::json(200, &archive.listed()),
            Endpoint::Columns => {
                let key_name = request.key_name();
                Answer::json(200, &archive.columns(&scope()?, key_name.as_deref(), setup.all_columns)?)
            }
            Endpoint::Definitions if request.words[2] == "__all__" => return Err(Answer::not_found("Dataset not found")),
            Endpoint::Definitions => Answer::json(200, &archive.definitions(&scope()?, setup)),
            Endpoint::Queries => queries.post(scope()?, request.body, archive, setup)?,
            Endpoint::Results => {
                let wanted = Wanted::parse(request.body, &scope()?, queries)?;
                let (most, window) = setup.rate;
                limiter
                    .take(request.arrived, most, window)
                    .map_err(|wait| rate::refusal(setup.limited_as, most, window, wait, Time((setup.clock)())))?;
                results.create(&wanted, fails, queries, archive, setup, here)
            }
            Endpoint::Poll => results.poll(&scope()?, &request.words[3])?,
        })
    }

    /// What is brought.
    fn take(&mut self, request: &Request<'_>) -> Result<Answer, Answer> {
        let key = keys::admit(request.headers, &request.uri.to_string(), Need::Any, &self.setup)?;
        let delivery = Delivery { headers: request.headers, body: request.body, now_ns: (self.setup.clock)() };
        let words: Vec<&str> = request.words.iter().map(String::as_str).collect();
        let (rows, answer) = match words.as_slice() {
            ["v1", "traces"] => delivery.traces()?,
            ["v1", "logs"] => delivery.logs()?,
            [_, "batch", dataset] => delivery.batch(dataset)?,
            [.., dataset] => delivery.event(dataset)?,
            [] => return Err(Answer::not_found("Not found")),
        };
        for row in &rows {
            intake::may_write(key, self.archive.has(&row.dataset))?;
        }
        for row in rows {
            self.archive.put(row);
        }
        Ok(answer)
    }
}

/// Without its `%20`.
fn unescaped(word: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = word.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, digit(0), digit(1)) {
            bytes.push((high << 4 | low) as u8);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
