//! OTLP, the protocol of `OpenTelemetry`: <https://opentelemetry.io/docs/specs/otlp/>.
//!
//! [`check`] says which spans can be kept, [`index`] turns a request into a batch, [`protobuf`] reads it back, [`encode`]
//! writes one.

pub mod encode;
pub mod index;
pub mod protobuf;

mod check;

pub use check::MAX_NESTING;
pub use encode::encode;
