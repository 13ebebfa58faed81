use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::analysis::samples::{failed, named, of_kind, span, trace};
use crate::query::Expr;
use crate::query::arbitrary::{any_expr, any_trace};

/// web's server calls pay through a client, and a table; pay's server fails.
fn shop() -> Trace {
    let table = Span {
        attributes: [("db.system.name", "dynamodb")].into_iter().collect(),
        ..of_kind(SpanKind::Client, named("web", "Query", span(5, 1, 50, 60)))
    };
    trace(vec![
        of_kind(SpanKind::Server, named("web", "GET /users/42", span(1, 0, 0, 100))),
        of_kind(SpanKind::Client, named("web", "POST", span(2, 1, 10, 40))),
        failed("declined", of_kind(SpanKind::Server, named("pay", "charge", span(3, 2, 15, 35)))),
        named("pay", "check", span(4, 3, 20, 30)),
        table,
    ])
}

fn covered(traces: &[Trace], expressions: &[&str]) -> Coverage {
    let mut builder = CoverageBuilder::default();
    for trace in traces {
        let mut touched = vec![false; trace.spans().len()];
        for expression in expressions {
            let expr: Expr = expression.parse().unwrap();
            touched.iter_mut().zip(expr.touched(trace)).for_each(|(all, one)| *all |= one);
        }
        builder.add(trace, &touched);
    }
    builder.finish()
}

/// What is not touched, by name.
fn missed(expressions: &[&str]) -> String {
    let coverage = covered(&[shop()], expressions);
    let mut out = String::new();
    for service in coverage.services.iter().filter(|service| !service.reach.is_touched()) {
        let _ = writeln!(out, "service {}", service.name);
    }
    for operation in &coverage.operations {
        let name = format!("{} {} {}", operation.service, operation.name, operation.kind.name());
        if !operation.reach.is_touched() {
            let _ = writeln!(out, "operation {name}");
        }
        if operation.fails_unseen() {
            let _ = writeln!(out, "failure {name}");
        }
    }
    for edge in coverage.edges.iter().filter(|edge| !edge.reach.is_touched()) {
        let _ = writeln!(out, "call {} > {} ({})", edge.from, edge.to, edge.to_kind.as_deref().unwrap_or("service"));
    }
    out
}

#[test]
fn without_assertions_nothing_is_touched() {
    insta::assert_snapshot!(missed(&[]), @"
    service pay
    service web
    operation pay charge server
    failure pay charge server
    operation pay check unspecified
    operation web GET /users/? server
    operation web POST client
    operation web Query client
    call web > dynamodb (db)
    call web > pay (service)
    ");
}

#[test]
fn a_call_is_touched_by_what_is_about_both_of_its_sides_however_far_apart() {
    assert!(!missed(&["{ service = web and kind = server }", "{ name = charge }"]).contains("call web > pay"));
    insta::assert_snapshot!(missed(&["{ service = web and kind = server } >> { service = pay }"]), @"
    operation web POST client
    operation web Query client
    call web > dynamodb (db)
    ");
    assert!(missed(&["service = pay"]).contains("call web > pay"), "of the caller's side, nothing is touched");
    // The table's call is nobody else's to tell.
    assert!(missed(&["service = web and kind = server"]).contains("call web > dynamodb (db)"));
    assert!(!missed(&["db.system.name = dynamodb"]).contains("call web > dynamodb (db)"));
}

#[test]
fn failures_are_touched_by_what_is_about_those_that_failed() {
    let mut fine = shop().into_spans();
    for span in &mut fine {
        span.status = crate::model::Status::default();
    }
    let traces = [shop(), trace(fine)];
    let charge = |expressions: &[&str]| {
        let coverage = covered(&traces, expressions);
        coverage.operations.into_iter().find(|operation| operation.name == "charge").unwrap()
    };
    let only_fine = charge(&["name = charge and not status = error"]);
    assert!(only_fine.reach.is_touched() && only_fine.fails_unseen());
    assert_eq!((only_fine.reach.spans, only_fine.reach.traces, only_fine.failed.spans), (2, 2, 1));
    assert!(!charge(&["status = error"]).fails_unseen());
}

#[test]
fn ids_in_names_make_no_operations_of_their_own() {
    let traces = [1, 2].map(|user| trace(vec![named("web", &format!("GET /users/{user}"), span(1, 0, 0, 1))]));
    let coverage = covered(&traces, &[]);
    let names: Vec<_> = coverage.operations.iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(names, ["GET /users/?"]);
}

#[test]
fn a_deep_chain_is_looked_at_once() {
    let chain = trace((1..=10_000).map(|id| named(&format!("s{}", id % 2), "op", span(id, id - 1, id, id + 1))).collect());
    let coverage = covered(&[chain], &["{ }"]);
    assert_eq!(coverage.edges.iter().map(|edge| edge.reach.touched).sum::<usize>(), 9_999);
}

proptest! {
    #[test]
    fn every_span_is_counted_once_and_touching_more_never_uncovers(
        traces in proptest::collection::vec(any_trace(), 1..4), some in any_expr(), more in any_expr(),
    ) {
        let (some, more) = (some.to_string(), more.to_string());
        let few = covered(&traces, &[&some]);
        let spans: usize = traces.iter().map(|trace| trace.spans().len()).sum();
        prop_assert_eq!(few.services.iter().map(|service| service.reach.spans).sum::<usize>(), spans);
        prop_assert_eq!(few.operations.iter().map(|operation| operation.reach.spans).sum::<usize>(), spans);
        let many = covered(&traces, &[&some, &more]);
        let reaches = |coverage: &Coverage| {
            let of_operations = coverage.operations.iter().flat_map(|operation| [operation.reach, operation.failed]);
            let others = coverage.services.iter().map(|service| service.reach).chain(coverage.edges.iter().map(|edge| edge.reach));
            of_operations.chain(others).collect::<Vec<_>>()
        };
        for (few, many) in reaches(&few).into_iter().zip(reaches(&many)) {
            prop_assert!(few.touched <= many.touched && few.spans == many.spans && few.traces == many.traces);
            prop_assert!(many.touched <= many.spans && many.traces <= many.spans && many.traces <= traces.len());
        }
    }
}
