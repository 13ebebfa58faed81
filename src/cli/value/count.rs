//! How many there shall be.

use std::fmt;
use std::str::FromStr;

/// An expected number: `3`, `=3`, `>=3`, `>3`, `<=3`, `<3`, or `2..5` with both ends included (either may be left out).
/// Never impossible: some number satisfies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    min: u64,
    max: Option<u64>,
}

impl Count {
    /// At least this many.
    pub fn at_least(min: u64) -> Self {
        Self { min, max: None }
    }

    /// None at all.
    pub fn none() -> Self {
        Self { min: 0, max: Some(0) }
    }

    /// The smallest number that satisfies it.
    pub fn min(self) -> u64 {
        self.min
    }

    /// The largest number that satisfies it; `None` if there is no such.
    pub fn max(self) -> Option<u64> {
        self.max
    }

    /// Whether `number` satisfies it.
    pub fn holds(self, number: u64) -> bool {
        self.min <= number && self.max.is_none_or(|max| number <= max)
    }
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected a number such as `3`, `>=3`, `<10`, or a range such as `2..5`".to_owned();
        let number = |digits: &str| digits.trim().parse::<u64>().map_err(|_| expected());
        let text = text.trim();
        let (min, max) = if let Some((low, high)) = text.split_once("..") {
            let high = high.strip_prefix('=').unwrap_or(high);
            if low.trim().is_empty() && high.trim().is_empty() {
                return Err(expected());
            }
            let low = if low.trim().is_empty() { 0 } else { number(low)? };
            (low, if high.trim().is_empty() { None } else { Some(number(high)?) })
        } else if let Some(digits) = text.strip_prefix(">=") {
            (number(digits)?, None)
        } else if let Some(digits) = text.strip_prefix("<=") {
            (0, Some(number(digits)?))
        } else if let Some(digits) = text.strip_prefix('>') {
            (number(digits)?.checked_add(1).ok_or_else(expected)?, None)
        } else if let Some(digits) = text.strip_prefix('<') {
            let below = number(digits)?;
            (0, Some(below.checked_sub(1).ok_or_else(|| "nothing is less than 0".to_owned())?))
        } else {
            let exact = number(text.trim_start_matches('='))?;
            (exact, Some(exact))
        };
        match max {
            Some(max) if max < min => Err(format!("the range ends before it begins; did you mean `{max}..{min}`?")),
            _ => Ok(Self { min, max }),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, Some(max)) if min == max => write!(f, "{min}"),
            (0, Some(max)) => write!(f, "<={max}"),
            (min, Some(max)) => write!(f, "{min}..{max}"),
            (min, None) => write!(f, ">={min}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<(u64, Option<u64>), String> {
        text.parse::<Count>().map(|count| (count.min(), count.max()))
    }

    #[test]
    fn a_count_is_written_as_people_write_it() {
        assert_eq!(read("3"), Ok((3, Some(3))));
        assert_eq!(read("=3"), Ok((3, Some(3))));
        assert_eq!(read(">= 3"), Ok((3, None)));
        assert_eq!(read(">3"), Ok((4, None)));
        assert_eq!(read("<=3"), Ok((0, Some(3))));
        assert_eq!(read("<3"), Ok((0, Some(2))));
        assert_eq!(read("2..5"), Ok((2, Some(5))));
        assert_eq!(read("2..=5"), Ok((2, Some(5))));
        assert_eq!(read("2.."), Ok((2, None)));
        assert_eq!(read("..5"), Ok((0, Some(5))));
    }

    #[test]
    fn a_count_that_nothing_satisfies_is_refused() {
        assert_eq!(read("5..2").unwrap_err(), "the range ends before it begins; did you mean `2..5`?");
        assert_eq!(read("<0").unwrap_err(), "nothing is less than 0");
        for bad in ["", "..", "many", "-1", "1.5", ">18446744073709551615", "3 4"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn it_prints_what_it_reads(low: u64, high in proptest::option::of(any::<u64>())) {
            let count = Count { min: low.min(high.unwrap_or(low)), max: high.map(|high| high.max(low)) };
            prop_assert_eq!(count.to_string().parse(), Ok(count));
        }

        #[test]
        fn no_text_panics(text: String) {
            text.parse::<Count>().ok();
        }

        #[test]
        fn it_holds_between_its_bounds_and_nowhere_else(low in 0..9u64, more in 0..9u64, number in 0..20u64) {
            let count: Count = format!("{low}..{}", low + more).parse().unwrap();
            prop_assert_eq!(count.holds(number), (low..=low + more).contains(&number));
        }
    }
}
