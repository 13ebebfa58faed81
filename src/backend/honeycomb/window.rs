//! The time that a query is about.
//!
//! Honeycomb cuts the beginning and the end of a query down to a whole minute, five minutes or half an hour, by how long it is, so
//! that "the last hour" misses the newest minute: <https://docs.honeycomb.io/api/query-data/>. Asked is therefore for whole steps
//! around what is wanted, in which nothing is left to be cut, and the rest is checked by the time of each row.

use crate::model::time::SECOND;
use crate::model::{Nanos, Time, TimeRange};

/// Seconds in an hour.
const HOUR: u64 = 3600;
/// A query may be this long, in seconds, and its beginning may be this long ago.
pub(super) const LONGEST: u64 = 7 * 24 * HOUR;
/// How far the clocks of senders may be ahead of ours, in seconds.
pub(super) const AHEAD: u64 = 300;

/// What a query asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// The first second.
    pub(super) start: u64,
    /// The second after the last.
    pub(super) end: u64,
    /// What the service cuts to, in seconds.
    pub(super) step: u64,
    /// Whether more was wanted than the service gives: it looks seven days back.
    pub(super) cut: bool,
}

impl Window {
    /// Whole steps around `range`, no further back than the service goes. `None` where all of it is longer ago.
    pub(super) fn around(range: TimeRange, now: Time) -> Option<Self> {
        let now = now.0 / SECOND as u64;
        let wanted_start = range.start().0 / SECOND as u64;
        let wanted_end = range.end().0.div_ceil(SECOND as u64).min(now.saturating_add(AHEAD));
        for (step, longest) in [(60, 6 * HOUR), (300, 48 * HOUR), (1800, LONGEST)] {
            let end = wanted_end.div_ceil(step).saturating_mul(step);
            let earliest = now.max(end).saturating_sub(LONGEST).div_ceil(step).saturating_mul(step);
            let start = (wanted_start / step * step).max(earliest);
            if start >= end {
                return None;
            }
            if end - start <= longest {
                return Some(Self { start, end, step, cut: wanted_start < start });
            }
        }
        None
    }

    /// As a range of times.
    pub(super) fn range(self) -> TimeRange {
        let at = |seconds: u64| Time(seconds.saturating_mul(SECOND as u64));
        TimeRange::new(at(self.start), at(self.end)).unwrap_or(TimeRange::ALL)
    }
}

/// From so long before `from` until so long after `to`.
pub(super) fn widened(from: Time, to: Time, before: Nanos, after: Nanos) -> TimeRange {
    TimeRange::new(from.saturating_add(-before), to.saturating_add(after)).unwrap_or(TimeRange::ALL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range(start: u64, end: u64) -> TimeRange {
        TimeRange::new(Time(start * 1_000_000_000), Time(end.saturating_mul(1_000_000_000))).unwrap()
    }

    const NOW: u64 = 1_790_003_615;

    fn around(start: u64, end: u64) -> Option<Window> {
        Window::around(range(start, end), Time(NOW * 1_000_000_000 + 5))
    }

    #[test]
    fn the_newest_minute_is_within() {
        let hour = around(NOW - 3600, u64::MAX).unwrap();
        assert_eq!((hour.start % 60, hour.end % 60, hour.step, hour.cut), (0, 0, 60, false));
        assert!(hour.start <= NOW - 3600 && hour.end > NOW, "{hour:?}");
    }

    #[test]
    fn what_was_is_asked_for_without_what_came_after() {
        let past = around(NOW - 7000, NOW - 3600).unwrap();
        assert!(past.end >= NOW - 3600 && past.end < NOW - 3600 + 60, "{past:?}");
    }

    #[test]
    fn longer_windows_have_longer_steps() {
        assert_eq!(around(NOW - 6 * HOUR, NOW).unwrap().step, 300, "with its padding it is longer than six hours");
        assert_eq!(around(NOW - 5 * HOUR, NOW).unwrap().step, 60);
        assert_eq!(around(NOW - 24 * HOUR, u64::MAX).unwrap().step, 300);
        assert_eq!(around(NOW - 72 * HOUR, u64::MAX).unwrap().step, 1800);
    }

    #[test]
    fn nothing_is_further_back_than_seven_days() {
        let all = around(0, u64::MAX).unwrap();
        assert!(all.cut && all.start > NOW - LONGEST && all.end - all.start <= LONGEST, "{all:?}");
        assert_eq!(around(0, NOW - LONGEST - 3600), None);
    }

    proptest! {
        #[test]
        fn a_window_holds_what_was_wanted_and_is_not_cut_by_the_service(start in NOW - 700_000..NOW + 100, length in 0..700_000_u64) {
            if let Some(window) = around(start, start + length) {
                prop_assert_eq!((window.start % window.step, window.end % window.step), (0, 0));
                prop_assert!(window.start < window.end && window.end - window.start <= LONGEST);
                prop_assert!(window.start > NOW - LONGEST);
                let of_class = match window.end - window.start { length if length <= 6 * HOUR => 60, length if length <= 48 * HOUR => 300, _ => 1800 };
                prop_assert!(window.step >= of_class);
                prop_assert!(window.cut || window.start <= start);
                prop_assert!(window.end >= (start + length).min(NOW + 1));
            }
        }
    }
}
