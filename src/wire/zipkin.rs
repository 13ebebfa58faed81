//! Zipkin's JSON, version 2: a list of spans, or a list of traces that are lists of spans.
//! <https://zipkin.io/zipkin-api/#/default/post_spans>.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::batch::Batch;
use super::error::{Refusals, Refused, WireError};
use super::jaeger::{end, kind_of, microseconds, shared_scope};
use super::lenient::{List, Number, Text, nothing_else, object};
use super::otlp::json::value::Any;
use super::read::Records;
use super::{mend, short_id, text};
use crate::model::{Attributes, Event, Resource, Scope, Span, StatusCode, TraceId, Value};

const FORMAT: &str = "Zipkin JSON";

/// The spans of a file, and how many could not be kept for want of an id. A client and a server that share a span id are two
/// spans; the server's says `zipkin.shared`.
pub fn read(data: &[u8]) -> Result<(Records, Vec<Refused>), WireError> {
    let read = |data: &[u8]| {
        let mut out = Out::default();
        text::documents(FORMAT, data, |document| Spans(&mut out).deserialize(document)).map(|()| out)
    };
    let out = mend::read(data, read, |out, note| out.refusals.note(note))?;
    Ok((out.spans, out.refusals.into_vec()))
}

impl Batch {
    /// From a list of spans, as OTLP protobuf. Spans that cannot be kept are refused one by one; what is no such list is an error.
    pub fn from_zipkin_json(data: &[u8]) -> Result<(Self, Vec<Refused>), WireError> {
        text::not_empty(FORMAT, data)?;
        let (spans, mut refused) = read(data)?;
        let (batch, more) = Self::from_spans(&spans);
        refused.extend(more);
        Ok((batch, refused))
    }
}

#[derive(Default)]
struct Out {
    spans: Vec<(TraceId, Span)>,
    refusals: Refusals,
    resources: HashMap<String, Arc<Resource>>,
    scopes: HashMap<(String, String), Arc<Scope>>,
}

/// One span, or a list of what this is.
struct Spans<'o>(&'o mut Out);

impl<'de> DeserializeSeed<'de> for Spans<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Spans<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of spans")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Spans(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let span = ZipkinSpan::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        match span.into_model(&mut self.0.resources, &mut self.0.scopes) {
            Ok(span) => self.0.spans.push(span),
            Err(reason) => self.0.refusals.add(reason),
        }
        Ok(())
    }
}

object! {
    struct ZipkinSpan<'a> {
        trace_id: Text<'a> = "traceId",
        id: Text<'a> = "id",
        parent_id: Text<'a> = "parentId",
        name: Text<'a> = "name",
        kind: Text<'a> = "kind",
        timestamp: Number = "timestamp",
        duration: Number = "duration",
        local: Endpoint<'a> = "localEndpoint",
        remote: Endpoint<'a> = "remoteEndpoint",
        annotations: List<Annotation<'a>> = "annotations",
        tags: Tags = "tags",
        shared: Text<'a> = "shared",
        debug: Text<'a> = "debug",
    }
}

object! {
    struct Endpoint<'a> {
        service: Text<'a> = "serviceName",
        ipv4: Text<'a> = "ipv4",
        ipv6: Text<'a> = "ipv6",
        port: Number = "port",
    }
}

object! {
    struct Annotation<'a> {
        timestamp: Number = "timestamp",
        value: Text<'a> = "value",
    }
}

/// An object of names and texts, in order.
#[derive(Debug, Default)]
struct Tags(Attributes);

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Tags;
            nothing_else!('de: unit bool numbers str seq);
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tags, A::Error> {
                let mut tags = Attributes::new();
                while let Some((key, value)) = map.next_entry::<Text<'de>, Any>()? {
                    tags.push(key.into_string(), value.0);
                }
                Ok(Tags(tags))
            }
        }
        deserializer.deserialize_any(Entries)
    }
}

impl ZipkinSpan<'_> {
    fn into_model(
        self,
        resources: &mut HashMap<String, Arc<Resource>>,
        scopes: &mut HashMap<(String, String), Arc<Scope>>,
    ) -> Result<(TraceId, Span), &'static str> {
        let trace = short_id::trace_id(&self.trace_id.0).ok_or("a Zipkin span has no trace id")?;
        let id = short_id::span_id(&self.id.0).ok_or("a Zipkin span has no id")?;
        let start = microseconds(self.timestamp);
        let event = |annotation: Annotation<'_>| Event {
            time: microseconds(annotation.timestamp),
            name: annotation.value.into_string(),
            ..Event::default()
        };
        let service = self.local.service.0.clone().into_owned();
        let resource = resources.entry(service).or_insert_with_key(|service| {
            if service.is_empty() { Arc::default() } else { Arc::new(Resource::of_service(service)) }
        });
        let mut span = Span {
            id,
            parent: short_id::span_id(&self.parent_id.0),
            name: self.name.into_string(),
            start,
            end: end(start, self.duration),
            events: self.annotations.0.into_iter().map(event).collect(),
            resource: Arc::clone(resource),
            ..Span::default()
        };
        match kind_of(&self.kind.0) {
            Some(kind) => span.kind = kind,
            None if self.kind.0.is_empty() => {}
            None => span.attributes.push("zipkin.kind", self.kind.into_string()),
        }
        let (mut scope, mut version) = (String::new(), String::new());
        for (key, value) in self.tags.0.0 {
            match (key.as_str(), value) {
                ("otel.status_code", Value::Str(code)) if code == "ERROR" => span.status.code = StatusCode::Error,
                ("otel.status_code", Value::Str(code)) if code == "OK" => span.status.code = StatusCode::Ok,
                ("otel.scope.name" | "otel.library.name", Value::Str(name)) => scope = name.into(),
                ("otel.scope.version" | "otel.library.version", Value::Str(text)) => version = text.into(),
                (_, value) => span.attributes.push(key, value),
            }
        }
        // The tag's presence says that the span failed; its text, if any, why.
        if let Some(error) = span.attributes.get("error").map(ToString::to_string).filter(|error| error != "false") {
            span.status.code = StatusCode::Error;
            if error != "true" {
                span.status.message = error;
            }
        }
        let (local, remote) = (self.local, self.remote);
        address("network.local", local.ipv4, local.ipv6, local.port, &mut span.attributes);
        if !remote.service.0.is_empty() {
            span.attributes.push("peer.service", remote.service.into_string());
        }
        address("network.peer", remote.ipv4, remote.ipv6, remote.port, &mut span.attributes);
        for (key, flag) in [("zipkin.shared", self.shared), ("zipkin.debug", self.debug)] {
            if flag.0 == "true" {
                span.attributes.push(key, true);
            }
        }
        span.scope = shared_scope(scopes, scope, version);
        Ok((trace, span))
    }
}

fn address(prefix: &str, ipv4: Text<'_>, ipv6: Text<'_>, port: Number, out: &mut Attributes) {
    for ip in [ipv4, ipv6] {
        if !ip.0.is_empty() {
            out.push(format!("{prefix}.address"), ip.into_string());
        }
    }
    if let Some(port) = port.whole::<i64>().filter(|port| *port != 0) {
        out.push(format!("{prefix}.port"), port);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_a_character_costs_no_span_and_a_body_of_nothing_is_none() {
        let json = r#"[{"traceId": "1", "id": "2", "name": "caf\ud83d", "tags": {"n": NaN}}]"#;
        let (batch, refused) = Batch::from_zipkin_json(json.as_bytes()).unwrap();
        assert_eq!((batch.rows.len(), batch.operations[0].name.as_str()), (1, "caf\u{fffd}"));
        assert!(refused.len() == 1 && refused[0].is_note(), "{refused:?}");
        assert_eq!(Batch::from_zipkin_json(b" \n").unwrap_err().to_string(), "not Zipkin JSON: there is nothing in it");
    }

    const FIXTURE: &str = include_str!("../../tests/fixtures/zipkin.json");

    #[test]
    fn a_list_of_spans_is_read() {
        let (spans, refused) = read(FIXTURE.as_bytes()).unwrap();
        assert_eq!(refused, [Refused { count: 1, reason: "a Zipkin span has no id".into() }]);
        let told: Vec<_> = spans
            .iter()
            .map(|(trace, span)| {
                let parent = span.parent.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
                let took = span.duration().map_or_else(|| "?".to_owned(), |took| took.to_string());
                let events: Vec<_> = span.events.iter().map(|event| format!("{} at {}", event.name, event.time.0)).collect();
                let (id, name, service) = (&span.id, &span.name, span.service());
                let attributes = Value::Map(span.attributes.clone());
                format!(
                    "{trace} {parent} {id} {name} {service} {:?} {:?} {}+{took} {events:?} {attributes}",
                    span.kind, span.status, span.start.0
                )
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        bd862e3fe1be46a9 - 53995c3f42cd8ad8 get /api frontend Client Status { code: Error, message: "timed out" } 1795330581487000000+6500000 ["ws at 1795330581488000000"] {http.path: /api, error: timed out, network.local.address: 10.0.0.1, peer.service: backend-flask, network.peer.address: 10.0.0.2, network.peer.port: 4567}
        bd862e3fe1be46a9 - 53995c3f42cd8ad8 get /api backend-flask Server Status { code: Unset, message: "" } 1795330581488000000+5000000 [] {network.local.address: 2001:db8::c001, network.local.port: 4567, zipkin.shared: true}
        0000000000000000bd862e3fe1be46a9 53995c3f42cd8ad8 0000000000000001 without times  Unspecified Status { code: Error, message: "" } 0+? [] {zipkin.kind: NEW, error: }
        "#);
        let listed = format!("[{FIXTURE}, []]");
        assert_eq!(read(listed.as_bytes()).unwrap().0, spans, "a list of traces");
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
