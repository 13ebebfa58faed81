//! What takes longer than a baseline says, as a table: an operation a line, the worst first.
//!
//! `!` in front of a name says that what the baseline promises does not hold, `?` that it cannot be told. The figures are those of the
//! quantile that the verdict is about. Bounds are rounded so that they stay true: `at least` down, `at most` up. What is too wide for
//! the screen is left out, the least important first. Sentences below say how sure all this is.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::analysis::assertion::Verdict;
use crate::analysis::baseline::judge::{Entry, Ratio};
use crate::analysis::baseline::{Comparison, Outcome};
use crate::model::SpanKind;

use super::column::{Column, taken};
use super::line::{Line, Pieces};
use super::theme::{self, Look, Role};
use super::{text, units};

/// The least that a name is worth showing in, beside figures.
const LEAST_NAME: usize = 20;

/// Blanks between columns, and the columns of marks.
const GAP: usize = 2;

/// Draws a comparison. No line is wider than [`Look::columns`].
pub fn table(comparison: &Comparison, look: &Look) -> String {
    let mut out = String::new();
    let mut line = Line::default();
    let mut write = |line: &mut Line| line.write(look, &mut out).expect("a string takes all that is written to it");
    let entries = &comparison.entries;
    if !entries.is_empty() {
        let mut several = HashMap::new();
        for operation in entries.iter().map(Entry::operation) {
            *several.entry((operation.service.as_str(), operation.name.as_str())).or_default() += 1;
        }
        let names: Vec<Pieces> = entries.iter().map(|entry| name(entry, &several, look)).collect();
        let verdicts: Vec<Pieces> = entries.iter().map(verdict).collect();
        let room = look.columns() - GAP;
        let said = verdicts.iter().map(width).max().unwrap_or(0).min(room / 2);
        let longest = names.iter().map(width).max().unwrap_or(0).max("operation".len());
        let columns = columns(comparison, room.saturating_sub(longest.min(LEAST_NAME) + GAP + said), look);
        let room = longest.min(room.saturating_sub(taken(&columns) + GAP + said));

        line.pad_to(GAP);
        line.push(Role::Heading, "operation");
        line.pad_to(GAP + room);
        for column in &columns {
            column.push_heading(&mut line);
        }
        line.pad_to(line.width() + GAP);
        line.push(Role::Heading, "verdict");
        write(&mut line);
        for (nth, entry) in entries.iter().enumerate() {
            match entry.outcome.verdict() {
                Verdict::Fails => line.push(Role::Error, "!"),
                Verdict::Unknown => line.push(Role::Warning, "?"),
                Verdict::Holds => {}
            }
            line.pad_to(GAP);
            line.push_fitting(borrowed(&names[nth]), room, look.ascii);
            line.pad_to(GAP + room);
            for column in &columns {
                column.push_cell(&mut line, nth);
            }
            line.pad_to(line.width() + GAP);
            line.push_fitting(borrowed(&verdicts[nth]), said, look.ascii);
            write(&mut line);
        }
    }
    for sentence in sentences(comparison) {
        for (nth, words) in text::wrap(&sentence, look.columns() - GAP).iter().enumerate() {
            line.push(Role::Faint, if nth == 0 { "-" } else { "" });
            line.pad_to(GAP);
            line.push(Role::Plain, words);
            write(&mut line);
        }
    }
    out
}

/// What it comes to, in one sentence without names: `1 operation of 3 is slower, 1 has vanished`.
pub fn headline(comparison: &Comparison) -> String {
    let promised = comparison.promised();
    if promised == 0 {
        return "the baseline has no operations, so it promises nothing".to_owned();
    }
    if comparison.traces[1] == 0 {
        return "there are no traces to compare with the baseline".to_owned();
    }
    let counts = [
        (comparison.count(|it| matches!(it, Outcome::Slower(_))), "is slower", "are slower"),
        (comparison.count(|it| matches!(it, Outcome::Vanished)), "has vanished", "have vanished"),
        (comparison.count(|it| matches!(it, Outcome::TooFew { .. })), "has too few samples", "have too few samples"),
        (comparison.count(|it| matches!(it, Outcome::Unseen)), "is not seen", "are not seen"),
    ];
    let mut said = Vec::new();
    for (count, is, are) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        let of = if said.is_empty() { format!(" of {}", operations(promised)) } else { String::new() };
        said.push(format!("{}{of} {}", units::count(count), if count == 1 { is } else { are }));
    }
    if said.is_empty() {
        let beyond = percent(comparison.options.tolerance, Rounded::Up);
        return format!("no operation of {} is shown to be slower by more than {beyond}", units::count(promised));
    }
    said.join(", ")
}

/// How sure it is, and what speaks against taking it at its word. Nothing in it is text from outside.
pub fn sentences(comparison: &Comparison) -> Vec<String> {
    let options = &comparison.options;
    let (promised, [was, now]) = (comparison.promised(), comparison.traces);
    let quantiles: Vec<String> = options.quantiles.iter().map(|share| quantile(*share)).collect();
    let (tolerance, wrong) = (percent(options.tolerance, Rounded::Up), percent(1.0 - options.confidence, Rounded::Up));
    let mut said = vec![format!(
        "{} in the baseline and {} now; of each the longest span of an operation, compared at {}; {} confidence over {} together: \
         if nothing is slower by more than {tolerance} or rarer, the chance that anything is called slower or vanished is at most {wrong}",
        units::plural(was as usize, "trace", "traces"),
        units::count(now),
        quantiles.join(" and "),
        percent(options.confidence, Rounded::Down),
        operations(promised),
    )];
    if comparison.count(|it| matches!(it, Outcome::Same(_))) > 0 {
        said.push(
            "\"same\" is what cannot be shown to be slower by more than that; \"at most\" is what may still hide".to_owned(),
        );
    }
    if comparison.count(|it| matches!(it, Outcome::TooFew { .. })) > 0 {
        said.push(match comparison.need {
            Some(need) => {
                format!("on each side, {} are needed to tell", units::plural(need as usize, "trace with it", "traces with it"))
            }
            None => "no number of samples is enough for this confidence".to_owned(),
        });
    }
    if comparison.count(|it| matches!(it, Outcome::Unseen)) > 0 {
        said.push("what was rare in the baseline may be missing from so many traces by chance".to_owned());
    }
    let unmeasured = |side: usize| -> u64 {
        comparison.entries.iter().filter_map(|entry| entry.sides[side].as_ref()).map(|it| u64::from(it.unmeasured)).sum()
    };
    for (count, when) in [(unmeasured(0), "in the baseline"), (unmeasured(1), "now")] {
        if count > 0 {
            let times = units::plural(usize::try_from(count).unwrap_or(usize::MAX), "time", "times");
            said.push(format!("{when}, an operation had not ended, or has no duration, {times}: these are not measured"));
        }
    }
    said
}

fn operations(count: usize) -> String {
    units::plural(count, "operation", "operations")
}

/// The figures that fit into so much room.
fn columns(comparison: &Comparison, room: usize, look: &Look) -> Vec<Column> {
    let entries = &comparison.entries;
    let share = |entry: &Entry| entry.ratio().map_or(comparison.options.quantiles[0], |ratio| ratio.quantile);
    let of = |heading, role, said: &dyn Fn(&Entry) -> Option<String>| {
        Column::new(heading, role, entries.iter().map(|entry| said(entry).unwrap_or_default()))
    };
    let took = |entry: &Entry, side: usize| entry.sides[side].as_ref()?.durations.quantile(share(entry));
    let duration = |length: u64| units::duration(length.into(), look.ascii);
    let more = |entry: &Entry| Some(took(entry, 1)? as f64 / took(entry, 0)? as f64);
    // How important each is; what does not fit is left out from the highest number on.
    let mut columns = vec![
        (3, of("at", Role::Faint, &|entry| Some(quantile(share(entry))))),
        (1, of("was", Role::Plain, &|entry| took(entry, 0).map(duration))),
        (0, of("is", Role::Plain, &|entry| took(entry, 1).map(duration))),
        (2, of("change", Role::Plain, &|entry| more(entry).and_then(|ratio| change(ratio, Rounded::Nearest)))),
    ];
    // What fails at once looks fast.
    if entries.iter().flat_map(|entry| entry.sides.iter().flatten()).any(|side| side.failed > 0) {
        let failed = entries.iter().map(|entry| {
            let shares = entry
                .sides
                .each_ref()
                .map(|side| side.as_ref().map_or_else(|| "-".to_owned(), |side| units::share(side.failed, side.traces)));
            let any = entry.sides.iter().flatten().any(|side| side.failed > 0);
            if any { shares.join(if look.ascii { " > " } else { " → " }) } else { String::new() }
        });
        columns.push((4, Column::new("failed", Role::Error, failed)));
    }
    while columns.iter().map(|(_, column)| column.taken()).sum::<usize>() > room {
        let Some(least) = (0..columns.len()).max_by_key(|place| columns[*place].0) else { break };
        drop(columns.remove(least));
    }
    columns.into_iter().map(|(_, column)| column).collect()
}

/// What is said of an operation.
fn verdict(entry: &Entry) -> Pieces {
    let bound = |words: &str, of: fn(&Ratio) -> f64, rounded| {
        let bound = entry.ratio().and_then(|ratio| change(of(ratio), rounded));
        bound.map_or_else(String::new, |bound| format!(", {words} {bound}"))
    };
    let (role, word, rest) = match entry.outcome {
        Outcome::Slower(_) => (Role::Error, "slower", bound("at least", |it| it.at_least, Rounded::Down)),
        Outcome::Vanished => (Role::Error, "vanished", String::new()),
        Outcome::TooFew { have, need } => {
            let need = need.map_or_else(String::new, |need| format!(" of {}", units::count(need)));
            (Role::Warning, "too few", format!(": {}{need}", units::count(have)))
        }
        Outcome::Unseen => (Role::Warning, "not seen", ", may be chance".to_owned()),
        Outcome::New => (Role::Faint, "not in the baseline", String::new()),
        Outcome::Same(_) => (Role::Good, "same", bound("at most", |it| it.at_most, Rounded::Up)),
        Outcome::Faster(_) => (Role::Good, "faster", bound("at least", |it| it.at_most, Rounded::Up)),
    };
    vec![(role, word.to_owned()), (Role::Plain, rest)]
}

/// The operation, with its service, and its kind where there are several of that name.
fn name(entry: &Entry, several: &HashMap<(&str, &str), usize>, look: &Look) -> Pieces {
    let operation = entry.operation();
    let separator = if look.ascii { " - " } else { " · " };
    let shown = |name: &str| {
        if name.is_empty() { "(no name)".to_owned() } else { text::sanitise(name, look.ascii).into_owned() }
    };
    let mut pieces = vec![(Role::Plain, shown(&operation.name))];
    if operation.service != operation.name {
        pieces.push((Role::Faint, separator.to_owned()));
        pieces.push((theme::service(&operation.service), shown(&operation.service)));
    }
    if several.get(&(&operation.service, &operation.name)).is_some_and(|count| *count > 1) {
        let kind = match operation.kind {
            SpanKind::Other(number) => format!("kind {number}"),
            kind => kind.name().to_owned(),
        };
        pieces.push((Role::Faint, format!("{separator}{kind}")));
    }
    pieces
}

/// In which direction a figure may be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rounded {
    Down,
    Nearest,
    Up,
}

impl Rounded {
    /// As a whole number. What is whole but for the arithmetic of doubles is taken as that.
    fn of(self, number: f64) -> f64 {
        let nearest = number.round();
        match self {
            _ if (number - nearest).abs() < 1e-6 => nearest,
            Self::Down => number.floor(),
            Self::Nearest => nearest,
            Self::Up => number.ceil(),
        }
    }
}

/// A ratio as what is more or less: `+40%`, `-20%`, from ten times on `12x`. `None` to what was nothing.
fn change(ratio: f64, rounded: Rounded) -> Option<String> {
    let percent = rounded.of((ratio - 1.0) * 100.0);
    if !ratio.is_finite() {
        None
    } else if ratio >= 10.0 {
        Some(format!("{}x", units::count(rounded.of(ratio) as u64)))
    } else if percent == 0.0 {
        Some("0%".to_owned())
    } else {
        Some(format!("{percent:+}%"))
    }
}

/// A share as percent, to a hundredth where it is not whole.
fn percent(share: f64, rounded: Rounded) -> String {
    format!("{}%", rounded.of(share * 10_000.0) / 100.0)
}

/// `p95`, `p99.9`.
fn quantile(share: f64) -> String {
    format!("p{}", (share * 1e8).round() / 1e6)
}

fn borrowed(pieces: &Pieces) -> impl Iterator<Item = (Role, &str)> + Clone {
    pieces.iter().map(|(role, piece)| (*role, piece.as_str()))
}

fn width(pieces: &Pieces) -> usize {
    pieces.iter().map(|(_, piece)| text::width(piece)).sum()
}
