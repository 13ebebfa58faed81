//! What the store forgets: whole traces, the oldest first, in small transactions that hold up nobody.

use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior, params};

use super::{key, logs};
use crate::model::{Nanos, Time};

/// How many traces one transaction evicts at most.
const TOGETHER: i64 = 500;
/// How many bytes one transaction frees, about.
const STEP: u64 = 8 << 20;
/// How long one turn takes, unless more is coming than can be evicted in this time.
const TURN: Duration = Duration::from_millis(50);
/// In pieces of four MiB.
const GIVE_BACK: &str = "PRAGMA incremental_vacuum(1024)";
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

/// What a turn took away.
#[derive(Debug, Default)]
pub(super) struct Evicted {
    /// The traces' numbers.
    pub(super) traces: Vec<i64>,
    /// How many batches nothing needs any more.
    pub(super) batches: usize,
    /// Whether operations went too.
    pub(super) operations: bool,
}

/// Evicts little by little, in turns between which others may write.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Default)]
pub(super) struct Evictor {
    by_age: bool,
    by_size: bool,
    /// Operations may be left that no trace has.
    untidy: bool,
    /// Pages of the file may be left that hold nothing.
    hollow: bool,
    /// Bytes in use at the end of the last turn.
    used: Option<u64>,
    /// After a failure, until somebody looks again.
    resting: bool,
}

impl Evictor {
    /// Looks again for traces that have become too old.
    pub(super) fn look_again(&mut self) {
        (self.by_age, self.resting) = (true, false);
    }

    /// Does nothing until [`look_again`](Self::look_again).
    pub(super) fn rest(&mut self) {
        *self = Self { resting: true, ..Self::default() };
    }

    /// Whether another turn is needed.
    pub(super) fn is_under_way(&self) -> bool {
        self.by_age || self.by_size || self.untidy
    }

    /// Whether [`give_back`](Self::give_back) has something to do.
    pub(super) fn is_hollow(&self) -> bool {
        self.hollow && !self.is_under_way()
    }

    /// Evicts for a short while, and for as long as it takes to make up for what came since the last turn: however fast spans come,
    /// the store is never larger than its limit and one commit.
    /// What it took away is in `evicted`, also when it fails in the end.
    pub(super) fn turn(
        &mut self,
        connection: &mut Connection,
        retention: &Retention,
        now: Time,
        evicted: &mut Evicted,
    ) -> rusqlite::Result<()> {
        if self.resting {
            return Ok(());
        }
        let end = Instant::now() + TURN;
        if let (true, Some(age)) = (self.by_age, retention.max_age) {
            let age = Nanos::try_from(age.as_nanos()).unwrap_or(Nanos::MAX);
            let oldest = key::time(now.saturating_add(-age));
            let which = "SELECT n FROM trace_rows WHERE received < ?1 ORDER BY n LIMIT ?2";
            while self.by_age && Instant::now() < end {
                let traces = evict_some(connection, which, oldest, TOGETHER, evicted)?;
                let lines = logs::evict_lost(connection, logs::Which::ReceivedBefore(oldest), TOGETHER, evicted)?;
                self.by_age = traces.max(lines) == TOGETHER as usize;
            }
        } else {
            self.by_age = false;
        }
        if let Some(limit) = retention.max_bytes {
            let target = limit / 100 * DOWN_TO;
            let mut used = used(connection)?;
            let came = self.used.map_or(0, |before| used.saturating_sub(before));
            let at_least = used.saturating_sub(came.saturating_mul(2)).max(target);
            self.by_size |= used > limit;
            while self.by_size && (used > at_least || Instant::now() < end) {
                let together = traces_in(connection, STEP.min(used.saturating_sub(target)), used)?;
                // By first arrival: a trace that goes on for ever would otherwise hold back every batch that it has a part in.
                let which = "SELECT n FROM trace_rows WHERE n > ?1 ORDER BY n LIMIT ?2";
                let some = evict_some(connection, which, 0, together, evicted)?;
                let lost = logs::evict_lost(connection, logs::Which::BeforeSpans, together, evicted)?;
                used = self::used(connection)?;
                self.by_size = some + lost > 0 && used > target;
            }
            self.used = Some(used);
        }
        self.untidy |= !evicted.traces.is_empty() || evicted.batches > 0;
        if self.untidy && !self.by_age && !self.by_size {
            // The last one stays: the next one's number is one more, and readers that follow the store know each number as what it was.
            connection.execute(
                "DELETE FROM operations WHERE id < (SELECT max(id) FROM operations) AND id NOT IN \
                 (SELECT j.value FROM trace_rows t, json_each(t.operations) j UNION ALL SELECT j.value FROM trace_rows t, json_each(t.also) j)",
                [],
            )?;
            (self.untidy, self.hollow, evicted.operations) = (false, true, true);
        }
        Ok(())
    }

    /// Gives some of the pages that hold nothing back to the system. For when nothing else is to be written: what is written would
    /// use them again.
    pub(super) fn give_back(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let hollow = || connection.pragma_query_value(None, "freelist_count", |row| row.get::<_, i64>(0));
        let before = hollow()?;
        // Each step of the statement gives back one page.
        let mut vacuum = connection.prepare_cached(GIVE_BACK)?;
        let mut pages = vacuum.query([])?;
        while pages.next()?.is_some() {}
        // A file that somebody else has made may keep them all.
        self.hollow = (1..before).contains(&hollow()?);
        Ok(())
    }
}

/// How many traces have so many of the bytes in use, if all are of the same size.
fn traces_in(connection: &Connection, bytes: u64, used: u64) -> rusqlite::Result<i64> {
    // Nearly as many as there are, and known without counting them.
    let traces: i64 = connection.query_row(
        "SELECT ifnull((SELECT max(n) FROM trace_rows) - (SELECT min(n) FROM trace_rows) + 1, 0)",
        [],
        |row| row.get(0),
    )?;
    let share = i128::from(traces) * i128::from(bytes) / i128::from(used.max(1));
    Ok(i64::try_from(share).unwrap_or(TOGETHER).clamp(1, TOGETHER))
}

/// Bytes of the file that hold something.
pub(super) fn used(connection: &Connection) -> rusqlite::Result<u64> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let pages = number("page_count")? - number("freelist_count")?;
    Ok((pages * number("page_size")?).max(0) as u64)
}

fn evict_some(
    connection: &mut Connection,
    which: &str,
    parameter: i64,
    together: i64,
    evicted: &mut Evicted,
) -> rusqlite::Result<usize> {
    let mut unneeded = 0;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let traces: Vec<i64> = transaction
        .prepare_cached(which)?
        .query_map(params![parameter, together], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    // Neighbours together: each change of a batch's row reads all that the batch holds.
    for run in traces.chunk_by(|before, after| *after == before + 1) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        unneeded += logs::evict_of(&transaction, *first, *last)?;
        unneeded += release(&transaction, "fragments", "trace BETWEEN ?1 AND ?2", *first, *last)?;
        transaction.prepare_cached("DELETE FROM trace_rows WHERE n BETWEEN ?1 AND ?2")?.execute([first, last])?;
    }
    transaction.commit()?;
    evicted.batches += unneeded;
    let some = traces.len();
    evicted.traces.extend(traces);
    Ok(some)
}

/// Takes these fragments away, and with them the batches that nothing needs any more; answers how many those were. `of` says which, by two
/// parameters.
pub(super) fn release(connection: &Connection, fragments: &str, of: &str, first: i64, last: i64) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(&format!(
            "UPDATE batches SET traces = traces - gone.count \
             FROM (SELECT batch, count(*) AS count FROM {fragments} WHERE {of} GROUP BY batch) AS gone WHERE id = gone.batch"
        ))?
        .execute([first, last])?;
    let unneeded = connection
        .prepare_cached(&format!("DELETE FROM batches WHERE traces <= 0 AND id IN (SELECT batch FROM {fragments} WHERE {of})"))?
        .execute([first, last])?;
    connection.prepare_cached(&format!("DELETE FROM {fragments} WHERE {of}"))?.execute([first, last])?;
    Ok(unneeded)
}
