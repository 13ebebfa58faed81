//! What happens in a trace, in the order of time: calls, answers, and what each does by itself.

use crate::analysis::graph::{Silent, silent};
use crate::model::{SpanKind, Time};
use crate::render::theme::Look;
use crate::render::waterfall::label::{Label, remark};
use crate::render::waterfall::layout::{Layout, Length, Row, length_text, marks, spans};
use crate::render::waterfall::plan::{Below, Entry};
use crate::render::waterfall::{Extent, Shown, glyph};
use crate::render::{text, units};

use super::super::origins;
use super::cast::Cast;
use super::{WIDEST, safe};

/// So many lines at most stand in one note; the others are counted.
const LINES: usize = 6;

/// A moment of the story.
enum Event {
    /// Somebody does something without anybody else.
    Alone { who: usize, line: Line },
    /// From whom to whom, and what is asked for. Whether an answer will come.
    Call { from: usize, to: usize, what: String, sort: Sort },
    /// From whom to whom, with how it ended.
    Answer { from: usize, to: usize, how: String, failed: bool },
}

/// What becomes of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// It is answered.
    Asked,
    /// It is handed over, and nobody waits.
    HandedOver,
    /// Nothing is known of its end.
    Open,
}

/// A line of a note.
struct Line {
    words: String,
    /// How many spans it stands for, and how many of them failed.
    of: Below,
    /// What is told first where not all can be.
    worth: (bool, i128),
}

/// The statements of a trace.
pub(super) fn tell(shown: Shown<'_>, layout: &Layout, cast: &mut Cast, look: &Look) -> Vec<String> {
    let mut events = Vec::new();
    let mut told = Story { shown, layout, look, silent: silent(shown.trace, &shown.analysis.tree), places: Vec::new() };
    // Rows whose end has not come yet, with what is to be said then.
    let mut open: Vec<(usize, Option<(Time, Event)>)> = Vec::new();
    for (at, row) in layout.rows.iter().enumerate() {
        while open.len() > row.planned.depth {
            events.extend(open.pop().and_then(|(_, end)| end));
        }
        let (begin, end) = told.row(row, cast);
        events.push(begin);
        open.push((at, end));
    }
    while let Some((_, end)) = open.pop() {
        events.extend(end);
    }
    // Those of one moment stay in the order of the tree.
    events.sort_by_key(|(time, _)| *time);
    statements(events.into_iter().map(|(_, event)| event), look)
}

struct Story<'a> {
    shown: Shown<'a>,
    layout: &'a Layout,
    look: &'a Look,
    /// Of each node, what it calls that sends no spans.
    silent: Vec<Option<Silent>>,
    /// Of each row so far, who it is of and when it began.
    places: Vec<(usize, Time)>,
}

impl Story<'_> {
    /// What is to be said when a row begins, and when it ends.
    fn row(&mut self, row: &Row, cast: &mut Cast) -> ((Time, Event), Option<(Time, Event)>) {
        let (shown, look) = (self.shown, self.look);
        let tree = &shown.analysis.tree;
        let above = row.planned.parent.map(|parent| self.places[parent]);
        let span = spans(shown, row.planned.entry).next();
        let who = match span {
            Some(span) => cast.service(span.service(), look),
            // What has not arrived, or is only counted, is told where those around it are.
            None => above.map_or_else(|| self.somebody(row, cast), |(who, _)| who),
        };
        let start = row.extent.and_then(Extent::start);
        let start = start.or(above.map(|(_, start)| start)).unwrap_or(self.layout.whole.range.start());
        self.places.push((who, start));

        let node = row.planned.entry.node();
        let signs: String = marks(shown, row).map(|mark| glyph(mark, look)).collect();
        let signs = if signs.is_empty() { signs } else { format!("{signs} ") };
        let label = Label::new(shown, row, false, look).plain();
        let has = span.map_or_else(String::new, |span| origins::beside(shown.trace, span, look));
        let what = safe(&format!("{signs}{label}{has}"), WIDEST, look);
        let length = length_text(row.length, look);
        let remark = remark(shown, row, look).map(|remark| safe(&remark.words, WIDEST, look));
        let how = match &remark {
            Some(remark) => format!("{}: {remark}", safe(&length, WIDEST, look)),
            None => safe(&length, WIDEST, look),
        };
        let between = if look.ascii { " - " } else { " · " };
        let asking = above.map(|(asking, _)| asking).filter(|_| span.is_some());
        let called = node.and_then(|node| self.silent[node].clone()).map(|silent| cast.silent(&silent, look));
        let (from, to) = match (called, asking) {
            (Some(called), _) if called != who => (who, called),
            (_, Some(asking)) if asking != who && self.arrived(row) => (asking, who),
            _ => {
                let words = if how.is_empty() { what } else { format!("{what}{between}{how}") };
                let line = Line { words, of: self.stands_for(row), worth: self.worth(row) };
                return ((start, Event::Alone { who, line }), None);
            }
        };
        let failed = span.is_some_and(crate::model::Span::is_error);
        let handed_over = node.is_some_and(|node| tree.is_handed_over(shown.trace, node))
            || called.is_some() && span.is_some_and(|span| span.kind == SpanKind::Producer);
        match row.extent {
            Some(Extent::Closed(begin, end)) if !handed_over => {
                let call = Event::Call { from, to, what, sort: Sort::Asked };
                ((start, call), Some((end.max(begin), Event::Answer { from: to, to: from, how, failed })))
            }
            _ => {
                let sort = if handed_over { Sort::HandedOver } else { Sort::Open };
                ((start, Event::Call { from, to, what: format!("{what}{between}{how}"), sort }), None)
            }
        }
    }

    /// Whether the span above a row has arrived: only then it is known to have called.
    fn arrived(&self, row: &Row) -> bool {
        let above = row.planned.parent.and_then(|parent| spans(self.shown, self.layout.rows[parent].planned.entry).next());
        above.is_some()
    }

    /// Whoever is right below a row at the top that is nobody's.
    fn somebody(&self, row: &Row, cast: &mut Cast) -> usize {
        let tree = &self.shown.analysis.tree;
        let mut below = row.planned.entry.node().into_iter().flat_map(|node| tree.children(node));
        let service = below.find_map(|node| tree.span(self.shown.trace, node)).map_or("", |span| span.service());
        if service.is_empty() && !cast.is_empty() { 0 } else { cast.service(service, self.look) }
    }

    /// How many spans a row stands for, and how many of them failed.
    fn stands_for(&self, row: &Row) -> Below {
        let tree = &self.shown.analysis.tree;
        let mut of = match row.planned.entry {
            Entry::Hidden(hidden) => hidden,
            Entry::Node(_) | Entry::Fold { .. } => row.planned.below,
        };
        let nodes = match row.planned.entry {
            Entry::Fold { first, count } => first..first + count * tree.nodes()[first].size,
            Entry::Node(node) => node..node + 1,
            Entry::Hidden(_) => 0..0,
        };
        for span in nodes.filter_map(|node| tree.span(self.shown.trace, node)) {
            of.spans += 1;
            of.errors += usize::from(span.is_error());
        }
        of
    }

    fn worth(&self, row: &Row) -> (bool, i128) {
        let failed = self.stands_for(row).errors > 0;
        let length = match row.length {
            Length::Known(length) => length,
            Length::Running => i128::MAX,
            Length::Unknown | Length::Nothing => i128::MIN,
        };
        (failed || row.matched, length)
    }
}

/// Events as statements. What one does alone, several times in a row, is one note.
fn statements(events: impl Iterator<Item = Event>, look: &Look) -> Vec<String> {
    let mut out = Vec::new();
    let mut note: Option<(usize, Vec<Line>)> = None;
    for event in events {
        match (&mut note, event) {
            (Some((whose, lines)), Event::Alone { who, line }) if *whose == who => lines.push(line),
            (note, event) => {
                out.extend(note.take().map(|(who, lines)| written(who, &lines, look)));
                match event {
                    Event::Alone { who, line } => *note = Some((who, vec![line])),
                    Event::Call { from, to, what, sort } => {
                        let arrow = match sort {
                            Sort::Asked => "->>+",
                            Sort::HandedOver => "-)",
                            Sort::Open => "->>",
                        };
                        out.push(format!("s{from}{arrow}s{to}: {what}"));
                    }
                    Event::Answer { from, to, how, failed } => {
                        let arrow = if failed { "--x-" } else { "-->>-" };
                        out.push(format!("s{from}{arrow}s{to}: {how}"));
                    }
                }
            }
        }
    }
    out.extend(note.map(|(who, lines)| written(who, &lines, look)));
    out
}

/// A note, of which the less important lines are counted where there are many.
fn written(who: usize, lines: &[Line], look: &Look) -> String {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    if lines.len() > LINES {
        order.sort_by_key(|at| (std::cmp::Reverse(lines[*at].worth), *at));
        order.truncate(LINES - 1);
        order.sort_unstable();
    }
    let mut words: Vec<String> = order.iter().map(|at| lines[*at].words.clone()).collect();
    if order.len() < lines.len() {
        let rest = lines.iter().enumerate().filter(|(at, _)| order.binary_search(at).is_err()).map(|(_, line)| line.of);
        let rest = rest.fold(Below::default(), |sum, of| Below { spans: sum.spans + of.spans, errors: sum.errors + of.errors });
        let failed =
            if rest.errors > 0 { format!(" ({})", units::plural(rest.errors, "error", "errors")) } else { String::new() };
        let more = units::plural(rest.spans, "more span", "more spans");
        words.push(safe(&format!("{} {more}{failed}", text::ellipsis(look.ascii)), WIDEST, look));
    }
    format!("Note over s{who}: {}", words.join("<br/>"))
}
