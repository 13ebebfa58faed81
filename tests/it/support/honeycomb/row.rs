//! What the service keeps: one row for each event.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::value::Value;

/// What a row has in a column. A row that has nothing there does not name the column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

impl Cell {
    /// From a scalar. `null`, lists and objects are no cells.
    pub(crate) fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Bool(is) => Some(Self::Bool(*is)),
            Json::Number(number) => number.as_i64().map(Self::Int).or_else(|| number.as_f64().map(Self::Float)),
            Json::String(text) => Some(Self::Text(text.clone())),
            Json::Null | Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// As results write it.
    pub(crate) fn to_json(&self) -> Json {
        Value::of(self).to_json(None).unwrap_or_default()
    }

    /// The type of a column that has it.
    pub(crate) fn kind(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Boolean,
            Self::Int(_) => Type::Integer,
            Self::Float(_) => Type::Float,
            Self::Text(_) => Type::String,
        }
    }
}

/// An event: a span, a span event, a span link or a log line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The slug of its dataset. Whoever asks for a dataset hands over its rows only.
    pub(crate) dataset: String,
    /// When it happened, in nanoseconds since 1970.
    pub(crate) time_ns: u64,
    /// When it arrived.
    pub(crate) ingested_ns: u64,
    /// How many events it stands for.
    pub(crate) sample_rate: u64,
    pub(crate) fields: BTreeMap<String, Cell>,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Type {
    String,
    Float,
    Integer,
    Boolean,
}
