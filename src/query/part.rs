//! What can be told of a trace from a part of it.

use super::ast::{Aggregate, Expr, Function, Measure, Op, Predicate, SpanExpr, Test};
use super::field::{Field, Intrinsic};

impl Expr {
    /// Whether a trace that satisfies this may cease to, when more of its spans are known: what is counted goes up, and so does
    /// the time from its earliest start to its latest end.
    pub fn is_refutable(&self) -> bool {
        match self {
            Self::Select(selector) => refutable(selector, false),
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::is_refutable),
            Self::Structure { first, rest } => first.is_refutable() || rest.iter().any(|(_, right)| right.is_refutable()),
            Self::Pipe(inner, aggregates) => inner.is_refutable() || aggregates.iter().any(|aggregate| !aggregate.only_grows()),
        }
    }

    /// Whether one span decides it, whatever else there is of its trace.
    pub fn is_of_one_span(&self) -> bool {
        let Self::Select(selector) = self else { return false };
        let mut of_one = true;
        selector.each_predicate(&mut |predicate| of_one &= !of_trace(predicate));
        of_one
    }

    /// A question to the spans that this finds: those that do not satisfy `every`. `None` where `every` is not about one span, or this
    /// finds spans of more than one selector.
    pub fn without(&self, every: &Self) -> Option<Self> {
        let Self::Select(every) = every else { return None };
        let but = |selector: &SpanExpr| match selector {
            SpanExpr::Any => every.clone().negated(),
            selector => SpanExpr::all([selector.clone(), every.clone().negated()]),
        };
        match self {
            Self::Select(selector) => Some(Self::Select(but(selector))),
            Self::Structure { first, rest } => {
                let (last, before) = rest.split_last()?;
                let (relation, Self::Select(selector)) = last else { return None };
                let last = (*relation, Self::Select(but(selector)));
                Some(Self::Structure { first: first.clone(), rest: before.iter().cloned().chain([last]).collect() })
            }
            Self::And(_) | Self::Or(_) | Self::Pipe(..) => None,
        }
    }

    /// A question about one span that every trace satisfies which satisfies this, in whatever part of it that span is. `None`
    /// where there is none.
    pub fn anchor(&self) -> Option<Self> {
        first(&self.weaken(&|predicate| !of_trace(predicate)).expr?)
    }
}

/// Of what [`Expr::weaken`] leaves: one of those that must all hold is enough, of those of which one must hold none may be missing.
fn first(expr: &Expr) -> Option<Expr> {
    match expr {
        Expr::And(parts) => parts.iter().find_map(first),
        Expr::Or(parts) => Some(Expr::any(parts.iter().map(first).collect::<Option<Vec<_>>>()?)),
        Expr::Select(_) => Some(expr.clone()),
        Expr::Structure { .. } | Expr::Pipe(..) => None,
    }
}

/// Whether its value comes from the whole trace.
fn of_trace(predicate: &Predicate) -> bool {
    let Field::Intrinsic(intrinsic) = &predicate.field else { return false };
    matches!(intrinsic, Intrinsic::TraceDuration | Intrinsic::RootName | Intrinsic::RootServiceName)
}

fn refutable(expr: &SpanExpr, opposite: bool) -> bool {
    match expr {
        SpanExpr::Any => false,
        SpanExpr::Not(inner) => refutable(inner, !opposite),
        SpanExpr::And(parts) | SpanExpr::Or(parts) => parts.iter().any(|part| refutable(part, opposite)),
        SpanExpr::Is(predicate) => {
            let longer = matches!(predicate.test, Test::Compare(Op::Gt | Op::Ge, _));
            let grows = predicate.field == Field::Intrinsic(Intrinsic::TraceDuration) && longer && !opposite;
            of_trace(predicate) && !grows
        }
    }
}

impl Aggregate {
    /// Whether more spans can only make it hold.
    fn only_grows(&self) -> bool {
        match self.measure {
            Measure::Count => matches!(self.op, Op::Gt | Op::Ge),
            Measure::Of(Function::Max, _) => matches!(self.op, Op::Gt | Op::Ge),
            Measure::Of(Function::Min, _) => matches!(self.op, Op::Lt | Op::Le),
            Measure::Of(..) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Trace;
    use crate::query::arbitrary::{any_expr, any_trace};
    use proptest::prelude::*;

    fn expr(source: &str) -> Expr {
        source.parse().unwrap()
    }

    #[test]
    fn bounds_from_above_are_refuted_by_more_spans_and_bounds_from_below_are_not() {
        for source in [
            "traceDuration < 1s",
            "{ } | count() < 5",
            "rootName = a",
            "{ not traceDuration > 1s }",
            "{ } | avg(duration) > 1s",
        ] {
            assert!(expr(source).is_refutable(), "{source}");
        }
        for source in
            ["traceDuration > 1s", "{ } | count() >= 5", "name != a", "{ a = 1 } >> { b = 2 }", "{ } | max(duration) > 1s"]
        {
            assert!(!expr(source).is_refutable(), "{source}");
        }
    }

    #[test]
    fn those_without_are_found_as_the_others_are() {
        let without = |source: &str| expr(source).without(&expr("duration < 1s")).map(|expr| expr.to_string());
        assert_eq!(without("service = web").as_deref(), Some("service = \"web\" and not duration < 1s"));
        assert_eq!(without("{ }").as_deref(), Some("not duration < 1s"));
        assert_eq!(without("{ a = 1 } > { b = 2 }").as_deref(), Some("{ a = 1 } > { b = 2 and not duration < 1s }"));
        assert_eq!(without("{ a = 1 } and { b = 2 }"), None);
        assert_eq!(expr("a = 1").without(&expr("{ a = 1 } > { b = 2 }")), None);
    }

    #[test]
    fn an_anchor_is_about_one_span() {
        let anchor = |source: &str| expr(source).anchor().map(|anchor| anchor.to_string());
        assert_eq!(anchor("{ a = 1 } >> { b = 2 }").as_deref(), Some("a = 1"));
        assert_eq!(anchor("{ a = 1 } or { b = 2 } | count() > 3").as_deref(), Some("{ a = 1 } or { b = 2 }"));
        assert_eq!(anchor("traceDuration > 1s and name = x").as_deref(), Some("name = \"x\""));
        assert_eq!(anchor("{ a = 1 } | count() < 3"), None);
    }

    proptest! {
        #[test]
        fn what_is_not_refutable_stays_true_when_spans_come(filter in any_expr(), trace in any_trace(), keep in any::<u64>()) {
            let part: Vec<_> = trace.spans().iter().enumerate().filter(|(n, _)| keep >> (n % 64) & 1 == 1).map(|(_, s)| s.clone()).collect();
            if let Some(part) = Trace::assemble(trace.id().clone(), part)
                && !filter.is_refutable()
                && filter.matches(&part).is_some()
            {
                prop_assert!(filter.matches(&trace).is_some());
            }
        }

        #[test]
        fn a_trace_that_matches_has_a_span_that_satisfies_the_anchor(filter in any_expr(), trace in any_trace()) {
            if filter.matches(&trace).is_some() && let Some(anchor) = filter.anchor() {
                let alone = |span: &crate::model::Span| {
                    Trace::assemble(trace.id().clone(), vec![span.clone()]).is_some_and(|one| anchor.matches(&one).is_some())
                };
                prop_assert!(trace.spans().iter().any(alone));
            }
        }
    }
}
