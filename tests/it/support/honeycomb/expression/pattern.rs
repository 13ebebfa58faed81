//! Regular expressions of Go: <https://pkg.go.dev/regexp/syntax>. They are translated to those of the `regex` crate, which come from
//! the same place, know more, and mean more by `\d`.

use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;

/// A pattern; the reason where it is none in Go.
pub(super) fn compile(written: &str) -> Result<Regex, String> {
    let invalid = |reason: &str| format!("error parsing regexp: {reason}: `{written}`");
    let translated = translate(written).map_err(|reason| invalid(&reason))?;
    Regex::new(&translated).map_err(|_| invalid("invalid or unsupported syntax"))
}

/// In ASCII, unlike those of the crate.
fn class(letter: char) -> Option<&'static str> {
    match letter.to_ascii_lowercase() {
        'd' => Some("0-9"),
        'w' => Some("0-9A-Za-z_"),
        's' => Some(r"\t\n\f\r\x20"),
        _ => None,
    }
}

fn translate(written: &str) -> Result<String, String> {
    let mut to = String::with_capacity(written.len());
    let mut chars = written.chars().peekable();
    let mut in_class = false;
    let mut is_repeated = false;
    while let Some(next) = chars.next() {
        let repeats = !in_class && matches!(next, '*' | '+' | '?' | '{') && repeat(next, &mut chars, &mut to)?;
        if repeats && is_repeated {
            return Err("invalid nested repetition operator".to_owned());
        }
        is_repeated = repeats;
        match next {
            '*' | '+' | '?' | '{' if !in_class => {}
            '\\' => escape(&mut chars, in_class, &mut to)?,
            '[' if !in_class => {
                in_class = true;
                to.push('[');
                // A bracket that comes first is a literal.
                for first in ['^', ']'] {
                    if chars.next_if_eq(&first).is_some() {
                        to.push_str(if first == ']' { r"\]" } else { "^" });
                    }
                }
            }
            '[' if chars.peek() == Some(&':') => {
                to.push('[');
                // Up to its end, `:]`, a class with a name.
                for inner in chars.by_ref() {
                    to.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            // What is special within a class for the crate alone.
            '[' | '&' | '~' if in_class => to.extend(['\\', next]),
            '-' if in_class && chars.peek() == Some(&'-') => return Err("invalid character class range".to_owned()),
            ']' if in_class => {
                in_class = false;
                to.push(']');
            }
            '(' if !in_class && chars.next_if_eq(&'?').is_some() => {
                to.push_str("(?");
                flags(&mut chars, &mut to)?;
            }
            _ => to.push(next),
        }
    }
    Ok(to)
}

/// Takes a repetition, and whether it is lazy. A brace that is none is a literal.
fn repeat(first: char, chars: &mut Peekable<Chars<'_>>, to: &mut String) -> Result<bool, String> {
    let mut written = String::from(first);
    if first == '{' {
        let count = |digits: &str| if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None };
        let inner: String = chars.clone().take_while(|next| *next != '}').collect();
        let (least, most) = inner.split_once(',').unwrap_or((&inner, ""));
        let is_closed = chars.clone().any(|next| next == '}');
        let least = count(least).filter(|_: &u32| is_closed && (most.is_empty() || count(most).is_some()));
        let Some(least) = least else {
            to.push_str(r"\{");
            return Ok(false);
        };
        if count(most).unwrap_or(least).max(least) > 1000 {
            return Err("invalid repeat count".to_owned());
        }
        written.extend(chars.by_ref().take(inner.chars().count() + 1));
    }
    written.extend(chars.next_if_eq(&'?'));
    to.push_str(&written);
    Ok(true)
}

fn escape(chars: &mut Peekable<Chars<'_>>, in_class: bool, to: &mut String) -> Result<(), String> {
    let Some(next) = chars.next() else { return Err("trailing backslash at end of expression".to_owned()) };
    if let Some(class) = class(next) {
        let negated = if next.is_ascii_uppercase() { "^" } else { "" };
        match (in_class, negated) {
            (true, "") => to.push_str(class),
            _ => to.extend(["[", negated, class, "]"]),
        }
        return Ok(());
    }
    match next {
        'b' if !in_class => to.push_str(r"(?-u:\b)"),
        'A' | 'B' | 'z' if !in_class => to.extend(['\\', next]),
        'x' | 'p' | 'P' if chars.peek() == Some(&'{') => {
            to.extend(['\\', next]);
            // The name of a class, or a number, up to its brace.
            for inner in chars.by_ref() {
                to.push(inner);
                if inner == '}' {
                    break;
                }
            }
        }
        'a' | 'f' | 't' | 'n' | 'r' | 'v' | 'x' | 'p' | 'P' => to.extend(['\\', next]),
        // Itself, also where it is more for the crate: `\<`.
        _ if next.is_ascii_punctuation() => to.push_str(&regex::escape(next.encode_utf8(&mut [0; 4]))),
        // Octal digits and `\Q…\E` are Go's, and nothing here writes them.
        _ => return Err("invalid escape sequence".to_owned()),
    }
    if next == 'b' && chars.peek() == Some(&'{') {
        return Err("invalid escape sequence".to_owned());
    }
    Ok(())
}

/// After `(?`: a name, or flags, of which Go has four.
fn flags(chars: &mut Peekable<Chars<'_>>, to: &mut String) -> Result<(), String> {
    let named = matches!(chars.peek(), Some('P' | '<'));
    for next in chars.by_ref() {
        to.push(next);
        match next {
            ':' | ')' if !named => return Ok(()),
            '>' if named => return Ok(()),
            'i' | 'm' | 's' | 'U' | '-' if !named => {}
            'P' | '<' | '_' | '0'..='9' | 'a'..='z' | 'A'..='Z' if named => {}
            _ => break,
        }
    }
    Err("invalid or unsupported Perl syntax".to_owned())
}
