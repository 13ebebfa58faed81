//! What is to be forwarded: the batches in the order in which they were kept, and how far each destination has come.
//!
//! A destination's place is written by the [`Writer`](super::Writer)'s thread, together with what arrives: two writers would only wait for each
//! other. What was sent and not yet noted when the process dies is sent again, so everything arrives at least once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::key;
use super::schema::{StoreError, identity, open_for_reading};
use crate::model::Time;
use crate::wire::Format;

/// How long reading waits for another process's lock.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many things that were set aside are remembered: a destination that refuses everything must not fill the disk.
const MAX_ASIDE: i64 = 10_000;

/// The last batch of the store. Changes whenever one was committed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Committed {
    /// Counts the files: a store that was moved away is gone on with in a new one, whose batches are numbered anew.
    pub file: u64,
    /// The number of the last batch, 0 where there was none.
    pub batch: i64,
}

/// A batch as it was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its number. Later ones are greater; what is missing between them was evicted.
    pub number: i64,
    /// When it arrived.
    pub received: Time,
    /// What `data` is. `None`: a later version of this program wrote it.
    pub format: Option<Format>,
    /// How many spans were kept of it.
    pub spans: u64,
    /// The bytes as they came.
    pub data: Vec<u8>,
}

/// How far a destination has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Every batch up to this number is done with.
    pub upto: i64,
    /// Spans that were delivered.
    pub spans: u64,
    /// Batches that retention took before they were delivered.
    pub evicted: u64,
    /// Spans that were set aside.
    pub set_aside: u64,
}

/// What a destination will not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The batch in which it came.
    pub batch: i64,
    /// When it was refused for good.
    pub at: Time,
    /// How many spans.
    pub spans: u64,
    /// The first one's trace, in the batch's own spelling; may be empty.
    pub trace: String,
    /// The first one's id.
    pub span: String,
    /// What the destination said. Hostile text.
    pub reason: String,
}

/// A step of a destination, to be noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Whose.
    pub destination: String,
    /// The file that the numbers mean: [`Committed::file`].
    pub file: u64,
    /// The last batch that is done with.
    pub upto: i64,
    /// Spans delivered in this step.
    pub spans: u64,
    /// Batches found evicted.
    pub evicted: u64,
    /// What was set aside.
    pub set_aside: Vec<SetAside>,
}

/// The store, opened for forwarding.
#[derive(Debug)]
pub struct Outbox {
    path: PathBuf,
    identity: Option<(u64, u64)>,
    connection: Connection,
}

impl Outbox {
    /// Opens the store at `path`.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let identity = identity(path);
        Ok(Self { path: path.to_owned(), identity, connection: open_for_reading(path, PATIENCE)? })
    }

    /// Whether the file that is open is still the one at its path.
    pub fn is_current(&self) -> bool {
        identity(&self.path) == self.identity
    }

    /// How far a destination has come. `None`: nothing was ever to be forwarded there.
    pub fn place(&self, destination: &str) -> Result<Option<Place>, StoreError> {
        let place = self.connection.query_row(
            "SELECT upto, spans, evicted, set_aside FROM destinations WHERE name = ?",
            [destination],
            |row| {
                let count = |column| row.get::<_, i64>(column).map(|count| count.max(0) as u64);
                Ok(Place { upto: row.get(0)?, spans: count(1)?, evicted: count(2)?, set_aside: count(3)? })
            },
        );
        place.optional().map_err(|error| StoreError::of(&self.path, error))
    }

    /// The batches after one, in order: as many as have so many bytes together, and one at least where there is one.
    pub fn after(&self, number: i64, bytes: usize) -> Result<Vec<Stored>, StoreError> {
        self.read_after(number, bytes).map_err(|error| StoreError::of(&self.path, error))
    }

    fn read_after(&self, number: i64, bytes: usize) -> rusqlite::Result<Vec<Stored>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, received, format, spans, size, data FROM batches WHERE id > ? ORDER BY id")?;
        let mut rows = statement.query([number])?;
        let (mut stored, mut together) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let size = row.get::<_, i64>(4)?.max(0) as usize;
            together += size;
            if together > bytes && !stored.is_empty() {
                break;
            }
            let broken =
                |why: std::io::Error| rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Blob, Box::new(why));
            stored.push(Stored {
                number: row.get(0)?,
                received: key::time_from(row.get(1)?),
                format: Format::from_number(row.get(2)?),
                spans: row.get::<_, i64>(3)?.max(0) as u64,
                data: zstd::bulk::decompress(row.get_ref(5)?.as_blob()?, size).map_err(broken)?,
            });
        }
        Ok(stored)
    }

    /// The destinations that were ever forwarded to, by name. None in a store of before there was forwarding.
    pub fn destinations(&self) -> Result<Vec<String>, StoreError> {
        let read = || -> rusqlite::Result<_> {
            if !self.connection.table_exists(None::<&str>, "destinations")? {
                return Ok(Vec::new());
            }
            let mut statement = self.connection.prepare_cached("SELECT name FROM destinations ORDER BY name")?;
            let names = statement.query_map([], |row| row.get(0))?;
            names.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| StoreError::of(&self.path, error))
    }

    /// The last things that a destination would not take, newest first.
    pub fn set_aside(&self, destination: &str, limit: usize) -> Result<Vec<SetAside>, StoreError> {
        let read = || -> rusqlite::Result<_> {
            let mut statement = self.connection.prepare_cached(
                "SELECT batch, at, spans, trace, span, reason FROM set_aside WHERE destination = ? ORDER BY id DESC LIMIT ?",
            )?;
            let rows = statement.query_map(params![destination, limit as i64], |row| {
                Ok(SetAside {
                    batch: row.get(0)?,
                    at: key::time_from(row.get(1)?),
                    spans: row.get::<_, i64>(2)?.max(0) as u64,
                    trace: row.get(3)?,
                    span: row.get(4)?,
                    reason: row.get(5)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| StoreError::of(&self.path, error))
    }
}

/// Makes a place for each destination that has none: at the end, because what was there before was not meant for it.
pub(super) fn register(transaction: &Transaction<'_>, destinations: &[String]) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO destinations (name, upto) VALUES (?, (SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'batches')) \
         ON CONFLICT DO NOTHING",
    )?;
    for destination in destinations {
        insert.execute([destination])?;
    }
    Ok(())
}

/// Notes a destination's step.
pub(super) fn advance(transaction: &Transaction<'_>, step: &Step) -> rusqlite::Result<()> {
    let aside: u64 = step.set_aside.iter().map(|each| each.spans).sum();
    transaction
        .prepare_cached(
            "UPDATE destinations SET upto = max(upto, ?2), spans = spans + ?3, evicted = evicted + ?4, set_aside = set_aside + ?5 \
             WHERE name = ?1",
        )?
        .execute(params![step.destination, step.upto, step.spans as i64, step.evicted as i64, aside as i64])?;
    if step.set_aside.is_empty() {
        return Ok(());
    }
    let mut insert = transaction.prepare_cached(
        "INSERT INTO set_aside (destination, batch, at, spans, trace, span, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    for each in &step.set_aside {
        insert.execute(params![
            step.destination,
            each.batch,
            key::time(each.at),
            each.spans as i64,
            each.trace,
            each.span,
            each.reason
        ])?;
    }
    transaction
        .prepare_cached("DELETE FROM set_aside WHERE id <= (SELECT max(id) FROM set_aside) - ?")?
        .execute([MAX_ASIDE])?;
    Ok(())
}

/// The number of the last batch, be it there still or evicted: the next one's is greater.
pub(super) fn last(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'batches'", [], |row| row.get(0))
}
