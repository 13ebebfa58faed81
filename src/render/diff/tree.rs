//! What is new, gone or changed, as a tree.

use crate::analysis::diff::{Change, Diff, Figures};
use crate::render::column::{Column, taken};
use crate::render::line::{Line, Pieces, fit};
use crate::render::theme::{Look, Role};
use crate::render::{text, units};

use super::plan::{self, Hidden, Row, What};
use super::{View, names, words};

/// Columns of the marks in front of a row.
const MARKS: usize = 3;
/// The least that a name is worth showing in.
const LEAST_NAME: usize = 30;

pub(super) fn write(diff: &Diff, view: View<'_>, look: &Look, out: &mut String) {
    let mut line = Line::default();
    line.write(look, out).expect("a string takes all that is written to it");
    let is_changed = |node| matches!(diff.change(node), Change::Appeared | Change::Vanished | Change::Changed);
    if !(0..diff.nodes.len()).any(is_changed) {
        let said = format!("the same spans on both sides, and as many errors: {}", summary(diff, look));
        for words in text::wrap(&said, look.columns()) {
            line.push(Role::Plain, &words);
            line.write(look, out).expect("a string takes all that is written to it");
        }
        return;
    }
    let rows = plan::rows(diff, view.max_rows);
    let labels: Vec<Pieces> = rows.iter().map(|row| label(diff, row, look)).collect();
    let mut columns = columns(diff, &rows, look);
    // The last says least.
    while columns.len() > 1 && look.columns() < MARKS + LEAST_NAME + taken(&columns) {
        columns.pop();
    }
    let most = look.columns().saturating_sub(MARKS + taken(&columns));
    let mut open = Vec::new();
    let guides: Vec<String> = rows.iter().map(|row| guides(row, &mut open, most / 2, look)).collect();
    let width = |pieces: &Pieces| pieces.iter().map(|(_, piece)| text::width(piece)).sum::<usize>();
    // Others have no figures, and may be as long as the line.
    let of_changed = rows.iter().zip(labels.iter().zip(&guides)).filter(|(row, _)| matches!(row.what, What::Changed(_)));
    let widest = of_changed.map(|(_, (label, guides))| width(label) + text::width(guides)).max().unwrap_or(0);
    let legend = fit([(Role::Heading, "+ new  - gone  ~ changed  ! errors")], MARKS + most, look.ascii);
    let room = most.min(widest.max(width(&legend).saturating_sub(MARKS)));

    line.extend(&legend);
    line.pad_to(MARKS + room);
    for column in &columns {
        column.push_heading(&mut line);
    }
    line.write(look, out).expect("a string takes all that is written to it");
    for (nth, ((row, label), guides)) in rows.iter().zip(&labels).zip(&guides).enumerate() {
        let (mark, failing) = match row.what {
            What::Changed(node) => (names::mark(diff.change(node)), begins_otherwise(diff, node)),
            What::Above(_) | What::Hidden(_) => ((Role::Plain, ""), false),
        };
        line.push(mark.0, mark.1);
        line.push(Role::Error, if failing { "!" } else { "" });
        line.pad_to(MARKS);
        let pieces = std::iter::once((Role::Faint, guides.as_str()));
        let columns = if let What::Changed(_) = row.what { &columns[..] } else { &[] };
        let room = if columns.is_empty() { look.columns() - MARKS } else { room };
        line.extend(&fit(pieces.chain(label.iter().map(|(role, piece)| (*role, piece.as_str()))), room, look.ascii));
        line.pad_to(MARKS + room);
        for column in columns {
            column.push_cell(&mut line, nth);
        }
        line.write(look, out).expect("a string takes all that is written to it");
        if let What::Changed(node) = row.what {
            let hangs = rows.get(nth + 1).is_some_and(|next| next.depth > row.depth);
            for reason in reasons(diff, node, look) {
                line.pad_to(MARKS);
                line.push(Role::Faint, &below(row, guides, hangs, look));
                let room = look.columns() - line.width();
                line.extend(&fit([(Role::Error, reason.as_str())], room, look.ascii));
                line.write(look, out).expect("a string takes all that is written to it");
            }
        }
    }
}

/// Why failures begin at a node more or less often than before, on each side that says so; sanitised.
fn reasons(diff: &Diff, node: usize, look: &Look) -> Vec<String> {
    if !begins_otherwise(diff, node) {
        return Vec::new();
    }
    let said = |side: &str, reason: &str| format!("in {side}: {}", text::sanitise(reason, look.ascii));
    match diff.nodes[node].reasons.each_ref().map(Option::as_deref) {
        [Some(a), Some(b)] if a == b => vec![said("both", a)],
        [a, b] => a.map(|a| said("A", a)).into_iter().chain(b.map(|b| said("B", b))).collect(),
    }
}

/// What stands in front of a line below a row: guides to the rows that follow.
fn below(row: &Row, guides: &str, hangs: bool, look: &Look) -> String {
    let vertical = if look.ascii { "| " } else { "│ " };
    let branch = if row.depth == 0 { 0 } else { 3 };
    let kept = guides.chars().count().saturating_sub(branch);
    let mut said: String = guides.chars().take(kept).map(|c| if c.is_ascii_digit() || c == ',' { ' ' } else { c }).collect();
    if row.depth > 0 {
        said.push_str(if row.last { "  " } else { vertical });
    }
    said.push_str(if hangs { vertical } else { "  " });
    said
}

/// How much there is where nothing of it changed.
fn summary(diff: &Diff, look: &Look) -> String {
    let spans = names::counts(diff, [0, 1].map(|side| diff.sides[side].spans), look);
    let paths = units::plural(diff.nodes.len(), "path", "paths");
    let each = if diff.sides.iter().any(|side| side.traces.len() > 1) { " a trace" } else { "" };
    format!("{spans} {} on {paths}{each}", if spans == "1" { "span" } else { "spans" })
}

/// Whether failures begin there more or less often.
fn begins_otherwise(diff: &Diff, node: usize) -> bool {
    diff.difference(diff.nodes[node].figures.map(|of| i128::from(of.origins))) != 0
}

/// What stands in front of a row's name. Where that would take more columns than `most`, the number of levels stands for it.
fn guides(row: &Row, open: &mut Vec<bool>, most: usize, look: &Look) -> String {
    open.truncate(row.depth);
    let branch = match (row.depth, row.last, look.ascii) {
        (0, ..) => "",
        (_, false, false) => "├─ ",
        (_, true, false) => "└─ ",
        (_, false, true) => "|- ",
        (_, true, true) => "`- ",
    };
    let guides = if row.depth * 2 + 1 > most {
        format!("{} {branch}", units::count(row.depth))
    } else {
        let level = |more: &bool| match (more, look.ascii) {
            (true, false) => "│ ",
            (true, true) => "| ",
            (false, _) => "  ",
        };
        open.iter().skip(1).map(level).chain([branch]).collect()
    };
    open.push(!row.last);
    guides
}

fn label(diff: &Diff, row: &Row, look: &Look) -> Pieces {
    match &row.what {
        What::Changed(node) => named(diff, *node, look),
        What::Above(chain) => {
            let mut pieces = Pieces::new();
            for node in chain {
                if !pieces.is_empty() {
                    pieces.push((Role::Faint, if look.ascii { " > " } else { " › " }.to_owned()));
                }
                pieces.extend(named(diff, *node, look));
            }
            pieces
        }
        What::Hidden(hidden) => vec![(Role::Faint, format!("{} {}", text::ellipsis(look.ascii), counted(diff, hidden, look)))],
    }
}

/// The name of a node, with its service where that is not its parent's.
fn named(diff: &Diff, node: usize, look: &Look) -> Pieces {
    let mut pieces = names::name(diff, node, look);
    let above = diff.nodes[node].parent.and_then(|parent| names::service(diff, parent));
    if let Some(service) = names::service(diff, node).filter(|service| above != Some(service)) {
        pieces.extend(names::said_service(service, look));
    }
    pieces
}

/// Paths that are not drawn, in words.
fn counted(diff: &Diff, hidden: &Hidden, look: &Look) -> String {
    let paths = units::plural(hidden.paths(), "more path", "more paths");
    let said = [(hidden.changed, "changed"), (hidden.time, "other in time only"), (hidden.same, "the same")];
    let said: Vec<String> = said
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| if count == hidden.paths() { what.to_owned() } else { format!("{} {what}", units::count(count)) })
        .collect();
    let spans = names::counts(diff, hidden.spans, look);
    format!("{paths} ({spans} {}): {}", if spans == "1" { "span" } else { "spans" }, said.join(", "))
}

fn columns(diff: &Diff, rows: &[Row], look: &Look) -> Vec<Column> {
    let node = |row: &Row| match row.what {
        What::Changed(node) => Some(node),
        What::Above(_) | What::Hidden(_) => None,
    };
    let several = diff.sides.iter().any(|side| side.traces.len() > 1);
    let counts = |of: fn(&Figures) -> u64| {
        move |row: &Row| {
            let figures = node(row).map(|node| diff.nodes[node].figures);
            figures.map_or_else(String::new, |figures| names::counts(diff, figures.each_ref().map(of), look))
        }
    };
    let own = |row: &Row| {
        let delta = node(row).map_or(0, |node| diff.self_delta(node));
        let mean = units::duration(words::mean(delta.abs(), usize::try_from(diff.scale()).unwrap_or(usize::MAX)), look.ascii);
        match delta {
            0 => String::new(),
            ..0 => format!("-{mean}"),
            1.. => format!("+{mean}"),
        }
    };
    let mut columns =
        vec![Column::new(if several { "spans each" } else { "spans" }, Role::Plain, rows.iter().map(counts(|of| of.spans)))];
    let errors: Vec<String> = rows.iter().map(counts(|of| of.errors)).collect();
    if errors.iter().any(|cell| !cell.is_empty()) {
        columns.push(Column::new(if several { "errors each" } else { "errors" }, Role::Error, errors));
    }
    columns.push(Column::new("self time", Role::Plain, rows.iter().map(own)));
    columns
}
