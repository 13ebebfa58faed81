//! OTLP's log records: those of a request that belong to traces, and back to the model.
//!
//! A request of log records is built as one of spans is, with the same numbers for resources, scopes and their lists
//! (`opentelemetry/proto/logs/v1/logs.proto`), so that the same `walk` goes through it.

use std::collections::HashMap;
use std::sync::Arc;

use super::check::{self, MAX_NESTING};
use super::fields::{Broken, Fields, MESSAGES, Result};
use super::walk::{self, ABOVE_SPAN};
use super::{decode, json, select};
use crate::model::log::SIGNAL;
use crate::model::log_record::severity;
use crate::model::{Attributes, Event, LogRecord, SpanId, Time, TraceId, Value};
use crate::wire::batch::{Batch, Format};
use crate::wire::error::{Refusals, Refused, WireError};

/// What is to be kept of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Logs {
    /// The records that carry a trace id, as they came. It has no rows.
    pub batch: Batch,
    /// How many carry none, or one that is none.
    pub without_trace: usize,
    /// Records of traces that cannot be kept.
    pub refused: Vec<Refused>,
}

impl Logs {
    /// From an OTLP `ExportLogsServiceRequest`, uncompressed protobuf. Bytes that are not such a message are an error.
    pub fn from_otlp_protobuf(data: &[u8]) -> Result<Self, WireError> {
        let broken = |broken: Broken| broken.within(data);
        let mut request = walk::request(data).map_err(broken)?;
        let (mut traces, mut places) = (Vec::new(), HashMap::new());
        let (mut lines, mut without_trace, mut refusals) = (Vec::<u32>::new(), 0, Refusals::default());
        for part in &mut request {
            let fits = decode::resource(&part.resource, "").map_err(broken)?.is_some();
            for scope in &mut part.scopes {
                let fits = fits && decode::scope(&scope.scope, "").map_err(broken)?.is_some();
                let mut kept = Vec::new();
                for &message in &scope.spans {
                    match record(message).map_err(broken)? {
                        Ok((id, _)) if fits => {
                            let place = *places.entry(id.clone()).or_insert_with(|| {
                                traces.push(id);
                                lines.push(0);
                                traces.len() - 1
                            });
                            lines[place] = lines[place].saturating_add(1);
                            kept.push(message);
                        }
                        Err(Unkept::NoTrace) => without_trace += 1,
                        Ok(_) | Err(Unkept::TooDeep) => refusals.add(check::TOO_DEEP),
                    }
                }
                scope.spans = kept;
            }
        }
        let data = select::encode(&request);
        let batch = Batch { format: Format::OtlpLogs, data, traces, operations: Vec::new(), rows: Vec::new(), lines };
        Ok(Self { batch, without_trace, refused: refusals.into_vec() })
    }

    /// From an OTLP/JSON request.
    pub fn from_otlp_json(data: &[u8]) -> Result<Self, WireError> {
        let (data, note) = json::logs::to_protobuf(data)?;
        let mut logs = Self::from_otlp_protobuf(&data)?;
        let mut refusals = Refusals::default();
        refusals.extend(std::mem::take(&mut logs.refused));
        if let Some(note) = note {
            refusals.note(note);
        }
        Ok(Self { refused: refusals.into_vec(), ..logs })
    }
}

/// The records of the wanted traces in a batch of [`Format::OtlpLogs`], in its order.
pub fn read_some(data: &[u8], wanted: &dyn Fn(&TraceId) -> bool) -> Result<Vec<(TraceId, LogRecord)>, WireError> {
    let broken = |broken: Broken| broken.within(data);
    let mut records = Vec::new();
    for part in walk::request(data).map_err(broken)? {
        let resource = decode::resource(&part.resource, part.schema_url).map_err(broken)?;
        let resource = Arc::new(resource.unwrap_or_default());
        for message in part.scopes.iter().flat_map(|scope| &scope.spans) {
            if let Ok((id, mut read)) = record(message).map_err(broken)?
                && wanted(&id)
            {
                read.resource = Arc::clone(&resource);
                records.push((id, read));
            }
        }
    }
    Ok(records)
}

/// Why a record is not kept.
enum Unkept {
    NoTrace,
    TooDeep,
}

/// The fields of a `LogRecord`, without its resource.
fn record(data: &[u8]) -> Result<Result<(TraceId, LogRecord), Unkept>> {
    let (mut trace, mut span) = (&[][..], &[][..]);
    let (mut time, mut observed, mut number, mut flags) = (0, 0, 0, 0);
    let (mut severity_text, mut event_name, mut body) = ("", "", Value::Empty);
    let (mut event, mut too_deep) = (Event::default(), false);
    let mut fields = Fields::new(data, MESSAGES - ABOVE_SPAN);
    while let Some(field) = fields.next()? {
        match field.tag {
            1 => time = fields.fixed64(&field)?,
            2 => number = fields.varint(&field)? as i32,
            3 => severity_text = fields.text(&field)?,
            5 => decode::any_value(fields.message(&field)?, MAX_NESTING, &mut too_deep, &mut body)?,
            6 => decode::add(fields.message(&field)?, MAX_NESTING, &mut too_deep, &mut event.attributes)?,
            7 => event.dropped_attributes = fields.varint(&field)? as u32,
            8 => flags = fields.fixed32(&field)?,
            9 => trace = fields.bytes(&field)?,
            10 => span = fields.bytes(&field)?,
            11 => observed = fields.fixed64(&field)?,
            12 => event_name = fields.text(&field)?,
            _ => fields.skip(&field)?,
        }
    }
    let Some(trace) = trace.try_into().ok().filter(|bytes| *bytes != [0; 16]) else { return Ok(Err(Unkept::NoTrace)) };
    if too_deep {
        return Ok(Err(Unkept::TooDeep));
    }
    event.time = Time(if time == 0 { observed } else { time });
    let word = severity(number);
    let names = [event_name, severity_text, word, "log"];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or_default().clone_into(&mut event.name);
    let told = &mut event.attributes;
    told.push(SIGNAL, "log");
    tell(told, "body", body);
    tell(told, "severity", Value::from(word));
    tell(told, "severity_text", Value::from(severity_text));
    if number != 0 {
        told.push("severity_code", i64::from(number));
    }
    if flags != 0 {
        told.push("flags", i64::from(flags));
    }
    let span = <[u8; 8]>::try_from(span).ok().filter(|bytes| *bytes != [0; 8]).map(SpanId::from_bytes);
    Ok(Ok((TraceId::from_bytes(trace), LogRecord { span, event, ..LogRecord::default() })))
}

/// What is there.
fn tell(attributes: &mut Attributes, key: &str, value: Value) {
    if value != Value::Empty && value.as_str() != Some("") {
        attributes.push(key, value);
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue};
    use opentelemetry_proto::tonic::logs::v1 as proto;
    use opentelemetry_proto::tonic::resource::v1::Resource;
    use proptest::prelude::*;
    use prost::Message as _;

    use super::*;

    fn any(value: Any) -> AnyValue {
        AnyValue { value: Some(value) }
    }

    fn entry(key: &str, value: Any) -> KeyValue {
        KeyValue { key: key.to_owned(), value: Some(any(value)), key_strindex: 0 }
    }

    fn line(trace: Vec<u8>, text: &str) -> proto::LogRecord {
        proto::LogRecord {
            time_unix_nano: 5,
            severity_number: 13,
            severity_text: "WARNING".to_owned(),
            body: Some(any(Any::StringValue(text.to_owned()))),
            attributes: vec![entry("code.lineno", Any::IntValue(7))],
            flags: 1,
            trace_id: trace,
            span_id: vec![2; 8],
            ..proto::LogRecord::default()
        }
    }

    fn request(lines: Vec<proto::LogRecord>) -> Vec<u8> {
        let attributes = vec![entry("service.name", Any::StringValue("web".to_owned()))];
        let resource = Some(Resource { attributes, ..Resource::default() });
        let scope_logs = vec![proto::ScopeLogs { log_records: lines, ..proto::ScopeLogs::default() }];
        let resource_logs = vec![proto::ResourceLogs { resource, scope_logs, ..proto::ResourceLogs::default() }];
        ExportLogsServiceRequest { resource_logs }.encode_to_vec()
    }

    fn trace(byte: u8) -> TraceId {
        TraceId::from_bytes([byte; 16])
    }

    #[test]
    fn a_record_is_an_event_by_the_names_that_honeycomb_gives() {
        let logs = Logs::from_otlp_protobuf(&request(vec![line(vec![7; 16], "slow")])).unwrap();
        let read = read_some(&logs.batch.data, &|_| true).unwrap();
        let [(id, record)] = read.as_slice() else { panic!("{read:?}") };
        assert_eq!((id, record.span.clone(), record.resource.service()), (&trace(7), Some(SpanId::from_bytes([2; 8])), "web"));
        let told: Vec<_> = record.event.attributes.iter().map(|(key, value)| format!("{key}={value}")).collect();
        insta::assert_snapshot!(
            format!("{} {} {}", record.event.time.0, record.event.name, told.join(" ")),
            @"5 WARNING code.lineno=7 meta.signal_type=log body=slow severity=warn severity_text=WARNING severity_code=13 flags=1"
        );
    }

    #[test]
    fn what_has_no_time_or_name_of_its_own_has_the_next_best() {
        let bare = proto::LogRecord { observed_time_unix_nano: 9, trace_id: vec![7; 16], ..proto::LogRecord::default() };
        let named = proto::LogRecord { event_name: "user.login".to_owned(), severity_number: 9, ..bare.clone() };
        let severe = proto::LogRecord { severity_number: 17, ..bare.clone() };
        let logs = Logs::from_otlp_protobuf(&request(vec![bare, named, severe])).unwrap();
        let read = read_some(&logs.batch.data, &|_| true).unwrap();
        let told: Vec<_> = read.iter().map(|(_, record)| (record.event.time.0, record.event.name.as_str())).collect();
        assert_eq!(told, [(9, "log"), (9, "user.login"), (9, "error")]);
        assert_eq!(read[0].1.span, None);
    }

    #[test]
    fn records_of_traces_are_kept_by_trace_and_the_others_are_counted() {
        let lines = [vec![7; 16], vec![], vec![8; 16], vec![0; 16], vec![7; 16], vec![7; 15]].map(|id| line(id, "x"));
        let logs = Logs::from_otlp_protobuf(&request(lines.to_vec())).unwrap();
        assert_eq!((logs.without_trace, logs.refused.len()), (3, 0));
        assert_eq!((logs.batch.traces.as_slice(), logs.batch.lines.as_slice()), (&[trace(7), trace(8)][..], &[2, 1][..]));
        assert_eq!(Logs::from_otlp_protobuf(&logs.batch.data).unwrap(), Logs { without_trace: 0, ..logs.clone() });
        assert_eq!(read_some(&logs.batch.data, &|id| *id == trace(8)).unwrap().len(), 1);
        let none = Logs::from_otlp_protobuf(&request(vec![line(vec![], "x")])).unwrap();
        assert_eq!((none.batch.data.len(), none.batch.traces.len()), (0, 0));
    }

    #[test]
    fn a_value_that_nests_too_deep_costs_its_record_and_no_other() {
        let deep =
            (0..=MAX_NESTING).fold(Any::IntValue(1), |inner, _| Any::ArrayValue(ArrayValue { values: vec![any(inner)] }));
        let mut bad = line(vec![7; 16], "x");
        bad.body = Some(any(deep));
        let logs = Logs::from_otlp_protobuf(&request(vec![bad, line(vec![7; 16], "y")])).unwrap();
        assert_eq!(logs.refused, [Refused { count: 1, reason: check::TOO_DEEP.to_owned() }]);
        assert_eq!(logs.batch.lines, [1]);
    }

    #[test]
    fn json_says_the_same() {
        let json = r#"{"resourceLogs": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "web"}}]},
            "scopeLogs": [{"scope": {}, "logRecords": [{"timeUnixNano": "5", "severityNumber": SEVERITY, "severityText": "WARNING",
            "body": {"stringValue": "slow"}, "attributes": [{"key": "code.lineno", "value": {"intValue": "7"}}], "flags": 1,
            "traceId": "07070707070707070707070707070707", "spanId": "0202020202020202", "droppedAttributesCount": null}]}]}]}"#;
        let protobuf = read_some(&request(vec![line(vec![7; 16], "slow")]), &|_| true).unwrap();
        for severity in ["13", "\"SEVERITY_NUMBER_WARN\"", "\"13\""] {
            let logs = Logs::from_otlp_json(json.replace("SEVERITY", severity).as_bytes()).unwrap();
            assert_eq!(
                (read_some(&logs.batch.data, &|_| true).unwrap(), logs.refused.len()),
                (protobuf.clone(), 0),
                "{severity}"
            );
        }
        let mended = Logs::from_otlp_json(json.replace("SEVERITY", "NaN").as_bytes()).unwrap();
        assert!(mended.refused[0].is_note() && mended.batch.lines == [1], "{:?}", mended.refused);
        for broken in ["", " ", "{", "[}"] {
            assert!(Logs::from_otlp_json(broken.as_bytes()).is_err(), "{broken:?}");
        }
        assert_eq!(Logs::from_otlp_json(b"{}").unwrap().batch.traces, []);
    }

    proptest! {
        /// prost reads a request of log records as we do, or both refuse it.
        #[test]
        fn what_is_received_is_what_can_be_decoded(at in 0_usize..200, byte: u8, cut in 0_usize..400) {
            let mut data = request(vec![line(vec![7; 16], "slow"), line(vec![8; 16], "\u{e9}")]);
            let place = at % data.len();
            data[place] = byte;
            data.truncate(cut.max(1));
            let read = Logs::from_otlp_protobuf(&data);
            prop_assert_eq!(read.is_ok(), ExportLogsServiceRequest::decode(data.as_slice()).is_ok());
            if let Ok(logs) = read {
                let lines: u32 = logs.batch.lines.iter().sum();
                prop_assert_eq!(read_some(&logs.batch.data, &|_| true).unwrap().len(), lines as usize);
            }
        }
    }
}
