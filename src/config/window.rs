//! The time that is looked at.

use chrono::TimeZone;

use super::Origin;
use crate::cli::value::TimeArg;
use crate::error::Failure;
use crate::model::{Time, TimeRange};

/// What `--since` and `--until` say, or what stands for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// How far back.
    pub since: TimeArg,
    /// Who says so.
    pub since_origin: Origin,
    /// Up to when; `None` has no end.
    pub until: Option<TimeArg>,
}

impl Window {
    /// Whether this run was asked for this window. If not, a command may look further than the default where that has nothing,
    /// as long as it says so.
    pub fn is_asked_for(&self) -> bool {
        self.since_is_asked_for() || self.until.is_some()
    }

    fn since_is_asked_for(&self) -> bool {
        matches!(self.since_origin, Origin::Flag(_) | Origin::Env(_))
    }

    /// The window as seen at `now` in `zone`. Without `--until` it has no end: clocks differ, and what comes from a machine whose
    /// clock is ahead shall not be missed. Where only `--until` was given, the usual length before it is looked at.
    pub fn resolve<Zone>(&self, now: Time, zone: &Zone) -> Result<TimeRange, Failure>
    where
        Zone: TimeZone,
        Zone::Offset: Copy,
    {
        let until = self.until.as_ref().map(|until| until.resolve(now, zone)).transpose();
        let until = until.map_err(|error| Failure::usage(error).context("cannot read --until"))?;
        let anchor = if self.since_is_asked_for() { now } else { until.unwrap_or(now) };
        let since = self.since.resolve(anchor, zone).map_err(|error| {
            let failure = if self.since_is_asked_for() { Failure::usage(error) } else { Failure::config(error) };
            failure.context(format!("cannot read `since` ({})", self.since_origin))
        })?;
        let end = until.unwrap_or(Time(u64::MAX));
        // Without an end, a beginning in the future is a slip too: `friday` is the next one.
        if since > until.unwrap_or(now) {
            let end = self.until.as_ref().map_or_else(|| "now".to_owned(), |until| format!("--until `{until}`"));
            let failure = Failure::usage(format!("--since `{}` ({}) is after {end}", self.since, since.to_rfc3339()));
            return Err(failure.hint("a day's name is the next such day; `last friday` is the one before"));
        }
        TimeRange::new(since, end).ok_or_else(|| Failure::usage("the window ends before it begins"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;

    fn resolve(since: &str, since_origin: Origin, until: Option<&str>) -> Result<(String, String), Failure> {
        let window = Window { since: since.parse().unwrap(), since_origin, until: until.map(|until| until.parse().unwrap()) };
        let now = Time::from_datetime("2026-11-23T10:30:00Z".parse().unwrap()).unwrap();
        window.resolve(now, &Utc).map(|range| (range.start().to_rfc3339(), range.end().to_rfc3339()))
    }

    fn flag() -> Origin {
        Origin::Flag("--since".into())
    }

    #[test]
    fn a_window_without_an_end_misses_nothing_that_is_ahead_of_our_clock() {
        let (start, end) = resolve("1h", Origin::Default, None).unwrap();
        assert_eq!(start, "2026-11-23T09:30:00Z");
        assert!(end.starts_with("2554"), "{end}");
    }

    #[test]
    fn until_alone_looks_at_the_usual_length_before_it() {
        let (start, end) = resolve("1h", Origin::Default, Some("yesterday 14:00")).unwrap();
        assert_eq!((start.as_str(), end.as_str()), ("2026-11-22T13:00:00Z", "2026-11-22T14:00:00Z"));
        let (start, _) = resolve("2 days ago", flag(), Some("1h")).unwrap();
        assert_eq!(start, "2026-11-21T10:30:00Z", "what was asked for counts from now");
    }

    #[test]
    fn a_window_that_is_empty_by_mistake_is_refused() {
        let failure = resolve("friday", flag(), None).unwrap_err();
        assert_eq!(failure.message(), "--since `friday` (2026-11-27T00:00:00Z) is after now");
        let failure = resolve("1h", flag(), Some("2h")).unwrap_err();
        assert_eq!(failure.message(), "--since `1h` (2026-11-23T09:30:00Z) is after --until `2h`");
        assert_eq!(failure.exit().code(), 2);
    }

    #[test]
    fn a_time_that_cannot_be_read_says_who_wrote_it() {
        let failure = resolve("whenever", flag(), None).unwrap_err();
        assert_eq!(failure.message(), "cannot read `since` (--since)");
        assert!(failure.causes()[0].starts_with("cannot tell what time `whenever` is"));
        assert_eq!(resolve("1h", flag(), Some("x")).unwrap_err().message(), "cannot read --until");
    }
}
