//! What is kept of a span: what it is, and not what differs from run to run.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use compact_str::{CompactString, format_compact};

use crate::analysis::normalise::normalised;
use crate::model::{Span, SpanKind, StatusCode, Value};
use crate::query::semconv;

use super::{Took, words};

/// The attributes that are kept, by their newest name: those of which the semantic conventions
/// (<https://opentelemetry.io/docs/specs/semconv/registry/attributes/>) ask that they have few values, and which say what was done.
const KEPT: [&str; 23] = [
    "db.collection.name",
    "db.operation.name",
    "db.query.summary",
    "db.response.status_code",
    "db.system.name",
    "error.type",
    "exception.type",
    "faas.document.operation",
    "faas.trigger",
    "gen_ai.operation.name",
    "graphql.operation.type",
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "messaging.destination.name",
    "messaging.destination.template",
    "messaging.operation.name",
    "messaging.operation.type",
    "messaging.system",
    "rpc.grpc.status_code",
    "rpc.method",
    "rpc.service",
    "rpc.system",
];

/// Those of them in which senders are known to write numbers and ids.
const NORMALISED: [&str; 4] = ["db.collection.name", "db.query.summary", "http.route", "messaging.destination.name"];

/// Every name of a kept attribute: its place among them, and how many of its names are to be preferred.
static NAMES: LazyLock<HashMap<&str, (usize, usize)>> = LazyLock::new(|| {
    let names = |(place, key): (usize, &&'static str)| {
        let all = std::iter::once(*key).chain(semconv::aliases(key).iter().copied());
        all.enumerate().map(move |(rank, name)| (name, (place, rank))).collect::<Vec<_>>()
    };
    KEPT.iter().enumerate().flat_map(names).collect()
});

/// With one of these, a destination of messages has a name that was made up for it.
const PASSING: [&str; 2] = ["messaging.destination.temporary", "messaging.destination.anonymous"];

/// Of an event: what was thrown.
pub(super) const EXCEPTION: &str = "exception.type";

/// What stands in one place of the forest. The order is that of siblings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// A span.
    Span(Described),
    /// A parent that spans name and that has not arrived.
    Missing,
}

/// What is kept of a span.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Described {
    /// `service.name`; empty where there is none.
    pub service: CompactString,
    /// The [normalised] name.
    pub name: CompactString,
    /// Its role in a call.
    pub kind: SpanKind,
    /// How it ended, without the sender's words.
    pub status: StatusCode,
    /// Whether it is its own ancestor, and stands where that ring was cut.
    pub cut: bool,
    /// The kept attributes by their newest name, sorted, each once.
    pub attributes: Vec<(CompactString, Given)>,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Given {
    /// This, as text.
    Text(CompactString),
    /// Any. Only a person writes this.
    Any,
}

/// What tells siblings apart first: service, name and kind; `None` of parents that have not arrived.
pub(super) type Key<'a> = Option<(&'a str, &'a str, SpanKind)>;

impl Label {
    /// What is kept of a span that stands where a ring was cut, or not.
    pub(super) fn of(span: &Span, cut: bool) -> Self {
        let mut values: [Option<(usize, &Value)>; KEPT.len()] = [None; KEPT.len()];
        let mut passing = false;
        for (key, value) in span.attributes.iter() {
            passing |= PASSING.contains(&key) && is_true(value);
            let Some(&(place, rank)) = NAMES.get(key) else { continue };
            // Of one key the last counts, as everywhere; of several names the newest.
            if values[place].is_none_or(|(known, _)| rank <= known) {
                values[place] = Some((rank, value));
            }
        }
        let mut attributes: Vec<(CompactString, Given)> = Vec::new();
        for (key, value) in KEPT.into_iter().zip(values) {
            let text = match key {
                EXCEPTION => exceptions(span),
                "messaging.destination.name" if passing => None,
                _ => value.map(|(_, value)| format_compact!("{value}")),
            };
            let Some(mut text) = text else { continue };
            if NORMALISED.contains(&key) {
                text = normalised(&text).into();
            }
            attributes.push((key.into(), Given::Text(text)));
        }
        Self::Span(Described {
            service: span.service().into(),
            name: normalised(&span.name).into(),
            kind: span.kind,
            status: span.status.code,
            cut,
            attributes,
        })
    }

    /// As a snapshot writes it: the service with a blank, the name in quotes, and the rest behind a blank. What is hidden is visible.
    pub fn written(&self, took: Option<Took>) -> (String, String, String) {
        let (mut head, mut name, mut rest) = (String::new(), String::new(), String::new());
        let written = match self {
            Self::Span(span) => words::service(&span.service, &mut head)
                .and_then(|()| head.write_char(' '))
                .and_then(|()| words::quoted(&span.name, &mut name)),
            Self::Missing => head.write_str(words::MISSING),
        };
        written.and_then(|()| words::rest(self, took, &mut rest)).expect("a string takes all that is written to it");
        (head, name, rest)
    }

    pub(super) fn key(&self) -> Key<'_> {
        match self {
            Self::Span(span) => Some((&span.service, &span.name, span.kind)),
            Self::Missing => None,
        }
    }

    pub(super) fn has_any(&self) -> bool {
        matches!(self, Self::Span(span) if span.attributes.iter().any(|(_, given)| *given == Given::Any))
    }

    /// Whether a label that was seen is one for which this stands.
    pub(super) fn stands_for(&self, seen: &Self) -> bool {
        let (Self::Span(expected), Self::Span(seen)) = (self, seen) else { return self == seen };
        expected.cut == seen.cut && expected.is_of(seen)
    }
}

impl Described {
    /// The value of a kept attribute.
    pub fn attribute(&self, key: &str) -> Option<&Given> {
        self.attributes.iter().find(|(known, _)| known == key).map(|(_, given)| given)
    }

    /// The same, without what depends upon other spans.
    pub(super) fn is_of(&self, seen: &Self) -> bool {
        let given = |((a, expected), (b, seen)): (&(CompactString, Given), &(CompactString, Given))| {
            a == b && (expected == seen || *expected == Given::Any)
        };
        (&self.service, &self.name, self.kind, self.status) == (&seen.service, &seen.name, seen.kind, seen.status)
            && self.attributes.len() == seen.attributes.len()
            && self.attributes.iter().zip(&seen.attributes).all(given)
    }
}

/// The newest name of an attribute that is kept; `None` of one that is not.
pub(super) fn kept(key: &str) -> Option<&'static str> {
    NAMES.get(key).map(|(place, _)| KEPT[*place])
}

fn is_true(value: &Value) -> bool {
    matches!(value, Value::Bool(true)) || value.as_str() == Some("true")
}

/// The types of the exceptions that a span tells of, sorted, each once: when they were thrown is not kept.
fn exceptions(span: &Span) -> Option<CompactString> {
    let thrown = span.events.iter().filter(|event| event.name == "exception");
    let mut types: Vec<&str> = thrown.filter_map(|event| event.attributes.str(EXCEPTION)).collect();
    types.sort_unstable();
    types.dedup();
    (!types.is_empty()).then(|| types.join(", ").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::span;
    use crate::model::Event;

    fn kept_of(attributes: &[(&str, &str)]) -> Vec<String> {
        let span = Span { attributes: attributes.iter().copied().collect(), ..span(1, 0, 0, 1) };
        let Label::Span(described) = Label::of(&span, false) else { unreachable!("it is a span") };
        let text = |given: Given| if let Given::Text(text) = given { text } else { "*".into() };
        described.attributes.into_iter().map(|(key, given)| format!("{key}={}", text(given))).collect()
    }

    #[test]
    fn an_attribute_is_kept_by_its_newest_name_which_counts_where_both_are_there() {
        assert_eq!(kept_of(&[("http.status_code", "200")]), ["http.response.status_code=200"]);
        let both = [("http.status_code", "200"), ("http.response.status_code", "500")];
        assert_eq!(kept_of(&both), ["http.response.status_code=500"]);
        assert_eq!(kept("db.system"), Some("db.system.name"));
        assert_eq!(kept("net.peer.port"), None);
    }

    #[test]
    fn what_differs_from_run_to_run_is_not_kept() {
        let noise =
            ["thread.id", "server.port", "url.full", "user_agent.original", "telemetry.sdk.version", "faas.invocation_id"];
        assert!(kept_of(&noise.map(|key| (key, "x"))).is_empty());
        assert_eq!(kept_of(&[("http.route", "/users/42")]), ["http.route=/users/?"]);
        let temporary = [("messaging.destination.name", "reply-7"), ("messaging.destination.temporary", "true")];
        assert!(kept_of(&temporary).is_empty());
    }

    #[test]
    fn the_list_is_sorted_and_has_only_newest_names() {
        assert!(KEPT.is_sorted());
        assert!(
            KEPT.iter().all(|key| kept(key) == Some(key) && semconv::aliases(key).iter().all(|old| kept(old) == Some(key)))
        );
        assert!(NORMALISED.iter().all(|key| KEPT.contains(key)));
    }

    #[test]
    fn exceptions_are_named_by_their_types() {
        let thrown = |name: &str| Event {
            name: "exception".into(),
            attributes: [("exception.type", name), ("exception.stacktrace", "at line 7")].into_iter().collect(),
            ..Event::default()
        };
        let span = Span { events: vec![thrown("B"), thrown("A"), thrown("B")], ..span(1, 0, 0, 1) };
        let Label::Span(described) = Label::of(&span, false) else { unreachable!("it is a span") };
        assert_eq!(described.attribute(EXCEPTION), Some(&Given::Text("A, B".into())));
    }
}
