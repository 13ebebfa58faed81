//! Where a moment is drawn: time to columns, and the ticks of the axis.

use crate::model::time::{Nanos, SECOND};
use crate::model::{Time, TimeRange};

/// Steps that clocks are read in, between which 1-2-5 would give such things as 16 m 40 s.
const CLOCK_STEPS: [Nanos; 13] = [60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800];

/// Time drawn over a number of columns: evenly, or in pieces of different density with a column between them that belongs to none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    start: Time,
    columns: usize,
    pieces: Vec<Piece>,
}

/// A part of the time that is drawn evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    start: Time,
    end: Time,
    /// Where it begins, in eighths of a column.
    from: usize,
    /// Where it ends, in eighths of a column.
    to: usize,
}

/// A labelled place on the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// Nanoseconds after the start.
    pub offset: Nanos,
    /// The column that begins there.
    pub column: usize,
}

impl Scale {
    /// Draws `range` over `columns`.
    pub fn new(range: TimeRange, columns: usize) -> Self {
        Self::broken(range.start(), &[(range, 1)], columns)
    }

    /// Draws several ranges, one behind the other, over `columns`, each with so large a share of them, and two columns at least if there
    /// are as many. Ranges do not overlap and come in their order; times count from `start`.
    pub fn broken(start: Time, ranges: &[(TimeRange, u64)], columns: usize) -> Self {
        let room = columns.saturating_sub(ranges.len().saturating_sub(1));
        let least = if ranges.len() > 1 { 2.min(room / ranges.len()) } else { 0 };
        let free = room - least * ranges.len();
        let all: u128 = ranges.iter().map(|(_, share)| u128::from(*share)).sum::<u128>().max(1);
        let mut pieces = Vec::with_capacity(ranges.len());
        let (mut before, mut shares) = (0, 0);
        for (nth, (range, share)) in ranges.iter().enumerate() {
            shares += u128::from(*share);
            let until = (free as u128 * shares / all) as usize + (nth + 1) * least;
            pieces.push(Piece { start: range.start(), end: range.end(), from: (before + nth) * 8, to: (until + nth) * 8 });
            before = until;
        }
        Self { start, columns, pieces }
    }

    /// From when times count.
    pub fn start(&self) -> Time {
        self.start
    }

    /// How many columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The columns between two pieces.
    pub fn breaks(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().skip(1).map(|piece| (piece.from / 8).saturating_sub(1))
    }

    /// Where `at` is drawn, in eighths of a column, from 0 to eight times the columns. What is outside the range is at its edge, what is
    /// between two pieces where the later one begins.
    pub fn eighths(&self, at: Time) -> usize {
        let after = self.pieces.partition_point(|piece| piece.end < at);
        let Some(piece) = self.pieces.get(after).or(self.pieces.last()) else { return 0 };
        let length = piece.end.since(piece.start);
        let offset = at.since(piece.start).clamp(0, length);
        if length == 0 { piece.from } else { piece.from + (offset * (piece.to - piece.from) as Nanos / length) as usize }
    }

    /// The ticks: at most one every `spacing` columns within a piece, at multiples of a number that is nice to read, from zero on; in a
    /// further piece that has none, one at its beginning.
    pub fn ticks(&self, spacing: usize) -> Vec<Tick> {
        let mut ticks = Vec::new();
        for (nth, piece) in self.pieces.iter().enumerate() {
            let (columns, spacing) = (((piece.to - piece.from) / 8).max(1) as Nanos, spacing.max(1) as Nanos);
            let length = piece.end.since(piece.start);
            let (first, last) = (piece.start.since(self.start), piece.end.since(self.start));
            let step = nice_step((length * spacing + columns - 1) / columns);
            let multiples = (first.max(0) + step - 1) / step..=(first.max(0) + step - 1) / step + columns / spacing;
            let nice = multiples.map(|nth| nth * step).filter(|offset| *offset == 0 || *offset < last);
            let before = ticks.len();
            let tick = |offset| Tick { offset, column: self.eighths(self.start.saturating_add(offset)).div_ceil(8) };
            ticks.extend(nice.map(tick).filter(|tick| tick.column * 8 < piece.to.max(1)));
            if ticks.len() == before && nth > 0 {
                ticks.push(Tick { offset: first, column: piece.from / 8 });
            }
        }
        ticks
    }
}

/// The smallest nice number that is at least `least`: 1, 2 or 5 times a power of ten nanoseconds (Heckbert, "Nice numbers for
/// graph labels", Graphics Gems, 1990); minutes and hours from half a minute on; then 1, 2 or 5 times a power of ten days.
pub fn nice_step(least: Nanos) -> Nanos {
    let least = least.max(1);
    let decimal = |unit: Nanos| {
        let mut power = unit;
        while power * 10 <= least {
            power *= 10;
        }
        [1, 2, 5, 10].map(|factor| factor * power).into_iter().find(|step| *step >= least)
    };
    let half_a_minute = 30 * SECOND;
    if least <= 20 * SECOND {
        decimal(1).unwrap_or(half_a_minute).min(half_a_minute)
    } else if least <= half_a_minute {
        half_a_minute
    } else {
        let clock = CLOCK_STEPS.iter().map(|seconds| seconds * SECOND).find(|step| *step >= least);
        clock.or_else(|| decimal(86_400 * SECOND)).unwrap_or(least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::MILLISECOND;
    use proptest::prelude::*;

    fn scale(length: u64, columns: usize) -> Scale {
        Scale::new(TimeRange::new(Time(1_000), Time(1_000 + length)).unwrap(), columns)
    }

    #[test]
    fn steps_are_nice_to_read() {
        let seconds = |s: Nanos| s * SECOND;
        for (least, step) in [
            (0, 1),
            (3, 5),
            (81 * MILLISECOND, 100 * MILLISECOND),
            (120 * MILLISECOND, 200 * MILLISECOND),
            (seconds(11), seconds(20)),
            (seconds(21), seconds(30)),
            (seconds(31), seconds(60)),
            (seconds(700), seconds(1_200)),
            (seconds(50_000), seconds(86_400)),
            (seconds(300_000), seconds(432_000)),
        ] {
            assert_eq!(nice_step(least), step, "{least}");
        }
    }

    #[test]
    fn ticks_are_where_a_bar_that_starts_then_begins() {
        let ticks: Vec<_> =
            scale(812_000_000, 40).ticks(10).iter().map(|tick| (tick.offset / MILLISECOND, tick.column)).collect();
        assert_eq!(ticks, [(0, 0), (500, 25)]);
        let ticks: Vec<_> =
            scale(800_000_000, 40).ticks(10).iter().map(|tick| (tick.offset / MILLISECOND, tick.column)).collect();
        assert_eq!(ticks, [(0, 0), (200, 10), (400, 20), (600, 30)]);
    }

    #[test]
    fn pieces_have_their_share_and_a_column_between_them() {
        let range = |start, end| TimeRange::new(Time(start), Time(end)).unwrap();
        let scale = Scale::broken(Time(1_000), &[(range(1_000, 1_100), 2), (range(1_100, 41_100), 1)], 31);
        assert_eq!(scale.breaks().collect::<Vec<_>>(), [19]);
        let columns = [1_000, 1_050, 1_100, 1_101, 21_100, 41_100, 50_000].map(|at| scale.eighths(Time(at)) / 8);
        assert_eq!(columns, [0, 9, 19, 20, 25, 31, 31]);
        let ticks: Vec<_> = scale.ticks(5).iter().map(|tick| (tick.offset, tick.column)).collect();
        assert_eq!(ticks, [(0, 0), (50, 10), (20_000, 26)]);
    }

    #[test]
    fn a_trace_of_no_length_has_one_tick_and_everything_at_it() {
        let scale = scale(0, 40);
        assert_eq!(scale.ticks(10), [Tick { offset: 0, column: 0 }]);
        assert_eq!(scale.eighths(Time(5_000)), 0);
    }

    proptest! {
        #[test]
        fn later_is_never_further_left(start: u64, length: u64, a: u64, b: u64, columns in 1_usize..400) {
            let range = TimeRange::new(Time(start), Time(start.saturating_add(length))).unwrap();
            let scale = Scale::new(range, columns);
            prop_assert!(scale.eighths(Time(a.min(b))) <= scale.eighths(Time(a.max(b))));
            prop_assert_eq!(scale.eighths(range.start()), 0);
            prop_assert!(scale.eighths(Time(a)) <= columns * 8);
        }

        #[test]
        fn later_is_never_further_left_across_a_break(
            mut times in proptest::collection::vec(0_u64..5_000, 2..9), columns in 12_usize..200, a in 0_u64..6_000, b in 0_u64..6_000,
        ) {
            times.sort_unstable();
            let ranges: Vec<_> = times.chunks_exact(2)
                .map(|pair| (TimeRange::new(Time(pair[0]), Time(pair[1])).unwrap(), pair[1] - pair[0] + 1))
                .collect();
            let scale = Scale::broken(Time(times[0]), &ranges, columns);
            prop_assert!(scale.eighths(Time(a.min(b))) <= scale.eighths(Time(a.max(b))));
            prop_assert!(scale.eighths(Time(a)) <= columns * 8);
            prop_assert_eq!(scale.breaks().count(), ranges.len() - 1);
            prop_assert!(scale.ticks(9).iter().all(|tick| tick.column < columns));
        }

        #[test]
        fn ticks_are_far_enough_apart(length in 1_u64.., columns in 12_usize..400, spacing in 4_usize..12) {
            let range = TimeRange::new(Time(0), Time(length)).unwrap();
            let ticks = Scale::new(range, columns).ticks(spacing);
            prop_assert!(!ticks.is_empty());
            prop_assert!(ticks.windows(2).all(|pair| pair[1].column + 1 >= pair[0].column + spacing), "{ticks:?}");
        }
    }
}
