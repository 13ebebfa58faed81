//! TLS, the same everywhere: rustls with ring's cryptography.

use rustls::crypto::ring;

/// The beginning of an HTTP client.
pub(crate) fn http_client() -> reqwest::ClientBuilder {
    // The client looks for it here and panics where there is none. Whoever comes second finds the same one.
    ring::default_provider().install_default().ok();
    reqwest::Client::builder()
}
