//! Where everything is: columns, bars and labels as numbers. Nothing here writes text to be shown, but its widths count.

use crate::analysis::{Marks, Tree, What};
use crate::model::time::Nanos;
use crate::model::{Span, Trace};
use crate::render::scale::Scale;
use crate::render::theme::Look;
use crate::render::{text, units};

use super::extent::{Extent, extent};
use super::label::Label;
use super::plan::{Entry, Planned};
use super::whole::Whole;

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
    /// Width of the marks, with the blank behind them; 0 where there are none.
    pub marks: usize,
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

/// One row of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What it shows and where in the tree.
    pub planned: Planned,
    /// Its bar; `None` where nothing is known of its time.
    pub bar: Option<Bar>,
    /// How long it took.
    pub length: Length,
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

/// A bar, in eighths of the lane's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// From start to end.
    Closed {
        /// Its start.
        start: usize,
        /// Its end, not before the start.
        end: usize,
    },
    /// From a start on, still running.
    Open {
        /// Its start.
        start: usize,
    },
    /// What is covered by the children of a span of which nothing else is known.
    Extent {
        /// The start of the first child.
        start: usize,
        /// The end of the last one.
        end: usize,
    },
}

impl Layout {
    /// Lays out the rows of a plan.
    pub fn new(trace: &Trace, tree: &Tree, plan: Vec<Planned>, look: &Look) -> Self {
        let whole = Whole::new(trace, tree);
        let mut rows: Vec<Row> = plan
            .into_iter()
            .map(|planned| {
                let length = extent(trace, tree, planned.entry).map_or(Length::Nothing, Extent::length);
                Row { planned, bar: None, length }
            })
            .collect();
        let columns = Columns::new(trace, tree, &whole, &rows, look);
        let scale = Scale::new(whole.range, columns.lane);
        for row in &mut rows {
            row.bar = extent(trace, tree, row.planned.entry).and_then(|extent| extent.bar(&scale));
        }
        Self { whole, scale, columns, rows }
    }
}

/// The span at a node, unless it is a missing one.
pub(super) fn span_at<'a>(trace: &'a Trace, tree: &Tree, node: usize) -> Option<&'a Span> {
    match tree.nodes().get(node)?.what {
        What::Span(place) => trace.spans().get(place),
        What::Missing(_) => None,
    }
}

/// The spans that a row shows.
pub(super) fn spans<'a>(trace: &'a Trace, tree: &'a Tree, entry: Entry) -> impl Iterator<Item = &'a Span> {
    let nodes = match entry {
        Entry::Node(node) => node..node + 1,
        Entry::Fold { first, count } => first..first + count,
        Entry::Hidden { .. } => 0..0,
    };
    nodes.filter_map(|node| span_at(trace, tree, node))
}

/// Marks of a row, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Error,
    Running,
    Missing,
    Cycle,
    Outside,
}

/// What the gutter says of a row.
pub(super) fn marks(trace: &Trace, tree: &Tree, entry: Entry) -> impl Iterator<Item = Mark> + use<> {
    let node = match entry {
        Entry::Node(node) => Some(node),
        Entry::Fold { first, .. } => Some(first),
        Entry::Hidden { .. } => None,
    };
    let span = node.and_then(|node| span_at(trace, tree, node));
    let odd = node.map(|node| tree.nodes()[node].marks).unwrap_or_default();
    let hidden_errors = matches!(entry, Entry::Hidden { errors: 1.., .. });
    [
        (Mark::Error, hidden_errors || span.is_some_and(Span::is_error)),
        (Mark::Running, span.is_some_and(|span| span.end.is_none())),
        (Mark::Missing, node.is_some() && span.is_none()),
        (Mark::Cycle, odd.any(Marks::CYCLE)),
        (Mark::Outside, odd.any(Marks::EARLY.and(Marks::LATE).and(Marks::NEGATIVE))),
    ]
    .into_iter()
    .filter_map(|(mark, set)| set.then_some(mark))
}

/// How many columns the guides of a row take if nothing is left out.
pub(super) fn guides_width(depth: usize) -> usize {
    if depth == 0 { 0 } else { depth.saturating_mul(2).saturating_add(1) }
}

impl Columns {
    fn new(trace: &Trace, tree: &Tree, whole: &Whole, rows: &[Row], look: &Look) -> Self {
        let total = look.columns();
        let gap = if total < 60 { 1 } else { 2 };
        let marks = rows.iter().map(|row| marks(trace, tree, row.planned.entry).count()).max().unwrap_or(0);
        let marks = if marks > 0 { marks + 1 } else { 0 };
        let duration = rows.iter().map(|row| text::width(&length_text(row.length, look))).max().unwrap_or(0);
        let service = if total >= SERVICE_COLUMN_FROM && whole.services > 1 {
            let widest = rows.iter().filter_map(|row| spans(trace, tree, row.planned.entry).next());
            widest.map(|span| text::width(&text::sanitise(span.service(), look.ascii))).max().unwrap_or(0).min(SERVICE_COLUMN)
        } else {
            0
        };
        // Marks, label, [gap, service], gap, lane, blank, duration.
        let fixed = marks + gap + 1 + duration + if service > 0 { service + gap } else { 0 };
        let room = total.saturating_sub(fixed);
        let share = if total < 60 { total * 2 / 5 } else { total * 9 / 20 };
        let most = share.min(room.saturating_sub(LEAST_LANE)).max(4);
        let mut label = 0;
        for row in rows {
            if label >= most {
                break;
            }
            let words = Label::new(trace, tree, row, service == 0, look).width();
            label = label.max(guides_width(row.planned.depth).saturating_add(words));
        }
        let label = label.clamp(4, most);
        let guides = label.saturating_sub(10).max(label / 2);
        let deepest = rows.iter().map(|row| row.planned.depth).max().unwrap_or(0);
        let levels = units::count(deepest as u128).len();
        Self { marks, label, service, lane: room.saturating_sub(label).max(1), duration, gap, guides, levels }
    }

    /// The column at which the lane begins.
    pub fn lane_start(&self) -> usize {
        self.marks + self.label + self.gap + if self.service > 0 { self.service + self.gap } else { 0 }
    }
}

/// What the last column says.
pub(super) fn length_text(length: Length, look: &Look) -> String {
    match length {
        Length::Known(length) => units::duration(length, look.ascii),
        Length::Running => "running".to_owned(),
        Length::Unknown => "?".to_owned(),
        Length::Nothing => String::new(),
    }
}
