//! A protobuf request to a batch: checked, and every span in it given a row.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use prost::Message as _;

use super::{check, encode};
use crate::model::{Span, SpanKind, Time, TraceId};
use crate::wire::batch::{Batch, Format, Indexer, Row};
use crate::wire::error::{Refusals, Refused, WireError};

impl Batch {
    /// From an OTLP `ExportTraceServiceRequest`, uncompressed protobuf. Spans that cannot be kept are refused one by one and
    /// keep their place in the data; bytes that are not such a message are an error.
    pub fn from_otlp_protobuf(data: Vec<u8>) -> Result<(Self, Vec<Refused>), WireError> {
        let request =
            ExportTraceServiceRequest::decode(data.as_slice()).map_err(|error| WireError::new("OTLP protobuf", error))?;
        let (indexer, refused) = index(&request);
        let batch = indexer.finish(Format::OtlpProtobuf, Vec::new());
        Ok((Self { data, ..batch }, refused))
    }

    /// From spans that are there already, as OTLP protobuf. What OTLP cannot carry is refused.
    pub fn from_spans(spans: &[(TraceId, Span)]) -> (Self, Vec<Refused>) {
        let (request, refused) = encode::request(spans.iter().map(|(id, span)| (id, span)));
        let mut refusals = Refusals::default();
        refusals.extend(refused);
        let (indexer, refused) = index(&request);
        refusals.extend(refused);
        (indexer.finish(Format::OtlpProtobuf, request.encode_to_vec()), refusals.into_vec())
    }
}

fn index(request: &ExportTraceServiceRequest) -> (Indexer<'_>, Vec<Refused>) {
    let mut indexer = Indexer::default();
    let mut refusals = Refusals::default();
    for resource in &request.resource_spans {
        let attributes = resource.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
        let service = indexer.service(Some(service_name(attributes)));
        let fits = check::all_fit(attributes);
        for scope in &resource.scope_spans {
            let fits = fits && scope.scope.as_ref().is_none_or(|scope| check::all_fit(&scope.attributes));
            for span in &scope.spans {
                match if fits { check::span(span) } else { Err(check::TOO_DEEP) } {
                    Ok(ids) => {
                        let trace = indexer.trace(&ids.trace_id());
                        let operation = indexer.operation(service, &span.name, SpanKind::from_number(span.kind));
                        indexer.rows.push(Row {
                            trace,
                            operation,
                            id: ids.id,
                            parent: ids.parent,
                            start: Time(span.start_time_unix_nano),
                            end: Some(Time(span.end_time_unix_nano)).filter(|end| !end.is_unknown()),
                            error: span.status.as_ref().is_some_and(|status| status.code == 2),
                        });
                    }
                    Err(reason) => refusals.add(reason),
                }
            }
        }
    }
    (indexer, refusals.into_vec())
}

/// As [`crate::model::Resource::service`] has it: of several, the last, if it is text.
fn service_name(attributes: &[KeyValue]) -> &str {
    let last = attributes.iter().rev().find(|entry| entry.key == "service.name");
    match last.and_then(|entry| entry.value.as_ref()).and_then(|value| value.value.as_ref()) {
        Some(Any::StringValue(name)) => name,
        _ => "",
    }
}
