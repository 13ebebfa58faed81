//! Traces into rows, as Honeycomb's translator of OTLP writes them (`otlp/traces.go` of <https://github.com/honeycombio/husky>),
//! and back. Keys of resources, spans, and events are of pools of their own: that is what rows do not tell apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value as Json, json};

use super::{Answer, KEY, MICROS, Reader, SKELETON, Schema, TIME, Table};
use crate::model::{
    Attributes, Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, Time, Trace, TraceId, Value,
};

const EPOCH: u64 = 1_700_000_000;
const RESOURCE: &[&str] = &["host.name", "k8s.pod.name", "service.version", "process.pid"];
const SPAN: &[&str] = &["http.route", "db.rows", "span.a", "span.b", "span.c"];
const EVENT: &[&str] = &["event.a", "event.b", "event.c"];

/// How a missing value is written.
#[derive(Debug, Clone, Copy)]
enum Missing {
    Absent,
    Null,
    Blank,
}

/// A key has one type everywhere, as a column has.
fn value(key: &'static str) -> BoxedStrategy<Value> {
    let text = || "[a-z\"\\\\\u{e9}<]{1,6}";
    match key {
        "process.pid" | "db.rows" | "event.a" => any::<i64>().prop_map(Value::Int).boxed(),
        "span.a" | "event.b" => prop_oneof![any::<i32>().prop_map(f64::from), -1e9..1e9].prop_map(Value::Double).boxed(),
        "span.b" => any::<bool>().prop_map(Value::Bool).boxed(),
        "span.c" => prop_oneof![
            vec(text().prop_map(Value::from), 0..3).prop_map(Value::Array),
            vec(any::<u8>(), 0..5).prop_map(Value::Bytes),
        ]
        .boxed(),
        _ => text().prop_map(Value::from).boxed(),
    }
}

/// Sorted by key, as they are read.
fn attributes(keys: &'static [&'static str]) -> impl Strategy<Value = Attributes> {
    let entry = |key: &'static str| value(key).prop_map(move |value| (key.to_owned(), value));
    subsequence(keys, 0..=keys.len()).prop_flat_map(move |mut keys| {
        keys.sort_unstable();
        keys.into_iter().map(entry).collect::<Vec<_>>().prop_map(Attributes::from_iter)
    })
}

fn micros() -> impl Strategy<Value = Time> {
    (0u64..600_000_000).prop_map(|micros| Time(EPOCH * 1_000_000_000 + micros * 1000))
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let exception = ("[A-Z]{1,3}", "[a-z ]{1,4}").prop_map(|(kind, message)| {
        let attributes = [("exception.message", message), ("exception.type", kind)].into_iter().collect();
        Event { name: "exception".into(), attributes, ..Event::default() }
    });
    let plain = ("[a-c]", attributes(EVENT)).prop_map(|(name, attributes)| Event { name, attributes, ..Event::default() });
    let event = (micros(), prop_oneof![1 => exception, 3 => plain]).prop_map(|(time, event)| Event { time, ..event });
    vec(event, 0..4).prop_map(|mut events| {
        events.sort_by_key(|event| event.time);
        // Two that are alike in the key cannot be told apart when their columns come in several queries.
        let mut seen = BTreeSet::new();
        events.retain(|event| seen.insert((event.time, event.name.clone())));
        events
    })
}

fn links() -> impl Strategy<Value = Vec<Link>> {
    let link = (select(&["aa", "bb"][..]), 0u8..9, attributes(EVENT)).prop_map(|(trace, span, attributes)| Link {
        trace_id: trace.repeat(16),
        span_id: format!("{span:016x}"),
        attributes,
        ..Link::default()
    });
    vec(link, 0..3).prop_map(|mut links| {
        let mut seen = BTreeSet::new();
        links.retain(|link| seen.insert(link.span_id.clone()));
        links.sort_by(|a, b| (&a.trace_id, &a.span_id).cmp(&(&b.trace_id, &b.span_id)));
        links
    })
}

fn span() -> impl Strategy<Value = Span> {
    let code = select(&[StatusCode::Unset, StatusCode::Ok, StatusCode::Error][..]);
    let scope = (select(&["", "lib", "@opentelemetry/instrumentation-x"][..]), select(&["", "1.0"][..]));
    (
        (option::of(0u8..12), "[A-C]", select(&SpanKind::NAMED[..]), micros(), 0i64..90_000_000_000),
        (code, option::of("[a-z]{1,3}"), attributes(SPAN), events(), links()),
        (scope, select(&["", "congo=t61rcWkgMzE"][..])),
    )
        .prop_map(|((parent, name, kind, start, duration), (code, message, attributes, events, links), (scope, state))| {
            Span {
                parent: parent.map(|id| SpanId::from_bytes([id + 1; 8])),
                name,
                kind,
                start,
                end: Some(Time(start.0 + duration as u64)),
                status: Status { code, message: message.unwrap_or_default() },
                attributes,
                events,
                links,
                scope: Arc::new(Scope { name: scope.0.into(), version: scope.1.into(), ..Scope::default() }),
                trace_state: state.into(),
                ..Span::default()
            }
        })
}

fn resource() -> impl Strategy<Value = Arc<Resource>> {
    (option::weighted(0.9, "[a-c]"), attributes(RESOURCE)).prop_map(|(service, mut attributes)| {
        attributes.0.extend(service.map(|service| ("service.name".into(), service.into())));
        attributes.0.sort_by(|a, b| a.0.cmp(&b.0));
        Arc::new(Resource { attributes, ..Resource::default() })
    })
}

fn trace() -> impl Strategy<Value = Trace> {
    (vec(resource(), 1..3), vec((span(), any::<prop::sample::Index>()), 1..8)).prop_map(|(resources, spans)| {
        let number = |(number, (span, of)): (usize, (Span, prop::sample::Index))| Span {
            id: SpanId::from_bytes([number as u8 + 1; 8]),
            resource: Arc::clone(of.get(&resources)),
            ..span
        };
        let mut spans: Vec<Span> = spans.into_iter().enumerate().map(number).collect();
        spans.sort_by_key(|span| span.start);
        Trace::assemble(TraceId::from_bytes([7; 16]), spans).unwrap()
    })
}

type Cells = BTreeMap<String, Json>;

fn put(cells: &mut Cells, attributes: &Attributes) {
    for (key, value) in attributes.iter() {
        let json = match value {
            Value::Str(text) => json!(text.as_str()),
            Value::Bool(yes) => json!(yes),
            Value::Int(number) => json!(number),
            // Go writes no fraction where there is none.
            Value::Double(number) if number.fract() == 0.0 => json!(*number as i64),
            Value::Double(number) => json!(number),
            Value::Bytes(bytes) => json!(format!("\"{}\"\n", STANDARD.encode(bytes))),
            Value::Array(items) => {
                let items: Vec<Json> = items.iter().map(|item| json!(item.as_str().unwrap())).collect();
                json!(format!("{}\n", json!(items)))
            }
            other => unreachable!("{other:?} is not generated"),
        };
        cells.insert(key.to_owned(), json);
    }
}

fn of_any(trace: &Trace, span: &Span, at: Time) -> Cells {
    let micros = at.0 / 1000 - EPOCH * 1_000_000;
    let mut cells = Cells::from([
        ("COUNT".into(), json!(1)),
        (TIME.into(), json!((at.0 / 1000) as f64 / 1e6)),
        (MICROS.into(), json!(micros)),
        ("trace.trace_id".into(), json!(trace.id().to_string())),
        ("meta.signal_type".into(), json!("trace")),
    ]);
    if span.is_error() {
        cells.insert("error".into(), json!(true));
    }
    put(&mut cells, &span.resource.attributes);
    for (key, text) in [("library.name", &span.scope.name), ("library.version", &span.scope.version)] {
        if !text.is_empty() {
            cells.insert(key.into(), json!(text.as_str()));
        }
    }
    if span.scope.name.starts_with('@') {
        cells.insert("telemetry.instrumentation_library".into(), json!(true));
    }
    cells
}

/// The rows of a trace, by time.
fn rows(trace: &Trace) -> Vec<Cells> {
    let mut rows = Vec::new();
    for span in trace.spans() {
        let id = span.id.to_string();
        let mut row = of_any(trace, span, span.start);
        for event in span.events.iter().filter(|event| event.name == "exception").rev() {
            put(&mut row, &event.attributes);
        }
        put(&mut row, &span.attributes);
        let fixed = json!({"trace.span_id": id, "name": span.name, "type": span.kind.name(), "span.kind": span.kind.name(),
            "status_code": span.status.code.number(), "duration_ms": span.duration().unwrap() as f64 / 1e6,
            "span.num_events": span.events.len(), "span.num_links": span.links.len()});
        row.extend(fixed.as_object().unwrap().clone());
        row.extend(span.parent.as_ref().map(|parent| ("trace.parent_id".to_owned(), json!(parent.to_string()))));
        for (key, text) in [("status_message", &span.status.message), ("trace.trace_state", &span.trace_state)] {
            row.extend((!text.is_empty()).then(|| (key.to_owned(), json!(text.as_str()))));
        }
        rows.push((span.start, row));
        for event in &span.events {
            let mut row = of_any(trace, span, event.time);
            put(&mut row, &event.attributes);
            let early = event.time < span.start;
            let since = if early { 0.0 } else { event.time.since(span.start) as f64 / 1e6 };
            let fixed = json!({"trace.parent_id": id, "parent_name": span.name, "name": event.name,
                "meta.annotation_type": "span_event", "meta.time_since_span_start_ms": since});
            row.extend(fixed.as_object().unwrap().clone());
            row.extend(early.then(|| ("meta.invalid_time_since_span_start".to_owned(), json!(true))));
            rows.push((event.time, row));
        }
        for link in &span.links {
            let mut row = of_any(trace, span, span.start);
            put(&mut row, &link.attributes);
            let fixed = json!({"trace.parent_id": id, "parent_name": span.name, "meta.annotation_type": "link",
                "trace.link.trace_id": link.trace_id, "trace.link.span_id": link.span_id});
            row.extend(fixed.as_object().unwrap().clone());
            rows.push((span.start, row));
        }
    }
    rows.sort_by_key(|(time, _)| *time);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The result of a query for these columns.
fn table(rows: &[Cells], columns: &[&str], missing: Missing) -> Table {
    let row = |row: &Cells| {
        let cell = |column: &&str| {
            let none = match missing {
                Missing::Absent => None,
                Missing::Null => Some(Json::Null),
                Missing::Blank => Some(json!("")),
            };
            Some(((*column).to_owned(), row.get(*column).cloned().or(none)?))
        };
        json!({"data": columns.iter().chain([&"COUNT"]).filter_map(cell).collect::<Cells>()})
    };
    let results: Vec<Json> = rows.iter().map(row).collect();
    let body = json!({"id": "r", "complete": true, "data": {"results": results}}).to_string();
    Answer::parse(body.as_bytes()).unwrap().table.unwrap()
}

fn schema() -> Schema {
    let types = [("process.pid", "integer"), ("db.rows", "integer"), ("event.a", "integer"), ("span.a", "float")];
    let types = types.into_iter().chain([("event.b", "float"), ("span.b", "boolean"), ("duration_ms", "float")]);
    let columns: Vec<Json> = types.map(|(key, kind)| json!({"key_name": key, "type": kind})).collect();
    Schema::parse(json!(columns).to_string().as_bytes()).unwrap()
}

proptest! {
    #[test]
    fn a_trace_comes_back_from_its_rows_as_it_was(
        mut written in trace(),
        missing in select(&[Missing::Absent, Missing::Null, Missing::Blank][..]),
        skeleton in 8usize..60,
        chunk in 1usize..8,
        page in 1usize..12,
    ) {
        let rows = rows(&written);
        let all: BTreeSet<&str> = rows.iter().flatten().map(|(key, _)| key.as_str()).filter(|key| *key != "COUNT").collect();
        let first = SKELETON.iter().copied().filter(|column| all.contains(column));
        let rest = all.iter().copied().filter(|column| !SKELETON.contains(column) && *column != MICROS);
        let mut columns: Vec<&str> = first.chain([MICROS]).chain(rest).collect();
        let further = columns.split_off(skeleton.min(columns.len()));
        let key: Vec<&str> = KEY.iter().copied().filter(|column| all.contains(column)).collect();
        let schema = schema();
        let mut reader = Reader::new(&schema, EPOCH);
        // A page begins with the last time of the one before, and is long enough to get on.
        let mut begin = 0;
        while begin < rows.len() {
            let end = rows.len().min(begin + page);
            let table = table(&rows[begin..end], &columns, missing);
            prop_assert!(reader.skeleton(&table) <= end - begin);
            prop_assert_eq!(reader.len(), end);
            if end == rows.len() {
                break;
            }
            let from = rows.iter().position(|row| row[TIME].as_f64() == reader.last_time()).unwrap();
            // With more rows of one time than a page holds, the caller must go on otherwise.
            begin = if from + page > end { from } else { end };
        }
        for columns in further.chunks(chunk) {
            let columns = [&key, columns].concat();
            let half = rows.len() / 2;
            // The second page first, and both with the row in the middle.
            reader.more(&table(&rows[half..], &columns, missing));
            reader.more(&table(&rows[..=half], &columns, missing));
        }
        let mut read = reader.finish();
        prop_assert_eq!(read.len(), 1);
        let read = read.remove(0);
        written.precision = read.trace.precision;
        prop_assert!(written.precision <= 1_000_000_000);
        prop_assert_eq!(read.trace.spans(), written.spans());
        prop_assert_eq!(&read.trace, &written);
        prop_assert!(read.notes.is_empty(), "{:?}", read.notes);
    }
}
