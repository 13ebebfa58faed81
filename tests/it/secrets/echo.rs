//! A service that takes nothing, and repeats in its refusal all that came in the headers: what a proxy, a debug page or a careless service
//! may do with a key.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde_json::json;

use crate::support::serving::Serving;

/// How it refuses, one after the other.
const STATUSES: [u16; 8] = [401, 403, 400, 404, 500, 429, 200, 302];

#[derive(Debug, Default)]
struct Shared {
    /// What came in the headers.
    seen: Mutex<Vec<String>>,
    status: Mutex<Option<u16>>,
}

/// A running service. It ends, with all connections to it, when this is dropped.
#[derive(Debug)]
pub(super) struct Echo {
    serving: Serving,
    shared: Arc<Shared>,
}

impl Echo {
    pub(super) fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let router = Router::new().fallback(refuse).with_state(Arc::clone(&shared));
        Self { serving: Serving::start(|_| router), shared }
    }

    pub(super) fn endpoint(&self) -> String {
        format!("http://{}", self.serving.address())
    }

    /// From now on, it refuses so.
    pub(super) fn turn(&self, nth: usize) {
        let status = STATUSES[nth % STATUSES.len()];
        *self.shared.status.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
    }

    /// Whether this came in a header.
    pub(super) fn has_seen(&self, text: &str) -> bool {
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|seen| seen.contains(text))
    }
}

async fn refuse(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap) -> Response {
    let values = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        // Of `Bearer …`, what is meant by it.
        format!("{name}: {value} ({})", value.rsplit(' ').next().unwrap_or_default())
    });
    let all = values.collect::<Vec<_>>().join(", ");
    shared.seen.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{uri} {all}"));
    let status = shared.status.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(STATUSES[0]);
    // The shapes of all that are asked, in one: Honeycomb's, RFC 7807's, AWS's, Rollbar's, and a status of gRPC.
    let body = json!({
        "error": all, "title": all, "detail": all, "type_detail": [{"field": all, "code": all, "description": all}],
        "__type": "AccessDeniedException", "message": all, "Message": all,
        "err": 1, "result": all, "id": all, "type": all, "code": 7,
        "Traces": all, "events": all, "NextToken": all,
    });
    let mut response = Response::builder().status(status).header("content-type", "application/json");
    if status == 302 {
        let blank = |c: char| !c.is_ascii_alphanumeric();
        response = response.header("location", format!("http://127.0.0.1:1/{0}?{0}", all.replace(blank, "-")));
    }
    response.body(Body::from(body.to_string())).expect("the answer is well formed")
}
