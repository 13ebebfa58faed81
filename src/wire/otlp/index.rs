//! A protobuf request to a batch: checked, and every span in it given a row.

use std::collections::HashMap;

use super::{check, decode, encode, fields, walk};
use crate::model::{Span, SpanKind, Time, TraceId};
use crate::wire::batch::{Batch, Format, Indexer, Row};
use crate::wire::error::{Refusals, Refused, WireError};

impl Batch {
    /// From an OTLP `ExportTraceServiceRequest`, uncompressed protobuf. Spans that cannot be kept are refused one by one and
    /// keep their place in the data; bytes that are not such a message are an error.
    pub fn from_otlp_protobuf(data: Vec<u8>) -> Result<(Self, Vec<Refused>), WireError> {
        let (batch, refused) = index(&data)?;
        Ok((Self { data, ..batch }, refused))
    }

    /// From spans that are there already, as OTLP protobuf. What OTLP cannot carry is refused.
    pub fn from_spans(spans: &[(TraceId, Span)]) -> (Self, Vec<Refused>) {
        let (data, refused) = encode(spans.iter().map(|(id, span)| (id, span)));
        let (mut batch, none) = Self::from_otlp_protobuf(data).expect("what was encoded here can be read, which a law tests");
        debug_assert_eq!(none, [], "the encoder refuses what the reader would");
        // Of the spellings of a trace id OTLP knows one; the index keeps the one in which it came.
        let spellings: HashMap<_, _> = spans.iter().map(|(id, _)| (id, id.spelling())).collect();
        for id in &mut batch.traces {
            *id = id.clone().spelled(spellings.get(id).copied().unwrap_or_default());
        }
        (batch, refused)
    }
}

/// A batch without its data.
fn index(data: &[u8]) -> Result<(Batch, Vec<Refused>), WireError> {
    let broken = |broken: fields::Broken| broken.within(data);
    let request = walk::request(data).map_err(broken)?;
    // Decoded before the spans, which borrow from the data only, so that names of services outlive the loop.
    let mut services = Vec::with_capacity(request.len());
    for part in &request {
        let resource = decode::resource(&part.resource, "").map_err(broken)?;
        services.push(resource.map(|resource| resource.service().to_owned()));
    }
    let mut indexer = Indexer::default();
    let mut refusals = Refusals::default();
    for (part, service) in request.iter().zip(&services) {
        let number = indexer.service(Some(service.as_deref().unwrap_or_default()));
        for scope in &part.scopes {
            let fits = decode::scope(&scope.scope, "").map_err(broken)?.is_some() && service.is_some();
            for bytes in &scope.spans {
                let span = walk::span(bytes).map_err(broken)?;
                match if fits { span.ids() } else { Err(check::TOO_DEEP) } {
                    Ok(ids) => {
                        let trace = indexer.trace(&TraceId::from_bytes(ids.trace));
                        let alone = span.inherits && service.as_deref().is_none_or(str::is_empty);
                        let number = if alone { indexer.service(None) } else { number };
                        let operation = indexer.operation(number, span.name, SpanKind::from_number(span.kind));
                        let (start, end, error) = (Time(span.start), span.end(), span.status == 2);
                        indexer.rows.push(Row {
                            trace,
                            operation,
                            id: ids.id,
                            parent: ids.parent,
                            start,
                            end,
                            error,
                            inferred: span.inferred,
                        });
                    }
                    Err(reason) => refusals.add(reason),
                }
            }
        }
    }
    Ok((indexer.finish(Format::OtlpProtobuf, Vec::new()), refusals.into_vec()))
}
