//! When traces were that have been listed: their ids alone do not say it, and to find it out costs query results.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Honeycomb;
use super::cache::digest;
use crate::model::{Time, TraceId};

/// So many are remembered, those that were seen last.
const MOST: usize = 1000;

/// Traces and when they were, the one that was seen last at the end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Times(VecDeque<Seen>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Seen {
    id: String,
    start: u64,
    end: u64,
}

impl Times {
    /// When a trace was.
    fn get(&self, id: &TraceId) -> Option<(Time, Time)> {
        let id = id.canonical();
        self.0.iter().rev().find(|seen| seen.id == id).map(|seen| (Time(seen.start), Time(seen.end)))
    }

    fn insert(&mut self, id: &TraceId, start: Time, end: Time) {
        let id = id.canonical();
        let known = self.0.iter().position(|seen| seen.id == id).and_then(|at| self.0.remove(at));
        let (start, end) = known.map_or((start.0, end.0), |known| (start.0.min(known.start), end.0.max(known.end)));
        self.0.push_back(Seen { id, start, end });
        while self.0.len() > MOST {
            self.0.pop_front();
        }
    }

    fn ids(&self) -> impl Iterator<Item = TraceId> {
        self.0.iter().rev().map(|seen| TraceId::from_text(&seen.id))
    }
}

impl Honeycomb {
    /// When a trace was, as far as it was ever seen.
    pub(super) fn seen(&self, id: &TraceId) -> Option<(Time, Time)> {
        self.with_times(|times| times.get(id))
    }

    /// The ids that were seen, the last first.
    pub(super) fn seen_ids(&self) -> Vec<TraceId> {
        self.with_times(|times| times.ids().collect())
    }

    /// Remembers when traces were.
    pub(super) fn remember<'a>(&self, traces: impl IntoIterator<Item = (&'a TraceId, Time, Time)>) {
        let mut traces = traces.into_iter().peekable();
        if traces.peek().is_none() {
            return;
        }
        self.with_times(|times| traces.for_each(|(id, start, end)| times.insert(id, start, end)));
        let times = self.times.borrow().clone();
        self.cache.write(&self.times_file(), self.now(), &times.unwrap_or_default());
    }

    fn with_times<T>(&self, look: impl FnOnce(&mut Times) -> T) -> T {
        let mut times = self.times.borrow_mut();
        look(times.get_or_insert_with(|| self.cache.read(&self.times_file()).map(|(_, times)| times).unwrap_or_default()))
    }

    fn times_file(&self) -> String {
        format!("honeycomb-times-{}", digest(&[&self.options.endpoint, self.options.key.expose()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_the_traces_that_were_seen_last_are_remembered() {
        let id = |n: usize| TraceId::from_text(&format!("{n:032x}"));
        let mut times = Times::default();
        for n in 0..MOST + 5 {
            times.insert(&id(n), Time(n as u64 + 1), Time(n as u64 + 2));
        }
        assert_eq!(times.get(&id(0)), None);
        assert_eq!(times.get(&id(7)), Some((Time(8), Time(9))));
        times.insert(&id(7), Time(3), Time(4));
        assert_eq!(times.get(&id(7)), Some((Time(3), Time(9))), "what was ever seen of it");
        assert_eq!((times.0.len(), times.ids().next()), (MOST, Some(id(7))));
    }
}
