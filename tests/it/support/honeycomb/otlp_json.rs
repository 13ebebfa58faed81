//! OTLP in JSON, read by the names of the specification: <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>.
//! `None` where something is there and is not what it should be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use serde_json::Value;

pub(super) fn traces(request: &Value) -> Option<ExportTraceServiceRequest> {
    request.is_object().then_some(())?;
    Some(ExportTraceServiceRequest { resource_spans: list(request, "resourceSpans", resource_spans)? })
}

fn resource_spans(item: &Value) -> Option<ResourceSpans> {
    let resource = Resource { attributes: resource_attributes(item)?, ..Resource::default() };
    Some(ResourceSpans {
        resource: Some(resource),
        scope_spans: list(item, "scopeSpans", scope_spans)?,
        schema_url: text(item, "schemaUrl")?,
    })
}

/// Of a `ResourceSpans` or a `ResourceLogs`.
pub(super) fn resource_attributes(item: &Value) -> Option<Vec<KeyValue>> {
    item.get("resource").map_or(Some(Vec::new()), attributes)
}

fn scope_spans(item: &Value) -> Option<ScopeSpans> {
    Some(ScopeSpans { scope: Some(scope(item)?), spans: list(item, "spans", span)?, schema_url: text(item, "schemaUrl")? })
}

/// Of a `ScopeSpans` or a `ScopeLogs`.
pub(super) fn scope(item: &Value) -> Option<InstrumentationScope> {
    let Some(scope) = item.get("scope") else { return Some(InstrumentationScope::default()) };
    let (name, version) = (text(scope, "name")?, text(scope, "version")?);
    Some(InstrumentationScope { name, version, attributes: attributes(scope)?, ..InstrumentationScope::default() })
}

fn span(item: &Value) -> Option<Span> {
    let status = item
        .get("status")
        .map(|status| Some(Status { message: text(status, "message")?, code: i32::try_from(number(status, "code")?).ok()? }));
    Some(Span {
        trace_id: id(item, "traceId")?,
        span_id: id(item, "spanId")?,
        trace_state: text(item, "traceState")?,
        parent_span_id: id(item, "parentSpanId")?,
        name: text(item, "name")?,
        kind: i32::try_from(number(item, "kind")?).ok()?,
        start_time_unix_nano: number(item, "startTimeUnixNano")?,
        end_time_unix_nano: number(item, "endTimeUnixNano")?,
        attributes: attributes(item)?,
        events: list(item, "events", event)?,
        links: list(item, "links", link)?,
        status: status.map_or(Some(None), |status| status.map(Some))?,
        ..Span::default()
    })
}

fn event(item: &Value) -> Option<Event> {
    let (time_unix_nano, name) = (number(item, "timeUnixNano")?, text(item, "name")?);
    Some(Event { time_unix_nano, name, attributes: attributes(item)?, ..Event::default() })
}

fn link(item: &Value) -> Option<Link> {
    let (trace_id, span_id) = (id(item, "traceId")?, id(item, "spanId")?);
    Some(Link { trace_id, span_id, attributes: attributes(item)?, ..Link::default() })
}

pub(super) fn attributes(item: &Value) -> Option<Vec<KeyValue>> {
    list(item, "attributes", key_value)
}

fn key_value(item: &Value) -> Option<KeyValue> {
    let value = item.get("value").filter(|value| !value.is_null()).map_or(Some(None), |value| any(value).map(Some))?;
    Some(KeyValue { key: text(item, "key")?, value, ..KeyValue::default() })
}

pub(super) fn any(item: &Value) -> Option<AnyValue> {
    let Some((kind, value)) = item.as_object()?.iter().next() else { return Some(AnyValue { value: None }) };
    let value = match kind.as_str() {
        "stringValue" => Any::StringValue(value.as_str()?.to_owned()),
        "boolValue" => Any::BoolValue(value.as_bool()?),
        "intValue" => Any::IntValue(value.as_i64().or_else(|| value.as_str()?.parse().ok())?),
        "doubleValue" => Any::DoubleValue(value.as_f64().or_else(|| value.as_str()?.parse().ok())?),
        "bytesValue" => Any::BytesValue(STANDARD.decode(value.as_str()?).ok()?),
        "arrayValue" => Any::ArrayValue(ArrayValue { values: list(value, "values", any)? }),
        "kvlistValue" => Any::KvlistValue(KeyValueList { values: list(value, "values", key_value)? }),
        _ => return None,
    };
    Some(AnyValue { value: Some(value) })
}

pub(super) fn list<T>(item: &Value, key: &str, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    match item.get(key) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(items) => items.as_array()?.iter().map(read).collect(),
    }
}

pub(super) fn text(item: &Value, key: &str) -> Option<String> {
    match item.get(key) {
        None | Some(Value::Null) => Some(String::new()),
        Some(text) => Some(text.as_str()?.to_owned()),
    }
}

/// A number, or one that is written as text.
pub(super) fn number(item: &Value, key: &str) -> Option<u64> {
    match item.get(key) {
        None | Some(Value::Null) => Some(0),
        Some(number) => number.as_u64().or_else(|| number.as_str()?.parse().ok()),
    }
}

/// Bytes as hex.
pub(super) fn id(item: &Value, key: &str) -> Option<Vec<u8>> {
    let text = text(item, key)?;
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}
