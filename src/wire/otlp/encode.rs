//! The model to OTLP protobuf.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::resource::v1 as resource;
use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message;

use super::check::{self, MAX_NESTING};
use super::group::group;
use crate::model::{Attributes, EntityRef, Event, Link, Resource, Scope, Span, TraceId, Value};
use crate::wire::error::{Refusals, Refused};

/// Spans as the bytes of an `ExportTraceServiceRequest`, one `ResourceSpans` for each different resource, in the order in which
/// they first come. Spans whose ids OTLP cannot carry are left out, and said.
pub fn encode<'a>(spans: impl IntoIterator<Item = (&'a TraceId, &'a Span)>) -> (Vec<u8>, Vec<Refused>) {
    let (request, refused) = request(spans);
    (request.encode_to_vec(), refused)
}

/// As [`encode`], before it is bytes.
pub(super) fn request<'a>(
    spans: impl IntoIterator<Item = (&'a TraceId, &'a Span)>,
) -> (ExportTraceServiceRequest, Vec<Refused>) {
    let mut refusals = Refusals::default();
    let mut resource_spans = Vec::new();
    for group in group(spans) {
        let mut scope_spans = Vec::new();
        for within in group.scopes {
            let mut spans = Vec::with_capacity(within.spans.len());
            for (id, span) in within.spans {
                match span_message(id, span) {
                    Ok(message) => spans.push(message),
                    Err(reason) => refusals.add(reason),
                }
            }
            if !spans.is_empty() {
                let scope = Some(scope_message(within.scope));
                scope_spans.push(proto::ScopeSpans { scope, spans, schema_url: within.scope.schema_url.clone() });
            }
        }
        if !scope_spans.is_empty() {
            let resource = Some(resource_message(group.resource));
            resource_spans.push(proto::ResourceSpans { resource, scope_spans, schema_url: group.resource.schema_url.clone() });
        }
    }
    (ExportTraceServiceRequest { resource_spans }, refusals.into_vec())
}

fn span_message(trace: &TraceId, span: &Span) -> Result<proto::Span, &'static str> {
    let trace = trace.bytes().filter(|bytes| *bytes != [0; 16]).ok_or(check::BAD_TRACE_ID)?;
    let id = span.id.bytes().filter(|bytes| *bytes != [0; 8]).ok_or(check::BAD_SPAN_ID)?;
    let parent = match &span.parent {
        Some(parent) => parent.bytes().ok_or(check::BAD_PARENT_ID)?.to_vec(),
        None => Vec::new(),
    };
    let status = proto::Status { message: span.status.message.clone(), code: span.status.code.number() };
    Ok(proto::Span {
        trace_id: trace.to_vec(),
        span_id: id.to_vec(),
        trace_state: span.trace_state.clone(),
        parent_span_id: parent,
        flags: span.flags,
        name: span.name.clone(),
        kind: span.kind.number(),
        start_time_unix_nano: span.start.0,
        end_time_unix_nano: span.end.unwrap_or_default().0,
        attributes: attributes(&span.attributes, MAX_NESTING),
        dropped_attributes_count: span.dropped_attributes,
        events: span.events.iter().map(event).collect(),
        dropped_events_count: span.dropped_events,
        links: span.links.iter().map(link).collect(),
        dropped_links_count: span.dropped_links,
        status: (status != proto::Status::default()).then_some(status),
    })
}

fn event(event: &Event) -> proto::span::Event {
    proto::span::Event {
        time_unix_nano: event.time.0,
        name: event.name.clone(),
        attributes: attributes(&event.attributes, MAX_NESTING),
        dropped_attributes_count: event.dropped_attributes,
    }
}

/// A link's id may be any text, and OTLP has bytes: what is no id goes beside the link, as an attribute.
fn link(link: &Link) -> proto::span::Link {
    let mut attributes = attributes(&link.attributes, MAX_NESTING);
    let mut bytes = |text: &str, key: &str| {
        hex_bytes(text).or_else(|| TraceId::from_text(text).bytes().map(Vec::from)).unwrap_or_else(|| {
            attributes.push(entry(key, &Value::from(text), MAX_NESTING));
            Vec::new()
        })
    };
    proto::span::Link {
        trace_id: bytes(&link.trace_id, "link.trace_id"),
        span_id: bytes(&link.span_id, "link.span_id"),
        trace_state: link.trace_state.clone(),
        attributes,
        dropped_attributes_count: link.dropped_attributes,
        flags: link.flags,
    }
}

/// Any even number of hex digits.
pub(super) fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8)).collect()
}

pub(super) fn resource_message(resource: &Resource) -> resource::Resource {
    let entity = |entity: &EntityRef| common::EntityRef {
        schema_url: entity.schema_url.clone(),
        r#type: entity.kind.clone(),
        id_keys: entity.id_keys.clone(),
        description_keys: entity.description_keys.clone(),
    };
    resource::Resource {
        attributes: attributes(&resource.attributes, MAX_NESTING),
        dropped_attributes_count: resource.dropped_attributes,
        entity_refs: resource.entity_refs.iter().map(entity).collect(),
    }
}

pub(super) fn scope_message(scope: &Scope) -> common::InstrumentationScope {
    common::InstrumentationScope {
        name: scope.name.clone(),
        version: scope.version.clone(),
        attributes: attributes(&scope.attributes, MAX_NESTING),
        dropped_attributes_count: scope.dropped_attributes,
    }
}

pub(super) fn attributes(attributes: &Attributes, levels: usize) -> Vec<common::KeyValue> {
    attributes.iter().map(|(key, value)| entry(key, value, levels)).collect()
}

fn entry(key: &str, item: &Value, levels: usize) -> common::KeyValue {
    common::KeyValue { key: key.to_owned(), value: Some(value(item, levels)), key_strindex: 0 }
}

/// What nests deeper than every reader can take becomes the text that a person would write for it.
pub(super) fn value(item: &Value, levels: usize) -> common::AnyValue {
    let any = match item {
        Value::Empty => None,
        Value::Str(text) => Some(Any::StringValue(text.to_string())),
        Value::Bool(yes) => Some(Any::BoolValue(*yes)),
        Value::Int(number) => Some(Any::IntValue(*number)),
        Value::Double(number) => Some(Any::DoubleValue(*number)),
        Value::Bytes(bytes) => Some(Any::BytesValue(bytes.clone())),
        Value::Array(_) | Value::Map(_) if levels == 0 => Some(Any::StringValue(item.to_string())),
        Value::Array(items) => {
            Some(Any::ArrayValue(common::ArrayValue { values: items.iter().map(|item| value(item, levels - 1)).collect() }))
        }
        Value::Map(entries) => Some(Any::KvlistValue(common::KeyValueList { values: attributes(entries, levels - 1) })),
    };
    common::AnyValue { value: any }
}
