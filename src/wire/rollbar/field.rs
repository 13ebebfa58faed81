//! Text, numbers and times, as far as they make sense.

use serde_json::Value as Json;

use crate::model::Time;

/// Nobody reads more bytes of one text.
const LONGEST: usize = 8192;

/// Text that is text; cut behind [`LONGEST`] bytes. Empty for anything else.
pub(super) fn text(value: &Json) -> String {
    value.as_str().map(cut).unwrap_or_default()
}

/// Text, or anything else as JSON: the value of a variable.
pub(super) fn any(value: &Json) -> String {
    match value {
        Json::String(text) => cut(text),
        other => cut(&other.to_string()),
    }
}

fn cut(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(LONGEST)])
}

/// A whole number that is not negative, also as text.
pub(super) fn number(value: &Json) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Seconds since 1970, also as text. Unknown for anything else.
pub(super) fn time(value: &Json) -> Time {
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    seconds.and_then(Time::from_secs_f64).unwrap_or(Time::UNKNOWN)
}

/// A level as a word. Some answers have a number in its place; which is which is not documented, but in clients such as
/// <https://github.com/robzolkos/rollbar-cli> (`LevelToString`).
pub(super) fn level(value: &Json) -> String {
    match number(value) {
        Some(10) => "debug".to_owned(),
        Some(20) => "info".to_owned(),
        Some(30) => "warning".to_owned(),
        Some(40) => "error".to_owned(),
        Some(50) => "critical".to_owned(),
        _ => text(value),
    }
}
