//! Text into the tree: recursive descent over the tokens, of bounded depth.
//!
//! Written by hand rather than with a combinator library, because most of it is about mistakes: nearly every place where
//! something is expected knows what people type there instead.

mod mistakes;
mod span;
#[cfg(test)]
mod tests;
mod trace;

use std::ops::Range;
use std::str::FromStr;

use super::ast::Expr;
use super::error::{ParseError, Problem};
use super::lex::{Kind, Token, tokens};

/// The longest expression that is read, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;
/// How deep parentheses, braces and negations may stand within each other.
pub const MAX_DEPTH: usize = 64;
/// How many regular expressions one expression may have: each takes memory of its own.
pub const MAX_PATTERNS: usize = 64;

/// Words that are not keys unless they are quoted, in lower case; they are recognised in any case.
const RESERVED: &[&str] = &["and", "or", "not", "in", "exists", "contains", "starts-with", "ends-with", "true", "false", "nil"];

/// Whether a bare word is taken by the language, in any case.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
}

impl FromStr for Expr {
    type Err = ParseError;

    /// Reads an expression. Any text gives an expression or an error; time grows with its length, and the stack that is used is bounded.
    fn from_str(source: &str) -> Result<Self, ParseError> {
        parse(source).map_err(|problem| problem.of(source))
    }
}

fn parse(source: &str) -> Result<Expr, Problem> {
    if source.len() > MAX_LENGTH {
        let message = format!("the expression has {} bytes; at most {MAX_LENGTH} are read", source.len());
        let end = source.floor_char_boundary(MAX_LENGTH);
        return Err(Problem::new(end..end, message, "too long from here on"));
    }
    let tokens = tokens(source)?;
    if tokens.is_empty() {
        let problem = Problem::new(0..0, "the expression is empty", "expected a comparison, such as `status = error`");
        return Err(problem);
    }
    let mut parser = Parser { source, tokens, at: 0, depth: 0, patterns: 0 };
    let expr = if parser.begins_with_selector() { parser.pipeline()? } else { Expr::Select(parser.span_or()?) };
    match parser.peek() {
        None => Ok(expr),
        Some(token) => Err(parser.left_over(token)),
    }
}

struct Parser<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    patterns: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn text(&self, token: &Token) -> &'a str {
        &self.source[token.span.clone()]
    }

    /// The next token's place; the end of the source where there is none.
    fn here(&self) -> Range<usize> {
        if let Some(token) = self.peek() {
            return token.span.clone();
        }
        let end = self.source.trim_end().len();
        end..end
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned()?;
        self.at += 1;
        Some(token)
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        self.peek().is_some_and(|token| matches!(token.kind, Kind::Symbol(there) if there == symbol))
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let there = self.is_symbol(symbol);
        self.at += usize::from(there);
        there
    }

    /// Whether the token `ahead` is this word, in any case.
    fn is_word(&self, ahead: usize, word: &str) -> bool {
        let token = self.tokens.get(self.at + ahead);
        token.is_some_and(|token| token.kind == Kind::Word && self.text(token).eq_ignore_ascii_case(word))
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let there = self.is_word(0, word);
        self.at += usize::from(there);
        there
    }

    fn eat_and(&mut self) -> bool {
        self.eat_word("and") || self.eat("&&")
    }

    fn eat_or(&mut self) -> bool {
        self.eat_word("or") || self.eat("||")
    }

    fn eat_not(&mut self) -> bool {
        self.eat_word("not") || self.eat("!")
    }

    /// Whether this is about whole traces: the first thing that is no parenthesis or negation is a brace.
    fn begins_with_selector(&self) -> bool {
        let mut opening = self.tokens.iter().skip_while(|token| match token.kind {
            Kind::Symbol("(" | "!") => true,
            Kind::Word => self.text(token).eq_ignore_ascii_case("not"),
            _ => false,
        });
        opening.next().is_some_and(|token| token.kind == Kind::Symbol("{"))
    }

    /// One level deeper, if that is not too deep.
    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        if self.depth == MAX_DEPTH {
            let message = format!("this is nested deeper than {MAX_DEPTH} levels");
            return Err(Problem::new(self.here(), message, "too deep from here on"));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// What stands between the bracket that was just taken and its partner.
    fn enclosed<T>(&mut self, close: &'static str, parse: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        let open = self.tokens[self.at - 1].span.clone();
        let parsed = self.deeper(parse)?;
        if self.eat(close) {
            return Ok(parsed);
        }
        Err(match self.peek() {
            None => Problem::new(open, "this is never closed", format!("expected a `{close}` somewhere after it")),
            Some(token) => self.left_over(token),
        })
    }
}
