//! Spans as rows: one for each span, each event and each link. <https://docs.honeycomb.io/send-data/opentelemetry/>, and
//! `otlp/traces_direct.go` of <https://github.com/honeycombio/husky>.

use std::fmt::Write as _;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{Span, status::StatusCode};

use super::fields::Fields;
use super::row::{Cell, Row};

/// The rows of a request. `dataset` is where they go whatever service they are of: Classic; otherwise each service has its own.
pub(super) fn rows(request: &ExportTraceServiceRequest, dataset: Option<&str>, now_ns: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for of_resource in &request.resource_spans {
        let attributes = of_resource.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
        let resource = Fields::resource(attributes, &of_resource.schema_url);
        let dataset = dataset.map_or_else(|| dataset_of(&resource), ToOwned::to_owned);
        for of_scope in &of_resource.scope_spans {
            let scope = Fields::scope(of_scope.scope.as_ref(), &of_scope.schema_url);
            let outer = Outer { dataset: &dataset, scope: &scope, resource: &resource, now_ns };
            for span in &of_scope.spans {
                outer.span(span, &mut rows);
            }
        }
    }
    rows
}

/// The service's name without blanks around it.
pub(super) fn service_of(resource: &Fields) -> Option<&str> {
    match resource.cells.get("service.name") {
        Some(Cell::Text(name)) => Some(name.trim()).filter(|name| !name.is_empty() && !name.starts_with("unknown_service")),
        _ => None,
    }
}

fn dataset_of(resource: &Fields) -> String {
    service_of(resource).unwrap_or("unknown_service").to_owned()
}

/// What all rows of a scope share.
struct Outer<'a> {
    dataset: &'a str,
    scope: &'a Fields,
    resource: &'a Fields,
    now_ns: u64,
}

/// What the rows of a span share.
struct Parent<'a> {
    span: &'a Span,
    sample_rate: u64,
    is_error: bool,
}

impl Outer<'_> {
    fn span(&self, span: &Span, rows: &mut Vec<Row>) {
        let code = span.status.as_ref().map_or(0, |status| status.code);
        let is_error = code == StatusCode::Error as i32;
        let mut fields = Fields::default();
        if !span.trace_state.is_empty() {
            fields.text("trace.trace_state", &span.trace_state);
        }
        if !span.parent_span_id.is_empty() {
            fields.text("trace.parent_id", hex(&span.parent_span_id));
        }
        fields.attributes(&span.attributes);
        if let Some(status) = span.status.as_ref().filter(|status| !status.message.is_empty()) {
            fields.text("status_message", &status.message);
        }
        if is_error {
            fields.set("error", Cell::Bool(true));
        }
        fields.text("trace.trace_id", trace_id(&span.trace_id));
        fields.text("trace.span_id", hex(&span.span_id));
        fields.text("name", &span.name);
        fields.text("meta.signal_type", "trace");
        fields.set("status_code", Cell::Int(i64::from(code)));
        fields.set("span.num_events", Cell::Int(span.events.len() as i64));
        fields.set("span.num_links", Cell::Int(span.links.len() as i64));
        fields.text("span.kind", kind(span.kind));
        fields.text("type", kind(span.kind));
        let (start, end) = (span.start_time_unix_nano, span.end_time_unix_nano);
        if end > 0 && end < start {
            fields.set("meta.invalid_duration", Cell::Bool(true));
        }
        let took = if end > 0 && start > 0 { millis(start, end) } else { 0.0 };
        fields.set("duration_ms", Cell::Float(took));
        fields.weaker(self.scope);
        fields.weaker(self.resource);
        let parent = Parent { span, sample_rate: fields.sample_rate(&span.trace_state), is_error };
        rows.extend(span.events.iter().map(|event| self.event(event, &parent)));
        if let Some(first) = span.events.iter().find(|event| event.name == "exception") {
            fields.weaker(&exception(first));
        }
        rows.extend(span.links.iter().map(|link| self.link(link, &parent)));
        rows.push(self.row(fields, start, &parent));
    }

    fn event(&self, event: &Event, parent: &Parent<'_>) -> Row {
        let mut fields = annotation("span_event", parent.span);
        fields.attributes(&event.attributes);
        fields.text("name", &event.name);
        let (start, at) = (parent.span.start_time_unix_nano, event.time_unix_nano);
        if at > 0 && start > 0 {
            fields.set("meta.time_since_span_start_ms", Cell::Float(millis(start, at)));
            if at < start {
                fields.set("meta.invalid_time_since_span_start", Cell::Bool(true));
            }
        }
        self.annotated(fields, at, parent)
    }

    fn link(&self, link: &Link, parent: &Parent<'_>) -> Row {
        let mut fields = annotation("link", parent.span);
        fields.attributes(&link.attributes);
        if !link.trace_id.is_empty() {
            fields.text("trace.link.trace_id", trace_id(&link.trace_id));
        }
        if !link.span_id.is_empty() {
            fields.text("trace.link.span_id", hex(&link.span_id));
        }
        self.annotated(fields, parent.span.start_time_unix_nano, parent)
    }

    fn annotated(&self, mut fields: Fields, time_ns: u64, parent: &Parent<'_>) -> Row {
        if parent.is_error {
            fields.set("error", Cell::Bool(true));
        }
        fields.weaker(self.scope);
        fields.weaker(self.resource);
        self.row(fields, time_ns, parent)
    }

    fn row(&self, fields: Fields, time_ns: u64, parent: &Parent<'_>) -> Row {
        Row {
            dataset: self.dataset.to_owned(),
            time_ns,
            ingested_ns: self.now_ns,
            sample_rate: parent.sample_rate,
            fields: fields.cells,
        }
    }
}

/// What an event and a link have of their span.
fn annotation(kind: &str, span: &Span) -> Fields {
    let mut fields = Fields::default();
    fields.text("trace.trace_id", trace_id(&span.trace_id));
    fields.text("trace.parent_id", hex(&span.span_id));
    fields.text("meta.annotation_type", kind);
    fields.text("meta.signal_type", "trace");
    if !span.name.is_empty() {
        fields.text("parent_name", &span.name);
    }
    fields
}

/// What the first exception of a span gives to the span.
fn exception(event: &Event) -> Fields {
    let mut fields = Fields::default();
    for attribute in &event.attributes {
        match (attribute.key.as_str(), attribute.value.as_ref().and_then(|value| value.value.as_ref())) {
            (key @ ("exception.message" | "exception.type" | "exception.stacktrace"), Some(Any::StringValue(text))) => {
                fields.text(key, text);
            }
            (key @ "exception.escaped", Some(Any::BoolValue(yes))) => fields.set(key, Cell::Bool(*yes)),
            _ => {}
        }
    }
    fields
}

/// Never negative.
fn millis(from: u64, to: u64) -> f64 {
    to.saturating_sub(from) as f64 / 1e6
}

fn kind(number: i32) -> &'static str {
    match number {
        1 => "internal",
        2 => "server",
        3 => "client",
        4 => "producer",
        5 => "consumer",
        _ => "unspecified",
    }
}

/// Hex, of 16 bytes without the first half where that is zero.
pub(super) fn trace_id(id: &[u8]) -> String {
    match id.split_at_checked(8) {
        Some(([0, 0, 0, 0, 0, 0, 0, 0], rest)) if id.len() == 16 => hex(rest),
        _ => hex(id),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all that is written to it");
        text
    })
}
