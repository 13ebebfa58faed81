//! Traces as a sequence diagram in Mermaid's language, for Markdown that GitHub and others draw
//! (<https://mermaid.js.org/syntax/sequenceDiagram.html>).
//!
//! A sequence diagram, because of Mermaid's diagrams it alone says who called whom, in which order and with what answer, whatever the
//! lengths are: in a Gantt chart nothing is shorter than a millisecond or lies below anything. Services stand side by side in the order
//! in which they come into it, with what they call that sends no spans itself; time goes down. A call between two of them is an arrow
//! there and, with how long it took, one back, crossed where it failed. What a service does by itself stands in notes at its line, several
//! in a row in one.
//!
//! The rows are those of the waterfall, so that what is not told is counted in the same places.

mod cast;
mod story;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use crate::render::line::Pieces;
use crate::render::theme::Look;
use crate::render::{escape, text, units};

use super::layout::Layout;
use super::{Options, Section, header, rows};

use cast::Cast;

/// So many rows of a trace are told where nothing else is asked for.
pub const ROWS: usize = 100;

/// Mermaid draws no text of more than 50,000 characters (<https://mermaid.js.org/config/schema-docs/config.html#maxtextsize>). This leaves some
/// for who puts it into a page.
const MOST: usize = 48_000;
/// The widest that a name or a message gets.
const WIDEST: usize = 72;
/// The widest that the note at the top gets.
const NOTE: usize = 60;

/// Writes one diagram of all traces, one after the other. Of what is too much for Mermaid, fewer rows are told than were asked for, and traces
/// at the end are left out; both is said in the diagram.
pub fn render(sections: &[Section<'_>], look: &Look) -> String {
    let look = Look { color: false, now: None, ..*look };
    let wanted = |section: &Section<'_>| section.options.max_rows.unwrap_or(ROWS);
    let mut rows = sections.iter().map(wanted).max().unwrap_or(ROWS).min(MOST / 10);
    let mut told = sections.len();
    loop {
        let diagram = diagram(&sections[..told], rows, sections.len() - told, &look);
        if diagram.chars().map(char::len_utf16).sum::<usize>() <= MOST || (rows == 1 && told == 0) {
            return diagram;
        }
        if rows > 1 {
            rows /= 2;
        } else {
            told /= 2;
        }
    }
}

/// These traces in so many rows each, when so many more are not told.
fn diagram(sections: &[Section<'_>], most: usize, left_out: usize, look: &Look) -> String {
    let mut cast = Cast::default();
    let mut lines = Vec::new();
    for section in sections {
        let wanted = section.options.max_rows.unwrap_or(ROWS);
        let options = Options { max_rows: Some(wanted.min(most)), ..section.options };
        let layout = Layout::new(section.shown, rows(section.shown, &options), &options, look);
        let told = story::tell(section.shown, &layout, &mut cast, look);
        // Its address can be followed nowhere in a diagram.
        let head = header::without_link(section.shown, &layout, &Look { width: NOTE, ..*look });
        let mut head: Vec<String> = head.iter().map(|line| safe(&plain(line), NOTE, look)).collect();
        if wanted > most {
            head.push(format!("in {} only, which is what Mermaid takes", units::plural(most, "row", "rows")));
        }
        lines.push(Line::Above(head.join("<br/>")));
        lines.extend(told.into_iter().map(Line::Told));
    }
    if left_out > 0 {
        lines.push(Line::Above(format!(
            "{} left out: Mermaid takes no more",
            units::plural(left_out, "more trace", "more traces")
        )));
    }
    cast.at_least_one();
    let mut out = String::from("sequenceDiagram\n");
    let mut write = |line: &str| writeln!(out, "  {line}").expect("a string takes all that is written to it");
    for (nth, name) in cast.names().enumerate() {
        write(&format!("participant s{nth} as {}", name.replace('\n', "<br/>")));
    }
    for line in &lines {
        match line {
            Line::Above(words) => write(&format!("Note over {}: {words}", cast.all())),
            Line::Told(statement) => write(statement),
        }
    }
    out
}

/// A line of a diagram.
enum Line {
    /// Something about all of it.
    Above(String),
    /// A statement.
    Told(String),
}

/// The words of a line.
fn plain(line: &Pieces) -> String {
    line.iter().map(|(_, piece)| piece.as_str()).collect()
}

/// Words in at most so many columns, escaped.
fn safe(words: &str, columns: usize, look: &Look) -> String {
    let words = text::sanitise(words, look.ascii);
    escape::mermaid(&text::truncate(&words, columns, look.ascii)).into_owned()
}
