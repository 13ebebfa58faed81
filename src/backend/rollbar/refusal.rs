//! What Rollbar says when it refuses, and how long to wait where it was asked too often: its own SDKs read the headers
//! `X-Rate-Limit-Remaining-Seconds` and `X-Rate-Limit-Reset` (<https://github.com/rollbar/rollbar.js>, src/server/transport.js).

use std::time::Duration;

use crate::backend::retry_after;
use crate::model::Time;
use crate::model::time::SECOND;
use crate::wire::rollbar;

/// What nobody waits for is no answer to how long to wait.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// An answer that is a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Of HTTP.
    pub(super) status: u16,
    /// In the service's words; empty where it has none. Text from outside.
    pub(super) said: String,
    /// How long to wait before asking again, where it says so.
    pub(super) wait: Option<Duration>,
}

/// Headers that say how long to wait.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Headers<'a> {
    /// `Retry-After`: seconds, or a date.
    pub(super) retry_after: Option<&'a str>,
    /// Seconds until more requests are allowed.
    pub(super) remaining_seconds: Option<&'a str>,
    /// When that is, in seconds since 1970.
    pub(super) reset: Option<&'a str>,
}

impl Refusal {
    /// From an answer.
    pub(super) fn new(status: u16, headers: Headers<'_>, body: &[u8], now: Time) -> Self {
        let seconds = |text: &str| text.trim().parse().ok().map(Duration::from_secs);
        let wait = headers
            .retry_after
            .and_then(|text| retry_after::wait(text, now))
            .or_else(|| headers.remaining_seconds.and_then(seconds))
            .or_else(|| headers.reset.and_then(|text| until(text.trim().parse().ok()?, now)))
            .filter(|wait| *wait <= LONGEST_WAIT);
        Self { status, said: rollbar::refusal(body), wait }
    }

    /// For a sentence: the service's words, or the status.
    pub(super) fn in_words(&self) -> String {
        if self.said.is_empty() { format!("HTTP {}", self.status) } else { format!("{} (HTTP {})", self.said, self.status) }
    }
}

/// The second that is named is waited for, too.
fn until(second: u64, now: Time) -> Option<Duration> {
    let at = Time(second.checked_mul(SECOND as u64)?);
    let nanos = u64::try_from(at.since(now).max(0) + SECOND).ok()?;
    Some(Duration::from_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2025-02-01T15:23:00Z
    const NOW: Time = Time(1_738_423_380_000_000_000);

    fn wait(retry_after: Option<&str>, remaining_seconds: Option<&str>, reset: Option<&str>) -> Option<u64> {
        let headers = Headers { retry_after, remaining_seconds, reset };
        Refusal::new(429, headers, b"", NOW).wait.map(|wait| wait.as_secs())
    }

    #[test]
    fn how_long_to_wait_is_said_in_three_ways() {
        assert_eq!(wait(Some("7"), Some("12"), Some("1738423999")), Some(7));
        assert_eq!(wait(None, Some(" 12 "), Some("1738423999")), Some(12));
        assert_eq!(wait(None, None, Some("1738423392")), Some(13), "that second is waited for");
        assert_eq!(wait(None, None, Some("1738423000")), Some(1), "a time that is over");
        assert_eq!(wait(Some("soon"), Some("-1"), Some("99999999999999999999")), None);
        assert_eq!(wait(None, Some("9999999"), None), None, "nobody waits for months");
    }

    #[test]
    fn a_refusal_is_told_in_its_own_words() {
        let refusal = |body: &str| Refusal::new(403, Headers::default(), body.as_bytes(), NOW).in_words();
        assert_eq!(refusal(r#"{"err": 1, "message": "insufficient privileges"}"#), "insufficient privileges (HTTP 403)");
        assert_eq!(refusal("<html>"), "HTTP 403");
    }

    proptest! {
        #[test]
        fn no_answer_panics(body: Vec<u8>, a: String, b in "[0-9]{0,25}", c in "[0-9]{0,25}", now: u64) {
            let headers = Headers { retry_after: Some(&a), remaining_seconds: Some(&b), reset: Some(&c) };
            prop_assert_eq!(Refusal::new(429, headers, &body, Time(now)).status, 429);
        }
    }
}
