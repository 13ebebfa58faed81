//! The door in: the local receiver.

pub mod sink;

pub use sink::{Sink, SinkError};
