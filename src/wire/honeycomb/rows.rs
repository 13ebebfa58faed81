//! Rows of several tables, kept as what they have: most of the columns of an environment are empty on most of its rows.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use super::table::{Cell, Table, is_calculation};

/// The columns of all tables, by number.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

/// The cells that a row has, by the number of their column, in its order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) cells: Vec<(u32, Cell)>,
    /// How many rows of the service it stands for.
    pub(super) count: u64,
}

impl Columns {
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub(super) fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The breakdowns of a table, each with its number there and here.
    pub(super) fn of_table(&mut self, table: &Table) -> Vec<(usize, u32)> {
        let breakdowns = table.columns().iter().enumerate().filter(|(_, name)| !is_calculation(name));
        breakdowns.map(|(at, name)| (at, self.number(name))).collect()
    }

    /// Numbers the columns by the order of their names, so that cells come in an order that does not depend on pages.
    pub(super) fn sort(self, rows: &mut [Row]) -> Self {
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        order.sort_by(|a, b| self.name(*a).cmp(self.name(*b)));
        let mut places = vec![0; order.len()];
        for (place, &number) in order.iter().enumerate() {
            places[number as usize] = place as u32;
        }
        for row in rows {
            for (number, _) in &mut row.cells {
                *number = places[*number as usize];
            }
            row.cells.sort_by_key(|(number, _)| *number);
        }
        let mut sorted = Self::default();
        for number in order {
            sorted.number(self.name(number));
        }
        sorted
    }
}

impl Row {
    /// A row of a table.
    pub(super) fn of_table(table: &Table, at: usize, columns: &[(usize, u32)], blank_is_missing: bool) -> Self {
        let has = |cell: &Cell| !(cell.is_missing() || (blank_is_missing && cell.is_blank()));
        let cells = columns.iter().map(|&(column, number)| (number, table.get(at, column))).filter(|(_, cell)| has(cell));
        let mut cells: Vec<(u32, Cell)> = cells.map(|(number, cell)| (number, cell.clone())).collect();
        cells.sort_by_key(|(number, _)| *number);
        Self { cells, count: table.count(at) }
    }

    /// The cell of a column.
    pub(super) fn get(&self, column: Option<u32>) -> &Cell {
        let find = |column| self.cells.binary_search_by_key(&column, |(number, _)| *number).ok();
        column.and_then(find).map_or(&Cell::Missing, |at| &self.cells[at].1)
    }

    /// The cell of a column that cannot be empty text.
    pub(super) fn id(&self, column: Option<u32>) -> &Cell {
        let cell = self.get(column);
        if cell.is_blank() { &Cell::Missing } else { cell }
    }
}

/// Rows without repetition, in the order in which they first came.
#[derive(Debug, Default)]
pub(super) struct Distinct {
    pub(super) rows: Vec<Row>,
    places: HashMap<u64, Vec<u32>>,
    state: RandomState,
}

impl Distinct {
    /// Whether it was new. Of a repeated row, the larger count stays: rows may have arrived in between.
    pub(super) fn add(&mut self, row: Row) -> bool {
        let places = self.places.entry(self.state.hash_one(&row.cells)).or_default();
        for &place in &*places {
            let known = &mut self.rows[place as usize];
            if known.cells == row.cells {
                known.count = known.count.max(row.count);
                return false;
            }
        }
        places.push(self.rows.len() as u32);
        self.rows.push(row);
        true
    }
}
