//! Events as rows: <https://docs.honeycomb.io/api/events/>.

use cruddur_trace::model::Time;
use serde_json::Value;

use super::row::{Cell, Row};

/// Fields an event may have.
const MOST_FIELDS: usize = 2000;

/// When an event was and how many it stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weight {
    pub(super) time_ns: u64,
    pub(super) sample_rate: u64,
}

/// An event of a batch: `{"time", "samplerate", "data"}`.
pub(super) fn of_batch(item: &Value, dataset: &str, now_ns: u64) -> Result<Row, &'static str> {
    let time_ns = match item.get("time") {
        None | Some(Value::Null) => now_ns,
        Some(time) => time_of(time).ok_or("the time of the event cannot be read")?,
    };
    let sample_rate = match item.get("samplerate") {
        None | Some(Value::Null) => 1,
        Some(rate) => rate.as_u64().ok_or("the sample rate must be a whole number")?.max(1),
    };
    row(item.get("data").unwrap_or(&Value::Null), dataset, Weight { time_ns, sample_rate }, now_ns)
}

/// An event: an object of fields.
pub(super) fn row(data: &Value, dataset: &str, weight: Weight, now_ns: u64) -> Result<Row, &'static str> {
    let data = data.as_object().filter(|data| !data.is_empty()).ok_or("event has no data")?;
    if data.len() > MOST_FIELDS {
        return Err("event has too many fields");
    }
    let fields = data.iter().filter_map(|(key, value)| Some((key.clone(), cell(value)?))).collect();
    let Weight { time_ns, sample_rate } = weight;
    Ok(Row { dataset: dataset.to_owned(), time_ns, ingested_ns: now_ns, sample_rate, fields })
}

/// What nests stays JSON; a null is no value.
fn cell(value: &Value) -> Option<Cell> {
    match value {
        Value::Array(_) | Value::Object(_) => Some(Cell::Text(value.to_string())),
        scalar => Cell::from_json(scalar),
    }
}

/// RFC 3339, or seconds, milli-, micro- or nanoseconds since 1970.
pub(super) fn time_of(time: &Value) -> Option<u64> {
    let text = match time {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(&text) {
        return Some(Time::from_datetime(at.to_utc())?.0);
    }
    if let Ok(whole) = text.parse::<u64>() {
        let factor = match text.len() {
            0..=11 => 1_000_000_000,
            12..=14 => 1_000_000,
            15..=17 => 1000,
            _ => 1,
        };
        return whole.checked_mul(factor);
    }
    Some(Time::from_secs_f64(text.parse().ok()?)?.0)
}
