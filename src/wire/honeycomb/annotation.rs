//! What happened in a span: events, links and log lines, which are rows of their own.

use std::collections::{HashMap, HashSet};

use super::build::Build;
use super::clock::{Clock, by_offset, millis};
use super::fields::{number, words};
use super::rows::Row;
use super::table::Cell;
use crate::model::{Attributes, Event, Link, Span};

/// Copies of identical events are made up to this many in all: how many there were is only a number that somebody wrote.
const MOST_COPIES: u64 = 100_000;

/// Which cells every row of a service has alike.
#[derive(Debug, Default)]
pub(super) struct Common<'a>(HashMap<&'a Cell, HashSet<(u32, &'a Cell)>>);

impl<'a> Common<'a> {
    pub(super) fn new(rows: &[&'a Row], service: Option<u32>) -> Self {
        let mut common = HashMap::<&Cell, HashSet<(u32, &Cell)>>::new();
        for row in rows {
            let cells = || row.cells.iter().map(|(column, cell)| (*column, cell));
            let known = common.entry(row.get(service)).or_insert_with(|| cells().collect());
            known.retain(|(column, cell)| row.get(Some(*column)) == *cell);
        }
        Self(common)
    }

    fn has(&self, service: &Cell, column: u32, cell: &Cell) -> bool {
        self.0.get(service).is_some_and(|cells| cells.contains(&(column, cell)))
    }
}

/// A span and the rows of what happened in it.
#[derive(Debug)]
pub(super) struct Parent<'a, 's> {
    pub(super) span: &'s Span,
    /// Its row, or, of a span that has not arrived, the first of those that name it.
    pub(super) row: &'a Row,
    /// Whether it has arrived.
    pub(super) arrived: bool,
    /// How many rows of the service it stands for.
    pub(super) count: u64,
}

/// What happened in a span.
#[derive(Debug, Default)]
pub(super) struct Happened {
    pub(super) events: Vec<Event>,
    pub(super) links: Vec<Link>,
    /// How many of the events are log lines.
    pub(super) logs: usize,
}

/// How many there are of what several rows of the service made one row of.
#[derive(Debug, Default)]
pub(super) struct Copies {
    made: u64,
    /// Rows that stand for several, of which it cannot be told how many there were.
    pub(super) unclear: usize,
}

impl Copies {
    /// A span that was sent twice has its events twice: only what is more than that is a repetition.
    fn of(&mut self, row: &Row, parent: &Parent<'_, '_>) -> u64 {
        let times = row.count / parent.count.max(1);
        let clear = if parent.arrived { times > 0 && row.count.is_multiple_of(parent.count.max(1)) } else { row.count == 1 };
        if !clear || self.made.saturating_add(times - 1) > MOST_COPIES {
            self.unclear += 1;
            return 1;
        }
        self.made += times - 1;
        times
    }
}

impl<'a> Build<'a> {
    /// What the rows that name a span say, events by time.
    pub(super) fn happened(
        &self,
        parent: &Parent<'a, '_>,
        rows: &[&'a Row],
        clock: &Clock,
        common: &Common<'a>,
        copies: &mut Copies,
    ) -> Happened {
        let mut happened = Happened::default();
        let mut events = Vec::new();
        for row in rows {
            let times = copies.of(row, parent);
            if self.fields.is_link(row) {
                let link = self.link(row, parent, clock, common);
                happened.links.extend((0..times).map(|_| link.clone()));
            } else {
                let event = self.event(row, parent, clock, common);
                let offset = number(row.get(self.fields.since));
                happened.logs += if self.fields.is_log(row) { times as usize } else { 0 };
                events.extend((0..times).map(|_| (offset, event.clone())));
            }
        }
        events.sort_by(|(a, event), (b, other)| event.time.cmp(&other.time).then_with(|| by_offset(*a, *b)));
        // All have the time of their span, so that nobody knows which was first; this way it is the same each time.
        happened.links.sort_by(|a, b| (&a.trace_id, &a.span_id).cmp(&(&b.trace_id, &b.span_id)));
        happened.events = events.into_iter().map(|(_, event)| event).collect();
        happened
    }

    fn link(&self, row: &Row, parent: &Parent<'_, '_>, clock: &Clock, common: &Common<'_>) -> Link {
        let fields = self.fields;
        let own_state = row.get(fields.trace_state) != parent.row.get(fields.trace_state) || !parent.arrived;
        let used = [fields.link_trace, fields.link_span, fields.trace_state];
        Link {
            trace_id: words(row.get(fields.link_trace)).unwrap_or_default(),
            span_id: words(row.get(fields.link_span)).unwrap_or_default(),
            trace_state: words(row.get(fields.trace_state)).filter(|_| own_state).unwrap_or_default(),
            attributes: self.own_attributes(row, parent, &used, clock, common),
            ..Link::default()
        }
    }

    fn event(&self, row: &Row, parent: &Parent<'_, '_>, clock: &Clock, common: &Common<'_>) -> Event {
        let fields = self.fields;
        let mut used = [None, None];
        let mut name = words(row.get(fields.name));
        if name.is_some() {
            used[0] = fields.name;
        }
        if fields.is_log(row) {
            if let Some(event_name) = words(row.id(fields.event_name)) {
                used = [fields.event_name, fields.name.filter(|_| name.as_ref() == Some(&event_name))];
                name = Some(event_name);
            }
            // These say more than a name, and stay.
            name = name.or_else(|| words(row.id(fields.severity_text))).or_else(|| words(row.id(fields.severity)));
        }
        Event {
            time: clock.at(row, fields),
            name: name.unwrap_or_default(),
            attributes: self.own_attributes(row, parent, &used, clock, common),
            ..Event::default()
        }
    }

    /// What a row says besides: it repeats the attributes of its span's resource and scope, which cannot be told from its own but
    /// by their being the same everywhere.
    fn own_attributes(
        &self,
        row: &Row,
        parent: &Parent<'_, '_>,
        used: &[Option<u32>],
        clock: &Clock,
        common: &Common<'_>,
    ) -> Attributes {
        let fields = self.fields;
        let service = row.get(fields.service);
        let mut attributes = Attributes::new();
        for (column, cell) in &row.cells {
            let this = Some(*column);
            let repeats = || parent.row.get(this) == cell;
            let says_nothing = if used.contains(&this)
                || [fields.time, fields.micros, fields.trace, fields.span, fields.parent].contains(&this)
            {
                true
            } else if this == fields.annotation {
                matches!(cell.text(), Some("span_event" | "link"))
            } else if this == fields.signal {
                cell.text() == Some("trace")
            } else if this == fields.parent_name {
                cell.text() == Some(&parent.span.name)
            } else if this == fields.since {
                self.is_in_time(row, parent, clock)
            } else if this == fields.early {
                *cell == Cell::Bool(true) && clock.at(row, fields) < parent.span.start
            } else if this == fields.error && !fields.is_log(row) {
                *cell == Cell::Bool(true) && parent.span.is_error()
            } else if self.is_of_sender(*column) {
                repeats()
            } else {
                parent.arrived && !self.is_of_exception(*column) && repeats() && common.has(service, *column, cell)
            };
            if !says_nothing {
                self.push(&mut attributes, *column, cell);
            }
        }
        attributes
    }

    /// Whether the time since the span's start is what the two times say, as exact as they are.
    fn is_in_time(&self, row: &Row, parent: &Parent<'_, '_>, clock: &Clock) -> bool {
        let Some(offset) = number(row.get(self.fields.since)).map(millis) else { return false };
        let told = clock.at(row, self.fields).since(parent.span.start);
        let early = *row.get(self.fields.early) == Cell::Bool(true);
        early || told.saturating_sub(offset).saturating_abs() <= clock.precision
    }
}
