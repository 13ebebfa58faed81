//! A snapshot from its text, and where that is not one.

use compact_str::CompactString;

use crate::model::{SpanKind, StatusCode};

use super::cursor::{Cursor, Trouble, said};
use super::label::kept;
use super::words::{CUT, MISSING};
use super::write::HEADER;
use super::{Described, Given, Label, Line, Snapshot, VERSION};

/// Where a text is no snapshot, and why. Safe for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct Wrong {
    /// From one.
    pub line: usize,
    /// From one, in characters.
    pub column: usize,
    /// What is wrong, and what was expected.
    pub message: String,
}

pub(super) fn parse(text: &str) -> Result<Snapshot, Wrong> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut snapshot = Snapshot::default();
    let mut comments = Vec::new();
    let mut has_header = false;
    let mut count = 0;
    for (nth, line) in text.split('\n').enumerate() {
        count = nth + 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let words = line.trim();
        if let Some(comment) = words.strip_prefix('#') {
            comments.push(comment.to_owned());
        } else if !words.is_empty() {
            let read = if has_header {
                let above = snapshot.lines.last().map(|line| line.depth);
                parse_line(line, above).map(|line| {
                    snapshot.lines.push(Line { comments: std::mem::take(&mut comments), ..line });
                })
            } else {
                has_header = true;
                header(words)
            };
            read.map_err(|(at, message)| {
                let column = line.get(..at).unwrap_or(line).chars().count() + 1;
                Wrong { line: nth + 1, column, message }
            })?;
        }
    }
    if !has_header {
        return Err(Wrong {
            line: count,
            column: 1,
            message: format!("there is no line `{HEADER}{VERSION}`: this is no snapshot"),
        });
    }
    snapshot.end = comments;
    snapshot.measure();
    Ok(snapshot)
}

fn header(words: &str) -> Result<(), Trouble> {
    let version = words.strip_prefix(HEADER.trim_end()).map(str::trim);
    match version.map(str::parse::<u32>) {
        Some(Ok(VERSION)) => Ok(()),
        Some(Ok(other)) => Err((0, format!("this is version {other} of snapshots, and only version {VERSION} can be read"))),
        _ => Err((0, format!("the first line of a snapshot is `{HEADER}{VERSION}`, and this is {}", said(words)))),
    }
}

/// A line, without its comments and size. `above` is how deep the line before is.
fn parse_line(text: &str, above: Option<usize>) -> Result<Line, Trouble> {
    let mut cursor = Cursor { text, at: 0 };
    let depth = cursor.depth(above)?;
    let count = cursor.count()?;
    let label = if cursor.rest().starts_with('(') {
        let from = cursor.at;
        if cursor.in_parentheses()? != MISSING {
            return Err((from, format!("expected a service and a name, or {MISSING}")));
        }
        None
    } else {
        let service = if cursor.rest().starts_with('"') { cursor.quoted()? } else { cursor.word().into() };
        if service.is_empty() && !text[..cursor.at].ends_with('"') {
            return Err((cursor.at, format!("expected a service, and this is {}", said(cursor.rest()))));
        }
        cursor.apart()?;
        if !cursor.rest().starts_with('"') {
            return Err((cursor.at, "expected the name of a span in quotes, as in web \"GET /\" server".to_owned()));
        }
        Some(Described { service, name: cursor.quoted()?, ..Described::default() })
    };
    cursor.apart()?;
    let mut took = None;
    let label = match label {
        None => Label::Missing,
        Some(mut span) => {
            let mut seen = [false; 3];
            while !cursor.rest().is_empty() {
                let from = cursor.at;
                let once = match cursor.rest().as_bytes()[0] {
                    b'[' => took.replace(cursor.took()?).is_none(),
                    b'(' if cursor.in_parentheses()? == CUT => !std::mem::replace(&mut seen[2], true),
                    b'(' => return Err((from, format!("expected {CUT}"))),
                    _ => describe(&mut cursor, &mut span, &mut seen)?,
                };
                if !once {
                    return Err((from, "this is said twice of one span".to_owned()));
                }
                cursor.apart()?;
            }
            span.cut = seen[2];
            span.attributes.sort_unstable();
            Label::Span(span)
        }
    };
    if !cursor.rest().is_empty() {
        return Err((cursor.at, format!("expected the end of the line, and this is {}", said(cursor.rest()))));
    }
    Ok(Line { depth, size: 1, count, label, took, comments: Vec::new() })
}

/// Reads a kind, a status or an attribute; whether it is the first of its name.
fn describe(cursor: &mut Cursor<'_>, span: &mut Described, seen: &mut [bool; 3]) -> Result<bool, Trouble> {
    let from = cursor.at;
    let word = cursor.word();
    if cursor.rest().starts_with('=') {
        let Some(key) = kept(word) else {
            return Err((from, format!("{} is not an attribute that snapshots keep", said(word))));
        };
        cursor.at += 1;
        let value = match cursor.rest().as_bytes().first() {
            Some(b'*') => {
                cursor.at += 1;
                Given::Any
            }
            Some(b'"') => Given::Text(cursor.quoted()?),
            _ => Given::Text(cursor.word().into()),
        };
        if value == Given::Text(CompactString::default()) && !cursor.text[..cursor.at].ends_with('"') {
            return Err((cursor.at, "expected a value, in quotes where it is not a word, or * for any".to_owned()));
        }
        let first = span.attribute(key).is_none();
        span.attributes.push((key.into(), value));
        return Ok(first);
    }
    if matches!(word, "kind" | "status") && cursor.rest().starts_with('(') {
        let number = cursor.in_parentheses()?;
        let number: i32 = number[1..number.len() - 1].parse().map_err(|_| (from, format!("expected a number in {word}(…)")))?;
        if word == "kind" {
            span.kind = SpanKind::from_number(number);
            return Ok(!std::mem::replace(&mut seen[0], true));
        }
        span.status = StatusCode::from_number(number);
        return Ok(!std::mem::replace(&mut seen[1], true));
    }
    if let Some(kind) = SpanKind::NAMED.into_iter().find(|kind| kind.name() == word) {
        span.kind = kind;
        return Ok(!std::mem::replace(&mut seen[0], true));
    }
    let statuses = [StatusCode::Unset, StatusCode::Ok, StatusCode::Error];
    if let Some(status) = statuses.into_iter().find(|status| status.name() == word) {
        span.status = status;
        return Ok(!std::mem::replace(&mut seen[1], true));
    }
    let found = if word.is_empty() { &cursor.text[from..] } else { word };
    Err((from, format!("expected a kind, a status, an attribute with its value or a range, and this is {}", said(found))))
}
