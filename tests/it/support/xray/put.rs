//! `PutTraceSegments`: <https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html>

use serde_json::{Value, json};

use super::archive::Archive;
use super::refusal::Refusal;
use super::rules::Rules;

/// Bytes of a document: <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>.
const LONGEST: usize = 64 * 1024;

pub(super) fn take(body: &Value, rules: &Rules, archive: &mut Archive) -> Result<Value, Refusal> {
    let documents = body.get("TraceSegmentDocuments").and_then(Value::as_array);
    let documents = documents.ok_or_else(|| Refusal::invalid("TraceSegmentDocuments is missing"))?;
    // As the daemon sends them at most.
    if documents.len() > 50 {
        return Err(Refusal::invalid("more than 50 documents"));
    }
    let documents: Option<Vec<&str>> = documents.iter().map(Value::as_str).collect();
    let documents = documents.ok_or_else(|| Refusal::serialization("a document is not a string"))?;
    let mut unprocessed = Vec::new();
    for text in documents {
        let document: Value = serde_json::from_str(text).unwrap_or_default();
        let refused = if text.len() > LONGEST { Err("InvalidSegment") } else { check(&document) };
        if let Err(code) = refused.and_then(|()| archive.put(document.clone(), rules.clock.unwrap_or_default())) {
            let id = document.get("id").and_then(Value::as_str);
            unprocessed.push(json!({ "Id": id, "ErrorCode": code, "Message": "The segment is not valid." }));
        }
    }
    Ok(json!({ "UnprocessedTraceSegments": unprocessed }))
}

fn check(document: &Value) -> Result<(), &'static str> {
    let text = |member: &str| document.get(member).and_then(Value::as_str).unwrap_or_default();
    let hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = text("trace_id").split('-').collect();
    if !matches!(parts.as_slice(), ["1", time, rest] if hex(time, 8) && hex(rest, 24)) {
        return Err("InvalidTraceId");
    }
    if !hex(text("id"), 16) || document.get("parent_id").is_some() && !hex(text("parent_id"), 16) {
        return Err("InvalidId");
    }
    let allowed = |letter: char| letter.is_alphanumeric() || letter.is_whitespace() || "_.:/%&#=+\\-@".contains(letter);
    if text("name").is_empty() || text("name").chars().count() > 200 || !text("name").chars().all(allowed) {
        return Err("InvalidName");
    }
    let number = |member: &str| document.get(member).and_then(Value::as_f64);
    if number("end_time").is_none() && document.get("in_progress") != Some(&Value::Bool(true)) {
        return Err("MissingEndTime");
    }
    let status = document.pointer("/http/response/status");
    if status.is_some_and(|status| !status.is_number()) {
        return Err("InvalidStatus");
    }
    Ok(())
}
