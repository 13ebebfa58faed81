//! From traces to what is known of their operations.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::analysis::normalised;
use crate::model::{Span, SpanKind, Trace};

use super::{Baseline, Operation, Sample};

/// Gathers traces one by one, so that no more than one of them needs to be in memory. Keeps one duration for each operation of a
/// trace. A trace that is added twice counts twice, and is not independent of itself: add each once.
#[derive(Debug, Default)]
pub struct BaselineBuilder {
    traces: u32,
    operations: Vec<(Operation, Vec<u64>)>,
    /// Places in `operations`, by service and name.
    places: HashMap<String, HashMap<String, Vec<usize>>>,
}

/// An operation in one trace.
#[derive(Debug, Default)]
struct Seen {
    /// The longest of its spans; `None` where it is not known which is.
    longest: Option<u64>,
    failed: bool,
}

impl BaselineBuilder {
    /// Adds a trace. Costs O(n) of its spans.
    pub fn add(&mut self, trace: &Trace) {
        // Spans of one name are many: it is normalised once.
        let mut raw = HashMap::<(&str, &str, SpanKind), Seen>::new();
        for span in trace.spans() {
            let (length, failed) = (length(span), span.is_error());
            match raw.entry((span.service(), span.name.as_str(), span.kind)) {
                Entry::Vacant(entry) => drop(entry.insert(Seen { longest: length, failed })),
                Entry::Occupied(mut entry) => entry.get_mut().join(&Seen { longest: length, failed }),
            }
        }
        let mut seen = HashMap::<usize, Seen>::new();
        for ((service, name, kind), one) in raw {
            match seen.entry(self.place(service, &normalised(name), kind)) {
                Entry::Vacant(entry) => drop(entry.insert(one)),
                Entry::Occupied(mut entry) => entry.get_mut().join(&one),
            }
        }
        for (place, seen) in seen {
            let (operation, durations) = &mut self.operations[place];
            operation.traces = operation.traces.saturating_add(1);
            operation.failed = operation.failed.saturating_add(u32::from(seen.failed));
            operation.unmeasured = operation.unmeasured.saturating_add(u32::from(seen.longest.is_none()));
            durations.extend(seen.longest);
        }
        self.traces = self.traces.saturating_add(1);
    }

    /// Of how many traces.
    pub fn traces(&self) -> u32 {
        self.traces
    }

    /// What is known of their operations. In whatever order traces were added, it is the same.
    pub fn finish(self) -> Baseline {
        let finished = self.operations.into_iter();
        let mut operations: Vec<Operation> =
            finished.map(|(operation, durations)| Operation { durations: Sample::of(durations), ..operation }).collect();
        operations.sort_by(|a, b| a.key().cmp(&b.key()));
        Baseline { traces: self.traces, operations }
    }

    fn place(&mut self, service: &str, name: &str, kind: SpanKind) -> usize {
        let known = self.places.get(service).and_then(|names| names.get(name));
        let known = known.and_then(|places| places.iter().find(|place| self.operations[**place].0.kind == kind));
        if let Some(place) = known {
            return *place;
        }
        let place = self.operations.len();
        let operation = Operation { service: service.to_owned(), name: name.to_owned(), kind, ..Operation::default() };
        self.operations.push((operation, Vec::new()));
        self.places.entry(service.to_owned()).or_default().entry(name.to_owned()).or_default().push(place);
        place
    }
}

impl Seen {
    fn join(&mut self, other: &Self) {
        // Not known of one of them is not known of them together.
        self.longest = self.longest.zip(other.longest).map(|(one, other)| one.max(other));
        self.failed |= other.failed;
    }
}

/// How long a span took, in nanoseconds, if that is known. More than 292 years is a broken clock's, and no file has numbers for it.
fn length(span: &Span) -> Option<u64> {
    let length = span.duration().filter(|_| !span.start.is_unknown())?;
    i64::try_from(length).ok().and_then(|length| u64::try_from(length).ok())
}
