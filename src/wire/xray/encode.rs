//! A span as a segment document: what X-Ray takes of applications that speak OTLP or Zipkin's protocol.
//!
//! Fields, their meaning and their limits: <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>. A service's own
//! record of a request is a segment, everything else a subsegment that is sent apart; semantic conventions become X-Ray's blocks,
//! and what has no place there stays under its own name in `metadata`, so that nothing is dropped. The reverse is `convert`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use super::attributes::{CALL, Names, REQUEST, RESPONSE, SERVICE, SQL};
use crate::model::{Attributes, Span, SpanKind, Spelling, Time, TraceId, Value};

/// Characters of a name.
const LONGEST_NAME: usize = 200;

/// The document; or why X-Ray cannot carry the span.
pub fn document(trace: &TraceId, span: &Span) -> Result<String, &'static str> {
    if trace.bytes().is_none() {
        return Err("its trace id is not 16 bytes");
    }
    let Some(id) = span.id.bytes() else { return Err("its span id is not 8 bytes") };
    let segment = span.parent.is_none() || matches!(span.kind, SpanKind::Server | SpanKind::Consumer);
    let mut out = Map::new();
    out.insert("trace_id".into(), trace.clone().spelled(Spelling::XRay).to_string().into());
    out.insert("id".into(), span.id.to_string().into());
    out.insert("name".into(), name(span, segment).into());
    out.insert("start_time".into(), seconds(span.start));
    match span.end {
        Some(end) => out.insert("end_time".into(), seconds(end)),
        None => out.insert("in_progress".into(), true.into()),
    };
    if let Some(parent) = &span.parent {
        let Some(_) = parent.bytes() else { return Err("its parent's id is not 8 bytes") };
        out.insert("parent_id".into(), parent.to_string().into());
    }
    if segment {
        let resource = &span.resource.attributes;
        insert(&mut out, "origin", resource.str("aws.xray.origin").map(Json::from));
        insert(&mut out, "service", block(resource, &SERVICE));
    } else {
        out.insert("type".into(), "subsegment".into());
        if span.kind == SpanKind::Client {
            let namespace = if span.attributes.str("rpc.system") == Some("aws-api") { "aws" } else { "remote" };
            out.insert("namespace".into(), namespace.into());
        }
    }
    let mut http = Map::new();
    insert(&mut http, "request", block(&span.attributes, &[&REQUEST[..], &ADDRESS].concat()));
    // Zipkin's senders write numbers as text.
    let mut response = Map::new();
    for (theirs, ours) in &RESPONSE {
        let number = ours.iter().find_map(|name| span.attributes.get(name)).and_then(number);
        insert(&mut response, theirs, number.map(Json::from));
    }
    insert(&mut http, "response", Some(Json::Object(response)).filter(|response| response != &json!({})));
    insert(&mut out, "http", Some(Json::Object(http)).filter(|http| http != &json!({})));
    insert(&mut out, "sql", block(&span.attributes, &SQL));
    if span.attributes.str("rpc.system") == Some("aws-api") {
        insert(&mut out, "aws", block(&span.attributes, &[&CALL[..], &OF_AWS].concat()));
    }
    failure(span, id, &mut out);
    if !span.links.is_empty() {
        let links = span.links.iter().map(|link| {
            let id = TraceId::from_text(&link.trace_id).spelled(Spelling::XRay).to_string();
            json!({ "trace_id": id, "id": link.span_id, "attributes": object(&link.attributes) })
        });
        out.insert("links".into(), links.collect());
    }
    out.insert("metadata".into(), metadata(span));
    Ok(Json::Object(out).to_string())
}

/// What `attributes` reads otherwise than by its name.
const ADDRESS: [(&str, [&str; 2]); 1] = [("client_ip", ["client.address", "http.client_ip"])];
const OF_AWS: [(&str, [&str; 2]); 2] =
    [("request_id", ["aws.request_id", "aws.requestId"]), ("table_names", ["aws.dynamodb.table_names", ""])];

fn block(attributes: &Attributes, names: &Names) -> Option<Json> {
    let mut block = Map::new();
    for (theirs, ours) in names {
        let value = ours.iter().find_map(|name| attributes.get(name));
        insert(&mut block, theirs, value.map(value_json));
    }
    (!block.is_empty()).then_some(Json::Object(block))
}

fn number(value: &Value) -> Option<i64> {
    value.as_int().or_else(|| value.as_str()?.trim().parse().ok())
}

fn insert(out: &mut Map<String, Json>, key: &str, value: Option<Json>) {
    if let Some(value) = value {
        out.insert(key.to_owned(), value);
    }
}

/// A segment is called as its service, a call as what it calls, and work within a service as the span.
fn name(span: &Span, segment: bool) -> String {
    let attribute = |key| span.attributes.str(key).filter(|text| !text.is_empty());
    let called = match span.kind {
        _ if segment => Some(span.service()).filter(|service| !service.is_empty()),
        SpanKind::Client | SpanKind::Producer => {
            ["peer.service", "rpc.service", "server.address", "net.peer.name"].into_iter().find_map(attribute)
        }
        _ => None,
    };
    let name: String = called
        .unwrap_or(&span.name)
        .chars()
        .map(|letter| if letter.is_alphanumeric() || " _.:/%&#=+\\-@".contains(letter) { letter } else { '_' })
        .take(LONGEST_NAME)
        .collect();
    if name.trim().is_empty() { "unnamed".to_owned() } else { name }
}

/// Seconds since 1970. A double keeps them to a quarter of a microsecond.
fn seconds(time: Time) -> Json {
    // Apart, because the nanoseconds since 1970 are too many for a double.
    ((time.0 / 1_000_000_000) as f64 + (time.0 % 1_000_000_000) as f64 / 1e9).into()
}

/// `error` is the client's fault, `fault` the server's, `throttle` a 429.
fn failure(span: &Span, id: [u8; 8], out: &mut Map<String, Json>) {
    let status = RESPONSE[0].1.iter().find_map(|name| span.attributes.get(name)).and_then(number);
    let mut set = |key: &str| out.insert(key.to_owned(), true.into());
    match status {
        Some(429) => {
            set("throttle");
            set("error");
        }
        Some(400..=499) => drop(set("error")),
        Some(500..) => drop(set("fault")),
        _ if span.is_error() => drop(set("fault")),
        _ => {}
    }
    let mut exceptions: Vec<Json> = Vec::new();
    for event in span.events.iter().filter(|event| event.name == "exception") {
        let text = |key| event.attributes.str(key).unwrap_or_default();
        let number = u64::from_be_bytes(id).wrapping_add(exceptions.len() as u64 + 1);
        exceptions.push(json!({
            "id": format!("{number:016x}"), "type": text("exception.type"), "message": text("exception.message"),
        }));
    }
    if exceptions.is_empty() && span.is_error() && !span.status.message.is_empty() {
        let number = u64::from_be_bytes(id).wrapping_add(1);
        exceptions.push(json!({ "id": format!("{number:016x}"), "message": span.status.message }));
    }
    if !exceptions.is_empty() {
        out.insert("cause".into(), json!({ "exceptions": exceptions }));
    }
}

/// All that the span says, under OpenTelemetry's names.
fn metadata(span: &Span) -> Json {
    let events = span
        .events
        .iter()
        .map(|event| json!({ "name": event.name, "time": event.time.0, "attributes": object(&event.attributes) }));
    let mut otel = json!({ "name": span.name, "kind": span.kind.name(), "status": span.status.code.name() });
    if let Some(otel) = otel.as_object_mut() {
        let text = |text: &str| Some(text).filter(|text| !text.is_empty()).map(Json::from);
        insert(otel, "status_message", text(&span.status.message));
        insert(otel, "trace_state", text(&span.trace_state));
        insert(otel, "scope", text(&span.scope.name));
        insert(otel, "scope_version", text(&span.scope.version));
        if !span.events.is_empty() {
            otel.insert("events".into(), events.collect());
        }
    }
    json!({ "default": object(&span.attributes), "resource": object(&span.resource.attributes), "otel": otel })
}

fn object(attributes: &Attributes) -> Json {
    attributes.iter().map(|(key, value)| (key.to_owned(), value_json(value))).collect::<Map<_, _>>().into()
}

/// Recursive; what was received is at most so deep as [`MAX_NESTING`](crate::wire::otlp::MAX_NESTING) says.
fn value_json(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::Str(text) => text.as_str().into(),
        Value::Bool(yes) => (*yes).into(),
        Value::Int(number) => (*number).into(),
        // JSON has no numbers for what is none.
        Value::Double(number) if !number.is_finite() => number.to_string().into(),
        Value::Double(number) => (*number).into(),
        Value::Bytes(bytes) => STANDARD.encode(bytes).into(),
        Value::Array(items) => items.iter().map(value_json).collect(),
        Value::Map(entries) => object(entries),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Event, Resource, Status, StatusCode};
    use crate::wire::arbitrary::spans;
    use crate::wire::xray::convert;

    fn span(kind: SpanKind, parent: bool, attributes: &[(&str, Value)]) -> Span {
        Span {
            id: crate::model::SpanId::from_text("00f067aa0ba902b7"),
            parent: parent.then(|| crate::model::SpanId::from_text("b7ad6b7169203331")),
            name: "GET /api".to_owned(),
            kind,
            start: Time(1_700_000_000_250_000_000),
            end: Some(Time(1_700_000_000_500_000_000)),
            attributes: attributes.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
            resource: std::sync::Arc::new(Resource::of_service("backend-flask")),
            ..Span::default()
        }
    }

    fn written(span: &Span) -> Json {
        let trace = TraceId::from_text("65f2c1a08badf00dcafebabe12345678");
        serde_json::from_str(&document(&trace, span).unwrap()).unwrap()
    }

    #[test]
    fn a_servers_span_is_a_segment_of_its_service() {
        let attributes = [
            ("http.request.method", Value::from("GET")),
            ("url.full", Value::from("http://localhost/api")),
            ("http.response.status_code", Value::Int(503)),
            ("user.id", Value::from("u1")),
        ];
        let json = written(&span(SpanKind::Server, true, &attributes));
        assert_eq!(json["trace_id"], "1-65f2c1a0-8badf00dcafebabe12345678");
        assert_eq!((&json["name"], &json["parent_id"]), (&json!("backend-flask"), &json!("b7ad6b7169203331")));
        assert_eq!((&json["start_time"], &json["end_time"]), (&json!(1_700_000_000.25), &json!(1_700_000_000.5)));
        assert_eq!(json["http"]["request"], json!({"method": "GET", "url": "http://localhost/api"}));
        assert_eq!((&json["http"]["response"]["status"], &json["fault"]), (&json!(503), &json!(true)));
        assert_eq!(json["metadata"]["default"]["user.id"], "u1");
        assert_eq!(json["metadata"]["otel"]["name"], "GET /api");
        assert!(json.get("type").is_none() && json.get("error").is_none());
    }

    #[test]
    fn a_call_is_a_subsegment_named_as_what_it_calls() {
        let aws = [("rpc.system", "aws-api".into()), ("rpc.service", "DynamoDB".into()), ("rpc.method", "Query".into())];
        let json = written(&span(SpanKind::Client, true, &aws));
        assert_eq!(
            (&json["type"], &json["namespace"], &json["name"]),
            (&json!("subsegment"), &json!("aws"), &json!("DynamoDB"))
        );
        assert_eq!(json["aws"]["operation"], "Query");
        let queue = [("rpc.system", "aws-api".into()), ("messaging.message.id", "m1".into())];
        assert_eq!(written(&span(SpanKind::Client, true, &queue))["aws"], json!({"message_id": "m1"}));
        let sql = [("db.system", "postgresql".into()), ("db.statement", "SELECT 1".into()), ("server.address", "db".into())];
        let json = written(&span(SpanKind::Client, true, &sql));
        assert_eq!((&json["namespace"], &json["name"]), (&json!("remote"), &json!("db")));
        assert_eq!(json["sql"], json!({"sanitized_query": "SELECT 1", "database_type": "postgresql"}));
    }

    #[test]
    fn what_failed_says_whose_fault_it_was_and_why() {
        let failed = |status: i64| written(&span(SpanKind::Client, true, &[("http.status_code", Value::Int(status))]));
        assert_eq!((&failed(404)["error"], &failed(404)["fault"]), (&json!(true), &Json::Null));
        assert_eq!((&failed(429)["throttle"], &failed(429)["error"]), (&json!(true), &json!(true)));
        let of_zipkin = written(&span(SpanKind::Client, true, &[("http.status_code", "404".into())]));
        assert_eq!((&of_zipkin["http"]["response"]["status"], &of_zipkin["error"]), (&json!(404), &json!(true)));
        let odd = written(&span(SpanKind::Client, true, &[("http.status_code", "many".into())]));
        assert_eq!((odd.get("http"), &odd["metadata"]["default"]["http.status_code"]), (None, &json!("many")));
        let mut thrown = span(SpanKind::Internal, true, &[]);
        thrown.status = Status { code: StatusCode::Error, message: "boom".to_owned() };
        assert_eq!(written(&thrown)["cause"]["exceptions"][0]["message"], "boom");
        let attributes = [("exception.type", Value::from("KeyError")), ("exception.message", Value::from("'id'"))];
        let attributes = attributes.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        thrown.events.push(Event { name: "exception".to_owned(), attributes, ..Event::default() });
        let json = written(&thrown);
        assert_eq!(json["fault"], true);
        assert_eq!(json["cause"]["exceptions"], json!([{"id": "00f067aa0ba902b8", "type": "KeyError", "message": "'id'"}]));
    }

    #[test]
    fn one_that_is_running_and_names_that_x_ray_does_not_allow() {
        let mut running = span(SpanKind::Internal, true, &[]);
        (running.end, running.name) = (None, "a<b>\u{1b}[31m{x}".to_owned());
        let json = written(&running);
        assert_eq!((&json["in_progress"], json.get("end_time")), (&json!(true), None));
        assert_eq!(json["name"], "a_b___31m_x_");
        assert_eq!(document(&TraceId::from_text("no-hex"), &running), Err("its trace id is not 16 bytes"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn every_span_becomes_a_document_that_reads_back_as_the_same_span(records in spans()) {
            for (trace, span) in &records {
                let document = document(trace, span).unwrap();
                let back = convert(&document).unwrap();
                prop_assert_eq!(back.len(), 1);
                let (id, read) = &back[0];
                prop_assert_eq!((id, &read.id, &read.parent), (trace, &span.id, &span.parent));
                // Seconds as a double have no room for the ends of the range.
                let told = |time: &Time| time.0 < 1 << 62;
                if span.end.as_ref().is_none_or(told) {
                    prop_assert_eq!(read.end.is_some(), span.end.is_some());
                }
                prop_assert!(read.start.0.abs_diff(span.start.0) <= 4096 || !told(&span.start));
            }
        }
    }
}
