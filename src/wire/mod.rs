//! Formats: bytes to model and back, without sockets.
