//! Traces from the rows of queries: pages of the columns that every trace needs, and further columns in queries of their own.
//!
//! A row with a span id is a span. One without belongs to the span that it names as its parent: an event, a link, or a log line.

use std::collections::HashMap;

use super::TIME;
use super::annotation::{Common, Copies, Parent};
use super::build::{Build, Built, id, without_copies};
use super::chunk::{Chunk, Doubts, join};
use super::clock::Clock;
use super::fields::{Fields, number, words};
use super::rows::{Columns, Distinct, Row};
use super::schema::Schema;
use super::table::Table;
use crate::model::{Span, SpanId, Time, Trace, TraceId};

/// Gathers the rows of one or several traces.
#[derive(Debug)]
pub struct Reader<'s> {
    schema: &'s Schema,
    epoch: u64,
    columns: Columns,
    skeleton: Distinct,
    chunks: Vec<Chunk>,
    last_time: Option<f64>,
    /// What empty text is in this service's tables, since one has shown it.
    blank_is_missing: bool,
}

/// A trace that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The trace, its precision known; what is known to be missing is in [`Trace::truncated`].
    pub trace: Trace,
    /// What a person should know of how it was read, one sentence each.
    pub notes: Vec<String>,
}

impl<'s> Reader<'s> {
    /// For tables of these columns. `epoch` is the second from which [`super::MICROS`] counts.
    pub fn new(schema: &'s Schema, epoch: u64) -> Self {
        Self {
            schema,
            epoch,
            columns: Columns::default(),
            skeleton: Distinct::default(),
            chunks: Vec::new(),
            last_time: None,
            blank_is_missing: false,
        }
    }

    /// Takes a page of the skeleton, of which pages come by ascending [`TIME`]. Pages overlap: rows that are there already are
    /// passed over. Answers how many were new.
    pub fn skeleton(&mut self, table: &Table) -> usize {
        let time = table.column(TIME);
        let times = (0..table.len()).filter_map(|row| table.get(row, time?).number());
        self.last_time = times.chain(self.last_time).reduce(f64::max);
        let (_, rows) = self.rows(table);
        rows.into_iter().map(|row| self.skeleton.add(row)).filter(|new| *new).count()
    }

    /// Takes a page of further columns. They are joined with the skeleton on the columns that both have, which must be those of
    /// [`super::KEY`] as far as they exist; in any order of the calls.
    pub fn more(&mut self, table: &Table) {
        let (columns, rows) = self.rows(table);
        self.chunks.push(Chunk { columns: columns.into_iter().map(|(_, number)| number).collect(), rows });
    }

    fn rows(&mut self, table: &Table) -> (Vec<(usize, u32)>, Vec<Row>) {
        self.blank_is_missing = table.blank_is_missing(self.schema).unwrap_or(self.blank_is_missing);
        let columns = self.columns.of_table(table);
        let row = |at| Row::of_table(table, at, &columns, self.blank_is_missing);
        let rows = (0..table.len()).map(row).collect();
        (columns, rows)
    }

    /// How many different rows the skeleton has.
    pub fn len(&self) -> usize {
        self.skeleton.rows.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.skeleton.rows.is_empty()
    }

    /// The latest [`TIME`] of the skeleton, as the service wrote it: where the next page begins.
    pub fn last_time(&self) -> Option<f64> {
        self.last_time
    }

    /// The traces, in the order in which their first rows came.
    pub fn finish(self) -> Vec<Read> {
        let (mut rows, doubts) = join(self.skeleton.rows, self.chunks, &self.columns, &self.schema.names);
        let columns = self.columns.sort(&mut rows);
        let fields = Fields::new(&columns, &self.schema.names);
        let mut build = Build::new(&columns, &fields, self.schema);
        let mut traces = Vec::<(TraceId, Vec<&Row>)>::new();
        let mut places = HashMap::new();
        let mut strays = 0;
        for row in &rows {
            let Some(id) = words(row.id(fields.trace)).map(|text| TraceId::from_text(&text)) else {
                strays += 1;
                continue;
            };
            let place = *places.entry(id.clone()).or_insert(traces.len());
            if place == traces.len() {
                traces.push((id, Vec::new()));
            }
            traces[place].1.push(row);
        }
        let mut notes = of_doubts(&doubts);
        notes.extend(said(strays, "1 row names no trace and was left out", "rows name no trace and were left out"));
        let read = traces.into_iter().filter_map(|(id, rows)| One::new(rows, &fields, self.epoch).read(id, &mut build));
        let mut read: Vec<Read> = read.collect();
        // These are of the query, not of one of its traces.
        if let Some(first) = read.first_mut() {
            first.notes.extend(notes);
        }
        read
    }
}

/// A sentence about so many; none about none.
fn said(count: usize, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(one.to_owned()),
        _ => Some(format!("{count} {many}")),
    }
}

fn of_doubts(doubts: &Doubts) -> Vec<String> {
    let paired = said(
        doubts.paired,
        "1 row has its further columns by the order of rows alone",
        "rows that are alike have their further columns by the order in which they came",
    );
    let ambiguous = said(
        doubts.ambiguous,
        "1 row is ambiguous: it goes without the columns of which it cannot be told whose they are",
        "rows are ambiguous: they go without the columns of which it cannot be told whose they are",
    );
    let strangers = said(
        doubts.strangers,
        "1 row arrived while further columns were read, and was left out",
        "rows arrived while further columns were read, and were left out",
    );
    [paired, ambiguous, strangers].into_iter().flatten().collect()
}

/// A span in the making: its row, where it has arrived, and the rows that name it.
#[derive(Debug)]
struct Home<'a> {
    id: SpanId,
    row: Option<&'a Row>,
    start: Time,
    /// How many rows of the service it stands for.
    count: u64,
    annotations: Vec<&'a Row>,
}

/// The rows of one trace.
struct One<'a> {
    rows: Vec<&'a Row>,
    fields: &'a Fields,
    clock: Clock,
    homes: Vec<Home<'a>>,
    by_id: HashMap<SpanId, Vec<usize>>,
    /// Rows that were another record of a span.
    repeated: usize,
    /// Events and log lines that name no span.
    unplaced: usize,
}

impl<'a> One<'a> {
    fn new(rows: Vec<&'a Row>, fields: &'a Fields, epoch: u64) -> Self {
        let clock = Clock::new(&rows, fields, epoch);
        let mut one = Self { rows, fields, clock, homes: Vec::new(), by_id: HashMap::new(), repeated: 0, unplaced: 0 };
        for row in one.rows.clone() {
            if let Some(id) = id(row.id(fields.span)) {
                one.add_span(id, row);
            }
        }
        one.place_annotations();
        one
    }

    /// Of two rows of one span, the longer duration stays, then the later. Spans that only share an id are told apart as the
    /// model does: by start, name and kind.
    fn add_span(&mut self, id: SpanId, row: &'a Row) {
        let fields = self.fields;
        let start = self.clock.at(row, fields);
        let places = self.by_id.entry(id.clone()).or_default();
        let alike = |other: &Row| [fields.name, fields.kind].into_iter().all(|column| other.get(column) == row.get(column));
        let homes = &mut self.homes;
        let same = places.iter().find(|place| homes[**place].start == start && homes[**place].row.is_some_and(alike));
        let Some(&place) = same else {
            places.push(homes.len());
            homes.push(Home { id, row: Some(row), start, count: row.count, annotations: Vec::new() });
            return;
        };
        let duration = |row: &Row| number(row.get(fields.duration)).unwrap_or(f64::NEG_INFINITY);
        let home = &mut homes[place];
        self.repeated += 1;
        home.count = home.count.saturating_add(row.count);
        if home.row.is_none_or(|known| duration(row) >= duration(known)) {
            home.row = Some(row);
        }
    }

    fn place_annotations(&mut self) {
        let fields = self.fields;
        let root = self.root();
        for row in self.rows.clone() {
            if fields.is_span(row) {
                continue;
            }
            let named = id(row.id(fields.parent));
            self.unplaced += usize::from(named.is_none());
            let place = match (named, root) {
                (None, Some(root)) => root,
                (None, None) => self.home_of(SpanId::from_text("unknown"), row),
                (Some(id), _) => self.home_of(id, row),
            };
            self.homes[place].annotations.push(row);
        }
    }

    /// The earliest span without a parent; where all have one, the earliest.
    fn root(&self) -> Option<usize> {
        let child = |home: &Home<'_>| home.row.is_some_and(|row| !row.id(self.fields.parent).is_missing());
        (0..self.homes.len()).min_by_key(|&place| (child(&self.homes[place]), self.homes[place].start))
    }

    /// The span that a row names; one that has not arrived is made a place for.
    fn home_of(&mut self, id: SpanId, row: &Row) -> usize {
        let fields = self.fields;
        let places = self.by_id.entry(id.clone()).or_default();
        let name = row.get(fields.parent_name);
        let named = |place: &&usize| self.homes[**place].row.is_some_and(|row| row.get(fields.name) == name);
        if let Some(&place) = places.iter().find(named).or(places.first()) {
            return place;
        }
        let place = self.homes.len();
        places.push(place);
        self.homes.push(Home { id, row: None, start: Time::UNKNOWN, count: 1, annotations: Vec::new() });
        place
    }

    fn read(self, id: TraceId, build: &mut Build<'a>) -> Option<Read> {
        let annotated = self.homes.iter().any(|home| !home.annotations.is_empty());
        let common = if annotated { Common::new(&self.rows, self.fields.service) } else { Common::default() };
        let mut copies = Copies::default();
        let mut spans = Vec::<Span>::with_capacity(self.homes.len());
        let (mut stand_ins, mut missing_events, mut missing_links) = (0, 0, 0);
        for home in &self.homes {
            let made = if let Some(row) = home.row {
                Some(build.span(row, &self.clock))
            } else {
                stand_ins += 1;
                let span = build.stand_in(&home.id, &home.annotations, &self.clock);
                span.map(|span| Built { span, events: 0, links: 0 })
            };
            let first = home.row.or_else(|| home.annotations.first().copied());
            let Some((Built { mut span, events, links }, row)) = made.zip(first) else { continue };
            let parent = Parent { span: &span, row, arrived: home.row.is_some(), count: home.count };
            let happened = build.happened(&parent, &home.annotations, &self.clock, &common, &mut copies);
            missing_events = events.saturating_sub(happened.events.len() - happened.logs).saturating_add(missing_events);
            missing_links = links.saturating_sub(happened.links.len()).saturating_add(missing_links);
            (span.events, span.links) = (happened.events, happened.links);
            without_copies(&mut span);
            spans.push(span);
        }
        let mut trace = Trace::assemble(id, spans)?;
        trace.precision = self.clock.precision;
        trace.repeated += self.repeated;
        trace.truncated.extend(missing(missing_events, missing_links));
        let notes = [
            said(
                stand_ins,
                "1 span has not arrived, only what happened in it",
                "spans have not arrived, only what happened in them",
            ),
            said(
                self.unplaced,
                "1 event or log line names no span: it is shown at the root",
                "events and log lines name no span: they are shown at the root",
            ),
            said(
                self.repeated,
                "1 row was another record of a span: the longer one counts",
                "rows were other records of a span: the longest counts",
            ),
            said(
                copies.unclear,
                "1 event or link stands for several that are alike, and it cannot be told how many: it is shown once",
                "events and links stand for several that are alike, and it cannot be told how many: they are shown once",
            ),
        ];
        Some(Read { trace, notes: notes.into_iter().flatten().collect() })
    }
}

fn missing(events: usize, links: usize) -> Option<String> {
    let parts = [said(events, "1 span event", "span events"), said(links, "1 link", "links")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("{} that the spans had did not come with them", parts.join(" and ")))
}
