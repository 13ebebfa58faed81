//! Formats: bytes to model and back, without sockets.
//!
//! Reading order: [`batch`] (what passes between receiver, format and store), [`error`] (what can be wrong), [`otlp`], [`xray`],
//! [`jaeger`], [`zipkin`], [`honeycomb`] (rows of query results), [`rollbar`] (errors), [`read`] (a stored batch back
//! to spans) and [`sniff`] (a file of any of them).

pub mod batch;
pub mod error;
pub mod honeycomb;
pub mod jaeger;
pub mod log_text;
pub mod otlp;
pub mod read;
pub mod rollbar;
pub mod sniff;
pub mod xray;
pub mod zipkin;

mod lenient;
mod mend;
mod short_id;
mod text;

#[cfg(test)]
pub(crate) mod arbitrary;

pub use batch::{Batch, Format, Operation, Row};
pub use error::{Place, Refused, WireError};
pub use read::{Records, Take, read_all, read_some};
pub use sniff::{Parsed, read_any};
