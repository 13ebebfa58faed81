//! Points in time, as whole nanoseconds since the Unix epoch, and what may be done with them without losing or wrapping.

use chrono::{DateTime, SecondsFormat, Utc};

/// A signed length of time in nanoseconds. Wide enough that the difference of any two [`Time`]s fits.
pub type Nanos = i128;

/// Nanoseconds in a second.
pub const SECOND: Nanos = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const MILLISECOND: Nanos = 1_000_000;
/// Nanoseconds in a microsecond.
pub const MICROSECOND: Nanos = 1_000;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, the whole range of OTLP's `fixed64`.
///
/// Zero means that the sender gave no time: OTLP has no other way to say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub u64);

impl Time {
    /// No time given.
    pub const UNKNOWN: Self = Self(0);

    /// From decimal seconds, as X-Ray sends them. Neighbouring doubles of today's date are about 240 nanoseconds apart: taken is
    /// the shortest number that means the same double, which is what the sender wrote, rounded to the nearest nanosecond. `None`
    /// for a negative, non-finite or too large number.
    pub fn from_secs_f64(seconds: f64) -> Option<Self> {
        if !seconds.is_finite() || seconds < 0.0 {
            return None;
        }
        // Never with an exponent.
        let text = format!("{seconds}");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let mut nanos = whole.parse::<u64>().ok()?;
        for place in 0..9 {
            let digit = fraction.as_bytes().get(place).map_or(0, |digit| digit - b'0');
            nanos = nanos.checked_mul(10)?.checked_add(u64::from(digit))?;
        }
        let up = fraction.as_bytes().get(9).is_some_and(|digit| *digit >= b'5');
        nanos.checked_add(u64::from(up)).map(Self)
    }

    /// From chrono; `None` before 1970 and after 2554.
    pub fn from_datetime(at: DateTime<Utc>) -> Option<Self> {
        let seconds = u64::try_from(at.timestamp()).ok()?;
        seconds.checked_mul(1_000_000_000)?.checked_add(u64::from(at.timestamp_subsec_nanos())).map(Self)
    }

    /// As chrono has it. Every `u64` of nanoseconds is within chrono's range.
    pub fn to_datetime(self) -> DateTime<Utc> {
        let seconds = i64::try_from(self.0 / 1_000_000_000).unwrap_or(i64::MAX);
        DateTime::from_timestamp(seconds, (self.0 % 1_000_000_000) as u32).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// RFC 3339 in UTC, with as many digits as the time has: none, 3, 6 or 9.
    pub fn to_rfc3339(self) -> String {
        self.to_datetime().to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// How long after `earlier` this is; negative when it is before.
    pub fn since(self, earlier: Self) -> Nanos {
        Nanos::from(self.0) - Nanos::from(earlier.0)
    }

    /// Moved by `by`, stopping at either end of the range.
    #[must_use]
    pub fn saturating_add(self, by: Nanos) -> Self {
        let moved = Nanos::from(self.0).saturating_add(by).clamp(0, Nanos::from(u64::MAX));
        Self(moved as u64)
    }

    /// Whether the sender gave no time.
    pub fn is_unknown(self) -> bool {
        self.0 == 0
    }
}

/// From `start` up to, but without, `end`. Never reversed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    start: Time,
    end: Time,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self { start: Time(0), end: Time(u64::MAX) };

    /// `None` when `end` is before `start`.
    pub fn new(start: Time, end: Time) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    /// The first instant within.
    pub fn start(&self) -> Time {
        self.start
    }

    /// The first instant after.
    pub fn end(&self) -> Time {
        self.end
    }

    /// Whether `at` is within.
    pub fn contains(&self, at: Time) -> bool {
        self.start <= at && at < self.end
    }

    /// From the earlier start to the later end.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimal_seconds_are_what_their_sender_wrote() {
        for (seconds, nanos) in [
            (1_465_351_200.123_456_7, 1_465_351_200_123_456_700),
            (1_784_902_000.05, 1_784_902_000_050_000_000),
            (1.579_704_573_150_560_9E9, 1_579_704_573_150_560_900),
            (14_777_000_000.5, 14_777_000_000_500_000_000),
            (1e9, 1_000_000_000_000_000_000),
            (0.000_000_001_5, 2),
            (0.999_999_999_9, 1_000_000_000),
            (f64::MIN_POSITIVE, 0),
        ] {
            assert_eq!(Time::from_secs_f64(seconds), Some(Time(nanos)));
        }
    }

    #[test]
    fn seconds_that_are_no_time_are_refused() {
        for bad in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e30, 1.9e10] {
            assert_eq!(Time::from_secs_f64(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_end_of_the_range_is_still_a_date() {
        assert_eq!(Time(u64::MAX).to_rfc3339(), "2554-07-21T23:34:33.709551615Z");
        assert_eq!(Time(0).to_rfc3339(), "1970-01-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn adding_the_difference_gives_the_other_time(a: u64, b: u64) {
            prop_assert_eq!(Time(a).saturating_add(Time(b).since(Time(a))), Time(b));
        }

        #[test]
        fn chrono_and_back_is_the_same_time(a: u64) {
            prop_assert_eq!(Time::from_datetime(Time(a).to_datetime()), Some(Time(a)));
        }

        #[test]
        fn no_decimal_seconds_panic(bits: u64) {
            let _ = Time::from_secs_f64(f64::from_bits(bits));
        }
    }
}
