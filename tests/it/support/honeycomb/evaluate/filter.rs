//! Whether a row is one that a query is about.

use std::cmp::Ordering;

use super::super::row::Cell;
use super::super::spec::{Filter, Query, Test};
use super::super::value::Value;
use super::reader::Reader;

pub(super) fn holds(query: &Query, reader: &Reader<'_, '_>) -> bool {
    let holds = |filter| one_holds(filter, reader);
    if query.filters.is_empty() {
        true
    } else if query.any {
        query.filters.iter().any(holds)
    } else {
        query.filters.iter().all(holds)
    }
}

fn one_holds(filter: &Filter, reader: &Reader<'_, '_>) -> bool {
    let value = reader.value(filter.field);
    if value.is_missing() && !matches!(filter.test, Test::Exists) {
        return filter.negated && reader.switches.not_equal_matches_missing;
    }
    is(&filter.test, value) != filter.negated
}

/// Numbers compare with numbers and texts with texts, which are told apart by case.
fn is(test: &Test, value: &Value<'_>) -> bool {
    let compares = |cell: &Cell, is: fn(Ordering) -> bool| value.compare(&Value::of(cell)).is_some_and(is);
    let texts = |cell: &Cell, is: fn(&str, &str) -> bool| {
        value.text().zip(Value::of(cell).text()).is_some_and(|(text, part)| is(text, part))
    };
    match test {
        Test::Exists => !value.is_missing(),
        Test::Equals(cell) => value.equals(&Value::of(cell)),
        Test::Less(cell) => compares(cell, Ordering::is_lt),
        Test::AtMost(cell) => compares(cell, Ordering::is_le),
        Test::Greater(cell) => compares(cell, Ordering::is_gt),
        Test::AtLeast(cell) => compares(cell, Ordering::is_ge),
        Test::StartsWith(cell) => texts(cell, |text, part| text.starts_with(part)),
        Test::EndsWith(cell) => texts(cell, |text, part| text.ends_with(part)),
        Test::Contains(cell) => texts(cell, |text, part| text.contains(part)),
        Test::In(cells) => cells.iter().any(|cell| value.equals(&Value::of(cell))),
    }
}
