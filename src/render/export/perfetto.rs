//! Traces in the Trace Event Format, which <https://ui.perfetto.dev> and `chrome://tracing` draw
//! (<https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>).
//!
//! A service is a process, in the order in which services appear. Its threads are lanes: on one lane a span lies within another only
//! if that is its parent (`lanes`), so that what is drawn as a stack is one. An arrow leads from a parent to each child that does not
//! lie within it on the same lane, and from a linked span of the same file to the one that names it (`arrows`). The events of spans are
//! instants. One more process of each trace, the first, is its critical path: its slices tile the path from beginning to end.
//!
//! Times are microseconds with three decimals, which is exact, from the earliest time in the file; `otherData` says when that was.
//! What cannot be drawn as it was received says so in its arguments: `placed` says what was done, `received` has the very times.
//!
//! - A span that still runs begins and does not end (`B` without `E`); Perfetto draws it up to the end of the trace and says that it
//!   did not end (<https://perfetto.dev/docs/analysis/sql-tables>: its `dur` is -1).
//! - A span that ends before it starts has no length, where it starts; one without a start has none, where it ends.
//! - Arrows do not lead back in time: where a child begins before its parent, the id in its arguments alone tells whose it is.
//!   `otherData` says how many arrows that are.

mod args;
mod arrows;
mod lanes;
mod slices;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::model::{Event, Span, Time};

use super::{Part, write};

use arrows::Arrows;
use lanes::Lanes;
use slices::Slice;

/// So many troubles of a trace are named; Perfetto wants to read all of them at once.
const NAMED: usize = 20;

/// Writes one or several traces as one file, an event on each line.
pub fn render(parts: &[Part<'_>]) -> String {
    let zero = slices::earliest(parts);
    let mut threads = 0;
    let mut laid: Vec<Laid<'_>> = Vec::with_capacity(parts.len());
    for part in parts {
        let mut slices = slices::of(part, zero);
        let lanes = lanes::assign(part, &mut slices);
        let path = threads + 1;
        // A process is named by its first thread, which makes that its main one.
        let first = lanes.processes.iter().scan(path, |last, process| {
            let first = *last + 1;
            *last += process.lanes;
            Some(first)
        });
        let first: Vec<usize> = first.collect();
        threads = path + lanes.processes.iter().map(|process| process.lanes).sum::<usize>();
        laid.push(Laid { part: *part, slices, lanes, path, first });
    }
    let arrows = Arrows::between(&laid);
    let mut file = File { out: Vec::new(), zero, empty: true };
    file.header(&laid, &arrows);
    for trace in &laid {
        file.names(trace, laid.len() > 1);
    }
    for trace in &laid {
        file.path(trace);
    }
    let (mut begun, mut ended) = (arrows.by_beginning().peekable(), arrows.by_end().peekable());
    for (nth, trace) in laid.iter().enumerate() {
        for (place, slice) in trace.slices.iter().enumerate() {
            let Some(span) = trace.part.span(slice.node) else { continue };
            let at = (nth, place);
            file.slice(trace, slice, span);
            while let Some((id, arrow)) = ended.next_if(|(_, arrow)| arrow.to == at) {
                file.arrow(trace, slice, arrow.name, id, "\"f\",\"bp\":\"e\"");
            }
            while let Some((id, arrow)) = begun.next_if(|(_, arrow)| arrow.from == at) {
                file.arrow(trace, slice, arrow.name, id, "\"s\"");
            }
            for event in &span.events {
                file.instant(trace, slice, span, event);
            }
        }
    }
    file.out.extend_from_slice(b"\n]}\n");
    write::text(file.out)
}

/// A trace whose slices have their places.
struct Laid<'a> {
    part: Part<'a>,
    /// By time.
    slices: Vec<Slice>,
    lanes: Lanes<'a>,
    /// The process of the critical path, and its only thread.
    path: usize,
    /// Of each process, its number, which is that of its first thread.
    first: Vec<usize>,
}

#[derive(Serialize)]
struct OtherData<'a> {
    exporter: &'static str,
    /// What the times count from.
    zero: Option<String>,
    zero_unix_nano: String,
    /// How many lead back in time.
    arrows_left_out: usize,
    traces: Vec<TraceData<'a>>,
}

#[derive(Serialize)]
struct TraceData<'a> {
    trace_id: String,
    span_count: usize,
    /// How many of them are in the file.
    written: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    troubles: Vec<String>,
}

impl<'a> TraceData<'a> {
    fn of(laid: &Laid<'a>) -> Self {
        let trace = laid.part.shown.trace;
        let known = laid.part.shown.analysis.tree.troubles();
        let mut troubles: Vec<String> = known.iter().take(NAMED).map(ToString::to_string).collect();
        if known.len() > NAMED {
            troubles.push(format!("and {} more", known.len() - NAMED));
        }
        match trace.spans().iter().filter(|span| span.end.is_none()).count() {
            0 => {}
            1 => troubles.push("1 span is still running".to_owned()),
            running => troubles.push(format!("{running} spans are still running")),
        }
        troubles.extend(trace.truncated.iter().cloned());
        Self {
            trace_id: trace.id().to_string(),
            span_count: trace.spans().len(),
            written: laid.slices.len(),
            link: trace.link.as_deref(),
            troubles,
        }
    }
}

/// A file in the making.
struct File {
    out: Vec<u8>,
    zero: Time,
    /// Whether it has no event yet.
    empty: bool,
}

impl File {
    fn header(&mut self, laid: &[Laid<'_>], arrows: &Arrows) {
        let other = OtherData {
            exporter: "cruddur-trace",
            zero: (!self.zero.is_unknown()).then(|| self.zero.to_rfc3339()),
            zero_unix_nano: self.zero.0.to_string(),
            arrows_left_out: arrows.left_out,
            traces: laid.iter().map(TraceData::of).collect(),
        };
        self.put("{\"displayTimeUnit\":\"ns\",\"otherData\":");
        write::json(&mut self.out, &other);
        self.put(",\"traceEvents\":[");
    }

    /// What processes and threads are called. Of several traces, each process is told by its trace, too.
    fn names(&mut self, laid: &Laid<'_>, several: bool) {
        let whose = if several { format!(" ({})", laid.part.shown.trace.id()) } else { String::new() };
        self.name("process_name", laid.path, laid.path, &format!("critical path{whose}"));
        self.name("thread_name", laid.path, laid.path, "critical path");
        self.order("process_sort_index", laid.path, laid.path, laid.path);
        for (process, &first) in laid.lanes.processes.iter().zip(&laid.first) {
            let service = if process.service.is_empty() { "(no service)" } else { process.service };
            self.name("process_name", first, first, &format!("{service}{whose}"));
            self.order("process_sort_index", first, first, first);
            for lane in 0..process.lanes {
                self.name("thread_name", first, first + lane, &format!("lane {}", lane + 1));
                self.order("thread_sort_index", first, first + lane, lane);
            }
        }
    }

    fn name(&mut self, what: &str, process: usize, thread: usize, name: &str) {
        self.begin("\"M\"", what, None, process, thread);
        self.put(",\"args\":{\"name\":");
        write::json(&mut self.out, name);
        self.put("}}");
    }

    fn order(&mut self, what: &str, process: usize, thread: usize, order: usize) {
        self.begin("\"M\"", what, None, process, thread);
        self.put(",\"args\":{\"sort_index\":");
        self.number(order);
        self.put("}}");
    }

    fn path(&mut self, laid: &Laid<'_>) {
        let shown = laid.part.shown;
        for segment in shown.analysis.path.segments() {
            let span = shown.analysis.tree.span(shown.trace, segment.node);
            let name = span.map_or("(not arrived)", |span| &span.name);
            self.begin("\"X\"", name, Some("critical path"), laid.path, laid.path);
            self.time("ts", segment.start.0);
            self.put(",\"dur\":");
            write::micros(&mut self.out, segment.end.0 - segment.start.0);
            self.put(",\"args\":{");
            if let Some(span) = span {
                self.put("\"span_id\":");
                write::span_id(&mut self.out, &span.id);
                self.put(",\"service\":");
                write::json(&mut self.out, span.service());
            }
            self.put("}}");
        }
    }

    fn slice(&mut self, laid: &Laid<'_>, slice: &Slice, span: &Span) {
        let category = slices::category(span);
        let phase = if slice.end.is_some() { "\"X\"" } else { "\"B\"" };
        let (process, thread) = laid.place(slice);
        self.begin(phase, &span.name, Some(category), process, thread);
        self.time("ts", slice.start);
        if let Some(end) = slice.end {
            self.put(",\"dur\":");
            write::micros(&mut self.out, end - slice.start);
        }
        if span.is_error() {
            self.put(",\"cname\":\"terrible\"");
        }
        self.put(",\"args\":");
        args::span(&mut self.out, &laid.part, slice, span);
        self.put("}");
    }

    fn instant(&mut self, laid: &Laid<'_>, slice: &Slice, span: &Span, event: &Event) {
        let exception = event.name == "exception";
        let (process, thread) = laid.place(slice);
        self.begin("\"i\"", &event.name, Some(if exception { "exception" } else { "event" }), process, thread);
        let unknown = event.time.is_unknown();
        self.time("ts", if unknown { slice.start } else { event.time.0 });
        self.put(if exception { ",\"s\":\"t\",\"cname\":\"terrible\",\"args\":" } else { ",\"s\":\"t\",\"args\":" });
        args::event(&mut self.out, span, event);
        self.put("}");
    }

    /// One end of an arrow, in the very moment in which its slice begins, right behind it: readers take the slice that is innermost then.
    fn arrow(&mut self, laid: &Laid<'_>, slice: &Slice, name: &str, id: usize, phase: &str) {
        let (process, thread) = laid.place(slice);
        self.begin(phase, name, Some(name), process, thread);
        self.time("ts", slice.start);
        self.put(",\"id\":");
        self.number(id);
        self.put("}");
    }

    /// Begins an event. The phase is JSON, with what belongs to it.
    fn begin(&mut self, phase: &str, name: &str, category: Option<&str>, process: usize, thread: usize) {
        self.put(if self.empty { "\n{\"ph\":" } else { ",\n{\"ph\":" });
        self.empty = false;
        self.put(phase);
        self.put(",\"name\":");
        write::json(&mut self.out, name);
        if let Some(category) = category {
            self.put(",\"cat\":\"");
            self.put(category);
            self.put("\"");
        }
        self.put(",\"pid\":");
        self.number(process);
        self.put(",\"tid\":");
        self.number(thread);
    }

    fn time(&mut self, key: &str, at: u64) {
        self.put(",\"");
        self.put(key);
        self.put("\":");
        write::micros(&mut self.out, at - self.zero.0);
    }

    fn number(&mut self, number: usize) {
        write::integer(&mut self.out, number as i128);
    }

    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}

impl Laid<'_> {
    /// The process and the thread of a slice.
    fn place(&self, slice: &Slice) -> (usize, usize) {
        let first = self.first[slice.process];
        (first, first + slice.lane)
    }
}
