//! Which spans can be kept: one place for all who read OTLP, so that what has a row is what can be read back.

/// How many lists an attribute's value may be within. Every level costs three of the 100 messages that prost lets nest and four
/// of the 128 brackets that `serde_json` does, so that up to here a value fits into both wherever it stands.
pub const MAX_NESTING: usize = 24;

pub(super) const BAD_TRACE_ID: &str = "the trace id is not 16 bytes, or all of them are zero";
pub(super) const BAD_SPAN_ID: &str = "the span id is not 8 bytes, or all of them are zero";
pub(super) const BAD_PARENT_ID: &str = "the parent span id is neither empty nor 8 bytes";
pub(super) const TOO_DEEP: &str = "an attribute nests deeper than 24 lists";
