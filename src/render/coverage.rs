//! What no assertion was about, in words.
//!
//! The first line counts what was: `services 2 of 3, operations 5 of 9, edges 1 of 4`. Below it stands what was not. The operations of a
//! service that no assertion was about are told with that service, and not again. A failure is an operation of which spans have
//! failed, and no assertion was about one of these.

mod json;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use crate::analysis::coverage::{Coverage, Edge, Operation, Reach, Service};

use super::line::{Line, Pieces};
use super::theme::{self, Look, Role};
use super::{text, units};

pub use json::CoverageView;

/// Columns in front of a name: what it is the name of.
const LABEL: usize = 13;
/// The least that is left for a name, in columns, before what was seen of it is left out.
const LEAST_NAME: usize = 16;

/// For a terminal: at most `most` lines of each kind – services, failures, operations, edges –, the others counted. No line is wider than
/// [`Look::columns`]. Ends with a line feed.
pub fn render(coverage: &Coverage, most: usize, look: &Look) -> String {
    let services: Vec<_> = coverage.services.iter().filter(|service| !service.reach.is_touched()).collect();
    let told: HashSet<&str> = services.iter().map(|service| service.name.as_str()).collect();
    let is_alone = |operation: &&Operation| !operation.reach.is_touched() && !told.contains(operation.service.as_str());
    let mut operations = HashMap::<&str, usize>::new();
    coverage.operations.iter().for_each(|operation| *operations.entry(&operation.service).or_default() += 1);
    let rows = [
        ("service", "services", services.iter().map(|service| of_service(service, &operations, look)).collect::<Vec<_>>()),
        ("failure", "failures", coverage.operations.iter().filter(|o| o.fails_unseen()).map(|o| of_failure(o, look)).collect()),
        ("operation", "operations", coverage.operations.iter().filter(is_alone).map(|o| of_operation(o, look)).collect()),
        ("edge", "edges", coverage.edges.iter().filter(|e| !e.reach.is_touched()).map(|e| of_edge(e, look)).collect()),
    ];
    let mut out = String::new();
    let mut line = Line::default();
    let mut write = |line: &mut Line| line.write(look, &mut out).expect("a string takes all that is written to it");
    for part in text::wrap(&heading(coverage), look.columns()) {
        line.push(Role::Title, &part);
        write(&mut line);
    }
    if rows.iter().any(|(.., rows)| !rows.is_empty()) {
        line.push(Role::Plain, "no assertion is about:");
        write(&mut line);
    }
    for (one, many, rows) in rows {
        for row in rows.iter().take(most) {
            row.push(one, look, &mut line);
            write(&mut line);
        }
        let rest = rows.len().saturating_sub(most);
        if rest > 0 {
            let more = if most == 0 { "" } else { "more " };
            let rest = format!("{} {more}{}", units::count(rest as u128), if rest == 1 { one } else { many });
            line.push(Role::Faint, &format!("  {} {rest}", text::ellipsis(look.ascii)));
            write(&mut line);
        }
    }
    out
}

/// Of how much some assertion was about how much.
fn heading(coverage: &Coverage) -> String {
    let of = |reaches: &mut dyn Iterator<Item = Reach>| {
        let (mut touched, mut all) = (0_u128, 0_u128);
        for reach in reaches {
            touched += u128::from(reach.is_touched());
            all += 1;
        }
        format!("{} of {}", units::count(touched), units::count(all))
    };
    format!(
        "services {}, operations {}, edges {}, in {}",
        of(&mut coverage.services.iter().map(|service| service.reach)),
        of(&mut coverage.operations.iter().map(|operation| operation.reach)),
        of(&mut coverage.edges.iter().map(|edge| edge.reach)),
        units::plural(coverage.traces, "trace", "traces"),
    )
}

/// Something that no assertion was about.
struct Row {
    name: Pieces,
    /// How much was seen of it.
    seen: String,
}

impl Row {
    fn push(&self, what: &str, look: &Look, line: &mut Line) {
        line.push(if what == "failure" { Role::Error } else { Role::Faint }, &format!("  {what}"));
        line.pad_to(LABEL);
        let room = look.columns() - LABEL;
        let seen = format!("  {}", self.seen);
        let beside = if room < text::width(&seen) + LEAST_NAME { 0 } else { text::width(&seen) };
        line.push_fitting(self.name.iter().map(|(role, piece)| (*role, piece.as_str())), room - beside, look.ascii);
        if beside > 0 {
            line.push(Role::Faint, &seen);
        }
    }
}

fn of_service(service: &Service, operations: &HashMap<&str, usize>, look: &Look) -> Row {
    let operations = operations.get(service.name.as_str()).copied().unwrap_or_default();
    let operations = units::plural(operations, "operation", "operations");
    Row { name: vec![named(&service.name, look)], seen: format!("{operations}, {}", seen(service.reach, "span", "spans")) }
}

fn of_operation(operation: &Operation, look: &Look) -> Row {
    Row { name: operation_name(operation, look), seen: seen(operation.reach, "span", "spans") }
}

fn of_failure(operation: &Operation, look: &Look) -> Row {
    let failed = units::count(operation.failed.spans as u128);
    let of = units::plural(operation.reach.spans, "span", "spans");
    Row { name: operation_name(operation, look), seen: format!("{failed} of {of} failed") }
}

fn of_edge(edge: &Edge, look: &Look) -> Row {
    let arrow = if look.ascii { " -> " } else { " → " };
    let mut name = vec![named(&edge.from, look), (Role::Faint, arrow.to_owned()), named(&edge.to, look)];
    if let Some(kind) = &edge.to_kind {
        name.push((Role::Faint, format!(" ({})", text::sanitise(kind, look.ascii))));
    }
    Row { name, seen: seen(edge.reach, "call", "calls") }
}

fn operation_name(operation: &Operation, look: &Look) -> Pieces {
    let name = format!(" {}", text::sanitise(&operation.name, look.ascii));
    vec![named(&operation.service, look), (Role::Plain, name), (Role::Faint, format!(" ({})", operation.kind.name()))]
}

/// A service's name in its colour.
fn named(service: &str, look: &Look) -> (Role, String) {
    if service.is_empty() {
        return (Role::Faint, "(no service)".to_owned());
    }
    (theme::service(service), text::sanitise(service, look.ascii).into_owned())
}

fn seen(reach: Reach, one: &str, many: &str) -> String {
    format!("{} in {}", units::plural(reach.spans, one, many), units::plural(reach.traces, "trace", "traces"))
}
