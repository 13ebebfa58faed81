//! What speaks against a trace being all there, beyond what a listing says of it ([`crate::model::Evidence`]: parents that have not
//! arrived, spans that still run, what a backend holds back).
//!
//! None of it is proof. A call without an answer may be one of something that sends no spans, so it only counts where the same callee
//! answered another call of this trace; it may have been sampled otherwise, or be under way.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use crate::model::{Span, SpanKind, Trace};

use super::Tree;
use super::graph::callee;

/// Something that may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What may be missing.
    pub what: Lack,
    /// Where, in the order of the tree.
    pub nodes: Vec<usize>,
}

/// What may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// Answers to calls, of a callee that answered others.
    Answers {
        /// What was called, by [the rules of the map](super::graph).
        callee: String,
        /// How many calls it answered.
        answered: usize,
    },
    /// Parts of spans, which the sender itself discarded because there were too many
    /// (<https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits>).
    Parts {
        /// Of spans, their events, links, scopes and resources.
        attributes: usize,
        /// Of spans.
        events: usize,
        /// Of spans.
        links: usize,
    },
    /// Children of spans that still run: more may come. The nodes are those that run.
    Children {
        /// How many there are.
        arrived: usize,
    },
}

/// What may be missing, in a fixed order: answers by callee, parts, children. O(n log n).
pub fn gaps(trace: &Trace, tree: &Tree) -> Vec<Gap> {
    let mut gaps = answers(trace, tree);
    gaps.extend(parts(trace, tree));
    gaps.extend(children(trace, tree));
    gaps
}

fn answers(trace: &Trace, tree: &Tree) -> Vec<Gap> {
    let (answered, open) = calls(trace, tree);
    if answered.is_empty() || open.is_empty() {
        return Vec::new();
    }
    let callee = |node: usize| tree.span(trace, node).map(|span| callee::of(span).name).filter(|name| !name.is_empty());
    let mut known = HashMap::<Cow<'_, str>, usize>::new();
    for name in answered.into_iter().filter_map(callee) {
        *known.entry(name).or_default() += 1;
    }
    let mut without = HashMap::<Cow<'_, str>, Vec<usize>>::new();
    for node in open {
        if let Some(name) = callee(node).filter(|name| known.contains_key(name)) {
            without.entry(name).or_default().push(node);
        }
    }
    let mut gaps: Vec<Gap> = without
        .into_iter()
        .map(|(callee, nodes)| Gap { what: Lack::Answers { answered: known[&callee], callee: callee.into_owned() }, nodes })
        .collect();
    gaps.sort_by(|a, b| a.nodes.cmp(&b.nodes));
    gaps
}

/// The clients' spans that somebody answers, and those that nobody does.
fn calls(trace: &Trace, tree: &Tree) -> (Vec<usize>, Vec<usize>) {
    let count = tree.nodes().len();
    let mut answered = vec![false; count];
    // How a call is made is a part of it, and no call of its own.
    let mut part = vec![false; count];
    let is_client = |span: &Span| span.kind == SpanKind::Client;
    for node in (0..count).rev() {
        let Some(span) = tree.span(trace, node) else { continue };
        let Some(above) = tree.nodes()[node].parent else { continue };
        let Some(caller) = tree.span(trace, above).filter(|caller| is_client(caller)) else { continue };
        let same = span.resource.service() == caller.resource.service();
        part[node] = same && is_client(span);
        answered[above] |=
            !same || matches!(span.kind, SpanKind::Server | SpanKind::Consumer) || (part[node] && answered[node]);
    }
    let clients = |node: &usize| tree.span(trace, *node).is_some_and(is_client) && (answered[*node] || !part[*node]);
    (0..count).filter(clients).partition(|node| answered[*node])
}

fn parts(trace: &Trace, tree: &Tree) -> Option<Gap> {
    let count = |dropped: u32| dropped as usize;
    let (mut attributes, mut events, mut links, mut nodes) = (0, 0, 0, Vec::new());
    // A resource is the same for all its spans.
    let mut shared = HashSet::new();
    for node in 0..tree.nodes().len() {
        let Some(span) = tree.span(trace, node) else { continue };
        let of_events = span.events.iter().map(|event| event.dropped_attributes);
        let of_links = span.links.iter().map(|link| link.dropped_attributes);
        let mut own: usize = of_events.chain(of_links).chain([span.dropped_attributes]).map(count).sum();
        for (from, dropped) in [
            (Arc::as_ptr(&span.resource).cast::<()>(), span.resource.dropped_attributes),
            (Arc::as_ptr(&span.scope).cast(), span.scope.dropped_attributes),
        ] {
            if dropped > 0 && shared.insert(from) {
                own += count(dropped);
            }
        }
        if own > 0 || span.dropped_events > 0 || span.dropped_links > 0 {
            attributes += own;
            events += count(span.dropped_events);
            links += count(span.dropped_links);
            nodes.push(node);
        }
    }
    (!nodes.is_empty()).then_some(Gap { what: Lack::Parts { attributes, events, links }, nodes })
}

fn children(trace: &Trace, tree: &Tree) -> Option<Gap> {
    let runs = |node: &usize| {
        let runs = tree.span(trace, *node).is_some_and(|span| span.end.is_none());
        runs && tree.nodes()[*node].size > 1
    };
    let nodes: Vec<usize> = (0..tree.nodes().len()).filter(runs).collect();
    let arrived = nodes.iter().map(|node| tree.children(*node).count()).sum();
    (!nodes.is_empty()).then_some(Gap { what: Lack::Children { arrived }, nodes })
}

impl Lack {
    /// A word for machines: `answers`, `parts`, `children`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Answers { .. } => "answers",
            Self::Parts { .. } => "parts",
            Self::Children { .. } => "children",
        }
    }
}

/// In one line, not escaped for any medium.
impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.nodes.len();
        match &self.what {
            Lack::Answers { callee, answered } => {
                let (calls, has) = (some(count, "call"), if count == 1 { "has" } else { "have" });
                write!(
                    f,
                    "{calls} of {callee} {has} no answer that has arrived (yet), and {answered} {}",
                    if *answered == 1 { "has" } else { "have" }
                )
            }
            Lack::Parts { attributes, events, links } => {
                let parts = [(*attributes, "attribute"), (*events, "event"), (*links, "link")];
                let parts: Vec<String> =
                    parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| some(count, what)).collect();
                let sender = if count == 1 { "its sender" } else { "their senders" };
                write!(f, "{} came without {}, which {sender} had dropped", some(count, "span"), listed(&parts))
            }
            Lack::Children { arrived } => {
                let (runs, it) = if count == 1 { ("runs", "it") } else { ("run", "them") };
                let children = if *arrived == 1 { "1 child".to_owned() } else { format!("{arrived} children") };
                write!(f, "{} still {runs}: more may come than the {children} below {it}", some(count, "span"))
            }
        }
    }
}

fn some(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn listed(parts: &[String]) -> String {
    match parts.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{named, of_kind, running, span, trace};
    use super::*;
    use crate::model::Event;

    fn words(spans: Vec<Span>) -> Vec<String> {
        let trace = trace(spans);
        let tree = Tree::build(&trace);
        gaps(&trace, &tree).iter().map(Gap::to_string).collect()
    }

    fn call(to: &str, id: u64) -> Span {
        let mut call = of_kind(SpanKind::Client, span(id, 1, id, id + 1));
        call.attributes.push("peer.service", to);
        call
    }

    fn answer(id: u64, to: u64) -> Span {
        of_kind(SpanKind::Server, named("api", "get", span(id, to, to, to + 1)))
    }

    #[test]
    fn a_call_without_an_answer_counts_where_others_of_the_same_have_one() {
        let spans = vec![span(1, 0, 0, 30), call("api", 2), answer(20, 2), call("api", 3), call("db", 4)];
        assert_eq!(words(spans.clone()), ["1 call of api has no answer that has arrived (yet), and 1 has"]);
        let more = [spans, vec![call("api", 5), call("api", 6), answer(60, 6)]].concat();
        assert_eq!(words(more), ["2 calls of api have no answer that has arrived (yet), and 2 have"]);
        assert!(words(vec![span(1, 0, 0, 30), call("api", 2), call("api", 3)]).is_empty(), "nobody there sends spans");
    }

    #[test]
    fn a_call_within_a_call_is_answered_with_it() {
        let mut inner = call("api", 3);
        inner.parent = Some(call("", 2).id);
        let spans = vec![span(1, 0, 0, 30), call("api", 2), inner, answer(30, 3), call("api", 4), answer(40, 4)];
        assert!(words(spans).is_empty());
    }

    #[test]
    fn what_senders_dropped_is_counted_and_a_resource_once() {
        let mut first = Span { dropped_attributes: 2, dropped_links: 1, ..span(1, 0, 0, 9) };
        Arc::make_mut(&mut first.resource).dropped_attributes = 3;
        first.events.push(Event { dropped_attributes: 1, ..Event::default() });
        assert_eq!(words(vec![first.clone()]), ["1 span came without 6 attributes and 1 link, which its sender had dropped"]);
        let second = Span { dropped_events: 1, resource: Arc::clone(&first.resource), ..span(2, 1, 1, 2) };
        assert_eq!(
            words(vec![first, second]),
            ["2 spans came without 6 attributes, 1 event and 1 link, which their senders had dropped"]
        );
    }

    #[test]
    fn more_may_come_below_what_still_runs() {
        let spans = vec![running(span(1, 0, 0, 0)), span(2, 1, 1, 2)];
        assert_eq!(words(spans), ["1 span still runs: more may come than the 1 child below it"]);
        assert!(words(vec![running(span(1, 0, 0, 0))]).is_empty());
    }
}
