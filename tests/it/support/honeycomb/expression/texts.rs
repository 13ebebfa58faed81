//! Texts: <https://docs.honeycomb.io/reference/calculated-field-expression/string/>.

use std::borrow::Cow;

use chrono::DateTime;
use regex::Regex;
use unicode_segmentation::UnicodeSegmentation as _;

use super::super::value::Value;
use super::Search;

/// "Returns false if either argument is not a string."
pub(super) fn both(one: &Value<'_>, other: &Value<'_>, is: fn(&str, &str) -> bool) -> bool {
    one.text().zip(other.text()).is_some_and(|(one, other)| is(one, other))
}

/// "Empty arguments are ignored."
pub(super) fn concat<'a>(values: impl Iterator<Item = Value<'a>>) -> Value<'a> {
    Value::Text(Cow::Owned(values.map(Value::into_text).collect()))
}

/// Nothing of what is no text: the documentation does not say.
pub(super) fn lower<'a>(value: &Value<'_>) -> Value<'a> {
    value.text().map_or(Value::Missing, |text| Value::Text(Cow::Owned(text.to_lowercase())))
}

/// In "user-perceived characters"; 0 of what is no text.
pub(super) fn length<'a>(value: &Value<'_>) -> Value<'a> {
    Value::Int(value.text().map_or(0, |text| text.graphemes(true).count()) as i64)
}

/// Seconds since 1970 of a date "in RFC3339 format"; nothing of what is none: the documentation does not say.
pub(super) fn time<'a>(value: &Value<'_>) -> Value<'a> {
    let time = value.text().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    time.map_or(Value::Missing, |time| Value::Float(time.timestamp() as f64 + f64::from(time.timestamp_subsec_nanos()) / 1e9))
}

/// What a pattern, which may match anywhere, finds. `REG_VALUE` gives the first group, and all of it where there is no group.
pub(super) fn search<'a>(search: Search, value: &Value<'_>, pattern: &Regex) -> Value<'a> {
    let text = value.text();
    match search {
        Search::Match => Value::Bool(text.is_some_and(|text| pattern.is_match(text))),
        Search::Count => Value::Int(text.map_or(0, |text| pattern.find_iter(text).count()) as i64),
        Search::Value => {
            let found = text.and_then(|text| pattern.captures(text));
            let group = usize::from(pattern.captures_len() > 1);
            let found = found.and_then(|found| found.get(group).map(|part| part.as_str().to_owned()));
            found.map_or(Value::Missing, |found| Value::Text(Cow::Owned(found)))
        }
    }
}
