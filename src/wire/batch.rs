//! A batch on its way into the store: the bytes as they came, and what an index needs to know of every span in them.

use std::collections::HashMap;

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

/// Builds the tables of a batch. Names are borrowed until [`Indexer::finish`]: most spans repeat an operation and a trace, and
/// cost no allocation.
#[derive(Debug, Default)]
pub(crate) struct Indexer<'a> {
    /// The rows so far; the caller pushes.
    pub(crate) rows: Vec<Row>,
    traces: Vec<TraceId>,
    trace_numbers: HashMap<TraceId, u32>,
    services: Vec<Option<&'a str>>,
    operations: Vec<(u32, &'a str, SpanKind)>,
    operation_numbers: HashMap<(u32, &'a str, SpanKind), u32>,
}

impl<'a> Indexer<'a> {
    /// The number of a service, for [`Indexer::operation`] only. Few at a time, so that a search is as good as a map.
    pub(crate) fn service(&mut self, service: Option<&'a str>) -> u32 {
        let known = self.services.iter().rev().take(16).position(|&known| known == service);
        let place = known.map_or(self.services.len(), |back| self.services.len() - 1 - back);
        if known.is_none() {
            self.services.push(service);
        }
        place as u32
    }

    /// Place in [`Batch::traces`].
    pub(crate) fn trace(&mut self, id: &TraceId) -> u32 {
        if let Some(last) = self.rows.last().map(|row| row.trace)
            && self.traces.get(last as usize) == Some(id)
        {
            return last;
        }
        let next = self.traces.len() as u32;
        let number = *self.trace_numbers.entry(id.clone()).or_insert(next);
        if number == next {
            self.traces.push(id.clone());
        }
        number
    }

    /// Place in [`Batch::operations`].
    pub(crate) fn operation(&mut self, service: u32, name: &'a str, kind: SpanKind) -> u32 {
        let next = self.operations.len() as u32;
        let number = *self.operation_numbers.entry((service, name, kind)).or_insert(next);
        if number == next {
            self.operations.push((service, name, kind));
        }
        number
    }

    /// The batch.
    pub(crate) fn finish(self, format: Format, data: Vec<u8>) -> Batch {
        let operation = |(service, name, kind): (u32, &str, SpanKind)| Operation {
            service: self.services.get(service as usize).copied().flatten().map(str::to_owned),
            name: name.to_owned(),
            kind,
        };
        let operations = self.operations.iter().copied().map(operation).collect();
        Batch { format, data, traces: self.traces, operations, rows: self.rows }
    }
}
