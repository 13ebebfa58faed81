//! Where everything is: columns, bars and labels as numbers. Nothing here writes text to be shown, but its widths count.

use crate::analysis::{Marks, What};
use crate::model::Span;
use crate::model::time::Nanos;
use crate::parallel::in_parts;
use crate::render::scale::Scale;
use crate::render::theme::Look;
use crate::render::{text, units};

use super::extent::{Extent, extent};
use super::label::Label;
use super::plan::{Below, Entry, Planned, plan};
use super::whole::Whole;
use super::{Options, Shown, origins};

/// From so many rows on, several threads work upon them.
pub(super) const FOR_THREADS: usize = 2_000;
/// From this width on, services have a column of their own.
const SERVICE_COLUMN_FROM: usize = 100;
/// The widest that the column of services gets.
const SERVICE_COLUMN: usize = 20;
/// The narrowest lane for bars.
const LEAST_LANE: usize = 8;

/// A trace laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// What is true of the trace as a whole.
    pub whole: Whole,
    /// Time to columns of the lane.
    pub scale: Scale,
    /// Where the columns are.
    pub columns: Columns,
    /// The rows of the tree.
    pub rows: Vec<Row>,
}

/// The columns of a row, from left to right: marks, label, service, lane, duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    /// Width of the marks and of the letters of who has a span, each with the blank behind them; 0 where there are none.
    pub marks: usize,
    /// Width of these letters; 0 where all is from one place.
    pub origins: usize,
    /// Width of guides and name.
    pub label: usize,
    /// Width of the service; 0 where it stands behind the name.
    pub service: usize,
    /// Width of the lane for bars.
    pub lane: usize,
    /// Width of the duration.
    pub duration: usize,
    /// Blanks between label and lane.
    pub gap: usize,
    /// How many columns of the label guides may take.
    pub guides: usize,
    /// Width of the number of levels, where that stands for guides.
    pub levels: usize,
}

/// One row of the tree, for any medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What it shows and where in the tree.
    pub planned: Planned,
    /// When it was; `None` where it stands for spans that are not shown, or nothing is known of any child of a missing parent.
    pub extent: Option<Extent>,
    /// How long it took.
    pub length: Length,
    /// Whether it is, or has, what was looked for.
    pub matched: bool,
    /// By how many nanoseconds it was moved to correct its clock.
    pub shift: Nanos,
}

/// The rows of what shall be drawn, from top to bottom.
pub fn rows(shown: Shown<'_>, options: &Options<'_>) -> Vec<Row> {
    rows_of(shown, options, plan(shown, options))
}

/// The same for a plan that is there already.
pub fn rows_of(shown: Shown<'_>, options: &Options<'_>, planned: Vec<Planned>) -> Vec<Row> {
    let wanted = |node: usize| options.matches.get(node).copied().unwrap_or(false);
    planned
        .into_iter()
        .map(|planned| {
            let extent = extent(shown, planned.entry);
            let length = extent.map_or(Length::Nothing, Extent::length);
            let matched = planned.entry.nodes(&shown.analysis.tree).any(wanted);
            let place = planned.entry.node().map(|node| shown.analysis.tree.nodes()[node].what);
            let shift = match place {
                Some(What::Span(place)) => options.shifts.get(place).copied().unwrap_or(0),
                _ => 0,
            };
            Row { planned, extent, length, matched, shift }
        })
        .collect()
}

/// How long a row took, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Nanoseconds from start to end; negative as received.
    Known(Nanos),
    /// It has not ended.
    Running,
    /// It came without a start.
    Unknown,
    /// It stands for something else than spans with a time.
    Nothing,
}

impl Layout {
    /// Puts rows into columns.
    pub fn new(shown: Shown<'_>, rows: Vec<Row>, options: &Options<'_>, look: &Look) -> Self {
        let whole = Whole::new(shown, options);
        let columns = Columns::new(shown, &whole, &rows, look);
        let scale = whole.axis.scale(columns.lane);
        Self { whole, scale, columns, rows }
    }

    /// Measures the rows again, for another look.
    pub fn measure(&mut self, shown: Shown<'_>, look: &Look) {
        self.put(Columns::new(shown, &self.whole, &self.rows, look));
    }

    /// Puts the same rows into other columns, without looking at any of them.
    pub fn put(&mut self, columns: Columns) {
        self.columns = columns;
        self.scale = self.whole.axis.scale(columns.lane);
    }
}

/// The spans that a row shows.
pub(super) fn spans(shown: Shown<'_>, entry: Entry) -> impl Iterator<Item = &Span> {
    entry.nodes(&shown.analysis.tree).filter_map(move |node| shown.analysis.tree.span(shown.trace, node))
}

/// What is odd about a row, in the order in which it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is what was looked for.
    Match,
    /// It failed, or something failed that belongs below it and is not drawn.
    Error,
    /// It still runs.
    Running,
    /// It is a parent that has not arrived.
    Missing,
    /// It is where a cycle was cut.
    Cycle,
    /// It lies outside its parent in time, or ends before it starts, or was moved so that it fits.
    Outside,
}

/// The marks of a row.
pub fn marks(shown: Shown<'_>, row: &Row) -> impl Iterator<Item = Mark> + use<> {
    let tree = &shown.analysis.tree;
    let node = row.planned.entry.node();
    let span = node.and_then(|node| tree.span(shown.trace, node));
    let odd = node.map(|node| tree.nodes()[node].marks).unwrap_or_default();
    let hidden_errors = matches!(row.planned.entry, Entry::Hidden(Below { errors: 1.., .. })) || row.planned.below.errors > 0;
    [
        (Mark::Match, row.matched),
        (Mark::Error, hidden_errors || span.is_some_and(Span::is_error)),
        (Mark::Running, span.is_some_and(|span| span.end.is_none())),
        (Mark::Missing, node.is_some() && span.is_none()),
        (Mark::Cycle, odd.any(Marks::CYCLE)),
        (Mark::Outside, row.shift != 0 || odd.any(Marks::EARLY.and(Marks::LATE).and(Marks::NEGATIVE))),
    ]
    .into_iter()
    .filter_map(|(mark, set)| set.then_some(mark))
}

/// How many columns the guides of a row take if nothing is left out.
pub(super) fn guides_width(depth: usize) -> usize {
    if depth == 0 { 0 } else { depth.saturating_mul(2).saturating_add(1) }
}

/// The most that any row has of each.
#[derive(Clone, Copy, Default)]
struct Widest {
    marks: usize,
    duration: usize,
    service: usize,
    depth: usize,
}

impl Widest {
    /// Of all rows, each looked at once.
    fn of(shown: Shown<'_>, rows: &[Row], has_services: bool, look: &Look) -> Self {
        let service = |row: &Row| spans(shown, row.planned.entry).next().map_or("", Span::service);
        let of_row = |row: &Row| Self {
            marks: marks(shown, row).count(),
            duration: text::width(&length_text(row.length, look)),
            service: if has_services { text::width(&text::sanitise(service(row), look.ascii)) } else { 0 },
            depth: row.planned.depth,
        };
        let parts = in_parts(rows.len(), FOR_THREADS, |part| rows[part].iter().map(of_row).fold(Self::default(), Self::max));
        parts.into_iter().fold(Self::default(), Self::max)
    }

    fn max(self, other: Self) -> Self {
        Self {
            marks: self.marks.max(other.marks),
            duration: self.duration.max(other.duration),
            service: self.service.max(other.service),
            depth: self.depth.max(other.depth),
        }
    }
}

impl Columns {
    fn new(shown: Shown<'_>, whole: &Whole, rows: &[Row], look: &Look) -> Self {
        let total = look.columns();
        let has_services = total >= SERVICE_COLUMN_FROM && whole.services > 1;
        let Widest { marks, duration, service, depth: deepest } = Widest::of(shown, rows, has_services, look);
        let marks = if marks > 0 { marks + 1 } else { 0 };
        let origins = origins::letters(shown.trace).len();
        let marks = if origins > 0 { marks + origins + 1 } else { marks };
        let service = service.min(SERVICE_COLUMN);
        let levels = units::count(deepest as u128).len();
        let columns = Self { marks, origins, label: 0, service, lane: 0, duration, gap: 0, guides: 0, levels };
        let most = columns.widest_label(look);
        let labels = in_parts(rows.len(), FOR_THREADS, |part| {
            let mut label = 0;
            for row in &rows[part] {
                if label >= most {
                    break;
                }
                let words = Label::new(shown, row, service == 0, look).width();
                label = label.max(guides_width(row.planned.depth).saturating_add(words));
            }
            label
        });
        let label = labels.into_iter().max().unwrap_or(0);
        Self { label, ..columns }.within(look)
    }

    /// The same columns in another room, which is at most as wide as the one that they were measured in. What is cut is the label, and
    /// the lane has the rest. Where there is no room for a column of services, they stand behind the names.
    #[must_use]
    pub fn within(self, look: &Look) -> Self {
        let total = look.columns();
        let service = if total >= SERVICE_COLUMN_FROM { self.service } else { 0 };
        let behind = if service < self.service { self.service + text::width(" · ") } else { 0 };
        let columns = Self { service, label: self.label + behind, gap: if total < 60 { 1 } else { 2 }, ..self };
        let label = columns.label.clamp(4, columns.widest_label(look));
        let guides = label.saturating_sub(10).max(label / 2);
        Self { label, guides, lane: columns.room(look).saturating_sub(label).max(1), ..columns }
    }

    /// What is left for label and lane.
    fn room(&self, look: &Look) -> usize {
        let gap = if look.columns() < 60 { 1 } else { 2 };
        // Marks, label, [gap, service], gap, lane, blank, duration.
        let fixed = self.marks + gap + 1 + self.duration + if self.service > 0 { self.service + gap } else { 0 };
        look.columns().saturating_sub(fixed)
    }

    fn widest_label(&self, look: &Look) -> usize {
        let total = look.columns();
        let share = if total < 60 { total * 2 / 5 } else { total * 9 / 20 };
        share.min(self.room(look).saturating_sub(LEAST_LANE)).max(4)
    }

    /// The first level whose guide is drawn before a row of this depth, which is not 0, and what stands for those above it: nothing where
    /// all are drawn, else the number of levels.
    pub(super) fn first_guide(&self, depth: usize) -> (String, usize) {
        if guides_width(depth) <= self.guides {
            return (String::new(), 1);
        }
        let number = format!("{:>1$} ", units::count(depth as u128), self.levels);
        let levels = self.guides.saturating_sub(number.len() + 3) / 2;
        (number, depth - levels.min(depth - 1))
    }

    /// The column at which the lane begins.
    pub fn lane_start(&self) -> usize {
        self.marks + self.label + self.gap + if self.service > 0 { self.service + self.gap } else { 0 }
    }
}

/// What the last column says.
pub(crate) fn length_text(length: Length, look: &Look) -> String {
    match length {
        Length::Known(length) => units::duration(length, look.ascii),
        Length::Running => "running".to_owned(),
        Length::Unknown => "?".to_owned(),
        Length::Nothing => String::new(),
    }
}
