//! The double of Rollbar, as far as its documentation says what the service does.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::http::{self, JSON};
use crate::support::rollbar::{POST, READ, Rollbar, flask};

/// What is answered, and with which status.
#[track_caller]
fn get(service: &Rollbar, path: &str, token: &str) -> (u16, Value) {
    let headers: Vec<_> = (!token.is_empty()).then_some(("X-Rollbar-Access-Token", token)).into_iter().collect();
    let answer = http::request(service.address(), &format!("GET {path}"), &headers, b"");
    (answer.status, serde_json::from_slice(&answer.body).expect("every answer is JSON"))
}

#[track_caller]
fn result(service: &Rollbar, path: &str) -> Value {
    let (status, body) = get(service, path, READ);
    assert_eq!((status, &body["err"]), (200, &json!(0)), "{body}");
    body["result"].clone()
}

/// A project in which so many errors happened, one each second.
fn with(errors: u64) -> Rollbar {
    let service = Rollbar::start();
    for second in 0..errors {
        service.report(1000 + second, &flask("KeyError", "user", "/", &json!({})));
    }
    service
}

#[test]
fn occurrences_come_in_pages_of_twenty_the_newest_first() {
    let service = with(45);
    let seconds = |path: &str| -> Vec<u64> {
        let page = result(&service, path);
        page["instances"].as_array().expect("a list").iter().filter_map(|one| one["timestamp"].as_u64()).collect()
    };
    assert_eq!(seconds("/api/1/instances/"), (1025..1045).rev().collect::<Vec<_>>());
    assert_eq!(seconds("/api/1/instances/?page=3"), (1000..1005).rev().collect::<Vec<_>>());
    assert_eq!(seconds("/api/1/instances/?page=4"), Vec::<u64>::new(), "an empty page is no error");
    for page in ["0", "-1", "x", ""] {
        assert_eq!(get(&service, &format!("/api/1/instances/?page={page}"), READ).0, 422, "{page}");
    }
}

#[test]
fn like_errors_are_counted_under_one_item() {
    let service = with(3);
    let other = service.report(1007, &json!({"environment": "test", "level": "info", "body": {"message": {"body": "Hello"}}}));
    let items = result(&service, "/api/1/items/");
    assert_eq!((&items["total_count"], &items["page"]), (&json!(2), &json!(1)));
    let item = &items["items"][1];
    assert_eq!(
        (&item["counter"], &item["title"], &item["total_occurrences"]),
        (&json!(1), &json!("KeyError: user"), &json!(3))
    );
    assert_eq!((&item["first_occurrence_timestamp"], &item["last_occurrence_timestamp"]), (&json!(1000), &json!(1002)));
    let id = item["id"].as_u64().expect("a number");
    assert_eq!(&result(&service, &format!("/api/1/item/{id}")), item);
    assert_eq!(result(&service, &format!("/api/1/item/{id}/instances/"))["instances"].as_array().map(Vec::len), Some(3));
    assert_eq!(result(&service, &format!("/api/1/instance/{other}"))["data"]["body"]["message"]["body"], "Hello");
    assert_eq!(result(&service, &format!("/api/1/items/?ids={id},5"))["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(result(&service, "/api/1/items/?environment=test&level=info")["total_count"], 1);
    // An item that stands for others has no occurrences of its own, which is not the same as none.
    service.change_item(other, &json!({"group_status": 2}));
    let group = items["items"][0]["id"].as_u64().expect("a number");
    assert_eq!(result(&service, &format!("/api/1/item/{group}/instances/"))["instances"], json!([]));
}

#[test]
fn items_come_in_pages_of_a_hundred() {
    let service = Rollbar::start();
    for number in 0..130 {
        service.report(1000, &flask("KeyError", &number.to_string(), "/", &json!({})));
    }
    let on_page = |page| result(&service, &format!("/api/1/items/?page={page}"))["items"].as_array().map(Vec::len);
    assert_eq!([1, 2, 3].map(on_page), [Some(100), Some(30), Some(0)]);
}

#[test]
fn a_counter_leads_to_its_item() {
    let service = with(1);
    let answer = http::request(service.address(), "GET /api/1/item_by_counter/1", &[("X-Rollbar-Access-Token", READ)], b"");
    let id = result(&service, "/api/1/items/")["items"][0]["id"].as_u64().expect("a number");
    assert_eq!(answer.status, 301);
    assert_eq!(answer.header("location"), Some(format!("/api/1/item/{id}?access_token={READ}").as_str()));
    let body: Value = serde_json::from_slice(&answer.body).expect("it is JSON");
    assert_eq!(body["result"]["itemId"], id);
}

#[test]
fn no_is_said_with_a_reason() {
    let service = with(1);
    for (path, token, status, reason) in [
        ("/api/1/instances/", "", 401, "no access token"),
        (&format!("/api/1/instances/?access_token={READ}"), "", 401, "no access token"),
        ("/api/1/instances/", "0123456789abcdef", 401, "invalid access token"),
        ("/api/1/instances/", POST, 403, "insufficient privileges"),
        ("/api/1/item/7", READ, 404, "Item not found"),
        ("/api/1/item/x/instances/", READ, 404, "Item not found"),
        ("/api/1/item_by_counter/9", READ, 404, "Item not found"),
        ("/api/1/instance/7", READ, 404, "Occurrence not found"),
        ("/api/2/instances/", READ, 404, "Page not found"),
    ] {
        let (answered, body) = get(&service, path, token);
        assert_eq!((answered, &body["err"]), (status, &json!(1)), "{path}");
        assert!(body["message"].as_str().is_some_and(|message| message.starts_with(reason)), "{path}: {body}");
    }
    assert_eq!(service.requests().len(), 9);
}

#[test]
fn what_an_sdk_sends_is_there_at_once() {
    let service = Rollbar::start();
    let post = |token: &str, body: &Value| {
        let headers = [("X-Rollbar-Access-Token", token), ("Content-Type", JSON)];
        http::request(service.address(), "POST /api/1/item/", &headers, body.to_string().as_bytes())
    };
    let mut data = flask("KeyError", "user", "/", &json!({}));
    data["timestamp"] = json!(1005);
    let answer = post(POST, &json!({"data": data}));
    assert_eq!(
        (answer.status, answer.text()),
        (200, format!("{{\"err\":0,\"result\":{{\"id\":null,\"uuid\":{}}}}}", data["uuid"]))
    );
    assert_eq!(result(&service, "/api/1/instances/")["instances"][0]["data"]["uuid"], data["uuid"]);
    assert_eq!(post(READ, &json!({"data": data})).status, 403);
    assert_eq!(post(POST, &json!({"data": {"body": {}}})).status, 422);
}

/// Serves the double alone, for clients that are not written in Rust. Does nothing unless `CRUDDUR_TRACE_SERVE_ROLLBAR` names a file: then
/// the address of the double, `http://127.0.0.1:PORT/api/1`, is written there, with a line for each token, that which reads first, and
/// it is there until stdin ends.
#[test]
fn serve_rollbar() {
    let Some(file) = std::env::var_os("CRUDDUR_TRACE_SERVE_ROLLBAR") else { return };
    let service = Rollbar::start();
    // The name is there when all is written: nobody reads half an address.
    let half = Path::new(&file).with_extension("half");
    std::fs::write(&half, format!("{}\n{READ}\n{POST}\n", service.endpoint())).expect("the file can be written");
    std::fs::rename(&half, &file).expect("the file can be renamed");
    std::io::stdin().read_to_end(&mut Vec::new()).expect("stdin can be read");
}
