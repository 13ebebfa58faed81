//! What the requests of OTLP/JSON have in common: lists, resources, scopes and ids.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::value::{Entries, base64_bytes};
use crate::model::id::hex_bytes;
use crate::model::{EntityRef, Resource, Scope, SpanId, TraceId};
use crate::wire::lenient::{List, Number, Text, nothing_else, object};

/// A request, or a list of them, each with a list of what `T` reads.
pub(super) struct Request<'r, T> {
    /// What that list may be called.
    pub(super) lists: &'static [&'static str],
    pub(super) reader: &'r mut T,
}

impl<'de, T: Reader> DeserializeSeed<'de> for Request<'_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Reader> Visitor<'de> for Request<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with {}", self.lists.first().copied().unwrap_or_default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Request { lists: self.lists, reader: &mut *self.reader })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if self.lists.contains(&&*key.0) {
                map.next_value_seed(Several(&mut *self.reader))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// A list of what `T` reads; anything else is an empty list.
pub(super) struct Several<T>(pub(super) T);

/// A reader of one object that can lend itself for each item of a list.
pub(super) trait Reader {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<(), A::Error>;
}

impl<T: Reader> Reader for &mut T {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<(), A::Error> {
        (**self).read(map)
    }
}

impl<'de, T: Reader> DeserializeSeed<'de> for Several<T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Reader> Visitor<'de> for Several<T> {
    type Value = ();
    nothing_else!('de: unit bool numbers str map);

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(One(&mut self.0))?.is_some() {}
        Ok(())
    }
}

pub(super) struct One<'t, T>(&'t mut T);

impl<'de, T: Reader> DeserializeSeed<'de> for One<'_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Reader> Visitor<'de> for One<'_, T> {
    type Value = ();
    nothing_else!('de: unit bool numbers str seq);

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.read(map)
    }
}

object! {
    pub(super) struct JsonResource<'a> {
        attributes: Entries = "attributes",
        dropped: Number = "droppedAttributesCount" | "dropped_attributes_count",
        entity_refs: List<JsonEntity<'a>> = "entityRefs" | "entity_refs",
    }
}

object! {
    pub(super) struct JsonEntity<'a> {
        schema_url: Text<'a> = "schemaUrl" | "schema_url",
        kind: Text<'a> = "type",
        id_keys: List<Text<'a>> = "idKeys" | "id_keys",
        description_keys: List<Text<'a>> = "descriptionKeys" | "description_keys",
    }
}

object! {
    pub(super) struct JsonScope<'a> {
        name: Text<'a> = "name",
        version: Text<'a> = "version",
        attributes: Entries = "attributes",
        dropped: Number = "droppedAttributesCount" | "dropped_attributes_count",
    }
}

impl JsonResource<'_> {
    pub(super) fn into_model(self, schema_url: Text<'_>) -> Resource {
        Resource {
            attributes: self.attributes.0,
            dropped_attributes: self.dropped.unsigned(),
            schema_url: schema_url.into_string(),
            entity_refs: self.entity_refs.0.into_iter().map(JsonEntity::into_model).collect(),
        }
    }
}

impl JsonScope<'_> {
    pub(super) fn into_model(self, schema_url: Text<'_>) -> Scope {
        Scope {
            name: self.name.into_string(),
            version: self.version.into_string(),
            attributes: self.attributes.0,
            dropped_attributes: self.dropped.unsigned(),
            schema_url: schema_url.into_string(),
        }
    }
}

impl JsonEntity<'_> {
    fn into_model(self) -> EntityRef {
        let keys = |list: List<Text<'_>>| list.0.into_iter().map(Text::into_string).collect();
        EntityRef {
            schema_url: self.schema_url.into_string(),
            kind: self.kind.into_string(),
            id_keys: keys(self.id_keys),
            description_keys: keys(self.description_keys),
        }
    }
}

/// An id of `N` bytes, or text.
pub(super) enum Id<'a, const N: usize> {
    Bytes([u8; N]),
    Text(&'a str),
}

/// `None` for one that says nothing: empty or all zeros. Base64 must have its padding, to be told from text.
pub(super) fn id<const N: usize>(text: &str) -> Option<Id<'_, N>> {
    let bytes = hex_bytes::<N>(text)
        .or_else(|| text.ends_with('=').then(|| base64_bytes(text)).flatten().and_then(|bytes| bytes.try_into().ok()));
    match bytes {
        Some(bytes) => (bytes != [0; N]).then_some(Id::Bytes(bytes)),
        None if text.bytes().all(|byte| byte == b'0') => None,
        None => Some(Id::Text(text)),
    }
}

impl Id<'_, 16> {
    pub(super) fn trace(self) -> TraceId {
        match self {
            Self::Bytes(bytes) => TraceId::from_bytes(bytes),
            Self::Text(text) => TraceId::from_text(text),
        }
    }
}

impl Id<'_, 8> {
    pub(super) fn span(self) -> SpanId {
        match self {
            Self::Bytes(bytes) => SpanId::from_bytes(bytes),
            Self::Text(text) => SpanId::from_text(text),
        }
    }
}
