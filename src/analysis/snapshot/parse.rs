//! A snapshot from its text, and where that is not one.

use compact_str::CompactString;

use crate::model::time::Nanos;
use crate::model::{SpanKind, StatusCode};
use crate::query::duration::{DurationError, parse_duration};

use super::label::kept;
use super::words::{self, CUT, MISSING};
use super::write::{DEEPEST, HEADER, INDENT};
use super::{Count, Described, Given, Label, Line, Snapshot, Took, VERSION};

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

/// Why, and how many bytes into the line.
type Trouble = (usize, String);

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

/// Some text from the file, in quotes and not too long.
fn said(text: &str) -> String {
    const MOST: usize = 40;
    let mut out = String::new();
    let short: String = text.chars().take(MOST).collect();
    words::quoted(&short, &mut out).expect("a string takes all that is written to it");
    if short.len() < text.len() { out + "…" } else { out }
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

/// A line, and how far it is read.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Takes as many characters as are of this sort.
    fn take(&mut self, is: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !is(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    fn word(&mut self) -> &'a str {
        self.take(words::is_bare)
    }

    fn blanks(&mut self) -> usize {
        self.take(|c| c == ' ' || c == '\t').len()
    }

    /// Takes the blanks between two words. At the end of the line none are needed.
    fn apart(&mut self) -> Result<(), Trouble> {
        if self.blanks() > 0 || self.rest().is_empty() {
            Ok(())
        } else {
            Err((self.at, format!("expected a blank, and this is {}", said(self.rest()))))
        }
    }

    /// Takes the indentation, and the level where it is written.
    fn depth(&mut self, above: Option<usize>) -> Result<usize, Trouble> {
        let blanks = self.take(|c| c == ' ').len();
        if self.rest().starts_with('\t') {
            return Err((self.at, "lines are indented by blanks, and this is a tab".to_owned()));
        }
        let depth = if self.rest().starts_with('@') {
            self.at += 1;
            let digits = self.take(|c| c.is_ascii_digit());
            let depth = digits.parse().map_err(|_| (self.at, "expected the number of a level behind @".to_owned()))?;
            self.apart()?;
            depth
        } else if blanks % INDENT == 0 && blanks / INDENT <= DEEPEST {
            blanks / INDENT
        } else if blanks % INDENT == 0 {
            return Err((0, format!("a line below level {DEEPEST} begins with @ and its level")));
        } else {
            return Err((0, format!("each level is indented by {INDENT} blanks, and here are {blanks}")));
        };
        let most = above.map_or(0, |above| above + 1);
        if depth > most {
            return Err((0, format!("this is at level {depth}, and below the line before it could be at {most}, at most")));
        }
        Ok(depth)
    }

    /// Takes how many there are. One where that is not said.
    fn count(&mut self) -> Result<Count, Trouble> {
        let from = self.at;
        let optional = self.rest().starts_with('?');
        let count = if optional {
            self.at += 1;
            Count { least: 0, most: Some(1) }
        } else if self.rest().starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            let least = self.number()?;
            if self.rest().starts_with("..") {
                self.at += 2;
                Count { least: least.unwrap_or(0), most: self.number()? }
            } else if let Some(count) = least {
                Count::exactly(count)
            } else {
                return Err((from, "expected how many there are, as in 2..5 ×".to_owned()));
            }
        } else {
            return Ok(Count::ONE);
        };
        if count.least > count.limit() {
            return Err((from, format!("no number is from {} to {}", count.least, count.limit())));
        }
        let blanks = self.blanks();
        if let Some(sign) = self.rest().chars().next().filter(|c| matches!(c, '×' | 'x')) {
            let after = &self.rest()[sign.len_utf8()..];
            if sign == '×' || after.starts_with(' ') {
                self.at += sign.len_utf8();
                self.apart()?;
                return Ok(count);
            }
        }
        if optional && blanks > 0 {
            return Ok(count);
        }
        Err((self.at, "expected × behind how many there are, as in 3 × web \"GET /\"".to_owned()))
    }

    fn number(&mut self) -> Result<Option<u64>, Trouble> {
        let from = self.at;
        let digits = self.take(|c| c.is_ascii_digit());
        if digits.is_empty() {
            return Ok(None);
        }
        digits.parse().map(Some).map_err(|_| (from, "this number is too large".to_owned()))
    }

    /// Takes what is in parentheses, with them.
    fn in_parentheses(&mut self) -> Result<&'a str, Trouble> {
        let from = self.at;
        self.take(|c| c != ')');
        if self.rest().is_empty() {
            return Err((from, "nothing closes this parenthesis".to_owned()));
        }
        self.at += 1;
        Ok(&self.text[from..self.at])
    }

    /// Takes text in quotes.
    fn quoted(&mut self) -> Result<CompactString, Trouble> {
        let from = self.at;
        let mut out = CompactString::default();
        self.at += 1;
        loop {
            out.push_str(self.take(|c| c != '"' && c != '\\'));
            let at = self.at;
            let mut rest = self.rest().chars();
            match (rest.next(), rest.next()) {
                (None, _) => return Err((from, "nothing closes these quotes".to_owned())),
                (Some('"'), _) => {
                    self.at += 1;
                    return Ok(out);
                }
                (_, Some('u')) => {
                    self.at += 2;
                    let digits = self.take(|c| c != '}');
                    let code = digits.strip_prefix('{').and_then(|digits| u32::from_str_radix(digits, 16).ok());
                    let code = code.filter(|_| self.rest().starts_with('}')).and_then(char::from_u32);
                    out.push(code.ok_or((at, "expected a character's number, as in \\u{202e}".to_owned()))?);
                    self.at += 1;
                }
                (_, escaped) => {
                    let meant = match escaped {
                        Some('n') => '\n',
                        Some('r') => '\r',
                        Some('t') => '\t',
                        Some(itself @ ('"' | '\\')) => itself,
                        _ => return Err((at, "expected one of \\\" \\\\ \\n \\r \\t \\u{…}".to_owned())),
                    };
                    out.push(meant);
                    self.at += 2;
                }
            }
        }
    }

    /// Takes a range of durations.
    fn took(&mut self) -> Result<Took, Trouble> {
        let from = self.at + 1;
        self.take(|c| c != ']');
        let within = &self.text[from..self.at];
        if self.rest().is_empty() {
            return Err((from - 1, "nothing closes this range".to_owned()));
        }
        self.at += 1;
        let Some((least, most)) = within.split_once("..") else {
            return Err((from, "expected a range of durations, as in [..500ms] or [10ms..2s]".to_owned()));
        };
        let behind = from + least.len() + 2;
        let took = Took { least: limit(least, from)?, most: limit(most, behind)? };
        if took.least.zip(took.most).is_some_and(|(least, most)| least > most) {
            return Err((from, "no duration is within this range".to_owned()));
        }
        Ok(took)
    }
}

/// One end of a range.
fn limit(text: &str, at: usize) -> Result<Option<Nanos>, Trouble> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    parse_duration(text.trim()).map(Some).map_err(|error| {
        let why = match error {
            DurationError::NotOne => "expected a duration, as in 250ms".to_owned(),
            DurationError::NoUnit => "expected a unit behind this number: ns, us, ms, s, m or h".to_owned(),
            DurationError::Unit(unit) => format!("{} is no unit: expected ns, us, ms, s, m or h", said(&unit)),
            DurationError::TooLong => "this is longer than 584 years".to_owned(),
            DurationError::TooFine => "this has parts of a nanosecond".to_owned(),
        };
        (at, why)
    })
}
