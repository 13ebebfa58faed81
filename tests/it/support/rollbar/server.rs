//! The door: who comes in, what happens to them, and what they are given.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use cruddur_trace::model::Time;
use futures_util::stream;
use serde_json::{Value, json};

use super::answer::Answer;
use super::faults::{self, Fault, Plan};
use super::project::Project;
use super::{POST, READ};

/// A request, as the service saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// `/api/1/instances/`
    pub(crate) path: String,
    /// What follows the `?`; empty where there is none.
    pub(crate) query: String,
    /// The token in its header.
    pub(crate) token: String,
}

/// What the service knows and what it was asked.
#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) project: Project,
    pub(super) plan: Plan,
    pub(super) seen: Vec<Seen>,
    /// What every answer says in its `Date`, where that is not the real time.
    pub(super) date: Option<Time>,
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
    let token = headers.get("x-rollbar-access-token").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
    let seen = Seen { method: method.to_string(), path, query, token };
    let fault = {
        let mut service = door.service();
        service.seen.push(seen.clone());
        service.plan.take()
    };
    let answer = match &fault {
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Status(status)) => {
            Answer::new(*status, "text/html", format!("<html><head><title>{status}</title></head></html>"))
        }
        Some(Fault::Refuses(status, message)) => Answer::refusal(*status, message),
        Some(Fault::Err(message)) => Answer::refusal(200, message),
        Some(Fault::Garbage) => Answer::new(200, "text/html", "<html><body>It works!</body></html>"),
        Some(Fault::Shape(json)) => Answer::new(200, "application/json", json.clone()),
        Some(Fault::Redirect(host)) => Answer::new(302, "text/plain", "").with("location", format!("{host}{uri}")),
        Some(Fault::Limited(form, seconds)) => faults::limited(*form, *seconds),
        Some(Fault::Half | Fault::Endless) | None => door.service().answer(&seen, &body).unwrap_or_else(|refusal| refusal),
    };
    let answer = match door.service().date {
        Some(at) => answer.with("date", at.to_datetime().format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        None => answer,
    };
    match fault {
        Some(Fault::Half) => {
            let first = Bytes::copy_from_slice(&answer.body[..answer.body.len() / 2]);
            let broken = [Ok(first), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
            let whole = answer.body.len().to_string();
            let mut response = answer.with("content-length", whole).response();
            *response.body_mut() = Body::from_stream(stream::iter(broken));
            response
        }
        Some(Fault::Endless) => {
            let mut response = answer.response();
            let blanks = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 1 << 14])));
            *response.body_mut() = Body::from_stream(blanks);
            response
        }
        _ => answer.response(),
    }
}

impl Service {
    fn answer(&mut self, seen: &Seen, body: &[u8]) -> Result<Answer, Answer> {
        let words: Vec<&str> = seen.path.split('/').filter(|word| !word.is_empty()).collect();
        let ["api", "1", words @ ..] = words.as_slice() else { return Err(Answer::not_found("Page")) };
        // Each scope is of its own: <https://docs.rollbar.com/reference/getting-started-1>.
        match (seen.token.as_str(), seen.method.as_str()) {
            ("", _) => return Err(Answer::refusal(401, "no access token was found in the header")),
            (READ, "GET") | (POST, "POST") => {}
            (READ | POST, _) => {
                return Err(Answer::refusal(403, "insufficient privileges: the scope of the token does not allow this"));
            }
            _ => return Err(Answer::refusal(401, "invalid access token")),
        }
        let query: Vec<(String, String)> = seen
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.replace("%2C", ",")))
            .collect();
        let project = &mut self.project;
        match (seen.method.as_str(), words) {
            ("POST", ["item"]) => post(project, body),
            ("GET", ["instances"]) => Ok(project.instances(page(&query)?)),
            ("GET", ["instance", id]) => project.one(id),
            ("GET", ["items"]) => Ok(project.items(page(&query)?, &query)),
            ("GET", ["item", id]) => project.item(id).map(|item| Answer::result(&json!(item))),
            ("GET", ["item", id, "instances"]) => project.instances_of(id, page(&query)?),
            ("GET", ["item_by_counter", counter]) => project.item_by_counter(counter, &seen.token),
            _ => Err(Answer::not_found("Page")),
        }
    }
}

/// Pages are numbered from 1.
fn page(query: &[(String, String)]) -> Result<usize, Answer> {
    let given = query.iter().find(|(name, _)| name == "page").map_or("1", |(_, value)| value);
    given.parse().ok().filter(|page| *page > 0).ok_or_else(|| Answer::refusal(422, "page must be a positive number"))
}

/// <https://docs.rollbar.com/reference/create-item>
fn post(project: &mut Project, body: &[u8]) -> Result<Answer, Answer> {
    let sent: Value = serde_json::from_slice(body).map_err(|_| Answer::refusal(400, "the body is no JSON"))?;
    let data = &sent["data"];
    if !data["environment"].is_string() || !data["body"].is_object() {
        return Err(Answer::refusal(422, "data.environment and data.body are required"));
    }
    let second = data["timestamp"].as_f64().ok_or_else(|| Answer::refusal(422, "this double keeps no time of its own"))?;
    project.report(second as u64, data);
    Ok(Answer::result(&json!({"id": null, "uuid": data["uuid"]})))
}
