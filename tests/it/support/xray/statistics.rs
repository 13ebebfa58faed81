//! Counts and response times of a node or an edge of a service graph.
//! <https://docs.aws.amazon.com/xray/latest/api/API_ServiceStatistics.html>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::noise;
use super::segment::{Segment, milliseconds};

/// What was counted. A segment is one of ok, throttled, in error or at fault; one that still runs is none yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Statistics {
    ok: usize,
    throttled: usize,
    error: usize,
    fault: usize,
    /// How often each response time was seen, by milliseconds.
    times: BTreeMap<i64, usize>,
    /// Decimal seconds: the first start, and the last end or start.
    span: Option<(f64, f64)>,
}

impl Statistics {
    pub(super) fn add(&mut self, segment: &Segment) {
        let last = segment.end.unwrap_or(segment.start);
        let (start, end) = self.span.unwrap_or((segment.start, last));
        self.span = Some((start.min(segment.start), end.max(last)));
        let Some(seconds) = segment.seconds() else { return };
        *self.times.entry((seconds * 1000.0).round() as i64).or_default() += 1;
        let count = if segment.flag("fault") {
            &mut self.fault
        } else if segment.flag("throttle") {
            &mut self.throttled
        } else if segment.flag("error") {
            &mut self.error
        } else {
            &mut self.ok
        };
        *count += 1;
    }

    /// `StartTime` and `EndTime`, in decimal seconds.
    pub(super) fn span(&self) -> (f64, f64) {
        self.span.unwrap_or_default()
    }

    /// `ServiceStatistics` and `EdgeStatistics`, which have the same members.
    pub(super) fn summary(&self) -> Value {
        let errors = self.throttled + self.error;
        let total: f64 = self.times.iter().map(|(&time, &count)| time as f64 * count as f64 / 1000.0).sum();
        json!({
            "OkCount": self.ok,
            "ErrorStatistics": { "ThrottleCount": self.throttled, "OtherCount": self.error, "TotalCount": errors },
            "FaultStatistics": { "OtherCount": self.fault, "TotalCount": self.fault },
            "TotalCount": self.ok + errors + self.fault,
            "TotalResponseTime": milliseconds(total),
        })
    }

    /// A bar for each response time, in no order.
    pub(super) fn histogram(&self) -> Vec<Value> {
        let bars = self.times.iter().map(|(&time, &count)| json!({ "Value": time as f64 / 1000.0, "Count": count }));
        let mut bars: Vec<Value> = bars.collect();
        noise::shuffle(&mut bars);
        bars
    }
}
