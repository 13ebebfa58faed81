//! Spans in the order of OTLP's messages: by resource, then by scope.

use std::collections::HashMap;
use std::sync::Arc;

use prost::Message as _;

use super::encode::{resource_message, scope_message};
use crate::model::{Resource, Scope, Span, TraceId};

/// The spans of one resource.
#[derive(Debug)]
pub(super) struct OfResource<'a> {
    pub(super) resource: &'a Resource,
    pub(super) scopes: Vec<OfScope<'a>>,
}

/// The spans of one resource and scope.
#[derive(Debug)]
pub(super) struct OfScope<'a> {
    pub(super) scope: &'a Scope,
    pub(super) spans: Vec<(&'a TraceId, &'a Span)>,
}

/// Puts spans of equal resources and scopes together, in the order in which they first come. What a decoder shares is found by
/// its address; only what is new is compared, by its encoded bytes.
pub(super) fn group<'a>(spans: impl IntoIterator<Item = (&'a TraceId, &'a Span)>) -> Vec<OfResource<'a>> {
    let mut groups: Vec<OfResource<'a>> = Vec::new();
    let mut by_address = HashMap::<(*const Resource, *const Scope), (usize, usize)>::new();
    let mut resources = HashMap::<(&str, Vec<u8>), usize>::new();
    let mut scopes = HashMap::<(usize, &str, Vec<u8>), usize>::new();
    for (id, span) in spans {
        let (resource, scope) = (&*span.resource, &*span.scope);
        let (at, within) = *by_address.entry((Arc::as_ptr(&span.resource), Arc::as_ptr(&span.scope))).or_insert_with(|| {
            let key = (resource.schema_url.as_str(), resource_message(resource).encode_to_vec());
            let at = *resources.entry(key).or_insert_with(|| {
                groups.push(OfResource { resource, scopes: Vec::new() });
                groups.len() - 1
            });
            let known = &mut groups[at].scopes;
            let key = (at, scope.schema_url.as_str(), scope_message(scope).encode_to_vec());
            let within = *scopes.entry(key).or_insert_with(|| {
                known.push(OfScope { scope, spans: Vec::new() });
                known.len() - 1
            });
            (at, within)
        });
        groups[at].scopes[within].spans.push((id, span));
    }
    groups
}
