//! Who may send, where that is not everybody: whoever knows the token, as `Authorization: Bearer …` (RFC 6750, 2.1).

use axum::http::header::{self, HeaderMap};
use subtle::ConstantTimeEq as _;

use crate::secret::Secret;

/// What a refused request is answered in `WWW-Authenticate` (RFC 6750, 3).
pub(super) const CHALLENGE: &str = "Bearer realm=\"cruddur-trace\"";

/// Decides who may send. The same for every protocol whose requests have headers.
#[derive(Debug, Clone, Default)]
pub(super) struct Access(Option<Secret>);

impl Access {
    /// `None`: everybody.
    pub(super) fn new(token: Option<Secret>) -> Self {
        Self(token)
    }

    /// Whether a request with these headers may come in. How long that takes does not depend on how much of a wrong token is right.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.0 else { return true };
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return false };
        let (scheme, given) = match value.as_bytes().split_at_checked("Bearer ".len()) {
            Some((scheme, given)) => (scheme, given.trim_ascii()),
            None => return false,
        };
        scheme.eq_ignore_ascii_case(b"Bearer ") && bool::from(given.ct_eq(token.expose().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn admits(values: &[&'static str]) -> bool {
        let headers = values.iter().map(|value| (header::AUTHORIZATION, HeaderValue::from_static(value))).collect();
        Access::new(Some(Secret::new("s3cret"))).admits(&headers)
    }

    #[test]
    fn without_a_token_everybody_may_come_in() {
        assert!(Access::default().admits(&HeaderMap::new()));
    }

    #[test]
    fn only_the_whole_token_lets_in() {
        for value in ["Bearer s3cret", "bearer s3cret", "BEARER  s3cret "] {
            assert!(admits(&[value]), "{value}");
        }
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "s3cret",
            "Bearer s3cre",
            "Bearer s3cret2",
            "Bearer S3CRET",
            "Basic s3cret",
            "Bearers3cret",
        ] {
            assert!(!admits(&[value]), "{value}");
        }
        assert!(!admits(&[]));
        assert!(!admits(&["Bearer s3cret", "Bearer other"]), "two of them say two things");
    }
}
