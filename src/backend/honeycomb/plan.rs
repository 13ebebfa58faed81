//! Which columns of a trace are read, and by how many queries: a query has a hundred breakdowns at most.

use super::Attributes;
use super::spec::is_taken;
use crate::model::time::SECOND;
use crate::model::{Nanos, Time};
use crate::wire::honeycomb::{ColumnType, KEY, MICROS, SKELETON, Schema, TIME, priority};

/// A column that was last written so long before a trace has nothing of it.
const STALE: Nanos = 600 * SECOND;

/// What is broken down by.
pub(super) struct Plan {
    pub(super) first: Vec<String>,
    pub(super) further: Vec<Vec<String>>,
    /// How many columns there would be beside those.
    pub(super) unread: usize,
    /// How many results these would take beside.
    pub(super) cost: usize,
}

impl Plan {
    /// How many columns of the service the first query reads.
    pub(super) fn read(&self) -> usize {
        self.first.iter().filter(|column| ![TIME, MICROS].contains(&column.as_str())).count()
    }
}

/// How many columns are read of a trace, and by how many query results for each page of rows.
pub(super) fn cost(schema: &Schema, attributes: Attributes, needed: &[String]) -> (usize, usize) {
    let plan = plan(schema, attributes, needed, super::spec::MOST, Time(0));
    let calculated = [TIME, MICROS];
    let mut read: Vec<&String> = std::iter::once(&plan.first).chain(&plan.further).flatten().collect();
    read.sort_unstable();
    read.dedup();
    read.retain(|column| !calculated.contains(&column.as_str()));
    (read.len(), 1 + plan.further.len())
}

/// Which columns to break down by, where a query has at most `width` of them.
pub(super) fn plan(schema: &Schema, attributes: Attributes, needed: &[String], width: usize, begun: Time) -> Plan {
    let named = |column: &str| schema.names.of(column).to_owned();
    let has = |column: &String| schema.has(column);
    let key: Vec<String> = std::iter::once("trace.trace_id")
        .chain(KEY.iter().copied())
        .filter(|key| *key != TIME)
        .map(named)
        .filter(has)
        .collect();
    let skeleton = key.iter().cloned().chain(SKELETON.iter().map(|column| named(column)).filter(has));
    let mut wanted: Vec<String> = Vec::new();
    for column in skeleton.chain(needed.iter().filter(|column| has(column) && !is_taken(column)).cloned()) {
        if column != TIME && !wanted.contains(&column) {
            wanted.push(column);
        }
    }
    let mut others: Vec<&String> = schema
        .columns
        .iter()
        .filter(|(name, column)| {
            let spoken =
                !is_taken(name) && column.types.iter().any(|kind| !matches!(kind, ColumnType::Histogram | ColumnType::Other));
            let stale = column.last_written.is_some_and(|at| begun.since(at) > STALE);
            spoken && !stale && !wanted.contains(name)
        })
        .map(|(name, _)| name)
        .collect();
    others.sort_by_key(|name| (priority(name), name.as_str().to_owned()));
    let room = width.saturating_sub(2);
    let of_further = width.saturating_sub(1 + key.len()).max(1);
    let taken = match attributes {
        Attributes::None => 0,
        Attributes::Known => room.saturating_sub(wanted.len()).min(others.len()),
        Attributes::All => others.len(),
    };
    let unread = others.len() - taken;
    wanted.extend(others.into_iter().take(taken).cloned());
    let rest = wanted.split_off(wanted.len().min(room.max(key.len())));
    wanted.extend([TIME.to_owned(), MICROS.to_owned()]);
    let further: Vec<Vec<String>> = rest
        .chunks(of_further)
        .map(|chunk| key.iter().cloned().chain([TIME.to_owned()]).chain(chunk.iter().cloned()).collect())
        .collect();
    Plan { first: wanted, further, unread, cost: unread.div_ceil(of_further) }
}

/// What there is to say of columns that cannot be read.
pub(super) fn not_read(columns: &[&String]) -> Option<String> {
    let names: Vec<String> = columns.iter().map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    (!columns.is_empty()).then(|| format!("what is in {names} cannot be read: a query takes such a name for something else"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(count: usize) -> Schema {
        let skeleton = SKELETON.iter().chain(KEY).chain(&["trace.trace_id"]).filter(|name| !name.starts_with("_ct"));
        let mut names: Vec<String> = skeleton.map(|name| (*name).to_owned()).collect();
        names.sort();
        names.dedup();
        let more = count - names.len();
        names.extend((0..more).map(|n| format!("app.key{n:03}")));
        let columns: Vec<_> = names.iter().map(|name| format!(r#"{{"key_name":"{name}","type":"string"}}"#)).collect();
        Schema::parse(format!("[{}]", columns.join(",")).as_bytes()).unwrap()
    }

    #[test]
    fn three_hundred_columns_are_read_by_four_queries_and_each_once() {
        let plan = plan(&schema(300), Attributes::All, &[], 100, Time(0));
        assert_eq!((plan.further.len(), plan.unread, plan.cost), (3, 0, 0));
        assert!(std::iter::once(&plan.first).chain(&plan.further).all(|query| query.len() <= 100));
        let of_app = |query: &Vec<String>| query.iter().filter(|name| name.starts_with("app.")).count();
        let read: usize = std::iter::once(&plan.first).chain(&plan.further).map(of_app).sum();
        assert_eq!(read, schema(300).columns.keys().filter(|name| name.starts_with("app.")).count());
    }

    #[test]
    fn what_a_filter_needs_is_read_first_and_what_does_not_fit_is_counted() {
        let plan = plan(&schema(300), Attributes::Known, &["app.key200".to_owned(), "gone".to_owned()], 100, Time(0));
        assert_eq!((plan.first.len(), plan.further.len(), plan.unread, plan.cost), (100, 0, 202, 3));
        assert!(plan.first.contains(&"app.key200".to_owned()) && !plan.first.contains(&"gone".to_owned()));
        let none = super::plan(&schema(300), Attributes::None, &["app.key200".to_owned()], 100, Time(0));
        assert!(none.first.contains(&"app.key200".to_owned()) && none.first.len() < 60 && none.further.is_empty());
    }

    #[test]
    fn columns_that_cannot_be_of_the_trace_are_not_read() {
        let mut schema = schema(60);
        schema.columns.get_mut("app.key000").unwrap().last_written = Some(Time(1));
        schema.columns.get_mut("app.key001").unwrap().types = vec![ColumnType::Histogram];
        let relational = schema.columns["app.key002"].clone();
        schema.columns.insert("root.name".to_owned(), relational);
        let plan = plan(&schema, Attributes::All, &[], 100, Time(5_000_000_000_000));
        for name in ["app.key000", "app.key001", "root.name"] {
            assert!(!plan.first.contains(&name.to_owned()), "{name}");
        }
        assert!(plan.first.contains(&"app.key002".to_owned()));
    }
}
