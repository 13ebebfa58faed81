//! Who calls whom, as a tree from those who begin down to what is called last.
//!
//! Every line below another is one call with its figures, as the caller saw them; a line at the top has the figures of the requests
//! that came in there. A graph is no tree: a service that several call has its own calls drawn once, and the other lines say
//! `… above` or `… below`; where calls go round in a circle, `↺ above`. The first column has `!` where calls failed, and where a service
//! failed without its callers seeing it, which is said behind its name.

mod columns;
mod layers;
mod layout;
pub mod mermaid;
#[cfg(test)]
mod pictures;
pub mod svg;
#[cfg(test)]
mod tests;

use crate::model::ServiceGraph;
use crate::model::graph::{Figures, Node};

use super::column::taken;
use super::line::{Line, Pieces, fit};
use super::theme::{self, Look, Role};
use super::{text, units};

use columns::columns;
use layout::{Elsewhere, Row};

/// The least that a name is worth showing in, with the guides in front of it.
const LEAST_NAME: usize = 20;
/// Draws a graph. `about` says where it comes from, such as `5 traces`. Empty for a graph without nodes.
pub fn render(graph: &ServiceGraph, about: &str, look: &Look) -> String {
    let mut out = String::new();
    if graph.nodes.is_empty() {
        return out;
    }
    let rows = layout::rows(graph);
    let figures: Vec<Option<&Figures>> = rows
        .iter()
        .map(|row| match row.edge {
            Some(edge) => graph.edges[edge].figures.as_ref(),
            None => graph.nodes[row.node].figures.as_ref(),
        })
        .collect();
    let unseen = unseen_failures(graph, &rows);
    let failed = |nth: usize| unseen[nth] > 0 || figures[nth].is_some_and(|figures| figures.failed() > 0);
    let marks = if (0..rows.len()).any(failed) { 2 } else { 0 };
    let names: Vec<Pieces> = rows.iter().map(|row| name(&graph.nodes[row.node], look)).collect();
    let remarks: Vec<[String; 2]> = rows.iter().zip(&unseen).map(|(row, unseen)| remark(row, *unseen, look)).collect();
    let width = |pieces: &Pieces| pieces.iter().map(|(_, piece)| text::width(piece)).sum::<usize>();
    let mut columns = columns(&figures, look);
    while columns.len() > 1 && marks + LEAST_NAME + taken(&columns) > look.columns() {
        columns.pop();
    }
    let room = look.columns().saturating_sub(marks + taken(&columns));
    // Half of it may be guides: a deep chain shall not push the names out.
    let guides = guides(&rows, room / 2, look);
    let whole = |nth: usize| text::width(&guides[nth]) + width(&names[nth]) + text::width(&remarks[nth][0]);
    let room = room.min((0..rows.len()).map(whole).max().unwrap_or(0));

    let mut line = Line::default();
    let mut write = |line: &mut Line| line.write(look, &mut out).expect("a string takes all that is written to it");
    line.extend(&heading(graph, about, look));
    write(&mut line);
    write(&mut line);
    line.pad_to(marks + room);
    for column in &columns {
        column.push_heading(&mut line);
    }
    write(&mut line);
    for (nth, name) in names.iter().enumerate() {
        line.push(Role::Error, if failed(nth) { "!" } else { "" });
        line.pad_to(marks);
        line.push(Role::Faint, &guides[nth]);
        let left = room.saturating_sub(text::width(&guides[nth]));
        // A name that is cut is still a name; half a remark says nothing.
        let least = width(name).min(LEAST_NAME / 3);
        let fitting = remarks[nth].iter().find(|remark| least + text::width(remark) <= left);
        let remark = fitting.map_or("", String::as_str);
        let left = left - text::width(remark);
        line.push_fitting(name.iter().map(|(role, piece)| (*role, piece.as_str())), left, look.ascii);
        line.push(if unseen[nth] > 0 { Role::Error } else { Role::Faint }, remark);
        line.pad_to(marks + room);
        for column in &columns {
            column.push_cell(&mut line, nth);
        }
        write(&mut line);
    }
    out
}

/// How many there are of what.
fn heading(graph: &ServiceGraph, about: &str, look: &Look) -> Pieces {
    let separator = if look.ascii { " - " } else { " · " };
    let mut pieces = vec![(Role::Title, summary(graph))];
    if !about.is_empty() {
        pieces.push((Role::Faint, format!("{separator}{}", text::sanitise(about, look.ascii))));
    }
    fit(pieces.iter().map(|(role, piece)| (*role, piece.as_str())), look.columns(), look.ascii)
}

/// The same in words.
fn summary(graph: &ServiceGraph) -> String {
    let others = |node: &&Node| node.is_inferred() && node.kind.as_deref() != Some(Node::CLIENT);
    let services = graph.nodes.iter().filter(|node| !node.is_inferred()).count();
    let called = match graph.nodes.iter().filter(others).count() {
        0 => String::new(),
        others => format!(" and {} that they call", units::plural(others, "other", "others")),
    };
    format!("{}{called}", units::plural(services, "service", "services"))
}

/// What is shown for a node's name.
fn shown_name(node: &Node) -> &str {
    if node.name.is_empty() { "(no name)" } else { &node.name }
}

/// The figures of calls for pictures, in lines, each with what it is: nothing special, `faint` or `bad`. None where none are known.
fn call_lines(figures: Option<&Figures>) -> Vec<(String, &'static str)> {
    figures.map_or_else(Vec::new, |figures| figure_lines(figures, "call", "calls"))
}

/// The same of what is called so.
fn figure_lines(figures: &Figures, one: &str, many: &str) -> Vec<(String, &'static str)> {
    let mut lines = vec![(units::plural(usize::try_from(figures.total).unwrap_or(usize::MAX), one, many), "faint")];
    if figures.failed() > 0 {
        let share = units::share(figures.failed(), figures.total);
        lines.push((format!("{} failed ({share})", units::count(figures.failed())), "bad"));
    }
    lines.extend(figures.durations.percentile(5_000).map(|p50| (format!("p50 {}", units::duration(p50, false)), "faint")));
    lines
}

/// Name and kind of a node.
fn name(node: &Node, look: &Look) -> Pieces {
    let role = if node.is_inferred() { Role::Plain } else { theme::service(&node.name) };
    let shown = if node.name.is_empty() { "(no name)".into() } else { text::sanitise(&node.name, look.ascii) };
    let mut pieces = vec![(role, shown.into_owned())];
    if let Some(kind) = node.kind.as_deref().filter(|kind| *kind != node.name) {
        let separator = if look.ascii { " - " } else { " · " };
        pieces.push((Role::Faint, format!("{separator}{}", text::sanitise(kind, look.ascii))));
    }
    pieces
}

/// Of each row that is the place of its node and shows calls: how many more requests the node failed to answer than its callers saw
/// fail. A function that was invoked without waiting for it fails after the invocation has succeeded.
fn unseen_failures(graph: &ServiceGraph, rows: &[Row]) -> Vec<u64> {
    let failed = |figures: Option<&Figures>| figures.map_or(0, Figures::failed);
    let mut seen = vec![0_u64; graph.nodes.len()];
    for edge in &graph.edges {
        if let Some(seen) = seen.get_mut(edge.to) {
            *seen = seen.saturating_add(failed(edge.figures.as_ref()));
        }
    }
    let unseen = |row: &Row| {
        let within = failed(graph.nodes[row.node].figures.as_ref());
        if row.home && row.edge.is_some() { within.saturating_sub(seen[row.node]) } else { 0 }
    };
    rows.iter().map(unseen).collect()
}

/// What stands behind a name: where the calls of a row's node are, if not below it, and what its callers did not see. In words, and
/// as short as it gets.
fn remark(row: &Row, unseen: u64, look: &Look) -> [String; 2] {
    let ellipsis = text::ellipsis(look.ascii);
    let (sign, word) = match row.elsewhere {
        None if unseen > 0 => return [format!("  {} failed unseen", units::count(unseen)), String::new()],
        None => return [String::new(), String::new()],
        Some(Elsewhere::Circle) => (if look.ascii { "^" } else { "↺" }, "above"),
        Some(Elsewhere::Above) => (ellipsis, "above"),
        Some(Elsewhere::Below) => (ellipsis, "below"),
    };
    [format!("  {sign} {word}"), format!("  {sign}")]
}

/// What stands in front of each name. Where it would take more than `most` columns, the number of levels stands for it.
fn guides(rows: &[Row], most: usize, look: &Look) -> Vec<String> {
    let (fork, end, bar, blank) = if look.ascii { ("|- ", "`- ", "| ", "  ") } else { ("├─ ", "└─ ", "│ ", "  ") };
    // Of each level above, whether a sibling follows.
    let mut follows: Vec<bool> = Vec::new();
    let mut guides = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(above) = row.depth.checked_sub(1) else {
            follows.clear();
            guides.push(String::new());
            continue;
        };
        follows.truncate(above);
        let own = if row.last { end } else { fork };
        guides.push(if above * 2 + 3 > most {
            format!("{}{} {own}", text::ellipsis(look.ascii), units::count(row.depth))
        } else {
            let levels: String = follows.iter().map(|follows| if *follows { bar } else { blank }).collect();
            levels + own
        });
        follows.push(!row.last);
    }
    guides
}
