//! What a trace means: pure functions over the model.
