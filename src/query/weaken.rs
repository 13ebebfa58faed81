//! What can be asked of a backend that understands only some comparisons.

use super::ast::{Aggregate, Expr, Measure, Op, Predicate, SpanExpr, Test};
use super::field::{Field, Type};
use super::literal::{Literal, Number};

/// The part of a question that a backend can answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Weakened {
    /// Satisfied by every trace that satisfies the whole question; `None` where nothing is left to ask.
    ///
    /// Made of selectors, `and` and `or` alone: no structure, no aggregates, and within the selectors no `not`.
    pub expr: Option<Expr>,
    /// Whether it is satisfied by no other trace either, so that there is nothing to check again.
    pub exact: bool,
}

/// A weakened part. `None` is what always holds.
type Part<T> = (Option<T>, bool);

impl Expr {
    /// The strongest question that this implies and that is made only of comparisons for which `can` is true.
    ///
    /// A negation is rewritten into comparisons that mean the same, and those are asked about too: `not (a = 1)` into `a != 1 or
    /// a = nil`. Where there are none, as for `contains`, it is given up. So `can` must say yes only to what the backend answers
    /// *of one span*, for every name of an attribute ([`Attribute::names`](super::Attribute::names)), and, where the value may
    /// come from others ([`Attribute::derived_from`](super::Attribute::derived_from)), for those. A backend that
    /// finds too much makes `exact` wrong and nothing else; one that finds too little loses traces.
    pub fn weaken(&self, can: &dyn Fn(&Predicate) -> bool) -> Weakened {
        let (expr, exact) = trace(self, can);
        Weakened { expr, exact }
    }
}

fn trace(expr: &Expr, can: &dyn Fn(&Predicate) -> bool) -> Part<Expr> {
    match expr {
        Expr::Select(selector) => {
            let (selector, exact) = span(selector, false, can);
            (selector.map(Expr::Select), exact)
        }
        Expr::And(parts) => every(parts, Expr::all, |part| trace(part, can)),
        Expr::Or(parts) => either(parts, Expr::any, |part| trace(part, can)),
        Expr::Structure { first, rest } => {
            let operands: Vec<_> = std::iter::once(&**first).chain(rest.iter().map(|(_, right)| right)).collect();
            let (expr, _) = every(&operands, Expr::all, |operand| trace(operand, can));
            (expr, false)
        }
        Expr::Pipe(inner, aggregates) => {
            // Where the aggregates hold of no spans as well, they do not require any.
            if aggregates.iter().all(Aggregate::holds_of_none) {
                return (None, false);
            }
            let Expr::Select(selector) = &**inner else { return (trace(inner, can).0, false) };
            let alone = trace(inner, can);
            let exact = alone.1 && aggregates.iter().all(Aggregate::wants_only_some);
            let with_values = aggregates.iter().filter_map(|aggregate| {
                let (field, op) = aggregate.of_some_span()?;
                let some = SpanExpr::Is(Predicate::compare(field.clone(), op, aggregate.value.clone()));
                let (some, _) = span(&SpanExpr::all([selector.clone(), some]), false, can);
                some.map(Expr::Select)
            });
            let stronger: Vec<_> = with_values.collect();
            if stronger.is_empty() { (alone.0, exact) } else { (Some(Expr::all(stronger)), false) }
        }
    }
}

/// What is implied by the selector, or by its opposite.
fn span(expr: &SpanExpr, opposite: bool, can: &dyn Fn(&Predicate) -> bool) -> Part<SpanExpr> {
    match expr {
        SpanExpr::Any => (None, !opposite),
        SpanExpr::Not(inner) => span(inner, !opposite, can),
        SpanExpr::And(parts) if opposite => either(parts, SpanExpr::any, |part| span(part, true, can)),
        SpanExpr::Or(parts) if opposite => every(parts, SpanExpr::all, |part| span(part, true, can)),
        SpanExpr::And(parts) => every(parts, SpanExpr::all, |part| span(part, false, can)),
        SpanExpr::Or(parts) => either(parts, SpanExpr::any, |part| span(part, false, can)),
        SpanExpr::Is(predicate) if opposite => match predicate.opposite() {
            Some(predicates) if predicates.iter().all(can) => {
                (Some(SpanExpr::any(predicates.into_iter().map(SpanExpr::Is))), true)
            }
            _ => (None, false),
        },
        SpanExpr::Is(predicate) if can(predicate) => (Some(SpanExpr::Is(predicate.clone())), true),
        SpanExpr::Is(_) => (None, false),
    }
}

/// All that is left of the parts.
fn every<P, T>(parts: &[P], all: impl FnOnce(Vec<T>) -> T, weaken: impl Fn(&P) -> Part<T>) -> Part<T> {
    let mut exact = true;
    let mut kept = Vec::new();
    for part in parts {
        let (part, is_exact) = weaken(part);
        exact &= is_exact;
        kept.extend(part);
    }
    ((!kept.is_empty()).then(|| all(kept)), exact)
}

/// One of the parts, if something is left of each.
fn either<P, T>(parts: &[P], any: impl FnOnce(Vec<T>) -> T, weaken: impl Fn(&P) -> Part<T>) -> Part<T> {
    let mut exact = true;
    let mut kept = Vec::new();
    for part in parts {
        let (part, is_exact) = weaken(part);
        exact &= is_exact;
        match part {
            Some(part) => kept.push(part),
            // Something that always holds makes the rest of no account.
            None => return (None, is_exact),
        }
    }
    if kept.is_empty() { (None, false) } else { (Some(any(kept)), exact) }
}

impl Aggregate {
    /// Whether it says no more than that there is a span.
    fn wants_only_some(&self) -> bool {
        let Literal::Number(Number::Int(than)) = self.value else { return false };
        self.measure == Measure::Count && matches!((self.op, than), (Op::Gt | Op::Ne, 0) | (Op::Ge, 1))
    }
}

impl Predicate {
    /// Comparisons of which one holds exactly where this one does not; `None` where there are no such.
    fn opposite(&self) -> Option<Vec<Self>> {
        let with = |test| Self { field: self.field.clone(), test };
        let test = match &self.test {
            Test::Exists => return Some(vec![with(Test::Missing)]),
            Test::Missing => return Some(vec![with(Test::Exists)]),
            Test::Compare(Op::Eq, value) => Test::Compare(Op::Ne, value.clone()),
            Test::Compare(Op::Ne, value) => Test::Compare(Op::Eq, value.clone()),
            // An attribute may have several values, or one that has no order with this one: then neither holds.
            Test::Compare(op, value) if self.is_ordered() => Test::Compare(op.opposite(), value.clone()),
            Test::In(values) => Test::NotIn(values.clone()),
            Test::NotIn(values) => Test::In(values.clone()),
            Test::Matches(pattern) => Test::NotMatches(pattern.clone()),
            Test::NotMatches(pattern) => Test::Matches(pattern.clone()),
            _ => return None,
        };
        let always_there = matches!(self.field, Field::Intrinsic(intrinsic) if intrinsic.always_there());
        let mut opposite = vec![with(test)];
        if !always_there {
            opposite.push(with(Test::Missing));
        }
        Some(opposite)
    }

    /// Whether every value of the field is before, after or equal to the literal, and a span has at most one.
    fn is_ordered(&self) -> bool {
        self.field.value_type() == Type::Duration && matches!(self.test, Test::Compare(_, Literal::Duration(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::arbitrary::{any_aggregate, any_expr, any_predicate, any_trace};
    use proptest::prelude::*;

    fn weakened(source: &str, can: &dyn Fn(&Predicate) -> bool) -> String {
        let Weakened { expr, exact } = source.parse::<Expr>().unwrap().weaken(can);
        let expr = expr.map_or("everything".to_owned(), |expr| expr.to_string());
        format!("{expr}{}", if exact { ", exactly" } else { "" })
    }

    /// A backend that knows no regular expressions and no attribute `x`.
    fn simple(predicate: &Predicate) -> bool {
        let x = Field::attribute(super::super::Scope::Any, "x");
        !matches!(predicate.test, Test::Matches(_) | Test::NotMatches(_)) && predicate.field != x
    }

    #[test]
    fn of_a_conjunction_the_known_part_is_kept_and_of_a_disjunction_all_or_nothing() {
        let cases = [
            ("service = a and status = error", "service = \"a\" and status = error, exactly"),
            ("service = a and x = 1", "service = \"a\""),
            ("service = a or x = 1", "everything"),
            ("service = a and (x = 1 or x = 2)", "service = \"a\""),
            ("service = a or status = error and x = 1", "service = \"a\" or status = error"),
            ("true", "everything, exactly"),
            ("false", "everything"),
        ];
        for (source, expected) in cases {
            assert_eq!(weakened(source, &simple), expected, "{source}");
        }
    }

    #[test]
    fn a_negation_becomes_comparisons_that_mean_the_same_or_nothing() {
        let cases = [
            ("not y = 1", "y != 1 or y = nil, exactly"),
            ("not status = ok", "status != ok, exactly"),
            ("not (y = 1 or status = ok)", "(y != 1 or y = nil) and status != ok, exactly"),
            ("not duration > 1s", "duration <= 1s or duration = nil, exactly"),
            ("not y > 1", "everything"),
            ("not y contains \"a\"", "everything"),
            ("not not y contains \"a\"", "y contains \"a\", exactly"),
            ("not (y = 1 and x = 2)", "everything"),
        ];
        for (source, expected) in cases {
            assert_eq!(weakened(source, &simple), expected, "{source}");
        }
        let no_missing = |predicate: &Predicate| predicate.test != Test::Missing;
        assert_eq!(weakened("not y = 1", &no_missing), "everything");
    }

    #[test]
    fn structure_and_aggregates_leave_what_they_require_of_some_span() {
        let cases = [
            ("{ service = a } >> { x = 1 and status = error }", "{ service = \"a\" } and { status = error }"),
            ("{ name = a } | count() > 20", "name = \"a\""),
            ("{ name = a } | count() > 0", "name = \"a\", exactly"),
            ("{ name = a } | count() = 0", "everything"),
            ("{ name = a } | count() < 3", "everything"),
            ("{ name = a } | max(duration) > 1s", "name = \"a\" and duration > 1s"),
            ("{ name = a } | sum(duration) > 1s", "name = \"a\""),
            ("{ x = 1 } | avg(duration) > 1s | count() > 2", "duration > 1s"),
            ("{ } | avg(y) > 1", "everything"),
            ("{ } | min(y) > 1", "y > 1"),
            ("{ } | min(y) != 1", "everything"),
        ];
        for (source, expected) in cases {
            assert_eq!(weakened(source, &simple), expected, "{source}");
        }
    }

    proptest! {
        #[test]
        fn of_a_comparison_and_its_opposite_every_span_satisfies_one(predicate in any_predicate(), trace in any_trace()) {
            if let Some(opposite) = predicate.opposite() {
                let opposite = SpanExpr::any(opposite.into_iter().map(SpanExpr::Is));
                prop_assert_eq!(opposite.select(&trace), SpanExpr::Is(predicate).negated().select(&trace));
            }
        }

        #[test]
        fn where_an_aggregate_holds_some_span_satisfies_what_it_requires(aggregate in any_aggregate(), trace in any_trace()) {
            let piped = Expr::Select(SpanExpr::Any).piped(aggregate);
            if piped.matches(&trace).is_some() {
                let weakened = piped.weaken(&|_| true).expr;
                prop_assert!(weakened.is_none_or(|expr| expr.matches(&trace).is_some()), "{}", piped);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn what_satisfies_the_whole_satisfies_the_weaker_and_both_agree_where_it_is_exact(
            expr in any_expr(),
            trace in any_trace(),
            known in proptest::collection::vec(any::<bool>(), 64),
        ) {
            // An arbitrary backend: which comparisons it knows depends on nothing but their text.
            let can = |predicate: &Predicate| {
                let sum: usize = predicate.to_string().bytes().map(usize::from).sum();
                known[sum % known.len()]
            };
            let weakened = expr.weaken(&can);
            let whole = expr.matches(&trace).is_some();
            let weaker = weakened.expr.as_ref().is_none_or(|expr| expr.matches(&trace).is_some());
            prop_assert!(!whole || weaker, "{expr}\n=> {:?}", weakened.expr.map(|expr| expr.to_string()));
            if weakened.exact {
                prop_assert_eq!(whole, weaker, "{}", expr);
            }
            if let Some(weaker) = &weakened.expr {
                let mut asked = Vec::new();
                weaker.each_selector(&mut |selector| selector.each_predicate(&mut |predicate| asked.push(predicate)));
                prop_assert!(asked.into_iter().all(can));
                let flat = !matches!(weaker, Expr::Structure { .. } | Expr::Pipe(..));
                prop_assert!(flat);
            }
        }
    }
}
