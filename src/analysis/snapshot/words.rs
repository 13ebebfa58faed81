//! The words of a line, written: a name of any characters is one word that stays on its line, shows all of itself, and reads back.

use std::fmt::{self, Write};

use crate::model::time::Nanos;
use crate::model::{SpanKind, StatusCode};
use crate::query;
use crate::query::duration::write_duration;

use super::{Count, Given, Label, Took};

/// What stands for a parent that has not arrived.
pub(super) const MISSING: &str = "(parent not arrived)";
/// What is said of a span that is its own ancestor.
pub(super) const CUT: &str = "(in a cycle)";

/// Writes text in quotes. What does not show itself is escaped as in Rust.
pub(super) fn quoted(text: &str, out: &mut impl Write) -> fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(out, "\\{c}")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            _ if is_hidden(c) => write!(out, "\\u{{{:x}}}", u32::from(c))?,
            _ => out.write_char(c)?,
        }
    }
    out.write_char('"')
}

/// Whether a character shows nothing, looks like a blank, reorders or joins its neighbours.
fn is_hidden(c: char) -> bool {
    query::hidden(c)
        || c.is_whitespace() && c != ' '
        || matches!(c,
            '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// What a word may consist of that is not in quotes.
pub(super) fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '{' | '}' | '<' | '>' | '@' | '$' | '?' | '+' | '~')
}

/// Writes a service: without quotes where it looks like a word.
pub(super) fn service(name: &str, out: &mut impl Write) -> fmt::Result {
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_bare) {
        out.write_str(name)
    } else {
        quoted(name, out)
    }
}

/// Writes a value: without quotes where it looks like a word.
pub(super) fn given(value: &Given, out: &mut impl Write) -> fmt::Result {
    match value {
        Given::Any => out.write_char('*'),
        Given::Text(text) if !text.is_empty() && text.chars().all(is_bare) => out.write_str(text),
        Given::Text(text) => quoted(text, out),
    }
}

/// Writes what stands behind a span's name, each behind a blank.
pub(super) fn rest(label: &Label, took: Option<Took>, out: &mut impl Write) -> fmt::Result {
    if let Label::Span(span) = label {
        for word in [kind(span.kind), status(span.status)].into_iter().flatten() {
            write!(out, " {word}")?;
        }
        if span.cut {
            write!(out, " {CUT}")?;
        }
        for (key, value) in &span.attributes {
            write!(out, " {key}=")?;
            given(value, out)?;
        }
    }
    took.map_or(Ok(()), |took| write!(out, " {took}"))
}

/// A kind as it is written; `None` where nobody says it.
pub(super) fn kind(kind: SpanKind) -> Option<String> {
    match kind {
        SpanKind::Unspecified => None,
        SpanKind::Other(number) => Some(format!("kind({number})")),
        named => Some(named.name().to_owned()),
    }
}

/// A status as it is written; `None` where nobody says it.
pub(super) fn status(status: StatusCode) -> Option<String> {
    match status {
        StatusCode::Unset => None,
        StatusCode::Other(number) => Some(format!("status({number})")),
        named => Some(named.name().to_owned()),
    }
}

/// The shortest and the longest of some durations, exactly.
pub(super) fn durations(took: Option<(Nanos, Nanos)>) -> String {
    let Some((least, most)) = took else { return "(no duration)".to_owned() };
    let mut out = String::new();
    let written = write_duration(least, &mut out);
    let written = written.and_then(|()| if least == most { Ok(()) } else { out.write_str(" to ") });
    let written = written.and_then(|()| if least == most { Ok(()) } else { write_duration(most, &mut out) });
    written.expect("a string takes all that is written to it");
    out
}

/// As it stands in front of a span: `3`, `2..5`, `1..`.
impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.most {
            Some(most) if most == self.least => write!(f, "{most}"),
            Some(most) => write!(f, "{}..{most}", self.least),
            None => write!(f, "{}..", self.least),
        }
    }
}

/// As it stands behind a span: `[..500ms]`, `[10ms..2s]`.
impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('[')?;
        if let Some(least) = self.least {
            write_duration(least, f)?;
        }
        f.write_str("..")?;
        if let Some(most) = self.most {
            write_duration(most, f)?;
        }
        f.write_char(']')
    }
}
