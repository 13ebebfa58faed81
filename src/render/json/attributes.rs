//! Attributes and their values.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::model::{Attributes, Value};

/// The fields that everything with attributes has.
#[derive(Serialize)]
pub(super) struct AttributesView<'a> {
    attributes: ObjectView<'a>,
    /// Only where a key came several times: all but the last value of such keys, in order. An object can hold only one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    duplicate_attributes: Vec<PairView<'a>>,
    /// Only where the sender discarded some.
    #[serde(skip_serializing_if = "is_zero")]
    dropped_attributes: u32,
}

impl<'a> AttributesView<'a> {
    pub(super) fn of(attributes: &'a Attributes, dropped_attributes: u32) -> Self {
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
    if are_unique(attributes) {
        return (attributes.iter().collect(), Vec::new());
    }
    let last: HashMap<&str, usize> = attributes.iter().enumerate().map(|(at, (key, _))| (key, at)).collect();
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
            Value::Map(entries) => EntriesView(entries).serialize(serializer),
        }
    }
}

/// Attributes as one value: an object, or, where a key comes twice, a list of `{"key", "value"}`.
pub(in crate::render) struct EntriesView<'a>(pub(in crate::render) &'a Attributes);

impl Serialize for EntriesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if are_unique(self.0) {
            let mut object = serializer.serialize_map(Some(self.0.len()))?;
            for (key, value) in self.0.iter() {
                object.serialize_entry(key, &ValueView(value))?;
            }
            return object.end();
        }
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (key, value) in self.0.iter() {
            list.serialize_element(&PairView { key, value: ValueView(value) })?;
        }
        list.end()
    }
}

/// Whether no key comes twice. Of few keys, to compare each with each costs less than to remember them.
fn are_unique(attributes: &Attributes) -> bool {
    const FEW: usize = 16;
    if attributes.len() > FEW {
        let mut seen = HashSet::with_capacity(attributes.len());
        return attributes.iter().all(|(key, _)| seen.insert(key));
    }
    let before = |at: usize| attributes.0[..at].iter().map(|(key, _)| key);
    attributes.0.iter().enumerate().all(|(at, (key, _))| before(at).all(|other| other != key))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_zero(number: &u32) -> bool {
    *number == 0
}
