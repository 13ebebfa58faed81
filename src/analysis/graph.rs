//! Who calls whom, from traces.
//!
//! The rules are those of AWS X-Ray's service map (<https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html>,
//! "Subsegments" and "Service graph") and of OpenTelemetry's service graph connector
//! (<https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/servicegraphconnector>), which agree but
//! for what they call things:
//!
//! - A service is a node: `service.name`, and of X-Ray's segments also the origin, so that a Lambda function and the Lambda service
//!   that runs it are two. Its figures are those of the spans with which requests enter it: their parent is a call of another
//!   service, has not arrived, or there is none.
//! - A span is a call where its parent is another service's, or where a server's span answers a client's of the same service. The
//!   edge has the figures of the caller's span, once for each node that answers, as long as that span is a client's or a
//!   producer's; else those of the span that answers.
//! - A client's or a producer's span that nobody answers is a call of something that sends no spans: a node whose name and kind
//!   come from the span's attributes (see `callee`), with the figures of these calls (X-Ray: an inferred segment; the connector:
//!   a virtual node). A client's span right below another one of the same service is how that call is made – the HTTP request of
//!   a database client – and no call of its own, unless somebody answers it.
//! - A server's span without a parent was called by somebody who sends no spans: an edge from the node `client`, of which
//!   there are no figures (X-Ray: the client node; the connector: `user`).
//! - A consumer below a producer's span is a call like any other, in which the producer does not wait. Links are no calls: what
//!   they point to is another trace, and both services just stand there by themselves. (X-Ray draws links as edges of
//!   their own type; the connector does not.)
//!
//! Whose parent a span is, where ids are shared, missing or lead in circles, is [`Tree`]'s to say.

pub(super) mod callee;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::graph::{Edge, Node, ServiceGraph};
use crate::model::{Resource, Span, SpanKind, Trace};

use super::tally::Tally;
use super::{Marks, Tree, What};

/// Gathers traces one by one, so that no more than one of them needs to be in memory.
#[derive(Debug, Default)]
pub struct GraphBuilder {
    nodes: Vec<Gathered>,
    /// Places in `nodes`, by name and kind.
    places: HashMap<(String, Option<String>), usize>,
    edges: HashMap<(usize, usize), Tally>,
    unknown_callers: usize,
}

/// A node in the making.
#[derive(Debug)]
struct Gathered {
    name: String,
    kind: Option<String>,
    root: bool,
    /// Whether a caller has called it by what is, by convention, a service's own name.
    by_service_name: bool,
    tally: Option<Tally>,
}

impl GraphBuilder {
    /// Adds the calls of a trace. Looks at each span once, after [`Tree::build`].
    pub fn add(&mut self, trace: &Trace) {
        let tree = Tree::build(trace);
        let calls = Calls::read(self, trace, &tree);
        // A client's span counts once for each node that answers it.
        let mut counted = HashSet::new();
        for place in 0..tree.nodes().len() {
            let Some(span) = calls.spans[place] else { continue };
            let service = calls.services[place];
            let above = calls.above(place);
            match above {
                Some(above) if calls.crosses(above, place) => {
                    let caller = calls.spans[above].filter(|caller| asks(caller));
                    if caller.is_none() || counted.insert((above, service)) {
                        self.edges.entry((calls.services[above], service)).or_default().add(caller.unwrap_or(span));
                    }
                    self.tally(service).add(span);
                }
                Some(_) => {}
                None => self.enter(span, service, tree.nodes()[place].marks.any(Marks::CYCLE)),
            }
            let part_of_a_call = above.is_some_and(|above| calls.same_call(above, place));
            if asks(span) && !calls.answered[place] && !part_of_a_call {
                self.call(span, service);
            }
        }
    }

    /// How many spans entered a service from a parent that has not arrived, so that their callers are not known.
    pub fn unknown_callers(&self) -> usize {
        self.unknown_callers
    }

    /// The graph, in [normal](ServiceGraph::normal) form.
    pub fn finish(mut self) -> ServiceGraph {
        let mut kinds = HashMap::<String, Vec<Option<String>>>::new();
        for node in self.nodes.iter().filter(|node| !node.is_inferred()) {
            kinds.entry(node.name.clone()).or_default().push(node.kind.clone());
        }
        // A service that was called by its name, in a call that it did not answer, is that service.
        for node in self.nodes.iter_mut().filter(|node| node.by_service_name) {
            if let Some([kind]) = kinds.get(&node.name).map(Vec::as_slice) {
                node.kind.clone_from(kind);
                node.tally = None;
            }
        }
        let edges =
            self.edges.into_iter().map(|((from, to), tally)| Edge { from, to, figures: Some(tally.finish()) }).collect();
        ServiceGraph { nodes: self.nodes.into_iter().map(Gathered::finish).collect(), edges }.normal()
    }

    /// A request that comes from outside of what is known.
    fn enter(&mut self, span: &Span, service: usize, cut: bool) {
        self.tally(service).add(span);
        if cut || span.parent.is_some() {
            self.unknown_callers += 1;
            return;
        }
        self.nodes[service].root = true;
        if span.kind == SpanKind::Server {
            let client = self.place(Node::CLIENT, Some(Node::CLIENT));
            self.edges.entry((client, service)).or_default().add(span);
        }
    }

    /// A call of something that sends no spans.
    fn call(&mut self, span: &Span, service: usize) {
        let callee = callee::of(span);
        let place = self.place(&callee.name, Some(callee.kind));
        self.nodes[place].by_service_name |= callee.by_service_name;
        self.tally(place).add(span);
        self.edges.entry((service, place)).or_default().add(span);
    }

    fn tally(&mut self, place: usize) -> &mut Tally {
        self.nodes[place].tally.get_or_insert_default()
    }

    fn place(&mut self, name: &str, kind: Option<&str>) -> usize {
        let key = (name.to_owned(), kind.map(str::to_owned));
        let next = self.nodes.len();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            let (name, kind) = (name.to_owned(), kind.map(str::to_owned));
            self.nodes.push(Gathered { name, kind, root: false, by_service_name: false, tally: None });
        }
        place
    }
}

impl Gathered {
    fn is_inferred(&self) -> bool {
        Node::is_inferred_kind(self.kind.as_deref())
    }

    fn finish(self) -> Node {
        Node { name: self.name, kind: self.kind, root: self.root, figures: self.tally.map(Tally::finish) }
    }
}

/// Something that is called and sends no spans.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Silent {
    /// Its name; never empty.
    pub name: String,
    /// What it is, as for [`Node::kind`]; `None` where the name is by convention a service's own.
    pub kind: Option<String>,
}

/// Of each node of a tree, what its span is a call of, where that sends no spans and is known by name: by the rules of this module.
pub fn silent(trace: &Trace, tree: &Tree) -> Vec<Option<Silent>> {
    let calls = Calls::read(&mut GraphBuilder::default(), trace, tree);
    let called = |place: usize| {
        let span = calls.spans[place].filter(|span| asks(span) && !calls.answered[place])?;
        if calls.above(place).is_some_and(|above| calls.same_call(above, place)) {
            return None;
        }
        let callee = callee::of(span);
        let kind = (!callee.by_service_name).then(|| callee.kind.to_owned());
        (!callee.name.is_empty()).then(|| Silent { name: callee.name.into_owned(), kind })
    };
    (0..tree.nodes().len()).map(called).collect()
}

/// Of each node of a tree, whether its span answers a call of the span above it: by the rules of this module.
pub fn answering(trace: &Trace, tree: &Tree) -> Vec<bool> {
    let calls = Calls::read(&mut GraphBuilder::default(), trace, tree);
    (0..tree.nodes().len())
        .map(|place| calls.spans[place].is_some() && calls.above(place).is_some_and(|above| calls.crosses(above, place)))
        .collect()
}

/// Whether the span is a caller's.
fn asks(span: &Span) -> bool {
    matches!(span.kind, SpanKind::Client | SpanKind::Producer)
}

/// The spans of a trace by their places in the tree, and which of them are answered.
struct Calls<'a> {
    tree: &'a Tree,
    /// The span at each node of the tree; `None` is one that has not arrived.
    spans: Vec<Option<&'a Span>>,
    /// Which node of the graph each is of; means nothing of those that have not arrived.
    services: Vec<usize>,
    /// Whether a caller's span is answered by another service, itself or in what it consists of.
    answered: Vec<bool>,
}

impl<'a> Calls<'a> {
    fn read(builder: &mut GraphBuilder, trace: &'a Trace, tree: &'a Tree) -> Self {
        let spans: Vec<_> = tree
            .nodes()
            .iter()
            .map(|node| match node.what {
                What::Span(place) => trace.spans().get(place),
                What::Missing(_) => None,
            })
            .collect();
        // Spans of one resource share it: its service is looked up once.
        let mut known = HashMap::<*const Resource, usize>::new();
        let services = spans.iter().map(|span| {
            span.map_or(0, |span| {
                *known.entry(Arc::as_ptr(&span.resource)).or_insert_with(|| {
                    let origin = span.resource.attributes.str("aws.xray.origin").filter(|origin| !origin.is_empty());
                    builder.place(span.service(), origin)
                })
            })
        });
        let services = services.collect();
        let mut calls = Self { tree, answered: vec![false; spans.len()], spans, services };
        // Children before their parents.
        for place in (0..calls.spans.len()).rev() {
            if let Some(above) = calls.above(place)
                && (calls.crosses(above, place) || (calls.answered[place] && calls.same_call(above, place)))
            {
                calls.answered[above] = true;
            }
        }
        calls
    }

    /// The place of the parent, where that has arrived.
    fn above(&self, place: usize) -> Option<usize> {
        self.tree.nodes()[place].parent.filter(|above| self.spans[*above].is_some())
    }

    /// Whether there is a call between a span and its parent.
    fn crosses(&self, above: usize, place: usize) -> bool {
        let answers = |span: &Span| matches!(span.kind, SpanKind::Server | SpanKind::Consumer);
        self.services[above] != self.services[place]
            || (self.spans[above].is_some_and(asks) && self.spans[place].is_some_and(answers))
    }

    /// Whether a caller's span is how the caller's span above it makes its call.
    fn same_call(&self, above: usize, place: usize) -> bool {
        self.services[above] == self.services[place]
            && self.spans[above].is_some_and(asks)
            && self.spans[place].is_some_and(asks)
    }
}
