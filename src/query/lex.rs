//! Text into tokens.

use std::ops::Range;

use super::error::{Problem, visible};

/// One token and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A key, a number, a keyword: its text is the source's.
    Word,
    /// Quoted text, without its quotes and escapes.
    Text(String),
    /// Any of [`SYMBOLS`].
    Symbol(&'static str),
}

/// Longer ones first.
const SYMBOLS: &[&str] =
    &["&&", "||", ">>", "!=", "!~", "<=", ">=", "=~", "{", "}", "(", ")", ",", "|", "!", "=", "<", ">", "~"];

/// Mistakes that have a name: what was typed, what is wrong with it, what to type.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("===", "`===` is no operator here", "use `=`"),
    ("==", "`==` is no operator here", "use `=`"),
    ("<>", "`<>` is no operator here", "use `!=`"),
    ("=>", "`=>` is no operator here", "use `>=`"),
    ("=<", "`=<` is no operator here", "use `<=`"),
    ("~=", "`~=` is no operator here", "use `=~`"),
    ("=!", "`=!` is no operator here", "use `!=`"),
];

/// Whether a character can be part of a word. Generous: keys have dots, dashes, colons and slashes in them.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ':' | '/' | '@' | '$' | '%' | '+')
}

/// All tokens of the source.
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (kind, length) = token(source, at, c)?;
        tokens.push(Token { kind, span: at..at + length });
        at += length;
    }
    Ok(tokens)
}

/// The token at `at`, which begins with `c`, and its length.
fn token(source: &str, at: usize, c: char) -> Result<(Kind, usize), Problem> {
    let rest = &source[at..];
    if is_word(c) {
        return Ok((Kind::Word, rest.find(|c| !is_word(c)).unwrap_or(rest.len())));
    }
    if let '"' | '\'' | '`' = c {
        return quoted(rest, c, at);
    }
    for (typed, problem, help) in MISTAKES {
        if rest.starts_with(typed) {
            return Err(Problem::new(at..at + typed.len(), *problem, "expected a comparison").help(*help));
        }
    }
    if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
        return Ok((Kind::Symbol(symbol), symbol.len()));
    }
    let problem = |message: String| Problem::new(at..at + c.len_utf8(), message, "not expected here");
    Err(match c {
        '&' => problem("a single `&` means nothing".into()).help("use `and` or `&&`"),
        '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '‚' => {
            problem(format!("`{c}` is a typographic quote")).help("use straight quotes: `\"…\"`")
        }
        '*' | '?' => problem(format!("`{c}` is no wildcard")).help("use a regular expression in quotes: `=~ \"GET .*\"`"),
        '≥' => problem("`≥` is no operator here".into()).help("use `>=`"),
        '≤' => problem("`≤` is no operator here".into()).help("use `<=`"),
        '≠' => problem("`≠` is no operator here".into()).help("use `!=`"),
        '\\' | '^' | '[' | ']' | ';' | '#' => {
            problem(format!("`{c}` means nothing outside of quotes")).help("put text that has it in quotes")
        }
        other => problem(format!("`{}` means nothing here", visible(other.encode_utf8(&mut [0; 4])))),
    })
}

/// Quoted text. In `"…"` and `'…'`, a backslash makes `\n`, `\t`, `\r`, `\u{…}`, and a quote or backslash itself; before
/// anything else it stays, so that `"\d+"` is the pattern that it looks like. In `` `…` `` everything is as it is.
fn quoted(rest: &str, quote: char, at: usize) -> Result<(Kind, usize), Problem> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((place, c)) = chars.next() {
        if c == quote {
            return Ok((Kind::Text(text), place + 1));
        }
        if c != '\\' || quote == '`' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some((_, 'n')) => text.push('\n'),
            Some((_, 't')) => text.push('\t'),
            Some((_, 'r')) => text.push('\r'),
            Some((_, c @ ('\\' | '"' | '\''))) => text.push(c),
            Some((_, 'u')) if rest[place + 2..].starts_with('{') => {
                let (c, length) = code_point(&rest[place + 3..]).ok_or_else(|| {
                    let span = at + place..at + place + 3;
                    Problem::new(span, "`\\u{…}` holds no character's number", "expected 1 to 6 hex digits and `}`")
                })?;
                text.push(c);
                // The opening brace, the digits and the closing brace are all one byte each.
                for _ in 0..length + 2 {
                    chars.next();
                }
            }
            Some((_, other)) => text.extend(['\\', other]),
            None => break,
        }
    }
    let message = "this text never ends";
    Err(Problem::new(at..at + 1, message, format!("expected another `{quote}` after this one")))
}

/// The character whose number stands before `}`, and how many digits that has.
fn code_point(digits: &str) -> Option<(char, usize)> {
    let length = digits.find('}').filter(|length| (1..=6).contains(length))?;
    let digits = &digits[..length];
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    char::from_u32(u32::from_str_radix(digits, 16).ok()?).map(|c| (c, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<Kind> {
        tokens(source).unwrap().into_iter().map(|token| token.kind).collect()
    }

    fn text(source: &str) -> String {
        match &kinds(source)[..] {
            [Kind::Text(text)] => text.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn operators_need_no_space_around_them() {
        let symbols = |source| kinds(source).into_iter().filter(|kind| *kind != Kind::Word).collect::<Vec<_>>();
        assert_eq!(symbols("a=-1"), [Kind::Symbol("=")]);
        assert_eq!(symbols("a>=1.5s"), [Kind::Symbol(">=")]);
        assert_eq!(symbols("{a!=b}>>{c=~d}").len(), 7);
        assert_eq!(tokens("http.x-y:z/w >1").unwrap()[0].span, 0..12);
    }

    #[test]
    fn a_backslash_that_escapes_nothing_stays() {
        assert_eq!(text(r#""a\"b\\c\n\d+\u{e4}""#), "a\"b\\c\n\\d+ä");
        assert_eq!(text(r"'it\'s'"), "it's");
        assert_eq!(text(r"`\n\`"), r"\n\");
        assert_eq!(text(r#""\u0041""#), r"\u0041");
    }

    #[test]
    fn text_that_never_ends_is_shown_where_it_begins() {
        for source in ["a = \"b", "a = 'b\\", "a = \"b\\\"", "a = `b"] {
            assert_eq!(tokens(source).unwrap_err().of(source).span(), 4..5, "{source}");
        }
    }

    #[test]
    fn an_escape_that_is_no_character_is_refused() {
        for source in [r#""\u{}""#, r#""\u{d800}""#, r#""\u{110000}""#, r#""\u{xyz}""#, r#""\u{12"#, r#""\u{ä}""#] {
            assert!(tokens(source).is_err(), "{source}");
        }
    }
}
