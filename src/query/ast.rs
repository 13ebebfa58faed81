//! The expression as a tree. Built by the parser, by [`Sugar`](super::Sugar), or by hand.

use super::field::Field;
use super::literal::{Literal, Pattern};

/// A question to a whole trace.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `{ … }`: some span satisfies it.
    Select(SpanExpr),
    /// All hold, each by spans of its own. Build it with [`Expr::all`].
    And(Vec<Expr>),
    /// One of them holds. Build it with [`Expr::any`].
    Or(Vec<Expr>),
    /// `{ … } >> { … } > { … }`, from left to right. Build it with [`Expr::related`].
    Structure {
        /// The leftmost operand.
        first: Box<Expr>,
        /// What each further one must be to what is on its left.
        rest: Vec<(Relation, Expr)>,
    },
    /// `{ … } | count() > 20 | …`: all aggregates hold of the spans on the left. Build it with [`Expr::piped`].
    Pipe(Box<Expr>, Vec<Aggregate>),
}

impl Expr {
    /// All of these; an `And` within is taken apart.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::And(parts) => flat.extend(parts),
                other => flat.push(other),
            }
        }
        one_or(flat, Self::And)
    }

    /// One of these; an `Or` within is taken apart.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::Or(parts) => flat.extend(parts),
                other => flat.push(other),
            }
        }
        one_or(flat, Self::Or)
    }

    /// What is on the right must be `relation` to what is on the left.
    #[must_use]
    pub fn related(self, relation: Relation, right: Self) -> Self {
        match self {
            Self::Structure { first, mut rest } => {
                rest.push((relation, right));
                Self::Structure { first, rest }
            }
            left => Self::Structure { first: Box::new(left), rest: vec![(relation, right)] },
        }
    }

    /// One more condition on the spans taken together.
    #[must_use]
    pub fn piped(self, aggregate: Aggregate) -> Self {
        match self {
            Self::Pipe(inner, mut aggregates) => {
                aggregates.push(aggregate);
                Self::Pipe(inner, aggregates)
            }
            inner => Self::Pipe(Box::new(inner), vec![aggregate]),
        }
    }

    /// Calls `visit` with every selector, from left to right.
    pub(crate) fn each_selector<'a>(&'a self, visit: &mut dyn FnMut(&'a SpanExpr)) {
        match self {
            Self::Select(selector) => visit(selector),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_selector(visit)),
            Self::Structure { first, rest } => {
                first.each_selector(visit);
                for (_, right) in rest {
                    right.each_selector(visit);
                }
            }
            Self::Pipe(inner, _) => inner.each_selector(visit),
        }
    }
}

fn one_or<T>(mut parts: Vec<T>, several: impl FnOnce(Vec<T>) -> T) -> T {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            several(parts)
        }
    }
}

/// What the spans on the right are to those on the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `>>`: somewhere below one of them.
    Descendant,
    /// `>`: directly below one of them.
    Child,
    /// `~`: below the same parent as one of them, and another span.
    Sibling,
}

impl Relation {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Descendant => ">>",
            Self::Child => ">",
            Self::Sibling => "~",
        }
    }
}

/// A question to one span.
#[derive(Debug, Clone, PartialEq)]
pub enum SpanExpr {
    /// `true`, and `{ }`: every span.
    Any,
    /// One comparison.
    Is(Predicate),
    /// It does not.
    Not(Box<SpanExpr>),
    /// All of them. Build it with [`SpanExpr::all`].
    And(Vec<SpanExpr>),
    /// One of them. Build it with [`SpanExpr::any`].
    Or(Vec<SpanExpr>),
}

impl SpanExpr {
    /// All of these; an `And` within is taken apart. Of none: every span.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::And(parts) => flat.extend(parts),
                other => flat.push(other),
            }
        }
        if flat.is_empty() { Self::Any } else { one_or(flat, Self::And) }
    }

    /// One of these; an `Or` within is taken apart. Of none: no span.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::Or(parts) => flat.extend(parts),
                other => flat.push(other),
            }
        }
        if flat.is_empty() { Self::Any.negated() } else { one_or(flat, Self::Or) }
    }

    /// Its opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// What must hold together: the parts of an `And`, or the whole.
    pub fn conjuncts(&self) -> &[Self] {
        match self {
            Self::And(parts) => parts,
            whole => std::slice::from_ref(whole),
        }
    }

    /// Calls `visit` with every comparison, from left to right.
    pub(crate) fn each_predicate<'a>(&'a self, visit: &mut dyn FnMut(&'a Predicate)) {
        match self {
            Self::Any => {}
            Self::Is(predicate) => visit(predicate),
            Self::Not(inner) => inner.each_predicate(visit),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_predicate(visit)),
        }
    }
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicate {
    /// What is asked about.
    pub field: Field,
    /// What must hold of it.
    pub test: Test,
}

impl Predicate {
    /// `field op value`.
    pub fn compare(field: Field, op: Op, value: Literal) -> Self {
        Self { field, test: Test::Compare(op, value) }
    }
}

/// What must hold of a field.
///
/// Of a field with several values, one must satisfy it. The negative ones (`!=`, `!~`, `not in`) want the field to be there and
/// none of its values to be equal, so that each is `exists and not …` of its opposite.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// `exists`, `!= nil`.
    Exists,
    /// `= nil`.
    Missing,
    /// `= != < <= > >=`.
    Compare(Op, Literal),
    /// `in (…)`.
    In(Vec<Literal>),
    /// `not in (…)`.
    NotIn(Vec<Literal>),
    /// `=~`: the whole text matches.
    Matches(Pattern),
    /// `!~`.
    NotMatches(Pattern),
    /// Has this text in it.
    Contains(String),
    /// Begins with this text.
    StartsWith(String),
    /// Ends with this text.
    EndsWith(String),
}

/// A comparison's operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Op {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

    /// Whether it holds of two values in this order.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }

    /// What holds when it does not.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Ge,
            Self::Le => Self::Gt,
            Self::Gt => Self::Le,
            Self::Ge => Self::Lt,
        }
    }
}

/// A condition on several spans taken together.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// What is computed.
    pub measure: Measure,
    /// How it is compared.
    pub op: Op,
    /// With what: a duration for `duration` and `traceDuration`, a number otherwise.
    pub value: Literal,
}

/// What is computed of several spans.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// How many there are; of none, 0.
    Count,
    /// A figure of all their values. Of no values there is none, and nothing holds of it.
    Of(Function, Field),
}

/// A figure of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The mean.
    Avg,
    /// All added up.
    Sum,
    /// `pNN`: the nearest-rank percentile, in hundredths of a percent (`p99.9` is 9990): the smallest value that at least so
    /// many of the values do not exceed.
    Percentile(u16),
}
