//! A query against the store, in three steps of growing cost: does the trace have the right operations, do its spans as the
//! index knows them satisfy what the index can tell, do its spans as they were received satisfy the filter itself.
//!
//! The first two are over-approximations ([`Expr::weaken`]); where the second is exact, the third is not needed.

use std::sync::Arc;

use rusqlite::params;

use super::key;
use super::read::{COLUMNS, Local, TraceRow};
use crate::backend::{BackendError, Listing};
use crate::model::trace::INHERITS_RESOURCE;
use crate::model::{Resource, Span, SpanId, Status, StatusCode, Time, Trace, TraceId};
use crate::query::{Expr, Field, Intrinsic, Literal, Op, Predicate, Query, Test, Weakened};

/// Newest first, until the limit is reached.
pub(super) fn list(local: &Local, query: &Query) -> Result<Listing, BackendError> {
    let snapshot = local.sql(|connection| connection.unchecked_transaction())?;
    let select = format!("SELECT {COLUMNS} FROM trace_rows WHERE start >= ?1 AND start <= ?2 ORDER BY start DESC, n DESC");
    let mut statement = local.sql(|connection| connection.prepare_cached(&select))?;
    let last = i64::try_from(query.range.end().0).map_or(i64::MAX, |end| end.saturating_sub(1));
    let mut rows = local.sql(|_| statement.query(params![key::time(query.range.start()), last]))?;
    let filter = query.filter.as_ref().map(Filter::of);
    let mut listing = Listing::default();
    while let Some(row) = local.sql(|_| rows.next())? {
        if listing.traces.len() == query.limit {
            listing.more = true;
            break;
        }
        let row = local.sql(|_| TraceRow::of(row))?;
        if filter.as_ref().map_or(Ok(true), |filter| filter.holds(local, &row))? {
            listing.traces.push(local.sql(|_| local.summary(&row))?);
        }
    }
    drop(rows);
    if filter.is_none() {
        let count = "SELECT count(*) FROM trace_rows WHERE start >= ?1 AND start <= ?2";
        let count: i64 = local.sql(|connection| {
            connection.prepare_cached(count)?.query_row(params![key::time(query.range.start()), last], |row| row.get(0))
        })?;
        listing.in_window = usize::try_from(count).ok();
    }
    drop(statement);
    drop(snapshot);
    Ok(listing)
}

/// What the index does for a query.
pub(super) fn explain(query: &Query) -> Vec<String> {
    let mut lines = vec!["walk the traces of the window in the index, newest first, until the limit is reached".to_owned()];
    if let Some(filter) = &query.filter {
        let filter = Filter::of(filter);
        match &filter.by_operation.expr {
            Some(expr) => lines.push(format!("pass over traces without an operation that satisfies {expr}")),
            None => lines.push("no condition on service, name or kind alone: every trace is a candidate".to_owned()),
        }
        match (&filter.by_index.expr, filter.by_index.exact) {
            (Some(expr), true) => lines.push(format!("check {expr} on the index: exact, no batch is read")),
            (Some(expr), false) => lines.push(format!("check {expr} on the index")),
            (None, _) => {}
        }
        if !filter.by_index.exact {
            lines.push(format!("read the batches of what is left and check {}", filter.whole));
        }
    }
    lines
}

/// A filter with what can be told of it more cheaply.
struct Filter<'a> {
    whole: &'a Expr,
    by_operation: Weakened,
    by_index: Weakened,
}

impl<'a> Filter<'a> {
    fn of(whole: &'a Expr) -> Self {
        Self { whole, by_operation: whole.weaken(&known_of_operations), by_index: whole.weaken(&known_of_index) }
    }

    fn holds(&self, local: &Local, row: &TraceRow) -> Result<bool, BackendError> {
        if let Some(expr) = &self.by_operation.expr
            && let Some(operations) = local.sql(|_| operations(local, row))?
            && expr.matches(&operations).is_none()
        {
            return Ok(false);
        }
        if let Some(expr) = &self.by_index.expr {
            let Some(skeleton) = local.sql(|_| skeleton(local, row))? else { return Ok(false) };
            let holds = expr.matches(&skeleton).is_some();
            if self.by_index.exact || !holds {
                return Ok(holds);
            }
        } else if self.by_index.exact {
            return Ok(true);
        }
        let trace = local.trace(row)?;
        Ok(trace.is_some_and(|trace| self.whole.matches(&trace).is_some()))
    }
}

/// Service, name and kind.
fn known_of_operations(predicate: &Predicate) -> bool {
    matches!(predicate.field, Field::Intrinsic(Intrinsic::Service | Intrinsic::Name | Intrinsic::Kind))
}

/// What fragments and summaries hold. Of the status they know only whether it is an error.
fn known_of_index(predicate: &Predicate) -> bool {
    match &predicate.field {
        Field::Intrinsic(Intrinsic::Status) => {
            matches!(&predicate.test, Test::Compare(Op::Eq | Op::Ne, Literal::Status(StatusCode::Error)))
        }
        Field::Intrinsic(intrinsic) => matches!(
            intrinsic,
            Intrinsic::Service
                | Intrinsic::Name
                | Intrinsic::Kind
                | Intrinsic::Duration
                | Intrinsic::Root
                | Intrinsic::TraceDuration
                | Intrinsic::RootName
                | Intrinsic::RootServiceName
                | Intrinsic::TraceId
                | Intrinsic::SpanId
                | Intrinsic::ParentId
        ),
        Field::Attribute(..) => false,
    }
}

/// One made-up span for each operation; `None` where an operation's service is its parent's, which cannot be told here.
fn operations(local: &Local, row: &TraceRow) -> rusqlite::Result<Option<Trace>> {
    let mut spans = Vec::with_capacity(row.operations.len());
    for (place, &number) in row.operations.iter().enumerate() {
        let operation = local.operation(number)?;
        let Some(resource) = &operation.resource else { return Ok(None) };
        spans.push(Span {
            id: SpanId::from_bytes((place as u64 + 1).to_be_bytes()),
            name: operation.name.clone(),
            kind: operation.kind,
            resource: Arc::clone(resource),
            start: Time(1),
            ..Span::default()
        });
    }
    Ok(Trace::assemble(TraceId::from_bytes([1; 16]), spans))
}

/// The trace with what the index knows of its spans.
fn skeleton(local: &Local, row: &TraceRow) -> rusqlite::Result<Option<Trace>> {
    let mut spans = Vec::new();
    let nobody = Arc::new(Resource::default());
    for span in key::fragments(&local.connection, row.n)?.into_iter().flatten() {
        let operation = local.operation(span.operation)?;
        let code = if span.error { StatusCode::Error } else { StatusCode::Unset };
        let mut skeleton = Span {
            id: span.id,
            parent: span.parent,
            name: operation.name.clone(),
            kind: operation.kind,
            start: span.start,
            end: span.end,
            status: Status { code, message: String::new() },
            resource: Arc::clone(operation.resource.as_ref().unwrap_or(&nobody)),
            ..Span::default()
        };
        if operation.resource.is_none() {
            skeleton.attributes.push(INHERITS_RESOURCE, true);
        }
        spans.push(skeleton);
    }
    Ok(Trace::assemble(row.id.clone(), spans))
}
