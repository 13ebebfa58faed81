//! Spans and their parts.

use serde::{Serialize, Serializer};

use crate::model::{Event, Link, Origin, Resource, Scope, Span, SpanKind, StatusCode, Time};

use super::attributes::{AttributesView, is_zero};
use super::rfc3339;

/// Spans as a list, of which one view exists at a time.
pub(super) struct SpansView<'a> {
    pub(super) spans: &'a [Span],
    pub(super) origins: &'a [Origin],
    pub(super) trace_start: Time,
}

impl Serialize for SpansView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.spans.iter().map(|span| SpanView::of(span, self.origins, self.trace_start)))
    }
}

#[derive(Serialize)]
struct SpanView<'a> {
    span_id: String,
    parent_span_id: Option<String>,
    name: &'a str,
    service: &'a str,
    kind: &'static str,
    /// OTLP's number, only where it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind_number: Option<i32>,
    start: Option<String>,
    start_unix_nano: String,
    end_unix_nano: Option<String>,
    /// Null while it is running.
    duration_ns: Option<i128>,
    /// From the start of the trace.
    offset_ns: Option<i128>,
    status: &'static str,
    /// OTLP's number, only where it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_number: Option<i32>,
    status_message: &'a str,
    #[serde(flatten)]
    attributes: AttributesView<'a>,
    events: Vec<EventView<'a>>,
    links: Vec<LinkView<'a>>,
    resource: ResourceView<'a>,
    scope: ScopeView<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    trace_state: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    flags: u32,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_events: u32,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_links: u32,
    /// Which of the trace's origins have it. Only where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    origins: Vec<&'a str>,
}

impl<'a> SpanView<'a> {
    fn of(span: &'a Span, origins: &'a [Origin], trace_start: Time) -> Self {
        let name = |place: usize| Some(origins.get(place)?.name.as_str());
        Self {
            span_id: span.id.to_string(),
            parent_span_id: span.parent.as_ref().map(ToString::to_string),
            name: &span.name,
            service: span.service(),
            kind: span.kind.name(),
            kind_number: matches!(span.kind, SpanKind::Other(_)).then(|| span.kind.number()),
            start: rfc3339(span.start),
            start_unix_nano: span.start.0.to_string(),
            end_unix_nano: span.end.map(|end| end.0.to_string()),
            duration_ns: span.duration().filter(|_| !span.start.is_unknown()),
            offset_ns: (!span.start.is_unknown()).then(|| span.start.since(trace_start)),
            status: span.status.code.name(),
            status_number: matches!(span.status.code, StatusCode::Other(_)).then(|| span.status.code.number()),
            status_message: &span.status.message,
            attributes: AttributesView::of(&span.attributes, span.dropped_attributes),
            events: span.events.iter().map(|event| EventView::of(event, trace_start)).collect(),
            links: span.links.iter().map(LinkView::of).collect(),
            resource: ResourceView::of(&span.resource),
            scope: ScopeView::of(&span.scope),
            trace_state: &span.trace_state,
            flags: span.flags,
            dropped_events: span.dropped_events,
            dropped_links: span.dropped_links,
            origins: span.seen_by.places().filter_map(name).collect(),
        }
    }
}

#[derive(Serialize)]
struct EventView<'a> {
    name: &'a str,
    time: Option<String>,
    time_unix_nano: String,
    offset_ns: Option<i128>,
    #[serde(flatten)]
    attributes: AttributesView<'a>,
}

impl<'a> EventView<'a> {
    fn of(event: &'a Event, trace_start: Time) -> Self {
        Self {
            name: &event.name,
            time: rfc3339(event.time),
            time_unix_nano: event.time.0.to_string(),
            offset_ns: (!event.time.is_unknown()).then(|| event.time.since(trace_start)),
            attributes: AttributesView::of(&event.attributes, event.dropped_attributes),
        }
    }
}

#[derive(Serialize)]
struct LinkView<'a> {
    trace_id: &'a str,
    span_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    trace_state: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    flags: u32,
    #[serde(flatten)]
    attributes: AttributesView<'a>,
}

impl<'a> LinkView<'a> {
    fn of(link: &'a Link) -> Self {
        Self {
            trace_id: &link.trace_id,
            span_id: &link.span_id,
            trace_state: &link.trace_state,
            flags: link.flags,
            attributes: AttributesView::of(&link.attributes, link.dropped_attributes),
        }
    }
}

#[derive(Serialize)]
struct ResourceView<'a> {
    #[serde(flatten)]
    attributes: AttributesView<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    schema_url: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entity_refs: Vec<EntityView<'a>>,
}

impl<'a> ResourceView<'a> {
    fn of(resource: &'a Resource) -> Self {
        let entities = resource.entity_refs.iter().map(|entity| EntityView {
            schema_url: &entity.schema_url,
            kind: &entity.kind,
            id_keys: &entity.id_keys,
            description_keys: &entity.description_keys,
        });
        Self {
            attributes: AttributesView::of(&resource.attributes, resource.dropped_attributes),
            schema_url: &resource.schema_url,
            entity_refs: entities.collect(),
        }
    }
}

#[derive(Serialize)]
struct EntityView<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id_keys: &'a [String],
    description_keys: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    schema_url: &'a str,
}

#[derive(Serialize)]
struct ScopeView<'a> {
    name: &'a str,
    version: &'a str,
    #[serde(flatten)]
    attributes: AttributesView<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    schema_url: &'a str,
}

impl<'a> ScopeView<'a> {
    fn of(scope: &'a Scope) -> Self {
        Self {
            name: &scope.name,
            version: &scope.version,
            attributes: AttributesView::of(&scope.attributes, scope.dropped_attributes),
            schema_url: &scope.schema_url,
        }
    }
}
