//! Honeycomb's answer to filters and fields, of one row, as its documentation has it. Strict: what is not documented is an error,
//! or decided by a switch.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value as Json;

use super::super::super::spec::{CalculatedField, Filter, FilterOp};

/// Cells by column. There is no null.
pub(super) type Row = BTreeMap<String, Json>;

/// What is not documented.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quirks {
    /// Whether `!=` and `not-in` let rows through that lack the column.
    pub(super) negation_of_nothing: bool,
}

/// Whether a row satisfies all.
pub(super) fn passes(filters: &[Filter], fields: &[CalculatedField], row: &Row, quirks: Quirks) -> Result<bool, String> {
    let mut row = row.clone();
    for field in fields {
        let mut reader = Reader { rest: &field.expression, row: &row };
        let value = reader.value()?;
        if !reader.rest.is_empty() {
            return Err(format!("left over: {}", reader.rest));
        }
        if !value.is_null() {
            row.insert(field.name.clone(), value);
        }
    }
    filters.iter().try_fold(true, |all, filter| Ok(satisfies(filter, &row, quirks)? && all))
}

fn satisfies(filter: &Filter, row: &Row, quirks: Quirks) -> Result<bool, String> {
    if ["root.", "parent.", "any."].iter().any(|prefix| filter.column.starts_with(prefix)) {
        return Err(format!("{} is relational", filter.column));
    }
    let cell = row.get(&filter.column);
    let (op, Some(value)) = (filter.op, &filter.value) else {
        return match filter.op {
            FilterOp::Exists => Ok(cell.is_some()),
            FilterOp::DoesNotExist => Ok(cell.is_none()),
            other => Err(format!("{other:?} without a value")),
        };
    };
    let negative = matches!(op, FilterOp::Ne | FilterOp::NotIn | FilterOp::DoesNotStartWith);
    let Some(cell) = cell else { return Ok(negative && quirks.negation_of_nothing) };
    let listed = || value.as_array().ok_or("a list is needed").map(|list| list.iter().any(|value| equal(cell, value)));
    let both = || cell.as_str().zip(value.as_str());
    Ok(match op {
        FilterOp::Eq => equal(cell, value),
        FilterOp::Ne => !equal(cell, value),
        FilterOp::In => listed()?,
        FilterOp::NotIn => !listed()?,
        FilterOp::Lt => order(cell, value)?.is_some_and(std::cmp::Ordering::is_lt),
        FilterOp::Le => order(cell, value)?.is_some_and(std::cmp::Ordering::is_le),
        FilterOp::Gt => order(cell, value)?.is_some_and(std::cmp::Ordering::is_gt),
        FilterOp::Ge => order(cell, value)?.is_some_and(std::cmp::Ordering::is_ge),
        FilterOp::StartsWith => both().is_some_and(|(cell, value)| cell.starts_with(value)),
        FilterOp::DoesNotStartWith => !both().is_some_and(|(cell, value)| cell.starts_with(value)),
        FilterOp::EndsWith => both().is_some_and(|(cell, value)| cell.ends_with(value)),
        FilterOp::Contains => both().is_some_and(|(cell, value)| cell.contains(value)),
        FilterOp::Exists | FilterOp::DoesNotExist => return Err("a value too many".to_owned()),
    })
}

/// Values of different types are never equal.
fn equal(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

fn order(a: &Json, b: &Json) -> Result<Option<std::cmp::Ordering>, String> {
    let wanted = b.as_f64().ok_or_else(|| format!("no order is documented for {b}"))?;
    Ok(a.as_f64().and_then(|number| number.partial_cmp(&wanted)))
}

struct Reader<'a> {
    rest: &'a str,
    row: &'a Row,
}

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken.to_owned()
    }

    fn value(&mut self) -> Result<Json, String> {
        if self.rest.starts_with('"') {
            return Ok(Json::String(self.text()?));
        }
        if self.eat("`") {
            let (raw, rest) = self.rest.split_once('`').ok_or("an open raw string")?;
            self.rest = rest;
            return Ok(Json::String(raw.to_owned()));
        }
        if self.eat("$") {
            let name =
                if self.rest.starts_with('"') { self.text()? } else { self.take(|c| c.is_alphanumeric() || "_.".contains(c)) };
            if ["", "root.", "parent.", "any."].iter().any(|bad| name == *bad || !bad.is_empty() && name.starts_with(bad)) {
                return Err(format!("{name} cannot be named"));
            }
            return Ok(self.row.get(&name).cloned().unwrap_or_default());
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            let number = self.take(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
            return serde_json::from_str(&number).map_err(|error| format!("{number}: {error}"));
        }
        let word = self.take(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_lowercase());
        match word.as_str() {
            "true" => return Ok(true.into()),
            "false" => return Ok(false.into()),
            _ => {}
        }
        if !self.eat("(") {
            return Err(format!("{word} is no function: {}", self.rest));
        }
        let mut arguments = vec![self.value()?];
        while self.eat(", ") {
            arguments.push(self.value()?);
        }
        if !self.eat(")") {
            return Err(format!("an open {word}"));
        }
        call(&word, &arguments)
    }

    fn text(&mut self) -> Result<String, String> {
        let mut stream = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
        let text = stream.next().ok_or("no text")?.map_err(|error| error.to_string())?;
        self.rest = &self.rest[stream.byte_offset()..];
        Ok(text)
    }
}

/// Of a missing argument most functions are null, which is false.
fn call(function: &str, arguments: &[Json]) -> Result<Json, String> {
    let truth = |value: &Json| match value {
        Json::Null => Ok(false),
        Json::Bool(yes) => Ok(*yes),
        other => Err(format!("{other} is no truth value")),
    };
    let truths = || arguments.iter().map(truth).collect::<Result<Vec<_>, _>>();
    let nothing = || arguments.iter().any(Json::is_null);
    let texts = |holds: &dyn Fn(&str, &str) -> bool| match arguments {
        [Json::String(a), Json::String(b)] => Ok(Json::Bool(holds(a, b))),
        [_, Json::String(_)] => Ok(Json::Bool(false)),
        _ => Err("two texts are needed".to_owned()),
    };
    let ordered = |holds: &dyn Fn(std::cmp::Ordering) -> bool| match arguments {
        [a, b] => Ok(order(a, b)?.map_or(Json::Null, |order| Json::Bool(holds(order)))),
        _ => Err("two numbers are needed".to_owned()),
    };
    // Strict: 500 is not 500.0.
    let same = |a: &Json, b: &Json| a == b;
    match (function, arguments) {
        ("AND", _) => Ok(truths()?.into_iter().all(|yes| yes).into()),
        ("OR", _) => Ok(truths()?.into_iter().any(|yes| yes).into()),
        ("NOT", [only]) => Ok((!truth(only)?).into()),
        ("EXISTS", [only]) => Ok((!only.is_null()).into()),
        ("EQUALS" | "IN", _) if nothing() => Ok(Json::Null),
        ("EQUALS", [a, b]) => Ok(same(a, b).into()),
        ("IN", [a, rest @ ..]) if !rest.is_empty() => Ok(rest.iter().any(|b| same(a, b)).into()),
        ("LT", _) => ordered(&std::cmp::Ordering::is_lt),
        ("LTE", _) => ordered(&std::cmp::Ordering::is_le),
        ("GT", _) => ordered(&std::cmp::Ordering::is_gt),
        ("GTE", _) => ordered(&std::cmp::Ordering::is_ge),
        ("STARTS_WITH", _) => texts(&|a, b| a.starts_with(b)),
        ("ENDS_WITH", _) => texts(&|a, b| a.ends_with(b)),
        ("CONTAINS", _) => texts(&|a, b| a.contains(b)),
        ("TO_LOWER", [Json::String(text)]) => Ok(text.to_lowercase().into()),
        ("TO_LOWER", [_]) => Ok(Json::Null),
        ("REG_MATCH", [_, Json::String(pattern)]) => {
            let regex = Regex::new(pattern).map_err(|error| error.to_string())?;
            texts(&|text, _| !text.is_empty() && regex.is_match(text))
        }
        _ => Err(format!("{function} of {} arguments", arguments.len())),
    }
}
