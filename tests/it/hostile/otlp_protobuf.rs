//! Bodies that are nearly OTLP protobuf. What is to become of each is what prost's decoder says, which the receiver does not use.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use super::mutate::{Dice, mutated};
use super::site::{Case, Fate};
use crate::support::spans::{body, family, trace_id};

/// How deep an attribute's lists may be within each other.
const MAX_NESTING: usize = 24;

/// The bodies; `seed` also makes their traces' ids.
pub(super) fn cases(seed: u64) -> Vec<Case> {
    let whole = body(&trace_id(seed, 0), &family(3));
    let mut bodies: Vec<(String, Vec<u8>)> = odd(seed).into_iter().map(|(name, body)| (name.to_owned(), body)).collect();
    bodies.extend((0..whole.len()).step_by(13).map(|length| (format!("cut off at {length}"), whole[..length].to_vec())));
    let mut dice = Dice::new(seed);
    bodies.extend((1..=160).map(|number| {
        let whole = body(&trace_id(seed, number), &family(3));
        (format!("mutation {number}"), mutated(&mut dice, &whole))
    }));
    bodies
        .into_iter()
        .map(|(name, body)| {
            let fate = fate(&body);
            Case::new(name, body, fate)
        })
        .collect()
}

/// What a decoder that others wrote makes of it.
pub(super) fn fate(body: &[u8]) -> Fate {
    let Ok(request) = ExportTraceServiceRequest::decode(body) else { return Fate::Malformed };
    let (mut kept, mut refused) = (0, 0);
    for resource_spans in &request.resource_spans {
        let deep = |attributes: &[KeyValue]| attributes.iter().any(|attribute| depth(attribute.value.as_ref()) > MAX_NESTING);
        let all = resource_spans.resource.as_ref().is_some_and(|resource| deep(&resource.attributes));
        for scope_spans in &resource_spans.scope_spans {
            let all = all || scope_spans.scope.as_ref().is_some_and(|scope| deep(&scope.attributes));
            for span in &scope_spans.spans {
                let within = span.events.iter().any(|event| deep(&event.attributes))
                    || span.links.iter().any(|link| deep(&link.attributes));
                if all || within || deep(&span.attributes) || !has_ids(span) { refused += 1 } else { kept += 1 }
            }
        }
    }
    Fate::Taken { kept, refused }
}

fn has_ids(span: &Span) -> bool {
    let is_id = |id: &[u8], length: usize| id.len() == length && id.iter().any(|byte| *byte != 0);
    is_id(&span.trace_id, 16) && is_id(&span.span_id, 8) && matches!(span.parent_span_id.len(), 0 | 8)
}

pub(super) fn depth(value: Option<&AnyValue>) -> usize {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::ArrayValue(list)) => 1 + list.values.iter().map(|item| depth(Some(item))).max().unwrap_or_default(),
        Some(Value::KvlistValue(list)) => {
            1 + list.values.iter().map(|item| depth(item.value.as_ref())).max().unwrap_or_default()
        }
        _ => 0,
    }
}

/// A field that is delimited by its length, which is said to be `length`.
pub(super) fn field(number: u8, length: u64, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    prost::encoding::encode_varint(length, &mut bytes);
    bytes.extend_from_slice(content);
    bytes
}

pub(super) fn message(number: u8, content: &[u8]) -> Vec<u8> {
    field(number, content.len() as u64, content)
}

/// A request of one span with these bytes in it.
fn span(content: &[u8]) -> Vec<u8> {
    message(1, &message(2, &message(2, content)))
}

pub(super) fn nested(levels: usize) -> AnyValue {
    (0..levels).fold(AnyValue { value: Some(Value::IntValue(1)) }, |inner, level| {
        let outer = if level % 2 == 0 {
            Value::ArrayValue(ArrayValue { values: vec![inner] })
        } else {
            Value::KvlistValue(KeyValueList { values: vec![KeyValue { key: "k".into(), value: Some(inner), key_strindex: 0 }] })
        };
        AnyValue { value: Some(outer) }
    })
}

/// By hand.
fn odd(seed: u64) -> Vec<(&'static str, Vec<u8>)> {
    let good =
        |number| Span { trace_id: vec![seed as u8 + 1; 16], span_id: vec![number; 8], name: "odd".into(), ..Span::default() };
    let encoded = |span: Span| self::span(&span.encode_to_vec());
    let deep = |levels| {
        let attribute = KeyValue { key: "deep".into(), value: Some(nested(levels)), key_strindex: 0 };
        encoded(Span { attributes: vec![attribute], ..good(levels as u8 + 100) })
    };
    let all = |id: u8| [message(1, &[seed as u8 + 1; 16]), message(2, &[id; 8])].concat();
    vec![
        ("nothing", Vec::new()),
        ("zeros", vec![0; 64]),
        ("ones", vec![0xff; 64]),
        ("JSON", b"{\"resourceSpans\":[]}".to_vec()),
        ("text", b"POST /v1/traces HTTP/1.1\r\n\r\n".to_vec()),
        ("an endless number", vec![0x80; 64]),
        ("a number of eleven bytes", [&[0x10][..], &[0xff; 10], &[1]].concat()),
        ("field 0", vec![0x02, 0x00]),
        ("field 2^29", vec![0x82, 0x80, 0x80, 0x80, 0x20, 0x00]),
        ("wire type 6", vec![0x0e]),
        ("wire type 7", vec![0x0f]),
        ("resource spans as a number", vec![0x08, 0x01]),
        ("a group without end", vec![0x1b]),
        ("an end without group", vec![0x1c]),
        ("groups within groups", vec![0x1b; 10_000]),
        ("a length of 2^63", field(1, 1 << 63, b"")),
        ("a length of 2^64 - 1", field(1, u64::MAX, b"")),
        ("a length that lies by one more", field(1, 5, b"abcd")),
        ("a length that ends within a span", message(1, &field(2, 200, &message(2, &all(1))))),
        ("ids and no more", span(&all(2))),
        ("no ids", span(b"")),
        ("a span id of zeros", span(&[message(1, &[7; 16]), message(2, &[0; 8])].concat())),
        ("a trace id of zeros", span(&[message(1, &[0; 16]), message(2, &[1; 8])].concat())),
        ("a trace id of a megabyte", span(&[message(1, &vec![7; 1 << 20]), message(2, &[1; 8])].concat())),
        ("a trace id in hex", span(&[message(1, b"5759e988bd862e3fe1be46a994272793"), message(2, &[1; 8])].concat())),
        ("a parent of three bytes", span(&[all(3), message(4, &[1; 3])].concat())),
        ("a parent of itself", span(&[all(4), message(4, &[4; 8])].concat())),
        ("two names, of which one is no text", span(&[all(5), message(5, b"a"), message(5, b"\xff\xfe")].concat())),
        ("a name with half a character", span(&[all(6), message(5, b"\xe2\x82")].concat())),
        ("a name with a surrogate", span(&[all(7), message(5, b"\xed\xa0\x80")].concat())),
        ("a name too long for a number", span(&[all(8), message(5, "\u{10ffff}".repeat(10_000).as_bytes())].concat())),
        ("a name of control characters", encoded(Span { name: "\0\x1b[2J\x1b]0;x\x07\u{202e}\r\n".into(), ..good(9) })),
        ("a start as a number", span(&[all(10), vec![0x38, 0x01]].concat())),
        ("a start of all ones", encoded(Span { start_time_unix_nano: u64::MAX, ..good(11) })),
        ("an end of all ones", encoded(Span { start_time_unix_nano: 1, end_time_unix_nano: u64::MAX, ..good(12) })),
        ("a start without its last byte", span(&[all(13), vec![0x39, 1, 2, 3, 4, 5, 6, 7]].concat())),
        ("a kind that is none", encoded(Span { kind: i32::MIN, ..good(14) })),
        ("an attribute that is a number", span(&[all(15), vec![0x48, 0x01]].concat())),
        ("an attribute with a broken value", span(&[all(16), message(9, &message(2, b"\x0a\x05abc"))].concat())),
        (
            "an attribute of all values at once",
            span(&[all(17), message(9, &message(2, b"\x10\x01\x18\x05\x0a\x01x"))].concat()),
        ),
        ("counts of all ones", encoded(Span { dropped_attributes_count: u32::MAX, flags: u32::MAX, ..good(18) })),
        (
            "a link of nothing",
            encoded(Span { links: vec![opentelemetry_proto::tonic::trace::v1::span::Link::default()], ..good(19) }),
        ),
        ("lists as deep as allowed", deep(MAX_NESTING)),
        ("lists too deep by one", deep(MAX_NESTING + 1)),
        ("lists too deep for a decoder", deep(60)),
        ("ten thousand empty spans", message(1, &message(2, &[0x12, 0x00].repeat(10_000)))),
        ("a good request twice", [encoded(good(20)), encoded(good(21))].concat()),
        ("a good request and half of one", [encoded(good(22)), vec![0x0a, 0x20, 0x12]].concat()),
    ]
}
