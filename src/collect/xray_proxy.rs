//! The TCP side of the X-Ray daemon: SDKs ask it which requests to sample.
//!
//! Without an answer they fall back to one request a second and five percent of the rest: of a hundred requests, eight would be
//! seen. The daemon passes these calls on to AWS (`GetSamplingRules`, `GetSamplingTargets` of the X-Ray API); here they are answered
//! by [`sampling`](super::sampling), and nothing leaves the machine, unless AWS was asked for by name. While that does not answer,
//! there is an error, and not a rule of our own: SDKs then sample by the rules that they have, as they do with the daemon.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use super::body::{self, Budget, Kept, Unread};
use super::counters::Counters;
use super::origin::{Origins, Verdict};
use super::sampling::{Announce, Book, RulesFile, Sampling};
use crate::backend::xray::{Passed, SamplingCall, SamplingCalls};
use crate::backend::{Remote, Trouble};
use crate::model::Time;

/// Bytes of a request: statistics of a hundred rules have some ten thousand.
const BODY: usize = 1024 * 1024;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// What all requests share.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) now: fn() -> Time,
    pub(super) body_time: Duration,
    pub(super) budget: Budget,
    pub(super) counters: Arc<Counters>,
    pub(super) announce: Announce,
    pub(super) decides: Decides,
}

/// Who knows the answers.
#[derive(Debug)]
pub(super) enum Decides {
    /// We do.
    Here(Arc<Mutex<Local>>),
    /// AWS does.
    Aws {
        calls: Arc<SamplingCalls>,
        /// Whether it did not answer last time: that is said when it begins.
        silent: AtomicBool,
    },
}

/// Our own rules, and where they come from if not from us.
#[derive(Debug)]
pub(super) struct Local {
    book: Book,
    file: Option<RulesFile>,
}

impl Decides {
    /// As it is configured.
    pub(super) fn new(sampling: Sampling, now: Time) -> Self {
        let (book, file) = match sampling {
            Sampling::All => (Book::of_everything(now), None),
            Sampling::File(file, rules) => (Book::new(rules, now), Some(file)),
            Sampling::Aws(calls) => return Self::Aws { calls, silent: AtomicBool::new(false) },
        };
        Self::Here(Arc::new(Mutex::new(Local { book, file })))
    }
}

/// The routes of the X-Ray port.
pub(super) fn routes(proxy: Proxy) -> Router {
    let shared = Arc::new(proxy);
    let rules = |state, request| answer(SamplingCall::Rules, state, request);
    let targets = |state, request| answer(SamplingCall::Targets, state, request);
    Router::new()
        .route("/GetSamplingRules", post(rules))
        .route("/SamplingTargets", post(targets))
        .method_not_allowed_fallback(unknown)
        .fallback(unknown)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), door))
        .with_state(shared)
}

async fn door(State(proxy): State<Arc<Proxy>>, request: Request, next: Next) -> Response {
    // No SDK that speaks this protocol runs in a browser.
    match Origins::default().judge(request.headers()) {
        Verdict::NoPage => next.run(request).await,
        Verdict::Allowed(_) | Verdict::Foreign => {
            proxy.counters.refused_origin.one();
            error(StatusCode::FORBIDDEN, "AccessDeniedException", "web pages have no business here")
        }
    }
}

async fn answer(call: SamplingCall, State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    proxy.counters.sampling_requests.one();
    let asked = match proxy.read(request.into_body()).await {
        Ok(asked) => asked,
        // SDKs go by the rules that they have, and ask again.
        Err(Unread::NoRoom) => {
            return error(StatusCode::TOO_MANY_REQUESTS, "ThrottledException", "too much is in flight: come back later");
        }
        Err(Unread::TooLarge | Unread::TooSlow | Unread::Broken) => {
            return bad_request("the body is too long or did not arrive whole");
        }
    };
    let local = match &proxy.decides {
        Decides::Here(local) => Arc::clone(local),
        Decides::Aws { calls, silent } => return proxy.passed_on(calls.pass_on(call, &asked).await, silent),
    };
    // Looking at the file may wait for a disk.
    let here = tokio::task::spawn_blocking(move || proxy.here(&local, call, &asked).map(|answer| answer.to_string()));
    match here.await {
        Ok(Ok(answer)) => ([(header::CONTENT_TYPE, "application/json")], answer).into_response(),
        Ok(Err(why)) => bad_request(&why),
        Err(_) => error(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", "the receiver made a mistake"),
    }
}

async fn unknown(request: Request) -> Response {
    let why = format!(
        "{} {} is not answered here: only POST /GetSamplingRules and /SamplingTargets are",
        request.method(),
        request.uri().path()
    );
    error(StatusCode::NOT_FOUND, "UnknownOperationException", &why)
}

impl Proxy {
    async fn read(&self, body: Body) -> Result<Vec<u8>, Unread> {
        let mut share = self.budget.enter().ok_or(Unread::NoRoom)?;
        let mut kept = Kept { bytes: Vec::with_capacity(body::expected(&body)), share: &mut share };
        body::read(body, BODY, self.body_time, &mut kept).await?;
        Ok(kept.bytes)
    }

    /// Our own answer. The body of a request for rules holds a paging token at most, and there is one page.
    fn here(&self, local: &Mutex<Local>, call: SamplingCall, asked: &[u8]) -> Result<Value, String> {
        let mut local = local.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.now)();
        match local.file.as_mut().and_then(RulesFile::changed) {
            Some(Ok(rules)) => {
                self.counters.sampling_rules_read.one();
                rules.warnings().iter().for_each(|warning| (self.announce.0)(warning));
                local.book.replace(rules, now);
            }
            Some(Err(error)) => {
                self.counters.sampling_rules_refused.one();
                let why = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
                (self.announce.0)(&format!("{error}{why}; those of before stay"));
            }
            None => {}
        }
        match call {
            SamplingCall::Rules => Ok(local.book.rules()),
            SamplingCall::Targets => local.book.targets(asked, now),
        }
    }

    /// AWS's answer, or that there is none.
    fn passed_on(&self, answer: Result<Passed, Remote>, silent: &AtomicBool) -> Response {
        let (response, why) = match answer {
            Ok(passed) => {
                let said = passed.error.clone().unwrap_or_default();
                // A request that makes no sense is the asker's own mistake.
                let why = (passed.status > 400).then(|| format!("HTTP {} {said}", passed.status).trim_end().to_owned());
                (as_it_came(passed), why)
            }
            Err(remote) => {
                let (status, kind) = match remote.kind {
                    Trouble::Timeout => (StatusCode::GATEWAY_TIMEOUT, "ServiceUnavailable"),
                    // What AWS says of the daemon's calls where that has no credentials.
                    Trouble::Unconfigured | Trouble::Credentials => {
                        (StatusCode::FORBIDDEN, "MissingAuthenticationTokenException")
                    }
                    _ => (StatusCode::BAD_GATEWAY, "ServiceUnavailable"),
                };
                (error(status, kind, &remote.message), Some(remote.to_string()))
            }
        };
        let was_silent = silent.swap(why.is_some(), Ordering::Relaxed);
        if let Some(why) = why {
            self.counters.sampling_unanswered.one();
            if !was_silent {
                (self.announce.0)(&format!(
                    "AWS X-Ray does not tell what to sample: {why}; SDKs sample by their own rules until it does"
                ));
            }
        }
        response
    }
}

fn as_it_came(passed: Passed) -> Response {
    let status = StatusCode::from_u16(passed.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], passed.body).into_response();
    if let Some(kind) = passed.error.and_then(|kind| HeaderValue::try_from(kind).ok()) {
        response.headers_mut().insert(ERROR_TYPE, kind);
    }
    response
}

fn bad_request(why: &str) -> Response {
    error(StatusCode::BAD_REQUEST, "InvalidRequestException", why)
}

/// An error as AWS services that speak JSON write it: its type in a header, for SDKs, and in the body.
fn error(status: StatusCode, kind: &'static str, why: &str) -> Response {
    let body = json!({ "__type": kind, "message": why }).to_string();
    (status, [(header::CONTENT_TYPE, "application/json"), (ERROR_TYPE, kind)], body).into_response()
}
