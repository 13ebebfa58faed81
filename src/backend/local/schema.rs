//! The store's file: how it is opened, made and recognised, and never overwritten.
//!
//! A store is one SQLite database. Received batches are kept as they came, compressed; beside them is what is needed to find
//! and list traces without reading the batches. The views `traces` and `spans` are for people with the `sqlite3` shell.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

/// "CRTR": tells our files from other SQLite databases.
const APPLICATION_ID: i32 = 0x4352_5452;

/// How long a writer waits for another process's lock.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// One script for each version of the schema, each taking the store from the version before. Never change one that was released.
const MIGRATIONS: [&str; 4] =
    [include_str!("schema_1.sql"), include_str!("schema_2.sql"), include_str!("schema_3.sql"), include_str!("schema_4.sql")];

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no file at this path, or an empty one: somebody has begun to make it.
    #[error("there is no store at {}", .0.display())]
    Missing(PathBuf),
    /// The file is something else.
    #[error("{} is not a store of cruddur-trace{}", path.display(), of_what(what))]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it seems to be; may be empty.
        what: &'static str,
    },
    /// A later version of this program has written it.
    #[error("{} was written by a newer cruddur-trace (store version {found}, this program knows {known})", path.display())]
    Future {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this program can read.
        known: usize,
    },
    /// Another process holds it for longer than ten seconds.
    #[error("the store {} is locked by another process", .0.display())]
    Locked(PathBuf),
    /// It may not be written.
    #[error("the store {} cannot be written: {cause}", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        cause: rusqlite::Error,
    },
    /// Its content is damaged.
    #[error("the store {} is damaged: {cause}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was found.
        cause: String,
    },
    /// Anything else that reading or writing can meet.
    #[error("the store {} cannot be used: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's or SQLite's words.
        cause: String,
    },
}

fn of_what(what: &str) -> String {
    if what.is_empty() { String::new() } else { format!(": it is {what}") }
}

impl StoreError {
    /// Sorts SQLite's errors by what the user can do about them.
    pub(super) fn of(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign { path, what: "no SQLite database" },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(path),
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt { path, cause: error.to_string() },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path, cause: error },
            _ => Self::Io { path, cause: error.to_string() },
        }
    }
}

/// Opens the store for writing; makes it, private to the user, where there is none.
pub(super) fn open_for_writing(path: &Path) -> Result<Connection, StoreError> {
    make_private(path)?;
    let fail = |error| StoreError::of(path, error);
    let mut connection =
        Connection::open_with_flags(literal(path), OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(fail)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
    let version = recognise(&connection, path)?;
    if connection.is_readonly("main").map_err(fail)? {
        let cause = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY), None);
        return Err(StoreError::ReadOnly { path: path.to_owned(), cause });
    }
    if version == 0 {
        // Only takes effect before the first table is there.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").map_err(fail)?;
    }
    connection.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
    // FULL: a commit is on the disk before it is acknowledged, not just in the system's cache.
    connection.pragma_update(None, "synchronous", "FULL").map_err(fail)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000).map_err(fail)?;
    connection.pragma_update(None, "cache_size", -64 * 1024).map_err(fail)?;
    migrate(&mut connection, path)?;
    // The first page of every table: a store that is damaged is better refused now than when the first span has come.
    connection
        .query_row(
            "SELECT (SELECT max(id) FROM operations), (SELECT max(id) FROM batches), (SELECT max(n) FROM trace_rows), \
             (SELECT max(trace) FROM fragments), (SELECT max(batch) FROM log_fragments)",
            [],
            |_| Ok(()),
        )
        .map_err(fail)?;
    Ok(connection)
}

/// Opens the store for reading, waiting so long for another process's lock. [`StoreError::Missing`] where there is none: reading makes nothing.
pub(super) fn open_for_reading(path: &Path, patience: Duration) -> Result<Connection, StoreError> {
    if !exists(path)? {
        return Err(StoreError::Missing(path.to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(literal(path), flags).map_err(|error| StoreError::of(path, error))?;
    connection.busy_timeout(patience).map_err(|error| StoreError::of(path, error))?;
    let (connection, version) = match recognise(&connection, path) {
        // Where the folder may not be written, SQLite cannot make the index of its log. With no log there is nothing to miss.
        Err(StoreError::Io { .. } | StoreError::ReadOnly { .. }) if !has_log(path) => {
            let uri = format!("file:{}?immutable=1", encoded(path));
            let connection = Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
                .map_err(|error| StoreError::of(path, error))?;
            let version = recognise(&connection, path)?;
            (connection, version)
        }
        recognised => (connection, recognised?),
    };
    if version == 0 {
        // A writer has made the file and not filled it yet.
        return Err(StoreError::Missing(path.to_owned()));
    }
    connection.pragma_update(None, "cache_size", -32 * 1024).map_err(|error| StoreError::of(path, error))?;
    Ok(connection)
}

/// Device and number of the file at a path: what tells it from another one that has taken its place. `None` where there is none,
/// and always the same where the system does not tell.
pub(super) fn identity(path: &Path) -> Option<(u64, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        Some((metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        metadata.is_file().then_some((0, 0))
    }
}

/// A path that means a file: SQLite takes `:memory:`, nothing at all and `file:…` for something else.
fn literal(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

/// The store's version: 0 for an empty file. Refuses what is not ours and what is from the future.
fn recognise(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    // In one statement, of one moment: somebody may be making the store right now.
    let read = connection.query_row(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), \
         (SELECT count(*) FROM sqlite_schema)",
        [],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)),
    );
    let (application, version, tables) = read.map_err(|error| StoreError::of(path, error))?;
    if application == 0 && version == 0 && tables == 0 {
        return Ok(0);
    }
    if application != i64::from(APPLICATION_ID) {
        return Err(StoreError::Foreign { path: path.to_owned(), what: "another program's SQLite database" });
    }
    if version > MIGRATIONS.len() as i64 {
        return Err(StoreError::Future { path: path.to_owned(), found: version, known: MIGRATIONS.len() });
    }
    Ok(version)
}

/// Each step in a transaction of its own, decided under the lock: two processes may open a new store at once.
fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let fail = |error| StoreError::of(path, error);
    loop {
        if recognise(connection, path)? >= MIGRATIONS.len() as i64 {
            return Ok(());
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        let version = recognise(&transaction, path)?;
        if let Some(script) = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version)) {
            transaction.execute_batch(script).map_err(fail)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(fail)?;
            transaction.pragma_update(None, "user_version", version + 1).map_err(fail)?;
        }
        transaction.commit().map_err(fail)?;
    }
}

/// Whether there is a file. A folder is an error: what SQLite says of one helps nobody.
fn exists(path: &Path) -> Result<bool, StoreError> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(StoreError::Foreign { path: path.to_owned(), what: "a folder" }),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::Io { path: path.to_owned(), cause: error.to_string() }),
    }
}

/// Makes the file and its folder, readable by the user alone, where they are missing. SQLite gives its log the same mode.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let fail = |error: std::io::Error| StoreError::Io { path: path.to_owned(), cause: error.to_string() };
    if exists(path)? {
        return Ok(());
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(fail)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(fail(error)),
    }
}

/// Whether there is a write-ahead log with anything in it.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|metadata| metadata.len() > 0)
}

/// A path within a `file:` URI.
fn encoded(path: &Path) -> String {
    let mut uri = String::new();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => uri.push(char::from(byte)),
            other => {
                uri.push('%');
                uri.push_str(&crate::model::id::hex(&[other]));
            }
        }
    }
    uri
}
