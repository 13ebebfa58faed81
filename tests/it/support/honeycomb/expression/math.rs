//! Arithmetic: <https://docs.honeycomb.io/reference/calculated-field-expression/math/>.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::super::switches::{MissingOperand, Switches};
use super::super::value::Value;

/// The bins of `BUCKET`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Bins {
    /// Positive.
    pub(super) size: f64,
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
}

impl Bins {
    /// The name of the bin. "Points on the boundary between two bins will fall into the lower bin."
    pub(super) fn name<'a>(&self, value: &Value<'_>) -> Value<'a> {
        let Some(number) = value.number() else { return Value::Missing };
        if let Some(least) = self.least.filter(|least| number <= *least) {
            return Value::Text(Cow::Owned(format!("< {least}")));
        }
        if let Some(most) = self.most.filter(|most| number > *most) {
            return Value::Text(Cow::Owned(format!("> {most}")));
        }
        let from = self.least.unwrap_or_default();
        let bin = ((number - from) / self.size).ceil() - 1.0;
        let low = from + bin * self.size;
        let high = low + self.size;
        let high = self.most.map_or(high, |most| high.min(most));
        // Minus zero is written as zero.
        Value::Text(Cow::Owned(format!("{} - {}", low + 0.0, high + 0.0)))
    }
}

/// "Strings are parsed into numbers if possible, unparseable strings or other values evaluate to zero." `None` for nothing, where
/// the switch says that nothing comes of it.
fn operand<'a>(value: &Value<'_>, switches: &Switches) -> Option<Value<'a>> {
    match value {
        Value::Int(number) => Some(Value::Int(*number)),
        Value::Float(number) => Some(Value::Float(*number)),
        Value::Text(text) => {
            let parsed = text.parse().ok().map(Value::Int);
            parsed
                .or_else(|| text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float))
                .or(Some(Value::Int(0)))
        }
        Value::Bool(_) => Some(Value::Int(0)),
        Value::Missing if switches.missing_operand == MissingOperand::Zero => Some(Value::Int(0)),
        Value::Missing => None,
    }
}

/// One operand after the other; in whole numbers as long as they are.
pub(super) fn fold<'a>(
    values: impl Iterator<Item = Value<'a>>,
    switches: &Switches,
    whole: fn(i64, i64) -> Option<i64>,
    double: fn(f64, f64) -> f64,
) -> Value<'a> {
    let mut so_far = None;
    for value in values {
        let Some(value) = operand(&value, switches) else { return Value::Missing };
        so_far = Some(match (so_far, value) {
            (None, value) => value,
            (Some(Value::Int(one)), Value::Int(other)) => {
                whole(one, other).map_or_else(|| Value::finite(double(one as f64, other as f64)), Value::Int)
            }
            (Some(one), other) => Value::finite(double(one.number().unwrap_or(f64::NAN), other.number().unwrap_or(f64::NAN))),
        });
    }
    so_far.unwrap_or(Value::Missing)
}

/// "A division by zero evaluates to null."
pub(super) fn divide<'a>(one: &Value<'_>, other: &Value<'_>, switches: &Switches, how: fn(f64, f64) -> f64) -> Value<'a> {
    let numbers = operand(one, switches).zip(operand(other, switches));
    match numbers.and_then(|(one, other)| one.number().zip(other.number())) {
        Some((one, other)) if other != 0.0 => Value::finite(how(one, other)),
        _ => Value::Missing,
    }
}

/// "Unparseable strings, and arguments less than or equal to 0, evaluate to null."
pub(super) fn log10<'a>(value: &Value<'_>) -> Value<'a> {
    let number = parsed(value);
    if number > 0.0 { Value::finite(number.log10()) } else { Value::Missing }
}

/// As `INT` and `FLOAT` read it: "Non-numeric values return 0."
pub(super) fn parsed(value: &Value<'_>) -> f64 {
    let text = || value.text().and_then(|text| text.parse().ok()).filter(|number: &f64| number.is_finite());
    value.number().or_else(text).unwrap_or_default()
}

/// The smallest or largest "of the same type as the first non-empty argument".
pub(super) fn extreme<'a>(values: impl Iterator<Item = Value<'a>>, wanted: Ordering) -> Value<'a> {
    values
        .filter(|value| !value.is_missing())
        .reduce(|best, value| if value.compare(&best) == Some(wanted) { value } else { best })
        .unwrap_or(Value::Missing)
}
