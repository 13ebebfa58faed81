//! What a span does: the same again, or something else?

use crate::model::{Span, SpanKind};

/// What a span does, exactly: two of the same are two attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Attempt<'a> {
    service: &'a str,
    name: &'a str,
    kind: SpanKind,
    /// What is asked of whom, where the name alone does not say it: by OpenTelemetry's conventions, a client's span may be called
    /// just `GET` (<https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name>).
    target: [Option<&'a str>; 6],
}

impl<'a> Attempt<'a> {
    pub(super) fn of(span: &'a Span) -> Self {
        let mut target = [None; 6];
        // Of one key the last counts, as everywhere.
        for (key, value) in span.attributes.iter() {
            let place = match key {
                "url.full" | "http.url" => 0,
                "url.path" | "http.target" => 1,
                "server.address" | "net.peer.name" => 2,
                "db.query.text" | "db.statement" => 3,
                "rpc.method" => 4,
                "messaging.destination.name" | "messaging.destination" => 5,
                _ => continue,
            };
            target[place] = value.as_str();
        }
        Self { service: span.service(), name: &span.name, kind: span.kind, target }
    }
}
