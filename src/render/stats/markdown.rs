//! Figures as a table of GitHub's Markdown (<https://github.github.com/gfm/#tables-extension->). Names are code, so that nothing in
//! them is markup, a link or a mention.

use std::fmt::Write as _;

use crate::analysis::stats::{Period, Stats};
use crate::render::{Look, escape, units};

use super::rows::{What, rows};
use super::{By, View, said, said_kind};

/// Writes figures over a time. Empty of no spans.
pub fn render(stats: &Stats, period: Option<Period>, view: View, look: &Look) -> String {
    let mut out = String::new();
    if stats.services.is_empty() {
        return out;
    }
    let totals = stats.totals();
    let length = period.map_or(0, Period::length);
    let (unit, per) = units::rate_unit(totals.figures.total, length);
    let traces = units::plural(stats.traces, "trace", "traces");
    let spans = units::plural(usize::try_from(totals.figures.total).unwrap_or(usize::MAX), "span", "spans");
    let mut write = |line: String| writeln!(out, "{line}").expect("a string takes all that is written to it");
    write(format!("{spans} of {traces}, {}\n", said(period, look)));
    write(format!("| service | operation | count | {per} | errors | p50 | p90 | p99 | max |"));
    write("|---|---|--:|--:|--:|--:|--:|--:|--:|".to_owned());
    for row in rows(stats, view) {
        let [service, operation] = match &row.what {
            What::Service(service) => [name(service), String::new()],
            What::Operation { service, name: operation, kind } => {
                let service = if view.by == By::Both { String::new() } else { name(service) };
                [
                    service,
                    format!("{}{}", name(operation), kind.map(said_kind).map_or_else(String::new, |kind| format!(" {kind}"))),
                ]
            }
            What::Rest(count, By::Service) => [format!("{} more", units::count(*count as u128)), String::new()],
            What::Rest(count, _) => [String::new(), format!("{} more", units::count(*count as u128))],
        };
        let figures = &row.totals.figures;
        let percentile = |hundredths| {
            let length = figures.durations.percentile(hundredths);
            length.map_or_else(String::new, |length| units::duration(length, look.ascii))
        };
        let errors = match figures.failed() {
            0 => String::new(),
            failed => format!("{} ({})", units::count(failed), units::share(failed, figures.total)),
        };
        let cells = [
            service,
            operation,
            units::count(figures.total),
            units::rate(figures.total, length, unit),
            errors,
            percentile(5_000),
            percentile(9_000),
            percentile(9_900),
            percentile(10_000),
        ];
        write(format!("| {} |", cells.join(" | ")));
    }
    out
}

fn name(name: &str) -> String {
    if name.is_empty() { "(no name)".to_owned() } else { escape::markdown_code(name) }
}
