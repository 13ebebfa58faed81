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
    /// An OTLP `ExportLogsServiceRequest`, protobuf: log records of traces (3).
    OtlpLogs,
}

impl Format {
    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            Self::OtlpProtobuf => 1,
            Self::XRay => 2,
            Self::OtlpLogs => 3,
        }
    }

    /// From the stored number; `None` for one that a later version wrote.
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::OtlpProtobuf, Self::XRay, Self::OtlpLogs].into_iter().find(|format| format.number() == number)
    }
}

/// Spans, or log records, that were received together. Every row is a span that can be read back out of `data`.
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
    /// How many log records each of the traces has; empty in a batch of spans.
    pub lines: Vec<u32>,
}

impl Batch {
    /// How many log records it holds, of all its traces.
    pub fn log_records(&self) -> usize {
        self.lines.iter().fold(0, |sum, lines| sum + *lines as usize)
    }
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
    /// Whether it may only repeat its parent: [`crate::model::Span::is_inferred`].
    pub inferred: bool,
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
    service_numbers: HashMap<Option<&'a str>, u32>,
    operations: Vec<(u32, &'a str, SpanKind)>,
    operation_numbers: HashMap<(u32, &'a str, SpanKind), u32>,
}

impl<'a> Indexer<'a> {
    /// The number of a service, for [`Indexer::operation`] only.
    pub(crate) fn service(&mut self, service: Option<&'a str>) -> u32 {
        let next = self.services.len() as u32;
        let number = *self.service_numbers.entry(service).or_insert(next);
        if number == next {
            self.services.push(service);
        }
        number
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
        Batch { format, data, traces: self.traces, operations, rows: self.rows, lines: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_and_trace_is_there_once_however_they_alternate() {
        let names: Vec<_> = (0..40).map(|number| format!("service {}", number % 20)).collect();
        let mut indexer = Indexer::default();
        for name in &names {
            let service = indexer.service(Some(name));
            let operation = indexer.operation(service, "op", SpanKind::Server);
            let trace = indexer.trace(&TraceId::from_text(name));
            let (id, start) = (SpanId::default(), Time::UNKNOWN);
            indexer.rows.push(Row { trace, operation, id, parent: None, start, end: None, error: false, inferred: false });
        }
        let batch = indexer.finish(Format::XRay, Vec::new());
        assert_eq!((batch.traces.len(), batch.operations.len(), batch.rows.len()), (20, 20, 40));
        for (row, name) in batch.rows.iter().zip(&names) {
            assert_eq!(batch.operations[row.operation as usize].service.as_ref(), Some(name));
            assert_eq!(batch.traces[row.trace as usize].to_string(), *name);
        }
    }

    #[test]
    fn no_service_is_not_an_empty_one() {
        let mut indexer = Indexer::default();
        assert_ne!(indexer.service(None), indexer.service(Some("")));
    }
}
