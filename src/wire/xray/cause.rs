//! `cause`: the exceptions of a segment, or the id of one that another segment holds.

use serde_json::Value as Json;

use super::document::{Fields, value};
use crate::model::segments::words_of;
use crate::model::{Attributes, Event, Span, Time, Value};

/// Turns a cause into `exception` events and attributes. The first exception's words become the status message of a span that
/// failed.
pub(super) fn take(fields: &mut Fields, span: &mut Span) {
    // An id stays an attribute: what it names may be in another document, which is looked for when the trace is put together.
    let Some(mut cause) = fields.object("cause") else { return };
    let time = span.end.unwrap_or(span.start);
    let mut odd = Vec::new();
    for exception in cause.list("exceptions").unwrap_or_default() {
        match exception {
            Json::Object(exception) => {
                let event = event(exception.into(), time);
                if span.status.message.is_empty() && span.is_error() {
                    words_of(&event.attributes).unwrap_or_default().clone_into(&mut span.status.message);
                }
                span.events.push(event);
            }
            other => odd.push(other),
        }
    }
    if !odd.is_empty() {
        cause.put("exceptions", Json::Array(odd));
    }
    cause.rest("aws.xray.cause.", &mut span.attributes);
}

/// X-Ray does not say when an exception was thrown: the event has the time at which the span ended.
fn event(mut exception: Fields, time: Time) -> Event {
    let mut attributes = Attributes::new();
    exception.rename("type", "exception.type", &mut attributes);
    exception.rename("message", "exception.message", &mut attributes);
    if let Some(stack) = exception.peek("stack").and_then(stacktrace) {
        exception.list("stack");
        attributes.push("exception.stacktrace", stack);
    }
    exception.rest("aws.xray.exception.", &mut attributes);
    Event { time, name: "exception".to_owned(), attributes, ..Event::default() }
}

/// One line a frame, `label (path:line)`. `None` unless every frame is of these three alone: then it is kept as it is.
fn stacktrace(stack: &Json) -> Option<String> {
    let mut text = String::new();
    for frame in stack.as_array()? {
        let frame = frame.as_object()?;
        if frame.keys().any(|key| !["label", "path", "line"].contains(&key.as_str())) {
            return None;
        }
        let field = |key| match frame.get(key) {
            None | Some(Json::Null) => Some(String::new()),
            Some(Json::String(text)) => Some(text.clone()),
            Some(Json::Number(number)) => Some(number.to_string()),
            Some(_) => None,
        };
        let (label, path, line) = (field("label")?, field("path")?, field("line")?);
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&label);
        text.push_str(" (");
        text.push_str(&path);
        if !line.is_empty() {
            text.push(':');
            text.push_str(&line);
        }
        text.push(')');
    }
    (!text.is_empty()).then_some(text)
}

/// Annotations become attributes under their own names; which names, an attribute says.
pub(super) fn annotations(fields: &mut Fields, out: &mut Attributes) {
    if let Some(annotations) = fields.object("annotations").filter(|annotations| !annotations.is_empty()) {
        let mut keys: Vec<Value> = Vec::new();
        for (key, json) in annotations.into_entries() {
            out.push(key.clone(), value(json));
            keys.push(key.into());
        }
        out.push("aws.xray.annotations", keys);
    }
}
