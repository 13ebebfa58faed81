//! Traces for machines: one documented schema, whatever backend they came from.
//!
//! A document is `{"schema": 1, "traces": […], "notes": […]}`; with JSON lines, every line is one of its traces. Points in time are
//! there twice: as RFC 3339, and as nanoseconds in a string, as in OTLP/JSON, because such numbers are larger than what many readers
//! of JSON can hold. Fields whose value is not known are `null`; fields marked "only where" below are left out otherwise. A changed
//! meaning is a new [`SCHEMA`].

use std::collections::HashMap;
use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::model::{
    Attributes, Event, Evidence, Link, Resource, Scope, Span, SpanKind, StatusCode, Time, Trace, TraceSummary, Value,
};

/// The number of the schema.
pub const SCHEMA: u32 = 1;

/// Listed traces as one document, indented, with a line feed at the end.
pub fn list(summaries: &[TraceSummary], notes: &[String]) -> String {
    let traces = summaries.iter().map(|summary| TraceView::of(summary, None)).collect();
    text(|out| document(out, traces, notes))
}

/// Whole traces as one document.
pub fn show(traces: &[Trace], notes: &[String]) -> String {
    text(|out| write_show(out, traces, notes))
}

/// As [`show`], for traces that are too large to be in memory twice. Writes in small pieces: give it a buffer.
pub fn write_show(out: &mut impl io::Write, traces: &[Trace], notes: &[String]) -> io::Result<()> {
    let summaries: Vec<_> = traces.iter().map(Trace::summary).collect();
    let views = summaries.iter().zip(traces).map(|(summary, trace)| TraceView::of(summary, Some(trace))).collect();
    document(out, views, notes)
}

/// A listed trace as one line, with its line feed.
pub fn list_line(summary: &TraceSummary) -> String {
    text(|out| line(out, &TraceView::of(summary, None)))
}

/// A whole trace as one line.
pub fn show_line(trace: &Trace) -> String {
    text(|out| line(out, &TraceView::of(&trace.summary(), Some(trace))))
}

fn document(out: &mut impl io::Write, traces: Vec<TraceView<'_>>, notes: &[String]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document { schema: SCHEMA, traces, notes })?;
    out.write_all(b"\n")
}

fn line(out: &mut impl io::Write, trace: &TraceView<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, trace)?;
    out.write_all(b"\n")
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory takes all that is written to it, and every key is text");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    traces: Vec<TraceView<'a>>,
    /// What there is to say about the answer: limits that were hit, backends that failed.
    notes: &'a [String],
}

#[derive(Serialize)]
struct TraceView<'a> {
    trace_id: String,
    /// Where it was read from; several are joined with `+`.
    backend: Option<String>,
    start: Option<String>,
    start_unix_nano: String,
    end_unix_nano: String,
    /// From the earliest start to the latest end that has arrived.
    duration_ns: i128,
    root_name: Option<&'a str>,
    root_service: Option<&'a str>,
    services: &'a [String],
    span_count: usize,
    error_count: usize,
    /// Whether nothing speaks against it being all there.
    complete: bool,
    /// What does.
    evidence: Vec<EvidenceView>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    spans: Option<SpansView<'a>>,
}

impl<'a> TraceView<'a> {
    fn of(summary: &'a TraceSummary, trace: Option<&'a Trace>) -> Self {
        Self {
            trace_id: summary.id.to_string(),
            backend: (!summary.backends.is_empty()).then(|| summary.backends.join("+")),
            start: rfc3339(summary.start),
            start_unix_nano: summary.start.0.to_string(),
            end_unix_nano: summary.end.0.to_string(),
            duration_ns: summary.duration(),
            root_name: summary.root_name.as_deref(),
            root_service: summary.root_service.as_deref(),
            services: &summary.services,
            span_count: summary.span_count,
            error_count: summary.error_count,
            complete: summary.complete(),
            evidence: summary.evidence.iter().map(EvidenceView::of).collect(),
            spans: trace.map(|trace| SpansView { spans: trace.spans(), trace_start: summary.start }),
        }
    }
}

fn rfc3339(at: Time) -> Option<String> {
    (!at.is_unknown()).then(|| at.to_rfc3339())
}

#[derive(Serialize)]
struct EvidenceView {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

impl EvidenceView {
    fn of(evidence: &Evidence) -> Self {
        let count = match evidence {
            Evidence::MissingParents(count) | Evidence::Running(count) => Some(*count),
            Evidence::NoRoot | Evidence::Truncated(_) => None,
        };
        Self { code: evidence.code(), message: evidence.to_string(), count }
    }
}

/// Spans as a list, of which one view exists at a time.
struct SpansView<'a> {
    spans: &'a [Span],
    trace_start: Time,
}

impl Serialize for SpansView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.spans.iter().map(|span| SpanView::of(span, self.trace_start)))
    }
}

#[derive(Serialize)]
struct SpanView<'a> {
    span_id: String,
    parent_span_id: Option<String>,
    name: &'a str,
    service: &'a str,
    kind: &'static str,
    /// OTLP's number, only where it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind_number: Option<i32>,
    start: Option<String>,
    start_unix_nano: String,
    end_unix_nano: Option<String>,
    /// Null while it is running.
    duration_ns: Option<i128>,
    /// From the start of the trace.
    offset_ns: Option<i128>,
    status: &'static str,
    /// OTLP's number, only where it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_number: Option<i32>,
    status_message: &'a str,
    #[serde(flatten)]
    attributes: AttributesView<'a>,
    events: Vec<EventView<'a>>,
    links: Vec<LinkView<'a>>,
    resource: ResourceView<'a>,
    scope: ScopeView<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    trace_state: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    flags: u32,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_events: u32,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_links: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl<'a> SpanView<'a> {
    fn of(span: &'a Span, trace_start: Time) -> Self {
        Self {
            span_id: span.id.to_string(),
            parent_span_id: span.parent.as_ref().map(ToString::to_string),
            name: &span.name,
            service: span.service(),
            kind: span.kind.name(),
            kind_number: matches!(span.kind, SpanKind::Other(_)).then(|| span.kind.number()),
            start: rfc3339(span.start),
            start_unix_nano: span.start.0.to_string(),
            end_unix_nano: span.end.map(|end| end.0.to_string()),
            duration_ns: span.duration().filter(|_| !span.start.is_unknown()),
            offset_ns: (!span.start.is_unknown()).then(|| span.start.since(trace_start)),
            status: span.status.code.name(),
            status_number: matches!(span.status.code, StatusCode::Other(_)).then(|| span.status.code.number()),
            status_message: &span.status.message,
            attributes: AttributesView::of(&span.attributes, span.dropped_attributes),
            events: span.events.iter().map(|event| EventView::of(event, trace_start)).collect(),
            links: span.links.iter().map(LinkView::of).collect(),
            resource: ResourceView::of(&span.resource),
            scope: ScopeView::of(&span.scope),
            trace_state: &span.trace_state,
            flags: span.flags,
            dropped_events: span.dropped_events,
            dropped_links: span.dropped_links,
        }
    }
}

#[derive(Serialize)]
struct EventView<'a> {
    name: &'a str,
    time: Option<String>,
    time_unix_nano: String,
    offset_ns: Option<i128>,
    #[serde(flatten)]
    attributes: AttributesView<'a>,
}

impl<'a> EventView<'a> {
    fn of(event: &'a Event, trace_start: Time) -> Self {
        Self {
            name: &event.name,
            time: rfc3339(event.time),
            time_unix_nano: event.time.0.to_string(),
            offset_ns: (!event.time.is_unknown()).then(|| event.time.since(trace_start)),
            attributes: AttributesView::of(&event.attributes, event.dropped_attributes),
        }
    }
}

#[derive(Serialize)]
struct LinkView<'a> {
    trace_id: &'a str,
    span_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    trace_state: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    flags: u32,
    #[serde(flatten)]
    attributes: AttributesView<'a>,
}

impl<'a> LinkView<'a> {
    fn of(link: &'a Link) -> Self {
        Self {
            trace_id: &link.trace_id,
            span_id: &link.span_id,
            trace_state: &link.trace_state,
            flags: link.flags,
            attributes: AttributesView::of(&link.attributes, link.dropped_attributes),
        }
    }
}

#[derive(Serialize)]
struct ResourceView<'a> {
    #[serde(flatten)]
    attributes: AttributesView<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    schema_url: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entity_refs: Vec<EntityView<'a>>,
}

impl<'a> ResourceView<'a> {
    fn of(resource: &'a Resource) -> Self {
        let entities = resource.entity_refs.iter().map(|entity| EntityView {
            schema_url: &entity.schema_url,
            kind: &entity.kind,
            id_keys: &entity.id_keys,
            description_keys: &entity.description_keys,
        });
        Self {
            attributes: AttributesView::of(&resource.attributes, resource.dropped_attributes),
            schema_url: &resource.schema_url,
            entity_refs: entities.collect(),
        }
    }
}

#[derive(Serialize)]
struct EntityView<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id_keys: &'a [String],
    description_keys: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    schema_url: &'a str,
}

#[derive(Serialize)]
struct ScopeView<'a> {
    name: &'a str,
    version: &'a str,
    #[serde(flatten)]
    attributes: AttributesView<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    schema_url: &'a str,
}

impl<'a> ScopeView<'a> {
    fn of(scope: &'a Scope) -> Self {
        Self {
            name: &scope.name,
            version: &scope.version,
            attributes: AttributesView::of(&scope.attributes, scope.dropped_attributes),
            schema_url: &scope.schema_url,
        }
    }
}

/// The fields that everything with attributes has.
#[derive(Serialize)]
struct AttributesView<'a> {
    attributes: ObjectView<'a>,
    /// Only where a key came several times: all but the last value of such keys, in order. An object can hold only one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    duplicate_attributes: Vec<PairView<'a>>,
    /// Only where the sender discarded some.
    #[serde(skip_serializing_if = "is_zero")]
    dropped_attributes: u32,
}

impl<'a> AttributesView<'a> {
    fn of(attributes: &'a Attributes, dropped_attributes: u32) -> Self {
        let (unique, duplicate) = last_of_each_key(attributes);
        Self { attributes: ObjectView(unique), duplicate_attributes: duplicate, dropped_attributes }
    }
}

#[derive(Serialize)]
struct PairView<'a> {
    key: &'a str,
    value: ValueView<'a>,
}

/// The last value of each key, and those before.
fn last_of_each_key(attributes: &Attributes) -> (Vec<(&str, &Value)>, Vec<PairView<'_>>) {
    let last: HashMap<&str, usize> = attributes.iter().enumerate().map(|(at, (key, _))| (key, at)).collect();
    if last.len() == attributes.len() {
        return (attributes.iter().collect(), Vec::new());
    }
    let (mut unique, mut duplicate) = (Vec::new(), Vec::new());
    for (at, (key, value)) in attributes.iter().enumerate() {
        if last.get(key) == Some(&at) {
            unique.push((key, value));
        } else {
            duplicate.push(PairView { key, value: ValueView(value) });
        }
    }
    (unique, duplicate)
}

struct ObjectView<'a>(Vec<(&'a str, &'a Value)>);

impl Serialize for ObjectView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            object.serialize_entry(key, &ValueView(value))?;
        }
        object.end()
    }
}

/// A value as JSON. Bytes are base64; numbers that JSON has no way to write are the strings `NaN`, `Infinity` and `-Infinity`, as
/// in protobuf's JSON; a map in which a key comes twice is a list of `{"key", "value"}`. As deep as the decoders let it be.
struct ValueView<'a>(&'a Value);

impl Serialize for ValueView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Empty => serializer.serialize_none(),
            Value::Str(text) => serializer.serialize_str(text),
            Value::Bool(yes) => serializer.serialize_bool(*yes),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Double(number) if number.is_finite() => serializer.serialize_f64(*number),
            Value::Double(number) if number.is_nan() => serializer.serialize_str("NaN"),
            Value::Double(number) => serializer.serialize_str(if *number > 0.0 { "Infinity" } else { "-Infinity" }),
            Value::Bytes(bytes) => serializer.serialize_str(&BASE64_STANDARD.encode(bytes)),
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(&ValueView(item)))?;
                list.end()
            }
            Value::Map(entries) => {
                let (unique, duplicate) = last_of_each_key(entries);
                if duplicate.is_empty() {
                    return ObjectView(unique).serialize(serializer);
                }
                let mut list = serializer.serialize_seq(Some(entries.len()))?;
                for (key, value) in entries.iter() {
                    list.serialize_element(&PairView { key, value: ValueView(value) })?;
                }
                list.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{failed, page, running, span, trace};
    use std::sync::Arc;

    fn parsed(text: &str) -> serde_json::Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_listed_trace_has_all_that_a_table_shows() {
        let mut summary =
            trace(vec![failed(span(2, 9, "web", "job", 0, 1_500), "no"), running(span(3, 9, "db", "q", 5, 0))]).summary();
        summary.backends = vec!["honeycomb".into(), "xray".into()];
        insta::assert_snapshot!(list(&[summary], &["1 of 4,212 traces".into()]), @r#"
        {
          "schema": 1,
          "traces": [
            {
              "trace_id": "5759e988bd862e3fe1be46a994272793",
              "backend": "honeycomb+xray",
              "start": "2026-07-24T14:03:05.123Z",
              "start_unix_nano": "1784901785123000000",
              "end_unix_nano": "1784901785124500000",
              "duration_ns": 1500000,
              "root_name": null,
              "root_service": null,
              "services": [
                "db",
                "web"
              ],
              "span_count": 2,
              "error_count": 1,
              "complete": false,
              "evidence": [
                {
                  "code": "no_root",
                  "message": "no root span has arrived"
                },
                {
                  "code": "missing_parents",
                  "message": "1 parent span has not arrived",
                  "count": 1
                },
                {
                  "code": "running",
                  "message": "1 span is still running",
                  "count": 1
                }
              ]
            }
          ],
          "notes": [
            "1 of 4,212 traces"
          ]
        }
        "#);
    }

    #[test]
    fn a_shown_trace_has_everything_of_its_spans() {
        let mut whole = failed(span(1, 0, "web", "GET /", 0, 1_500), "no");
        whole.attributes = Attributes(vec![
            ("twice".into(), Value::Int(1)),
            ("n".into(), Value::Double(f64::NAN)),
            ("bytes".into(), Value::Bytes(vec![0, 255])),
            ("twice".into(), Value::Int(2)),
            ("list".into(), Value::Array(vec![Value::Empty, true.into(), 1.5.into()])),
        ]);
        whole.kind = SpanKind::Other(9);
        whole.dropped_attributes = 3;
        whole.trace_state = "k=v".into();
        whole.events = vec![Event { name: "exception".into(), time: whole.start, ..Event::default() }];
        whole.links = vec![Link { trace_id: "ab".into(), span_id: "cd".into(), ..Link::default() }];
        whole.scope = Arc::new(Scope { name: "flask".into(), version: "1".into(), ..Scope::default() });
        insta::assert_snapshot!(show(&[trace(vec![whole])], &[]), @r#"
        {
          "schema": 1,
          "traces": [
            {
              "trace_id": "5759e988bd862e3fe1be46a994272793",
              "backend": null,
              "start": "2026-07-24T14:03:05.123Z",
              "start_unix_nano": "1784901785123000000",
              "end_unix_nano": "1784901785124500000",
              "duration_ns": 1500000,
              "root_name": "GET /",
              "root_service": "web",
              "services": [
                "web"
              ],
              "span_count": 1,
              "error_count": 1,
              "complete": true,
              "evidence": [],
              "spans": [
                {
                  "span_id": "0000000000000001",
                  "parent_span_id": null,
                  "name": "GET /",
                  "service": "web",
                  "kind": "other",
                  "kind_number": 9,
                  "start": "2026-07-24T14:03:05.123Z",
                  "start_unix_nano": "1784901785123000000",
                  "end_unix_nano": "1784901785124500000",
                  "duration_ns": 1500000,
                  "offset_ns": 0,
                  "status": "error",
                  "status_message": "no",
                  "attributes": {
                    "n": "NaN",
                    "bytes": "AP8=",
                    "twice": 2,
                    "list": [
                      null,
                      true,
                      1.5
                    ]
                  },
                  "duplicate_attributes": [
                    {
                      "key": "twice",
                      "value": 1
                    }
                  ],
                  "dropped_attributes": 3,
                  "events": [
                    {
                      "name": "exception",
                      "time": "2026-07-24T14:03:05.123Z",
                      "time_unix_nano": "1784901785123000000",
                      "offset_ns": 0,
                      "attributes": {}
                    }
                  ],
                  "links": [
                    {
                      "trace_id": "ab",
                      "span_id": "cd",
                      "attributes": {}
                    }
                  ],
                  "resource": {
                    "attributes": {
                      "service.name": "web"
                    }
                  },
                  "scope": {
                    "name": "flask",
                    "version": "1",
                    "attributes": {}
                  },
                  "trace_state": "k=v"
                }
              ]
            }
          ],
          "notes": []
        }
        "#);
    }

    #[test]
    fn while_a_span_runs_its_duration_is_null() {
        let document = parsed(&show(&[trace(vec![running(span(1, 0, "web", "GET /", 0, 0))])], &[]));
        let span = &document["traces"][0]["spans"][0];
        assert!(span["duration_ns"].is_null() && span["end_unix_nano"].is_null(), "{span}");
    }

    #[test]
    fn a_span_without_a_start_has_no_duration_and_no_offset() {
        let unknown = Span { start: Time(0), ..span(1, 0, "web", "GET /", 0, 5) };
        let document = parsed(&show(&[trace(vec![unknown])], &[]));
        let span = &document["traces"][0]["spans"][0];
        assert!(span["start"].is_null() && span["duration_ns"].is_null() && span["offset_ns"].is_null(), "{span}");
        assert_eq!(span["start_unix_nano"], "0");
    }

    #[test]
    fn the_longest_and_the_most_negative_durations_are_numbers() {
        let long = Span { start: Time(1), end: Some(Time(u64::MAX)), ..span(1, 0, "web", "long", 0, 0) };
        let back = Span { start: Time(u64::MAX), end: Some(Time(1)), ..span(2, 1, "web", "back", 0, 0) };
        let text = show_line(&trace(vec![long, back]));
        assert!(
            text.contains(r#""duration_ns":18446744073709551614"#) && text.contains(r#""duration_ns":-18446744073709551614"#),
            "{text}"
        );
    }

    #[test]
    fn a_line_is_the_trace_of_the_document() {
        let page = page();
        let line = show_line(&page);
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(parsed(&line), parsed(&show(std::slice::from_ref(&page), &[]))["traces"][0]);
        let summary = page.summary();
        assert_eq!(parsed(&list_line(&summary)), parsed(&list(std::slice::from_ref(&summary), &[]))["traces"][0]);
    }

    #[test]
    fn a_nested_map_with_a_repeated_key_loses_nothing() {
        let nested = Value::Map([("k", 1_i64), ("k", 2)].into_iter().collect());
        let mut span = span(1, 0, "web", "GET /", 0, 5);
        span.attributes.push("m", nested);
        let document = parsed(&show(&[trace(vec![span])], &[]));
        let expected = serde_json::json!([{"key": "k", "value": 1}, {"key": "k", "value": 2}]);
        assert_eq!(document["traces"][0]["spans"][0]["attributes"]["m"], expected);
    }

    #[test]
    fn nothing_is_an_empty_list() {
        assert_eq!(parsed(&list(&[], &[])), serde_json::json!({"schema": 1, "traces": [], "notes": []}));
    }
}
