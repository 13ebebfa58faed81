//! One trace as a waterfall.
//!
//! In order: `plan` (which rows), `extent` and `shade` (when each was, and what it did then), `layout` (where everything is, in
//! numbers; with `whole`), `label` and `bars` (the words and the cells of one row; `linked` and `logs` for the lines below it, `origins` for who has it), then `paint`
//! (text and colours), with `header` above and `notes` below. What comes before columns is the same for every medium: [`rows`],
//! [`shades`], [`marks`], [`Label`], [`remark`]. Documents of one or more [`Section`]s are [`svg`] (a picture),
//! [`markdown`] and [`mermaid`] (for GitHub).
//!
//! The first columns hold marks that can be read without colour:
//!
//! | mark | ASCII | the row |
//! |---|---|---|
//! | `›` | `>` | is what was looked for |
//! | `!` | `!` | failed |
//! | `?` | `?` | is still running |
//! | `⋯` | `:` | is a parent that has not arrived |
//! | `↺` | `@` | is where a cycle was cut |
//! | `~` | `~` | lies outside its parent in time, or ends before it starts, or was moved so that it fits |

mod axis;
mod bars;
mod extent;
mod header;
mod label;
mod layout;
mod linked;
mod logs;
pub mod markdown;
pub mod mermaid;
mod notes;
pub(crate) mod origins;
mod paint;
mod plan;
mod shade;
pub mod svg;
#[cfg(test)]
pub(crate) mod tests;
mod ticks;
mod whole;

pub use axis::Axis;
pub use extent::Extent;
pub use label::{Label, Remark, called, remark};
pub use layout::{Columns, Layout, Length, Mark, Row, marks, rows, rows_of};
pub use linked::lines as linked;
pub(super) use logs::role as severity_role;
pub use notes::notes;
pub use paint::{Painter, glyph};
pub use plan::{Below, Entry, Planned, plan};
pub use shade::{Ink, Shade, shades};
pub use ticks::{Tick, ticks};
pub use whole::Whole;

use crate::analysis::Analysis;
use crate::model::Trace;

use super::Look;

/// A trace, and what there is to know of it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The trace.
    pub trace: &'a Trace,
    /// Of this very trace.
    pub analysis: &'a Analysis,
}

/// What to draw.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// How many rows the tree may have; `None` for as many as it takes. Messages below failed spans are not counted.
    pub max_rows: Option<usize>,
    /// Whether like siblings are folded into one row.
    pub fold: bool,
    /// How many levels of the tree are drawn; what is deeper is counted.
    pub depth: Option<usize>,
    /// The node at the top of what is drawn; `None` for the whole trace.
    pub zoom: Option<usize>,
    /// Of each node, whether what is below it is not drawn, but counted; may be shorter than the list of nodes.
    pub collapsed: &'a [bool],
    /// Of each node, whether it is drawn, as all above it are; empty where all are.
    pub keep: &'a [bool],
    /// Of each node, whether it is what was looked for; may be shorter than the list of nodes.
    pub matches: &'a [bool],
    /// By how many nanoseconds each span has been moved to correct its clock, by its place in [`Trace::spans`]; may be shorter.
    pub shifts: &'a [i128],
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { max_rows: None, fold: true, depth: None, zoom: None, collapsed: &[], keep: &[], matches: &[], shifts: &[] }
    }
}

/// A trace in a document.
#[derive(Debug, Clone, Copy)]
pub struct Section<'a> {
    /// The trace.
    pub shown: Shown<'a>,
    /// What is drawn of it.
    pub options: Options<'a>,
    /// The node of which all is told in place of a drawing.
    pub span: Option<usize>,
}

/// How many spans rows count without drawing them.
pub fn counted(rows: &[Row]) -> usize {
    let hidden = |row: &Row| if let Entry::Hidden(hidden) = row.planned.entry { hidden.spans } else { 0 };
    rows.iter().map(|row| hidden(row) + row.planned.below.spans).sum()
}

/// Draws a trace. Every line ends with a line feed, and none but that of its link is wider than
/// [`Look::columns`].
pub fn render(shown: Shown<'_>, options: &Options<'_>, look: &Look) -> String {
    pieces(shown, options, look).concat()
}

/// The same in pieces that follow each other, each of whole lines.
pub fn pieces(shown: Shown<'_>, options: &Options<'_>, look: &Look) -> Vec<String> {
    let layout = Layout::new(shown, rows(shown, options), options, look);
    paint::paint(&Painter::new(shown, &layout, look)).expect("a string takes all that is written to it")
}

/// As [`render`], for a trace of which nothing else is needed than its drawing.
pub fn draw(trace: &Trace, options: &Options<'_>, look: &Look) -> String {
    render(Shown { trace, analysis: &Analysis::of(trace) }, options, look)
}
