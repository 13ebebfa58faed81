//! The smallest parts of a file, written to its end. As fast as they can be: a trace of a million spans has tens of millions of them.

use serde::Serialize;

use crate::model::{SpanId, Time};

/// Decimal digits.
pub(super) fn integer(out: &mut Vec<u8>, number: impl Into<i128>) {
    let number: i128 = number.into();
    if let Ok(small) = u64::try_from(number) {
        digits(out, small, 1);
    } else {
        out.extend_from_slice(number.to_string().as_bytes());
    }
}

/// Nanoseconds as decimal microseconds, without loss: `812400.000`.
pub(super) fn micros(out: &mut Vec<u8>, nanos: u64) {
    digits(out, nanos / 1000, 1);
    out.push(b'.');
    digits(out, nanos % 1000, 3);
}

/// At least so many digits, filled with zeros.
pub(super) fn digits(out: &mut Vec<u8>, mut number: u64, least: usize) {
    let mut text = [b'0'; 20];
    let mut at = text.len();
    while number > 0 {
        at -= 1;
        text[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&text[at.min(text.len() - least)..]);
}

/// Anything that has a form in JSON.
pub(super) fn json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(out, value).expect("memory takes all that is written to it, and every key is text");
}

/// The id of a span as a string of JSON.
pub(super) fn span_id(out: &mut Vec<u8>, id: &SpanId) {
    match id.bytes() {
        Some(bytes) => {
            out.push(b'"');
            hex(out, &bytes);
            out.push(b'"');
        }
        None => json(out, &id.to_string()),
    }
}

/// Bytes as lower-case hex digits.
pub(super) fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// Points in time in RFC 3339 with all nine digits of the second. Many of them in a row are in the same second, which is said once
/// by the calendar.
#[derive(Debug, Default)]
pub(super) struct Clock {
    second: Option<u64>,
    said: String,
}

impl Clock {
    pub(super) fn write(&mut self, out: &mut Vec<u8>, at: Time) {
        let second = at.0 / 1_000_000_000;
        if self.second != Some(second) {
            self.second = Some(second);
            self.said = at.to_datetime().format("%Y-%m-%dT%H:%M:%S.").to_string();
        }
        out.extend_from_slice(self.said.as_bytes());
        digits(out, at.0 % 1_000_000_000, 9);
        out.push(b'Z');
    }
}

/// What was written as text.
pub(super) fn text(out: Vec<u8>) -> String {
    String::from_utf8(out).expect("it was made of text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        text(out)
    }

    #[test]
    fn microseconds_keep_every_nanosecond() {
        let said = [0, 7, 1_000, 812_400_000, u64::MAX].map(|nanos| written(|out| micros(out, nanos)));
        assert_eq!(said, ["0.000", "0.007", "1.000", "812400.000", "18446744073709551.615"]);
    }

    #[test]
    fn a_time_has_all_its_digits_in_any_order() {
        let mut clock = Clock::default();
        let times = [Time(1_784_901_785_123_000_000), Time(1_784_901_785_000_000_001), Time(0), Time(u64::MAX)];
        let said = times.map(|at| written(|out| clock.write(out, at)));
        assert_eq!(
            said,
            [
                "2026-07-24T14:03:05.123000000Z",
                "2026-07-24T14:03:05.000000001Z",
                "1970-01-01T00:00:00.000000000Z",
                "2554-07-21T23:34:33.709551615Z",
            ]
        );
    }

    proptest! {
        #[test]
        fn numbers_and_ids_read_as_elsewhere(number: i64, bytes: [u8; 8], word in "\\PC{0,9}") {
            prop_assert_eq!(written(|out| integer(out, number)), number.to_string());
            for id in [SpanId::from_bytes(bytes), SpanId::from_text(&word)] {
                prop_assert_eq!(written(|out| span_id(out, &id)), serde_json::to_string(&id.to_string()).unwrap());
            }
        }
    }
}
