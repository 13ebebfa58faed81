//! The TCP side of the X-Ray daemon: SDKs ask it which requests to sample, and are told to sample every one.
//!
//! Without an answer they fall back to one request a second and five percent of the rest: of a hundred requests, eight would be
//! seen. The daemon passes these calls on to AWS (`GetSamplingRules`, `GetSamplingTargets` of the X-Ray API); here nothing leaves
//! the machine.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderName};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{self, Budget, Dropped, Kept};
use super::counters::Counters;
use super::origin::{Origins, Verdict};
use crate::model::Time;

/// Bytes of a request: statistics of a hundred rules have some ten thousand.
const BODY: usize = 1024 * 1024;

/// When the rule was last changed, in epoch seconds: always the same, so that no SDK fetches it again for that.
const MODIFIED: f64 = 1_700_000_000.0;

/// For how long a target holds, in seconds.
const TARGET_TTL: u64 = 60;

/// What all requests share.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) now: fn() -> Time,
    pub(super) body_time: Duration,
    pub(super) budget: Budget,
    pub(super) counters: Arc<Counters>,
}

/// The routes of the X-Ray port.
pub(super) fn routes(proxy: Proxy) -> Router {
    let shared = Arc::new(proxy);
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

async fn rules(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    proxy.counters.sampling_requests.one();
    // The body holds a paging token at most.
    if body::read(request.into_body(), BODY, proxy.body_time, &mut Dropped).await.is_err() {
        return bad_request("the body is too long or did not arrive whole");
    }
    answer(&json!({
        "SamplingRuleRecords": [{
            "SamplingRule": {
                "RuleName": "Default",
                "RuleARN": "arn:aws:xray:us-east-1:000000000000:sampling-rule/Default",
                "ResourceARN": "*",
                "Priority": 10_000,
                "FixedRate": 1.0,
                "ReservoirSize": 1,
                "ServiceName": "*",
                "ServiceType": "*",
                "Host": "*",
                "HTTPMethod": "*",
                "URLPath": "*",
                "Version": 1,
                "Attributes": {},
            },
            "CreatedAt": 0.0,
            "ModifiedAt": MODIFIED,
        }],
    }))
}

/// A `SamplingTargets` request, as far as it matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Targets {
    #[serde(default)]
    sampling_statistics_documents: Vec<Statistics>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statistics {
    rule_name: String,
}

async fn targets(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    proxy.counters.sampling_requests.one();
    let Some(asked) = proxy.read(request.into_body()).await else {
        return bad_request("the body is too long or did not arrive whole");
    };
    // The parser by itself does not look at the texts that it skips.
    let asked = std::str::from_utf8(&asked).map_err(|error| error.to_string());
    let asked: Targets = match asked.and_then(|text| serde_json::from_str(text).map_err(|error| error.to_string())) {
        Ok(asked) => asked,
        Err(error) => return bad_request(&format!("no SamplingTargets request: {error}")),
    };
    let until = (proxy.now)().0 / 1_000_000_000 + TARGET_TTL;
    let names: BTreeSet<String> = asked.sampling_statistics_documents.into_iter().map(|each| each.rule_name).collect();
    let targets: Vec<Value> = names
        .into_iter()
        .map(|name| {
            json!({
                "RuleName": name,
                "FixedRate": 1.0,
                "ReservoirQuota": 100,
                // As a decimal number: SDKs read it as a timestamp.
                "ReservoirQuotaTTL": until as f64,
                "Interval": 10,
            })
        })
        .collect();
    answer(&json!({ "SamplingTargetDocuments": targets, "LastRuleModification": MODIFIED, "UnprocessedStatistics": [] }))
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
    async fn read(&self, body: Body) -> Option<Vec<u8>> {
        let mut share = self.budget.enter()?;
        let mut kept = Kept { bytes: Vec::with_capacity(body::expected(&body)), share: &mut share };
        body::read(body, BODY, self.body_time, &mut kept).await.ok()?;
        Some(kept.bytes)
    }
}

fn answer(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn bad_request(why: &str) -> Response {
    error(StatusCode::BAD_REQUEST, "InvalidRequestException", why)
}

/// An error as AWS services that speak JSON write it: its type in a header, for SDKs, and in the body.
fn error(status: StatusCode, kind: &'static str, why: &str) -> Response {
    const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
    let body = json!({ "__type": kind, "message": why }).to_string();
    (status, [(header::CONTENT_TYPE, "application/json"), (ERROR_TYPE, kind)], body).into_response()
}
