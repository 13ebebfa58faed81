//! Reading the members of a request.

use std::time::Duration;

use cruddur_trace::model::Time;
use serde_json::Value;

use super::refusal::Refusal;

/// Seconds since the epoch, as the service takes them; to the microsecond, which is what a double holds of today's date.
pub(super) fn time_of(seconds: f64) -> Time {
    // From a negative number or NaN comes zero, from one that is too large the end of time.
    Time(((seconds * 1e6).round() as u64).saturating_mul(1000))
}

/// The text of a member, if it is there.
pub(super) fn text<'a>(body: &'a Value, member: &str) -> Result<Option<&'a str>, Refusal> {
    match body.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::serialization(format!("{member} can not be converted to a String"))),
    }
}

fn time(body: &Value, member: &str) -> Result<Time, Refusal> {
    match body.get(member) {
        None | Some(Value::Null) => Err(Refusal::invalid(format!("{member} is required"))),
        Some(Value::Number(seconds)) => Ok(time_of(seconds.as_f64().unwrap_or_default())),
        Some(_) => Err(Refusal::serialization(format!("{member} can not be converted to a Timestamp"))),
    }
}

/// `StartTime` and `EndTime`, in that order.
pub(super) fn window(body: &Value) -> Result<(Time, Time), Refusal> {
    let (start, end) = (time(body, "StartTime")?, time(body, "EndTime")?);
    if end < start {
        return Err(Refusal::invalid("End time cannot be before start time"));
    }
    Ok((start, end))
}

/// As [`window`], of at most that length.
pub(super) fn window_of_at_most(body: &Value, longest: Duration) -> Result<(Time, Time), Refusal> {
    let (start, end) = window(body)?;
    if end.0 - start.0 > u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX) {
        let hours = longest.as_secs() / 3600;
        return Err(Refusal::invalid(format!("Time range cannot be longer than {hours} hours")));
    }
    Ok((start, end))
}

/// `TraceIds`: some, and each of the form `1-8hex-24hex`. Each once.
pub(super) fn trace_ids(body: &Value, at_most: usize) -> Result<Vec<String>, Refusal> {
    let ids = match body.get("TraceIds") {
        None | Some(Value::Null) => &[],
        Some(Value::Array(ids)) => ids.as_slice(),
        Some(_) => return Err(Refusal::serialization("TraceIds can not be converted to a List")),
    };
    if ids.is_empty() {
        return Err(Refusal::invalid("TraceIds cannot be empty"));
    }
    if ids.len() > at_most {
        return Err(Refusal::invalid(format!("Exceeding maximum query size: {at_most}")));
    }
    let mut wanted = Vec::new();
    for id in ids {
        let id = id.as_str().ok_or_else(|| Refusal::serialization("TraceIds can not be converted to a String"))?;
        if !is_trace_id(id) {
            return Err(Refusal::invalid(format!("Invalid trace id {id}")));
        }
        if !wanted.iter().any(|other| other == id) {
            wanted.push(id.to_owned());
        }
    }
    Ok(wanted)
}

fn is_trace_id(id: &str) -> bool {
    let hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = id.split('-').collect();
    matches!(parts.as_slice(), ["1", time, rest] if hex(time, 8) && hex(rest, 24))
}
