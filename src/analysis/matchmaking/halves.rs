//! What is kept of a call without an answer, and of an answer without a call.

use crate::model::address::path_of;
use crate::model::{Attributes, Span, SpanId, SpanKind, Time, Trace, TraceId};
use crate::query::semconv;

use super::super::self_time::interval;
use super::super::{Marks, Tree};

/// One half of a call.
#[derive(Debug)]
pub(super) struct Half {
    pub(super) trace: TraceId,
    pub(super) span: SpanId,
    pub(super) service: String,
    pub(super) name: String,
    /// Whether it is of a message, for whose handling nobody waits.
    pub(super) message: bool,
    pub(super) start: Time,
    pub(super) end: Time,
    /// What was asked.
    pub(super) request: Option<Request>,
    /// Of a call, the names under which the other service may be known.
    pub(super) peers: Vec<String>,
}

/// What was asked, as both halves say it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in super::super) enum Request {
    /// A method and a path.
    Http(String, String),
    /// A service's method.
    Rpc(String, String),
    /// A message's destination.
    Message(String),
}

impl Half {
    /// What they are sorted by.
    pub(super) fn place(&self) -> (Time, &TraceId, &SpanId, &str) {
        (self.start, &self.trace, &self.span, &self.name)
    }
}

/// Adds the calls of a trace that nobody answered, and what begins it.
pub(super) fn gather(trace: &Trace, tree: &Tree, calls: &mut Vec<Half>, answers: &mut Vec<Half>) {
    let mut open = vec![true; tree.nodes().len()];
    for (node, known) in tree.nodes().iter().enumerate() {
        let Some(above) = known.parent else { continue };
        let (Some(span), Some(caller)) = (tree.span(trace, node), tree.span(trace, above)) else { continue };
        // What is below it may be the answer, or how the call is made.
        if span.service() != caller.service() || !matches!(span.kind, SpanKind::Internal | SpanKind::Unspecified) {
            open[above] = false;
        }
    }
    for (node, known) in tree.nodes().iter().enumerate() {
        let Some(span) = tree.span(trace, node) else { continue };
        match span.kind {
            SpanKind::Client | SpanKind::Producer if open[node] => calls.extend(half(trace, span)),
            SpanKind::Server | SpanKind::Consumer if span.parent.is_none() && known.parent.is_none() => {
                answers.extend(half(trace, span).filter(|_| !known.marks.any(Marks::CYCLE)));
            }
            _ => {}
        }
    }
}

fn half(trace: &Trace, span: &Span) -> Option<Half> {
    let (start, end) = interval(span)?;
    let message = matches!(span.kind, SpanKind::Producer | SpanKind::Consumer);
    let request = request(&span.attributes, message);
    let asks = matches!(span.kind, SpanKind::Client | SpanKind::Producer);
    let peers = if asks { peers(&span.attributes) } else { Vec::new() };
    let useful = !asks || request.is_some() || !peers.is_empty();
    useful.then(|| Half {
        trace: trace.id().clone(),
        span: span.id.clone(),
        service: span.service().to_owned(),
        name: span.name.clone(),
        message,
        start,
        end,
        request,
        peers,
    })
}

/// What a span says that was asked, of a message or of somebody.
pub(in super::super) fn request(attributes: &Attributes, message: bool) -> Option<Request> {
    if message {
        return text(attributes, "messaging.destination.name").map(|name| Request::Message(name.to_owned()));
    }
    if let (Some(service), Some(method)) = (text(attributes, "rpc.service"), text(attributes, "rpc.method")) {
        return Some(Request::Rpc(service.to_owned(), method.to_owned()));
    }
    let method = text(attributes, "http.request.method")?;
    let target = || attributes.str("http.target").map(path_of);
    let of_url = || text(attributes, "url.full").filter(|url| url.contains("://")).map(path_of);
    let path = text(attributes, "url.path").or_else(target).or_else(of_url)?;
    Some(Request::Http(method.to_ascii_uppercase(), path.to_owned()))
}

/// Names of the other service: its own, and the host's, which is the service's where containers find each other by name.
fn peers(attributes: &Attributes) -> Vec<String> {
    let named = ["service.peer.name", "peer.service"].into_iter().find_map(|key| attributes.str(key));
    let host = host(attributes);
    let mut peers: Vec<String> = named.into_iter().chain(host).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    peers.dedup();
    peers
}

/// The host that was asked, without its port.
pub(in super::super) fn host(attributes: &Attributes) -> Option<&str> {
    let of_url = || {
        let (_, rest) = text(attributes, "url.full")?.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
        authority.split(':').next()
    };
    text(attributes, "server.address").or_else(of_url)
}

/// Text by its newest name or an older one.
pub(in super::super) fn text<'a>(attributes: &'a Attributes, key: &str) -> Option<&'a str> {
    let mut keys = std::iter::once(&key).chain(semconv::aliases(key));
    keys.find_map(|key| attributes.str(key)).filter(|value| !value.is_empty())
}
