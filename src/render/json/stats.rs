//! Figures by service and operation.

use serde::Serialize;

use crate::analysis::stats::{Bucket, Operation, Period, Service, Stats, Totals};
use crate::model::time::Nanos;

use super::graph::FiguresView;
use super::rfc3339;

/// Into how many parts the time is cut.
const PARTS: usize = 60;

/// The document.
#[derive(Serialize)]
pub(super) struct StatsDocument<'a> {
    schema: u32,
    /// The time that is looked at; `null` where no span has one.
    period: Option<PeriodView>,
    trace_count: usize,
    services: Vec<ServiceView<'a>>,
    notes: &'a [String],
}

impl<'a> StatsDocument<'a> {
    pub(super) fn of(stats: &'a Stats, period: Option<Period>, notes: &'a [String]) -> Self {
        Self {
            schema: super::SCHEMA,
            period: period.map(PeriodView::of),
            trace_count: stats.traces,
            services: stats.services.iter().map(|service| ServiceView::of(service, period)).collect(),
            notes,
        }
    }
}

#[derive(Serialize)]
struct PeriodView {
    start: Option<String>,
    start_unix_nano: String,
    end: Option<String>,
    end_unix_nano: String,
    duration_ns: Nanos,
    /// `window` is the whole of what was asked for; `spans` is from the first span to the last.
    of: &'static str,
    /// How long each part of a `trend` is, rounded down.
    bucket_ns: Nanos,
}

impl PeriodView {
    fn of(period: Period) -> Self {
        Self {
            start: rfc3339(period.start),
            start_unix_nano: period.start.0.to_string(),
            end: rfc3339(period.end),
            end_unix_nano: period.end.0.to_string(),
            duration_ns: period.length(),
            of: if period.asked_for { "window" } else { "spans" },
            bucket_ns: period.length() / PARTS as Nanos,
        }
    }
}

#[derive(Serialize)]
struct ServiceView<'a> {
    /// Empty where nobody says it.
    service: &'a str,
    #[serde(flatten)]
    totals: TotalsView,
    operations: Vec<OperationView<'a>>,
}

impl<'a> ServiceView<'a> {
    fn of(service: &'a Service, period: Option<Period>) -> Self {
        Self {
            service: &service.name,
            totals: TotalsView::of(&service.totals, period),
            operations: service.operations.iter().map(|operation| OperationView::of(operation, period)).collect(),
        }
    }
}

#[derive(Serialize)]
struct OperationView<'a> {
    name: &'a str,
    kind: &'static str,
    /// Only where it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind_number: Option<i32>,
    #[serde(flatten)]
    totals: TotalsView,
}

impl<'a> OperationView<'a> {
    fn of(operation: &'a Operation, period: Option<Period>) -> Self {
        let kind = operation.kind;
        Self {
            name: &operation.name,
            kind: kind.name(),
            kind_number: (kind.name() == "other").then(|| kind.number()),
            totals: TotalsView::of(&operation.totals, period),
        }
    }
}

#[derive(Serialize)]
struct TotalsView {
    /// `null` where the time has no length.
    rate_per_second: Option<f64>,
    figures: FiguresView,
    /// Of how many spans the percentiles are: those with a start and an end.
    timed_count: u64,
    running_count: u64,
    without_start_count: u64,
    /// How many end before they start.
    negative_count: u64,
    /// How long they were at work themselves.
    self_ns: Nanos,
    /// How many began in each part of the time, and how many of those failed.
    trend: Vec<BucketView>,
}

impl TotalsView {
    fn of(totals: &Totals, period: Option<Period>) -> Self {
        let buckets = period.map_or_else(Vec::new, |period| totals.buckets(period, PARTS));
        Self {
            rate_per_second: period.and_then(|period| totals.per_second(period)),
            figures: FiguresView::of(&totals.figures),
            timed_count: totals.figures.durations.count(),
            running_count: totals.running,
            without_start_count: totals.without_start,
            negative_count: totals.reversed,
            self_ns: totals.self_time,
            trend: buckets.into_iter().map(|Bucket { count, failed }| BucketView(count, failed)).collect(),
        }
    }
}

/// `[count, failed]`
#[derive(Serialize)]
struct BucketView(u64, u64);
