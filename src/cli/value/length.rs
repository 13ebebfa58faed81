//! Lengths of time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A length of time above zero, as it is written in the configuration: `30s`, `1h 30m`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length(pub Duration);

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        positive_duration(text).map(Self)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // humantime separates by blanks, which reads badly within a sentence: `1h 30m`.
        f.write_str(&humantime::format_duration(self.0).to_string().replace("days", "d").replace("day", "d").replace(' ', ""))
    }
}

const TOO_LONG: &str = "too long, or finer than a nanosecond";

/// A length of time: `250ms`, `1.5s`, `1h30m`, `0`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let length = humantime::parse_duration(text).map_err(|error| match error {
        // The likely mistake, and humantime's own message counts bytes for the others.
        humantime::DurationError::UnknownUnit { ref unit, value, .. } if unit.is_empty() => {
            format!("a unit is missing, as in `{value}s` or `{value}ms`")
        }
        humantime::DurationError::UnknownUnit { unit, .. } => {
            format!("`{unit}` is no unit of time; there are ns, us, ms, s, m, h, d, w")
        }
        humantime::DurationError::NumberOverflow => TOO_LONG.to_owned(),
        _ => "expected a length of time such as `250ms`, `1.5s` or `1h30m`".to_owned(),
    })?;
    // What times are counted in ends there, and clocks overflow soon after.
    if u64::try_from(length.as_nanos()).is_err() { Err(TOO_LONG.to_owned()) } else { Ok(length) }
}

/// A length of time above zero.
pub fn positive_duration(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("expected more than no time".to_owned()),
        duration => Ok(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_written_as_people_write_them() {
        for (text, millis) in
            [("250ms", 250), ("1.5s", 1_500), ("1h30m", 5_400_000), ("1h 30m", 5_400_000), ("0", 0), ("0s", 0)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn a_wrong_length_is_told_what_is_wrong() {
        assert_eq!(duration("30").unwrap_err(), "a unit is missing, as in `30s` or `30ms`");
        assert_eq!(duration("3 parsecs").unwrap_err(), "`parsecs` is no unit of time; there are ns, us, ms, s, m, h, d, w");
        assert_eq!(duration("soon").unwrap_err(), "expected a length of time such as `250ms`, `1.5s` or `1h30m`");
        // The second has room in a length, and none in a clock.
        for text in ["99999999999999999999h", "500000000000y", "585y"] {
            assert_eq!(duration(text).unwrap_err(), "too long, or finer than a nanosecond", "{text}");
        }
        assert!(duration("584y").is_ok());
        assert_eq!(positive_duration("0s").unwrap_err(), "expected more than no time");
    }

    #[test]
    fn a_length_prints_short() {
        for text in ["7d", "1h", "30s", "1h30m", "250ms", "1d"] {
            assert_eq!(text.parse::<Length>().unwrap().to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn a_length_reads_as_it_prints(millis in 1..10_000_000_000u64) {
            let length = Length(Duration::from_millis(millis));
            prop_assert_eq!(length.to_string().parse(), Ok(length));
        }

        #[test]
        fn no_text_panics(text: String) {
            duration(&text).ok();
        }
    }
}
