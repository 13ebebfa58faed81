//! Which columns are read, and what is said of those that are not.

use std::path::PathBuf;

use cruddur_trace::model::{Span, Time};
use serde_json::Value as Json;

use super::home;
use crate::support::Home;
use crate::support::honeycomb::{Honeycomb, Setup, Switches, UnknownColumn};
use crate::support::spans::{now, span, trace_id};

/// A trace with 300 columns. With those that every span has there are twelve fewer keys.
fn with_300_columns(service: &Honeycomb) -> String {
    let id = trace_id(1, 1);
    let attributes = (0..288).map(|number| (format!("app.key{number:03}"), format!("value {number}"))).collect();
    service.ingest_spans([(id.clone(), Span { attributes, ..span(1, 0, "GET /") })]);
    let columns = service.rows()[0].fields.len();
    assert_eq!(columns, 300 - 1, "trace.parent_id comes with the next");
    service.ingest_spans([(id.clone(), span(2, 1, "SELECT"))]);
    id.to_string()
}

/// How many attributes a document has of the first span.
#[track_caller]
fn attributes(document: &str) -> usize {
    let document: Json = serde_json::from_str(document).unwrap_or_else(|error| panic!("{error}: {document}"));
    document["traces"][0]["spans"][0]["attributes"].as_object().expect("it has attributes").len()
}

#[test]
fn as_many_columns_are_read_as_are_wanted_and_the_others_are_told_with_their_price() {
    let service = Honeycomb::start();
    let id = with_300_columns(&service);
    let asked = |arguments: &str| {
        let before = service.query_results();
        let output = home(&service).line(&format!("show -b honeycomb {id} {arguments}"));
        assert_eq!(output.code, Some(0), "{output}");
        (service.query_results() - before, output)
    };
    let (results, all) = asked("-o json");
    assert_eq!((results, attributes(&all.stdout), all.stderr.as_str()), (4, 288, ""));
    let (results, none) = asked("-o json --attributes none");
    assert_eq!((results, attributes(&none.stdout), none.stderr.as_str()), (1, 0, ""));
    let (results, known) = asked("--attributes known");
    assert_eq!(results, 1);
    assert!(known.stdout.contains("SELECT"), "{known}");
    insta::assert_snapshot!(known.stderr, @"note: 98 of 300 columns were read; --attributes all reads the others for 3 more query results");
    let (results, default) = asked("");
    assert_eq!((results, &default.stderr), (1, &known.stderr));
    let (results, json) = asked("-o json --attributes known");
    assert_eq!((results, &json.stderr), (1, &known.stderr));
    let document: Json = serde_json::from_str(&json.stdout).expect("it is JSON");
    assert!(document["notes"][0].as_str().is_some_and(|note| note.contains("columns were read")), "{json}");
}

#[test]
fn the_last_waits_where_the_first_ten_are_taken() {
    let service = Honeycomb::start();
    let id = with_300_columns(&service);
    let home = home(&service);
    for _ in 0..2 {
        let output = home.line(&format!("show -b honeycomb {id} -o json"));
        assert_eq!(output.code, Some(0), "{output}");
    }
    // Two are left of the minute, and this would take four.
    let output = home.line(&format!("show -b honeycomb {id} -o json --timeout 2s"));
    assert_eq!((output.code, output.stdout.as_str(), service.limited()), (Some(3), "", 0), "{output}");
    assert!(output.stderr.contains("10 query results in 60 s"), "{output}");
}

#[test]
fn a_column_that_came_with_the_trace_is_read_although_columns_were_asked_for_before() {
    let service = Honeycomb::start();
    let home = home(&service);
    let show = |number: u64, key: &str| {
        let id = trace_id(2, number);
        let start = Time(now().0 - 1_000_000_000);
        let attributes = [(key, "here")].into_iter().collect();
        service.ingest_spans([(id.clone(), Span { start, end: Some(start), attributes, ..span(1, 0, "work") })]);
        let output = home.line(&format!("show -b honeycomb {id} -o json"));
        assert_eq!(output.code, Some(0), "{output}");
        assert!(output.stdout.contains(&format!("\"{key}\": \"here\"")), "{output}");
    };
    show(1, "old.key");
    show(2, "new.key");
}

/// The file in which columns are kept.
#[track_caller]
fn kept(home: &Home) -> PathBuf {
    let folder = std::fs::read_dir(home.path("cache")).expect("something is kept");
    let mut files = folder.map(|entry| entry.expect("it can be read").path());
    files.find(|path| path.to_string_lossy().contains("honeycomb-columns-")).expect("columns are")
}

#[test]
fn a_column_that_was_deleted_since_is_not_asked_for_again() {
    for unknown_column in [UnknownColumn::RefusedAtQuery, UnknownColumn::RefusedLegacy, UnknownColumn::ErrorInResult] {
        let switches = Switches { unknown_column, ..Switches::default() };
        let service = Honeycomb::with(Setup { switches, ..Setup::default() });
        let home = home(&service);
        let cache = home.path("cache").display().to_string();
        let home = home.with("CRUDDUR_TRACE_CACHE_DIR", &cache);
        let id = trace_id(1, 1);
        let old = span(1, 0, "work");
        let start = Time(old.start.0 - 5 * 3_600_000_000_000);
        service.ingest_spans([(
            id.clone(),
            Span { start, end: Some(start), attributes: [("app.key", "here")].into_iter().collect(), ..old },
        )]);
        let show = || {
            let output = home.line(&format!("show -b honeycomb {id} -o json"));
            assert!(output.code == Some(0) && output.stdout.contains("\"here\""), "{unknown_column:?}: {output}");
        };
        show();
        let path = kept(&home);
        let text = std::fs::read_to_string(&path).expect("it is text");
        let more = r#"[{\"key_name\":\"app.gone\",\"type\":\"string\"},{\"key_name\":\"app.too\",\"type\":\"string\"},"#;
        std::fs::write(&path, text.replacen('[', more, 1)).expect("it can be written");
        let asked = service.query_results();
        show();
        let failed = usize::from(unknown_column == UnknownColumn::ErrorInResult);
        assert_eq!(service.query_results() - asked, 1 + failed, "{unknown_column:?}");
        assert!(service.requests().iter().any(|request| request.body.to_string().contains("app.gone")), "it was asked for");
    }
}
