//! Traces as they are read back from Honeycomb, the rows that they came from, and filters that often match them.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::oracle::Row;
use crate::model::{
    Attributes, Event, Link, Resource, Scope as Library, Span, SpanId, SpanKind, Status, StatusCode, Time, Trace, TraceId,
    Value,
};
use crate::wire::honeycomb::is_of_resource;
use crate::wire::honeycomb::{Column, ColumnType, Names, Schema};

pub(super) const TRACE: &str = "5759e988bd862e3fe1be46a994272793";

/// Where there are all columns that these traces have.
pub(super) fn schema() -> Schema {
    use ColumnType::{Boolean, Float, Integer, String};
    let columns: &[(&str, &[ColumnType])] = &[
        ("trace.trace_id", &[String]),
        ("trace.span_id", &[String]),
        ("trace.parent_id", &[String]),
        ("trace.link.trace_id", &[String]),
        ("trace.link.span_id", &[String]),
        ("meta.annotation_type", &[String]),
        ("meta.signal_type", &[String]),
        ("name", &[String]),
        ("parent_name", &[String]),
        ("event.name", &[String]),
        ("severity_text", &[String]),
        ("service.name", &[String]),
        ("duration_ms", &[Float]),
        ("span.kind", &[String]),
        ("type", &[String]),
        ("status_code", &[Integer]),
        ("status_message", &[String]),
        ("error", &[Boolean]),
        ("library.name", &[String]),
        ("k", &[String]),
        ("j", &[String]),
        ("n", &[Integer]),
        ("f", &[Float]),
        ("b", &[Boolean]),
        ("m", &[String, Integer]),
        ("a \"b\"", &[String]),
        ("host.name", &[String]),
        ("http.status_code", &[Integer]),
        ("http.response.status_code", &[String]),
        ("http.target", &[String]),
        ("url.path", &[String]),
        ("url.query", &[String]),
        ("exception.type", &[String]),
        ("root.k", &[String]),
    ];
    let columns = columns.iter().map(|(name, types)| {
        let mut types = types.to_vec();
        types.sort_unstable();
        ((*name).to_owned(), Column { types, last_written: None })
    });
    Schema { columns: columns.collect(), names: Names::default() }
}

const WORDS: &[&str] = &["a", "b", "ab", "500", "true", "0x00ff", "[x", "/a?q=1"];

fn text() -> impl Strategy<Value = Value> {
    let word = || select(WORDS).prop_map(Value::from);
    let element = prop_oneof![word(), (0_i64..3).prop_map(Value::Int), any::<bool>().prop_map(Value::Bool)];
    prop_oneof![6 => word(), 2 => vec(element, 0..3).prop_map(Value::Array), 1 => Just(Value::Bytes(vec![0, 255]))]
}

fn attribute() -> impl Strategy<Value = (String, Value)> {
    let key = |key: &'static str| move |value: Value| (key.to_owned(), value);
    let word = || select(WORDS).prop_map(Value::from);
    prop_oneof![
        4 => text().prop_map(key("k")),
        2 => text().prop_map(key("j")),
        2 => (-1_i64..3).prop_map(Value::Int).prop_map(key("n")),
        2 => select(&[0.5, 1.0, 500.0, -1.5][..]).prop_map(Value::Double).prop_map(key("f")),
        2 => any::<bool>().prop_map(Value::Bool).prop_map(key("b")),
        1 => prop_oneof![word(), (0_i64..3).prop_map(Value::Int)].prop_map(key("m")),
        1 => text().prop_map(key("a \"b\"")),
        2 => word().prop_map(key("host.name")),
        2 => select(&[200_i64, 500][..]).prop_map(Value::Int).prop_map(key("http.status_code")),
        1 => select(&["200", "500", "5e2"][..]).prop_map(Value::from).prop_map(key("http.response.status_code")),
        1 => select(&["/a?q=1", "/b"][..]).prop_map(Value::from).prop_map(key("http.target")),
        1 => select(&["/a", "/b"][..]).prop_map(Value::from).prop_map(key("url.path")),
        1 => Just(Value::from("q=1")).prop_map(key("url.query")),
        1 => text().prop_map(key("root.k")),
    ]
}

/// Each key once.
fn attributes(most: usize) -> impl Strategy<Value = BTreeMap<String, Value>> {
    vec(attribute(), 0..most).prop_map(|entries| entries.into_iter().collect())
}

/// How the row of an event says its name.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Called {
    Name,
    EventName,
    Severity,
}

#[derive(Debug, Clone)]
struct Happening {
    event: Event,
    called: Called,
}

fn happening() -> impl Strategy<Value = Happening> {
    let name = select(&["GET", "exception", "a"][..]);
    let exception = option::of(select(&["E", "F"][..]));
    let called = select(&[Called::Name, Called::Name, Called::EventName, Called::Severity][..]);
    (name, called, attributes(3), exception).prop_map(|(name, called, mut attributes, exception)| {
        attributes.extend(exception.map(|kind| ("exception.type".to_owned(), Value::from(kind))));
        if called == Called::Severity {
            attributes.insert("severity_text".to_owned(), name.into());
        }
        let attributes = attributes.into_iter().collect();
        Happening { event: Event { name: name.to_owned(), attributes, ..Event::default() }, called }
    })
}

/// A trace as it is read back, and the rows that it is read from.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) trace: Trace,
    pub(super) rows: Vec<Row>,
}

pub(super) fn life() -> impl Strategy<Value = Life> {
    let parent = option::of(0_u64..4);
    let said = (
        select(&["GET", "POST", ""][..]),
        select(&["web", "pay", ""][..]),
        select(&SpanKind::NAMED[..]),
        select(&[StatusCode::Unset, StatusCode::Ok, StatusCode::Error][..]),
        option::of(select(&[0_u64, 1_000_000, 250_000_000, 250_000_400, 249_999_999][..])),
    );
    let links = vec((select(&[TRACE, "other"][..]), select(&["00000000000000ff", "x"][..]), attributes(2)), 0..2);
    let span = (parent, said, attributes(5), vec(happening(), 0..3), links);
    vec(span, 1..4).prop_map(|spans| {
        let mut life =
            Life { trace: Trace::assemble(TraceId::from_text(TRACE), vec![Span::default()]).unwrap(), rows: Vec::new() };
        let mut all = Vec::new();
        for (at, (parent, (name, service, kind, code, duration), attributes, happenings, links)) in
            spans.into_iter().enumerate()
        {
            let (of_resource, own): (Vec<_>, Vec<_>) = attributes.into_iter().partition(|(key, _)| is_of_resource(key));
            let mut resource: Attributes = of_resource.into_iter().collect();
            if !service.is_empty() {
                resource.push("service.name", service);
            }
            let start = Time(1_700_000_000_000_000_000 + at as u64);
            let message = if code == StatusCode::Error { "broken" } else { "" };
            // A copy of the resource's attribute is not read as the event's.
            let without_copies = |mut attributes: Attributes| {
                attributes.0.retain(|(key, value)| !is_of_resource(key) || resource.get(key) != Some(value));
                attributes
            };
            let happenings = happenings.into_iter().map(|Happening { event, called }| {
                let attributes = without_copies(event.attributes);
                Happening { event: Event { attributes, ..event }, called }
            });
            let happenings: Vec<_> = happenings.collect();
            let links = links.into_iter().map(|(trace_id, span_id, attributes)| Link {
                trace_id: trace_id.to_owned(),
                span_id: span_id.to_owned(),
                attributes: without_copies(attributes.into_iter().collect()),
                ..Link::default()
            });
            let span = Span {
                id: SpanId::from_bytes((at as u64 + 1).to_be_bytes()),
                parent: parent.map(|parent| SpanId::from_bytes((parent + 1).to_be_bytes())),
                name: name.to_owned(),
                kind,
                start,
                end: duration.map(|nanos| start.saturating_add(nanos.into())),
                status: Status { code, message: message.to_owned() },
                attributes: own.into_iter().collect(),
                events: happenings.iter().map(|happening| happening.event.clone()).collect(),
                links: links.collect(),
                resource: Arc::new(Resource { attributes: resource.clone(), ..Resource::default() }),
                scope: Arc::new(Library { name: service.to_owned(), ..Library::default() }),
                ..Span::default()
            };
            life.rows.extend(rows(&span, &happenings));
            all.push(span);
        }
        life.trace = Trace::assemble(TraceId::from_text(TRACE), all).unwrap();
        life
    })
}

fn rows(span: &Span, happenings: &[Happening]) -> Vec<Row> {
    let mut shared = Row::from([("trace.trace_id".to_owned(), json!(TRACE))]);
    if span.status.code == StatusCode::Error {
        shared.insert("error".to_owned(), json!(true));
    }
    if !span.scope.name.is_empty() {
        shared.insert("library.name".to_owned(), json!(span.scope.name));
    }
    add(&mut shared, &span.resource.attributes);
    let mut own = shared.clone();
    let mut set = |column: &str, value: Json| own.insert(column.to_owned(), value);
    set("trace.span_id", json!(span.id.to_string()));
    set("span.kind", json!(span.kind.name()));
    set("type", json!(span.kind.name()));
    set("status_code", json!(span.status.code.number()));
    set("meta.signal_type", json!("trace"));
    if let Some(parent) = &span.parent {
        set("trace.parent_id", json!(parent.to_string()));
    }
    if !span.name.is_empty() {
        set("name", json!(span.name));
    }
    if let Some(nanos) = span.duration() {
        set("duration_ms", json!(nanos as f64 / 1e6));
    }
    if !span.status.message.is_empty() {
        set("status_message", json!(span.status.message));
    }
    if let Some(first) = span.events.iter().find(|event| event.name == "exception")
        && let Some(kind) = first.attributes.str("exception.type")
    {
        set("exception.type", json!(kind));
    }
    add(&mut own, &span.attributes);
    let mut rows = vec![own];
    shared.insert("trace.parent_id".to_owned(), json!(span.id.to_string()));
    shared.insert("parent_name".to_owned(), json!(span.name));
    for Happening { event, called } in happenings {
        let mut row = shared.clone();
        row.insert("meta.annotation_type".to_owned(), json!("span_event"));
        row.insert("meta.signal_type".to_owned(), json!(if *called == Called::Name { "trace" } else { "log" }));
        match called {
            Called::Name => row.insert("name".to_owned(), json!(event.name)),
            Called::EventName => row.insert("event.name".to_owned(), json!(event.name)),
            Called::Severity => None,
        };
        add(&mut row, &event.attributes);
        rows.push(row);
    }
    for link in &span.links {
        let mut row = shared.clone();
        row.insert("meta.annotation_type".to_owned(), json!("link"));
        row.insert("trace.link.trace_id".to_owned(), json!(link.trace_id));
        row.insert("trace.link.span_id".to_owned(), json!(link.span_id));
        add(&mut row, &link.attributes);
        rows.push(row);
    }
    rows
}

fn add(row: &mut Row, attributes: &Attributes) {
    row.extend(attributes.iter().map(|(key, value)| (key.to_owned(), cell(value))));
}

/// As Honeycomb keeps a value: lists and bytes are JSON on a line of their own.
fn cell(value: &Value) -> Json {
    fn plain(value: &Value) -> Json {
        match value {
            Value::Str(text) => json!(text.as_str()),
            Value::Bool(yes) => json!(yes),
            Value::Int(number) => json!(number),
            Value::Double(number) => json!(number),
            Value::Array(items) => items.iter().map(plain).collect(),
            Value::Bytes(bytes) => json!(STANDARD.encode(bytes)),
            other => panic!("{other} is not made here"),
        }
    }
    match value {
        Value::Array(_) | Value::Bytes(_) => json!(format!("{}\n", plain(value))),
        other => plain(other),
    }
}

/// A cell as it is read back.
pub(super) fn read(cell: &Json) -> Value {
    fn plain(json: &Json) -> Value {
        match json {
            Json::String(text) => text.as_str().into(),
            Json::Bool(yes) => Value::Bool(*yes),
            Json::Number(number) => number.as_i64().map_or_else(|| Value::Double(number.as_f64().unwrap()), Value::Int),
            Json::Array(items) => Value::Array(items.iter().map(plain).collect()),
            other => panic!("{other} is not made here"),
        }
    }
    let encoded = cell.as_str().and_then(|text| text.strip_suffix('\n')).map(|json| serde_json::from_str(json).unwrap());
    match encoded {
        Some(Json::String(text)) => Value::Bytes(STANDARD.decode(text).unwrap()),
        Some(json) => plain(&json),
        None => plain(cell),
    }
}

fn about_intrinsics() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "name = GET",
            "name != GET",
            "name =~ \"G.*\"",
            "name !~ \"G.*\"",
            "name contains \"\"",
            "service = web",
            "service != web",
            "service in (web, pay)",
            "service = nil",
            "status = error",
            "status != error",
            "status = ok",
            "status in (ok, unset)",
            "statusMessage = broken",
            "statusMessage = nil",
            "kind = server",
            "kind = unspecified",
            "kind != client",
            "kind in (unspecified, client)",
            "duration > 250ms",
            "duration >= 250ms",
            "duration = 250ms",
            "duration < 250ms",
            "duration != 250ms",
            "duration = nil",
            "duration in (1ms, 250ms)",
            "root",
            "root = false",
            "root != false",
            "span:id = \"0000000000000001\"",
            "span:parentID = \"0000000000000002\"",
            "span:parentID = nil",
            "span:id != \"0000000000000001\"",
            "event:name = exception",
            "event:name = GET",
            "event:name != GET",
            "event:name =~ \"G.*\"",
            "link:traceID = other",
            "link:spanID = \"00000000000000FF\"",
            "link:traceID exists",
            "instrumentation:name = web",
            "traceDuration > 1ms",
            "rootName = GET",
            "rootServiceName = web",
            "trace:id = \"1-5759e988-bd862e3fe1be46a994272793\"",
            "trace:id = other",
            "trace:id != other",
            "duration > 0.0000001s",
        ][..],
    )
}

pub(super) fn comparison() -> impl Strategy<Value = String> {
    let attribute = select(
        &[
            "k",
            "k",
            "k",
            "j",
            "n",
            "f",
            "b",
            "m",
            "\"a \\\"b\\\"\"",
            "host.name",
            "http.status_code",
            "http.response.status_code",
            "http.target",
            "url.path",
            "url.query",
            "exception.type",
            "\"root.k\"",
            "event.k",
            "link.k",
            "span.k",
            "resource.k",
            "span.host.name",
            "resource.host.name",
            "event.exception.type",
            "nowhere",
            "\"service.name\"",
            "event.host.name",
            "instrumentation.k",
        ][..],
    );
    let value = select(
        &[
            "a",
            "b",
            "\"500\"",
            "500",
            "1",
            "0.5",
            "true",
            "\"true\"",
            "\"0x00ff\"",
            "\"[x\"",
            "1s",
            "\"/a?q=1\"",
            "\"/a\"",
            "E",
            "web",
        ][..],
    );
    let op = select(&["=", "=", "=", "!=", "<", "<=", ">", ">="][..]);
    let textual = select(
        &[
            "=~ \"a|b\"",
            "=~ \".*\"",
            "=~ \"5\\d+|true\"",
            "!~ \"a.*\"",
            "contains \"0\"",
            "starts-with \"a\"",
            "ends-with b",
            "contains \"\"",
            "=~ \"\\w+\"",
        ][..],
    );
    let list = select(&["in (a, 500)", "not in (a, b)", "in (a, b, \"0x00ff\")", "in (1, 0.5)", "not in (1, true)"][..]);
    let presence = select(&["exists", "= nil"][..]);
    let of_attribute = prop_oneof![
        4 => (op, value).prop_map(|(op, value)| format!("{op} {value}")),
        2 => textual.prop_map(str::to_owned),
        2 => list.prop_map(str::to_owned),
        1 => presence.prop_map(str::to_owned),
    ];
    prop_oneof![
        3 => (attribute, of_attribute).prop_map(|(attribute, test)| format!("{attribute} {test}")),
        2 => about_intrinsics().prop_map(str::to_owned),
    ]
}

fn selector() -> impl Strategy<Value = String> {
    comparison().prop_recursive(3, 6, 3, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            2 => vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
            1 => inner.prop_map(|part| format!("not ({part})")),
        ]
    })
}

/// A filter, as it is typed.
pub(super) fn filter() -> impl Strategy<Value = String> {
    let braced = selector().prop_map(|selector| format!("{{ {selector} }}"));
    let several = braced.prop_recursive(2, 4, 2, |inner| {
        let both = |word: &'static str| (inner.clone(), inner.clone()).prop_map(move |(a, b)| format!("({a} {word} {b})"));
        let aggregate =
            select(&["count() > 0", "count() > 1", "count() = 0", "max(duration) >= 1ms", "min(n) < 2", "max(k) > 1"][..]);
        prop_oneof![
            both("and"),
            both("or"),
            both(">>"),
            both("~"),
            (inner.clone(), aggregate).prop_map(|(inner, aggregate)| format!("({inner} | {aggregate})")),
        ]
    });
    prop_oneof![2 => selector(), 1 => several]
}
