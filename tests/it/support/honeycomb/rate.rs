//! How many results may be created in a window that slides, and how a refusal is said:
//! <https://docs.honeycomb.io/api/rate-limit/>, <https://docs.honeycomb.io/api/query-data/>.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use cruddur_trace::model::Time;

use super::answer::Answer;
use super::setup::Limited;

/// When the results of the last window were asked for. One for the whole team.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    created: VecDeque<Instant>,
}

impl Limiter {
    /// Takes a place in the window, or says how long there is none.
    pub(super) fn take(&mut self, arrived: Instant, most: usize, window: Duration) -> Result<(), Duration> {
        self.created.retain(|created| arrived.saturating_duration_since(*created) < window);
        if self.created.len() < most {
            self.created.push_back(arrived);
            return Ok(());
        }
        // Where none is allowed at all, there is no first one to wait for.
        let first = self.created.front().map_or(Duration::ZERO, |first| arrived.saturating_duration_since(*first));
        Err(window.saturating_sub(first))
    }
}

/// The refusal. `wait` is how long it lasts, `now` what the clock says.
pub(super) fn refusal(form: Limited, most: usize, window: Duration, wait: Duration, now: Time) -> Answer {
    // Whole seconds, and never too few.
    let seconds = wait.as_millis().div_ceil(1000);
    let free = now.to_datetime() + chrono::TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1000));
    let per = if window == Duration::from_mins(1) { "minute".to_owned() } else { format!("{window:?}") };
    let default = format!("This endpoint allows {most} requests per {per}.");
    let said = |detail: &str| Answer::problem(429, "rate-limited", "You have exceeded your rate limit.", detail);
    match form {
        Limited::Silent => said(&default),
        Limited::RetryAfterSeconds => said(&default).with("retry-after", seconds.to_string()),
        Limited::RetryAfterDate => said(&default).with("retry-after", free.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        Limited::RateLimit => said(&default)
            .with("ratelimit", format!("limit={most}, remaining=0, reset={seconds}"))
            .with("ratelimit-policy", format!("{most};w={}", window.as_secs())),
        Limited::Detail => said(&format!("Please try again after {}.", free.format("%Y-%m-%dT%H:%M:%SZ"))),
    }
}
