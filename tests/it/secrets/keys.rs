//! Keys that are planted, each of its own, and a sieve in which every one of them is caught, whole or in part.

use std::collections::HashMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use cruddur_trace::model::id::hex;

use crate::support::rollbar::READ;

/// Where a home has its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In variables.
    Variables,
    /// In files that the configuration names.
    Files,
    /// Printed by commands that the configuration names.
    Commands,
    /// The key of Honeycomb only in the headers that OpenTelemetry's SDKs send.
    Headers,
}

pub(super) const PLACES: [Place; 4] = [Place::Variables, Place::Files, Place::Commands, Place::Headers];

/// What one home knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys {
    pub(super) honeycomb: &'static str,
    pub(super) rollbar: &'static str,
    /// What senders have to bring to the receiver.
    pub(super) receiver: &'static str,
    /// With which it sends on, in `Authorization: Bearer …`.
    pub(super) forward: &'static str,
}

impl Place {
    pub(super) fn keys(self) -> Keys {
        match self {
            Self::Variables => Keys {
                honeycomb: "vcqxS34MYKHu7FOZ4mlLrE",
                rollbar: "BpJyFNngrX2GcbvIPzaYYKQk73d4hXNp",
                receiver: "dlMB9wJWoC07qC00SZziUkhS0FdkHd8z",
                forward: "eLHJlNWQm01vc83caSfgjKXWwJb54BJP",
            },
            Self::Files => Keys {
                honeycomb: "oTz8Okb2mIMjK3qrtBQMKz",
                rollbar: "1xNIHsFpSSX9cftEr0WMmY1SkadiEarJ",
                receiver: "HJdzyxFFN4cVwCt0YVo83AG0F6d50Pn0",
                forward: "1706YWKGaNVrubb4MVmTuyHsXJdXnVl3",
            },
            Self::Commands => Keys {
                honeycomb: "KnYhVAOsZP87SNlnAO4O6K",
                rollbar: "TqEsqwHZz0ljiuDov02MWlJX4yfduzZn",
                receiver: "lnIOOwzaNdbVBXOUtqQkn3nvvBgSc5vQ",
                forward: "NHd1PwN0v8LVQW4wubkggayCANEr5ako",
            },
            Self::Headers => Keys {
                honeycomb: "c3yl24JAtLLnlQt8VlbvwD",
                rollbar: READ,
                receiver: "k8Wq3ZtUyB5nEvR7mXcS1dLhGfPoJ2aT",
                forward: "Y6rTq9WnX2bKc4VzM8sLd1PfHgJ3uEoA",
            },
        }
    }
}

/// Of all homes.
pub(super) const AWS_SECRET: &str = "GIPjINtlUZWRJIta0UN1vjMrWZ2dWPJZ2xDYAZov";
pub(super) const AWS_SESSION: &str = "GZLP5EqpXvlS8OXLAFc53Fs5uPwh3r5Uvrcf13N2GtMiFBaaxjIug8ENyVQTxViY";
/// Another header beside the key of Honeycomb.
pub(super) const BESIDE: &str = "xiGRBPLc48HVO4pjWjmn35SLcDTeWtZd";
/// What somebody brings to the receiver that is not its token, and may well be another's.
pub(super) const STRANGER: &str = "caSRWbja8UKzc7gAsmdP3XY2OO1e8Vyt";
/// Within the file of a private key for TLS.
pub(super) const TLS: &str = "25pUmQ6KEHV5qBdQ7wyuQEadBSeFF5EEuZt1yzbCisvq6Pxl";

/// All of them.
fn all() -> Vec<&'static str> {
    let of_places = PLACES.into_iter().map(Place::keys);
    let mut all: Vec<_> = of_places.flat_map(|keys| [keys.honeycomb, keys.rollbar, keys.receiver, keys.forward]).collect();
    all.extend([AWS_SECRET, AWS_SESSION, BESIDE, STRANGER, TLS]);
    all
}

/// So many bytes of a key, as it stands or in another form, are a key that is shown. Fewer may be a coincidence.
const PART: usize = 10;

/// Catches keys.
pub(super) struct Sieve {
    /// The key and the form of which a part is one.
    parts: HashMap<[u8; PART], (&'static str, &'static str)>,
}

impl Sieve {
    pub(super) fn new() -> Self {
        let mut parts = HashMap::new();
        for key in all() {
            for (form, text) in forms(key) {
                for part in text.as_bytes().windows(PART) {
                    parts.insert(part.try_into().expect("it is as long"), (key, form));
                }
            }
        }
        Self { parts }
    }

    /// A key in these bytes, and what is around it.
    pub(super) fn caught(&self, bytes: &[u8]) -> Option<String> {
        bytes.windows(PART).enumerate().find_map(|(at, part)| {
            let (key, form) = self.parts.get(part)?;
            let around = &bytes[at.saturating_sub(120)..bytes.len().min(at + 120)];
            Some(format!("the key {key} {form} in: …{}…", String::from_utf8_lossy(around)))
        })
    }

    /// No key is in anything that a folder has, but for the files that were put there.
    #[track_caller]
    pub(super) fn assert_folder(&self, folder: &Path, but: &[&str]) {
        for entry in std::fs::read_dir(folder).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if but.contains(&name.as_str()) {
                continue;
            }
            let told = self.caught(name.as_bytes());
            assert_eq!(told, None, "the name of {}", path.display());
            if path.is_dir() {
                self.assert_folder(&path, but);
            } else if path.is_file() {
                let told = self.caught(&std::fs::read(&path).expect("it can be read"));
                assert_eq!(told, None, "{}", path.display());
            }
        }
    }
}

/// A key as it may be written.
fn forms(key: &str) -> Vec<(&'static str, String)> {
    let hex = hex(key.as_bytes());
    let mut forms = vec![
        ("as it is", key.to_owned()),
        ("in small letters", key.to_ascii_lowercase()),
        ("in capitals", key.to_ascii_uppercase()),
        ("in hex", hex.to_ascii_uppercase()),
        ("in hex", hex),
    ];
    // What stands before it shifts it within the groups of base64: of those, the whole ones are kept.
    for before in 0..3 {
        let shifted = ["x".repeat(before), key.to_owned()].concat();
        for text in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            let from = (before * 8).div_ceil(6);
            let until = shifted.len() * 8 / 6;
            forms.push(("in base64", text[from..until].to_owned()));
        }
    }
    forms
}

#[test]
fn keys_are_caught_in_every_form_and_other_text_is_not() {
    let sieve = Sieve::new();
    let key = Place::Files.keys().honeycomb;
    let encoded = |text: String| STANDARD_NO_PAD.encode(text);
    for text in [
        format!("x-honeycomb-team: {key}"),
        format!("the key ends with {}", &key[key.len() - PART..]),
        format!("http://a/?key={}", key.to_lowercase()),
        encoded(format!("user:{key}")),
        encoded(format!("me:{key}:")),
        encoded(format!("a{key}")),
        hex(key.as_bytes()),
    ] {
        assert!(sieve.caught(format!("some text {text} more text").as_bytes()).is_some(), "{text}");
    }
    for text in ["", "x-honeycomb-team: …", &key[..PART - 1], "0123456789abcdef0123456789abcdef"] {
        assert_eq!(sieve.caught(text.as_bytes()), None);
    }
}
