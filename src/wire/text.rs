//! JSON as it lies in files: several documents one after the other, and the place of a mistake.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::de::SliceRead;

use super::error::WireError;

/// A JSON document within a text, to be deserialized.
pub(crate) type Document<'d, 'de> = &'d mut serde_json::Deserializer<SliceRead<'de>>;

/// Gives each document of `data` to `read`, which must consume it. White space and a byte order mark stand between them at
/// most.
pub(crate) fn documents<'de>(
    format: &'static str,
    data: &'de [u8],
    mut read: impl FnMut(Document<'_, 'de>) -> Result<(), serde_json::Error>,
) -> Result<(), WireError> {
    let data = without_mark(data);
    let mut deserializer = serde_json::Deserializer::from_slice(data);
    while deserializer.end().is_err() {
        if let Err(error) = read(&mut deserializer) {
            return Err(WireError::json(format, &error, path_of_mistake(data)));
        }
    }
    Ok(())
}

/// A request has a document: a body that was lost on its way is not acknowledged as if it had come. A file may be empty.
pub(crate) fn not_empty(format: &'static str, data: &[u8]) -> Result<(), WireError> {
    if without_mark(data).trim_ascii().is_empty() { Err(WireError::new(format, "there is nothing in it")) } else { Ok(()) }
}

/// Without the byte order mark with which some editors begin a file.
pub(crate) fn without_mark(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data)
}

/// Keeping track of the path costs an allocation a key, so that it is done only once something is known to be wrong.
pub(crate) fn path_of_mistake(data: &[u8]) -> String {
    let mut deserializer = serde_json::Deserializer::from_slice(data);
    while deserializer.end().is_err() {
        if let Err(error) = serde_path_to_error::deserialize::<_, Walk>(&mut deserializer) {
            return error.path().to_string();
        }
    }
    String::new()
}

/// Goes through any JSON and keeps nothing.
struct Walk;

impl<'de> Deserialize<'de> for Walk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Walk;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Walk, E> {
                Ok(Walk)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Walk, E> {
                Ok(Walk)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Walk, E> {
                Ok(Walk)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Walk, E> {
                Ok(Walk)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Walk, E> {
                Ok(Walk)
            }
            fn visit_str<E>(self, _: &str) -> Result<Walk, E> {
                Ok(Walk)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Walk, A::Error> {
                while seq.next_element::<Walk>()?.is_some() {}
                Ok(Walk)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Walk, A::Error> {
                while map.next_entry::<String, Walk>()?.is_some() {}
                Ok(Walk)
            }
        }
        deserializer.deserialize_any(Any)
    }
}
