//! Regular expressions that Honeycomb reads as we do.
//!
//! Its are Go's, <https://pkg.go.dev/regexp/syntax>, ours those of the `regex` crate, which must match the whole text. Only what
//! both read alike is taken, and written anew, so that nothing depends on which characters need an escape in which of them.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use crate::query::Pattern;

/// Go refuses to repeat anything more often, also by one repetition within another.
const MOST_REPEATED: u32 = 1000;

/// White space, within a class.
const SPACE: &str = r"\t-\r \x{85}\p{Z}";

/// The pattern for Honeycomb; `None` where it may be read otherwise than here.
pub(super) fn translated(pattern: &Pattern) -> Option<String> {
    let mut reader = Reader { rest: pattern.source().chars().peekable(), out: String::new(), repeated: 1 };
    reader.whole()?;
    Some(format!("^(?s:{})$", reader.out))
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    /// How often all counted repetitions would repeat something together, were each within the other.
    repeated: u32,
}

impl Reader<'_> {
    fn whole(&mut self) -> Option<()> {
        // Whether what stands before may be repeated.
        let mut repeatable = false;
        while let Some(c) = self.rest.next() {
            repeatable = match c {
                '(' => {
                    self.out.push('(');
                    if self.rest.next_if_eq(&'?').is_some() {
                        // Flags, names and the like are written in different ways.
                        self.rest.next_if_eq(&':')?;
                    }
                    self.out.push_str("?:");
                    false
                }
                ')' => {
                    self.out.push(')');
                    true
                }
                '|' | '^' | '$' => {
                    self.out.push(c);
                    false
                }
                '.' => {
                    self.out.push('.');
                    true
                }
                '*' | '+' | '?' | '{' => {
                    if !repeatable {
                        return None;
                    }
                    self.repetition(c)?;
                    false
                }
                '[' => {
                    self.class()?;
                    true
                }
                '\\' => {
                    match self.rest.next()? {
                        'd' => self.out.push_str(r"\p{Nd}"),
                        's' => {
                            let _ = write!(self.out, "[{SPACE}]");
                        }
                        other => {
                            let literal = escaped(other)?;
                            self.literal(literal);
                        }
                    }
                    true
                }
                literal => {
                    self.literal(literal);
                    true
                }
            };
        }
        Some(())
    }

    fn repetition(&mut self, sign: char) -> Option<()> {
        self.out.push(sign);
        if sign == '{' {
            let mut counts = String::new();
            loop {
                match self.rest.next()? {
                    '}' => break,
                    c if c.is_ascii_digit() || c == ',' => counts.push(c),
                    _ => return None,
                }
            }
            let (least, most) = counts.split_once(',').unwrap_or((&counts, &counts));
            let least: u32 = least.parse().ok()?;
            let most: u32 = if most.is_empty() { least } else { most.parse().ok()? };
            self.repeated = self.repeated.checked_mul(most.max(least).max(1))?;
            if self.repeated > MOST_REPEATED {
                return None;
            }
            self.out.push_str(&counts);
            self.out.push('}');
        }
        if self.rest.next_if_eq(&'?').is_some() {
            self.out.push('?');
        }
        Some(())
    }

    fn class(&mut self) -> Option<()> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut empty = true;
        loop {
            match self.rest.next()? {
                ']' if !empty => break,
                // A class within a class, or an operator on classes.
                '[' | ']' | '&' | '~' | '-' => return None,
                '\\' => match self.rest.next()? {
                    'd' => self.out.push_str(r"\p{Nd}"),
                    's' => self.out.push_str(SPACE),
                    other => self.member(escaped(other)?)?,
                },
                c => self.member(c)?,
            }
            empty = false;
        }
        self.out.push(']');
        Some(())
    }

    /// A character of a class, or the beginning of a range.
    fn member(&mut self, first: char) -> Option<()> {
        self.literal(first);
        if self.rest.next_if_eq(&'-').is_some() {
            let last = match self.rest.next()? {
                '[' | ']' | '&' | '~' | '-' => return None,
                '\\' => escaped(self.rest.next()?)?,
                c => c,
            };
            self.out.push('-');
            self.literal(last);
        }
        Some(())
    }

    fn literal(&mut self, c: char) {
        // Writing to a string does not fail.
        let _ = match c {
            c if c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '/' | ':' | ',' | '=' | '@' | '%') => {
                write!(self.out, "{c}")
            }
            c if c.is_ascii_punctuation() => write!(self.out, "\\{c}"),
            c if c.is_alphanumeric() => write!(self.out, "{c}"),
            c => write!(self.out, "\\x{{{:x}}}", u32::from(c)),
        };
    }
}

/// The character that a backslash and this one mean.
fn escaped(c: char) -> Option<char> {
    match c {
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        // `\<` and `\>` are borders of words.
        '<' | '>' => None,
        c if c.is_ascii_punctuation() => Some(c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;

    fn written(source: &str) -> Option<String> {
        translated(&Pattern::new(source).unwrap())
    }

    #[test]
    fn what_both_read_alike_is_written_anew() {
        let cases = [
            ("GET /api/.*", "^(?s:GET /api/.*)$"),
            (r"GET|POST \d+", r"^(?s:GET|POST \p{Nd}+)$"),
            (r"(a|b)?c{2,3}?", r"^(?s:(?:a|b)?c{2,3}?)$"),
            (r"(?:[a-f0-9]+\.)*x", r"^(?s:(?:[a-f0-9]+\.)*x)$"),
            (r"^a\s[^\s/]$", r"^(?s:^a[\t-\r \x{85}\p{Z}][^\t-\r \x{85}\p{Z}/]$)$"),
            ("a-b}", r"^(?s:a\-b\})$"),
            ("ä\u{7f}", r"^(?s:ä\x{7f})$"),
        ];
        for (source, expected) in cases {
            assert_eq!(written(source).as_deref(), Some(expected), "{source}");
        }
    }

    #[test]
    fn what_may_be_read_otherwise_is_left_out() {
        let sources = [
            r"\w+",
            r"\bx\b",
            "(?i)x",
            "(?P<n>x)",
            "a**",
            r"\p{L}",
            "[a&&b]",
            "[[:alpha:]]",
            "[a-]",
            "x{1001}",
            "(x{40}){40}",
            r"\x41",
            r"\D",
            "[^]a]",
            r"\<x",
        ];
        for source in sources {
            assert_eq!(written(source), None, "{source}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_matches_the_same(source in r"[ab\.\\|()\[\]^$*+?{}0-9,:d s-]{0,12}", text in "[ab0-9 .\n-]{0,6}") {
            let Ok(pattern) = Pattern::new(source) else { return Ok(()) };
            if let Some(translated) = translated(&pattern) {
                prop_assert_eq!(Regex::new(&translated).unwrap().is_match(&text), pattern.is_match(&text), "{}", translated);
            }
        }
    }
}
