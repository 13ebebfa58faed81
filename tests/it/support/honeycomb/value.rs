//! What an expression or a column comes to in a row: a cell, or nothing.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value as Json;

use super::row::Cell;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    /// Nothing: the row does not have the column, or the expression came to `null`.
    Missing,
    Bool(bool),
    Int(i64),
    /// Neither infinite nor NaN.
    Float(f64),
    Text(Cow<'a, str>),
}

impl<'a> Value<'a> {
    pub(super) fn of(cell: &'a Cell) -> Self {
        match cell {
            Cell::Bool(is) => Self::Bool(*is),
            Cell::Int(number) => Self::Int(*number),
            Cell::Float(number) => Self::finite(*number),
            Cell::Text(text) => Self::Text(Cow::Borrowed(text)),
        }
    }

    /// Nothing where JSON has no such number.
    pub(super) fn finite(number: f64) -> Self {
        if number.is_finite() { Self::Float(number) } else { Self::Missing }
    }

    pub(super) fn is_missing(&self) -> bool {
        *self == Self::Missing
    }

    /// "All non-zero numbers, as well as the string `true`, evaluate to `true`":
    /// <https://docs.honeycomb.io/reference/calculated-field-expression/conditional/>.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Missing => false,
            Self::Bool(is) => *is,
            Self::Int(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Text(text) => text == "true",
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Missing | Self::Bool(_) | Self::Text(_) => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How two numbers or two texts compare; `None` for all else.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(one), Self::Int(other)) => Some(one.cmp(other)),
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            _ => self.number()?.partial_cmp(&other.number()?),
        }
    }

    /// Whether both are there, of one type and equal. Whole numbers and others are both numbers.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(one), Self::Bool(other)) => one == other,
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }

    /// An order of all that is there: numbers, texts, truths.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let rank = |value: &Self| match value {
            Self::Int(_) | Self::Float(_) => 0,
            Self::Text(_) => 1,
            Self::Bool(_) => 2,
            Self::Missing => 3,
        };
        match (self, other) {
            (Self::Bool(one), Self::Bool(other)) => one.cmp(other),
            _ => self.compare(other).unwrap_or_else(|| rank(self).cmp(&rank(other))),
        }
    }

    /// As `STRING` and `CONCAT` have it; nothing is `""`. Numbers are written as Go does: all digits, and no `.0`.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Missing => Cow::Borrowed(""),
            Self::Bool(is) => Cow::Borrowed(if is { "true" } else { "false" }),
            Self::Int(number) => Cow::Owned(number.to_string()),
            Self::Float(number) => Cow::Owned(number.to_string()),
            Self::Text(text) => text,
        }
    }

    /// Appends bytes that are the same for the same value of the same type, and are no beginning of another value's.
    pub(super) fn encode(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Missing => bytes.push(0),
            Self::Bool(is) => bytes.extend_from_slice(&[1, u8::from(*is)]),
            Self::Int(number) => {
                bytes.push(2);
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            Self::Float(number) => {
                bytes.push(3);
                // Minus zero is zero.
                bytes.extend_from_slice(&(number + 0.0).to_le_bytes());
            }
            Self::Text(text) => {
                bytes.push(4);
                bytes.extend_from_slice(&text.len().to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// As a result writes it, with so many significant digits if they are limited; `None` for nothing. A whole double is written
    /// as Go does: `5`, and not `5.0`.
    pub(super) fn to_json(&self, digits: Option<usize>) -> Option<Json> {
        match self {
            Self::Missing => None,
            Self::Bool(is) => Some(Json::Bool(*is)),
            Self::Int(number) => Some(Json::from(*number)),
            Self::Float(number) => Some(float(digits.map_or(*number, |digits| rounded(*number, digits)))),
            Self::Text(text) => Some(Json::from(&**text)),
        }
    }
}

fn float(number: f64) -> Json {
    // Beyond that, a double is no i64.
    let whole = number.fract() == 0.0 && number.abs() < 9e18;
    if whole { Json::from(number as i64) } else { Json::from(number) }
}

fn rounded(number: f64, digits: usize) -> f64 {
    format!("{number:.*e}", digits.saturating_sub(1)).parse().unwrap_or(number)
}
