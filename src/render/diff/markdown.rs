//! A comparison in GitHub's Markdown (<https://github.github.com/gfm/#tables-extension->), for a pull request. Names are code, so that
//! nothing in them is markup, a link or a mention.

use std::fmt::Write as _;

use crate::analysis::diff::{Change, Diff, Label, Side};
use crate::render::{Look, escape, units};

use super::ledger::{self, What};
use super::names::{self, per_trace};
use super::plan::{self, What as Drawn};
use super::{View, words};

/// Writes a comparison.
pub fn render(diff: &Diff, view: View<'_>, look: &Look) -> String {
    let mut out = String::new();
    let mut write = |line: &str| writeln!(out, "{line}").expect("a string takes all that is written to it");
    write(&format!("**{}**\n", words::headline(diff, look)));
    for (nth, (side, expression)) in diff.sides.iter().zip(view.expressions).enumerate() {
        write(&format!("- {}: {}", ["A", "B"][nth], head(diff, nth, side, expression, look)));
    }
    for sentence in words::findings(diff, &escape::markdown_code).iter().chain(&words::quoted(diff, &escape::markdown_code)) {
        write(&format!("- {sentence}"));
    }
    for line in ledger(diff, view, look).into_iter().chain(changes(diff, view, look)) {
        write(&line);
    }
    out
}

fn head(diff: &Diff, nth: usize, side: &Side, expression: Option<&str>, look: &Look) -> String {
    if let ([trace], None) = (&side.traces[..], expression) {
        let root = diff.nodes.iter().filter(|node| node.is_root).find_map(|node| node.labels[nth].as_ref());
        return [
            root.map_or_else(|| "no root".to_owned(), called),
            units::duration(trace.duration, look.ascii),
            units::plural(trace.spans, "span", "spans"),
            units::plural(trace.errors, "error", "errors"),
            units::time_to_second(trace.start, look.zone),
            format!("trace {}", escape::markdown_code(&trace.id.to_string())),
        ]
        .join(", ");
    }
    let mut facts = vec![units::plural(side.traces.len(), "trace", "traces")];
    facts.extend(expression.map(escape::markdown_code));
    for (name, hundredths) in [("p50", 5_000), ("p90", 9_000)] {
        facts.extend(side.percentile(hundredths).map(|length| format!("{name} {}", units::duration(length, look.ascii))));
    }
    facts.push(format!("{} spans each", per_trace(side.spans, side.traces.len())));
    facts.push(units::plural(usize::try_from(side.errors).unwrap_or(usize::MAX), "error", "errors"));
    facts.join(", ")
}

/// Where the time went, as a table.
fn ledger(diff: &Diff, view: View<'_>, look: &Look) -> Vec<String> {
    let entries = ledger::entries(diff, view.max_rows);
    if entries.is_empty() {
        return Vec::new();
    }
    let differences = ledger::differences(diff, &entries, look);
    let durations = diff.durations();
    let mean = |side: usize, sum| units::duration(words::mean(sum, diff.sides[side].traces.len()), look.ascii);
    let mut lines =
        vec!["\n| B - A | A | B | spans | where the time went | below |".to_owned(), "|--:|--:|--:|--:|---|---|".to_owned()];
    for (entry, difference) in entries.iter().zip(&differences) {
        let [mut a, mut b] = [0, 1].map(|side| mean(side, entry.critical[side]));
        let [spans, name, below] = match entry.what {
            What::Node(node) => {
                let at = &diff.nodes[node];
                for (cell, label) in [(&mut a, &at.labels[0]), (&mut b, &at.labels[1])] {
                    if label.is_none() {
                        cell.clear();
                    }
                }
                let spans = names::counts(diff, at.figures.each_ref().map(|of| of.spans), look);
                let above = at.parent.map_or_else(String::new, |parent| called(diff.nodes[parent].label()));
                [spans, said(diff, node), above]
            }
            What::Rest(paths) => {
                [String::new(), units::plural(paths, "more path", "more paths") + " that differ", String::new()]
            }
            What::Same(paths) => [String::new(), units::plural(paths, "path", "paths") + " that took as long", String::new()],
        };
        lines.push(format!("| {difference} | {a} | {b} | {spans} | {name} | {below} |"));
    }
    let [a, b] = [0, 1].map(|side| mean(side, durations[side]));
    lines.push(format!("| **{}** | **{a}** | **{b}** | | **in all** | |", differences[entries.len()]));
    lines
}

/// What is new, gone or changed, as a table.
fn changes(diff: &Diff, view: View<'_>, look: &Look) -> Vec<String> {
    let rows = plan::rows(diff, view.max_rows);
    if !rows.iter().any(|row| matches!(row.what, Drawn::Changed(_))) {
        return Vec::new();
    }
    let mut lines = vec!["\n| | spans | errors | path | below |".to_owned(), "|---|--:|--:|---|---|".to_owned()];
    let (mut paths, mut changed) = (0, 0);
    for row in rows {
        match row.what {
            Drawn::Changed(node) => {
                let at = &diff.nodes[node];
                let spans = names::counts(diff, at.figures.each_ref().map(|of| of.spans), look);
                let errors = names::counts(diff, at.figures.each_ref().map(|of| of.errors), look);
                let what = match diff.change(node) {
                    Change::Appeared => "new",
                    Change::Vanished => "gone",
                    Change::Changed | Change::Time | Change::Same => "changed",
                };
                let above = at.parent.map_or_else(String::new, |parent| called(diff.nodes[parent].label()));
                let [a, b] = at.reasons.each_ref().map(|reason| reason.as_deref().map(escape::markdown_code));
                let reasons =
                    [("A", a), ("B", b)].into_iter().filter_map(|(side, reason)| Some(format!("; in {side}: {}", reason?)));
                let name = said(diff, node) + &reasons.collect::<String>();
                lines.push(format!("| {what} | {spans} | {errors} | {name} | {above} |"));
            }
            Drawn::Above(chain) => paths += chain.len(),
            Drawn::Hidden(hidden) => (paths, changed) = (paths + hidden.paths(), changed + hidden.changed),
        }
    }
    if paths > 0 {
        let more = if changed > 0 { format!(", {} of them changed", units::count(changed)) } else { String::new() };
        lines.push(format!("| | | | {}{more} | |", units::plural(paths, "more path", "more paths")));
    }
    lines
}

/// A node, with what it was called in A where that differs.
fn said(diff: &Diff, node: usize) -> String {
    let at = &diff.nodes[node];
    let kind = |label: &Label| match label {
        Label::Spans { kind, .. } => format!(" ({})", names::said_kind(*kind)),
        Label::Missing => String::new(),
    };
    match &at.labels {
        [Some(a), Some(b)] if !a.is_called(b) => format!("{} → {}", called(a), called(b)),
        [Some(a), Some(b)] if a != b => format!("{}{} →{}", called(b), kind(a), kind(b)),
        _ if at.by_kind => format!("{}{}", called(at.label()), kind(at.label())),
        _ => called(at.label()),
    }
}

fn called(label: &Label) -> String {
    match label {
        Label::Missing => names::raw(label),
        Label::Spans { service, name, .. } => {
            let shown = if name.is_empty() { names::raw(label) } else { escape::markdown_code(name) };
            if service.is_empty() || service == name { shown } else { format!("{shown} in {}", escape::markdown_code(service)) }
        }
    }
}
