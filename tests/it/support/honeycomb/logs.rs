//! Log records as rows: `otlp/logs.go` of <https://github.com/honeycombio/husky>. Those that belong to a span are annotations of it.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use serde_json::Value;

use super::fields::{Fields, json_line};
use super::ingest::{hex, service_of, trace_id};
use super::otlp_json::{any, attributes, id, list, number, resource_attributes, scope, text};
use super::row::{Cell, Row};

/// The rows of a request in JSON, or `None` where it is none. `header` is the dataset for what has no service.
pub(super) fn rows(request: &Value, header: Option<&str>, now_ns: u64) -> Option<Vec<Row>> {
    request.is_object().then_some(())?;
    let of_resources = list(request, "resourceLogs", |of_resource| {
        let resource = Fields::resource(&resource_attributes(of_resource)?, &text(of_resource, "schemaUrl")?);
        let dataset = service_of(&resource).or(header).unwrap_or("unknown_log_source");
        let of_scopes = list(of_resource, "scopeLogs", |of_scope| {
            let scope = Fields::scope(Some(&scope(of_scope)?), &text(of_scope, "schemaUrl")?);
            list(of_scope, "logRecords", |record| {
                let mut fields = fields(record)?;
                fields.weaker(&scope);
                fields.weaker(&resource);
                // What a record says of itself is the weakest: `fields` has put only its attributes before the others.
                fields.weaker(&own(record)?);
                let (time_ns, sample_rate) = (number(record, "timeUnixNano")?, fields.sample_rate(""));
                Some(Row { dataset: dataset.to_owned(), time_ns, ingested_ns: now_ns, sample_rate, fields: fields.cells })
            })
        });
        Some(of_scopes?.into_iter().flatten().collect::<Vec<_>>())
    });
    Some(of_resources?.into_iter().flatten().collect())
}

fn fields(record: &Value) -> Option<Fields> {
    let mut fields = Fields::default();
    fields.attributes(&attributes(record)?);
    Some(fields)
}

fn own(record: &Value) -> Option<Fields> {
    let mut fields = Fields::default();
    let code = number(record, "severityNumber")?;
    fields.text("severity", severity(code));
    fields.set("severity_code", Cell::Int(code as i64));
    fields.text("meta.signal_type", "log");
    fields.set("flags", Cell::Int(number(record, "flags")? as i64));
    let (trace, span) = (id(record, "traceId")?, id(record, "spanId")?);
    if !trace.is_empty() {
        fields.text("trace.trace_id", trace_id(&trace));
        fields.text("meta.annotation_type", "span_event");
    }
    if !span.is_empty() {
        fields.text("trace.parent_id", hex(&span));
    }
    for (key, name) in [("severityText", "severity_text"), ("eventName", "event.name")] {
        let text = text(record, key)?;
        if !text.is_empty() {
            fields.text(name, text);
        }
    }
    let body = record.get("body").filter(|body| !body.is_null()).map_or(Some(None), |body| any(body).map(Some))?;
    if let Some(value) = body.and_then(|body| body.value) {
        fields.value("body", &value, 0);
        if matches!(value, Any::KvlistValue(_)) {
            fields.text("body", json_line(&value));
        }
    }
    Some(fields)
}

fn severity(code: u64) -> &'static str {
    match code {
        1..=4 => "trace",
        5..=8 => "debug",
        9..=12 => "info",
        13..=16 => "warn",
        17..=20 => "error",
        21..=24 => "fatal",
        _ => "unspecified",
    }
}
