//! A span that `OpenTelemetry` has sent to X-Ray too is a segment or subsegment there, of the same id and times, and under X-Ray's names: a
//! segment is called as its service, and a subsegment as what it calls
//! (<https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>). It is one span, and what only the document says is kept.

use std::collections::HashMap;

use crate::backend::xray;
use crate::model::time::{MICROSECOND, Nanos};
use crate::model::{Origin, SeenBy, Span, SpanId, SpanKind};

use super::disagree::Disagreements;

/// Folds X-Ray's record of a span into the one that another backend has of it.
pub(super) fn fold(spans: Vec<Span>, origins: &[Origin], exact_to: Nanos, disagreements: &mut Disagreements<'_>) -> Vec<Span> {
    let Some(place) = origins.iter().position(|origin| origin.name == xray::NAME) else { return spans };
    let xray = SeenBy::origin(place);
    let mut others = HashMap::<SpanId, Vec<usize>>::new();
    for (place, span) in spans.iter().enumerate().filter(|(_, span)| span.seen_by != xray) {
        others.entry(span.id.clone()).or_default().push(place);
    }
    let mut spans: Vec<Option<Span>> = spans.into_iter().map(Some).collect();
    for at in 0..spans.len() {
        let Some(document) = spans[at].take_if(|span| span.seen_by == xray) else { continue };
        let fits = |place: &&usize| spans[**place].as_ref().is_some_and(|span| is_same(span, &document, exact_to));
        let same = others.get(&document.id).and_then(|places| places.iter().find(fits));
        match same.and_then(|&place| spans[place].as_mut()) {
            Some(span) => {
                disagreements.compare(span, &document, exact_to.max(MICROSECOND));
                absorb(span, document);
            }
            None => spans[at] = Some(document),
        }
    }
    spans.into_iter().flatten().collect()
}

/// X-Ray's times are fractions of seconds, of which the last digits are lost.
fn is_same(span: &Span, document: &Span, exact_to: Nanos) -> bool {
    let ends = |span: &Span, other: &Span| (span.kind, other.kind) == (SpanKind::Client, SpanKind::Server);
    let opposite = ends(span, document) || ends(document, span);
    !opposite && span.start.since(document.start).abs() <= exact_to.saturating_add(MICROSECOND)
}

/// Adds what only the document says.
fn absorb(span: &mut Span, document: Span) {
    span.seen_by = span.seen_by.and(document.seen_by);
    if span.end.is_none() {
        span.end = document.end;
    }
    let known = |span: &Span, key: &str| span.attributes.get(key).is_some() || span.resource.attributes.get(key).is_some();
    let resource = document.resource.attributes.iter().filter(|(key, _)| key.starts_with("aws.xray."));
    let told = document.attributes.iter().chain(resource).filter(|(key, _)| !known(span, key));
    let told: Vec<_> = told.map(|(key, value)| (key, value.clone())).collect();
    for (key, value) in told {
        span.attributes.push(key, value);
    }
    for event in document.events {
        if !span.events.iter().any(|known| known.name == event.name) {
            span.events.push(event);
        }
    }
    for link in document.links {
        if !span.links.contains(&link) {
            span.links.push(link);
        }
    }
}
