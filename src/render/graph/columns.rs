//! The figures of a graph's rows, in columns.

use crate::model::graph::Figures;
use crate::render::column::Column;
use crate::render::theme::{Look, Role};
use crate::render::units;

/// From this width on, there is room for more figures.
const WIDE: usize = 100;
/// The figures, most important first: what does not fit is left out from the end.
pub(super) fn columns(figures: &[Option<&Figures>], look: &Look) -> Vec<Column> {
    let column = |heading, role, of: &dyn Fn(&Figures) -> String| {
        Column::new(heading, role, figures.iter().map(|figures| figures.map_or_else(String::new, of)))
    };
    let count = |number: u64| if number == 0 { String::new() } else { units::count(number) };
    let share = percentage(figures.iter().flatten().copied());
    let duration = |length| units::duration(length, look.ascii);
    let percentile =
        |hundredths| move |figures: &Figures| figures.durations.percentile(hundredths).map_or_else(String::new, duration);
    let mut columns = vec![
        column("calls", Role::Plain, &|figures| units::count(figures.total)),
        column("errors", Role::Error, &|figures| match figures.failed() {
            0 => String::new(),
            failed => format!("{} {:>share$}", units::count(failed), units::share(failed, figures.total)),
        }),
        column("p50", Role::Plain, &percentile(5_000)),
        column("p90", Role::Plain, &percentile(9_000)),
    ];
    if look.columns() < WIDE {
        return columns;
    }
    columns.push(column("p99", Role::Plain, &percentile(9_900)));
    columns.push(column("total", Role::Faint, &|figures| {
        if figures.time == 0 { String::new() } else { duration(figures.time) }
    }));
    for (heading, of) in [
        ("5xx", (|figures| figures.faults) as fn(&Figures) -> u64),
        ("4xx", |figures| figures.errors),
        ("429", |figures| figures.throttles),
    ] {
        // Only where somebody says whose fault a failure was.
        if figures.iter().flatten().any(|figures| of(figures) > 0) {
            columns.push(column(heading, Role::Error, &|figures| count(of(figures))));
        }
    }
    columns
}

/// How wide the widest share is.
fn percentage<'a>(figures: impl Iterator<Item = &'a Figures>) -> usize {
    let failing = figures.filter(|figures| figures.failed() > 0);
    failing.map(|figures| units::share(figures.failed(), figures.total).len()).max().unwrap_or(0)
}
