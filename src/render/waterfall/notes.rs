//! The lines below the waterfall: every trouble by name, behind the mark that its rows have, and how exact the times are. What has
//! not arrived is said above. Then what its calls say of clocks, what else may be missing, and what is worth a look.

use std::fmt;

use crate::analysis::Trouble;
use crate::model::time::MICROSECOND;
use crate::render::line::{Line, Pieces};
use crate::render::theme::{Look, Role};
use crate::render::{text, units};

use super::label::called;
use super::layout::{Layout, Mark};
use super::paint::glyph;
use super::whole::Whole;
use super::{Shown, logs, origins};

/// So many troubles of one sort are told one by one.
const EACH: usize = 5;

/// Writes the lines, each with a line feed, after an empty one where there is any.
pub(super) fn write(shown: Shown<'_>, layout: &Layout, look: &Look, out: &mut impl fmt::Write) -> fmt::Result {
    let mut written = Line::default();
    for (nth, line) in lines(shown, layout, look).iter().enumerate() {
        if nth == 0 {
            out.write_char('\n')?;
        }
        written.extend(line);
        written.write(look, out)?;
    }
    Ok(())
}

/// The lines, none wider than [`Look::columns`].
pub(super) fn lines(shown: Shown<'_>, layout: &Layout, look: &Look) -> Vec<Pieces> {
    let mut lines = Vec::new();
    let broken = layout.whole.axis.is_broken(layout.columns.lane);
    for (mark, words) in notes(shown, &layout.whole, broken, look) {
        note(mark, &words, look, &mut lines);
    }
    for words in logs::notes(shown, &layout.rows) {
        note(None, &words, look, &mut lines);
    }
    lines
}

/// What there is to say of a trace as a whole, beside what its header says: sentences, each with the mark of the rows that it is about.
/// `broken` says whether the axis is drawn so. Not escaped for any medium.
pub fn notes(shown: Shown<'_>, whole: &Whole, broken: bool, look: &Look) -> Vec<(Option<Mark>, String)> {
    let (trace, tree) = (shown.trace, &shown.analysis.tree);
    let mut notes = Vec::new();
    let mut alike = 0;
    let mut troubles = tree.troubles().iter().peekable();
    while let Some(trouble) = troubles.next() {
        let more = troubles.peek().is_some_and(|next| std::mem::discriminant(*next) == std::mem::discriminant(trouble));
        if matches!(trouble, Trouble::NoRoot | Trouble::MissingParents { .. }) {
            continue;
        }
        alike += 1;
        if alike <= EACH {
            notes.push((mark_of(trouble), trouble.to_string()));
        }
        if !more {
            if alike > EACH {
                notes.push((mark_of(trouble), format!("and {} like this", units::count((alike - EACH) as u128))));
            }
            alike = 0;
        }
    }
    if broken {
        notes.push((None, whole.axis.words(look)));
    }
    let analysis = shown.analysis;
    let time = |length| units::duration(length, look.ascii);
    let clocks = analysis.skew.hosts().iter().filter(|between| between.outside > 0).map(|between| between.words(&time));
    let gaps = analysis.path.assumption().into_iter().chain(analysis.gaps.iter().map(ToString::to_string));
    let findings = analysis.findings.iter().map(|finding| finding.words(&|node| called(shown, node), &time));
    for (mark, words) in [(Some(Mark::Outside), several(clocks)), (None, several(gaps)), (None, several(findings))] {
        notes.extend(words.into_iter().map(|words| (mark, words)));
    }
    notes.extend(origins::notes(trace, look).into_iter().map(|words| (None, words)));
    // A microsecond is less than anybody sees in a drawing.
    if trace.precision > MICROSECOND {
        notes.push((None, format!("times are exact to {}", units::duration(trace.precision, look.ascii))));
    }
    notes
}

/// The first of these, and how many more there are.
fn several(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words: Vec<String> = words.collect();
    if words.len() > EACH + 1 {
        let more = words.len() - EACH;
        words.truncate(EACH);
        words.push(format!("and {} like this", units::count(more)));
    }
    words
}

fn mark_of(trouble: &Trouble) -> Option<Mark> {
    match trouble {
        Trouble::SelfParent(_) | Trouble::Cycle { .. } => Some(Mark::Cycle),
        Trouble::Early(_) | Trouble::Late(_) | Trouble::Negative(_) => Some(Mark::Outside),
        Trouble::NoRoot | Trouble::MissingParents { .. } => Some(Mark::Missing),
        Trouble::ManyRoots(_) | Trouble::SharedId { .. } | Trouble::NoStart(_) | Trouble::Absurd(_) => None,
    }
}

/// Words behind their mark, in as many lines as they take.
pub(super) fn note(mark: Option<Mark>, words: &str, look: &Look, lines: &mut Vec<Pieces>) {
    let words = text::sanitise(words, look.ascii);
    for (nth, part) in text::wrap(&words, look.columns() - 2).iter().enumerate() {
        let mut line = Line::default();
        if nth == 0 {
            line.push(Role::Warning, mark.map_or("-", |mark| glyph(mark, look)));
        }
        line.pad_to(2);
        line.push(Role::Plain, part);
        lines.push(line.take());
    }
}
