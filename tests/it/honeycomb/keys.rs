//! Keys that cannot read, plans that do not allow it, and that no key is ever shown.

use std::path::Path;

use super::home;
use crate::support::honeycomb::{
    CLASSIC, CLASSIC_DATASET, CLASSIC_INGEST, CONFIGURATION, Denied, Honeycomb, INGEST, Key, MANAGEMENT, Setup,
};
use crate::support::spans::{family, trace_id};
use crate::support::{CommandOutput, Home};

/// A service with a trace, asked for it.
fn show(service: &Honeycomb, home: &Home) -> CommandOutput {
    let id = trace_id(1, 1);
    service.ingest_spans(family(1).into_iter().map(|span| (id.clone(), span)));
    home.line(&format!("show -b honeycomb {id} -vv"))
}

/// What is said of a trouble, without what `-vv` adds.
fn said(output: &CommandOutput) -> String {
    output
        .stderr
        .lines()
        .filter(|line| !line.contains(" DEBUG ") && !line.contains(" INFO "))
        .fold(String::new(), |all, line| all + line + "\n")
}

/// No answer, and no key in what is said.
#[track_caller]
fn assert_refused(output: &CommandOutput, key: &str) {
    assert_eq!((output.code, output.stdout.as_str()), (Some(3), ""), "{output}");
    assert!(!output.stderr.contains(key), "the key is shown: {output}");
}

#[test]
fn a_key_that_cannot_read_is_refused_before_anything_is_asked() {
    let ids = ["hcxlk_01hqk4k20cjeh63wca8vva5stw", "hclk_01hqk4k20cjeh63wca8vva5stw"];
    for (key, kind) in [
        (INGEST, "an ingest key"),
        (CLASSIC_INGEST, "an ingest key"),
        (MANAGEMENT, "a management key"),
        (ids[0], "the id of a key"),
        (ids[1], "the id of a key"),
    ] {
        let service = Honeycomb::with(Setup { keys: vec![Key::new(key)], ..Setup::default() });
        let output = show(&service, &home(&service).with("HONEYCOMB_API_KEY", key));
        assert_refused(&output, key);
        assert!(output.stderr.contains(kind) && output.stderr.contains("HONEYCOMB_API_KEY"), "{output}");
        assert!(output.stderr.contains("configuration key"), "what to do about it: {output}");
        assert_eq!(service.requests(), []);
    }
}

#[test]
fn without_a_key_it_is_told_which_one_is_needed() {
    let service = Honeycomb::start();
    let output = show(&service, &Home::new().with("HONEYCOMB_API_ENDPOINT", &service.endpoint()));
    assert_eq!((output.code, output.stdout.as_str()), (Some(3), ""), "{output}");
    assert!(output.stderr.contains("HONEYCOMB_API_KEY") && output.stderr.contains("cruddur-trace collect"), "{output}");
    assert_eq!(service.requests(), []);
}

#[test]
fn an_unknown_key_may_be_of_the_other_region() {
    let service = Honeycomb::with(Setup { keys: Vec::new(), ..Setup::default() });
    let output = show(&service, &home(&service));
    assert_refused(&output, CONFIGURATION);
    assert!(
        ["HONEYCOMB_API_KEY", "HONEYCOMB_API_ENDPOINT=eu", "=us"].iter().all(|word| output.stderr.contains(word)),
        "{output}"
    );
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn a_permission_that_is_missing_is_told_by_its_name() {
    for (missing, names) in [
        (&["queries"][..], &["\"Run Queries\""][..]),
        (&["columns"], &["\"Manage Queries and Columns\""]),
        (&["queries", "columns"], &["\"Run Queries\"", "\"Manage Queries and Columns\""]),
    ] {
        let key = missing.iter().fold(Key::new(CONFIGURATION), |key, missing| key.without(missing));
        let service = Honeycomb::with(Setup { keys: vec![key], ..Setup::default() });
        let output = show(&service, &home(&service));
        assert_refused(&output, CONFIGURATION);
        let first =
            said(&output).lines().find(|line| line.contains("lacks the permission")).map(str::to_owned).unwrap_or_default();
        assert!(names.iter().all(|name| first.contains(name)), "{output}");
        assert_eq!(service.query_results(), 0);
    }
}

#[test]
fn a_permission_that_was_granted_since_is_asked_for_again() {
    let service = Honeycomb::with(Setup { keys: vec![Key::new(CONFIGURATION).without("queries")], ..Setup::default() });
    let home = home(&service);
    assert_eq!(show(&service, &home).code, Some(3));
    service.configure(|setup| setup.keys = vec![Key::new(CONFIGURATION)]);
    assert_eq!(show(&service, &home).code, Some(0));
    // And one that was taken away is noticed, although it was there a moment ago.
    service.configure(|setup| setup.keys = vec![Key::new(CONFIGURATION).without("queries")]);
    let output = show(&service, &home);
    assert_refused(&output, CONFIGURATION);
    assert!(output.stderr.contains("\"Run Queries\""), "{output}");
    // Or the key is no longer one at all.
    service.configure(|setup| setup.keys = vec![Key::new(CONFIGURATION)]);
    assert_eq!(show(&service, &home).code, Some(0));
    service.configure(|setup| setup.keys = Vec::new());
    let output = show(&service, &home);
    assert_refused(&output, CONFIGURATION);
    assert!(output.stderr.contains("does not know the key"), "{output}");
}

#[test]
fn a_plan_without_the_query_data_api_is_told_in_one_sentence_with_a_way_out() {
    for form in [Denied::Legacy, Denied::Problem, Denied::Unauthorized, Denied::Bare] {
        let service = Honeycomb::with(Setup { enterprise: false, denied_as: form, ..Setup::default() });
        let output = show(&service, &home(&service));
        assert_refused(&output, CONFIGURATION);
        let said = said(&output);
        assert!(said.contains("Enterprise") && said.contains("cruddur-trace collect"), "{form:?}: {said}");
        // It is not the key, which the service has just described.
        assert!(!said.contains("HONEYCOMB_API_ENDPOINT"), "{form:?}: {said}");
        assert_eq!(service.query_results(), 0);
    }
    let service = Honeycomb::with(Setup { enterprise: false, ..Setup::default() });
    let id = trace_id(1, 1);
    service.ingest_spans(family(1).into_iter().map(|span| (id.clone(), span)));
    insta::assert_snapshot!(home(&service).line(&format!("show -b honeycomb {id}")), @"
    ------- stderr -------
    error: it cannot be told: the trace may well exist
      caused by: Honeycomb denies a query (Your team has been denied access to this feature. Please contact support. (HTTP 403)): its Query Data API is for teams with the Enterprise plan only
    hint: `cruddur-trace collect` gives the same commands without plan and key: it keeps on this machine what the application sends to it, and with `--forward honeycomb` passes it on
    hint: https://docs.honeycomb.io/api/query-data/ says what is needed; the key itself has the permissions
    [exit status: 3]
    ");
}

#[test]
fn classic_needs_a_dataset_and_works_with_one() {
    let service = Honeycomb::with(Setup::classic());
    let home = home(&service).with("HONEYCOMB_API_KEY", CLASSIC);
    let output = show(&service, &home);
    assert_refused(&output, CLASSIC);
    assert!(output.stderr.contains("--dataset") && output.stderr.contains(CLASSIC_DATASET), "{output}");
    let output = home.line(&format!("show -b honeycomb --dataset {CLASSIC_DATASET} {}", trace_id(1, 1)));
    assert!(output.code == Some(0) && output.stdout.contains("SELECT"), "{output}");
    assert!(output.stdout.contains(&format!("/cruddur/datasets/{CLASSIC_DATASET}/trace?")), "{output}");
}

/// All that is in a folder, however deep.
fn contents(folder: &Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        into.extend(path.to_string_lossy().bytes());
        if path.is_dir() {
            contents(&path, into);
        } else {
            into.extend(std::fs::read(&path).expect("it can be read"));
        }
    }
}

#[test]
fn the_key_is_written_nowhere() {
    let service = Honeycomb::start();
    let home = home(&service);
    let output = show(&service, &home);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stderr.contains("/1/columns/__all__"), "-vv shows what is asked: {output}");
    let mut all = Vec::new();
    contents(&home.path("."), &mut all);
    let all = String::from_utf8_lossy(&all).into_owned() + &output.stdout + &output.stderr;
    assert!(all.contains("honeycomb-columns-"), "something is kept");
    assert!(!all.contains(CONFIGURATION));
}
