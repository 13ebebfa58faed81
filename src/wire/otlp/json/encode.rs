//! The model to OTLP/JSON as the specification has it: camelCase keys, hex ids, 64-bit integers as text, enumerations as numbers.
//! What has its default value is left out, except the fields that readers look for.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, SerializeSeq as _, Serializer};

use crate::model::{Attributes, EntityRef, Event, Link, Resource, Scope, Span, Time, TraceId, Value};
use crate::wire::otlp::check::MAX_NESTING;
use crate::wire::otlp::encode::hex_bytes;
use crate::wire::otlp::group::{OfResource, OfScope, group};

/// Spans as one OTLP/JSON request on one line, grouped as [`crate::wire::otlp::encode()`] does. Ids that are no bytes are written
/// as the text they are, which [`super::decode()`] reads back.
pub fn encode<'a>(spans: impl IntoIterator<Item = (&'a TraceId, &'a Span)>) -> String {
    serde_json::to_string(&Request(group(spans))).expect("keys are text and nothing here can fail")
}

struct Request<'a>(Vec<OfResource<'a>>);

impl Serialize for Request<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("resourceSpans", &self.0)?;
        map.end()
    }
}

impl Serialize for OfResource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("resource", &Of(self.resource))?;
        map.serialize_entry("scopeSpans", &self.scopes)?;
        text(&mut map, "schemaUrl", &self.resource.schema_url)?;
        map.end()
    }
}

impl Serialize for OfScope<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("scope", &Of(self.scope))?;
        map.serialize_entry("spans", &List(&self.spans))?;
        text(&mut map, "schemaUrl", &self.scope.schema_url)?;
        map.end()
    }
}

/// OTLP's form of a part of the model, which itself knows nothing of any format.
struct Of<'a, T>(&'a T);

/// OTLP's form of a list of them.
struct List<'a, T>(&'a [T]);

impl<T> Serialize for List<'_, T>
where
    for<'t> Of<'t, T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Of))
    }
}

fn text<M: SerializeMap>(map: &mut M, key: &'static str, text: &str) -> Result<(), M::Error> {
    if text.is_empty() { Ok(()) } else { map.serialize_entry(key, text) }
}

fn number<M: SerializeMap>(map: &mut M, key: &'static str, number: u32) -> Result<(), M::Error> {
    if number == 0 { Ok(()) } else { map.serialize_entry(key, &number) }
}

fn time<M: SerializeMap>(map: &mut M, key: &'static str, time: Time) -> Result<(), M::Error> {
    map.serialize_entry(key, &format_args!("{}", time.0))
}

fn list<M: SerializeMap, T>(map: &mut M, key: &'static str, items: &[T]) -> Result<(), M::Error>
where
    for<'t> Of<'t, T>: Serialize,
{
    if items.is_empty() { Ok(()) } else { map.serialize_entry(key, &List(items)) }
}

fn attributes<M: SerializeMap>(map: &mut M, attributes: &Attributes, dropped: u32) -> Result<(), M::Error> {
    if !attributes.is_empty() {
        map.serialize_entry("attributes", &Entries(attributes, MAX_NESTING))?;
    }
    number(map, "droppedAttributesCount", dropped)
}

impl Serialize for Of<'_, Resource> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        attributes(&mut map, &self.0.attributes, self.0.dropped_attributes)?;
        list(&mut map, "entityRefs", &self.0.entity_refs)?;
        map.end()
    }
}

impl Serialize for Of<'_, EntityRef> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "schemaUrl", &self.0.schema_url)?;
        text(&mut map, "type", &self.0.kind)?;
        map.serialize_entry("idKeys", &self.0.id_keys)?;
        map.serialize_entry("descriptionKeys", &self.0.description_keys)?;
        map.end()
    }
}

impl Serialize for Of<'_, Scope> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "name", &self.0.name)?;
        text(&mut map, "version", &self.0.version)?;
        attributes(&mut map, &self.0.attributes, self.0.dropped_attributes)?;
        map.end()
    }
}

impl Serialize for Of<'_, (&TraceId, &Span)> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (trace, span) = *self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("traceId", &trace.canonical())?;
        map.serialize_entry("spanId", &format_args!("{}", span.id))?;
        text(&mut map, "traceState", &span.trace_state)?;
        if let Some(parent) = &span.parent {
            map.serialize_entry("parentSpanId", &format_args!("{parent}"))?;
        }
        number(&mut map, "flags", span.flags)?;
        map.serialize_entry("name", &span.name)?;
        map.serialize_entry("kind", &span.kind.number())?;
        time(&mut map, "startTimeUnixNano", span.start)?;
        if let Some(end) = span.end {
            time(&mut map, "endTimeUnixNano", end)?;
        }
        attributes(&mut map, &span.attributes, span.dropped_attributes)?;
        list(&mut map, "events", &span.events)?;
        number(&mut map, "droppedEventsCount", span.dropped_events)?;
        list(&mut map, "links", &span.links)?;
        number(&mut map, "droppedLinksCount", span.dropped_links)?;
        map.serialize_entry("status", &Of(&span.status))?;
        map.end()
    }
}

impl Serialize for Of<'_, crate::model::Status> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "message", &self.0.message)?;
        if self.0.code.number() != 0 {
            map.serialize_entry("code", &self.0.code.number())?;
        }
        map.end()
    }
}

impl Serialize for Of<'_, Event> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        time(&mut map, "timeUnixNano", self.0.time)?;
        text(&mut map, "name", &self.0.name)?;
        attributes(&mut map, &self.0.attributes, self.0.dropped_attributes)?;
        map.end()
    }
}

impl Serialize for Of<'_, Link> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("traceId", &link_trace(&self.0.trace_id))?;
        map.serialize_entry("spanId", &self.0.span_id)?;
        text(&mut map, "traceState", &self.0.trace_state)?;
        attributes(&mut map, &self.0.attributes, self.0.dropped_attributes)?;
        number(&mut map, "flags", self.0.flags)?;
        map.end()
    }
}

/// Hex as it is, X-Ray's spelling as hex, and other text as it is.
fn link_trace(text: &str) -> Cow<'_, str> {
    if hex_bytes(text).is_some() { Cow::Borrowed(text) } else { Cow::Owned(TraceId::from_text(text).canonical()) }
}

/// A list of `KeyValue`s that may nest so many levels deeper.
struct Entries<'a>(&'a Attributes, usize);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(key, value)| Entry(key, value, self.1)))
    }
}

struct Entry<'a>(&'a str, &'a Value, usize);

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("key", self.0)?;
        map.serialize_entry("value", &Any(self.1, self.2))?;
        map.end()
    }
}

/// A value that may nest so many levels deeper; what nests deeper than readers take becomes text.
struct Any<'a>(&'a Value, usize);

impl Serialize for Any<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(value, levels) = *self;
        let mut map = serializer.serialize_map(None)?;
        match value {
            Value::Empty => {}
            Value::Str(text) => map.serialize_entry("stringValue", text.as_str())?,
            Value::Bool(yes) => map.serialize_entry("boolValue", yes)?,
            Value::Int(number) => map.serialize_entry("intValue", &format_args!("{number}"))?,
            Value::Double(number) => map.serialize_entry("doubleValue", &Double(*number))?,
            Value::Bytes(bytes) => map.serialize_entry("bytesValue", &STANDARD.encode(bytes))?,
            Value::Array(_) | Value::Map(_) if levels == 0 => map.serialize_entry("stringValue", &format_args!("{value}"))?,
            Value::Array(items) => map.serialize_entry("arrayValue", &Values(Items(items, levels - 1)))?,
            Value::Map(entries) => map.serialize_entry("kvlistValue", &Values(Entries(entries, levels - 1)))?,
        }
        map.end()
    }
}

/// `{"values": …}`.
struct Values<T>(T);

impl<T: Serialize> Serialize for Values<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("values", &self.0)?;
        map.end()
    }
}

struct Items<'a>(&'a [Value], usize);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            seq.serialize_element(&Any(item, self.1))?;
        }
        seq.end()
    }
}

/// JSON has no numbers for these three, so protobuf's mapping writes words.
struct Double(f64);

impl Serialize for Double {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            number if number.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            number => serializer.serialize_f64(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::decode;
    use super::*;
    use crate::model::SpanId;
    use crate::wire::arbitrary;

    fn encoded(spans: &[(TraceId, Span)]) -> String {
        encode(spans.iter().map(|(id, span)| (id, span)))
    }

    #[test]
    fn a_span_is_written_as_the_specification_has_it() {
        let span = Span {
            id: SpanId::from_bytes([0xab; 8]),
            parent: Some(SpanId::from_bytes([1; 8])),
            name: "GET /api".into(),
            kind: crate::model::SpanKind::Server,
            start: Time(1),
            end: Some(Time(u64::MAX)),
            status: crate::model::Status { code: crate::model::StatusCode::Error, message: "no".into() },
            attributes: Attributes(vec![
                ("n".into(), Value::Int(9_007_199_254_740_993)),
                ("d".into(), Value::Double(f64::NEG_INFINITY)),
                ("b".into(), Value::Bytes(vec![0, 255])),
                ("l".into(), Value::Array(vec![Value::Empty, true.into()])),
            ]),
            resource: std::sync::Arc::new(Resource::of_service("web")),
            ..Span::default()
        };
        insta::assert_snapshot!(encoded(&[(TraceId::from_bytes([7; 16]), span)]), @r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeSpans":[{"scope":{},"spans":[{"traceId":"07070707070707070707070707070707","spanId":"abababababababab","parentSpanId":"0101010101010101","name":"GET /api","kind":2,"startTimeUnixNano":"1","endTimeUnixNano":"18446744073709551615","attributes":[{"key":"n","value":{"intValue":"9007199254740993"}},{"key":"d","value":{"doubleValue":"-Infinity"}},{"key":"b","value":{"bytesValue":"AP8="}},{"key":"l","value":{"arrayValue":{"values":[{},{"boolValue":true}]}}}],"status":{"message":"no","code":2}}]}]}]}"#);
    }

    #[test]
    fn what_is_no_number_stays_none() {
        let attributes = [f64::NAN, f64::INFINITY].into_iter().map(|number| ("d", number)).collect();
        let span = Span { id: SpanId::from_bytes([1; 8]), attributes, ..Span::default() };
        let (read, _) = decode(encoded(&[(TraceId::from_bytes([7; 16]), span)]).as_bytes()).unwrap();
        let values: Vec<_> = read[0].1.attributes.iter().map(|(_, value)| value.to_string()).collect();
        assert_eq!(values, ["NaN", "inf"]);
    }

    #[test]
    fn the_deepest_value_that_is_kept_can_be_read_in_the_deepest_place() {
        let mut value = Value::from("bottom");
        for _ in 0..MAX_NESTING {
            value = Value::Map(Attributes(vec![("k".into(), value)]));
        }
        let event = Event { attributes: Attributes(vec![("deep".into(), value)]), ..Event::default() };
        let span = Span { id: SpanId::from_bytes([1; 8]), events: vec![event], ..Span::default() };
        let spans = vec![(TraceId::from_bytes([7; 16]), span)];
        let (batch, refused) = crate::wire::Batch::from_otlp_json(encoded(&spans).as_bytes()).unwrap();
        assert_eq!(refused, []);
        assert_eq!(crate::wire::read_all(batch.format, &batch.data).unwrap(), spans);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_the_model_holds_comes_back(spans in arbitrary::spans()) {
            let (read, refused) = decode(encoded(&spans).as_bytes()).unwrap();
            prop_assert_eq!(refused, []);
            prop_assert_eq!(read, spans);
        }
    }
}
