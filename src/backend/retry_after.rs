//! `Retry-After`: <https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>.

use std::time::Duration;

use chrono::DateTime;

use crate::model::Time;
use crate::model::time::{MILLISECOND, SECOND};

/// How long to wait, by a header that says seconds or a date.
pub fn wait(text: &str, now: Time) -> Option<Duration> {
    let text = text.trim();
    match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => DateTime::parse_from_rfc2822(text).ok().and_then(|at| until(Time::from_datetime(at.to_utc())?, now)),
    }
}

/// Dates are cut to seconds: the second that they name is waited for, too.
pub(super) fn until(at: Time, now: Time) -> Option<Duration> {
    let left = at.since(now).max(0) + SECOND;
    u64::try_from(left / MILLISECOND).ok().map(Duration::from_millis)
}
