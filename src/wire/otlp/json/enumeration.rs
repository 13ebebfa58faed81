//! Enumerations in OTLP/JSON, by number or by name.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::wire::lenient::{Number, nothing_else, skip_map, skip_seq};

/// An enumeration's number or name.
#[derive(Debug, Default)]
pub(super) enum Enum<'a> {
    #[default]
    None,
    Number(Number),
    Name(Cow<'a, str>),
}

impl Enum<'_> {
    /// `names` in the order of their numbers, lower case; they may come in any case and with the prefix of the protobuf
    /// enumeration. What is unknown is zero.
    pub(super) fn number<const N: usize>(&self, prefix: &str, names: [&str; N]) -> i32 {
        self.known(prefix, names).unwrap_or_default()
    }

    /// Whether there is something that [`Enum::number`] cannot say.
    pub(super) fn is_lost<const N: usize>(&self, prefix: &str, names: [&str; N]) -> bool {
        self.known(prefix, names).is_none()
    }

    fn known<const N: usize>(&self, prefix: &str, names: [&str; N]) -> Option<i32> {
        match self {
            Self::None => Some(0),
            Self::Number(number) => number.whole(),
            Self::Name(name) if name.is_empty() => Some(0),
            Self::Name(name) => {
                let short = name.strip_prefix(prefix).unwrap_or(name);
                let place = names.iter().position(|known| known.eq_ignore_ascii_case(short));
                place.map_or_else(|| Number::from_text(name).whole(), |place| i32::try_from(place).ok())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Enum<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Enum<'de>;
            nothing_else!('de: unit);
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Enum::Number(Number::Odd))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                skip_seq(seq)?;
                Ok(Enum::Number(Number::Odd))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                skip_map(map)?;
                Ok(Enum::Number(Number::Odd))
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Enum::Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Enum::Name(Cow::Owned(name.to_owned())))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Enum::Number(Number::Int(number.into())))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Enum::Number(Number::Int(number.into())))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Enum::Number(Number::Double(number)))
            }
        }
        deserializer.deserialize_any(Any)
    }
}
