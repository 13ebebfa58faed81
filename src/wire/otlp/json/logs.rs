//! An OTLP/JSON request of log records, as the protobuf request that says the same. As lenient as for spans.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1 as proto;
use prost::Message as _;
use serde::de::{DeserializeSeed as _, IgnoredAny, MapAccess};

use super::enumeration::Enum;
use super::parts::{Id, JsonResource, JsonScope, Reader, Request, Several, id};
use super::value::{Any, Entries};
use crate::wire::error::WireError;
use crate::wire::lenient::{Each, Number, Text, object};
use crate::wire::mend;
use crate::wire::otlp::check::MAX_NESTING;
use crate::wire::otlp::encode::{attributes, resource_message, scope_message, value};
use crate::wire::text;

const FORMAT: &str = "OTLP/JSON";

/// What a request's list is called.
const LISTS: &[&str] = &["resourceLogs", "resource_logs"];
/// What the names of severities begin with in protobuf.
const SEVERITY: &str = "SEVERITY_NUMBER_";
/// Severities by their numbers: <https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber>.
const SEVERITIES: [&str; 25] = [
    "unspecified",
    "trace",
    "trace2",
    "trace3",
    "trace4",
    "debug",
    "debug2",
    "debug3",
    "debug4",
    "info",
    "info2",
    "info3",
    "info4",
    "warn",
    "warn2",
    "warn3",
    "warn4",
    "error",
    "error2",
    "error3",
    "error4",
    "fatal",
    "fatal2",
    "fatal3",
    "fatal4",
];

/// The bytes of the `ExportLogsServiceRequest` that an OTLP/JSON request is, and what had to be put right in it. Ids that are no hex are
/// left empty.
pub(in crate::wire::otlp) fn to_protobuf(data: &[u8]) -> Result<(Vec<u8>, Option<String>), WireError> {
    text::not_empty(FORMAT, data)?;
    let read = |data: &[u8]| {
        let mut request = ExportLogsServiceRequest::default();
        let mut read = ResourceLogs(&mut request);
        text::documents(FORMAT, data, |document| Request { lists: LISTS, reader: &mut read }.deserialize(document))
            .map(|()| (request, None))
    };
    let (request, note) = mend::read(data, read, |(_, note), mended| *note = Some(mended))?;
    Ok((request.encode_to_vec(), note))
}

struct ResourceLogs<'o>(&'o mut ExportLogsServiceRequest);

impl Reader for ResourceLogs<'_> {
    fn read<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        let mut resource = JsonResource::default();
        let mut schema_url = Text::default();
        let mut scope_logs = Vec::new();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key.0 {
                "resource" => resource = map.next_value()?,
                "schemaUrl" | "schema_url" => schema_url = map.next_value()?,
                "scopeLogs" | "scope_logs" => map.next_value_seed(Several(ScopeLogs(&mut scope_logs)))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let resource = resource.into_model(schema_url);
        self.0.resource_logs.push(proto::ResourceLogs {
            resource: Some(resource_message(&resource)),
            scope_logs,
            schema_url: resource.schema_url,
        });
        Ok(())
    }
}

struct ScopeLogs<'o>(&'o mut Vec<proto::ScopeLogs>);

impl Reader for ScopeLogs<'_> {
    fn read<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        let mut scope = JsonScope::default();
        let mut schema_url = Text::default();
        let mut log_records = Vec::new();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key.0 {
                "scope" => scope = map.next_value()?,
                "schemaUrl" | "schema_url" => schema_url = map.next_value()?,
                "logRecords" | "log_records" => {
                    map.next_value_seed(Each::new(|record: JsonRecord<'de>| log_records.push(record.into_message())))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let scope = scope.into_model(schema_url);
        self.0.push(proto::ScopeLogs { scope: Some(scope_message(&scope)), log_records, schema_url: scope.schema_url });
        Ok(())
    }
}

object! {
    struct JsonRecord<'a> {
        time: Number = "timeUnixNano" | "time_unix_nano",
        observed: Number = "observedTimeUnixNano" | "observed_time_unix_nano",
        severity: Enum<'a> = "severityNumber" | "severity_number",
        severity_text: Text<'a> = "severityText" | "severity_text",
        event_name: Text<'a> = "eventName" | "event_name",
        body: Any = "body",
        attributes: Entries = "attributes",
        dropped_attributes: Number = "droppedAttributesCount" | "dropped_attributes_count",
        flags: Number = "flags",
        trace_id: Text<'a> = "traceId" | "trace_id" | "traceID",
        span_id: Text<'a> = "spanId" | "span_id" | "spanID",
    }
}

impl JsonRecord<'_> {
    fn into_message(self) -> proto::LogRecord {
        proto::LogRecord {
            time_unix_nano: self.time.unsigned(),
            observed_time_unix_nano: self.observed.unsigned(),
            severity_number: self.severity.number(SEVERITY, SEVERITIES),
            severity_text: self.severity_text.into_string(),
            event_name: self.event_name.into_string(),
            body: Some(value(&self.body.0, MAX_NESTING)),
            attributes: attributes(&self.attributes.0, MAX_NESTING),
            dropped_attributes_count: self.dropped_attributes.unsigned(),
            flags: self.flags.unsigned(),
            trace_id: bytes::<16>(&self.trace_id.0),
            span_id: bytes::<8>(&self.span_id.0),
        }
    }
}

fn bytes<const N: usize>(text: &str) -> Vec<u8> {
    match id::<N>(text) {
        Some(Id::Bytes(bytes)) => bytes.to_vec(),
        Some(Id::Text(_)) | None => Vec::new(),
    }
}
