//! Traces as one picture, below each other: the rows of the terminal, with lines and areas for what there are letters.
//!
//! Everything lies in the terminal's columns, all equally wide, so that what fits there fits here. A row tells all of
//! itself when the pointer rests on it, where the picture is opened by itself.

mod bar;
mod row;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::render::line::Pieces;
use crate::render::picture::{self, COLUMN, LINE, MARGIN};
use crate::render::theme::{Look, Role, SERVICE_COLOURS};
use crate::render::{escape, span, text, units};

use super::layout::Layout;
use super::paint::Painter;
use super::{Ink, Options, Section, counted, header, notes, rows};

/// So many rows of a trace are drawn where nothing else is asked for: browsers refuse pictures that are much higher.
pub const ROWS: usize = 1_000;

/// The height of a row without the lines below it.
const ROW: f64 = 20.0;
/// Between two traces.
const BETWEEN: f64 = 40.0;

/// What is drawn beside text, and the colours of text that have a meaning. Those of services are areas, and darker where they are text.
const LIGHT: &str = "\
.title{font-weight:600}.id{fill:#59636e}.odd{fill:#9a6700}.good{fill:#1a7f37}
.t0{fill:#1b7c83}.t1{fill:#1a7f37}.t2{fill:#0969da}.t3{fill:#8250df}.t4{fill:#0550ae}.t5{fill:#9a6700}
.band{fill:transparent}.row:hover .band{fill:#818b98;fill-opacity:.12}.end{text-anchor:end}
.guide{fill:none;stroke:#b7bfc8}.guide.waited{stroke:#59636e;stroke-width:1.5}.grid{fill:none;stroke:#d1d9e0;stroke-opacity:.6}
.cut{fill:none;stroke:#818b98}.dash{fill:none;stroke:#818b98;stroke-dasharray:3 3}.bar{fill:#818b98}
.event{fill:#1f2328;stroke:#ffffff}.halo{fill:none;stroke:#ffffff;stroke-width:5}.thrown{fill:none;stroke:#d1242f;stroke-width:2}
";
const DARK: &str = "\
.id{fill:#9198a1}.odd{fill:#d29922}.good{fill:#3fb950}
.t0{fill:#39c5cf}.t1{fill:#3fb950}.t2{fill:#4493f8}.t3{fill:#ab7df8}.t4{fill:#79c0ff}.t5{fill:#d29922}
.guide{stroke:#4b535d}.guide.waited{stroke:#9198a1}.grid{stroke:#3d444d}
.cut,.dash{stroke:#656c76}.bar{fill:#656c76}
.event{fill:#f0f6fc;stroke:#0d1117}.halo{stroke:#0d1117}.thrown{stroke:#f85149}
";
/// Of failed spans, after the colours of services.
const FAILED: (&str, &str) = (".failed .bar{fill:#d1242f}", ".failed .bar{fill:#f85149}");

/// Draws traces. `look` says how wide, which letters and whose time.
pub fn render(sections: &[Section<'_>], look: &Look) -> String {
    let (size, title, content) = drawn(sections, look);
    picture::element(size, &title, &format!("<style>\n{}</style>\n", style()), &content)
}

/// As [`render`], without the rules: for a page of several pictures, which has [`style`] once.
pub fn within(sections: &[Section<'_>], look: &Look) -> String {
    let (size, title, content) = drawn(sections, look);
    picture::element(size, &title, "", &content)
}

/// The rules of these pictures. But for `text`, they are all about classes.
pub fn style() -> String {
    let light = format!("{LIGHT}{}\n", FAILED.0);
    let dark = format!("{DARK}{}\n", FAILED.1);
    picture::sheet((&light, &dark), ".bar")
}

/// How large, what it is called, and all that is in it.
fn drawn(sections: &[Section<'_>], look: &Look) -> ((f64, f64), String, String) {
    let look = Look { color: false, now: None, ..*look };
    let mut canvas = Canvas { out: String::new(), y: MARGIN };
    let mut title = String::new();
    for (nth, section) in sections.iter().enumerate() {
        if nth > 0 {
            canvas.y += BETWEEN;
        }
        title = canvas.section(section, &look);
    }
    if sections.len() != 1 {
        title = units::plural(sections.len(), "trace", "traces");
    }
    let size = (look.columns() as f64 * COLUMN + 2.0 * MARGIN, canvas.y + MARGIN);
    (size, title, canvas.out)
}

/// A picture in the making.
struct Canvas {
    out: String,
    /// How far down it is drawn.
    y: f64,
}

impl Canvas {
    /// Answers what the trace is called.
    fn section(&mut self, section: &Section<'_>, look: &Look) -> String {
        let shown = section.shown;
        if let Some(node) = section.span {
            let lines = span::lines(shown, node, look);
            self.lines(&lines);
            return lines.first().map(plain).unwrap_or_default();
        }
        let options = Options { max_rows: section.options.max_rows.or(Some(ROWS)), ..section.options };
        let layout = Layout::new(shown, rows(shown, &options), &options, look);
        let header = header::lines(shown, &layout, look);
        for line in &header {
            // Only the address of a trace may be wider than all else.
            self.lines(&broken(line, look));
        }
        self.y += LINE / 2.0;
        let top = self.y;
        self.y += ROW;
        let (mut open, mut drawn) = (Vec::new(), String::new());
        for (at, row) in layout.rows.iter().enumerate() {
            open.truncate(row.planned.depth);
            self.y += row::draw(shown, &layout, (at, &open), look, self.y, &mut drawn);
            open.push(!row.planned.last);
        }
        self.axis(&Painter::new(shown, &layout, look), &layout, top);
        self.out.push_str(&drawn);
        let mut below = notes::lines(shown, &layout, look);
        let hidden = counted(&layout.rows);
        if hidden > 0 {
            let words = format!("{} counted in their rows, not drawn", units::plural(hidden, "span is", "spans are"));
            notes::note(None, &words, look, &mut below);
        }
        if !below.is_empty() {
            self.y += LINE / 2.0;
            self.lines(&below);
        }
        header.first().map(plain).unwrap_or_default()
    }

    /// Lines of text.
    fn lines(&mut self, lines: &[Pieces]) {
        for line in lines {
            if !line.is_empty() {
                words(&mut self.out, MARGIN, self.y + 12.0, "", line);
            }
            self.y += LINE;
        }
    }

    /// The legend, and the ticks with the lines below them, through all rows.
    fn axis(&mut self, painter: &Painter<'_>, layout: &Layout, top: f64) {
        let lane = MARGIN + layout.columns.lane_start() as f64 * COLUMN;
        let mut grid = String::new();
        for (tick, label) in painter.ticks() {
            let exact = bar::at(&layout.scale, layout.scale.start().saturating_add(tick.offset));
            // Where the axis is broken, one moment is at two places: its tick stands behind the break.
            let column = tick.column as f64 * COLUMN;
            let x = lane + if column - exact > COLUMN { column } else { exact };
            push(&mut grid, &format!("M{x:.1} {:.1}V{:.1}", top + 3.0, self.y));
            words(&mut self.out, x + 4.0, top + 12.0, " class=\"faint\"", &vec![(Role::Plain, label)]);
        }
        push(&mut self.out, &format!("<path class=\"grid\" d=\"{grid}\"/>\n"));
        if layout.rows.len() > 1 {
            self.legend(layout, top);
        }
    }

    /// What the areas of bars mean, as much as fits into the room above the labels.
    fn legend(&mut self, layout: &Layout, top: f64) {
        const INKS: [Ink; 3] = [Ink::Critical, Ink::Own, Ink::Wait];
        const SAMPLE: usize = 2;
        let room = layout.columns.lane_start() - layout.columns.gap - layout.columns.marks;
        let legends: [&[&str]; 3] =
            [&["critical path", "own time", "waits"], &["critical", "own", "waits"], &["critical path"]];
        let wide =
            |legend: &&&[&str]| legend.iter().map(|meaning| SAMPLE + 1 + meaning.len()).sum::<usize>() + 2 * (legend.len() - 1);
        let mut column = layout.columns.marks;
        for (meaning, ink) in legends.iter().find(|legend| wide(legend) <= room).into_iter().copied().flatten().zip(INKS) {
            let x = MARGIN + column as f64 * COLUMN;
            let end = x + SAMPLE as f64 * COLUMN;
            bar::area(&mut self.out, (x, end), top + 8.0, ink);
            words(&mut self.out, end + COLUMN, top + 12.0, " class=\"faint\"", &vec![(Role::Plain, (*meaning).to_owned())]);
            column += SAMPLE + 1 + meaning.len() + 2;
        }
    }
}

/// A line of text, from `x` on or, of the class `end`, up to it.
fn words(out: &mut String, x: f64, y: f64, attributes: &str, line: &Pieces) {
    push(out, &format!("<text x=\"{x:.1}\" y=\"{y:.1}\"{attributes}>"));
    for (role, piece) in line.iter().filter(|(_, piece)| !piece.is_empty()) {
        let piece = escape::xml(piece);
        match class(*role) {
            Some(class) => push(out, &format!("<tspan class=\"{class}\">{piece}</tspan>")),
            None => push(out, &piece),
        }
    }
    push(out, "</text>\n");
}

fn class(role: Role) -> Option<Cow<'static, str>> {
    Some(match role {
        Role::Plain => return None,
        Role::Title => "name".into(),
        Role::Faint => "faint".into(),
        Role::Heading => "heading".into(),
        Role::Id => "id".into(),
        Role::Error => "bad".into(),
        Role::Warning => "odd".into(),
        Role::Good => "good".into(),
        Role::Service(number) => format!("t{}", number % SERVICE_COLOURS).into(),
    })
}

fn push(out: &mut String, piece: &str) {
    out.push_str(piece);
}

/// The words of a line.
fn plain(line: &Pieces) -> String {
    line.iter().map(|(_, piece)| piece.as_str()).collect()
}

/// A line in as many as it takes.
fn broken(line: &Pieces, look: &Look) -> Vec<Pieces> {
    match &line[..] {
        [(role, piece)] => text::broken(piece, look.columns()).into_iter().map(|part| vec![(*role, part.to_owned())]).collect(),
        _ => vec![line.clone()],
    }
}
