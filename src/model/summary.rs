//! What a listing says of a trace, kept up to date span by span.
//!
//! One definition for all backends: whatever the order in which spans arrive, and however often, the same spans give the same
//! summary.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use super::id::{SpanId, TraceId};
use super::span::SpanKind;
use super::time::{Nanos, Time};

/// The line of a trace in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceSummary {
    /// Which trace.
    pub id: TraceId,
    /// Where it was read from; several where backends were merged.
    pub backends: Vec<String>,
    /// Its earliest start.
    pub start: Time,
    /// Its latest end; of a span that is still running, its start counts.
    pub end: Time,
    /// Name of the root span; `None` while no root has arrived.
    pub root_name: Option<String>,
    /// Service of the root span.
    pub root_service: Option<String>,
    /// All services, sorted.
    pub services: Vec<String>,
    /// What its root was asked for, such as `GET /api/messages`, where the backend says so beside the root's name.
    pub request: Option<String>,
    /// How many different spans; `None` where the backend lists traces without counting them.
    pub span_count: Option<usize>,
    /// How many of them failed; `None` likewise.
    pub error_count: Option<usize>,
    /// Whether something of it is known to have failed.
    pub failed: bool,
    /// What speaks against it being all there; empty when nothing does.
    pub evidence: Vec<Evidence>,
    /// Whether nobody has looked at its spans: nothing speaks for its being all there, either.
    pub unread: bool,
    /// When the last of it arrived, where that is known.
    pub received: Option<Time>,
    /// Where it can be looked at in a browser.
    pub link: Option<String>,
}

impl TraceSummary {
    /// From the earliest start to the latest end.
    pub fn duration(&self) -> Nanos {
        self.end.since(self.start)
    }

    /// Whether nothing speaks against it being all there.
    pub fn complete(&self) -> bool {
        self.evidence.is_empty()
    }
}

/// A reason to think that a trace is not all there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// No span without a parent has arrived.
    NoRoot,
    /// Spans name parents that have not arrived: how many different parents.
    MissingParents(usize),
    /// Spans that have begun and not ended.
    Running(usize),
    /// The backend says that some of it is still in progress, and not how much.
    Partial,
    /// The backend said that it holds back part of the trace, in its own words.
    Truncated(String),
}

impl Evidence {
    /// A word for machines: `no_root`, `missing_parents`, `running`, `truncated`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRoot => "no_root",
            Self::MissingParents(_) => "missing_parents",
            Self::Running(_) | Self::Partial => "running",
            Self::Truncated(_) => "truncated",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoot => f.write_str("no root span has arrived"),
            Self::MissingParents(1) => f.write_str("1 parent span has not arrived"),
            Self::MissingParents(count) => write!(f, "{count} parent spans have not arrived"),
            Self::Running(1) => f.write_str("1 span is still running"),
            Self::Running(count) => write!(f, "{count} spans are still running"),
            Self::Partial => f.write_str("some of it is still in progress"),
            Self::Truncated(why) => f.write_str(why),
        }
    }
}

/// What a summary needs to know of a span. `operation` stands for (service, name, kind) and `identity` for (name, kind), as
/// numbers given by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanFacts {
    /// The span.
    pub id: SpanId,
    /// Its parent.
    pub parent: Option<SpanId>,
    /// Number of its service, name and kind.
    pub operation: u32,
    /// Number of its name and kind: what must agree for two finished records of one id to be the same span.
    pub identity: u32,
    /// Its start.
    pub start: Time,
    /// Its end; `None` while running.
    pub end: Option<Time>,
    /// Whether it failed.
    pub error: bool,
    /// Whether it may only repeat its parent: [`super::Span::is_inferred`].
    pub inferred: bool,
}

impl SpanFacts {
    /// Whether both are records of the same span: same id and start, and same name and kind. Clients and servers that share a span
    /// id (Zipkin), and ids used twice by mistake, are different spans.
    fn same_span(&self, other: &Self) -> bool {
        self.id == other.id && self.start == other.start && self.identity == other.identity
    }

    /// Whether this one, which has ended, is what the other one was running for. Its name and kind need not agree: a sender may
    /// not know before the end what a span will turn out to be (X-Ray's documents tell the kind by fields that come with it).
    fn finishes(&self, other: &Self) -> bool {
        self.end.is_some() && other.end.is_none() && self.id == other.id && self.start == other.start
    }
}

/// Gathers the facts of one trace. Adding a span costs the same however large the trace is.
#[derive(Debug, Clone, Default)]
pub struct SummaryBuilder {
    spans: Vec<SpanFacts>,
    /// The newest record in `spans` of each id; older ones of the same id hang from it.
    by_id: HashMap<SpanId, u32>,
    older: HashMap<u32, u32>,
    /// Places in `spans` of running records that a finished one elsewhere has made needless.
    needless: HashSet<u32>,
    /// Operation numbers of records whose place another record has taken.
    replaced: BTreeSet<u32>,
    any_inferred: bool,
}

/// The numbers of a summary; names are the caller's, by operation number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// The earliest start. Spans without a time do not count, unless there are only such.
    pub start: Time,
    /// The latest end.
    pub end: Time,
    /// How many different spans.
    pub spans: usize,
    /// How many of them failed.
    pub errors: usize,
    /// How many of them have not ended.
    pub running: usize,
    /// How many parents have not arrived.
    pub missing_parents: usize,
    /// Operation number of the root: the earliest of the spans without a parent.
    pub root: Option<u32>,
    /// Operation numbers of all spans, sorted.
    pub operations: Vec<u32>,
    /// Operation numbers of nothing but records that are no spans of their own, sorted: they were replaced, or folded.
    pub also: Vec<u32>,
}

impl Figures {
    /// What speaks against the trace being all there.
    pub fn evidence(&self) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        if self.root.is_none() {
            evidence.push(Evidence::NoRoot);
        }
        if self.missing_parents > 0 {
            evidence.push(Evidence::MissingParents(self.missing_parents));
        }
        if self.running > 0 {
            evidence.push(Evidence::Running(self.running));
        }
        evidence
    }
}

impl SummaryBuilder {
    /// Adds a record of a span. Records must come in the order in which they arrived: of finished records of the same span the
    /// last one counts, and a finished one is never replaced by a running one. Answers where the record now is among the kept
    /// ones, or `None` where an earlier one stays instead.
    pub fn add(&mut self, span: SpanFacts) -> Option<usize> {
        self.any_inferred |= span.inferred;
        let Some(&newest) = self.by_id.get(&span.id) else {
            return Some(self.push(span));
        };
        let same_id: Vec<u32> = std::iter::successors(Some(newest), |index| self.older.get(index).copied()).collect();
        let same_id = || same_id.iter().copied().filter(|index| !self.needless.contains(index));
        if same_id().any(|index| self.spans[index as usize].finishes(&span)) {
            self.replaced.insert(span.operation);
            return None;
        }
        let finished: Vec<u32> = same_id().filter(|&index| span.finishes(&self.spans[index as usize])).collect();
        let place = same_id().find(|&index| self.spans[index as usize].same_span(&span)).or(finished.first().copied());
        let Some(place) = place else {
            let place = self.push(span);
            self.older.insert(place as u32, newest);
            return Some(place);
        };
        self.needless.extend(finished.into_iter().filter(|index| *index != place));
        let before = std::mem::replace(&mut self.spans[place as usize], span);
        self.replaced.insert(before.operation);
        Some(place as usize)
    }

    fn push(&mut self, span: SpanFacts) -> usize {
        let place = self.spans.len();
        self.by_id.insert(span.id.clone(), place as u32);
        self.spans.push(span);
        place
    }

    /// Whether the record at a place, as [`SummaryBuilder::add`] answered it, is still one of the trace's spans.
    pub fn is_kept(&self, place: usize) -> bool {
        !self.needless.contains(&(place as u32))
    }

    /// How many different spans so far.
    pub fn len(&self) -> usize {
        self.spans.len() - self.needless.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there are inferred records among them.
    pub(crate) fn has_inferred(&self) -> bool {
        self.any_inferred
    }

    /// The places of inferred records that are no spans of their own, each with the place of the span that it repeats: its parent,
    /// if that has the very same times, or what that one, itself inferred, repeats. Guesses that only repeat each other stay.
    pub fn folds(&self) -> BTreeMap<usize, usize> {
        if !self.any_inferred {
            return BTreeMap::new();
        }
        let kept = || self.spans.iter().enumerate().filter(|(place, _)| self.is_kept(*place));
        let named: HashSet<&SpanId> =
            kept().filter(|(_, span)| span.inferred).filter_map(|(_, span)| span.parent.as_ref()).collect();
        // What can be repeated, by id and times; where records share them, one that is no guess.
        let mut repeatable = HashMap::<_, usize>::new();
        for (place, span) in kept().filter(|(_, span)| named.contains(&span.id) && !span.start.is_unknown()) {
            let best = repeatable.entry((&span.id, span.start, span.end)).or_insert(place);
            if self.spans[*best].inferred && !span.inferred {
                *best = place;
            }
        }
        let mut ends = BTreeMap::<usize, Option<usize>>::new();
        for (place, _) in kept().filter(|(_, span)| span.inferred) {
            let (mut path, mut at) = (Vec::new(), place);
            let end = loop {
                let span = &self.spans[at];
                if !span.inferred {
                    break Some(at);
                }
                if let Some(known) = ends.get(&at) {
                    break *known;
                }
                // Met again, it is its own guess.
                ends.insert(at, None);
                path.push(at);
                let above = span.parent.as_ref().and_then(|parent| repeatable.get(&(parent, span.start, span.end)));
                match above {
                    Some(above) => at = *above,
                    None => break None,
                }
            };
            ends.extend(path.into_iter().map(|place| (place, end)));
        }
        ends.into_iter().filter_map(|(place, end)| Some((place, end?))).collect()
    }

    /// The numbers now. Costs one pass over the spans.
    pub fn figures(&self) -> Figures {
        let folds = self.folds();
        let failed: HashSet<usize> = folds.iter().filter(|(from, _)| self.spans[**from].error).map(|(_, into)| *into).collect();
        let mut figures = Figures { spans: self.len() - folds.len(), ..Figures::default() };
        let mut missing = HashSet::<&SpanId>::new();
        let mut start = None::<Time>;
        let mut root = None::<&SpanFacts>;
        let mut also = self.replaced.clone();
        for (place, span) in self.spans.iter().enumerate() {
            if !self.is_kept(place) || folds.contains_key(&place) {
                also.insert(span.operation);
                continue;
            }
            if !span.start.is_unknown() {
                start = Some(start.map_or(span.start, |start| start.min(span.start)));
            }
            figures.end = figures.end.max(span.end.unwrap_or(span.start));
            figures.errors += usize::from(span.error || failed.contains(&place));
            figures.running += usize::from(span.end.is_none());
            if span.parent.is_none() && root.is_none_or(|root| (span.start, &span.id) < (root.start, &root.id)) {
                root = Some(span);
            }
            if let Some(parent) = span.parent.as_ref().filter(|parent| !self.by_id.contains_key(parent)) {
                missing.insert(parent);
            }
            figures.operations.push(span.operation);
        }
        figures.missing_parents = missing.len();
        figures.start = start.unwrap_or_default();
        figures.root = root.map(|root| root.operation);
        figures.operations.sort_unstable();
        figures.operations.dedup();
        figures.also = also.into_iter().filter(|operation| figures.operations.binary_search(operation).is_err()).collect();
        figures
    }
}

/// Gives numbers to operations, in the order in which they are first seen: what [`SpanFacts`] wants.
#[derive(Debug, Default)]
pub(crate) struct Interner<'a> {
    operations: HashMap<(&'a str, &'a str, SpanKind), u32>,
    identities: HashMap<(&'a str, SpanKind), u32>,
    names: Vec<(&'a str, &'a str)>,
}

impl<'a> Interner<'a> {
    /// The numbers of (service, name, kind) and of (name, kind).
    pub(crate) fn numbers(&mut self, service: &'a str, name: &'a str, kind: SpanKind) -> (u32, u32) {
        let next = self.names.len() as u32;
        let operation = *self.operations.entry((service, name, kind)).or_insert(next);
        if operation == next {
            self.names.push((service, name));
        }
        let next = self.identities.len() as u32;
        (operation, *self.identities.entry((name, kind)).or_insert(next))
    }

    /// Service and name of an operation.
    pub(crate) fn names(&self, operation: u32) -> (&'a str, &'a str) {
        self.names[operation as usize]
    }
}
