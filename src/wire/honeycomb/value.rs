//! A cell as an attribute's value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::schema::ColumnType;
use super::table::Cell;
use crate::model::{Attributes, Value};

/// Lists of keys and values are flattened to this depth; deeper, any value is written as JSON.
const FLATTENED: usize = 5;

/// The value of a cell, `None` where it is missing.
///
/// JSON does not tell `2.0` from `2`: the column's type does, where there is but one. Lists and bytes are written as JSON in a line
/// of its own, bytes as base64 (`otlp/common.go` of <https://github.com/honeycombio/husky>), and are read back. Any other text
/// stays what it is.
pub(super) fn value(key: &str, cell: &Cell, column: Option<ColumnType>) -> Option<Value> {
    Some(match (cell, column) {
        (Cell::Missing, _) => return None,
        (Cell::Bool(yes), _) => Value::Bool(*yes),
        (Cell::Int(number), Some(ColumnType::Float)) => Value::Double(*number as f64),
        (Cell::Int(number), _) => Value::Int(*number),
        (Cell::Float(number), Some(ColumnType::Integer)) => whole(*number).map_or(Value::Double(*number), Value::Int),
        (Cell::Float(number), _) => Value::Double(*number),
        (Cell::Text(text), _) => written_as_json(key, text).unwrap_or_else(|| Value::from(&**text)),
    })
}

fn whole(number: f64) -> Option<i64> {
    // 2^63 is the first that does not fit.
    let fits = number.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
    fits.then_some(number as i64)
}

fn written_as_json(key: &str, text: &str) -> Option<Value> {
    let json = text.strip_suffix('\n')?;
    if json.starts_with('[') && json.ends_with(']') {
        // Nesting is bounded by the parser.
        let items: Vec<Json> = serde_json::from_str(json).ok()?;
        return Some(array(items));
    }
    let quoted = json.starts_with('"') && json.ends_with('"');
    // So deep within a list of keys and values, text is quoted too.
    if !quoted || key.matches('.').count() > FLATTENED {
        return None;
    }
    let base64: String = serde_json::from_str(json).ok()?;
    STANDARD.decode(base64).ok().map(Value::Bytes)
}

fn array(items: Vec<Json>) -> Value {
    let mut items: Vec<Value> = items.into_iter().map(model).collect();
    // All items of a list are of one type: among numbers with a fraction, one without has lost it.
    if items.iter().any(|item| matches!(item, Value::Double(_))) {
        for item in &mut items {
            if let Value::Int(number) = *item {
                *item = Value::Double(number as f64);
            }
        }
    }
    Value::Array(items)
}

fn model(json: Json) -> Value {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(yes) => Value::Bool(yes),
        Json::Number(number) => number.as_i64().map_or_else(|| Value::Double(number.as_f64().unwrap_or_default()), Value::Int),
        Json::String(text) => text.into(),
        Json::Array(items) => array(items),
        Json::Object(entries) => {
            Value::Map(entries.into_iter().map(|(key, value)| (key, model(value))).collect::<Attributes>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(key: &str, text: &str) -> Value {
        value(key, &Cell::Text(text.into()), None).unwrap()
    }

    #[test]
    fn a_list_and_bytes_on_a_line_of_their_own_are_read_back() {
        assert_eq!(text("k", "[\"a\",null,{\"b\":[1]}]\n").to_string(), "[a, null, {b: [1]}]");
        assert_eq!(text("k", "[1,2.5]\n"), Value::Array(vec![Value::Double(1.0), Value::Double(2.5)]));
        assert_eq!(text("k", "\"AP8=\"\n"), Value::Bytes(vec![0, 255]));
    }

    #[test]
    fn any_other_text_stays_text() {
        let deep = format!("{}1{}\n", "[".repeat(10_000), "]".repeat(10_000));
        for same in ["[1]", "\"AP8=\"", "[1\n", "[1] \n", "\"A\"\n", "{\"a\":1}\n", "5\n", "\n", "", "\"\n", &deep] {
            assert_eq!(text("k", same), Value::from(same), "{same}");
        }
        assert_eq!(text("a.b.c.d.e.f.g", "\"abcd\"\n"), Value::from("\"abcd\"\n"));
    }

    #[test]
    fn what_json_lost_of_a_number_the_column_knows() {
        assert_eq!(value("k", &Cell::Int(2), Some(ColumnType::Float)), Some(Value::Double(2.0)));
        assert_eq!(value("k", &Cell::Float(2.0), Some(ColumnType::Integer)), Some(Value::Int(2)));
        assert_eq!(value("k", &Cell::Float(2.5), Some(ColumnType::Integer)), Some(Value::Double(2.5)));
        assert_eq!(value("k", &Cell::Float(1e300), Some(ColumnType::Integer)), Some(Value::Double(1e300)));
        assert_eq!(value("k", &Cell::Int(2), None), Some(Value::Int(2)));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[\\[\\]\"\\\\a0-9,.e+{}:\n]{0,20}\n?") {
            value("k", &Cell::Text(text.into()), None);
        }
    }
}
