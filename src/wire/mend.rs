//! What senders write into JSON that JSON does not have, put right so that one odd value does not cost a whole request.
//!
//! `JSON.stringify` writes half of a surrogate pair as `\ud83d` where a text was cut within a character (ECMA-262, 25.5.2.3), Python's
//! `json` writes bare `NaN` and `Infinity`, and others write numbers beyond the range of a double. All else that is wrong stays wrong.

use std::fmt;

use super::error::WireError;

/// A text that has been put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mended {
    /// The JSON.
    pub(super) json: Vec<u8>,
    /// How many halves of surrogate pairs became U+FFFD.
    halves: usize,
    /// How many numbers that JSON does not have became texts.
    numbers: usize,
}

impl fmt::Display for Mended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = [
            (self.halves, "halves of characters (surrogates) in texts were replaced by U+FFFD"),
            (self.numbers, "numbers that JSON does not have (NaN, Infinity, or beyond a double) were read as text"),
        ];
        let said: Vec<_> = said.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        f.write_str(&said.join("; "))
    }
}

/// Reads a text; where that fails because of what can be put right, reads it so, and notes what was done. The error is of the text as it
/// came.
pub(super) fn read<T>(
    json: &[u8],
    read: impl Fn(&[u8]) -> Result<T, WireError>,
    note: impl FnOnce(&mut T, String),
) -> Result<T, WireError> {
    read(json).or_else(|error| {
        let mended = mend(json).ok_or_else(|| error.clone())?;
        let mut out = read(&mended.json).map_err(|_| error)?;
        note(&mut out, mended.to_string());
        Ok(out)
    })
}

/// The text with these put right; `None` where there are none of them.
pub(super) fn mend(json: &[u8]) -> Option<Mended> {
    let mut mended = Mended { json: Vec::with_capacity(json.len() + 64), halves: 0, numbers: 0 };
    let mut rest = json;
    while let Some(&byte) = rest.first() {
        let length = match byte {
            b'"' => mended.text(rest),
            b'-' | b'0'..=b'9' | b'N' | b'I' => mended.number(rest),
            _ => mended.take(&rest[..1]),
        };
        rest = &rest[length..];
    }
    (mended.halves + mended.numbers > 0).then_some(mended)
}

impl Mended {
    fn take(&mut self, bytes: &[u8]) -> usize {
        self.json.extend_from_slice(bytes);
        bytes.len()
    }

    /// A text with its quotes, as far as there is one. Answers how long it was.
    fn text(&mut self, json: &[u8]) -> usize {
        let mut at = self.take(&json[..1]);
        while let Some(&byte) = json.get(at) {
            match (byte, json.get(at + 1)) {
                (b'"', _) => return at + self.take(&json[at..=at]),
                (b'\\', Some(b'u')) => match (unit(&json[at..]), unit(json.get(at + 6..).unwrap_or_default())) {
                    (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => at += self.take(&json[at..at + 12]),
                    (Some(0xd800..0xe000), _) => {
                        self.halves += 1;
                        self.take(br"\ufffd");
                        at += 6;
                    }
                    _ => at += self.take(&json[at..at + 2]),
                },
                (b'\\', Some(_)) => at += self.take(&json[at..at + 2]),
                _ => at += self.take(&json[at..=at]),
            }
        }
        at
    }

    /// A word that may be a number. Answers how long it was.
    fn number(&mut self, json: &[u8]) -> usize {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let length = json.iter().position(|byte| !is_part(byte)).unwrap_or(json.len());
        let word = &json[..length];
        if matches!(word, b"NaN" | b"Infinity" | b"-Infinity") || is_beyond(word) {
            self.numbers += 1;
            self.take(b"\"");
            self.take(word);
            self.take(b"\"");
        } else {
            self.take(word);
        }
        length
    }
}

/// The code unit of an escape `\u` and four digits.
fn unit(json: &[u8]) -> Option<u32> {
    let digits = json.strip_prefix(br"\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, byte| Some(unit << 4 | char::from(*byte).to_digit(16)?))
}

/// Whether a word is a number as JSON writes it, and larger than a double can be.
fn is_beyond(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    let padded = matches!(digits, [b'0', b'0'..=b'9', ..]);
    let ends = digits.first().is_some_and(u8::is_ascii_digit) && word.last().is_some_and(u8::is_ascii_digit);
    let point = digits.windows(2).all(|pair| pair[0] != b'.' || pair[1].is_ascii_digit());
    let known = digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    let number = || std::str::from_utf8(word).ok()?.parse::<f64>().ok();
    !padded && ends && point && known && number().is_some_and(f64::is_infinite)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mended(json: &str) -> Option<(String, String)> {
        mend(json.as_bytes()).map(|mended| (String::from_utf8(mended.json.clone()).unwrap(), mended.to_string()))
    }

    #[test]
    fn halves_of_characters_are_replaced_and_whole_ones_are_not() {
        let (json, said) = mended(r#"["\ud83d", "\ude00\ud83d\ude00", "\ud83dx", "\ud83d\ud83d\ude00", "\\ud83d"]"#).unwrap();
        assert_eq!(json, r#"["\ufffd", "\ufffd\ud83d\ude00", "\ufffdx", "\ufffd\ud83d\ude00", "\\ud83d"]"#);
        assert_eq!(said, "4 halves of characters (surrogates) in texts were replaced by U+FFFD");
    }

    #[test]
    fn numbers_that_json_does_not_have_become_text() {
        let (json, said) =
            mended(r#"{"NaN": NaN, "a": [-Infinity,Infinity], "b": 1e999, "c": -2.5E+400, "d": "1e999"}"#).unwrap();
        assert_eq!(json, r#"{"NaN": "NaN", "a": ["-Infinity","Infinity"], "b": "1e999", "c": "-2.5E+400", "d": "1e999"}"#);
        assert_eq!(said, "5 numbers that JSON does not have (NaN, Infinity, or beyond a double) were read as text");
    }

    #[test]
    fn what_is_broken_otherwise_is_left_alone() {
        for json in [
            "",
            "{",
            "\"",
            "\"\\",
            "\"\\u",
            "\"\\ud8",
            "[nan, inf, 01e999, 1.e999, 1e, --1, Nan, 1e99x]",
            r#"["a\u00e9"]"#,
            "-",
        ] {
            assert_eq!(mended(json), None, "{json}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_json_stays_as_it_is(text: String, double: f64, int: i64, bytes: Vec<u8>) {
            let json = serde_json::json!([text, double, {"k": int}]).to_string();
            prop_assert_eq!(mend(json.as_bytes()), None);
            mend(&bytes);
        }

        #[test]
        fn what_was_put_right_needs_it_no_more(json in r#"[\[\]{}:,"\\ud83deNaI.0-9+ -]{0,60}"#) {
            if let Some(mended) = mend(json.as_bytes()) {
                prop_assert_eq!(mend(&mended.json), None, "{:?}", json);
            }
        }
    }
}
