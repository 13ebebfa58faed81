//! Which windows of time to ask for, one after the other.
//!
//! The service answers for a limited range at once: six hours are what its own console and its service graph take
//! (<https://docs.aws.amazon.com/xray/latest/devguide/xray-console-deeplinks.html>). It keeps traces for 30 days
//! (<https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html>).

use crate::model::time::SECOND;
use crate::model::{Nanos, Time, TimeRange};

/// The longest window that is asked for.
pub const LONGEST: Nanos = 6 * 3600 * SECOND;

/// How long the service keeps traces.
pub const KEPT: Nanos = 30 * 24 * 3600 * SECOND;

/// How far ahead of ours the clock of a sender may be.
const AHEAD: Nanos = 60 * SECOND;

/// How much of the newest may be left out where it would cost a request: X-Ray takes longer to index what arrives.
const MOMENT: Nanos = SECOND;

/// What to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Windows of at most [`LONGEST`], newest first, each up to where the one before it begins.
    pub windows: Vec<TimeRange>,
    /// Whether the range begins before what the service still keeps.
    pub cut: bool,
}

/// The fewest windows that together cover what of `range` the service may hold: from at most 30 days before `now` until a minute
/// after it, if that minute needs no window more. All but the oldest are as long as they may be. None where nothing is left of the range.
pub fn windows(range: TimeRange, now: Time) -> Plan {
    let oldest = now.saturating_add(-KEPT);
    let start = range.start().max(oldest);
    let end_of = |ahead| range.end().min(now.saturating_add(ahead));
    let count = |end: Time| (end.since(start).max(0) as u128).div_ceil(LONGEST as u128);
    // A minute for the sake of clocks is not worth a request of its own, nor is what is younger than the question itself.
    let least = count(end_of(-MOMENT)).max(1);
    let longest = start.saturating_add(LONGEST.saturating_mul(least as Nanos));
    let mut end = if count(end_of(AHEAD)) <= least { end_of(AHEAD) } else { end_of(0).min(longest) };
    let mut windows = Vec::new();
    while start < end {
        let begin = start.max(end.saturating_add(-LONGEST));
        windows.extend(TimeRange::new(begin, end));
        end = begin;
    }
    Plan { windows, cut: range.start() < oldest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: Nanos = 3600 * SECOND;
    const NOW: Time = Time(1_795_500_000_000_000_000);

    fn range(from: Nanos, to: Nanos) -> TimeRange {
        TimeRange::new(NOW.saturating_add(from), NOW.saturating_add(to)).unwrap()
    }

    #[test]
    fn a_day_is_four_windows_newest_first() {
        let plan = windows(range(-24 * HOUR, 0), NOW);
        assert_eq!(plan.windows, [(-6, 0), (-12, -6), (-18, -12), (-24, -18)].map(|(from, to)| range(from * HOUR, to * HOUR)));
        assert!(!plan.cut);
    }

    #[test]
    fn what_is_younger_than_the_question_is_not_worth_a_window() {
        assert_eq!(windows(range(-6 * HOUR, 0), NOW).windows.len(), 1);
        let plan = windows(range(-6 * HOUR - SECOND, 0), NOW);
        assert_eq!(plan.windows, [range(-6 * HOUR - SECOND, -SECOND)]);
        let plan = windows(range(-6 * HOUR - SECOND - 1, 0), NOW);
        assert_eq!(plan.windows, [range(-6 * HOUR, 0), range(-6 * HOUR - SECOND - 1, -6 * HOUR)]);
        let past = windows(range(-16 * HOUR, -10 * HOUR + 1), NOW);
        assert_eq!(past.windows.len(), 2, "what is long past is asked for to the nanosecond");
    }

    #[test]
    fn what_is_no_longer_kept_or_has_not_been_yet_is_not_asked_for() {
        let plan = windows(TimeRange::ALL, NOW);
        assert_eq!((plan.windows.len(), plan.cut), (120, true));
        assert_eq!(plan.windows[0].end(), NOW);
        assert_eq!(plan.windows[119].start(), NOW.saturating_add(-KEPT));
        assert_eq!(windows(range(-HOUR, HOUR), NOW).windows, [range(-HOUR, 60 * SECOND)]);
        assert!(!windows(range(-KEPT, 0), NOW).cut);
        assert_eq!(windows(range(-2 * KEPT, -KEPT), NOW), Plan { windows: Vec::new(), cut: true });
        assert_eq!(windows(range(61 * SECOND, HOUR), NOW), Plan::default());
        assert_eq!(windows(range(0, 0), NOW), Plan::default());
    }

    proptest! {
        #[test]
        fn windows_cover_exactly_what_is_asked_and_kept(
            now in prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)],
            (from, length) in prop_oneof![
                (-2 * KEPT..2 * HOUR, 0..3 * KEPT),
                (-40 * HOUR..2 * HOUR, 0..30 * HOUR),
                ((-9_i128..9).prop_map(|n| n * 6 * HOUR), (0_i128..9).prop_map(|n| n * 6 * HOUR)),
            ],
        ) {
            let now = Time(now);
            let from = now.saturating_add(from);
            let range = TimeRange::new(from, from.saturating_add(length)).unwrap();
            let Plan { windows, cut } = windows(range, now);
            let start = range.start().max(now.saturating_add(-KEPT));
            let (least, most) = (range.end().min(now.saturating_add(-MOMENT)), range.end().min(now.saturating_add(AHEAD)));
            prop_assert_eq!(cut, range.start() < start);
            let fewest = |end: Time| (end.since(start).max(0) + LONGEST - 1) / LONGEST;
            prop_assert_eq!(windows.len() as Nanos, fewest(least).max(fewest(most).min(1)));
            let covered = windows.first().map_or(start, TimeRange::end);
            prop_assert!(covered >= least || covered == start);
            if let (Some(newest), Some(oldest)) = (windows.first(), windows.last()) {
                prop_assert_eq!(oldest.start(), start);
                prop_assert!(newest.end() == most || newest.end() <= now && fewest(most) > fewest(least));
            }
            prop_assert!(windows.windows(2).all(|pair| pair[1].end() == pair[0].start()));
            prop_assert!(windows.iter().all(|window| (1..=LONGEST).contains(&window.end().since(window.start()))));
        }
    }
}
