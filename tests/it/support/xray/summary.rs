//! A trace as a row: `TraceSummary`. <https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html>

use std::collections::{BTreeMap, BTreeSet};

use cruddur_trace::model::Time;
use serde_json::{Map, Value, json};

use super::segment::Segment;
use super::trace::Trace;

/// The row. `matched`: the time for which the trace was found, where that is not the time of its id.
pub(super) fn summary(trace: &Trace, matched: Option<Time>) -> Value {
    let root = trace.root();
    let root_has = |flag: &str| root.is_some_and(|root| root.flag(flag));
    let mut summary = json!({
        "Id": trace.id,
        "StartTime": trace.start(),
        "Duration": trace.duration(),
        "HasFault": root_has("fault"),
        "HasError": root_has("error"),
        "HasThrottle": trace.segments.iter().any(|segment| segment.flag("throttle")),
        "IsPartial": trace.is_partial(),
        "Revision": trace.arrivals.len(),
        "Annotations": annotations(trace),
        "Users": users(trace),
        "ServiceIds": distinct(trace, |segment| Some(service_id(segment))),
        "InstanceIds": distinct(trace, |segment| segment.instance().map(|id| json!({ "Id": id }))),
        "AvailabilityZones": distinct(trace, |segment| segment.zone().map(|name| json!({ "Name": name }))),
        "ResourceARNs": distinct(trace, |segment| segment.resource_arn().map(|arn| json!({ "ARN": arn }))),
        "FaultRootCauses": root_causes(root, "fault"),
        "ErrorRootCauses": root_causes(root, "error"),
        "ResponseTimeRootCauses": [],
    });
    if let Some(root) = root {
        summary["EntryPoint"] = service_id(root);
        summary["Http"] = http(root);
        if let Some(seconds) = root.seconds() {
            summary["ResponseTime"] = json!(seconds);
        }
    }
    if let Some(matched) = matched {
        summary["MatchedEventTime"] = json!(matched.0 as f64 / 1e9);
    }
    summary
}

/// Nothing but what identifies it: the model calls all else optional.
pub(super) fn sparse(trace: &Trace) -> Value {
    json!({ "Id": trace.id })
}

/// `ServiceId`: a node of the service map.
pub(super) fn service_id(segment: &Segment) -> Value {
    let mut service = json!({ "Name": segment.name, "Names": [segment.name] });
    if let Some(origin) = segment.origin() {
        service["Type"] = json!(origin);
    }
    if let Some(account) = segment.account() {
        service["AccountId"] = json!(account);
    }
    service
}

/// Each value once, in the order in which they are found.
fn distinct(trace: &Trace, of: impl Fn(&Segment) -> Option<Value>) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    trace.segments.iter().filter_map(of).filter(|value| seen.insert(value.to_string())).collect()
}

fn http(root: &Segment) -> Value {
    let mut http = Map::new();
    let texts = [
        ("HttpURL", "/http/request/url"),
        ("HttpMethod", "/http/request/method"),
        ("UserAgent", "/http/request/user_agent"),
        ("ClientIp", "/http/request/client_ip"),
    ];
    for (member, path) in texts {
        if let Some(text) = root.text(path) {
            http.insert(member.to_owned(), json!(text));
        }
    }
    if let Some(status) = root.number("/http/response/status") {
        http.insert("HttpStatus".to_owned(), json!(status as i64));
    }
    Value::Object(http)
}

fn annotations(trace: &Trace) -> Value {
    let mut by_key: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for annotation in &trace.annotations {
        let kind = match annotation.value {
            Value::Number(_) => "NumberValue",
            Value::Bool(_) => "BooleanValue",
            _ => "StringValue",
        };
        let services: Vec<Value> =
            annotation.segments.iter().filter_map(|&at| trace.segments.get(at)).map(service_id).collect();
        let value = json!({ "AnnotationValue": { kind: annotation.value }, "ServiceIds": services });
        by_key.entry(&annotation.key).or_default().push(value);
    }
    json!(by_key)
}

fn users(trace: &Trace) -> Vec<Value> {
    let mut by_name: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for segment in &trace.segments {
        if let Some(user) = segment.text("/user") {
            by_name.entry(user).or_default().push(service_id(segment));
        }
    }
    by_name.into_iter().map(|(name, services)| json!({ "UserName": name, "ServiceIds": services })).collect()
}

/// The root as its own cause, with the exceptions that it names.
fn root_causes(root: Option<&Segment>, flag: &str) -> Value {
    let Some(root) = root.filter(|root| root.flag(flag)) else { return json!([]) };
    let exceptions = root.document.pointer("/cause/exceptions").and_then(Value::as_array).into_iter().flatten();
    let exceptions: Vec<Value> =
        exceptions.map(|exception| json!({ "Name": exception.get("type"), "Message": exception.get("message") })).collect();
    let mut service = service_id(root);
    service["Inferred"] = json!(false);
    service["EntityPath"] = json!([{ "Name": root.name, "Exceptions": exceptions, "Remote": false }]);
    json!([{ "Services": [service], "ClientImpacting": true }])
}
