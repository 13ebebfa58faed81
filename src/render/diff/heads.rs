//! What A and B are: a trace, or the traces for which an expression holds.

use crate::analysis::diff::{Compared, Diff, Label, Side};
use crate::model::Time;
use crate::render::line::{Line, Pieces};
use crate::render::theme::{self, Look, Role};
use crate::render::{text, units};

use super::View;
use super::names::{per_trace, raw, separator};

/// Columns in front of what is said of a side: its letter.
const INDENT: usize = 3;

pub(super) fn write(diff: &Diff, view: View<'_>, look: &Look, out: &mut String) {
    for (nth, (side, expression)) in diff.sides.iter().zip(view.expressions).enumerate() {
        let letter = ["A", "B"][nth];
        match (&side.traces[..], expression) {
            ([trace], None) => {
                flow(letter, &what(diff, nth, trace, look), look, out);
                flow("", &which(trace, look), look, out);
            }
            (_, expression) => {
                flow(letter, &cohort(side, look), look, out);
                let expression =
                    expression.map(|expression| vec![(Role::Id, text::sanitise(expression, look.ascii).into_owned())]);
                flow("", &expression.into_iter().chain(when(side, look)).collect::<Vec<_>>(), look, out);
            }
        }
    }
}

/// What a trace is, how long it took and how much there is of it.
fn what(diff: &Diff, side: usize, trace: &Compared, look: &Look) -> Vec<Pieces> {
    let duration = units::duration(trace.duration, look.ascii);
    let mut facts = vec![title(diff, side, look), vec![(Role::Title, duration)]];
    // What goes on behind the root's back is not what is compared.
    if let Some(whole) = trace.whole.filter(|whole| *whole != trace.duration) {
        facts.push(vec![(Role::Plain, format!("{} with what outlives it", units::duration(whole, look.ascii)))]);
    }
    facts.push(vec![(Role::Plain, units::plural(trace.spans, "span", "spans"))]);
    if trace.errors > 0 {
        facts.push(vec![(Role::Error, units::plural(trace.errors, "error", "errors"))]);
    }
    facts
}

fn title(diff: &Diff, side: usize, look: &Look) -> Pieces {
    let root = diff.nodes.iter().filter(|node| node.is_root).find_map(|node| node.labels[side].as_ref());
    let Some(Label::Spans { service, name, .. }) = root else {
        return vec![(Role::Warning, "(root not arrived)".to_owned())];
    };
    let mut title = Pieces::new();
    if !service.is_empty() && service != name {
        title.push((theme::service(service), text::sanitise(service, look.ascii).into_owned()));
        title.push((Role::Plain, "  ".to_owned()));
    }
    let name = root.map(raw).unwrap_or_default();
    title.push((Role::Title, text::sanitise(&name, look.ascii).into_owned()));
    title
}

/// Which trace it is.
fn which(trace: &Compared, look: &Look) -> Vec<Pieces> {
    let mut facts = vec![vec![(Role::Id, text::sanitise(&trace.id.to_string(), look.ascii).into_owned())]];
    let when =
        if look.columns() < 100 { units::time_to_second(trace.start, look.zone) } else { units::time(trace.start, look.zone) };
    facts.push(vec![(Role::Plain, when)]);
    if let Some(now) = look.now.filter(|_| !trace.start.is_unknown()) {
        facts.push(vec![(Role::Plain, units::ago(trace.start, now))]);
    }
    if !trace.backends.is_empty() {
        facts.push(vec![(Role::Plain, text::sanitise(&trace.backends.join(" + "), look.ascii).into_owned())]);
    }
    facts.push(if trace.evidence.is_empty() {
        vec![(Role::Good, "complete".to_owned())]
    } else {
        vec![(Role::Warning, "incomplete".to_owned())]
    });
    facts
}

/// How many traces, and how long they took.
fn cohort(side: &Side, look: &Look) -> Vec<Pieces> {
    let mut facts = vec![vec![(Role::Title, units::plural(side.traces.len(), "trace", "traces"))]];
    for (name, hundredths) in [("p50", 5_000), ("p90", 9_000)] {
        if let Some(duration) = side.percentile(hundredths) {
            facts.push(vec![(Role::Plain, format!("{name} {}", units::duration(duration, look.ascii)))]);
        }
    }
    facts.push(vec![(Role::Plain, format!("{} spans each", per_trace(side.spans, side.traces.len())))]);
    if side.errors > 0 {
        let errors = usize::try_from(side.errors).unwrap_or(usize::MAX);
        facts.push(vec![(Role::Error, units::plural(errors, "error", "errors"))]);
    }
    facts
}

/// From the first to the last of several traces.
fn when(side: &Side, look: &Look) -> Option<Pieces> {
    let starts = || side.traces.iter().map(|trace| trace.start).filter(|start| !start.is_unknown());
    let time = |at: Time| units::short_time(at, look.zone);
    let [first, last] = [time(starts().min()?), time(starts().max()?)];
    let until = match (first.split_once(' '), last.split_once(' ')) {
        _ if first == last => String::new(),
        (Some((day, _)), Some((same, time))) if day == same => format!(" to {time}"),
        _ => format!(" to {last}"),
    };
    Some(vec![(Role::Plain, format!("{first}{until} {}", units::zone(look.zone)))])
}

/// Facts one after the other, as many on a line as fit, behind a letter.
fn flow(letter: &str, facts: &[Pieces], look: &Look, out: &mut String) {
    let separator = separator(look);
    let mut line = Line::default();
    line.push(Role::Title, letter);
    line.pad_to(INDENT);
    for fact in facts {
        let wide: usize = fact.iter().map(|(_, piece)| text::width(piece)).sum();
        if line.width() > INDENT {
            if line.width() + text::width(separator) + wide > look.columns() {
                line.write(look, out).expect("a string takes all that is written to it");
                line.pad_to(INDENT);
            } else {
                line.push(Role::Faint, separator);
            }
        }
        let room = look.columns() - line.width();
        line.push_fitting(fact.iter().map(|(role, piece)| (*role, piece.as_str())), room, look.ascii);
    }
    line.write(look, out).expect("a string takes all that is written to it");
}
