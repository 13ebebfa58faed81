//! OTLP, the protocol of `OpenTelemetry`: <https://opentelemetry.io/docs/specs/otlp/>.
//!
//! `fields` are those of a protobuf message, `walk` goes through a request without decoding it, `check` says what can be kept,
//! [`index`] turns a request into a batch, [`protobuf`] reads it back by `decode`, [`encode`](mod@encode) writes one; [`json`] is the
//! same in JSON, [`select`] takes some spans of a request, [`logs`] are log records, and [`response`] is what a receiver answers.

pub mod encode;
pub mod index;
pub mod json;
pub mod logs;
pub mod protobuf;
pub mod response;
pub mod select;

mod check;
mod decode;
mod fields;
mod group;
#[cfg(test)]
mod oracle;
mod walk;

pub use check::MAX_NESTING;
pub use encode::encode;
pub use json::{decode as decode_json, encode as encode_json};
