//! What a comparison with an attribute wants of a column of a certain type.
//!
//! Honeycomb's types are strict, our language reads numbers that were written as text and text that looks like a number. Lists and
//! bytes are JSON in a text column, and of a list each element is compared: where a text could be such, it is let through. What a
//! type cannot tell is weakened to that there is a value.

use super::cond::{Cond, Lit, Order, Want};
use super::pattern::translated;
use crate::model::Nanos;
use crate::query::{Literal, Number, Op, Test};
use crate::wire::honeycomb::{ColumnType, Schema};

/// From here on a double no longer tells whole numbers from each other.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// By how much a duration may be off, in nanoseconds: it is milliseconds as a double.
const TOLERANCE: Nanos = 1_000;

/// What text may be in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// Nothing but text.
    Plain,
    /// Lists and bytes too.
    Encoded,
}

/// Holds of every row whose value in this column satisfies the test, which is not [`Test::Missing`].
pub(super) fn value(schema: &Schema, column: &str, texts: Texts, test: &Test) -> Cond {
    match schema.only_type(column) {
        None if !schema.has(column) => Cond::Never,
        Some(ColumnType::String) => text(column, texts, test),
        // Numbers that are read as text.
        _ if texts == Texts::Plain => Cond::there(column),
        Some(ColumnType::Integer) => number(column, true, test),
        Some(ColumnType::Float) => number(column, false, test),
        Some(ColumnType::Boolean) => boolean(column, test),
        _ => Cond::there(column),
    }
}

fn text(column: &str, texts: Texts, test: &Test) -> Cond {
    let there = || Cond::there(column);
    let begins = |with: &str| Cond::is(column, Want::StartsWith(with.to_owned()));
    let or_list = |cond: Cond| if texts == Texts::Plain { cond } else { Cond::any([cond, begins("[")]) };
    let or_encoded = |cond: Cond| if texts == Texts::Plain { cond } else { Cond::any([cond, begins("["), begins("\"")]) };
    let equal = |literal: &Literal| match literal {
        // As bytes are written.
        Literal::Text(wanted) if texts == Texts::Encoded && wanted.starts_with("0x") => there(),
        Literal::Text(wanted) => or_list(Cond::text(column, wanted)),
        Literal::Bool(yes) if texts == Texts::Encoded => or_list(Cond::is(column, Want::Lower(yes.to_string()))),
        // A number can be written in endless ways, and so can a duration.
        Literal::Number(_) | Literal::Duration(_) | Literal::Bool(_) => there(),
        Literal::Status(_) | Literal::Kind(_) => Cond::Never,
    };
    let differs = |literals: &[Literal]| {
        let exact = |literal: &Literal| match literal {
            Literal::Text(wanted) if texts == Texts::Plain || !wanted.starts_with(['[', '"']) => {
                Some(Lit::Text(wanted.clone()))
            }
            _ => None,
        };
        let values: Vec<_> = literals.iter().filter_map(exact).collect();
        if values.is_empty() { there() } else { Cond::is(column, Want::NotIn(values)) }
    };
    match test {
        Test::Compare(Op::Eq, literal) => equal(literal),
        Test::Compare(Op::Ne, literal) => differs(std::slice::from_ref(literal)),
        Test::Compare(_, Literal::Status(_) | Literal::Kind(_)) => Cond::Never,
        // That texts have an order is not documented.
        Test::Compare(..) | Test::Exists | Test::Missing => there(),
        Test::In(literals) => Cond::any(literals.iter().map(equal)),
        Test::NotIn(literals) => differs(literals),
        Test::Contains(part) | Test::StartsWith(part) | Test::EndsWith(part) if part.is_empty() => there(),
        Test::Contains(part) => or_encoded(Cond::is(column, Want::Contains(part.clone()))),
        Test::StartsWith(part) => or_encoded(Cond::is(column, Want::StartsWith(part.clone()))),
        Test::EndsWith(part) => or_encoded(Cond::is(column, Want::EndsWith(part.clone()))),
        Test::Matches(pattern) => match translated(pattern) {
            // `REG_MATCH` is not true of empty text, whatever the pattern.
            Some(written) => {
                let empty = if pattern.is_match("") { Cond::text(column, "") } else { Cond::Never };
                or_encoded(Cond::any([Cond::is(column, Want::Matches(written)), empty]))
            }
            None => there(),
        },
        Test::NotMatches(pattern) => match translated(pattern) {
            Some(pattern) => or_encoded(Cond::is(column, Want::MatchesNot(pattern))),
            None => there(),
        },
    }
}

fn number(column: &str, whole: bool, test: &Test) -> Cond {
    let there = || Cond::there(column);
    // What a literal is when it is compared with a number.
    let read = |literal: &Literal| match literal {
        Literal::Number(number) => Some(*number),
        Literal::Text(wanted) => Number::parse(wanted),
        _ => None,
    };
    let equal = |literal: &Literal| read(literal).map_or(Cond::Never, |number| compare(column, whole, Op::Eq, number));
    let differs = |literals: &[Literal]| {
        Cond::all(literals.iter().filter_map(read).map(|n| compare(column, whole, Op::Ne, n)).chain([there()]))
    };
    match test {
        Test::Compare(Op::Ne, literal) => differs(std::slice::from_ref(literal)),
        Test::Compare(op, literal) => read(literal).map_or(Cond::Never, |number| compare(column, whole, *op, number)),
        Test::In(literals) => Cond::any(literals.iter().map(equal)),
        Test::NotIn(literals) => differs(literals),
        // A number as text: 500 has a 5 in it.
        _ => there(),
    }
}

/// How a column of numbers is compared with one.
fn compare(column: &str, whole: bool, op: Op, number: Number) -> Cond {
    let double = number.as_f64();
    if !double.is_finite() || double.abs() >= WHOLE {
        return Cond::there(column);
    }
    let order = |order, value| Cond::is(column, Want::Compare(order, value));
    // A column of whole numbers is asked with such: what lies between them is let through.
    let (exact, below, above) = if whole {
        let (floor, ceil) = (Lit::Int(double.floor() as i64), Lit::Int(double.ceil() as i64));
        ((floor == ceil).then(|| floor.clone()), floor, ceil)
    } else {
        // Without its sign: -0 is 0.
        let value = Lit::Float(if double == 0.0 { 0.0 } else { double });
        (Some(value.clone()), value.clone(), value)
    };
    match (op, exact) {
        (Op::Eq, Some(value)) => Cond::one_of(column, vec![value]),
        (Op::Ne, Some(value)) => Cond::is(column, Want::NotIn(vec![value])),
        (Op::Eq | Op::Ne, None) => Cond::there(column),
        (Op::Lt, Some(value)) => order(Order::Lt, value),
        (Op::Gt, Some(value)) => order(Order::Gt, value),
        (Op::Lt | Op::Le, _) => order(Order::Le, above),
        (Op::Gt | Op::Ge, _) => order(Order::Ge, below),
    }
}

fn boolean(column: &str, test: &Test) -> Cond {
    let is = |yes: bool| Cond::one_of(column, vec![Lit::Bool(yes)]);
    let read = |literal: &Literal| match literal {
        Literal::Bool(yes) => Some(*yes),
        Literal::Text(wanted) => [true, false].into_iter().find(|yes| wanted.eq_ignore_ascii_case(&yes.to_string())),
        _ => None,
    };
    let where_written = |holds: &dyn Fn(&str) -> bool| match (holds("true"), holds("false")) {
        (true, true) => Cond::there(column),
        (true, false) => is(true),
        (false, true) => is(false),
        (false, false) => Cond::Never,
    };
    let among = |literals: &[Literal], yes: bool| literals.iter().any(|literal| read(literal) == Some(yes));
    match test {
        Test::Exists | Test::Missing => Cond::there(column),
        Test::Compare(Op::Ne, literal) => where_written(&|text| read(literal) != Some(text == "true")),
        // They are equal or cannot be compared.
        Test::Compare(op, literal) if op.holds(std::cmp::Ordering::Equal) => read(literal).map_or(Cond::Never, is),
        Test::Compare(..) => Cond::Never,
        Test::In(literals) => where_written(&|text| among(literals, text == "true")),
        Test::NotIn(literals) => where_written(&|text| !among(literals, text == "true")),
        Test::Matches(pattern) => where_written(&|text| pattern.is_match(text)),
        Test::NotMatches(pattern) => where_written(&|text| !pattern.is_match(text)),
        Test::Contains(part) => where_written(&|text| text.contains(part)),
        Test::StartsWith(part) => where_written(&|text| text.starts_with(part)),
        Test::EndsWith(part) => where_written(&|text| text.ends_with(part)),
    }
}

/// What a test of a duration wants of the column that holds it, in milliseconds.
pub(super) fn duration(schema: &Schema, column: &str, test: &Test) -> Cond {
    let whole = match schema.only_type(column) {
        None if !schema.has(column) => return Cond::Never,
        Some(ColumnType::Integer) => true,
        Some(ColumnType::Float) => false,
        _ => return Cond::there(column),
    };
    let bound = |op, nanos: Nanos| compare(column, whole, op, Number::Double(nanos as f64 / 1e6));
    let equal = |literal: &Literal| match literal {
        Literal::Duration(nanos) => {
            Cond::all([bound(Op::Ge, nanos.saturating_sub(TOLERANCE)), bound(Op::Le, nanos.saturating_add(TOLERANCE))])
        }
        _ => Cond::Never,
    };
    match test {
        Test::Compare(Op::Ne, _) | Test::NotIn(_) | Test::Exists => Cond::there(column),
        Test::Compare(Op::Eq, literal) => equal(literal),
        Test::Compare(Op::Gt | Op::Ge, Literal::Duration(nanos)) => bound(Op::Ge, nanos.saturating_sub(TOLERANCE)),
        Test::Compare(Op::Lt | Op::Le, Literal::Duration(nanos)) => bound(Op::Le, nanos.saturating_add(TOLERANCE)),
        Test::In(literals) => Cond::any(literals.iter().map(equal)),
        _ => Cond::Never,
    }
}

/// Whether the length of a span, as a row has it, is too near to one of the test's to tell which is longer.
pub(super) fn is_borderline(actual: Nanos, test: &Test) -> bool {
    let near =
        |literal: &Literal| matches!(literal, Literal::Duration(nanos) if actual.abs_diff(*nanos) <= TOLERANCE.unsigned_abs());
    match test {
        Test::Compare(_, literal) => near(literal),
        Test::In(literals) | Test::NotIn(literals) => literals.iter().any(near),
        _ => false,
    }
}
