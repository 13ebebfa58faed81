//! The tree as text. What is printed here is read back as the same tree.

use std::fmt::{self, Display, Formatter, Write};

use super::ast::{Aggregate, Expr, Function, Measure, Predicate, SpanExpr, Test};
use super::duration::write_duration;
use super::error::hidden;
use super::field::{Attribute, Field, Scope};
use super::lex::is_word;
use super::literal::Literal;
use super::parse::is_reserved;

/// How tightly something holds together; looser parts within tighter ones need parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Pipe,
    Or,
    And,
    Structure,
    Unit,
}

/// A single selector stands without its braces.
impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Select(SpanExpr::Any) => f.write_str("{ }"),
            Self::Select(selector) => write!(f, "{selector}"),
            other => trace(other, Level::Pipe, f),
        }
    }
}

fn trace(expr: &Expr, within: Level, f: &mut Formatter<'_>) -> fmt::Result {
    let level = match expr {
        Expr::Pipe(..) => Level::Pipe,
        Expr::Or(_) => Level::Or,
        Expr::And(_) => Level::And,
        Expr::Structure { .. } => Level::Structure,
        Expr::Select(_) => Level::Unit,
    };
    if level < within {
        f.write_char('(')?;
    }
    match expr {
        Expr::Select(SpanExpr::Any) => f.write_str("{ }")?,
        Expr::Select(selector) => write!(f, "{{ {selector} }}")?,
        Expr::Or(parts) => joined(parts, " or ", f, |part, f| trace(part, Level::And, f))?,
        Expr::And(parts) => joined(parts, " and ", f, |part, f| trace(part, Level::Structure, f))?,
        Expr::Structure { first, rest } => {
            trace(first, Level::Unit, f)?;
            for (relation, right) in rest {
                write!(f, " {} ", relation.symbol())?;
                trace(right, Level::Unit, f)?;
            }
        }
        Expr::Pipe(inner, aggregates) => {
            trace(inner, Level::Or, f)?;
            aggregates.iter().try_for_each(|aggregate| write!(f, " | {aggregate}"))?;
        }
    }
    if level < within {
        f.write_char(')')?;
    }
    Ok(())
}

impl Display for SpanExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        span(self, Level::Or, f)
    }
}

fn span(expr: &SpanExpr, within: Level, f: &mut Formatter<'_>) -> fmt::Result {
    let level = match expr {
        SpanExpr::Or(_) => Level::Or,
        SpanExpr::And(_) => Level::And,
        _ => Level::Unit,
    };
    if level < within {
        f.write_char('(')?;
    }
    match expr {
        SpanExpr::Any => f.write_str("true")?,
        SpanExpr::Is(predicate) => write!(f, "{predicate}")?,
        SpanExpr::Not(inner) => {
            f.write_str("not ")?;
            span(inner, Level::Unit, f)?;
        }
        SpanExpr::And(parts) => joined(parts, " and ", f, |part, f| span(part, Level::Unit, f))?,
        SpanExpr::Or(parts) => joined(parts, " or ", f, |part, f| span(part, Level::And, f))?,
    }
    if level < within {
        f.write_char(')')?;
    }
    Ok(())
}

fn joined<T>(
    parts: &[T],
    between: &str,
    f: &mut Formatter<'_>,
    each: impl Fn(&T, &mut Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        each(part, f)?;
    }
    Ok(())
}

impl Display for Predicate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let list = |word: &str, values: &[Literal], f: &mut Formatter<'_>| {
            write!(f, " {word} (")?;
            joined(values, ", ", f, |value, f| write!(f, "{value}"))?;
            f.write_char(')')
        };
        let text = |operator: &str, text: &str, f: &mut Formatter<'_>| {
            write!(f, " {operator} ")?;
            quoted(text, f)
        };
        write!(f, "{}", self.field)?;
        match &self.test {
            Test::Exists => f.write_str(" exists"),
            Test::Missing => f.write_str(" = nil"),
            Test::Compare(op, value) => write!(f, " {} {value}", op.symbol()),
            Test::In(values) => list("in", values, f),
            Test::NotIn(values) => list("not in", values, f),
            Test::Matches(pattern) => text("=~", pattern.source(), f),
            Test::NotMatches(pattern) => text("!~", pattern.source(), f),
            Test::Contains(part) => text("contains", part, f),
            Test::StartsWith(part) => text("starts-with", part, f),
            Test::EndsWith(part) => text("ends-with", part, f),
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intrinsic(intrinsic) => f.write_str(intrinsic.name()),
            Self::Attribute(attribute) => write!(f, "{attribute}"),
        }
    }
}

impl Display for Attribute {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let word = match self.scope() {
            Scope::Any => self.key().to_owned(),
            scope => format!("{}.{}", scope.name(), self.key()),
        };
        let starts_like_a_number = word.starts_with(|c: char| c.is_numeric() || matches!(c, '-' | '+' | '.'));
        let plain = !word.is_empty() && word.chars().all(is_word) && !starts_like_a_number && !is_reserved(&word);
        // Only where the bare word means this very attribute, and not, for example, an intrinsic of the same name.
        if plain && Field::from_word(&word).is_ok_and(|field| matches!(field, Field::Attribute(meant) if meant == *self)) {
            return f.write_str(&word);
        }
        if self.scope() != Scope::Any {
            write!(f, "{}.", self.scope().name())?;
        }
        quoted(self.key(), f)
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(text, f),
            Self::Number(number) => write!(f, "{number}"),
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::Duration(nanos) => write_duration(*nanos, f),
            Self::Status(status) => f.write_str(status.name()),
            Self::Kind(kind) => f.write_str(kind.name()),
        }
    }
}

/// In double quotes, with what a terminal would act upon escaped.
fn quoted(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c if hidden(c) => write!(f, "{}", c.escape_unicode())?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.measure, self.op.symbol(), self.value)
    }
}

impl Display for Measure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count => f.write_str("count()"),
            Self::Of(function, field) => write!(f, "{function}({field})"),
        }
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Min => f.write_str("min"),
            Self::Max => f.write_str("max"),
            Self::Avg => f.write_str("avg"),
            Self::Sum => f.write_str("sum"),
            Self::Percentile(hundredths) => {
                write!(f, "p{}", hundredths / 100)?;
                match hundredths % 100 {
                    0 => Ok(()),
                    part if part % 10 == 0 => write!(f, ".{}", part / 10),
                    part => write!(f, ".{part:02}"),
                }
            }
        }
    }
}
