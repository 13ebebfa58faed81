//! A graph as a picture.

use std::fmt::Write as _;

use crate::model::ServiceGraph;
use crate::model::graph::Node;
use crate::render::picture::{self, LINE, MARGIN};
use crate::render::{escape, text};

use super::layers::{Layers, layers};
use super::{call_lines, shown_name, summary};

/// For the line at the top.
const HEADING: f64 = 32.0;
/// Between what lies below each other.
const GAP: f64 = 22.0;
/// On both sides of a label, for lines to bend in.
const BEND: f64 = 36.0;
/// Around the text of a node.
const PADDING: f64 = 12.0;
/// The most columns that a node's text has.
const MOST_COLUMNS: usize = 32;
/// From one line's end at a node's side to the next.
const PORT: f64 = 12.0;

/// Colours of what is no text.
const LIGHT: &str = "\
.box{fill:#f6f8fa;stroke:#d1d9e0}.failed .box{stroke:#d1242f}.mark{fill:#818b98}
.edge path{fill:none;stroke:#818b98;stroke-width:1.5}.edge.failed path{stroke:#d1242f}.edge.back path{stroke-dasharray:5 4}
.edge rect{fill:#ffffff}#arrow path{fill:#818b98}#failed-arrow path{fill:#d1242f}
";
const DARK: &str = "\
.box{fill:#151b23;stroke:#3d444d}.failed .box{stroke:#f85149}.mark{fill:#656c76}
.edge path{stroke:#656c76}.edge.failed path{stroke:#f85149}
.edge rect{fill:#0d1117}#arrow path{fill:#656c76}#failed-arrow path{fill:#f85149}
";

/// Lines of text, each with its class.
type Lines = Vec<(String, &'static str)>;

/// Draws a graph. `about` says where it comes from, such as `5 traces`. Of a graph without nodes, only that.
pub fn render(graph: &ServiceGraph, about: &str) -> String {
    let boxes: Vec<Lines> = graph.nodes.iter().map(node_lines).collect();
    let labels: Vec<Lines> = graph.edges.iter().map(|edge| edge_lines(edge.figures.as_ref())).collect();
    let height = |lines: &Lines| lines.len() as f64 * LINE;
    let heights: Vec<f64> = boxes.iter().map(|lines| height(lines) + 2.0 * PADDING).collect();
    let places = layers(graph, (&heights, &labels.iter().map(height).collect::<Vec<_>>()), GAP);
    let columns = Columns::of(&places, &boxes, &labels);
    let drawing = Drawing { graph, boxes, labels, heights, places, columns };

    let heading = format!("{}{}{about}", summary(graph), if about.is_empty() { "" } else { " · " });
    let heading = text::sanitise(&heading, false);
    let width = drawing.columns.end.max(picture::width(&heading) + 2.0 * MARGIN);
    let height = drawing.places.height() + HEADING + 2.0 * MARGIN;
    let mut out = String::from("<defs>\n");
    let mut write = |piece: &str| writeln!(out, "{piece}").expect("a string takes all that is written to it");
    for id in ["arrow", "failed-arrow"] {
        write(&format!(
            "<marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8Z\"/></marker>"
        ));
    }
    write("</defs>");
    write(&format!("<text class=\"heading\" x=\"{MARGIN}\" y=\"{}\">{}</text>", MARGIN + 8.0, escape::xml(&heading)));
    let ports = drawing.ports();
    for edge in 0..graph.edges.len() {
        if let Some(drawn) = drawing.edge(edge, &ports) {
            write(&drawn);
        }
    }
    for node in 0..graph.nodes.len() {
        write(&drawing.node(node));
    }
    picture::document((width, height), &heading, (LIGHT, DARK), ".mark", &out)
}

/// What stands in a node.
fn node_lines(node: &Node) -> Lines {
    let mut lines = vec![(shown_name(node).to_owned(), "name")];
    lines.extend(node.kind.as_ref().filter(|kind| **kind != node.name).map(|kind| (kind.clone(), "faint")));
    let figures = node.figures.as_ref().filter(|_| !node.is_inferred());
    lines.extend(figures.into_iter().flat_map(|figures| super::figure_lines(figures, "request", "requests")));
    lines.into_iter().map(|(line, class)| (cut(&line), class)).collect()
}

/// What stands at a line.
fn edge_lines(figures: Option<&crate::model::graph::Figures>) -> Lines {
    call_lines(figures).into_iter().map(|(line, class)| (cut(&line), class)).collect()
}

fn cut(line: &str) -> String {
    text::truncate(&text::sanitise(line, false), MOST_COLUMNS, false).into_owned()
}

fn width(lines: &Lines) -> f64 {
    lines.iter().map(|(line, _)| picture::width(line)).fold(0.0, f64::max)
}

/// From where to where each rank goes.
struct Columns {
    from: Vec<f64>,
    to: Vec<f64>,
    /// Where the picture ends.
    end: f64,
}

impl Columns {
    fn of(places: &Layers, boxes: &[Lines], labels: &[Lines]) -> Self {
        let mut widths = vec![0.0_f64; places.ranks()];
        for (item, lines) in places.items.iter().zip(boxes) {
            widths[item.rank] = widths[item.rank].max(width(lines) + 2.0 * PADDING + 4.0);
        }
        for (chain, lines) in places.chains.iter().zip(labels) {
            if let Some(label) = chain.as_ref().and_then(|chain| chain.get(1)) {
                let rank = places.items[*label].rank;
                widths[rank] = widths[rank].max(width(lines) + 8.0);
            }
        }
        let (mut from, mut to, mut x) = (Vec::new(), Vec::new(), MARGIN);
        for (rank, width) in widths.into_iter().enumerate() {
            // Behind the last nodes there is only what they call of themselves.
            let bend = if rank % 2 == 1 && width > 0.0 { BEND } else { 0.0 };
            from.push(x + bend);
            to.push(x + bend + width);
            x += width + 2.0 * bend;
        }
        Self { from, to, end: x + MARGIN }
    }

    fn middle(&self, rank: usize) -> f64 {
        f64::midpoint(self.from[rank], self.to[rank])
    }
}

struct Drawing<'a> {
    graph: &'a ServiceGraph,
    boxes: Vec<Lines>,
    labels: Vec<Lines>,
    heights: Vec<f64>,
    places: Layers,
    columns: Columns,
}

/// Where an edge begins and ends, from left to right.
type Ports = Vec<[f64; 2]>;

impl Drawing<'_> {
    fn y(&self, item: usize) -> f64 {
        self.places.items[item].y + MARGIN + HEADING
    }

    /// Lines that end at one side of a node do so below each other, in the order in which they come.
    fn ports(&self) -> Ports {
        let mut ports: Ports = vec![[0.0; 2]; self.graph.edges.len()];
        // Of each side of each node: what is next on the line, the edge, and which of its ends.
        let mut sides = vec![[Vec::new(), Vec::new()]; self.graph.nodes.len()];
        for (edge, chain) in self.places.chains.iter().enumerate() {
            let Some(chain) = chain else { continue };
            let (first, label, last) = (chain[0], chain[1], chain[chain.len() - 1]);
            sides[first][1].push((self.y(label), edge, 0));
            if last == label {
                // It calls itself.
                sides[first][1].push((self.y(label), edge, 1));
            } else {
                sides[last][0].push((self.y(chain[chain.len() - 2]), edge, 1));
            }
        }
        for (node, sides) in sides.iter_mut().enumerate() {
            for side in sides {
                side.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
                let steps = side.len().saturating_sub(1) as f64;
                let step = if steps > 0.0 { PORT.min((self.heights[node] - 16.0) / steps) } else { 0.0 };
                for (nth, (_, edge, end)) in side.iter().enumerate() {
                    ports[*edge][*end] = self.y(node) + (nth as f64 - steps / 2.0) * step;
                }
            }
        }
        ports
    }

    fn edge(&self, edge: usize, ports: &Ports) -> Option<String> {
        let chain = self.places.chains[edge].as_ref()?;
        let (first, label) = (chain[0], chain[1]);
        let rank = |item: usize| self.places.items[item].rank;
        let [begin, end] = ports[edge];
        // Points from left to right: each item is passed straight.
        let mut points = vec![(self.columns.to[rank(first)], begin)];
        let to_itself = self.graph.edges[edge].from == self.graph.edges[edge].to;
        if to_itself {
            let (x, y) = (self.columns.from[rank(label)], self.y(label));
            points.extend([(x, y), (self.columns.to[rank(first)], end)]);
        } else {
            for &item in &chain[1..chain.len() - 1] {
                points.extend([(self.columns.from[rank(item)], self.y(item)), (self.columns.to[rank(item)], self.y(item))]);
            }
            points.push((self.columns.from[rank(chain[chain.len() - 1])], end));
        }
        let back = self.places.back[edge] && !to_itself;
        if back {
            points.reverse();
        }
        let failed = self.graph.edges[edge].figures.as_ref().is_some_and(|figures| figures.failed() > 0);
        let class = format!("edge{}{}", if failed { " failed" } else { "" }, if back { " back" } else { "" });
        let arrow = if failed { "failed-arrow" } else { "arrow" };
        let name = |node: usize| escape::xml(shown_name(&self.graph.nodes[node])).into_owned();
        let title = format!("{} → {}", name(self.graph.edges[edge].from), name(self.graph.edges[edge].to));
        let path = curve(&points);
        let mut out = format!(
            "<g id=\"e{edge}\" class=\"{class}\"><title>{title}</title><path d=\"{path}\" marker-end=\"url(#{arrow})\"/>"
        );
        let (x, y, lines) = (self.columns.middle(rank(label)), self.y(label), &self.labels[edge]);
        if !lines.is_empty() {
            let (wide, high) = (width(lines) + 8.0, lines.len() as f64 * LINE);
            let left = if to_itself { self.columns.from[rank(label)] } else { x - wide / 2.0 };
            push(
                &mut out,
                &format!("<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\"/>", y - high / 2.0),
            );
            push_lines(&mut out, lines, left + wide / 2.0, y - high / 2.0, " text-anchor=\"middle\"");
        }
        push(&mut out, "</g>");
        Some(out)
    }

    fn node(&self, nth: usize) -> String {
        let node = &self.graph.nodes[nth];
        let rank = self.places.items[nth].rank;
        let (left, right) = (self.columns.from[rank], self.columns.to[rank]);
        let (top, high) = (self.y(nth) - self.heights[nth] / 2.0, self.heights[nth]);
        let failed = node.figures.as_ref().is_some_and(|figures| figures.failed() > 0);
        let class = if node.is_inferred() { String::new() } else { format!(" {}", picture::service(&node.name)) };
        let mut out = format!("<g id=\"n{nth}\" class=\"node{class}{}\">", if failed { " failed" } else { "" });
        push(&mut out, &format!("<title>{}</title>", escape::xml(shown_name(node))));
        let wide = right - left;
        push(
            &mut out,
            &format!("<rect class=\"box\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" rx=\"6\"/>"),
        );
        let (mark, inner) = (top + 8.0, high - 16.0);
        push(
            &mut out,
            &format!(
                "<rect class=\"mark\" x=\"{:.1}\" y=\"{mark:.1}\" width=\"3\" height=\"{inner:.1}\" rx=\"1.5\"/>",
                left + 6.0
            ),
        );
        push_lines(&mut out, &self.boxes[nth], left + PADDING + 4.0, top + PADDING, "");
        push(&mut out, "</g>");
        out
    }
}

fn push(out: &mut String, piece: &str) {
    out.push_str(piece);
}

fn push_lines(out: &mut String, lines: &Lines, x: f64, top: f64, more: &str) {
    for (nth, (line, class)) in lines.iter().enumerate() {
        let y = top + nth as f64 * LINE + 12.0;
        push(out, &format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\"{more}>{}</text>", escape::xml(line)));
    }
}

/// A line through points that leaves and reaches each of them level.
fn curve(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (nth, &(x, y)) in points.iter().enumerate() {
        let piece = match nth.checked_sub(1).map(|before| points[before]) {
            None => format!("M{x:.1} {y:.1}"),
            Some((_, before)) if (before - y).abs() < 0.05 => format!("L{x:.1} {y:.1}"),
            Some((from, before)) => {
                let middle = f64::midpoint(from, x);
                format!("C{middle:.1} {before:.1} {middle:.1} {y:.1} {x:.1} {y:.1}")
            }
        };
        path.push_str(&piece);
    }
    path
}
