//! The lines below the waterfall: every trouble by name, behind the mark that its rows have, and how exact the times are. What has
//! not arrived is said above.

use std::fmt;

use crate::analysis::{Tree, Trouble};
use crate::model::Trace;
use crate::model::time::MICROSECOND;
use crate::render::line::Line;
use crate::render::theme::{Look, Role};
use crate::render::{text, units};

use super::layout::Mark;
use super::paint::glyph;

/// So many troubles of one sort are told one by one.
const EACH: usize = 5;

pub(super) fn write(trace: &Trace, tree: &Tree, look: &Look, out: &mut impl fmt::Write) -> fmt::Result {
    let mut written = 0;
    let mut alike = 0;
    let mut troubles = tree.troubles().iter().peekable();
    while let Some(trouble) = troubles.next() {
        let more = troubles.peek().is_some_and(|next| std::mem::discriminant(*next) == std::mem::discriminant(trouble));
        if matches!(trouble, Trouble::NoRoot | Trouble::MissingParents { .. }) {
            continue;
        }
        alike += 1;
        if alike <= EACH {
            note(mark_of(trouble), &trouble.to_string(), written == 0, look, out)?;
            written += 1;
        }
        if !more {
            if alike > EACH {
                let rest = format!("and {} like this", units::count((alike - EACH) as u128));
                note(mark_of(trouble), &rest, false, look, out)?;
            }
            alike = 0;
        }
    }
    // A microsecond is less than anybody sees in a drawing.
    if trace.precision > MICROSECOND {
        let exact = format!("times are exact to {}", units::duration(trace.precision, look.ascii));
        note(None, &exact, written == 0, look, out)?;
    }
    Ok(())
}

fn mark_of(trouble: &Trouble) -> Option<Mark> {
    match trouble {
        Trouble::SelfParent(_) | Trouble::Cycle { .. } => Some(Mark::Cycle),
        Trouble::Early(_) | Trouble::Late(_) | Trouble::Negative(_) => Some(Mark::Outside),
        Trouble::NoRoot | Trouble::MissingParents { .. } => Some(Mark::Missing),
        Trouble::ManyRoots(_) | Trouble::SharedId { .. } | Trouble::NoStart(_) | Trouble::Absurd(_) => None,
    }
}

fn note(mark: Option<Mark>, words: &str, first: bool, look: &Look, out: &mut impl fmt::Write) -> fmt::Result {
    if first {
        out.write_char('\n')?;
    }
    let words = text::sanitise(words, look.ascii);
    for (nth, part) in text::wrap(&words, look.columns() - 2).iter().enumerate() {
        let mut line = Line::default();
        if nth == 0 {
            line.push(Role::Warning, mark.map_or("-", |mark| glyph(mark, look)));
        }
        line.pad_to(2);
        line.push(Role::Plain, part);
        line.write(look, out)?;
    }
    Ok(())
}
