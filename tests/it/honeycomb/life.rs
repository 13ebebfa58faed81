//! Traces as applications send them, and filters that often match some of them.

use std::sync::Arc;

use cruddur_trace::model::{
    Attributes, Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, Time, TraceId, Value,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::spans::MS;

/// The ids of a world's traces, by their number: in the spellings that Honeycomb meets.
pub(super) fn id(number: usize) -> TraceId {
    TraceId::from_text(&match number % 3 {
        0 => format!("{:032x}", number + 1),
        1 => format!("5759e988{:024x}", number + 1),
        _ => format!("f0e1d2c3b4a59687{:016x}", number + 1),
    })
}

const WORDS: &[&str] = &["a", "b", "ab", "500", "true", "[x", "/a?q=1", "0x00ff"];

fn word() -> impl Strategy<Value = Value> {
    select(WORDS).prop_map(Value::from)
}

fn text() -> impl Strategy<Value = Value> {
    let element = prop_oneof![word(), (0_i64..3).prop_map(Value::Int), any::<bool>().prop_map(Value::Bool)];
    prop_oneof![6 => word(), 2 => vec(element, 0..3).prop_map(Value::Array), 1 => Just(Value::Bytes(vec![0, 255]))]
}

fn attribute() -> impl Strategy<Value = (String, Value)> {
    let key = |key: &'static str| move |value: Value| (key.to_owned(), value);
    prop_oneof![
        4 => text().prop_map(key("k")),
        2 => text().prop_map(key("j")),
        2 => (-1_i64..3).prop_map(Value::Int).prop_map(key("n")),
        2 => select(&[0.5, 1.0, 500.0, -1.5][..]).prop_map(Value::Double).prop_map(key("f")),
        2 => any::<bool>().prop_map(Value::Bool).prop_map(key("b")),
        2 => word().prop_map(key("m")),
        1 => text().prop_map(key("a \"b\"")),
        1 => word().prop_map(key("host.name")),
        2 => select(&[200_i64, 500][..]).prop_map(Value::Int).prop_map(key("http.status_code")),
        1 => select(&["200", "500", "5e2"][..]).prop_map(Value::from).prop_map(key("http.response.status_code")),
        1 => select(&["/a?q=1", "/b"][..]).prop_map(Value::from).prop_map(key("http.target")),
        1 => select(&["/a", "/b"][..]).prop_map(Value::from).prop_map(key("url.path")),
        1 => Just(Value::from("q=1")).prop_map(key("url.query")),
        1 => text().prop_map(key("root.k")),
    ]
}

/// Each key once.
fn attributes(most: usize) -> impl Strategy<Value = Attributes> {
    vec(attribute(), 0..most).prop_map(|entries| {
        let each: std::collections::BTreeMap<String, Value> = entries.into_iter().collect();
        each.into_iter().collect()
    })
}

fn event() -> impl Strategy<Value = Event> {
    let exception = option::of(select(&["E", "F"][..]));
    (select(&["GET", "exception", "a"][..]), attributes(3), exception).prop_map(|(name, mut attributes, exception)| {
        if let Some(kind) = exception {
            attributes.push("exception.type", kind);
        }
        Event { name: name.to_owned(), attributes, ..Event::default() }
    })
}

fn link() -> impl Strategy<Value = Link> {
    (0_usize..4, select(&["00000000000000ff", "0000000000000001"][..]), attributes(2)).prop_map(|(other, span, attributes)| {
        Link { trace_id: id(other).canonical(), span_id: span.to_owned(), attributes, ..Link::default() }
    })
}

/// In `m` each dataset, of which a service has one, has values of another type.
fn typed_by(service: &str, attributes: &mut Attributes) {
    for (_, value) in attributes.0.iter_mut().filter(|(key, _)| key == "m") {
        let length = value.to_string().len() as i64;
        match service {
            "pay" => *value = Value::Int(length % 3),
            "db" => *value = Value::Bool(length > 1),
            _ => {}
        }
    }
}

/// The spans of a trace that begins at zero, in nanoseconds.
pub(super) fn trace() -> impl Strategy<Value = Vec<Span>> {
    let parent = prop_oneof![8 => (0_u64..5).prop_map(Some), 1 => Just(None), 1 => Just(Some(77))];
    let rooted = prop_oneof![6 => Just(true), 1 => Just(false)];
    let said = (
        select(&["GET", "POST", "charge"][..]),
        select(&["web", "pay", "db", ""][..]),
        select(&SpanKind::NAMED[..]),
        select(&[StatusCode::Unset, StatusCode::Unset, StatusCode::Ok, StatusCode::Error][..]),
        option::weighted(0.95, select(&[0, MS, 250 * MS, 250 * MS + 400, 250 * MS - 1, 2 * 60_000 * MS][..])),
    );
    // Mostly a few milliseconds after the beginning, at times minutes.
    let begin = prop_oneof![12 => (0_u64..40).prop_map(|ms| ms * MS + ms * 1_000), 1 => Just(300_000 * MS)];
    let holds = (attributes(5), attributes(3), vec(event(), 0..3), vec(link(), 0..2), any::<bool>());
    vec((parent, said, begin, holds), 1..6).prop_flat_map(move |spans| (Just(spans), rooted.clone())).prop_map(
        |(spans, rooted)| {
            let count = spans.len() as u64;
            let spans = spans.into_iter().enumerate().map(|(at, (parent, said, begin, holds))| {
                let (name, service, kind, code, duration) = said;
                let (mut own, mut resource, mut events, mut links, library) = holds;
                let of_events = events.iter_mut().map(|event| &mut event.attributes);
                let of_links = links.iter_mut().map(|link| &mut link.attributes);
                [&mut own, &mut resource].into_iter().chain(of_events).chain(of_links).for_each(|all| typed_by(service, all));
                let (number, begin) = (at as u64 + 1, if at == 0 { 0 } else { begin });
                // An earlier one, so that most are trees; now and then one that is not there.
                let parent = match (at, parent) {
                    (0, _) if rooted => None,
                    (0, _) => Some(66),
                    (_, Some(parent)) if parent < count => Some(parent % number.max(2) + 1),
                    (_, parent) => parent,
                };
                let far = begin > 1000 * MS;
                if !service.is_empty() {
                    resource.push("service.name", service);
                }
                let start = Time(begin);
                for (at, event) in events.iter_mut().enumerate() {
                    event.time = Time(begin + at as u64 * MS);
                }
                let message = if code == StatusCode::Error { "broken" } else { "" };
                let library = Scope {
                    name: if library { "lib".to_owned() } else { String::new() },
                    version: if library { "1.2".to_owned() } else { String::new() },
                    ..Scope::default()
                };
                Span {
                    id: SpanId::from_bytes(number.to_be_bytes()),
                    // What comes minutes later is no second root: the newest roots would be another trace's.
                    parent: parent.or(far.then_some(1)).map(|parent| SpanId::from_bytes(parent.to_be_bytes())),
                    name: name.to_owned(),
                    kind,
                    start,
                    end: duration.map(|nanos| Time(begin + nanos)),
                    status: Status { code, message: message.to_owned() },
                    attributes: own,
                    events,
                    links,
                    resource: Arc::new(Resource { attributes: resource, ..Resource::default() }),
                    scope: Arc::new(library),
                    ..Span::default()
                }
            });
            spans.collect()
        },
    )
}

/// The same, beginning then, and nothing of it in the future.
pub(super) fn at(begin: Time, now: Time, spans: Vec<Span>) -> Vec<Span> {
    let later = |time: Time| if begin.0 + time.0 > now.0 { begin } else { Time(begin.0 + time.0) };
    let moved = spans.into_iter().map(|mut span| {
        span.start = later(span.start);
        span.end = span.end.map(later);
        span.events.iter_mut().for_each(|event| event.time = later(event.time));
        span
    });
    moved.collect()
}

/// Keys of attributes that traces have, and some that none has.
#[rustfmt::skip]
const ATTRIBUTES: &[&str] = &[
    "k", "k", "k", "j", "n", "f", "b", "m", "m", "\"a \\\"b\\\"\"", "host.name", "http.status_code",
    "http.response.status_code", "http.target", "url.path", "url.query", "exception.type", "\"root.k\"", "event.k",
    "event.k", "event.n", "link.k", "span.k", "resource.k", "span.host.name", "resource.host.name", "event.exception.type",
    "nowhere", "\"service.name\"", "event.host.name", "instrumentation.k",
];

/// What they are compared with.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "a", "b", "\"500\"", "500", "1", "0.5", "true", "\"true\"", "\"0x00ff\"", "\"[x\"", "1s", "\"/a?q=1\"", "\"/a\"", "E",
    "web", "2",
];

/// Tests of texts.
#[rustfmt::skip]
const TEXTUAL: &[&str] = &[
    "=~ \"a|b\"", "=~ \".*\"", "=~ \"5\\d+|true\"", "!~ \"a.*\"", "contains \"0\"", "starts-with \"a\"", "ends-with b",
    "contains \"\"", "=~ \"\\w+\"",
];

/// Tests by lists.
#[rustfmt::skip]
const LISTS: &[&str] = &[
    "in (a, 500)", "not in (a, b)", "in (a, b, \"0x00ff\")", "in (1, 0.5)", "not in (1, true)",
];

/// Comparisons of what is no attribute.
#[rustfmt::skip]
const INTRINSICS: &[&str] = &[
    "name = GET", "name != GET", "name =~ \"G.*\"", "name !~ \"G.*\"", "name contains \"\"", "service = web",
    "service != web", "service in (web, pay)", "service = nil", "status = error", "status != error", "status = ok",
    "status in (ok, unset)", "statusMessage = broken", "statusMessage = nil", "kind = server", "kind = unspecified",
    "kind != client", "kind in (unspecified, client)", "duration > 250ms", "duration >= 250ms", "duration = 250ms",
    "duration < 250ms", "duration != 250ms", "duration = nil", "duration in (1ms, 250ms)", "root", "root", "root = false",
    "root != false", "span:id = \"0000000000000001\"", "span:parentID = \"0000000000000002\"", "span:parentID = nil",
    "span:id != \"0000000000000001\"", "event:name = exception", "event:name = GET", "event:name != GET",
    "event:name =~ \"G.*\"", "link:traceID = \"2\"", "link:traceID = \"5759e988000000000000000000000002\"",
    "link:spanID = \"00000000000000FF\"", "link:traceID exists", "instrumentation:name = lib",
    "instrumentation:version = nil", "traceDuration > 1ms", "traceDuration > 1m", "rootName = GET", "rootName = nil",
    "rootServiceName = web", "trace:id = \"1-5759e988-000000000000000000000002\"", "trace:id = \"0000000000000001\"",
    "trace:id =~ \"f0e1.*\"", "trace:id != \"5759e988000000000000000000000002\"", "duration > 0.0000001s", "duration > 1m",
];

fn comparison() -> impl Strategy<Value = String> {
    let op = select(&["=", "=", "=", "!=", "<", "<=", ">", ">="][..]);
    let presence = select(&["exists", "= nil"][..]);
    let of_attribute = prop_oneof![
        4 => (op, select(VALUES)).prop_map(|(op, value)| format!("{op} {value}")),
        2 => select(TEXTUAL).prop_map(str::to_owned),
        2 => select(LISTS).prop_map(str::to_owned),
        1 => presence.prop_map(str::to_owned),
    ];
    prop_oneof![
        3 => (select(ATTRIBUTES), of_attribute).prop_map(|(attribute, test)| format!("{attribute} {test}")),
        2 => select(INTRINSICS).prop_map(str::to_owned),
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
        let aggregate = select(
            &[
                "count() > 0",
                "count() > 1",
                "count() = 0",
                "count() < 3",
                "max(duration) >= 1ms",
                "min(n) < 2",
                "max(k) > 1",
                "avg(f) > 0",
                "sum(n) >= 1",
                "p50(duration) < 1s",
            ][..],
        );
        prop_oneof![
            both("and"),
            both("or"),
            both(">>"),
            both(">"),
            both("~"),
            (inner.clone(), aggregate).prop_map(|(inner, aggregate)| format!("({inner} | {aggregate})")),
        ]
    });
    prop_oneof![
        4 => selector(),
        1 => selector().prop_map(|selector| format!("root and {selector}")),
        1 => selector().prop_map(|selector| format!("{selector} and duration >= 1ms")),
        3 => several,
    ]
}
