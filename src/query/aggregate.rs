//! Figures of several spans taken together.

use std::cmp::Ordering;

use crate::model::{Nanos, Span, Trace};

use super::ast::{Aggregate, Expr, Function, Measure, Op};
use super::compare::{Context, Found, any_value, each_element};
use super::field::{Field, Intrinsic, Type};
use super::literal::{Literal, Number};

/// What an aggregate comes to over many traces.
#[derive(Debug, Clone, PartialEq)]
pub struct Across {
    /// Whether it holds.
    pub holds: bool,
    /// Of how many spans it is.
    pub spans: usize,
    /// Its figure; a mean of durations is cut to whole nanoseconds. `None` where there is no value.
    pub actual: Option<Literal>,
}

/// The values of which an aggregate is a figure.
enum Values {
    Count(usize),
    Nanos(Vec<Nanos>),
    Numbers(Vec<Number>),
}

impl Aggregate {
    /// Whether it holds of these spans.
    pub(super) fn holds<'a>(&self, spans: impl Iterator<Item = &'a Span>, context: &Context<'_>) -> bool {
        let mut values = self.no_values();
        self.gather(&mut values, spans, context);
        self.judge(values).0
    }

    /// What it comes to of the spans that `of` finds in these traces, all taken together.
    pub fn across<'a>(&self, of: &Expr, traces: impl IntoIterator<Item = &'a Trace>) -> Across {
        let (mut values, mut spans) = (self.no_values(), 0);
        for trace in traces {
            let found = of.matches(trace).map(|matched| matched.spans).unwrap_or_default();
            spans += found.len();
            self.gather(&mut values, found.into_iter().map(|at| &trace.spans()[at]), &Context::new(trace));
        }
        let (holds, actual) = self.judge(values);
        Across { holds, spans, actual }
    }

    fn no_values(&self) -> Values {
        match &self.measure {
            Measure::Count => Values::Count(0),
            Measure::Of(_, field) if field.value_type() == Type::Duration => Values::Nanos(Vec::new()),
            Measure::Of(..) => Values::Numbers(Vec::new()),
        }
    }

    fn gather<'a>(&self, values: &mut Values, spans: impl Iterator<Item = &'a Span>, context: &Context<'_>) {
        match (&self.measure, values) {
            (Measure::Of(_, field), Values::Nanos(nanos)) => collect(nanos, spans, field, context, |found| match found {
                Found::Nanos(nanos) => Some(nanos),
                _ => None,
            }),
            (Measure::Of(_, field), Values::Numbers(numbers)) => collect(numbers, spans, field, context, |found| match found {
                Found::Value(value) => Number::of(value).filter(|number| !number.as_f64().is_nan()),
                Found::Text(text) => Number::parse(text),
                _ => None,
            }),
            (_, Values::Count(count)) => *count += spans.count(),
            (Measure::Count, _) => {}
        }
    }

    /// Whether it holds of these values, and what they come to.
    fn judge(&self, values: Values) -> (bool, Option<Literal>) {
        match (&self.measure, values) {
            (Measure::Of(function, _), Values::Nanos(nanos)) => self.of_durations(*function, nanos),
            (Measure::Of(function, _), Values::Numbers(numbers)) => self.of_numbers(*function, numbers),
            (_, Values::Count(count)) => self.of_number(Number::Int(i64::try_from(count).unwrap_or(i64::MAX))),
            (Measure::Count, _) => (false, None),
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
        self.measure == Measure::Count && self.of_number(Number::Int(0)).0
    }

    fn of_number(&self, number: Number) -> (bool, Option<Literal>) {
        let holds = match &self.value {
            Literal::Number(wanted) => number.compare(*wanted).is_some_and(|order| self.op.holds(order)),
            _ => false,
        };
        (holds, Some(Literal::Number(number)))
    }

    fn of_durations(&self, function: Function, mut nanos: Vec<Nanos>) -> (bool, Option<Literal>) {
        let Literal::Duration(wanted) = self.value else { return (false, None) };
        if nanos.is_empty() {
            return (false, None);
        }
        let sum = || nanos.iter().fold(0, |sum: Nanos, nanos| sum.saturating_add(*nanos));
        let count = nanos.len() as Nanos;
        let (actual, divided_by) = match function {
            Function::Sum => (sum(), 1),
            Function::Avg => (sum(), count),
            Function::Min | Function::Max | Function::Percentile(_) => {
                nanos.sort_unstable();
                (nanos[rank(function, nanos.len())], 1)
            }
        };
        // Multiplied instead of divided, so that nothing is rounded but what is shown.
        let holds = self.op.holds(actual.cmp(&wanted.saturating_mul(divided_by)));
        (holds, Some(Literal::Duration(actual / divided_by)))
    }

    fn of_numbers(&self, function: Function, mut numbers: Vec<Number>) -> (bool, Option<Literal>) {
        let sum = || numbers.iter().map(|number| number.as_f64()).sum::<f64>();
        match function {
            _ if numbers.is_empty() => (false, None),
            Function::Sum => self.of_number(Number::Double(sum())),
            Function::Avg => self.of_number(Number::Double(sum() / numbers.len() as f64)),
            Function::Min | Function::Max | Function::Percentile(_) => {
                numbers.sort_by(|a, b| a.compare(*b).unwrap_or(Ordering::Equal));
                self.of_number(numbers[rank(function, numbers.len())])
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

/// Adds all values of a field that `read` takes.
fn collect<'a, T>(
    values: &mut Vec<T>,
    spans: impl Iterator<Item = &'a Span>,
    field: &Field,
    context: &Context<'_>,
    read: impl Fn(Found<'_>) -> Option<T>,
) {
    for span in spans {
        any_value(field, span, context, &mut |found| {
            each_element(found, &mut |found| {
                values.extend(read(found));
                false
            })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::arbitrary::span;

    /// Traces of one span each, that takes so many milliseconds.
    fn traces(milliseconds: &[u64]) -> Vec<Trace> {
        let one = |milliseconds: &u64| {
            let span = span(1, 0, "web", "GET /", (0, *milliseconds));
            crate::query::arbitrary::trace(vec![span])
        };
        milliseconds.iter().map(one).collect()
    }

    fn across(aggregate: &str, traces: &[Trace]) -> Across {
        let expr: Expr = format!("{{ name = \"GET /\" }} | {aggregate}").parse().expect("it is an expression");
        let Expr::Pipe(of, aggregates) = expr else { panic!("it is a pipe") };
        aggregates[0].across(&of, traces)
    }

    #[test]
    fn a_figure_is_of_all_traces_together() {
        let traces = traces(&[10, 20, 30, 1000]);
        let shown = |aggregate: &str| {
            let across = across(aggregate, &traces);
            (across.holds, across.spans, across.actual.map(|actual| actual.to_string()).unwrap_or_default())
        };
        assert_eq!(shown("p75(duration) <= 30ms"), (true, 4, "30ms".into()));
        assert_eq!(shown("p76(duration) <= 30ms"), (false, 4, "1s".into()), "no trace alone decides it");
        assert_eq!(shown("avg(duration) < 265ms"), (false, 4, "265ms".into()));
        assert_eq!(shown("count() = 4"), (true, 4, "4".into()));
        assert_eq!(shown("max(http.status_code) < 500"), (false, 4, String::new()), "of no values nothing holds");
    }

    #[test]
    fn percentiles_are_values_of_nearest_rank() {
        let ranks = |hundredths| [1, 2, 4, 5, 100, 1000].map(|count| rank(Function::Percentile(hundredths), count) + 1);
        assert_eq!(ranks(0), [1, 1, 1, 1, 1, 1]);
        assert_eq!(ranks(5_000), [1, 1, 2, 3, 50, 500]);
        assert_eq!(ranks(9_990), [1, 2, 4, 5, 100, 999]);
        assert_eq!(ranks(10_000), [1, 2, 4, 5, 100, 1000]);
    }
}
