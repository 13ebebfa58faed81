//! A trace as the page's script reads it: columns of numbers, one entry for each item, with lists for what few items have.

use std::collections::HashMap;

use serde::Serialize;

use crate::model::time::Nanos;
use crate::model::{Span, Time};
use crate::render::theme::{self, Role};
use crate::render::waterfall::{
    Entry, Extent, Ink, Label, Length, Mark, Options, Shown, Whole, called, glyph, linked, marks, notes, origins, remark,
    shades, ticks,
};
use crate::render::{Look, units};

use super::header::{self, Fact};
use super::items::Item;
use super::table::Table;

/// Bits of an item.
pub(super) mod bits {
    pub(in super::super) const MATCH: u16 = 1;
    pub(in super::super) const ERROR: u16 = 2;
    pub(in super::super) const RUNNING: u16 = 4;
    pub(in super::super) const MISSING: u16 = 8;
    pub(in super::super) const CYCLE: u16 = 16;
    pub(in super::super) const OUTSIDE: u16 = 32;
    /// It failed itself: not only something below it that is not on the page.
    pub(in super::super) const FAILED: u16 = 64;
    /// The trace waited for it, or for what is below it.
    pub(in super::super) const CRITICAL: u16 = 128;
    /// Its service stands behind its name.
    pub(in super::super) const SERVICE: u16 = 256;
    /// It is a single span.
    pub(in super::super) const SPAN: u16 = 512;
}

/// A time or a length that a double cannot hold.
const EXACT: Nanos = 1 << 53;

/// The columns of a trace.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    id: String,
    title: String,
    facts: Vec<Fact>,
    more: Vec<Fact>,
    evidence: Vec<String>,
    left_out: Vec<String>,
    link: Option<String>,
    /// What there is to say of it: sign, words, and the item that it is about.
    notes: Vec<(&'static str, String, Option<usize>)>,
    /// When it begins, in nanoseconds since 1970.
    start: String,
    /// How long it is, to the last that is known.
    length: Nanos,
    /// Seconds by which the zone of all times is ahead of UTC, and its name.
    zone: (i32, String),
    /// How long the critical path is.
    #[serde(rename = "pathLength")]
    path: Nanos,
    /// Pieces of the axis: start, length, share.
    axis: Vec<(Nanos, Nanos, u64)>,
    texts: Vec<String>,
    /// Of each service: its name, its colour, and how many spans of it are on the page.
    services: Vec<(usize, u8, usize)>,
    depth: Vec<usize>,
    name: Vec<usize>,
    /// The place in `services`; -1 for none.
    service: Vec<i64>,
    /// When it begins after the start of the trace; null where nobody knows.
    at: Vec<Option<Nanos>>,
    /// How long it is; null where nobody knows.
    long: Vec<Option<Nanos>>,
    bits: Vec<u16>,
    /// What it did all the time: an [`Ink`]; 5 where that changes, or nothing is known.
    ink: Vec<u8>,
    /// Of items whose ink changes: the item, then ink and length in turn.
    shades: Vec<Vec<Nanos>>,
    /// Of items with events: the item, then times in turn, with 1 for an exception.
    ticks: Vec<Vec<Nanos>>,
    /// Items that stand for several spans, and for how many.
    folds: Vec<(usize, usize)>,
    /// Items that count what is not on the page, and how many spans that are.
    hidden: Vec<(usize, usize)>,
    /// Of items with more to their label: what stands behind the name.
    extra: Vec<(usize, usize)>,
    /// Of items of which there is something to say: what sort, and what.
    remarks: Vec<(usize, &'static str, usize)>,
    /// Items whose time a double cannot hold: at, long.
    exact: Vec<(usize, String, String)>,
    /// Items that the page opens closed.
    closed: Vec<usize>,
    /// The item that the page opens with.
    selected: Option<usize>,
    /// How many items have their details in one part.
    part: usize,
    senders: super::detail::SendersView,
}

/// The class of text with a meaning.
pub(super) fn class(role: Role) -> &'static str {
    const SERVICES: [&str; theme::SERVICE_COLOURS as usize] = ["s0", "s1", "s2", "s3", "s4", "s5"];
    match role {
        Role::Plain => "plain",
        Role::Title => "title",
        Role::Faint | Role::Heading => "faint",
        Role::Id => "id",
        Role::Error => "error",
        Role::Warning => "warning",
        Role::Good => "good",
        Role::Service(number) => SERVICES[usize::from(number % theme::SERVICE_COLOURS)],
    }
}

impl Data {
    /// Of these items. `node` is the one that the page opens with.
    pub(super) fn new(
        shown: Shown<'_>,
        options: &Options<'_>,
        whole: &Whole,
        node: Option<usize>,
        items: &[Item],
        senders: super::detail::Senders,
        look: &Look,
    ) -> Self {
        let trace = shown.trace;
        let start = whole.range.start();
        let broken = whole.axis.pieces().len() > 1;
        let mut columns = Columns { start, ..Columns::default() };
        for (at, item) in items.iter().enumerate() {
            columns.push(shown, at, item, look);
        }
        let on_page = columns.services.iter().map(|(.., spans)| spans).sum();
        let is_node = |item: &&Item| item.row.planned.entry == Entry::Node(node.unwrap_or_default());
        let selected = node.and_then(|_| items.iter().position(|item| is_node(&item)));
        let place = places(shown, items, look);
        let notes = notes(shown, whole, broken, look).into_iter().map(|(mark, words)| {
            let item = place.get(&words).copied();
            (mark.map_or("-", |mark| glyph(mark, look)), header::safe(&words), item)
        });
        let [facts, more] = header::facts(shown, whole, on_page, look);
        Self {
            id: header::safe(&trace.id().to_string()),
            title: header::title(shown, whole),
            facts,
            more,
            evidence: whole.evidence.iter().map(|evidence| header::safe(&evidence.to_string())).collect(),
            left_out: header::left_out(shown, options, on_page),
            link: trace.link.as_deref().map(header::safe),
            notes: notes.collect(),
            start: start.0.to_string(),
            length: whole.range.end().since(start),
            zone: (look.zone.local_minus_utc(), units::zone(look.zone)),
            path: shown.analysis.path.duration(),
            axis: whole
                .axis
                .pieces()
                .iter()
                .map(|(range, share)| (range.start().since(start), range.end().since(range.start()), *share))
                .collect(),
            texts: columns.texts.into_texts(),
            services: columns.services,
            depth: columns.depth,
            name: columns.name,
            service: columns.service,
            at: columns.at,
            long: columns.long,
            bits: columns.bits,
            ink: columns.ink,
            shades: columns.shades,
            ticks: columns.ticks,
            folds: columns.folds,
            hidden: columns.hidden,
            extra: columns.extra,
            remarks: columns.remarks,
            exact: columns.exact,
            closed: items.iter().enumerate().filter(|(_, item)| item.closed).map(|(at, _)| at).collect(),
            selected,
            part: super::detail::PART,
            senders: senders.into_view(),
        }
    }
}

/// Which item each finding is about, by its words: the first of the calls, or where that is not on the page, the span in which they are.
fn places(shown: Shown<'_>, items: &[Item], look: &Look) -> HashMap<String, usize> {
    let time = |length| units::duration(length, look.ascii);
    // Only the first few findings are told.
    let told = shown.analysis.findings.iter().take(8);
    let item = |node: usize| items.iter().position(|item| item.row.planned.entry == Entry::Node(node));
    told.filter_map(|finding| {
        let item = finding.nodes.first().and_then(|node| item(*node)).or_else(|| item(finding.parent))?;
        Some((finding.words(&|node| called(shown, node), &time), item))
    })
    .collect()
}

/// Columns in the making.
#[derive(Debug, Default)]
struct Columns {
    start: Time,
    texts: Table,
    services: Vec<(usize, u8, usize)>,
    places: HashMap<String, usize>,
    depth: Vec<usize>,
    name: Vec<usize>,
    service: Vec<i64>,
    at: Vec<Option<Nanos>>,
    long: Vec<Option<Nanos>>,
    bits: Vec<u16>,
    ink: Vec<u8>,
    shades: Vec<Vec<Nanos>>,
    ticks: Vec<Vec<Nanos>>,
    folds: Vec<(usize, usize)>,
    hidden: Vec<(usize, usize)>,
    extra: Vec<(usize, usize)>,
    remarks: Vec<(usize, &'static str, usize)>,
    exact: Vec<(usize, String, String)>,
}

impl Columns {
    fn push(&mut self, shown: Shown<'_>, at: usize, item: &Item, look: &Look) {
        let (tree, row) = (&shown.analysis.tree, &item.row);
        let entry = row.planned.entry;
        let span = entry.node().and_then(|node| tree.span(shown.trace, node));
        let label = Label::new(shown, row, true, look);
        self.depth.push(item.depth);
        self.name.push(self.texts.number(&label.name));
        let has = span.map_or_else(String::new, |span| origins::beside(shown.trace, span, look));
        let extra = format!("{}{}{has}", label.sort, label.below);
        if !extra.is_empty() {
            self.extra.push((at, self.texts.number(extra.trim_start())));
        }
        let mut set = 0;
        for mark in marks(shown, row) {
            set |= match mark {
                Mark::Match => bits::MATCH,
                Mark::Error => bits::ERROR,
                Mark::Running => bits::RUNNING,
                Mark::Missing => bits::MISSING,
                Mark::Cycle => bits::CYCLE,
                Mark::Outside => bits::OUTSIDE,
            };
        }
        let critical = entry.nodes(tree).any(|node| shown.analysis.path.visit_of(node).is_some());
        let alone = matches!(entry, Entry::Node(_)) && span.is_some();
        for (bit, holds) in [
            (bits::FAILED, span.is_some_and(Span::is_error)),
            (bits::CRITICAL, critical),
            (bits::SERVICE, !label.service.is_empty()),
            (bits::SPAN, alone),
        ] {
            set |= if holds { bit } else { 0 };
        }
        self.bits.push(set);
        let service = span.map_or(-1, |span| self.service_of(span.service(), alone));
        self.service.push(service);
        match entry {
            Entry::Fold { count, .. } => self.folds.push((at, count)),
            Entry::Hidden(hidden) => self.hidden.push((at, hidden.spans)),
            Entry::Node(_) => {}
        }
        self.times(shown, at, item);
        let said = remark(shown, row, look).map(|remark| (class(remark.role), remark.words));
        let links = span.filter(|span| !span.links.is_empty()).map_or_else(Vec::new, |span| linked(shown.trace, span, look));
        for (sort, words) in said.into_iter().chain(links.into_iter().map(|words| ("faint", words))) {
            self.remarks.push((at, sort, self.texts.number(&words)));
        }
    }

    fn service_of(&mut self, name: &str, counts: bool) -> i64 {
        let place = if let Some(place) = self.places.get(name) {
            *place
        } else {
            let Role::Service(colour) = theme::service(name) else { return -1 };
            self.services.push((self.texts.line(name), colour, 0));
            self.places.insert(name.to_owned(), self.services.len() - 1);
            self.services.len() - 1
        };
        self.services[place].2 += usize::from(counts);
        place as i64
    }

    fn times(&mut self, shown: Shown<'_>, at: usize, item: &Item) {
        let row = &item.row;
        let start = row.extent.and_then(Extent::start).map(|time| time.since(self.start));
        let long = match (row.length, row.extent) {
            (Length::Known(long), _) => Some(long),
            (_, Some(Extent::Guess(from, to))) => Some(to.since(from)),
            _ => None,
        };
        self.at.push(start);
        self.long.push(long);
        if [start, long].into_iter().flatten().any(|number| number.abs() >= EXACT) {
            let text = |number: Option<Nanos>| number.map_or_else(String::new, |number| number.to_string());
            self.exact.push((at, text(start), text(long)));
        }
        let shades = shades(shown, row);
        match &shades[..] {
            [] => self.ink.push(5),
            [only] => self.ink.push(only.ink as u8),
            several => {
                self.ink.push(5);
                let parts = several.iter().flat_map(|shade| [shade.ink as Nanos, shade.end.since(shade.start)]);
                self.shades.push(std::iter::once(at as Nanos).chain(parts).collect());
            }
        }
        let ticks = ticks(shown, row);
        if !ticks.is_empty() {
            let times = ticks.iter().flat_map(|tick| [tick.time.since(self.start), Nanos::from(tick.exception)]);
            self.ticks.push(std::iter::once(at as Nanos).chain(times).collect());
        }
    }
}

const _: () = assert!(Ink::Gap as u8 == 0 && Ink::Critical as u8 == 4, "the script draws inks by these numbers");
