//! OTLP's attributes as a row's fields, as the translator does it that the service and its proxy share: `otlp/traces_direct.go` of
//! <https://github.com/honeycombio/husky>.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};

use super::row::Cell;

/// So deep are lists of keys and values taken apart.
const DEEPEST: usize = 5;
/// A field's text has so many bytes at most; the rest is cut off.
const LONGEST: usize = 65_535;
/// By these names the instrumentation libraries of the languages are known.
const LIBRARIES: [&str; 6] = [
    "io.opentelemetry",
    "opentelemetry.instrumentation",
    "OpenTelemetry.Instrumentation",
    "OpenTelemetry::Instrumentation",
    "go.opentelemetry.io/contrib/instrumentation",
    "@opentelemetry/instrumentation",
];

/// The fields of a row while it is put together. What is set first stays, so the strongest comes first.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    pub(super) cells: BTreeMap<String, Cell>,
    /// How many rows this one stands for, as `sampleRate` (true) or `SampleRate` says.
    rate: Option<(u64, bool)>,
}

impl Fields {
    pub(super) fn set(&mut self, key: &str, cell: Cell) {
        self.cells.entry(key.to_owned()).or_insert(match cell {
            Cell::Text(text) => Cell::Text(cut(text)),
            other => other,
        });
    }

    pub(super) fn text(&mut self, key: &str, text: impl Into<String>) {
        self.set(key, Cell::Text(text.into()));
    }

    /// Attributes as they were sent. Those without a key or a value are none.
    pub(super) fn attributes(&mut self, attributes: &[KeyValue]) {
        for KeyValue { key, value, .. } in attributes.iter().filter(|attribute| !attribute.key.is_empty()) {
            if let Some(value) = value.as_ref().and_then(|value| value.value.as_ref())
                && !self.is_rate(key, value)
            {
                self.value(key, value, 0);
            }
        }
    }

    /// All that others have and this has not.
    pub(super) fn weaker(&mut self, others: &Self) {
        for (key, cell) in &others.cells {
            self.set(key, cell.clone());
        }
        self.rate = self.rate.or(others.rate);
    }

    /// What an instrumentation scope gives to its spans.
    pub(super) fn scope(scope: Option<&InstrumentationScope>, schema: &str) -> Self {
        let mut fields = Self::default();
        if let Some(scope) = scope {
            if !scope.name.is_empty() {
                fields.text("library.name", &scope.name);
                if LIBRARIES.iter().any(|known| scope.name.starts_with(known)) {
                    fields.set("telemetry.instrumentation_library", Cell::Bool(true));
                }
            }
            if !scope.version.is_empty() {
                fields.text("library.version", &scope.version);
            }
            fields.attributes(&scope.attributes);
        }
        if !schema.is_empty() {
            fields.text("scope.schema_url", schema);
        }
        fields
    }

    /// What a resource gives to all that it sends.
    pub(super) fn resource(attributes: &[KeyValue], schema: &str) -> Self {
        let mut fields = Self::default();
        fields.attributes(attributes);
        if !schema.is_empty() {
            fields.text("resource.schema_url", schema);
        }
        fields
    }

    /// How many rows it stands for: its own word, or that of `tracestate`.
    pub(super) fn sample_rate(&self, trace_state: &str) -> u64 {
        self.rate.map(|(rate, _)| rate).or_else(|| threshold(trace_state)).unwrap_or(1)
    }

    /// Takes a sample rate, which is no field.
    fn is_rate(&mut self, key: &str, value: &Any) -> bool {
        let strong = key == "sampleRate";
        if !strong && key != "SampleRate" {
            return false;
        }
        let rate = match value {
            Any::IntValue(number) => Some(*number as f64),
            Any::DoubleValue(number) => Some(*number),
            Any::StringValue(text) => text.parse().ok(),
            _ => return false,
        };
        if let Some(rate) = rate
            && (strong || self.rate.is_none())
        {
            // A number that is none becomes 0, and 0 is 1.
            self.rate = Some((((rate + 0.5).min(f64::from(i32::MAX)) as u64).max(1), strong));
        }
        true
    }

    pub(super) fn value(&mut self, key: &str, value: &Any, depth: usize) {
        match value {
            Any::StringValue(text) => self.text(key, text),
            Any::BoolValue(yes) => self.set(key, Cell::Bool(*yes)),
            Any::IntValue(number) => self.set(key, Cell::Int(*number)),
            Any::DoubleValue(number) => self.set(key, Cell::Float(*number)),
            Any::KvlistValue(list) if depth < DEEPEST => {
                for KeyValue { key: inner, value, .. } in &list.values {
                    if let Some(value) = value.as_ref().and_then(|value| value.value.as_ref()) {
                        self.value(&format!("{key}.{inner}"), value, depth + 1);
                    }
                }
            }
            Any::ArrayValue(_) | Any::BytesValue(_) | Any::KvlistValue(_) => self.text(key, json_line(value)),
            Any::StringValueStrindex(_) => {}
        }
    }
}

/// JSON as Go's encoder writes it into a stream: a line. What cannot be written is empty.
pub(super) fn json_line(value: &Any) -> String {
    json(value).map(|json| json + "\n").unwrap_or_default()
}

fn json(value: &Any) -> Option<String> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let present = |value: &Option<AnyValue>| value.as_ref().and_then(|value| value.value.clone());
    Some(match value {
        Any::StringValue(text) => quoted(text),
        Any::BoolValue(yes) => yes.to_string(),
        Any::IntValue(number) => number.to_string(),
        Any::DoubleValue(number) => float(*number)?,
        Any::BytesValue(bytes) => quoted(&STANDARD.encode(bytes)),
        Any::ArrayValue(array) => {
            let items: Option<Vec<_>> = array.values.iter().filter_map(|item| item.value.as_ref()).map(json).collect();
            format!("[{}]", items?.join(","))
        }
        Any::KvlistValue(list) => {
            let mut entries = BTreeMap::new();
            for entry in &list.values {
                if let Some(value) = present(&entry.value) {
                    entries.insert(entry.key.as_str(), json(&value)?);
                }
            }
            let entries: Vec<_> = entries.into_iter().map(|(key, value)| format!("{}:{value}", quoted(key))).collect();
            format!("{{{}}}", entries.join(","))
        }
        Any::StringValueStrindex(_) => return None,
    })
}

/// A double as Go writes it: with an exponent where it is very large or very small, and without a fraction that is none.
fn float(number: f64) -> Option<String> {
    let size = number.abs();
    if !number.is_finite() {
        None
    } else if size >= 1e21 {
        Some(format!("{number:e}").replace('e', "e+"))
    } else if size != 0.0 && size < 1e-6 {
        Some(format!("{number:e}"))
    } else {
        Some(number.to_string())
    }
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(LONGEST));
    text
}

/// How many spans one stands for by the sampling threshold of `tracestate`, in which it is `th`:
/// <https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/>.
fn threshold(trace_state: &str) -> Option<u64> {
    let digits = trace_state.split(';').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == "th"))?.1;
    let threshold = u64::from_str_radix(digits, 16).ok().filter(|_| digits.len() <= 14)? << (4 * (14 - digits.len()));
    let all = (1_u64 << 56) as f64;
    Some(((all / (all - threshold as f64)).round() as u64).max(1))
}
