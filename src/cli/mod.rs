//! What the user typed: clap, and nothing else.
