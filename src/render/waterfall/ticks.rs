//! What happened while a span was open, as points in its bar.

use crate::model::{Event, Time};

use super::layout::spans;
use super::{Row, Shown};

/// A point in a row's time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick<'a> {
    /// When.
    pub time: Time,
    /// Whether it is an exception.
    pub exception: bool,
    /// What happened.
    pub event: &'a Event,
}

/// The events of the spans of a row that have a time, by time.
pub fn ticks<'a>(shown: Shown<'a>, row: &Row) -> Vec<Tick<'a>> {
    let events = spans(shown, row.planned.entry).flat_map(|span| &span.events).filter(|event| !event.time.is_unknown());
    let mut ticks: Vec<_> =
        events.map(|event| Tick { time: event.time, exception: event.name == "exception", event }).collect();
    ticks.sort_by_key(|tick| (tick.time, !tick.exception));
    ticks
}
