//! A query against the store, in three steps of growing cost: does the trace have the right operations, do its spans as the
//! index knows them satisfy what the index can tell, do its spans as they were received satisfy the filter itself.
//!
//! The first two are over-approximations ([`Expr::weaken`]); where one is exact, the next is not needed.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, params};

use super::key;
use super::read::{COLUMNS, Local, TraceRow, assembled};
use crate::backend::{BackendError, Listing};
use crate::model::segments::INFERRED;
use crate::model::trace::INHERITS_RESOURCE;
use crate::model::{Resource, Span, SpanId, Status, StatusCode, Time, Trace, TraceId, TraceSummary};
use crate::parallel::share_out;
use crate::query::{Expr, Field, Intrinsic, Literal, Op, Predicate, Query, Test, Weakened};

/// How many traces are read out of the batches together at most, and how many spans: neighbours share batches.
const TRACES_TOGETHER: usize = 4096;
const SPANS_TOGETHER: usize = 100_000;

/// Newest first, until the limit is reached, of the traces of which something has arrived since then.
pub(super) fn list(local: &Local, query: &Query, arrived_since: Time) -> Result<Listing, BackendError> {
    let snapshot = local.sql(Connection::unchecked_transaction)?;
    // Of the many in a window few have arrived lately: then the plus signs keep the index on start out of it.
    let select = if arrived_since.is_unknown() {
        format!("SELECT {COLUMNS} FROM trace_rows WHERE start >= ?1 AND start <= ?2 AND ?3 = ?3 ORDER BY start DESC, n DESC")
    } else {
        format!(
            "SELECT {COLUMNS} FROM trace_rows WHERE +start >= ?1 AND +start <= ?2 AND received >= ?3 ORDER BY +start DESC, n DESC"
        )
    };
    let mut statement = local.sql(|connection| connection.prepare_cached(&select))?;
    let last = i64::try_from(query.range.end().0).map_or(i64::MAX, |end| end.saturating_sub(1));
    let mut rows = local.sql(|_| statement.query(params![key::time(query.range.start()), last, key::time(arrived_since)]))?;
    let filter = query.filter.as_ref().map(Filter::of);
    let mut found = Found {
        local,
        filter: filter.as_ref(),
        known: HashMap::new(),
        limit: query.limit,
        traces: Vec::new(),
        waiting: Vec::new(),
        waiting_spans: 0,
        looked_at: 0,
        read: 0,
        together: query.limit.saturating_add(1).min(64),
    };
    while !found.is_full() {
        let Some(row) = local.sql(|_| rows.next())? else { break };
        let row = local.sql(|_| TraceRow::of(row))?;
        found.look_at(row)?;
    }
    found.check()?;
    tracing::info!(looked_at = found.looked_at, read = found.read, found = found.traces.len(), "searched the store");
    let mut listing = Listing { more: found.traces.len() > query.limit, traces: found.traces, ..Listing::default() };
    listing.traces.truncate(query.limit);
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

/// What has been found, and what waits to be looked at more closely.
struct Found<'a> {
    local: &'a Local,
    filter: Option<&'a Filter<'a>>,
    /// What each operation tells of its spans: there are few, and many traces.
    known: HashMap<u32, Told>,
    limit: usize,
    traces: Vec<TraceSummary>,
    /// In order; with whether the batches have to be read to decide.
    waiting: Vec<(TraceRow, bool)>,
    waiting_spans: usize,
    /// How many traces were looked at in the index, and of how many the batches were read.
    looked_at: usize,
    read: usize,
    /// How many may wait; grows, because a search that has gone far is likely to go further.
    together: usize,
}

impl Found<'_> {
    /// One more than the limit tells that there are more.
    fn is_full(&self) -> bool {
        self.traces.len() > self.limit
    }

    fn look_at(&mut self, row: TraceRow) -> Result<(), BackendError> {
        self.looked_at += 1;
        let known = &mut self.known;
        let open = match self.filter.map_or(Ok(Told::Yes), |filter| filter.told_by_index(self.local, &row, known))? {
            Told::No => return Ok(()),
            Told::Yes => false,
            Told::Perhaps => true,
        };
        self.waiting_spans += if open { row.spans } else { 0 };
        self.waiting.push((row, open));
        if self.waiting.len() >= self.together || self.waiting_spans >= SPANS_TOGETHER {
            self.check()?;
            self.together = (self.together * 4).min(TRACES_TOGETHER);
        }
        Ok(())
    }

    /// Decides about those that wait.
    fn check(&mut self) -> Result<(), BackendError> {
        let open: Vec<_> = self.waiting.iter().filter(|(_, open)| *open).map(|(row, _)| row).collect();
        self.read += open.len();
        let found: Vec<TraceRow> = if open.is_empty() {
            self.waiting.drain(..).map(|(row, _)| row).collect()
        } else {
            let (mut spans, mut lines) = (self.local.spans(&open)?, self.local.lines(&open)?);
            let filter = self.filter;
            let mut take = |row: &TraceRow| (spans.remove(&row.id), lines.remove(&row.id));
            let waiting: Vec<_> = self.waiting.drain(..).map(|(row, open)| (open.then(|| take(&row)), row)).collect();
            let decided = share_out(waiting, |(): &mut (), waiting: Vec<_>| {
                let holds = |(read, row): (Option<_>, TraceRow)| {
                    let holds = read.is_none_or(|(spans, lines): (Option<_>, _)| {
                        let trace = spans.and_then(|spans| assembled(&row, spans, lines));
                        trace.is_some_and(|trace| filter.is_none_or(|filter| filter.whole.matches(&trace).is_some()))
                    });
                    holds.then_some(row)
                };
                waiting.into_iter().filter_map(holds).collect::<Vec<_>>()
            });
            decided.into_iter().flatten().collect()
        };
        for row in found {
            if self.traces.len() > self.limit {
                break;
            }
            self.traces.push(self.local.sql(|_| self.local.summary(&row))?);
        }
        self.waiting_spans = 0;
        Ok(())
    }
}

/// What the index, or an operation alone, can tell of a filter and a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Yes,
    No,
    Perhaps,
}

/// What the index does for a query.
pub(super) fn explain(query: &Query) -> Vec<String> {
    let mut lines = vec!["walk the traces of the window in the index, newest first, until the limit is reached".to_owned()];
    if let Some(filter) = &query.filter {
        let filter = Filter::of(filter);
        let by_operation = &filter.by_operation;
        match &by_operation.expr {
            Some(expr) => lines.push(format!("pass over traces without an operation that satisfies {expr}")),
            None => lines.push("no condition on service, name or kind alone: every trace is a candidate".to_owned()),
        }
        if by_operation.exact && by_operation.expr.is_some() {
            lines.push("take the others, unless a span's service is its parent's: that is looked up in the index".to_owned());
            return lines;
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

    fn told_by_index(&self, local: &Local, row: &TraceRow, known: &mut HashMap<u32, Told>) -> Result<Told, BackendError> {
        match local.sql(|_| self.told_by_operations(local, row, known))? {
            Told::Perhaps => {}
            told => return Ok(told),
        }
        if let Some(expr) = &self.by_index.expr {
            let Some(skeleton) = local.sql(|_| skeleton(local, row))? else { return Ok(Told::No) };
            if expr.matches(&skeleton).is_none() {
                return Ok(Told::No);
            }
        }
        Ok(if self.by_index.exact { Told::Yes } else { Told::Perhaps })
    }

    /// What a trace of these operations tells of the filter.
    fn told_by_operations(&self, local: &Local, row: &TraceRow, known: &mut HashMap<u32, Told>) -> rusqlite::Result<Told> {
        let Weakened { expr: Some(expr), exact } = &self.by_operation else { return Ok(Told::Perhaps) };
        let told = |numbers: &[u32]| {
            Ok(match operations(local, numbers)? {
                Some(trace) if expr.matches(&trace).is_none() => Told::No,
                Some(_) if *exact => Told::Yes,
                _ => Told::Perhaps,
            })
        };
        if row.operations.is_empty() || !is_of_single_spans(expr) {
            return told(&row.operations);
        }
        let mut best = Told::No;
        for &number in &row.operations {
            let of_one = match known.get(&number) {
                Some(of_one) => *of_one,
                None => *known.entry(number).or_insert(told(&[number])?),
            };
            match of_one {
                Told::Yes => return Ok(Told::Yes),
                Told::Perhaps if !exact => return Ok(Told::Perhaps),
                Told::Perhaps => best = Told::Perhaps,
                Told::No => {}
            }
        }
        Ok(best)
    }
}

/// Whether a trace satisfies it where a trace of one of its spans alone does, and only there.
fn is_of_single_spans(expr: &Expr) -> bool {
    match expr {
        Expr::Select(_) => true,
        Expr::Or(parts) => parts.iter().all(is_of_single_spans),
        Expr::And(_) | Expr::Structure { .. } | Expr::Pipe(..) => false,
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
fn operations(local: &Local, numbers: &[u32]) -> rusqlite::Result<Option<Trace>> {
    let mut spans = Vec::with_capacity(numbers.len());
    for (place, &number) in numbers.iter().enumerate() {
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
        if span.inferred {
            skeleton.attributes.push(INFERRED, true);
        }
        if operation.resource.is_none() {
            skeleton.attributes.push(INHERITS_RESOURCE, true);
        }
        spans.push(skeleton);
    }
    Ok(Trace::assemble(row.id.clone(), spans))
}
