//! Some of the spans of a request, as a request of its own: their messages are copied, not decoded.

use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};

use super::decode;
use super::fields::Broken;
use super::walk::{self, ResourceSpans, ScopeSpans};
use crate::wire::error::WireError;

/// How many spans an OTLP `ExportTraceServiceRequest` holds, the refused ones too.
pub fn count(data: &[u8]) -> Result<usize, WireError> {
    let request = walk::request(data).map_err(|broken| broken.within(data))?;
    Ok(request.iter().flat_map(|part| &part.scopes).map(|scope| scope.spans.len()).sum())
}

/// The request without the spans that a [`Batch`](crate::wire::Batch) refuses.
pub fn kept(data: &[u8]) -> Result<Vec<u8>, WireError> {
    let broken = |broken: Broken| broken.within(data);
    let mut request = walk::request(data).map_err(broken)?;
    for part in &mut request {
        let fits = decode::resource(&part.resource, "").map_err(broken)?.is_some();
        for scope in &mut part.scopes {
            let fits = fits && decode::scope(&scope.scope, "").map_err(broken)?.is_some();
            let mut kept = Vec::new();
            for &span in &scope.spans {
                let ids = walk::span(span).map_err(broken)?.ids();
                if fits && ids.is_ok() {
                    kept.push(span);
                }
            }
            scope.spans = kept;
        }
    }
    Ok(encode(&request))
}

/// The first `at` spans, and the others.
pub fn split(data: &[u8], at: usize) -> Result<(Vec<u8>, Vec<u8>), WireError> {
    let request = walk::request(data).map_err(|broken| broken.within(data))?;
    let part = |wanted: &dyn Fn(usize) -> bool| {
        let mut nth = 0;
        let parts = request.iter().map(|part| ResourceSpans {
            resource: part.resource.clone(),
            schema_url: part.schema_url,
            scopes: part
                .scopes
                .iter()
                .map(|scope| ScopeSpans {
                    scope: scope.scope.clone(),
                    schema_url: scope.schema_url,
                    spans: scope
                        .spans
                        .iter()
                        .copied()
                        .filter(|_| {
                            nth += 1;
                            wanted(nth - 1)
                        })
                        .collect(),
                })
                .collect(),
        });
        let parts: Vec<_> = parts.collect();
        encode(&parts)
    };
    Ok((part(&|nth| nth < at), part(&|nth| nth >= at)))
}

/// Scopes and resources without spans are left out.
pub(super) fn encode(request: &[ResourceSpans<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in request {
        let mut resource_spans = Vec::new();
        for scope in part.scopes.iter().filter(|scope| !scope.spans.is_empty()) {
            let mut scope_spans = Vec::new();
            field(1, &scope.scope, &mut scope_spans);
            field(2, &scope.spans, &mut scope_spans);
            text(3, scope.schema_url, &mut scope_spans);
            field(2, &[&scope_spans], &mut resource_spans);
        }
        if !resource_spans.is_empty() {
            // A message's fields may come in any order.
            field(1, &part.resource, &mut resource_spans);
            text(3, part.schema_url, &mut resource_spans);
            field(1, &[&resource_spans], &mut out);
        }
    }
    out
}

fn field(tag: u32, messages: &[&[u8]], out: &mut Vec<u8>) {
    out.reserve(messages.iter().map(|each| key_len(tag) + encoded_len_varint(each.len() as u64) + each.len()).sum());
    for message in messages {
        encode_key(tag, WireType::LengthDelimited, out);
        encode_varint(message.len() as u64, out);
        out.extend_from_slice(message);
    }
}

fn text(tag: u32, text: &str, out: &mut Vec<u8>) {
    if !text.is_empty() {
        field(tag, &[text.as_bytes()], out);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::protobuf::read_all;
    use super::*;
    use crate::wire::arbitrary::spans;
    use crate::wire::otlp::encode as encode_spans;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_two_parts_hold_all_spans_in_their_order(spans in spans(), at in 0usize..12) {
            let (data, _) = encode_spans(spans.iter().map(|(id, span)| (id, span)));
            let all = read_all(&data).unwrap();
            let (first, rest) = split(&data, at).unwrap();
            let (first, rest) = (read_all(&first).unwrap(), read_all(&rest).unwrap());
            prop_assert_eq!(first.len(), at.min(all.len()));
            prop_assert_eq!([first, rest].concat(), all);
        }

        #[test]
        fn what_is_kept_is_what_can_be_read(spans in spans()) {
            let (data, _) = encode_spans(spans.iter().map(|(id, span)| (id, span)));
            let with_refused = [data.as_slice(), &[0x0a, 0x06, 0x12, 0x04, 0x12, 0x02, 0x2a, 0x00]].concat();
            prop_assert_eq!(count(&with_refused).unwrap(), count(&data).unwrap() + 1);
            let kept = kept(&with_refused).unwrap();
            prop_assert_eq!(count(&kept).unwrap(), count(&data).unwrap());
            prop_assert_eq!(read_all(&kept).unwrap(), read_all(&data).unwrap());
        }
    }
}
