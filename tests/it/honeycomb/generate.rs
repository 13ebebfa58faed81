//! Traces to send, and what is left of them when they come back. Keys of resources, scopes, spans and events are of pools of their
//! own, because rows do not tell apart whose a key was; a key has one type everywhere, as a column has.

use std::collections::BTreeSet;
use std::sync::Arc;

use cruddur_trace::model::{
    Attributes, Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, Time, Trace, TraceId, Value,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use crate::support::spans::now;

const RESOURCE: &[&str] = &["host.name", "k8s.pod.name", "process.pid", "service.version"];
const SCOPE: &[&str] = &["lib.a", "lib.b"];
const SPAN: &[&str] = &["a b\"c", "db.rows", "http.route", "span.a", "span.b", "span.c"];
const EVENT: &[&str] = &["event.a", "event.b", "event.c"];

/// How long ago traces begin: so long that they fit into the time that is looked at first.
const AGO: u64 = 3600;

fn value(key: &'static str) -> BoxedStrategy<Value> {
    let text = || "[a-z\"\\\\\u{e9}\u{1f600}<\u{1b}]{1,6}";
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

fn attributes(keys: &'static [&'static str]) -> impl Strategy<Value = Attributes> {
    let entry = |key: &'static str| value(key).prop_map(move |value| (key.to_owned(), value));
    subsequence(keys, 0..=keys.len())
        .prop_flat_map(move |keys| keys.into_iter().map(entry).collect::<Vec<_>>().prop_map(Attributes::from_iter))
}

/// Microseconds since the first second of a trace.
fn micros() -> impl Strategy<Value = Time> {
    (0u64..600_000_000).prop_map(|micros| Time(micros * 1000))
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let exception = ("[A-Z]{1,3}", "[a-z ]{1,4}", option::of(any::<bool>())).prop_map(|(kind, message, escaped)| {
        let mut attributes: Attributes = [("exception.message", message), ("exception.type", kind)].into_iter().collect();
        attributes.0.extend(escaped.map(|yes| ("exception.escaped".into(), Value::Bool(yes))));
        Event { name: "exception".into(), attributes, ..Event::default() }
    });
    let plain = ("[a-c]", attributes(EVENT)).prop_map(|(name, attributes)| Event { name, attributes, ..Event::default() });
    let event = (micros(), prop_oneof![1 => exception, 3 => plain]).prop_map(|(time, event)| Event { time, ..event });
    vec(event, 0..4).prop_map(|mut events| {
        events.sort_by_key(|event| event.time);
        // Of events of one time rows do not say which was first.
        let mut seen = BTreeSet::new();
        events.retain(|event| seen.insert(event.time));
        events
    })
}

fn links() -> impl Strategy<Value = Vec<Link>> {
    let link = (select(&["aa", "bb"][..]), 1u8..9, attributes(EVENT)).prop_map(|(trace, span, attributes)| Link {
        trace_id: trace.repeat(16),
        span_id: format!("{span:016x}"),
        attributes,
        ..Link::default()
    });
    vec(link, 0..3).prop_map(|mut links| {
        let mut seen = BTreeSet::new();
        links.retain(|link| seen.insert(link.span_id.clone()));
        // As they come back: rows do not say in which order they were sent.
        links.sort_by(|a, b| (&a.trace_id, &a.span_id).cmp(&(&b.trace_id, &b.span_id)));
        links
    })
}

fn span() -> impl Strategy<Value = Span> {
    let code = select(&[StatusCode::Unset, StatusCode::Ok, StatusCode::Error][..]);
    let duration = prop_oneof![Just(0), 0i64..90_000_000_000];
    (
        (option::of(0u8..12), "[A-C]", select(&SpanKind::NAMED[..]), micros(), duration),
        (code, option::of("[a-z]{1,3}"), attributes(SPAN), events(), links()),
        select(&["", "congo=t61rcWkgMzE"][..]),
    )
        .prop_map(|((parent, name, kind, start, duration), (code, message, attributes, events, links), state)| Span {
            parent: parent.map(|id| SpanId::from_bytes([id + 1; 8])),
            name,
            kind,
            start,
            end: Some(Time(start.0 + duration as u64)),
            status: Status { code, message: message.unwrap_or_default() },
            attributes,
            events,
            links,
            trace_state: state.into(),
            ..Span::default()
        })
}

/// A resource and its one scope.
fn sender() -> impl Strategy<Value = (Arc<Resource>, Arc<Scope>)> {
    let schema = || select(&["", "https://opentelemetry.io/schemas/1.30.0"][..]);
    let scope = (select(&["", "lib", "@opentelemetry/instrumentation-x"][..]), select(&["", "1.0"][..]), attributes(SCOPE));
    (attributes(RESOURCE), schema(), scope, schema()).prop_map(|(attributes, of_resource, (name, version, own), of_scope)| {
        let resource = Resource { attributes, schema_url: of_resource.into(), ..Resource::default() };
        let scope = Scope {
            name: name.into(),
            version: version.into(),
            attributes: own,
            schema_url: of_scope.into(),
            ..Scope::default()
        };
        (Arc::new(resource), Arc::new(scope))
    })
}

/// What has arrived of a trace, in any order; all kinds of holes in it.
pub(super) fn trace() -> impl Strategy<Value = Vec<Span>> {
    (vec(sender(), 1..3), vec((span(), any::<Index>()), 1..8)).prop_map(|(mut senders, spans)| {
        // The services differ. One has no name.
        for (number, (resource, _)) in senders.iter_mut().enumerate().skip(1) {
            let name = format!("service {number}");
            Arc::make_mut(resource).attributes.push("service.name", name);
        }
        let begin = now().0 / 1_000_000_000 - AGO;
        let later = |time: Time| Time(time.0 + begin * 1_000_000_000);
        let number = |(number, (span, of)): (usize, (Span, Index))| {
            let (resource, scope) = of.get(&senders);
            Span {
                id: SpanId::from_bytes([number as u8 + 1; 8]),
                resource: Arc::clone(resource),
                scope: Arc::clone(scope),
                start: later(span.start),
                end: span.end.map(later),
                events: span.events.into_iter().map(|event| Event { time: later(event.time), ..event }).collect(),
                ..span
            }
        };
        spans.into_iter().enumerate().map(number).collect()
    })
}

fn sorted(attributes: &Attributes) -> Attributes {
    let mut sorted = attributes.clone();
    sorted.0.sort_by(|a, b| a.0.cmp(&b.0));
    sorted
}

/// The same trace as rows can say it: keys in order, and what a scope says of its spans on the spans.
pub(super) fn as_rows_have_it(id: &TraceId, spans: &[Span]) -> Trace {
    let span = |span: &Span| {
        let all = span.attributes.0.iter().chain(&span.scope.attributes.0).cloned().collect();
        let resource = Resource { attributes: sorted(&span.resource.attributes), ..Resource::clone(&span.resource) };
        let event = |event: &Event| Event { attributes: sorted(&event.attributes), ..event.clone() };
        let link = |link: &Link| Link { attributes: sorted(&link.attributes), ..link.clone() };
        Span {
            attributes: sorted(&Attributes(all)),
            resource: Arc::new(resource),
            scope: Arc::new(Scope { attributes: Attributes::new(), ..Scope::clone(&span.scope) }),
            events: span.events.iter().map(event).collect(),
            links: span.links.iter().map(link).collect(),
            ..span.clone()
        }
    };
    Trace::assemble(id.clone(), spans.iter().map(span).collect()).expect("it has spans")
}
