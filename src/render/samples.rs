//! Traces for the tests of this folder.

use std::sync::Arc;

use chrono::FixedOffset;

use crate::model::{Resource, Span, SpanId, SpanKind, Status, StatusCode, Time, Trace, TraceId};

use super::Look;

/// When the samples begin: 2026-07-24 14:03:05.123 UTC.
pub(crate) const START: Time = Time(1_784_901_785_123_000_000);

/// Plain, this many columns wide, three minutes after the samples begin.
pub(crate) fn look(width: usize) -> Look {
    let now = START.saturating_add(185_000_000_000);
    Look { width, ascii: false, color: false, zone: FixedOffset::east_opt(0).expect("no offset is one"), now: Some(now) }
}

/// A span of `service`, from and to so many microseconds after the start.
pub(crate) fn span(id: u64, parent: u64, service: &str, name: &str, from: i128, to: i128) -> Span {
    Span {
        id: SpanId::from_bytes(id.to_be_bytes()),
        parent: (parent != 0).then(|| SpanId::from_bytes(parent.to_be_bytes())),
        name: name.into(),
        kind: SpanKind::Internal,
        start: START.saturating_add(from * 1000),
        end: Some(START.saturating_add(to * 1000)),
        resource: Arc::new(Resource::of_service(service)),
        ..Span::default()
    }
}

/// The same span, failed.
pub(crate) fn failed(span: Span, message: &str) -> Span {
    Span { status: Status { code: StatusCode::Error, message: message.into() }, ..span }
}

/// The same span, not ended.
pub(crate) fn running(span: Span) -> Span {
    Span { end: None, ..span }
}

/// A trace of these spans.
pub(crate) fn trace(spans: Vec<Span>) -> Trace {
    Trace::assemble(TraceId::from_text("5759e988bd862e3fe1be46a994272793"), spans).expect("there are spans")
}

/// A page of a web application, with an N+1 query and a call that failed.
pub(crate) fn page() -> Trace {
    let mut spans = vec![
        span(1, 0, "frontend-react-js", "GET /@andrewbrown", 0, 812_400),
        span(2, 1, "backend-flask", "GET /api/activities/@andrewbrown", 21_300, 640_200),
        span(3, 2, "backend-flask", "cognito-verify-token", 22_100, 61_700),
        span(4, 2, "backend-flask", "user-activities-data", 62_000, 391_000),
        span(5, 4, "postgres", "SELECT users WHERE handle = $1", 62_400, 74_800),
        span(40, 2, "backend-flask", "notifications", 395_000, 634_000),
        failed(
            span(41, 40, "dynamodb", "DynamoDB.Query cruddur-messages", 396_000, 631_300),
            "ProvisionedThroughputExceededException: rate exceeded",
        ),
        span(42, 40, "backend-flask", "momento-counter", 631_500, 633_900),
    ];
    spans.extend((0..23).map(|n| {
        span(
            6 + n,
            4,
            "postgres",
            "SELECT replies WHERE activity_uuid = $1",
            75_000 + i128::from(n) * 13_000,
            75_000 + i128::from(n) * 13_000 + 9_000 + i128::from(n % 5) * 700,
        )
    }));
    spans[6].kind = SpanKind::Client;
    trace(spans)
}
