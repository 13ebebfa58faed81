//! What of a filter X-Ray can answer itself, in its own filter expressions:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html>.
//!
//! [`Expr::weaken`] takes a selector or a pipeline apart, `predicate` (with `annotation` and `bounds`) says of one comparison what
//! it requires of a trace in X-Ray's words, and `formula` writes these down.
//!
//! X-Ray answers of whole traces, not of one span, and of less than a trace holds. What is taken from its documentation:
//!
//! - `error`, `fault`, `throttle`, `http.*` and `responsetime` are about the root segment, within `service() { … }` about any
//!   segment. Subsegments have no keyword for these, so that a failure that stayed within one cannot be asked for.
//! - `duration` is the whole trace's, in seconds with three decimals, up to the end of its last segment: what a subsegment does
//!   after its segment is not in it. Of a trace that is still `partial`, nothing is taken for granted.
//! - `user` and `instance.id` are about any segment. Of segment documents that come from OpenTelemetry subsegments have them too,
//!   so that only what must be a segment – a root – can be asked for without missing any.
//! - Annotations are indexed of all segments and subsegments, where their key is made of letters, digits and `_`. They are the
//!   only source of attributes without a point in their name. Text, numbers and truth values are different things in the index,
//!   while our language reads one as the other. X-Ray indexes at most 50 annotations of a trace; those beyond are not found.
//! - `annotation[key]` and an escape for `"` are not documented, and not used.

use crate::query::{Expr, Predicate, Relation, SpanExpr};

mod annotation;
mod bounds;
mod formula;
mod part;
mod predicate;

#[cfg(test)]
mod tests;

pub use formula::LIMIT;

use formula::{Formula, quoted};
use part::Part;

/// What of a filter is asked of X-Ray.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pushed {
    /// Satisfied by every trace that satisfies the filter, as X-Ray's documentation has it; `None` where nothing can be asked.
    pub sound: Option<String>,
    /// A narrower expression that finds most of them at once but may miss some, such as errors that only a local subsegment had;
    /// `None` where it would not be narrower.
    pub likely: Option<String>,
    /// Whether nothing would be left to check if X-Ray's index is taken at its word. (Everything is checked again anyway.)
    pub exact: bool,
    /// For `--explain`: parts of the filter that stay local, as text of our language, one each.
    pub residual: Vec<String>,
}

/// What of a filter is asked of X-Ray. Both expressions have at most [`LIMIT`] bytes: what does not fit is left out where that
/// makes the question weaker, and where it would not, nothing is asked.
pub fn push(filter: &Expr) -> Pushed {
    let Part { sound, likely, mut exact } = trace(filter);
    let likely = likely.filter(|likely| Some(likely) != sound.as_ref()).map(|likely| likely.to_string());
    let sound = sound.and_then(|whole| {
        let kept = whole.fit(LIMIT);
        exact &= kept.as_ref() == Some(&whole);
        kept.map(|kept| kept.to_string())
    });
    let likely = likely.filter(|likely| likely.len() <= LIMIT);
    Pushed { sound, likely, exact, residual: if exact { Vec::new() } else { residual(filter) } }
}

/// Puts raw expressions together: `(a) AND (b)`. One alone stays as it is, and a blank one is none.
pub fn both(a: Option<&str>, b: Option<&str>) -> Option<String> {
    let there = |text: &&str| !text.trim().is_empty();
    match (a.filter(there), b.filter(there)) {
        (Some(a), Some(b)) => Some(format!("({a}) AND ({b})")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

/// `group.name = "x"`, or the reason why the name cannot be written in a filter expression.
pub fn group(name: &str) -> Result<String, String> {
    if name.is_empty() {
        return Err("the name of a group cannot be empty".to_owned());
    }
    let Some(name) = quoted(name) else {
        let why = "X-Ray's filter expressions cannot hold quotation marks, backslashes and control characters";
        return Err(format!("{why}, nor a name of over {} bytes", formula::LONGEST_TEXT));
    };
    Ok(format!("group.name = {name}"))
}

/// Recursion is bounded by how deep the parser nests ([`crate::query::MAX_DEPTH`]).
fn trace(expr: &Expr) -> Part {
    match expr {
        Expr::Select(_) | Expr::Pipe(..) => {
            let weakened = expr.weaken(&can);
            let mut part = weakened.expr.as_ref().map_or_else(Part::always, flat);
            part.exact &= weakened.exact;
            part
        }
        Expr::And(parts) => Part::all(parts.iter().map(trace)),
        Expr::Or(parts) => Part::any(parts.iter().map(trace)),
        Expr::Structure { first, rest } => {
            let operands = std::iter::once(&**first).chain(rest.iter().map(|(_, right)| right));
            let lefts = operands.clone();
            let edges = lefts.zip(rest).filter_map(|(left, (relation, right))| edge(left, *relation, right));
            let mut part = Part::all(operands.map(trace).chain(edges.map(Part::likely)));
            part.exact = false;
            part
        }
    }
}

/// Of what [`Expr::weaken`] leaves: no structure and no aggregates, which here require nothing.
fn flat(expr: &Expr) -> Part {
    match expr {
        Expr::Select(selector) => span(selector, false),
        Expr::And(parts) => Part::all(parts.iter().map(flat)),
        Expr::Or(parts) => Part::any(parts.iter().map(flat)),
        Expr::Structure { .. } | Expr::Pipe(..) => Part::nothing(),
    }
}

/// What a trace must satisfy that has a span like this. `root`: the span is known to have no parent, so that it is a segment.
fn span(selector: &SpanExpr, root: bool) -> Part {
    match selector {
        SpanExpr::Any => Part::always(),
        SpanExpr::Is(predicate) => predicate::predicate(predicate, root),
        SpanExpr::Not(_) => Part::nothing(),
        SpanExpr::And(parts) => {
            let root = root || parts.iter().any(is_root);
            Part::together(parts.iter().map(|part| span(part, root)))
        }
        SpanExpr::Or(parts) => Part::any(parts.iter().map(|part| span(part, root))),
    }
}

fn is_root(selector: &SpanExpr) -> bool {
    matches!(selector, SpanExpr::Is(comparison) if predicate::is_root(comparison))
}

/// Whether a comparison can be asked in some place or helps to ask another one; [`span`] sees which place it is in.
fn can(comparison: &Predicate) -> bool {
    predicate::is_root(comparison)
        || predicate::predicate(comparison, true).asks()
        || predicate::predicate(comparison, false).asks()
}

/// That one service calls another. Only likely: where two spans share an id by mistake, the one that is below the caller need not
/// be a segment, and X-Ray takes its edges from the service graph, which follows the caller's subsegment and may name the called
/// node otherwise than its segment does.
fn edge(left: &Expr, relation: Relation, right: &Expr) -> Option<Formula> {
    let (source, target) = (service(left)?, service(right)?);
    if relation != Relation::Child || source == target {
        return None;
    }
    Some(Formula::Is(format!("edge({}, {})", quoted(source)?, quoted(target)?)))
}

/// The one service of which a selector's spans must be.
fn service(expr: &Expr) -> Option<&str> {
    let Expr::Select(selector) = expr else { return None };
    selector.conjuncts().iter().find_map(|part| match part {
        SpanExpr::Is(comparison) => predicate::service(comparison),
        _ => None,
    })
}

/// What has to be looked at again, in parts as small as make sense alone.
fn residual(expr: &Expr) -> Vec<String> {
    let parts = match expr {
        Expr::And(parts) => parts.iter().filter(|part| !trace(part).exact).flat_map(residual).collect(),
        Expr::Select(selector) => {
            let alone = selector.conjuncts().iter().map(|part| Expr::Select(part.clone()));
            alone.filter(|part| !trace(part).exact).map(|part| part.to_string()).collect()
        }
        _ => Vec::new(),
    };
    if parts.is_empty() { vec![expr.to_string()] } else { parts }
}
