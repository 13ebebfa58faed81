//! What is asked, that it misses nothing, and that it can be read in one way only.

mod life;
mod oracle;
mod tables;

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::model::Trace;
use crate::query::arbitrary::any_expr;
use crate::query::{Field, Intrinsic, Literal, Number, Op, Scope};

use oracle::answers;

fn pushed(source: &str) -> Pushed {
    push(&source.parse::<Expr>().unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn numbers_that_only_code_can_make_do_no_harm() {
    for number in [Number::Double(f64::NAN), Number::Double(f64::INFINITY), Number::Double(-0.0), Number::Int(i64::MIN)] {
        let of = |key| SpanExpr::Is(Predicate::compare(Field::attribute(Scope::Any, key), Op::Eq, Literal::Number(number)));
        let root = SpanExpr::Is(Predicate::compare(Field::Intrinsic(Intrinsic::Root), Op::Eq, Literal::Bool(true)));
        for selector in [of("plan"), SpanExpr::all([root, of("http.status_code")])] {
            let Pushed { sound, likely, .. } = push(&Expr::Select(selector));
            for expression in [sound, likely].into_iter().flatten() {
                answers(&expression, &[]).unwrap_or_else(|error| panic!("{expression}: {error}"));
            }
        }
    }
}

#[test]
fn what_is_too_long_is_weakened_by_whole_conditions() {
    let names = |count: usize| (0..count).map(|at| format!("service-{at}")).collect::<Vec<_>>().join(", ");
    let whole = pushed(&format!("service in ({})", names(60)));
    assert!(whole.exact && whole.sound.is_some_and(|sound| sound.len() > 1000));
    let none = pushed(&format!("service in ({})", names(100)));
    assert_eq!((none.sound, none.likely, none.exact, none.residual.len()), (None, None, false, 1));
    let some = pushed(&format!("{{ service in ({}) }} and {{ plan = gold }} and {{ status = error }}", names(100)));
    assert_eq!((some.sound.as_deref(), some.likely), (Some("annotation.plan = \"gold\""), None));
    let conditions: Vec<_> = (0..200).map(|at| format!("{{ plan = \"gold-{at}\" }}")).collect();
    let Pushed { sound, exact, residual, .. } = pushed(&conditions.join(" and "));
    let sound = sound.unwrap();
    assert!((LIMIT - 40..=LIMIT).contains(&sound.len()) && sound.ends_with('"'), "{sound}");
    assert_eq!((exact, residual.len()), (false, 1));
    let text = "x".repeat(1001);
    assert_eq!(pushed(&format!("plan = {text}")).sound.as_deref(), Some("annotation.plan CONTAINS \"\""));
}

#[test]
fn a_deep_filter_is_asked_for_like_a_flat_one() {
    let deep = format!("{}service = a{}", "(".repeat(60), " and plan = gold)".repeat(60));
    assert_eq!(pushed(&deep).sound.as_deref(), Some("service(\"a\") AND annotation.plan = \"gold\""));
    let nested = format!("{}plan = gold{}", "(service = a or ".repeat(60), " and status = error)".repeat(60));
    assert_eq!(pushed(&nested).sound.as_deref(), Some("service(\"a\") OR annotation.plan = \"gold\""));
}

#[test]
fn expressions_are_put_together_in_parentheses() {
    assert_eq!(both(Some("a OR b"), Some("c")).as_deref(), Some("(a OR b) AND (c)"));
    assert_eq!(both(None, Some("c")).as_deref(), Some("c"));
    assert_eq!(both(Some("a OR b"), Some(" ")).as_deref(), Some("a OR b"));
    assert_eq!(both(None, None), None);
}

#[test]
fn a_group_is_named_or_refused_with_the_reason() {
    assert_eq!(group("slow requests"), Ok("group.name = \"slow requests\"".to_owned()));
    insta::assert_snapshot!(group("a\"b").unwrap_err(), @"X-Ray's filter expressions cannot hold quotation marks, backslashes and control characters, nor a name of over 1000 bytes");
    assert!(group("").is_err() && group("a\\").is_err() && group("a\n").is_err());
}

/// The trace of the documents, as it is fetched.
fn fetched(documents: &[Json]) -> Trace {
    let spans = documents.iter().flat_map(|document| crate::wire::xray::convert(&document.to_string()).unwrap());
    let mut traces = Trace::group(spans);
    assert_eq!(traces.len(), 1);
    traces.remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_satisfies_the_filter_satisfies_what_is_asked(source in life::filter(), documents in life::documents()) {
        let expr = source.parse::<Expr>().unwrap();
        let Pushed { sound, likely, exact, .. } = push(&expr);
        let found = sound.as_deref().map_or(Ok(true), |sound| answers(sound, &documents)).map_err(TestCaseError::fail)?;
        let matches = expr.matches(&fetched(&documents)).is_some();
        prop_assert!(!matches || found, "{} is missed by {:?}", source, sound);
        if exact {
            prop_assert_eq!(matches, found, "{} is not exactly {:?}", source, sound);
        }
        if let Some(likely) = likely {
            let likely = answers(&likely, &documents).map_err(TestCaseError::fail)?;
            prop_assert!(!likely || found, "what is likely is narrower");
        }
    }

    #[test]
    fn any_filter_becomes_an_expression_that_can_be_read(expr in any_expr()) {
        let Pushed { sound, likely, exact, residual } = push(&expr);
        prop_assert_eq!(exact, residual.is_empty());
        prop_assert!(likely.is_none() || likely != sound);
        for expression in [sound, likely].into_iter().flatten() {
            prop_assert!(expression.len() <= LIMIT);
            answers(&expression, &[]).map_err(TestCaseError::fail)?;
        }
    }
}
