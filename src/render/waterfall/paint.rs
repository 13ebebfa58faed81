//! Numbers to text: the axis, then row by row.

use std::fmt;

use crate::analysis::Tree;
use crate::model::{Span, Trace};
use crate::render::line::Line;
use crate::render::theme::{self, Look, Role};
use crate::render::{text, units};

use super::label::{Label, Remark, remark};
use super::layout::{Columns, Layout, Length, Mark, Row, guides_width, length_text, marks, spans};
use super::plan::Entry;
use super::{bars, header, linked, notes};

/// Columns between two ticks, at least: room for most labels.
const TICK_SPACING: usize = 9;

pub(super) fn paint(trace: &Trace, tree: &Tree, layout: &Layout, look: &Look, out: &mut impl fmt::Write) -> fmt::Result {
    header::write(trace, layout, look, out)?;
    out.write_char('\n')?;
    axis(layout, look, out)?;
    let mut painter = Painter { trace, tree, layout, look, line: Line::default(), open: Vec::new() };
    for (at, row) in layout.rows.iter().enumerate() {
        let below = layout.rows.get(at + 1).is_some_and(|next| next.planned.depth > row.planned.depth);
        painter.row(row, below, out)?;
    }
    notes::write(trace, tree, look, out)
}

/// The sign of a mark.
pub(super) fn glyph(mark: Mark, look: &Look) -> &'static str {
    match (mark, look.ascii) {
        (Mark::Error, _) => "!",
        (Mark::Running, _) => "?",
        (Mark::Missing, false) => "⋯",
        (Mark::Missing, true) => ":",
        (Mark::Cycle, false) => "↺",
        (Mark::Cycle, true) => "@",
        (Mark::Outside, _) => "~",
    }
}

/// Every label stands behind a line at the very place where a bar that starts then begins. Where labels would collide, there are
/// fewer ticks: leaving one out in between would make the axis look uneven.
fn axis(layout: &Layout, look: &Look, out: &mut impl fmt::Write) -> fmt::Result {
    let start = layout.columns.lane_start();
    let end = start + layout.columns.lane;
    let labelled = |spacing: usize| -> Option<Vec<(usize, String)>> {
        let mut free = 0;
        let mut labels = Vec::new();
        for tick in layout.scale.ticks(spacing) {
            let label = if tick.offset == 0 { "0".to_owned() } else { units::duration(tick.offset, look.ascii) };
            let column = start + tick.column;
            let past = column + 1 + text::width(&label);
            if past > end {
                break;
            }
            if tick.offset > 0 && column <= free {
                return None;
            }
            free = past;
            labels.push((column, label));
        }
        Some(labels)
    };
    let spacings = std::iter::successors(Some(TICK_SPACING), |spacing| Some(spacing * 3 / 2));
    let labels = spacings.take_while(|spacing| *spacing <= layout.columns.lane.max(TICK_SPACING)).find_map(labelled);
    let mut line = Line::default();
    for (column, label) in labels.unwrap_or_else(|| vec![(start, "0".to_owned())]) {
        line.pad_to(column);
        line.push(Role::Faint, if look.ascii { "|" } else { "▏" });
        line.push(Role::Faint, &label);
    }
    line.write(look, out)
}

struct Painter<'a> {
    trace: &'a Trace,
    tree: &'a Tree,
    layout: &'a Layout,
    look: &'a Look,
    line: Line,
    /// For each depth above the row, whether siblings come further down.
    open: Vec<bool>,
}

impl Painter<'_> {
    fn row(&mut self, row: &Row, below: bool, out: &mut impl fmt::Write) -> fmt::Result {
        let (trace, tree, look) = (self.trace, self.tree, self.look);
        let Columns { marks: gutter, label: label_width, service: service_width, gap, duration, .. } = self.layout.columns;
        let span = spans(trace, tree, row.planned.entry).next();
        self.open.resize(row.planned.depth, false);

        for mark in marks(trace, tree, row.planned.entry) {
            self.line.push(if mark == Mark::Error { Role::Error } else { Role::Warning }, glyph(mark, look));
        }
        self.line.pad_to(gutter);
        self.guides(row);
        self.open.push(!row.planned.last);
        let room = (gutter + label_width).saturating_sub(self.line.width());
        let label = Label::new(trace, tree, row, service_width == 0, look);
        if matches!(row.planned.entry, Entry::Hidden { .. }) || row.bar.is_none() && span.is_none() {
            // Nothing else is in this row.
            let room = look.columns() - self.line.width();
            self.line.extend(&label.pieces(room, look));
            return self.line.write(look, out);
        }
        self.line.extend(&label.pieces(room, look));
        self.line.pad_to(gutter + label_width + gap);
        if service_width > 0 {
            let service = span.map(Span::service).unwrap_or_default();
            let shown = text::sanitise(service, look.ascii);
            self.line.push(theme::service(service), &text::truncate(&shown, service_width, look.ascii));
        }
        let remark = remark(trace, tree, row, look);
        let beside = self.lane(row, span, remark.as_ref());
        self.line.pad_to(look.columns() - duration);
        let role = if row.length == Length::Running { Role::Warning } else { Role::Plain };
        self.line.push(role, &text::pad_left(&length_text(row.length, look), duration, look.ascii));
        self.line.write(look, out)?;
        if let Some(remark) = remark.filter(|_| !beside) {
            self.below(row, below, remark.role, &remark.words, out)?;
        }
        let linked = span.map_or_else(Vec::new, |span| linked::lines(trace, span, look));
        linked.iter().try_for_each(|words| self.below(row, below, Role::Faint, words, out))
    }

    /// The lane: the bar, and the remark to the right or left of it if there is room. Says whether there was.
    fn lane(&mut self, row: &Row, span: Option<&Span>, remark: Option<&Remark>) -> bool {
        let lane = self.layout.columns.lane_start();
        let end = lane + self.layout.columns.lane;
        self.line.pad_to(lane);
        let (column, bar) = row.bar.map(|bar| bars::cells(bar, self.layout.columns.lane, self.look.ascii)).unwrap_or_default();
        let start = lane + column;
        let stop = start + text::width(&bar);
        let role = match span {
            Some(span) if span.is_error() => Role::Error,
            Some(span) => theme::service(span.service()),
            None => Role::Faint,
        };
        let words = remark.into_iter().flat_map(|remark| [Some(&remark.words), remark.short.as_ref()]).flatten();
        let role_of_words = remark.map(|remark| remark.role).unwrap_or_default();
        for words in words {
            let wide = text::width(words);
            if stop + 1 + wide <= end {
                self.line.pad_to(start);
                self.line.push(role, &bar);
                self.line.pad_to(stop + 1);
                self.line.push(role_of_words, words);
                return true;
            }
            if lane + wide < start {
                self.line.pad_to(start - wide - 1);
                self.line.push(role_of_words, words);
                self.line.pad_to(start);
                self.line.push(role, &bar);
                return true;
            }
        }
        self.line.pad_to(start);
        self.line.push(role, &bar);
        false
    }

    /// Words on a line of their own, below the row.
    fn below(&mut self, row: &Row, below: bool, role: Role, words: &str, out: &mut impl fmt::Write) -> fmt::Result {
        self.line.pad_to(self.layout.columns.marks);
        let depth = row.planned.depth;
        let fits = guides_width(depth) <= self.layout.columns.guides;
        if fits {
            let lines = self.open[1.min(self.open.len())..].iter().copied().chain(std::iter::once(below));
            let guides: String = lines.map(|more| self.vertical(more)).collect();
            self.line.push(Role::Faint, &guides);
        } else {
            self.line.pad_to(self.layout.columns.marks + self.layout.columns.guides);
        }
        let room = self.look.columns() - self.line.width();
        self.line.push(role, &text::truncate(words, room, self.look.ascii));
        self.line.write(self.look, out)
    }

    fn vertical(&self, more: bool) -> &'static str {
        match (more, self.look.ascii) {
            (true, false) => "│ ",
            (true, true) => "| ",
            (false, _) => "  ",
        }
    }

    /// The lines that lead from the parent to the row. Where they would take more than their share, the outer ones give way to the
    /// number of levels above.
    fn guides(&mut self, row: &Row) {
        let depth = row.planned.depth;
        if depth == 0 {
            return;
        }
        let connector = match (row.planned.last, self.look.ascii) {
            (false, false) => "├─ ",
            (true, false) => "└─ ",
            (false, true) => "|- ",
            (true, true) => "`- ",
        };
        let most = self.layout.columns.guides;
        let mut from = 1;
        if guides_width(depth) > most {
            let number = format!("{:>1$} ", units::count(depth as u128), self.layout.columns.levels);
            let levels = most.saturating_sub(number.len() + 3) / 2;
            from = depth - levels.min(depth - 1);
            self.line.push(Role::Faint, &number);
        }
        let guides: String = self.open[from.min(depth)..depth].iter().map(|more| self.vertical(*more)).collect();
        self.line.push(Role::Faint, &guides);
        self.line.push(Role::Faint, connector);
    }
}
