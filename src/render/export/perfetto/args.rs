//! What is told of a slice when it is looked at: an object of JSON.

use serde::Serialize;

use crate::model::{Event, Link, Span};
use crate::render::json::EntriesView;

use super::super::{Part, kind_number, role, status_number, write};
use super::slices::{self, Slice};

/// Of a span. What is not known is not there.
pub(super) fn span(out: &mut Vec<u8>, part: &Part<'_>, slice: &Slice, span: &Span) {
    let (analysis, node) = (part.shown.analysis, slice.node);
    let mut object = Object::begin(out);
    write::span_id(object.key("span_id"), &span.id);
    if let Some(parent) = &span.parent {
        write::span_id(object.key("parent_span_id"), parent);
    }
    object.json("kind", span.kind.name());
    object.number("kind_number", kind_number(span.kind));
    object.json("status", span.status.code.name());
    object.number("status_number", status_number(span.status.code));
    if !span.status.message.is_empty() {
        object.json("status_message", &span.status.message);
    }
    if let Some(found) = analysis.errors.get(node) {
        object.json("error_role", role(found));
    }
    let mut marks = part.marks(node).peekable();
    if marks.peek().is_some() {
        object.json("marks", &marks.collect::<Vec<_>>());
    }
    object.number("self_time_ns", analysis.self_times.get(node));
    object.number("critical_path_ns", analysis.path.visit_of(node).map(|_| analysis.path.own(node)));
    object.number("slack_ns", analysis.path.slack(node));
    object.number("clock_shift_ns", part.shift(node));
    if let Some(said) = slices::said(span) {
        object.json("placed", said);
        object.json("received", &Received { start_unix_nano: span.start.0.to_string(), end_unix_nano: end(span) });
    }
    if !span.attributes.is_empty() {
        object.json("attributes", &EntriesView(&span.attributes));
    }
    if !span.links.is_empty() {
        object.json("links", &span.links.iter().map(LinkView::of).collect::<Vec<_>>());
    }
    let dropped = [span.dropped_attributes, span.dropped_events, span.dropped_links];
    for (key, dropped) in ["dropped_attributes", "dropped_events", "dropped_links"].into_iter().zip(dropped) {
        object.number(key, Some(dropped).filter(|dropped| *dropped > 0));
    }
    object.end();
}

/// Of an event.
pub(super) fn event(out: &mut Vec<u8>, span: &Span, event: &Event) {
    let mut object = Object::begin(out);
    write::span_id(object.key("span_id"), &span.id);
    if event.time.is_unknown() {
        object.json("placed", "it has no time: drawn where its span begins");
    }
    if !event.attributes.is_empty() {
        object.json("attributes", &EntriesView(&event.attributes));
    }
    object.number("dropped_attributes", Some(event.dropped_attributes).filter(|dropped| *dropped > 0));
    object.end();
}

fn end(span: &Span) -> Option<String> {
    span.end.map(|end| end.0.to_string())
}

/// The times as they were received, in strings, as they are larger than what many readers of JSON can hold.
#[derive(Serialize)]
struct Received {
    start_unix_nano: String,
    end_unix_nano: Option<String>,
}

#[derive(Serialize)]
struct LinkView<'a> {
    trace_id: &'a str,
    span_id: &'a str,
    attributes: EntriesView<'a>,
}

impl<'a> LinkView<'a> {
    fn of(link: &'a Link) -> Self {
        Self { trace_id: &link.trace_id, span_id: &link.span_id, attributes: EntriesView(&link.attributes) }
    }
}

/// An object in the making.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

impl<'a> Object<'a> {
    fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, empty: true }
    }

    /// Writes a key; the value is to follow.
    fn key(&mut self, key: &'static str) -> &mut Vec<u8> {
        self.out.extend_from_slice(if self.empty { b"\"" } else { b",\"" });
        self.empty = false;
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    fn json(&mut self, key: &'static str, value: &(impl Serialize + ?Sized)) {
        write::json(self.key(key), value);
    }

    fn number(&mut self, key: &'static str, number: Option<impl Into<i128>>) {
        if let Some(number) = number {
            write::integer(self.key(key), number);
        }
    }

    fn end(self) {
        self.out.push(b'}');
    }
}
