//! Flags, environment, file and defaults, resolved once.
