//! The rows of a result, straight from JSON into cells: a large trace is a million of them.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::schema::{ColumnType, Schema};
use super::{clock, value};
use crate::model::{Time, Value};

/// How many columns a result may have: 100 breakdowns, 100 calculations, and some room.
const MOST_COLUMNS: usize = 256;

/// How many rows a result may have: twice what can be asked for.
const MOST_ROWS: usize = 20_000;

/// The calculation that says how many rows a row stands for.
const COUNT: &str = "COUNT";

/// Columns that are never empty text: where they are, empty text is how the service writes that there is no value.
const NEVER_BLANK: &[&str] =
    &["trace.span_id", "trace.parent_id", "meta.annotation_type", "duration_ms", "trace.link.trace_id", "trace.link.span_id"];

/// A value in a row. Two are equal when they were written alike: `0` is not `0.0`.
#[derive(Debug, Clone, Default)]
pub enum Cell {
    /// There is none: the key is absent, or null.
    #[default]
    Missing,
    /// True or false.
    Bool(bool),
    /// A number without a fraction or exponent.
    Int(i64),
    /// Any other number, always finite.
    Float(f64),
    /// Text.
    Text(Box<str>),
}

#[derive(PartialEq, Eq, Hash)]
enum Exact<'a> {
    Missing,
    Bool(bool),
    Int(i64),
    Float(u64),
    Text(&'a str),
}

impl Cell {
    /// The text, if this is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether there is no value.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// Whether it is empty text.
    pub(super) fn is_blank(&self) -> bool {
        self.text() == Some("")
    }

    fn exact(&self) -> Exact<'_> {
        match self {
            Self::Missing => Exact::Missing,
            Self::Bool(yes) => Exact::Bool(*yes),
            Self::Int(number) => Exact::Int(*number),
            Self::Float(number) => Exact::Float(number.to_bits()),
            Self::Text(text) => Exact::Text(text),
        }
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.exact() == other.exact()
    }
}

impl Eq for Cell {}

impl Hash for Cell {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.exact().hash(state);
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Cell;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a number, true, false or null")
            }
            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Missing)
            }
            fn visit_bool<E>(self, yes: bool) -> Result<Cell, E> {
                Ok(Cell::Bool(yes))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
                Ok(Cell::Int(number))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Cell, E> {
                // Honeycomb's integers are signed: what is beyond them was written from a double.
                Ok(i64::try_from(number).map_or(Cell::Float(number as f64), Cell::Int))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Cell, E> {
                Ok(Cell::Float(number))
            }
            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::Text(text.into()))
            }
            fn visit_string<E>(self, text: String) -> Result<Cell, E> {
                Ok(Cell::Text(text.into()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// What empty text in a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Blank {
    /// It cannot be told.
    #[default]
    Unknown,
    /// Text: a missing value is absent or null.
    Text,
    /// A missing value. There is no such cell any more.
    Missing,
}

/// The rows of a result, of equal length.
///
/// It is not documented how a missing value is written. Absent and null are [`Cell::Missing`] always. What empty text is, the
/// table decides as a whole: where any row lacks a column that another row has, or has null in it, empty text is text. Otherwise,
/// where a column that is never empty text (the ids of span, parent and link, the annotation type, the duration, and any column that
/// has a number or a truth value elsewhere) is empty text on some row, empty text is a missing value in all columns. Otherwise it is
/// text, unless [`Table::blank_is_missing`] knows better by the columns' types.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    columns: Vec<String>,
    numbers: HashMap<String, usize>,
    rows: Vec<Vec<Cell>>,
    blank: Blank,
}

/// Whether a column of a result is a calculation and no breakdown: `COUNT`, `MAX(duration_ms)`.
pub fn is_calculation(column: &str) -> bool {
    let op = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    column == COUNT || column.strip_suffix(')').and_then(|rest| rest.split_once('(')).is_some_and(|(name, _)| op(name))
}

impl Table {
    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The names of the columns, in the order in which they first came.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The number of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    /// A cell; missing where there is no such row or column.
    pub fn get(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or(&Cell::Missing)
    }

    /// A cell by the column's name; missing where there is no such row or column.
    pub fn cell(&self, row: usize, column: &str) -> &Cell {
        self.column(column).map_or(&Cell::Missing, |column| self.get(row, column))
    }

    /// The text in a column, if it is text.
    pub fn text(&self, row: usize, column: &str) -> Option<&str> {
        self.cell(row, column).text()
    }

    /// The number in a column, if it is one.
    pub fn number(&self, row: usize, column: &str) -> Option<f64> {
        self.cell(row, column).number()
    }

    /// The time in a column, seconds since 1970, to the nearest microsecond: a double of today's date holds no more.
    pub fn time(&self, row: usize, column: &str) -> Option<Time> {
        clock::double(self.cell(row, column))
    }

    /// What is in a column, as an attribute's value; `None` where it is missing.
    pub fn value(&self, row: usize, column: &str, schema: &Schema) -> Option<Value> {
        let cell = self.cell(row, column);
        if cell.is_blank() && self.blank_is_missing(schema) == Some(true) {
            return None;
        }
        value::value(column, cell, schema.only_type(column))
    }

    /// How many rows this one stands for: 1 where the result does not say.
    pub fn count(&self, row: usize) -> u64 {
        match self.cell(row, COUNT) {
            Cell::Int(number) => u64::try_from(*number).unwrap_or(1).max(1),
            // Weights of a sample need not be whole. The conversion saturates.
            Cell::Float(number) => (number.round() as u64).max(1),
            _ => 1,
        }
    }

    /// Whether empty text is a missing value, as far as the table and the columns' types tell.
    pub fn blank_is_missing(&self, schema: &Schema) -> Option<bool> {
        let names = &schema.names;
        let never = [&names.span_id, &names.parent_id, &names.annotation, &names.duration, &names.link_span_id];
        let never_blank = |column: &String| {
            let typed = schema.columns.get(column).is_some_and(|known| !known.types.contains(&ColumnType::String));
            never.contains(&column) || typed
        };
        let proof = || self.columns.iter().enumerate().any(|(at, column)| never_blank(column) && self.has_blank(at));
        match self.blank {
            Blank::Text => Some(false),
            Blank::Missing => Some(true),
            Blank::Unknown => proof().then_some(true),
        }
    }

    fn has_blank(&self, column: usize) -> bool {
        self.rows.iter().any(|row| row[column].is_blank())
    }

    /// Finds the number of a column, which is probably the one after the last.
    fn number_of(&mut self, name: &str, guess: usize) -> Option<usize> {
        if self.columns.get(guess).is_some_and(|column| column == name) {
            return Some(guess);
        }
        if let Some(&number) = self.numbers.get(name) {
            return Some(number);
        }
        let number = self.columns.len();
        if number == MOST_COLUMNS {
            return None;
        }
        self.columns.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        Some(number)
    }

    fn settle(&mut self) {
        let width = self.columns.len();
        let breakdowns: Vec<usize> = (0..width).filter(|&column| !is_calculation(&self.columns[column])).collect();
        let count = self.column(COUNT);
        // An empty result may be one row that counts nothing.
        self.rows.retain(|row| {
            let cell = |column: usize| row.get(column).unwrap_or(&Cell::Missing);
            let none = count.is_some_and(|column| cell(column).number() == Some(0.0));
            !(none && breakdowns.iter().all(|&column| cell(column).is_missing() || cell(column).is_blank()))
        });
        for row in &mut self.rows {
            row.resize(width, Cell::Missing);
        }
        if self.rows.iter().flatten().any(Cell::is_missing) {
            self.blank = Blank::Text;
            return;
        }
        let never_blank = |column: usize| {
            NEVER_BLANK.contains(&self.columns[column].as_str()) || self.rows.iter().any(|row| row[column].text().is_none())
        };
        if (0..width).any(|column| self.has_blank(column) && never_blank(column)) {
            self.blank = Blank::Missing;
            for cell in self.rows.iter_mut().flatten().filter(|cell| cell.is_blank()) {
                *cell = Cell::Missing;
            }
        }
    }
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Results)
    }
}

/// `[{"data": {…}}, …]`.
struct Results;

impl<'de> Visitor<'de> for Results {
    type Value = Table;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Table, A::Error> {
        let mut table = Table::default();
        while seq.next_element_seed(Entry(&mut table))?.is_some() {
            if table.rows.len() > MOST_ROWS {
                return Err(A::Error::custom(format!("more than {MOST_ROWS} rows")));
            }
        }
        table.settle();
        Ok(table)
    }
}

/// `{"data": {…}}`, of which only the data counts.
struct Entry<'t>(&'t mut Table);

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Entry<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `data`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(data) = map.next_key_seed(IsData)? {
            if !data {
                map.next_value::<IgnoredAny>()?;
            } else if std::mem::replace(&mut found, true) {
                return Err(A::Error::duplicate_field("data"));
            } else {
                map.next_value_seed(Data(&mut *self.0))?;
            }
        }
        if found { Ok(()) } else { Err(A::Error::missing_field("data")) }
    }
}

/// Whether a key is `data`.
struct IsData;

impl<'de> DeserializeSeed<'de> for IsData {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsData {
    type Value = bool;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == "data")
    }
}

/// A row: columns and their cells.
struct Data<'t>(&'t mut Table);

impl<'de> DeserializeSeed<'de> for Data<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Data<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row: an object of columns and values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut row = Vec::with_capacity(self.0.columns.len());
        let mut guess = 0;
        while let Some(column) = map.next_key_seed(Key { table: &mut *self.0, guess })? {
            let cell = map.next_value()?;
            if column >= row.len() {
                row.resize(column, Cell::Missing);
                row.push(cell);
            } else {
                row[column] = cell;
            }
            guess = column + 1;
        }
        self.0.rows.push(row);
        Ok(())
    }
}

/// The number of the column that a key names; new columns are added.
struct Key<'t> {
    table: &'t mut Table,
    guess: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column's name")
    }
    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        let found = self.table.number_of(name, self.guess);
        found.ok_or_else(|| E::custom(format!("more than {MOST_COLUMNS} columns")))
    }
}
