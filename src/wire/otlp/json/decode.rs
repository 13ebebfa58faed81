//! OTLP/JSON to the model, in one pass: every span becomes a model span as soon as it is read.
//!
//! Dialects: ids in hex of either case (the specification) or base64 (protobuf's own JSON mapping, as Tempo writes), 64-bit
//! numbers and times as text or numbers, enumerations as numbers or names, `snake_case` keys, `batches` for `resourceSpans`,
//! `instrumentationLibrarySpans` of OTLP before 0.15, and `null` anywhere.

use std::sync::Arc;

use serde::de::{DeserializeSeed as _, IgnoredAny, MapAccess};

use super::enumeration::Enum;
use super::parts::{Id, JsonResource, JsonScope, Reader, Request, Several, id};
use super::value::Entries;
use crate::model::id::hex;
use crate::model::{Event, Link, Resource, Scope, SeenBy, Span, SpanKind, Status, StatusCode, Time, TraceId};
use crate::wire::error::{Refusals, Refused, WireError};
use crate::wire::lenient::{Each, List, Number, Text, object};
use crate::wire::mend;
use crate::wire::otlp::check::{BAD_SPAN_ID, BAD_TRACE_ID};
use crate::wire::read::Records;
use crate::wire::text;

const FORMAT: &str = "OTLP/JSON";
/// What a request's list is called; the last by Tempo.
const LISTS: &[&str] = &["resourceSpans", "resource_spans", "batches"];
/// What the names of kinds and of status codes begin with in protobuf.
const KIND: &str = "SPAN_KIND_";
const CODE: &str = "STATUS_CODE_";
/// Status codes by their numbers.
const CODES: [&str; 3] = ["unset", "ok", "error"];

/// Spans out of OTLP/JSON and what had to be left out of them: one request, a list of requests, or one after the other, as the
/// collector's file exporter writes them. Ids that are no hex are kept as text; a span without a trace id or span id is refused.
pub fn decode(data: &[u8]) -> Result<(Records, Vec<Refused>), WireError> {
    let read = |data: &[u8]| {
        let mut out = Out::default();
        let mut read = ResourceSpans(&mut out);
        text::documents(FORMAT, data, |document| Request { lists: LISTS, reader: &mut read }.deserialize(document))
            .map(|()| out)
    };
    let mut out = mend::read(data, read, |out, note| out.refusals.note(note))?;
    out.odd.tell(&mut out.refusals);
    Ok((out.spans, out.refusals.into_vec()))
}

/// What has been read so far.
#[derive(Default)]
struct Out {
    spans: Vec<(TraceId, Span)>,
    refusals: Refusals,
    /// What spans have until their own resource and scope are read, which may come after them.
    resource: Arc<Resource>,
    scope: Arc<Scope>,
    odd: Odd,
}

/// What was written so that nothing could be made of it, in spans that are kept.
#[derive(Default)]
struct Odd {
    numbers: usize,
    names: usize,
}

impl Odd {
    fn look(&mut self, span: &JsonSpan<'_>) {
        let times = [span.start, span.end].into_iter().chain(span.events.0.iter().map(|event| event.time));
        let counts = [span.flags, span.dropped_attributes, span.dropped_events, span.dropped_links];
        self.numbers += times.filter(|time| time.is_lost::<u64>()).count();
        self.numbers += counts.iter().filter(|count| count.is_lost::<u32>()).count();
        self.names += usize::from(span.kind.is_lost(KIND, SpanKind::NAMED.map(SpanKind::name)));
        self.names += usize::from(span.status.code.is_lost(CODE, CODES));
    }

    fn tell(&self, refusals: &mut Refusals) {
        if self.numbers > 0 {
            refusals.note(format!("{} times or counts that are no such number were left out", self.numbers));
        }
        if self.names > 0 {
            refusals.note(format!("{} kinds or status codes that are unknown were left out", self.names));
        }
    }
}

struct ResourceSpans<'o>(&'o mut Out);

impl Reader for ResourceSpans<'_> {
    fn read<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        let first = self.0.spans.len();
        let mut resource = JsonResource::default();
        let mut schema_url = Text::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key.0 {
                "resource" => resource = map.next_value()?,
                "schemaUrl" | "schema_url" => schema_url = map.next_value()?,
                "scopeSpans" | "scope_spans" | "instrumentationLibrarySpans" | "instrumentation_library_spans" => {
                    map.next_value_seed(Several(ScopeSpans(&mut *self.0)))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let resource = Arc::new(resource.into_model(schema_url));
        for (_, span) in &mut self.0.spans[first..] {
            span.resource = Arc::clone(&resource);
        }
        Ok(())
    }
}

struct ScopeSpans<'o>(&'o mut Out);

impl Reader for ScopeSpans<'_> {
    fn read<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        let first = self.0.spans.len();
        let mut scope = JsonScope::default();
        let mut schema_url = Text::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key.0 {
                "scope" | "instrumentationLibrary" | "instrumentation_library" => scope = map.next_value()?,
                "schemaUrl" | "schema_url" => schema_url = map.next_value()?,
                "spans" => map.next_value_seed(Each::new(|span: JsonSpan<'de>| self.0.take(span)))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let scope = Arc::new(scope.into_model(schema_url));
        for (_, span) in &mut self.0.spans[first..] {
            span.scope = Arc::clone(&scope);
        }
        Ok(())
    }
}

impl Out {
    fn take(&mut self, span: JsonSpan<'_>) {
        let mut odd = Odd { ..self.odd };
        odd.look(&span);
        match span.into_model(&self.resource, &self.scope) {
            Ok(span) => {
                self.spans.push(span);
                self.odd = odd;
            }
            Err(reason) => self.refusals.add(reason),
        }
    }
}

object! {
    struct JsonSpan<'a> {
        trace_id: Text<'a> = "traceId" | "trace_id" | "traceID",
        span_id: Text<'a> = "spanId" | "span_id" | "spanID",
        parent_span_id: Text<'a> = "parentSpanId" | "parent_span_id" | "parentSpanID",
        trace_state: Text<'a> = "traceState" | "trace_state",
        flags: Number = "flags",
        name: Text<'a> = "name",
        kind: Enum<'a> = "kind",
        start: Number = "startTimeUnixNano" | "start_time_unix_nano",
        end: Number = "endTimeUnixNano" | "end_time_unix_nano",
        attributes: Entries = "attributes",
        dropped_attributes: Number = "droppedAttributesCount" | "dropped_attributes_count",
        events: List<JsonEvent<'a>> = "events",
        dropped_events: Number = "droppedEventsCount" | "dropped_events_count",
        links: List<JsonLink<'a>> = "links",
        dropped_links: Number = "droppedLinksCount" | "dropped_links_count",
        status: JsonStatus<'a> = "status",
    }
}

object! {
    struct JsonEvent<'a> {
        time: Number = "timeUnixNano" | "time_unix_nano",
        name: Text<'a> = "name",
        attributes: Entries = "attributes",
        dropped: Number = "droppedAttributesCount" | "dropped_attributes_count",
    }
}

object! {
    struct JsonLink<'a> {
        trace_id: Text<'a> = "traceId" | "trace_id" | "traceID",
        span_id: Text<'a> = "spanId" | "span_id" | "spanID",
        trace_state: Text<'a> = "traceState" | "trace_state",
        attributes: Entries = "attributes",
        dropped: Number = "droppedAttributesCount" | "dropped_attributes_count",
        flags: Number = "flags",
    }
}

object! {
    struct JsonStatus<'a> {
        message: Text<'a> = "message",
        code: Enum<'a> = "code",
    }
}

impl JsonSpan<'_> {
    fn into_model(self, resource: &Arc<Resource>, scope: &Arc<Scope>) -> Result<(TraceId, Span), &'static str> {
        let trace = id::<16>(&self.trace_id.0).ok_or(BAD_TRACE_ID)?;
        let id = id::<8>(&self.span_id.0).ok_or(BAD_SPAN_ID)?;
        let span = Span {
            id: id.span(),
            parent: self::id::<8>(&self.parent_span_id.0).map(Id::span),
            name: self.name.into_string(),
            kind: SpanKind::from_number(self.kind.number(KIND, SpanKind::NAMED.map(SpanKind::name))),
            start: Time(self.start.unsigned()),
            end: Some(Time(self.end.unsigned())).filter(|end| !end.is_unknown()),
            status: Status {
                code: StatusCode::from_number(self.status.code.number(CODE, CODES)),
                message: self.status.message.into_string(),
            },
            attributes: self.attributes.0,
            events: self.events.0.into_iter().map(JsonEvent::into_model).collect(),
            links: self.links.0.into_iter().map(JsonLink::into_model).collect(),
            resource: Arc::clone(resource),
            scope: Arc::clone(scope),
            trace_state: self.trace_state.into_string(),
            flags: self.flags.unsigned(),
            dropped_attributes: self.dropped_attributes.unsigned(),
            dropped_events: self.dropped_events.unsigned(),
            dropped_links: self.dropped_links.unsigned(),
            seen_by: SeenBy::default(),
        };
        Ok((trace.trace(), span))
    }
}

impl JsonEvent<'_> {
    fn into_model(self) -> Event {
        Event {
            time: Time(self.time.unsigned()),
            name: self.name.into_string(),
            attributes: self.attributes.0,
            dropped_attributes: self.dropped.unsigned(),
        }
    }
}

impl JsonLink<'_> {
    fn into_model(self) -> Link {
        Link {
            trace_id: link_id::<16>(&self.trace_id.0),
            span_id: link_id::<8>(&self.span_id.0),
            trace_state: self.trace_state.into_string(),
            attributes: self.attributes.0,
            dropped_attributes: self.dropped.unsigned(),
            flags: self.flags.unsigned(),
        }
    }
}

fn link_id<const N: usize>(text: &str) -> String {
    match id::<N>(text) {
        Some(Id::Bytes(bytes)) => hex(&bytes),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{SpanId, Value};
    use crate::wire::Batch;

    fn one(span: &str) -> Span {
        let (span, notes) = one_with_notes(span);
        assert!(notes.is_empty(), "{notes:?}");
        span
    }

    fn one_with_notes(span: &str) -> (Span, Vec<String>) {
        let (spans, refused) = decode(document(span).as_bytes()).unwrap();
        assert!(refused.iter().all(Refused::is_note), "{refused:?}");
        (spans.into_iter().next().unwrap().1, refused.iter().map(Refused::to_string).collect())
    }

    fn document(span: &str) -> String {
        format!(
            r#"{{"resourceSpans": [{{"scopeSpans": [{{"spans": [{{"traceId": "5759e988bd862e3fe1be46a994272793", "spanId": "53995c3f42cd8ad8", {span}}}]}}]}}]}}"#
        )
    }

    fn value(json: &str) -> Value {
        let span = one(&format!(r#""attributes": [{{"key": "k", "value": {json}}}]"#));
        span.attributes.get("k").unwrap().clone()
    }

    #[test]
    fn every_dialect_says_the_same() {
        let read = |json: &str| {
            let (spans, refused) = decode(json.as_bytes()).unwrap();
            assert_eq!(refused, []);
            spans
        };
        let python = read(include_str!("../../../../tests/fixtures/otlp/python.json"));
        let told: Vec<_> =
            python.iter().map(|(id, span)| format!("{id} {:?} {} {:?}", span.parent, span.id, span.kind)).collect();
        assert_eq!(
            told,
            [
                "5759e988bd862e3fe1be46a994272793 None 53995c3f42cd8ad8 Server",
                "5759e988bd862e3fe1be46a994272793 Some(SpanId(53995c3f42cd8ad8)) 0102030405060708 Client",
            ]
        );
        assert_eq!(python, read(include_str!("../../../../tests/fixtures/otlp/node.json")));
        assert_eq!(python, read(include_str!("../../../../tests/fixtures/otlp/upper-case-and-numbers.json")));
        assert_eq!(python, read(include_str!("../../../../tests/fixtures/otlp/tempo.json")));
        assert_eq!(python, read(include_str!("../../../../tests/fixtures/otlp/snake-case-and-null.json")));
    }

    #[test]
    fn values_are_read_however_they_are_written() {
        assert_eq!(value(r#"{"intValue": "-9223372036854775808"}"#), Value::Int(i64::MIN));
        assert_eq!(value(r#"{"intValue": 9007199254740993}"#), Value::Int(9_007_199_254_740_993));
        assert_eq!(value(r#"{"intValue": 3.0}"#), Value::Int(3));
        assert_eq!(value(r#"{"doubleValue": 3}"#), Value::Double(3.0));
        assert_eq!(value(r#"{"doubleValue": "-Infinity"}"#), Value::Double(f64::NEG_INFINITY));
        assert_eq!(value(r#"{"boolValue": "true"}"#), Value::Bool(true));
        assert_eq!(value(r#"{"bytesValue": "_-8"}"#), Value::Bytes(vec![0xff, 0xef]));
        assert_eq!(value(r#"{"stringValue": "a\u00e9\n"}"#), Value::from("aé\n"));
        assert_eq!(value(r#"{"arrayValue": {}}"#), Value::Array(Vec::new()));
        assert_eq!(value("{}"), Value::Empty);
        assert_eq!(value("null"), Value::Empty);
        assert_eq!(value("[1, \"bare\"]"), Value::Array(vec![Value::Int(1), Value::from("bare")]));
    }

    #[test]
    fn a_value_that_is_not_as_its_key_says_is_kept_as_what_it_is() {
        assert_eq!(value(r#"{"intValue": "many"}"#), Value::from("many"));
        assert_eq!(value(r#"{"intValue": 1.5}"#), Value::Double(1.5));
        assert_eq!(value(r#"{"intValue": 18446744073709551615}"#), Value::from("18446744073709551615"));
        assert_eq!(value(r#"{"bytesValue": "!"}"#), Value::from("!"));
        assert_eq!(value(r#"{"boolValue": 1}"#), Value::Int(1));
    }

    #[test]
    fn one_odd_field_costs_no_more_than_itself_and_is_said() {
        let (span, notes) = one_with_notes(
            r#""name": ["x"], "kind": "SPAN_KIND_NEW", "startTimeUnixNano": -5, "endTimeUnixNano": "tomorrow", "flags": 1e99,
               "status": "bad", "events": 5, "links": [7, {"traceId": {}}], "attributes": {"k": "v"}, "name": "last""#,
        );
        let expected = Span {
            id: SpanId::from_text("53995c3f42cd8ad8"),
            name: "last".into(),
            attributes: [("k", "v")].into_iter().collect(),
            links: vec![Link::default(), Link::default()],
            ..Span::default()
        };
        assert_eq!(span, expected);
        assert_eq!(
            notes,
            [
                "3 times or counts that are no such number were left out",
                "1 kinds or status codes that are unknown were left out"
            ]
        );
    }

    #[test]
    fn what_json_does_not_have_costs_no_span() {
        let (span, notes) = one_with_notes(
            r#""name": "caf\ud83d", "attributes": [{"key": "n", "value": {"doubleValue": NaN}},
               {"key": "m", "value": {"doubleValue": 1e999}}, {"key": "i", "value": {"doubleValue": -Infinity}}]"#,
        );
        assert_eq!(span.name, "caf\u{fffd}");
        assert!(matches!(span.attributes.get("n"), Some(Value::Double(number)) if number.is_nan()));
        assert_eq!(span.attributes.get("m"), Some(&Value::from("1e999")));
        assert_eq!(span.attributes.get("i"), Some(&Value::Double(f64::NEG_INFINITY)));
        insta::assert_snapshot!(notes.join("; "), @"1 halves of characters (surrogates) in texts were replaced by U+FFFD; 3 numbers that JSON does not have (NaN, Infinity, or beyond a double) were read as text");
        // What is wrong besides is told of the text as it came.
        let error = decode(br#"{"a": NaN, "b": oops}"#).unwrap_err();
        assert_eq!(error.place.column, 7);
    }

    #[test]
    fn a_span_without_ids_is_refused_and_the_others_are_kept() {
        let spans = r#"{"resourceSpans": [{"scopeSpans": [{"spans": [
            {"spanId": "53995c3f42cd8ad8"}, {"traceId": null, "spanId": "53995c3f42cd8ad8"},
            {"traceId": "5759e988bd862e3fe1be46a994272793", "spanId": "0000000000000000"},
            {"traceId": "5759e988bd862e3fe1be46a994272793", "spanId": "53995c3f42cd8ad8"}]}]}]}"#;
        let (read, refused) = decode(spans.as_bytes()).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(
            refused,
            [Refused { count: 2, reason: BAD_TRACE_ID.into() }, Refused { count: 1, reason: BAD_SPAN_ID.into() }]
        );
    }

    #[test]
    fn an_id_that_is_no_hex_can_be_read_and_cannot_be_received() {
        let json = document(r#""parentSpanId": "the-root""#);
        let (read, _) = decode(json.as_bytes()).unwrap();
        assert_eq!(read[0].1.parent, Some(SpanId::from_text("the-root")));
        let (batch, refused) = Batch::from_otlp_json(json.as_bytes()).unwrap();
        assert_eq!((batch.rows.len(), refused[0].count), (0, 1));
    }

    #[test]
    fn a_request_of_nothing_is_none_and_a_file_may_be_empty() {
        for nothing in ["", " \n", "\u{feff}"] {
            let error = Batch::from_otlp_json(nothing.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), "not OTLP/JSON: there is nothing in it");
            assert_eq!(decode(nothing.as_bytes()).unwrap(), (Vec::new(), Vec::new()));
        }
        assert_eq!(Batch::from_otlp_json(b"{}").unwrap().0.rows.len(), 0);
    }

    #[test]
    fn requests_may_follow_each_other_as_in_the_collectors_files() {
        let line = document(r#""name": "op""#);
        let lines = format!("\u{feff}{line}\n{line}\r\n\n{line}");
        assert_eq!(decode(lines.as_bytes()).unwrap().0.len(), 3);
    }

    #[test]
    fn broken_json_is_an_error_that_names_the_place() {
        let json = "{\"resourceSpans\": [\n  {\"scopeSpans\": [{\"spans\": [{\"name\": \"a\"}, {\"name\": oops}]}]}]}";
        let error = decode(json.as_bytes()).unwrap_err();
        insta::assert_snapshot!(error, @"not OTLP/JSON: expected value, line 2 column 54, in resourceSpans[0].scopeSpans[0].spans[1].name");
        let error = decode(b"[1]").unwrap_err();
        insta::assert_snapshot!(error, @"not OTLP/JSON: invalid type: integer `1`, expected an object with resourceSpans, line 1 column 2");
    }

    #[test]
    fn brackets_without_end_are_an_error_and_not_the_end() {
        let json = document(&format!(r#""attributes": [{{"key": "k", "value": {}"#, "[".repeat(100_000)));
        let error = decode(json.as_bytes()).unwrap_err();
        assert_eq!(error.why, "recursion limit exceeded");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(data in proptest::collection::vec(any::<u8>(), 0..100), text in "[\\[\\]{}:,\"a1 ]{0,40}") {
            decode(&data).ok();
            decode(text.as_bytes()).ok();
        }

        #[test]
        fn a_document_that_went_wrong_on_the_way_does_not_panic(at in any::<prop::sample::Index>(), byte: u8) {
            let mut json = include_bytes!("../../../../tests/fixtures/otlp/node.json").to_vec();
            let at = at.index(json.len());
            json[at] = byte;
            decode(&json).ok();
        }
    }
}
