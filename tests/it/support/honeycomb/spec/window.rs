//! The time that a query is about.

use super::super::switches::{FutureEnd, Switches};
use super::members::Members;
use super::problem::{Code, Problem};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// As far back, and as long, as results go.
const LONGEST: u64 = 7 * DAY;

/// In seconds. At most two of its members are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Window {
    start: Option<u64>,
    end: Option<u64>,
    range: Option<u64>,
}

impl Window {
    pub(super) fn check(query: &Members<'_>, switches: &Switches, now: u64) -> Result<Self, Problem> {
        let window =
            Self { start: query.whole("start_time")?, end: query.whole("end_time")?, range: query.whole("time_range")? };
        if window.start.is_some() && window.end.is_some() && window.range.is_some() {
            return Err(query.wrong("time_range", Code::Invalid, "must not stand with both start_time and end_time"));
        }
        let (start, end) = window.bounds(now);
        if start > end {
            return Err(query.wrong("start_time", Code::Invalid, "must be at most end_time"));
        }
        if end - start > LONGEST {
            return Err(Problem::short(400, "Query duration cannot be longer than 7 days"));
        }
        if start.saturating_add(LONGEST) < now {
            return Err(Problem::short(400, "Query Results can only be created for the past 7 days"));
        }
        let length = end - start;
        if query.whole("granularity")?.is_some_and(|step| step > length || step < length.div_ceil(1000)) {
            return Err(query.wrong(
                "granularity",
                Code::Invalid,
                "must be between a thousandth of the time range and all of it",
            ));
        }
        match switches.future_end {
            FutureEnd::Refused(422) if end > now => Err(query.wrong("end_time", Code::Invalid, "must not be in the future")),
            FutureEnd::Refused(status) if end > now => Err(Problem::short(status, "end_time must not be in the future")),
            FutureEnd::Refused(_) | FutureEnd::Accepted => Ok(window),
        }
    }

    /// As it was asked for: two hours where nothing says how long.
    fn bounds(&self, now: u64) -> (u64, u64) {
        let range = self.range.unwrap_or(2 * HOUR);
        match (self.start, self.end) {
            (Some(start), Some(end)) => (start, end),
            (Some(start), None) => (start, start.saturating_add(range)),
            (None, end) => {
                let end = end.unwrap_or(now);
                (end.saturating_sub(range), end)
            }
        }
    }

    /// As the service answers it, in nanoseconds and without its end: both ends are truncated to a minute, to five for more than
    /// six hours, to thirty for more than two days.
    pub(in super::super) fn nanoseconds(&self, now: u64) -> std::ops::Range<u64> {
        let (start, end) = self.bounds(now);
        let step = match end.saturating_sub(start) {
            length if length <= 6 * HOUR => 60,
            length if length <= 2 * DAY => 5 * 60,
            _ => 30 * 60,
        };
        let truncated = |seconds: u64| (seconds - seconds % step).saturating_mul(1_000_000_000);
        truncated(start)..truncated(end)
    }
}
