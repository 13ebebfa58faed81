//! What one transaction writes: the batch as it came, a fragment for each of its traces, and the traces' new summaries.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};

use rusqlite::{Connection, OptionalExtension, params};

use super::fragment::{self, IndexRow};
use super::key;
use crate::model::{SpanFacts, SpanKind, Spelling, SummaryBuilder, Time, TraceId};
use crate::wire::{Batch, Format, Operation};

/// How many spans of traces that may still grow are remembered, so that their summaries need not be rebuilt from the store.
const MAX_REMEMBERED: usize = 200_000;

/// What the writer remembers of the store between transactions. Forgotten whenever somebody else has written.
#[derive(Debug, Default)]
pub(super) struct Ingest {
    data_version: Option<i64>,
    operations: HashMap<Operation, u32>,
    /// The number of (name, kind) of each operation: what makes two records of one span id the same span.
    identities: HashMap<u32, u32>,
    identity_numbers: HashMap<(String, SpanKind), u32>,
    live: HashMap<TraceId, Live>,
    remembered: usize,
    touched: HashSet<TraceId>,
    next_trace: i64,
}

#[derive(Debug)]
struct Live {
    n: i64,
    spelling: Spelling,
    summary: SummaryBuilder,
}

impl Ingest {
    /// At the start of a transaction that holds the write lock.
    pub(super) fn begin(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let version = connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        if self.data_version != Some(version) {
            *self = Self { data_version: Some(version), ..Self::default() };
        }
        self.touched.clear();
        self.next_trace = connection.query_row("SELECT ifnull(max(n), 0) + 1 FROM trace_rows", [], |row| row.get(0))?;
        Ok(())
    }

    /// Forgets traces that the store has no longer.
    pub(super) fn forget(&mut self, traces: &[i64]) {
        if traces.is_empty() {
            return;
        }
        let gone: HashSet<i64> = traces.iter().copied().collect();
        self.live.retain(|_, live| !gone.contains(&live.n));
        self.remembered = self.live.values().map(|live| live.summary.len()).sum();
    }

    /// Adds a batch. One that is there already, byte for byte and whole, is not added again: senders repeat themselves.
    pub(super) fn add(&mut self, connection: &Connection, batch: &Batch, compressed: &[u8], now: Time) -> rusqlite::Result<()> {
        let hash = hash_of(compressed);
        let known = connection
            .prepare_cached("SELECT 1 FROM batches WHERE hash = ? AND format = ? AND traces = ? AND data = ?")?
            .exists(params![hash, batch.format.number(), batch.traces.len() as i64, compressed])?;
        if known {
            return Ok(());
        }
        connection
            .prepare_cached(
                "INSERT INTO batches (received, format, traces, spans, hash, size, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                key::time(now),
                batch.format.number(),
                batch.traces.len() as i64,
                batch.rows.len() as i64,
                hash,
                batch.data.len() as i64,
                compressed
            ])?;
        let batch_number = connection.last_insert_rowid();
        if batch.format == Format::OtlpLogs {
            return add_log_fragments(connection, batch, batch_number, now);
        }
        let operations: Vec<u32> =
            batch.operations.iter().map(|operation| self.operation(connection, operation)).collect::<rusqlite::Result<_>>()?;
        let mut fragments: Vec<Vec<IndexRow>> = vec![Vec::new(); batch.traces.len()];
        for row in &batch.rows {
            fragments[row.trace as usize].push(IndexRow {
                id: row.id.clone(),
                parent: row.parent.clone(),
                start: row.start,
                end: row.end,
                operation: operations[row.operation as usize],
                error: row.error,
                inferred: row.inferred,
            });
        }
        for (trace, rows) in batch.traces.iter().zip(fragments) {
            let n = self.add_fragment(connection, trace, &rows)?;
            let base = fragment::base(&rows);
            connection
                .prepare_cached("INSERT INTO fragments (trace, batch, base, spans) VALUES (?, ?, ?, ?)")?
                .execute(params![n, batch_number, base as i64, fragment::encode(&rows, base)])?;
        }
        Ok(())
    }

    fn add_fragment(&mut self, connection: &Connection, trace: &TraceId, rows: &[IndexRow]) -> rusqlite::Result<i64> {
        if !self.live.contains_key(trace) {
            let live = self.load(connection, trace)?;
            self.remembered += live.summary.len();
            self.live.insert(trace.clone(), live);
        }
        if !self.touched.contains(trace) {
            self.touched.insert(trace.clone());
        }
        let facts: Vec<_> = rows.iter().map(|row| facts(row, &self.identities)).collect();
        let live = self.live.get_mut(trace).expect("it was put there above");
        let before = live.summary.len();
        for facts in facts {
            live.summary.add(facts);
        }
        // Fewer where a finished record made several running ones needless.
        self.remembered = (self.remembered + live.summary.len()).saturating_sub(before);
        Ok(live.n)
    }

    /// What the store knows of a trace; a new number for one that it does not know.
    fn load(&mut self, connection: &Connection, trace: &TraceId) -> rusqlite::Result<Live> {
        let known = connection
            .prepare_cached("SELECT n, spelling FROM trace_rows WHERE id = ?")?
            .query_row([key::trace(trace)], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
            .optional()?;
        let Some((n, spelling)) = known else {
            let n = self.next_trace;
            self.next_trace += 1;
            return Ok(Live { n, spelling: trace.spelling(), summary: SummaryBuilder::default() });
        };
        let mut summary = SummaryBuilder::default();
        for rows in key::fragments(connection, n)? {
            for row in rows {
                self.identity(connection, row.operation)?;
                summary.add(facts(&row, &self.identities));
            }
        }
        Ok(Live { n, spelling: key::spelling_from(spelling), summary })
    }

    /// The store's number of an operation; a new one where it has none.
    fn operation(&mut self, connection: &Connection, operation: &Operation) -> rusqlite::Result<u32> {
        if let Some(&number) = self.operations.get(operation) {
            return Ok(number);
        }
        let kind = operation.kind.number();
        let number = connection
            .prepare_cached(
                "SELECT id FROM operations WHERE name = ?1 AND kind = ?2 AND ifnull(service, char(0)) = ifnull(?3, char(0))",
            )?
            .query_row(params![operation.name, kind, operation.service], |row| row.get(0))
            .optional()?;
        let number: u32 = match number {
            Some(number) => number,
            None => connection
                .prepare_cached("INSERT INTO operations (service, name, kind) VALUES (?, ?, ?) RETURNING id")?
                .query_row(params![operation.service, operation.name, kind], |row| row.get(0))?,
        };
        self.operations.insert(operation.clone(), number);
        self.note_identity(number, &operation.name, operation.kind);
        Ok(number)
    }

    fn identity(&mut self, connection: &Connection, operation: u32) -> rusqlite::Result<()> {
        if self.identities.contains_key(&operation) {
            return Ok(());
        }
        let (name, kind) = connection
            .prepare_cached("SELECT name, kind FROM operations WHERE id = ?")?
            .query_row([operation], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i32>(1)?)))?;
        self.note_identity(operation, &name, SpanKind::from_number(kind));
        Ok(())
    }

    fn note_identity(&mut self, operation: u32, name: &str, kind: SpanKind) {
        let next = self.identity_numbers.len() as u32;
        let number = *self.identity_numbers.entry((name.to_owned(), kind)).or_insert(next);
        self.identities.insert(operation, number);
    }

    /// Writes the summaries of the traces that were touched.
    pub(super) fn finish(&mut self, connection: &Connection, now: Time) -> rusqlite::Result<()> {
        let mut upsert = connection.prepare_cached(
            r#"INSERT INTO trace_rows (n, id, spelling, start, "end", spans, errors, running, missing_parents, root, operations, received, also)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
               ON CONFLICT (n) DO UPDATE SET start = ?4, "end" = ?5, spans = ?6, errors = ?7, running = ?8, missing_parents = ?9,
                 root = ?10, operations = ?11, received = ?12, also = ?13"#,
        )?;
        for trace in &self.touched {
            let Some(live) = self.live.get(trace) else { continue };
            let figures = live.summary.figures();
            upsert.execute(params![
                live.n,
                key::trace(trace),
                key::spelling(live.spelling),
                key::time(figures.start),
                key::time(figures.end),
                figures.spans as i64,
                figures.errors as i64,
                figures.running as i64,
                figures.missing_parents as i64,
                figures.root,
                key::numbers(&figures.operations),
                key::time(now),
                key::numbers(&figures.also),
            ])?;
        }
        if self.remembered > MAX_REMEMBERED {
            let touched = &self.touched;
            self.live.retain(|trace, _| touched.contains(trace));
            self.remembered = self.live.values().map(|live| live.summary.len()).sum();
        }
        if self.remembered > MAX_REMEMBERED * 10 {
            self.live.clear();
            self.remembered = 0;
        }
        Ok(())
    }
}

/// Something has arrived for the traces that are there: whoever follows the store has to look at them again.
fn add_log_fragments(connection: &Connection, batch: &Batch, number: i64, now: Time) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached("INSERT INTO log_fragments (trace, batch, records) VALUES (?, ?, ?)")?;
    let mut touch = connection.prepare_cached("UPDATE trace_rows SET received = ? WHERE id = ?")?;
    for (trace, records) in batch.traces.iter().zip(&batch.lines) {
        let trace = key::trace(trace);
        insert.execute(params![trace, number, records])?;
        touch.execute(params![key::time(now), trace])?;
    }
    Ok(())
}

fn facts(row: &IndexRow, identities: &HashMap<u32, u32>) -> SpanFacts {
    SpanFacts {
        id: row.id.clone(),
        parent: row.parent.clone(),
        operation: row.operation,
        identity: identities.get(&row.operation).copied().unwrap_or(u32::MAX),
        start: row.start,
        end: row.end,
        error: row.error,
        inferred: row.inferred,
    }
}

/// Finds repetitions; equality is checked on the bytes, so a different hash in a later version only misses some.
fn hash_of(bytes: &[u8]) -> i64 {
    let mut hasher = std::hash::DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish().cast_signed()
}
