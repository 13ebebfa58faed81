//! What prost decodes, made into the model: held against [`super::decode`] in its tests.

use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::resource::v1 as resource;
use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message as _;

use crate::model::id::hex;
use crate::model::{
    Attributes, EntityRef, Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, Time, TraceId, Value,
};
use crate::wire::read::Records;

/// All spans, of which all have ids that are valid.
pub(super) fn read_all(data: &[u8]) -> Result<Records, prost::DecodeError> {
    let mut records = Vec::new();
    for part in proto::TracesData::decode(data)?.resource_spans {
        let resource = Arc::new(resource_of(part.resource.unwrap_or_default(), part.schema_url));
        for part in part.scope_spans {
            let scope = Arc::new(scope_of(part.scope.unwrap_or_default(), part.schema_url));
            records.extend(part.spans.into_iter().map(|span| span_of(span, &resource, &scope)));
        }
    }
    Ok(records)
}

fn resource_of(message: resource::Resource, schema_url: String) -> Resource {
    let entity = |entity: common::EntityRef| EntityRef {
        schema_url: entity.schema_url,
        kind: entity.r#type,
        id_keys: entity.id_keys,
        description_keys: entity.description_keys,
    };
    Resource {
        attributes: attributes(message.attributes),
        dropped_attributes: message.dropped_attributes_count,
        schema_url,
        entity_refs: message.entity_refs.into_iter().map(entity).collect(),
    }
}

fn scope_of(message: common::InstrumentationScope, schema_url: String) -> Scope {
    Scope {
        name: message.name,
        version: message.version,
        attributes: attributes(message.attributes),
        dropped_attributes: message.dropped_attributes_count,
        schema_url,
    }
}

fn span_of(span: proto::Span, resource: &Arc<Resource>, scope: &Arc<Scope>) -> (TraceId, Span) {
    let span_id = |bytes: &[u8]| bytes.try_into().ok().filter(|bytes| *bytes != [0; 8]).map(SpanId::from_bytes);
    let trace = TraceId::from_bytes(span.trace_id.as_slice().try_into().expect("16 bytes"));
    let status = span.status.unwrap_or_default();
    let span = Span {
        id: span_id(&span.span_id).expect("8 bytes, not all zero"),
        parent: span_id(&span.parent_span_id),
        name: span.name,
        kind: SpanKind::from_number(span.kind),
        start: Time(span.start_time_unix_nano),
        end: Some(Time(span.end_time_unix_nano)).filter(|end| !end.is_unknown()),
        status: Status { code: StatusCode::from_number(status.code), message: status.message },
        attributes: attributes(span.attributes),
        events: span.events.into_iter().map(event).collect(),
        links: span.links.into_iter().map(link).collect(),
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
        trace_state: span.trace_state,
        flags: span.flags,
        dropped_attributes: span.dropped_attributes_count,
        dropped_events: span.dropped_events_count,
        dropped_links: span.dropped_links_count,
        seen_by: crate::model::SeenBy::default(),
    };
    (trace, span)
}

fn event(event: proto::span::Event) -> Event {
    Event {
        time: Time(event.time_unix_nano),
        name: event.name,
        attributes: attributes(event.attributes),
        dropped_attributes: event.dropped_attributes_count,
    }
}

fn link(link: proto::span::Link) -> Link {
    Link {
        trace_id: hex(&link.trace_id),
        span_id: hex(&link.span_id),
        trace_state: link.trace_state,
        attributes: attributes(link.attributes),
        dropped_attributes: link.dropped_attributes_count,
        flags: link.flags,
    }
}

fn attributes(entries: Vec<common::KeyValue>) -> Attributes {
    Attributes(entries.into_iter().map(|entry| (entry.key.into(), value(entry.value))).collect())
}

fn value(any: Option<common::AnyValue>) -> Value {
    match any.and_then(|any| any.value) {
        None => Value::Empty,
        Some(Any::StringValue(text)) => text.into(),
        Some(Any::BoolValue(yes)) => Value::Bool(yes),
        Some(Any::IntValue(number)) => Value::Int(number),
        Some(Any::DoubleValue(number)) => Value::Double(number),
        Some(Any::BytesValue(bytes)) => Value::Bytes(bytes),
        Some(Any::ArrayValue(list)) => Value::Array(list.values.into_iter().map(|item| value(Some(item))).collect()),
        Some(Any::KvlistValue(list)) => Value::Map(attributes(list.values)),
        // A place in a table of strings that only profiles have: all that can be kept of it is the number.
        Some(Any::StringValueStrindex(place)) => Value::Int(i64::from(place)),
    }
}
