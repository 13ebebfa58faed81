//! The verdict on an assertion: it holds, it does not hold, or it cannot be told.
//!
//! Every trace that is looked at matches, does not match, or is open: it may still grow, and whether it matches in the end depends on
//! what arrives ([`Expr::foresee`]). So the number of traces that match is known to lie between two bounds:
//!
//! | expected | at once | when the time is up, or nothing more can come | otherwise |
//! |---|---|---|---|
//! | at least n (some trace: 1) | holds at the n-th that surely matches | does not hold if even with all that are open there are fewer | cannot be told |
//! | at most n (no trace: 0) | does not hold at the n+1-th that surely matches | holds if with all that are open there are no more | cannot be told |
//! | both | does not hold as above | both must hold | cannot be told |
//!
//! A backend that does not answer, and traces that it left out, may match or not: there is then no upper bound.
//!
//! **A trace may still grow** ([`may_grow`]) while something of it arrived less than the settle time ago. That it looks whole says
//! nothing: a span that nobody has called yet is not missed. The settle time is what is assumed of those who send: that a span
//! arrives at most so long after it has ended, and that a trace of which more is to come is never silent for longer. What arrives
//! later than that, such as a file that is imported, is old, and then it is believed that what looks whole is whole.
//!
//! An upper bound is about the traces that have begun when it is asked: they have settled after that time.

#[cfg(test)]
mod simulation;

use crate::model::{Nanos, Time, Trace, TraceSummary};
use crate::query::Expr;

/// How long a trace may be silent before nothing more is expected of it: twice the delay with which OpenTelemetry's batch
/// processors send (`OTEL_BSP_SCHEDULE_DELAY`, 5 s).
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

    /// Whether it is about traces that have begun when it is asked: nothing is waited for but that they are whole.
    pub fn is_of_the_past(self) -> bool {
        self.min == 0
    }
}

/// What was seen when the backends were asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Traces that match, and will whatever else arrives.
    pub matching: usize,
    /// Traces that may still grow, and then match or not.
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

/// The verdict when no other trace counts any more than those that were seen.
pub fn judge(expected: Expected, seen: Seen) -> Verdict {
    if let Some(verdict) = settled(expected, seen) {
        return verdict;
    }
    let unbounded = seen.silent > 0 || seen.left_out;
    let most = if unbounded { usize::MAX } else { seen.matching.saturating_add(seen.growing) };
    if most < expected.min {
        Verdict::Fails
    } else if seen.matching >= expected.min && expected.max.is_none_or(|max| most <= max) {
        Verdict::Holds
    } else {
        Verdict::Unknown
    }
}

/// Whether more of a trace may be on its way.
pub fn may_grow(summary: &TraceSummary, settle: Nanos, now: Time) -> bool {
    let arrived = summary.received.unwrap_or(summary.end);
    // What arrives much later than it ended does not come from who recorded it, but from a file that was written before.
    let is_live = arrived.since(summary.end) < settle;
    now.since(arrived) < settle && (is_live || !summary.complete())
}

/// When nothing more is expected of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// For how long it has to have been silent, in nanoseconds.
    pub settle: Nanos,
    /// Whether those who send have ended: then what looks whole is whole.
    pub ended: bool,
}

impl Silence {
    /// Whether more of a trace may be on its way: [`may_grow`].
    pub fn may_grow(self, summary: &TraceSummary, now: Time) -> bool {
        !(self.ended && summary.complete()) && may_grow(summary, self.settle, now)
    }
}

/// Whether what a trace may grow into counts for something that is asked since `begun`. Which trace has begun before is only known of
/// those whose beginning is there.
pub fn counts(expected: Expected, summary: &TraceSummary, begun: Time) -> bool {
    !expected.is_of_the_past() || summary.start <= begun || !summary.complete()
}

/// Whether a trace matches in the end; `None` where that depends on what is still to come of it.
pub fn will_match(filter: Option<&Expr>, trace: &Trace, may_grow: bool) -> Option<bool> {
    match filter {
        None => Some(true),
        Some(filter) if may_grow => filter.foresee(trace),
        Some(filter) => Some(filter.matches(trace).is_some()),
    }
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
        for expected in [Expected::SOME, Expected::NONE, Expected { min: 1, max: Some(4) }] {
            assert_eq!(judge(expected, seen(0, 1, 0)), Verdict::Unknown);
            assert_eq!(judge(expected, seen(0, 0, 1)), Verdict::Unknown);
        }
        assert_eq!(judge(Expected::NONE, Seen { left_out: true, ..Seen::default() }), Verdict::Unknown);
        assert_eq!(judge(Expected::SOME, seen(0, 0, 0)), Verdict::Fails);
        assert_eq!(judge(Expected::NONE, seen(0, 0, 0)), Verdict::Holds);
    }

    #[test]
    fn a_count_is_an_interval_while_traces_grow() {
        let two_to_four = Expected { min: 2, max: Some(4) };
        assert_eq!(settled(two_to_four, seen(3, 0, 0)), None);
        assert_eq!(judge(two_to_four, seen(3, 0, 0)), Verdict::Holds);
        assert_eq!(judge(two_to_four, seen(3, 1, 0)), Verdict::Holds, "3 or 4");
        assert_eq!(judge(two_to_four, seen(3, 2, 0)), Verdict::Unknown, "3 to 5");
        assert_eq!(judge(two_to_four, seen(0, 1, 0)), Verdict::Fails, "1 at most");
        assert_eq!(judge(two_to_four, seen(1, 1, 0)), Verdict::Unknown);
        assert_eq!(judge(two_to_four, seen(1, 0, 0)), Verdict::Fails);
        assert_eq!(judge(two_to_four, seen(5, 9, 9)), Verdict::Fails);
    }
}
