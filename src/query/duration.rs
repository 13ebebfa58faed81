//! Lengths of time as text, exact in both directions.

use std::fmt;

use crate::model::Nanos;
use crate::model::time::{MICROSECOND, MILLISECOND, SECOND};

/// The units of a duration, by name, in nanoseconds.
const UNITS: &[(&str, Nanos)] = &[
    ("ns", 1),
    ("us", MICROSECOND),
    ("µs", MICROSECOND),
    ("μs", MICROSECOND),
    ("ms", MILLISECOND),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3600 * SECOND),
];

/// The longest duration that is taken: what fits between two points in time.
const MAX_DURATION: Nanos = u64::MAX as Nanos;

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DurationError {
    /// It does not begin with a number.
    NotOne,
    /// A number without a unit.
    NoUnit,
    /// This is no unit.
    Unit(String),
    /// More than 584 years.
    TooLong,
    /// It has parts of a nanosecond.
    TooFine,
}

/// `250ms`, `1.5s`, `1m30s`, `-3us`: exact, in nanoseconds.
pub(crate) fn parse_duration(text: &str) -> Result<Nanos, DurationError> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(DurationError::NotOne);
    }
    let mut total: Nanos = 0;
    while !rest.is_empty() {
        let number_ends = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(number_ends);
        let unit_ends = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_ends);
        if number.is_empty() {
            return Err(DurationError::NotOne);
        }
        if unit.is_empty() {
            return Err(DurationError::NoUnit);
        }
        let Some(&(_, unit)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(DurationError::Unit(unit.to_owned()));
        };
        total = total.checked_add(part(number, unit)?).filter(|&t| t <= MAX_DURATION).ok_or(DurationError::TooLong)?;
        rest = after;
    }
    Ok(if negative { -total } else { total })
}

/// A decimal number of a unit.
fn part(number: &str, unit: Nanos) -> Result<Nanos, DurationError> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.contains('.') || (fraction.is_empty() && number.contains('.')) {
        return Err(DurationError::NotOne);
    }
    let whole: Nanos = whole.parse().map_err(|_| DurationError::TooLong)?;
    let mut nanos = whole.checked_mul(unit).ok_or(DurationError::TooLong)?;
    let (mut scale, mut parts) = (1 as Nanos, 0 as Nanos);
    for digit in fraction.trim_end_matches('0').bytes() {
        scale = scale.checked_mul(10).ok_or(DurationError::TooFine)?;
        parts = parts * 10 + Nanos::from(digit - b'0');
    }
    let fine = parts.checked_mul(unit).ok_or(DurationError::TooFine)?;
    if fine % scale != 0 {
        return Err(DurationError::TooFine);
    }
    nanos = nanos.checked_add(fine / scale).ok_or(DurationError::TooLong)?;
    Ok(nanos)
}

/// The shortest exact spelling that [`parse_duration`] reads: `250ms`, `1.5s`, `2m`.
pub(crate) fn write_duration(nanos: Nanos, f: &mut impl fmt::Write) -> fmt::Result {
    if nanos < 0 {
        f.write_char('-')?;
    }
    let nanos = nanos.unsigned_abs();
    let second = SECOND.unsigned_abs();
    for (unit, size) in [("h", 3600 * second), ("m", 60 * second)] {
        if nanos > 0 && nanos.is_multiple_of(size) {
            return write!(f, "{}{unit}", nanos / size);
        }
    }
    let (unit, size, digits) = match nanos {
        n if n >= second => ("s", second, 9),
        n if n >= 1_000_000 => ("ms", 1_000_000, 6),
        n if n >= 1_000 => ("us", 1_000, 3),
        0 => return f.write_str("0s"),
        n => return write!(f, "{n}ns"),
    };
    write!(f, "{}", nanos / size)?;
    if !nanos.is_multiple_of(size) {
        let fraction = format!("{:0digits$}", nanos % size);
        write!(f, ".{}", fraction.trim_end_matches('0'))?;
    }
    f.write_str(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(nanos: Nanos) -> String {
        let mut text = String::new();
        write_duration(nanos, &mut text).unwrap();
        text
    }

    #[test]
    fn durations_are_read_exactly() {
        let cases: &[(&str, Nanos)] = &[
            ("250ms", 250_000_000),
            ("1.5s", 1_500_000_000),
            ("1m30s", 90_000_000_000),
            ("0.000000001s", 1),
            ("2us", 2_000),
            ("2µs", 2_000),
            ("-3h", -10_800_000_000_000),
        ];
        for (text, nanos) in cases {
            assert_eq!(parse_duration(text), Ok(*nanos), "{text}");
        }
        assert_eq!(parse_duration("5"), Err(DurationError::NoUnit));
        assert_eq!(parse_duration("5minutes"), Err(DurationError::Unit("minutes".into())));
        assert_eq!(parse_duration("0.5ns"), Err(DurationError::TooFine));
        assert_eq!(parse_duration("999999999h"), Err(DurationError::TooLong));
        for bad in ["", "s", ".5s", "1.s", "1..5s", "ms5"] {
            assert_eq!(parse_duration(bad), Err(DurationError::NotOne), "{bad}");
        }
    }

    #[test]
    fn durations_are_written_as_a_person_would() {
        let all = [0, 1, 1_500, 250_000_000, 1_500_000_000, 90_000_000_000, 120_000_000_000, 7_200_000_000_000, -2_000_000];
        assert_eq!(all.map(written).join(" "), "0s 1ns 1.5us 250ms 1.5s 90s 2m 2h -2ms");
    }

    proptest! {
        #[test]
        fn a_written_duration_reads_back(nanos: i64) {
            prop_assert_eq!(parse_duration(&written(nanos.into())), Ok(nanos.into()));
        }

        #[test]
        fn no_text_panics(text in ".{0,20}", digits in "[-+0-9.eEmsh]{0,24}") {
            for text in [text, digits] {
                let read = parse_duration(&text).map(written);
                prop_assert!(read.is_err() || parse_duration(&text) == read.and_then(|text| parse_duration(&text)));
            }
        }
    }
}
