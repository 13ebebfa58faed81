//! What goes back, in the forms in which the API says no: <https://docs.honeycomb.io/api/errors/>.

use axum::body::Body;
use axum::response::Response;
use serde_json::{Value, json};

use super::spec::Problem;

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

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// The older form: `{"error": …}`.
    pub(super) fn error(status: u16, error: &str) -> Self {
        Self::json(status, &json!({"error": error}))
    }

    /// RFC 7807.
    pub(super) fn problem(status: u16, kind: &str, title: &str, detail: &str) -> Self {
        let kind = format!("https://api.honeycomb.io/problems/{kind}");
        Self::described(status, &json!({"status": status, "type": kind, "title": title, "error": detail, "detail": detail}))
    }

    /// RFC 7807, of input that is wrong in one field. Codes: `invalid`, `missing`, `incorrect_type`, `already_exists`.
    pub(super) fn invalid(field: &str, code: &str, why: &str) -> Self {
        let body = json!({
            "status": 422,
            "type": "https://api.honeycomb.io/problems/validation-failed",
            "title": "The provided input is invalid.",
            "error": "The provided input is invalid.",
            "type_detail": [{"field": field, "code": code, "description": format!("{field}: {why}")}],
        });
        Self::described(422, &body)
    }

    pub(super) fn unknown_key() -> Self {
        Self::error(401, "unknown API key - check your credentials")
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::problem(404, "not-found", "The requested resource cannot be found.", what)
    }

    pub(super) fn malformed() -> Self {
        Self::error(400, "request body is malformed and cannot be read as JSON")
    }

    pub(super) fn too_large(most: usize) -> Self {
        let detail = format!("Body size is larger than maximum size of {most} bytes");
        Self::problem(413, "request-body-too-large", "The request body is too large.", &detail)
    }

    fn described(status: u16, body: &Value) -> Self {
        Self::new(status, "application/problem+json", body.to_string())
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
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

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        if problem.body.get("type").is_some() {
            Self::described(problem.status, &problem.body)
        } else {
            Self::json(problem.status, &problem.body)
        }
    }
}
