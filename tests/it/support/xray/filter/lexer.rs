//! An expression as words, numbers, texts and signs.

/// A piece of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A keyword with its dots: `http.status`.
    Word(String),
    /// `annotation[KEY]`: its key.
    Key(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
}

/// The longer ones first.
const SIGNS: [&str; 14] = ["!=", "<=", ">=", "=", "<", ">", "!", "(", ")", "{", "}", ",", ":", "]"];

/// The pieces; the reason where there is something that the language does not have.
pub(super) fn tokens(expression: &str) -> Result<Vec<Token>, String> {
    let mut rest = expression.trim_start();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (token, length) = if first == '"' {
            text(rest)?
        } else if first.is_ascii_digit() || (first == '-' && rest[1..].starts_with(|next: char| next.is_ascii_digit())) {
            number(rest)?
        } else if first.is_ascii_alphabetic() {
            word(rest)?
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            return Err(format!("unexpected {first}"));
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn text(rest: &str) -> Result<(Token, usize), String> {
    let inner = &rest[1..];
    let end = inner.find('"').ok_or("a text does not end")?;
    if inner[..end].contains('\\') {
        return Err("a backslash within a text".to_owned());
    }
    Ok((Token::Text(inner[..end].to_owned()), end + 2))
}

fn number(rest: &str) -> Result<(Token, usize), String> {
    let length = rest[1..].find(|next: char| !next.is_ascii_digit() && next != '.').map_or(rest.len(), |end| end + 1);
    let digits = &rest[..length];
    let followed = rest[length..].starts_with(|next: char| next.is_alphanumeric() || next == '_');
    match digits.parse() {
        Ok(number) if !followed && !digits.ends_with('.') => Ok((Token::Number(number), length)),
        _ => Err(format!("{digits} is no number")),
    }
}

fn word(rest: &str) -> Result<(Token, usize), String> {
    let is_part = |next: char| next.is_ascii_alphanumeric() || matches!(next, '_' | '.');
    let length = rest.find(|next| !is_part(next)).unwrap_or(rest.len());
    let word = &rest[..length];
    let Some(inner) = rest[length..].strip_prefix('[') else { return Ok((Token::Word(word.to_owned()), length)) };
    let end = inner.find(']').ok_or("a bracket does not end")?;
    let key = &inner[..end];
    if !word.eq_ignore_ascii_case("annotation") || key.is_empty() || !key.chars().all(is_part) {
        return Err(format!("{word}[{key}] is no keyword"));
    }
    Ok((Token::Key(key.to_owned()), length + end + 2))
}
