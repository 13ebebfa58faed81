//! Where a moment is drawn: time to columns, and the ticks of the axis.

use crate::model::time::{Nanos, SECOND};
use crate::model::{Time, TimeRange};

/// Steps that clocks are read in, between which 1-2-5 would give such things as 16 m 40 s.
const CLOCK_STEPS: [Nanos; 13] = [60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800];

/// A range of time drawn over a number of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    start: Time,
    length: Nanos,
    columns: usize,
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
        Self { start: range.start(), length: range.end().since(range.start()), columns }
    }

    /// How many columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Where `at` is drawn, in eighths of a column, from 0 to eight times the columns. What is outside the range is at its edge.
    pub fn eighths(&self, at: Time) -> usize {
        let whole = self.columns as Nanos * 8;
        let offset = at.since(self.start).clamp(0, self.length);
        if self.length == 0 { 0 } else { (offset * whole / self.length) as usize }
    }

    /// The ticks: at most one every `spacing` columns, at multiples of a number that is nice to read, from zero on.
    pub fn ticks(&self, spacing: usize) -> Vec<Tick> {
        let (columns, spacing) = (self.columns.max(1) as Nanos, spacing.max(1) as Nanos);
        let step = nice_step((self.length * spacing + columns - 1) / columns);
        (0..=columns / spacing)
            .map(|nth| nth * step)
            .take_while(|offset| *offset == 0 || *offset < self.length)
            .map(|offset| Tick { offset, column: self.eighths(self.start.saturating_add(offset)).div_ceil(8) })
            .filter(|tick| tick.column < self.columns)
            .collect()
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
        fn ticks_are_far_enough_apart(length in 1_u64.., columns in 12_usize..400, spacing in 4_usize..12) {
            let range = TimeRange::new(Time(0), Time(length)).unwrap();
            let ticks = Scale::new(range, columns).ticks(spacing);
            prop_assert!(!ticks.is_empty());
            prop_assert!(ticks.windows(2).all(|pair| pair[1].column + 1 >= pair[0].column + spacing), "{ticks:?}");
        }
    }
}
