//! Rate, errors and percentiles as a table: services, and their operations below them.
//!
//! The first lines say of what and of which time. What is too wide for the screen is left out, the least important first. The trend
//! has a sign for each part of the time, as high as spans began in it, each line to its own scale; where some of them failed, it
//! is red, and in ASCII `!`. `!` in front of a name says that something failed.

mod columns;
pub mod csv;
pub mod markdown;
mod rows;
#[cfg(test)]
mod tests;
mod trend;

use crate::analysis::stats::{Period, Sort, Stats};
use crate::model::SpanKind;

use super::column::taken;
use super::line::{Line, Pieces, fit};
use super::theme::{self, Look, Role};
use super::{text, units};

use columns::columns;
use rows::{Row, What, rows};

/// The least that a name is worth showing in, on screens from so many columns on.
const LEAST_NAME: [(usize, usize); 3] = [(160, 40), (100, 30), (0, 20)];

/// What is drawn of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// What each line is about.
    pub by: By,
    /// What comes first.
    pub sort: Sort,
    /// How many operations of a service, or how many lines of one kind, at most; the others are added up.
    pub max_rows: Option<usize>,
}

/// What each line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Services, with their operations below.
    Both,
    /// Services.
    Service,
    /// Operations of whatever service.
    Operation,
}

/// Draws figures over a time; `None` where no span has one. No line is wider than [`Look::columns`]. Empty of no spans.
pub fn render(stats: &Stats, period: Option<Period>, view: View, look: &Look) -> String {
    let mut out = String::new();
    if stats.services.is_empty() {
        return out;
    }
    let rows = rows(stats, view);
    let totals = stats.totals();
    let failed = |row: &Row| row.totals.figures.failed() > 0;
    let marks = if rows.iter().any(failed) { 2 } else { 0 };
    let names: Vec<Pieces> = rows.iter().map(|row| name(row, view, look)).collect();
    let longest = names.iter().map(|name| name.iter().map(|(_, piece)| text::width(piece)).sum()).max().unwrap_or(0);
    let room = look.columns() - marks;
    let least = LEAST_NAME.iter().find(|(from, _)| look.columns() >= *from).map_or(0, |(_, least)| *least);
    let columns = columns(&rows, &totals, period, room.saturating_sub(longest.min(least)), look);
    let room = longest.min(room.saturating_sub(taken(&columns)));

    let mut line = Line::default();
    let mut write = |line: &mut Line| line.write(look, &mut out).expect("a string takes all that is written to it");
    for heading in [heading(stats, totals.figures.total, look), time(period, look)] {
        line.extend(&heading);
        write(&mut line);
    }
    write(&mut line);
    line.pad_to(marks + room);
    for column in &columns {
        column.push_heading(&mut line);
    }
    write(&mut line);
    for (nth, (row, name)) in rows.iter().zip(&names).enumerate() {
        line.push(Role::Error, if failed(row) { "!" } else { "" });
        line.pad_to(marks);
        line.push_fitting(name.iter().map(|(role, piece)| (*role, piece.as_str())), room, look.ascii);
        line.pad_to(marks + room);
        for column in &columns {
            column.push_cell(&mut line, nth);
        }
        write(&mut line);
    }
    out
}

/// Of how much.
fn heading(stats: &Stats, spans: u64, look: &Look) -> Pieces {
    let separator = separator(look);
    let operations = stats.services.iter().map(|service| service.operations.len()).sum();
    let rest = [
        units::plural(stats.traces, "trace", "traces"),
        units::plural(stats.services.len(), "service", "services"),
        units::plural(operations, "operation", "operations"),
    ];
    let spans = units::plural(usize::try_from(spans).unwrap_or(usize::MAX), "span", "spans");
    let rest = format!("{separator}{}", rest.join(separator));
    fit([(Role::Title, spans.as_str()), (Role::Faint, rest.as_str())], look.columns(), look.ascii)
}

/// Of which time.
fn time(period: Option<Period>, look: &Look) -> Pieces {
    let said = said(period, look);
    fit([(Role::Faint, said.as_str())], look.columns(), look.ascii)
}

/// Which time is looked at, in words.
fn said(period: Option<Period>, look: &Look) -> String {
    let Some(period) = period else { return "at no known time".to_owned() };
    let whose = if period.asked_for { "the whole window" } else { "from the first span to the last" };
    let length = units::duration(period.length(), look.ascii);
    let [start, end] = [period.start, period.end].map(|at| units::short_time(at, look.zone));
    // The same day is not said twice.
    let end = match (start.split_once(' '), end.split_once(' ')) {
        _ if start == end => String::new(),
        (Some((day, _)), Some((same, time))) if day == same => format!(" to {time}"),
        _ => format!(" to {end}"),
    };
    format!("{length}, {whose}: {start}{end} {}", units::zone(look.zone))
}

/// What a line is about.
fn name(row: &Row, view: View, look: &Look) -> Pieces {
    let shown = |name: &str| {
        if name.is_empty() { "(no name)".to_owned() } else { text::sanitise(name, look.ascii).into_owned() }
    };
    let indent = if view.by == By::Both { "  " } else { "" };
    match &row.what {
        What::Service(service) => vec![(theme::service(service), shown(service))],
        What::Operation { service, name, kind } => {
            let mut pieces = vec![(Role::Plain, format!("{indent}{}", shown(name)))];
            pieces.extend(kind.map(|kind| (Role::Faint, format!("{}{}", separator(look), said_kind(kind)))));
            if view.by == By::Operation && service != name {
                pieces.push((Role::Faint, separator(look).to_owned()));
                pieces.push((theme::service(service), shown(service)));
            }
            pieces
        }
        What::Rest(count, of) => {
            let what = match of {
                By::Service => units::plural(*count, "more service", "more services"),
                By::Both | By::Operation => units::plural(*count, "more operation", "more operations"),
            };
            vec![(Role::Faint, format!("{indent}{} {what}", text::ellipsis(look.ascii)))]
        }
    }
}

/// A kind in words.
fn said_kind(kind: SpanKind) -> String {
    match kind {
        SpanKind::Other(number) => format!("kind {number}"),
        named => named.name().to_owned(),
    }
}

fn separator(look: &Look) -> &'static str {
    if look.ascii { " - " } else { " · " }
}
