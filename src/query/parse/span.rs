//! Comparisons, and how they are joined.

use std::ops::Range;

use super::{Kind, MAX_PATTERNS, Parser, Problem, Token, is_reserved};
use crate::query::ast::{Op, Predicate, SpanExpr, Test};
use crate::query::error::{near, visible};
use crate::query::field::{Field, Intrinsic, NoField, Scope, Type};
use crate::query::literal::{Literal, Pattern};
use crate::query::value;

impl Parser<'_> {
    pub(super) fn span_or(&mut self) -> Result<SpanExpr, Problem> {
        let mut parts = vec![self.span_and()?];
        while self.eat_or() {
            parts.push(self.span_and()?);
        }
        Ok(SpanExpr::any(parts))
    }

    pub(super) fn span_and(&mut self) -> Result<SpanExpr, Problem> {
        let mut parts = vec![self.span_not()?];
        while self.eat_and() {
            parts.push(self.span_not()?);
        }
        Ok(SpanExpr::all(parts))
    }

    pub(super) fn span_not(&mut self) -> Result<SpanExpr, Problem> {
        if self.eat_not() {
            return self.deeper(Self::span_not).map(SpanExpr::negated);
        }
        if self.eat("(") {
            return self.enclosed(")", Self::span_or);
        }
        if self.eat_word("true") {
            return Ok(SpanExpr::Any);
        }
        if self.eat_word("false") {
            return Ok(SpanExpr::Any.negated());
        }
        if self.is_word(0, "exists")
            && self.tokens.get(self.at + 1).is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Text(_)))
        {
            self.at += 1;
            return Ok(SpanExpr::Is(Predicate { field: self.field()?, test: Test::Exists }));
        }
        let place = self.here();
        let field = self.field()?;
        self.test(&field, place).map(|test| SpanExpr::Is(Predicate { field, test }))
    }

    pub(super) fn field(&mut self) -> Result<Field, Problem> {
        let place = self.here();
        let expected = "expected a field, such as `duration` or `http.route`";
        let described = self.describe();
        let Some(token) = self.next() else {
            return Err(Problem::new(place, format!("{described} is no comparison"), expected));
        };
        let word = self.text(&token);
        match token.kind {
            Kind::Text(key) => return Ok(Field::attribute(Scope::Any, key)),
            Kind::Symbol("{") => {
                let problem =
                    Problem::new(place, "a selector cannot stand within another, or beside bare comparisons", expected);
                return Err(
                    problem.help("put each comparison into braces of its own: `{ service = \"web\" } >> { status = error }`")
                );
            }
            Kind::Symbol(_) => return Err(Problem::new(place, format!("{described} is no comparison"), expected)),
            Kind::Word => {}
        }
        if is_reserved(word) {
            let problem = Problem::new(place, format!("`{word}` is a word of the language, not a field"), expected);
            return Err(problem.help(format!("quote it where it is an attribute's name: `\"{word}\"`")));
        }
        if word.starts_with(|c: char| c.is_numeric() || matches!(c, '-' | '+')) {
            let problem =
                Problem::new(place, format!("a comparison begins with a field, and `{}` is a value", visible(word)), expected);
            return Err(problem.help("turn it round: `duration > 250ms`; quote it where it is an attribute's name"));
        }
        Field::from_word(word).or_else(|reason| match reason {
            NoField::Bare(scope) => self.quoted_key(scope, &token),
            NoField::Intrinsic => {
                let help = near(word, Intrinsic::all_names()).map(|meant| format!("did you mean `{meant}`?"));
                let help = help.unwrap_or_else(|| format!("quote it where it is an attribute's name: `\"{word}\"`"));
                Err(Problem::new(place, format!("there is no `{word}`"), "expected `span:name`, `trace:id` and the like")
                    .help(help))
            }
        })
    }

    /// `span."a b"`: the quoted key right after the point.
    pub(super) fn quoted_key(&mut self, scope: Scope, before: &Token) -> Result<Field, Problem> {
        match self.peek() {
            Some(Token { kind: Kind::Text(key), span }) if span.start == before.span.end => {
                let field = Field::attribute(scope, key.as_str());
                self.at += 1;
                Ok(field)
            }
            _ => {
                let word = self.text(before);
                let message = format!("`{word}` is followed by no key");
                Err(Problem::new(before.span.end..before.span.end, message, "expected a key, with no space before it"))
            }
        }
    }

    /// What is asked of the field, which stood at `place`.
    pub(super) fn test(&mut self, field: &Field, place: Range<usize>) -> Result<Test, Problem> {
        let at = self.here();
        if let Some(op) = self.comparison() {
            return self.compared(field, op, at);
        }
        if self.eat_word("exists") {
            return Ok(Test::Exists);
        }
        if self.eat_word("in") {
            return self.list(field).map(Test::In);
        }
        if self.is_word(0, "not") && self.is_word(1, "in") {
            self.at += 2;
            return self.list(field).map(Test::NotIn);
        }
        let textual: Option<fn(String) -> Test> = match self.peek().map(|token| (&token.kind, self.text(token))) {
            Some((Kind::Word, word)) if word.eq_ignore_ascii_case("contains") => Some(Test::Contains),
            Some((Kind::Word, word)) if word.eq_ignore_ascii_case("starts-with") => Some(Test::StartsWith),
            Some((Kind::Word, word)) if word.eq_ignore_ascii_case("ends-with") => Some(Test::EndsWith),
            _ => None,
        };
        if let Some(test) = textual {
            self.at += 1;
            let operator = self.source[at.clone()].to_ascii_lowercase();
            return self.text_value(field, &operator, at).map(|(text, _)| test(text));
        }
        if self.is_symbol("=~") || self.is_symbol("!~") {
            let negative = self.is_symbol("!~");
            self.at += 1;
            let (source, span) = self.text_value(field, if negative { "!~" } else { "=~" }, at)?;
            let pattern = self.pattern(source, span)?;
            return Ok(if negative { Test::NotMatches(pattern) } else { Test::Matches(pattern) });
        }
        if field.value_type() == Type::Bool {
            return Ok(Test::Compare(Op::Eq, Literal::Bool(true)));
        }
        Err(self.no_operator(field, place, at))
    }

    pub(super) fn compared(&mut self, field: &Field, op: Op, at: Range<usize>) -> Result<Test, Problem> {
        if self.is_word(0, "nil") && matches!(op, Op::Eq | Op::Ne) {
            self.at += 1;
            return Ok(if op == Op::Eq { Test::Missing } else { Test::Exists });
        }
        let token = self.value_token(op.symbol())?;
        let unordered = matches!(field.value_type(), Type::Status | Type::Kind | Type::Bool | Type::TraceId);
        if unordered && !matches!(op, Op::Eq | Op::Ne) {
            let problem = Problem::new(at, format!("`{field}` has no order"), "expected `=`, `!=` or `in`");
            return Err(problem.maybe_help(value::not_a_status(field.value_type(), self.text(&token), op)));
        }
        let literal = value::read(field.value_type(), &field.to_string(), &token, self.text(&token));
        literal
            .map(|literal| Test::Compare(op, literal))
            .map_err(|problem| problem.maybe_help(value::not_a_status(field.value_type(), self.text(&token), op)))
    }

    /// The token of a value, after the operator of this name.
    pub(super) fn value_token(&mut self, operator: &str) -> Result<Token, Problem> {
        let place = self.here();
        let described = self.describe();
        match self.next() {
            Some(token) if token.kind == Kind::Word && is_keyword(self.text(&token)) => {
                let problem =
                    Problem::new(place, format!("{described} is no value"), format!("expected a value after `{operator}`"));
                Err(problem.help(format!("quote it where it is text: `\"{}\"`", self.text(&token))))
            }
            Some(token) if !matches!(token.kind, Kind::Symbol(_)) => Ok(token),
            _ => Err(Problem::new(place, format!("{described} is no value"), format!("expected a value after `{operator}`"))),
        }
    }

    /// Text after an operator that only text has.
    pub(super) fn text_value(
        &mut self,
        field: &Field,
        operator: &str,
        at: Range<usize>,
    ) -> Result<(String, Range<usize>), Problem> {
        if matches!(field.value_type(), Type::Status | Type::Kind | Type::Bool | Type::Duration) {
            let label =
                if field.value_type() == Type::Duration { "expected `= != < <= > >=`" } else { "expected `=`, `!=` or `in`" };
            return Err(Problem::new(at, format!("`{field}` is not text, so `{operator}` cannot be asked of it"), label));
        }
        let token = self.value_token(operator)?;
        let text = match &token.kind {
            Kind::Text(text) => text.clone(),
            _ => self.text(&token).to_owned(),
        };
        Ok((text, token.span))
    }

    pub(super) fn pattern(&mut self, source: String, span: Range<usize>) -> Result<Pattern, Problem> {
        if self.patterns == MAX_PATTERNS {
            let message = format!("there are more than {MAX_PATTERNS} regular expressions");
            return Err(Problem::new(span, message, "too many from here on").help("join some with `|`: `=~ \"a|b\"`"));
        }
        self.patterns += 1;
        Pattern::new(source)
            .map_err(|reason| Problem::new(span, format!("this regular expression cannot be read: {reason}"), reason))
    }

    /// `(a, b, …)`.
    pub(super) fn list(&mut self, field: &Field) -> Result<Vec<Literal>, Problem> {
        let place = self.here();
        if !self.eat("(") {
            let problem = Problem::new(place, "`in` wants a list", "expected `(`");
            return Err(problem.help("write `in (\"a\", \"b\")`; for a part of a text, use `contains`"));
        }
        let mut values = Vec::new();
        loop {
            let token = self.value_token("in (")?;
            values.push(value::read(field.value_type(), &field.to_string(), &token, self.text(&token))?);
            if self.eat(")") {
                return Ok(values);
            }
            if !self.eat(",") {
                let message = format!("{} does not belong in a list", self.describe());
                return Err(Problem::new(self.here(), message, "expected `,` or `)`"));
            }
        }
    }
}

/// Words that cannot be values, because a comparison is obviously unfinished before them.
fn is_keyword(word: &str) -> bool {
    is_reserved(word) && !["true", "false"].iter().any(|value| word.eq_ignore_ascii_case(value))
}
