//! Log records of a trace: events that came by themselves, beside the spans in which they were written.

use std::collections::HashMap;
use std::sync::Arc;

use super::id::SpanId;
use super::span::{Event, Resource, Span};
use super::time::Time;
use super::trace::Trace;

/// A log record of OTLP's log data model: <https://opentelemetry.io/docs/specs/otel/logs/data-model/>.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogRecord {
    /// The span in which it was written, where it says so.
    pub span: Option<SpanId>,
    /// What wrote it.
    pub resource: Arc<Resource>,
    /// Its text, severity and attributes, by the names that Honeycomb gives them.
    pub event: Event,
}

/// The word for a severity's number, of which each has four: empty for none.
pub fn severity(number: i32) -> &'static str {
    match number {
        1..=4 => "trace",
        5..=8 => "debug",
        9..=12 => "info",
        13..=16 => "warn",
        17..=20 => "error",
        21..=24 => "fatal",
        _ => "",
    }
}

impl Trace {
    /// Puts log records into the spans that they name, as events among theirs by time, as Honeycomb shows them. Those that name none, or
    /// one that is not there, go to the root, which is said in [`notes`](Self::notes).
    pub fn add_log_records(&mut self, records: Vec<LogRecord>) {
        if records.is_empty() {
            return;
        }
        let mut places = HashMap::<SpanId, Vec<usize>>::new();
        for (place, span) in self.spans().iter().enumerate() {
            places.entry(span.id.clone()).or_default().push(place);
        }
        let (mut at_root, mut touched) = (0, Vec::new());
        let root = self.spans().iter().position(|span| span.parent.is_none()).unwrap_or(0);
        for record in records {
            let named = record.span.as_ref().and_then(|id| self.open_at(places.get(id)?, record.event.time));
            at_root += usize::from(named.is_none());
            let place = named.unwrap_or(root);
            let Some(span) = self.spans_mut().get_mut(place) else { continue };
            span.events.push(as_event(record, span));
            touched.push(place);
        }
        touched.sort_unstable();
        touched.dedup();
        for place in touched {
            self.spans_mut()[place].events.sort_by_key(|event| event.time);
        }
        match at_root {
            0 => {}
            1 => self.notes.push("1 log line names no span that is there: it is shown at the root".to_owned()),
            lines => self.notes.push(format!("{lines} log lines name no span that is there: they are shown at the root")),
        }
    }

    /// Of the spans at these places the first that was open then, or else the first.
    fn open_at(&self, places: &[usize], time: Time) -> Option<usize> {
        let open = |span: &Span| span.start <= time && span.end.is_none_or(|end| time <= end);
        places.iter().find(|&&place| open(&self.spans()[place])).or(places.first()).copied()
    }
}

/// The event, with its sender's name where that is not the span's.
fn as_event(record: LogRecord, span: &Span) -> Event {
    let mut event = record.event;
    let service = record.resource.service();
    if service != span.service() && !service.is_empty() {
        event.attributes.push("service.name", service);
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{TraceId, Value};

    fn span(id: u8, parent: Option<u8>, start: u64, end: u64) -> Span {
        Span {
            id: SpanId::from_bytes([id; 8]),
            parent: parent.map(|parent| SpanId::from_bytes([parent; 8])),
            start: Time(start),
            end: Some(Time(end)),
            resource: Arc::new(Resource::of_service("web")),
            ..Span::default()
        }
    }

    fn record(span: Option<u8>, time: u64, service: &str) -> LogRecord {
        LogRecord {
            span: span.map(|span| SpanId::from_bytes([span; 8])),
            resource: Arc::new(Resource::of_service(service)),
            event: Event { time: Time(time), name: time.to_string(), ..Event::default() },
        }
    }

    fn names(trace: &Trace, place: usize) -> Vec<&str> {
        trace.spans()[place].events.iter().map(|event| event.name.as_str()).collect()
    }

    #[test]
    fn lines_are_among_the_events_of_their_span_and_the_others_at_the_root() {
        let mut child = span(2, Some(1), 20, 40);
        child.events.push(Event { time: Time(30), name: "own".to_owned(), ..Event::default() });
        let mut trace = Trace::assemble(TraceId::from_bytes([1; 16]), vec![child, span(1, None, 10, 50)]).unwrap();
        let records =
            vec![record(Some(2), 35, "web"), record(Some(2), 25, "worker"), record(None, 11, "web"), record(Some(9), 12, "")];
        trace.add_log_records(records);
        assert_eq!((names(&trace, 0), names(&trace, 1)), (vec!["11", "12"], vec!["25", "own", "35"]));
        let services: Vec<_> = trace.spans()[1].events.iter().map(|event| event.attributes.get("service.name")).collect();
        assert_eq!(services, [Some(&Value::from("worker")), None, None]);
        assert_eq!(trace.notes, ["2 log lines name no span that is there: they are shown at the root"]);
    }

    #[test]
    fn of_two_spans_with_one_id_a_line_is_in_the_one_that_was_open() {
        let mut other = span(1, None, 100, 200);
        other.name = "other".to_owned();
        let mut trace = Trace::assemble(TraceId::from_bytes([1; 16]), vec![span(1, None, 10, 50), other]).unwrap();
        trace.add_log_records(vec![record(Some(1), 150, "web"), record(Some(1), 70, "web")]);
        assert_eq!((names(&trace, 0), names(&trace, 1)), (vec!["70"], vec!["150"]));
    }
}
