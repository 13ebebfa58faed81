//! How far this machine's clock is from a service's, by the header `Date` of an answer:
//! <https://www.rfc-editor.org/rfc/rfc9110#field.date>.

use chrono::DateTime;

use crate::model::time::SECOND;
use crate::model::{Nanos, Time};

/// How far a clock is off, and how exactly that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset {
    /// What has to be added to this machine's clock, in nanoseconds: more than nothing where it is slow.
    pub by: Nanos,
    /// By how much that may be wrong, in nanoseconds: the header says whole seconds, and the answer took some time.
    pub exact_to: Nanos,
}

impl Offset {
    /// By a `Date` that came between these two times of this machine. `None` where it is none.
    pub(super) fn of(date: &str, sent: Time, received: Time) -> Option<Self> {
        let date = Time::from_datetime(DateTime::parse_from_rfc2822(date.trim()).ok()?.to_utc())?;
        let took = received.since(sent).max(0);
        // The second that is named is over by half of it, as far as anybody can tell.
        Some(Self { by: date.since(sent) + SECOND / 2 - took / 2, exact_to: SECOND / 2 + took / 2 })
    }

    /// How far it is off at least, whichever way, in nanoseconds.
    pub fn at_least(self) -> Nanos {
        (self.by.abs() - self.exact_to).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24T10:00:00Z
    const TEN: u64 = 1_795_514_400_000_000_000;

    #[test]
    fn a_date_is_a_second_long_and_came_while_it_was_waited_for() {
        let at = |millis: u64| Time(TEN + millis * 1_000_000);
        let date = "Tue, 24 Nov 2026 10:00:00 GMT";
        let offset = Offset::of(date, at(200), at(600)).unwrap();
        assert_eq!((offset.by, offset.exact_to, offset.at_least()), (SECOND / 10, SECOND * 7 / 10, 0));
        let slow = Offset::of("Tue, 24 Nov 2026 10:10:00 GMT", at(0), at(0)).unwrap();
        assert_eq!((slow.by, slow.at_least()), (600 * SECOND + SECOND / 2, 600 * SECOND));
        let fast = Offset::of("Tue, 24 Nov 2026 09:59:00 GMT", at(0), at(0)).unwrap();
        assert_eq!((fast.by, fast.at_least()), (-60 * SECOND + SECOND / 2, 59 * SECOND));
        // A clock that is set while it waits.
        assert_eq!(Offset::of(date, at(600), at(200)).unwrap().exact_to, SECOND / 2);
        assert_eq!(Offset::of("yesterday", at(0), at(0)), None);
    }
}
