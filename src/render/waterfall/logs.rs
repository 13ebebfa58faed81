//! The log lines of a trace, below the rows of the spans in which they were written.

use crate::model::{LogLine, Severity, Time};
use crate::render::line::Pieces;
use crate::render::theme::{Look, Role};
use crate::render::{text, units};

use super::{Entry, Row, Shown};

/// Of each row, the places of its lines in the trace's list; and how many lines belong to no row. A line of a span that has no row of its own
/// stands with the next one above that has.
pub(super) fn by_row(shown: Shown<'_>, rows: &[Row]) -> (Vec<Vec<usize>>, usize) {
    let places = &shown.analysis.logs;
    if places.is_empty() {
        return (Vec::new(), 0);
    }
    let nodes = shown.analysis.tree.nodes();
    let mut row_of = vec![None; nodes.len()];
    for (row, entry) in rows.iter().map(|row| row.planned.entry).enumerate() {
        match entry {
            Entry::Node(node) => row_of[node] = Some(row),
            Entry::Fold { first, count } => row_of[first..first + count * nodes[first].size].fill(Some(row)),
            Entry::Hidden(_) => {}
        }
    }
    let mut lines = vec![Vec::new(); rows.len()];
    let mut beside = 0;
    for (nth, place) in places.iter().enumerate() {
        let mut above = std::iter::successors(Some(place.node), |node| nodes[*node].parent);
        match above.find_map(|node| row_of[node]) {
            Some(row) => lines[row].push(nth),
            None => beside += 1,
        }
    }
    (lines, beside)
}

/// A line as it is drawn: whether it is sure, when, how bad, what. Sanitised.
pub(super) fn pieces(line: &LogLine, start: Time, look: &Look) -> Pieces {
    let sure = line.belongs.is_sure();
    let sign = match (sure, look.ascii) {
        (false, _) => "?",
        (true, false) => "•",
        (true, true) => "*",
    };
    let known = !line.time.is_unknown() && !start.is_unknown();
    let since = || format!(" {}", units::duration(line.time.since(start), look.ascii));
    let when = if known { since() } else { String::new() };
    let mut pieces = vec![(if sure { Role::Faint } else { Role::Warning }, sign.to_owned()), (Role::Faint, when)];
    let severity = line.severity_word().to_uppercase();
    // Once is enough where the line begins with it.
    let first = line.body.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty());
    let told = first.is_some_and(|word| !line.severity_text.is_empty() && word == line.severity_text);
    if !severity.is_empty() && !told {
        pieces.push((role(line), format!(" {}", text::sanitise(&severity, look.ascii))));
    }
    pieces.push((
        if told { role(line) } else { Role::Plain },
        format!("  {}", text::sanitise(&line.body.replace('\t', " "), look.ascii)),
    ));
    pieces
}

/// What its severity means.
pub(in crate::render) fn role(line: &LogLine) -> Role {
    match line.severity {
        Some(Severity::Error | Severity::Fatal) => Role::Error,
        Some(Severity::Warn) => Role::Warning,
        _ => Role::Faint,
    }
}

/// What there is to say of all of them, below the drawing.
pub(super) fn notes(shown: Shown<'_>, rows: &[Row]) -> Vec<String> {
    let lines = shown.trace.logs.as_deref().unwrap_or_default();
    let mut notes = Vec::new();
    let unsure: Vec<&LogLine> = lines.iter().filter(|line| !line.belongs.is_sure()).collect();
    if let Some(first) = unsure.first() {
        let lines = units::plural(unsure.len(), "log line (?) is", "log lines (?) are");
        notes.push(format!("{lines} shown {}", first.belongs.evidence()));
    }
    match by_row(shown, rows).1 {
        0 => {}
        beside => notes.push(format!("{} of spans that are not drawn", units::plural(beside, "log line is", "log lines are"))),
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;
    use crate::model::{Attributes, Belongs, SpanId, Trace};
    use crate::render::samples::{START, look, page, trace as of};
    use crate::render::waterfall::{Options, render};

    fn line(at: i128, span: u64, severity: Option<Severity>, body: &str) -> LogLine {
        LogLine {
            time: START.saturating_add(at * 1000),
            precision: 1,
            severity,
            severity_text: String::new(),
            body: body.to_owned(),
            source: "test".to_owned(),
            group: None,
            stream: None,
            service: None,
            span: Some(SpanId::from_bytes(span.to_be_bytes())),
            belongs: if span == 2 { Belongs::TimeAndPath } else { Belongs::Event },
            attributes: Attributes::new(),
        }
    }

    fn with(mut trace: Trace) -> Trace {
        trace.logs = Some(vec![
            line(22_000, 2, None, "GET /api/activities/@andrewbrown? 200"),
            line(
                70_000,
                4,
                Some(Severity::Info),
                "a long line that says very much about what was done, and does not fit where it is drawn",
            ),
            line(76_000, 7, Some(Severity::Debug), "of a folded span"),
            line(600_000, 41, Some(Severity::Error), "throttled\u{1b}[2J\nretrying\tonce"),
        ]);
        trace
    }

    #[test]
    fn lines_stand_below_their_spans_and_are_cut_where_they_are_long() {
        let trace = with(page());
        let drawn = super::super::draw(&trace, &Options::default(), &Look { now: None, ..look(80) });
        insta::assert_snapshot!(drawn, @"
        frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 4 services · 1 error
        5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · complete

          █ critical path  ▄ own time  ─ waits  ▏0                  ▏500 ms
          GET /@andrewbrown · frontend-react-…  █━━━━━━━━━━━━━━━━━━━━━━━━███████  812 ms
          ┕━ GET /api/activities/@andrewbrown   ╺━━━━━━━━━━━━━━━━━━━━━━━━▏        619 ms
            │ ? 22 ms  GET /api/activities/@andrewbrown? 200
            ┝━ cognito-verify-token             ▐█▍                              39.6 ms
            ┝━ user-activities-data               ╺━━━━━━━━━━━█▍                  329 ms
            │ │ • 70 ms INFO  a long line that says very much about what was done, and …
            │ ┝━ SELECT users WHERE handle = …    ▉                              12.4 ms
            │ ┕━ ×23 SELECT replies WHERE act…     ███████████▋ max 11.8 ms       296 ms
            │     • 76 ms DEBUG  of a folded span
            ┕━ notifications                                   ╺━━━━━━━━━         239 ms
        !     ┝━ DynamoDB.Query cruddur-messa…                 ▐████████▊         235 ms
              │   handled: ProvisionedThroughputExceededException: rate exceeded
              │   • 600 ms ERROR  throttled␛[2J␊retrying once
              ┕━ momento-counter                                        ▕         2.4 ms

        - 172 ms in GET /@andrewbrown after GET /api/activities/@andrewbrown that nobody
          traced
        - 1 log line (?) is shown by time and path, not by trace id
        ");
        assert!(drawn.lines().all(|line| text::width(line) <= 80));
    }

    #[test]
    fn what_has_no_row_stands_above_or_is_counted() {
        let trace = with(page());
        let analysis = Analysis::of(&trace);
        let shown = Shown { trace: &trace, analysis: &analysis };
        let zoom = (0..analysis.tree.nodes().len())
            .find(|node| analysis.tree.span(&trace, *node).is_some_and(|span| span.name == "notifications"));
        let zoomed = render(shown, &Options { zoom, ..Options::default() }, &look(80));
        assert!(zoomed.contains("throttled") && !zoomed.contains("folded"), "{zoomed}");
        assert!(zoomed.contains("3 log lines are of spans that are not drawn"), "{zoomed}");
        let flat = render(shown, &Options { depth: Some(1), ..Options::default() }, &look(80));
        for words in ["a long line", "of a folded span", "throttled"] {
            assert!(flat.contains(words), "{words}: {flat}");
        }
    }

    #[test]
    fn nothing_changes_where_nobody_looked_for_lines() {
        let mut trace = page();
        let before = super::super::draw(&trace, &Options::default(), &look(80));
        trace.logs = Some(Vec::new());
        assert_eq!(super::super::draw(&trace, &Options::default(), &look(80)), before);
        assert_eq!(of(trace.into_spans()).logs, None);
    }
}
