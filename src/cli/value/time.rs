//! Points in time, as people say them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};

use crate::model::{Nanos, Time};

/// What was typed for a point in time. What it means depends on when and where it is asked: see [`TimeArg::resolve`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeArg(String);

/// Why a text is not a point in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not understood.
    #[error("cannot tell what time `{0}` is; write `15m`, `2h ago`, `yesterday 14:00`, `2026-11-23 10:00` or RFC 3339")]
    NotATime(String),
    /// A number without a unit.
    #[error("a unit is missing in `{0}`, as in `{0}m` or `{0}h`")]
    NoUnit(String),
    /// 3/4: March or April?
    #[error("`{0}` means different days to different people; write the date as 2026-04-01")]
    Ambiguous(String),
    /// Before 1970 or after 2554.
    #[error("`{0}` is too far away")]
    TooFar(String),
}

impl TimeArg {
    /// An hour ago.
    pub fn an_hour_ago() -> Self {
        Self("1h".to_owned())
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The point in time that is meant by someone who says it at `now` in `zone`.
    ///
    /// A length of time (`15m`, `1h30m`), with or without `ago`, is before now. Dates and clock times without a zone are in
    /// `zone`.
    pub fn resolve<Zone>(&self, now: Time, zone: &Zone) -> Result<Time, TimeError>
    where
        Zone: TimeZone,
        Zone::Offset: Copy,
    {
        let text = self.0.trim();
        if text.eq_ignore_ascii_case("now") {
            return Ok(now);
        }
        // Before interim, to which a bare `1h` is in the future.
        let length = text.strip_suffix("ago").map_or(text, str::trim_end);
        if let Ok(back) = humantime::parse_duration(length)
            && length.contains(char::is_alphabetic)
        {
            return before(now, back).ok_or_else(|| TimeError::TooFar(text.to_owned()));
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TimeError::NoUnit(text.to_owned()));
        }
        if text.contains('/') {
            return Err(TimeError::Ambiguous(text.to_owned()));
        }
        let at = match DateTime::parse_from_rfc3339(text) {
            Ok(at) => at.with_timezone(&Utc),
            Err(_) if has_impossible_clock(text) => return Err(TimeError::NotATime(text.to_owned())),
            Err(_) => {
                // To interim these are the same time of the day as now.
                let midnight = ["today", "yesterday"].iter().any(|day| text.eq_ignore_ascii_case(day));
                let words = if midnight { format!("{text} 00:00") } else { text.to_owned() };
                let now = now.to_datetime().with_timezone(zone);
                let at = for_interim(&words).map(|words| interim::parse_date_string(&words, now, interim::Dialect::Us));
                match at {
                    Some(Ok(at)) => at.with_timezone(&Utc),
                    _ => return Err(TimeError::NotATime(text.to_owned())),
                }
            }
        };
        Time::from_datetime(at).ok_or_else(|| TimeError::TooFar(text.to_owned()))
    }
}

/// In lower case and with a blank for the `T` before a clock time, because what is behind an hour and neither `am` nor `pm` in lower case
/// makes interim 0.2 panic; so do words of 16 letters, which are no words of a time.
fn for_interim(text: &str) -> Option<String> {
    let mut words = String::with_capacity(text.len());
    let mut letters = 0;
    for c in text.chars() {
        letters = if c.is_ascii_alphabetic() { letters + 1 } else { 0 };
        if letters >= 16 {
            return None;
        }
        words.push(c.to_ascii_lowercase());
    }
    let bytes = words.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let before_clock = |at: usize, c: char| c == 't' && digit(at.checked_sub(1)) && digit(at.checked_add(1));
    Some(words.char_indices().map(|(at, c)| if before_clock(at, c) { ' ' } else { c }).collect())
}

/// Whether there is a clock time past 23:59:60, from which interim would count on into the next day.
fn has_impossible_clock(text: &str) -> bool {
    let number = |part: &str| part.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse::<u64>().ok());
    text.split([' ', 't', 'T']).filter(|word| word.contains(':')).any(|clock| {
        let mut parts = clock.split(':').map(number);
        parts.next().flatten().is_some_and(|hour| hour > 23) || parts.flatten().any(|part| part > 60)
    })
}

/// `None` before 1970.
fn before(now: Time, back: Duration) -> Option<Time> {
    let nanos = Nanos::try_from(back.as_nanos()).ok()?;
    (nanos <= Nanos::from(now.0)).then(|| now.saturating_add(-nanos))
}

impl FromStr for TimeArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("expected a time such as `15m`, `2h ago` or `yesterday 14:00`".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for TimeArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;
    use proptest::prelude::*;

    /// A Monday, 10:30 in UTC and 12:30 where it is asked.
    const NOW: &str = "2026-11-23T10:30:00Z";

    fn read(text: &str) -> Result<String, TimeError> {
        let now = Time::from_datetime(NOW.parse().unwrap()).unwrap();
        let zone = FixedOffset::east_opt(2 * 3600).unwrap();
        TimeArg(text.to_owned()).resolve(now, &zone).map(Time::to_rfc3339)
    }

    #[test]
    fn a_length_of_time_is_before_now() {
        for text in ["15m", "15m ago", "15 min ago", "15 minutes", "15 minutes ago", "900s"] {
            assert_eq!(read(text).unwrap(), "2026-11-23T10:15:00Z", "{text}");
        }
        for text in ["1h30m", "1h 30m ago"] {
            assert_eq!(read(text).unwrap(), "2026-11-23T09:00:00Z", "{text}");
        }
        assert_eq!(read("2 days ago").unwrap(), "2026-11-21T10:30:00Z");
        assert_eq!(read("now").unwrap(), NOW);
    }

    #[test]
    fn upper_case_is_no_matter() {
        for text in ["2026-11-20 9am", "2026-11-20 9AM", "20 NOV 2026 09:00", "2026-11-20T09:00", "2026-11-20t09:00"] {
            assert_eq!(read(text).unwrap(), "2026-11-20T07:00:00Z", "{text}");
        }
        for text in ["w0A", "today 9T", "today 9 in the afternoooooooooooon"] {
            assert_eq!(read(text), Err(TimeError::NotATime(text.into())));
        }
    }

    #[test]
    fn dates_and_clock_times_are_local_unless_they_name_a_zone() {
        for (text, expected) in [
            ("yesterday 14:00", "2026-11-22T12:00:00Z"),
            ("today", "2026-11-22T22:00:00Z"),
            ("Yesterday", "2026-11-21T22:00:00Z"),
            ("09:15", "2026-11-23T07:15:00Z"),
            ("2026-11-20", "2026-11-19T22:00:00Z"),
            ("2026-11-20 08:00", "2026-11-20T06:00:00Z"),
            ("2026-11-20T08:00:00", "2026-11-20T06:00:00Z"),
            ("2026-11-20T08:00:00Z", "2026-11-20T08:00:00Z"),
            ("2026-11-20T08:00:00.123456789+01:00", "2026-11-20T07:00:00.123456789Z"),
            ("last friday", "2026-11-19T22:00:00Z"),
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_told_what_would_be() {
        assert_eq!(read("15"), Err(TimeError::NoUnit("15".into())));
        assert_eq!(read("3/4"), Err(TimeError::Ambiguous("3/4".into())));
        assert_eq!(read("9999 weeks"), Err(TimeError::TooFar("9999 weeks".into())));
        assert_eq!(read("1969-12-01"), Err(TimeError::TooFar("1969-12-01".into())));
        for text in ["whenever", "yesterday 25:00", "09:75", "2026-11-20T25:00:00", "2026-13-01", "ago", "1h from lunch"] {
            assert_eq!(read(text), Err(TimeError::NotATime(text.into())));
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String, words in "(last |next )?[0-9]{0,12}( ?[a-zA-Z]{1,9}){0,3}( ?[0-9:.]{0,8})?([a-zA-Z]{0,18}| ago)?") {
            read(&text).ok();
            read(&words).ok();
        }

        #[test]
        fn rfc_3339_is_read_to_the_nanosecond(at: u64) {
            prop_assert_eq!(read(&Time(at).to_rfc3339()).unwrap(), Time(at).to_rfc3339());
        }
    }
}
