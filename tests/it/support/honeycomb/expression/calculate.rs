//! What an expression comes to in a row.

use std::cmp::Ordering;

use super::super::row::Row;
use super::super::switches::{Switches, TimePrecision};
use super::super::value::Value;
use super::functions::Function;
use super::{Expression, math, texts};

/// Where an expression is calculated.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Context<'a, 'c> {
    pub(in super::super) row: &'a Row,
    /// What the row has, by the number of the column.
    pub(in super::super) cells: &'c [Value<'a>],
    pub(in super::super) switches: &'c Switches,
}

impl Expression {
    pub(in super::super) fn calculate<'a>(&'a self, at: &Context<'a, '_>) -> Value<'a> {
        match self {
            Self::Column(number) => at.cells[*number].clone(),
            Self::Literal(cell) => cell.as_ref().map_or(Value::Missing, Value::of),
            Self::Call(function, arguments) => call(*function, arguments, at),
            Self::Search(search, subject, pattern) => texts::search(*search, &subject.calculate(at), pattern),
            Self::Bucket(subject, bins) => bins.name(&subject.calculate(at)),
        }
    }
}

fn call<'a>(function: Function, arguments: &'a [Expression], at: &Context<'a, '_>) -> Value<'a> {
    let value = |index: usize| arguments.get(index).map_or(Value::Missing, |argument| argument.calculate(at));
    let mut values = arguments.iter().map(|argument| argument.calculate(at));
    // "Always false if either argument is empty, or if the types of the columns do not match."
    let compares = |is: fn(Ordering) -> bool| Value::Bool(value(0).compare(&value(1)).is_some_and(is));
    let texts = |is: fn(&str, &str) -> bool| Value::Bool(texts::both(&value(0), &value(1), is));
    match function {
        Function::If => first_true(arguments, at),
        Function::Switch => {
            let subject = value(0);
            let is = |case: &'a Expression| subject.equals(&case.calculate(at));
            chosen(&arguments[1..], is, at)
        }
        Function::Coalesce => coalesce(arguments, at),
        Function::Less => compares(Ordering::is_lt),
        Function::AtMost => compares(Ordering::is_le),
        Function::Greater => compares(Ordering::is_gt),
        Function::AtLeast => compares(Ordering::is_ge),
        // Nothing equals nothing: the documentation only says that types are told apart.
        Function::Equals | Function::In => {
            let subject = value(0);
            Value::Bool(values.skip(1).any(|other| subject.equals(&other)))
        }
        Function::Exists => Value::Bool(!value(0).is_missing()),
        Function::Not => Value::Bool(!value(0).is_true()),
        Function::And => Value::Bool(values.all(|value| value.is_true())),
        Function::Or => Value::Bool(values.any(|value| value.is_true())),
        Function::Min => math::extreme(values, Ordering::Less),
        Function::Max => math::extreme(values, Ordering::Greater),
        Function::Sum => math::fold(values, at.switches, i64::checked_add, |one, other| one + other),
        Function::Sub => math::fold(values, at.switches, i64::checked_sub, |one, other| one - other),
        Function::Mul => math::fold(values, at.switches, i64::checked_mul, |one, other| one * other),
        Function::Div => math::divide(&value(0), &value(1), at.switches, |one, other| one / other),
        Function::Mod => math::divide(&value(0), &value(1), at.switches, |one, other| one % other),
        Function::Log10 => math::log10(&value(0)),
        Function::Int => Value::Int(math::parsed(&value(0)) as i64),
        Function::Float => Value::finite(math::parsed(&value(0))),
        Function::Bool => Value::Bool(value(0).is_true()),
        Function::String => Value::Text(value(0).into_text()),
        Function::Concat => texts::concat(values),
        Function::StartsWith => texts(|text, part| text.starts_with(part)),
        Function::EndsWith => texts(|text, part| text.ends_with(part)),
        Function::Contains => texts(|text, part| text.contains(part)),
        Function::ToLower => texts::lower(&value(0)),
        Function::Size => Value::Int(value(0).text().map_or(0, str::len) as i64),
        Function::Length => texts::length(&value(0)),
        Function::UnixTimestamp => texts::time(&value(0)),
        Function::EventTimestamp => seconds(at.row.time_ns, at.switches.time),
        Function::IngestTimestamp => seconds(at.row.ingested_ns, at.switches.time),
    }
}

/// Pairs of a condition and a value, and a last value without a condition, if it is there.
fn first_true<'a>(arguments: &'a [Expression], at: &Context<'a, '_>) -> Value<'a> {
    chosen(arguments, |condition| condition.calculate(at).is_true(), at)
}

fn chosen<'a>(arguments: &'a [Expression], is: impl Fn(&'a Expression) -> bool, at: &Context<'a, '_>) -> Value<'a> {
    let pairs = arguments.chunks_exact(2);
    let otherwise = pairs.remainder().first();
    let value = pairs.into_iter().find(|pair| is(&pair[0])).map(|pair| &pair[1]).or(otherwise);
    value.map_or(Value::Missing, |value| value.calculate(at))
}

fn coalesce<'a>(arguments: &'a [Expression], at: &Context<'a, '_>) -> Value<'a> {
    let taken = |argument: &&Expression| at.switches.coalesce_takes_literals || argument.literal().is_none();
    let is_empty =
        |value: &Value<'_>| value.is_missing() || (at.switches.coalesce_skips_blank && value.text().is_some_and(str::is_empty));
    let values = arguments.iter().filter(taken).map(|argument| argument.calculate(at));
    values.into_iter().find(|value| !is_empty(value)).unwrap_or(Value::Missing)
}

/// Seconds since 1970, as a double.
fn seconds<'a>(nanoseconds: u64, precision: TimePrecision) -> Value<'a> {
    let kept = match precision {
        TimePrecision::Micros | TimePrecision::Digits(_) => nanoseconds,
        TimePrecision::Millis => nanoseconds - nanoseconds % 1_000_000,
        TimePrecision::Seconds => nanoseconds - nanoseconds % 1_000_000_000,
    };
    Value::Float((kept / 1_000_000_000) as f64 + (kept % 1_000_000_000) as f64 / 1e9)
}
