//! How often something may be done.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Length;
use super::{positive, positive_duration};

/// So many query results in so long, as in `10/1m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// How many; at least 1.
    pub results: usize,
    /// In how long; more than nothing.
    pub per: Duration,
}

impl Default for RateLimit {
    /// What Honeycomb allows a team if nothing else was agreed: <https://docs.honeycomb.io/api/tag/Query-Data>.
    fn default() -> Self {
        Self { results: 10, per: Duration::from_mins(1) }
    }
}

impl FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((results, per)) = text.split_once('/') else {
            return Err("expected a number and a length of time, such as `10/1m`".to_owned());
        };
        let results = positive(results.trim()).map_err(|expected| format!("{expected} before the `/`, as in `10/1m`"))?;
        let per = positive_duration(per.trim()).map_err(|expected| format!("{expected}, after the `/`"))?;
        Ok(Self { results, per })
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.results, Length(self.per))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_default_is_ten_a_minute() {
        assert_eq!(RateLimit::default().to_string(), "10/1m");
        assert_eq!("10/60s".parse(), Ok(RateLimit::default()));
    }

    #[test]
    fn a_wrong_rate_is_told_what_is_wrong() {
        let complaint = |text: &str| text.parse::<RateLimit>().unwrap_err();
        assert_eq!(complaint("10"), "expected a number and a length of time, such as `10/1m`");
        assert_eq!(complaint("0/1m"), "expected at least 1 before the `/`, as in `10/1m`");
        assert_eq!(complaint("/1m"), "expected a whole number before the `/`, as in `10/1m`");
        assert_eq!(complaint("10/0s"), "expected more than no time, after the `/`");
        assert_eq!(complaint("10/60"), "a unit is missing, as in `60s` or `60ms`, after the `/`");
    }

    proptest! {
        #[test]
        fn a_rate_reads_as_it_prints(results in 1..usize::MAX, millis in 1..10_000_000_000u64) {
            let rate = RateLimit { results, per: Duration::from_millis(millis) };
            prop_assert_eq!(rate.to_string().parse(), Ok(rate));
        }

        #[test]
        fn no_text_panics(text: String) {
            text.parse::<RateLimit>().ok();
        }
    }
}
