//! Who calls whom.

use serde::Serialize;

use crate::model::ServiceGraph;
use crate::model::graph::{Edge, Figures, Node};
use crate::model::time::Nanos;

/// The document.
#[derive(Serialize)]
pub(super) struct GraphDocument<'a> {
    schema: u32,
    nodes: Vec<NodeView<'a>>,
    edges: Vec<EdgeView<'a>>,
    notes: &'a [String],
}

impl<'a> GraphDocument<'a> {
    pub(super) fn of(graph: &'a ServiceGraph, notes: &'a [String]) -> Self {
        let name = |place: usize| graph.nodes.get(place).map(|node| node.name.as_str());
        Self {
            schema: super::SCHEMA,
            nodes: graph.nodes.iter().map(NodeView::of).collect(),
            edges: graph.edges.iter().filter_map(|edge| Some(EdgeView::of(edge, name(edge.from)?, name(edge.to)?))).collect(),
            notes,
        }
    }
}

#[derive(Serialize)]
struct NodeView<'a> {
    /// Empty where nobody says it.
    name: &'a str,
    /// `null` is a service that sends spans.
    kind: Option<&'a str>,
    /// Whether it was the first service to process some request.
    root: bool,
    /// The requests that it answered.
    figures: Option<FiguresView>,
}

impl<'a> NodeView<'a> {
    fn of(node: &'a Node) -> Self {
        let figures = node.figures.as_ref().map(FiguresView::of);
        Self { name: &node.name, kind: node.kind.as_deref(), root: node.root, figures }
    }
}

#[derive(Serialize)]
struct EdgeView<'a> {
    /// Who calls: a place in `nodes`, counted from 0.
    from: usize,
    /// Who is called.
    to: usize,
    from_name: &'a str,
    to_name: &'a str,
    /// The calls.
    figures: Option<FiguresView>,
}

impl<'a> EdgeView<'a> {
    fn of(edge: &Edge, from_name: &'a str, to_name: &'a str) -> Self {
        Self { from: edge.from, to: edge.to, from_name, to_name, figures: edge.figures.as_ref().map(FiguresView::of) }
    }
}

#[derive(Serialize)]
pub(super) struct FiguresView {
    count: u64,
    /// Ended without failing.
    ok_count: u64,
    /// Failed, for whatever reason: the sum of the next four.
    failed_count: u64,
    /// HTTP 4xx but 429.
    error_count: u64,
    /// HTTP 429.
    throttle_count: u64,
    /// HTTP 5xx.
    fault_count: u64,
    /// Failed, and nobody says whose fault it was.
    failure_count: u64,
    /// All durations together.
    total_ns: Nanos,
    /// By nearest rank; `null` where no duration is known.
    p50_ns: Option<Nanos>,
    p90_ns: Option<Nanos>,
    p99_ns: Option<Nanos>,
    max_ns: Option<Nanos>,
}

impl FiguresView {
    pub(super) fn of(figures: &Figures) -> Self {
        Self {
            count: figures.total,
            ok_count: figures.ok,
            failed_count: figures.failed(),
            error_count: figures.errors,
            throttle_count: figures.throttles,
            fault_count: figures.faults,
            failure_count: figures.failures,
            total_ns: figures.time,
            p50_ns: figures.durations.percentile(5_000),
            p90_ns: figures.durations.percentile(9_000),
            p99_ns: figures.durations.percentile(9_900),
            max_ns: figures.durations.percentile(10_000),
        }
    }
}
