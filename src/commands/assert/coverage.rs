//! `assert --coverage`: what no assertion is about.

use super::super::ask::Window;
use super::super::read;
use super::super::verdict::{Case, Part};
use crate::analysis::coverage::{Coverage, CoverageBuilder};
use crate::backend::Sources;
use crate::model::{TimeRange, Trace};
use crate::query::{Expr, Query};
use crate::render::units;
use crate::ui::Ui;

/// How many traces are looked at.
const NEWEST: usize = 1_000;

/// Looks at the newest traces of the window: the spans that some assertion finds are those that it is about.
pub(super) async fn of(cases: &[Case], sources: &Sources, range: TimeRange, ui: &mut Ui) -> Option<Coverage> {
    let filters: Vec<Expr> = cases.iter().flat_map(|case| &case.parts).filter_map(Part::about).collect();
    let mut builder = CoverageBuilder::default();
    let query = Query { range, filter: None, limit: NEWEST };
    let window = Window { range, chosen: true };
    let look = |trace: &Trace, _: Option<&_>| {
        let mut touched = vec![false; trace.spans().len()];
        for filter in &filters {
            let more = filter.touched(trace);
            touched.iter_mut().zip(more).for_each(|(touched, more)| *touched |= more);
        }
        builder.add(trace, &touched);
    };
    // The verdicts are told all the same.
    match read::newest(sources, &query, window, ui, look).await {
        Ok(read) if !read.all_of_window => {
            ui.note(&format!("the coverage is of the newest {} traces", units::count(read.ids.len())));
        }
        Ok(_) => {}
        Err(failure) => {
            ui.warn(&format!("what no assertion is about cannot be told: {}", failure.message()));
            return None;
        }
    }
    Some(builder.finish())
}
