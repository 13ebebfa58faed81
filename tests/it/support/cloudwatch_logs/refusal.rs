//! How the service says no: 400, and a JSON body with its code.

use serde_json::{Value, json};

/// An answer that is not the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, code, message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new("MalformedQueryException", message)
    }

    pub(super) fn throttled() -> Self {
        Self::new("ThrottlingException", "Rate exceeded")
    }

    /// The service is not there, or has broken.
    pub(super) fn failed(status: u16) -> Self {
        Self { status, code: "ServiceUnavailableException", message: "The service cannot complete the request.".to_owned() }
    }

    pub(super) fn body(&self) -> Value {
        json!({ "__type": self.code, "message": self.message })
    }
}
