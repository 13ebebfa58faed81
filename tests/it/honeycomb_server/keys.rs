//! Who may ask what.

use serde_json::{Value, json};

use super::{ask_with, attempt, named, parsed, query};
use crate::support::honeycomb::{CLASSIC, CLASSIC_INGEST, CONFIGURATION, Denied, Honeycomb, INGEST, Key, MANAGEMENT, Setup};
use crate::support::http::Client;

fn status(service: &Honeycomb, key: &str, line: &str) -> u16 {
    ask_with(service, key, line, &Value::Null).status
}

#[test]
fn an_unknown_key_a_missing_one_and_one_for_version_2_are_refused_alike() {
    let service = Honeycomb::with(Setup { keys: vec![Key::new(CONFIGURATION), Key::new(MANAGEMENT)], ..Setup::default() });
    for key in ["", "nobody", INGEST, MANAGEMENT, CLASSIC] {
        for line in ["GET /1/auth", "GET /1/datasets", "GET /1/columns/web", "POST /1/queries/web", "POST /1/events/web"] {
            let answer = ask_with(&service, key, line, &json!({}));
            let said = (answer.status, answer.text());
            assert_eq!(said, (401, r#"{"error":"unknown API key - check your credentials"}"#.to_owned()), "{key} {line}");
        }
    }
    assert_eq!(status(&service, CONFIGURATION, "GET /1/auth"), 200);
}

#[test]
fn a_key_says_what_it_may() {
    let keys = vec![Key::new(CONFIGURATION).without("queries"), Key::new(INGEST), Key::new(CLASSIC), Key::new(CLASSIC_INGEST)];
    let service = Honeycomb::with(Setup { keys, ..Setup::default() });
    let auth = |key| parsed(&ask_with(&service, key, "GET /1/auth", &Value::Null));
    let said = auth(CONFIGURATION);
    assert_eq!(said["type"], "configuration");
    assert_eq!(said["environment"], json!({"name": "Test", "slug": "test"}));
    assert_eq!((&said["api_key_access"]["queries"], &said["api_key_access"]["columns"]), (&json!(false), &json!(true)));
    let said = auth(INGEST);
    assert_eq!((&said["type"], &said["api_key_access"]), (&json!("ingest"), &json!({"createDatasets": true})));
    assert_eq!(auth(CLASSIC)["environment"], json!({"name": "", "slug": ""}));
    assert_eq!(auth(CLASSIC_INGEST)["type"], "ingest");
}

#[test]
fn what_a_key_may_not_is_refused_in_each_form_that_is_plausible() {
    let keys = vec![
        Key::new(CONFIGURATION).without("queries").without("createDatasets"),
        Key::new(INGEST),
        Key::new("onlyQueries123456789ab").without("columns"),
    ];
    let service = Honeycomb::with(Setup { keys, ..Setup::default() });
    service.ingest_rows(named("web", ["a".to_owned()]));
    for (form, expected) in [(Denied::Legacy, 403), (Denied::Problem, 403), (Denied::Unauthorized, 401), (Denied::Bare, 403)] {
        service.configure(|setup| setup.denied_as = form);
        for line in ["POST /1/queries/web", "POST /1/query_results/web", "GET /1/query_results/web/x"] {
            assert_eq!(status(&service, CONFIGURATION, line), expected, "{form:?} {line}");
            assert_eq!(status(&service, INGEST, line), expected, "{form:?} {line}");
        }
        assert_eq!(status(&service, INGEST, "GET /1/columns/web"), expected);
        assert_eq!(status(&service, "onlyQueries123456789ab", "GET /1/columns/web"), expected);
        assert_eq!(status(&service, CONFIGURATION, "GET /1/columns/web"), 200);
    }
    assert_eq!(status(&service, CONFIGURATION, "GET /1/datasets"), 200);
    service.configure(|setup| setup.listing_datasets_takes_permission = true);
    assert_eq!(status(&service, CONFIGURATION, "GET /1/datasets"), 403);
}

#[test]
fn a_team_without_the_plan_has_columns_and_no_queries() {
    let service = Honeycomb::with(Setup { enterprise: false, ..Setup::default() });
    service.ingest_rows(named("web", ["a".to_owned()]));
    assert_eq!(status(&service, CONFIGURATION, "GET /1/columns/web"), 200);
    assert_eq!(status(&service, CONFIGURATION, "POST /1/queries/web"), 403);
    service.configure(|setup| setup.enterprise = true);
    query(&service, "web");
}

#[test]
fn a_request_is_refused_that_carries_its_key_where_it_does_not_belong_or_does_not_say_who_it_is_from() {
    let service = Honeycomb::start();
    let headers = |more: &'static [(&'static str, &'static str)]| {
        let all: Vec<_> = [("X-Honeycomb-Team", CONFIGURATION)].into_iter().chain(more.iter().copied()).collect();
        Client::connect(service.address()).unwrap().request("GET /1/auth", &all, b"").unwrap().status
    };
    assert_eq!(headers(&[]), 400, "no User-Agent");
    assert_eq!(headers(&[("X-Honeycomb-UserAgent", "test")]), 200);
    assert_eq!(headers(&[("User-Agent", "test"), ("Authorization", "Bearer x")]), 400);
    assert_eq!(service.requests()[2].headers["authorization"], "redacted");
    let asked = attempt(&service, CONFIGURATION, &format!("GET /1/auth?key={CONFIGURATION}"), &Value::Null).unwrap();
    assert_eq!(asked.status, 400);
}
