//! Reading the store: summaries from the index, spans out of the batches as they came.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row};

use super::schema::{StoreError, identity, open_for_reading};
use super::{key, search};
use crate::backend::{Backend, BackendError, Listing, Near};
use crate::model::{Evidence, LogRecord, Records, Resource, SpanKind, SummaryBuilder, Time, Trace, TraceId, TraceSummary};
use crate::parallel::share_out;
use crate::query::Query;
use crate::wire::{self, Format, Take};

/// What traces of this store say of where they come from.
pub(super) const NAME: &str = "local";

/// The columns that [`TraceRow`] reads, in its order.
pub(super) const COLUMNS: &str =
    r#"n, id, spelling, start, "end", spans, errors, running, missing_parents, root, operations, received"#;

/// The store, opened for reading.
#[derive(Debug)]
pub struct Local {
    path: PathBuf,
    identity: Option<(u64, u64)>,
    pub(super) connection: Connection,
    operations: RefCell<HashMap<u32, Arc<KnownOperation>>>,
}

/// An operation of the store.
#[derive(Debug)]
pub(super) struct KnownOperation {
    pub(super) name: String,
    pub(super) kind: SpanKind,
    /// `None`: the span takes its parent's.
    pub(super) resource: Option<Arc<Resource>>,
}

impl KnownOperation {
    pub(super) fn service(&self) -> &str {
        self.resource.as_ref().map_or("", |resource| resource.service())
    }
}

/// A row of `trace_rows`.
#[derive(Debug)]
pub(super) struct TraceRow {
    pub(super) n: i64,
    pub(super) id: TraceId,
    start: Time,
    end: Time,
    pub(super) spans: usize,
    errors: usize,
    running: usize,
    missing_parents: usize,
    root: Option<u32>,
    pub(super) operations: Vec<u32>,
    received: Time,
}

impl TraceRow {
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let count = |column| row.get::<_, i64>(column).map(|count| count.max(0) as usize);
        Ok(Self {
            n: row.get(0)?,
            id: key::trace_from(row, 1)?,
            start: key::time_from(row.get(3)?),
            end: key::time_from(row.get(4)?),
            spans: count(5)?,
            errors: count(6)?,
            running: count(7)?,
            missing_parents: count(8)?,
            root: row.get(9)?,
            operations: key::numbers_from(row.get_ref(10)?.as_str().unwrap_or_default())?,
            received: key::time_from(row.get(11)?),
        })
    }
}

impl Local {
    /// Opens the store at `path`, and waits at most so long wherever another process holds it. [`StoreError::Missing`] where
    /// there is none.
    pub fn open(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        let connection = open_for_reading(path, patience)?;
        tracing::info!(path = %path.display(), "opened the store");
        Ok(Self { path: path.to_owned(), identity: identity(path), connection, operations: RefCell::default() })
    }

    /// The store's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file that is open is still the one at its path.
    pub fn is_current(&self) -> bool {
        identity(&self.path) == self.identity
    }

    /// Changes whenever another process has committed: what a follower waits for. The numbers mean nothing else.
    pub fn change(&self) -> Result<i64, StoreError> {
        self.sql(|connection| connection.pragma_query_value(None, "data_version", |row| row.get(0)))
    }

    /// When the oldest and the newest trace began; `None` for an empty store.
    pub fn extent(&self) -> Result<Option<(Time, Time)>, StoreError> {
        self.sql(|connection| {
            connection.query_row("SELECT min(start), max(start) FROM trace_rows", [], |row| {
                let (oldest, newest): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
                Ok(oldest.zip(newest).map(|(oldest, newest)| (key::time_from(oldest), key::time_from(newest))))
            })
        })
    }

    /// As listing, of the traces of which something has arrived since then.
    pub fn arrived(&self, query: &Query, since: Time) -> Result<Listing, BackendError> {
        search::list(self, query, since)
    }

    pub(super) fn sql<'a, T>(&'a self, read: impl FnOnce(&'a Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        read(&self.connection).map_err(|error| StoreError::of(&self.path, error))
    }

    pub(super) fn operation(&self, number: u32) -> rusqlite::Result<Arc<KnownOperation>> {
        if let Some(known) = self.operations.borrow().get(&number) {
            return Ok(Arc::clone(known));
        }
        let operation = self.connection.prepare_cached("SELECT service, name, kind FROM operations WHERE id = ?")?.query_row(
            [number],
            |row| {
                let service: Option<String> = row.get(0)?;
                Ok(KnownOperation {
                    resource: service.map(|service| Arc::new(Resource::of_service(&service))),
                    name: row.get(1)?,
                    kind: SpanKind::from_number(row.get(2)?),
                })
            },
        )?;
        let operation = Arc::new(operation);
        self.operations.borrow_mut().insert(number, Arc::clone(&operation));
        Ok(operation)
    }

    pub(super) fn summary(&self, row: &TraceRow) -> rusqlite::Result<TraceSummary> {
        let operations = row.operations.iter().map(|&number| self.operation(number)).collect::<rusqlite::Result<Vec<_>>>()?;
        let mut services: Vec<String> = operations.iter().map(|operation| operation.service().to_owned()).collect();
        services.retain(|service| !service.is_empty());
        services.sort_unstable();
        services.dedup();
        let root = row.root.map(|number| self.operation(number)).transpose()?;
        let mut evidence = Vec::new();
        if root.is_none() {
            evidence.push(Evidence::NoRoot);
        }
        if row.missing_parents > 0 {
            evidence.push(Evidence::MissingParents(row.missing_parents));
        }
        if row.running > 0 {
            evidence.push(Evidence::Running(row.running));
        }
        let mut summary = TraceSummary {
            id: row.id.clone(),
            backends: vec![NAME.to_owned()],
            start: row.start,
            end: row.end,
            root_name: root.as_ref().map(|root| root.name.clone()),
            root_service: root.as_ref().map(|root| root.service().to_owned()),
            services,
            request: None,
            span_count: Some(row.spans),
            error_count: Some(row.errors),
            failed: row.errors > 0,
            evidence,
            unread: false,
            received: Some(row.received),
            link: None,
        };
        if key::is_cut(row.start) || key::is_cut(row.end) {
            // The columns end in 2262; the fragments do not.
            let mut whole = SummaryBuilder::default();
            for span in key::fragments(&self.connection, row.n)?.into_iter().flatten() {
                whole.add(crate::model::SpanFacts {
                    id: span.id,
                    parent: span.parent,
                    operation: span.operation,
                    identity: span.operation,
                    start: span.start,
                    end: span.end,
                    error: span.error,
                    inferred: span.inferred,
                });
            }
            let figures = whole.figures();
            (summary.start, summary.end) = (figures.start, figures.end);
        }
        Ok(summary)
    }

    fn row_of(&self, id: &TraceId) -> rusqlite::Result<Option<TraceRow>> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM trace_rows WHERE id = ?"))?
            .query_row([key::trace(id)], TraceRow::of)
            .optional()
    }

    /// All records of some traces' spans, in the order in which they came, out of the batches as they came. Each batch is read once, however
    /// many of the traces it holds. A trace of which nothing is left is not in the answer.
    pub(super) fn spans(&self, rows: &[&TraceRow]) -> Result<HashMap<TraceId, Records>, BackendError> {
        let mut numbers = BTreeSet::new();
        for row in rows {
            numbers.extend(self.sql(|connection| {
                let mut statement = connection.prepare_cached("SELECT batch FROM fragments WHERE trace = ?")?;
                let batches = statement.query_map([row.n], |row| row.get::<_, i64>(0))?;
                batches.collect::<rusqlite::Result<Vec<_>>>()
            })?);
        }
        let wanted: HashSet<&TraceId> = rows.iter().map(|row| &row.id).collect();
        // One is told from others without looking it up for each span.
        let only = if let [row] = rows { Some(&row.id) } else { None };
        let numbers: Vec<_> = numbers.into_iter().collect();
        let mut spans: HashMap<TraceId, Records> = HashMap::new();
        for some in numbers.chunks(BATCHES_TOGETHER) {
            let batches = some.iter().map(|&number| self.batch(number)).collect::<Result<Vec<_>, _>>()?;
            let path = self.path.as_path();
            let read = share_out(batches, |unpacker: &mut Unpacker, batches: Vec<StoredBatch>| {
                let (mut spans, mut of_only) = (HashMap::<TraceId, Records>::new(), Records::default());
                let is_wanted = |id: &TraceId| only.map_or_else(|| wanted.contains(id), |only| only == id);
                for batch in batches {
                    batch.read(&is_wanted, path, unpacker, &mut |id, span| match only {
                        Some(_) => of_only.push(span),
                        None => spans.entry(id).or_default().push(span),
                    })?;
                }
                if let Some(only) = only.filter(|_| !of_only.is_empty()) {
                    spans.insert(only.clone(), of_only);
                }
                Ok::<_, BackendError>(spans)
            });
            for part in read {
                for (id, more) in part? {
                    spans.entry(id).or_default().append(more);
                }
            }
        }
        Ok(spans)
    }

    pub(super) fn batch(&self, number: i64) -> Result<StoredBatch, StoreError> {
        self.sql(|connection| {
            connection.prepare_cached("SELECT format, size, data FROM batches WHERE id = ?")?.query_row([number], |row| {
                Ok(StoredBatch { number, format: row.get(0)?, size: row.get(1)?, data: row.get(2)? })
            })
        })
    }
}

/// How many batches are in memory at once while traces are read out of them.
const BATCHES_TOGETHER: usize = 64;

/// What batches are unpacked with, one after the other, in the same memory.
#[derive(Default)]
struct Unpacker {
    zstd: zstd::bulk::Decompressor<'static>,
    bytes: Vec<u8>,
}

/// A row of `batches`.
pub(super) struct StoredBatch {
    number: i64,
    format: i64,
    size: i64,
    data: Vec<u8>,
}

impl StoredBatch {
    /// Gives away the spans of the wanted traces.
    fn read(
        &self,
        is_wanted: &dyn Fn(&TraceId) -> bool,
        path: &Path,
        unpacker: &mut Unpacker,
        take: Take<'_>,
    ) -> Result<(), BackendError> {
        let format = Format::from_number(self.format)
            .ok_or_else(|| self.corrupt(path, format!("is of an unknown format {}", self.format)))?;
        let data = self.unpack(path, unpacker)?;
        wire::read_some(format, data, is_wanted, take).map_err(|cause| self.malformed(cause))
    }

    /// As `read`, of a batch of log records.
    pub(super) fn read_lines(
        &self,
        wanted: &HashSet<&TraceId>,
        path: &Path,
    ) -> Result<Vec<(TraceId, LogRecord)>, BackendError> {
        let mut unpacker = Unpacker::default();
        let data = self.unpack(path, &mut unpacker)?;
        wire::otlp::logs::read_some(data, &|id| wanted.contains(id)).map_err(|cause| self.malformed(cause))
    }

    fn unpack<'a>(&self, path: &Path, unpacker: &'a mut Unpacker) -> Result<&'a [u8], StoreError> {
        let Unpacker { zstd, bytes } = unpacker;
        let size = usize::try_from(self.size).ok().filter(|size| zstd::decompressed_size(&self.data) == Some(*size as u64));
        let size = size.ok_or_else(|| self.corrupt(path, "it is not packed as a batch is"))?;
        bytes.clear();
        bytes.try_reserve_exact(size).map_err(|error| self.corrupt(path, error))?;
        zstd.decompress_to_buffer(&self.data, bytes).map_err(|error| self.corrupt(path, error))?;
        Ok(bytes)
    }

    fn corrupt(&self, path: &Path, why: impl std::fmt::Display) -> StoreError {
        StoreError::Corrupt { path: path.to_owned(), cause: format!("batch {}: {why}", self.number) }
    }

    fn malformed(&self, cause: wire::WireError) -> BackendError {
        BackendError::Malformed { what: format!("batch {} of the store", self.number), cause }
    }
}

/// A trace out of its spans and log records.
pub(super) fn assembled(row: &TraceRow, spans: Records, lines: Option<Vec<LogRecord>>) -> Option<Trace> {
    let mut trace = Trace::of(row.id.clone(), spans)?;
    trace.add_log_records(lines.unwrap_or_default());
    trace.backends = vec![NAME.to_owned()];
    trace.received = Some(row.received);
    Some(trace)
}

impl Backend for Local {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    async fn list(&self, query: &Query) -> Result<Listing, BackendError> {
        search::list(self, query, Time::UNKNOWN)
    }

    async fn fetch(&self, id: &TraceId) -> Result<Option<Trace>, BackendError> {
        // One moment in time: what retention evicts meanwhile is still there.
        let _snapshot = self.sql(Connection::unchecked_transaction)?;
        match self.sql(|_| self.row_of(id))? {
            Some(row) => {
                let (spans, mut lines) = (self.spans(&[&row])?.remove(id), self.lines(&[&row])?);
                Ok(spans.and_then(|spans| assembled(&row, spans, lines.remove(id))))
            }
            None => Ok(None),
        }
    }

    async fn near(&self, typed: &str) -> Result<Near, BackendError> {
        Ok(self.sql(|connection| near(connection, typed))?)
    }

    fn explain(&self, query: &Query) -> Vec<String> {
        search::explain(query)
    }

    fn reaches_back(&self) -> bool {
        true
    }
}

/// Looks among the ids beside the typed one in the index, and among the newest.
fn near(connection: &Connection, typed: &str) -> rusqlite::Result<Near> {
    let prefix = TraceId::prefix(typed);
    let padded: String =
        prefix.bytes().filter(u8::is_ascii_hexdigit).map(char::from).chain(std::iter::repeat('0')).take(32).collect();
    let place = crate::model::id::hex_bytes::<16>(&padded).unwrap_or_default().to_vec();
    let mut ids = Vec::new();
    for (select, parameter) in [
        ("SELECT id, spelling FROM trace_rows WHERE ?1 IS NOT NULL ORDER BY start DESC LIMIT 1000", &place),
        ("SELECT id, spelling FROM trace_rows WHERE id >= ?1 ORDER BY id LIMIT 12", &place),
        ("SELECT id, spelling FROM trace_rows WHERE id < ?1 ORDER BY id DESC LIMIT 3", &place),
    ] {
        let mut statement = connection.prepare_cached(select)?;
        let found = statement.query_map([parameter], |row| key::trace_from(row, 0))?;
        for id in found {
            let id = id?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    Ok(Near::among(typed, ids))
}
