//! A batch on its way into the store: the bytes as they came, and what an index needs to know of every span in them.

use crate::model::{SpanId, SpanKind, Time, TraceId};

/// In what form a batch's bytes are kept. The numbers are stored: never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An OTLP `ExportTraceServiceRequest`, protobuf (1).
    OtlpProtobuf,
    /// X-Ray segment documents, one JSON document a line (2).
    XRay,
}

impl Format {
    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            Self::OtlpProtobuf => 1,
            Self::XRay => 2,
        }
    }

    /// From the stored number; `None` for one that a later version wrote.
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::OtlpProtobuf, Self::XRay].into_iter().find(|format| format.number() == number)
    }
}

/// Spans that were received together. Every row is a span that can be read back out of `data`.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// What `data` is.
    pub format: Format,
    /// The bytes as they came, uncompressed. They may hold spans without a row: those that were refused.
    pub data: Vec<u8>,
    /// The traces that occur.
    pub traces: Vec<TraceId>,
    /// The operations that occur.
    pub operations: Vec<Operation>,
    /// One for each span, in the order of `data`.
    pub rows: Vec<Row>,
}

/// What a span does, and who does it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Operation {
    /// `service.name`, perhaps empty. `None`: the sender leaves that to the span's parent (X-Ray's independent subsegments).
    pub service: Option<String>,
    /// The span's name.
    pub name: String,
    /// The span's kind.
    pub kind: SpanKind,
}

/// One span, as far as an index is concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Place in [`Batch::traces`].
    pub trace: u32,
    /// Place in [`Batch::operations`].
    pub operation: u32,
    /// The span.
    pub id: SpanId,
    /// Its parent.
    pub parent: Option<SpanId>,
    /// When it began.
    pub start: Time,
    /// When it ended; `None` while it is running.
    pub end: Option<Time>,
    /// Whether its status is an error.
    pub error: bool,
}
