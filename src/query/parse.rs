//! Text into the tree: recursive descent over the tokens, of bounded depth.
//!
//! Written by hand rather than with a combinator library, because most of it is about mistakes: nearly every place where
//! something is expected knows what people type there instead.

use std::ops::Range;
use std::str::FromStr;

use super::ast::{Aggregate, Expr, Function, Measure, Op, Predicate, Relation, SpanExpr, Test};
use super::error::{ParseError, Problem, near, visible};
use super::field::{Field, Intrinsic, NoField, Scope, Type};
use super::lex::{Kind, Token, tokens};
use super::literal::{Literal, Pattern};
use super::value;

/// The longest expression that is read, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;
/// How deep parentheses, braces and negations may stand within each other.
pub const MAX_DEPTH: usize = 64;
/// How many regular expressions one expression may have: each takes memory of its own.
pub const MAX_PATTERNS: usize = 64;

/// Words that are not keys unless they are quoted, in lower case; they are recognised in any case.
const RESERVED: &[&str] = &["and", "or", "not", "in", "exists", "contains", "starts-with", "ends-with", "true", "false", "nil"];

/// Operators that are words of other languages: what was typed, what it is here.
const FOREIGN: &[(&str, &str)] = &[
    ("is", "="),
    ("eq", "="),
    ("equals", "="),
    ("ne", "!="),
    ("gt", ">"),
    ("ge", ">="),
    ("gte", ">="),
    ("lt", "<"),
    ("le", "<="),
    ("lte", "<="),
    ("like", "=~"),
    ("matches", "=~"),
    ("regex", "=~"),
    ("has", "contains"),
    ("includes", "contains"),
    ("startswith", "starts-with"),
    ("starts_with", "starts-with"),
    ("begins-with", "starts-with"),
    ("endswith", "ends-with"),
    ("ends_with", "ends-with"),
    ("exist", "exists"),
];

/// Functions that are written by name; percentiles are not listed.
const FUNCTIONS: &[(&str, Function)] =
    &[("min", Function::Min), ("max", Function::Max), ("avg", Function::Avg), ("sum", Function::Sum)];

const ALL_FUNCTIONS: &str = "count, min, max, avg, sum or a percentile such as p95";

/// Whether a bare word is taken by the language, in any case.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
}

impl FromStr for Expr {
    type Err = ParseError;

    /// Reads an expression. Any text gives an expression or an error; neither time nor stack depends on more than its length.
    fn from_str(source: &str) -> Result<Self, ParseError> {
        parse(source).map_err(|problem| problem.of(source))
    }
}

fn parse(source: &str) -> Result<Expr, Problem> {
    if source.len() > MAX_LENGTH {
        let message = format!("the expression has {} bytes; at most {MAX_LENGTH} are read", source.len());
        return Err(Problem::new(MAX_LENGTH..MAX_LENGTH, message, "too long from here on"));
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
        let end = self.source.trim_end().len();
        self.peek().map_or(end..end, |token| token.span.clone())
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

// Traces.
impl Parser<'_> {
    fn pipeline(&mut self) -> Result<Expr, Problem> {
        let mut expr = self.trace_or()?;
        while self.eat("|") {
            expr = expr.piped(self.aggregate()?);
        }
        Ok(expr)
    }

    fn trace_or(&mut self) -> Result<Expr, Problem> {
        let mut parts = vec![self.trace_and()?];
        while self.eat_or() {
            parts.push(self.trace_and()?);
        }
        Ok(Expr::any(parts))
    }

    fn trace_and(&mut self) -> Result<Expr, Problem> {
        let mut parts = vec![self.structure()?];
        while self.eat_and() {
            parts.push(self.structure()?);
        }
        Ok(Expr::all(parts))
    }

    fn structure(&mut self) -> Result<Expr, Problem> {
        let mut expr = self.selector()?;
        loop {
            let relation = match self.peek().map(|token| &token.kind) {
                Some(Kind::Symbol(">>")) => Relation::Descendant,
                Some(Kind::Symbol(">")) => Relation::Child,
                Some(Kind::Symbol("~")) => Relation::Sibling,
                _ => return Ok(expr),
            };
            self.at += 1;
            expr = expr.related(relation, self.selector()?);
        }
    }

    fn selector(&mut self) -> Result<Expr, Problem> {
        if self.eat("(") {
            return self.enclosed(")", Self::pipeline);
        }
        if self.eat("{") {
            if self.eat("}") {
                return Ok(Expr::Select(SpanExpr::Any));
            }
            return self.enclosed("}", Self::span_or).map(Expr::Select);
        }
        if self.is_word(0, "not") || self.is_symbol("!") {
            let problem = Problem::new(self.here(), "a whole selector cannot be negated", "expected `{` or `(`");
            let help = "put `not` inside the braces for a span that is otherwise, or `{ … } | count() = 0` for no such span";
            return Err(problem.help(help));
        }
        let problem = Problem::new(self.here(), format!("{} is not a selector", self.describe()), "expected `{` or `(`");
        Err(match self.peek().map(|token| &token.kind) {
            Some(Kind::Word | Kind::Text(_)) => problem.help("where there are braces, every comparison is in some"),
            _ => problem,
        })
    }

    fn aggregate(&mut self) -> Result<Aggregate, Problem> {
        let place = self.here();
        let (name, function) = match self.next() {
            Some(token) if token.kind == Kind::Word => {
                let name = self.text(&token);
                (name, function(name))
            }
            _ => return Err(Problem::new(place, "a `|` is followed by what to compute", format!("expected {ALL_FUNCTIONS}"))),
        };
        let counts = name.eq_ignore_ascii_case("count");
        if !counts && function.is_none() {
            let message = format!("`{name}` computes nothing here");
            let names = FUNCTIONS.iter().map(|(name, _)| *name).chain(["count"]);
            let help = near(name, names).map(|meant| format!("did you mean `{meant}`?"));
            return Err(Problem::new(place, message, format!("expected {ALL_FUNCTIONS}")).maybe_help(help));
        }
        if !self.eat("(") {
            return Err(Problem::new(self.here(), format!("`{name}` wants parentheses"), "expected `(`"));
        }
        let (measure, value_type) = match function {
            Some(function) => {
                let place = self.here();
                let field = self.field()?;
                let value_type = field.value_type();
                if !matches!(value_type, Type::Duration | Type::Any) {
                    let message = format!("`{field}` has no numbers to compute with");
                    return Err(Problem::new(place, message, "expected `duration`, `traceDuration` or an attribute"));
                }
                (Measure::Of(function, field), value_type)
            }
            None => (Measure::Count, Type::Any),
        };
        if !self.eat(")") {
            let help = counts.then(|| "`count()` counts spans and takes nothing; use `{ … foo exists } | count()`".to_owned());
            return Err(Problem::new(self.here(), format!("`{name}(` is not closed"), "expected `)`").maybe_help(help));
        }
        let place = self.here();
        let Some(op) = self.comparison() else {
            return Err(Problem::new(place, format!("`{measure}` is compared with nothing"), "expected `= != < <= > >=`"));
        };
        let token = self.value_token(op.symbol())?;
        let value = value::read(value_type, &measure.to_string(), &token, self.text(&token))?;
        match (&value, value_type) {
            (Literal::Duration(_), Type::Duration) | (Literal::Number(_), Type::Any) => Ok(Aggregate { measure, op, value }),
            _ => Err(Problem::new(token.span, format!("`{measure}` is a number"), "expected a number without a unit")),
        }
    }

    /// One of `= != < <= > >=`.
    fn comparison(&mut self) -> Option<Op> {
        let op = match self.peek()?.kind {
            Kind::Symbol("=") => Op::Eq,
            Kind::Symbol("!=") => Op::Ne,
            Kind::Symbol("<") => Op::Lt,
            Kind::Symbol("<=") => Op::Le,
            Kind::Symbol(">") => Op::Gt,
            Kind::Symbol(">=") => Op::Ge,
            _ => return None,
        };
        self.at += 1;
        Some(op)
    }
}

/// `min`, `p95`, `p99.9`.
fn function(name: &str) -> Option<Function> {
    if let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) {
        return Some(*function);
    }
    let (whole, fraction) = name.strip_prefix(['p', 'P'])?.split_once('.').unwrap_or((&name[1..], "0"));
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 3) || !digits(fraction, 2) {
        return None;
    }
    let hundredths = whole.parse::<u16>().ok()?.checked_mul(100)? + format!("{fraction:0<2}").parse::<u16>().ok()?;
    (hundredths <= 10_000).then_some(Function::Percentile(hundredths))
}

// Spans.
impl Parser<'_> {
    fn span_or(&mut self) -> Result<SpanExpr, Problem> {
        let mut parts = vec![self.span_and()?];
        while self.eat_or() {
            parts.push(self.span_and()?);
        }
        Ok(SpanExpr::any(parts))
    }

    fn span_and(&mut self) -> Result<SpanExpr, Problem> {
        let mut parts = vec![self.span_not()?];
        while self.eat_and() {
            parts.push(self.span_not()?);
        }
        Ok(SpanExpr::all(parts))
    }

    fn span_not(&mut self) -> Result<SpanExpr, Problem> {
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

    fn field(&mut self) -> Result<Field, Problem> {
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
    fn quoted_key(&mut self, scope: Scope, before: &Token) -> Result<Field, Problem> {
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
    fn test(&mut self, field: &Field, place: Range<usize>) -> Result<Test, Problem> {
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

    fn compared(&mut self, field: &Field, op: Op, at: Range<usize>) -> Result<Test, Problem> {
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
    fn value_token(&mut self, operator: &str) -> Result<Token, Problem> {
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
    fn text_value(&mut self, field: &Field, operator: &str, at: Range<usize>) -> Result<(String, Range<usize>), Problem> {
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

    fn pattern(&mut self, source: String, span: Range<usize>) -> Result<Pattern, Problem> {
        if self.patterns == MAX_PATTERNS {
            let message = format!("there are more than {MAX_PATTERNS} regular expressions");
            return Err(Problem::new(span, message, "too many from here on").help("join some with `|`: `=~ \"a|b\"`"));
        }
        self.patterns += 1;
        Pattern::new(source)
            .map_err(|reason| Problem::new(span, format!("this regular expression cannot be read: {reason}"), reason))
    }

    /// `(a, b, …)`.
    fn list(&mut self, field: &Field) -> Result<Vec<Literal>, Problem> {
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

// Mistakes.
impl Parser<'_> {
    /// The next token, for a sentence.
    fn describe(&self) -> String {
        match self.peek() {
            None => "the end of the expression".to_owned(),
            Some(token) => {
                let mut text = visible(self.text(token));
                if let Some((cut, _)) = text.char_indices().nth(40) {
                    text.truncate(cut);
                    text.push('…');
                }
                format!("`{text}`")
            }
        }
    }

    /// A field without an operator.
    fn no_operator(&self, field: &Field, place: Range<usize>, at: Range<usize>) -> Problem {
        let expected = "expected `=`, `>`, `=~`, `in`, `exists`, `contains` …";
        let word = match self.peek() {
            Some(token) if token.kind == Kind::Word => self.text(token),
            Some(Token { kind: Kind::Symbol(">>" | "~"), .. }) => {
                return Problem::new(
                    at,
                    format!("{} is between selectors, not between comparisons", self.describe()),
                    expected,
                )
                .help("put both sides into braces: `{ … } >> { … }`");
            }
            Some(Token { kind: Kind::Text(_), .. }) => {
                return Problem::new(at, format!("there is no operator between `{field}` and this"), expected);
            }
            _ => "",
        };
        if let Some((_, meant)) = FOREIGN.iter().find(|(typed, _)| word.eq_ignore_ascii_case(typed)) {
            return Problem::new(at, format!("`{word}` is no operator here"), expected).help(format!("use `{meant}`"));
        }
        let connects = ["and", "or", ""].iter().any(|end| word.eq_ignore_ascii_case(end));
        if !connects {
            let operators = ["in", "exists", "contains", "starts-with", "ends-with"];
            let help = near(word, operators).map(|meant| format!("did you mean `{meant}`?"));
            return Problem::new(at, format!("{} is no operator", self.describe()), expected).maybe_help(help);
        }
        let help = match field {
            Field::Attribute(attribute) if ["error", "fault"].contains(&attribute.key()) => {
                "did you mean `status = error`?".into()
            }
            Field::Attribute(_) => format!("use `{field} exists` if it must be there, `{field} = true` if it must be true"),
            Field::Intrinsic(_) => format!("compare it with something: `{field} = …`"),
        };
        Problem::new(place, format!("`{field}` is compared with nothing"), "expected an operator after this").help(help)
    }

    /// A token that cannot follow here. Relations only stand here between comparisons: between selectors they were taken.
    fn left_over(&self, token: &Token) -> Problem {
        let span = token.span.clone();
        let text = self.text(token);
        let expected = "expected `and`, `or` or the end";
        match token.kind {
            Kind::Symbol(close @ (")" | "}")) => {
                Problem::new(span, format!("this `{close}` closes nothing that is open"), expected)
            }
            Kind::Symbol("|") => {
                let name = self.tokens.get(self.at + 1).map_or("", |token| self.text(token));
                let problem = Problem::new(span, "a single `|` passes selected spans on", expected);
                if name.eq_ignore_ascii_case("count") || function(name).is_some() {
                    problem.help("put the comparisons before it into braces: `{ … } | count() > 20`")
                } else {
                    problem.help("for one or the other, use `or` or `||`")
                }
            }
            Kind::Symbol(symbol @ (">>" | ">" | "~")) => {
                Problem::new(span, format!("`{symbol}` is between selectors, not between comparisons"), expected)
                    .help(format!("put both sides into braces: `{{ … }} {symbol} {{ … }}`"))
            }
            Kind::Symbol("<") => Problem::new(span, "ancestors and parents cannot be selected", expected)
                .help("turn it round: `{ parent } > { child }` or `{ ancestor } >> { descendant }`"),
            Kind::Symbol("{") => {
                Problem::new(span, "a selector cannot follow here", "expected `and`, `or`, `>>`, `>`, `~`, `|` or the end")
            }
            Kind::Word if near(text, ["and", "or"]).is_some() => {
                let meant = near(text, ["and", "or"]).unwrap_or("and");
                Problem::new(span, format!("{} joins nothing", self.describe()), expected)
                    .help(format!("did you mean `{meant}`?"))
            }
            Kind::Word | Kind::Text(_) => Problem::new(span, format!("{} comes unexpectedly", self.describe()), expected)
                .help("text with spaces or other signs in it must be quoted; two comparisons are joined by `and` or `or`"),
            Kind::Symbol(_) => Problem::new(span, format!("{} comes unexpectedly", self.describe()), expected),
        }
    }
}

/// Words that cannot be values, because a comparison is obviously unfinished before them.
fn is_keyword(word: &str) -> bool {
    is_reserved(word) && !["true", "false"].iter().any(|value| word.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests;
