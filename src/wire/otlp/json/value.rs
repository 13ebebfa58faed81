//! Attribute values in OTLP/JSON, in every dialect: `{"intValue": "3"}`, `{"intValue": 3}`, and bare `3`.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::model::{Attributes, Value};
use crate::wire::lenient::{Each, List, Number, Text, nothing_else, object};

/// An `AnyValue`. What is not as its key says is kept as what it is: `{"intValue": "many"}` is text.
#[derive(Debug, Default)]
pub(in crate::wire) struct Any(pub(in crate::wire) Value);

/// A list of `KeyValue`s.
#[derive(Debug, Default)]
pub(in crate::wire) struct Entries(pub(in crate::wire) Attributes);

object! {
    struct KeyValue<'a> {
        key: Text<'a> = "key",
        value: Any = "value",
    }
}

object! {
    struct ArrayValue<'a> {
        values: List<Any> = "values",
    }
}

object! {
    struct KeyValueList<'a> {
        values: Entries = "values",
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;
    nothing_else!('de: unit bool numbers str);

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Entries, A::Error> {
        let mut entries = Vec::new();
        Each::new(|entry: KeyValue<'de>| entries.push((entry.key.into_string().into(), entry.value.0))).visit_seq(seq)?;
        Ok(Entries(Attributes(entries)))
    }

    /// `{"http.method": "GET"}`, as some write attributes by hand.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let mut attributes = Attributes::new();
        while let Some((key, value)) = map.next_entry::<Text<'de>, Any>()? {
            attributes.push(key.into_string(), value.0);
        }
        Ok(Entries(attributes))
    }
}

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Any;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Any, E> {
        Ok(Any(Value::Empty))
    }

    fn visit_str<E>(self, text: &str) -> Result<Any, E> {
        Ok(Any(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Any, E> {
        Ok(Any(text.into()))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Any, E> {
        Ok(Any(Value::Bool(yes)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Any, E> {
        Ok(Any(Value::Int(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Any, E> {
        Ok(Any(i64::try_from(number).map_or_else(|_| number.to_string().into(), Value::Int)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Any, E> {
        Ok(Any(Value::Double(number)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Any, A::Error> {
        let mut items = Vec::new();
        while let Some(Any(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Any(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Any, A::Error> {
        let mut read = Value::Empty;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            // `null` is a field that is not set, in protobuf's JSON mapping.
            let value = match &*key.0 {
                "stringValue" | "string_value" => map.next_value::<Option<Text<'de>>>()?.map(|text| text.into_string().into()),
                "boolValue" | "bool_value" => set(map.next_value()?).map(bool_value),
                "intValue" | "int_value" => set(map.next_value()?).map(int_value),
                "doubleValue" | "double_value" => set(map.next_value()?).map(double_value),
                "bytesValue" | "bytes_value" => set(map.next_value()?).map(bytes_value),
                "arrayValue" | "array_value" => map
                    .next_value::<Option<ArrayValue<'de>>>()?
                    .map(|list| Value::Array(list.values.0.into_iter().map(|item| item.0).collect())),
                "kvlistValue" | "kvlist_value" => {
                    map.next_value::<Option<KeyValueList<'de>>>()?.map(|list| Value::Map(list.values.0))
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    None
                }
            };
            read = value.unwrap_or(read);
        }
        Ok(Any(read))
    }
}

fn set(any: Any) -> Option<Value> {
    (any.0 != Value::Empty).then_some(any.0)
}

fn bool_value(value: Value) -> Value {
    match value.as_str() {
        Some("true") => Value::Bool(true),
        Some("false") => Value::Bool(false),
        _ => value,
    }
}

fn int_value(value: Value) -> Value {
    let number = match &value {
        Value::Str(text) => Number::from_text(text),
        Value::Double(number) => Number::Double(*number),
        _ => return value,
    };
    number.whole().map_or(value, Value::Int)
}

fn double_value(value: Value) -> Value {
    match &value {
        Value::Int(number) => Value::Double(*number as f64),
        Value::Str(text) => match Number::from_text(text) {
            Number::None | Number::Odd => value,
            Number::Int(number) => Value::Double(number as f64),
            Number::Double(number) => Value::Double(number),
        },
        _ => value,
    }
}

fn bytes_value(value: Value) -> Value {
    match value.as_str().and_then(base64_bytes) {
        Some(bytes) => Value::Bytes(bytes),
        None => value,
    }
}

/// Both of the alphabets that protobuf's JSON mapping accepts, with or without padding.
pub(in crate::wire) fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    const EITHER: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabet = if text.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    GeneralPurpose::new(alphabet, EITHER).decode(text).ok()
}
