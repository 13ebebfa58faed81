//! Jaeger's JSON, as its UI downloads it and its HTTP API answers: `{"data": [{"traceID", "spans", "processes"}]}`. Named after
//! `OpenTelemetry`'s own mapping: <https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/>.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::error::{Refusals, Refused, WireError};
use super::lenient::{List, Number, Text, nothing_else, object};
use super::otlp::json::value::{Any, base64_bytes};
use super::read::Records;
use super::{short_id, text};
use crate::model::{Attributes, Event, Link, Resource, Scope, Span, SpanKind, StatusCode, Time, TraceId, Value};

const FORMAT: &str = "Jaeger JSON";

/// The spans of a file, and how many could not be kept for want of an id.
pub fn read(data: &[u8]) -> Result<(Records, Vec<Refused>), WireError> {
    let mut spans = Vec::new();
    let mut refusals = Refusals::default();
    text::documents(FORMAT, data, |document| Traces { spans: &mut spans, refusals: &mut refusals }.deserialize(document))?;
    Ok((spans, refusals.into_vec()))
}

/// An answer with `data`, a list of traces, or one trace: converted trace by trace.
struct Traces<'o> {
    spans: &'o mut Vec<(TraceId, Span)>,
    refusals: &'o mut Refusals,
}

impl<'de> DeserializeSeed<'de> for Traces<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Traces<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with data, or traces")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Traces { spans: &mut *self.spans, refusals: &mut *self.refusals })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut spans = List::<JaegerSpan<'de>>::default();
        let mut processes = Processes::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key.0 {
                "data" => map.next_value_seed(Traces { spans: &mut *self.spans, refusals: &mut *self.refusals })?,
                "spans" => spans = map.next_value()?,
                "processes" => processes = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let mut scopes = HashMap::new();
        for span in spans.0 {
            match span.into_model(&processes, &mut scopes) {
                Ok(span) => self.spans.push(span),
                Err(reason) => self.refusals.add(reason),
            }
        }
        Ok(())
    }
}

/// Resources by process id.
#[derive(Default)]
struct Processes(HashMap<String, Arc<Resource>>);

impl<'de> Deserialize<'de> for Processes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ById;
        impl<'de> Visitor<'de> for ById {
            type Value = Processes;
            nothing_else!('de: unit bool numbers str seq);
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Processes, A::Error> {
                let mut processes = HashMap::new();
                while let Some((id, process)) = map.next_entry::<Text<'de>, Process<'de>>()? {
                    processes.insert(id.into_string(), Arc::new(process.into_model()));
                }
                Ok(Processes(processes))
            }
        }
        deserializer.deserialize_any(ById)
    }
}

object! {
    struct Process<'a> {
        service: Text<'a> = "serviceName",
        tags: List<Tag<'a>> = "tags",
    }
}

object! {
    struct JaegerSpan<'a> {
        trace_id: Text<'a> = "traceID" | "traceId",
        span_id: Text<'a> = "spanID" | "spanId",
        parent_id: Text<'a> = "parentSpanID" | "parentSpanId",
        name: Text<'a> = "operationName",
        references: List<Reference<'a>> = "references",
        flags: Number = "flags",
        start: Number = "startTime",
        duration: Number = "duration",
        tags: List<Tag<'a>> = "tags",
        logs: List<Log<'a>> = "logs",
        process_id: Text<'a> = "processID" | "processId",
        process: Option<Process<'a>> = "process",
        warnings: List<Text<'a>> = "warnings",
    }
}

object! {
    struct Reference<'a> {
        kind: Text<'a> = "refType",
        trace_id: Text<'a> = "traceID" | "traceId",
        span_id: Text<'a> = "spanID" | "spanId",
    }
}

object! {
    struct Log<'a> {
        time: Number = "timestamp",
        fields: List<Tag<'a>> = "fields",
    }
}

object! {
    struct Tag<'a> {
        key: Text<'a> = "key",
        kind: Text<'a> = "type",
        value: Any = "value",
    }
}

impl Process<'_> {
    fn into_model(self) -> Resource {
        let mut attributes = Attributes::new();
        attributes.push("service.name", self.service.into_string());
        attributes.0.extend(self.tags.0.into_iter().map(Tag::into_model));
        Resource { attributes, ..Resource::default() }
    }
}

impl Tag<'_> {
    fn into_model(self) -> (CompactString, Value) {
        let value = match (&*self.kind.0, self.value.0) {
            ("int64", Value::Str(text)) => text.parse().map_or(Value::Str(text), Value::Int),
            ("float64", Value::Int(number)) => Value::Double(number as f64),
            ("binary", Value::Str(text)) => base64_bytes(&text).map_or(Value::Str(text), Value::Bytes),
            (_, value) => value,
        };
        (self.key.into_string().into(), value)
    }
}

impl Log<'_> {
    fn into_model(self) -> Event {
        let mut event = Event { time: microseconds(self.time), ..Event::default() };
        for (key, value) in self.fields.0.into_iter().map(Tag::into_model) {
            match value {
                Value::Str(name) if key == "event" && event.name.is_empty() => event.name = name.into(),
                value => event.attributes.push(key, value),
            }
        }
        event
    }
}

/// Microseconds since the epoch; unknown where they are no time.
pub(super) fn microseconds(number: Number) -> Time {
    Time(number.unsigned::<u64>().checked_mul(1000).unwrap_or_default())
}

/// A start and what follows from it and the microseconds that a span took; no end where they do not say one.
pub(super) fn end(start: Time, duration: Number) -> Option<Time> {
    let took = duration.whole::<u64>()?.checked_mul(1000)?;
    start.0.checked_add(took).map(Time).filter(|_| !start.is_unknown())
}

impl JaegerSpan<'_> {
    fn into_model(
        self,
        processes: &Processes,
        scopes: &mut HashMap<(String, String), Arc<Scope>>,
    ) -> Result<(TraceId, Span), &'static str> {
        let trace = short_id::trace_id(&self.trace_id.0).ok_or("a Jaeger span has no trace id")?;
        let id = short_id::span_id(&self.span_id.0).ok_or("a Jaeger span has no span id")?;
        let start = microseconds(self.start);
        let resource = match self.process {
            Some(process) => Arc::new(process.into_model()),
            None => processes.0.get(&*self.process_id.0).cloned().unwrap_or_default(),
        };
        let mut span = Span {
            id,
            parent: short_id::span_id(&self.parent_id.0),
            name: self.name.into_string(),
            start,
            end: end(start, self.duration),
            events: self.logs.0.into_iter().map(Log::into_model).collect(),
            resource,
            flags: self.flags.unsigned(),
            ..Span::default()
        };
        refer(&mut span, &trace, self.references.0);
        let (mut scope, mut version) = (String::new(), String::new());
        for (key, value) in self.tags.0.into_iter().map(Tag::into_model) {
            match (key.as_str(), value) {
                ("span.kind", Value::Str(kind)) if kind_of(&kind).is_some() => span.kind = kind_of(&kind).unwrap_or_default(),
                ("otel.status_code", Value::Str(code)) if code == "ERROR" => span.status.code = StatusCode::Error,
                ("otel.status_code", Value::Str(code)) if code == "OK" => span.status.code = StatusCode::Ok,
                ("otel.status_description", Value::Str(message)) => span.status.message = message.into(),
                ("otel.scope.name" | "otel.library.name", Value::Str(name)) => scope = name.into(),
                ("otel.scope.version" | "otel.library.version", Value::Str(text)) => version = text.into(),
                ("w3c.tracestate", Value::Str(state)) => span.trace_state = state.into(),
                (_, value) => span.attributes.push(key, value),
            }
        }
        let failed = span.attributes.get("error").is_some_and(|error| matches!(error.to_string().as_str(), "true" | "1"));
        if failed && span.status.code == StatusCode::Unset {
            span.status.code = StatusCode::Error;
        }
        if !self.warnings.0.is_empty() {
            let warnings = self.warnings.0.into_iter().map(|warning| warning.into_string().into()).collect::<Vec<Value>>();
            span.attributes.push("jaeger.warnings", warnings);
        }
        span.scope = shared_scope(scopes, scope, version);
        Ok((trace, span))
    }
}

/// One scope for all spans of a name and version.
pub(super) fn shared_scope(scopes: &mut HashMap<(String, String), Arc<Scope>>, name: String, version: String) -> Arc<Scope> {
    let scope = scopes.entry((name.clone(), version.clone()));
    Arc::clone(scope.or_insert_with(|| Arc::new(Scope { name, version, ..Scope::default() })))
}

/// The kind of a name in any case.
pub(super) fn kind_of(name: &str) -> Option<SpanKind> {
    SpanKind::NAMED.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
}

/// The first reference within the trace that is `CHILD_OF`, or else the first at all within it, is the parent, as Jaeger's UI draws
/// it. All but a `CHILD_OF` that is the parent are links.
fn refer(span: &mut Span, trace: &TraceId, references: Vec<Reference<'_>>) {
    let within = |reference: &Reference<'_>| short_id::trace_id(&reference.trace_id.0).as_ref() == Some(trace);
    let child_of = references.iter().position(|reference| within(reference) && reference.kind.0 == "CHILD_OF");
    let parent = child_of.or_else(|| references.iter().position(within));
    for (place, reference) in references.into_iter().enumerate() {
        let id = short_id::span_id(&reference.span_id.0);
        if Some(place) == parent && id.is_some() && span.parent.is_none() {
            span.parent.clone_from(&id);
        }
        if Some(place) == child_of && span.parent == id {
            continue;
        }
        let kind = reference.kind.0.to_ascii_lowercase();
        span.links.push(Link {
            trace_id: short_id::trace_id(&reference.trace_id.0).map_or_else(String::new, |id| id.canonical()),
            span_id: id.map_or_else(String::new, |id| id.to_string()),
            attributes: std::iter::once(("opentracing.ref_type", kind)).collect(),
            ..Link::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIXTURE: &str = include_str!("../../tests/fixtures/jaeger.json");

    #[test]
    fn a_download_of_the_ui_is_read() {
        let (spans, refused) = read(FIXTURE.as_bytes()).unwrap();
        assert_eq!(refused, [Refused { count: 1, reason: "a Jaeger span has no span id".into() }]);
        let told: Vec<_> = spans
            .iter()
            .map(|(trace, span)| {
                let parent = span.parent.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
                let took = span.duration().map_or_else(|| "?".to_owned(), |took| took.to_string());
                let links: Vec<_> = span
                    .links
                    .iter()
                    .map(|link| format!("{} {}", link.span_id, link.attributes.str("opentracing.ref_type").unwrap()))
                    .collect();
                let (id, name, service) = (&span.id, &span.name, span.service());
                format!(
                    "{trace} {parent} {id} {name} {service} {:?} {:?} {}+{took} {links:?}",
                    span.kind, span.status.code, span.start.0
                )
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        5759e988bd862e3fe1be46a994272793 - 53995c3f42cd8ad8 GET /api/activities/home backend-flask Server Error 1795330581487000000+6500000 ["00000000000000bb follows_from"]
        5759e988bd862e3fe1be46a994272793 53995c3f42cd8ad8 0102030405060708 SELECT postgres Unspecified Ok 1795330581488000000+2000000 []
        5759e988bd862e3fe1be46a994272793 53995c3f42cd8ad8 0000000000000003 later  Unspecified Unset 1795330581499000000+0 ["53995c3f42cd8ad8 follows_from"]
        "#);
        let attributes: Vec<_> = spans[0].1.attributes.iter().map(|(key, value)| format!("{key}: {value:?}")).collect();
        insta::assert_snapshot!(attributes.join("\n"), @r#"
        http.status_code: Int(500)
        big: Int(9007199254740993)
        ratio: Double(1.0)
        raw: Bytes([0, 255])
        error: Bool(true)
        jaeger.warnings: Array([Str("clock skew adjustment disabled")])
        "#);
        let event = &spans[0].1.events[0];
        assert_eq!((event.name.as_str(), event.time), ("exception", Time(1_795_330_581_489_000_000)));
        assert_eq!(event.attributes.str("exception.message"), Some("no"));
        assert_eq!(spans[0].1.scope.name, "home.activities");
        assert_eq!(spans[0].1.resource.attributes.str("host.name"), Some("web-1"));
    }

    proptest! {
        #[test]
        fn a_file_that_went_wrong_on_the_way_does_not_panic(at in any::<prop::sample::Index>(), byte: u8, text in "[\\[\\]{}:,\"a1 ]{0,40}") {
            let mut json = FIXTURE.as_bytes().to_vec();
            let at = at.index(json.len());
            json[at] = byte;
            read(&json).ok();
            read(text.as_bytes()).ok();
        }
    }
}
