//! What a trace was read from, which of its spans are records of the same call, and which other traces are probably the same request.

use serde::Serialize;

use crate::model::{Join, Origin, SameCall, Trace, Twin, Twins};

#[derive(Serialize)]
pub(super) struct StitchedView<'a> {
    /// Only where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    origins: Vec<OriginView<'a>>,
    /// Only where there are some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    joins: Vec<JoinView<'a>>,
    /// Only where they were looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    twins: Option<TwinsView<'a>>,
}

impl<'a> StitchedView<'a> {
    pub(super) fn of(trace: &'a Trace) -> Self {
        let twins = match &trace.twins {
            Twins::NotSought => None,
            Twins::Sought { found, unclear } => Some(TwinsView {
                probable: found.iter().map(TwinView::of).collect(),
                unclear: unclear.iter().map(ToString::to_string).collect(),
            }),
        };
        Self {
            origins: trace.origins.iter().map(OriginView::of).collect(),
            joins: trace.joins.iter().map(JoinView::of).collect(),
            twins,
        }
    }
}

#[derive(Serialize)]
struct OriginView<'a> {
    name: &'a str,
    trace_id: String,
}

impl<'a> OriginView<'a> {
    fn of(origin: &'a Origin) -> Self {
        Self { name: &origin.name, trace_id: origin.trace.to_string() }
    }
}

#[derive(Serialize)]
struct JoinView<'a> {
    span_id: String,
    /// The other record of the call, below which drawings have it.
    below: String,
    certain: bool,
    evidence: Vec<SameCallView<'a>>,
}

impl<'a> JoinView<'a> {
    fn of(join: &'a Join) -> Self {
        Self {
            span_id: join.inner.to_string(),
            below: join.outer.to_string(),
            certain: join.evidence.iter().any(SameCall::is_certain),
            evidence: join.evidence.iter().map(SameCallView::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct TwinsView<'a> {
    probable: Vec<TwinView<'a>>,
    unclear: Vec<String>,
}

#[derive(Serialize)]
struct TwinView<'a> {
    trace_id: String,
    backend: String,
    /// The span of the trace that is the request, and that of the other.
    span_id: String,
    other_span_id: String,
    evidence: Vec<SameCallView<'a>>,
}

impl<'a> TwinView<'a> {
    fn of(twin: &'a Twin) -> Self {
        let [span_id, other_span_id] = twin.request.each_ref().map(ToString::to_string);
        let (trace_id, backend) = (twin.trace.to_string(), twin.backends.join("+"));
        Self { trace_id, backend, span_id, other_span_id, evidence: twin.evidence.iter().map(SameCallView::of).collect() }
    }
}

#[derive(Serialize)]
struct SameCallView<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after_ns: Option<i128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before_ns: Option<i128>,
}

impl<'a> SameCallView<'a> {
    fn of(said: &'a SameCall) -> Self {
        let mut view = Self { code: said.code(), value: None, status: None, after_ns: None, before_ns: None };
        match said {
            SameCall::RequestId(text)
            | SameCall::Service(text)
            | SameCall::Host(text)
            | SameCall::Route(text)
            | SameCall::Operation(text) => view.value = Some(text),
            SameCall::Status(status) => view.status = Some(*status),
            SameCall::Time { after, before } => (view.after_ns, view.before_ns) = (Some(*after), Some(*before)),
        }
        view
    }
}
