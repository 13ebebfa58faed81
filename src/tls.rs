//! TLS, the same everywhere: rustls with ring's cryptography.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};

/// The cryptography of every connection.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The beginning of an HTTP client.
#[expect(clippy::disallowed_methods, reason = "this is what is used instead")]
pub fn http_client() -> reqwest::ClientBuilder {
    // The client looks for it here and panics where there is none. Whoever comes second finds the same one.
    ring::default_provider().install_default().ok();
    reqwest::Client::builder()
}
