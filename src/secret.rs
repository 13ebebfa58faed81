//! Text that is never shown: an API key. [`KeyKind`] is all that is ever told of one.

mod key_kind;

use std::fmt;

pub use key_kind::KeyKind;
use memchr::memmem;

/// So many bytes has the shortest key that there is.
const SHORTEST: usize = 8;

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

    /// What a service has answered, with `…` wherever it repeats this: some refusals say what was sent, such as those of signatures
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>), and so do proxies and pages for debugging.
    /// What is shorter than any key may stand in every sentence, and stays.
    pub fn hidden_in(&self, answer: Vec<u8>) -> Vec<u8> {
        if self.0.len() < SHORTEST {
            return answer;
        }
        let mut hidden = Vec::new();
        let mut from = 0;
        for at in memmem::find_iter(&answer, &self.0) {
            hidden.extend_from_slice(&answer[from..at]);
            hidden.extend_from_slice("…".as_bytes());
            from = at + self.0.len();
        }
        if from == 0 {
            return answer;
        }
        hidden.extend_from_slice(&answer[from..]);
        hidden
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
    fn what_repeats_a_secret_is_told_without_it() {
        let secret = Secret::new("hunter2-hunter2");
        let hidden = |text: &str| String::from_utf8(secret.hidden_in(text.into())).unwrap();
        assert_eq!(hidden("hunter2-hunter2: unknown key hunter2-hunter2"), "…: unknown key …");
        assert_eq!(hidden("hunter2-hunter2hunter2-hunter2"), "……");
        assert_eq!((hidden("hunter2"), hidden("")), ("hunter2".to_owned(), String::new()));
        assert_eq!(Secret::new("").hidden_in(b"no key".to_vec()), b"no key");
        assert_eq!(Secret::new("key").hidden_in(b"no key".to_vec()), b"no key", "any sentence may have it");
    }

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
