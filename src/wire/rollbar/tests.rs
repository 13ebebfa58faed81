//! Answers as they are documented, as SDKs fill them, and as nobody should send them.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{Odd, Page, item, page, refusal};
use crate::model::error_report::Occurrence;
use crate::model::{Time, TraceId};

const W3C: &str = "5759e988bd862e3fe1be46a994272793";
const XRAY: &str = "1-5759e988-bd862e3fe1be46a994272793";
const OTHER: &str = "8bc626382cebdea2f7f1556261da8061";

fn id() -> TraceId {
    TraceId::from_text(W3C)
}

fn answer(instances: &Json) -> Vec<u8> {
    json!({"err": 0, "result": {"page": 1, "instances": instances}}).to_string().into_bytes()
}

fn with(data: &Json) -> Json {
    json!({"id": 7, "item_id": 3, "timestamp": 1_784_901_826, "version": 2, "data": data})
}

#[track_caller]
fn read(data: &Json, wanted: &TraceId, bodies: bool) -> Occurrence {
    let Page { mut occurrences, unread } = page(&answer(&json!([with(data)])), wanted, bodies).unwrap();
    assert_eq!((occurrences.len(), unread), (1, 0));
    occurrences.remove(0)
}

/// What pyrollbar 1.5.0 sends of an exception in a request to Flask, with what Rollbar adds.
fn pyrollbar() -> Json {
    json!({
        "timestamp": 1_784_901_826, "environment": "production", "level": "error", "language": "python 3.12.4",
        "notifier": {"name": "pyrollbar", "version": "1.5.0"}, "uuid": "d4c7acef-55bf-4c9e-a95e-4fe9428a8287",
        "framework": "flask", "context": "/api/activities",
        "body": {"trace": {
            "frames": [
                {"filename": "/backend-flask/app.py", "lineno": 120, "method": "data_activities", "code": "model = run(user)",
                 "locals": {"user": "andrewbrown", "token": "hunter2"}, "argspec": ["user"]},
                {"filename": "/backend-flask/db.py", "lineno": "51", "method": "query", "code": "cur.execute(sql)",
                 "args": ["a", {"b": 1}], "kwargs": {"timeout": 3}},
            ],
            "exception": {"class": "NotNullViolation", "message": "null value in column \"user_uuid\""},
        }},
        "request": {
            "url": "http://localhost:4567/api/activities?token=hunter2", "method": "POST", "user_ip": "127.0.0.1",
            "headers": {"Host": "localhost:4567", "X-Amzn-Trace-Id": format!("Root={XRAY};Parent=53995c3f42cd8ad8;Sampled=1")},
        },
        "server": {"host": "web", "pid": 1},
    })
}

#[test]
fn what_pyrollbar_sends_is_read() {
    let read = read(&pyrollbar(), &id(), false);
    assert_eq!((read.id, read.item, read.time), (7, Some(3), Time(1_784_901_826_000_000_000)));
    assert_eq!((read.class(), read.message()), ("NotNullViolation", "null value in column \"user_uuid\""));
    assert_eq!(
        [&*read.level, &*read.environment, &*read.framework, &*read.context],
        ["error", "production", "flask", "/api/activities"]
    );
    assert_eq!([&*read.method, &*read.path], ["POST", "/api/activities"]);
    assert_eq!(read.carries, ["request.headers.X-Amzn-Trace-Id"]);
    assert_eq!(read.link, "https://rollbar.com/occurrence/uuid/?uuid=d4c7acef-55bf-4c9e-a95e-4fe9428a8287");
    assert!(!format!("{read:?}").contains("hunter2"), "neither variables nor what follows the `?`");
}

#[test]
fn stacks_are_read_where_they_are_asked_for() {
    let read = read(&pyrollbar(), &id(), true);
    let [first, second] = read.exceptions[0].frames.as_slice() else { panic!("{read:?}") };
    assert_eq!(
        (first.file.as_str(), first.line, first.method.as_str()),
        ("/backend-flask/app.py", Some(120), "data_activities")
    );
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(first.locals, [pair("token", "hunter2"), pair("user", "andrewbrown")]);
    assert_eq!(second.locals, [pair("args[0]", "a"), pair("args[1]", "{\"b\":1}"), pair("timeout", "3")]);
    assert_eq!((second.line, second.code.as_str()), (Some(51), "cur.execute(sql)"));
}

#[test]
fn a_chain_begins_with_what_was_raised_and_a_message_has_no_class() {
    let trace = |class: &str| json!({"exception": {"class": class, "message": "m"}, "frames": []});
    let chained = read(&json!({"body": {"trace_chain": [trace("Outer"), trace("Cause")]}}), &id(), false);
    let classes: Vec<_> = chained.exceptions.iter().map(|exception| exception.class.as_str()).collect();
    assert_eq!(classes, ["Outer", "Cause"]);
    let message = read(&json!({"body": {"message": {"body": "Hello", "trace_id": W3C}}, "level": 30}), &id(), false);
    assert_eq!((message.class(), message.message(), message.level.as_str()), ("", "Hello", "warning"));
    assert_eq!(message.carries, ["body.message.trace_id"]);
    assert_eq!(message.link, "https://rollbar.com/item/3/instance/7/");
    let odd = read(&json!({"uuid": "a b&c=\u{1b}"}), &id(), false);
    assert_eq!(odd.link, "https://rollbar.com/occurrence/uuid/?uuid=a%20b%26c%3D%1B");
}

#[test]
fn the_id_is_found_in_every_spelling_where_it_may_stand() {
    for (data, place) in [
        (
            json!({"request": {"headers": {"traceparent": format!("00-{W3C}-53995c3f42cd8ad8-01")}}}),
            "request.headers.traceparent",
        ),
        (
            json!({"request": {"headers": {"TRACEPARENT": [format!("00-{W3C}-53995c3f42cd8ad8-01")]}}}),
            "request.headers.TRACEPARENT",
        ),
        (
            json!({"request": {"headers": {"HTTP_X_AMZN_TRACE_ID": format!("Self=1-0-0;Root={XRAY}")}}}),
            "request.headers.HTTP_X_AMZN_TRACE_ID",
        ),
        (json!({"request": {"headers": {"B3": format!("{W3C}-53995c3f42cd8ad8-1")}}}), "request.headers.B3"),
        (json!({"custom": {"trace_id": W3C.to_uppercase()}}), "custom.trace_id"),
        (json!({"custom": {"context": {"otelTraceID": XRAY}}}), "custom.context.otelTraceID"),
        (json!({"custom": {"span": format!("SpanContext(trace_id=0x{W3C}, span_id=0x1)")}}), "custom.span"),
        (json!({"body": {"trace": {"extra": {"trace": XRAY}}}}), "body.trace.extra.trace"),
        (json!({"body": {"trace": {"exception": {"message": format!("failed in {XRAY}.")}}}}), "body.trace.exception.message"),
    ] {
        let read = read(&data, &id(), false);
        assert_eq!((read.carries.as_slice(), read.others.len()), (&[place.to_owned()][..], 0), "{data}");
    }
}

#[test]
fn what_only_looks_like_the_id_is_not_it() {
    for data in [
        json!({"custom": {"key": format!("{W3C}0")}}),
        json!({"custom": {"key": format!("a{W3C}")}}),
        json!({"custom": {"key": W3C[..31].to_owned()}}),
        json!({"custom": {W3C: "a key is no value"}}),
        json!({"body": {"telemetry": [{"body": {"message": format!("before, in {W3C}")}}]}}),
    ] {
        let read = read(&data, &id(), false);
        assert_eq!((read.carries.len(), read.in_locals), (0, false), "{data}");
    }
    let locals = json!({"body": {"trace": {"frames": [{"locals": {"span": {"context": format!("trace_id=0x{W3C}")}}}]}}});
    let read = read(&locals, &id(), false);
    assert_eq!((read.carries.len(), read.in_locals), (0, true));
}

#[test]
fn another_trace_is_told_by_its_id() {
    let header = |value: String| json!({"request": {"headers": {"Traceparent": value}}, "custom": {"note": W3C}});
    let other = read(&header(format!("00-{OTHER}-53995c3f42cd8ad8-01")), &id(), false);
    assert_eq!((other.others, other.carries), (vec![TraceId::from_text(OTHER)], vec!["custom.note".to_owned()]));
    // Of the ids in one header, `Root` is the trace's.
    let amzn =
        json!({"request": {"headers": {"X-Amzn-Trace-Id": format!("Root=1-8bc62638-2cebdea2f7f1556261da8061;Self={XRAY}")}}});
    let amzn = read(&amzn, &id(), false);
    assert_eq!((amzn.others, amzn.carries.len()), (vec![TraceId::from_text(OTHER)], 0));
    let garbage = read(&header("hello".to_owned()), &id(), false);
    assert_eq!(garbage.others, []);
}

#[test]
fn an_id_that_is_no_hex_is_found_as_it_is_and_a_short_one_padded() {
    let data = |value: &str| json!({"custom": {"trace": value}});
    let odd = TraceId::from_text("checkout-4711");
    assert_eq!(read(&data("checkout-4711"), &odd, false).carries, ["custom.trace"]);
    assert_eq!(read(&data("the checkout-4711"), &odd, false).carries.len(), 0);
    assert_eq!(read(&data("GET"), &TraceId::from_text("GET"), false).carries.len(), 0, "it may be any word");
    let short = TraceId::from_text("bd862e3fe1be46a9");
    assert_eq!(read(&data("0000000000000000BD862E3FE1BE46A9"), &short, false).carries, ["custom.trace"]);
    assert_eq!(read(&data("[bd862e3fe1be46a9]"), &short, false).carries, ["custom.trace"]);
}

#[test]
fn one_that_makes_no_sense_costs_only_itself() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let body = format!(
        r#"{{"err":0,"result":{{"instances":[{}, 7, null, {{"id":1,"timestamp":"soon"}}, {{"timestamp":5}}, {{"id":2,"timestamp":5,"data":{deep}}}]}}}}"#,
        with(&json!({"body": 7, "request": "x", "level": {}, "uuid": [], "environment": null}))
    );
    let page = page(body.as_bytes(), &id(), true).unwrap();
    assert_eq!((page.occurrences.len(), page.unread), (1, 5));
    assert_eq!((page.occurrences[0].uuid.as_str(), page.occurrences[0].exceptions.len()), ("", 0));
    assert!(!page.is_empty());
}

#[test]
fn what_is_longer_than_anybody_reads_is_cut() {
    let long = "é".repeat(100_000);
    let frames: Vec<_> = (0..300).map(|line| json!({"lineno": line, "locals": {"x": long}})).collect();
    let data = json!({"body": {"trace": {"frames": frames, "exception": {"class": "E", "message": long}}}});
    let read = read(&data, &id(), true);
    assert!(read.message().len() < 10_000 && read.message().ends_with('…'));
    let exception = &read.exceptions[0];
    assert_eq!((exception.frames.len(), exception.left_out, exception.frames[0].line), (200, 100, Some(100)));
}

#[test]
fn an_item_is_read_with_its_figures() {
    let body = json!({"err": 0, "result": {
        "id": 272_505_123, "counter": 42, "title": "NotNullViolation: null", "level": 40, "status": "active", "environment": "production",
        "first_occurrence_timestamp": 1_784_800_000, "last_occurrence_timestamp": 1_784_901_826, "total_occurrences": 17,
    }});
    let read = item(body.to_string().as_bytes()).unwrap();
    assert_eq!((read.id, read.counter, read.total, read.level.as_str()), (272_505_123, Some(42), Some(17), "error"));
    assert_eq!((read.first_seen.0 / 1_000_000_000, read.last_seen.0 / 1_000_000_000), (1_784_800_000, 1_784_901_826));
    assert!(matches!(item(br#"{"err":0,"result":{}}"#), Err(Odd::Malformed(_))));
}

#[test]
fn a_refusal_is_one_whatever_the_status() {
    let body = br#"{"err": 1, "message": " invalid access token "}"#;
    assert_eq!(page(body, &id(), false), Err(Odd::Refused("invalid access token".to_owned())));
    assert_eq!(refusal(body), "invalid access token");
    assert_eq!(page(br#"{"err":2}"#, &id(), false), Err(Odd::Refused("error 2".to_owned())));
    for body in ["<html>", "", "{}", "[]", r#"{"err":0,"result":null}"#, r#"{"err":0,"result":{"items":[]}}"#] {
        assert!(matches!(page(body.as_bytes(), &id(), false), Err(Odd::Malformed(_))), "{body}");
        assert_eq!(refusal(body.as_bytes()), "");
    }
    assert!(page(&answer(&json!([])), &id(), false).unwrap().is_empty());
}

proptest! {
    #[test]
    fn no_bytes_panic(body: Vec<u8>, message: String) {
        page(&body, &id(), true).ok();
        item(&body).ok();
        let said = json!({"message": message}).to_string();
        prop_assert!(refusal(said.as_bytes()).len() <= 4 * 500);
    }

    #[test]
    fn the_id_is_found_within_any_text(before in "[^0-9a-fA-F]{0,8}", after in "[^0-9a-fA-F]{0,8}", upper: bool, dashed: bool) {
        let spelled = if dashed { XRAY } else { W3C };
        let spelled = if upper { spelled.to_uppercase() } else { spelled.to_owned() };
        let data = json!({"custom": {"note": format!("{before}{spelled}{after}")}});
        prop_assert_eq!(read(&data, &id(), false).carries, ["custom.note"]);
    }
}
