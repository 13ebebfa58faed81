//! Figures of several spans taken together.

use std::cmp::Ordering;

use crate::model::{Nanos, Span};

use super::ast::{Aggregate, Function, Measure, Op};
use super::compare::{Context, Found, any_value, each_element};
use super::field::{Field, Intrinsic, Type};
use super::literal::{Literal, Number};

impl Aggregate {
    /// Whether it holds of these spans.
    pub(super) fn holds<'a>(&self, spans: impl Iterator<Item = &'a Span>, context: &Context<'_>) -> bool {
        match &self.measure {
            Measure::Count => {
                let count = Number::Int(i64::try_from(spans.count()).unwrap_or(i64::MAX));
                self.holds_of_number(count)
            }
            Measure::Of(function, field) if field.value_type() == Type::Duration => {
                let nanos = collect(spans, field, context, |found| match found {
                    Found::Nanos(nanos) => Some(nanos),
                    _ => None,
                });
                self.holds_of_durations(*function, nanos)
            }
            Measure::Of(function, field) => {
                let numbers = collect(spans, field, context, |found| match found {
                    Found::Value(value) => Number::of(value).filter(|number| !number.as_f64().is_nan()),
                    Found::Text(text) => Number::parse(text),
                    _ => None,
                });
                self.holds_of_numbers(*function, numbers)
            }
        }
    }

    /// Whether it holds in the end of these spans, which stay as they are, together with any others: `None` where it depends on them.
    pub(super) fn foresee<'a>(&self, spans: impl Iterator<Item = &'a Span> + Clone, context: &Context<'_>) -> Option<bool> {
        let now = || self.holds(spans.clone(), context);
        let rises = match &self.measure {
            Measure::Count => true,
            Measure::Of(Function::Max, field) if *field != Field::Intrinsic(Intrinsic::TraceDuration) => true,
            Measure::Of(Function::Min, field) if *field != Field::Intrinsic(Intrinsic::TraceDuration) => false,
            Measure::Of(..) => return None,
        };
        match self.op {
            Op::Ge | Op::Gt if rises => now().then_some(true),
            Op::Le | Op::Lt if !rises => now().then_some(true),
            // It is past the bound as soon as it satisfies the opposite; of no values it satisfies neither.
            Op::Le | Op::Lt | Op::Ge | Op::Gt => {
                Self { op: self.op.opposite(), ..self.clone() }.holds(spans, context).then_some(false)
            }
            Op::Eq | Op::Ne => {
                let past = Self { op: if rises { Op::Gt } else { Op::Lt }, ..self.clone() };
                past.holds(spans, context).then_some(self.op == Op::Ne)
            }
        }
    }

    /// Whether it holds of no spans at all.
    pub(super) fn holds_of_none(&self) -> bool {
        self.measure == Measure::Count && self.holds_of_number(Number::Int(0))
    }

    fn holds_of_number(&self, number: Number) -> bool {
        match &self.value {
            Literal::Number(wanted) => number.compare(*wanted).is_some_and(|order| self.op.holds(order)),
            _ => false,
        }
    }

    fn holds_of_durations(&self, function: Function, mut nanos: Vec<Nanos>) -> bool {
        let Literal::Duration(wanted) = self.value else { return false };
        let sum = || nanos.iter().fold(0, |sum: Nanos, nanos| sum.saturating_add(*nanos));
        let holds = |nanos: Nanos, wanted: Nanos| self.op.holds(nanos.cmp(&wanted));
        match function {
            _ if nanos.is_empty() => false,
            Function::Sum => holds(sum(), wanted),
            // Multiplied instead of divided, so that nothing is rounded.
            Function::Avg => holds(sum(), wanted.saturating_mul(nanos.len() as Nanos)),
            Function::Min | Function::Max | Function::Percentile(_) => {
                nanos.sort_unstable();
                holds(nanos[rank(function, nanos.len())], wanted)
            }
        }
    }

    fn holds_of_numbers(&self, function: Function, mut numbers: Vec<Number>) -> bool {
        let sum = || numbers.iter().map(|number| number.as_f64()).sum::<f64>();
        match function {
            _ if numbers.is_empty() => false,
            Function::Sum => self.holds_of_number(Number::Double(sum())),
            Function::Avg => self.holds_of_number(Number::Double(sum() / numbers.len() as f64)),
            Function::Min | Function::Max | Function::Percentile(_) => {
                numbers.sort_by(|a, b| a.compare(*b).unwrap_or(Ordering::Equal));
                self.holds_of_number(numbers[rank(function, numbers.len())])
            }
        }
    }

    /// What some span must satisfy where this holds; `None` where it says nothing of any single span.
    ///
    /// A mean of attributes is left out: it is computed in doubles, and rounding can carry it beyond the largest value.
    pub(super) fn of_some_span(&self) -> Option<(&Field, Op)> {
        let Measure::Of(function, field) = &self.measure else { return None };
        let exact = field.value_type() == Type::Duration;
        let possible = match (function, self.op) {
            (_, Op::Ne) | (Function::Sum, _) | (Function::Avg, Op::Eq) => false,
            (Function::Avg, _) => exact,
            (Function::Min | Function::Max | Function::Percentile(_), _) => true,
        };
        possible.then_some((field, self.op))
    }
}

/// Index of a figure among `count` sorted values, of which there is at least one. Nearest rank: the ceiling of the share.
fn rank(function: Function, count: usize) -> usize {
    match function {
        Function::Max => count - 1,
        Function::Percentile(hundredths) => {
            let rank = (count as u128 * u128::from(hundredths)).div_ceil(10_000) as usize;
            rank.clamp(1, count) - 1
        }
        _ => 0,
    }
}

/// All values of a field that `read` takes.
fn collect<'a, T>(
    spans: impl Iterator<Item = &'a Span>,
    field: &Field,
    context: &Context<'_>,
    read: impl Fn(Found<'_>) -> Option<T>,
) -> Vec<T> {
    let mut values = Vec::new();
    for span in spans {
        any_value(field, span, context, &mut |found| {
            each_element(found, &mut |found| {
                values.extend(read(found));
                false
            })
        });
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_of_nearest_rank() {
        let ranks = |hundredths| [1, 2, 4, 5, 100, 1000].map(|count| rank(Function::Percentile(hundredths), count) + 1);
        assert_eq!(ranks(0), [1, 1, 1, 1, 1, 1]);
        assert_eq!(ranks(5_000), [1, 1, 2, 3, 50, 500]);
        assert_eq!(ranks(9_990), [1, 2, 4, 5, 100, 999]);
        assert_eq!(ranks(10_000), [1, 2, 4, 5, 100, 1000]);
    }
}
