//! Selectors, what is between them, and what is computed of them.

use super::{Kind, Parser, Problem};
use crate::query::ast::{Aggregate, Expr, Function, Measure, Op, Relation, SpanExpr};
use crate::query::error::near;
use crate::query::field::Type;
use crate::query::literal::Literal;
use crate::query::value;

/// Functions that are written by name; percentiles are not listed.
const FUNCTIONS: &[(&str, Function)] =
    &[("min", Function::Min), ("max", Function::Max), ("avg", Function::Avg), ("sum", Function::Sum)];

const ALL_FUNCTIONS: &str = "count, min, max, avg, sum or a percentile such as p95";

impl Parser<'_> {
    pub(super) fn pipeline(&mut self) -> Result<Expr, Problem> {
        let mut expr = self.trace_or()?;
        while self.eat("|") {
            expr = expr.piped(self.aggregate()?);
        }
        Ok(expr)
    }

    pub(super) fn trace_or(&mut self) -> Result<Expr, Problem> {
        let mut parts = vec![self.trace_and()?];
        while self.eat_or() {
            parts.push(self.trace_and()?);
        }
        Ok(Expr::any(parts))
    }

    pub(super) fn trace_and(&mut self) -> Result<Expr, Problem> {
        let mut parts = vec![self.structure()?];
        while self.eat_and() {
            parts.push(self.structure()?);
        }
        Ok(Expr::all(parts))
    }

    pub(super) fn structure(&mut self) -> Result<Expr, Problem> {
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

    pub(super) fn selector(&mut self) -> Result<Expr, Problem> {
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

    pub(super) fn aggregate(&mut self) -> Result<Aggregate, Problem> {
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
    pub(super) fn comparison(&mut self) -> Option<Op> {
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
pub(super) fn function(name: &str) -> Option<Function> {
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
