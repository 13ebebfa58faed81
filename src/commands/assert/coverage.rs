//! `assert --coverage`: what no assertion is about.

use super::super::ask::Window;
use super::super::read::{self, Read};
use super::super::verdict::Case;
use crate::analysis::coverage::{Coverage, CoverageBuilder};
use crate::backend::Sources;
use crate::error::Failure;
use crate::model::TimeRange;
use crate::query::{Expr, Query};
use crate::ui::Ui;

/// How many traces are looked at.
const NEWEST: usize = 1_000;

/// Looks at the newest traces of the window: the spans that some assertion finds are those that it is about.
pub(super) async fn of(cases: &[Case], sources: &Sources, range: TimeRange, ui: &mut Ui) -> Result<Coverage, Failure> {
    let filters: Vec<&Expr> = cases.iter().flat_map(|case| &case.parts).filter_map(|part| part.query.filter.as_ref()).collect();
    let mut builder = CoverageBuilder::default();
    let query = Query { range, filter: None, limit: NEWEST };
    let window = Window { range, chosen: true };
    let Read { notes, .. } = read::newest(sources, &query, window, ui, |trace, _| {
        let mut touched = vec![false; trace.spans().len()];
        for filter in &filters {
            let more = filter.touched(trace);
            touched.iter_mut().zip(more).for_each(|(touched, more)| *touched |= more);
        }
        builder.add(trace, &touched);
    })
    .await?;
    for note in &notes {
        ui.note(note);
    }
    Ok(builder.finish())
}
