//! Conditions in Honeycomb's words: filters where that is possible, an expression where it is not,
//! <https://docs.honeycomb.io/reference/calculated-field-expression/>.
//!
//! Which values lack a column that is negated is not documented everywhere, so that no negation stands alone.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::super::spec::{Filter, FilterOp};
use super::cond::{Cond, Lit, Order, Want};

/// The longest list of values that a filter gets.
const LONGEST_LIST: usize = 500;

/// The filters that say the same; `None` where filters cannot.
pub(super) fn filters(cond: &Cond) -> Option<Vec<Filter>> {
    let (column, want) = match cond {
        Cond::Missing(column) => return Some(vec![Filter::does_not_exist(column)]),
        Cond::Is(column, want) => (column, want),
        _ => return None,
    };
    let one = |op, value: Json| Some(vec![Filter::new(column, op, value)]);
    match want {
        Want::There => Some(vec![Filter::exists(column)]),
        Want::In(values) | Want::NotIn(values) if values.len() > LONGEST_LIST => None,
        Want::In(values) => match values.as_slice() {
            [only] => one(FilterOp::Eq, json(only)),
            several => one(FilterOp::In, several.iter().map(json).collect()),
        },
        Want::NotIn(values) => {
            let differs = match values.as_slice() {
                [only] => Filter::new(column, FilterOp::Ne, json(only)),
                several => Filter::new(column, FilterOp::NotIn, several.iter().map(json).collect::<Json>()),
            };
            Some(vec![Filter::exists(column), differs])
        }
        Want::Compare(order, value) => {
            let op = match order {
                Order::Lt => FilterOp::Lt,
                Order::Le => FilterOp::Le,
                Order::Gt => FilterOp::Gt,
                Order::Ge => FilterOp::Ge,
            };
            one(op, json(value))
        }
        Want::StartsWith(part) => one(FilterOp::StartsWith, part.as_str().into()),
        Want::EndsWith(part) => one(FilterOp::EndsWith, part.as_str().into()),
        Want::Contains(part) => one(FilterOp::Contains, part.as_str().into()),
        Want::Lower(_) | Want::Matches(_) | Want::MatchesNot(_) => None,
    }
}

fn json(value: &Lit) -> Json {
    match value {
        Lit::Text(text) => text.as_str().into(),
        Lit::Int(number) => (*number).into(),
        Lit::Float(number) => (*number).into(),
        Lit::Bool(yes) => (*yes).into(),
    }
}

/// The expression that says the same.
pub(super) fn expression(cond: &Cond) -> String {
    let mut out = String::new();
    write_cond(cond, &mut out);
    out
}

fn write_cond(cond: &Cond, out: &mut String) {
    match cond {
        Cond::Always => out.push_str("true"),
        Cond::Never => out.push_str("false"),
        Cond::Missing(column) => {
            out.push_str("NOT(EXISTS(");
            write_column(column, out);
            out.push_str("))");
        }
        Cond::Is(column, want) => write_want(column, want, out),
        Cond::All(parts) => call("AND", parts, out, write_cond),
        Cond::Any(parts) => call("OR", parts, out, write_cond),
    }
}

fn call<T>(function: &str, arguments: &[T], out: &mut String, write: impl Fn(&T, &mut String)) {
    out.push_str(function);
    for (at, argument) in arguments.iter().enumerate() {
        out.push_str(if at == 0 { "(" } else { ", " });
        write(argument, out);
    }
    out.push(')');
}

fn write_want(column: &str, want: &Want, out: &mut String) {
    let of = |function: &str, out: &mut String| {
        out.push_str(function);
        out.push('(');
        write_column(column, out);
    };
    let with = |function: &str, text: &str, out: &mut String| {
        of(function, out);
        out.push_str(", ");
        write_text(text, out);
        out.push(')');
    };
    let exists = |out: &mut String| {
        of("EXISTS", out);
        out.push(')');
    };
    match want {
        Want::There => exists(out),
        Want::In(values) => write_equal(column, values, out),
        Want::NotIn(values) => {
            out.push_str("AND(");
            exists(out);
            out.push_str(", NOT(");
            write_equal(column, values, out);
            out.push_str("))");
        }
        Want::Compare(order, value) => write_order(column, *order, value, out),
        Want::StartsWith(part) => with("STARTS_WITH", part, out),
        Want::EndsWith(part) => with("ENDS_WITH", part, out),
        Want::Contains(part) => with("CONTAINS", part, out),
        Want::Lower(text) => {
            out.push_str("EQUALS(");
            of("TO_LOWER", out);
            out.push_str("), ");
            write_text(text, out);
            out.push(')');
        }
        Want::Matches(pattern) => write_match(column, pattern, out),
        Want::MatchesNot(pattern) => {
            out.push_str("AND(");
            exists(out);
            out.push_str(", NOT(");
            write_match(column, pattern, out);
            out.push_str("))");
        }
    }
}

/// `EQUALS` is strict about types, and whether it takes 500.0 for 500 is not documented: numbers with a fraction are compared by
/// their order.
fn write_equal(column: &str, values: &[Lit], out: &mut String) {
    let between = |value: &Lit, out: &mut String| match value {
        Lit::Float(_) => {
            out.push_str("AND(");
            write_order(column, Order::Ge, value, out);
            out.push_str(", ");
            write_order(column, Order::Le, value, out);
            out.push(')');
        }
        exact => {
            out.push_str("EQUALS(");
            write_column(column, out);
            out.push_str(", ");
            write_lit(exact, out);
            out.push(')');
        }
    };
    match values {
        [only] => between(only, out),
        several if several.iter().any(|value| matches!(value, Lit::Float(_) | Lit::Bool(_))) => {
            call("OR", several, out, between);
        }
        several => {
            out.push_str("IN(");
            write_column(column, out);
            for value in several {
                out.push_str(", ");
                write_lit(value, out);
            }
            out.push(')');
        }
    }
}

fn write_order(column: &str, order: Order, value: &Lit, out: &mut String) {
    out.push_str(match order {
        Order::Lt => "LT(",
        Order::Le => "LTE(",
        Order::Gt => "GT(",
        Order::Ge => "GTE(",
    });
    write_column(column, out);
    out.push_str(", ");
    write_lit(value, out);
    out.push(')');
}

fn write_match(column: &str, pattern: &str, out: &mut String) {
    out.push_str("REG_MATCH(");
    write_column(column, out);
    out.push_str(", ");
    if pattern.contains('`') {
        write_text(pattern, out);
    } else {
        // As it is: a pattern is mostly backslashes.
        out.push('`');
        out.push_str(pattern);
        out.push('`');
    }
    out.push(')');
}

/// Besides functions the language has operators, so that only what can be none of them stands without quotes.
fn write_column(column: &str, out: &mut String) {
    let plain = column.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    let begins = column.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    out.push('$');
    if plain && begins && !column.ends_with('.') {
        out.push_str(column);
    } else {
        write_text(column, out);
    }
}

fn write_lit(value: &Lit, out: &mut String) {
    // Writing to a string does not fail.
    let _ = match value {
        Lit::Text(text) => return write_text(text, out),
        Lit::Int(number) => write!(out, "{number}"),
        // With its point, so that it is no whole number.
        Lit::Float(number) => write!(out, "{number:?}"),
        Lit::Bool(yes) => write!(out, "{yes}"),
    };
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(column: &str, want: Want) -> String {
        expression(&Cond::is(column, want))
    }

    #[test]
    fn names_and_texts_are_quoted_where_they_could_be_read_otherwise() {
        for (column, written) in [
            ("http.status_code", "$http.status_code"),
            ("a-b", r#"$"a-b""#),
            ("1st", r#"$"1st""#),
            ("a \"b\"\\", r#"$"a \"b\"\\""#),
            ("ä", r#"$"ä""#),
        ] {
            assert_eq!(expression(&Cond::there(column)), format!("EXISTS({written})"));
        }
        let text = Want::StartsWith("\"\\\n\u{1b}ä".into());
        assert_eq!(is("k", text), r#"STARTS_WITH($k, "\"\\\n\u001bä")"#);
        assert_eq!(is("k", Want::Matches(r"^\p{Nd}$".into())), r"REG_MATCH($k, `^\p{Nd}$`)");
        assert_eq!(is("k", Want::Matches(r"^\p{Nd}`$".into())), r#"REG_MATCH($k, "^\\p{Nd}`$")"#);
    }

    #[test]
    fn a_negation_wants_the_column_to_be_there() {
        assert_eq!(is("k", Want::NotIn(vec![Lit::Int(5)])), "AND(EXISTS($k), NOT(EQUALS($k, 5)))");
        assert_eq!(is("k", Want::MatchesNot("a".into())), "AND(EXISTS($k), NOT(REG_MATCH($k, `a`)))");
        let flat = filters(&Cond::is("k", Want::NotIn(vec![Lit::Int(5), Lit::Int(6)]))).unwrap();
        assert_eq!(
            serde_json::to_string(&flat).unwrap(),
            r#"[{"column":"k","op":"exists"},{"column":"k","op":"not-in","value":[5,6]}]"#
        );
    }

    #[test]
    fn numbers_with_a_fraction_are_equal_by_their_order() {
        assert_eq!(is("k", Want::In(vec![Lit::Float(500.0)])), "AND(GTE($k, 500.0), LTE($k, 500.0))");
        assert_eq!(is("k", Want::In(vec![Lit::Int(1), Lit::Int(2)])), "IN($k, 1, 2)");
    }
}
