//! The index rows of one trace within one batch, as JSON that SQLite's own functions can read.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::model::{SpanId, Time};

/// One span as the index knows it. `operation` is the store's number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct IndexRow {
    pub(super) id: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) start: Time,
    pub(super) end: Option<Time>,
    pub(super) operation: u32,
    pub(super) error: bool,
    pub(super) inferred: bool,
}

/// The earliest time in the rows, from which the others count, so that their numbers are short; never above SQLite's range.
pub(super) fn base(rows: &[IndexRow]) -> u64 {
    let earliest = rows.iter().map(|row| row.end.map_or(row.start.0, |end| end.0.min(row.start.0))).min();
    earliest.unwrap_or_default().min(i64::MAX as u64)
}

/// `[["id","parent",start,end,operation,failed],…]` with times counted from `base`; a seventh place, 1, where it is inferred.
pub(super) fn encode(rows: &[IndexRow], base: u64) -> String {
    let mut json = String::with_capacity(rows.len() * 72 + 2);
    json.push('[');
    for (at, row) in rows.iter().enumerate() {
        json.push_str(if at == 0 { "[" } else { ",[" });
        push_id(&mut json, &row.id);
        json.push(',');
        match &row.parent {
            Some(parent) => push_id(&mut json, parent),
            None => json.push_str("null"),
        }
        // Writing to a string cannot fail.
        let _written = write!(json, ",{},", row.start.0 - base);
        let _written = match row.end {
            Some(end) => write!(json, "{}", end.0 - base),
            None => write!(json, "null"),
        };
        let _written = write!(json, ",{},{}", row.operation, u8::from(row.error));
        json.push_str(if row.inferred { ",1]" } else { "]" });
    }
    json.push(']');
    json
}

fn push_id(json: &mut String, id: &SpanId) {
    if let Some(bytes) = id.bytes() {
        json.push('"');
        json.push_str(&crate::model::id::hex(&bytes));
        json.push('"');
    } else {
        json.push_str(&serde_json::Value::from(id.to_string()).to_string());
    }
}

/// What [`encode`] wrote.
pub(super) fn decode(json: &str, base: u64) -> Result<Vec<IndexRow>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Stored<'a>(
        #[serde(borrow)] std::borrow::Cow<'a, str>,
        #[serde(borrow)] Option<std::borrow::Cow<'a, str>>,
        u64,
        Option<u64>,
        u32,
        u8,
        #[serde(default)] u8,
    );
    let stored: Vec<Stored<'_>> = serde_json::from_str(json)?;
    Ok(stored
        .into_iter()
        .map(|Stored(id, parent, start, end, operation, error, inferred)| IndexRow {
            id: SpanId::from_text(&id),
            parent: parent.map(|parent| SpanId::from_text(&parent)),
            start: Time(base.saturating_add(start)),
            end: end.map(|end| Time(base.saturating_add(end))),
            operation,
            error: error != 0,
            inferred: inferred != 0,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row() -> impl Strategy<Value = IndexRow> {
        let id =
            prop_oneof![any::<[u8; 8]>().prop_map(SpanId::from_bytes), ".{0,12}".prop_map(|text| SpanId::from_text(&text))];
        let flags = (any::<bool>(), any::<bool>());
        (id.clone(), proptest::option::of(id), any::<u64>(), proptest::option::of(any::<u64>()), any::<u32>(), flags).prop_map(
            |(id, parent, start, end, operation, (error, inferred))| IndexRow {
                id,
                parent,
                start: Time(start),
                end: end.map(Time),
                operation,
                error,
                inferred,
            },
        )
    }

    #[test]
    fn rows_without_the_seventh_place_are_not_inferred() {
        let rows = decode(r#"[["00000000000000a1",null,1,2,3,1],["00000000000000a2",null,1,2,3,0,1]]"#, 10).unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.start, row.error, row.inferred)).collect();
        assert_eq!(told, [(Time(11), true, false), (Time(11), false, true)]);
    }

    proptest! {
        #[test]
        fn what_is_stored_is_what_is_read(rows in proptest::collection::vec(row(), 0..20)) {
            let base = base(&rows);
            prop_assert_eq!(decode(&encode(&rows, base), base).unwrap(), rows);
        }
    }
}
