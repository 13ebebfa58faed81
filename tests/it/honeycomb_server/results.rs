//! Queries that run: what may be asked, how often, and when it is answered.

use std::time::Duration;

use serde_json::json;

use super::{ask, get, named, parsed, query, result, run, with_a_row};
use crate::support::eventually;
use crate::support::honeycomb::{Endpoint, Fault, Honeycomb, Limited, Setup};

#[test]
fn a_query_is_repeated_with_an_id_and_its_result_is_complete_when_it_was_polled() {
    let service = with_a_row();
    let spec = json!({"breakdowns": ["name"], "calculations": [{"op": "COUNT"}]});
    let echo = parsed(&ask(&service, "POST /1/queries/web", &spec));
    assert_eq!((&echo["breakdowns"], &echo["limit"], &echo["time_range"]), (&json!(["name"]), &json!(100), &json!(7200)));
    let id = echo["id"].as_str().unwrap();
    let created = run(&service, "web", id);
    let body = parsed(&created);
    assert_eq!((created.status, &body["complete"], body.get("data")), (201, &json!(false), None));
    let location = created.header("location").unwrap().strip_prefix(&service.endpoint()).unwrap().to_owned();
    assert_eq!(location, format!("/1/query_results/web/{}", body["id"].as_str().unwrap()));
    assert_eq!(parsed(&get(&service, &location))["complete"], false);
    let done = get(&service, &location);
    assert_eq!(done.header("cache-control"), Some("private, max-age=86400"));
    let done = parsed(&done);
    assert_eq!(done["data"], json!({"series": [], "results": [{"data": {"COUNT": 1, "name": "GET /"}}]}));
    let url = done["links"]["query_url"].as_str().unwrap();
    assert!(url.starts_with("https://ui.honeycomb.io/cruddur/environments/test/datasets/web/result/"), "{url}");
    assert_eq!(service.query_results(), 1);
    let seen: Vec<_> = service.requests().into_iter().map(|seen| (seen.method, seen.path, seen.status)).collect();
    assert_eq!(seen[0], ("POST".to_owned(), "/1/queries/web".to_owned(), Some(200)));
    assert_eq!(service.requests()[0].body, spec);
    assert_eq!(service.requests()[0].headers["x-honeycomb-team"], "configuration", "the key itself is nowhere");
}

#[test]
fn a_limit_of_a_result_counts_only_without_series() {
    let service = Honeycomb::start();
    service.ingest_rows(named("web", (0..150).map(|number| format!("n{number}"))));
    let id = query(&service, "__all__");
    let rows = |body| {
        let created = parsed(&ask(&service, "POST /1/query_results/__all__", &body));
        let path = format!("/1/query_results/__all__/{}", created["id"].as_str().unwrap());
        get(&service, &path);
        parsed(&get(&service, &path))["data"]["results"].as_array().unwrap().len()
    };
    assert_eq!(rows(json!({"query_id": id})), 100);
    assert_eq!(rows(json!({"query_id": id, "limit": 1000})), 100);
    assert_eq!(rows(json!({"query_id": id, "disable_series": true})), 100);
    assert_eq!(rows(json!({"query_id": id, "disable_series": true, "limit": 120})), 120);
    assert_eq!(rows(json!({"query_id": id, "disable_series": true, "limit": 10_000})), 150);
}

#[test]
fn a_result_is_of_a_query_that_is_there_and_of_nothing_else() {
    let service = with_a_row();
    service.ingest_rows(named("api", ["a".to_owned()]));
    let id = query(&service, "web");
    let status = |slug: &str, body| ask(&service, &format!("POST /1/query_results/{slug}"), &body).status;
    assert_eq!(status("web", json!({})), 422, "which query?");
    assert_eq!(status("web", json!({"query_id": id, "order": "asc"})), 422, "no such property");
    assert_eq!(status("web", json!({"query_id": id, "limit": 10_001, "disable_series": true})), 422);
    assert_eq!(status("web", json!({"query_id": id, "limit": 0, "disable_series": true})), 422);
    assert_eq!(status("web", json!({"query_id": id, "disable_series": "true"})), 422);
    assert_eq!(status("web", json!([id])), 400);
    assert_eq!(status("web", json!({"query_id": "abc"})), 404);
    assert_eq!(status("api", json!({"query_id": id})), 404, "it is a query of another dataset");
    assert_eq!(status("__all__", json!({"query_id": id})), 404);
    assert_eq!(status("nowhere", json!({"query_id": id})), 404);
    assert_eq!(get(&service, "/1/query_results/web/abc").status, 404);
    assert_eq!(service.query_results(), 0);
}

#[test]
fn queries_that_no_honest_client_sends_are_refused() {
    let service = with_a_row();
    for spec in [
        json!({"breakdowns": ["root.name"]}),
        json!({"filters": [{"column": "any.name", "op": "exists"}]}),
        json!({"calculations": [{"op": "MAX", "column": "parent.duration_ms"}]}),
        json!({"calculated_fields": [{"name": "x", "expression": "EXISTS($root.name)"}]}),
        json!({"breakdowns": ["name"], "x": "x".repeat(100_000)}),
        json!("GET /"),
    ] {
        let answer = ask(&service, "POST /1/queries/web", &spec);
        assert!([400, 413].contains(&answer.status), "{}: {}", answer.status, answer.text());
    }
    assert_eq!(ask(&service, "POST /1/queries/nowhere", &json!({})).status, 404);
    assert_eq!(ask(&service, "DELETE /1/queries/web", &json!({})).status, 404);
}

#[test]
fn the_eleventh_result_of_a_minute_is_refused_in_every_documented_form() {
    let service = with_a_row();
    let id = query(&service, "web");
    for _ in 0..10 {
        assert_eq!(run(&service, "web", &id).status, 201);
    }
    let refused = |form| {
        service.configure(|setup| setup.limited_as = form);
        let answer = run(&service, "web", &id);
        assert_eq!(answer.status, 429);
        answer
    };
    let detail = |answer| parsed(&answer)["detail"].as_str().unwrap().to_owned();
    let silent = refused(Limited::Silent);
    assert_eq!((silent.header("retry-after"), silent.header("ratelimit")), (None, None));
    assert_eq!(silent.header("content-type"), Some("application/problem+json"));
    assert_eq!(detail(silent), "This endpoint allows 10 requests per minute.");
    let seconds: u64 = refused(Limited::RetryAfterSeconds).header("retry-after").unwrap().parse().unwrap();
    assert!((30..=60).contains(&seconds), "{seconds}");
    let date = refused(Limited::RetryAfterDate).header("retry-after").unwrap().to_owned();
    let date = chrono::DateTime::parse_from_rfc2822(&date).unwrap().to_utc();
    let limit = refused(Limited::RateLimit).header("ratelimit").unwrap().to_owned();
    assert!(limit.starts_with("limit=10, remaining=0, reset="), "{limit}");
    let said = detail(refused(Limited::Detail));
    let at = said.strip_prefix("Please try again after ").and_then(|rest| rest.strip_suffix('.')).unwrap();
    let at = chrono::DateTime::parse_from_rfc3339(at).unwrap().to_utc();
    assert!((at - date).num_seconds().abs() <= 2, "{at} {date}");
    assert_eq!((service.query_results(), service.limited()), (10, 5));
    assert_eq!(get(&service, "/1/columns/web").status, 200, "only results are counted");
}

#[test]
fn the_window_of_the_limit_slides() {
    let service = Honeycomb::with(Setup { rate: (2, Duration::from_millis(400)), ..Setup::default() });
    service.ingest_rows(named("web", ["a".to_owned()]));
    let id = query(&service, "web");
    assert_eq!([(); 3].map(|()| run(&service, "web", &id).status), [201, 201, 429]);
    eventually("a place in the window is free", || run(&service, "web", &id).status == 201);
    assert!(service.limited() >= 1);
}

#[test]
fn what_takes_too_long_is_an_error_of_a_complete_result() {
    let service = with_a_row();
    let id = query(&service, "web");
    let failed = |service: &Honeycomb| result(service, "web", &id)["error"].as_str().map(ToOwned::to_owned);
    assert_eq!(failed(&service), None);
    service.configure(|setup| setup.slow.window = Some(3599));
    assert!(failed(&service).unwrap().contains("10 seconds"), "an hour is too long");
    service.configure(|setup| setup.slow.window = Some(3600));
    assert_eq!(failed(&service), None);
    service.configure(|setup| setup.slow.breakdowns = Some(0));
    assert!(failed(&service).is_some());
    service.configure(|setup| (setup.slow.breakdowns, setup.slow.limit) = (Some(1), Some(9_999)));
    assert!(failed(&service).is_some(), "10,000 rows are too many");
    service.configure(|setup| setup.slow = crate::support::honeycomb::Slow::default());
    service
        .set_fault(Fault::Fails("we had trouble fetching your results! try again?".to_owned()).at(Endpoint::Results).times(2));
    assert_eq!(failed(&service).as_deref(), Some("we had trouble fetching your results! try again?"));
    assert!(failed(&service).is_some());
    let whole = result(&service, "web", &id);
    assert_eq!((whole.get("error"), &whole["data"]["results"][0]["data"]["COUNT"]), (None, &json!(1)));
}
