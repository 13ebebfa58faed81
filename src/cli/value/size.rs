//! Numbers of bytes.

use std::fmt;
use std::str::FromStr;

/// A number of bytes above zero: `512MB` (powers of 1000), `2GiB` (powers of 1024).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// The units, largest first.
const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len()));
        let expected = || "expected a size such as `512MB` or `2GiB`".to_owned();
        let unit = unit.trim();
        let bytes = match UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) {
            Some((_, bytes)) => *bytes,
            None if unit.is_empty() && !number.is_empty() => {
                return Err(format!("a unit is missing, as in `{number}MB` or `{number}GiB`"));
            }
            // Some programs mean 1000 by it and some 1024.
            None if unit.len() == 1 && "kKmMgGtT".contains(unit) => {
                let letter = unit.to_ascii_uppercase();
                return Err(format!("write `{letter}B` for powers of 1000 or `{letter}iB` for powers of 1024"));
            }
            None => return Err(expected()),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        // More digits than these do not make a byte's difference at any unit.
        let digits: String = fraction.chars().take(13).collect();
        let whole: u128 = whole.parse::<u64>().map_err(|_| expected())?.into();
        let part: u128 = digits.parse::<u64>().map_err(|_| expected())?.into();
        let total = whole * u128::from(bytes) + part * u128::from(bytes) / 10u128.pow(digits.len() as u32);
        match u64::try_from(total) {
            Ok(0) => Err("expected more than nothing".to_owned()),
            Ok(bytes) => Ok(Self(bytes)),
            Err(_) => Err("too large".to_owned()),
        }
    }
}

impl fmt::Display for Size {
    /// Exact: in the largest unit of which it is a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, bytes) = UNITS.into_iter().find(|(_, bytes)| self.0.is_multiple_of(*bytes)).unwrap_or(("B", 1));
        write!(f, "{}{unit}", self.0 / bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_are_written_as_people_write_them() {
        for (text, bytes) in [("512MB", 512_000_000), ("2GiB", 2 << 30), ("1.5 gib", 3 << 29), ("10b", 10), ("1kb", 1000)] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
    }

    #[test]
    fn a_size_that_could_mean_two_things_is_refused() {
        let complaint = |text: &str| text.parse::<Size>().unwrap_err();
        assert_eq!(complaint("2G"), "write `GB` for powers of 1000 or `GiB` for powers of 1024");
        assert_eq!(complaint("100"), "a unit is missing, as in `100MB` or `100GiB`");
        assert_eq!(complaint("0MB"), "expected more than nothing");
        assert_eq!(complaint("99999999999TiB"), "too large");
        for bad in ["", "MB", "-1MB", "1.2.3MB", "1.MB", ".5MB", "lots"] {
            assert_eq!(complaint(bad), "expected a size such as `512MB` or `2GiB`", "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_size_reads_as_it_prints(bytes in 1u64..) {
            prop_assert_eq!(Size(bytes).to_string().parse(), Ok(Size(bytes)));
        }

        #[test]
        fn no_text_panics(text: String, odd in "[0-9.]{0,40} ?[a-zA-Z]{0,4}") {
            text.parse::<Size>().ok();
            odd.parse::<Size>().ok();
        }
    }
}
