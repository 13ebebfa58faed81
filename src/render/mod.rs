//! How it looks: pure functions from values to text.
