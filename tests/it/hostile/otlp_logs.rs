//! Bodies that are nearly requests of log records. What is to become of each is what prost's decoder, or `serde_json`'s tree, says.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message as _;

use super::mutate::{Dice, mutated, tree};
use super::otlp_protobuf::{depth, field, message, nested};

/// How deep a value's lists may be within each other.
const MAX_NESTING: usize = 24;

/// A body, and what is to become of it: how many of its records are kept, refused, and of no trace. `None`: it cannot be read.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) name: String,
    pub(super) body: Vec<u8>,
    pub(super) fate: Option<[u64; 3]>,
}

fn value(text: &str) -> AnyValue {
    AnyValue { value: Some(Value::StringValue(text.to_owned())) }
}

fn record(seed: u64, number: u64) -> LogRecord {
    let trace_id = [seed.to_be_bytes(), number.to_be_bytes()].concat();
    let attributes = vec![KeyValue { key: "line".to_owned(), value: Some(value("seven")), key_strindex: 0 }];
    let (time_unix_nano, severity_text) = (1_800_000_000_000_000_000, "WARN".to_owned());
    LogRecord {
        time_unix_nano,
        severity_number: 13,
        severity_text,
        body: Some(value("slow")),
        attributes,
        trace_id,
        span_id: vec![7; 8],
        ..LogRecord::default()
    }
}

/// A request of two records of one trace and one of none.
pub(super) fn request(seed: u64, number: u64) -> Vec<u8> {
    let none = LogRecord { trace_id: Vec::new(), ..record(seed, number) };
    of(vec![record(seed, number), none, LogRecord { body: Some(value("again")), ..record(seed, number) }])
}

fn of(log_records: Vec<LogRecord>) -> Vec<u8> {
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    ExportLogsServiceRequest { resource_logs: vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }] }.encode_to_vec()
}

pub(super) fn protobuf(seed: u64) -> Vec<Lines> {
    let whole = request(seed, 0);
    let deep = |number, levels| of(vec![LogRecord { body: Some(nested(levels)), ..record(seed, number) }]);
    let inner = |content: &[u8]| message(1, &message(2, &message(2, content)));
    let mut bodies = vec![
        ("nothing".to_owned(), Vec::new()),
        ("a body that nests as deep as it may".to_owned(), deep(900, MAX_NESTING)),
        ("a body that nests one deeper".to_owned(), deep(901, MAX_NESTING + 1)),
        ("a body that nests beyond all".to_owned(), deep(902, 60)),
        ("a trace id of 15 bytes".to_owned(), of(vec![LogRecord { trace_id: vec![1; 15], ..record(seed, 0) }])),
        ("a trace id of zeros".to_owned(), of(vec![LogRecord { trace_id: vec![0; 16], ..record(seed, 0) }])),
        ("a span id of 9 bytes".to_owned(), of(vec![LogRecord { span_id: vec![1; 9], ..record(seed, 903) }])),
        ("a text that is no UTF-8".to_owned(), inner(&message(3, b"\xff"))),
        ("a length beyond the end".to_owned(), inner(&field(6, 1 << 40, b""))),
        ("a time that is a text".to_owned(), inner(&message(1, b"12345678"))),
    ];
    bodies.extend((0..whole.len()).step_by(7).map(|length| (format!("cut off at {length}"), whole[..length].to_vec())));
    let mut dice = Dice::new(seed);
    bodies.extend((1..=160).map(|number| (format!("mutation {number}"), mutated(&mut dice, &request(seed, number)))));
    bodies
        .into_iter()
        .map(|(name, body)| {
            let fate = ExportLogsServiceRequest::decode(body.as_slice()).ok().map(|request| fate(&request));
            Lines { name, body, fate }
        })
        .collect()
}

fn fate(request: &ExportLogsServiceRequest) -> [u64; 3] {
    let deep = |attributes: &[KeyValue]| attributes.iter().any(|attribute| depth(attribute.value.as_ref()) > MAX_NESTING);
    let (mut kept, mut refused, mut without_trace) = (0, 0, 0);
    for part in &request.resource_logs {
        let all = part.resource.as_ref().is_some_and(|resource| deep(&resource.attributes));
        for scope in &part.scope_logs {
            let all = all || scope.scope.as_ref().is_some_and(|scope| deep(&scope.attributes));
            for record in &scope.log_records {
                if record.trace_id.len() != 16 || record.trace_id.iter().all(|byte| *byte == 0) {
                    without_trace += 1;
                } else if all || deep(&record.attributes) || depth(record.body.as_ref()) > MAX_NESTING {
                    refused += 1;
                } else {
                    kept += 1;
                }
            }
        }
    }
    [kept, refused, without_trace]
}

/// Of JSON only whether it can be read is foretold, and of what is cut off that it cannot.
pub(super) fn json(seed: u64) -> Vec<(String, Vec<u8>, bool)> {
    let whole = |number: u64| {
        format!(
            r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"web"}}}}]}},"scopeLogs":[{{"scope":{{"name":"it"}},"logRecords":[{{"timeUnixNano":"1800000000000000000","severityNumber":"SEVERITY_NUMBER_WARN","body":{{"stringValue":"slow\u00e9"}},"attributes":[{{"key":"n","value":{{"intValue":"7"}}}}],"traceId":"{seed:016x}{number:016x}","spanId":"00000000000000aa"}},{{"body":{{"arrayValue":{{"values":[{{"doubleValue":1.5}}]}}}},"traceId":"","flags":1}}]}}]}}]}}"#
        )
    };
    let first = whole(0);
    let mut bodies: Vec<_> = (1..first.len())
        .step_by(11)
        .map(|length| (format!("cut off at {length}"), first.as_bytes()[..length].to_vec(), false))
        .collect();
    let mut dice = Dice::new(seed);
    bodies.extend((1..=160).map(|number| {
        let body = mutated(&mut dice, whole(number).as_bytes());
        let is_read = tree(&body).is_some_and(|tree| tree.is_object());
        (format!("mutation {number}"), body, is_read)
    }));
    bodies
}
