use proptest::prelude::*;

use super::*;
use crate::analysis::CoverageBuilder;
use crate::model::{Span, SpanKind, Trace};
use crate::render::samples::{failed, look, page, span, trace};

/// Coverage of a trace in which the first spans are touched.
fn covered(trace: &Trace, touched: usize) -> Coverage {
    let mut builder = CoverageBuilder::default();
    builder.add(trace, &vec![true; touched]);
    builder.finish()
}

fn hostile() -> Trace {
    let name = "GET /\u{1b}[31m\u{202e}\n注文".repeat(9);
    trace(vec![
        Span { kind: SpanKind::Server, ..span(1, 0, "we\u{7}b", &name, 0, 10) },
        failed(span(2, 1, "", &name, 0, 10), "no"),
    ])
}

#[test]
fn what_no_assertion_is_about_stands_below_how_much_some_is() {
    insta::assert_snapshot!(render(&covered(&page(), 6), 3, &look(80)), @"
    services 3 of 4, operations 6 of 9, edges 2 of 3, in 1 trace
    no assertion is about:
      service    dynamodb  1 operation, 1 span in 1 trace
      failure    dynamodb DynamoDB.Query cruddur-messages (clie…  1 of 1 span failed
      operation  backend-flask momento-counter (internal)  1 span in 1 trace
      operation  backend-flask notifications (internal)  1 span in 1 trace
      edge       backend-flask → dynamodb  1 call in 1 trace
    ");
    insta::assert_snapshot!(render(&covered(&page(), 6), 9, &Look { ascii: true, ..look(40) }), @"
    services 3 of 4, operations 6 of 9,
    edges 2 of 3, in 1 trace
    no assertion is about:
      service    dynamodb
      failure    dynamodb DynamoDB.Query ...
      operation  backend-flask momento-co...
      operation  backend-flask notificati...
      edge       backend-flask -> dynamodb
    ");
}

#[test]
fn where_all_is_touched_there_is_one_line() {
    assert_eq!(render(&covered(&page(), 100), 3, &look(80)), "services 4 of 4, operations 9 of 9, edges 3 of 3, in 1 trace\n");
    assert_eq!(render(&Coverage::default(), 3, &look(80)), "services 0 of 0, operations 0 of 0, edges 0 of 0, in 0 traces\n");
}

#[test]
fn names_that_steer_a_terminal_are_pictures() {
    insta::assert_snapshot!(render(&covered(&hostile(), 1), 3, &look(80)), @r"
    services 1 of 2, operations 1 of 2, edges 0 of 1, in 1 trace
    no assertion is about:
      service    (no service)  1 operation, 1 span in 1 trace
      failure    (no service) GET /␛[31m\u{202e}␊注文GET /␛[31m…  1 of 1 span failed
      edge       we␇b → (no service)  1 call in 1 trace
    ");
}

#[test]
fn programs_get_all_of_it() {
    let coverage = covered(&hostile(), 1);
    let document = serde_json::to_value(CoverageView::of(&coverage)).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&document["edges"]).unwrap(), @r#"
    [
      {
        "call_count": 1,
        "from": "we\u0007b",
        "to": "",
        "to_kind": null,
        "touched": false,
        "touched_count": 0,
        "trace_count": 1
      }
    ]
    "#);
    let operations = document["operations"].as_array().unwrap();
    let failures: Vec<_> = operations.iter().map(|operation| &operation["failed_count"]).collect();
    assert_eq!(failures, [1, 0]);
    assert_eq!(document["services"][1]["touched"], true);
}

proptest! {
    #[test]
    fn lines_fit_and_there_are_no_more_than_asked(
        names in prop::collection::vec(("\\PC{0,9}", any::<String>()), 1..20), most in 0_usize..4, width in 0_usize..120, ascii: bool,
    ) {
        let spans = names.iter().zip(1..).map(|((service, name), id)| span(id, id - 1, service, name, 0, 1)).collect();
        let look = Look { ascii, ..look(width) };
        let text = render(&covered(&trace(spans), 0), most, &look);
        prop_assert!(text.lines().count() <= 3 + 4 * (most + 1));
        for line in text.lines() {
            prop_assert!(text::width(line) <= look.columns(), "{line:?}");
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}
