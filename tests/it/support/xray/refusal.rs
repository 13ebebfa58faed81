//! How the service says no: a status, a code in `x-amzn-errortype`, and a JSON body.

use serde_json::{Value, json};

/// An answer that is not the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// The request is missing required parameters or has invalid parameters.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidRequestException", message)
    }

    /// The body is not what the model says.
    pub(super) fn serialization(message: impl Into<String>) -> Self {
        Self::new(400, "SerializationException", message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "ResourceNotFoundException", message)
    }

    pub(super) fn throttled() -> Self {
        Self::new(429, "ThrottledException", "Rate exceeded")
    }

    /// The front end, before anything looks at the operation.
    pub(super) fn unknown_operation() -> Self {
        Self::new(404, "UnknownOperationException", "")
    }

    /// Whether the exception is one that X-Ray's model names. Those spell their member `Message`, the front end's `message`.
    fn is_modelled(&self) -> bool {
        matches!(self.code, "InvalidRequestException" | "ThrottledException" | "ResourceNotFoundException")
    }

    /// What stands in `x-amzn-errortype`. The front end's own exceptions carry an address behind a colon.
    pub(super) fn header(&self) -> String {
        if self.is_modelled() {
            self.code.to_owned()
        } else {
            format!("{}:http://internal.amazon.com/coral/com.amazon.coral.service/", self.code)
        }
    }

    pub(super) fn body(&self) -> Value {
        let member = if self.is_modelled() { "Message" } else { "message" };
        json!({ "__type": self.code, member: self.message })
    }
}
