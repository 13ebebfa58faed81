//! Which cryptography TLS is made of: the one place that says so.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};

/// ring's, as a value that is handed to whoever makes a configuration. Nothing is installed as the process's default: that can be done
/// only once, and the libraries that speak TLS for us do not look there first either.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
