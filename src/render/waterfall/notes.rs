//! The lines below the waterfall: every trouble by name, behind the mark that its rows have, and how exact the times are. What has
//! not arrived is said above. Then what its calls say of clocks, what else may be missing, and what is worth a look.

use crate::analysis::Trouble;
use crate::model::time::MICROSECOND;
use crate::render::line::{Line, Pieces};
use crate::render::theme::{Look, Role};
use crate::render::{text, units};

use super::Shown;
use super::layout::{Layout, Mark};
use super::paint::glyph;

/// So many troubles of one sort are told one by one.
const EACH: usize = 5;

/// None, or an empty one and then those of the notes.
pub(super) fn lines(shown: Shown<'_>, layout: &Layout, look: &Look) -> Vec<Pieces> {
    let mut out = Vec::new();
    let (trace, tree) = (shown.trace, &shown.analysis.tree);
    let mut alike = 0;
    let mut troubles = tree.troubles().iter().peekable();
    while let Some(trouble) = troubles.next() {
        let more = troubles.peek().is_some_and(|next| std::mem::discriminant(*next) == std::mem::discriminant(trouble));
        if matches!(trouble, Trouble::NoRoot | Trouble::MissingParents { .. }) {
            continue;
        }
        alike += 1;
        if alike <= EACH {
            note(mark_of(trouble), &trouble.to_string(), look, &mut out);
        }
        if !more {
            if alike > EACH {
                let rest = format!("and {} like this", units::count((alike - EACH) as u128));
                note(mark_of(trouble), &rest, look, &mut out);
            }
            alike = 0;
        }
    }
    if layout.whole.axis.is_broken(layout.columns.lane) {
        note(None, &layout.whole.axis.words(look), look, &mut out);
    }
    let analysis = shown.analysis;
    let time = |length| units::duration(length, look.ascii);
    let clocks = analysis.skew.hosts().iter().filter(|between| between.outside > 0).map(|between| between.words(&time));
    let gaps = analysis.gaps.iter().map(ToString::to_string);
    let findings = analysis.findings.iter().map(|finding| finding.words(trace, tree, &time));
    for (mark, words) in [(Some(Mark::Outside), several(clocks)), (None, several(gaps)), (None, several(findings))] {
        for words in words {
            note(mark, &words, look, &mut out);
        }
    }
    // A microsecond is less than anybody sees in a drawing.
    if trace.precision > MICROSECOND {
        let exact = format!("times are exact to {}", units::duration(trace.precision, look.ascii));
        note(None, &exact, look, &mut out);
    }
    out
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

fn note(mark: Option<Mark>, words: &str, look: &Look, out: &mut Vec<Pieces>) {
    if out.is_empty() {
        out.push(Pieces::new());
    }
    let words = text::sanitise(words, look.ascii);
    for (nth, part) in text::wrap(&words, look.columns() - 2).iter().enumerate() {
        let mut line = Line::default();
        if nth == 0 {
            line.push(Role::Warning, mark.map_or("-", |mark| glyph(mark, look)));
        }
        line.pad_to(2);
        line.push(Role::Plain, part);
        out.push(line.take());
    }
}
