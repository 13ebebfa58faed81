//! Segment documents in whatever they are wrapped in: alone, one after the other, in lists, as text within JSON, behind the
//! daemon's header line, and in the API's `BatchGetTraces`, `ListRetrievedTraces` and `PutTraceSegments`.

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

use super::convert::{FORMAT, convert};
use crate::model::{Span, TraceId};
use crate::wire::error::{Refusals, Refused, WireError};
use crate::wire::lenient::{List, Number, Text, object};
use crate::wire::text;

/// Lists and texts may be within each other this many times; each level is parsed anew. A list of the API's answers with
/// documents as text needs five.
const MAX_LEVELS: usize = 8;

/// What is in a file.
#[derive(Debug, Default)]
pub struct Found {
    /// The spans of all documents.
    pub spans: Vec<(TraceId, Span)>,
    /// The documents that could not be read.
    pub refused: Vec<Refused>,
    /// What the API said about traces that it did not give in full.
    pub notes: Vec<String>,
}

/// Reads all documents in a file, whatever they are wrapped in. Only broken JSON is an error.
pub fn read(data: &[u8]) -> Result<Found, WireError> {
    let mut found = Found::default();
    let mut refusals = Refusals::default();
    each(data, &mut |item| match item.and_then(Item::spans) {
        Ok(Spans::Of(spans)) => found.spans.extend(spans),
        Ok(Spans::Note(note)) => found.notes.push(note),
        Err(error) => refusals.add(&error.to_string()),
    })?;
    found.refused = refusals.into_vec();
    Ok(found)
}

/// What is found on the way through a file.
#[derive(Debug)]
pub(super) enum Item<'a> {
    /// A document, not looked into yet.
    Document(&'a str),
    /// What the API said about a trace.
    Note(String),
}

enum Spans {
    Of(Vec<(TraceId, Span)>),
    Note(String),
}

impl Item<'_> {
    fn spans(self) -> Result<Spans, WireError> {
        match self {
            Self::Document(document) => convert(document).map(Spans::Of),
            Self::Note(note) => Ok(Spans::Note(note)),
        }
    }
}

/// Where documents go, and what is found instead of one.
type Visit<'v> = &'v mut dyn FnMut(Result<Item<'_>, WireError>);

/// Finds the documents in a text.
pub(super) fn each(data: &[u8], visit: Visit<'_>) -> Result<(), WireError> {
    text::documents(FORMAT, data, |deserializer| {
        let raw = <&RawValue>::deserialize(deserializer)?;
        value(raw.get(), 0, visit);
        Ok(())
    })
}

fn value(raw: &str, level: usize, visit: Visit<'_>) {
    if level > MAX_LEVELS {
        return visit(Err(WireError::new(FORMAT, "it is within too many lists")));
    }
    let again = |error: serde_json::Error| WireError::json(FORMAT, &error, String::new());
    match raw.as_bytes().first() {
        Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(raw) {
            Ok(items) => items.into_iter().for_each(|item| value(item.get(), level + 1, visit)),
            Err(error) => visit(Err(again(error))),
        },
        Some(b'"') => match serde_json::from_str::<String>(raw) {
            Ok(inner) => {
                let found = text::documents(FORMAT, inner.as_bytes(), |deserializer| {
                    let raw = <&RawValue>::deserialize(deserializer)?;
                    value(raw.get(), level + 1, visit);
                    Ok(())
                });
                if let Err(error) = found {
                    visit(Err(error));
                }
            }
            Err(error) => visit(Err(again(error))),
        },
        Some(b'{') => match serde_json::from_str::<Wrapper<'_>>(raw) {
            Ok(wrapper) => unwrap(&wrapper, raw, level, visit),
            Err(error) => visit(Err(again(error))),
        },
        _ => visit(Err(WireError::new(FORMAT, "it is neither an object nor a list"))),
    }
}

/// JSON that is not looked into yet.
#[derive(Debug, Default)]
struct Raw<'a>(Option<&'a RawValue>);

impl<'de> Deserialize<'de> for Raw<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self)
    }
}

object! {
    /// The keys that tell a wrapper from a document.
    struct Wrapper<'a> {
        format: Text<'a> = "format",
        version: Number = "version",
        id: Text<'a> = "id",
        traces: Raw<'a> = "Traces",
        segments: Raw<'a> = "Segments",
        spans: Raw<'a> = "Spans",
        document: Raw<'a> = "Document",
        documents: Raw<'a> = "TraceSegmentDocuments",
        trace_id: Text<'a> = "Id",
        truncated: Text<'a> = "LimitExceeded",
        unprocessed: List<Text<'a>> = "UnprocessedTraceIds",
    }
}

fn unwrap(wrapper: &Wrapper<'_>, raw: &str, level: usize, visit: Visit<'_>) {
    for id in &wrapper.unprocessed.0 {
        visit(Ok(Item::Note(format!("X-Ray did not give trace {}", id.0))));
    }
    if wrapper.truncated.0 == "true" {
        let note = format!("X-Ray gave only a part of trace {}: it exceeds the limit of a trace's size", wrapper.trace_id.0);
        visit(Ok(Item::Note(note)));
    }
    let mut wraps = !wrapper.unprocessed.0.is_empty();
    for inner in [&wrapper.traces, &wrapper.segments, &wrapper.spans, &wrapper.document, &wrapper.documents] {
        if let Some(inner) = inner.0 {
            wraps = true;
            value(inner.get(), level + 1, visit);
        }
    }
    // The daemon's header line, `{"format": "json", "version": 1}`, says nothing.
    let header = !wrapper.format.0.is_empty() && wrapper.version != Number::None && wrapper.id.0.is_empty();
    if !wraps && !header {
        visit(Ok(Item::Document(raw)));
    }
}
