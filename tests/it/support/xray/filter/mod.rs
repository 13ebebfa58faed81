//! Filter expressions, as the guide documents them and no further: what it does not say is refused.
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html>

mod holds;
mod lexer;
mod parser;

use std::collections::BTreeMap;

use super::refusal::Refusal;

pub(super) use holds::holds;

/// Characters of an expression.
const LONGEST: usize = 2000;

/// Something that is true or false of a trace, or of a segment within `service() {}` and `edge() {}`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Is(Flag),
    Number(Number, Order, f64),
    Text(Text, Match, String),
    Annotation(String, Value),
    Service(Who, Option<Box<Filter>>),
    Edge(Who, Who, Option<Box<Filter>>),
}

/// What is true or false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    Ok,
    Error,
    Throttle,
    Fault,
    Partial,
    Inferred,
    Root,
    /// `first`, `last` and `remote`: of the elements of a root cause, and so of no trace or segment.
    OfRootCause,
}

/// What is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    ResponseTime,
    Duration,
    Status,
    /// `index` and `coverage`: of the elements of a root cause.
    OfRootCause,
}

/// What is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    Url,
    Method,
    UserAgent,
    ClientIp,
    User,
    Name,
    Type,
    /// `message`: of an exception.
    Message,
    Zone,
    Instance,
    Resource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    Equal,
    NotEqual,
    Contains,
    BeginsWith,
    EndsWith,
}

/// What an annotation is compared with. A value of another type never compares.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(Match, String),
    Number(Order, f64),
    Truth(bool),
}

/// A node of the service map. What is not given may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) name: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) account: Option<String>,
}

/// Reads an expression; groups are what they stand for.
pub(super) fn parse(expression: &str, groups: &BTreeMap<String, String>) -> Result<Filter, Refusal> {
    let refused = |why: String| Refusal::invalid(format!("Invalid filter expression {expression}: {why}"));
    if expression.chars().count() > LONGEST {
        return Err(Refusal::invalid(format!("Invalid filter expression: longer than {LONGEST} characters")));
    }
    lexer::tokens(expression).and_then(|tokens| parser::parse(tokens, groups)).map_err(refused)
}

/// The ARN of a group, as the service makes them.
pub(super) fn group_arn(name: &str) -> String {
    format!("arn:aws:xray:us-east-1:123456789012:group/{name}/{:026X}", u128::from(super::noise::of_text(name)))
}
