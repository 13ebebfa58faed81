//! What is asked, that it misses nothing, and what is told by the answer.

mod life;
mod oracle;
mod tables;

use proptest::prelude::*;

use super::*;
use crate::model::Value;
use crate::query::arbitrary::any_expr;

use life::{Life, life, read, schema};
use oracle::{Quirks, passes};

pub(super) fn expr(source: &str) -> Expr {
    source.parse().unwrap_or_else(|error| panic!("{source}\n{error}"))
}

/// Asks, judges, and compares with what the trace itself says.
fn check(filter: &Expr, life: &Life, quirks: Quirks) -> Result<(), TestCaseError> {
    let schema = schema();
    let pushed = push(filter, &schema);
    let matches = filter.matches(&life.trace).is_some();
    let described = || format!("{filter}\n{:?}\n{:?}\n{:?}", pushed.filters, pushed.fields, pushed.columns);
    if !pushed.possible {
        prop_assert!(!matches, "impossible: {}", described());
        return Ok(());
    }
    let mut found = Vec::new();
    for row in &life.rows {
        if passes(&pushed.filters, &pushed.fields, row, quirks).map_err(TestCaseError::fail)? {
            let asked = row.iter().filter(|(column, _)| pushed.columns.contains(column) || *column == "trace.trace_id");
            found.push(asked.map(|(column, cell)| (column.clone(), read(cell))).collect::<RowOf>());
            if pushed.roots_only {
                prop_assert!(row.contains_key("trace.span_id") && !row.contains_key("trace.parent_id"));
            }
        }
    }
    let verdict = Judge::new(filter, &schema).verdict(&found);
    if matches {
        prop_assert!(!found.is_empty(), "missed: {}", described());
        prop_assert_ne!(verdict, Verdict::No, "refused: {}", described());
    } else {
        prop_assert_ne!(verdict, Verdict::Matches, "{}", described());
    }
    prop_assert!(pushed.filters.len() <= MOST_FILTERS);
    prop_assert!(pushed.fields.iter().all(|field| field.expression.len() <= LONGEST));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_comparison_misses_no_row_that_satisfies_it(source in life::comparison(), life in life(), negation_of_nothing: bool) {
        check(&expr(&source), &life, Quirks { negation_of_nothing })?;
    }

    #[test]
    fn what_satisfies_the_filter_is_found_and_judged_right(source in life::filter(), life in life(), negation_of_nothing: bool) {
        check(&expr(&source), &life, Quirks { negation_of_nothing })?;
    }

    #[test]
    fn a_conjunction_is_judged_by_a_row_for_each(a in life::filter(), b in life::filter(), life in life()) {
        let both = Expr::all([expr(&a), expr(&b)]);
        check(&both, &life, Quirks { negation_of_nothing: false })?;
    }

    #[test]
    fn any_filter_is_asked_in_words_that_can_be_read(filter in any_expr(), life in life(), negation_of_nothing: bool) {
        check(&filter, &life, Quirks { negation_of_nothing })?;
    }
}
