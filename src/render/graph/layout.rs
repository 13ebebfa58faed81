//! A graph as a list of rows: from the roots down, every edge in one row. Nothing here writes text to be shown.

use std::cmp::Reverse;

use crate::model::ServiceGraph;
use crate::model::graph::{Figures, Node};

/// A row: a node at the top, or a call of one node by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// Who stands here.
    pub(super) node: usize,
    /// The call that leads here; `None` at the top.
    pub(super) edge: Option<usize>,
    /// How many callers are above.
    pub(super) depth: usize,
    /// Whether no sibling follows.
    pub(super) last: bool,
    /// Whether this is the place of its node: the top, or the busiest caller's call.
    pub(super) home: bool,
    /// Where to look for what the node calls, if that does not stand below.
    pub(super) elsewhere: Option<Elsewhere>,
}

/// Where a node's own calls are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Elsewhere {
    /// It is one of the callers above this row: the calls go round in a circle.
    Circle,
    /// Further up.
    Above,
    /// Further down.
    Below,
}

/// Who calls whom, busiest first.
pub(super) struct Calls<'a> {
    graph: &'a ServiceGraph,
    /// The edges of each node.
    of: Vec<Vec<usize>>,
}

/// Puts a graph in rows. A node's own calls stand below its busiest caller; all other rows of that node refer to them. A node that
/// calls nobody needs no reference, and stands wherever it is called.
///
/// On top are those whom nobody calls; where calls go round in circles that nobody enters, whoever processed requests first, or
/// else the busiest.
pub(super) fn rows(graph: &ServiceGraph) -> Vec<Row> {
    let calls = Calls::read(graph);
    let (tops, homes) = calls.homes();
    let mut rows: Vec<Row> = Vec::with_capacity(graph.edges.len() + tops.len());
    let mut drawn = vec![false; graph.nodes.len()];
    let mut above = vec![false; graph.nodes.len()];
    let mut path: Vec<usize> = Vec::new();
    let top = |&node: &usize| Row { node, edge: None, depth: 0, last: true, home: true, elsewhere: None };
    let mut open: Vec<Row> = tops.iter().rev().map(top).collect();
    while let Some(mut row) = open.pop() {
        for left in path.drain(row.depth..) {
            above[left] = false;
        }
        let node = row.node;
        row.home = row.edge == homes[node];
        if !row.home && !calls.of[node].is_empty() {
            row.elsewhere = Some(match (above[node], drawn[node]) {
                (true, _) => Elsewhere::Circle,
                (false, true) => Elsewhere::Above,
                (false, false) => Elsewhere::Below,
            });
        }
        rows.push(row);
        if !row.home {
            continue;
        }
        path.push(node);
        (drawn[node], above[node]) = (true, true);
        let below = calls.of[node].iter().enumerate().map(|(nth, &edge)| Row {
            node: graph.edges[edge].to,
            edge: Some(edge),
            depth: row.depth + 1,
            last: nth + 1 == calls.of[node].len(),
            home: false,
            elsewhere: None,
        });
        open.extend(below.rev());
    }
    rows
}

impl<'a> Calls<'a> {
    pub(super) fn read(graph: &'a ServiceGraph) -> Self {
        let mut of = vec![Vec::new(); graph.nodes.len()];
        for (place, edge) in graph.edges.iter().enumerate().filter(|(_, edge)| edge.to < graph.nodes.len()) {
            if let Some(calls) = of.get_mut(edge.from) {
                calls.push(place);
            }
        }
        for calls in &mut of {
            calls.sort_by_key(|&edge| {
                let (edge, callee) = (&graph.edges[edge], &graph.nodes[graph.edges[edge].to]);
                (Reverse(total(edge.figures.as_ref())), &callee.name, &callee.kind)
            });
        }
        Self { graph, of }
    }

    /// The edges of a node, busiest first.
    pub(super) fn calls(&self, node: usize) -> &[usize] {
        &self.of[node]
    }

    /// The nodes at the top, and of every other node the edge below which its own calls stand.
    fn homes(&self) -> (Vec<usize>, Vec<Option<usize>>) {
        let edges = &self.graph.edges;
        let order = self.order();
        let circular = self.circular(&order);
        let mut homes: Vec<Option<usize>> = vec![None; order.len()];
        let callers = order.iter().flat_map(|&caller| &self.of[caller]).copied();
        for edge in callers.filter(|&edge| !circular[edge]) {
            let calls = |edge: usize| total(edges[edge].figures.as_ref());
            let home = &mut homes[edges[edge].to];
            if home.is_none_or(|home| calls(edge) > calls(home)) {
                *home = Some(edge);
            }
        }
        (order.into_iter().filter(|&place| homes[place].is_none()).collect(), homes)
    }

    /// All nodes, those first where reading begins.
    pub(super) fn order(&self) -> Vec<usize> {
        let nodes = &self.graph.nodes;
        let mut called = vec![false; nodes.len()];
        for edge in self.of.iter().flatten().map(|&edge| &self.graph.edges[edge]).filter(|edge| edge.from != edge.to) {
            called[edge.to] = true;
        }
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        order.sort_by_key(|&place| {
            let node = &nodes[place];
            let client = node.kind.as_deref() == Some(Node::CLIENT);
            (called[place], Reverse(client), Reverse(node.root), Reverse(self.busy(place)), &node.name, &node.kind)
        });
        order
    }

    /// Which edges lead back to a caller, where all are followed from nodes in this order. Without them, calls never go round in
    /// circles, and everybody whom others call is still called by one of them.
    pub(super) fn circular(&self, order: &[usize]) -> Vec<bool> {
        let mut circular = vec![false; self.graph.edges.len()];
        // How many of its edges each node has followed; `None` is a node that has not been seen.
        let mut followed: Vec<Option<usize>> = vec![None; order.len()];
        let mut path = Vec::new();
        let mut on_path = vec![false; order.len()];
        for &first in order {
            if followed[first].is_none() {
                (followed[first], on_path[first]) = (Some(0), true);
                path.push(first);
            }
            while let Some(&node) = path.last() {
                let next = followed[node].get_or_insert_default();
                let Some(&edge) = self.of[node].get(*next) else {
                    on_path[node] = false;
                    path.pop();
                    continue;
                };
                *next += 1;
                let callee = self.graph.edges[edge].to;
                circular[edge] = on_path[callee];
                if followed[callee].is_none() {
                    (followed[callee], on_path[callee]) = (Some(0), true);
                    path.push(callee);
                }
            }
        }
        circular
    }

    /// How many requests it answered, or, where that is not known, made.
    fn busy(&self, node: usize) -> u64 {
        let made = || {
            let calls = self.of[node].iter().map(|&edge| total(self.graph.edges[edge].figures.as_ref()));
            calls.fold(0, u64::saturating_add)
        };
        self.graph.nodes[node].figures.as_ref().map_or_else(made, |figures| figures.total)
    }
}

fn total(figures: Option<&Figures>) -> u64 {
    figures.map_or(0, |figures| figures.total)
}
