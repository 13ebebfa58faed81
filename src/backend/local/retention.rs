//! What the store forgets: whole traces, the oldest first, in small transactions that hold up nobody.

use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior, params};

use super::key;
use crate::model::{Nanos, Time};

/// How many traces one transaction evicts at most.
const TOGETHER: i64 = 500;
/// How far below the limit a store is brought that was above it, in percent: so that it is not evicted from at every batch.
const DOWN_TO: u64 = 90;

/// How much the store keeps. `None` is without limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Traces of which nothing arrived for this long are evicted.
    pub max_age: Option<Duration>,
    /// Size of the file in bytes, above which the oldest traces are evicted.
    pub max_bytes: Option<u64>,
}

/// Evicts what is too old or too much; answers how many traces.
pub(super) fn evict(connection: &mut Connection, retention: &Retention, now: Time) -> rusqlite::Result<usize> {
    let mut evicted = 0;
    if let Some(age) = retention.max_age {
        let age = Nanos::try_from(age.as_nanos()).unwrap_or(Nanos::MAX);
        let oldest = key::time(now.saturating_add(-age));
        loop {
            let some =
                evict_some(connection, "SELECT n FROM trace_rows WHERE received < ?1 ORDER BY n LIMIT ?2", oldest, TOGETHER)?;
            evicted += some;
            if some < TOGETHER as usize {
                break;
            }
        }
    }
    if let Some(limit) = retention.max_bytes
        && used(connection)? > limit
    {
        evicted += evict_down_to(connection, limit / 100 * DOWN_TO)?;
    }
    if evicted > 0 {
        // The last one stays: the next one's number is one more, and readers that follow the store know each number as what it was.
        connection.execute(
            "DELETE FROM operations WHERE id < (SELECT max(id) FROM operations) AND id NOT IN \
             (SELECT j.value FROM trace_rows t, json_each(t.operations) j UNION ALL SELECT j.value FROM trace_rows t, json_each(t.also) j)",
            [],
        )?;
        // Each step of the statement gives back one page.
        let mut vacuum = connection.prepare("PRAGMA incremental_vacuum")?;
        let mut pages = vacuum.query([])?;
        while pages.next()?.is_some() {}
    }
    Ok(evicted)
}

/// By first arrival: a trace that goes on for ever would otherwise hold back every batch that it has a part in.
fn evict_down_to(connection: &mut Connection, target: u64) -> rusqlite::Result<usize> {
    let mut evicted = 0;
    loop {
        let used = used(connection)?;
        if used <= target {
            return Ok(evicted);
        }
        // As many as should do if all were of the same size; then looks again.
        let traces: i64 = connection.query_row("SELECT count(*) FROM trace_rows", [], |row| row.get(0))?;
        let share = i128::from(traces) * i128::from(used - target) / i128::from(used);
        let together = i64::try_from(share).unwrap_or(TOGETHER).clamp(1, TOGETHER);
        let some = evict_some(connection, "SELECT n FROM trace_rows WHERE n > ?1 ORDER BY n LIMIT ?2", 0, together)?;
        if some == 0 {
            return Ok(evicted);
        }
        evicted += some;
    }
}

/// Bytes of the file that hold something.
fn used(connection: &Connection) -> rusqlite::Result<u64> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let pages = number("page_count")? - number("freelist_count")?;
    Ok((pages * number("page_size")?).max(0) as u64)
}

fn evict_some(connection: &mut Connection, which: &str, parameter: i64, together: i64) -> rusqlite::Result<usize> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let traces: Vec<i64> = transaction
        .prepare_cached(which)?
        .query_map(params![parameter, together], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    {
        let mut release = transaction.prepare_cached(
            "UPDATE batches SET traces = traces - 1 WHERE id IN (SELECT batch FROM fragments WHERE trace = ?)",
        )?;
        let mut fragments = transaction.prepare_cached("DELETE FROM fragments WHERE trace = ?")?;
        let mut row = transaction.prepare_cached("DELETE FROM trace_rows WHERE n = ?")?;
        let mut batches = transaction
            .prepare_cached("DELETE FROM batches WHERE traces <= 0 AND id IN (SELECT batch FROM fragments WHERE trace = ?)")?;
        for &trace in &traces {
            release.execute([trace])?;
            batches.execute([trace])?;
            fragments.execute([trace])?;
            row.execute([trace])?;
        }
    }
    transaction.commit()?;
    Ok(traces.len())
}
