//! One row: marks, guides, label, service, bar with a remark beside it, duration; and the lines that belong below it.

use crate::model::Span;
use crate::model::time::Nanos;
use crate::render::picture::{self, COLUMN, LINE, MARGIN};
use crate::render::theme::{Look, Role};
use crate::render::waterfall::label::{Label, Remark, remark};
use crate::render::waterfall::layout::{Columns, Layout, Length, Mark, Row, guides_width, length_text, marks, spans};
use crate::render::waterfall::plan::Entry;
use crate::render::waterfall::shade::shades;
use crate::render::waterfall::ticks::ticks;
use crate::render::waterfall::{Shown, glyph, linked};
use crate::render::{escape, text, units};

use super::super::origins;
use super::bar::{self, Bar};
use super::{ROW, push, words};

/// Draws the row at a place, from `y` down. `open` says of each level above whether siblings come further down. Answers how high it is.
pub(super) fn draw(
    shown: Shown<'_>,
    layout: &Layout,
    (at, open): (usize, &[bool]),
    look: &Look,
    y: f64,
    out: &mut String,
) -> f64 {
    let row = &layout.rows[at];
    let Columns { marks: gutter, label: label_width, service: service_width, gap, .. } = layout.columns;
    let span = spans(shown, row.planned.entry).next();
    let (baseline, middle) = (y + 14.0, y + ROW / 2.0);
    let label = Label::new(shown, row, service_width == 0, look);
    let indent = gutter + label_start(row, &layout.columns);

    // What is drawn only when it is known how high the row is.
    let mut drawn = String::new();
    let signs = marks(shown, row).map(|mark| {
        let role = if mark == Mark::Error { Role::Error } else { Role::Warning };
        (role, glyph(mark, look).to_owned())
    });
    let signs: Vec<_> = signs.collect();
    if !signs.is_empty() {
        words(&mut drawn, MARGIN, baseline, "", &signs);
    }
    let mut below: Vec<(Role, String)> = Vec::new();
    let alone = matches!(row.planned.entry, Entry::Hidden(_)) || row.extent.is_none() && span.is_none();
    let room = if alone { look.columns() } else { gutter + label_width };
    words(&mut drawn, x(indent), baseline, "", &label.pieces(room.saturating_sub(indent), look));
    if !alone {
        if let Some(span) = span.filter(|_| service_width > 0) {
            service(span, gutter + label_width + gap, service_width, y, look, &mut drawn);
        }
        let remark = remark(shown, row, look);
        let beside = lane(shown, layout, row, remark.as_ref(), middle, &mut drawn);
        let role = if row.length == Length::Running { Role::Warning } else { Role::Plain };
        let length = length_text(row.length, look);
        if !length.is_empty() {
            words(&mut drawn, x(look.columns()), baseline, " class=\"end\"", &vec![(role, length)]);
        }
        below.extend(remark.filter(|_| !beside).map(|remark| (remark.role, remark.words)));
        let linked = span.map_or_else(Vec::new, |span| linked::lines(shown.trace, span, look));
        below.extend(linked.into_iter().map(|words| (Role::Faint, words)));
    }
    let height = ROW + below.len() as f64 * LINE;
    let beneath = gutter + guides_below(row, &layout.columns);
    for (nth, (role, line)) in below.iter().enumerate() {
        let cut = text::truncate(line, look.columns().saturating_sub(beneath), look.ascii).into_owned();
        words(&mut drawn, x(beneath), baseline + ROW - 4.0 + nth as f64 * LINE, "", &vec![(*role, cut)]);
    }
    push(out, &format!("<g class=\"row\"><title>{}</title>", tip(shown, layout, row, &label, look)));
    let wide = look.columns() as f64 * COLUMN + 8.0;
    push(
        out,
        &format!("<rect class=\"band\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{height}\"/>\n", MARGIN - 4.0),
    );
    guides(shown, layout, (at, open), (y, height), out);
    push(out, &drawn);
    push(out, "</g>\n");
    height
}

/// Where a column begins.
fn x(column: usize) -> f64 {
    MARGIN + column as f64 * COLUMN
}

/// How many columns stand before a label.
fn label_start(row: &Row, columns: &Columns) -> usize {
    let depth = row.planned.depth;
    if depth == 0 {
        return 0;
    }
    let (number, from) = columns.first_guide(depth);
    number.len() + guides_width(depth - from + 1)
}

/// How many columns stand before what is below a row.
fn guides_below(row: &Row, columns: &Columns) -> usize {
    let depth = row.planned.depth;
    if guides_width(depth) <= columns.guides { (depth + 1) * 2 } else { columns.guides }
}

/// The lines that lead from the parent to the row, heavy where the trace waited for the row.
fn guides(shown: Shown<'_>, layout: &Layout, (at, open): (usize, &[bool]), (y, height): (f64, f64), out: &mut String) {
    let (row, columns) = (&layout.rows[at], &layout.columns);
    let depth = row.planned.depth;
    let (middle, bottom) = (y + ROW / 2.0, y + height);
    let place = |column: usize| x(columns.marks + column) + COLUMN / 2.0;
    let mut path = String::new();
    let next_is_below = layout.rows.get(at + 1).is_some_and(|next| next.planned.depth > depth);
    if next_is_below && height > ROW && guides_width(depth + 1) <= columns.guides {
        push(&mut path, &format!("M{:.1} {:.1}V{bottom:.1}", place(depth * 2), y + ROW));
    }
    if depth > 0 {
        let (number, from) = columns.first_guide(depth);
        if !number.is_empty() {
            words(out, x(columns.marks), y + 14.0, " class=\"faint\"", &vec![(Role::Plain, number.trim_end().to_owned())]);
        }
        for (nth, _) in open[from.min(depth)..depth].iter().enumerate().filter(|(_, open)| **open) {
            push(&mut path, &format!("M{:.1} {y:.1}V{bottom:.1}", place(number.len() + nth * 2)));
        }
        let own = place(number.len() + (depth - from) * 2);
        let end = if row.planned.last { middle } else { bottom };
        let across = COLUMN * 1.6;
        let tree = &shown.analysis.tree;
        let waited = row.planned.entry.nodes(tree).any(|node| shown.analysis.path.visit_of(node).is_some());
        if waited {
            push(&mut path, &format!("M{own:.1} {y:.1}V{end:.1}"));
            push(out, &format!("<path class=\"guide waited\" d=\"M{own:.1} {middle:.1}h{across:.1}\"/>\n"));
        } else {
            push(&mut path, &format!("M{own:.1} {y:.1}V{end:.1}M{own:.1} {middle:.1}h{across:.1}"));
        }
    }
    if !path.is_empty() {
        push(out, &format!("<path class=\"guide\" d=\"{path}\"/>\n"));
    }
}

/// The name of a service behind a tag of its colour.
fn service(span: &Span, column: usize, wide: usize, y: f64, look: &Look, out: &mut String) {
    let name = text::sanitise(span.service(), look.ascii);
    if name.is_empty() {
        return;
    }
    let class = picture::service(span.service());
    push(
        out,
        &format!(
            "<g class=\"{class}\"><rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"3\" height=\"12\"/></g>\n",
            x(column) - 7.0,
            y + 4.0
        ),
    );
    let cut = text::truncate(&name, wide, look.ascii).into_owned();
    words(out, x(column), y + 14.0, " class=\"faint\"", &vec![(Role::Plain, cut)]);
}

/// The bar, and the remark to the right or left of it if there is room. Says whether there was.
fn lane(shown: Shown<'_>, layout: &Layout, row: &Row, remark: Option<&Remark>, middle: f64, out: &mut String) -> bool {
    let (scale, lane) = (&layout.scale, layout.columns.lane_start());
    let left = x(lane);
    let mut bar = row.extent.map_or_else(Bar::default, |extent| bar::bar(extent, &shades(shown, row), scale, left, middle));
    let ticks = ticks(shown, row);
    let happened = (!bar::put(&ticks, &mut bar, scale, left, middle) && remark.is_none()).then(|| Remark {
        role: Role::Faint,
        words: units::plural(ticks.len(), "event", "events"),
        short: Some(units::count(ticks.len())),
    });
    let span = spans(shown, row.planned.entry).next();
    let class = match span {
        Some(span) if span.is_error() => "failed".to_owned(),
        Some(span) => picture::service(span.service()),
        None => String::new(),
    };
    if !bar.drawn.is_empty() {
        push(out, &format!("<g class=\"{class}\">{}</g>\n", bar.drawn));
    }
    let remark = remark.or(happened.as_ref());
    let role = remark.map(|remark| remark.role).unwrap_or_default();
    let (start, stop) = bar.columns();
    for line in remark.into_iter().flat_map(|remark| [Some(&remark.words), remark.short.as_ref()]).flatten() {
        let wide = text::width(line);
        let (column, class) = if stop + 1 + wide <= layout.columns.lane {
            (stop + 1, "")
        } else if wide < start {
            (start - 1, " class=\"end\"")
        } else {
            continue;
        };
        words(out, x(lane + column), middle + 4.0, class, &vec![(role, line.clone())]);
        return true;
    }
    false
}

/// All that a row says, and what it had to cut.
fn tip(shown: Shown<'_>, layout: &Layout, row: &Row, label: &Label<'_>, look: &Look) -> String {
    let (trace, analysis) = (shown.trace, shown.analysis);
    let exact = |length: Nanos| format!("{} ({length} ns)", units::duration(length, look.ascii));
    let mut lines = vec![label.plain()];
    let mut shown_spans = spans(shown, row.planned.entry);
    if let Some(span) = shown_spans.next() {
        if label.service.is_empty() && !span.service().is_empty() {
            lines.push(format!("service {}", span.service()));
        }
        let from = origins::names(trace, span);
        if !from.is_empty() {
            lines.push(format!("read from {}", from.join(" and ")));
        }
        lines.push(match row.length {
            Length::Known(length) => format!("took {}", exact(length)),
            Length::Running => "still running".to_owned(),
            Length::Unknown | Length::Nothing => "its time is not known".to_owned(),
        });
        if let Some(start) = row.extent.and_then(super::super::Extent::start) {
            lines.push(format!("began {} after the trace", exact(start.since(layout.whole.range.start()))));
        }
        let own: Nanos = row.planned.entry.nodes(&analysis.tree).map(|node| analysis.path.own(node)).sum();
        if own > 0 {
            lines.push(format!("{} of the critical path", exact(own)));
        }
        let events = ticks(shown, row).len();
        if events > 0 {
            lines.push(units::plural(events, "event", "events"));
        }
        lines.extend(remark(shown, row, look).map(|remark| remark.words));
        lines.extend(linked::lines(trace, span, look));
        let more = match shown_spans.count() {
            0 => String::new(),
            more => format!(" and {} like it", units::count(more)),
        };
        lines.push(format!("span {}{more}", span.id));
    }
    lines.iter().map(|line| escape::xml(line).into_owned()).collect::<Vec<_>>().join("\n")
}
