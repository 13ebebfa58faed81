//! Traces for a comment on a pull request or the summary of a CI job, in GitHub's Markdown (<https://github.github.com/gfm/>).
//!
//! A heading and the facts; the rows and the notes of the terminal in a block of code; then what failed, and where the time went. All that
//! comes from a trace is code: nothing in that is markup, a link or a mention of somebody.

mod errors;
mod operations;
#[cfg(test)]
mod tests;

use crate::model::time::Nanos;
use crate::render::line::{Line, Pieces};
use crate::render::theme::{Look, Role};
use crate::render::{escape, span, text, units};

use super::layout::Layout;
use super::paint::{self, Painter};
use super::{Entry, Options, Section, Shown, counted, header, notes, rows};

/// So many rows of a trace are drawn where nothing else is asked for.
pub const ROWS: usize = 60;

/// A comment may have 65,536 characters (<https://github.com/orgs/community/discussions/27190>). This leaves some for who posts it.
const MOST: usize = 60_000;
/// What is kept free for the last line.
const RESERVE: usize = 200;
/// A row is longer than this, so that more rows need not be tried.
const LEAST_ROW: usize = 10;
/// The least room that a trace is given, if there is any.
const LEAST_TRACE: usize = 3_000;
/// The widest that a name or a message gets outside of blocks of code.
const WIDEST: usize = 160;

/// Writes traces. Of what is too much for a comment, fewer rows are drawn than were asked for, and traces at the end are left out; both is
/// said.
pub fn render(sections: &[Section<'_>], look: &Look) -> String {
    let look = Look { color: false, now: None, ..*look };
    let mut out = Vec::new();
    let mut left = MOST - RESERVE;
    for (nth, section) in sections.iter().enumerate() {
        let rest = sections.len() - nth;
        let between = if nth > 0 { "\n" } else { "" };
        // A few traces that can be read are worth more than a line of each.
        let room = (left / rest).max(LEAST_TRACE).min(left).saturating_sub(between.len());
        let Some(written) = fitting(section, room, &look) else {
            let traces = units::plural(rest, "more trace", "more traces");
            out.push(format!("{between}{traces} left out: a comment on GitHub has no room for more.\n"));
            break;
        };
        left -= length(&written) + between.len();
        out.push(format!("{between}{written}"));
    }
    out.concat()
}

/// How long GitHub takes a text to be: characters, those beyond 16 bits as two.
fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A trace in at most so many characters, if there is any way.
fn fitting(section: &Section<'_>, room: usize, look: &Look) -> Option<String> {
    if let Some(node) = section.span {
        return one_span(section.shown, node, room, look);
    }
    let wanted = section.options.max_rows.unwrap_or(ROWS);
    let mut rows = wanted.min(room / LEAST_ROW).max(1);
    loop {
        let written = trace(section, rows, wanted, true, look);
        if length(&written) <= room {
            return Some(written);
        }
        if rows == 1 {
            return Some(trace(section, 1, wanted, false, look)).filter(|written| length(written) <= room);
        }
        rows /= 2;
    }
}

/// A trace in so many rows; without `all`, only its drawing.
fn trace(section: &Section<'_>, most: usize, wanted: usize, all: bool, look: &Look) -> String {
    let shown = section.shown;
    let options = Options { max_rows: Some(most), ..section.options };
    let layout = Layout::new(shown, rows(shown, &options), &options, look);
    let mut blocks = head(shown, &layout, look);
    let body = paint::body(&Painter::new(shown, &layout, look)).expect("a string takes all that is written to it");
    let mut drawn = body.concat();
    notes::write(shown, &layout, look, &mut drawn).expect("a string takes all that is written to it");
    blocks.push(escape::markdown_block(&drawn));
    let hidden = counted(&layout.rows);
    if hidden > 0 {
        let spans = units::plural(hidden, "span is", "spans are");
        let rows = units::plural(most, "row", "rows");
        let mut why = Vec::new();
        if layout.rows.iter().any(|row| matches!(row.planned.entry, Entry::Hidden(_))) {
            why.push(match section.options.max_rows {
                _ if most < wanted => format!("{rows} fit into a comment on GitHub"),
                None => format!("{rows} are drawn, and more with `--max-rows N`"),
                Some(_) => format!("{rows} were asked for"),
            });
        }
        if layout.rows.iter().any(|row| row.planned.below.spans > 0) {
            why.push("what is behind `+` is deeper than was asked for".to_owned());
        }
        blocks.push(format!("{spans} counted in these rows, not drawn: {}.\n", why.join("; ")));
    }
    if all {
        blocks.extend(errors::list(shown, look));
        blocks.extend(operations::table(shown, look));
    }
    blocks.join("\n")
}

/// The heading, the facts in one line, what is missing, and where else to look.
fn head(shown: Shown<'_>, layout: &Layout, look: &Look) -> Vec<String> {
    let header::Facts { what, which, incomplete } = header::facts(shown, layout, look);
    let mut facts = what.iter();
    let title: Vec<String> = facts
        .next()
        .into_iter()
        .flatten()
        .filter(|(_, piece)| !piece.trim().is_empty())
        .map(|piece| title(piece, look))
        .collect();
    let facts: Vec<String> = facts.chain(&which).map(|fact| fact.iter().map(|piece| said(piece, look)).collect()).collect();
    let mut blocks =
        vec![format!("### {}\n", title.join(" ")), format!("{}\n", facts.join(if look.ascii { " - " } else { " · " }))];
    if let Some(why) = incomplete {
        let why = text::broken(&why, WIDEST).into_iter().map(|part| code(part, look)).collect::<Vec<_>>().join(" ");
        blocks.push(format!("{why}\n"));
    }
    blocks.extend(shown.trace.link.as_deref().map(|link| format!("{}\n", address(link, look))));
    blocks
}

/// A part of the heading: our own words, or a name.
fn title((role, piece): &(Role, String), look: &Look) -> String {
    if *role == Role::Warning { piece.clone() } else { code(piece, look) }
}

/// A part of a fact. What is neither a number nor has a meaning of its own may be anybody's words.
fn said((role, piece): &(Role, String), look: &Look) -> String {
    match role {
        Role::Title => format!("**{piece}**"),
        Role::Id => code(piece, look),
        Role::Plain if !piece.starts_with(|c: char| c.is_ascii_digit()) => code(piece, look),
        _ => piece.clone(),
    }
}

/// Sanitised text as code, cut where it is very long.
fn code(piece: &str, look: &Look) -> String {
    escape::markdown_code(&text::truncate(&text::sanitise(piece, look.ascii), WIDEST, look.ascii))
}

/// An address to follow, if it is nothing else.
pub(in crate::render) fn address(link: &str, look: &Look) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    if link.starts_with("https://") && link.chars().all(harmless) { format!("<{link}>") } else { code(link, look) }
}

/// All of one span, as far as there is room.
fn one_span(shown: Shown<'_>, node: usize, room: usize, look: &Look) -> Option<String> {
    let lines = span::lines(shown, node, look);
    let plain = |line: &Pieces| {
        let mut written = Line::default();
        let mut out = String::new();
        written.extend(line);
        written.write(&Look { color: false, ..*look }, &mut out).expect("a string takes all that is written to it");
        out
    };
    let lines: Vec<String> = lines.iter().map(plain).collect();
    let name = code(shown.analysis.tree.span(shown.trace, node).map_or("", |span| &span.name), look);
    let heading = if name.is_empty() { "### One span\n\n".to_owned() } else { format!("### {name}\n\n") };
    let mut kept = lines.len();
    loop {
        let block = escape::markdown_block(&lines[..kept].concat());
        let rest = match lines.len() - kept {
            0 => String::new(),
            rest => format!(
                "\n{} left out: they do not fit into a comment on GitHub.\n",
                units::plural(rest, "more line", "more lines")
            ),
        };
        let written = format!("{heading}{block}{rest}");
        match length(&written) {
            length if length <= room => return Some(written),
            _ if kept == 0 => return None,
            _ => kept /= 2,
        }
    }
}

/// Shares of a whole in tenths of a percent that add up to exactly 100 % for parts that do: each is rounded down, and those that lost most
/// are given what is left.
fn shares(parts: &[Nanos]) -> Vec<u32> {
    let whole: Nanos = parts.iter().sum();
    if whole <= 0 {
        return vec![0; parts.len()];
    }
    let mut shares: Vec<u32> = parts.iter().map(|part| (part * 1000 / whole) as u32).collect();
    let given: u32 = shares.iter().sum();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(parts[*at] * 1000 % whole), *at));
    for at in order.into_iter().take(1000_usize.saturating_sub(given as usize)) {
        shares[at] += 1;
    }
    shares
}
