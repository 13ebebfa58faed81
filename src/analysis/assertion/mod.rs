//! The verdict on an assertion: it holds, it does not hold, or it cannot be told.
//!
//! | expected | a match is seen | enough asked, nothing may still come | something may still come, or a backend did not answer |
//! |---|---|---|---|
//! | some trace (`at least n`) | holds at the n-th, at once | does not hold | cannot be told |
//! | no trace (`at most n`) | does not hold at the n+1-th, at once | holds | cannot be told |
//!
//! A number between two bounds is both at once.

use crate::model::{Nanos, Time, TraceSummary};

/// How long after its last span a trace that is visibly incomplete may still be expected to grow: twice the delay with which
/// OpenTelemetry's batch processors send (`OTEL_BSP_SCHEDULE_DELAY`, 5 s).
pub const SETTLE: Nanos = 10_000_000_000;

/// The same where a service on the network stands between: it takes segments from daemons that gather them, and shows a trace
/// only when it has indexed it. AWS publishes no bound; tests against X-Ray that poll for less are known to fail now and then.
pub const SETTLE_REMOTE: Nanos = 60_000_000_000;

/// How many traces are expected to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// At least so many.
    pub min: usize,
    /// At most so many; `None` is no bound.
    pub max: Option<usize>,
}

impl Expected {
    /// At least one.
    pub const SOME: Self = Self { min: 1, max: None };
    /// None at all.
    pub const NONE: Self = Self { min: 0, max: Some(0) };

    /// How many matches need to be looked for: one more changes nothing.
    pub fn enough(self) -> usize {
        self.max.map_or(self.min, |max| max.saturating_add(1)).max(1)
    }
}

/// What was seen when the backends were asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Traces that match.
    pub matching: usize,
    /// Traces that do not match, but are incomplete and may still grow.
    pub growing: usize,
    /// Backends that did not answer.
    pub silent: usize,
    /// Whether a backend left out something that it could not read.
    pub left_out: bool,
}

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It holds, and nothing that is still to come can change that – or the time is up and nothing is expected to come.
    Holds,
    /// It does not hold.
    Fails,
    /// It cannot be told from what was seen.
    Unknown,
}

/// The verdict that no later observation can change, if there is one already.
pub fn settled(expected: Expected, seen: Seen) -> Option<Verdict> {
    if expected.max.is_some_and(|max| seen.matching > max) {
        return Some(Verdict::Fails);
    }
    (expected.max.is_none() && seen.matching >= expected.min).then_some(Verdict::Holds)
}

/// The verdict when there is no more time to wait.
pub fn judge(expected: Expected, seen: Seen) -> Verdict {
    if let Some(verdict) = settled(expected, seen) {
        return verdict;
    }
    let enough = seen.matching >= expected.min;
    // Whatever is still to come can only add matches: whoever counted them left out those that it may refute.
    let may_grow = seen.growing > 0 || seen.silent > 0 || seen.left_out;
    match (enough, may_grow) {
        (_, true) => Verdict::Unknown,
        (true, false) => Verdict::Holds,
        (false, false) => Verdict::Fails,
    }
}

/// Whether a trace is visibly incomplete and its last span arrived so lately, less than `settle` ago, that more may be on its way.
pub fn may_grow(summary: &TraceSummary, settle: Nanos, now: Time) -> bool {
    !summary.complete() && now.since(summary.received.unwrap_or(summary.end)) < settle
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(matching: usize, growing: usize, silent: usize) -> Seen {
        Seen { matching, growing, silent, left_out: false }
    }

    #[test]
    fn a_match_settles_existence_and_absence_at_once() {
        assert_eq!(settled(Expected::SOME, seen(1, 5, 1)), Some(Verdict::Holds));
        assert_eq!(settled(Expected::NONE, seen(1, 5, 1)), Some(Verdict::Fails));
        assert_eq!(settled(Expected::NONE, seen(0, 0, 0)), None, "absence needs time");
    }

    #[test]
    fn without_a_match_growing_traces_and_silent_backends_leave_it_open() {
        for expected in [Expected::SOME, Expected::NONE, Expected { min: 2, max: Some(4) }] {
            assert_eq!(judge(expected, seen(0, 1, 0)), Verdict::Unknown);
            assert_eq!(judge(expected, seen(0, 0, 1)), Verdict::Unknown);
        }
        assert_eq!(judge(Expected::NONE, Seen { left_out: true, ..Seen::default() }), Verdict::Unknown);
        assert_eq!(judge(Expected::SOME, seen(0, 0, 0)), Verdict::Fails);
        assert_eq!(judge(Expected::NONE, seen(0, 0, 0)), Verdict::Holds);
    }

    #[test]
    fn a_count_between_bounds_holds_only_when_nothing_more_can_come() {
        let two_to_four = Expected { min: 2, max: Some(4) };
        assert_eq!(settled(two_to_four, seen(3, 0, 0)), None);
        assert_eq!(judge(two_to_four, seen(3, 0, 0)), Verdict::Holds);
        assert_eq!(judge(two_to_four, seen(3, 1, 0)), Verdict::Unknown);
        assert_eq!(judge(two_to_four, seen(1, 0, 0)), Verdict::Fails);
        assert_eq!(judge(two_to_four, seen(5, 9, 9)), Verdict::Fails);
    }
}
