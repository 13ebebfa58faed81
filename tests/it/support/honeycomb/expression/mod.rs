//! The language of calculated fields: <https://docs.honeycomb.io/reference/calculated-field-expression/>. Its grammar is
//! `pkg/parser/HCDC.g4` of <https://github.com/honeycombio/honeycomb-derived-column-validator>.

mod calculate;
mod functions;
mod lexer;
mod math;
mod parser;
mod pattern;
mod texts;

use regex::Regex;

use super::row::Cell;
use super::value::Value;

pub(super) use calculate::Context;
pub(super) use parser::parse;

use functions::Function;
use math::Bins;

/// An expression whose functions are known and have as many arguments as they take.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    /// The column with that number; who parses gives them out.
    Column(usize),
    Literal(Option<Cell>),
    Call(Function, Vec<Expression>),
    /// `REG_MATCH`, `REG_VALUE` and `REG_COUNT`.
    Search(Search, Box<Expression>, Regex),
    Bucket(Box<Expression>, Bins),
}

/// What is asked of a text and a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    Match,
    Value,
    Count,
}

impl Expression {
    /// Marks the columns that it names, by their numbers.
    pub(super) fn columns(&self, named: &mut [bool]) {
        match self {
            Self::Column(number) => named[*number] = true,
            Self::Literal(_) => {}
            Self::Call(_, arguments) => arguments.iter().for_each(|argument| argument.columns(named)),
            Self::Search(_, subject, _) | Self::Bucket(subject, _) => subject.columns(named),
        }
    }

    /// The value of a literal.
    fn literal(&self) -> Option<Value<'_>> {
        match self {
            Self::Literal(cell) => Some(cell.as_ref().map_or(Value::Missing, Value::of)),
            _ => None,
        }
    }
}
