//! What Honeycomb says when it refuses: <https://docs.honeycomb.io/api/errors/>, and how long to wait where it was asked too often:
//! <https://docs.honeycomb.io/api/rate-limit/>.

use std::time::Duration;

use chrono::DateTime;
use serde::Deserialize;

use crate::backend::retry_after;
use crate::model::Time;

/// Longer than this is nothing that a person wrote.
const LONGEST: usize = 500;
/// What nobody waits for is no answer to how long to wait.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// An answer that is a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Of HTTP.
    pub(super) status: u16,
    /// In the service's words; empty where it has none. Text from outside.
    pub(super) said: String,
    /// How long to wait before asking again, where it says so.
    pub(super) wait: Option<Duration>,
    /// Whether asking was counted as a query result.
    pub(super) counted: bool,
}

/// All the shapes that refusals have: of the first API, of RFC 7807, and of JSON:API.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    type_detail: Vec<Detail>,
    errors: Vec<Detail>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    field: Option<String>,
    description: Option<String>,
    #[serde(rename = "detail")]
    said: Option<String>,
    title: Option<String>,
}

/// Headers that say how long to wait.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Headers<'a> {
    /// `Retry-After`: seconds, or a date.
    pub(super) retry_after: Option<&'a str>,
    /// `RateLimit`: `limit=10, remaining=0, reset=12`.
    pub(super) rate_limit: Option<&'a str>,
}

impl Refusal {
    /// From an answer.
    pub(super) fn new(status: u16, headers: Headers<'_>, body: &[u8], now: Time) -> Self {
        let body: Body = serde_json::from_slice(body).unwrap_or_default();
        let wait = headers
            .retry_after
            .and_then(|text| retry_after::wait(text, now))
            .or_else(|| headers.rate_limit.and_then(reset))
            .or_else(|| body.detail.as_deref().and_then(|detail| until_named(detail, now)))
            .filter(|wait| *wait <= LONGEST_WAIT);
        Self { status, said: body.message(), wait, counted: false }
    }

    /// For a sentence: the service's words, or the status.
    pub(super) fn in_words(&self) -> String {
        if self.said.is_empty() { format!("HTTP {}", self.status) } else { format!("{} (HTTP {})", self.said, self.status) }
    }

    /// Whether the question is refused, and not who asks, or when.
    pub(super) fn is_of_the_question(&self) -> bool {
        matches!(self.status, 400 | 413 | 422)
    }

    /// Whether fewer ids in a list may be taken.
    pub(super) fn is_of_the_ids(&self) -> bool {
        let of_filters = self.speaks_of(&["filter", "value", "item"]) && !self.speaks_of(&["breakdown", "column"]);
        self.status == 413 || self.is_of_the_question() && of_filters
    }

    /// Whether its words contain one of these.
    pub(super) fn speaks_of(&self, words: &[&str]) -> bool {
        let said = self.said.to_lowercase();
        words.iter().any(|word| said.contains(word))
    }
}

impl Body {
    fn message(self) -> String {
        let details: Vec<String> = self.type_detail.into_iter().chain(self.errors).filter_map(Detail::message).collect();
        let there = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let said = if details.is_empty() {
            [there(&self.detail), there(&self.error), there(&self.title)].into_iter().flatten().next().unwrap_or_default()
        } else {
            details.join("; ")
        };
        said.chars().take(LONGEST).collect()
    }
}

impl Detail {
    fn message(self) -> Option<String> {
        let said = self.description.or(self.said).or(self.title).filter(|text| !text.trim().is_empty())?;
        Some(match self.field.filter(|field| !field.is_empty() && !said.contains(field.as_str())) {
            Some(field) => format!("{field}: {said}"),
            None => said,
        })
    }
}

fn reset(text: &str) -> Option<Duration> {
    let seconds = text.split([',', ';']).find_map(|part| part.trim().strip_prefix("reset=")?.parse().ok())?;
    Some(Duration::from_secs(seconds))
}

/// `Please try again after 2025-02-01T15:23:12Z.`
fn until_named(text: &str, now: Time) -> Option<Duration> {
    text.split_whitespace().find_map(|word| {
        let at = DateTime::parse_from_rfc3339(word.trim_end_matches(['.', ',', ')'])).ok()?;
        retry_after::until(Time::from_datetime(at.to_utc())?, now)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2025-02-01T15:23:00Z
    const NOW: Time = Time(1_738_423_380_000_000_000);

    fn refusal(body: &str) -> Refusal {
        Refusal::new(422, Headers::default(), body.as_bytes(), NOW)
    }

    #[test]
    fn the_most_telling_words_of_every_shape_are_taken() {
        for (body, said) in [
            (r#"{"error":"unknown API key - check your credentials"}"#, "unknown API key - check your credentials"),
            (
                r#"{"status":404,"type":"x","title":"The requested resource cannot be found.","error":"Dataset not found","detail":"Dataset not found"}"#,
                "Dataset not found",
            ),
            (
                r#"{"error":"The provided input is invalid.","title":"t","type_detail":[{"field":"type","code":"invalid","description":"type: must be a valid value"},{"field":"limit","code":"invalid","description":"must be less"}]}"#,
                "type: must be a valid value; limit: must be less",
            ),
            (
                r#"{"errors":[{"id":"06dc","code":"x","title":"t","detail":"missing unknown column \"is_error\""}]}"#,
                "missing unknown column \"is_error\"",
            ),
            ("<html>", ""),
            ("", ""),
        ] {
            assert_eq!(refusal(body).said, said);
        }
        assert_eq!(refusal("").in_words(), "HTTP 422");
        assert_eq!(refusal(r#"{"error":"no"}"#).in_words(), "no (HTTP 422)");
    }

    #[test]
    fn how_long_to_wait_is_said_in_four_ways() {
        let wait = |retry_after, rate_limit, body: &str| {
            Refusal::new(429, Headers { retry_after, rate_limit }, body.as_bytes(), NOW).wait.map(|wait| wait.as_secs())
        };
        assert_eq!(wait(Some("7"), Some("limit=10, remaining=0, reset=12"), ""), Some(7));
        assert_eq!(wait(Some("Sat, 01 Feb 2025 15:23:12 GMT"), None, ""), Some(13));
        assert_eq!(wait(None, Some("limit=10, remaining=0, reset=12"), ""), Some(12));
        assert_eq!(wait(None, None, r#"{"detail":"Please try again after 2025-02-01T15:23:12Z."}"#), Some(13));
        assert_eq!(wait(None, None, r#"{"detail":"This endpoint allows 10 requests per minute."}"#), None);
        assert_eq!(wait(Some("Sat, 01 Feb 2025 15:22:00 GMT"), None, ""), Some(1), "a date that is over");
        assert_eq!(wait(Some("soon"), Some("reset=x"), "[]"), None);
        assert_eq!(wait(Some("99999999"), None, ""), None, "nobody waits for years");
    }

    proptest! {
        #[test]
        fn no_answer_panics(body: Vec<u8>, retry_after: String, rate_limit: String) {
            let headers = Headers { retry_after: Some(&retry_after), rate_limit: Some(&rate_limit) };
            prop_assert_eq!(Refusal::new(429, headers, &body, NOW).status, 429);
        }
    }
}
