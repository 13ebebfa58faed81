//! Records of a request by those who answered it, and which are of the same one.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::address::path_of;
use crate::model::time::Nanos;
use crate::model::{Attributes, Resource, SameCall, Span, SpanKind, Time, Trace, Value};

use super::super::matchmaking::{Request, host, request, text};
use super::super::self_time::interval;
use super::TOLERANCE;

/// So many requests of a trace are looked at, the earliest.
const MOST: usize = 1_000;

/// Who made a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sdk {
    /// An SDK of AWS X-Ray, or AWS itself.
    XRay,
    /// OpenTelemetry, or what sends as it does.
    Other,
}

/// Who made each span of a trace, by its place: as the sender's resource says, or because it was read from X-Ray, or by what only X-Ray's
/// documents have.
pub(super) fn sdks(trace: &Trace) -> Vec<Sdk> {
    let xray: Vec<usize> = (0..trace.origins.len()).filter(|place| trace.origins[*place].name == "xray").collect();
    let from_xray = |span: &Span| match trace.origins.len() {
        0 => trace.backends.as_slice() == ["xray"],
        _ => !span.seen_by.is_empty() && span.seen_by.places().all(|place| xray.contains(&place)),
    };
    let mut last: Option<(&Arc<Resource>, Option<Sdk>)> = None;
    let mut of = |span: &'_ Span, resource| {
        let said = match last {
            Some((known, said)) if Arc::ptr_eq(known, resource) => said,
            _ => said(resource),
        };
        last = Some((resource, said));
        said.unwrap_or_else(|| if from_xray(span) { Sdk::XRay } else { Sdk::Other })
    };
    trace.spans().iter().map(|span| of(span, &span.resource)).collect()
}

/// As the sender says itself.
fn said(resource: &Resource) -> Option<Sdk> {
    if let Some(name) = resource.attributes.str("telemetry.sdk.name") {
        let is_xray = ["X-Ray", "xray"]
            .iter()
            .any(|word| name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes())));
        return Some(if is_xray { Sdk::XRay } else { Sdk::Other });
    }
    resource.attributes.iter().any(|(key, _)| key.starts_with("aws.xray.")).then_some(Sdk::XRay)
}

/// Who sent a trace, in a word.
pub(super) fn sender(trace: &Trace) -> &'static str {
    if sdks(trace).contains(&Sdk::XRay) { "X-Ray" } else { "OpenTelemetry" }
}

/// A request as it was recorded by who answered it.
#[derive(Debug, Clone)]
pub(super) struct Record<'a> {
    pub(super) span: &'a Span,
    /// Of the span in its trace.
    pub(super) place: usize,
    /// Which of several traces that is, as whoever compares them counts.
    pub(super) of: usize,
    pub(super) sdk: Sdk,
    pub(super) start: Time,
    pub(super) end: Time,
    exact_to: Nanos,
    method: Option<String>,
    path: Option<String>,
    route: Option<&'a str>,
    status: Option<i64>,
    host: Option<&'a str>,
}

impl<'a> Record<'a> {
    fn of(place: usize, span: &'a Span, sdk: Sdk, exact_to: Nanos) -> Option<Self> {
        if span.kind != SpanKind::Server || span.is_inferred() || span.end.is_none() {
            return None;
        }
        let (start, end) = interval(span)?;
        let attributes = &span.attributes;
        let (method, path) = match request(attributes, false) {
            Some(Request::Http(method, path)) => (Some(method), Some(path)),
            _ => (text(attributes, "http.request.method").map(str::to_ascii_uppercase), None),
        };
        let route = attributes.str("http.route").filter(|route| !route.is_empty());
        (path.is_some() || route.is_some()).then(|| Self {
            span,
            place,
            of: 0,
            sdk,
            start,
            end,
            exact_to,
            method,
            path,
            route,
            status: status(attributes),
            host: attributes.str("http.host").and_then(|host| host.split(':').next()).or_else(|| self::host(attributes)),
        })
    }

    /// What its service may be called elsewhere: the X-Ray SDK may name a segment after the host that was asked
    /// (<https://docs.aws.amazon.com/xray-sdk-for-python/latest/reference/configurations.html>, dynamic naming).
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        [self.span.service(), self.host.unwrap_or_default()].into_iter().filter(|name| !name.is_empty())
    }

    /// What speaks for it that both are of one request; `None` where something speaks against it, or it is not enough.
    fn same_as(&self, other: &Self) -> Option<Vec<SameCall>> {
        let mut evidence = Vec::new();
        let service = self.span.service();
        if !service.is_empty() && service.eq_ignore_ascii_case(other.span.service()) {
            evidence.push(SameCall::Service(service.to_owned()));
        } else {
            let named = |one: &Self, other: &Self| {
                one.host.filter(|host| !host.is_empty() && host.eq_ignore_ascii_case(other.span.service())).map(str::to_owned)
            };
            let host = named(self, other).or_else(|| named(other, self))?;
            evidence.push(SameCall::Host(host));
        }
        evidence.push(SameCall::Route(self.asked_as(other)?));
        match (self.status, other.status) {
            (Some(one), Some(other)) if one != other => return None,
            (Some(status), Some(_)) => evidence.push(SameCall::Status(status)),
            _ => {}
        }
        evidence.push(within((self.start, self.end), (other.start, other.end), self.exact_to.max(other.exact_to))?);
        Some(evidence)
    }

    /// Method and path, if both say the same of them.
    fn asked_as(&self, other: &Self) -> Option<String> {
        let method = match (&self.method, &other.method) {
            (Some(one), Some(other)) if one != other => return None,
            (one, other) => one.as_ref().or(other.as_ref()),
        };
        let path = match ((&self.path, self.route), (&other.path, other.route)) {
            ((Some(one), _), (Some(other), _)) => (one == other).then_some(one.as_str())?,
            ((Some(path), _), (None, Some(route))) | ((None, Some(route)), (Some(path), _)) => {
                is_of_route(path, route).then_some(path.as_str())?
            }
            ((None, Some(one)), (None, Some(other))) => (one == other).then_some(one)?,
            _ => return None,
        };
        Some(method.map_or_else(|| path.to_owned(), |method| format!("{method} {path}")))
    }
}

/// Whether a path is one of a route: a segment in brackets, or after a colon, stands for any, also for several where it is the last
/// (`<path:rest>`, `*`).
fn is_of_route(path: &str, route: &str) -> bool {
    let route = path_of(route);
    let is_any = |segment: &str| segment.starts_with(['<', '{', ':', '*', '[']);
    let (mut of_path, mut of_route) = (path.split('/'), route.split('/').peekable());
    while let Some(segment) = of_route.next() {
        let rest = is_any(segment) && of_route.peek().is_none();
        match of_path.next() {
            Some(here) if is_any(segment) && !here.is_empty() || here == segment => {}
            _ => return false,
        }
        if rest && (segment.contains("path") || segment.contains('*')) {
            return true;
        }
    }
    of_path.next().is_none()
}

/// The status of an answer; text where it has passed through Honeycomb as that.
pub(super) fn status(attributes: &Attributes) -> Option<i64> {
    let value = ["http.response.status_code", "http.status_code"].iter().find_map(|key| attributes.get(key))?;
    match value {
        Value::Int(status) => Some(*status),
        other => other.to_string().parse().ok(),
    }
}

/// That one of two records lies within the other, whichever that is.
pub(super) fn within(one: (Time, Time), other: (Time, Time), exact_to: Nanos) -> Option<SameCall> {
    let length = |(start, end): (Time, Time)| end.since(start);
    let (outer, inner) = if length(one) >= length(other) { (one, other) } else { (other, one) };
    let (after, before) = (inner.0.since(outer.0), outer.1.since(inner.1));
    let slack = TOLERANCE.saturating_add(exact_to.saturating_mul(2));
    let overlap = inner.0 <= outer.1 && inner.1 >= outer.0;
    (overlap && after >= -slack && before >= -slack).then_some(SameCall::Time { after, before })
}

/// Those that are not the X-Ray SDK's, and those that are.
pub(super) fn by_sdk(records: Vec<Record<'_>>) -> (Vec<Record<'_>>, Vec<Record<'_>>) {
    records.into_iter().partition(|record| record.sdk != Sdk::XRay)
}

/// The records of a trace.
pub(super) fn records(trace: &Trace) -> Vec<Record<'_>> {
    let of = |(place, (span, sdk))| Record::of(place, span, sdk, trace.precision);
    trace.spans().iter().zip(sdks(trace)).enumerate().filter_map(of).take(MOST).collect()
}

/// Two records that fit each other, by their places in two lists.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) one: usize,
    pub(super) other: usize,
    pub(super) evidence: Vec<SameCall>,
    /// Whether nothing else fits either of them.
    pub(super) only: bool,
}

/// Finds out which of these have to do with each other.
pub(super) fn mark_only(edges: &mut [Edge]) {
    let (mut ones, mut others) = (HashMap::<usize, usize>::new(), HashMap::<usize, usize>::new());
    for edge in &*edges {
        *ones.entry(edge.one).or_default() += 1;
        *others.entry(edge.other).or_default() += 1;
    }
    for edge in edges {
        edge.only = ones[&edge.one] == 1 && others[&edge.other] == 1;
    }
}

/// Which records fit each other.
pub(super) fn edges(ones: &[Record<'_>], others: &[Record<'_>]) -> Vec<Edge> {
    let mut by_path = HashMap::<Option<&str>, Vec<usize>>::new();
    for (place, record) in others.iter().enumerate() {
        by_path.entry(record.path.as_deref()).or_default().push(place);
    }
    let mut edges = Vec::new();
    for (one, record) in ones.iter().enumerate() {
        // One that has no path may fit any that has one.
        let places: Vec<usize> = match &record.path {
            Some(path) => [Some(path.as_str()), None].iter().filter_map(|key| by_path.get(key)).flatten().copied().collect(),
            None => (0..others.len()).collect(),
        };
        let fit = |other: usize| Some(Edge { one, other, evidence: record.same_as(&others[other])?, only: false });
        edges.extend(places.into_iter().filter_map(fit));
    }
    mark_only(&mut edges);
    edges
}
