//! What of the traces that were seen no assertion was about: services, operations, calls, and failures.
//!
//! A span is *touched* where it has a part in what some assertion's expression found ([`crate::query::Expr::touched`]). From that:
//!
//! - A service or an operation – a service, a span's name without what differs from call to call, and its kind – is touched with one
//!   of its spans.
//! - A call of one service by another, by the rules of [`graph`](super::graph), is touched where the span that answers is, and with it
//!   some span of the caller from which the call was made: the span above it, or those of the same service right above that. So
//!   `{ service = "web" } >> { service = "pay" }` is about their call, whatever web's libraries put between the two.
//! - A call of something that sends no spans, such as a database, is touched with the caller's span: nobody else tells of it.
//! - An operation's failures are touched with one of its spans that failed.
//!
//! A trace is looked at once, with all that touches it.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::model::{Span, SpanKind, Trace};

use super::graph::{answering, silent};
use super::{Tree, What, normalised};

/// Gathers traces one by one, so that no more than one of them needs to be in memory.
#[derive(Debug, Default)]
pub struct CoverageBuilder {
    traces: usize,
    services: HashMap<String, Reach>,
    operations: HashMap<(String, String, SpanKind), (Reach, Reach)>,
    edges: HashMap<(String, String, Option<String>), Reach>,
}

/// What was seen, and what of it some assertion was about. Lists are by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// How many traces there were.
    pub traces: usize,
    /// Who sent spans.
    pub services: Vec<Service>,
    /// What they did.
    pub operations: Vec<Operation>,
    /// Who called whom.
    pub edges: Vec<Edge>,
}

/// How much was seen of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// How many spans; of a call, how often it was made.
    pub spans: usize,
    /// In how many traces.
    pub traces: usize,
    /// How many of the spans or calls are touched.
    pub touched: usize,
    /// The number of the trace in which it was counted last.
    last: usize,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name; empty where nobody says it.
    pub name: String,
    /// How much was seen of it.
    pub reach: Reach,
}

/// What a service does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The service's name; empty where nobody says it.
    pub service: String,
    /// The spans' name, [normalised].
    pub name: String,
    /// Their role in a call.
    pub kind: SpanKind,
    /// How much was seen of it.
    pub reach: Reach,
    /// The same of those that failed.
    pub failed: Reach,
}

/// Calls of one by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The service that calls; empty where nobody says its name.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// What that is, as for [`crate::model::graph::Node::kind`]; `None` is a service.
    pub to_kind: Option<String>,
    /// How many calls were seen.
    pub reach: Reach,
}

impl Reach {
    /// Whether some assertion was about it.
    pub fn is_touched(self) -> bool {
        self.touched > 0
    }

    /// One more, in the trace of this number, which is never 0.
    fn add(&mut self, trace: usize, touched: bool) {
        self.spans += 1;
        self.touched += usize::from(touched);
        self.traces += usize::from(self.last != trace);
        self.last = trace;
    }

    /// Without what was only needed while counting.
    fn finish(self) -> Self {
        Self { last: 0, ..self }
    }
}

impl Operation {
    /// Whether it has failed, and no assertion was about that.
    pub fn fails_unseen(&self) -> bool {
        self.failed.spans > 0 && !self.failed.is_touched()
    }
}

impl CoverageBuilder {
    /// Adds a trace. `touched` says by place in [`Trace::spans`] which spans some assertion was about; what it does not reach to is
    /// not touched. Costs O(n log n) for the tree, and one pass.
    pub fn add(&mut self, trace: &Trace, touched: &[bool]) {
        self.traces += 1;
        let tree = Tree::build(trace);
        let (answers, silent) = (answering(trace, &tree), silent(trace, &tree));
        // Whether each node's span is touched, or one of the same service right above it.
        let mut from_touched = vec![false; tree.nodes().len()];
        for (place, node) in tree.nodes().iter().enumerate() {
            let What::Span(at) = node.what else { continue };
            let span = &trace.spans()[at];
            let touched = touched.get(at).copied().unwrap_or(false);
            self.count(span, touched);
            from_touched[place] = touched;
            if let Some(above) = node.parent
                && let Some(caller) = tree.span(trace, above)
            {
                if answers[place] {
                    let edge = (caller.service().to_owned(), span.service().to_owned(), None);
                    self.edges.entry(edge).or_default().add(self.traces, touched && from_touched[above]);
                } else {
                    from_touched[place] |= from_touched[above];
                }
            }
            if let Some(callee) = &silent[place] {
                let edge = (span.service().to_owned(), callee.name.clone(), callee.kind.clone());
                self.edges.entry(edge).or_default().add(self.traces, touched);
            }
        }
    }

    /// What was seen, and what of it is touched.
    pub fn finish(self) -> Coverage {
        let mut services: Vec<_> =
            self.services.into_iter().map(|(name, reach)| Service { name, reach: reach.finish() }).collect();
        services.sort_by(|a, b| a.name.cmp(&b.name));
        let operation = |((service, name, kind), (reach, failed)): (_, (Reach, Reach))| Operation {
            service,
            name,
            kind,
            reach: reach.finish(),
            failed: failed.finish(),
        };
        let mut operations: Vec<_> = self.operations.into_iter().map(operation).collect();
        operations.sort_by(|a, b| (&a.service, &a.name, a.kind).cmp(&(&b.service, &b.name, b.kind)));
        let edge = |((from, to, to_kind), reach): (_, Reach)| Edge { from, to, to_kind, reach: reach.finish() };
        let mut edges: Vec<_> = self.edges.into_iter().map(edge).collect();
        edges.sort_by(|a, b| (&a.from, &a.to, &a.to_kind).cmp(&(&b.from, &b.to, &b.to_kind)));
        Coverage { traces: self.traces, services, operations, edges }
    }

    fn count(&mut self, span: &Span, touched: bool) {
        let service = span.service();
        if let Some(reach) = self.services.get_mut(service) {
            reach.add(self.traces, touched);
        } else {
            self.services.entry(service.to_owned()).or_default().add(self.traces, touched);
        }
        let operation = (service.to_owned(), normalised(&span.name).into_owned(), span.kind);
        let (reach, failed) = self.operations.entry(operation).or_default();
        reach.add(self.traces, touched);
        if span.is_error() {
            failed.add(self.traces, touched);
        }
    }
}
