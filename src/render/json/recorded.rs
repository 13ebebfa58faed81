//! The errors that were recorded of a trace elsewhere.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::model::Recorded;
use crate::model::error_report::{ErrorEvidence, ErrorItem, ErrorReport, Exception, Frame, Occurrence};

use super::rfc3339;

/// A list; `null` where it was asked for and is not known.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct RecordedView<'a>(Option<Vec<ReportView<'a>>>);

impl<'a> RecordedView<'a> {
    /// `None` where nobody asked.
    pub(super) fn of(recorded: &'a Recorded) -> Option<Self> {
        match recorded {
            Recorded::NotAsked => None,
            Recorded::Unknown => Some(Self(None)),
            Recorded::Found(found) => Some(Self(Some(found.reports.iter().map(ReportView::of).collect()))),
        }
    }
}

#[derive(Serialize)]
struct ReportView<'a> {
    source: &'static str,
    /// `certain` where it carries the trace's id, else `probable`.
    sureness: &'static str,
    evidence: Vec<SignView>,
    occurrence_id: u64,
    uuid: &'a str,
    /// To the second.
    time: Option<String>,
    time_unix_nano: String,
    /// Empty for a message.
    class: &'a str,
    message: &'a str,
    level: &'a str,
    environment: &'a str,
    framework: &'a str,
    context: &'a str,
    method: &'a str,
    path: &'a str,
    link: &'a str,
    /// `null` where it is not known.
    item: Option<ItemView<'a>>,
    /// What was raised, then what caused it. Only where bodies were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exceptions: Vec<ExceptionView<'a>>,
}

impl<'a> ReportView<'a> {
    fn of(report: &'a ErrorReport) -> Self {
        let occurrence: &Occurrence = &report.occurrence;
        let bodies = occurrence.exceptions.iter().any(|exception| !exception.frames.is_empty());
        Self {
            source: "rollbar",
            sureness: report.sureness.name(),
            evidence: report.evidence.iter().map(SignView::of).collect(),
            occurrence_id: occurrence.id,
            uuid: &occurrence.uuid,
            time: rfc3339(occurrence.time),
            time_unix_nano: occurrence.time.0.to_string(),
            class: occurrence.class(),
            message: occurrence.message(),
            level: &occurrence.level,
            environment: &occurrence.environment,
            framework: &occurrence.framework,
            context: &occurrence.context,
            method: &occurrence.method,
            path: &occurrence.path,
            link: &occurrence.link,
            item: report.item.as_ref().map(ItemView::of),
            exceptions: occurrence.exceptions.iter().filter(|_| bodies).map(ExceptionView::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct SignView {
    code: &'static str,
    message: String,
}

impl SignView {
    fn of(evidence: &ErrorEvidence) -> Self {
        Self { code: evidence.code(), message: evidence.to_string() }
    }
}

#[derive(Serialize)]
struct ItemView<'a> {
    id: u64,
    /// The number that people see.
    counter: Option<u64>,
    title: &'a str,
    level: &'a str,
    status: &'a str,
    first_seen: Option<String>,
    last_seen: Option<String>,
    total_occurrences: Option<u64>,
}

impl<'a> ItemView<'a> {
    fn of(item: &'a ErrorItem) -> Self {
        Self {
            id: item.id,
            counter: item.counter,
            title: &item.title,
            level: &item.level,
            status: &item.status,
            first_seen: rfc3339(item.first_seen),
            last_seen: rfc3339(item.last_seen),
            total_occurrences: item.total,
        }
    }
}

#[derive(Serialize)]
struct ExceptionView<'a> {
    class: &'a str,
    message: &'a str,
    /// The most recent call last.
    frames: Vec<FrameView<'a>>,
    /// How many frames before these were left out.
    frames_left_out: usize,
}

impl<'a> ExceptionView<'a> {
    fn of(exception: &'a Exception) -> Self {
        Self {
            class: &exception.class,
            message: &exception.message,
            frames: exception.frames.iter().map(FrameView::of).collect(),
            frames_left_out: exception.left_out,
        }
    }
}

#[derive(Serialize)]
struct FrameView<'a> {
    file: &'a str,
    line: Option<u64>,
    method: &'a str,
    code: &'a str,
    locals: LocalsView<'a>,
    locals_left_out: usize,
}

impl<'a> FrameView<'a> {
    fn of(frame: &'a Frame) -> Self {
        Self {
            file: &frame.file,
            line: frame.line,
            method: &frame.method,
            code: &frame.code,
            locals: LocalsView(&frame.locals),
            locals_left_out: frame.left_out,
        }
    }
}

/// Names and values; of a name that is there twice, the first.
struct LocalsView<'a>(&'a [(String, String)]);

impl Serialize for LocalsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (at, (name, value)) in self.0.iter().enumerate() {
            if !self.0[..at].iter().any(|(before, _)| before == name) {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}
