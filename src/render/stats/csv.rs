//! Figures as comma-separated values: one line for each operation, or for each service, in the order of the sorted figures.
//!
//! A name that a spreadsheet would take for a formula has an apostrophe in front, and what is invisible is spelled out
//! ([`escape::csv`]), so that a name in CSV may not be the very bytes that were sent; those are in JSON. Numbers are bare: counts,
//! and nanoseconds. What is not known is empty.

use crate::analysis::stats::{Period, Sort, Stats, Totals};
use crate::render::escape;

use super::{By, said_kind};

/// The columns behind the names.
const FIGURES: [&str; 15] = [
    "count",
    "ok",
    "failed",
    "running",
    "rate_per_second",
    "timed",
    "p50_ns",
    "p90_ns",
    "p99_ns",
    "max_ns",
    "total_ns",
    "self_ns",
    "without_start",
    "from",
    "to",
];

/// Writes figures over a time, with a heading, in lines that end as RFC 4180 wants it (<https://www.rfc-editor.org/rfc/rfc4180>).
pub fn render(stats: &Stats, period: Option<Period>, by: By, sort: Sort) -> String {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let names = if by == By::Service { &["service"][..] } else { &["service", "operation", "kind"] };
    lines.push(names.iter().chain(&FIGURES).map(|heading| (*heading).to_owned()).collect());
    match by {
        By::Service => {
            let each = stats.services.iter();
            lines.extend(each.map(|service| [vec![text(&service.name)], figures(&service.totals, period)].concat()));
        }
        By::Both => {
            for service in &stats.services {
                let each = service.operations.iter();
                let line = |operation| of_operation(&service.name, operation, period);
                lines.extend(each.map(line));
            }
        }
        By::Operation => {
            let each = stats.operations(sort).into_iter();
            lines.extend(each.map(|(service, operation)| of_operation(&service.name, operation, period)));
        }
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for line in lines {
        writer.write_record(line).expect("memory takes all that is written to it, and lines are equally long");
    }
    let bytes = writer.into_inner().expect("memory takes all that is written to it");
    String::from_utf8(bytes).expect("it was made of text")
}

fn of_operation(service: &str, operation: &crate::analysis::stats::Operation, period: Option<Period>) -> Vec<String> {
    [vec![text(service), text(&operation.name), said_kind(operation.kind)], figures(&operation.totals, period)].concat()
}

fn text(name: &str) -> String {
    escape::csv(name).into_owned()
}

fn figures(totals: &Totals, period: Option<Period>) -> Vec<String> {
    let figures = &totals.figures;
    let percentile =
        |hundredths| figures.durations.percentile(hundredths).map_or_else(String::new, |length| length.to_string());
    let at = |time: Option<crate::model::Time>| time.map_or_else(String::new, crate::model::Time::to_rfc3339);
    vec![
        figures.total.to_string(),
        figures.ok.to_string(),
        figures.failed().to_string(),
        totals.running.to_string(),
        period.and_then(|period| totals.per_second(period)).map_or_else(String::new, |rate| rate.to_string()),
        figures.durations.count().to_string(),
        percentile(5_000),
        percentile(9_000),
        percentile(9_900),
        percentile(10_000),
        figures.time.to_string(),
        totals.self_time.to_string(),
        totals.without_start.to_string(),
        at(period.map(|period| period.start)),
        at(period.map(|period| period.end)),
    ]
}
