//! Where nothing matched: which spans came closest, and what they had instead.

use crate::model::{Span, Trace};

use super::ast::{Expr, Op, Predicate, SpanExpr, Test};
use super::compare::{Context, Found, any_value};
use super::duration::write_duration;
use super::literal::Literal;

/// A span that satisfies part of what was wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct NearMiss {
    /// Index into [`Trace::spans`].
    pub span: usize,
    /// How many of the conditions it satisfies.
    pub satisfied: usize,
    /// How many conditions there are.
    pub total: usize,
    /// How alike its texts are to the wanted ones: 1 for each that is equal. Tells the nearest apart that satisfy as many.
    pub likeness: f64,
    /// Those that it does not satisfy.
    pub failed: Vec<Failed>,
}

/// A condition that a span does not satisfy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The condition, as it is printed.
    pub wanted: String,
    /// What the span has instead, several values with commas between them; `None` where it has none, or where the condition is
    /// more than one comparison. As received: not escaped for any medium.
    pub actual: Option<String>,
}

/// Text beyond this many characters plays no part in how close a span is.
const COMPARED: usize = 48;

impl Expr {
    /// At most `most` spans that came closest to satisfying the first selector that no span satisfies: those that satisfy the
    /// most of the conditions joined by `and`, of equal ones those whose texts are more like the wanted ones, then the earlier.
    /// None where each selector has its spans, and it is their relation or their number that does not hold.
    pub fn nearest(&self, trace: &Trace, most: usize) -> Vec<NearMiss> {
        let context = Context::new(trace);
        let mut unsatisfied = None;
        self.each_selector(&mut |selector| {
            if unsatisfied.is_none() && !trace.spans().iter().any(|span| selector.holds(span, &context)) {
                unsatisfied = Some(selector);
            }
        });
        unsatisfied.map_or_else(Vec::new, |selector| nearest(selector.conjuncts(), &context, most))
    }
}

fn nearest(wanted: &[SpanExpr], context: &Context<'_>, most: usize) -> Vec<NearMiss> {
    let spans = context.trace.spans();
    let satisfied = |span: &Span| wanted.iter().filter(|part| part.holds(span, context)).count();
    let mut ranked: Vec<_> = spans.iter().enumerate().map(|(at, span)| (satisfied(span), at)).collect();
    // Likeness is expensive: only the spans that share the last satisfying count can win by it.
    ranked.sort_by_key(|&(satisfied, at)| (std::cmp::Reverse(satisfied), at));
    let least = most.checked_sub(1).and_then(|last| ranked.get(last)).map_or(0, |&(satisfied, _)| satisfied);
    ranked.retain(|&(satisfied, _)| satisfied >= least);
    let mut ranked: Vec<_> = ranked.into_iter().map(|(n, at)| (n, likeness(wanted, &spans[at], context), at)).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    ranked.truncate(most);
    let miss = |(satisfied, likeness, at): (usize, f64, usize)| {
        let failed = wanted.iter().filter(|part| !part.holds(&spans[at], context));
        NearMiss {
            span: at,
            satisfied,
            total: wanted.len(),
            likeness,
            failed: failed.map(|part| failure(part, &spans[at], context)).collect(),
        }
    };
    ranked.into_iter().map(miss).collect()
}

/// How alike the wanted and the actual texts are, added up; 1 for each that is equal.
fn likeness(wanted: &[SpanExpr], span: &Span, context: &Context<'_>) -> f64 {
    let one = |part: &SpanExpr| match part {
        SpanExpr::Is(Predicate { field, test: Test::Compare(Op::Eq, Literal::Text(wanted)) }) => {
            let mut best = 0.0_f64;
            any_value(field, span, context, &mut |found| {
                let clip = |text: &str| text.chars().take(COMPARED).collect::<String>();
                best = best.max(strsim::normalized_levenshtein(&clip(&written(found)), &clip(wanted)));
                false
            });
            best
        }
        _ => 0.0,
    };
    wanted.iter().map(one).sum()
}

fn failure(part: &SpanExpr, span: &Span, context: &Context<'_>) -> Failed {
    let predicate = match part {
        SpanExpr::Is(predicate) => Some(predicate),
        SpanExpr::Not(inner) => match &**inner {
            SpanExpr::Is(predicate) => Some(predicate),
            _ => None,
        },
        _ => None,
    };
    let actual = predicate.and_then(|predicate| {
        let mut values = Vec::new();
        any_value(&predicate.field, span, context, &mut |found| {
            values.push(written(found));
            false
        });
        (!values.is_empty()).then(|| values.join(", "))
    });
    let wanted = match part {
        SpanExpr::Or(_) => format!("({part})"),
        _ => part.to_string(),
    };
    Failed { wanted, actual }
}

/// A value as a person would write it.
fn written(found: Found<'_>) -> String {
    match found {
        Found::Text(text) => text.to_owned(),
        Found::Value(value) => value.to_string(),
        Found::Bool(yes) => yes.to_string(),
        Found::Status(status) => status.name().to_owned(),
        Found::Kind(kind) => kind.name().to_owned(),
        Found::TraceId(id) => id.to_string(),
        Found::SpanId(id) => id.to_string(),
        Found::Nanos(nanos) => {
            let mut text = String::new();
            // Writing to a string does not fail.
            let _ = write_duration(nanos, &mut text);
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::query::arbitrary::checkout;

    fn misses(source: &str, most: usize) -> String {
        let trace = checkout();
        let expr: Expr = source.parse().unwrap();
        let mut text = String::new();
        for miss in expr.nearest(&trace, most) {
            let name = &trace.spans()[miss.span].name;
            let _ = write!(text, "{name} {}/{}:", miss.satisfied, miss.total);
            for failed in miss.failed {
                let _ = write!(text, " {} is {};", failed.wanted, failed.actual.as_deref().unwrap_or("absent"));
            }
            text.push('\n');
        }
        text
    }

    #[test]
    fn the_span_that_satisfies_most_comes_first_and_says_what_it_has_instead() {
        insta::assert_snapshot!(misses("service = web and kind = server and duration > 1m and http.status_code = 200", 2), @"
        POST /checkout 2/4: duration > 1m is 100ms; http.status_code = 200 is 500;
        POST /pay 1/4: kind = server is client; duration > 1m is 60ms; http.status_code = 200 is absent;
        ");
    }

    #[test]
    fn of_equal_ones_the_more_alike_comes_first() {
        insta::assert_snapshot!(misses("name = \"SELECT card\"", 1), @r#"SELECT cards 0/1: name = "SELECT card" is SELECT cards;"#);
    }

    #[test]
    fn the_first_selector_without_spans_is_explained() {
        insta::assert_snapshot!(misses("{ service = web } >> { service = pay and status = ok }", 1), @"charge 1/2: status = ok is unset;");
        assert_eq!(
            misses("{ service = pay } >> { service = web }", 3),
            "",
            "both are there: it is the relation that does not hold"
        );
    }

    #[test]
    fn asking_for_none_gives_none() {
        assert_eq!(misses("name = nothing", 0), "");
    }
}
