//! Which traces an occurrence names, and where.
//!
//! SDKs for errors know nothing of traces, but most record the headers of the request, and what applications add goes to `custom`
//! or beside a message. What was recorded of other times – the `telemetry` of what happened before – says nothing of this one, and
//! local variables may hold an id for many reasons.

use serde_json::Value as Json;

use crate::model::{Spelling, TraceId};

/// So many places are told.
const MOST_PLACES: usize = 3;
/// So many other traces are told.
const MOST_OTHERS: usize = 3;
/// The longest path of keys that is told, in bytes.
const LONGEST_PLACE: usize = 100;
/// An id that is no hex digits, and shorter, may be any word.
const SHORTEST_TEXT: usize = 8;

/// Variables of stack frames: <https://docs.rollbar.com/reference/create-item>; pyrollbar sends `locals`.
const VARIABLES: [&str; 4] = ["locals", "args", "kwargs", "varargs"];
/// Headers that say which trace a request belongs to.
const HEADERS: [&str; 2] = ["traceparent", "x-amzn-trace-id"];
/// Fields in which applications, and OpenTelemetry's and AWS's own tools, put a trace's id: `trace_id`, `traceId`, `otelTraceID`,
/// `xray_trace_id`.
const FIELDS: [&str; 3] = ["traceid", "oteltraceid", "xraytraceid"];

/// What was found.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Carried {
    /// Where the wanted id stands: `request.headers.Traceparent`.
    pub(super) places: Vec<String>,
    /// Whether it stands in a local variable.
    pub(super) in_locals: bool,
    /// Other ids, where it is said that they are the trace's.
    pub(super) others: Vec<TraceId>,
}

impl Carried {
    /// Looks through the `data` of an occurrence. The parser has bounded how deep it is.
    pub(super) fn of(data: &Json, wanted: &TraceId) -> Self {
        let mut search = Search { wanted, needles: needles(wanted), found: Self::default() };
        search.value(data, &mut Vec::new(), false);
        search.found
    }
}

struct Search<'a> {
    wanted: &'a TraceId,
    needles: Vec<String>,
    found: Carried,
}

impl Search<'_> {
    fn value<'v>(&mut self, value: &'v Json, keys: &mut Vec<&'v str>, in_locals: bool) {
        match value {
            Json::String(text) => self.text(text, keys, in_locals),
            Json::Array(items) => items.iter().for_each(|item| self.value(item, keys, in_locals)),
            Json::Object(fields) => {
                for (key, value) in fields {
                    if key == "telemetry" && *keys == ["body"] {
                        continue;
                    }
                    let variables = in_locals || keys.contains(&"frames") && VARIABLES.contains(&key.as_str());
                    keys.push(key);
                    self.value(value, keys, variables);
                    keys.pop();
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, keys: &[&str], in_locals: bool) {
        if in_locals {
            self.found.in_locals = self.found.in_locals || self.is_in(text);
            return;
        }
        let here = match said_to_be(text, keys) {
            // Of several ids in one header, only one is the trace's.
            Some(id) if id == *self.wanted => true,
            Some(id) => {
                if self.found.others.len() < MOST_OTHERS && !self.found.others.contains(&id) {
                    self.found.others.push(id);
                }
                false
            }
            None => self.is_in(text),
        };
        if here && self.found.places.len() < MOST_PLACES {
            let mut place = keys.join(".");
            place.truncate(place.floor_char_boundary(LONGEST_PLACE));
            self.found.places.push(place);
        }
    }

    fn is_in(&self, text: &str) -> bool {
        if self.wanted.bytes().is_none() {
            return self.needles.iter().any(|needle| needle == text);
        }
        if text.len() < 16 {
            return false;
        }
        let text = text.to_ascii_lowercase();
        self.needles.iter().any(|needle| {
            text.match_indices(needle.as_str()).any(|(at, _)| {
                let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
                let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
                !digit(before) && !digit(text.as_bytes().get(at + needle.len()))
            })
        })
    }
}

/// How an id may be written, in lower case.
fn needles(id: &TraceId) -> Vec<String> {
    if id.bytes().is_none() {
        return Some(id.to_string()).filter(|text| text.len() >= SHORTEST_TEXT).into_iter().collect();
    }
    let mut needles: Vec<_> = [Spelling::W3c, Spelling::XRay, Spelling::Short]
        .into_iter()
        .map(|spelling| id.clone().spelled(spelling).to_string().to_ascii_lowercase())
        .collect();
    needles.sort();
    needles.dedup();
    needles
}

/// The id in a header or a field that is there for it.
fn said_to_be(text: &str, keys: &[&str]) -> Option<TraceId> {
    let key = keys.last()?.to_ascii_lowercase();
    // As CGI has it: `HTTP_X_AMZN_TRACE_ID`.
    let header = key.strip_prefix("http_").unwrap_or(&key).replace('_', "-");
    let field: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    if !HEADERS.contains(&header.as_str()) && !FIELDS.contains(&field.as_str()) {
        return None;
    }
    TraceId::parse(text).ok().filter(|id| id.bytes().is_some())
}
