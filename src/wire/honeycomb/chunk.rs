//! Further columns of rows that are known: a query takes a hundred columns, and an environment may have many more.

use std::collections::{BTreeSet, HashMap};

use super::place::KEY;
use super::rows::{Columns, Distinct, Row};
use super::schema::Names;
use super::table::Cell;
use super::{MICROS, TIME};

/// The rows of one table.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) columns: BTreeSet<u32>,
    pub(super) rows: Vec<Row>,
}

/// What could not be put together for certain.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Doubts {
    /// Rows alike in the key that were paired in the order in which they came.
    pub(super) paired: usize,
    /// Rows that went without further columns, because it cannot be told whose they are.
    pub(super) ambiguous: usize,
    /// Rows that came with further columns only: they arrived in between.
    pub(super) strangers: usize,
}

/// Adds the columns of all chunks to the rows of the skeleton. They are joined on the columns that both have, above all [`KEY`].
pub(super) fn join(skeleton: Vec<Row>, chunks: Vec<Chunk>, columns: &Columns, names: &Names) -> (Vec<Row>, Doubts) {
    let mut doubts = Doubts::default();
    let mut known: BTreeSet<u32> = skeleton.iter().flat_map(|row| row.cells.iter().map(|(number, _)| *number)).collect();
    known.extend(KEY.iter().filter_map(|column| columns.find(names.of(column))));
    known.extend(columns.find(MICROS));
    // Microseconds count from a second that each query chooses.
    let key = |number: &u32| known.contains(number) && columns.name(*number) != MICROS;
    let mut rows = skeleton;
    for chunk in by_columns(chunks, &known) {
        let shared: Vec<u32> = chunk.columns.iter().copied().filter(key).collect();
        rows = join_one(rows, chunk, &shared, &known, columns.find(TIME), &mut doubts);
    }
    (rows, doubts)
}

/// Pages of one query have columns in common that no other query has.
fn by_columns(tables: Vec<Chunk>, known: &BTreeSet<u32>) -> Vec<Chunk> {
    let mut chunks: Vec<(BTreeSet<u32>, Vec<Chunk>)> = Vec::new();
    for table in tables {
        let mut new: BTreeSet<u32> = table.columns.difference(known).copied().collect();
        if new.is_empty() {
            continue;
        }
        let mut pages = Vec::new();
        // A page may lack columns that it has no values for, and so be what connects two others.
        let connected: Vec<_> = chunks.extract_if(.., |(columns, _)| !columns.is_disjoint(&new)).collect();
        for (columns, mut earlier) in connected {
            new.extend(columns);
            pages.append(&mut earlier);
        }
        pages.push(table);
        chunks.push((new, pages));
    }
    let together = |(_, pages): (_, Vec<Chunk>)| {
        let columns = pages.iter().flat_map(|page| page.columns.iter().copied()).collect();
        let mut distinct = Distinct::default();
        for row in pages.into_iter().flat_map(|page| page.rows) {
            distinct.add(row);
        }
        Chunk { columns, rows: distinct.rows }
    };
    chunks.into_iter().map(together).collect()
}

/// Empty text may be a missing value, and times may be written as whole numbers or not.
fn key_of(row: &Row, shared: &[u32], time: Option<u32>) -> Vec<Cell> {
    let cell = |&column: &u32| {
        let cell = row.id(Some(column));
        cell.number().filter(|_| Some(column) == time).map_or_else(|| cell.clone(), Cell::Float)
    };
    shared.iter().map(cell).collect()
}

fn join_one(
    rows: Vec<Row>,
    chunk: Chunk,
    shared: &[u32],
    known: &BTreeSet<u32>,
    time: Option<u32>,
    doubts: &mut Doubts,
) -> Vec<Row> {
    let mut further = HashMap::<Vec<Cell>, Vec<Row>>::new();
    for mut row in chunk.rows {
        let alike = further.entry(key_of(&row, shared, time)).or_default();
        row.cells.retain(|(number, _)| !known.contains(number));
        match alike.iter_mut().find(|other| other.cells == row.cells) {
            Some(other) => other.count = other.count.saturating_add(row.count),
            None => alike.push(row),
        }
    }
    let keys: Vec<Vec<Cell>> = rows.iter().map(|row| key_of(row, shared, time)).collect();
    let mut times = HashMap::<&[Cell], usize>::new();
    for key in &keys {
        *times.entry(key).or_default() += 1;
    }
    doubts.strangers +=
        further.iter().filter(|(key, _)| !times.contains_key(key.as_slice())).map(|(_, rows)| rows.len()).sum::<usize>();
    // Of rows that are paired, how many are.
    let mut paired = HashMap::<&[Cell], usize>::new();
    let mut joined = Vec::with_capacity(rows.len());
    for (mut row, key) in rows.into_iter().zip(&keys) {
        match further.get(key).map(Vec::as_slice) {
            None | Some([]) => joined.push(row),
            Some([one]) => {
                row.extend(one);
                joined.push(row);
            }
            Some(several) if several.len() == times[key.as_slice()] => {
                let place = paired.entry(key).or_default();
                row.extend(&several[*place]);
                *place += 1;
                doubts.paired += 1;
                joined.push(row);
            }
            // What is alike in all that was known is not in all that there is.
            Some(several)
                if times[key.as_slice()] == 1
                    && several.iter().map(|one| u128::from(one.count)).sum::<u128>() == u128::from(row.count) =>
            {
                for one in several {
                    let mut part = Row { cells: row.cells.clone(), count: one.count };
                    part.extend(one);
                    joined.push(part);
                }
            }
            Some(_) => {
                doubts.ambiguous += 1;
                joined.push(row);
            }
        }
    }
    joined
}

impl Row {
    fn extend(&mut self, further: &Row) {
        self.cells.extend(further.cells.iter().cloned());
        self.cells.sort_by_key(|(number, _)| *number);
    }
}
