//! Which spans can be kept: one place for all who read OTLP, so that what has a row is what can be read back.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;

use crate::model::{SpanId, TraceId};

/// How many lists an attribute's value may be within. Every level costs three of the 100 messages that prost lets nest and four
/// of the 128 brackets that `serde_json` does, so that up to here a value fits into both wherever it stands.
pub const MAX_NESTING: usize = 24;

pub(super) const BAD_TRACE_ID: &str = "the trace id is not 16 bytes, or all of them are zero";
pub(super) const BAD_SPAN_ID: &str = "the span id is not 8 bytes, or all of them are zero";
pub(super) const BAD_PARENT_ID: &str = "the parent span id is neither empty nor 8 bytes";
pub(super) const TOO_DEEP: &str = "an attribute nests deeper than 24 lists";

/// The ids of a span that can be kept.
#[derive(Debug)]
pub(super) struct Ids {
    pub(super) trace: [u8; 16],
    pub(super) id: SpanId,
    pub(super) parent: Option<SpanId>,
}

impl Ids {
    /// From the three fields as they came. A parent of a wrong length is refused, not taken for none: a span that looks like a
    /// root and is not would be a lie about the trace's shape.
    pub(super) fn new(trace: &[u8], id: &[u8], parent: &[u8]) -> Result<Self, &'static str> {
        let trace = trace.try_into().ok().filter(|bytes| *bytes != [0; 16]).ok_or(BAD_TRACE_ID)?;
        let id = id.try_into().ok().filter(|bytes| *bytes != [0; 8]).ok_or(BAD_SPAN_ID)?;
        let parent = match parent {
            [] => None,
            bytes => Some(<[u8; 8]>::try_from(bytes).map_err(|_| BAD_PARENT_ID)?).filter(|bytes| *bytes != [0; 8]),
        };
        Ok(Self { trace, id: SpanId::from_bytes(id), parent: parent.map(SpanId::from_bytes) })
    }

    pub(super) fn trace_id(&self) -> TraceId {
        TraceId::from_bytes(self.trace)
    }
}

/// Whether a span can be kept as far as it alone is concerned.
pub(super) fn span(span: &Span) -> Result<Ids, &'static str> {
    let ids = Ids::new(&span.trace_id, &span.span_id, &span.parent_span_id)?;
    let fit = all_fit(&span.attributes)
        && span.events.iter().all(|event| all_fit(&event.attributes))
        && span.links.iter().all(|link| all_fit(&link.attributes));
    if fit { Ok(ids) } else { Err(TOO_DEEP) }
}

/// Whether no value nests too deep. Where those of a resource or scope do, none of its spans can be kept.
pub(super) fn all_fit(attributes: &[KeyValue]) -> bool {
    attributes.iter().all(|entry| entry.value.as_ref().is_none_or(|value| fits(value, MAX_NESTING)))
}

/// Never deeper than `levels` itself.
fn fits(value: &AnyValue, levels: usize) -> bool {
    match &value.value {
        Some(Any::ArrayValue(list)) => levels > 0 && list.values.iter().all(|item| fits(item, levels - 1)),
        Some(Any::KvlistValue(list)) => {
            levels > 0 && list.values.iter().filter_map(|entry| entry.value.as_ref()).all(|item| fits(item, levels - 1))
        }
        _ => true,
    }
}
