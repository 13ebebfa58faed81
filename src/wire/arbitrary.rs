//! Arbitrary spans, for the property tests of every module.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::model::id::hex;
use crate::model::{
    Attributes, EntityRef, Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, Time, TraceId, Value,
};

/// A trace id that OTLP can carry; few, so that spans of one trace meet.
pub(crate) fn trace_id() -> impl Strategy<Value = TraceId> {
    prop_oneof![
        3 => (1u8..5).prop_map(|number| TraceId::from_bytes([number; 16])),
        1 => any::<[u8; 16]>().prop_filter("not all zeros", |bytes| *bytes != [0; 16]).prop_map(TraceId::from_bytes),
    ]
}

/// A span id that OTLP can carry.
pub(crate) fn span_id() -> impl Strategy<Value = SpanId> {
    any::<[u8; 8]>().prop_filter("not all zeros", |bytes| *bytes != [0; 8]).prop_map(SpanId::from_bytes)
}

/// Any text: often short, sometimes outside ASCII, with quotes and control characters.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z./ _-]{0,12}", 1 => "\\PC{0,8}", 1 => any::<String>()]
}

/// Any attribute value but NaN, which is not equal to itself.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Empty),
        4 => text().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::Bool),
        2 => any::<i64>().prop_map(Value::Int),
        2 => any::<f64>().prop_filter("equal to itself", |number| !number.is_nan()).prop_map(Value::Double),
        1 => vec(any::<u8>(), 0..10).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(4, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((text(), inner), 0..4).prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

/// A few attributes; keys may repeat.
pub(crate) fn attributes() -> impl Strategy<Value = Attributes> {
    vec((text(), value()), 0..4).prop_map(Attributes::from_iter)
}

/// Any point in time, the ends of the range included.
pub(crate) fn time() -> impl Strategy<Value = Time> {
    prop_oneof![
        4 => 1_700_000_000_000_000_000u64..1_800_000_000_000_000_000,
        1 => any::<u64>(),
        1 => prop_oneof![Just(0), Just(u64::MAX)],
    ]
    .prop_map(Time)
}

fn event() -> impl Strategy<Value = Event> {
    (time(), text(), attributes(), any::<u32>()).prop_map(|(time, name, attributes, dropped_attributes)| Event {
        time,
        name,
        attributes,
        dropped_attributes,
    })
}

fn link() -> impl Strategy<Value = Link> {
    (any::<[u8; 16]>(), any::<[u8; 8]>(), text(), attributes(), any::<u32>(), any::<u32>()).prop_map(
        |(trace, span, trace_state, attributes, dropped_attributes, flags)| Link {
            trace_id: hex(&trace),
            span_id: hex(&span),
            trace_state,
            attributes,
            dropped_attributes,
            flags,
        },
    )
}

/// A resource, usually with a service.
pub(crate) fn resource() -> impl Strategy<Value = Resource> {
    let entity = (text(), text(), vec(text(), 0..3), vec(text(), 0..3))
        .prop_map(|(schema_url, kind, id_keys, description_keys)| EntityRef { schema_url, kind, id_keys, description_keys });
    let service = option::weighted(0.8, prop_oneof![3 => "[a-c]".prop_map(Value::from), 1 => value()]);
    (attributes(), service, any::<u32>(), text(), vec(entity, 0..2)).prop_map(
        |(mut attributes, service, dropped_attributes, schema_url, entity_refs)| {
            if let Some(service) = service {
                attributes.push("service.name", service);
            }
            Resource { attributes, dropped_attributes, schema_url, entity_refs }
        },
    )
}

/// A scope.
pub(crate) fn scope() -> impl Strategy<Value = Scope> {
    (text(), text(), attributes(), any::<u32>(), text()).prop_map(
        |(name, version, attributes, dropped_attributes, schema_url)| Scope {
            name,
            version,
            attributes,
            dropped_attributes,
            schema_url,
        },
    )
}

/// A span of the given resource and scope, with anything that OTLP can carry.
fn span_of(resource: Arc<Resource>, scope: Arc<Scope>) -> impl Strategy<Value = Span> {
    let kind = prop_oneof![5 => 0..6i32, 1 => any::<i32>()].prop_map(SpanKind::from_number);
    let code = prop_oneof![5 => 0..3i32, 1 => any::<i32>()].prop_map(StatusCode::from_number);
    let end = option::weighted(0.8, time().prop_filter("an end of zero means none", |end| !end.is_unknown()));
    (
        (span_id(), option::of(span_id()), text(), kind, time(), end),
        (code, text(), attributes(), vec(event(), 0..3), vec(link(), 0..3)),
        (text(), any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>()),
    )
        .prop_map(move |((id, parent, name, kind, start, end), (code, message, attributes, events, links), rest)| {
            let (trace_state, flags, dropped_attributes, dropped_events, dropped_links) = rest;
            Span {
                id,
                parent,
                name,
                kind,
                start,
                end,
                status: Status { code, message },
                attributes,
                events,
                links,
                resource: Arc::clone(&resource),
                scope: Arc::clone(&scope),
                trace_state,
                flags,
                dropped_attributes,
                dropped_events,
                dropped_links,
                seen_by: crate::model::SeenBy::default(),
            }
        })
}

/// A span of its own resource and scope.
pub(crate) fn span() -> impl Strategy<Value = Span> {
    (resource(), scope()).prop_flat_map(|(resource, scope)| span_of(Arc::new(resource), Arc::new(scope)))
}

/// Spans of a few traces, resources and scopes, in the order in which OTLP groups them.
pub(crate) fn spans() -> impl Strategy<Value = Vec<(TraceId, Span)>> {
    let group = (resource(), scope())
        .prop_flat_map(|(resource, scope)| vec((trace_id(), span_of(Arc::new(resource), Arc::new(scope))), 0..5));
    vec(group, 0..3).prop_map(|groups| groups.into_iter().flatten().collect())
}
