//! What the names in a query stand for.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::super::expression::{Expression, parse};
use super::super::row::Type;
use super::super::switches::{Switches, UnknownColumn};
use super::members::Members;
use super::problem::{Code, Problem};
use super::{Field, MOST, unknown_column};

/// The columns and calculated fields that a query has named so far.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) columns: &'a BTreeMap<String, Vec<Type>>,
    pub(super) switches: &'a Switches,
    /// Columns, in the order in which they were named first.
    pub(super) names: Vec<String>,
    /// Calculated fields.
    pub(super) calculated: Vec<(String, Expression)>,
}

impl Scope<'_> {
    /// What a breakdown, a filter or a calculation is about.
    pub(super) fn field(&mut self, name: &str, path: &str) -> Result<Field, Problem> {
        if let Some(index) = self.calculated.iter().position(|(known, _)| known == name) {
            return Ok(Field::Calculated(index));
        }
        self.known(name, path)?;
        Ok(Field::Column(number(&mut self.names, name)))
    }

    fn known(&self, name: &str, path: &str) -> Result<(), Problem> {
        if self.columns.contains_key(name) {
            return Ok(());
        }
        match self.switches.unknown_column {
            UnknownColumn::RefusedAtQuery => Err(Problem::invalid(path, Code::Invalid, &unknown_column(name))),
            UnknownColumn::RefusedLegacy => Err(Problem::short(422, &unknown_column(name))),
            UnknownColumn::ErrorInResult => Ok(()),
        }
    }

    /// `calculated_fields`. One does not see another: the documentation does not say that it does.
    pub(super) fn calculated_fields(&mut self, list: &[Json]) -> Result<(), Problem> {
        debug_assert!(list.len() <= MOST, "the list was measured");
        for (index, json) in list.iter().enumerate() {
            let path = format!("calculated_fields[{index}]");
            let field = Members::of(json, &path, &["name", "expression"])?;
            let (name, expression) = (field.required_text("name")?, field.required_text("expression")?);
            if name.is_empty() || name.len() > 255 {
                return Err(field.wrong("name", Code::Invalid, "must have 1 to 255 characters"));
            }
            if self.columns.contains_key(name) || self.calculated.iter().any(|(known, _)| known == name) {
                return Err(field.wrong("name", Code::AlreadyExists, "is the name of a column"));
            }
            if expression.chars().count() > self.switches.longest_expression {
                let most = self.switches.longest_expression;
                return Err(field.wrong("expression", Code::Invalid, &format!("must have at most {most} characters")));
            }
            let before = self.names.len();
            // 400: `ParseError.Status` in `pkg/parser/parser.go` beside the grammar.
            let tree = parse(expression, &mut |column| number(&mut self.names, column))
                .map_err(|reason| Problem::short(400, &format!("{name}: {reason}")))?;
            for column in &self.names[before..] {
                self.known(column, &format!("{path}.expression"))?;
            }
            self.calculated.push((name.to_owned(), tree));
        }
        Ok(())
    }
}

/// The number of a column, the same each time.
fn number(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}
