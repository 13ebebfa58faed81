//! What backends say differently of the same span.

use std::time::Duration;

use crate::model::time::{MICROSECOND, Nanos};
use crate::model::{Origin, SeenBy, Span};

/// So many are told one by one.
const EACH: usize = 5;

/// What was found, as sentences.
pub(super) struct Disagreements<'a> {
    origins: &'a [Origin],
    told: Vec<String>,
    more: usize,
}

impl<'a> Disagreements<'a> {
    /// None yet, between these.
    pub(super) fn between(origins: &'a [Origin]) -> Self {
        Self { origins, told: Vec::new(), more: 0 }
    }

    /// Two records of one span, whose times are exact to `exact_to`. One that is still running for one of them, and over for the other, is no
    /// disagreement: the one was told earlier.
    pub(super) fn compare(&mut self, one: &Span, other: &Span, exact_to: Nanos) {
        if one.end.is_none() || other.end.is_none() {
            return;
        }
        let [first, second] = [one, other].map(|span| self.names(span.seen_by));
        let mut said = Vec::new();
        if one.is_error() != other.is_error() {
            let [a, b] = [one, other].map(|span| span.status.code.name());
            said.push(format!("its status is {a} for {first}, {b} for {second}"));
        }
        if let (Some(a), Some(b)) = (one.duration(), other.duration())
            && (a - b).abs() > exact_to.saturating_mul(2).max(MICROSECOND)
        {
            said.push(format!("it took {} for {first}, {} for {second}", duration(a), duration(b)));
        }
        if let (Some(a), Some(b)) = (&one.parent, &other.parent)
            && a != b
        {
            said.push(format!("its parent is {a} for {first}, {b} for {second}"));
        }
        if !said.is_empty() && self.told.len() >= EACH {
            self.more += 1;
        } else if !said.is_empty() {
            let about = format!("span `{}` ({})", one.name, one.id);
            self.told.push(format!("{first} and {second} disagree on {about}: {}", said.join("; ")));
        }
    }

    /// One sentence each.
    pub(super) fn into_notes(self) -> Vec<String> {
        let more = match self.more {
            0 => None,
            1 => Some("and on 1 more span".to_owned()),
            more => Some(format!("and on {more} more spans")),
        };
        self.told.into_iter().chain(more).collect()
    }

    fn names(&self, seen_by: SeenBy) -> String {
        let names: Vec<_> = seen_by.places().filter_map(|place| Some(self.origins.get(place)?.name.as_str())).collect();
        names.join(" and ")
    }
}

fn duration(nanos: Nanos) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    format!("{sign}{:?}", Duration::from_nanos(u64::try_from(nanos.unsigned_abs()).unwrap_or(u64::MAX)))
}
