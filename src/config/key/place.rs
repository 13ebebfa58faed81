//! A file in which a secret is, as it is set.

use std::path::PathBuf;

use crate::config::setting::Setting;

/// The path of a file that holds a secret; `None` where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct KeyFile(pub(super) Option<PathBuf>);

impl Setting for KeyFile {
    fn read(text: &str) -> Result<Self, String> {
        if looks_like_a_secret(text) {
            return Err(
                "expected the path of a file, and this looks like the key itself; if it is a file, write `./` before it"
                    .to_owned(),
            );
        }
        Ok(Self(Some(PathBuf::from(text)).filter(|_| !text.is_empty())))
    }

    fn show(&self) -> String {
        self.0.as_ref().map_or_else(String::new, |path| path.display().to_string())
    }

    fn quoted(text: &str) -> String {
        if looks_like_a_secret(text) { "…".to_owned() } else { text.to_owned() }
    }
}

/// Whether a word is what keys are: long, of letters and digits, and with nothing that paths have.
pub(super) fn looks_like_a_secret(word: &str) -> bool {
    let has = |what: fn(&char) -> bool| word.chars().any(|c| what(&c));
    word.len() >= 20
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic)
}
