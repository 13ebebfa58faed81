//! What is said of a comparison in sentences. What of them comes from outside is quoted by who writes them for a medium.

use crate::analysis::diff::{Chance, Compared, Diff, Label, Length, Side};
use crate::model::time::{MICROSECOND, Nanos};
use crate::render::theme::Look;
use crate::render::units;

use super::names::{arrow, raw};

const SIDES: [&str; 2] = ["A", "B"];

/// How text from outside is written.
pub(super) type Quote<'a> = &'a dyn Fn(&str) -> String;

/// As it is: not escaped for any medium.
pub(super) fn bare(text: &str) -> String {
    text.to_owned()
}

/// By how much B takes longer, in one sentence.
pub(super) fn headline(diff: &Diff, look: &Look) -> String {
    let total = diff.total();
    let means = means(diff);
    let [a, b] = means.map(|mean| units::duration(mean, look.ascii));
    let several = diff.sides.iter().any(|side| side.traces.len() != 1);
    let typically = if several { " in the mean" } else { "" };
    if total == 0 {
        return format!("B takes as long as A{typically}: {b}");
    }
    let whole = diff.durations()[0] * diff.sides[1].traces.len().max(1) as Nanos;
    let share = units::share(total.abs(), whole);
    let share = match (share.chars().next(), total > 0) {
        (None, _) => share,
        (Some('0'..='9'), true) => format!(" (+{share})"),
        (Some('0'..='9'), false) => format!(" (-{share})"),
        (Some(_), _) => format!(" ({share})"),
    };
    let by = units::duration(mean(total.abs(), usize::try_from(diff.scale()).unwrap_or(usize::MAX)), look.ascii);
    let longer = if total > 0 { "longer" } else { "less" };
    format!("B takes {by} {longer} than A{typically}: {a}{}{b}{share}", arrow(look))
}

/// The mean duration of each side, rounded to the nanosecond.
pub(super) fn means(diff: &Diff) -> [Nanos; 2] {
    let durations = diff.durations();
    [0, 1].map(|side| mean(durations[side], diff.sides[side].traces.len()))
}

/// A sum as the mean of so many, rounded to the nanosecond.
pub(super) fn mean(sum: Nanos, of: usize) -> Nanos {
    let of = of.max(1) as Nanos;
    (sum + of / 2).div_euclid(of)
}

/// What is worth knowing beside the figures.
pub(super) fn findings(diff: &Diff, quote: Quote<'_>) -> Vec<String> {
    let mut said: Vec<String> = diff.chance().map(chance).into_iter().collect();
    let [gone, new] = diff.services();
    for (services, one, many) in [(new, "new service", "new services"), (gone, "service gone", "services gone")] {
        if !services.is_empty() {
            said.push(format!("{}: {}", units::plural(services.len(), one, many), some(&services, quote)));
        }
    }
    said
}

/// The first ten of several names.
fn some(names: &[&str], quote: Quote<'_>) -> String {
    const NAMED: usize = 10;
    let more = names.len().saturating_sub(NAMED);
    let first: Vec<String> = names[..names.len() - more].iter().map(|name| quote(name)).collect();
    let first = first.join(", ");
    if more == 0 { first } else { format!("{first} and {} more", units::count(more)) }
}

fn chance(chance: Chance) -> String {
    let p = match (chance.p * 1000.0).round() {
        ..1.0 => "p < 0.001".to_owned(),
        thousandths if thousandths < 100.0 => format!("p = {:.3}", chance.p),
        _ => format!("p = {:.2}", chance.p),
    };
    let how = if chance.exact { "exact" } else { "by normal approximation" };
    let so = if chance.is_unlikely() { "hardly explains" } else { "may well explain" };
    format!("chance alone {so} how the durations differ: {p} (Mann-Whitney U, {how})")
}

/// What speaks against taking the figures at their word, one sentence each, not escaped for any medium.
pub fn caveats(diff: &Diff) -> Vec<String> {
    quoted(diff, &bare)
}

/// The same, with text from outside quoted.
pub(super) fn quoted(diff: &Diff, quote: Quote<'_>) -> Vec<String> {
    let mut said = Vec::new();
    for (name, side) in SIDES.iter().zip(&diff.sides) {
        said.extend(left_out(name, side));
        match &side.traces[..] {
            [only] => said.extend(of_one(name, only, quote)),
            several => said.extend(of_several(name, several)),
        }
    }
    if diff.root_changed() {
        let root = diff.nodes.iter().find(|node| node.is_root);
        let called = |label: &Option<Label>| label.as_ref().map_or_else(String::new, |label| quote(&raw(label)));
        if let Some([a, b]) = root.map(|root| root.labels.each_ref().map(called)) {
            said.push(format!("the roots are not the same, and compared as if they were: {a} in A, {b} in B"));
        }
    }
    match (diff.shared, diff.sides.each_ref().map(|side| side.traces.len())) {
        (0, _) => {}
        (_, [1, 1]) => said.push("A and B are the same trace".to_owned()),
        (shared, _) => {
            let is = if shared == 1 { "is" } else { "are" };
            said.push(format!("{} {is} on both sides", units::plural(shared, "trace", "traces")));
        }
    }
    said
}

fn left_out(name: &str, side: &Side) -> Option<String> {
    if side.left_out.is_empty() {
        return None;
    }
    let why = |length| match length {
        Length::Known => "known",
        Length::Running => "still running",
        Length::NoRoot => "without a root",
        Length::Reversed => "ending before it starts",
        Length::Unknown => "without a time",
    };
    let mut lengths: Vec<Length> = side.left_out.iter().map(|trace| trace.length).collect();
    lengths.sort_unstable();
    let each = lengths.chunk_by(|a, b| a == b);
    let each: Vec<String> = each.map(|alike| format!("{} {}", units::count(alike.len()), why(alike[0]))).collect();
    let traces = units::plural(lengths.len(), "trace is", "traces are");
    Some(format!("of {name}, {traces} left out, of which the duration is not known: {}", each.join(", ")))
}

fn of_one(name: &str, trace: &Compared, quote: Quote<'_>) -> Vec<String> {
    let mut said = Vec::new();
    if !trace.evidence.is_empty() {
        let evidence: Vec<String> = trace.evidence.iter().map(|evidence| quote(&evidence.to_string())).collect();
        said.push(format!("{name} is incomplete, and what differs may be an effect of that: {}", evidence.join("; ")));
    }
    let length = match trace.length {
        Length::Known => None,
        Length::Running => Some("is that of what is known so far: its root still runs"),
        Length::NoRoot => Some("is that of its longest part: its root has not arrived"),
        Length::Reversed => Some("counts as nothing: its root ends before it starts"),
        Length::Unknown => Some("is not known: no span of it has a time"),
    };
    said.extend(length.map(|length| format!("the duration of {name} {length}")));
    said.extend(trace.gaps.iter().map(|gap| format!("{name}: {}", quote(gap))));
    if trace.assumed > 0 {
        let spans = units::plural(trace.assumed, "span", "spans");
        said.push(format!("{name}: {spans} on the critical path may not have been waited for to the end"));
    }
    // A microsecond is less than anybody sees.
    if trace.precision > MICROSECOND {
        said.push(format!("{name}: times are exact to {}", units::duration(trace.precision, true)));
    }
    said
}

fn of_several(name: &str, traces: &[Compared]) -> Vec<String> {
    let count = |of: &dyn Fn(&Compared) -> bool| traces.iter().filter(|trace| of(trace)).count();
    let all = units::count(traces.len());
    let part = |count: usize| format!("{} of the {all} traces of {name}", units::count(count));
    let mut said = Vec::new();
    let incomplete = count(&|trace| !trace.evidence.is_empty());
    if incomplete > 0 {
        let is = if incomplete == 1 { "is" } else { "are" };
        said.push(format!("{} {is} incomplete, and what differs may be an effect of that", part(incomplete)));
    }
    let assumed = count(&|trace| trace.assumed > 0);
    if assumed > 0 {
        said.push(format!("in {}, spans on the critical path may not have been waited for to the end", part(assumed)));
    }
    let precision = traces.iter().map(|trace| trace.precision).max().unwrap_or(1);
    if precision > MICROSECOND {
        said.push(format!("{name}: times are exact to {}", units::duration(precision, true)));
    }
    said
}
