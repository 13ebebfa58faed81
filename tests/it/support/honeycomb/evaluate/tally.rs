//! A figure of a group, while its rows come in. Rows that have nothing count for `COUNT` alone, and for figures of numbers only
//! numbers count.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::super::spec::Figure;
use super::super::value::Value;

#[derive(Debug)]
pub(super) enum Tally<'a> {
    Count(u64),
    Sum(f64),
    /// The sum, and of how many events.
    Mean(f64, f64),
    Distinct(HashSet<Vec<u8>>),
    /// The number that compares so with all others.
    Extreme(Ordering, Value<'a>),
    /// How much of a thousand; numbers, and how many events have each.
    Percentile(u16, Vec<(f64, u64)>),
}

impl<'a> Tally<'a> {
    pub(super) fn new(figure: Figure) -> Self {
        match figure {
            Figure::Count => Self::Count(0),
            Figure::Sum(_) => Self::Sum(0.0),
            Figure::Mean(_) => Self::Mean(0.0, 0.0),
            Figure::Distinct(_) => Self::Distinct(HashSet::new()),
            Figure::Least(_) => Self::Extreme(Ordering::Less, Value::Missing),
            Figure::Most(_) => Self::Extreme(Ordering::Greater, Value::Missing),
            Figure::Percentile(_, thousandths) => Self::Percentile(thousandths, Vec::new()),
        }
    }

    /// A row that stands for so many events.
    pub(super) fn add(&mut self, value: &Value<'a>, weight: u64) {
        match self {
            Self::Count(count) => *count = count.saturating_add(weight),
            Self::Distinct(seen) if !value.is_missing() => {
                let mut bytes = Vec::new();
                value.encode(&mut bytes);
                seen.insert(bytes);
            }
            Self::Distinct(_) => {}
            _ => {
                if let Some(number) = value.number() {
                    self.add_number(number, value, weight);
                }
            }
        }
    }

    fn add_number(&mut self, number: f64, value: &Value<'a>, weight: u64) {
        match self {
            Self::Sum(sum) => *sum += number * weight as f64,
            Self::Mean(sum, count) => {
                *sum += number * weight as f64;
                *count += weight as f64;
            }
            Self::Extreme(wanted, best) => {
                if best.is_missing() || value.compare(best) == Some(*wanted) {
                    *best = value.clone();
                }
            }
            Self::Percentile(_, numbers) => numbers.push((number, weight)),
            Self::Count(_) | Self::Distinct(_) => {}
        }
    }

    pub(super) fn figure(self) -> Value<'a> {
        match self {
            Self::Count(count) => Value::Int(i64::try_from(count).unwrap_or(i64::MAX)),
            Self::Sum(sum) => Value::finite(sum),
            // Of no number there is none.
            Self::Mean(sum, count) => Value::finite(sum / count),
            Self::Distinct(seen) => Value::Int(seen.len() as i64),
            Self::Extreme(_, best) => best,
            Self::Percentile(thousandths, numbers) => percentile(thousandths, numbers).map_or(Value::Missing, Value::Float),
        }
    }
}

/// The smallest number that is not smaller than so much of all. The service estimates it.
fn percentile(thousandths: u16, mut numbers: Vec<(f64, u64)>) -> Option<f64> {
    numbers.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
    let all: u128 = numbers.iter().map(|(_, weight)| u128::from(*weight)).sum();
    let mut so_far = 0;
    numbers.into_iter().find_map(|(number, weight)| {
        so_far += u128::from(weight);
        (so_far * 1000 >= all * u128::from(thousandths)).then_some(number)
    })
}
