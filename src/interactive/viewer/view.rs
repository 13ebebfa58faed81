//! What a trace looks like on a screen: header, axis, rows, all about one span, and the last line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Viewer;
use crate::interactive::paint;
use crate::render::theme::Role;
use crate::render::waterfall::{Entry, Painter};
use crate::render::{Look, Pieces, span, text, units};

/// From this width on, all about a span stands beside the rows, else below them.
const BESIDE_FROM: u16 = 140;
/// The widest that it is then, and the narrowest.
const BESIDE: (u16, u16) = (80, 52);
/// From this height on, there is a blank line below the header.
const AIRY_FROM: u16 = 30;

/// The keys that are named in the last line, what matters most first.
const HINTS: &[&str] = &[
    "? keys",
    "/ search",
    "q quit",
    "d details",
    "e error",
    "c critical path",
    "h l fold",
    "x alike",
    "z zoom",
    "i trace",
    "y copy id",
];

/// A page upon the rows.
#[derive(Debug)]
pub(super) struct Page {
    sheet: Sheet,
    pub(super) lines: Vec<Pieces>,
    /// For which width these are.
    width: usize,
    pub(super) top: usize,
    pub(super) on_screen: usize,
}

/// What a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sheet {
    /// Which keys there are.
    Keys,
    /// The trace as a whole.
    Trace,
}

impl Page {
    pub(super) fn new(sheet: Sheet) -> Self {
        Self { sheet, lines: Vec::new(), width: 0, top: 0, on_screen: 0 }
    }
}

impl Viewer {
    /// Draws all of it; the place of the cursor where text is typed.
    pub(in crate::interactive) fn draw(&mut self, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let [body, last] = split(area, area.height.saturating_sub(1));
        let width = usize::from(area.width);
        if self.page.is_some() {
            self.draw_page(buffer, body);
        } else {
            let mut header = self.header(width).clone();
            let most = usize::from((body.height / 4).max(2));
            if header.len() > most {
                header.truncate(most);
                // Whatever else there is no room for, that something is missing is said.
                let lacking = !self.outline.layout.whole.evidence.is_empty();
                let (role, word) = if lacking { (Role::Warning, " incomplete") } else { (Role::Faint, "") };
                let more = vec![(role, format!("{word} {} i", text::ellipsis(self.look.ascii)))];
                let line = header.last().cloned().unwrap_or_default();
                header[most - 1] = paint::both_ends(&line, &more, width, self.look.ascii);
            }
            let airy = u16::from(area.height >= AIRY_FROM);
            let [above, body] = split(body, (header.len() as u16 + airy).min(body.height));
            paint::lines(buffer, above, &header, self.look.color);
            let (rows, details) = self.regions(body);
            self.draw_rows(buffer, rows);
            if let Some(details) = details {
                self.draw_details(buffer, details);
            }
        }
        self.draw_last(buffer, last)
    }

    /// Where the rows are, and where all about one is.
    fn regions(&self, body: Rect) -> (Rect, Option<Rect>) {
        if self.details.is_none() {
            return (body, None);
        }
        if body.width >= BESIDE_FROM {
            let wide = (body.width * 2 / 5).clamp(BESIDE.1, BESIDE.0);
            let left = body.width - wide;
            return (Rect { width: left.saturating_sub(1), ..body }, Some(Rect { x: body.x + left, width: wide, ..body }));
        }
        let [rows, details] = split(body, body.height - body.height * 9 / 20);
        (rows, Some(details))
    }

    fn header(&mut self, width: usize) -> &Vec<Pieces> {
        let Self { subject, outline, look, header, .. } = self;
        if header.as_ref().is_none_or(|(made_for, _)| *made_for != width) {
            let look = Look { width, ..*look };
            let mut lines = Painter::new(subject.shown(), &outline.layout, &look).header_pieces();
            if subject.trace.link.is_some() {
                // An address that is cut leads nowhere: it is on the page of the trace.
                lines.pop();
            }
            *header = Some((width, lines));
        }
        &header.as_ref().expect("it has just been made").1
    }

    fn draw_rows(&mut self, buffer: &mut Buffer, area: Rect) {
        let width = usize::from(area.width);
        if self.look.width != width {
            self.look.width = width;
            self.outline.fit(&self.subject, &self.look);
            self.painted.clear();
        }
        let [axis, body] = split(area, 1.min(area.height));
        let pieces = Painter::new(self.subject.shown(), &self.outline.layout, &self.look).axis_pieces();
        paint::line(buffer, axis, &pieces, self.look.color);
        self.scroll(usize::from(body.height));
        let mut left = paint::rows(body);
        let mut drawn = 0;
        let columns = self.outline.layout.columns;
        for place in self.top..self.outline.visible().len() {
            let row = self.outline.visible()[place];
            let color = self.look.color;
            let selected = row == self.selected;
            let lane = self.outline.row(row).extent.is_some();
            for (nth, pieces) in self.lines(row).iter().enumerate() {
                let Some(at) = left.next() else { break };
                paint::line(buffer, at, pieces, color);
                if selected && nth == 0 {
                    // Bars keep their colours: what is before and behind them is marked.
                    let words = pieces.iter().map(|(_, piece)| text::width(piece)).sum();
                    paint::select(buffer, at, 0, if lane { columns.marks + columns.label } else { words });
                    paint::select(buffer, at, if lane { width.saturating_sub(columns.duration) } else { width }, width);
                }
            }
            if left.size_hint().0 == 0 {
                drawn += 1;
                break;
            }
            drawn += 1;
        }
        self.on_screen = drawn;
    }

    /// Moves as little as it takes to have the selected row on a screen of so many lines, and no room left over below the last.
    fn scroll(&mut self, height: usize) {
        let selected = self.outline.place(self.selected);
        let count = self.outline.visible().len();
        let mut used = self.height(selected);
        let mut first = selected;
        while first > 0 && first > self.top {
            used += self.height(first - 1);
            if used > height {
                break;
            }
            first -= 1;
        }
        self.top = self.top.max(first).min(selected);
        let mut below = self.top;
        let mut used = 0;
        while below < count && used < height {
            used += self.height(below);
            below += 1;
        }
        while self.top > 0 && used + self.height(self.top - 1) <= height {
            self.top -= 1;
            used += self.height(self.top);
        }
    }

    /// How many lines the row at a place has.
    fn height(&mut self, place: usize) -> usize {
        let row = self.outline.visible().get(place).copied();
        row.map_or(0, |row| self.lines(row).len())
    }

    /// A row, painted once as long as it looks the same.
    fn lines(&mut self, row: usize) -> &Vec<Pieces> {
        /// More than any screen has: those that were scrolled past go.
        const KEPT: usize = 10_000;
        let Self { subject, outline, look, painted, .. } = self;
        if painted.len() > KEPT && !painted.contains_key(&row) {
            painted.clear();
        }
        painted.entry(row).or_insert_with(|| Painter::new(subject.shown(), &outline.layout, look).row_pieces(row))
    }

    fn draw_details(&mut self, buffer: &mut Buffer, area: Rect) {
        let beside = area.width < buffer.area.width;
        let ascii = self.look.ascii;
        let inner = if beside {
            for line in paint::rows(area) {
                paint::line(buffer, line, &vec![(Role::Faint, if ascii { "|" } else { "│" }.to_owned())], self.look.color);
            }
            Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area }
        } else {
            let [_, inner] = split(area, 1.min(area.height));
            inner
        };
        let width = usize::from(inner.width);
        if self.about.as_ref().is_none_or(|(row, made_for, _)| (*row, *made_for) != (self.selected, width)) {
            self.about = Some((self.selected, width, self.about(width)));
        }
        let Some((_, _, lines)) = &self.about else { return };
        let height = usize::from(inner.height);
        let top = self.details.unwrap_or(0).min(lines.len().saturating_sub(height));
        self.details = self.details.map(|_| top);
        paint::lines(buffer, inner, &lines[top..], self.look.color);
        if !beside {
            let to = lines.len().min(top + height);
            let words =
                if lines.len() > height { format!("lines {}-{to} of {}, J K", top + 1, lines.len()) } else { String::new() };
            paint::line(buffer, area, &paint::rule(&words, width, &self.look), self.look.color);
        }
    }

    /// All about the selected row.
    fn about(&self, width: usize) -> Vec<Pieces> {
        let look = Look { width, ..self.look };
        let about = |node| span::lines(self.subject.shown(), node, &look);
        match self.outline.row(self.selected).planned.entry {
            Entry::Node(node) => about(node),
            Entry::Fold { first, count } => {
                let words = format!("the first of {} that are alike; l gives each a row", units::count(count));
                let said = text::wrap(&words, look.columns()).into_iter().map(|words| vec![(Role::Warning, words)]);
                said.chain([Pieces::new()]).chain(about(first)).collect()
            }
            Entry::Hidden(below) => {
                let words =
                    format!("{} not drawn (--max-rows); l shows them", units::plural(below.spans, "span is", "spans are"));
                vec![vec![(Role::Warning, words)]]
            }
        }
    }

    fn draw_page(&mut self, buffer: &mut Buffer, area: Rect) {
        let width = usize::from(area.width);
        let Some(page) = &self.page else { return };
        if page.width != width {
            let lines = match page.sheet {
                Sheet::Keys => self.keys(),
                Sheet::Trace => {
                    let look = Look { width, ..self.look };
                    let painter = Painter::new(self.subject.shown(), &self.outline.layout, &look);
                    let notes = &self.subject.trace.notes;
                    let notes = notes.iter().flat_map(|note| text::wrap(&text::sanitise(note, look.ascii), look.columns()));
                    let notes = notes.map(|words| vec![(Role::Plain, words)]);
                    [painter.header_pieces(), vec![Pieces::new()], painter.notes_pieces(), notes.collect()].concat()
                }
            };
            if let Some(page) = &mut self.page {
                (page.lines, page.width) = (lines, width);
            }
        }
        let color = self.look.color;
        let Some(page) = &mut self.page else { return };
        let title = match page.sheet {
            Sheet::Keys => "keys",
            Sheet::Trace => "the trace as a whole",
        };
        let [rule, inner] = split(area, 1.min(area.height));
        page.on_screen = usize::from(inner.height);
        page.top = page.top.min(page.lines.len().saturating_sub(page.on_screen));
        let to = page.lines.len().min(page.top + page.on_screen);
        let words = match page.lines.len() {
            count if count > page.on_screen => format!("{title}: lines {}-{to} of {count}", page.top + 1),
            _ => title.to_owned(),
        };
        paint::line(buffer, rule, &paint::rule(&words, width, &self.look), color);
        paint::lines(buffer, inner, &page.lines[page.top..], color);
    }

    /// The last line: what is typed, else what there is to say, else which keys there are; and where we are.
    fn draw_last(&self, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let ascii = self.look.ascii;
        let width = usize::from(area.width);
        let right = if self.page.is_some() { Pieces::new() } else { vec![(Role::Plain, self.place())] };
        let typed = self.prompt.as_ref().map(|asking| text::sanitise(asking.prompt.text(), ascii).into_owned());
        let left = match &typed {
            Some(typed) => vec![(Role::Id, "/".to_owned()), (Role::Plain, typed.clone())],
            None if !self.message.is_empty() => vec![(Role::Plain, self.message.clone())],
            None if self.page.is_some() => vec![(Role::Faint, "Esc closes this, j and k scroll".to_owned())],
            None => {
                let taken: usize = right.iter().map(|(_, piece)| text::width(piece) + 1).sum();
                vec![(Role::Faint, paint::hints(HINTS, width.saturating_sub(taken)))]
            }
        };
        paint::line(buffer, area, &paint::both_ends(&left, &right, width, ascii), self.look.color);
        typed.filter(|_| !area.is_empty()).map(|typed| {
            let column = (1 + text::width(&typed)).min(width.saturating_sub(1));
            Position { x: area.x + column as u16, y: area.y }
        })
    }

    /// Where we are: hits, rows, and what is not on the screen however far it is scrolled.
    fn place(&self) -> String {
        let separator = if self.look.ascii { " | " } else { " · " };
        let mut facts = Vec::new();
        if let Some(search) = &self.search {
            let hits = match self.node().and_then(|node| search.number(node)) {
                Some(number) => format!("hit {}/{}", units::count(number), units::count(search.len())),
                None => units::plural(search.len(), "hit", "hits"),
            };
            let more = match (search.is_done(), search.elsewhere) {
                (false, _) => format!(" so far ({} %)", search.percent()),
                (true, 0) => String::new(),
                (true, elsewhere) => format!(" (+{} not drawn)", units::count(elsewhere)),
            };
            facts.push(hits + &more);
        }
        if self.outline.cut.zoom.is_some() {
            facts.push("zoomed".to_owned());
        }
        if self.outline.cut.filtered {
            facts.push("filtered".to_owned());
        }
        let (at, of) = (self.outline.place(self.selected) + 1, self.outline.visible().len());
        facts.push(format!("row {}/{}", units::count(at), units::count(of)));
        match self.outline.folded_away() {
            0 => {}
            folded => facts.push(format!("{} folded", units::plural(folded, "span", "spans"))),
        }
        facts.join(separator)
    }
}

/// An area in two: the first has so many lines.
fn split(area: Rect, lines: u16) -> [Rect; 2] {
    let lines = lines.min(area.height);
    [Rect { height: lines, ..area }, Rect { y: area.y + lines, height: area.height - lines, ..area }]
}
