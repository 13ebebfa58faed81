//! What goes wrong where a test wants it to.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{attempt, get, parsed, query, run, with_a_row};
use crate::support::eventually;
use crate::support::honeycomb::{CONFIGURATION, Endpoint, Fault, Honeycomb, Setup};
use crate::support::http::Client;

#[test]
fn a_fault_happens_at_its_endpoint_after_and_as_often_as_was_said() {
    let service = with_a_row();
    service.set_fault(Fault::Status(503).at(Endpoint::Columns).after(1).times(2));
    let columns = [(); 5].map(|()| get(&service, "/1/columns/web").status);
    assert_eq!((columns, get(&service, "/1/datasets").status), ([200, 503, 503, 200, 200], 200));
    service.set_fault(Fault::Status(500).at(Endpoint::Auth));
    assert_eq!([(); 2].map(|()| get(&service, "/1/auth").status), [500, 500]);
    service.clear_faults();
    assert_eq!(get(&service, "/1/auth").status, 200);
    assert_eq!(service.requests().iter().filter(|seen| seen.status == Some(503)).count(), 2);
}

#[test]
fn every_status_has_the_body_that_is_documented_for_it() {
    let service = with_a_row();
    let mut said = String::new();
    for status in [400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503] {
        service.clear_faults();
        service.set_fault(Fault::Status(status).at(Endpoint::Datasets));
        let answer = get(&service, "/1/datasets");
        assert_eq!(answer.status, status);
        writeln!(said, "{status} {} {}", answer.header("content-type").unwrap(), answer.text().trim()).unwrap();
    }
    insta::assert_snapshot!(said, @r#"
    400 application/json {"error":"invalid Query data"}
    401 application/json {"error":"unknown API key - check your credentials"}
    403 application/json {"error":"Your team has been denied access to this feature. Please contact support."}
    404 application/problem+json {"detail":"Dataset not found","error":"Dataset not found","status":404,"title":"The requested resource cannot be found.","type":"https://api.honeycomb.io/problems/not-found"}
    409 application/problem+json {"detail":"it exists already","error":"it exists already","status":409,"title":"The request conflicts with the state of the resource.","type":"https://api.honeycomb.io/problems/conflict"}
    413 application/problem+json {"detail":"Body size is larger than maximum size of 100000 bytes","error":"Body size is larger than maximum size of 100000 bytes","status":413,"title":"The request body is too large.","type":"https://api.honeycomb.io/problems/request-body-too-large"}
    422 application/problem+json {"error":"The provided input is invalid.","status":422,"title":"The provided input is invalid.","type":"https://api.honeycomb.io/problems/validation-failed","type_detail":[{"code":"invalid","description":"type: must be a valid value","field":"type"}]}
    429 application/problem+json {"detail":"Please try again after 2025-02-01T15:23:12Z.","error":"Please try again after 2025-02-01T15:23:12Z.","status":429,"title":"You have exceeded your rate limit.","type":"https://api.honeycomb.io/problems/rate-limited"}
    500 application/json {"error":"internal server error"}
    502 text/html <html><head><title>502</title></head></html>
    503 text/html <html><head><title>503</title></head></html>
    "#);
    assert_eq!(service.limited(), 1);
}

#[test]
fn garbage_comes_as_a_page() {
    let service = with_a_row();
    service.set_fault(Fault::Garbage.at(Endpoint::Datasets));
    let answer = get(&service, "/1/datasets");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html")));
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
}

#[test]
fn a_connection_is_closed_in_the_middle_of_an_answer_or_before_it() {
    let service = with_a_row();
    for fault in [Fault::Half, Fault::Close] {
        service.set_fault(fault.clone().at(Endpoint::Datasets).times(1));
        let answer = attempt(&service, CONFIGURATION, "GET /1/datasets", &Value::Null);
        assert!(answer.is_err(), "{fault:?}: {answer:?}");
        assert_eq!(service.requests().last().unwrap().status, None);
        assert_eq!(get(&service, "/1/datasets").status, 200, "the next one is answered");
    }
}

#[test]
fn who_is_sent_elsewhere_is_told_where() {
    let service = with_a_row();
    service.set_fault(Fault::Redirect("http://127.0.0.1:9".to_owned()).at(Endpoint::Queries));
    let answer = attempt(&service, CONFIGURATION, "POST /1/queries/web", &json!({})).unwrap();
    assert_eq!((answer.status, answer.header("location")), (307, Some("http://127.0.0.1:9/1/queries/web")));
}

#[test]
fn a_request_that_is_never_answered_ends_with_the_service() {
    let service = with_a_row();
    service.set_fault(Fault::Hang.at(Endpoint::Poll));
    let id = query(&service, "web");
    let created = parsed(&run(&service, "web", &id));
    let line = format!("GET /1/query_results/web/{}", created["id"].as_str().unwrap());
    let address = service.address();
    let waiting = std::thread::spawn(move || {
        let headers = [("X-Honeycomb-Team", CONFIGURATION), ("User-Agent", "test")];
        Client::connect(address).and_then(|mut client| client.request(&line, &headers, b""))
    });
    eventually("it has arrived", || service.requests().len() == 3);
    assert_eq!(get(&service, "/1/auth").status, 200, "somebody else is served meanwhile");
    assert!(!waiting.is_finished());
    drop(service);
    assert!(waiting.join().unwrap().is_err());
}

#[test]
fn an_answer_takes_as_long_as_was_said() {
    let service = Honeycomb::with(Setup { latency: Duration::from_millis(80), ..Setup::default() });
    let before = Instant::now();
    assert_eq!(get(&service, "/1/auth").status, 200);
    assert!(before.elapsed() >= Duration::from_millis(80));
}
