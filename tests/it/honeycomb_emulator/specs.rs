//! Which queries are taken.

use serde_json::{Value, json};

use super::{Dataset, query};
use crate::support::honeycomb::{Cell, UnknownColumn, check_size, run};

fn dataset() -> Dataset {
    Dataset::of(&[json!({ "name": "GET /", "duration_ms": 1.5, "error": true })])
}

/// That each is refused, for this reason.
#[track_caller]
fn refuses(dataset: &Dataset, cases: &[(Value, &str)]) {
    for (members, reason) in cases {
        assert_eq!(dataset.refused(&query(members)), *reason, "{members}");
    }
}

#[test]
fn a_refusal_has_the_documented_form() {
    let dataset = dataset();
    let problem = dataset.check(&json!({ "limit": 1001 })).expect_err("it is too much");
    let body = json!({
        "status": 422,
        "type": "https://api.honeycomb.io/problems/validation-failed",
        "title": "The provided input is invalid.",
        "error": "The provided input is invalid.",
        "type_detail": [{ "field": "limit", "code": "invalid", "description": "limit: must be at most 1000" }],
    });
    assert_eq!((problem.status, problem.body), (422, body));
    let problem = dataset.check(&json!([])).expect_err("it is no query");
    assert_eq!((problem.status, problem.body), (400, json!({ "error": "invalid Query data" })));
}

#[test]
fn what_the_schema_does_not_have_is_refused_wherever_it_is() {
    let count = json!({ "op": "COUNT" });
    refuses(
        &dataset(),
        &[
            (json!({ "query": 1 }), "422 query: unknown property"),
            (json!({ "calculations": [{ "op": "COUNT", "alias": "n" }] }), "422 calculations[0].alias: unknown property"),
            (json!({ "filters": [{ "column": "name", "op": "exists", "not": 1 }] }), "422 filters[0].not: unknown property"),
            (json!({ "orders": [{ "op": "COUNT", "by": 1 }] }), "422 orders[0].by: unknown property"),
            (json!({ "calculations": [count], "havings": [{ "name": 1 }] }), "422 havings[0].name: unknown property"),
            (json!({ "calculated_fields": [{ "alias": "x" }] }), "422 calculated_fields[0].alias: unknown property"),
            (json!({ "formulas": [{}] }), "422 formulas: is only available in Metrics Beta"),
            (
                json!({ "calculations": [{ "op": "COUNT", "name": "n" }] }),
                "422 calculations[0].name: is only available in Metrics Beta",
            ),
            (json!({ "compare_time_offset_seconds": 60 }), "422 compare_time_offset_seconds: must be a valid value"),
            (json!({ "filter_combination": "XOR" }), "422 filter_combination: must be a valid value"),
            (json!({ "usage_mode": 1 }), "422 usage_mode: must be a boolean"),
            (json!({ "breakdowns": "name" }), "422 breakdowns: must be an array"),
            (json!({ "breakdowns": [1] }), "422 breakdowns[0]: must be a string"),
            (json!({ "filters": ["name"] }), "422 filters[0]: must be an object"),
            (json!({ "limit": 0 }), "422 limit: must be at least 1"),
        ],
    );
}

#[test]
fn there_are_at_most_a_hundred_of_anything() {
    let fields: Value = (0..101).map(|n| json!({ "name": format!("f{n}"), "expression": "1" })).collect();
    let lists = [
        ("breakdowns", json!("name")),
        ("calculations", json!({ "op": "COUNT" })),
        ("filters", json!({ "column": "name", "op": "exists" })),
        ("orders", json!({ "op": "COUNT" })),
        ("havings", json!({ "calculate_op": "COUNT", "op": ">", "value": 1 })),
    ];
    let dataset = dataset();
    for (name, one) in lists {
        assert!(dataset.check(&query(&json!({ name: vec![one.clone(); 100] }))).is_ok(), "{name}");
        refuses(&dataset, &[(json!({ name: vec![one; 101] }), &format!("422 {name}: must have at most 100 items"))]);
    }
    refuses(&dataset, &[(json!({ "calculated_fields": fields }), "422 calculated_fields: must have at most 100 items")]);
    let dataset = dataset.with(|switches| switches.most_breakdowns = 10);
    refuses(&dataset, &[(json!({ "breakdowns": vec!["name"; 11] }), "422 breakdowns: must have at most 10 items")]);
}

#[test]
fn a_filter_has_the_value_that_its_op_takes() {
    let with = |op: &str| json!({ "filters": [{ "column": "name", "op": op }] });
    let and = |op: &str, value: Value| json!({ "filters": [{ "column": "name", "op": op, "value": value }] });
    let dataset = dataset();
    refuses(
        &dataset,
        &[
            (and("exists", json!("x")), "422 filters[0].value: exists does not take a value"),
            (and("does-not-exist", json!(null)), "422 filters[0].value: does-not-exist does not take a value"),
            (with("="), "422 filters[0].value: = takes a value"),
            (and("=", json!(null)), "422 filters[0].value: = takes a value"),
            (and("=", json!(["x"])), "422 filters[0].value: = takes one value, and no list"),
            (with("in"), "422 filters[0].value: in takes a list"),
            (and("in", json!("x")), "422 filters[0].value: must be an array"),
            (and("not-in", json!([])), "422 filters[0].value: must not be empty"),
            (and("in", json!([null])), "422 filters[0].value: must be strings, numbers or booleans"),
            (and("matches", json!("x")), "422 filters[0].op: must be a valid value"),
            (json!({ "filters": [{ "op": "exists" }] }), "422 filters[0].column: is required"),
            (json!({ "filters": [{ "column": "name" }] }), "422 filters[0].op: is required"),
        ],
    );
    let dataset = dataset.with(|switches| switches.most_in = 2);
    assert!(dataset.check(&query(&and("in", json!([1, 2])))).is_ok());
    refuses(&dataset, &[(and("in", json!([1, 2, 3])), "422 filters[0].value: must have at most 2 items")]);
}

#[test]
fn a_calculation_has_the_column_that_its_op_takes() {
    let one = |calculation: Value| json!({ "calculations": [calculation] });
    refuses(
        &dataset(),
        &[
            (one(json!({ "op": "COUNT", "column": "name" })), "422 calculations[0].column: COUNT does not take a column"),
            (
                one(json!({ "op": "CONCURRENCY", "column": "name" })),
                "422 calculations[0].column: CONCURRENCY does not take a column",
            ),
            (one(json!({ "op": "MAX" })), "422 calculations[0].column: MAX takes a column"),
            (one(json!({ "op": "P99", "column": null })), "422 calculations[0].column: P99 takes a column"),
            (one(json!({ "op": "P98", "column": "name" })), "422 calculations[0].op: must be a valid value"),
            (one(json!({ "column": "name" })), "422 calculations[0].op: is required"),
            (one(json!({ "op": "CONCURRENCY" })), "501 not emulated: CONCURRENCY"),
            (one(json!({ "op": "HEATMAP", "column": "name" })), "501 not emulated: HEATMAP"),
        ],
    );
}

#[test]
fn orders_and_havings_are_about_what_is_there() {
    let with = |name: &str, one: Value| {
        let calculations = json!([{ "op": "COUNT" }, { "op": "MAX", "column": "duration_ms" }]);
        json!({ "breakdowns": ["name"], "calculations": calculations, name: [one] })
    };
    let order = "must be among the breakdowns or the calculations";
    let having = "422 havings[0].calculate_op: must be among the calculations";
    refuses(
        &dataset(),
        &[
            (with("orders", json!({ "column": "duration_ms" })), &format!("422 orders[0].column: {order}")),
            (with("orders", json!({ "op": "MIN", "column": "duration_ms" })), &format!("422 orders[0].column: {order}")),
            (with("orders", json!({ "op": "COUNT", "column": "name" })), &format!("422 orders[0].column: {order}")),
            (with("orders", json!({ "op": "SUM" })), &format!("422 orders[0].op: {order}")),
            (with("orders", json!({})), "422 orders[0].column: a column or an op is required"),
            (with("orders", json!({ "op": "COUNT", "order": "down" })), "422 orders[0].order: must be a valid value"),
            (with("havings", json!({ "calculate_op": "MAX", "op": ">", "value": 1 })), having),
            (with("havings", json!({ "calculate_op": "SUM", "column": "duration_ms", "op": ">", "value": 1 })), having),
            (
                with("havings", json!({ "calculate_op": "COUNT", "op": "in", "value": 1 })),
                "422 havings[0].op: must be a valid value",
            ),
            (with("havings", json!({ "calculate_op": "COUNT", "op": ">" })), "422 havings[0].value: is required"),
            (
                with("havings", json!({ "calculate_op": "COUNT", "op": ">", "value": "1" })),
                "422 havings[0].value: must be a number",
            ),
        ],
    );
}

#[test]
fn an_unknown_column_is_refused_wherever_it_is() {
    let reason = "422 missing unknown column or derived column \"gone\"";
    let field = |expression: &str| json!([{ "name": "f", "expression": expression }]);
    let members = [
        json!({ "breakdowns": ["gone"] }),
        json!({ "filters": [{ "column": "gone", "op": "exists" }] }),
        json!({ "calculations": [{ "op": "MAX", "column": "gone" }] }),
        json!({ "calculated_fields": field("IF(EXISTS($gone), 1)") }),
    ];
    for members in &members {
        refuses(&dataset(), &[(members.clone(), reason)]);
        let legacy = dataset().with(|switches| switches.unknown_column = UnknownColumn::RefusedLegacy);
        let problem = legacy.check(&query(members)).expect_err("there is no such column");
        assert_eq!((problem.status, &problem.body), (422, &json!({ "error": &reason[4..] })));
        let late = dataset().with(|switches| switches.unknown_column = UnknownColumn::ErrorInResult);
        let taken = late.check(&query(members)).expect("it is taken");
        let error = run(&taken, &late.rows, 10, &late.columns(), &late.switches, super::NOW).expect_err("it fails");
        assert_eq!(error, reason[4..]);
    }
    let within = json!([{ "name": "f", "expression": "1" }, { "name": "g", "expression": "SUM($f, 1)" }]);
    refuses(&dataset(), &[(json!({ "calculated_fields": within }), "422 missing unknown column or derived column \"f\"")]);
}

#[test]
fn a_calculated_field_has_a_name_of_its_own_and_an_expression() {
    let dataset = dataset().with(|switches| switches.longest_expression = 10);
    let one = |name: &str, expression: &str| json!({ "name": name, "expression": expression });
    refuses(
        &dataset,
        &[
            (json!({ "calculated_fields": [one("", "1")] }), "422 calculated_fields[0].name: must have 1 to 255 characters"),
            (json!({ "calculated_fields": [one("name", "1")] }), "422 calculated_fields[0].name: is the name of a column"),
            (
                json!({ "calculated_fields": [one("x", "1"), one("x", "2")] }),
                "422 calculated_fields[1].name: is the name of a column",
            ),
            (
                json!({ "calculated_fields": [one("x", "SUM(1, 2, 3)")] }),
                "422 calculated_fields[0].expression: must have at most 10 characters",
            ),
            (json!({ "calculated_fields": [one("x", "NEXT(1)")] }), "400 x: invalid function: NEXT"),
            (json!({ "calculated_fields": [{ "name": "x" }] }), "422 calculated_fields[0].expression: is required"),
        ],
    );
}

#[test]
fn what_newer_specifications_have_can_be_unknown() {
    let dataset = dataset().with(|switches| (switches.usage_mode, switches.calculated_fields) = (false, false));
    refuses(
        &dataset,
        &[
            (json!({ "usage_mode": true }), "422 usage_mode: unknown property"),
            (json!({ "calculated_fields": [] }), "422 calculated_fields: unknown property"),
        ],
    );
}

#[test]
fn a_body_that_is_too_large_is_refused_unread() {
    let dataset = dataset();
    assert!(check_size(100_000, &dataset.switches).is_ok());
    let problem = check_size(100_001, &dataset.switches).expect_err("it is too large");
    assert_eq!(problem.status, 413);
    assert_eq!(problem.body, json!({ "error": "Body size is larger than maximum size of 100000 bytes" }));
}

#[test]
fn a_cell_is_a_scalar() {
    for json in [json!(true), json!(5), json!(-2.5), json!("x")] {
        assert_eq!(Cell::from_json(&json).expect("a cell").to_json(), json);
    }
    for json in [json!(null), json!([1]), json!({})] {
        assert_eq!(Cell::from_json(&json), None);
    }
    assert_eq!(Cell::Float(5.0).to_json().to_string(), "5");
}
