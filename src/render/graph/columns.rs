//! The figures of a graph's rows, in columns.

use crate::model::graph::Figures;
use crate::render::line::Line;
use crate::render::theme::{Look, Role};
use crate::render::{text, units};

/// From this width on, there is room for more figures.
const WIDE: usize = 100;
/// Blanks between columns.
const GAP: usize = 2;

/// A column of figures, right-aligned.
pub(super) struct Column {
    heading: &'static str,
    role: Role,
    cells: Vec<String>,
}

impl Column {
    /// Adds the heading to a line.
    pub(super) fn push_heading(&self, line: &mut Line) {
        self.push(line, Role::Heading, self.heading);
    }

    /// Adds what it says of a row.
    pub(super) fn push_cell(&self, line: &mut Line, row: usize) {
        self.push(line, self.role, &self.cells[row]);
    }

    fn push(&self, line: &mut Line, role: Role, words: &str) {
        let blanks = GAP + self.width().saturating_sub(text::width(words));
        line.push(Role::Plain, &" ".repeat(blanks));
        line.push(role, words);
    }

    fn width(&self) -> usize {
        self.cells.iter().map(|cell| text::width(cell)).max().unwrap_or(0).max(text::width(self.heading))
    }
}

/// How many columns of the screen these take, with the blanks in front of each.
pub(super) fn taken(columns: &[Column]) -> usize {
    columns.iter().map(|column| column.width() + GAP).sum()
}

/// The figures, most important first: what does not fit is left out from the end.
pub(super) fn columns(figures: &[Option<&Figures>], look: &Look) -> Vec<Column> {
    let column = |heading, role, of: &dyn Fn(&Figures) -> String| Column {
        heading,
        role,
        cells: figures.iter().map(|figures| figures.map_or_else(String::new, of)).collect(),
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
            failed => format!("{} {:>share$}", units::count(failed), percent(failed, figures.total)),
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
    failing.map(|figures| percent(figures.failed(), figures.total).len()).max().unwrap_or(0)
}

/// A share in whole percent; never 0 % of something, never 100 % of less than all.
fn percent(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole));
    match (part * 100 + whole / 2).checked_div(whole) {
        None => String::new(),
        Some(0) => "<1%".to_owned(),
        Some(100..) if part < whole => ">99%".to_owned(),
        Some(percent) => format!("{percent}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_never_rounded_to_nothing_or_to_everything() {
        let shares = [(1, 1000), (1, 200), (1, 3), (2, 3), (999, 1000), (5, 5), (1, 0)];
        assert_eq!(shares.map(|(part, whole)| percent(part, whole)), ["<1%", "1%", "33%", "67%", ">99%", "100%", ""]);
    }
}
