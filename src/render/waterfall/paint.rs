//! Numbers to text: the axis, then row by row.

use std::fmt;
use std::ops::Range;

use crate::model::Span;
use crate::parallel::in_parts;
use crate::render::line::{Line, Pieces};
use crate::render::scale::Tick;
use crate::render::theme::{self, Look, Role};
use crate::render::{text, units};

use super::label::{Label, Remark, remark};
use super::layout::{Columns, FOR_THREADS, Layout, Length, Mark, Row, guides_width, length_text, marks, spans};
use super::plan::{Below, Entry};
use super::shade::shades;
use super::ticks::ticks;
use super::{Shown, bars, header, linked, logs, notes, origins};

/// Columns between two ticks, at least: room for most labels.
const TICK_SPACING: usize = 9;
/// How many bytes a row may have; for more, there is room when they come.
const ROW_BYTES: usize = 128;

/// Whole lines, in pieces that follow each other: to put megabytes into one text takes a while.
pub(super) fn paint(painter: &Painter<'_>) -> Result<Vec<String>, fmt::Error> {
    let Painter { shown, layout, look, .. } = painter;
    let (mut above, mut below) = (String::new(), String::new());
    header::write(*shown, layout, look, &mut above)?;
    above.push('\n');
    notes::write(*shown, layout, look, &mut below)?;
    let mut pieces = vec![above];
    pieces.extend(body(painter)?);
    pieces.push(below);
    Ok(pieces)
}

/// The axis and the rows, in pieces. Many rows are painted by several threads, each some that follow each other.
pub(super) fn body(painter: &Painter<'_>) -> Result<Vec<String>, fmt::Error> {
    let (mut line, mut axis) = (Line::default(), String::new());
    painter.axis(&mut line);
    line.write(painter.look, &mut axis)?;
    let texts = in_parts(painter.layout.rows.len(), FOR_THREADS, |part| {
        let mut text = String::with_capacity(part.len() * ROW_BYTES);
        painter.rows(part, &mut text).map(|()| text)
    });
    std::iter::once(Ok(axis)).chain(texts).collect()
}

/// The sign of a mark.
pub fn glyph(mark: Mark, look: &Look) -> &'static str {
    match (mark, look.ascii) {
        (Mark::Match, false) => "›",
        (Mark::Match, true) => ">",
        (Mark::Error, _) => "!",
        (Mark::Running, _) => "?",
        (Mark::Missing, false) => "⋯",
        (Mark::Missing, true) => ":",
        (Mark::Cycle, false) => "↺",
        (Mark::Cycle, true) => "@",
        (Mark::Outside, _) => "~",
    }
}

/// Numbers to text, for a layout: each row by itself, so that a screen costs what is on it.
#[derive(Debug)]
pub struct Painter<'a> {
    shown: Shown<'a>,
    layout: &'a Layout,
    look: &'a Look,
    /// Of each row, its log lines; empty where there are none at all.
    logs: Vec<Vec<usize>>,
    /// Of each of the trace's origins, where rows say who has them.
    letters: Vec<char>,
}

impl<'a> Painter<'a> {
    /// For a layout of this very trace.
    pub fn new(shown: Shown<'a>, layout: &'a Layout, look: &'a Look) -> Self {
        Self { shown, layout, look, logs: logs::by_row(shown, &layout.rows).0, letters: origins::letters(shown.trace) }
    }

    /// The lines above the axis, each in pieces. None but that of the trace's link is wider than the look's columns.
    pub fn header_pieces(&self) -> Vec<Pieces> {
        header::lines(self.shown, self.layout, self.look)
    }

    /// The notes below the rows, each line in pieces.
    pub fn notes_pieces(&self) -> Vec<Pieces> {
        notes::lines(self.shown, self.layout, self.look)
    }

    /// The axis, as one line of pieces.
    pub fn axis_pieces(&self) -> Pieces {
        let mut line = Line::default();
        self.axis(&mut line);
        line.take()
    }

    /// A row with the lines that belong below it, each in pieces. Costs as many steps as the row has levels above it.
    pub fn row_pieces(&self, at: usize) -> Vec<Pieces> {
        let open = self.open_above(at);
        let mut lines = Vec::new();
        self.lines(at, &open, &mut Line::default(), &mut |line| lines.push(line.take()));
        lines
    }

    /// The ticks of the axis with their labels. Where labels would collide, there are fewer ticks: leaving one out in between would
    /// make the axis look uneven.
    pub(super) fn ticks(&self) -> Vec<(Tick, String)> {
        let (layout, look) = (self.layout, self.look);
        let end = layout.columns.lane;
        let labelled = |spacing: usize| -> Option<Vec<(Tick, String)>> {
            let mut free = 0;
            let mut labels = Vec::new();
            for tick in layout.scale.ticks(spacing) {
                let label = if tick.offset == 0 { "0".to_owned() } else { units::duration(tick.offset, look.ascii) };
                let column = tick.column;
                let past = column + 1 + text::width(&label);
                if past > end {
                    break;
                }
                if tick.offset > 0 && column <= free {
                    return None;
                }
                // A label may not run into where the axis is broken.
                if layout.scale.breaks().any(|between| (column..past).contains(&between)) {
                    continue;
                }
                free = past;
                labels.push((tick, label));
            }
            Some(labels)
        };
        let spacings = std::iter::successors(Some(TICK_SPACING), |spacing| Some(spacing * 3 / 2));
        let labels = spacings.take_while(|spacing| *spacing <= layout.columns.lane.max(TICK_SPACING)).find_map(labelled);
        labels.unwrap_or_else(|| vec![(Tick { offset: 0, column: 0 }, "0".to_owned())])
    }

    /// Writes rows that follow each other, each line with a line feed.
    fn rows(&self, rows: Range<usize>, out: &mut impl fmt::Write) -> fmt::Result {
        let mut open = self.layout.rows.get(rows.start).map_or_else(Vec::new, |_| self.open_above(rows.start));
        let mut line = Line::default();
        for at in rows {
            let planned = &self.layout.rows[at].planned;
            let mut said = Ok(());
            open.truncate(planned.depth);
            self.lines(at, &open, &mut line, &mut |line| said = said.and_then(|()| line.write(self.look, out)));
            said?;
            open.push(!planned.last);
        }
        Ok(())
    }

    /// Of each level above a row, whether siblings come further down.
    fn open_above(&self, at: usize) -> Vec<bool> {
        let rows = &self.layout.rows;
        let above = std::iter::successors(rows[at].planned.parent, |row| rows[*row].planned.parent);
        let mut open: Vec<bool> = above.map(|row| !rows[row].planned.last).collect();
        open.reverse();
        open
    }

    /// Every label stands behind a line at the very place where a bar that starts then begins.
    fn axis(&self, line: &mut Line) {
        let (layout, look) = (self.layout, self.look);
        let start = layout.columns.lane_start();
        let sign = if look.ascii { "|" } else { "▏" };
        let ticks = self.ticks().into_iter();
        let mut signs: Vec<(usize, String)> =
            ticks.map(|(tick, label)| (start + tick.column, format!("{sign}{label}"))).collect();
        let between = if look.ascii { "/" } else { "╱" };
        signs.extend(layout.scale.breaks().map(|column| (start + column, between.to_owned())));
        signs.sort();
        if layout.rows.len() > 1 {
            self.legend(line, start - layout.columns.gap);
        }
        for (column, sign) in signs {
            line.pad_to(column);
            line.push(Role::Faint, &sign);
        }
    }

    /// What the cells of bars mean, as much as fits into the room above the labels.
    fn legend(&self, line: &mut Line, room: usize) {
        let ascii = self.look.ascii;
        let (critical, own, waits) = if ascii { ("#", "=", "-") } else { ("█", "▄", "─") };
        let legends = [
            format!("{critical} critical path  {own} own time  {waits} waits"),
            format!("{critical} critical {own} own {waits} waits"),
            format!("{critical} critical path"),
        ];
        line.pad_to(self.layout.columns.marks);
        let fitting = legends.iter().find(|legend| line.width() + text::width(legend) <= room);
        line.push(Role::Faint, fitting.map_or("", |legend| legend.as_str()));
    }

    /// The lines of a row. `open` says of each level above whether siblings come further down.
    fn lines(&self, at: usize, open: &[bool], line: &mut Line, emit: &mut dyn FnMut(&mut Line)) {
        let (shown, look, row) = (self.shown, self.look, &self.layout.rows[at]);
        let Columns { marks: gutter, origins, label: label_width, service: service_width, gap, duration, .. } =
            self.layout.columns;
        let span = spans(shown, row.planned.entry).next();

        for mark in marks(shown, row) {
            line.push(if mark == Mark::Error { Role::Error } else { Role::Warning }, glyph(mark, look));
        }
        if origins > 0 {
            line.pad_to(gutter - origins - 1);
            line.push(Role::Faint, &origins::cells(span, &self.letters, look.ascii));
        }
        line.pad_to(gutter);
        self.guides(row, open, line);
        let room = (gutter + label_width).saturating_sub(line.width());
        let label = Label::new(shown, row, service_width == 0, look);
        if matches!(row.planned.entry, Entry::Hidden(_)) || row.extent.is_none() && span.is_none() {
            // Nothing else is in this row.
            label.put(look.columns() - line.width(), look, line);
            emit(line);
            return self.log_lines(at, open, line, emit);
        }
        label.put(room, look, line);
        line.pad_to(gutter + label_width + gap);
        if service_width > 0 {
            let service = span.map(Span::service).unwrap_or_default();
            let name = text::sanitise(service, look.ascii);
            line.push(theme::service(service), &text::truncate(&name, service_width, look.ascii));
        }
        let remark = remark(shown, row, look);
        let beside = self.lane(row, span, remark.as_ref(), line);
        let role = if row.length == Length::Running { Role::Warning } else { Role::Plain };
        let length = length_text(row.length, look);
        let wide = text::width(&length);
        line.pad_to(look.columns() - wide.min(duration));
        line.push(role, &text::truncate(&length, duration, look.ascii));
        emit(line);
        let rest = span.map_or_else(Vec::new, |span| linked::lines(shown.trace, span, look));
        let rest = rest.into_iter().map(|words| (Role::Faint, words));
        for (role, words) in remark.filter(|_| !beside).map(|remark| (remark.role, remark.words)).into_iter().chain(rest) {
            self.below(at, open, &[(role, words)], line);
            emit(line);
        }
        self.log_lines(at, open, line, emit);
    }

    /// The log lines of a row, each on a line of its own.
    fn log_lines(&self, at: usize, open: &[bool], line: &mut Line, emit: &mut dyn FnMut(&mut Line)) {
        let written = self.shown.trace.logs.as_deref().unwrap_or_default();
        let start = self.layout.whole.range.start();
        for nth in self.logs.get(at).into_iter().flatten() {
            self.below(at, open, &logs::pieces(&written[*nth], start, self.look), line);
            emit(line);
        }
    }

    /// The lane: the bar, and the remark to the right or left of it if there is room. Says whether there was.
    fn lane(&self, row: &Row, span: Option<&Span>, remark: Option<&Remark>, line: &mut Line) -> bool {
        let left = self.layout.columns.lane_start();
        let end = left + self.layout.columns.lane;
        line.pad_to(left);
        let (scale, ascii) = (&self.layout.scale, self.look.ascii);
        let bar = row.extent.map(|extent| bars::cells(extent, &shades(self.shown, row), scale, ascii));
        let (column, mut bar) = bar.unwrap_or_default();
        let ticks = ticks(self.shown, row);
        let happened = (!bars::put(&ticks, column, &mut bar, scale, ascii) && remark.is_none()).then(|| Remark {
            role: Role::Faint,
            words: units::plural(ticks.len(), "event", "events"),
            short: Some(units::count(ticks.len())),
        });
        let remark = remark.or(happened.as_ref());
        let start = left + column;
        let stop = start + bar.len();
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
                line.pad_to(start);
                line.push_cells(role, &bar);
                line.pad_to(stop + 1);
                line.push(role_of_words, words);
                return true;
            }
            if left + wide < start {
                line.pad_to(start - wide - 1);
                line.push(role_of_words, words);
                line.pad_to(start);
                line.push_cells(role, &bar);
                return true;
            }
        }
        line.pad_to(start);
        line.push_cells(role, &bar);
        false
    }

    /// Words on a line of their own, below the row.
    fn below(&self, at: usize, open: &[bool], words: &[(Role, String)], line: &mut Line) {
        let row = &self.layout.rows[at];
        line.pad_to(self.layout.columns.marks);
        if guides_width(row.planned.depth) <= self.layout.columns.guides {
            // What is folded away is among the rows, where it can be unfolded, and not on the screen.
            let next = self.layout.rows.get(at + 1).filter(|_| row.planned.below == Below::default());
            let below = next.is_some_and(|next| next.planned.depth > row.planned.depth);
            let own = (row.planned.depth > 0).then_some(!row.planned.last);
            let levels = open.iter().skip(1).copied().chain(own).chain(std::iter::once(below));
            levels.for_each(|more| line.push_measured(Role::Faint, self.vertical(more), 2));
        } else {
            line.pad_to(self.layout.columns.marks + self.layout.columns.guides);
        }
        let room = self.look.columns() - line.width();
        let words = words.iter().map(|(role, words)| (*role, words.as_str()));
        line.push_fitting(words, room, self.look.ascii);
    }

    fn vertical(&self, more: bool) -> &'static str {
        match (more, self.look.ascii) {
            (true, false) => "│ ",
            (true, true) => "| ",
            (false, _) => "  ",
        }
    }

    /// The lines that lead from the parent to the row, heavy where the trace waited for the row. Where they would take more than their
    /// share, the outer ones give way to the number of levels above.
    fn guides(&self, row: &Row, open: &[bool], line: &mut Line) {
        let depth = row.planned.depth;
        if depth == 0 {
            return;
        }
        let path = &self.shown.analysis.path;
        let critical = row.planned.entry.nodes(&self.shown.analysis.tree).any(|node| path.visit_of(node).is_some());
        let connector = match (row.planned.last, critical, self.look.ascii) {
            (false, false, false) => "├─ ",
            (false, true, false) => "┝━ ",
            (true, false, false) => "└─ ",
            (true, true, false) => "┕━ ",
            (false, false, true) => "|- ",
            (false, true, true) => "|= ",
            (true, false, true) => "`- ",
            (true, true, true) => "`= ",
        };
        let (number, from) = self.layout.columns.first_guide(depth);
        line.push(Role::Faint, &number);
        open[from.min(depth)..depth].iter().for_each(|more| line.push_measured(Role::Faint, self.vertical(*more), 2));
        line.push_measured(Role::Faint, connector, 3);
    }
}
