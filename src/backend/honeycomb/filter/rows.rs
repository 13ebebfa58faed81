//! What a trace that satisfies a filter has rows of.

use crate::query::{Expr, Field, Predicate, Scope, SpanExpr, Test};
use crate::wire::honeycomb::Schema;

use super::cond::{Cond, Want};
use super::place::{Place, place};
use crate::wire::honeycomb::is_of_resource;

/// The rows that a filter needs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rows {
    /// Nothing that could be asked for, beyond that there is a span.
    Unasked,
    /// One that satisfies this, for each selector that must hold.
    Of(Cond),
}

impl Rows {
    /// Of a filter.
    pub(super) fn of(filter: &Expr, schema: &Schema) -> Self {
        let weakened = filter.weaken(&|predicate| place(schema, predicate).is_some()).expr;
        weakened.map_or(Self::Unasked, |expr| of_trace(&expr, schema))
    }

    /// What is asked: every trace has the row of a span.
    pub(super) fn cond(self, schema: &Schema) -> Cond {
        let span = || if schema.has(&schema.names.span_id) { Cond::there(&schema.names.span_id) } else { Cond::Never };
        match self {
            Self::Unasked | Self::Of(Cond::Always) => span(),
            Self::Of(cond) => cond,
        }
    }
}

/// Of what [`Expr::weaken`] leaves. Recursion is bounded by how deep the parser nests ([`crate::query::MAX_DEPTH`]).
fn of_trace(expr: &Expr, schema: &Schema) -> Rows {
    match expr {
        Expr::Select(selector) => Rows::Of(of_selector(selector, schema)),
        Expr::And(parts) => {
            let mut conds = Vec::new();
            for part in parts {
                match of_trace(part, schema) {
                    Rows::Unasked => {}
                    Rows::Of(Cond::Never) => return Rows::Of(Cond::Never),
                    Rows::Of(cond) => conds.push(cond),
                }
            }
            if conds.is_empty() { Rows::Unasked } else { Rows::Of(either(conds)) }
        }
        Expr::Or(parts) => {
            let mut conds = Vec::new();
            for part in parts {
                match of_trace(part, schema) {
                    Rows::Unasked => return Rows::Unasked,
                    Rows::Of(cond) => conds.push(cond),
                }
            }
            Rows::Of(either(conds))
        }
        Expr::Structure { .. } | Expr::Pipe(..) => Rows::Unasked,
    }
}

/// One of several conditions; what all want is said once.
fn either(conds: Vec<Cond>) -> Cond {
    let mut parts: Vec<Vec<Cond>> = Vec::new();
    for cond in conds.into_iter().filter(|cond| *cond != Cond::Never) {
        let conjuncts = cond.conjuncts();
        if !parts.contains(&conjuncts) {
            parts.push(conjuncts);
        }
    }
    let Some(first) = parts.first().cloned() else { return Cond::Never };
    let common: Vec<Cond> = first.into_iter().filter(|cond| parts.iter().all(|other| other.contains(cond))).collect();
    let rest = parts.into_iter().map(|part| Cond::all(part.into_iter().filter(|cond| !common.contains(cond))));
    let rest = Cond::any(rest);
    Cond::all(common.iter().cloned().chain([rest]))
}

/// A row that every span which satisfies a selector has: its own, or one of what happened in it.
pub(super) fn of_selector(selector: &SpanExpr, schema: &Schema) -> Cond {
    let id = &schema.names.span_id;
    if !schema.has(id) {
        return Cond::Never;
    }
    let Place { span, annotation } = of_span(selector, schema);
    let span = Cond::all([Cond::there(id), span]);
    let annotation = Cond::all([Cond::Missing(id.clone()), annotation]);
    let (own, other) = (span.clone(), annotation.clone());
    match (span, annotation) {
        (span, Cond::Never) => span,
        (Cond::Never, annotation) => annotation,
        (span, annotation) => {
            // Which kind of row it is need not be asked where the other would pass as well.
            let (mut span, mut annotation) = (span.conjuncts(), annotation.conjuncts());
            let common: Vec<Cond> = span.iter().filter(|cond| annotation.contains(cond)).cloned().collect();
            span.retain(|cond| !common.contains(cond));
            annotation.retain(|cond| !common.contains(cond));
            match (span.len(), annotation.len()) {
                (1, 1) => Cond::all(common),
                (1, _) => {
                    annotation.retain(|cond| *cond != Cond::Missing(id.clone()));
                    Cond::all(common.into_iter().chain([Cond::any([Cond::there(id), Cond::all(annotation)])]))
                }
                (_, 1) => {
                    span.retain(|cond| *cond != Cond::there(id));
                    Cond::all(common.into_iter().chain([Cond::any([Cond::Missing(id.clone()), Cond::all(span)])]))
                }
                _ => either(vec![own, other]),
            }
        }
    }
}

/// Either the row of a span that satisfies this satisfies `span`, or one of what happened in it `annotation`.
fn of_span(selector: &SpanExpr, schema: &Schema) -> Place {
    match selector {
        SpanExpr::Is(predicate) => place(schema, predicate).unwrap_or(Place { span: Cond::Always, annotation: Cond::Never }),
        // What is left of a weakened filter has no `not`.
        SpanExpr::Any | SpanExpr::Not(_) => Place { span: Cond::Always, annotation: Cond::Never },
        SpanExpr::Or(parts) => {
            let places: Vec<Place> = parts.iter().map(|part| of_span(part, schema)).collect();
            let (span, annotation): (Vec<_>, Vec<_>) = places.into_iter().map(|place| (place.span, place.annotation)).unzip();
            Place { span: Cond::any(span), annotation: Cond::any(annotation) }
        }
        SpanExpr::And(parts) => together(parts, schema),
    }
}

/// All of these, of one span. If the trace of one of them is only on another row, that row is enough.
fn together(parts: &[SpanExpr], schema: &Schema) -> Place {
    let (of_resource, others): (Vec<_>, Vec<_>) = parts.iter().partition(|part| is_about_resources(part));
    if others.is_empty() {
        let places: Vec<Place> = parts.iter().map(|part| of_span(part, schema)).collect();
        let (span, annotation): (Vec<_>, Vec<_>) = places.into_iter().map(|place| (place.span, place.annotation)).unzip();
        return Place { span: Cond::all(span), annotation: Cond::any(annotation) };
    }
    let others: Vec<Place> = others.into_iter().map(|part| of_span(part, schema)).collect();
    // Of what is never on the span's own row, one is enough: the one that wants the most.
    let elsewhere = others.iter().filter(|place| place.span == Cond::Never).map(|place| &place.annotation);
    let annotation = match elsewhere.min_by_key(|cond| looseness(cond)) {
        Some(cond) => cond.clone(),
        None => Cond::any(others.iter().map(|place| place.annotation.clone())),
    };
    // Every other row repeats what is known of the resource. So that not all of them pass, what the span's own row lacks is taken
    // to be on another.
    let of_resource = of_resource.into_iter().map(|part| {
        let lacking = Cond::any(lacking(part, schema));
        Cond::any([of_span(part, schema).span, lacking])
    });
    let span = Cond::all(others.into_iter().map(|place| place.span).chain(of_resource));
    Place { span, annotation }
}

/// Whether it is about nothing but attributes that are read back as the resource's, wherever they are.
fn is_about_resources(selector: &SpanExpr) -> bool {
    let of_resource = |predicate: &Predicate| match &predicate.field {
        Field::Attribute(attribute) => {
            let missing = predicate.test == Test::Missing;
            attribute.scope() == Scope::Any && !missing && attribute.names().all(is_of_resource)
        }
        Field::Intrinsic(_) => false,
    };
    let mut all = *selector != SpanExpr::Any;
    selector.each_predicate(&mut |predicate| all &= of_resource(predicate));
    all
}

/// For each comparison, that the row has none of its columns.
fn lacking(selector: &SpanExpr, schema: &Schema) -> Vec<Cond> {
    let mut conds = Vec::new();
    selector.each_predicate(&mut |predicate| {
        let missing = Predicate { field: predicate.field.clone(), test: Test::Missing };
        conds.extend(place(schema, &missing).map(|place| place.span));
    });
    conds
}

fn looseness(cond: &Cond) -> usize {
    match cond {
        Cond::Never => 0,
        Cond::Is(_, Want::In(_)) => 1,
        Cond::Is(_, Want::There) => 4,
        Cond::Is(..) | Cond::All(_) => 2,
        Cond::Any(_) | Cond::Missing(_) => 3,
        Cond::Always => 5,
    }
}
