//! Log records in the store: found by their trace, and forgotten with it.

use std::collections::{BTreeSet, HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::key;
use super::read::{Local, TraceRow};
use super::retention::{Evicted, release};
use crate::backend::BackendError;
use crate::model::{LogRecord, TraceId};
use crate::wire::Format;

impl Local {
    /// The log records of some traces, in the order in which they came. None in a store of before there were any.
    pub(super) fn lines(&self, rows: &[&TraceRow]) -> Result<HashMap<TraceId, Vec<LogRecord>>, BackendError> {
        let mut lines = HashMap::new();
        if !self.sql(any)? {
            return Ok(lines);
        }
        let mut numbers = BTreeSet::new();
        for row in rows {
            numbers.extend(self.sql(|connection| {
                let mut statement = connection.prepare_cached("SELECT batch FROM log_fragments WHERE trace = ?")?;
                let batches = statement.query_map([key::trace(&row.id)], |row| row.get::<_, i64>(0))?;
                batches.collect::<rusqlite::Result<Vec<_>>>()
            })?);
        }
        let wanted: HashSet<&TraceId> = rows.iter().map(|row| &row.id).collect();
        for number in numbers {
            for (id, record) in self.batch(number)?.read_lines(&wanted, self.path())? {
                lines.entry(id).or_insert_with(Vec::new).push(record);
            }
        }
        Ok(lines)
    }
}

/// Whether there are any at all.
fn any(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(connection.table_exists(None::<&str>, "log_fragments")?
        && connection.prepare_cached("SELECT 1 FROM log_fragments LIMIT 1")?.exists([])?)
}

/// Forgets the log records of these traces, which are still there: from one number to another. Answers how many batches nothing needs
/// any more.
pub(super) fn evict_of(connection: &Connection, first: i64, last: i64) -> rusqlite::Result<usize> {
    const OF: &str = "trace IN (SELECT id FROM trace_rows WHERE n BETWEEN ?1 AND ?2)";
    if any(connection)? { release(connection, "log_fragments", OF, first, last) } else { Ok(0) }
}

/// Which log records to forget of those of whose trace no span is there: it never came, or came and was evicted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which {
    /// Those that arrived before a time, in the store's own nanoseconds.
    ReceivedBefore(i64),
    /// Those that are older than every span.
    BeforeSpans,
}

/// Forgets at most so many of them, the oldest first, each being what one batch has of one trace. Answers how many.
pub(super) fn evict_lost(
    connection: &mut Connection,
    which: Which,
    together: i64,
    evicted: &mut Evicted,
) -> rusqlite::Result<usize> {
    if !any(connection)? {
        return Ok(0);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before_spans = match which {
        Which::ReceivedBefore(_) => None,
        Which::BeforeSpans => transaction
            .prepare_cached("SELECT id FROM batches WHERE format <> ? ORDER BY id LIMIT 1")?
            .query_row([Format::OtlpLogs.number()], |row| row.get::<_, i64>(0))
            .optional()?,
    };
    let mut lost = Vec::new();
    {
        // Batches come in the order of their numbers: behind the first that is too young, all are.
        let mut select = transaction.prepare_cached(
            "SELECT l.trace, l.batch, b.received, EXISTS (SELECT 1 FROM trace_rows t WHERE t.id = l.trace) \
             FROM log_fragments l JOIN batches b ON b.id = l.batch ORDER BY l.batch",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (batch, received): (i64, i64) = (row.get(1)?, row.get(2)?);
            let old = match which {
                Which::ReceivedBefore(time) => received < time,
                Which::BeforeSpans => before_spans.is_none_or(|first| batch < first),
            };
            if !old || lost.len() as i64 == together {
                break;
            }
            if !row.get::<_, bool>(3)? {
                lost.push((row.get::<_, rusqlite::types::Value>(0)?, batch));
            }
        }
    }
    if lost.is_empty() {
        return Ok(0);
    }
    {
        let mut fragment = transaction.prepare_cached("DELETE FROM log_fragments WHERE trace = ? AND batch = ?")?;
        let mut release = transaction.prepare_cached("UPDATE batches SET traces = traces - ? WHERE id = ?")?;
        let mut batches = transaction.prepare_cached("DELETE FROM batches WHERE traces <= 0 AND id = ?")?;
        for of_batch in lost.chunk_by(|(_, before), (_, after)| before == after) {
            for (trace, batch) in of_batch {
                fragment.execute(params![trace, batch])?;
            }
            let batch = of_batch[0].1;
            release.execute([of_batch.len() as i64, batch])?;
            evicted.batches += batches.execute([batch])?;
        }
    }
    transaction.commit()?;
    Ok(lost.len())
}
