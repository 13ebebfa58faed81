//! A stored batch, back to spans.

use super::batch::Format;
use super::error::WireError;
use super::{otlp, xray};
use crate::model::{Span, TraceId};

/// Spans, each with its trace, in the order in which they were read.
pub type Records = Vec<(TraceId, Span)>;

/// All spans in a batch's data, in its order: those that have a row, and no others. Log records are no spans.
pub fn read_all(format: Format, data: &[u8]) -> Result<Records, WireError> {
    match format {
        Format::OtlpProtobuf => otlp::protobuf::read_all(data),
        Format::XRay => xray::batch::read_all(data),
        Format::OtlpLogs => Ok(Vec::new()),
    }
}

/// Takes one span after the other, each with its trace.
pub type Take<'a> = &'a mut dyn FnMut(TraceId, Span);

/// Gives away the spans of the wanted traces in a batch's data, in its order. Spans of other traces are passed over without being decoded.
pub fn read_some(format: Format, data: &[u8], wanted: &dyn Fn(&TraceId) -> bool, take: Take<'_>) -> Result<(), WireError> {
    match format {
        Format::OtlpProtobuf => otlp::protobuf::read_some(data, wanted, take),
        Format::XRay => xray::batch::read_some(data, wanted, take),
        Format::OtlpLogs => Ok(()),
    }
}
