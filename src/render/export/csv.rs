//! The spans of traces as comma-separated values: a heading, then one line for each span, in the order of the tree.
//!
//! | column | what |
//! |---|---|
//! | `trace_id`, `span_id`, `parent_span_id` | as in [`json`](crate::render::json) |
//! | `depth` | how many are above it, a parent that has not arrived included |
//! | `service`, `name`, `kind`, `status`, `status_message` | as they were sent |
//! | `error_role` | `origin`, `propagated`, `handled`, `retried`: [`ErrorRole`](crate::analysis::ErrorRole) |
//! | `start`, `start_offset_ns`, `duration_ns` | RFC 3339; since the trace began; negative where it ends before it starts |
//! | `self_time_ns` | how long it was at work itself |
//! | `critical_path_ns` | how much of the critical path is its own |
//! | `slack_ns` | by how much it could have ended later without making the trace longer |
//! | `on_critical_path` | whether it was waited for |
//! | `clock_shift_ns` | by how much it was moved to correct its clock |
//! | `marks` | `cycle early late negative no_start absurd parent_missing running match`, those that apply |
//! | `events`, `links` | how many |
//! | `attributes` | an object of JSON; a list of `{"key", "value"}` where a key came twice |
//!
//! What is not known is empty. A parent that has not arrived has no line: there are as many lines as spans, and
//! `parent_missing` tells those that hang in the air.
//!
//! Text that a spreadsheet would take for a formula has an apostrophe in front, and what is invisible is spelled out
//! ([`escape::csv`]); in attributes by JSON's own means, so that they stay what they are.

#[cfg(test)]
mod tests;

use ::csv::{Terminator, Writer, WriterBuilder};

use crate::model::time::Nanos;
use crate::model::{Span, Time};
use crate::render::json::EntriesView;
use crate::render::{escape, text};

use super::write::{self, Clock};
use super::{Part, kind_number, role, status_number};

const COLUMNS: [&str; 22] = [
    "trace_id",
    "span_id",
    "parent_span_id",
    "depth",
    "service",
    "name",
    "kind",
    "status",
    "status_message",
    "error_role",
    "start",
    "start_offset_ns",
    "duration_ns",
    "self_time_ns",
    "critical_path_ns",
    "slack_ns",
    "on_critical_path",
    "clock_shift_ns",
    "marks",
    "events",
    "links",
    "attributes",
];

/// Writes the spans of one or several traces, in lines that end as RFC 4180 wants it (<https://www.rfc-editor.org/rfc/rfc4180>).
pub fn render(parts: &[Part<'_>]) -> String {
    let writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let mut sheet = Sheet { writer, cell: Vec::new(), clock: Clock::default() };
    for heading in COLUMNS {
        sheet.put(heading.as_bytes());
    }
    sheet.end();
    for part in parts {
        let id = part.shown.trace.id().to_string();
        let start = part.shown.trace.spans().iter().map(|span| span.start).find(|start| !start.is_unknown());
        for (node, span) in part.spans() {
            sheet.text(&id);
            sheet.span(part, node, span, start.unwrap_or_default());
            sheet.end();
        }
    }
    write::text(sheet.writer.into_inner().expect("memory takes all that is written to it"))
}

struct Sheet {
    writer: Writer<Vec<u8>>,
    /// For what is in the making.
    cell: Vec<u8>,
    clock: Clock,
}

impl Sheet {
    /// All cells of a span but that of its trace.
    fn span(&mut self, part: &Part<'_>, node: usize, span: &Span, trace_start: Time) {
        let analysis = part.shown.analysis;
        self.text(&span.id.to_string());
        self.text(&span.parent.as_ref().map_or_else(String::new, ToString::to_string));
        self.number(Some(analysis.tree.nodes()[node].depth as Nanos));
        self.text(span.service());
        self.text(&span.name);
        match kind_number(span.kind) {
            Some(number) => self.text(&format!("kind {number}")),
            None => self.text(span.kind.name()),
        }
        match status_number(span.status.code) {
            Some(number) => self.text(&format!("status {number}")),
            None => self.text(span.status.code.name()),
        }
        self.text(&span.status.message);
        self.text(analysis.errors.get(node).map_or("", role));
        let began = !span.start.is_unknown();
        if began {
            self.clock.write(&mut self.cell, span.start);
        }
        self.flush();
        self.number(began.then(|| span.start.since(trace_start)));
        self.number(span.duration().filter(|_| began));
        self.number(analysis.self_times.get(node));
        // Of what has no start, and where nothing has, nobody knows.
        let known = began && analysis.path.root().is_some();
        self.number(known.then(|| analysis.path.own(node)));
        self.number(analysis.path.slack(node));
        let waited_for = if analysis.path.visit_of(node).is_some() { "true" } else { "false" };
        self.text(if known { waited_for } else { "" });
        self.number(part.shift(node));
        for mark in part.marks(node) {
            if !self.cell.is_empty() {
                self.cell.push(b' ');
            }
            self.cell.extend_from_slice(mark.as_bytes());
        }
        self.flush();
        self.number(Some(span.events.len() as Nanos));
        self.number(Some(span.links.len() as Nanos));
        write::json(&mut self.cell, &EntriesView(&span.attributes));
        if let Some(visible) = all_visible(&self.cell) {
            self.cell = visible;
        }
        self.flush();
    }

    /// Text as it came from outside.
    fn text(&mut self, untrusted: &str) {
        self.put(escape::csv(untrusted).as_bytes());
    }

    /// A number; empty where it is not known.
    fn number(&mut self, number: Option<Nanos>) {
        if let Some(number) = number {
            write::integer(&mut self.cell, number);
        }
        self.flush();
    }

    /// Ends the cell that is in the making.
    fn flush(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        self.put(&cell);
        self.cell = cell;
        self.cell.clear();
    }

    fn put(&mut self, cell: &[u8]) {
        self.writer.write_field(cell).expect("memory takes all that is written to it");
    }

    /// Ends the line.
    fn end(&mut self) {
        self.writer.write_record(None::<&[u8]>).expect("lines are equally long");
    }
}

/// The same JSON without anything that a reader would not see: all that is not ASCII is written as `\u202e`. `None` where there
/// is nothing invisible in it.
fn all_visible(json: &[u8]) -> Option<Vec<u8>> {
    if json.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    let shown = String::from_utf8_lossy(json);
    if text::sanitise(&shown, false) == shown {
        return None;
    }
    let mut visible = Vec::with_capacity(json.len() * 2);
    for c in shown.chars() {
        if matches!(c, ' '..='~') {
            visible.push(c as u8);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            visible.extend_from_slice(b"\\u");
            write::hex(&mut visible, &unit.to_be_bytes());
        }
    }
    Some(visible)
}
