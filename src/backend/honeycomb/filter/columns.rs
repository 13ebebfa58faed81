//! Which columns a filter looks at.

use std::collections::BTreeSet;

use crate::query::{Expr, Field, Intrinsic};
use crate::wire::honeycomb::Schema;

use super::cond::Cond;
use super::keys::is_column;
use super::{Pushed, place, predicates};

/// Which columns are asked for.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) asked: BTreeSet<String>,
    /// Whether these are all.
    pub(super) complete: bool,
}

/// Whether only rows of spans satisfy it.
pub(super) fn is_of_spans(cond: &Cond, schema: &Schema) -> bool {
    *cond == Cond::Never || cond.clone().conjuncts().contains(&Cond::there(&schema.names.span_id))
}

/// The columns that there are of those that a filter looks at.
pub(super) fn columns(filter: &Expr, schema: &Schema, cond: &Cond) -> Columns {
    let names = &schema.names;
    let mut asked = BTreeSet::new();
    let mut complete = true;
    let mut ask = |column: &str, asked: &mut BTreeSet<String>| {
        let ids = column == names.trace_id || column == names.span_id;
        if ids || !schema.has(column) || asked.contains(column) {
            return;
        }
        if asked.len() < Pushed::MOST_COLUMNS && is_column(column) {
            asked.insert(column.to_owned());
        } else {
            complete = false;
        }
    };
    if !is_of_spans(cond, schema) {
        ask(&names.annotation, &mut asked);
        // Only spans have one: it tells their rows from others that say nothing of themselves.
        ask(&names.kind, &mut asked);
    }
    for predicate in predicates(filter) {
        for column in of_field(&predicate.field, schema) {
            ask(&column, &mut asked);
        }
    }
    Columns { asked, complete }
}

/// The columns that may say something of a field, whether or not there are such.
pub(super) fn of_field(field: &Field, schema: &Schema) -> Vec<String> {
    let names = &schema.names;
    let columns: &[&str] = match field {
        Field::Attribute(attribute) => {
            let keys = attribute.names().chain(attribute.derived_from().iter().copied());
            return keys.map(|key| place::column(schema, key).to_owned()).collect();
        }
        Field::Intrinsic(intrinsic) => match intrinsic {
            Intrinsic::Name => &[&names.name],
            Intrinsic::Service => &[&names.service],
            Intrinsic::Status => &["status_code", &names.error],
            Intrinsic::StatusMessage => &["status_message"],
            Intrinsic::Kind => &[&names.kind, "type", "meta.span_type"],
            Intrinsic::Duration => &[&names.duration],
            Intrinsic::Root | Intrinsic::ParentId => &[&names.parent_id],
            Intrinsic::TraceId => &[&names.trace_id],
            Intrinsic::SpanId => &[&names.span_id],
            Intrinsic::EventName => &[&names.name, "event.name"],
            Intrinsic::LinkTraceId => &[&names.link_trace_id],
            Intrinsic::LinkSpanId => &[&names.link_span_id],
            Intrinsic::ScopeName => &["library.name"],
            Intrinsic::ScopeVersion => &["library.version"],
            Intrinsic::TraceDuration | Intrinsic::RootName | Intrinsic::RootServiceName => &[],
        },
    };
    columns.iter().map(|column| (*column).to_owned()).collect()
}
