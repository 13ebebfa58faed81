//! The question: the filter expression, its parser, printer and evaluator.
//!
//! Reading order: [`ast`](Expr), `parse`, `eval`; then what is made of an expression – `weaken`, `nearest`, `touch`, `hints`, `sugar`.
//! What follows is the reference for people who write expressions, `docs/filter.md`.
#![cfg_attr(doc, doc = include_str!("../../docs/filter.md"))]

mod aggregate;
#[cfg(test)]
pub(crate) mod arbitrary;
mod ast;
mod compare;
mod decide;
pub(crate) mod duration;
mod error;
mod eval;
mod field;
mod foresee;
mod hints;
mod keys;
mod lex;
mod literal;
mod nearest;
mod parse;
mod part;
mod print;
pub mod semconv;
mod sugar;
mod touch;
mod tree;
mod value;
mod weaken;

pub use aggregate::Across;
pub use ast::{Aggregate, Expr, Function, Measure, Op, Predicate, Relation, SpanExpr, Test};
pub use error::ParseError;
pub(crate) use error::{hidden, near};
pub use eval::Matched;
pub use field::{Attribute, Field, Intrinsic, Scope, Type};
pub use literal::{Literal, Number, Pattern};
pub use nearest::{Failed, NearMiss};
pub use parse::{MAX_DEPTH, MAX_LENGTH, MAX_PATTERNS};
pub use sugar::Sugar;
pub use weaken::Weakened;

use crate::model::TimeRange;

/// What a backend is asked: the newest traces of a time that satisfy a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// When the traces began. What a backend cannot cut so finely is cut again by whoever asks.
    pub range: TimeRange,
    /// What they must satisfy; `None` is satisfied by all. A backend asks for what [`Expr::weaken`] leaves of it, and whoever
    /// asks checks its answer again with [`Expr::matches`].
    pub filter: Option<Expr>,
    /// How many at most. A backend that has to stop earlier, or to leave some out, says so.
    pub limit: usize,
}
