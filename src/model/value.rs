//! Attribute values and ordered attribute lists.

use std::fmt;

use compact_str::CompactString;

/// One attribute's value: OTLP's `AnyValue`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Present without a value: OTLP's empty `AnyValue`, JSON's null.
    #[default]
    Empty,
    /// Text.
    Str(CompactString),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number, the non-finite ones included.
    Double(f64),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// A list.
    Array(Vec<Value>),
    /// A nested list of keys and values.
    Map(Attributes),
}

impl Value {
    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, also where a sender wrote it as text.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Str(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Double(number) => Some(*number),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::Array(items)
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

/// As a person would write it: text bare, lists in brackets, bytes as `0x…`. Not escaped for any medium.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("null"),
            Self::Str(text) => f.write_str(text),
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Double(number) => write!(f, "{number}"),
            Self::Bytes(bytes) => {
                f.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::Array(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Self::Map(entries) => {
                f.write_str("{")?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{key}: {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Keys and values in the order in which they came. A key that came twice is there twice; [`Attributes::get`] finds the last.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attributes(pub Vec<(CompactString, Value)>);

impl Attributes {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of `key`; of several, the last.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(known, _)| known.as_str() == key).map(|(_, value)| value)
    }

    /// The value of `key`, if it is text.
    pub fn str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// Adds one at the end, without looking whether it is there.
    pub fn push(&mut self, key: impl Into<CompactString>, value: impl Into<Value>) {
        self.0.push((key.into(), value.into()));
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Into<CompactString>, V: Into<Value>> FromIterator<(K, V)> for Attributes {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(entries: T) -> Self {
        Self(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_key_that_came_twice_the_last_counts_and_both_are_kept() {
        let attributes: Attributes = [("k", 1), ("k", 2)].into_iter().map(|(k, v)| (k, i64::from(v))).collect();
        assert_eq!(attributes.get("k"), Some(&Value::Int(2)));
        assert_eq!(attributes.len(), 2);
    }

    #[test]
    fn values_are_written_as_a_person_would() {
        let nested = Value::Array(vec![1.into(), "a".into(), Value::Empty, Value::Map([("k", true)].into_iter().collect())]);
        assert_eq!(nested.to_string(), "[1, a, null, {k: true}]");
        assert_eq!(Value::Bytes(vec![0, 255]).to_string(), "0x00ff");
    }
}
