//! Spans for the tests of this folder.

use std::sync::Arc;

use crate::model::{Resource, Span, SpanId, SpanKind, Status, StatusCode, Time, Trace, TraceId};

/// So many milliseconds after the beginning.
pub(crate) fn at(milliseconds: u64) -> Time {
    Time(1_000_000_000 + milliseconds * 1_000_000)
}

/// A span of the service `web`, from and to so many milliseconds.
pub(crate) fn span(id: u64, parent: u64, start: u64, end: u64) -> Span {
    Span {
        id: SpanId::from_bytes(id.to_be_bytes()),
        parent: (parent != 0).then(|| SpanId::from_bytes(parent.to_be_bytes())),
        name: format!("s{id}"),
        start: at(start),
        end: Some(at(end)),
        resource: Arc::new(Resource::of_service("web")),
        ..Span::default()
    }
}

/// The same, of another kind.
pub(crate) fn of_kind(kind: SpanKind, span: Span) -> Span {
    Span { kind, ..span }
}

/// The same, of another service and name.
pub(crate) fn named(service: &str, name: &str, span: Span) -> Span {
    Span { resource: Arc::new(Resource::of_service(service)), name: name.to_owned(), ..span }
}

/// The same, failed.
pub(crate) fn failed(message: &str, span: Span) -> Span {
    Span { status: Status { code: StatusCode::Error, message: message.to_owned() }, ..span }
}

/// The same, not ended.
pub(crate) fn running(span: Span) -> Span {
    Span { end: None, ..span }
}

/// A trace of these spans.
pub(crate) fn trace(spans: Vec<Span>) -> Trace {
    Trace::assemble(TraceId::from_bytes([7; 16]), spans).expect("there are spans")
}
