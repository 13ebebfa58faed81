//! The figures of a table's lines, in columns.

use crate::analysis::stats::{Period, Totals};
use crate::model::graph::Figures;
use crate::render::column::{Column, taken};
use crate::render::theme::{Look, Role};
use crate::render::units;

use super::rows::Row;
use super::trend;

/// The columns that fit into so much room, in the order in which they are read.
pub(super) fn columns(rows: &[Row], all: &Totals, period: Option<Period>, room: usize, look: &Look) -> Vec<Column> {
    let length = period.map_or(0, Period::length);
    let (unit, per) = units::rate_unit(all.figures.total, length);
    let column =
        |heading, role, of: &dyn Fn(&Totals) -> String| Column::new(heading, role, rows.iter().map(|row| of(&row.totals)));
    let duration = |length| units::duration(length, look.ascii);
    let percentile = |heading, hundredths| {
        column(heading, Role::Plain, &|totals| {
            totals.figures.durations.percentile(hundredths).map_or_else(String::new, duration)
        })
    };
    let share = |figures: &Figures| units::share(figures.failed(), figures.total);
    let widest = |of: &dyn Fn(&Totals) -> usize| rows.iter().map(|row| of(&row.totals)).max().unwrap_or(0);
    let shares = widest(&|totals| if totals.figures.failed() > 0 { share(&totals.figures).len() } else { 0 });
    let own = |totals: &Totals| units::share(totals.self_time, all.self_time);
    let owns = widest(&|totals| own(totals).len());
    let errors = |totals: &Totals| match totals.figures.failed() {
        0 => String::new(),
        failed => format!("{} {:>shares$}", units::count(failed), share(&totals.figures)),
    };
    let self_time = |totals: &Totals| match totals.self_time {
        0 => String::new(),
        time => format!("{} {:>owns$}", duration(time), own(totals)),
    };
    // How important each is; what does not fit is left out from the highest number on.
    let mut columns = vec![
        (0, column("count", Role::Plain, &|totals| units::count(totals.figures.total))),
        (1, column("errors", Role::Error, &errors)),
        (2, percentile("p50", 5_000)),
        (4, percentile("p90", 9_000)),
        (3, percentile("p99", 9_900)),
        (7, percentile("max", 10_000)),
    ];
    if length > 0 {
        columns.insert(1, (6, column(per, Role::Plain, &|totals| units::rate(totals.figures.total, length, unit))));
    }
    if all.self_time > 0 {
        columns.push((8, column("self", Role::Faint, &self_time)));
    }
    if let Some(period) = period {
        columns.push((5, Column::of_pieces("trend", rows.iter().map(|row| trend::draw(&row.totals, period, look)))));
    }
    loop {
        let wide: usize = columns.iter().map(|(_, column)| column.taken()).sum();
        let least = columns.iter().enumerate().max_by_key(|(_, (importance, _))| *importance).map(|(place, _)| place);
        match least {
            Some(place) if wide > room && columns.len() > 1 => drop(columns.remove(place)),
            _ => break,
        }
    }
    let columns: Vec<Column> = columns.into_iter().map(|(_, column)| column).collect();
    debug_assert!(columns.len() == 1 || taken(&columns) <= room, "what does not fit is left out");
    columns
}
