//! Groups, streams and lines.

use std::collections::BTreeMap;

use cruddur_trace::model::Time;

use super::refusal::Refusal;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    /// Milliseconds since 1970.
    pub(super) timestamp: i64,
    pub(super) stream: String,
    pub(super) message: String,
    /// As the service numbers them: the same for as long as the line is kept.
    pub(super) id: String,
}

/// The groups by name, each with its lines by time.
#[derive(Debug, Default)]
pub(super) struct Archive {
    groups: BTreeMap<String, Vec<Event>>,
    lines: usize,
}

impl Archive {
    pub(super) fn create(&mut self, group: &str) {
        self.groups.entry(group.to_owned()).or_default();
    }

    pub(super) fn put(&mut self, group: &str, stream: &str, at: Time, message: &str) {
        self.lines += 1;
        let event = Event {
            timestamp: i64::try_from(at.0 / 1_000_000).expect("it is a time"),
            stream: stream.to_owned(),
            message: message.to_owned(),
            id: format!("{:056}", self.lines),
        };
        let events = self.groups.entry(group.to_owned()).or_default();
        let behind = events.partition_point(|known| known.timestamp <= event.timestamp);
        events.insert(behind, event);
    }

    pub(super) fn get(&self, group: &str) -> Result<&[Event], Refusal> {
        let missing = || Refusal::new("ResourceNotFoundException", "The specified log group does not exist.");
        self.groups.get(group).map(Vec::as_slice).ok_or_else(missing)
    }
}
