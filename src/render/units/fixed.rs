//! Lengths of time in one unit and with equally many digits, so that a column of them sums to what stands below it.

use crate::model::time::{MICROSECOND, MILLISECOND, Nanos, SECOND};

/// In which unit a column is written, and to which digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    unit: Nanos,
    name: &'static str,
    digits: u32,
}

impl Fixed {
    /// For lengths up to this one, in nanoseconds: four digits of the longest, never more than a nanosecond or less than a second.
    pub fn up_to(longest: Nanos, ascii: bool) -> Self {
        let longest = longest.saturating_abs();
        let micro = if ascii { "us" } else { "µs" };
        let units = [(SECOND, "s", 3), (MILLISECOND, "ms", 3), (MICROSECOND, micro, 3), (1, "ns", 0)];
        let (unit, name, most) = units.into_iter().find(|(unit, ..)| longest >= *unit).unwrap_or(units[3]);
        let whole = (longest / unit).checked_ilog10().unwrap_or(0);
        Self { unit, name, digits: 3_u32.saturating_sub(whole).min(most) }
    }

    /// The worth of the last digit, in nanoseconds.
    pub fn step(self) -> Nanos {
        self.unit / 10_i128.pow(self.digits)
    }

    /// Lengths that are each divided by `divisor`, as numbers of steps whose sum is that of the whole, rounded: those that lose most by
    /// rounding down are rounded up (largest remainders). What is a whole number of steps stays what it is, and nothing is off by a step.
    pub fn steps(self, lengths: &[Nanos], divisor: Nanos) -> Vec<Nanos> {
        let step = self.step().saturating_mul(divisor);
        let mut steps: Vec<Nanos> = lengths.iter().map(|length| length.div_euclid(step)).collect();
        let up = self.round(lengths.iter().sum(), divisor) - steps.iter().sum::<Nanos>();
        let mut lost: Vec<usize> = (0..lengths.len()).filter(|place| lengths[*place].rem_euclid(step) > 0).collect();
        lost.sort_by_key(|place| (std::cmp::Reverse(lengths[*place].rem_euclid(step)), *place));
        for place in lost.into_iter().take(usize::try_from(up).unwrap_or(0)) {
            steps[place] += 1;
        }
        steps
    }

    /// One length that is divided by `divisor`, as the nearest number of steps; halves away from zero.
    pub fn round(self, length: Nanos, divisor: Nanos) -> Nanos {
        let step = self.step().saturating_mul(divisor);
        let up = Nanos::from(length.unsigned_abs() % step.unsigned_abs() * 2 >= step.unsigned_abs());
        length.signum() * (length.saturating_abs() / step + up)
    }

    /// A number of steps: `12.50 ms`. Without a sign.
    pub fn text(self, steps: Nanos) -> String {
        let per_unit = 10_u128.pow(self.digits);
        let (whole, part) = (super::count(steps.unsigned_abs() / per_unit), steps.unsigned_abs() % per_unit);
        match self.digits {
            0 => format!("{whole} {}", self.name),
            digits => format!("{whole}.{part:0digits$} {}", self.name, digits = digits as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(longest: Nanos, length: Nanos) -> String {
        let fixed = Fixed::up_to(longest, false);
        fixed.text(fixed.round(length, 1))
    }

    #[test]
    fn the_longest_has_four_digits_and_the_others_as_many_behind_the_point() {
        assert_eq!(written(812_400_000, 812_400_000), "812.4 ms");
        assert_eq!(written(812_400_000, 49_999), "0.0 ms");
        assert_eq!(written(812_400_000, -50_000), "0.1 ms");
        assert_eq!(written(9_999, 9_999), "9.999 µs");
        assert_eq!(written(999, 1), "1 ns");
        assert_eq!(written(0, 0), "0 ns");
        assert_eq!(written(64 * SECOND, 64 * SECOND), "64.00 s");
        assert_eq!(written(123_456 * SECOND, 123_456 * SECOND), "123,456 s");
    }

    proptest! {
        #[test]
        fn the_column_sums_and_nothing_is_off_by_a_step(
            lengths in proptest::collection::vec(-2_000_000_000_i128..2_000_000_000, 0..20), divisor in 1_i128..50,
        ) {
            let longest = lengths.iter().map(|length| (length / divisor).abs()).max().unwrap_or(0);
            let fixed = Fixed::up_to(longest, false);
            let steps = fixed.steps(&lengths, divisor);
            prop_assert_eq!(steps.iter().sum::<Nanos>(), fixed.round(lengths.iter().sum(), divisor));
            for (steps, length) in steps.iter().zip(&lengths) {
                prop_assert!((steps * fixed.step() * divisor - length).abs() < fixed.step() * divisor);
                prop_assert!(steps.signum() * length.signum() >= 0);
            }
        }
    }
}
