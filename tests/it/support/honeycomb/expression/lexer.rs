//! An expression as names, literals and signs.

use std::iter::Peekable;
use std::str::Chars;

/// A piece of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// `$name`, `$"name"` or `` $`name` ``.
    Column(String),
    /// Of a function, or `AND`, `OR`, `true`, `false`, `null`.
    Name(String),
    Text(String),
    Int(i64),
    Float(f64),
    Sign(&'static str),
}

/// The longer ones first.
const SIGNS: [&str; 14] = ["!=", "<=", ">=", "!", "*", "/", "%", "+", "-", "<", ">", "=", "(", ")"];

/// The pieces; the reason where there is something that the language does not have.
pub(super) fn tokens(expression: &str) -> Result<Vec<Token>, String> {
    let mut rest = expression.trim_start();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '$' => column(rest)?,
            '"' | '`' => text(rest).map(|(text, length)| (Token::Text(text), length))?,
            ',' => (Token::Sign(","), 1),
            '.' | '0'..='9' => number(rest)?,
            'a'..='z' | 'A'..='Z' => name(rest)?,
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
                let sign = sign.ok_or_else(|| format!("token recognition error at: '{first}'"))?;
                (Token::Sign(sign), sign.len())
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn column(rest: &str) -> Result<(Token, usize), String> {
    let named = &rest[1..];
    if named.starts_with(['"', '`']) {
        let (name, length) = text(named)?;
        return Ok((Token::Column(name), length + 1));
    }
    let is_part = |next: char| next.is_alphanumeric() || "_./:=+?-".contains(next);
    let length = named.find(|next| !is_part(next)).unwrap_or(named.len());
    // "Field names that start with a number … must be enclosed in double quotes."
    match named.chars().next() {
        Some(first) if length > 0 && !first.is_numeric() => Ok((Token::Column(named[..length].to_owned()), length + 1)),
        _ => Err("token recognition error at: '$'".to_owned()),
    }
}

fn name(rest: &str) -> Result<(Token, usize), String> {
    let length = rest.find(|next: char| !next.is_ascii_alphanumeric() && next != '_').unwrap_or(rest.len());
    if length < 2 {
        return Err(format!("token recognition error at: '{rest}'"));
    }
    Ok((Token::Name(rest[..length].to_owned()), length))
}

fn number(rest: &str) -> Result<(Token, usize), String> {
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    let mut whole = true;
    if rest[length..].starts_with('.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
        whole = false;
    }
    if length > 0 && rest[length..].starts_with(['e', 'E']) {
        let signed = usize::from(rest[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + signed);
        if exponent > 0 {
            length += 1 + signed + exponent;
            whole = false;
        }
    }
    let written = &rest[..length];
    let token = if whole { written.parse().ok().map(Token::Int) } else { written.parse().ok().map(Token::Float) };
    match token {
        Some(Token::Float(number)) if !number.is_finite() => Err(format!("{written}: value out of range")),
        Some(token) => Ok((token, length)),
        None => Err(format!("{written}: no number")),
    }
}

/// A text in quotes of either kind, and its length with them.
fn text(rest: &str) -> Result<(String, usize), String> {
    if let Some(raw) = rest.strip_prefix('`') {
        let end = raw.find('`').ok_or("a text does not end")?;
        return Ok((raw[..end].to_owned(), end + 2));
    }
    let mut text = String::new();
    let mut chars = rest[1..].chars().peekable();
    let mut length = 1;
    while let Some(next) = chars.next() {
        length += next.len_utf8();
        match next {
            '"' => return Ok((text, length)),
            '\n' => return Err("invalid syntax: a line ends within a text".to_owned()),
            '\\' => {
                let (escaped, consumed) = escape(&mut chars)?;
                text.push(escaped);
                length += consumed;
            }
            _ => text.push(next),
        }
    }
    Err("a text does not end".to_owned())
}

/// What follows a backslash, as Go has it: the character, and how many bytes stand for it.
fn escape(chars: &mut Peekable<Chars<'_>>) -> Result<(char, usize), String> {
    let invalid = || "invalid syntax: no such escape".to_owned();
    let first = chars.next().ok_or_else(invalid)?;
    let simple = match first {
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        '\\' | '"' => Some(first),
        _ => None,
    };
    if let Some(simple) = simple {
        return Ok((simple, 1));
    }
    let (radix, count, so_far) = match first {
        'x' => (16, 2, 0),
        'u' => (16, 4, 0),
        'U' => (16, 8, 0),
        '0'..='7' => (8, 2, first.to_digit(8).unwrap_or_default()),
        _ => return Err(invalid()),
    };
    let mut code = so_far;
    for _ in 0..count {
        let digit = chars.next().and_then(|next| next.to_digit(radix)).ok_or_else(invalid)?;
        code = code.checked_mul(radix).and_then(|code| code.checked_add(digit)).ok_or_else(invalid)?;
    }
    // `\x` and octal digits are bytes: above ASCII, they are a character only together, and nobody writes that.
    let is_byte = !matches!(first, 'u' | 'U');
    char::from_u32(code).filter(|_| !is_byte || code < 0x80).map(|character| (character, count + 1)).ok_or_else(invalid)
}
