//! How ids, times and lists of numbers are written in the store's columns, and fragments read back.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row};

use super::fragment::{self, IndexRow};
use crate::model::{Spelling, Time, TraceId};

/// 16 bytes, or text where the id is no hex.
pub(super) fn trace(id: &TraceId) -> Value {
    id.bytes().map_or_else(|| Value::Text(id.canonical()), |bytes| Value::Blob(bytes.to_vec()))
}

/// The id in columns `column` (id) and `column + 1` (spelling).
pub(super) fn trace_from(row: &Row<'_>, column: usize) -> rusqlite::Result<TraceId> {
    let spelled = spelling_from(row.get(column + 1)?);
    let id = match row.get_ref(column)? {
        ValueRef::Blob(bytes) => <[u8; 16]>::try_from(bytes).ok().map(TraceId::from_bytes),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().map(TraceId::from_text),
        _ => None,
    };
    let unreadable = || rusqlite::Error::InvalidColumnType(column, "id".into(), rusqlite::types::Type::Blob);
    id.map(|id| id.spelled(spelled)).ok_or_else(unreadable)
}

/// 0 W3C, 1 X-Ray, 2 short.
pub(super) fn spelling(spelling: Spelling) -> i64 {
    match spelling {
        Spelling::W3c => 0,
        Spelling::XRay => 1,
        Spelling::Short => 2,
    }
}

pub(super) fn spelling_from(number: i64) -> Spelling {
    match number {
        1 => Spelling::XRay,
        2 => Spelling::Short,
        _ => Spelling::W3c,
    }
}

/// SQLite's integers end in the year 2262. A later time is stored as that end, which [`is_cut`] recognises.
pub(super) fn time(time: Time) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

pub(super) fn time_from(number: i64) -> Time {
    Time(number.max(0) as u64)
}

/// Whether the time may have been later than it could be stored.
pub(super) fn is_cut(time: Time) -> bool {
    time.0 >= i64::MAX as u64
}

/// `[1,2,3]`.
pub(super) fn numbers(numbers: &[u32]) -> String {
    let texts: Vec<_> = numbers.iter().map(u32::to_string).collect();
    format!("[{}]", texts.join(","))
}

pub(super) fn numbers_from(json: &str) -> Result<Vec<u32>, rusqlite::Error> {
    serde_json::from_str(json).map_err(unreadable)
}

/// The fragments of a trace, in the order in which they arrived.
pub(super) fn fragments(connection: &Connection, n: i64) -> rusqlite::Result<Vec<Vec<IndexRow>>> {
    let mut statement = connection.prepare_cached("SELECT base, spans FROM fragments WHERE trace = ? ORDER BY batch")?;
    let mut rows = statement.query([n])?;
    let mut fragments = Vec::new();
    while let Some(row) = rows.next()? {
        let base = row.get::<_, i64>(0)?.max(0) as u64;
        let json = row.get_ref(1)?.as_str().map_err(|error| unreadable(error.to_string()))?;
        fragments.push(fragment::decode(json, base).map_err(unreadable)?);
    }
    Ok(fragments)
}

/// A column of ours that does not hold what we write there.
fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
}
