//! Traces as one page for a browser: everything is in it, and nothing is asked of any server.
//!
//! In order: `items` (the rows, with those that are folded behind what folds them), `header` (what stands above them), `data` (both as
//! columns of numbers), `detail` (all that was sent with a span, in parts), `table` (texts, each kept once); the page itself is
//! `page.html`, `style.css` and the files of `script/`, which draw what they are given and work nothing out of it.
//!
//! Texts reach the page as JSON within `<script type="application/json">`, in which nothing can end the element
//! ([`escape::script`]), and from there the document as text nodes only. A policy lets nothing run or be loaded but the one style sheet and
//! the one script, told by their hashes (<https://www.w3.org/TR/CSP3/#external-hash>).

mod data;
mod detail;
mod header;
mod items;
mod table;
#[cfg(test)]
mod tests;

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use sha2::{Digest as _, Sha256};

use super::waterfall::{Entry, Options, Shown, Whole};
use super::{Look, escape};

use data::Data;
use detail::{PART, Part, Senders};

const BODY: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
/// One function, so that nothing of it is seen by anything else.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("script/units.js"),
    include_str!("script/trace.js"),
    include_str!("script/axis.js"),
    include_str!("script/view.js"),
    include_str!("script/bars.js"),
    include_str!("script/map.js"),
    include_str!("script/rows.js"),
    include_str!("script/details.js"),
    include_str!("script/search.js"),
    include_str!("script/header.js"),
    include_str!("script/keys.js"),
    include_str!("script/main.js"),
    "})();\n",
);
/// Three bars one below the other.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%230969da' \
    d='M1 2h14v3H1z'/%3E%3Cpath fill='%238250df' d='M4 6.5h8v3H4z'/%3E%3Cpath fill='%231a7f37' d='M7 11h5v3H7z'/%3E%3C/svg%3E";

/// A trace for the page.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The trace.
    pub shown: Shown<'a>,
    /// What of it. How many levels are drawn, and what is collapsed, is only how the page opens; all else that is not to be drawn is
    /// left out of the file, which the page says.
    pub options: Options<'a>,
    /// The node that the page opens with.
    pub selected: Option<usize>,
}

/// Draws traces. `notes` says how they were asked for, one sentence each. Of how it shall look, only the zone of times counts: a page
/// is as wide as its window, and read at any time.
pub fn render(pages: &[Page<'_>], notes: &[String], look: &Look) -> String {
    let look = &Look { ascii: false, color: false, now: None, ..*look };
    let title = pages.first().map_or_else(String::new, |page| title(page, pages.len()));
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE),
    );
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"generator\" content=\"cruddur-trace {}\">\n<title>{}</title>\n<link rel=\"icon\" href=\"{ICON}\">\n\
         <style>{STYLE}</style>\n</head>\n<body>\n{BODY}",
        env!("CARGO_PKG_VERSION"),
        escape::xml(&title),
    )
    .into_bytes();
    let said: Vec<String> = notes.iter().map(|note| header::safe(note)).collect();
    data(&mut out, "asked", &said);
    for (nth, page) in pages.iter().enumerate() {
        trace(&mut out, nth, page, look);
    }
    let script = format!("<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out.extend_from_slice(script.as_bytes());
    String::from_utf8(out).expect("only text was written to it")
}

fn title(page: &Page<'_>, pages: usize) -> String {
    let whole = Whole::new(page.shown, &page.options);
    let more = if pages > 1 {
        format!(" and {}", super::units::plural(pages - 1, "more trace", "more traces"))
    } else {
        String::new()
    };
    format!("{}{more} · cruddur-trace", header::title(page.shown, &whole))
}

/// One trace: first the details, of which the script looks at few.
fn trace(out: &mut Vec<u8>, nth: usize, page: &Page<'_>, look: &Look) {
    let items = items::items(page.shown, &page.options);
    let nodes: Vec<Option<usize>> = items
        .iter()
        .map(|item| match item.row.planned.entry {
            Entry::Node(node) => Some(node),
            Entry::Fold { .. } | Entry::Hidden(_) => None,
        })
        .collect();
    let whole = Whole::new(page.shown, &page.options);
    let start = whole.range.start();
    let mut senders = Senders::default();
    for (part, nodes) in nodes.chunks(PART).enumerate() {
        data(out, &format!("part-{nth}-{part}"), &Part::of(page.shown, start, nodes, &mut senders));
    }
    let columns = Data::new(page.shown, &page.options, &whole, page.selected, &items, senders, look);
    data(out, &format!("trace-{nth}"), &columns);
}

/// An element that holds data for the script.
fn data(out: &mut Vec<u8>, id: &str, value: &impl Serialize) {
    out.extend_from_slice(format!("<script type=\"application/json\" id=\"{id}\">").as_bytes());
    value.serialize(&mut Serializer::with_formatter(&mut *out, WithinScript)).expect("a list of bytes takes all of it");
    out.extend_from_slice(b"</script>\n");
}

/// JSON in which no text can end the element around it.
struct WithinScript;

impl Formatter for WithinScript {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        writer.write_all(escape::script(fragment).as_bytes())
    }
}

/// As a policy names what it allows.
pub(super) fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}
