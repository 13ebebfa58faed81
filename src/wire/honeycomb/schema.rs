//! Which columns there are, and of which type.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::WireError;
use crate::model::Time;

/// A column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnType {
    /// Text.
    String,
    /// A number with a fraction.
    Float,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// Of a metric; nothing that a span has.
    Histogram,
    /// One that this version does not know.
    Other,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its types, sorted: several where datasets of one environment disagree. Never empty.
    pub types: Vec<ColumnType>,
    /// When something was last written to it, where that is known.
    pub last_written: Option<Time>,
}

impl Column {
    /// Its type, where there is but one.
    pub fn only_type(&self) -> Option<ColumnType> {
        match self.types.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }
}

/// The columns that stand for what every span has. The names of OpenTelemetry's data, unless a dataset's definitions say
/// otherwise: <https://docs.honeycomb.io/send-data/standardize/honeycomb-dataset-fields/>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// `trace.trace_id`
    pub trace_id: String,
    /// `trace.span_id`
    pub span_id: String,
    /// `trace.parent_id`
    pub parent_id: String,
    /// `name`
    pub name: String,
    /// `service.name`
    pub service: String,
    /// `duration_ms`
    pub duration: String,
    /// `span.kind`
    pub kind: String,
    /// `meta.annotation_type`
    pub annotation: String,
    /// `error`
    pub error: String,
    /// `trace.link.trace_id`
    pub link_trace_id: String,
    /// `trace.link.span_id`
    pub link_span_id: String,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            trace_id: "trace.trace_id".to_owned(),
            span_id: "trace.span_id".to_owned(),
            parent_id: "trace.parent_id".to_owned(),
            name: "name".to_owned(),
            service: "service.name".to_owned(),
            duration: "duration_ms".to_owned(),
            kind: "span.kind".to_owned(),
            annotation: "meta.annotation_type".to_owned(),
            error: "error".to_owned(),
            link_trace_id: "trace.link.trace_id".to_owned(),
            link_span_id: "trace.link.span_id".to_owned(),
        }
    }
}

impl Names {
    /// As the answer to `GET /1/dataset_definitions/…` has them: `{"span_id": {"name": "trace.span_id", …}, …}`, of which any may be
    /// `null` or missing. What cannot be read has the usual names.
    pub fn defined(answer: &[u8]) -> Self {
        let defined: BTreeMap<String, Option<Defined>> = serde_json::from_slice(answer).unwrap_or_default();
        let mut names = Self::default();
        for (role, name) in [
            ("trace_id", &mut names.trace_id),
            ("span_id", &mut names.span_id),
            ("parent_id", &mut names.parent_id),
            ("name", &mut names.name),
            ("service_name", &mut names.service),
            ("duration_ms", &mut names.duration),
            ("span_kind", &mut names.kind),
            ("annotation_type", &mut names.annotation),
            ("error", &mut names.error),
            ("link_trace_id", &mut names.link_trace_id),
            ("link_span_id", &mut names.link_span_id),
        ] {
            if let Some(Some(column)) = defined.get(role) {
                name.clone_from(&column.name);
            }
        }
        names
    }
}

/// A column that stands for something.
#[derive(Deserialize)]
struct Defined {
    name: String,
}

/// The columns of a dataset, or of all datasets of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// By their names.
    pub columns: BTreeMap<String, Column>,
    /// Which of them stand for what every span has.
    pub names: Names,
}

#[derive(Deserialize)]
struct Written {
    key_name: String,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(rename = "last_written", default)]
    last: Option<String>,
}

impl Schema {
    /// From the answer to `GET /1/columns/…`: a list of `{"key_name", "type", "last_written", …}`. A key may be there more than once.
    ///
    /// # Errors
    ///
    /// It is no such list.
    pub fn parse(answer: &[u8]) -> Result<Self, WireError> {
        let written: Vec<Written> = serde_json::from_slice(answer)
            .map_err(|error| WireError::json("a list of Honeycomb's columns", &error, String::new()))?;
        let mut columns = BTreeMap::<String, Column>::new();
        for Written { key_name, kind, last } in written {
            let kind = match kind.as_deref() {
                Some("string") => ColumnType::String,
                Some("float") => ColumnType::Float,
                Some("integer") => ColumnType::Integer,
                Some("boolean") => ColumnType::Boolean,
                Some("histogram") => ColumnType::Histogram,
                _ => ColumnType::Other,
            };
            let last_written = last
                .and_then(|text| chrono::DateTime::parse_from_rfc3339(&text).ok())
                .and_then(|at| Time::from_datetime(at.to_utc()));
            let column = columns.entry(key_name).or_insert(Column { types: Vec::new(), last_written });
            column.types.push(kind);
            column.types.sort_unstable();
            column.types.dedup();
            column.last_written = column.last_written.zip(last_written).map(|(a, b)| a.max(b));
        }
        Ok(Self { columns, names: Names::default() })
    }

    /// Takes the older name of the service, of the Beelines, where there is only that.
    pub fn prefer_existing(&mut self) {
        if !self.has(&self.names.service) && self.has("service_name") {
            "service_name".clone_into(&mut self.names.service);
        }
    }

    /// Whether there is such a column.
    pub fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name)
    }

    /// The type of a column; `None` where there is no such column, or where datasets disagree.
    pub fn only_type(&self, name: &str) -> Option<ColumnType> {
        self.columns.get(name).and_then(Column::only_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_datasets_have_in_two_types_is_one_column_without_an_only_type() {
        let schema = Schema::parse(
            br#"[{"id":"a","key_name":"x","hidden":false,"type":"integer","last_written":"2026-11-24T00:00:00Z"},
                 {"key_name":"x","type":"string","last_written":"2026-11-24T00:00:01Z"},
                 {"key_name":"y","type":"marsupial","last_written":null}]"#,
        )
        .unwrap();
        assert_eq!(schema.columns["x"].types, [ColumnType::String, ColumnType::Integer]);
        assert_eq!(schema.only_type("x"), None);
        assert_eq!(schema.columns["x"].last_written.unwrap().to_rfc3339(), "2026-11-24T00:00:01Z");
        assert_eq!((schema.only_type("y"), schema.only_type("z")), (Some(ColumnType::Other), None));
        assert!(schema.has("y") && !schema.has("z"));
    }

    #[test]
    fn a_dataset_may_have_names_of_its_own() {
        let names = Names::defined(br#"{"span_id":{"name":"id","column_type":"column"},"name":null,"other":{"name":"x"}}"#);
        assert_eq!((names.span_id.as_str(), names.name.as_str()), ("id", "name"));
        assert_eq!(Names::defined(b"[]"), Names::default());
        let mut schema = Schema::parse(br#"[{"key_name":"service_name","type":"string"}]"#).unwrap();
        schema.prefer_existing();
        assert_eq!(schema.names.service, "service_name");
    }

    #[test]
    fn what_is_no_list_of_columns_is_refused() {
        for bad in ["{}", "[1]", "[{\"type\":\"string\"}]", ""] {
            assert!(Schema::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
