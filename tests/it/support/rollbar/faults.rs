//! What goes wrong where a test wants it to.

use super::answer::Answer;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// This status, with a body as a load balancer makes it.
    Status(u16),
    /// Refused by this status, in these words.
    Refuses(u16, String),
    /// 200, and the body refuses in these words.
    Err(String),
    /// A page for people.
    Garbage,
    /// JSON of another shape.
    Shape(String),
    /// Go there instead.
    Redirect(String),
    /// No answer, for ever.
    Hang,
    /// The answer ends in its midst.
    Half,
    /// An answer that never ends.
    Endless,
    /// Too many requests, for so many seconds.
    Limited(Limited, u64),
}

/// How it is said how long there are no more requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limited {
    /// Not at all.
    Silent,
    /// `X-Rate-Limit-Remaining-Seconds`.
    RemainingSeconds,
    /// `X-Rate-Limit-Reset`, in seconds since 1970: those of the fault are taken as such.
    Reset,
    /// `Retry-After`.
    RetryAfter,
}

/// The faults that are planned.
#[derive(Debug, Default)]
pub(super) struct Plan(Vec<(Fault, usize, usize)>);

impl Plan {
    pub(super) fn push(&mut self, fault: Fault, after: usize, times: usize) {
        self.0.push((fault, after, times));
    }

    /// What happens to this request, and takes it off the plan.
    pub(super) fn take(&mut self) -> Option<Fault> {
        for (fault, after, times) in self.0.iter_mut().filter(|(_, _, times)| *times > 0) {
            if *after > 0 {
                *after -= 1;
            } else {
                *times = times.saturating_sub(1);
                return Some(fault.clone());
            }
        }
        None
    }
}

/// The refusal of one request too many: <https://docs.rollbar.com/docs/rate-limits>. The headers are those that Rollbar's own SDKs read.
pub(super) fn limited(form: Limited, seconds: u64) -> Answer {
    let said = Answer::refusal(429, "Reached max calls per minute for access token").with("x-rate-limit-remaining", "0");
    match form {
        Limited::Silent => said,
        Limited::RemainingSeconds => said.with("x-rate-limit-remaining-seconds", seconds.to_string()),
        Limited::Reset => said.with("x-rate-limit-reset", seconds.to_string()),
        Limited::RetryAfter => said.with("retry-after", seconds.to_string()),
    }
}
