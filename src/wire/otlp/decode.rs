//! A span's message to the model, in one pass and without prost's structures in between: one allocation for each text and list.
//!
//! Merges what comes in pieces as prost does, which a test holds against it:
//! <https://protobuf.dev/programming-guides/encoding/#last-one-wins>.

use std::sync::Arc;

use compact_str::CompactString;

use super::check::MAX_NESTING;
use super::fields::{Fields, MESSAGES, Result, text_of};
use super::walk::{ABOVE_SPAN, Ids, ids};
use crate::model::id::hex;
use crate::model::{
    Attributes, EntityRef, Event, Link, Resource, Scope, SeenBy, Span, SpanId, SpanKind, Status, StatusCode, Time, TraceId,
    Value,
};

/// Messages within messages where a resource's or a scope's fields begin: `ResourceSpans`, and in it `ScopeSpans` or this.
const ABOVE_RESOURCE: u32 = 2;

/// The keys of the span before, in their order: spans are like the ones before them, and to see that takes less time than to check and copy
/// each key.
#[derive(Default)]
pub(super) struct Keys(Vec<CompactString>);

impl Keys {
    /// A key at its place in a span.
    #[inline]
    fn at(&mut self, place: usize, bytes: &[u8]) -> Result<CompactString> {
        if let Some(known) = self.0.get(place).filter(|known| known.as_bytes() == bytes) {
            return Ok(known.clone());
        }
        let key = CompactString::from(text_of(bytes)?);
        self.0.truncate(place);
        self.0.push(key.clone());
        Ok(key)
    }
}

/// The span of a message, or why it cannot be kept. `keys` are those of one that is probably like it.
pub(super) fn span(
    data: &[u8],
    keys: &mut Keys,
    resource: &Arc<Resource>,
    scope: &Arc<Scope>,
) -> Result<Result<(TraceId, Span), &'static str>> {
    let (mut trace, mut id, mut parent) = (&[][..], &[][..], &[][..]);
    let mut too_deep = false;
    // Not by default: that would make a resource and a scope for every span.
    let mut span = Span {
        id: SpanId::default(),
        parent: None,
        name: String::new(),
        kind: SpanKind::default(),
        start: Time::UNKNOWN,
        end: None,
        status: Status::default(),
        attributes: Attributes(Vec::with_capacity(keys.0.len())),
        events: Vec::new(),
        links: Vec::new(),
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
        trace_state: String::new(),
        flags: 0,
        dropped_attributes: 0,
        dropped_events: 0,
        dropped_links: 0,
        seen_by: SeenBy::default(),
    };
    let mut fields = Fields::new(data, MESSAGES - ABOVE_SPAN);
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => trace = fields.bytes(&field)?,
            2 => id = fields.bytes(&field)?,
            3 => fields.text(&field)?.clone_into(&mut span.trace_state),
            4 => parent = fields.bytes(&field)?,
            5 => fields.text(&field)?.clone_into(&mut span.name),
            6 => span.kind = SpanKind::from_number(fields.varint(&field)? as i32),
            7 => span.start = Time(fields.fixed64(&field)?),
            8 => span.end = Some(Time(fields.fixed64(&field)?)).filter(|end| !end.is_unknown()),
            9 => {
                let place = span.attributes.len();
                let key = |bytes: &[u8]| keys.at(place, bytes);
                entry(fields.message(&field)?, MAX_NESTING, &mut too_deep, &mut span.attributes, key)?;
            }
            10 => span.dropped_attributes = fields.varint(&field)? as u32,
            11 => span.events.push(event(fields.message(&field)?, &mut too_deep)?),
            12 => span.dropped_events = fields.varint(&field)? as u32,
            13 => span.links.push(link(fields.message(&field)?, &mut too_deep)?),
            14 => span.dropped_links = fields.varint(&field)? as u32,
            15 => status(fields.message(&field)?, &mut span.status)?,
            16 => span.flags = fields.fixed32(&field)?,
            _ => fields.skip(&field)?,
        }
    }
    // As many as the next one probably has.
    keys.0.truncate(span.attributes.len());
    Ok(ids(trace, id, parent, too_deep).map(|Ids { trace, id, parent }| {
        (span.id, span.parent) = (id, parent);
        (TraceId::from_bytes(trace), span)
    }))
}

/// A resource's message, which may have come in pieces; `None` where it makes all its spans refused.
pub(super) fn resource(pieces: &[&[u8]], schema_url: &str) -> Result<Option<Resource>> {
    let mut resource = Resource { schema_url: schema_url.to_owned(), ..Resource::default() };
    let mut too_deep = false;
    for piece in pieces {
        let mut fields = Fields::new(piece, MESSAGES - ABOVE_RESOURCE);
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => add(fields.message(&field)?, MAX_NESTING, &mut too_deep, &mut resource.attributes)?,
                2 => resource.dropped_attributes = fields.varint(&field)? as u32,
                3 => resource.entity_refs.push(entity_ref(fields.message(&field)?)?),
                _ => fields.skip(&field)?,
            }
        }
    }
    Ok((!too_deep).then_some(resource))
}

fn entity_ref(mut fields: Fields<'_>) -> Result<EntityRef> {
    let mut entity = EntityRef::default();
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => fields.text(&field)?.clone_into(&mut entity.schema_url),
            2 => fields.text(&field)?.clone_into(&mut entity.kind),
            3 => entity.id_keys.push(fields.text(&field)?.to_owned()),
            4 => entity.description_keys.push(fields.text(&field)?.to_owned()),
            _ => fields.skip(&field)?,
        }
    }
    Ok(entity)
}

/// A scope's message, which may have come in pieces; `None` where it makes all its spans refused.
pub(super) fn scope(pieces: &[&[u8]], schema_url: &str) -> Result<Option<Scope>> {
    let mut scope = Scope { schema_url: schema_url.to_owned(), ..Scope::default() };
    let mut too_deep = false;
    for piece in pieces {
        let mut fields = Fields::new(piece, MESSAGES - ABOVE_RESOURCE);
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => fields.text(&field)?.clone_into(&mut scope.name),
                2 => fields.text(&field)?.clone_into(&mut scope.version),
                3 => add(fields.message(&field)?, MAX_NESTING, &mut too_deep, &mut scope.attributes)?,
                4 => scope.dropped_attributes = fields.varint(&field)? as u32,
                _ => fields.skip(&field)?,
            }
        }
    }
    Ok((!too_deep).then_some(scope))
}

fn event(mut fields: Fields<'_>, too_deep: &mut bool) -> Result<Event> {
    let mut event = Event::default();
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => event.time = Time(fields.fixed64(&field)?),
            2 => fields.text(&field)?.clone_into(&mut event.name),
            3 => add(fields.message(&field)?, MAX_NESTING, too_deep, &mut event.attributes)?,
            4 => event.dropped_attributes = fields.varint(&field)? as u32,
            _ => fields.skip(&field)?,
        }
    }
    Ok(event)
}

fn link(mut fields: Fields<'_>, too_deep: &mut bool) -> Result<Link> {
    let mut link = Link::default();
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => link.trace_id = hex(fields.bytes(&field)?),
            2 => link.span_id = hex(fields.bytes(&field)?),
            3 => fields.text(&field)?.clone_into(&mut link.trace_state),
            4 => add(fields.message(&field)?, MAX_NESTING, too_deep, &mut link.attributes)?,
            5 => link.dropped_attributes = fields.varint(&field)? as u32,
            6 => link.flags = fields.fixed32(&field)?,
            _ => fields.skip(&field)?,
        }
    }
    Ok(link)
}

fn status(mut fields: Fields<'_>, status: &mut Status) -> Result<()> {
    while let Some(field) = fields.next()? {
        match field.tag {
            2 => fields.text(&field)?.clone_into(&mut status.message),
            3 => status.code = StatusCode::from_number(fields.varint(&field)? as i32),
            _ => fields.skip(&field)?,
        }
    }
    Ok(())
}

/// Adds a key and its value, which nests at most so many levels or else sets the flag. Both are written where they stay.
pub(super) fn add(fields: Fields<'_>, levels: usize, too_deep: &mut bool, to: &mut Attributes) -> Result<()> {
    entry(fields, levels, too_deep, to, |bytes| Ok(text_of(bytes)?.into()))
}

/// The same, with what makes a key of its bytes.
#[inline]
fn entry(
    mut fields: Fields<'_>,
    levels: usize,
    too_deep: &mut bool,
    to: &mut Attributes,
    mut as_key: impl FnMut(&[u8]) -> Result<CompactString>,
) -> Result<()> {
    let (key, value) = to.0.push_mut((CompactString::default(), Value::Empty));
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => *key = as_key(fields.bytes(&field)?)?,
            2 => any_value(fields.message(&field)?, levels, too_deep, value)?,
            3 => drop(fields.varint(&field)?),
            _ => fields.skip(&field)?,
        }
    }
    Ok(())
}

/// Recursive; [`Fields::message`] bounds it. A list goes on where one has begun, and takes the place of anything else.
pub(super) fn any_value(mut fields: Fields<'_>, levels: usize, too_deep: &mut bool, value: &mut Value) -> Result<()> {
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => *value = Value::Str(fields.text(&field)?.into()),
            2 => *value = Value::Bool(fields.varint(&field)? != 0),
            3 => *value = Value::Int(fields.varint(&field)? as i64),
            4 => *value = Value::Double(f64::from_bits(fields.fixed64(&field)?)),
            5 => {
                *too_deep |= levels == 0;
                let mut items = match std::mem::take(value) {
                    Value::Array(items) => items,
                    _ => Vec::new(),
                };
                let mut list = fields.message(&field)?;
                while let Some(field) = list.next()? {
                    match field.tag {
                        1 => {
                            let mut item = Value::Empty;
                            any_value(list.message(&field)?, levels.saturating_sub(1), too_deep, &mut item)?;
                            items.push(item);
                        }
                        _ => list.skip(&field)?,
                    }
                }
                *value = Value::Array(items);
            }
            6 => {
                *too_deep |= levels == 0;
                let mut entries = match std::mem::take(value) {
                    Value::Map(entries) => entries,
                    _ => Attributes::new(),
                };
                let mut list = fields.message(&field)?;
                while let Some(field) = list.next()? {
                    match field.tag {
                        1 => add(list.message(&field)?, levels.saturating_sub(1), too_deep, &mut entries)?,
                        _ => list.skip(&field)?,
                    }
                }
                *value = Value::Map(entries);
            }
            7 => *value = Value::Bytes(fields.bytes(&field)?.to_vec()),
            // A place in a table of strings that only profiles have: all that can be kept of it is the number.
            8 => *value = Value::Int(i64::from(fields.varint(&field)? as i32)),
            _ => fields.skip(&field)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use prost::encoding::encode_varint;

    use super::super::oracle;
    use super::super::protobuf::read_all;

    fn length(tag: u64, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        encode_varint(tag << 3 | 2, &mut out);
        encode_varint(bytes.len() as u64, &mut out);
        [out.as_slice(), bytes].concat()
    }

    fn varint(tag: u64, number: u64) -> Vec<u8> {
        let mut out = Vec::new();
        encode_varint(tag << 3, &mut out);
        encode_varint(number, &mut out);
        out
    }

    fn fixed64(tag: u64, number: u64) -> Vec<u8> {
        [&[(tag << 3 | 1) as u8], number.to_le_bytes().as_slice()].concat()
    }

    fn text(tag: u64) -> impl Strategy<Value = Vec<u8>> {
        "[a-c\u{e9}]{0,3}".prop_map(move |text| length(tag, text.as_bytes()))
    }

    /// Any fields of one message, in any order and any number.
    fn message(tag: u64, fields: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
        vec(fields, 0..5).prop_map(move |fields| length(tag, &fields.concat()))
    }

    fn number(tag: u64) -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![0u64..4, any::<u64>()].prop_map(move |number| varint(tag, number))
    }

    /// A number that no version of the format uses.
    fn unknown() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![number(200), text(201)]
    }

    fn value_field() -> impl Strategy<Value = Vec<u8>> {
        let leaf = prop_oneof![
            text(1),
            number(2),
            number(3),
            any::<u64>().prop_map(|bits| fixed64(4, bits & !(1 << 62))),
            vec(any::<u8>(), 0..3).prop_map(|bytes| length(7, &bytes)),
            number(8),
            unknown(),
        ];
        leaf.prop_recursive(4, 20, 3, |inner| {
            let value = move |tag| message(tag, inner.clone());
            let entry = message(1, prop_oneof![text(1), value(2), number(3)]);
            prop_oneof![message(5, value(1)), message(6, entry)]
        })
    }

    fn attribute(tag: u64) -> impl Strategy<Value = Vec<u8>> {
        message(tag, prop_oneof![2 => text(1), 2 => message(2, value_field()), 1 => number(3), 1 => unknown()])
    }

    fn event() -> impl Strategy<Value = Vec<u8>> {
        let time = any::<u64>().prop_map(|time| fixed64(1, time));
        message(11, prop_oneof![time, text(2), attribute(3), number(4), unknown()])
    }

    fn link() -> impl Strategy<Value = Vec<u8>> {
        let flags = any::<u32>().prop_map(|flags| [&[6 << 3 | 5], flags.to_le_bytes().as_slice()].concat());
        message(13, prop_oneof![text(1), text(2), text(3), attribute(4), number(5), flags])
    }

    fn status() -> impl Strategy<Value = Vec<u8>> {
        message(15, prop_oneof![text(2), number(3), unknown()])
    }

    fn span() -> impl Strategy<Value = Vec<u8>> {
        let id = |tag| (1u8..).prop_map(move |byte| length(tag, &[byte; 8]));
        let time = (7u64..9, 0u64..9).prop_map(|(tag, time)| fixed64(tag, time));
        let flags = any::<u32>().prop_map(|flags| [&[0x85, 0x01], flags.to_le_bytes().as_slice()].concat());
        let counts = prop_oneof![number(6), number(10), number(12), number(14)];
        let texts = prop_oneof![text(3), text(5)];
        let nested = prop_oneof![3 => attribute(9), 1 => event(), 1 => link(), 1 => status()];
        let field = prop_oneof![id(2), id(4), time, flags, counts, texts, nested, unknown()];
        vec(field, 0..12).prop_map(|fields| length(2, &[length(1, &[7; 16]), length(2, &[5; 8]), fields.concat()].concat()))
    }

    fn resource() -> impl Strategy<Value = Vec<u8>> {
        message(1, prop_oneof![attribute(1), number(2), message(3, (1u64..5).prop_flat_map(text)), unknown()])
    }

    fn scope() -> impl Strategy<Value = Vec<u8>> {
        message(1, prop_oneof![text(1), text(2), attribute(3), number(4), unknown()])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        #[test]
        fn what_comes_in_pieces_and_twice_is_what_prost_makes_of_it(
            parts in vec(prop_oneof![
                resource(),
                message(2, prop_oneof![scope(), span(), text(3)]),
                text(3),
            ], 0..5),
        ) {
            let data = length(1, &parts.concat());
            prop_assert_eq!(read_all(&data).unwrap(), oracle::read_all(&data).unwrap());
        }
    }
}
