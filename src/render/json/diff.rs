//! What differs between two sides.

use serde::Serialize;

use crate::analysis::diff::{Change, Compared, Diff, Figures, Label, Length, PathNode, Side};
use crate::model::SpanKind;
use crate::model::time::Nanos;
use crate::render::units::Fixed;

use super::{EvidenceView, rfc3339};

/// The document.
#[derive(Serialize)]
pub(super) struct DiffDocument<'a> {
    schema: u32,
    diff: DiffView<'a>,
    notes: &'a [String],
}

impl<'a> DiffDocument<'a> {
    pub(super) fn of(diff: &'a Diff, expressions: [Option<&'a str>; 2], notes: &'a [String]) -> Self {
        Self { schema: super::SCHEMA, diff: DiffView::of(diff, expressions), notes }
    }
}

#[derive(Serialize)]
struct DiffView<'a> {
    a: SideView<'a>,
    b: SideView<'a>,
    /// What scaled differences are divided by.
    scale: Nanos,
    duration: DurationView,
    chance: Option<ChanceView>,
    /// Whether nothing differs.
    same: bool,
    /// Whether the roots are called otherwise, and compared all the same.
    root_changed: bool,
    /// How many traces are on both sides.
    shared_trace_count: usize,
    services: ServicesView<'a>,
    ledger: Vec<EntryView<'a>>,
    nodes: Vec<NodeView<'a>>,
}

impl<'a> DiffView<'a> {
    fn of(diff: &'a Diff, [a, b]: [Option<&'a str>; 2]) -> Self {
        let [durations_a, durations_b] = diff.durations();
        let [vanished, appeared] = diff.services();
        let deltas: Vec<Nanos> = diff.ledger.iter().map(|node| diff.delta(*node)).collect();
        // Whole nanoseconds, whatever the longest is.
        let nanoseconds = Fixed::up_to(0, true);
        let whole = nanoseconds.steps(&deltas, diff.scale());
        let entries = diff.ledger.iter().zip(deltas).zip(whole);
        Self {
            a: SideView::of(&diff.sides[0], a),
            b: SideView::of(&diff.sides[1], b),
            scale: diff.scale(),
            duration: DurationView {
                a_ns: durations_a,
                b_ns: durations_b,
                delta_ns: nanoseconds.round(diff.total(), diff.scale()),
                delta_scaled_ns: diff.total(),
            },
            chance: diff.chance().map(|chance| ChanceView {
                // As many digits as are certain.
                p: (chance.p * 1e6).round() / 1e6,
                test: "mann_whitney_u",
                method: if chance.exact { "exact" } else { "normal" },
            }),
            same: diff.is_same(),
            root_changed: diff.root_changed(),
            shared_trace_count: diff.shared,
            services: ServicesView { appeared, vanished },
            ledger: entries
                .map(|((node, delta_scaled_ns), delta_ns)| EntryView {
                    node: *node,
                    name: NameView::of(diff.nodes[*node].label()),
                    delta_ns,
                    delta_scaled_ns,
                })
                .collect(),
            nodes: (0..diff.nodes.len()).map(|node| NodeView::of(diff, node)).collect(),
        }
    }
}

#[derive(Serialize)]
struct SideView<'a> {
    expression: Option<&'a str>,
    trace_count: usize,
    span_count: u64,
    error_count: u64,
    /// At how many spans failures begin.
    origin_count: u64,
    /// Of how many compared traces something speaks against their being all there.
    incomplete_count: usize,
    services: Vec<&'a str>,
    duration_ns: Nanos,
    p50_ns: Option<Nanos>,
    p90_ns: Option<Nanos>,
    traces: Vec<TraceView<'a>>,
    left_out: Vec<TraceView<'a>>,
}

impl<'a> SideView<'a> {
    fn of(side: &'a Side, expression: Option<&'a str>) -> Self {
        Self {
            expression,
            trace_count: side.traces.len(),
            span_count: side.spans,
            error_count: side.errors,
            origin_count: side.origins,
            incomplete_count: side.incomplete(),
            services: side.services.iter().map(AsRef::as_ref).collect(),
            duration_ns: side.traces.iter().map(|trace| trace.duration).sum(),
            p50_ns: side.percentile(5_000),
            p90_ns: side.percentile(9_000),
            traces: side.traces.iter().map(TraceView::of).collect(),
            left_out: side.left_out.iter().map(TraceView::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct TraceView<'a> {
    trace_id: String,
    backend: Option<String>,
    start: Option<String>,
    start_unix_nano: String,
    /// The root's duration, as far as `length` says so.
    duration_ns: Nanos,
    /// `known`; else what makes it uncertain.
    length: &'static str,
    span_count: usize,
    error_count: usize,
    complete: bool,
    evidence: Vec<EvidenceView>,
    /// What else may be missing.
    gaps: &'a [String],
}

impl<'a> TraceView<'a> {
    fn of(trace: &'a Compared) -> Self {
        Self {
            trace_id: trace.id.to_string(),
            backend: (!trace.backends.is_empty()).then(|| trace.backends.join("+")),
            start: rfc3339(trace.start),
            start_unix_nano: trace.start.0.to_string(),
            duration_ns: trace.duration,
            length: match trace.length {
                Length::Known => "known",
                Length::Running => "running",
                Length::NoRoot => "no_root",
                Length::Reversed => "negative",
                Length::Unknown => "unknown",
            },
            span_count: trace.spans,
            error_count: trace.errors,
            complete: trace.evidence.is_empty(),
            evidence: trace.evidence.iter().map(EvidenceView::of).collect(),
            gaps: &trace.gaps,
        }
    }
}

/// All are nanoseconds, as their names say.
#[allow(clippy::struct_field_names)]
#[derive(Serialize)]
struct DurationView {
    a_ns: Nanos,
    b_ns: Nanos,
    delta_ns: Nanos,
    delta_scaled_ns: Nanos,
}

#[derive(Serialize)]
struct ChanceView {
    /// How likely durations that differ at least as much are where nothing is different.
    p: f64,
    test: &'static str,
    method: &'static str,
}

#[derive(Serialize)]
struct ServicesView<'a> {
    appeared: Vec<&'a str>,
    vanished: Vec<&'a str>,
}

#[derive(Serialize)]
struct EntryView<'a> {
    /// A place in `nodes`.
    node: usize,
    #[serde(flatten)]
    name: NameView<'a>,
    delta_ns: Nanos,
    delta_scaled_ns: Nanos,
}

/// All `null` of parents that have not arrived.
#[derive(Serialize)]
struct NameView<'a> {
    /// Empty where nobody says it.
    service: Option<&'a str>,
    /// The normalised name.
    name: Option<&'a str>,
    kind: Option<&'static str>,
    /// Only where it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind_number: Option<i32>,
}

impl<'a> NameView<'a> {
    fn of(label: &'a Label) -> Self {
        match label {
            Label::Spans { service, name, kind } => Self {
                service: Some(service),
                name: Some(name),
                kind: Some(kind.name()),
                kind_number: matches!(kind, SpanKind::Other(_)).then(|| kind.number()),
            },
            Label::Missing => Self { service: None, name: None, kind: None, kind_number: None },
        }
    }
}

#[derive(Serialize)]
struct NodeView<'a> {
    /// A place in this list; `null` at the top.
    parent: Option<usize>,
    depth: usize,
    #[serde(flatten)]
    name: NameView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<NameView<'a>>,
    /// Whether critical paths end here.
    root: bool,
    change: &'static str,
    a: FiguresView<'a>,
    b: FiguresView<'a>,
}

impl<'a> NodeView<'a> {
    fn of(diff: &'a Diff, node: usize) -> Self {
        let at: &PathNode = &diff.nodes[node];
        let was = match &at.labels {
            [Some(a), Some(b)] if a != b => Some(NameView::of(a)),
            _ => None,
        };
        let [a, b] = [0, 1].map(|side| FiguresView::of(&at.figures[side], at.reasons[side].as_deref()));
        Self {
            parent: at.parent,
            depth: at.depth,
            name: NameView::of(at.label()),
            was,
            root: at.is_root,
            change: match diff.change(node) {
                Change::Appeared => "appeared",
                Change::Vanished => "vanished",
                Change::Changed => "changed",
                Change::Time => "time",
                Change::Same => "same",
            },
            a,
            b,
        }
    }
}

#[derive(Serialize)]
struct FiguresView<'a> {
    span_count: u64,
    /// How many parents that have not arrived.
    missing_count: u64,
    error_count: u64,
    origin_count: u64,
    /// In how many traces.
    trace_count: u64,
    self_ns: Nanos,
    critical_ns: Nanos,
    /// Why failures begin there, in the words of one of them. Only where one says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> FiguresView<'a> {
    fn of(figures: &Figures, reason: Option<&'a str>) -> Self {
        Self {
            span_count: figures.spans,
            missing_count: figures.missing,
            error_count: figures.errors,
            origin_count: figures.origins,
            trace_count: figures.traces,
            self_ns: figures.self_time,
            critical_ns: figures.critical,
            reason,
        }
    }
}
