//! Many traces as a table, one a line.
//!
//! The first column holds the waterfall's marks: `!` something failed, `?` something is still running, `⋯` something has not
//! arrived. The id stands there whole, because it is for copying; where it leaves too little room, it has a line of its own.
//! What varies most in width comes last, so that the rest lines up and a cut name costs nothing else.

use comfy_table::{Cell, CellAlignment, Table, presets};

use crate::model::{Evidence, TraceSummary};

use super::line::{Line, Pieces, fit};
use super::text;
use super::theme::{self, Look, Role};
use super::units;

/// From this width on, there is room for services and headings in full.
const WIDE: usize = 100;
/// From this width on, there is room for the time beside the age, and for the services' names.
const WIDER: usize = 140;
/// The least that the root's name is worth showing in.
const LEAST_ROOT: usize = 12;
/// Blanks between columns.
const GAP: usize = 2;

struct Column {
    heading: &'static str,
    alignment: CellAlignment,
    cells: Vec<Pieces>,
}

impl Column {
    fn new(heading: &'static str, alignment: CellAlignment, cells: impl IntoIterator<Item = (Role, String)>) -> Self {
        Self { heading, alignment, cells: cells.into_iter().map(|piece| vec![piece]).collect() }
    }

    fn width(&self) -> usize {
        // A column of nothing takes one column too.
        self.cells.iter().map(width).max().unwrap_or(0).max(text::width(self.heading)).max(1)
    }
}

fn width(cell: &Pieces) -> usize {
    cell.iter().map(|(_, piece)| text::width(piece)).sum()
}

/// As [`render`], without headings: for traces that follow others.
pub fn rows(summaries: &[TraceSummary], look: &Look) -> String {
    let table = render(summaries, look);
    table.split_once('\n').map_or(String::new(), |(_, rows)| rows.to_owned())
}

/// Draws traces in the order given. No line is wider than [`Look::columns`], unless an id alone is. Empty for no traces.
pub fn render(summaries: &[TraceSummary], look: &Look) -> String {
    let mut out = String::new();
    let mut written = Line::default();
    let Lines { heading, rows } = lines(summaries, look);
    let heading = std::iter::once(&heading).filter(|_| !rows.is_empty());
    for line in heading.chain(rows.iter().flatten()) {
        written.extend(line);
        written.write(look, &mut out).expect("a string takes all that is written to it");
    }
    out
}

/// A table in lines of pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    /// The headings.
    pub heading: Pieces,
    /// Of each trace, its lines: one, and the id above it where that has a line of its own.
    pub rows: Vec<Vec<Pieces>>,
}

/// The same as [`render`] before it is written: none for no traces.
pub fn lines(summaries: &[TraceSummary], look: &Look) -> Lines {
    if summaries.is_empty() {
        return Lines::default();
    }
    let ids = Column::new(
        "trace",
        CellAlignment::Left,
        summaries.iter().map(|summary| (Role::Id, text::sanitise(&summary.id.to_string(), look.ascii).into_owned())),
    );
    let mut columns = columns_beside_the_id(summaries, look);
    let stacked = taken(&columns) + ids.width() + GAP + LEAST_ROOT > look.columns();
    let id_lines = if stacked {
        if look.columns() < WIDE {
            // Behind the spans, where there are any.
            columns.insert(columns.len().min(4), errors(summaries, look));
        }
        while columns.len() > 3 && taken(&columns) + LEAST_ROOT > look.columns() {
            columns.pop();
        }
        // An absurd length leaves no room at all.
        while columns.len() > 2 && taken(&columns) + GAP > look.columns() {
            columns.pop();
        }
        ids.cells
    } else {
        columns.insert(2, ids);
        Vec::new()
    };
    let room = look.columns().saturating_sub(taken(&columns));
    columns.push(roots(summaries, room, look));
    if look.columns() >= WIDE {
        let left = look.columns().saturating_sub(taken(&columns));
        columns.extend(services(summaries, left, look));
    }
    laid_out(&columns, id_lines)
}

/// How many columns of the screen these take, with the blanks behind each.
fn taken(columns: &[Column]) -> usize {
    columns.iter().enumerate().map(|(nth, column)| column.width() + gap(nth)).sum()
}

/// Blanks behind a column: the marks belong to what follows.
fn gap(nth: usize) -> usize {
    if nth == 0 { 1 } else { GAP }
}

fn errors(summaries: &[TraceSummary], look: &Look) -> Column {
    let count = |summary: &TraceSummary| match summary.error_count {
        None if summary.failed => (Role::Error, "some".to_owned()),
        None | Some(0) => (Role::Plain, String::new()),
        Some(count) => (Role::Error, units::count(count as u128)),
    };
    Column::new(if look.columns() >= WIDE { "errors" } else { "err" }, CellAlignment::Right, summaries.iter().map(count))
}

/// All but the id and the root. Of errors, a narrow table has the mark only.
fn columns_beside_the_id(summaries: &[TraceSummary], look: &Look) -> Vec<Column> {
    use CellAlignment::{Left, Right};
    let each = |cell: fn(&TraceSummary, &Look) -> (Role, String)| summaries.iter().map(move |summary| cell(summary, look));
    let wide = look.columns() >= WIDE;
    let mut columns =
        vec![Column { heading: "", alignment: Left, cells: summaries.iter().map(|summary| marks(summary, look)).collect() }];
    if let Some(now) = look.now {
        let ages = summaries.iter().map(|summary| (Role::Plain, units::age(summary.start, now)));
        columns.push(Column::new("age", Right, ages));
    }
    if look.now.is_none() || look.columns() >= WIDER {
        columns.push(Column::new(
            "started",
            Left,
            each(|summary, look| (Role::Faint, units::short_time(summary.start, look.zone))),
        ));
    }
    let took = if wide { "duration" } else { "took" };
    columns.push(Column::new(
        took,
        Right,
        each(|summary, look| {
            // Without a single time there is no length either, not a length of zero.
            let known = !summary.end.is_unknown();
            (Role::Plain, if known { units::duration(summary.duration(), look.ascii) } else { "?".to_owned() })
        }),
    ));
    // A column that is empty from top to bottom takes room for nothing.
    if summaries.iter().any(|summary| summary.span_count.is_some()) {
        let spans = |summary: &TraceSummary| summary.span_count.map_or_else(String::new, |count| units::count(count as u128));
        columns.push(Column::new("spans", Right, summaries.iter().map(|summary| (Role::Plain, spans(summary)))));
    }
    if wide {
        columns.push(errors(summaries, look));
    }
    let one_backend = summaries.iter().all(|summary| summary.backends == summaries[0].backends);
    if !one_backend {
        let names = |summary: &TraceSummary, look: &Look| {
            let names: Vec<_> = summary.backends.iter().map(|name| short(name)).collect();
            (Role::Faint, text::truncate(&text::sanitise(&names.join("+"), look.ascii), 24, look.ascii).into_owned())
        };
        columns.push(Column::new("backend", Left, each(names)));
    }
    columns
}

/// What tells a backend from the others: of `file:PATH`, the file's own name.
fn short(backend: &str) -> &str {
    match backend.strip_prefix("file:").and_then(|path| path.rsplit(['/', '\\']).next()) {
        Some(name) if name.contains('.') => name,
        _ => backend,
    }
}

fn marks(summary: &TraceSummary, look: &Look) -> Pieces {
    let runs = |evidence: &Evidence| matches!(evidence, Evidence::Running(_) | Evidence::Partial);
    let mut marks = Vec::new();
    if summary.failed {
        marks.push((Role::Error, "!".to_owned()));
    }
    if summary.evidence.iter().any(runs) {
        marks.push((Role::Warning, "?".to_owned()));
    }
    if !summary.evidence.iter().all(runs) {
        marks.push((Role::Warning, if look.ascii { ":" } else { "⋯" }.to_owned()));
    }
    marks
}

fn roots(summaries: &[TraceSummary], room: usize, look: &Look) -> Column {
    let cell = |summary: &TraceSummary| {
        let Some(name) = &summary.root_name else {
            let missing = summary.evidence.contains(&Evidence::NoRoot);
            let known = summary.request.as_deref().map(|request| text::sanitise(request, look.ascii));
            let (role, said) = if missing { (Role::Warning, "(root not arrived)") } else { (Role::Faint, "(not told)") };
            return fit([known.as_deref().map_or((role, said), |request| (Role::Plain, request))], room, look.ascii);
        };
        let name = if name.is_empty() { "(no name)".into() } else { text::sanitise(name, look.ascii) };
        let service = summary.root_service.as_deref().unwrap_or_default();
        let shown = text::sanitise(service, look.ascii);
        // What it was asked for says more than a name that all requests of a service share.
        let name = match &summary.request {
            Some(request) if shown == name => text::sanitise(request, look.ascii),
            _ => name,
        };
        let separator = if look.ascii { " - " } else { " · " };
        let behind = text::width(&name) + text::width(separator) + LEAST_ROOT.min(text::width(&shown));
        // An X-Ray segment is called what its service is called.
        if service.is_empty() || shown == name || behind > room {
            return fit([(Role::Plain, &*name)], room, look.ascii);
        }
        fit([(Role::Plain, &*name), (Role::Faint, separator), (theme::service(service), &*shown)], room, look.ascii)
    };
    Column { heading: "root", alignment: CellAlignment::Left, cells: summaries.iter().map(cell).collect() }
}

/// The services' names, or how many there are; nothing where there is no room for either.
fn services(summaries: &[TraceSummary], room: usize, look: &Look) -> Option<Column> {
    if look.columns() < WIDER || room < 24 {
        let heading = "services";
        let counts = summaries.iter().map(|summary| (Role::Plain, units::count(summary.services.len() as u128)));
        return (room >= heading.len()).then(|| Column::new(heading, CellAlignment::Right, counts));
    }
    let cell = |summary: &TraceSummary| {
        let names: Vec<_> =
            summary.services.iter().map(|name| (theme::service(name), text::sanitise(name, look.ascii))).collect();
        let pieces = names.iter().enumerate().flat_map(|(nth, (role, name))| {
            let comma = (nth > 0).then_some((Role::Faint, ", "));
            comma.into_iter().chain(std::iter::once((*role, &**name)))
        });
        fit(pieces, room, look.ascii)
    };
    Some(Column { heading: "services", alignment: CellAlignment::Left, cells: summaries.iter().map(cell).collect() })
}

/// The layout is the table library's, which knows nothing of our colours: they are added to its lines, cell by cell.
fn laid_out(columns: &[Column], id_lines: Vec<Pieces>) -> Lines {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let headings: Vec<Pieces> = columns.iter().map(|column| vec![(Role::Heading, column.heading.to_owned())]).collect();
    let cells = std::iter::once(headings)
        .chain((0..rows).map(|row| columns.iter().map(|column| column.cells.get(row).cloned().unwrap_or_default()).collect()))
        .collect::<Vec<Vec<Pieces>>>();
    for row in &cells {
        table.add_row(row.iter().zip(columns).map(|(cell, column)| {
            Cell::new(cell.iter().map(|(_, piece)| piece.as_str()).collect::<String>()).set_alignment(column.alignment)
        }));
    }
    for (nth, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, gap(nth) as u16));
    }
    let mut line = Line::default();
    let mut ids = id_lines.into_iter();
    let mut heading = None;
    let mut rows = Vec::new();
    for (laid_out, row) in table.lines().zip(&cells) {
        let mut lines = Vec::new();
        if let Some(id) = heading.as_ref().and_then(|_| ids.next()) {
            line.pad_to(GAP);
            line.extend(&id);
            lines.push(line.take());
        }
        let mut rest = &laid_out[..];
        for (role, piece) in row.iter().flatten().filter(|(_, piece)| !piece.is_empty()) {
            let Some((blanks, behind)) = rest.split_once(piece.as_str()) else { break };
            line.push(Role::Plain, blanks);
            line.push(*role, piece);
            rest = behind;
        }
        line.push(Role::Plain, rest);
        lines.push(line.take());
        match heading {
            None => heading = lines.pop(),
            Some(_) => rows.push(lines),
        }
    }
    Lines { heading: heading.unwrap_or_default(), rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Time, TraceId};
    use crate::render::samples::{START, look, page, running, span, trace};
    use proptest::prelude::*;

    fn summaries() -> Vec<TraceSummary> {
        let mut slow = trace(vec![span(1, 0, "backend-flask", "POST /api/messages", -7_300_000_000, -7_236_000_000)]).summary();
        slow.id = TraceId::from_text("1-5759e988-bd862e3fe1be46a994272793");
        let orphans = trace(vec![
            span(2, 9, "worker", "job", -90_000_000, -89_999_000),
            running(span(3, 9, "worker", "job", -90_000_000, 0)),
        ]);
        vec![page().summary(), orphans.summary(), slow]
    }

    #[test]
    fn a_list_at_80_columns() {
        insta::assert_snapshot!(render(&summaries(), &look(80)), @r"
           age  trace                                    took  spans  root
        !  3 m  5759e988bd862e3fe1be46a994272793       812 ms     31  GET /@andrewbrown
        ?⋯ 4 m  5759e988bd862e3fe1be46a994272793         1 ms      2  (root not arrived)
           2 h  1-5759e988-bd862e3fe1be46a994272793  1 m 04 s      1  POST /api/messages
        ");
    }

    #[test]
    fn a_list_at_120_columns_counts_services() {
        insta::assert_snapshot!(render(&summaries(), &look(120)), @r"
           age  trace                                duration  spans  errors  root                                   services
        !  3 m  5759e988bd862e3fe1be46a994272793       812 ms     31       1  GET /@andrewbrown · frontend-react-js         4
        ?⋯ 4 m  5759e988bd862e3fe1be46a994272793         1 ms      2          (root not arrived)                            1
           2 h  1-5759e988-bd862e3fe1be46a994272793  1 m 04 s      1          POST /api/messages · backend-flask            1
        ");
    }

    #[test]
    fn a_list_at_170_columns_names_them() {
        insta::assert_snapshot!(render(&summaries(), &look(170)), @r"
           age  trace                                started              duration  spans  errors  root                                   services
        !  3 m  5759e988bd862e3fe1be46a994272793     2026-07-24 14:03:05    812 ms     31       1  GET /@andrewbrown · frontend-react-js  backend-flask, dynamodb, frontend-react…
        ?⋯ 4 m  5759e988bd862e3fe1be46a994272793     2026-07-24 14:01:35      1 ms      2          (root not arrived)                     worker
           2 h  1-5759e988-bd862e3fe1be46a994272793  2026-07-24 12:01:25  1 m 04 s      1          POST /api/messages · backend-flask     backend-flask
        ");
    }

    #[test]
    fn at_40_columns_the_id_has_a_line_of_its_own() {
        insta::assert_snapshot!(render(&summaries(), &Look { ascii: true, ..look(40) }), @r"
           age      took  spans  root
          5759e988bd862e3fe1be46a994272793
        !  3 m    812 ms     31  GET /@andrew...
          5759e988bd862e3fe1be46a994272793
        ?: 4 m      1 ms      2  (root not ar...
          1-5759e988-bd862e3fe1be46a994272793
           2 h  1 m 04 s      1  POST /api/me...
        ");
    }

    #[test]
    fn backends_are_named_where_they_differ() {
        let mut summaries = summaries();
        summaries[0].backends = vec!["honeycomb".into(), "xray".into()];
        summaries[1].backends = vec!["local".into()];
        insta::assert_snapshot!(render(&summaries, &look(100)), @r"
           age  trace                                duration  spans  errors  backend         root
        !  3 m  5759e988bd862e3fe1be46a994272793       812 ms     31       1  honeycomb+xray  GET /@andrewb…
        ?⋯ 4 m  5759e988bd862e3fe1be46a994272793         1 ms      2          local           (root not arr…
           2 h  1-5759e988-bd862e3fe1be46a994272793  1 m 04 s      1                          POST /api/mes…
        ");
    }

    #[test]
    fn colour_is_added_cell_by_cell() {
        let shown = render(&summaries(), &Look { color: true, ..look(80) });
        insta::assert_snapshot!(shown.replace('\u{1b}', "␛"), @r"
           ␛[2mage␛[0m  ␛[2mtrace␛[0m                                    ␛[2mtook␛[0m  ␛[2mspans␛[0m  ␛[2mroot␛[0m
        ␛[31;1m!␛[0m  3 m  ␛[33m5759e988bd862e3fe1be46a994272793␛[0m       812 ms     31  GET /@andrewbrown
        ␛[33m?⋯␛[0m 4 m  ␛[33m5759e988bd862e3fe1be46a994272793␛[0m         1 ms      2  ␛[33m(root not arrived)␛[0m
           2 h  ␛[33m1-5759e988-bd862e3fe1be46a994272793␛[0m  1 m 04 s      1  POST /api/messages
        ");
    }

    #[test]
    fn hostile_and_wide_names_line_up() {
        let names = ["\u{1b}[31mred\n", "注文を確認する", "👨‍👩‍👧 family", "a|b"];
        let summaries: Vec<_> = names.iter().map(|name| trace(vec![span(1, 0, "ウェブ", name, 0, 5)]).summary()).collect();
        insta::assert_snapshot!(render(&summaries, &look(100)), @r"
        age  trace                             duration  spans  errors  root                     services
        3 m  5759e988bd862e3fe1be46a994272793      5 µs      1          ␛[31mred␊ · ウェブ              1
        3 m  5759e988bd862e3fe1be46a994272793      5 µs      1          注文を確認する · ウェブ         1
        3 m  5759e988bd862e3fe1be46a994272793      5 µs      1          👨‍👩‍👧 family · ウェブ              1
        3 m  5759e988bd862e3fe1be46a994272793      5 µs      1          a|b · ウェブ                    1
        ");
    }

    #[test]
    fn no_traces_are_nothing() {
        assert_eq!(render(&[], &look(80)), "");
    }

    prop_compose! {
        fn any_summary()(
            id in "[0-9a-f]{32}|[a-z]{1,60}", root in prop::option::of(".{0,40}"), service in ".{0,20}", services in prop::collection::vec(".{0,20}", 0..5),
            start: u64, length: u64, spans in 0_usize..10_000_000, errors in 0_usize..2000, backend in "[ab]", missing in 0_usize..3,
        ) -> TraceSummary {
            TraceSummary {
                id: TraceId::from_text(&id),
                backends: vec![backend],
                start: Time(start),
                end: Time(start.saturating_add(length)),
                root_service: root.is_some().then_some(service),
                root_name: root,
                services,
                request: None,
                span_count: Some(spans),
                error_count: Some(errors),
                failed: errors > 0,
                evidence: (missing > 0).then_some(Evidence::MissingParents(missing)).into_iter().collect(),
                unread: false,
                received: None,
                link: None,
            }
        }
    }

    proptest! {
        #[test]
        fn every_trace_has_its_whole_id_and_lines_fit(summaries in prop::collection::vec(any_summary(), 1..8), width in 40_usize..300, ascii: bool) {
            let look = Look { ascii, now: Some(START), ..look(width) };
            let shown = render(&summaries, &look);
            for summary in &summaries {
                prop_assert!(shown.contains(&summary.id.to_string()));
            }
            // An id that is wider than the screen is the only exception.
            for line in shown.lines().filter(|line| !summaries.iter().any(|summary| line.trim() == summary.id.to_string())) {
                prop_assert!(text::width(line) <= width, "{} > {width}: {line:?}", text::width(line));
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            }
        }
    }
}
