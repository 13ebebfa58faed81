//! What goes back: `{"err": 0, "result": …}` or `{"err": 1, "message": …}`.

use axum::body::Body;
use axum::response::Response;
use serde_json::{Value, json};

/// An answer before it is sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    kind: &'static str,
    headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, kind, headers: Vec::new(), body: body.into() }
    }

    pub(super) fn result(result: &Value) -> Self {
        Self::new(200, "application/json", json!({"err": 0, "result": result}).to_string())
    }

    pub(super) fn refusal(status: u16, message: &str) -> Self {
        Self::new(status, "application/json", json!({"err": 1, "message": message}).to_string())
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::refusal(404, &format!("{what} not found"))
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) fn response(self) -> Response {
        let mut response = Response::builder().status(self.status).header("content-type", self.kind);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(Body::from(self.body)).unwrap_or_default()
    }
}
