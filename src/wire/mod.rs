//! Formats: bytes to model and back, without sockets.

pub mod batch;

pub use batch::{Batch, Format, Operation, Row};
