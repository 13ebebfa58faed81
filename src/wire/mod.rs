//! Formats: bytes to model and back, without sockets.
//!
//! Reading order: [`batch`] (what passes between receiver, format and store), [`error`] (what can be wrong), [`otlp`], [`xray`],
//! and [`read`] (a stored batch back to spans).

pub mod batch;
pub mod error;
pub mod otlp;
pub mod read;
pub mod xray;

mod lenient;
mod text;

#[cfg(test)]
pub(crate) mod arbitrary;

pub use batch::{Batch, Format, Operation, Row};
pub use error::{Place, Refused, WireError};
pub use read::{read_all, read_trace};
