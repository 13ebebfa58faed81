//! Figures of spans, gathered one span at a time: how they ended, and how long each took.

use crate::model::graph::Figures;
use crate::model::time::Nanos;
use crate::model::{Span, Value};

/// Figures in the making.
#[derive(Debug, Default)]
pub(super) struct Tally {
    figures: Figures,
    lengths: Vec<Nanos>,
}

impl Tally {
    /// Counts a span. Its length is known where it has a start and an end; one that ends before it starts has a negative one.
    pub(super) fn add(&mut self, span: &Span) {
        let figures = &mut self.figures;
        figures.total += 1;
        *match outcome(span) {
            Outcome::Running => return,
            Outcome::Fine => &mut figures.ok,
            Outcome::Error => &mut figures.errors,
            Outcome::Throttle => &mut figures.throttles,
            Outcome::Fault => &mut figures.faults,
            Outcome::Failure => &mut figures.failures,
        } += 1;
        if let Some(length) = span.duration().filter(|_| !span.start.is_unknown()) {
            figures.time = figures.time.saturating_add(length);
            self.lengths.push(length);
        }
    }

    /// The figures of all that were counted.
    pub(super) fn finish(self) -> Figures {
        Figures { durations: self.lengths.into_iter().map(|length| (length, 1)).collect(), ..self.figures }
    }
}

/// How a call ended.
enum Outcome {
    Running,
    Fine,
    Error,
    Throttle,
    Fault,
    Failure,
}

/// Only a span with the status `error` failed. Whose fault it was is said by X-Ray's flags, else by the HTTP status, in X-Ray's
/// sense: 429 throttled, 4xx an error of the caller, 5xx a fault.
fn outcome(span: &Span) -> Outcome {
    if !span.is_error() {
        return if span.end.is_some() { Outcome::Fine } else { Outcome::Running };
    }
    let flag = |name| span.attributes.get(name) == Some(&Value::Bool(true));
    let status = || {
        let status = ["http.response.status_code", "http.status_code"].iter().find_map(|key| span.attributes.get(key))?;
        status.as_int()
    };
    if flag("aws.xray.throttle") {
        Outcome::Throttle
    } else if flag("aws.xray.fault") {
        Outcome::Fault
    } else if flag("aws.xray.error") {
        Outcome::Error
    } else {
        match status() {
            Some(429) => Outcome::Throttle,
            Some(400..=499) => Outcome::Error,
            Some(500..=599) => Outcome::Fault,
            _ => Outcome::Failure,
        }
    }
}
