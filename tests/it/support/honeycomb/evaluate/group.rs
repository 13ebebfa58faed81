//! Rows that agree in the breakdowns.

use std::collections::HashMap;

use super::super::spec::{Figure, Query, Term};
use super::super::value::Value;
use super::reader::Reader;
use super::tally::Tally;

/// A group, when all its rows are known.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// How many other groups began before it.
    pub(super) arrival: u64,
    /// The values of the breakdowns.
    pub(super) key: Vec<Value<'a>>,
    /// The values of the calculations.
    pub(super) figures: Vec<Value<'a>>,
}

impl<'a> Group<'a> {
    pub(super) fn value(&self, term: Term) -> &Value<'a> {
        match term {
            Term::Breakdown(index) => &self.key[index],
            Term::Calculation(index) => &self.figures[index],
        }
    }
}

/// The groups of the rows so far.
pub(super) struct Groups<'a> {
    query: &'a Query,
    /// Which group has the key with these bytes.
    found: HashMap<Vec<u8>, usize>,
    /// Their keys, and their figures so far.
    begun: Vec<(Vec<Value<'a>>, Vec<Tally<'a>>)>,
    bytes: Vec<u8>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(query: &'a Query) -> Self {
        Self { query, found: HashMap::new(), begun: Vec::new(), bytes: Vec::new() }
    }

    pub(super) fn add(&mut self, row: &Reader<'a, '_>) {
        self.bytes.clear();
        for (_, field) in &self.query.breakdowns {
            row.value(*field).encode(&mut self.bytes);
        }
        let index = if let Some(index) = self.found.get(&self.bytes) {
            *index
        } else {
            let key = self.query.breakdowns.iter().map(|(_, field)| row.value(*field).clone()).collect();
            let tallies = self.query.calculations.iter().map(|calculation| Tally::new(calculation.figure)).collect();
            self.found.insert(self.bytes.clone(), self.begun.len());
            self.begun.push((key, tallies));
            self.begun.len() - 1
        };
        let weight = row.weight();
        for (calculation, tally) in self.query.calculations.iter().zip(&mut self.begun[index].1) {
            let value = match calculation.figure {
                Figure::Count => &Value::Missing,
                Figure::Sum(field)
                | Figure::Mean(field)
                | Figure::Distinct(field)
                | Figure::Least(field)
                | Figure::Most(field)
                | Figure::Percentile(field, _) => row.value(field),
            };
            tally.add(value, weight);
        }
    }

    pub(super) fn into_groups(self) -> Vec<Group<'a>> {
        let group = |(arrival, (key, tallies)): (u64, (_, Vec<Tally<'a>>))| {
            let figures = tallies.into_iter().map(Tally::figure).collect();
            Group { arrival, key, figures }
        };
        (0..).zip(self.begun).map(group).collect()
    }
}
