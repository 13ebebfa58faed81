//! Goes through an OTLP request without decoding it: checks all that prost would check, and looks only at what a row needs.
//!
//! Decoding costs an allocation for nearly every field. A receiver needs none of them, because it keeps the bytes as they came;
//! but it may only acknowledge what can be decoded later. So this accepts exactly what prost's decoder accepts, which a test
//! holds against it: <https://protobuf.dev/programming-guides/encoding/>.

use super::check::{self, MAX_NESTING};
use super::decode;
use super::fields::{Fields, MESSAGES, Result};
use crate::model::segments::INFERRED;
use crate::model::trace::INHERITS_RESOURCE;
use crate::model::{Attributes, SpanId, Time, Value};

/// Messages within messages where a span's fields begin: `ResourceSpans`, `ScopeSpans`, `Span`.
pub(super) const ABOVE_SPAN: u32 = 3;

/// The spans of one resource.
#[derive(Debug, Default)]
pub(super) struct ResourceSpans<'a> {
    /// The resource's message. A sender may write it in pieces that are to be merged.
    pub(super) resource: Vec<&'a [u8]>,
    pub(super) scopes: Vec<ScopeSpans<'a>>,
    pub(super) schema_url: &'a str,
}

/// The spans of one scope.
#[derive(Debug, Default)]
pub(super) struct ScopeSpans<'a> {
    /// The scope's message, perhaps in pieces.
    pub(super) scope: Vec<&'a [u8]>,
    /// Each span's message.
    pub(super) spans: Vec<&'a [u8]>,
    pub(super) schema_url: &'a str,
}

/// What a row needs of a span.
#[derive(Debug, Default)]
pub(super) struct Span<'a> {
    trace: &'a [u8],
    id: &'a [u8],
    parent: &'a [u8],
    pub(super) name: &'a str,
    pub(super) kind: i32,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) status: i32,
    /// [`crate::model::Span::is_inferred`].
    pub(super) inferred: bool,
    /// Whether it takes its parent's resource where it has no service: [`INHERITS_RESOURCE`].
    pub(super) inherits: bool,
    too_deep: bool,
}

/// The ids of a span that can be kept.
#[derive(Debug)]
pub(super) struct Ids {
    pub(super) trace: [u8; 16],
    pub(super) id: SpanId,
    pub(super) parent: Option<SpanId>,
}

impl Span<'_> {
    /// As [`ids`].
    pub(super) fn ids(&self) -> Result<Ids, &'static str> {
        ids(self.trace, self.id, self.parent, self.too_deep)
    }

    /// When it ended, if it has.
    pub(super) fn end(&self) -> Option<Time> {
        Some(Time(self.end)).filter(|end| !end.is_unknown())
    }
}

/// The ids, or why the span cannot be kept. A parent of a wrong length is refused, not taken for none: a span that looks like
/// a root and is not would be a lie about the trace's shape.
pub(super) fn ids(trace: &[u8], id: &[u8], parent: &[u8], too_deep: bool) -> Result<Ids, &'static str> {
    let trace = trace.try_into().ok().filter(|bytes| *bytes != [0; 16]).ok_or(check::BAD_TRACE_ID)?;
    let id = id.try_into().ok().filter(|bytes| *bytes != [0; 8]).ok_or(check::BAD_SPAN_ID)?;
    let parent = match parent {
        [] => None,
        bytes => Some(<[u8; 8]>::try_from(bytes).map_err(|_| check::BAD_PARENT_ID)?).filter(|bytes| *bytes != [0; 8]),
    };
    if too_deep {
        return Err(check::TOO_DEEP);
    }
    Ok(Ids { trace, id: SpanId::from_bytes(id), parent: parent.map(SpanId::from_bytes) })
}

/// The parts of an `ExportTraceServiceRequest`. Spans are not looked into yet.
pub(super) fn request(data: &[u8]) -> Result<Vec<ResourceSpans<'_>>> {
    let mut parts = Vec::new();
    let mut fields = Fields::new(data, MESSAGES);
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => parts.push(resource_spans(fields.message(&field)?)?),
            _ => fields.skip(&field)?,
        }
    }
    Ok(parts)
}

fn resource_spans(mut fields: Fields<'_>) -> Result<ResourceSpans<'_>> {
    let mut parts = ResourceSpans::default();
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => parts.resource.push(fields.bytes(&field)?),
            2 => parts.scopes.push(scope_spans(fields.message(&field)?)?),
            3 => parts.schema_url = fields.text(&field)?,
            _ => fields.skip(&field)?,
        }
    }
    Ok(parts)
}

fn scope_spans(mut fields: Fields<'_>) -> Result<ScopeSpans<'_>> {
    let mut parts = ScopeSpans::default();
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => parts.scope.push(fields.bytes(&field)?),
            2 => parts.spans.push(fields.bytes(&field)?),
            3 => parts.schema_url = fields.text(&field)?,
            _ => fields.skip(&field)?,
        }
    }
    Ok(parts)
}

/// A span's message, checked to its last value.
pub(super) fn span(data: &[u8]) -> Result<Span<'_>> {
    let mut span = Span::default();
    let mut fields = Fields::new(data, MESSAGES - ABOVE_SPAN);
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => span.trace = fields.bytes(&field)?,
            2 => span.id = fields.bytes(&field)?,
            3 => drop(fields.text(&field)?),
            4 => span.parent = fields.bytes(&field)?,
            5 => span.name = fields.text(&field)?,
            6 => span.kind = fields.varint(&field)? as i32,
            7 => span.start = fields.fixed64(&field)?,
            8 => span.end = fields.fixed64(&field)?,
            9 => {
                let message = fields.message(&field)?;
                match key_value(message.clone(), MAX_NESTING, &mut span.too_deep)? {
                    // Of several the last counts. Rare enough to be decoded.
                    INFERRED => {
                        let mut decoded = Attributes::new();
                        decode::add(message, MAX_NESTING, &mut span.too_deep, &mut decoded)?;
                        span.inferred = decoded.get(INFERRED) == Some(&Value::Bool(true));
                    }
                    INHERITS_RESOURCE => span.inherits = true,
                    _ => {}
                }
            }
            10 | 12 | 14 => drop(fields.varint(&field)?),
            11 => event(fields.message(&field)?, &mut span.too_deep)?,
            13 => link(fields.message(&field)?, &mut span.too_deep)?,
            15 => status(fields.message(&field)?, &mut span.status)?,
            16 => drop(fields.fixed32(&field)?),
            _ => fields.skip(&field)?,
        }
    }
    Ok(span)
}

/// A span's trace id, and no look into the rest. The last one counts, as for every field in protobuf.
pub(super) fn trace_id(data: &[u8]) -> Result<&[u8]> {
    let mut id = &[][..];
    let mut fields = Fields::new(data, MESSAGES - ABOVE_SPAN);
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => id = fields.bytes(&field)?,
            _ => fields.skip(&field)?,
        }
    }
    Ok(id)
}

/// The trace id with which a span's message begins, as nearly all do; empty where it begins otherwise.
pub(super) fn first_trace_id(data: &[u8]) -> Result<&[u8]> {
    let mut fields = Fields::new(data, MESSAGES - ABOVE_SPAN);
    match fields.next()? {
        Some(field) if field.tag == 1 => fields.bytes(&field),
        _ => Ok(&[]),
    }
}

fn event(mut fields: Fields<'_>, too_deep: &mut bool) -> Result<()> {
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => drop(fields.fixed64(&field)?),
            2 => drop(fields.text(&field)?),
            3 => drop(key_value(fields.message(&field)?, MAX_NESTING, too_deep)?),
            4 => drop(fields.varint(&field)?),
            _ => fields.skip(&field)?,
        }
    }
    Ok(())
}

fn link(mut fields: Fields<'_>, too_deep: &mut bool) -> Result<()> {
    while let Some(field) = fields.next()? {
        match field.tag {
            1 | 2 => drop(fields.bytes(&field)?),
            3 => drop(fields.text(&field)?),
            4 => drop(key_value(fields.message(&field)?, MAX_NESTING, too_deep)?),
            5 => drop(fields.varint(&field)?),
            6 => drop(fields.fixed32(&field)?),
            _ => fields.skip(&field)?,
        }
    }
    Ok(())
}

fn status(mut fields: Fields<'_>, code: &mut i32) -> Result<()> {
    while let Some(field) = fields.next()? {
        match field.tag {
            2 => drop(fields.text(&field)?),
            3 => *code = fields.varint(&field)? as i32,
            _ => fields.skip(&field)?,
        }
    }
    Ok(())
}

/// Answers the key.
fn key_value<'a>(mut fields: Fields<'a>, levels: usize, too_deep: &mut bool) -> Result<&'a str> {
    let mut key = "";
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => key = fields.text(&field)?,
            2 => any_value(fields.message(&field)?, levels, too_deep)?,
            3 => drop(fields.varint(&field)?),
            _ => fields.skip(&field)?,
        }
    }
    Ok(key)
}

/// Recursive; [`Fields::message`] bounds it.
fn any_value(mut fields: Fields<'_>, levels: usize, too_deep: &mut bool) -> Result<()> {
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => drop(fields.text(&field)?),
            2 | 3 | 8 => drop(fields.varint(&field)?),
            4 => drop(fields.fixed64(&field)?),
            5 | 6 => {
                *too_deep |= levels == 0;
                let mut list = fields.message(&field)?;
                while let Some(item) = list.next()? {
                    match (item.tag, field.tag) {
                        (1, 5) => any_value(list.message(&item)?, levels.saturating_sub(1), too_deep)?,
                        (1, _) => drop(key_value(list.message(&item)?, levels.saturating_sub(1), too_deep)?),
                        _ => list.skip(&item)?,
                    }
                }
            }
            7 => drop(fields.bytes(&field)?),
            _ => fields.skip(&field)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use prost::Message as _;
    use prost::encoding::encode_varint;

    use crate::wire::Batch;

    /// Fields of any number and type, within each other: nearly a request, and often none.
    fn message() -> impl Strategy<Value = Vec<u8>> {
        let leaf = prop_oneof![
            (0u64..20, any::<u64>()).prop_map(|(tag, number)| field(tag, 0, |out| encode_varint(number, out))),
            (1u64..20, any::<u64>()).prop_map(|(tag, bytes)| field(tag, 1, |out| out.extend(bytes.to_le_bytes()))),
            (1u64..20, any::<u32>()).prop_map(|(tag, bytes)| field(tag, 5, |out| out.extend(bytes.to_le_bytes()))),
            (1u64..20, vec(any::<u8>(), 0..20)).prop_map(|(tag, bytes)| length(tag, &bytes)),
            (0u64..20, 0u64..8).prop_map(|(tag, wire)| field(tag, wire, |_| {})),
        ];
        leaf.prop_recursive(8, 40, 6, |inner| {
            let tag = prop_oneof![3 => 1u64..4, 3 => 5u64..14, 1 => Just(15)];
            prop_oneof![
                4 => (tag.clone(), vec(inner.clone(), 0..6)).prop_map(|(tag, fields)| length(tag, &fields.concat())),
                1 => (tag, vec(inner, 0..3)).prop_map(|(tag, fields)| {
                    [field(tag, 3, |_| {}), fields.concat(), field(tag, 4, |_| {})].concat()
                }),
            ]
        })
    }

    fn field(tag: u64, wire: u64, value: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        encode_varint(tag << 3 | wire, &mut out);
        value(&mut out);
        out
    }

    fn length(tag: u64, bytes: &[u8]) -> Vec<u8> {
        field(tag, 2, |out| {
            encode_varint(bytes.len() as u64, out);
            out.extend(bytes);
        })
    }

    #[test]
    fn an_error_says_at_which_byte() {
        let data = length(1, &length(2, &length(2, &[0x2a, 0x01, 0xff])));
        let error = Batch::from_otlp_protobuf(data).unwrap_err();
        insta::assert_snapshot!(error, @"not OTLP protobuf: a text is not UTF-8 at byte 8");
    }

    #[test]
    fn a_number_has_64_bits() {
        for (number, fits) in [([0xff; 9].as_slice(), false), (&[0x80, 0x00], true)] {
            let data = [&[0x10], number].concat();
            assert_eq!(Batch::from_otlp_protobuf(data).is_ok(), fits);
        }
        let most = [[0x10].as_slice(), &[0xff; 9]].concat();
        assert!(Batch::from_otlp_protobuf([most.as_slice(), &[1]].concat()).is_ok());
        assert!(Batch::from_otlp_protobuf([most.as_slice(), &[2]].concat()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn what_is_received_is_what_can_be_decoded(fields in vec(message(), 0..6)) {
            let data = fields.concat();
            let decoded = ExportTraceServiceRequest::decode(data.as_slice());
            let received = Batch::from_otlp_protobuf(data.clone());
            prop_assert_eq!(received.is_ok(), decoded.is_ok(), "{:?} {:?} {:?}", received.err(), decoded.err(), data);
            // And the same within a span, where most of the fields are.
            let span = length(1, &length(2, &length(2, &data)));
            let decoded = ExportTraceServiceRequest::decode(span.as_slice());
            let received = Batch::from_otlp_protobuf(span);
            prop_assert_eq!(received.is_ok(), decoded.is_ok(), "{:?} {:?} {:?}", received.err(), decoded.err(), data);
        }
    }
}
