//! Which rows filters find.

use serde_json::{Value, json};

use super::{Dataset, query};

/// The rows that the filters find, by their numbers.
#[track_caller]
fn found(dataset: &Dataset, filters: &Value, combination: &str) -> Vec<u64> {
    let members = json!({ "breakdowns": ["row"], "filters": filters, "filter_combination": combination,
                          "orders": [{ "column": "row" }] });
    dataset.column(&query(&members), "row").iter().map(|row| row.as_u64().expect("a number")).collect()
}

/// That each op finds these rows with this value.
#[track_caller]
fn expect(dataset: &Dataset, cases: &[(&str, Value, &[u64])]) {
    for (op, value, rows) in cases {
        let filter = json!([{ "column": "x", "op": op, "value": value }]);
        assert_eq!(found(dataset, &filter, "AND"), *rows, "{filter}");
    }
}

fn texts() -> Dataset {
    Dataset::of(&[
        json!({ "row": 0, "x": "GET /cart" }),
        json!({ "row": 1, "x": "get /" }),
        json!({ "row": 2, "x": "500" }),
        json!({ "row": 3 }),
    ])
}

#[test]
fn texts_are_compared_by_case_and_only_with_texts() {
    expect(
        &texts(),
        &[
            ("=", json!("GET /cart"), &[0]),
            ("!=", json!("GET /cart"), &[1, 2, 3]),
            ("starts-with", json!("GET"), &[0]),
            ("does-not-start-with", json!("GET"), &[1, 2, 3]),
            ("ends-with", json!("/"), &[1]),
            ("does-not-end-with", json!("/"), &[0, 2, 3]),
            ("contains", json!("et"), &[1]),
            ("does-not-contain", json!("et"), &[0, 2, 3]),
            ("in", json!(["500", "get /", 7]), &[1, 2]),
            ("not-in", json!(["500", "get /"]), &[0, 3]),
            (">", json!("GET /"), &[0, 1]),
            ("=", json!(500), &[]),
            ("!=", json!(500), &[0, 1, 2, 3]),
            (">=", json!(1), &[]),
        ],
    );
}

#[test]
fn numbers_are_numbers_whether_whole_or_not() {
    let rows = [json!(5), json!(5.0), json!(5.5), json!("5"), json!(true), json!(-1)];
    let dataset = Dataset::of(&rows.iter().enumerate().map(|(row, x)| json!({ "row": row, "x": x })).collect::<Vec<_>>());
    expect(
        &dataset,
        &[
            ("=", json!(5), &[0, 1]),
            ("=", json!(5.0), &[0, 1]),
            (">", json!(5), &[2]),
            (">=", json!(5), &[0, 1, 2]),
            ("<", json!(5.5), &[0, 1, 5]),
            ("<=", json!(5.5), &[0, 1, 2, 5]),
            ("in", json!([5.5, "5", true]), &[2, 3, 4]),
            ("=", json!(true), &[4]),
            ("=", json!("true"), &[]),
            ("contains", json!("5"), &[3]),
        ],
    );
}

#[test]
fn nothing_is_unequal_to_everything_or_to_nothing() {
    let dataset = texts().with(|switches| switches.not_equal_matches_missing = false);
    expect(
        &dataset,
        &[("!=", json!("500"), &[0, 1]), ("not-in", json!(["500"]), &[0, 1]), ("does-not-contain", json!("5"), &[0, 1])],
    );
    for dataset in [texts(), dataset] {
        assert_eq!(found(&dataset, &json!([{ "column": "x", "op": "exists" }]), "AND"), [0, 1, 2]);
        assert_eq!(found(&dataset, &json!([{ "column": "x", "op": "does-not-exist" }]), "OR"), [3]);
    }
}

#[test]
fn all_filters_hold_or_one_is_enough() {
    let filters = json!([{ "column": "x", "op": "contains", "value": "/" }, { "column": "row", "op": ">", "value": 0 }]);
    assert_eq!(found(&texts(), &filters, "AND"), [1]);
    assert_eq!(found(&texts(), &filters, "OR"), [0, 1, 2, 3]);
    assert_eq!(found(&texts(), &json!([]), "OR"), [0, 1, 2, 3]);
}

#[test]
fn calculated_fields_can_be_filtered_by() {
    let members = json!({
        "calculated_fields": [{ "name": "f", "expression": "OR(CONTAINS($x, \"cart\"), EQUALS($row, 2))" }],
        "breakdowns": ["row"], "filters": [{ "column": "f", "op": "=", "value": true }], "orders": [{ "column": "row" }],
    });
    assert_eq!(texts().column(&query(&members), "row"), [0, 2]);
}
