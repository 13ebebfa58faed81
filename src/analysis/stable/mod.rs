//! What can be asserted of good traces: what is the same in all of them.
//!
//! An *operation* is what spans of one service, kind and name do. Where a name carries ids, operations are told apart by the route, or
//! by what is left of the name ([`normalise`](super::normalise)) – but a name that is in all of several traces is taken for what it is.
//! From traces that are taken to be good:
//!
//! - An operation that is in all of them is asserted, and that each of its spans has the attributes that all of them have with one value.
//!   Only attributes are asked for of which OpenTelemetry's conventions say that they have few values
//!   (<https://opentelemetry.io/docs/specs/semconv/>): never ids, times, hosts, ports, processes or versions.
//! - So is that one operation is directly below another, where their services or kinds differ and that is so in all traces.
//! - How often it happens is asserted where that is the same in all of several traces, and more than once. Where it differs, an upper
//!   bound is suggested.
//! - Nothing fails, but for what failed in some of the good traces.
//! - How long the operations with which requests enter a service may take is suggested: twice what the slowest took.
//!
//! What is told of an operation is told of all spans that its expression finds, so that every claim holds on every trace that it
//! was made from, and so does every suggestion. What is not in all traces is no claim, but noise, which is told with its reason.
//!
//! From a single trace everything looks stable, so counts are only suggested, and what looks like an id is no value to ask for.

mod attributes;
mod bound;
mod claims;
mod name;
mod operations;
#[cfg(test)]
mod tests;

use crate::model::{Nanos, SpanKind, Trace, TraceId};
use crate::query::Expr;

/// What is the same in all of some traces, and what is not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stable {
    /// The traces, each once.
    pub traces: Vec<TraceId>,
    /// What can be asserted: operations, those of a service together, each with its counts; then what is below what; then failures.
    pub claims: Vec<Claim>,
    /// What was left out, and why.
    pub noise: Vec<Noise>,
}

/// Something that holds on every one of the traces.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What it says.
    pub about: About,
    /// What is looked for.
    pub expr: Expr,
    /// What every span that is found must satisfy.
    pub every: Option<Expr>,
    /// Whether nothing may be found.
    pub absent: bool,
    /// Whether there is too little to go by to assert it.
    pub suggested: bool,
    /// How long it may take, as far as one can suggest.
    pub bound: Option<Bound>,
}

/// A bound on how long something takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// What every span must satisfy: the bound, and what it must satisfy without one.
    pub every: Expr,
    /// How long the slowest took, in nanoseconds.
    pub slowest: Nanos,
}

/// What a claim says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// It happens.
    Operation(Operation),
    /// It happens so often in a trace.
    Count(Operation, usize),
    /// It happens at most so often in a trace; the least that was seen, and the most.
    AtMost(Operation, usize, usize),
    /// The second is directly below the first.
    Edge(Operation, Operation),
    /// Nothing fails, but so many operations that did.
    Failures(usize),
}

/// An operation, in words. Not escaped for any medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The service's name; empty where nobody says it.
    pub service: String,
    /// Its name, with `…` for what differs.
    pub name: String,
    /// Its role in a call; `None` of what happens within a service.
    pub kind: Option<SpanKind>,
    /// What it is a call of, where that sends no spans.
    pub callee: Option<String>,
}

/// What was left out, and why. Not escaped for any medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noise {
    /// An operation that is in so many of the traces.
    Operation(Operation, usize),
    /// One is directly below another in so many of the traces.
    Edge(Operation, Operation, usize),
    /// An attribute that could be asked for, were it the same on all spans of the operation.
    Attribute {
        /// Whose.
        of: Operation,
        /// Which, by its newest name.
        key: String,
        /// Why not.
        why: Why,
    },
    /// An attribute that differs and is none of those that are asked for.
    Differs(String),
    /// So many attributes that do not differ and are none of those that are asked for.
    Unlisted(usize),
    /// So many spans with a name, or of a service with a name, that nobody would want to read in a file.
    LongNames(usize),
    /// So many more operations.
    MoreOperations(usize),
    /// So many more that are below each other.
    MoreEdges(usize),
    /// So many different operations fail that nothing is said of failures.
    Failures(usize),
}

/// Why an attribute is not asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It has several values; some of them.
    Differs(Vec<String>),
    /// Not every span has it.
    Missing,
    /// It may be an id, and there is one trace only.
    Id,
}

/// What can be asserted of these traces, which are taken to be good. One that is there twice counts once. Costs one pass over the
/// spans for each of at most fifty operations, and O(n log n) for the trees.
pub fn stable(traces: &[Trace]) -> Stable {
    let mut seen = std::collections::HashSet::new();
    let traces: Vec<&Trace> = traces.iter().filter(|trace| seen.insert(trace.id())).collect();
    let (claims, noise) = claims::claims(&traces);
    Stable { traces: traces.iter().map(|trace| trace.id().clone()).collect(), claims, noise }
}
