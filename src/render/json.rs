//! Traces for machines: one documented schema, whatever backend they came from.
//!
//! A document is `{"schema": 1, "traces": […], "notes": […]}`; with JSON lines, every line is one of its traces. Points in time are
//! there twice: as RFC 3339, and as nanoseconds in a string, as in OTLP/JSON, because such numbers are larger than what many readers
//! of JSON can hold. Fields whose value is not known are `null`; fields marked "only where" below are left out otherwise. A changed
//! meaning is a new [`SCHEMA`].
//!
//! The lines of log files that belong to traces are `{"schema": 1, "logs": […], "notes": […]}`: [`logs`](fn@logs).
//! A trace that was shown with its errors has `errors`, a list: what was recorded (`class`, `message`, `time` to the second, `link`), the
//! `item` under which it is counted, and how sure it is that it belongs to the trace (`sureness`, `evidence`).
//!
//! Who calls whom is `{"schema": 1, "nodes": […], "edges": […], "notes": […]}`: [`map`].
//! Figures by service and operation are `{"schema": 1, "period": …, "trace_count": …, "services": […], "notes": […]}`: [`stats`](fn@stats).
//! What was found out about a set-up is `{"schema": 1, "level": …, "findings": […]}`: [`doctor`](fn@doctor).
//! What differs is `{"schema": 1, "diff": {…}, "notes": […]}`: [`diff`](fn@diff).

mod attributes;
mod diff;
mod doctor;
mod graph;
mod logs;
mod recorded;
mod span;
mod stats;
mod stitched;
#[cfg(test)]
mod tests;

use std::io;

use serde::Serialize;

use crate::analysis::assertion::Verdict;
use crate::analysis::coverage::Coverage;
use crate::analysis::diff::Diff;
use crate::analysis::stats::{Period, Stats};
use crate::model::{Evidence, LogLine, ServiceGraph, Time, Trace, TraceSummary};
use crate::render::coverage::CoverageView;
use crate::render::report::Answer;

pub(super) use attributes::EntriesView;
use diff::DiffDocument;
pub use doctor::doctor;
use graph::GraphDocument;
use logs::LogView;
use recorded::RecordedView;
use span::SpansView;
use stats::StatsDocument;
use stitched::StitchedView;

/// The number of the schema.
pub const SCHEMA: u32 = 1;

/// Listed traces as one document, indented, with a line feed at the end.
pub fn list(summaries: &[TraceSummary], notes: &[String]) -> String {
    let traces = summaries.iter().map(|summary| TraceView::of(summary, None)).collect();
    text(|out| document(out, traces, notes))
}

/// Whole traces as one document.
pub fn show(traces: &[Trace], notes: &[String]) -> String {
    text(|out| write_show(out, traces, notes))
}

/// As [`show`], for traces that are too large to be in memory twice. Writes in small pieces: give it a buffer.
pub fn write_show(out: &mut impl io::Write, traces: &[Trace], notes: &[String]) -> io::Result<()> {
    let summaries: Vec<_> = traces.iter().map(Trace::summary).collect();
    let views = summaries.iter().zip(traces).map(|(summary, trace)| TraceView::of(summary, Some(trace))).collect();
    document(out, views, notes)
}

/// A listed trace as one line, with its line feed.
pub fn list_line(summary: &TraceSummary) -> String {
    text(|out| line(out, &TraceView::of(summary, None)))
}

/// A whole trace as one line.
pub fn show_line(trace: &Trace) -> String {
    text(|out| line(out, &TraceView::of(&trace.summary(), Some(trace))))
}

/// The log lines of traces as one document, and of an id of which the trace is not there. `matched_by` says why a line is taken for one of
/// the trace: `span_event`, `trace_id`, `time_and_path` or `time_and_service`, of which the last two are no proof; `span_by`, why it stands
/// in its span: `span_id`, `service_and_time` or `root`.
pub fn logs(traces: &[Trace], alone: &[(String, Vec<LogLine>)], notes: &[String]) -> String {
    text(|out| {
        serde_json::to_writer_pretty(&mut *out, &LogsDocument { schema: SCHEMA, logs: log_views(traces, alone), notes })?;
        out.push(b'\n');
        Ok(())
    })
}

/// The same, one line each.
pub fn log_lines(traces: &[Trace], alone: &[(String, Vec<LogLine>)]) -> String {
    text(|out| {
        log_views(traces, alone).iter().try_for_each(|view| {
            serde_json::to_writer(&mut *out, view)?;
            out.push(b'\n');
            Ok(())
        })
    })
}

fn log_views<'a>(traces: &'a [Trace], alone: &'a [(String, Vec<LogLine>)]) -> Vec<LogView<'a>> {
    let of_traces = traces.iter().flat_map(LogView::alone);
    of_traces.chain(alone.iter().flat_map(|(id, lines)| LogView::without_trace(id, lines))).collect()
}

/// What became of an assertion.
#[derive(Debug, Clone)]
pub struct Asserted<'a> {
    /// What the file that has it calls it.
    pub name: Option<&'a str>,
    /// The verdict with its reason, in words.
    pub message: String,
    /// The verdict, and what shows why.
    pub answer: &'a Answer,
    /// The traces that match.
    pub traces: &'a [TraceSummary],
}

/// What became of an assertion: `{"schema": 1, "verdict": "holds" | "fails" | "unknown", "message": …, "traces": […]}` with the
/// traces that match. Where there is something that shows why it does not hold or cannot be told, also `detail`, lines of text, and
/// `exhibit`: `trace`, whole as in [`show`], and `spans`, the ids of those that it is about. Where that is asked for, `coverage` has
/// `services`, `operations` and `edges`, and says of each whether an assertion is about it.
pub fn verdict(asserted: &Asserted<'_>, coverage: Option<&Coverage>) -> String {
    let summary = asserted.summary();
    text(|out| {
        let asserted = AssertedView::of(asserted, summary.as_ref());
        serde_json::to_writer_pretty(
            &mut *out,
            &VerdictDocument { schema: SCHEMA, asserted, coverage: coverage.map(CoverageView::of) },
        )?;
        out.push(b'\n');
        Ok(())
    })
}

/// What became of several: `{"schema": 1, "verdict": …, "assertions": […]}`, where each is as in [`verdict`] and has a `name`.
pub fn verdicts(verdict: Verdict, asserted: &[Asserted<'_>], coverage: Option<&Coverage>) -> String {
    let summaries: Vec<_> = asserted.iter().map(Asserted::summary).collect();
    let assertions = asserted.iter().zip(&summaries).map(|(one, summary)| AssertedView::of(one, summary.as_ref())).collect();
    text(|out| {
        let coverage = coverage.map(CoverageView::of);
        let document = VerdictsDocument { schema: SCHEMA, verdict: code(verdict), assertions, coverage };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        out.push(b'\n');
        Ok(())
    })
}

impl Asserted<'_> {
    fn summary(&self) -> Option<TraceSummary> {
        self.answer.trace.as_ref().map(|exhibit| exhibit.trace.summary())
    }
}

fn code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "fails",
        Verdict::Unknown => "unknown",
    }
}

/// What was found out about a service: `{"schema": 1, "findings": [{"what", "found", "sentence"}]}`, where the first two are words
/// that do not change and the third is for people.
pub fn findings<'a>(findings: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    let findings = findings.map(|(what, found, sentence)| FindingView { what, found, sentence }).collect();
    text(|out| {
        serde_json::to_writer_pretty(&mut *out, &FindingsDocument { schema: SCHEMA, findings })?;
        out.push(b'\n');
        Ok(())
    })
}

/// Who calls whom, as one document. A node has `name`, `kind` (`null` of a service that sends spans), `root` and `figures` of the
/// requests that it answered; an edge has `from` and `to`, which are places in `nodes`, the names of both, and `figures` of the
/// calls. Figures that are not known are `null`; durations are in nanoseconds.
pub fn map(graph: &ServiceGraph, notes: &[String]) -> String {
    text(|out| {
        serde_json::to_writer_pretty(&mut *out, &GraphDocument::of(graph, notes))?;
        out.push(b'\n');
        Ok(())
    })
}

/// Figures by service and operation over a time, as one document. `period` has `start` and `end`, and says `of` what it is, `window`
/// or `spans`. A service has `service` and `operations`; an operation has `name` and `kind`. Both have `figures` as in [`map`], the
/// percentiles of `timed_count` spans; `rate_per_second`; `running_count`, `without_start_count` and `negative_count`; `self_ns`; and
/// a `trend` of `[count, failed]` for each sixtieth of the period. In the order of the sorted figures.
pub fn stats(stats: &Stats, period: Option<Period>, notes: &[String]) -> String {
    text(|out| {
        serde_json::to_writer_pretty(&mut *out, &StatsDocument::of(stats, period, notes))?;
        out.push(b'\n');
        Ok(())
    })
}

/// What differs between two sides, as one document. `a` and `b` have `traces` (those that are compared), `left_out` (those of which
/// the duration is not known), counts, `p50_ns`, `p90_ns` and the `duration_ns` of all compared traces together; `expression` is
/// `null` of a side that is one trace.
///
/// `nodes` are the paths of spans, each before those below it: `parent` is a place in the list, `change` is `appeared`, `vanished`,
/// `changed`, `time` or `same`, and `a` and `b` have what all compared traces have of it together, of which `critical_ns` is its own
/// time on the critical path. `was` is what it is called in A, only where that differs.
///
/// `ledger` has the nodes whose time on the critical path differs, the largest difference first. `delta_scaled_ns` is the exact
/// difference of the means of one trace, B without A, times `scale`; `delta_ns` is it in whole nanoseconds. Of both, the sum over the
/// ledger is that of `duration`. `chance` is `null` of one trace a side.
pub fn diff(diff: &Diff, expressions: [Option<&str>; 2], notes: &[String]) -> String {
    text(|out| {
        serde_json::to_writer_pretty(&mut *out, &DiffDocument::of(diff, expressions, notes))?;
        out.push(b'\n');
        Ok(())
    })
}

fn document(out: &mut impl io::Write, traces: Vec<TraceView<'_>>, notes: &[String]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document { schema: SCHEMA, traces, notes })?;
    out.write_all(b"\n")
}

fn line(out: &mut impl io::Write, trace: &TraceView<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, trace)?;
    out.write_all(b"\n")
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory takes all that is written to it, and every key is text");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

#[derive(Serialize)]
struct FindingsDocument<'a> {
    schema: u32,
    findings: Vec<FindingView<'a>>,
}

#[derive(Serialize)]
struct FindingView<'a> {
    what: &'a str,
    found: &'a str,
    sentence: &'a str,
}

#[derive(Serialize)]
struct VerdictDocument<'a> {
    schema: u32,
    #[serde(flatten)]
    asserted: AssertedView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<CoverageView<'a>>,
}

#[derive(Serialize)]
struct VerdictsDocument<'a> {
    schema: u32,
    verdict: &'static str,
    assertions: Vec<AssertedView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<CoverageView<'a>>,
}

#[derive(Serialize)]
struct AssertedView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    verdict: &'static str,
    message: &'a str,
    traces: Vec<TraceView<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    exhibit: Option<ExhibitView<'a>>,
}

#[derive(Serialize)]
struct ExhibitView<'a> {
    spans: Vec<String>,
    trace: TraceView<'a>,
}

impl<'a> AssertedView<'a> {
    fn of(asserted: &'a Asserted<'a>, summary: Option<&'a TraceSummary>) -> Self {
        let answer = asserted.answer;
        let exhibit = answer.trace.as_ref().zip(summary).map(|(exhibit, summary)| ExhibitView {
            spans: exhibit.spans.iter().filter_map(|at| Some(exhibit.trace.spans().get(*at)?.id.to_string())).collect(),
            trace: TraceView::of(summary, Some(&exhibit.trace)),
        });
        let traces = asserted.traces.iter().map(|summary| TraceView::of(summary, None)).collect();
        let (verdict, message, detail) = (code(answer.verdict), &asserted.message, &answer.detail);
        Self { name: asserted.name, verdict, message, traces, detail, exhibit }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    traces: Vec<TraceView<'a>>,
    /// What there is to say about the answer: limits that were hit, backends that failed.
    notes: &'a [String],
}

#[derive(Serialize)]
struct LogsDocument<'a> {
    schema: u32,
    logs: Vec<LogView<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct TraceView<'a> {
    trace_id: String,
    /// Where it was read from; several are joined with `+`.
    backend: Option<String>,
    start: Option<String>,
    start_unix_nano: String,
    end_unix_nano: String,
    /// From the earliest start to the latest end that has arrived.
    /// `null` where no span has a time.
    duration_ns: Option<i128>,
    root_name: Option<&'a str>,
    root_service: Option<&'a str>,
    services: &'a [String],
    /// What the root was asked for. Only where the backend says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
    /// `null`, like the count of errors, where the backend lists traces without counting them.
    span_count: Option<usize>,
    error_count: Option<usize>,
    /// Whether something failed. Only where that is known without a count.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<bool>,
    /// Where it can be looked at in a browser. Only where there is such a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    /// How exact the times are, in nanoseconds. Only of a trace that was read, where they are not what the sender wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    precision_ns: Option<i128>,
    /// Whether nothing speaks against it being all there. `null` where nothing does, and nobody has looked: of a trace that was
    /// listed without being read.
    complete: Option<bool>,
    /// What does.
    evidence: Vec<EvidenceView>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    spans: Option<SpansView<'a>>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    logs: Option<Vec<LogView<'a>>>,
    /// What a service for errors has recorded of it. Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<RecordedView<'a>>,
    /// What was read from several places: which, who has which span, what is the same.
    #[serde(flatten)]
    stitched: Option<StitchedView<'a>>,
}

impl<'a> TraceView<'a> {
    fn of(summary: &'a TraceSummary, trace: Option<&'a Trace>) -> Self {
        Self {
            trace_id: summary.id.to_string(),
            backend: (!summary.backends.is_empty()).then(|| summary.backends.join("+")),
            start: rfc3339(summary.start),
            start_unix_nano: summary.start.0.to_string(),
            end_unix_nano: summary.end.0.to_string(),
            duration_ns: (!summary.end.is_unknown()).then(|| summary.duration()),
            root_name: summary.root_name.as_deref(),
            root_service: summary.root_service.as_deref(),
            services: &summary.services,
            request: summary.request.as_deref(),
            span_count: summary.span_count,
            error_count: summary.error_count,
            failed: summary.error_count.is_none().then_some(summary.failed),
            link: summary.link.as_deref(),
            precision_ns: trace.map(|trace| trace.precision).filter(|precision| *precision > 1),
            complete: (!summary.complete() || !summary.unread).then_some(summary.complete()),
            evidence: summary.evidence.iter().map(EvidenceView::of).collect(),
            spans: trace.map(|trace| SpansView { spans: trace.spans(), origins: &trace.origins, trace_start: summary.start }),
            logs: trace.and_then(|trace| LogView::of_trace(trace, summary.start)),
            errors: trace.and_then(|trace| RecordedView::of(&trace.errors)),
            stitched: trace.map(StitchedView::of),
        }
    }
}

#[derive(Serialize)]
struct EvidenceView {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

impl EvidenceView {
    fn of(evidence: &Evidence) -> Self {
        let count = match evidence {
            Evidence::MissingParents(count) | Evidence::Running(count) => Some(*count),
            Evidence::NoRoot | Evidence::Partial | Evidence::Truncated(_) => None,
        };
        Self { code: evidence.code(), message: evidence.to_string(), count }
    }
}

fn rfc3339(at: Time) -> Option<String> {
    (!at.is_unknown()).then(|| at.to_rfc3339())
}
