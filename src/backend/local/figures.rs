//! What a writer has done since it was started: for whoever asks how it does.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::read::Local;
use super::retention::used;
use super::schema::StoreError;
use crate::model::Time;

/// Counted by the writer's thread and by those who hand batches to it.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// Batches that were taken in hand.
    pub(super) offered: Figure,
    pub(super) batches: Figure,
    pub(super) spans: Figure,
    pub(super) commits: Figure,
    pub(super) failed: Figure,
    pub(super) evicted_traces: Figure,
    pub(super) evicted_batches: Figure,
    pub(super) evictions_failed: Figure,
}

/// One of the numbers.
#[derive(Debug, Default)]
pub(super) struct Figure(AtomicU64);

impl Figure {
    pub(super) fn add(&self, more: usize) {
        self.0.fetch_add(more as u64, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A writer's figures at one moment; all of them begin at zero with the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct WriterFigures {
    /// Batches that were committed, those among them that were there already.
    pub batches: u64,
    /// Their spans.
    pub spans: u64,
    /// Transactions in which they were.
    pub commits: u64,
    /// Batches that could not be written, which their senders were told.
    pub failed_batches: u64,
    /// Batches that wait to be written.
    pub waiting_batches: u64,
    /// Their bytes, before compression.
    pub waiting_bytes: u64,
    /// Traces that retention has evicted.
    pub evicted_traces: u64,
    /// Batches that nothing needed any more after that.
    pub evicted_batches: u64,
    /// Times that evicting failed.
    pub failed_evictions: u64,
}

impl Figures {
    pub(super) fn now(&self, waiting_bytes: usize) -> WriterFigures {
        // Settled before offered: what comes between is waiting rather than less than nothing.
        let (batches, failed_batches) = (self.batches.get(), self.failed.get());
        WriterFigures {
            batches,
            spans: self.spans.get(),
            commits: self.commits.get(),
            failed_batches,
            waiting_batches: self.offered.get().saturating_sub(batches).saturating_sub(failed_batches),
            waiting_bytes: waiting_bytes as u64,
            evicted_traces: self.evicted_traces.get(),
            evicted_batches: self.evicted_batches.get(),
            failed_evictions: self.evictions_failed.get(),
        }
    }
}

/// What a store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreFigures {
    /// Bytes in use: what retention bounds.
    pub bytes: u64,
    /// Bytes that its files take on the disk, the log among them.
    pub disk_bytes: u64,
    /// Traces.
    pub traces: u64,
    /// Their spans.
    pub spans: u64,
    /// When the oldest trace began; `None` of an empty store.
    pub oldest: Option<Time>,
    /// When the newest did.
    pub newest: Option<Time>,
}

impl Local {
    /// The version of its schema.
    pub fn version(&self) -> Result<i64, StoreError> {
        self.sql(|connection| connection.pragma_query_value(None, "user_version", |row| row.get(0)))
    }

    /// What it holds. Looks at the row of every trace.
    pub fn figures(&self) -> Result<StoreFigures, StoreError> {
        let extent = self.extent()?;
        let (traces, spans): (i64, i64) = self.sql(|connection| {
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            connection.query_row("SELECT count(*), ifnull(sum(spans), 0) FROM trace_rows", [], read)
        })?;
        let mut log = self.path().as_os_str().to_owned();
        log.push("-wal");
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        Ok(StoreFigures {
            bytes: self.sql(used)?,
            disk_bytes: length(self.path()) + length(Path::new(&log)),
            traces: traces.max(0) as u64,
            spans: spans.max(0) as u64,
            oldest: extent.map(|(oldest, _)| oldest),
            newest: extent.map(|(_, newest)| newest),
        })
    }
}
