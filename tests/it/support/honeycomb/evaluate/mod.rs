//! What a query finds.

mod filter;
mod group;
mod reader;
mod tally;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::row::{Row, Type};
use super::spec::{Compare, Having, Order, Query, Term, unknown_column};
use super::switches::{Empty, Missing, Switches, TimePrecision};
use super::value::Value;

use group::{Group, Groups};
use reader::Reader;

/// The `results` of a query over the rows of its dataset, at most `limit` of them; or the text of its `error`.
pub(crate) fn run(
    query: &Query,
    rows: &[Row],
    limit: usize,
    columns: &BTreeMap<String, Vec<Type>>,
    switches: &Switches,
    now_s: u64,
) -> Result<Vec<Json>, String> {
    if let Some(name) = query.names.iter().find(|name| !columns.contains_key(*name)) {
        return Err(unknown_column(name));
    }
    let window = query.window.nanoseconds(now_s);
    let mut groups = Groups::new(query);
    let mut reader = Reader::new(query, columns, switches);
    for row in rows.iter().filter(|row| window.contains(&row.time_ns)) {
        reader.begin(row);
        if filter::holds(query, &reader) {
            reader.finish();
            groups.add(&reader);
        }
    }
    let mut groups = groups.into_groups();
    if groups.is_empty() && switches.empty == Empty::ZeroRow {
        return Ok(vec![json!({ "data": { "COUNT": 0 } })]);
    }
    groups.retain(|group| query.havings.iter().all(|having| is_had(having, group)));
    sort(&mut groups, &query.orders, switches.ties_as_arrived);
    groups.truncate(limit);
    Ok(written(query, &groups, switches))
}

fn is_had(having: &Having, group: &Group<'_>) -> bool {
    let figure = group.figures[having.calculation].number().and_then(|figure| figure.partial_cmp(&having.value));
    figure.is_some_and(|order| match having.op {
        Compare::Equal => order.is_eq(),
        Compare::NotEqual => order.is_ne(),
        Compare::Greater => order.is_gt(),
        Compare::AtLeast => order.is_ge(),
        Compare::Less => order.is_lt(),
        Compare::AtMost => order.is_le(),
    })
}

/// By the orders, then in no order that means anything. Without orders the largest first calculation comes first, as in the user
/// interface. What is missing comes last in either direction.
fn sort(groups: &mut [Group<'_>], orders: &[Order], as_arrived: bool) {
    let usual = [Order { term: Term::Calculation(0), descending: true }];
    let orders = if orders.is_empty() { &usual } else { orders };
    if !as_arrived {
        // An odd factor gives each another number.
        groups.sort_by_cached_key(|group| group.arrival.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }
    groups.sort_by(|one, other| {
        let compared = orders.iter().map(|order| {
            let (one, other) = (one.value(order.term), other.value(order.term));
            match (one.is_missing(), other.is_missing()) {
                (false, false) if order.descending => other.order(one),
                (false, false) => one.order(other),
                (one, other) => one.cmp(&other),
            }
        });
        compared.into_iter().find(|compared| compared.is_ne()).unwrap_or(Ordering::Equal)
    });
}

fn written(query: &Query, groups: &[Group<'_>], switches: &Switches) -> Vec<Json> {
    let digits = match switches.time {
        TimePrecision::Digits(digits) => Some(digits),
        _ => None,
    };
    let breakdowns = query.breakdowns.iter().enumerate().map(|(index, (name, _))| (name, Term::Breakdown(index)));
    let calculations = query.calculations.iter().enumerate().map(|(index, one)| (&one.key, Term::Calculation(index)));
    // In their order in a result, which is built at once from what is sorted.
    let mut terms: Vec<(&String, Term)> = breakdowns.chain(calculations).collect();
    terms.sort_unstable_by_key(|(name, _)| *name);
    let cell = |value: &Value<'_>, is_breakdown: bool| match (value.to_json(digits), switches.missing) {
        (Some(json), _) => Some(json),
        (None, Missing::Null) => Some(Json::Null),
        (None, Missing::Blank) if is_breakdown => Some(Json::from("")),
        (None, Missing::Absent | Missing::Blank) => None,
    };
    let row = |group: &Group<'_>| {
        let cells = terms.iter().filter_map(|(name, term)| {
            let json = cell(group.value(*term), matches!(term, Term::Breakdown(_)));
            json.map(|json| ((*name).clone(), json))
        });
        let data: Map<String, Json> = cells.collect();
        Json::Object(Map::from_iter([("data".to_owned(), Json::Object(data))]))
    };
    groups.iter().map(row).collect()
}
