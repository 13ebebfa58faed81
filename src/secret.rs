//! Text that is never shown: an API key. [`KeyKind`] is all that is ever told of one.

mod key_kind;

use std::fmt;

pub use key_kind::KeyKind;

/// Text that must not be printed, logged or written down. Neither `{}` nor `{:?}` shows anything of it, and it cannot be serialised;
/// whoever really needs it has to ask for it by [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text; it is the caller's to leave no other copy where it could be shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the request that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_prints_shows_a_secret() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "its Debug reads it")]
        struct Holder {
            key: Option<Secret>,
        }
        let secret = Secret::new("hunter2");
        assert_eq!((format!("{secret}"), format!("{secret:?}")), ("…".to_owned(), "Secret(…)".to_owned()));
        let holder = format!("{:#?}", Holder { key: Some(secret.clone()) });
        assert!(!holder.contains("hunter") && holder.contains("Secret(…)"), "{holder}");
        assert_eq!(secret.expose(), "hunter2");
    }
}
