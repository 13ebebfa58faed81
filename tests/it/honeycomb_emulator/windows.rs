//! The time that a query is about.

use serde_json::{Value, json};

use super::{Dataset, NOW, TEN, row};
use crate::support::honeycomb::FutureEnd;

const DAY: u64 = 24 * 3600;

/// With a row at each of these seconds after ten o'clock, which knows its own.
fn at(seconds: &[i64]) -> Dataset {
    let mut dataset = Dataset::of(&[]);
    for second in seconds {
        let mut row = row(0, &json!({ "at": second }));
        row.time_ns = row.time_ns.checked_add_signed(second * 1_000_000_000).expect("a time");
        dataset.rows.push(row);
    }
    dataset
}

/// The rows that are within these times.
#[track_caller]
fn within(dataset: &Dataset, mut query: Value) -> Vec<i64> {
    query["breakdowns"] = json!(["at"]);
    query["orders"] = json!([{ "column": "at" }]);
    dataset.column(&query, "at").iter().map(|at| at.as_i64().expect("a number")).collect()
}

#[test]
fn both_ends_are_truncated_to_a_step_that_grows_with_the_range() {
    let dataset = at(&[-1, 0, 59, 60, 119, 120, 3599]);
    let times = |start: u64, end: u64| json!({ "start_time": start, "end_time": end });
    assert_eq!(within(&dataset, times(TEN + 59, TEN + 119)), [0, 59]);
    assert_eq!(within(&dataset, times(TEN + 60, TEN + 120)), [60, 119]);
    assert_eq!(within(&dataset, times(TEN, TEN + 59)), [0; 0]);
    // More than six hours: five minutes; more than two days: half an hour.
    let dataset = at(&[-1, 299, 300, 1799, 1800]);
    assert_eq!(within(&dataset, times(TEN - 6 * 3600, TEN + 299)), [-1]);
    assert_eq!(within(&dataset, times(TEN - 6 * 3600 + 360, TEN + 360)), [-1, 299, 300]);
    assert_eq!(within(&dataset, times(TEN - 2 * DAY + 600, TEN + 599)), [-1, 299]);
    assert_eq!(within(&dataset, times(TEN - 2 * DAY, TEN + 1799)), [-1]);
}

#[test]
fn a_range_stands_alone_or_on_one_side() {
    let dataset = at(&[-3601, 0, 3540, 3599]);
    assert_eq!(within(&dataset, json!({})), [0, 3540, 3599], "two hours before now, which is a whole minute");
    assert_eq!(within(&dataset, json!({ "time_range": 3600 })), [0, 3540, 3599]);
    assert_eq!(within(&dataset, json!({ "time_range": 3600, "end_time": TEN + 1 })), [0; 0]);
    assert_eq!(within(&dataset, json!({ "time_range": 7200, "end_time": TEN })), [-3601]);
    assert_eq!(within(&dataset, json!({ "time_range": 60, "start_time": TEN })), [0]);
    let no = dataset.refused(&json!({ "time_range": 60, "start_time": TEN, "end_time": TEN }));
    assert_eq!(no, "422 time_range: must not stand with both start_time and end_time");
}

#[test]
fn what_is_reversed_too_long_or_too_old_is_refused() {
    let dataset = at(&[0]);
    let no = |start: u64, end: u64| dataset.refused(&json!({ "start_time": start, "end_time": end }));
    assert_eq!(no(TEN + 1, TEN), "422 start_time: must be at most end_time");
    assert_eq!(no(NOW - 7 * DAY, NOW + 1), "400 Query duration cannot be longer than 7 days");
    assert_eq!(no(NOW - 7 * DAY - 1, NOW - DAY), "400 Query Results can only be created for the past 7 days");
    assert_eq!(dataset.refused(&json!({ "time_range": 7 * DAY + 1 })), "400 Query duration cannot be longer than 7 days");
    assert!(dataset.check(&json!({ "start_time": NOW - 7 * DAY, "end_time": NOW })).is_ok());
    assert!(dataset.check(&json!({ "time_range": 7 * DAY })).is_ok());
    assert_eq!(dataset.refused(&json!({ "start_time": 1.5 })), "422 start_time: must be an integer");
    assert_eq!(dataset.refused(&json!({ "start_time": 0 })), "422 start_time: must be at least 1");
    assert_eq!(dataset.refused(&json!({ "end_time": "now" })), "422 end_time: must be an integer");
}

#[test]
fn an_end_in_the_future_is_taken_or_not() {
    let dataset = at(&[0]);
    let future = json!({ "start_time": TEN, "end_time": NOW + 1 });
    assert!(dataset.check(&future).is_ok());
    let dataset = dataset.with(|switches| switches.future_end = FutureEnd::Refused(400));
    assert_eq!(dataset.refused(&future), "400 end_time must not be in the future");
    assert!(dataset.check(&json!({ "start_time": TEN, "end_time": NOW })).is_ok());
    let dataset = dataset.with(|switches| switches.future_end = FutureEnd::Refused(422));
    assert_eq!(dataset.refused(&future), "422 end_time: must not be in the future");
}

#[test]
fn a_granularity_is_a_part_of_the_range() {
    let dataset = at(&[0]);
    let with = |step: u64| json!({ "time_range": 7200, "granularity": step });
    assert!(dataset.check(&with(8)).is_ok() && dataset.check(&with(7200)).is_ok());
    for step in [7, 7201] {
        assert!(dataset.refused(&with(step)).starts_with("422 granularity: must be between"), "{step}");
    }
}
