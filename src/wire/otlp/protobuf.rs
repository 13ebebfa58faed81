//! OTLP protobuf to the model.
//!
//! Reading one trace out of a batch leaves every span as a slice of the batch and looks only at its trace id, which costs a
//! small part of decoding it.

use std::sync::Arc;

use super::{check, decode, fields, walk};
use crate::model::{Span, TraceId};
use crate::wire::error::{Refusals, Refused, WireError};
use crate::wire::read::{Records, Take};

/// All spans that can be kept, in order.
pub(crate) fn read_all(data: &[u8]) -> Result<Records, WireError> {
    let mut out = Vec::new();
    read(data, None, &mut |record, of| push(&mut out, record, of), |_| {})?;
    Ok(out)
}

/// All spans that can be kept, in order, and those that cannot. A file of zero requests is none of this format: almost any bytes
/// are.
pub(crate) fn read_file(data: &[u8]) -> Result<(Records, Vec<Refused>), WireError> {
    let mut out = Vec::new();
    let mut refusals = Refusals::default();
    if read(data, None, &mut |record, of| push(&mut out, record, of), |reason| refusals.add(reason))? == 0 {
        return Err(WireError::new("OTLP protobuf", "there is no request in it"));
    }
    Ok((out, refusals.into_vec()))
}

/// Adds one of so many.
fn push(out: &mut Records, record: (TraceId, Span), of: usize) {
    if out.is_empty() {
        out.reserve_exact(of);
    }
    out.push(record);
}

/// Gives away the spans of the wanted traces that can be kept, in order.
pub(crate) fn read_some(data: &[u8], wanted: &dyn Fn(&TraceId) -> bool, take: Take<'_>) -> Result<(), WireError> {
    let wanted = |id: &[u8]| <[u8; 16]>::try_from(id).is_ok_and(|id| wanted(&TraceId::from_bytes(id)));
    read(data, Some(&wanted), &mut |(id, span), _| take(id, span), |_| {})?;
    Ok(())
}

/// Whether a trace is wanted, by the bytes of its id.
type Wanted<'a> = &'a dyn Fn(&[u8]) -> bool;

/// Gives each record to `keep`, with the number of spans in the request, and answers how many resources there are.
fn read(
    data: &[u8],
    wanted: Option<Wanted<'_>>,
    keep: &mut impl FnMut((TraceId, Span), usize),
    mut refuse: impl FnMut(&'static str),
) -> Result<usize, WireError> {
    let broken = |broken: fields::Broken| broken.within(data);
    let request = walk::request(data).map_err(broken)?;
    let spans = request.iter().flat_map(|part| &part.scopes).map(|part| part.spans.len()).sum();
    let mut keys = decode::Keys::default();
    for resource_spans in &request {
        // Decoded when the first span is wanted, and shared by the others.
        let mut resource = None;
        for scope_spans in &resource_spans.scopes {
            let mut scope = None;
            for &bytes in &scope_spans.spans {
                // What begins with the id of one that is wanted is most probably that one, and is checked below.
                if let Some(wanted) = wanted
                    && !wanted(walk::first_trace_id(bytes).map_err(broken)?)
                    && !wanted(walk::trace_id(bytes).map_err(broken)?)
                {
                    continue;
                }
                let resource = match &resource {
                    Some(resource) => resource,
                    None => resource.insert(
                        decode::resource(&resource_spans.resource, resource_spans.schema_url).map_err(broken)?.map(Arc::new),
                    ),
                };
                let scope = match &scope {
                    Some(scope) => scope,
                    None => {
                        scope.insert(decode::scope(&scope_spans.scope, scope_spans.schema_url).map_err(broken)?.map(Arc::new))
                    }
                };
                let (Some(resource), Some(scope)) = (resource, scope) else {
                    refuse(check::TOO_DEEP);
                    continue;
                };
                match decode::span(bytes, &mut keys, resource, scope).map_err(broken)? {
                    Ok((id, _)) if !wanted.is_none_or(|wanted| id.bytes().is_some_and(|id| wanted(&id))) => {}
                    Ok(record) => keep(record, spans),
                    Err(reason) => refuse(reason),
                }
            }
        }
    }
    Ok(request.len())
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1 as common;
    use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
    use opentelemetry_proto::tonic::resource::v1 as resource;
    use opentelemetry_proto::tonic::trace::v1 as proto;
    use proptest::prelude::*;
    use prost::Message as _;

    use super::super::{MAX_NESTING, encode};
    use super::*;
    use crate::model::{Span, SpanKind, Value};
    use crate::wire::batch::{Batch, Format, Row};
    use crate::wire::{arbitrary, read_all, read_some};

    fn encoded(spans: &[(TraceId, Span)]) -> Vec<u8> {
        let (data, refused) = encode(spans.iter().map(|(id, span)| (id, span)));
        assert_eq!(refused, []);
        data
    }

    fn request(spans: Vec<proto::Span>) -> Vec<u8> {
        let scope_spans = vec![proto::ScopeSpans { spans, ..Default::default() }];
        let resource_spans = vec![proto::ResourceSpans { scope_spans, ..Default::default() }];
        proto::TracesData { resource_spans }.encode_to_vec()
    }

    fn plain(id: u8) -> proto::Span {
        proto::Span { trace_id: vec![7; 16], span_id: vec![id; 8], name: "op".into(), ..Default::default() }
    }

    fn nested(levels: usize) -> common::KeyValue {
        let mut value = common::AnyValue { value: None };
        for level in 0..levels {
            let outer = if level % 2 == 0 {
                Any::ArrayValue(common::ArrayValue { values: vec![value] })
            } else {
                let entry = common::KeyValue { key: "k".into(), value: Some(value), key_strindex: 0 };
                Any::KvlistValue(common::KeyValueList { values: vec![entry] })
            };
            value = common::AnyValue { value: Some(outer) };
        }
        common::KeyValue { key: "deep".into(), value: Some(value), key_strindex: 0 }
    }

    /// What a batch says of its spans, without the numbers of its tables.
    fn told(batch: &Batch) -> Vec<(TraceId, Option<String>, String, SpanKind, Row)> {
        let tell = |row: &Row| {
            let operation = batch.operations[row.operation as usize].clone();
            let plain = Row { trace: 0, operation: 0, ..row.clone() };
            (batch.traces[row.trace as usize].clone(), operation.service, operation.name, operation.kind, plain)
        };
        batch.rows.iter().map(tell).collect()
    }

    fn told_by(spans: &[(TraceId, Span)]) -> Vec<(TraceId, Option<String>, String, SpanKind, Row)> {
        let tell = |(id, span): &(TraceId, Span)| {
            let row = Row {
                trace: 0,
                operation: 0,
                id: span.id.clone(),
                parent: span.parent.clone(),
                start: span.start,
                end: span.end,
                error: span.is_error(),
                inferred: span.is_inferred(),
            };
            (id.clone(), Some(span.service().to_owned()), span.name.clone(), span.kind, row)
        };
        spans.iter().map(tell).collect()
    }

    #[test]
    fn a_span_with_bad_ids_is_refused_and_the_others_are_kept() {
        let bad = [
            proto::Span { trace_id: vec![7; 8], ..plain(2) },
            proto::Span { trace_id: vec![0; 16], ..plain(3) },
            proto::Span { span_id: vec![0; 8], ..plain(4) },
            proto::Span { span_id: Vec::new(), ..plain(5) },
            proto::Span { parent_span_id: vec![1; 7], ..plain(6) },
        ];
        let mut spans = vec![plain(1)];
        spans.extend(bad);
        spans.push(proto::Span { parent_span_id: vec![1; 8], ..plain(9) });
        let (batch, refused) = Batch::from_otlp_protobuf(request(spans)).unwrap();
        let told: Vec<_> = refused.iter().map(|refused| format!("{} {}", refused.count, refused.reason)).collect();
        assert_eq!(
            told,
            [
                "2 the trace id is not 16 bytes, or all of them are zero",
                "2 the span id is not 8 bytes, or all of them are zero",
                "1 the parent span id is neither empty nor 8 bytes",
            ]
        );
        let ids: Vec<_> = batch.rows.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(ids, ["0101010101010101", "0909090909090909"]);
        let read: Vec<_> = read_all(batch.format, &batch.data).unwrap().into_iter().map(|(_, span)| span.id).collect();
        assert_eq!(read, [batch.rows[0].id.clone(), batch.rows[1].id.clone()], "what was refused is not read back either");
    }

    #[test]
    fn a_parent_of_zeros_is_no_parent_and_an_end_of_zero_is_no_end() {
        let root = proto::Span { parent_span_id: vec![0; 8], start_time_unix_nano: 5, ..plain(1) };
        let (batch, _) = Batch::from_otlp_protobuf(request(vec![root])).unwrap();
        assert_eq!((batch.rows[0].parent.clone(), batch.rows[0].end), (None, None));
    }

    #[test]
    fn an_attribute_that_nests_too_deep_costs_its_span_and_no_other() {
        let deep = |levels| proto::Span { attributes: vec![nested(levels)], ..plain(levels as u8) };
        let data = request(vec![deep(MAX_NESTING), deep(MAX_NESTING + 1), plain(1)]);
        let (batch, refused) = Batch::from_otlp_protobuf(data).unwrap();
        assert_eq!(refused, [Refused { count: 1, reason: "an attribute nests deeper than 24 lists".into() }]);
        assert_eq!(told(&batch), told_by(&read_all(batch.format, &batch.data).unwrap()));
        assert_eq!(batch.rows.len(), 2);
    }

    #[test]
    fn a_resource_that_nests_too_deep_costs_all_its_spans() {
        let spans = proto::TracesData {
            resource_spans: vec![proto::ResourceSpans {
                resource: Some(resource::Resource { attributes: vec![nested(30)], ..Default::default() }),
                scope_spans: vec![proto::ScopeSpans { spans: vec![plain(1), plain(2)], ..Default::default() }],
                ..Default::default()
            }],
        };
        let (batch, refused) = Batch::from_otlp_protobuf(spans.encode_to_vec()).unwrap();
        assert_eq!((batch.rows.len(), refused[0].count), (0, 2));
        assert_eq!(read_all(batch.format, &batch.data), Ok(Vec::new()));
    }

    #[test]
    fn a_bottomless_value_is_an_error_and_not_the_end() {
        let error = Batch::from_otlp_protobuf(request(vec![proto::Span { attributes: vec![nested(500)], ..plain(1) }]));
        assert!(error.unwrap_err().why.starts_with("messages nest deeper than 100"));
    }

    #[test]
    fn a_value_too_deep_for_otlp_is_written_as_text() {
        let mut value = Value::from("bottom");
        for _ in 0..MAX_NESTING + 2 {
            value = Value::Array(vec![value]);
        }
        let span = Span {
            id: crate::model::SpanId::from_bytes([1; 8]),
            attributes: [("deep", value.clone())].into_iter().collect(),
            ..Span::default()
        };
        let (batch, refused) = Batch::from_spans(&[(TraceId::from_bytes([7; 16]), span)]);
        assert_eq!(refused, []);
        let read = read_all(batch.format, &batch.data).unwrap();
        assert_eq!(read[0].1.attributes.get("deep").unwrap().to_string(), value.to_string());
    }

    #[test]
    fn an_id_that_otlp_cannot_carry_is_refused_when_spans_are_encoded() {
        let span = Span { id: crate::model::SpanId::from_text("fakeid"), ..Span::default() };
        let (batch, refused) = Batch::from_spans(&[(TraceId::from_bytes([7; 16]), span)]);
        assert_eq!(batch.rows, []);
        assert_eq!(refused, [Refused { count: 1, reason: check::BAD_SPAN_ID.into() }]);
    }

    #[test]
    fn a_resource_that_a_sender_wrote_in_pieces_is_one() {
        let piece = |key: &str| resource::Resource {
            attributes: vec![common::KeyValue {
                key: key.into(),
                value: Some(common::AnyValue { value: Some(Any::StringValue("web".into())) }),
                key_strindex: 0,
            }],
            ..Default::default()
        };
        let field = |tag: u8, message: &[u8]| [&[tag << 3 | 2, u8::try_from(message.len()).unwrap()], message].concat();
        let mut resource_spans = field(1, &piece("service.name").encode_to_vec());
        resource_spans.extend(field(2, &field(2, &plain(1).encode_to_vec())));
        resource_spans.extend(field(1, &piece("host.name").encode_to_vec()));
        let (batch, _) = Batch::from_otlp_protobuf(field(1, &resource_spans)).unwrap();
        assert_eq!(batch.operations[0].service.as_deref(), Some("web"));
        let read = read_all(batch.format, &batch.data).unwrap();
        assert_eq!(read[0].1.resource.attributes.len(), 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_the_model_holds_comes_back(spans in arbitrary::spans()) {
            prop_assert_eq!(read_all(Format::OtlpProtobuf, &encoded(&spans)).unwrap(), spans);
        }

        #[test]
        fn rows_say_what_the_spans_say(spans in arbitrary::spans()) {
            let (batch, refused) = Batch::from_otlp_protobuf(encoded(&spans)).unwrap();
            prop_assert_eq!(refused, []);
            prop_assert_eq!(told(&batch), told_by(&spans));
            prop_assert_eq!(Batch::from_spans(&spans), (batch, Vec::new()));
        }

        #[test]
        fn one_trace_of_a_batch_is_what_all_of_it_holds_of_that_trace(spans in arbitrary::spans(), id in arbitrary::trace_id()) {
            let data = encoded(&spans);
            let mut read = Vec::new();
            read_some(Format::OtlpProtobuf, &data, &|some| *some == id, &mut |id, span| read.push((id, span))).unwrap();
            let wanted: Vec<_> = spans.into_iter().filter(|(trace, _)| *trace == id).collect();
            prop_assert_eq!(read, wanted);
        }

        #[test]
        fn bytes_that_went_wrong_on_the_way_are_rows_that_can_be_read_or_an_error(
            spans in arbitrary::spans(),
            wrong in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut data = encoded(&spans);
            if !data.is_empty() {
                for (at, byte) in wrong {
                    let at = at.index(data.len());
                    data[at] = byte;
                }
            }
            let decodes = proto::TracesData::decode(data.as_slice());
            let received = Batch::from_otlp_protobuf(data);
            prop_assert_eq!(received.is_ok(), decodes.is_ok(), "{:?} {:?}", received.err(), decodes.err());
            if let Ok((batch, _)) = received {
                prop_assert_eq!(told(&batch), told_by(&read_all(batch.format, &batch.data).unwrap()));
            }
        }

        #[test]
        fn no_bytes_panic(data in proptest::collection::vec(any::<u8>(), 0..200), id in arbitrary::trace_id()) {
            read_all(Format::OtlpProtobuf, &data).ok();
            read_some(Format::OtlpProtobuf, &data, &|some| *some == id, &mut |_, _| {}).ok();
            Batch::from_otlp_protobuf(data).ok();
        }

        #[test]
        fn spans_of_different_resources_in_any_order_are_all_encoded(spans in proptest::collection::vec((arbitrary::trace_id(), arbitrary::span()), 0..4)) {
            let again: Vec<_> = spans.iter().chain(&spans).cloned().collect();
            let read = read_all(Format::OtlpProtobuf, &encoded(&again)).unwrap();
            prop_assert_eq!(read.len(), again.len());
            prop_assert!(again.iter().all(|span| read.contains(span)));
        }
    }
}
