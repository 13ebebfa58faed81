//! A segment document to spans: the segment, and every subsegment in it.

use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::document::{Fields, Node, value};
use super::{attributes, cause};
use crate::model::trace::INHERITS_RESOURCE;
use crate::model::{Attributes, Link, Resource, Span, SpanId, SpanKind, StatusCode, Time, TraceId};
use crate::wire::error::WireError;
use crate::wire::text;

pub(super) const FORMAT: &str = "an X-Ray segment document";

/// Subsegments may be within each other this many times. Every level is parsed anew, so that without a limit a document costs
/// the square of its length.
const MAX_LEVELS: usize = 500;

/// The spans of one document, the segment first and subsegments below what they are within, in the document's order. A
/// document without `id` or `trace_id` is an error.
///
/// The segment's name is its service. A document that is a subsegment of a segment sent apart does not say its service: its
/// spans carry [`INHERITS_RESOURCE`].
pub fn convert(document: &str) -> Result<Vec<(TraceId, Span)>, WireError> {
    let mut top: Node<'_> = serde_json::from_str(document)
        .map_err(|error| WireError::json(FORMAT, &error, text::path_of_mistake(document.as_bytes())))?;
    let trace = required(&mut top.fields, "trace_id")?;
    let id = required(&mut top.fields, "id")?;
    let trace_id = TraceId::from_text(&trace);
    let independent = top.fields.word("type", "subsegment");
    let name = top.fields.text("name").unwrap_or_default();
    let parent = top.fields.text("parent_id").filter(|parent| !parent.is_empty()).map(|parent| SpanId::from_text(&parent));
    let mut span = Span { id: SpanId::from_text(&id), parent, ..Span::default() };
    if independent {
        span.attributes.push(INHERITS_RESOURCE, true);
        span.kind = subsegment_kind(&top.fields);
    } else {
        top.fields.word("type", "segment");
        span.kind = segment_kind(&top.fields, span.parent.is_some());
        span.resource = Arc::new(Resource { attributes: attributes::resource(&mut top.fields, &name), ..Resource::default() });
    }
    span.name = name;

    let resource = Arc::clone(&span.resource);
    let mut spans = vec![fill(span, top.fields)];
    let mut waiting = within(0, 1, top.subsegments);
    while let Some(Waiting { parent, level, index, raw }) = waiting.pop() {
        if level > MAX_LEVELS {
            return Err(WireError::new(FORMAT, format!("its subsegments nest deeper than {MAX_LEVELS}")));
        }
        let (mut fields, subsegments) = match serde_json::from_str::<Node<'_>>(raw.get()) {
            Ok(node) => (node.fields, node.subsegments),
            Err(error) if error.is_data() => {
                // JSON, but no object: kept on what it is within.
                let odd = serde_json::from_str::<Json>(raw.get()).unwrap_or_else(|_| raw.get().into());
                spans[parent].attributes.push("aws.xray.subsegment", value(odd));
                continue;
            }
            Err(error) => return Err(WireError::json(FORMAT, &error, "subsegments".to_owned())),
        };
        let parent_id = spans[parent].id.clone();
        // What an SDK repeats of what the nesting says already.
        fields.word("trace_id", &trace);
        fields.word("parent_id", &parent_id.to_string());
        fields.word("type", "subsegment");
        let mut span = Span { resource: Arc::clone(&resource), ..Span::default() };
        span.id = if let Some(id) = fields.text("id").filter(|id| !id.is_empty()) {
            SpanId::from_text(&id)
        } else {
            span.attributes.push("aws.xray.id_missing", true);
            SpanId::from_text(&format!("{parent_id}/{index}"))
        };
        span.parent = Some(parent_id);
        span.kind = subsegment_kind(&fields);
        span.name = fields.text("name").unwrap_or_default();
        if independent {
            span.attributes.push(INHERITS_RESOURCE, true);
        }
        waiting.append(&mut within(spans.len(), level + 1, subsegments));
        spans.push(fill(span, fields));
    }
    Ok(spans.into_iter().map(|span| (trace_id.clone(), span)).collect())
}

/// A subsegment that is still to do.
struct Waiting<'a> {
    /// Place of the span that it is within.
    parent: usize,
    /// How deep.
    level: usize,
    /// Which of its parent's subsegments it is.
    index: usize,
    raw: &'a RawValue,
}

/// The next one last.
fn within(parent: usize, level: usize, subsegments: Vec<&RawValue>) -> Vec<Waiting<'_>> {
    subsegments.into_iter().enumerate().rev().map(|(index, raw)| Waiting { parent, level, index, raw }).collect()
}

fn required(fields: &mut Fields, key: &str) -> Result<String, WireError> {
    let why = match fields.peek(key) {
        None | Some(Json::Null) => "is missing",
        Some(Json::String(text)) if text.is_empty() => "is empty",
        Some(Json::String(_)) => return Ok(fields.text(key).unwrap_or_default()),
        Some(_) => "is no text",
    };
    Err(WireError::new(FORMAT, format!("{key} {why}")))
}

/// A segment is a service's own record of a request, so that it is a server's unless nothing says that anyone called: no parent,
/// no request, and no origin that is a service in itself. An origin such as EC2 says only where the program runs.
fn segment_kind(fields: &Fields, has_parent: bool) -> SpanKind {
    let request = fields.peek("http").and_then(|http| http.get("request")).is_some_and(Json::is_object);
    let origin = fields.peek("origin").and_then(Json::as_str).is_some_and(|origin| !attributes::is_host(origin));
    if has_parent || request || origin || fields.is("inferred", true) { SpanKind::Server } else { SpanKind::Internal }
}

fn subsegment_kind(fields: &Fields) -> SpanKind {
    match fields.peek("namespace").and_then(Json::as_str) {
        Some("remote" | "aws") => SpanKind::Client,
        _ => SpanKind::Internal,
    }
}

/// Everything that segments and subsegments say alike.
fn fill(mut span: Span, mut fields: Fields) -> Span {
    span.start = fields.seconds("start_time").unwrap_or(Time::UNKNOWN);
    if !fields.flag("in_progress", true) {
        span.end = fields.seconds("end_time");
    }
    if span.end.is_some() {
        fields.flag("in_progress", false);
    }
    if ["error", "fault", "throttle"].iter().any(|flag| fields.is(flag, true)) {
        span.status.code = StatusCode::Error;
    }
    cause::annotations(&mut fields, &mut span.attributes);
    attributes::http(&mut fields, &mut span.attributes);
    attributes::sql(&mut fields, &mut span.attributes);
    attributes::call(&mut fields, &span.name, &mut span.attributes);
    fields.rename("user", "enduser.id", &mut span.attributes);
    if let Some(metadata) = fields.object("metadata") {
        metadata.rest("aws.xray.metadata.", &mut span.attributes);
    }
    cause::take(&mut fields, &mut span);
    links(&mut fields, &mut span);
    fields.rest("aws.xray.", &mut span.attributes);
    span
}

fn links(fields: &mut Fields, span: &mut Span) {
    let mut odd = Vec::new();
    for link in fields.list("links").unwrap_or_default() {
        match link {
            Json::Object(link) => {
                let mut link = Fields::from(link);
                let trace_id = link.text("trace_id").unwrap_or_default();
                let span_id = link.text("id").unwrap_or_default();
                let mut attributes = Attributes::new();
                if let Some(own) = link.object("attributes") {
                    own.rest("", &mut attributes);
                }
                link.rest("aws.xray.link.", &mut attributes);
                span.links.push(Link { trace_id, span_id, attributes, ..Link::default() });
            }
            other => odd.push(value(other)),
        }
    }
    if !odd.is_empty() {
        span.attributes.push("aws.xray.links", odd);
    }
}
