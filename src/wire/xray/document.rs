//! One segment or subsegment as it is written, its subsegments still text.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::model::{Attributes, Time, Value};

/// The fields of an object. Taking one removes it, if it is what it is taken for; what nobody took is kept by [`Fields::rest`].
#[derive(Debug, Default)]
pub(super) struct Fields(serde_json::Map<String, Json>);

impl Fields {
    /// A field, as it is, left where it is.
    pub(super) fn peek(&self, key: &str) -> Option<&Json> {
        self.0.get(key)
    }

    /// Text.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.peek(key)?.as_str()?;
        match self.0.remove(key) {
            Some(Json::String(text)) => Some(text),
            _ => None,
        }
    }

    /// A list.
    pub(super) fn list(&mut self, key: &str) -> Option<Vec<Json>> {
        self.peek(key)?.as_array()?;
        match self.0.remove(key) {
            Some(Json::Array(items)) => Some(items),
            _ => None,
        }
    }

    /// An object.
    pub(super) fn object(&mut self, key: &str) -> Option<Self> {
        self.peek(key)?.as_object()?;
        match self.0.remove(key) {
            Some(Json::Object(fields)) => Some(Self(fields)),
            _ => None,
        }
    }

    /// A truth value that is as expected.
    pub(super) fn flag(&mut self, key: &str, expected: bool) -> bool {
        let found = self.is(key, expected);
        if found {
            self.0.remove(key);
        }
        found
    }

    /// Whether a truth value is as expected.
    pub(super) fn is(&self, key: &str, expected: bool) -> bool {
        self.peek(key).and_then(Json::as_bool) == Some(expected)
    }

    /// Text that is as expected.
    pub(super) fn word(&mut self, key: &str, expected: &str) -> bool {
        let found = self.peek(key).and_then(Json::as_str) == Some(expected);
        if found {
            self.0.remove(key);
        }
        found
    }

    /// A time in decimal seconds. One that is no time of a span stays where it is.
    pub(super) fn seconds(&mut self, key: &str) -> Option<Time> {
        let seconds = match self.peek(key)? {
            Json::Number(number) => number.as_f64(),
            Json::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let time = Time::from_secs_f64(seconds?).filter(|time| !time.is_unknown())?;
        self.0.remove(key);
        Some(time)
    }

    /// Text, a number or a truth value becomes an attribute of that name.
    pub(super) fn rename(&mut self, key: &str, name: &str, out: &mut Attributes) {
        if matches!(self.peek(key), Some(Json::String(_) | Json::Number(_) | Json::Bool(_)))
            && let Some(json) = self.0.remove(key)
        {
            out.push(name, value(json));
        }
    }

    /// [`Fields::rename`] for many.
    pub(super) fn rename_all<'n>(&mut self, names: impl IntoIterator<Item = (&'n str, &'n str)>, out: &mut Attributes) {
        for (key, name) in names {
            self.rename(key, name, out);
        }
    }

    /// A number, also one that is written as text, becomes an attribute of that name if `fits` says so.
    pub(super) fn rename_number(&mut self, key: &str, name: &str, fits: impl Fn(i64) -> bool, out: &mut Attributes) {
        let number = match self.peek(key) {
            Some(Json::Number(number)) => number.as_i64(),
            Some(Json::String(text)) => text.parse().ok(),
            _ => None,
        };
        if let Some(number) = number.filter(|&number| fits(number)) {
            self.0.remove(key);
            out.push(name, number);
        }
    }

    /// Puts a field in, or back.
    pub(super) fn put(&mut self, key: &str, json: Json) {
        self.0.insert(key.to_owned(), json);
    }

    /// Whatever nobody took becomes attributes of its own name behind `prefix`.
    pub(super) fn rest(self, prefix: &str, out: &mut Attributes) {
        for (key, json) in self.0 {
            out.push(format!("{prefix}{key}"), value(json));
        }
    }

    /// The fields in order.
    pub(super) fn into_entries(self) -> impl Iterator<Item = (String, Json)> {
        self.0.into_iter()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<serde_json::Map<String, Json>> for Fields {
    fn from(fields: serde_json::Map<String, Json>) -> Self {
        Self(fields)
    }
}

/// A segment or subsegment.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    pub(super) fields: Fields,
    /// Not parsed yet: a hostile document nests them as deep as it is long.
    pub(super) subsegments: Vec<&'a RawValue>,
}

impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Node<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a segment document")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut node = Node::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "subsegments" {
                        node.set_subsegments(map.next_value()?);
                    } else {
                        node.fields.0.insert(key, map.next_value()?);
                    }
                }
                Ok(node)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl<'a> Node<'a> {
    fn set_subsegments(&mut self, raw: &'a RawValue) {
        match serde_json::from_str(raw.get()) {
            Ok(subsegments) => self.subsegments = subsegments,
            Err(_) if raw.get() == "null" => {}
            Err(_) => {
                let odd = serde_json::from_str(raw.get()).unwrap_or_else(|_| Json::String(raw.get().to_owned()));
                self.fields.put("subsegments", odd);
            }
        }
    }
}

/// JSON as an attribute's value. What parsed it bounds its depth.
pub(super) fn value(json: Json) -> Value {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(yes) => Value::Bool(yes),
        Json::String(text) => text.into(),
        Json::Array(items) => Value::Array(items.into_iter().map(value).collect()),
        Json::Object(fields) => {
            Value::Map(Attributes(fields.into_iter().map(|(key, json)| (key.into(), value(json))).collect()))
        }
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(double)) if !number.is_u64() => Value::Double(double),
            _ => number.to_string().into(),
        },
    }
}
