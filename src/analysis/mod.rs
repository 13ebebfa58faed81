//! What a trace means: pure functions over the model.

pub mod assertion;
