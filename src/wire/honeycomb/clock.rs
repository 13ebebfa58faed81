//! When a row happened, and how exactly that is known.

use std::cmp::Ordering;

use super::fields::Fields;
use super::rows::Row;
use super::table::Cell;
use crate::model::time::{MICROSECOND, MILLISECOND, SECOND};
use crate::model::{Nanos, Time};

/// Reads the times of one trace's rows.
#[derive(Debug)]
pub(super) struct Clock {
    epoch: u64,
    doubles_only: bool,
    /// In nanoseconds: a second or a millisecond where all times show nothing finer, else a microsecond.
    pub(super) precision: Nanos,
}

impl Clock {
    /// For rows of which the whole microseconds count from the second `epoch`.
    pub(super) fn new(rows: &[&Row], fields: &Fields, epoch: u64) -> Self {
        // A link has no time of its own but its span's.
        let rows = || rows.iter().filter(|row| !fields.is_link(row));
        let doubles = precision(rows().filter_map(|row| double(row.get(fields.time))));
        let whole = precision(rows().filter_map(|row| micros(row.get(fields.micros), epoch)));
        let doubles_only = whole.is_none_or(|whole| doubles.is_some_and(|doubles| doubles < whole));
        let clock = Self { epoch, doubles_only, precision: MICROSECOND };
        let precision = precision(rows().map(|row| clock.at(row, fields)).filter(|at| !at.is_unknown()));
        Self { precision: precision.unwrap_or(MICROSECOND), ..clock }
    }

    /// When a row happened; unknown where it does not say.
    pub(super) fn at(&self, row: &Row, fields: &Fields) -> Time {
        let whole = || micros(row.get(fields.micros), self.epoch).filter(|_| !self.doubles_only);
        whole().or_else(|| double(row.get(fields.time))).unwrap_or_default()
    }
}

/// Whole microseconds since a second.
fn micros(cell: &Cell, epoch: u64) -> Option<Time> {
    let micros = match cell {
        Cell::Int(number) => i128::from(*number),
        // The conversion saturates.
        Cell::Float(number) => number.round() as i128,
        _ => return None,
    };
    let nanos = micros.checked_mul(MICROSECOND)?.checked_add(i128::from(epoch) * SECOND)?;
    u64::try_from(nanos).ok().map(Time)
}

/// Seconds, to the nearest microsecond.
pub(super) fn double(cell: &Cell) -> Option<Time> {
    let Time(nanos) = Time::from_secs_f64(cell.number()?)?;
    Some(Time(nanos.saturating_add(500) / 1000 * 1000))
}

/// What is the finest that several times show. Of one time alone nothing can be told: it may have no fraction by chance.
fn precision(times: impl Iterator<Item = Time>) -> Option<Nanos> {
    let (mut count, mut finest) = (0, SECOND);
    for Time(nanos) in times {
        count += 1;
        let divides = |unit: &Nanos| Nanos::from(nanos) % unit == 0;
        finest = finest.min([SECOND, MILLISECOND].into_iter().find(divides).unwrap_or(MICROSECOND));
    }
    match count {
        0 => None,
        1 => Some(MICROSECOND),
        _ => Some(finest),
    }
}

/// Milliseconds as nanoseconds, from the shortest decimal of the double, rounded. Stops at the ends of the range.
pub(super) fn millis(number: f64) -> Nanos {
    // Never with an exponent.
    let text = format!("{}", number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digit = |place: usize| fraction.as_bytes().get(place).map_or(0, |digit| Nanos::from(digit - b'0'));
    let decimals = (0..6).fold(0, |nanos, place| nanos * 10 + digit(place)) + Nanos::from(digit(6) >= 5);
    let nanos = whole.parse::<Nanos>().unwrap_or(Nanos::MAX).saturating_mul(MILLISECOND).saturating_add(decimals);
    if number < 0.0 { -nanos } else { nanos }
}

/// Which of two offsets is earlier; what has none comes last.
pub(super) fn by_offset(a: Option<f64>, b: Option<f64>) -> Ordering {
    a.unwrap_or(f64::INFINITY).total_cmp(&b.unwrap_or(f64::INFINITY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn milliseconds_are_what_their_sender_wrote() {
        for (number, nanos) in [
            (0.000_001, 1),
            (12.345_678, 12_345_678),
            (0.1 + 0.2, 300_000),
            (1e-7, 0),
            (5e-7, 1),
            (-1.5, -1_500_000),
            (-0.0, 0),
            (1e300, Nanos::MAX),
            (86_400_000.123_456, 86_400_000_123_456),
        ] {
            assert_eq!(millis(number), nanos, "{number}");
        }
    }

    #[test]
    fn one_time_shows_no_precision_and_several_show_the_finest() {
        let of = |nanos: &[u64]| precision(nanos.iter().copied().map(Time));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[1_000_000_000]), Some(MICROSECOND));
        assert_eq!(of(&[1_000_000_000, 2_000_000_000]), Some(SECOND));
        assert_eq!(of(&[1_000_000_000, 2_001_000_000]), Some(MILLISECOND));
        assert_eq!(of(&[1_000_000_000, 2_001_000_000, 2_001_001_000]), Some(MICROSECOND));
    }

    proptest! {
        #[test]
        fn no_number_of_milliseconds_panics(bits: u64) {
            let number = f64::from_bits(bits);
            if number.is_finite() {
                millis(number);
            }
        }

        #[test]
        fn nanoseconds_up_to_a_day_are_exact_in_milliseconds(nanos in 0i64..86_400_000_000_000) {
            prop_assert_eq!(millis(nanos as f64 / 1e6), Nanos::from(nanos));
        }

        #[test]
        fn no_microseconds_panic(number: i64, epoch: u64) {
            micros(&Cell::Int(number), epoch);
            micros(&Cell::Float(number as f64 * 1e30), epoch);
        }
    }
}
