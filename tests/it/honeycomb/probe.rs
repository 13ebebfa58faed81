//! `probe`: each position of what is not documented is told as it is.

use std::time::Duration;

use serde_json::Value as Json;

use super::list::{ago, request};
use super::{costs, home, quick};
use crate::support::honeycomb::{
    Denied, Empty, FutureEnd, Honeycomb, Limited, Missing, Setup, Switches, TimePrecision, UnknownColumn,
};

fn service(switches: Switches) -> Honeycomb {
    let service = Honeycomb::with(Setup { switches, ..Setup::default() });
    for number in 1..=3 {
        let mut start = ago(60.0 + number as f64);
        // Whole microseconds, and no whole milliseconds.
        start.0 = start.0 / 1_000_000 * 1_000_000 + 123_000 * number;
        service.ingest_spans(request(number, start));
    }
    service
}

/// What was found of something.
fn found(service: &Honeycomb, what: &str) -> String {
    let output = quick(service).line("probe -o json");
    let document: Json = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output}"));
    let findings = document["findings"].as_array().expect("it has findings");
    let of = findings.iter().find(|finding| finding["what"] == what);
    let of = of.unwrap_or_else(|| panic!("nothing is said of {what}: {document}"));
    assert!(of["sentence"].as_str().is_some_and(|sentence| !sentence.is_empty()), "{of}");
    of["found"].as_str().expect("it is a word").to_owned()
}

#[test]
fn every_position_that_can_be_seen_is_told() {
    let usual = Switches::default;
    for (switches, what, word) in [
        (usual(), "future_end", "accepted"),
        (Switches { future_end: FutureEnd::Refused(400), ..usual() }, "future_end", "refused_400"),
        (Switches { future_end: FutureEnd::Refused(422), ..usual() }, "future_end", "refused_422"),
        (usual(), "usage_mode", "accepted"),
        (Switches { usage_mode: false, ..usual() }, "usage_mode", "refused_422"),
        (usual(), "breakdowns", "accepted"),
        (Switches { most_breakdowns: 50, ..usual() }, "breakdowns", "refused_422"),
        (usual(), "ids", "accepted"),
        (Switches { most_in: 100, ..usual() }, "ids", "refused_422"),
        (usual(), "unknown_column", "refused_422"),
        (Switches { unknown_column: UnknownColumn::RefusedLegacy, ..usual() }, "unknown_column", "refused_422"),
        (Switches { unknown_column: UnknownColumn::ErrorInResult, ..usual() }, "unknown_column", "accepted"),
        (usual(), "times", "microseconds"),
        (Switches { time: TimePrecision::Millis, ..usual() }, "times", "milliseconds"),
        (Switches { time: TimePrecision::Seconds, ..usual() }, "times", "seconds"),
        (Switches { time: TimePrecision::Digits(13), ..usual() }, "times", "microseconds_as_integer"),
        (usual(), "missing", "absent"),
        (Switches { missing: Missing::Null, ..usual() }, "missing", "null"),
        (Switches { missing: Missing::Blank, ..usual() }, "missing", "blank"),
        (usual(), "empty", "no_rows"),
        (Switches { empty: Empty::ZeroRow, ..usual() }, "empty", "zero_row"),
        (usual(), "wide_result", "comes"),
        (usual(), "rate_limit", "not_tried"),
        (Switches { calculated_fields: false, ..usual() }, "times", "failed"),
    ] {
        assert_eq!(found(&service(switches.clone()), what), word, "{what} {switches:?}");
    }
}

#[test]
fn it_costs_three_query_results_and_says_what_it_found() {
    let service = service(Switches::default());
    let (output, results) = costs(&service, || home(&service).line("probe"));
    assert_eq!((output.code, results), (Some(0), 3), "{output}");
    for sentence in
        ["an end in the future is accepted", "a missing value is absent", "100 breakdowns is accepted", "1 datasets are listed"]
    {
        assert!(output.stdout.contains(sentence) || sentence.starts_with('1'), "{sentence}: {output}");
    }
    assert!(!output.stdout.contains(crate::support::honeycomb::CONFIGURATION), "{output}");
}

#[test]
fn using_up_a_minute_shows_in_which_form_it_is_refused() {
    for (limited_as, word) in [
        (Limited::Silent, "does_not_say_when"),
        (Limited::RetryAfterSeconds, "says_when"),
        (Limited::RetryAfterDate, "says_when"),
        (Limited::RateLimit, "says_when"),
        (Limited::Detail, "says_when"),
    ] {
        let service = service(Switches::default());
        service.configure(|setup| setup.limited_as = limited_as);
        let home = home(&service);
        let (output, results) = costs(&service, || home.line("probe --exhaust -o json"));
        assert_eq!((output.code, results, service.limited()), (Some(0), 10, 1), "{limited_as:?}: {output}");
        let document: Json = serde_json::from_str(&output.stdout).expect("it is JSON");
        let last = document["findings"].as_array().and_then(|all| all.last()).expect("there is one");
        assert_eq!((last["what"].as_str(), last["found"].as_str()), (Some("rate_limit"), Some(word)), "{last}");
        // Whoever comes next waits, and is not refused again.
        let next = home.line("list -b honeycomb --timeout 1s");
        assert_eq!((next.code, service.limited()), (Some(3), 1), "{limited_as:?}: {next}");
    }
    let service = service(Switches::default());
    service.configure(|setup| setup.rate = (1000, Duration::from_secs(1)));
    let output = home(&service).line("probe --exhaust");
    assert!(output.stdout.contains("12 query results at once were not refused"), "{output}");
}

#[test]
fn whoever_may_not_ask_is_told_so() {
    let service = Honeycomb::with(Setup { enterprise: false, denied_as: Denied::Legacy, ..Setup::default() });
    let output = home(&service).line("probe");
    assert!(output.code == Some(3) || output.stdout.contains("it takes no query"), "{output}");
    let none = crate::support::Home::new().line("probe");
    assert_eq!(none.code, Some(3), "{none}");
}
