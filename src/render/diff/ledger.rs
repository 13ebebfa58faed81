//! Where the time went: a line for each path whose time on the critical path differs, the largest difference first. What there is no
//! room for is one line, and so is what took as long in both; so every column sums to the last line.

use crate::analysis::diff::{Change, Diff};
use crate::model::time::Nanos;
use crate::render::column::{Column, taken};
use crate::render::line::{Line, Pieces};
use crate::render::text;
use crate::render::theme::{Look, Role};
use crate::render::units::{self, Fixed};

use super::bars::Bars;
use super::{View, names, words};

/// The least that a name is worth showing in, on screens from so many columns on.
const LEAST_NAME: [(usize, usize); 3] = [(160, 50), (70, 22), (0, 16)];

/// A line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) what: What,
    /// The difference, times [`Diff::scale`].
    pub(super) delta: Nanos,
    /// The time on the critical paths of each side, all traces together.
    pub(super) critical: [Nanos; 2],
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Node(usize),
    /// So many more that differ.
    Rest(usize),
    /// So many on the path that took as long in both.
    Same(usize),
}

/// The lines: at most so many nodes, and what stands for the others. None where nothing differs.
pub(super) fn entries(diff: &Diff, max_rows: usize) -> Vec<Entry> {
    if diff.ledger.is_empty() {
        return Vec::new();
    }
    let critical = |node: usize| diff.nodes[node].figures.map(|figures| figures.critical);
    // One more is no shorter than the line that would stand for it.
    let shown = if diff.ledger.len() == max_rows + 1 { diff.ledger.len() } else { diff.ledger.len().min(max_rows) };
    let (shown, rest) = diff.ledger.split_at(shown);
    let together = |what: fn(usize) -> What, nodes: &[usize]| {
        let sum = nodes.iter().map(|node| critical(*node)).fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
        let entry = Entry { what: what(nodes.len()), delta: nodes.iter().map(|node| diff.delta(*node)).sum(), critical: sum };
        (!nodes.is_empty()).then_some(entry)
    };
    let same: Vec<usize> = (0..diff.nodes.len()).filter(|node| diff.delta(*node) == 0 && critical(*node) != [0, 0]).collect();
    let shown = shown.iter().map(|node| Entry { what: What::Node(*node), delta: diff.delta(*node), critical: critical(*node) });
    shown.chain(together(What::Rest, rest)).chain(together(What::Same, &same)).collect()
}

/// How differences are written: all in one unit.
fn fixed(diff: &Diff, look: &Look) -> Fixed {
    let most = diff.ledger.first().map_or(0, |node| diff.delta(*node).abs()).max(diff.total().abs());
    Fixed::up_to(most / diff.scale(), look.ascii)
}

/// What each line and, at the end, the total says of its difference: in one unit, and so rounded that they sum.
pub(super) fn differences(diff: &Diff, entries: &[Entry], look: &Look) -> Vec<String> {
    let fixed = fixed(diff, look);
    let deltas: Vec<Nanos> = entries.iter().map(|entry| entry.delta).collect();
    let steps = fixed.steps(&deltas, diff.scale());
    let total = (fixed.round(diff.total(), diff.scale()), diff.total());
    let each = steps.into_iter().zip(deltas).chain([total]);
    let sign = |delta: Nanos| match delta {
        0 => "",
        ..0 => "-",
        1.. => "+",
    };
    each.map(|(steps, delta)| format!("{}{}", sign(delta), fixed.text(steps))).collect()
}

pub(super) fn write(diff: &Diff, view: View<'_>, look: &Look, out: &mut String) {
    let entries = entries(diff, view.max_rows);
    if entries.is_empty() {
        return;
    }
    let marks = if entries.iter().any(|entry| mark(diff, entry).1 != " ") { 2 } else { 0 };
    let least = LEAST_NAME.iter().find(|(from, _)| look.columns() >= *from).map_or(0, |(_, least)| *least);
    let (bars, columns) = columns(diff, &entries, look.columns().saturating_sub(least + marks + 2), look);
    let wide = taken(&columns) + bars.map_or(0, |(_, wide)| 2 + wide);
    let room = look.columns().saturating_sub(wide + 2 + marks);

    let mut line = Line::default();
    line.write(look, out).expect("a string takes all that is written to it");
    let mut row = |cell: &dyn Fn(&Column, &mut Line), bar: Option<Pieces>, mark: (Role, &str), name: &Pieces| {
        cell(&columns[0], &mut line);
        if let Some(bar) = bar {
            line.push(Role::Plain, "  ");
            line.extend(&bar);
        }
        for column in &columns[1..] {
            cell(column, &mut line);
        }
        line.push(Role::Plain, "  ");
        let from = line.width();
        line.push(mark.0, if marks > 0 { mark.1 } else { "" });
        line.pad_to(from + marks);
        line.push_fitting(name.iter().map(|(role, piece)| (*role, piece.as_str())), room, look.ascii);
        line.write(look, out).expect("a string takes all that is written to it");
    };
    let none = (Role::Plain, "");
    let heading = vec![(Role::Heading, "where the time went".to_owned())];
    row(&|column, line| column.push_heading(line), bars.map(|(bars, _)| bars.heading(look)), none, &heading);
    for (nth, entry) in entries.iter().enumerate() {
        let bar = bars.map(|(bars, _)| bars.bar(entry.delta, look));
        row(&|column, line| column.push_cell(line, nth), bar, mark(diff, entry), &name(diff, entry, room, look));
    }
    let blank = bars.map(|(_, wide)| vec![(Role::Plain, " ".repeat(wide))]);
    let all = vec![(Role::Title, "in all".to_owned())];
    row(&|column, line| column.push_cell(line, entries.len()), blank, none, &all);
}

/// The columns that fit into so much room: the difference always, then what each side has, a bar, and how many there are.
fn columns(diff: &Diff, entries: &[Entry], room: usize, look: &Look) -> (Option<(Bars, usize)>, Vec<Column>) {
    let differences = differences(diff, entries, look);
    let roles = entries.iter().map(|entry| role(entry.delta)).chain([Role::Title]);
    let delta = Column::of_pieces("B - A", differences.into_iter().zip(roles).map(|(cell, role)| vec![(role, cell)]));
    let node = |entry: &Entry| match entry.what {
        What::Node(node) => Some(&diff.nodes[node]),
        What::Rest(_) | What::Same(_) => None,
    };
    let durations = diff.durations();
    let side = |heading, side: usize| {
        let traces = diff.sides[side].traces.len();
        let mean = |sum| units::duration(words::mean(sum, traces), look.ascii);
        let cell = |entry: &Entry| match node(entry) {
            Some(node) if node.labels[side].is_none() => String::new(),
            _ => mean(entry.critical[side]),
        };
        Column::new(heading, Role::Plain, entries.iter().map(cell).chain([mean(durations[side])]))
    };
    let counts = |of: fn(&crate::analysis::diff::Figures) -> u64| {
        move |entry: &Entry| {
            node(entry).map_or_else(String::new, |node| names::counts(diff, node.figures.each_ref().map(of), look))
        }
    };
    let spans = entries.iter().map(counts(|of| of.spans)).chain([String::new()]);
    let several = diff.sides.iter().any(|side| side.traces.len() > 1);
    let traces = entries.iter().map(|entry| {
        let all = [0, 1].map(|side| diff.sides[side].traces.len() as u64);
        match node(entry).map(|node| node.figures.map(|figures| figures.traces)) {
            Some(traces) if traces == all => "all".to_owned(),
            Some([a, b]) if all[0] == all[1] => format!("{}{}{}", units::count(a), names::arrow(look), units::count(b)),
            // Of how many is in the header, but not the same on both sides.
            Some([a, b]) => {
                let of = |part, side: usize| format!("{}/{}", units::count(part), units::count(all[side]));
                format!("{}{}{}", of(a, 0), names::arrow(look), of(b, 1))
            }
            None => String::new(),
        }
    });
    // How important each is; what does not fit is left out from the highest number on.
    let mut columns = vec![
        (0, delta),
        (1, side("A", 0)),
        (1, side("B", 1)),
        (if several { 4 } else { 3 }, Column::new(if several { "spans each" } else { "spans" }, Role::Plain, spans)),
    ];
    if several {
        columns.push((3, Column::new("in traces", Role::Faint, traces.chain([String::new()]))));
    }
    let mut bar = match look.columns() {
        ..60 => 0,
        60..100 => 12,
        100..160 => 24,
        _ => 32,
    };
    loop {
        let wide: usize = columns.iter().map(|(_, column)| column.taken()).sum();
        let least = columns.iter().map(|(importance, _)| *importance).max().unwrap_or(0);
        match least {
            _ if wide + if bar > 0 { bar + 2 } else { 0 } <= room || (columns.len() == 1 && bar == 0) => break,
            ..=1 if bar > 0 => bar = 0,
            least => columns.retain(|(importance, _)| *importance == 0 || *importance < least),
        }
    }
    let deltas: Vec<Nanos> = entries.iter().map(|entry| entry.delta).collect();
    let bars = (bar > 0).then(|| (Bars::new(&deltas, bar), bar));
    (bars, columns.into_iter().map(|(_, column)| column).collect())
}

fn role(delta: Nanos) -> Role {
    match delta {
        ..0 => Role::Good,
        0 => Role::Faint,
        1.. => Role::Warning,
    }
}

fn mark(diff: &Diff, entry: &Entry) -> (Role, &'static str) {
    match entry.what {
        What::Node(node) => match diff.change(node) {
            change @ (Change::Appeared | Change::Vanished) => names::mark(change),
            _ => (Role::Plain, " "),
        },
        What::Rest(_) | What::Same(_) => (Role::Plain, " "),
    }
}

/// What a line is about: a name, its service, and what is above it as far as there is room.
fn name(diff: &Diff, entry: &Entry, room: usize, look: &Look) -> Pieces {
    let dots = text::ellipsis(look.ascii);
    match entry.what {
        What::Node(node) => {
            let mut pieces = names::name(diff, node, look);
            if let Some(service) = names::service(diff, node) {
                pieces.extend(names::said_service(service, look));
            }
            pieces.push((Role::Faint, names::above(diff, node, room, look)));
            pieces
        }
        What::Rest(paths) => {
            vec![(Role::Faint, format!("{dots} {} that differ", units::plural(paths, "more path", "more paths")))]
        }
        What::Same(paths) => vec![(Role::Faint, format!("{dots} {} that took as long", units::plural(paths, "path", "paths")))],
    }
}
