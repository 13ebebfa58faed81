//! Log lines.

use serde::Serialize;

use crate::analysis::Tree;
use crate::analysis::logs::{Place, place};
use crate::model::{LogLine, Time, Trace};

use super::attributes::AttributesView;
use super::rfc3339;

/// A line, and where it belongs.
#[derive(Serialize)]
pub(super) struct LogView<'a> {
    /// Only where it does not stand within its trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    time: Option<String>,
    time_unix_nano: String,
    /// From the start of the trace.
    offset_ns: Option<i128>,
    /// `trace`, `debug`, `info`, `warn`, `error`, `fatal`; null where it is not said.
    severity: Option<&'static str>,
    severity_text: &'a str,
    body: &'a str,
    service: Option<&'a str>,
    source: &'a str,
    log_group: Option<&'a str>,
    log_stream: Option<&'a str>,
    /// The span in which it was written; null where that has not arrived, or no span is known.
    span_id: Option<String>,
    /// Why that: `span_id`, `service_and_time`, `root`.
    span_by: Option<&'static str>,
    /// Why it is one of the trace: `span_event`, `trace_id`, `time_and_path`, `time_and_service`.
    matched_by: &'static str,
    evidence: &'static str,
    #[serde(flatten)]
    attributes: AttributesView<'a>,
}

impl<'a> LogView<'a> {
    /// Of a line; with the id of its span, and why that.
    fn of(line: &'a LogLine, start: Option<Time>, span: Option<(Option<String>, Place)>) -> Self {
        let (span_id, place) = span.unzip();
        Self {
            trace_id: None,
            time: rfc3339(line.time),
            time_unix_nano: line.time.0.to_string(),
            offset_ns: start.filter(|start| !start.is_unknown() && !line.time.is_unknown()).map(|start| line.time.since(start)),
            severity: line.severity.map(crate::model::Severity::word),
            severity_text: &line.severity_text,
            body: &line.body,
            service: line.service.as_deref(),
            source: &line.source,
            log_group: line.group.as_deref(),
            log_stream: line.stream.as_deref(),
            span_id: span_id.flatten(),
            span_by: place.map(|place| place.why.code()),
            matched_by: line.belongs.code(),
            evidence: line.belongs.evidence(),
            attributes: AttributesView::of(&line.attributes, 0),
        }
    }

    /// Those of a trace that begins at `start`; `None` where nobody has looked for any.
    pub(super) fn of_trace(trace: &'a Trace, start: Time) -> Option<Vec<Self>> {
        let lines = trace.logs.as_deref()?;
        let tree = Tree::build(trace);
        let id = |place: &Place| tree.span(trace, place.node).map(|span| span.id.to_string());
        let views =
            lines.iter().zip(place(trace, &tree)).map(|(line, place)| Self::of(line, Some(start), Some((id(&place), place))));
        Some(views.collect())
    }

    /// The same as they stand outside of it.
    pub(super) fn alone(trace: &'a Trace) -> Vec<Self> {
        let id = trace.id().to_string();
        let of = Self::of_trace(trace, trace.summary().start).unwrap_or_default();
        of.into_iter().map(|view| Self { trace_id: Some(id.clone()), ..view }).collect()
    }

    /// Lines of an id of which the trace is not there.
    pub(super) fn without_trace(id: &str, lines: &'a [LogLine]) -> Vec<Self> {
        lines.iter().map(|line| Self { trace_id: Some(id.to_owned()), ..Self::of(line, None, None) }).collect()
    }
}
