//! What of a filter Honeycomb can answer: one question for rows that may belong to a match.
//!
//! [`Expr::weaken`] takes structure and aggregates away and leaves selectors of comparisons. `place` says where a comparison leaves
//! its trace, and `rows` what a span that satisfies a selector must have: a row of its own that satisfies one condition, or an event's or link's row
//! that satisfies another. `cond` and `words` write these down. Each row that satisfies a selector may be of another span, so that
//! the question is for the rows of all selectors together, and [`Judge`] looks for one of each.
//!
//! What is taken from Honeycomb's documentation, and what is not:
//!
//! - A filter and a function compare values of the column's own type only. Where ours are looser, all rows that have a value pass.
//! - Whether a negated filter lets rows through that lack the column is not documented: none stands without `exists`, and nothing
//!   depends on it.
//! - Relational fields (`root.`, `parent.`, `any.`) are answered once a minute, and never named.
//! - A row does not keep whose an attribute was. What asks for one of the resource or of the span by a key that is read back as
//!   the other's is not asked, and never decided.
//!
//! A span of which only events have arrived has no row of its own: what is read back in its place is not found by what it is.

use crate::query::{Expr, Field, Intrinsic, Literal, Op, Predicate, SpanExpr, Test, near};
use crate::wire::honeycomb::Schema;

use super::spec::{CalculatedField, Filter, FilterOp};

mod columns;
mod cond;
mod judge;
mod keys;
mod pattern;
mod place;
mod rows;
mod value;
mod words;

#[cfg(test)]
mod tests;

pub use judge::{Judge, RowOf, Verdict};

use cond::Cond;
use place::place;
use rows::Rows;

/// The calculated field that [`Pushed::filters`] want to be true.
pub const FIELD: &str = "_ct_f";

/// The longest expression that is made, in bytes: saved fields have at most 4095.
pub const LONGEST: usize = 4_000;

/// The most filters that are made: a query has at most 100, and the caller adds its own.
pub const MOST_FILTERS: usize = 90;

/// What of a filter is asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pushed {
    /// What must hold of a row, beside what the caller adds (when it was, that it is of a trace).
    pub filters: Vec<Filter>,
    /// At most one, [`FIELD`], which `filters` then want to be true.
    pub fields: Vec<CalculatedField>,
    /// Which columns there are, in their order, of those that the filter looks at and that tell what a row is, beside the ids of
    /// trace and span. At most [`Pushed::MOST_COLUMNS`].
    pub columns: Vec<String>,
    /// `false`: there are no columns for what the filter needs, so that no row there is satisfies it.
    pub possible: bool,
    /// Whether each selector is decided by the row of one span: no structure, aggregates or facts of the whole trace, no events,
    /// and nothing that rows do not say.
    pub decidable: bool,
    /// Whether only rows of root spans are asked for.
    pub roots_only: bool,
    /// Attributes that no column has.
    pub unknown: Vec<UnknownColumn>,
    /// Attributes with a scope that rows do not keep, as they are printed.
    pub ambiguous: Vec<String>,
    /// Attributes whose columns cannot be named, since Honeycomb reads their names as something else.
    pub unreadable: Vec<String>,
    /// For `--explain`: parts of the filter that stay local, as text of our language, one each.
    pub residual: Vec<String>,
}

/// An attribute that no column has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn {
    /// As it was written, without its scope.
    pub key: String,
    /// The column that it may be a slip of.
    pub near: Option<String>,
}

impl Pushed {
    /// The most columns: a query has at most 100, and the caller adds its own.
    pub const MOST_COLUMNS: usize = 80;
}

/// What of a filter is asked. Never fails: what cannot be asked, or would be too long, is weakened.
pub fn push(filter: &Expr, schema: &Schema) -> Pushed {
    let rows = Rows::of(filter, schema);
    let cond = rows.cond(schema);
    let (mut filters, fields, whole) = in_words(&cond);
    if filters.is_empty() && cond != Cond::Never {
        // Whatever was too long: every trace has a span.
        filters.push(Filter::exists(&schema.names.span_id));
    }
    let columns::Columns { asked, complete } = columns::columns(filter, schema, &cond);
    let ambiguous = ambiguous(filter);
    Pushed {
        possible: cond != Cond::Never,
        decidable: complete && is_decidable(filter, schema),
        roots_only: matches!(filter, Expr::Select(selector) if wants_root(selector)) && is_of_roots(&cond, schema) && whole,
        filters,
        fields,
        columns: asked.into_iter().collect(),
        unknown: unknown(filter, schema),
        ambiguous,
        unreadable: unreadable(filter, schema),
        residual: residual(filter, schema),
    }
}

/// Filters and fields for a condition, and whether nothing had to be weakened.
fn in_words(cond: &Cond) -> (Vec<Filter>, Vec<CalculatedField>, bool) {
    if *cond == Cond::Never {
        return (Vec::new(), Vec::new(), true);
    }
    let short = |leaf: &Cond| match leaf {
        Cond::Is(column, want) if !want.is_short() => Cond::there(column),
        other => other.clone(),
    };
    let presence = |leaf: &Cond| match leaf {
        Cond::Is(column, _) => Cond::there(column),
        Cond::Missing(_) => Cond::Always,
        other => other.clone(),
    };
    let mut fitting = Fitting::default();
    let dropped = fitting.take(cond.clone().conjuncts());
    let whole = dropped.is_empty();
    let dropped = fitting.take(Cond::all(dropped.iter().map(|cond| cond.map(&short))).conjuncts());
    fitting.take(Cond::all(dropped.iter().map(|cond| cond.map(&presence))).conjuncts());
    let (filters, fields) = fitting.done();
    (filters, fields, whole)
}

/// What fits into a question.
#[derive(Debug, Default)]
struct Fitting {
    filters: Vec<Filter>,
    calculated: Vec<String>,
    /// How long these are together.
    length: usize,
}

impl Fitting {
    /// Adds as many as fit, the shortest first, and gives the others back.
    fn take(&mut self, mut conds: Vec<Cond>) -> Vec<Cond> {
        conds.sort_by_key(|cond| if words::filters(cond).is_some() { 0 } else { words::expression(cond).len() });
        conds.retain(|cond| !self.add(cond));
        conds
    }

    fn add(&mut self, cond: &Cond) -> bool {
        if let Some(filters) = words::filters(cond) {
            // One is for the field.
            let fits = self.filters.len() + filters.len() < MOST_FILTERS;
            if fits {
                self.filters.extend(filters);
            }
            return fits;
        }
        let expression = words::expression(cond);
        let length = self.length + expression.len() + ", ".len();
        let fits = length + "AND()".len() <= LONGEST;
        if fits {
            self.length = length;
            self.calculated.push(expression);
        }
        fits
    }

    fn done(mut self) -> (Vec<Filter>, Vec<CalculatedField>) {
        let expression = match self.calculated.as_slice() {
            [] => return (self.filters, Vec::new()),
            [only] => only.clone(),
            several => format!("AND({})", several.join(", ")),
        };
        self.filters.push(Filter::new(FIELD, FilterOp::Eq, true));
        (self.filters, vec![CalculatedField::new(FIELD, expression)])
    }
}

/// Whether all rows that satisfy it are of spans without a parent.
fn is_of_roots(cond: &Cond, schema: &Schema) -> bool {
    let names = &schema.names;
    let conjuncts = cond.clone().conjuncts();
    let no_parent = conjuncts.contains(&Cond::Missing(names.parent_id.clone())) || !schema.has(&names.parent_id);
    conjuncts.contains(&Cond::there(&names.span_id)) && no_parent
}

fn wants_root(selector: &SpanExpr) -> bool {
    selector.conjuncts().iter().any(|part| {
        let SpanExpr::Is(Predicate { field, test }) = part else { return false };
        *field == Field::Intrinsic(Intrinsic::Root) && *test == Test::Compare(Op::Eq, Literal::Bool(true))
    })
}

/// Every comparison of a filter, its aggregates aside.
fn predicates(filter: &Expr) -> Vec<&Predicate> {
    let mut predicates = Vec::new();
    filter.each_selector(&mut |selector| selector.each_predicate(&mut |predicate| predicates.push(predicate)));
    predicates
}

fn is_decidable(filter: &Expr, schema: &Schema) -> bool {
    let flat = match filter {
        Expr::Select(_) => true,
        Expr::And(parts) | Expr::Or(parts) => parts.iter().all(|part| is_decidable(part, schema)),
        Expr::Structure { .. } | Expr::Pipe(..) => false,
    };
    flat && predicates(filter).into_iter().all(|predicate| judge::is_told_by_a_span_row(predicate, schema))
}

fn ambiguous(filter: &Expr) -> Vec<String> {
    let mut texts = Vec::new();
    for predicate in predicates(filter) {
        if let Field::Attribute(attribute) = &predicate.field
            && keys::is_ambiguous(attribute)
        {
            let text = attribute.to_string();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    texts
}

fn unreadable(filter: &Expr, schema: &Schema) -> Vec<String> {
    filter.attribute_keys().into_iter().filter(|key| schema.has(key) && !keys::is_column(key)).collect()
}

fn unknown(filter: &Expr, schema: &Schema) -> Vec<UnknownColumn> {
    let mut unknown = Vec::<UnknownColumn>::new();
    for predicate in predicates(filter) {
        let Field::Attribute(attribute) = &predicate.field else { continue };
        let mut keys = attribute.names().chain(attribute.derived_from().iter().copied());
        let key = attribute.key();
        if keys.any(|key| schema.has(place::column(schema, key))) || unknown.iter().any(|known| known.key == key) {
            continue;
        }
        let near = near(key, schema.columns.keys().map(String::as_str)).map(str::to_owned);
        unknown.push(UnknownColumn { key: key.to_owned(), near });
    }
    unknown
}

/// What has to be looked at again, in parts as small as make sense alone: what is not asked at all, or not by what rows say of it.
fn residual(expr: &Expr, schema: &Schema) -> Vec<String> {
    match expr {
        Expr::And(parts) => parts.iter().flat_map(|part| residual(part, schema)).collect(),
        Expr::Select(selector) => {
            let alone = selector.conjuncts().iter().map(|part| Expr::Select(part.clone()));
            alone.filter(|part| !is_asked(part, schema)).map(|part| part.to_string()).collect()
        }
        Expr::Or(parts) if parts.iter().all(|part| residual(part, schema).is_empty()) => Vec::new(),
        other => vec![other.to_string()],
    }
}

/// Whether a selector is asked, and decided by rows.
fn is_asked(part: &Expr, schema: &Schema) -> bool {
    let weakened = part.weaken(&|predicate| place(schema, predicate).is_some());
    weakened.exact && is_decidable(part, schema)
}
