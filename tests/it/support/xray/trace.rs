//! A trace as far as it has arrived, and what is known of it.

use std::collections::HashSet;

use cruddur_trace::model::Time;
use serde_json::Value;

use super::assembly;
use super::inferred::{awaits_its_segment, infer};
use super::input::time_of;
use super::segment::{Segment, milliseconds, walk};

/// Annotations of a trace that can be searched for.
const INDEXED: usize = 50;
/// Characters of a value that can be searched for.
const LONGEST_VALUE: usize = 1000;
/// How far the time in an id may be from the trace's own: an id of random bytes has no time. Seconds of 30 days.
const PLAUSIBLE: f64 = 2_592_000.0;

/// A processed trace.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) id: String,
    /// Those that were sent and those that were inferred.
    pub(super) segments: Vec<Segment>,
    /// Subsegments whose parent is not there.
    pub(super) apart: Vec<Segment>,
    /// When its documents arrived.
    pub(super) arrivals: Vec<Time>,
    /// The annotations that can be searched for.
    pub(super) annotations: Vec<Annotation>,
}

/// An annotation, and which segments have it.
#[derive(Debug)]
pub(super) struct Annotation {
    pub(super) key: String,
    pub(super) value: Value,
    /// Places in [`Trace::segments`].
    pub(super) segments: Vec<usize>,
}

impl Trace {
    pub(super) fn new(id: &str, documents: &[(Value, Time)]) -> Self {
        let compiled = assembly::compile(id, documents.iter().map(|(document, _)| document));
        let inferred = infer(id, &compiled);
        let (apart, mut segments): (Vec<_>, Vec<_>) =
            compiled.into_iter().partition(|part| part.text("/type") == Some("subsegment"));
        segments.extend(inferred);
        let annotations = index(&segments, &apart);
        Self {
            id: id.to_owned(),
            segments,
            apart,
            arrivals: documents.iter().map(|(_, arrived)| *arrived).collect(),
            annotations,
        }
    }

    /// Everything, segments first.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().chain(&self.apart)
    }

    /// The segment that has no parent; the earliest, should there be several.
    pub(super) fn root(&self) -> Option<&Segment> {
        self.segments.iter().filter(|segment| segment.parent.is_none()).min_by(|one, other| one.start.total_cmp(&other.start))
    }

    /// When it begins, in decimal seconds.
    pub(super) fn start(&self) -> f64 {
        self.parts().map(|part| part.start).reduce(f64::min).unwrap_or_default()
    }

    /// From its first start to its last end, in seconds with three decimals.
    pub(super) fn duration(&self) -> f64 {
        let end = self.parts().filter_map(|part| part.end).reduce(f64::max).unwrap_or_default();
        milliseconds((end - self.start()).max(0.0))
    }

    /// The time that its id begins with, where it is one.
    pub(super) fn time_of_id(&self) -> Option<Time> {
        let seconds = f64::from(u32::from_str_radix(self.id.get(2..10)?, 16).ok()?);
        ((seconds - self.start()).abs() < PLAUSIBLE).then(|| time_of(seconds))
    }

    /// Whether something is still missing: something runs, a parent is not there, or a call went to a service that reports itself and
    /// did not yet.
    pub(super) fn is_partial(&self) -> bool {
        let known: HashSet<&str> =
            self.segments.iter().flat_map(|segment| segment.within.iter().chain([&segment.id])).map(String::as_str).collect();
        let parents: HashSet<&str> = self.segments.iter().filter_map(|segment| segment.parent.as_deref()).collect();
        let running = self.segments.iter().any(|segment| segment.end.is_none());
        let broken = self.segments.iter().flat_map(|segment| walk(&segment.document)).any(|part| {
            let id = part.get("id").and_then(Value::as_str).unwrap_or_default();
            awaits_its_segment(part) && !parents.contains(id)
        });
        running || broken || !self.apart.is_empty() || !parents.is_subset(&known)
    }
}

/// The first annotations of the trace that can be searched for, also of subsegments whose segment has not arrived.
fn index(segments: &[Segment], apart: &[Segment]) -> Vec<Annotation> {
    let mut found: Vec<Annotation> = Vec::new();
    for (at, segment) in segments.iter().chain(apart).enumerate() {
        let at = (at < segments.len()).then_some(at);
        for part in walk(&segment.document) {
            let annotations = part.get("annotations").and_then(Value::as_object);
            for (key, value) in annotations.into_iter().flatten().filter(|(key, value)| is_indexed(key, value)) {
                if let Some(known) = found.iter_mut().find(|known| known.key == *key && known.value == *value) {
                    known.segments.extend(at.filter(|at| !known.segments.contains(at)));
                } else if found.len() < INDEXED {
                    found.push(Annotation { key: key.clone(), value: value.clone(), segments: at.into_iter().collect() });
                }
            }
        }
    }
    found
}

fn is_indexed(key: &str, value: &Value) -> bool {
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    is_key
        && match value {
            Value::String(text) => text.chars().count() <= LONGEST_VALUE,
            Value::Number(_) | Value::Bool(_) => true,
            _ => false,
        }
}
