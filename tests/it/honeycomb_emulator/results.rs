//! What a query finds.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};

use super::{Dataset, NOW, query, row};
use crate::support::honeycomb::{Cell, Empty, Missing, MixedTypes, Type, check, run};

fn requests() -> Dataset {
    Dataset::of(&[
        json!({ "name": "a", "ms": 10 }),
        json!({ "name": "b", "ms": 5.5, "kind": "x" }),
        json!({ "name": "a", "ms": 30 }),
        json!({ "name": "a", "kind": "y" }),
        json!({ "ms": 1, "kind": "x" }),
    ])
}

/// With a calculation of `ms` for each of these.
fn figures(ops: &[&str]) -> Value {
    ops.iter().map(|op| if *op == "COUNT" { json!({ "op": op }) } else { json!({ "op": op, "column": "ms" }) }).collect()
}

#[test]
fn rows_that_agree_in_the_breakdowns_are_one() {
    let found = requests().results(&query(&json!({ "breakdowns": ["name"], "orders": [{ "column": "name" }] })));
    assert_eq!(found, [json!({ "COUNT": 3, "name": "a" }), json!({ "COUNT": 1, "name": "b" }), json!({ "COUNT": 1 })]);
    let dataset =
        Dataset::of(&[json!({ "x": 1 }), json!({ "x": "1" }), json!({ "x": true }), json!({ "x": "" }), json!({ "y": 1 })]);
    let found = dataset.column(&query(&json!({ "breakdowns": ["x", "y"], "orders": [{ "column": "x" }] })), "x");
    assert_eq!(found, [json!(1), json!(""), json!("1"), json!(true)], "types are told apart, and blank from missing");
}

#[test]
fn figures_pass_over_what_is_missing() {
    let ops = ["COUNT", "SUM", "AVG", "MIN", "MAX", "COUNT_DISTINCT", "P50", "P90", "P99", "P001"];
    let found = requests().results(&query(&json!({ "calculations": figures(&ops) })));
    let expected = json!({
        "COUNT": 5, "SUM(ms)": 46.5, "AVG(ms)": 11.625, "MIN(ms)": 1, "MAX(ms)": 30, "COUNT_DISTINCT(ms)": 4, "P50(ms)": 5.5,
        "P90(ms)": 30, "P99(ms)": 30, "P001(ms)": 1,
    });
    assert_eq!(found, [expected]);
    let none = query(&json!({ "calculations": figures(&ops), "filters": [{ "column": "ms", "op": "does-not-exist" }] }));
    assert_eq!(requests().results(&none), [json!({ "COUNT": 1, "SUM(ms)": 0, "COUNT_DISTINCT(ms)": 0 })]);
}

#[test]
fn a_sampled_row_stands_for_others_unless_usage_is_asked_for() {
    let mut dataset = requests();
    dataset.rows[2].sample_rate = 10;
    let members = |usage_mode: bool| {
        let calculations = figures(&["COUNT", "SUM", "MAX", "P50", "AVG", "COUNT_DISTINCT"]);
        query(&json!({ "calculations": calculations, "usage_mode": usage_mode }))
    };
    let weighted = json!({
        "COUNT": 14, "SUM(ms)": 316.5, "MAX(ms)": 30, "P50(ms)": 30, "AVG(ms)": 316.5 / 13.0, "COUNT_DISTINCT(ms)": 4,
    });
    assert_eq!(dataset.results(&members(false)), [weighted]);
    assert_eq!(dataset.results(&members(true))[0]["COUNT"], json!(5));
    assert_eq!(dataset.results(&members(true))[0]["SUM(ms)"], json!(46.5));
}

#[test]
fn orders_come_one_after_the_other_and_missing_values_last() {
    let by = |orders: Value| {
        let members = json!({ "breakdowns": ["kind", "name"], "calculations": figures(&["MAX"]), "orders": orders });
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let rows = requests().results(&query(&members));
        rows.iter().map(|row| word(&row["kind"]) + &word(&row["name"])).collect::<Vec<_>>()
    };
    assert_eq!(by(json!([{ "column": "kind" }, { "column": "name", "order": "descending" }])), ["xb", "x-", "ya", "-a"]);
    assert_eq!(by(json!([{ "column": "kind", "order": "descending" }, { "column": "name" }])), ["ya", "xb", "x-", "-a"]);
    assert_eq!(by(json!([{ "op": "MAX", "column": "ms", "order": "descending" }])), ["-a", "xb", "x-", "ya"]);
    assert_eq!(by(json!([{ "op": "MAX", "column": "ms", "order": "ascending" }])), ["x-", "xb", "-a", "ya"]);
}

#[test]
fn what_the_orders_leave_open_comes_in_any_order() {
    let rows: Vec<Value> = (0..50).map(|n| json!({ "n": n })).collect();
    let ask = query(&json!({ "breakdowns": ["n"] }));
    let arrived: Vec<Value> = (0..50).map(Value::from).collect();
    let scattered = Dataset::of(&rows).column(&ask, "n");
    assert_ne!(scattered, arrived);
    assert_eq!(scattered, Dataset::of(&rows).column(&ask, "n"), "the same each time");
    assert_eq!(Dataset::of(&rows).with(|switches| switches.ties_as_arrived = true).column(&ask, "n"), arrived);
}

#[test]
fn without_orders_the_largest_come_first_and_the_limit_cuts() {
    let found = requests().results(&query(&json!({ "breakdowns": ["name"], "limit": 1 })));
    assert_eq!(found, [json!({ "COUNT": 3, "name": "a" })]);
}

#[test]
fn havings_are_about_groups() {
    let names = |havings: Value| {
        let members = json!({ "breakdowns": ["name"], "calculations": figures(&["COUNT", "MAX"]), "havings": havings,
                              "orders": [{ "column": "name" }] });
        requests().results(&query(&members)).iter().map(|row| row["name"].clone()).collect::<Vec<_>>()
    };
    let max = |op: &str, value: f64| json!({ "calculate_op": "MAX", "column": "ms", "op": op, "value": value });
    assert_eq!(names(json!([{ "calculate_op": "COUNT", "op": "=", "value": 3 }])), ["a"]);
    assert_eq!(names(json!([{ "calculate_op": "COUNT", "op": "!=", "value": 3 }])), [json!("b"), json!(null)]);
    assert_eq!(names(json!([max(">", 1.0), max("<", 30.0)])), ["b"]);
    assert_eq!(names(json!([max(">=", 5.5), max("<=", 30.0)])), ["a", "b"]);
}

#[test]
fn a_missing_breakdown_is_written_in_one_of_three_ways() {
    let ask = query(&json!({
        "breakdowns": ["kind"], "calculations": figures(&["MAX"]), "filters": [{ "column": "kind", "op": "does-not-exist" }],
    }));
    let written = |missing| requests().with(|switches| switches.missing = missing).results(&ask);
    assert_eq!(written(Missing::Absent), [json!({ "MAX(ms)": 30 })]);
    assert_eq!(written(Missing::Null), [json!({ "MAX(ms)": 30, "kind": null })]);
    assert_eq!(written(Missing::Blank), [json!({ "MAX(ms)": 30, "kind": "" })]);
}

#[test]
fn nothing_found_is_no_row_or_a_zero() {
    let ask = query(&json!({ "breakdowns": ["name"], "filters": [{ "column": "name", "op": "=", "value": "z" }] }));
    assert!(requests().results(&ask).is_empty());
    let zero = requests().with(|switches| switches.empty = Empty::ZeroRow);
    assert_eq!(zero.results(&ask), [json!({ "COUNT": 0 })]);
}

#[test]
fn a_column_of_several_types_can_be_all_text() {
    let dataset = Dataset::of(&[json!({ "x": 200 }), json!({ "x": "404" }), json!({ "y": 1 })]);
    let ask = query(&json!({ "breakdowns": ["x", "y"], "orders": [{ "column": "x" }] }));
    assert_eq!(dataset.column(&ask, "x"), [json!(200), json!("404")]);
    let dataset = dataset.with(|switches| switches.mixed_types = MixedTypes::AsText);
    assert_eq!(dataset.column(&ask, "x"), [json!("200"), json!("404")]);
    assert_eq!(dataset.column(&ask, "y"), [json!(1)]);
}

#[test]
fn calculated_fields_stand_wherever_columns_stand() {
    let ask = query(&json!({
        "calculated_fields": [{ "name": "t", "expression": "EVENT_TIMESTAMP()" }, { "name": "slow", "expression": "GT($ms, 7)" }],
        "breakdowns": ["slow"], "calculations": [{ "op": "MIN", "column": "t" }, { "op": "COUNT_DISTINCT", "column": "slow" }],
        "filters": [{ "column": "t", "op": "<", "value": super::TEN + 4 }], "orders": [{ "column": "slow", "order": "descending" }],
    }));
    let found = requests().results(&ask);
    let expected = |slow: bool, after: u64| json!({ "slow": slow, "MIN(t)": super::TEN + after, "COUNT_DISTINCT(slow)": 1 });
    assert_eq!(found, [expected(true, 0), expected(false, 1)]);
}

#[test]
fn a_large_trace_is_answered_at_once() {
    let shared: BTreeMap<String, Cell> =
        (0..298).map(|n| (format!("attribute.{n:03}"), Cell::Text(format!("value {n}")))).collect();
    let mut dataset = Dataset::of(&[]);
    dataset.rows.extend((0..2000).map(|number| {
        let ids = json!({ "trace.span_id": format!("{number:016x}"), "trace.trace_id": "4bf92f3577b34da6a3ce929d0e0e4736" });
        let mut row = row(number * 1_000_000, &ids);
        row.fields.extend(shared.clone());
        row
    }));
    let columns: BTreeMap<_, _> = dataset.rows[0].fields.keys().map(|name| (name.clone(), vec![Type::String])).collect();
    let names: Vec<String> = (0..98).map(|column| format!("attribute.{:03}", column * 3)).collect();
    let mut breakdowns = json!(["trace.span_id", "_ct_t"]);
    breakdowns.as_array_mut().expect("a list").extend(names.into_iter().map(Value::from));
    let ask = query(&json!({
        "calculated_fields": [{ "name": "_ct_t", "expression": "EVENT_TIMESTAMP()" }], "breakdowns": breakdowns,
        "filters": [{ "column": "trace.trace_id", "op": "in", "value": ["4bf92f3577b34da6a3ce929d0e0e4736"] }],
        "orders": [{ "column": "_ct_t" }],
    }));
    let checked = check(&ask, &columns, &dataset.switches, NOW).expect("it is taken");
    let began = Instant::now();
    let found = run(&checked, &dataset.rows, 1000, &columns, &dataset.switches, NOW).expect("it has no error");
    let took = began.elapsed();
    assert_eq!((found.len(), found[999]["data"].as_object().expect("a row").len()), (1000, 101));
    assert_eq!(found[999]["data"]["trace.span_id"], json!(format!("{:016x}", 999)));
    // A tenth of that where nothing else runs.
    assert!(took.as_secs() < 3, "{took:?}");
}
