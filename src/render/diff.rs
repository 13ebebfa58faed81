//! What differs between two traces or cohorts, to read.
//!
//! In order: what A and B are, by how much B takes longer, and what speaks against taking that at its word (`heads`, `words`); the
//! ledger, which says where the time went (`ledger`, with a signed bar of `bars`); and what is new, gone or changed, as a tree in
//! which the rest is counted (`plan`, `tree`).
//!
//! Differences are written in one unit and rounded so that they sum to the line below them ([`super::units::Fixed`]); what stands beside
//! them is rounded by itself. What is too wide for the screen is left out, the least important first.

mod bars;
mod heads;
mod ledger;
pub mod markdown;
mod names;
mod plan;
#[cfg(test)]
mod tests;
mod tree;
mod words;

use crate::analysis::diff::Diff;

use super::line::Line;
use super::text;
use super::theme::{Look, Role};

pub use words::caveats;

/// What is drawn of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The filter expressions of cohorts; `None` of a side that is one trace.
    pub expressions: [Option<&'a str>; 2],
    /// How many lines the ledger may have, and how many paths of the tree may be drawn that are new, gone or changed; the rest is
    /// added up.
    pub max_rows: usize,
}

/// Draws a comparison. No line is wider than [`Look::columns`].
pub fn render(diff: &Diff, view: View<'_>, look: &Look) -> String {
    let mut out = String::new();
    let mut line = Line::default();
    heads::write(diff, view, look, &mut out);
    line.write(look, &mut out).expect("a string takes all that is written to it");
    let headline = words::headline(diff, look);
    for words in text::wrap(&headline, look.columns()) {
        line.push(Role::Title, &words);
        line.write(look, &mut out).expect("a string takes all that is written to it");
    }
    notes(&words::findings(diff, &words::bare), Role::Plain, look, &mut out);
    notes(&caveats(diff), Role::Warning, look, &mut out);
    ledger::write(diff, view, look, &mut out);
    tree::write(diff, view, look, &mut out);
    out
}

/// Sentences, each behind a dash.
fn notes(sentences: &[String], role: Role, look: &Look, out: &mut String) {
    for sentence in sentences {
        let safe = text::sanitise(sentence, look.ascii);
        for (nth, words) in text::wrap(&safe, look.columns() - 2).iter().enumerate() {
            let mut line = Line::default();
            line.push(role, if nth == 0 { "-" } else { "" });
            line.pad_to(2);
            line.push_fitting(std::iter::once((Role::Plain, words.as_str())), look.columns() - 2, look.ascii);
            line.write(look, out).expect("a string takes all that is written to it");
        }
    }
}
