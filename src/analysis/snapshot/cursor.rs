//! The words of a line, read.

use compact_str::CompactString;

use crate::model::time::Nanos;
use crate::query::duration::{DurationError, parse_duration};

use super::write::{DEEPEST, INDENT};
use super::{Count, Took, words};

/// Why, and how many bytes into the line.
pub(super) type Trouble = (usize, String);

/// Some text from the file, in quotes and not too long.
pub(super) fn said(text: &str) -> String {
    const MOST: usize = 40;
    let mut out = String::new();
    let short: String = text.chars().take(MOST).collect();
    words::quoted(&short, &mut out).expect("a string takes all that is written to it");
    if short.len() < text.len() { out + "…" } else { out }
}

/// A line, and how far it is read.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Takes as many characters as are of this sort.
    fn take(&mut self, is: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !is(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    pub(super) fn word(&mut self) -> &'a str {
        self.take(words::is_bare)
    }

    fn blanks(&mut self) -> usize {
        self.take(|c| c == ' ' || c == '\t').len()
    }

    /// Takes the blanks between two words. At the end of the line none are needed.
    pub(super) fn apart(&mut self) -> Result<(), Trouble> {
        if self.blanks() > 0 || self.rest().is_empty() {
            Ok(())
        } else {
            Err((self.at, format!("expected a blank, and this is {}", said(self.rest()))))
        }
    }

    /// Takes the indentation, and the level where it is written.
    pub(super) fn depth(&mut self, above: Option<usize>) -> Result<usize, Trouble> {
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
        } else if blanks.is_multiple_of(INDENT) && blanks / INDENT <= DEEPEST {
            blanks / INDENT
        } else if blanks.is_multiple_of(INDENT) {
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
    pub(super) fn count(&mut self) -> Result<Count, Trouble> {
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
    pub(super) fn in_parentheses(&mut self) -> Result<&'a str, Trouble> {
        let from = self.at;
        self.take(|c| c != ')');
        if self.rest().is_empty() {
            return Err((from, "nothing closes this parenthesis".to_owned()));
        }
        self.at += 1;
        Ok(&self.text[from..self.at])
    }

    /// Takes text in quotes.
    pub(super) fn quoted(&mut self) -> Result<CompactString, Trouble> {
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
    pub(super) fn took(&mut self) -> Result<Took, Trouble> {
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
