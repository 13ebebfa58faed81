//! How the service says no to a query.

use serde_json::{Value as Json, json};

/// An answer that is not the one that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    /// Of HTTP.
    pub(crate) status: u16,
    /// `{"error": …}`, or a document of RFC 7807, which has a member `type`.
    pub(crate) body: Json,
}

/// What is wrong with a member, in the service's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Invalid,
    Missing,
    IncorrectType,
    AlreadyExists,
}

impl Problem {
    /// 422: what the schema, or what it says of a member, does not allow.
    pub(super) fn invalid(field: &str, code: Code, description: &str) -> Self {
        let code = match code {
            Code::Invalid => "invalid",
            Code::Missing => "missing",
            Code::IncorrectType => "incorrect_type",
            Code::AlreadyExists => "already_exists",
        };
        let body = json!({
            "status": 422,
            "type": "https://api.honeycomb.io/problems/validation-failed",
            "title": "The provided input is invalid.",
            "error": "The provided input is invalid.",
            "type_detail": [{ "field": field, "code": code, "description": description }],
        });
        Self { status: 422, body }
    }

    /// The short form.
    pub(super) fn short(status: u16, error: &str) -> Self {
        Self { status, body: json!({ "error": error }) }
    }

    /// What the service has and this does not, so that it is not taken for a refusal.
    pub(super) fn not_emulated(what: &str) -> Self {
        Self::short(501, &format!("not emulated: {what}"))
    }
}
