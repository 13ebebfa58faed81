//! Conditions on rows.

use serde_json::Value as Json;

use super::super::row::Cell;
use super::Field;
use super::members::Members;
use super::problem::{Code, Problem};
use super::scope::Scope;

/// A condition on a row, and whether it is to hold, or not to hold.
#[derive(Debug, Clone)]
pub(in super::super) struct Filter {
    pub(in super::super) field: Field,
    pub(in super::super) test: Test,
    pub(in super::super) negated: bool,
}

#[derive(Debug, Clone)]
pub(in super::super) enum Test {
    Exists,
    Equals(Cell),
    Less(Cell),
    AtMost(Cell),
    Greater(Cell),
    AtLeast(Cell),
    StartsWith(Cell),
    EndsWith(Cell),
    Contains(Cell),
    In(Vec<Cell>),
}

impl Filter {
    pub(super) fn check(json: &Json, path: &str, scope: &mut Scope<'_>) -> Result<Self, Problem> {
        let filter = Members::of(json, path, &["column", "op", "value"])?;
        let column = filter.required_text("column")?;
        let op = filter.required_text("op")?;
        let field = scope.field(column, &format!("{path}.column"))?;
        let one: fn(Cell) -> Test = match op {
            "exists" | "does-not-exist" => {
                return match filter.get("value") {
                    Some(_) => Err(filter.wrong("value", Code::Invalid, &format!("{op} does not take a value"))),
                    None => Ok(Self { field, test: Test::Exists, negated: op == "does-not-exist" }),
                };
            }
            "in" | "not-in" => {
                let values = several(&filter, op, scope.switches.most_in)?;
                return Ok(Self { field, test: Test::In(values), negated: op == "not-in" });
            }
            "=" | "!=" => Test::Equals,
            "<" => Test::Less,
            "<=" => Test::AtMost,
            ">" => Test::Greater,
            ">=" => Test::AtLeast,
            "starts-with" | "does-not-start-with" => Test::StartsWith,
            "ends-with" | "does-not-end-with" => Test::EndsWith,
            "contains" | "does-not-contain" => Test::Contains,
            _ => return Err(filter.wrong("op", Code::Invalid, "must be a valid value")),
        };
        let value = match filter.get("value") {
            None | Some(Json::Null) => return Err(filter.wrong("value", Code::Missing, &format!("{op} takes a value"))),
            Some(value) => Cell::from_json(value)
                .ok_or_else(|| filter.wrong("value", Code::IncorrectType, &format!("{op} takes one value, and no list")))?,
        };
        Ok(Self { field, test: one(value), negated: op == "!=" || op.starts_with("does-not") })
    }
}

fn several(filter: &Members<'_>, op: &str, most: usize) -> Result<Vec<Cell>, Problem> {
    if filter.get("value").is_none_or(Json::is_null) {
        return Err(filter.wrong("value", Code::Missing, &format!("{op} takes a list")));
    }
    let values = filter.list("value", most)?;
    if values.is_empty() {
        return Err(filter.wrong("value", Code::Invalid, "must not be empty"));
    }
    let cells: Option<Vec<Cell>> = values.iter().map(Cell::from_json).collect();
    cells.ok_or_else(|| filter.wrong("value", Code::IncorrectType, "must be strings, numbers or booleans"))
}
