//! What a query needs to know of a row: first what its filters ask for, and the rest only if they hold.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::expression::Context;
use super::super::row::{Cell, Row, Type};
use super::super::spec::{Field, Query};
use super::super::switches::{MixedTypes, Switches};
use super::super::value::Value;

pub(super) struct Reader<'a, 's> {
    pub(super) switches: &'s Switches,
    query: &'a Query,
    /// Which columns have values of several types that are all texts.
    as_text: Vec<bool>,
    first: Part<'a>,
    rest: Part<'a>,
    row: Option<&'a Row>,
    cells: Vec<Value<'a>>,
    calculated: Vec<Value<'a>>,
}

/// Columns, sorted by name, and calculated fields, by their numbers.
#[derive(Default)]
struct Part<'a> {
    columns: Vec<(&'a str, usize)>,
    calculated: Vec<usize>,
}

impl<'a, 's> Reader<'a, 's> {
    pub(super) fn new(query: &'a Query, columns: &BTreeMap<String, Vec<Type>>, switches: &'s Switches) -> Self {
        let has_types = |name: &String| columns.get(name).is_some_and(|types| types.len() > 1);
        let as_text = |name| switches.mixed_types == MixedTypes::AsText && has_types(name);
        let mut is_first = vec![false; query.names.len()];
        let mut is_first_calculated = vec![false; query.calculated.len()];
        for filter in &query.filters {
            match filter.field {
                Field::Column(number) => is_first[number] = true,
                Field::Calculated(number) => {
                    is_first_calculated[number] = true;
                    query.calculated[number].1.columns(&mut is_first);
                }
            }
        }
        let part = |first: bool| {
            let names = query.names.iter().enumerate().filter(|(number, _)| is_first[*number] == first);
            let mut columns: Vec<_> = names.map(|(number, name)| (name.as_str(), number)).collect();
            columns.sort_unstable();
            let calculated = (0..query.calculated.len()).filter(|number| is_first_calculated[*number] == first).collect();
            Part { columns, calculated }
        };
        Self {
            switches,
            query,
            as_text: query.names.iter().map(as_text).collect(),
            first: part(true),
            rest: part(false),
            row: None,
            cells: vec![Value::Missing; query.names.len()],
            calculated: vec![Value::Missing; query.calculated.len()],
        }
    }

    /// Comes to a row. What no filter asks for is as it was in the row before.
    pub(super) fn begin(&mut self, row: &'a Row) {
        self.row = Some(row);
        self.read(row, true);
    }

    /// Reads the rest of the row.
    pub(super) fn finish(&mut self) {
        if let Some(row) = self.row {
            self.read(row, false);
        }
    }

    fn read(&mut self, row: &'a Row, first: bool) {
        let part = if first { &self.first } else { &self.rest };
        let as_text = &self.as_text;
        let cells = &mut self.cells;
        let mut set = |number: usize, cell: Option<&'a Cell>| {
            let value = cell.map_or(Value::Missing, Value::of);
            cells[number] = if as_text[number] && !value.is_missing() {
                Value::Text(Cow::Owned(value.into_text().into_owned()))
            } else {
                value
            };
        };
        if part.columns.len() * 8 < row.fields.len() {
            for (name, number) in &part.columns {
                set(*number, row.fields.get(*name));
            }
        } else {
            // Both are sorted by name.
            let mut fields = row.fields.iter().peekable();
            for (name, number) in &part.columns {
                while fields.next_if(|(field, _)| field.as_str() < *name).is_some() {}
                set(*number, fields.next_if(|(field, _)| field.as_str() == *name).map(|(_, cell)| cell));
            }
        }
        let context = Context { row, cells: &self.cells, switches: self.switches };
        for number in &part.calculated {
            self.calculated[*number] = self.query.calculated[*number].1.calculate(&context);
        }
    }

    pub(super) fn value(&self, field: Field) -> &Value<'a> {
        match field {
            Field::Column(number) => &self.cells[number],
            Field::Calculated(number) => &self.calculated[number],
        }
    }

    /// How many events the row stands for.
    pub(super) fn weight(&self) -> u64 {
        match self.row {
            Some(row) if !self.query.usage_mode => row.sample_rate.max(1),
            _ => 1,
        }
    }
}
