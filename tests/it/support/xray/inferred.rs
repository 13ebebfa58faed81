//! Segments that nobody sent: the service makes one of every call to something that does not report itself.
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-inferredsegments>

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::noise;
use super::segment::{Segment, walk};

/// The inferred segments of a trace.
pub(super) fn infer(trace_id: &str, compiled: &[Segment]) -> Vec<Segment> {
    let answered: HashSet<&str> = compiled.iter().filter_map(|segment| segment.parent.as_deref()).collect();
    let mut inferred = Vec::new();
    for part in compiled.iter().flat_map(|segment| walk(&segment.document)) {
        let id = part.get("id").and_then(Value::as_str).unwrap_or_default();
        if !answered.contains(id) && !awaits_its_segment(part) {
            inferred.extend(origin(part).map(|origin| Segment::new(document(trace_id, id, &origin, part))));
        }
    }
    inferred
}

/// Whether a call went to a service that reports itself, as `traced` says: the trace is broken until its segment is there.
pub(super) fn awaits_its_segment(part: &Map<String, Value>) -> bool {
    let in_request = part.get("http").and_then(|http| http.pointer("/request/traced"));
    part.get("traced").or(in_request) == Some(&Value::Bool(true))
}

/// What kind of thing was called; `None` where nothing was.
fn origin(part: &Map<String, Value>) -> Option<String> {
    let name = part.get("name").and_then(Value::as_str).unwrap_or_default();
    match part.get("namespace").and_then(Value::as_str) {
        Some("aws") => {}
        Some("remote") if part.contains_key("sql") => return Some("Database::SQL".to_owned()),
        Some("remote") => return Some("remote".to_owned()),
        _ => return None,
    }
    let has_table = part.get("aws").is_some_and(|aws| aws.get("table_name").is_some_and(Value::is_string));
    Some(match name.to_ascii_lowercase().as_str() {
        "dynamodb" if has_table => "AWS::DynamoDB::Table".to_owned(),
        "s3" => "AWS::S3::Bucket".to_owned(),
        "sqs" => "AWS::SQS::Queue".to_owned(),
        _ => format!("AWS::{name}"),
    })
}

fn document(trace_id: &str, id: &str, origin: &str, part: &Map<String, Value>) -> Value {
    let mut document = Map::new();
    for copied in ["name", "start_time", "end_time", "in_progress", "http", "aws", "error", "throttle", "fault"] {
        if let Some(value) = part.get(copied) {
            document.insert(copied.to_owned(), value.clone());
        }
    }
    document.insert("id".to_owned(), json!(format!("{:016x}", noise::of_text(id))));
    document.insert("trace_id".to_owned(), json!(trace_id));
    document.insert("parent_id".to_owned(), json!(id));
    document.insert("origin".to_owned(), json!(origin));
    document.insert("inferred".to_owned(), json!(true));
    Value::Object(document)
}
