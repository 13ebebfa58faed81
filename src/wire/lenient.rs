//! Deserializing what senders really write: a value of another type than expected is read as far as it makes sense and as
//! nothing otherwise, so that one odd field does not cost the whole request. Only broken JSON is an error.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Text, borrowed from the document where it holds no escapes. Numbers and truth values are read as their text; anything else as
/// none.
#[derive(Debug, Default, Clone, PartialEq)]
pub(in crate::wire) struct Text<'a>(pub(in crate::wire) Cow<'a, str>);

/// A number, also one that is written as text (as protobuf's JSON mapping does with 64 bits) or with a fraction of zero.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(in crate::wire) enum Number {
    /// Nothing: no value, `null`, or an empty text.
    #[default]
    None,
    /// Something that is no number.
    Odd,
    /// A whole number.
    Int(i128),
    /// One with a fraction or an exponent; the non-finite ones of protobuf's JSON mapping included.
    Double(f64),
}

/// A list; `null` and anything else that is no list is an empty one.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::wire) struct List<T>(pub(in crate::wire) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl Text<'_> {
    pub(in crate::wire) fn into_string(self) -> String {
        self.0.into_owned()
    }
}

impl Number {
    pub(in crate::wire) fn from_text(text: &str) -> Self {
        let text = text.trim();
        if let Ok(number) = text.parse() {
            return Self::Int(number);
        }
        match text {
            "Infinity" => Self::Double(f64::INFINITY),
            "-Infinity" => Self::Double(f64::NEG_INFINITY),
            "NaN" => Self::Double(f64::NAN),
            // Rust would also read `nan` and `infinity`, which no JSON mapping writes.
            _ if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')) => {
                // What is beyond a double is none, rather than infinite.
                text.parse().ok().filter(|number: &f64| number.is_finite()).map_or(Self::None, Self::Double)
            }
            _ => Self::None,
        }
    }

    /// As a time in nanoseconds, a count or a number of flags; zero where it is none or does not fit.
    pub(in crate::wire) fn unsigned<T: TryFrom<i128> + Default>(self) -> T {
        self.whole().unwrap_or_default()
    }

    /// Whether there is something that [`Number::unsigned`] cannot say.
    pub(in crate::wire) fn is_lost<T: TryFrom<i128>>(self) -> bool {
        self != Self::None && self.whole::<T>().is_none()
    }

    /// The whole number, if it is one that fits.
    pub(in crate::wire) fn whole<T: TryFrom<i128>>(self) -> Option<T> {
        match self {
            Self::Int(number) => T::try_from(number).ok(),
            // Up to 2^127 the conversion is exact; beyond it saturates, and fits nothing that is asked for.
            Self::Double(number) if number.fract() == 0.0 => T::try_from(number as i128).ok(),
            _ => None,
        }
    }
}

/// Reads a list to its end and forgets it.
pub(in crate::wire) fn skip_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Reads an object to its end and forgets it.
pub(in crate::wire) fn skip_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// The methods of a visitor that takes what it is given for nothing.
macro_rules! nothing_else {
    ($lifetime:lifetime: $($kind:ident)*) => {
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("anything")
        }
        $($crate::wire::lenient::nothing_else!(@$kind $lifetime);)*
    };
    (@unit $lifetime:lifetime) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (@bool $lifetime:lifetime) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (@numbers $lifetime:lifetime) => {
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (@str $lifetime:lifetime) => {
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (@seq $lifetime:lifetime) => {
        fn visit_seq<A: serde::de::SeqAccess<$lifetime>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<serde::de::IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    (@map $lifetime:lifetime) => {
        fn visit_map<A: serde::de::MapAccess<$lifetime>>(self, map: A) -> Result<Self::Value, A::Error> {
            $crate::wire::lenient::skip_map(map)?;
            Ok(Default::default())
        }
    };
}
pub(in crate::wire) use nothing_else;

/// A struct that is read from an object, whatever the order of its keys, and is its default where the value is no object. A key
/// that comes twice counts with its last value, as in protobuf.
macro_rules! object {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<'a> { $($field:ident: $type:ty = $key:literal $(| $other:literal)*,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        $vis struct $name<'a> {
            $($vis $field: $type,)*
            lifetime: std::marker::PhantomData<&'a str>,
        }

        impl<'de> serde::Deserialize<'de> for $name<'de> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name<'de>;
                    $crate::wire::lenient::nothing_else!('de: unit bool numbers str seq);
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut read = $name::default();
                        while let Some(key) = map.next_key::<Text<'de>>()? {
                            match &*key.0 {
                                $($key $(| $other)* => read.$field = map.next_value()?,)*
                                _ => { map.next_value::<serde::de::IgnoredAny>()?; }
                            }
                        }
                        Ok(read)
                    }
                }
                deserializer.deserialize_any(Fields)
            }
        }
    };
}
pub(in crate::wire) use object;

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }
            fn visit_bool<E>(self, yes: bool) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(if yes { "true" } else { "false" })))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Text::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                skip_seq(seq)?;
                Ok(Text::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                skip_map(map)?;
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Number;
            nothing_else!('de: unit);
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Number::Odd)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                skip_seq(seq)?;
                Ok(Number::Odd)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                skip_map(map)?;
                Ok(Number::Odd)
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                let number = Number::from_text(text);
                Ok(if number == Number::None && !text.trim().is_empty() { Number::Odd } else { number })
            }
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Number::Int(number.into()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Number::Int(number.into()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Number::Double(number))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut items = Vec::new();
        Each::new(|item| items.push(item)).deserialize(deserializer)?;
        Ok(Self(items))
    }
}

/// Gives each item of a list to a function as soon as it is read, so that the list is never held. Anything that is no list has
/// no items.
pub(in crate::wire) struct Each<T, F> {
    take: F,
    item: PhantomData<T>,
}

impl<T, F: FnMut(T)> Each<T, F> {
    pub(in crate::wire) fn new(take: F) -> Self {
        Self { take, item: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> DeserializeSeed<'de> for Each<T, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Each<T, F> {
    type Value = ();
    nothing_else!('de: unit bool numbers str map);

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(item) = seq.next_element()? {
            (self.take)(item);
        }
        Ok(())
    }
}
