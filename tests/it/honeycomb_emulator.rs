//! The double of Honeycomb that other tests talk to, tried by itself.

mod expressions;
mod filters;
mod results;
mod specs;
mod windows;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::honeycomb::{Cell, Problem, Query, Row, Switches, Type, check, run};

/// 2026-11-24T10:00:00Z, in seconds.
const TEN: u64 = 1_795_514_400;

/// What time it is: an hour later.
const NOW: u64 = TEN + 3600;

/// What a dataset has, and how the service behaves.
struct Dataset {
    rows: Vec<Row>,
    switches: Switches,
}

impl Dataset {
    /// With a row of these fields for every second from ten o'clock.
    fn of(rows: &[Value]) -> Self {
        let rows = (0..).zip(rows).map(|(second, fields)| row(second * 1_000_000_000, fields)).collect();
        Self { rows, switches: Switches::default() }
    }

    fn with(mut self, change: impl FnOnce(&mut Switches)) -> Self {
        change(&mut self.switches);
        self
    }

    fn columns(&self) -> BTreeMap<String, Vec<Type>> {
        let mut columns = BTreeMap::<String, Vec<Type>>::new();
        for (name, cell) in self.rows.iter().flat_map(|row| &row.fields) {
            let types = columns.entry(name.clone()).or_default();
            if !types.contains(&cell.kind()) {
                types.push(cell.kind());
            }
        }
        columns
    }

    fn check(&self, query: &Value) -> Result<Query, Problem> {
        check(query, &self.columns(), &self.switches, NOW)
    }

    /// The rows of the result, without what is around each.
    #[track_caller]
    fn results(&self, query: &Value) -> Vec<Value> {
        let checked = self.check(query).unwrap_or_else(|problem| panic!("{query}: {}", problem.body));
        let limit = checked.limit.unwrap_or(1000);
        let results = run(&checked, &self.rows, limit, &self.columns(), &self.switches, NOW).expect("it has no error");
        results.into_iter().map(|mut row| row["data"].take()).collect()
    }

    /// What one column has in the rows of the result, without those that have nothing there.
    #[track_caller]
    fn column(&self, query: &Value, name: &str) -> Vec<Value> {
        self.results(query).into_iter().filter_map(|row| row.get(name).cloned()).collect()
    }

    /// Status and first message of what is refused.
    #[track_caller]
    fn refused(&self, query: &Value) -> String {
        let Err(Problem { status, body }) = self.check(query) else { panic!("{query} is taken") };
        let detail = body.pointer("/type_detail/0/description").unwrap_or(&body["error"]);
        format!("{status} {}", detail.as_str().expect("a message"))
    }
}

/// A row so many nanoseconds after ten o'clock, which arrived two seconds later.
fn row(after: u64, fields: &Value) -> Row {
    let fields = fields.as_object().expect("fields").iter();
    let time_ns = TEN * 1_000_000_000 + after;
    Row {
        dataset: "web".to_owned(),
        time_ns,
        ingested_ns: time_ns + 2_000_000_000,
        sample_rate: 1,
        fields: fields.filter_map(|(name, json)| Some((name.clone(), Cell::from_json(json)?))).collect(),
    }
}

/// A query with these members.
fn query(members: &Value) -> Value {
    let mut query = json!({ "start_time": TEN, "end_time": NOW });
    query.as_object_mut().expect("an object").extend(members.as_object().expect("members").clone());
    query
}
