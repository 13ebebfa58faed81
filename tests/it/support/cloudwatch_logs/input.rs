//! What a request says, taken apart.

use serde_json::Value;

use super::refusal::Refusal;

/// A text; `None` where it is left out.
pub(super) fn text<'a>(body: &'a Value, member: &str) -> Result<Option<&'a str>, Refusal> {
    match &body[member] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(Refusal::new("SerializationException", format!("{member} is not a text"))),
    }
}

/// A whole number; `None` where it is left out.
pub(super) fn number(body: &Value, member: &str) -> Result<Option<i64>, Refusal> {
    match &body[member] {
        Value::Null => Ok(None),
        value => {
            let number = value.as_i64();
            number.map(Some).ok_or_else(|| Refusal::new("SerializationException", format!("{member} is not a whole number")))
        }
    }
}

/// A list of texts; `None` where it is left out.
pub(super) fn texts(body: &Value, member: &str) -> Result<Option<Vec<String>>, Refusal> {
    let Some(items) = body[member].as_array() else { return Ok(None) };
    let texts = items.iter().map(|item| item.as_str().map(ToOwned::to_owned)).collect::<Option<Vec<String>>>();
    texts.map(Some).ok_or_else(|| Refusal::new("SerializationException", format!("{member} is not a list of texts")))
}
