//! A graph in Mermaid's language, for Markdown that GitHub and others draw (<https://mermaid.js.org/syntax/flowchart.html>).

use std::fmt::Write as _;

use crate::model::ServiceGraph;
use crate::model::graph::{Figures, Node};
use crate::render::escape;

use super::{call_lines, shown_name};

/// Writes a flowchart from left to right: every node once, as `n0`, `n1` …, in the order of the graph, and every edge once. What
/// failed is red.
pub fn render(graph: &ServiceGraph) -> String {
    let mut out = String::from("flowchart LR\n");
    let mut write = |line: String| writeln!(out, "  {line}").expect("a string takes all that is written to it");
    let failed = |figures: Option<&Figures>| figures.is_some_and(|figures| figures.failed() > 0);
    for (nth, node) in graph.nodes.iter().enumerate() {
        let (open, close) = shape(node);
        let mut label = escape::mermaid(shown_name(node)).into_owned();
        if let Some(kind) = node.kind.as_deref().filter(|kind| *kind != node.name) {
            label = format!("{label}<br/>{}", escape::mermaid(kind));
        }
        write(format!("n{nth}{open}\"{label}\"{close}"));
    }
    let edges = || graph.edges.iter().filter(|edge| edge.from.max(edge.to) < graph.nodes.len());
    for edge in edges() {
        let label: Vec<String> =
            call_lines(edge.figures.as_ref()).iter().map(|(line, _)| escape::mermaid(line).into()).collect();
        let label = if label.is_empty() { String::new() } else { format!("|\"{}\"|", label.join("<br/>")) };
        write(format!("n{} -->{label} n{}", edge.from, edge.to));
    }
    let nodes = places(graph.nodes.iter().map(|node| failed(node.figures.as_ref())), "n");
    if !nodes.is_empty() {
        write("classDef failed stroke:#d1242f,stroke-width:2px".to_owned());
        write(format!("class {nodes} failed"));
    }
    let edges = places(edges().map(|edge| failed(edge.figures.as_ref())), "");
    if !edges.is_empty() {
        write(format!("linkStyle {edges} stroke:#d1242f"));
    }
    out
}

/// Which of them, as a list.
fn places(which: impl Iterator<Item = bool>, prefix: &str) -> String {
    let which: Vec<String> = which.enumerate().filter(|(_, is)| *is).map(|(nth, _)| format!("{prefix}{nth}")).collect();
    which.join(",")
}

/// A database is a drum, a client a pill, and whatever sends no spans itself has round corners.
fn shape(node: &Node) -> (&'static str, &'static str) {
    match node.kind.as_deref() {
        Some(Node::CLIENT) => ("([", "])"),
        Some(Node::DATABASE) => ("[(", ")]"),
        Some(Node::MESSAGING | Node::REMOTE) => ("(", ")"),
        _ => ("[", "]"),
    }
}
