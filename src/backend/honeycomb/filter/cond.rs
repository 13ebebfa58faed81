//! Conditions on one row, as a tree. [`super::words`] writes them down.

use std::cmp::Ordering;
use std::collections::HashSet;

/// A value of a column's own type: Honeycomb compares none with those of another.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lit {
    Text(String),
    Int(i64),
    /// Finite.
    Float(f64),
    Bool(bool),
}

/// How numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Lt,
    Le,
    Gt,
    Ge,
}

/// What is wanted of one column that has a value. Nothing of this holds where there is none.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Want {
    /// Whatever it is.
    There,
    /// One of these. Not empty.
    In(Vec<Lit>),
    /// None of these. Not empty.
    NotIn(Vec<Lit>),
    Compare(Order, Lit),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    /// This in lower case.
    Lower(String),
    /// Go's regular expression matches some part.
    Matches(String),
    MatchesNot(String),
}

impl Want {
    /// Whether it takes little room to write.
    pub(super) fn is_short(&self) -> bool {
        const SHORT: usize = 100;
        match self {
            Self::There | Self::Compare(..) => true,
            Self::In(values) | Self::NotIn(values) => {
                let length = |value: &Lit| if let Lit::Text(text) = value { text.len() } else { 8 };
                values.iter().map(length).sum::<usize>() <= SHORT
            }
            Self::StartsWith(text)
            | Self::EndsWith(text)
            | Self::Contains(text)
            | Self::Lower(text)
            | Self::Matches(text)
            | Self::MatchesNot(text) => text.len() <= SHORT,
        }
    }
}

/// A condition on one row. Build `All` and `Any` with [`Cond::all`] and [`Cond::any`].
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cond {
    Always,
    Never,
    /// The column has no value.
    Missing(String),
    /// The column has one, and it is such.
    Is(String, Want),
    All(Vec<Cond>),
    Any(Vec<Cond>),
}

impl Cond {
    pub(super) fn there(column: &str) -> Self {
        Self::is(column, Want::There)
    }

    pub(super) fn is(column: &str, want: Want) -> Self {
        Self::Is(column.to_owned(), want)
    }

    pub(super) fn one_of(column: &str, values: Vec<Lit>) -> Self {
        if values.is_empty() { Self::Never } else { Self::is(column, Want::In(values)) }
    }

    pub(super) fn text(column: &str, text: &str) -> Self {
        Self::one_of(column, vec![Lit::Text(text.to_owned())])
    }

    /// All of these. What another one says as well is left out.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Always => {}
                Self::Never => return Self::Never,
                Self::All(parts) => parts.into_iter().for_each(|part| add(&mut kept, part)),
                other => add(&mut kept, other),
            }
        }
        let there: HashSet<_> = kept.iter().filter_map(Self::stronger_than_there).map(str::to_owned).collect();
        kept.retain(|part| !matches!(part, Self::Is(column, Want::There) if there.contains(column)));
        one_or(kept, Self::Always, Self::All)
    }

    /// One of these. What another one allows as well is left out.
    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Never => {}
                Self::Always => return Self::Always,
                Self::Any(parts) => parts.into_iter().for_each(|part| join(&mut kept, part)),
                other => join(&mut kept, other),
            }
        }
        let there: HashSet<_> = kept.iter().filter_map(Self::only_there).map(str::to_owned).collect();
        if kept.iter().any(|part| matches!(part, Self::Missing(column) if there.contains(column))) {
            return Self::Always;
        }
        kept.retain(|part| part.stronger_than_there().is_none_or(|column| !there.contains(column)));
        one_or(kept, Self::Never, Self::Any)
    }

    /// Of a condition that says more of a column than that it is there, the column.
    fn stronger_than_there(&self) -> Option<&str> {
        match self {
            Self::Is(column, want) if *want != Want::There => Some(column),
            _ => None,
        }
    }

    fn only_there(&self) -> Option<&str> {
        match self {
            Self::Is(column, Want::There) => Some(column),
            _ => None,
        }
    }

    /// What must hold together: the parts of an `All`, or the whole.
    pub(super) fn conjuncts(self) -> Vec<Self> {
        match self {
            Self::Always => Vec::new(),
            Self::All(parts) => parts,
            other => vec![other],
        }
    }

    /// A condition that holds wherever this one does, where each comparison was replaced by such a one.
    pub(super) fn map(&self, weaker: &dyn Fn(&Self) -> Self) -> Self {
        match self {
            Self::All(parts) => Self::all(parts.iter().map(|part| part.map(weaker))),
            Self::Any(parts) => Self::any(parts.iter().map(|part| part.map(weaker))),
            leaf => weaker(leaf),
        }
    }
}

fn add(kept: &mut Vec<Cond>, part: Cond) {
    if !kept.contains(&part) {
        kept.push(part);
    }
}

/// Adds an alternative. Lists of values of one column become one list.
fn join(kept: &mut Vec<Cond>, part: Cond) {
    let Cond::Is(column, Want::In(values)) = part else { return add(kept, part) };
    let same = |known: &&mut Cond| match known {
        Cond::Is(other, Want::In(listed)) => *other == column && alike(listed, &values),
        _ => false,
    };
    match kept.iter_mut().find(same) {
        Some(Cond::Is(_, Want::In(listed))) => {
            for value in values {
                if !listed.contains(&value) {
                    listed.push(value);
                }
            }
        }
        _ => kept.push(Cond::Is(column, Want::In(values))),
    }
}

fn alike(one: &[Lit], other: &[Lit]) -> bool {
    one.iter().zip(other).next().is_some_and(|(a, b)| std::mem::discriminant(a) == std::mem::discriminant(b))
}

fn one_or(mut parts: Vec<Cond>, none: Cond, several: impl FnOnce(Vec<Cond>) -> Cond) -> Cond {
    match parts.len().cmp(&1) {
        Ordering::Less => none,
        Ordering::Equal => parts.remove(0),
        Ordering::Greater => several(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(column: &str) -> Cond {
        Cond::Missing(column.to_owned())
    }

    #[test]
    fn what_says_nothing_more_is_left_out() {
        let (a, b) = (Cond::text("k", "a"), Cond::text("k", "b"));
        assert_eq!(Cond::all([]), Cond::Always);
        assert_eq!(Cond::any([]), Cond::Never);
        assert_eq!(Cond::all([a.clone(), Cond::there("k"), a.clone()]), a);
        assert_eq!(Cond::any([a.clone(), Cond::there("k")]), Cond::there("k"));
        assert_eq!(Cond::any([a.clone(), missing("k"), Cond::there("k")]), Cond::Always);
        assert_eq!(Cond::any([a.clone(), missing("k")]), Cond::Any(vec![a.clone(), missing("k")]));
        assert_eq!(Cond::all([a.clone(), Cond::Never]), Cond::Never);
        assert_eq!(Cond::any([a, b]), Cond::one_of("k", vec![Lit::Text("a".into()), Lit::Text("b".into())]));
    }
}
