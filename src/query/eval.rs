//! Whether a trace answers the question, and by which spans.

use std::cell::OnceCell;

use crate::model::Trace;

use super::ast::{Expr, SpanExpr};
use super::compare::Context;
use super::tree::Tree;

/// A trace satisfies an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// Indexes into [`Trace::spans`] of the spans by which it does, ascending. Of `>>`, `>` and `~` those on the right; of `and`
    /// those of all sides; of an aggregate those that it was computed of – none, where it is the absence that holds.
    pub spans: Vec<usize>,
}

impl Expr {
    /// The spans by which a trace satisfies this, or `None` where it does not. Costs at most one pass over the spans for each
    /// comparison and each relation, and one more where `traceDuration`, `rootName` or `rootServiceName` is asked for.
    pub fn matches(&self, trace: &Trace) -> Option<Matched> {
        let outcome = Evaluation::new(trace).outcome(self);
        outcome.holds.then(|| Matched { spans: indexes(&outcome.spans).collect() })
    }
}

impl SpanExpr {
    /// Indexes into [`Trace::spans`] of the spans that satisfy this, ascending.
    pub fn select(&self, trace: &Trace) -> Vec<usize> {
        indexes(&Evaluation::new(trace).select(self)).collect()
    }
}

fn indexes(spans: &[bool]) -> impl Iterator<Item = usize> {
    spans.iter().enumerate().filter(|(_, there)| **there).map(|(at, _)| at)
}

/// A trace that expressions are evaluated on, with what was found out about it on the way.
pub(super) struct Evaluation<'a> {
    context: Context<'a>,
    tree: OnceCell<Tree>,
}

/// Whether an expression holds, and of which spans. Where it does not hold, of none.
pub(super) struct Outcome {
    pub(super) holds: bool,
    pub(super) spans: Vec<bool>,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(trace: &'a Trace) -> Self {
        Self { context: Context::new(trace), tree: OnceCell::new() }
    }

    pub(super) fn tree(&self) -> &Tree {
        self.tree.get_or_init(|| Tree::new(self.context.trace.spans()))
    }

    fn select(&self, selector: &SpanExpr) -> Vec<bool> {
        self.context.trace.spans().iter().map(|span| selector.holds(span, &self.context)).collect()
    }

    pub(super) fn outcome(&self, expr: &Expr) -> Outcome {
        match expr {
            Expr::Select(selector) => of_spans(self.select(selector)),
            Expr::And(parts) => {
                let mut all = self.nothing(true);
                for part in parts {
                    let outcome = self.outcome(part);
                    if !outcome.holds {
                        return self.nothing(false);
                    }
                    unite(&mut all.spans, &outcome.spans);
                }
                all
            }
            Expr::Or(parts) => {
                let mut any = self.nothing(false);
                for part in parts {
                    let outcome = self.outcome(part);
                    any.holds |= outcome.holds;
                    unite(&mut any.spans, &outcome.spans);
                }
                any
            }
            Expr::Structure { first, rest } => {
                let mut left = self.outcome(first).spans;
                for (relation, right) in rest {
                    let right = self.outcome(right).spans;
                    left = self.tree().related(*relation, &left, &right);
                }
                of_spans(left)
            }
            Expr::Pipe(inner, aggregates) => {
                let spans = self.outcome(inner).spans;
                let all = self.context.trace.spans();
                let holds = aggregates.iter().all(|aggregate| {
                    let chosen = indexes(&spans).map(|at| &all[at]);
                    aggregate.holds(chosen, &self.context)
                });
                if holds { Outcome { holds, spans } } else { self.nothing(false) }
            }
        }
    }

    fn nothing(&self, holds: bool) -> Outcome {
        Outcome { holds, spans: vec![false; self.context.trace.spans().len()] }
    }
}

fn of_spans(spans: Vec<bool>) -> Outcome {
    Outcome { holds: spans.contains(&true), spans }
}

pub(super) fn unite(all: &mut [bool], more: &[bool]) {
    for (there, more) in all.iter_mut().zip(more) {
        *there |= more;
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::model::{Attributes, Span, Value};
    use crate::query::arbitrary::{any_expr, any_trace, checkout, span, trace};
    use proptest::prelude::*;

    /// Names of the spans of the checkout by which it satisfies an expression.
    fn names(source: &str) -> Option<Vec<String>> {
        let (trace, expr) = (checkout(), source.parse::<Expr>().unwrap_or_else(|error| panic!("{error}")));
        let matched = expr.matches(&trace)?;
        Some(matched.spans.into_iter().map(|at| trace.spans()[at].name.clone()).collect())
    }

    fn table(sources: &[&str]) -> String {
        let mut text = String::new();
        for source in sources {
            let names = names(source).map_or("-".to_owned(), |names| format!("[{}]", names.join(", ")));
            let _ = writeln!(text, "{source}: {names}");
        }
        text
    }

    /// Whether a span that has only this attribute satisfies an expression.
    fn with(value: impl Into<Value>, source: &str) -> bool {
        let attributes: Attributes = [("a", value.into())].into_iter().collect();
        let trace = trace(vec![Span { attributes, ..span(1, 0, "web", "op", (0, 1)) }]);
        source.parse::<Expr>().unwrap().matches(&trace).is_some()
    }

    #[test]
    fn a_selector_finds_the_spans_that_satisfy_all_of_it() {
        insta::assert_snapshot!(table(&[
            "service = web",
            "service = web and status = error",
            "not service = web",
            "name =~ \"[A-Z]+ /.*\" and duration > 60ms",
            "duration >= 60ms",
            "root",
            "kind = server and not root",
            "statusMessage contains thrott",
            "{ }",
            "false",
        ]), @"
        service = web: [POST /checkout, POST /pay]
        service = web and status = error: [POST /checkout]
        not service = web: [charge, SELECT cards, GET session]
        name =~ \"[A-Z]+ /.*\" and duration > 60ms: [POST /checkout]
        duration >= 60ms: [POST /checkout, POST /pay]
        root: [POST /checkout]
        kind = server and not root: [charge]
        statusMessage contains thrott: [POST /checkout, SELECT cards]
        { }: [POST /checkout, POST /pay, charge, SELECT cards, GET session]
        false: -
        ");
    }

    #[test]
    fn what_belongs_to_the_trace_is_the_same_for_all_its_spans() {
        insta::assert_snapshot!(table(&[
            "service = web and traceDuration = 100ms",
            "status = error and rootName = \"POST /checkout\" and rootServiceName = web",
            "root and trace:id = 1-5759e988-bd862e3fe1be46a994272793",
            "root and trace:id starts-with 1-5759",
            "span:id = \"0000000000000004\"",
            "span:parentID = \"0000000000000001\"",
        ]), @r#"
        service = web and traceDuration = 100ms: [POST /checkout, POST /pay]
        status = error and rootName = "POST /checkout" and rootServiceName = web: [POST /checkout, SELECT cards]
        root and trace:id = 1-5759e988-bd862e3fe1be46a994272793: [POST /checkout]
        root and trace:id starts-with 1-5759: -
        span:id = "0000000000000004": [SELECT cards]
        span:parentID = "0000000000000001": [POST /pay]
        "#);
    }

    #[test]
    fn attributes_are_found_by_old_and_new_names_and_in_all_places() {
        insta::assert_snapshot!(table(&[
            "http.status_code >= 500",
            "http.response.status_code = 500",
            "span.http.status_code =~ 5..",
            "resource.http.status_code exists",
            "db.system.name in (redis, dynamodb)",
            "exception.type = Throttled",
            "event.exception.type = Throttled and event:name = exception",
            "span.exception.type exists",
            "tags = y",
            "k exists",
        ]), @"
        http.status_code >= 500: [POST /checkout]
        http.response.status_code = 500: [POST /checkout]
        span.http.status_code =~ 5..: [POST /checkout]
        resource.http.status_code exists: -
        db.system.name in (redis, dynamodb): [SELECT cards, GET session]
        exception.type = Throttled: [SELECT cards]
        event.exception.type = Throttled and event:name = exception: [SELECT cards]
        span.exception.type exists: -
        tags = y: [POST /checkout]
        k exists: -
        ");
    }

    #[test]
    fn structure_selects_what_is_on_the_right() {
        insta::assert_snapshot!(table(&[
            "{ service = web } >> { db.system exists and status = error }",
            "{ root } > { }",
            "{ root } > { } > { } > { }",
            "{ name = \"SELECT cards\" } ~ { }",
            "{ db.system exists } ~ { db.system exists }",
            "{ root } ~ { }",
            "{ service = pay } >> { service = web }",
            "{ root } and { db.system = redis }",
            "{ name = nothing } or { db.system = redis }",
            "{ name = nothing } and { db.system = redis }",
            "({ root } >> { db.system exists }) and { kind = server }",
        ]), @r#"
        { service = web } >> { db.system exists and status = error }: [SELECT cards]
        { root } > { }: [POST /pay]
        { root } > { } > { } > { }: [SELECT cards, GET session]
        { name = "SELECT cards" } ~ { }: [GET session]
        { db.system exists } ~ { db.system exists }: [SELECT cards, GET session]
        { root } ~ { }: -
        { service = pay } >> { service = web }: -
        { root } and { db.system = redis }: [POST /checkout, GET session]
        { name = nothing } or { db.system = redis }: [GET session]
        { name = nothing } and { db.system = redis }: -
        ({ root } >> { db.system exists }) and { kind = server }: [POST /checkout, charge, SELECT cards, GET session]
        "#);
    }

    #[test]
    fn aggregates_are_about_the_spans_on_their_left_and_about_none_too() {
        insta::assert_snapshot!(table(&[
            "{ service = pay } | count() = 3",
            "{ service = pay } | count() > 3",
            "{ service = pay } | avg(duration) = 24ms | max(duration) > 49ms",
            "{ service = pay } | p50(duration) = 20ms",
            "{ } | sum(duration) > 230ms",
            "{ } | avg(retries) = 3",
            "{ service = web } | avg(retries) = 3",
            "{ name = nothing } | count() = 0",
            "({ name = nothing } | count() = 0) and { root }",
        ]), @"
        { service = pay } | count() = 3: [charge, SELECT cards, GET session]
        { service = pay } | count() > 3: -
        { service = pay } | avg(duration) = 24ms | max(duration) > 49ms: [charge, SELECT cards, GET session]
        { service = pay } | p50(duration) = 20ms: [charge, SELECT cards, GET session]
        { } | sum(duration) > 230ms: [POST /checkout, POST /pay, charge, SELECT cards, GET session]
        { } | avg(retries) = 3: [POST /checkout, POST /pay, charge, SELECT cards, GET session]
        { service = web } | avg(retries) = 3: -
        { name = nothing } | count() = 0: []
        ({ name = nothing } | count() = 0) and { root }: [POST /checkout]
        ");
    }

    #[test]
    fn numbers_that_were_sent_as_text_are_numbers() {
        for source in ["a = 500", "a >= 499.5", "a < 1000", "a = \"500\"", "a in (1, 500)", "a =~ \"5..\"", "a starts-with 5"] {
            assert!(with("500", source) && with(500_i64, source) && with(500.0, source), "{source}");
        }
        assert!(with("1.5s", "a > 1s") && !with(5_i64, "a > 1s"), "a number has no unit");
        assert!(with(true, "a = true") && with("True", "a = true") && with(true, "a = \"true\""));
        assert!(!with("x", "a = 500") && !with("x", "a < 500") && with("x", "a != 500"));
    }

    #[test]
    fn what_is_absent_satisfies_no_comparison_but_its_negation() {
        for source in ["b = 1", "b != 1", "b !~ x", "b not in (1)", "b < 1", "b contains x", "b exists", "a = nil"] {
            assert!(!with(1_i64, source), "{source}");
        }
        for source in ["not b = 1", "not b exists", "b = nil", "not b != 1"] {
            assert!(with(1_i64, source), "{source}");
        }
        assert!(!with(Value::Empty, "a exists"), "a null is no value");
    }

    #[test]
    fn of_an_array_one_element_must_satisfy_and_for_a_negation_none_may() {
        let list = || Value::Array(vec!["x".into(), Value::Int(2)]);
        for source in ["a = x", "a = 2", "a > 1", "a =~ x", "a != y", "a exists"] {
            assert!(with(list(), source), "{source}");
        }
        assert!(!with(list(), "a != x") && !with(list(), "a not in (2, 3)"));
        assert!(with(Value::Array(vec![]), "a exists and a != x"));
    }

    #[test]
    fn a_span_that_is_still_running_has_no_duration() {
        let running = trace(vec![Span { end: None, ..span(1, 0, "web", "op", (0, 1)) }]);
        let holds = |source: &str| source.parse::<Expr>().unwrap().matches(&running).is_some();
        assert!(!holds("duration >= 0s") && !holds("duration < 1s") && holds("duration = nil"));
    }

    proptest! {
        #[test]
        fn an_expression_and_its_print_agree_about_every_trace(expr in any_expr(), trace in any_trace()) {
            let printed: Expr = expr.to_string().parse().unwrap();
            prop_assert_eq!(printed.matches(&trace), expr.matches(&trace));
        }

        #[test]
        fn near_misses_miss(expr in any_expr(), trace in any_trace(), most in 0_usize..4) {
            let misses = expr.nearest(&trace, most);
            prop_assert!(misses.len() <= most);
            for miss in misses {
                prop_assert!(miss.satisfied < miss.total && miss.failed.len() == miss.total - miss.satisfied);
            }
        }
    }
}
