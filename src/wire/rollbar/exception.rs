//! The `body` of an occurrence: an exception with those that caused it, or a message.

use serde_json::Value as Json;

use super::field::{any, number, text};
use crate::model::error_report::{Exception, Frame};

/// So many causes are kept.
const MOST_CAUSES: usize = 16;
/// So many frames are kept of a stack, the last ones.
const MOST_FRAMES: usize = 200;
/// So many variables are kept of a frame.
const MOST_LOCALS: usize = 100;

/// The exception that was raised, then its causes.
pub(super) fn all(body: &Json, bodies: bool) -> Vec<Exception> {
    let one = |trace| exception(trace, bodies);
    if let Some(chain) = body["trace_chain"].as_array() {
        return chain.iter().take(MOST_CAUSES).map(one).collect();
    }
    if body["trace"].is_object() {
        return vec![one(&body["trace"])];
    }
    let message = text(&body["message"]["body"]);
    if message.is_empty() { Vec::new() } else { vec![Exception { message, ..Exception::default() }] }
}

fn exception(trace: &Json, bodies: bool) -> Exception {
    let frames = trace["frames"].as_array().filter(|_| bodies).map(Vec::as_slice).unwrap_or_default();
    let left_out = frames.len().saturating_sub(MOST_FRAMES);
    Exception {
        class: text(&trace["exception"]["class"]),
        message: text(&trace["exception"]["message"]),
        frames: frames[left_out..].iter().map(frame).collect(),
        left_out,
    }
}

fn frame(frame: &Json) -> Frame {
    let mut locals = Vec::new();
    let positional = frame["args"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (nth, value) in positional.iter().enumerate() {
        locals.push((format!("args[{nth}]"), value));
    }
    for named in ["kwargs", "locals"] {
        let variables = frame[named].as_object().into_iter().flatten();
        locals.extend(variables.map(|(name, value)| (text(&Json::String(name.clone())), value)));
    }
    let left_out = locals.len().saturating_sub(MOST_LOCALS);
    Frame {
        file: text(&frame["filename"]),
        line: number(&frame["lineno"]),
        method: text(&frame["method"]),
        code: text(&frame["code"]),
        locals: locals.into_iter().take(MOST_LOCALS).map(|(name, value)| (name, any(value))).collect(),
        left_out,
    }
}
