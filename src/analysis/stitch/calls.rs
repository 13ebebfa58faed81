//! Records of a call by its caller, of which a trace has two.

use std::collections::HashMap;

use crate::model::{SameCall, Span, SpanKind, Time, Trace};

use super::super::matchmaking::{Request, request, text};
use super::super::self_time::interval;
use super::request::{Edge, Sdk, mark_only, status, within};

/// So many like calls are compared with each other. Of more, it could not be told which are the same.
const MOST_ALIKE: usize = 100;

/// What two records of a call have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    /// AWS's id.
    Id(String),
    /// The caller and what it asked for.
    Asked(String, String),
}

/// A record.
struct Call<'a> {
    place: usize,
    span: &'a Span,
    interval: (Time, Time),
}

/// The places of two records of one call, the X-Ray SDK's second, and what speaks for it.
pub(super) fn pairs(trace: &Trace, sdks: &[Sdk]) -> Vec<(usize, usize, Vec<SameCall>)> {
    let mut groups = HashMap::<Key, (Vec<Call<'_>>, Vec<Call<'_>>)>::new();
    for (place, span) in trace.spans().iter().enumerate().filter(|(_, span)| span.kind == SpanKind::Client) {
        let Some(interval) = interval(span).filter(|_| span.end.is_some()) else { continue };
        let id = ["aws.request_id", "aws.requestId"]
            .iter()
            .find_map(|key| span.attributes.str(key))
            .map(|id| Key::Id(id.to_owned()));
        let asked = asked(span).map(|asked| Key::Asked(span.service().to_owned(), asked));
        let is_document = sdks[place] == Sdk::XRay;
        for key in [id, asked].into_iter().flatten() {
            let (others, documents) = groups.entry(key).or_default();
            if is_document { documents } else { others }.push(Call { place, span, interval });
        }
    }
    let mut groups: Vec<_> =
        groups.into_iter().filter(|(_, (others, documents))| !others.is_empty() && !documents.is_empty()).collect();
    // What proves it comes first, and whatever the order of the groups, the pairs are the same.
    groups.sort_by_key(|(key, (others, _))| (matches!(key, Key::Asked(..)), others[0].place));
    let mut found = Vec::new();
    let mut known = Vec::new();
    for (key, (mut others, mut documents)) in groups {
        others.retain(|call| !known.contains(&call.place));
        documents.retain(|call| !known.contains(&call.place));
        let pairs = match &key {
            Key::Id(id) => by_id(id, &others, &documents),
            Key::Asked(service, asked) => by_what_was_asked(trace, (service, asked), &others, &documents),
        };
        known.extend(pairs.iter().flat_map(|(one, other, _)| [*one, *other]));
        found.extend(pairs);
    }
    found
}

fn asked(span: &Span) -> Option<String> {
    Some(match request(&span.attributes, false) {
        Some(Request::Http(method, path)) => format!("{method} {path}"),
        Some(Request::Rpc(service, method)) => format!("{service} {method}"),
        _ => text(&span.attributes, "db.query.text")?.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}

fn by_id(id: &str, others: &[Call<'_>], documents: &[Call<'_>]) -> Vec<(usize, usize, Vec<SameCall>)> {
    match (others, documents) {
        ([one], [other]) => vec![(one.place, other.place, vec![SameCall::RequestId(id.to_owned())])],
        _ => Vec::new(),
    }
}

fn by_what_was_asked(
    trace: &Trace,
    (service, asked): (&str, &str),
    others: &[Call<'_>],
    documents: &[Call<'_>],
) -> Vec<(usize, usize, Vec<SameCall>)> {
    if others.len() > MOST_ALIKE || documents.len() > MOST_ALIKE {
        return Vec::new();
    }
    let mut edges = Vec::new();
    for one in others {
        for other in documents {
            let statuses = [one, other].map(|call| status(&call.span.attributes));
            let status = match statuses {
                [Some(a), Some(b)] if a != b => continue,
                [Some(status), Some(_)] => Some(SameCall::Status(status)),
                _ => None,
            };
            let Some(time) = within(one.interval, other.interval, trace.precision) else { continue };
            let mut evidence = vec![SameCall::Service(service.to_owned()), SameCall::Operation(asked.to_owned())];
            evidence.extend(status.into_iter().chain([time]));
            edges.push(Edge { one: one.place, other: other.place, evidence, only: false });
        }
    }
    mark_only(&mut edges);
    edges.into_iter().filter(|edge| edge.only).map(|edge| (edge.one, edge.other, edge.evidence)).collect()
}
