//! What came, as a line of the trace.

use super::NAME;
use super::search::Search;
use crate::model::time::MILLISECOND;
use crate::model::{Attributes, LogGroup, LogLine, Time};
use crate::wire::log_text;

/// What either way of searching says of a line.
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// Milliseconds since 1970.
    pub(super) timestamp: Option<i64>,
    pub(super) message: Option<String>,
    pub(super) group: String,
    pub(super) stream: Option<String>,
    pub(super) event: Option<String>,
}

impl Raw {
    /// The line, if it is one that is looked for. `groups` says who writes where.
    pub(super) fn read(self, search: &Search<'_>, groups: &[LogGroup]) -> Option<LogLine> {
        let message = self.message?;
        let belongs = search.check(&message)?;
        let writer = groups.iter().find(|group| group.name == self.group).and_then(|group| group.service.clone());
        let (severity, severity_text) = log_text::severity_of(&message).unzip();
        let mut attributes = Attributes::new();
        if let Some(event) = self.event.filter(|event| !event.is_empty()) {
            attributes.push("aws.log.event.id", event);
        }
        Some(LogLine {
            time: self.timestamp.and_then(|at| u64::try_from(at).ok()).map_or(Time::UNKNOWN, of_milliseconds),
            precision: MILLISECOND,
            severity,
            severity_text: severity_text.unwrap_or_default(),
            source: NAME.to_owned(),
            group: Some(self.group),
            stream: self.stream,
            service: log_text::service_of(&message).or(writer),
            span: log_text::span_of(&message),
            belongs,
            attributes,
            // What ends a line is no part of it.
            body: message.trim_end_matches(['\r', '\n']).to_owned(),
        })
    }
}

fn of_milliseconds(at: u64) -> Time {
    Time(at.saturating_mul(MILLISECOND as u64))
}

/// A time as Logs Insights writes it, `2026-11-29 12:00:00.123` in UTC, in milliseconds; an emulator may write those themselves.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    let written = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok();
    written.map(|at| at.and_utc().timestamp_millis()).or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::super::Wanted;
    use super::*;
    use crate::model::{GroupOrigin, Severity, SpanId, TimeRange, TraceId};

    #[test]
    fn a_line_of_lambda_says_whose_it_is() {
        let id = TraceId::from_text("1-581cf771-a006649127e371903a2de979");
        let search = Search { wanted: Wanted::Trace(&id), window: TimeRange::ALL };
        let group = LogGroup { name: "/aws/lambda/thumbs".into(), service: Some("thumbs".into()), origin: GroupOrigin::Custom };
        let raw = |message: &str| Raw {
            timestamp: Some(1_795_953_600_123),
            message: Some(message.to_owned()),
            group: group.name.clone(),
            ..Raw::default()
        };
        let report =
            "[WARN] REPORT XRAY TraceId: 1-581cf771-a006649127e371903a2de979\tSegmentId: 53995c3f42cd8ad8\tSampled: true\n";
        let line = raw(report).read(&search, std::slice::from_ref(&group)).unwrap();
        assert_eq!((line.time, line.precision), (Time(1_795_953_600_123_000_000), 1_000_000));
        assert_eq!((line.span, line.service.as_deref()), (Some(SpanId::from_text("53995c3f42cd8ad8")), Some("thumbs")));
        assert_eq!((line.severity, line.body.as_str()), (Some(Severity::Warn), report.trim_end()));
        assert!(raw("of another trace").read(&search, &[]).is_none(), "what the service answers is checked");
        assert!(Raw { message: None, ..raw("") }.read(&search, &[]).is_none());
        let odd = Raw { timestamp: Some(-5), ..raw(report) };
        assert!(odd.read(&search, &[]).unwrap().time.is_unknown());
    }

    #[test]
    fn times_of_insights_are_utc() {
        assert_eq!(milliseconds("2026-11-29 12:00:00.123"), Some(1_795_953_600_123));
        assert_eq!(milliseconds("1795953600123"), Some(1_795_953_600_123));
        assert_eq!(milliseconds("yesterday"), None);
    }
}
