//! Which spans can be kept: one place for all who read OTLP, so that what has a row is what can be read back.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};

/// How many lists an attribute's value may be within. Every level costs three of the 100 messages that prost lets nest and four
/// of the 128 brackets that `serde_json` does, so that up to here a value fits into both wherever it stands.
pub const MAX_NESTING: usize = 24;

pub(super) const BAD_TRACE_ID: &str = "the trace id is not 16 bytes, or all of them are zero";
pub(super) const BAD_SPAN_ID: &str = "the span id is not 8 bytes, or all of them are zero";
pub(super) const BAD_PARENT_ID: &str = "the parent span id is neither empty nor 8 bytes";
pub(super) const TOO_DEEP: &str = "an attribute nests deeper than 24 lists";

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
