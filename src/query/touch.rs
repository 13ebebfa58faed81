//! Which spans of a trace have a part in its satisfying an expression, on all sides of its relations.

use crate::model::Trace;

use super::ast::Expr;
use super::eval::{Evaluation, unite};

impl Expr {
    /// Whether each span of a trace, by its place in [`Trace::spans`], has a part in the trace's satisfying this. None has where it
    /// does not.
    ///
    /// These are the spans that [`Expr::matches`] finds, and of `>>`, `>` and `~` also those on the left to which one of them
    /// stands in that relation. Of what is joined within such an operand, only those spans. Costs as much as [`Expr::matches`], once
    /// more for each level at which relations stand within each other.
    pub fn touched(&self, trace: &Trace) -> Vec<bool> {
        let evaluation = Evaluation::new(trace);
        let outcome = evaluation.outcome(self);
        let mut touched = vec![false; trace.spans().len()];
        if outcome.holds {
            touch(&evaluation, self, &outcome.spans, &mut touched);
        }
        touched
    }
}

/// Adds what has a part in an expression by these of the spans that it finds. As deep as the parser lets expressions be.
fn touch(evaluation: &Evaluation<'_>, expr: &Expr, kept: &[bool], touched: &mut [bool]) {
    match expr {
        Expr::Select(_) => unite(touched, kept),
        Expr::And(parts) | Expr::Or(parts) => {
            for part in parts {
                touch(evaluation, part, &both(kept, &evaluation.outcome(part).spans), touched);
            }
        }
        Expr::Pipe(inner, _) => touch(evaluation, inner, kept, touched),
        Expr::Structure { first, rest } => {
            // What each operand finds together with all that are on its left.
            let mut found = vec![evaluation.outcome(first).spans];
            for (relation, right) in rest {
                let right = evaluation.outcome(right).spans;
                found.push(evaluation.tree().related(*relation, &found[found.len() - 1], &right));
            }
            // Back from the right: of those, what leads to a span that is kept.
            let mut kept = kept.to_vec();
            for (place, (relation, right)) in rest.iter().enumerate().rev() {
                touch(evaluation, right, &kept, touched);
                kept = evaluation.tree().relating(*relation, &found[place], &kept);
            }
            touch(evaluation, first, &kept, touched);
        }
    }
}

fn both(some: &[bool], others: &[bool]) -> Vec<bool> {
    some.iter().zip(others).map(|(some, other)| *some && *other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::arbitrary::{any_expr, any_trace, checkout, span, trace};
    use proptest::prelude::*;

    /// Names of the spans of the checkout that have a part in an expression.
    fn names(source: &str) -> String {
        let (trace, expr) = (checkout(), source.parse::<Expr>().unwrap());
        let touched = expr.touched(&trace);
        let names = trace.spans().iter().zip(touched).filter(|(_, touched)| *touched);
        names.map(|(span, _)| span.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn all_sides_of_a_relation_have_a_part_in_it() {
        for (source, expected) in [
            ("service = web", "POST /checkout, POST /pay"),
            ("{ service = web } >> { db.system = dynamodb }", "POST /checkout, POST /pay, SELECT cards"),
            ("{ service = web } > { service = pay }", "POST /pay, charge"),
            ("{ root } >> { kind = server } > { db.system exists }", "POST /checkout, charge, SELECT cards, GET session"),
            ("{ name = \"SELECT cards\" } ~ { }", "SELECT cards, GET session"),
            ("{ root } and { db.system = redis }", "POST /checkout, GET session"),
            ("{ service = web } > { } | count() = 2", "POST /checkout, POST /pay, charge"),
        ] {
            assert_eq!(names(source), expected, "{source}");
        }
    }

    #[test]
    fn what_leads_to_nothing_has_no_part() {
        // Both clients are found on the left, and only one has what is wanted below it.
        assert_eq!(names("{ kind = client } > { kind = server }"), "POST /pay, charge");
        assert_eq!(names("({ kind = client } or { root }) > { kind = server }"), "POST /pay, charge");
        assert_eq!(names("({ root } > { }) > { name = charge }"), "POST /checkout, POST /pay, charge");
        assert_eq!(names("{ service = web } > { name = nothing }"), "");
        assert_eq!(names("{ service = web } and { name = nothing }"), "");
        assert_eq!(names("{ name = nothing } | count() = 0"), "");
    }

    #[test]
    fn a_deep_chain_costs_one_pass() {
        let chain = trace((1..=10_000).map(|id| span(id, id - 1, "web", "op", (id, id + 1))).collect());
        let touched = "{ root } >> { } > { }".parse::<Expr>().unwrap().touched(&chain);
        assert!(touched.into_iter().all(|touched| touched));
    }

    proptest! {
        #[test]
        fn what_is_found_has_a_part_and_without_a_match_nothing_has(expr in any_expr(), trace in any_trace()) {
            let touched = expr.touched(&trace);
            match expr.matches(&trace) {
                Some(matched) => prop_assert!(matched.spans.iter().all(|at| touched[*at])),
                None => prop_assert!(!touched.contains(&true)),
            }
        }

        #[test]
        fn of_one_relation_both_sides_have_a_part_and_nothing_else(expr in any_expr(), trace in any_trace()) {
            if let Expr::Structure { first, rest } = &expr
                && let [(relation, right)] = rest.as_slice()
                && let (Expr::Select(left), Expr::Select(right)) = (&**first, right)
            {
                let (left, right) = (left.select(&trace), right.select(&trace));
                let touched = expr.touched(&trace);
                let set = |places: &[usize]| (0..touched.len()).map(|at| places.contains(&at)).collect::<Vec<_>>();
                let tree = super::super::tree::Tree::new(trace.spans());
                for (at, touched) in touched.iter().enumerate() {
                    let on_left = left.contains(&at) && tree.related(*relation, &set(&[at]), &set(&right)).contains(&true);
                    let on_right = tree.related(*relation, &set(&left), &set(&right))[at];
                    prop_assert_eq!(*touched, on_left || on_right);
                }
            }
        }
    }
}
