//! One trace as a waterfall.
//!
//! In order: `plan` (which rows), `layout` (where everything is, in numbers; with `whole` and `extent`), `label` and `bars` (the
//! words and the cells of one row; `linked` for the lines below it), then `paint` (text and colours), with `header` above and `notes` below.
//!
//! The first columns hold marks that can be read without colour:
//!
//! | mark | ASCII | the row |
//! |---|---|---|
//! | `!` | `!` | failed |
//! | `?` | `?` | is still running |
//! | `⋯` | `:` | is a parent that has not arrived |
//! | `↺` | `@` | is where a cycle was cut |
//! | `~` | `~` | lies outside its parent in time, or ends before it starts |

mod bars;
mod extent;
mod header;
mod label;
mod layout;
mod linked;
mod notes;
mod paint;
mod plan;
mod whole;

pub use layout::{Bar, Columns, Layout, Length, Row};
pub use plan::{Entry, Planned, plan};
pub use whole::Whole;

use crate::analysis::Tree;
use crate::model::Trace;

use super::Look;

/// What to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many rows the tree may have; `None` for as many as it takes. Messages below failed spans are not counted.
    pub max_rows: Option<usize>,
    /// Whether like siblings are folded into one row.
    pub fold: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_rows: None, fold: true }
    }
}

/// Draws a trace. Every line ends with a line feed, and none but that of its link is wider than
/// [`Look::columns`].
pub fn render(trace: &Trace, tree: &Tree, options: &Options, look: &Look) -> String {
    let layout = Layout::new(trace, tree, plan(trace, tree, options), look);
    let mut out = String::new();
    paint::paint(trace, tree, &layout, look, &mut out).expect("a string takes all that is written to it");
    out
}

#[cfg(test)]
mod tests;
