//! What the reports have in common.

use std::borrow::Cow;
use std::path::Path;

use crate::analysis::assertion::Verdict;
use crate::analysis::{Analysis, What};
use crate::render::waterfall::{Options, Shown};
use crate::render::{Look, text, units, waterfall as picture};

use super::{Answer, Exhibit, Place, Report};

/// The widest that a name gets, in columns. It is read in lists.
const NAME: usize = 300;
/// The widest that a message, or a line of what is said with it, gets.
const LINE: usize = 1_000;

/// A verdict as the program says it everywhere.
pub fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "does not hold",
        Verdict::Unknown => "cannot tell",
    }
}

/// How many hold, do not hold, and cannot be told, in words.
pub fn tally(verdicts: impl IntoIterator<Item = Verdict>) -> String {
    let mut counts = [0; 3];
    for verdict in verdicts {
        counts[verdict as usize] += 1;
    }
    let all = units::plural(counts.iter().sum(), "assertion", "assertions");
    let words = [("holds", "hold"), ("does not hold", "do not hold"), ("cannot be told", "cannot be told")];
    let said: Vec<String> = counts
        .into_iter()
        .zip(words)
        .filter(|(count, _)| *count > 0)
        .map(|(count, (one, many))| units::plural(count, one, many))
        .collect();
    if said.is_empty() { all } else { format!("{all}: {}", said.join(", ")) }
}

/// The same of a report, as its headline.
pub(super) fn headline(report: &Report<'_>) -> String {
    tally(report.answers.iter().map(|answer| answer.verdict))
}

/// How long all of it took, and when it began.
pub(super) fn when(report: &Report<'_>, look: &Look) -> String {
    let took = units::duration(report.took, look.ascii);
    if report.start.is_unknown() { took } else { format!("{took}, from {}", units::time_to_second(report.start, look.zone)) }
}

/// Text from outside in one line, cut where nobody reads on.
pub(super) fn line<'a>(untrusted: &'a str, look: &Look) -> Cow<'a, str> {
    cut(untrusted, LINE, look)
}

/// What an assertion is called. Never empty.
pub(super) fn name<'a>(answer: &'a Answer, look: &Look) -> Cow<'a, str> {
    if answer.name.is_empty() { Cow::Borrowed("(no name)") } else { cut(&answer.name, NAME, look) }
}

/// A file, and the line in it.
pub(super) fn place(place: &Place, look: &Look) -> String {
    format!("{}:{}", cut(&place.file, NAME, look), place.line)
}

/// What tests of a file are filed under: its name without what it ends in, and `assert` for those of the command line.
pub(super) fn class<'a>(place: Option<&'a Place>, look: &Look) -> Cow<'a, str> {
    let stem = place.and_then(|place| Path::new(&place.file).file_stem()?.to_str());
    stem.filter(|stem| !stem.is_empty()).map_or(Cow::Borrowed("assert"), |stem| cut(stem, NAME, look))
}

fn cut<'a>(untrusted: &'a str, columns: usize, look: &Look) -> Cow<'a, str> {
    match text::sanitise(untrusted, look.ascii) {
        Cow::Borrowed(clean) => text::truncate(clean, columns, look.ascii),
        Cow::Owned(clean) => Cow::Owned(text::truncate(&clean, columns, look.ascii).into_owned()),
    }
}

/// The lines to a verdict in at most about so many bytes, each ended by a line feed. What is left out is said.
pub(super) fn detail(answer: &Answer, most: usize, look: &Look) -> String {
    let mut out = Vec::new();
    let mut left = most;
    for (nth, untrusted) in answer.detail.lines().enumerate() {
        let written = format!("{}\n", line(untrusted, look));
        if written.len() > left {
            let rest = units::plural(answer.detail.lines().count() - nth, "more line", "more lines");
            out.push(format!("{} {rest}\n", text::ellipsis(look.ascii)));
            break;
        }
        left -= written.len();
        out.push(written);
    }
    out.concat()
}

/// Hands over a trace, with its spans to look at marked, in so many rows.
pub(super) fn shown<T>(exhibit: &Exhibit, rows: usize, draw: impl FnOnce(Shown<'_>, Options<'_>) -> T) -> T {
    let analysis = Analysis::of(&exhibit.trace);
    let mut wanted = vec![false; exhibit.trace.spans().len()];
    for place in &exhibit.spans {
        if let Some(wanted) = wanted.get_mut(*place) {
            *wanted = true;
        }
    }
    let is_wanted = |what: &What| matches!(what, What::Span(place) if wanted[*place]);
    let matches: Vec<bool> = analysis.tree.nodes().iter().map(|node| is_wanted(&node.what)).collect();
    let options = Options { max_rows: Some(rows), matches: &matches, ..Options::default() };
    draw(Shown { trace: &exhibit.trace, analysis: &analysis }, options)
}

/// A trace as the terminal draws it, in so many rows, with its spans to look at marked.
pub fn waterfall(exhibit: &Exhibit, rows: usize, look: &Look) -> String {
    shown(exhibit, rows, |shown, options| picture::render(shown, &options, look))
}
