//! Log records with the traces that they name, whichever came first, and forgotten with them.

use super::*;
use crate::model::Value;
use crate::wire::otlp::logs::Logs;

fn lines(trace: &TraceId, texts: &[&str]) -> Batch {
    let record = |text: &&str| {
        let trace = trace.canonical();
        format!(r#"{{"traceId":"{trace}","spanId":"0000000000000002","timeUnixNano":"1","body":{{"stringValue":"{text}"}}}}"#)
    };
    let records: Vec<_> = texts.iter().map(record).collect();
    let json = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{}]}}]}}]}}"#, records.join(","));
    Logs::from_otlp_json(json.as_bytes()).unwrap().batch
}

fn spans(id: &TraceId) -> Batch {
    batch(vec![(id.clone(), span(1, 0, "web", "root")), (id.clone(), span(2, 1, "web", "child"))])
}

fn texts(trace: &Trace) -> Vec<String> {
    let events = trace.spans().iter().flat_map(|span| &span.events);
    events.filter_map(|event| event.attributes.get("body").and_then(Value::as_str)).map(str::to_owned).collect()
}

fn count(connection: &Connection, table: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn lines_are_with_their_trace_whether_they_came_before_or_after() {
    let store = Store::new();
    let sent_again = lines(&id(1), &["before"]);
    store.keep(vec![sent_again.clone(), spans(&id(1)), lines(&id(1), &["after", "later"]), sent_again, spans(&id(2))]);
    assert_eq!(texts(&store.trace(&id(1)).unwrap()), ["before", "after", "later"]);
    assert_eq!(texts(&store.trace(&id(2)).unwrap()), [""; 0]);
    assert_eq!(store.list("event.body = \"later\""), [id(1)]);
    assert_eq!(store.list("event.body = \"never\""), []);
}

#[test]
fn lines_alone_are_no_trace() {
    let store = Store::new();
    store.keep(vec![lines(&id(1), &["alone"])]);
    assert_eq!((store.trace(&id(1)), store.list("")), (None, vec![]));
}

#[test]
fn who_follows_the_store_is_told_of_traces_that_got_lines() {
    let store = Store::new();
    store.keep(vec![spans(&id(1)), spans(&id(2))]);
    let connection = Connection::open(&store.path).unwrap();
    connection.execute("UPDATE trace_rows SET received = 5", []).unwrap();
    drop(connection);
    store.keep(vec![lines(&id(1), &["late"])]);
    let query = Query { range: TimeRange::ALL, filter: None, limit: 100 };
    let arrived: Vec<_> = store.open().arrived(&query, NOW).unwrap().traces.into_iter().map(|summary| summary.id).collect();
    assert_eq!(arrived, [id(1)]);
}

#[test]
fn lines_are_evicted_with_their_trace_and_those_of_none_by_their_own_age() {
    let store = Store::new();
    store.keep(vec![lines(&id(1), &["a"]), spans(&id(1)), lines(&id(2), &["b"]), spans(&id(3)), lines(&id(3), &["c"])]);
    let mut connection = super::super::schema::open_for_writing(&store.path).unwrap();
    // The third one's spans and its line's trace are young, the others old; the line of the third is old itself.
    let age = "UPDATE batches SET received = 5; UPDATE trace_rows SET received = 5 WHERE n <> (SELECT max(n) FROM trace_rows)";
    connection.execute_batch(age).unwrap();
    let retention = Retention { max_age: Some(Duration::from_mins(1)), max_bytes: None };
    assert_eq!(evict(&mut connection, &retention, NOW).unwrap(), 1);
    assert_eq!(["trace_rows", "log_fragments", "batches"].map(|table| count(&connection, table)), [1, 1, 2]);
    drop(connection);
    assert_eq!(texts(&store.trace(&id(3)).unwrap()), ["c"]);
}

#[test]
fn a_store_of_nothing_but_lines_stays_within_its_bound_too() {
    let store = Store::new();
    let text =
        |number: u32| (0..2_000).map(|place| char::from(b'a' + (number * 7919 + place * place) as u8 % 26)).collect::<String>();
    store.keep((0..300).map(|number| lines(&id(number as u8), &[&text(number), &format!("{number}")])).collect());
    let mut connection = super::super::schema::open_for_writing(&store.path).unwrap();
    let before = count(&connection, "batches");
    let used = super::super::retention::used(&connection).unwrap();
    evict(&mut connection, &Retention { max_age: None, max_bytes: Some(used / 2) }, NOW).unwrap();
    let left = count(&connection, "batches");
    assert!(left > 0 && left < before, "{left} of {before}");
    assert_eq!(left, count(&connection, "(SELECT DISTINCT batch FROM log_fragments)"));
    assert!(super::super::retention::used(&connection).unwrap() <= used / 2);
}

#[test]
fn a_store_of_before_there_were_lines_is_read_as_it_is() {
    let store = Store::new();
    store.keep(vec![spans(&id(1))]);
    let connection = Connection::open(&store.path).unwrap();
    connection.execute_batch("DROP TABLE log_fragments; PRAGMA user_version = 3").unwrap();
    drop(connection);
    assert_eq!(store.trace(&id(1)).unwrap().spans().len(), 2);
    store.keep(vec![lines(&id(1), &["now"])]);
    assert_eq!(texts(&store.trace(&id(1)).unwrap()), ["now"]);
}
