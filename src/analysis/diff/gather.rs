//! Spans by their path, gathered one trace at a time.

use std::collections::HashMap;
use std::sync::Arc;

use crate::analysis::errors::ErrorRole;
use crate::analysis::{CriticalPath, ErrorRoles, Marks, SelfTimes, Tree, What, completeness, normalised};
use crate::model::time::Nanos;
use crate::model::{Resource, Span, SpanKind, Trace};

use super::{Compared, Diff, Figures, Length, Side, Which, align};

/// Gathers traces on two sides, so that no more than one of them needs to be in memory.
#[derive(Debug, Default)]
pub struct DiffBuilder {
    pub(super) words: Words,
    pub(super) paths: Vec<Path>,
    /// Places in `paths`.
    by_key: HashMap<(Above, Key), u32>,
    sides: [Side; 2],
    /// Of each side and word, whether it is a service there.
    services: [Vec<bool>; 2],
}

/// Spans of one path, told apart by kind.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) above: Above,
    pub(super) key: Key,
    pub(super) figures: [Figures; 2],
    /// When the first of them begins, in nanoseconds after its trace does; `None` where that is not known.
    pub(super) first: Option<Nanos>,
    /// Why failures begin here, on each side.
    pub(super) reasons: [Option<Arc<str>>; 2],
    /// The trace that was last counted, on each side.
    counted: [usize; 2],
}

/// What a path hangs from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Above {
    /// Nothing: critical paths end here.
    Root,
    /// Nothing.
    Nothing,
    /// The path at this place.
    Path(u32),
}

/// What tells siblings apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Numbers of [`Words`].
    Spans { service: u32, name: u32, kind: SpanKind },
    /// Parents that have not arrived.
    Missing,
}

/// Text by number.
#[derive(Debug, Default)]
pub(super) struct Words {
    all: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Words {
    fn number(&mut self, word: &str) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = self.all.len() as u32;
        let word: Arc<str> = word.into();
        self.all.push(word.clone());
        self.numbers.insert(word, number);
        number
    }

    pub(super) fn word(&self, number: u32) -> &Arc<str> {
        &self.all[number as usize]
    }
}

impl DiffBuilder {
    /// Adds a trace to a side. Costs O(n log n) of the trace's spans, and never recurses.
    pub fn add(&mut self, which: Which, trace: &Trace) {
        self.gather(which, trace, false);
    }

    /// Adds a trace to a side if it is known how long it takes; else it is [left out](Side::left_out), and counted.
    pub fn add_if_known(&mut self, which: Which, trace: &Trace) {
        self.gather(which, trace, true);
    }

    fn gather(&mut self, which: Which, trace: &Trace, only_known: bool) {
        let side = which.place();
        let tree = Tree::build(trace);
        let path = CriticalPath::of(trace, &tree);
        let compared = compared(trace, &tree, &path);
        if only_known && compared.length != Length::Known {
            self.sides[side].left_out.push(compared);
            return;
        }
        let nth = self.sides[side].traces.len() + 1;
        self.sides[side].traces.push(compared);
        self.sides[side].spans += trace.spans().len() as u64;
        let (own, errors) = (SelfTimes::of(trace, &tree), ErrorRoles::of(trace, &tree));
        let start = trace.spans().iter().map(|span| span.start).find(|start| !start.is_unknown()).unwrap_or_default();
        // Where no span has a time, no path has a root; still one of them is first.
        let root = path.root().unwrap_or(0);
        let mut numbers = Numbers::default();
        // The path of each node.
        let mut paths: Vec<u32> = Vec::with_capacity(tree.nodes().len());
        for (node, at) in tree.nodes().iter().enumerate() {
            let above = match at.parent {
                Some(parent) => Above::Path(paths[parent]),
                None if node == root => Above::Root,
                None => Above::Nothing,
            };
            let span = tree.span(trace, node);
            let key = span.map_or(Key::Missing, |span| Key::Spans {
                service: numbers.service(&span.resource, &mut self.words),
                name: numbers.name(&span.name, &mut self.words),
                kind: span.kind,
            });
            if let Key::Spans { service, .. } = key {
                self.serves(side, service);
            }
            let place = self.path(above, key);
            paths.push(place);
            let path_of = &mut self.paths[place as usize];
            let figures = &mut path_of.figures[side];
            figures.critical += path.own(node);
            figures.self_time += own.get(node).unwrap_or(0);
            figures.traces += u64::from(path_of.counted[side] != nth);
            path_of.counted[side] = nth;
            let Some(span) = span else {
                figures.missing += 1;
                continue;
            };
            let (failed, origin) = (u64::from(span.is_error()), u64::from(errors.get(node) == Some(ErrorRole::Origin)));
            figures.spans += 1;
            figures.errors += failed;
            figures.origins += origin;
            self.sides[side].errors += failed;
            self.sides[side].origins += origin;
            if let Some(reason) = reason(span).filter(|_| origin > 0) {
                super::take_first(&mut path_of.reasons[side], reason);
            }
            if !span.start.is_unknown() {
                let first = span.start.since(start);
                path_of.first = Some(path_of.first.map_or(first, |known| known.min(first)));
            }
        }
    }

    /// What differs.
    pub fn finish(mut self) -> Diff {
        let mut sides = std::mem::take(&mut self.sides);
        for (side, serves) in sides.iter_mut().zip(&self.services) {
            let numbers = (0..).zip(serves).filter(|(_, serves)| **serves).map(|(number, _)| self.words.word(number));
            side.services = numbers.filter(|service| !service.is_empty()).cloned().collect();
            side.services.sort_unstable();
            side.traces.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
            side.left_out.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
        }
        let shared = shared(&sides);
        let mut diff = Diff { sides, nodes: align::nodes(&self), ledger: Vec::new(), shared };
        diff.blame();
        diff
    }

    fn serves(&mut self, side: usize, service: u32) {
        let (services, service) = (&mut self.services[side], service as usize);
        if services.len() <= service {
            services.resize(service + 1, false);
        }
        services[service] = true;
    }

    fn path(&mut self, above: Above, key: Key) -> u32 {
        let next = self.paths.len() as u32;
        let place = *self.by_key.entry((above, key)).or_insert(next);
        if place == next {
            self.paths.push(Path {
                above,
                key,
                figures: Default::default(),
                first: None,
                reasons: [None, None],
                counted: [0; 2],
            });
        }
        place
    }
}

/// Numbers of the words of one trace: spans of one resource share it, and many have the same name.
#[derive(Debug, Default)]
struct Numbers<'a> {
    services: HashMap<*const Resource, u32>,
    names: HashMap<&'a str, u32>,
}

impl<'a> Numbers<'a> {
    fn service(&mut self, resource: &Arc<Resource>, words: &mut Words) -> u32 {
        *self.services.entry(Arc::as_ptr(resource)).or_insert_with(|| words.number(resource.service()))
    }

    fn name(&mut self, name: &'a str, words: &mut Words) -> u32 {
        *self.names.entry(name).or_insert_with(|| words.number(&normalised(name)))
    }
}

/// Why a span failed: the first line of its status that says something.
fn reason(span: &Span) -> Option<&str> {
    span.status.message.lines().map(str::trim).find(|line| !line.is_empty())
}

fn compared(trace: &Trace, tree: &Tree, path: &CriticalPath) -> Compared {
    let summary = trace.summary();
    Compared {
        id: trace.id().clone(),
        backends: trace.backends.clone(),
        start: summary.start,
        duration: path.duration(),
        whole: (!summary.end.is_unknown()).then(|| summary.duration()),
        length: length(trace, tree, path),
        spans: trace.spans().len(),
        errors: trace.spans().iter().filter(|span| span.is_error()).count(),
        evidence: summary.evidence,
        gaps: completeness::gaps(trace, tree).iter().map(ToString::to_string).collect(),
        assumed: path.assumed(),
        precision: trace.precision,
    }
}

fn length(trace: &Trace, tree: &Tree, path: &CriticalPath) -> Length {
    let Some(root) = path.root() else { return Length::Unknown };
    let at = tree.nodes()[root];
    match (at.what, tree.span(trace, root)) {
        (What::Missing(_), _) | (_, None) => Length::NoRoot,
        _ if at.marks.any(Marks::CYCLE) => Length::NoRoot,
        (_, Some(span)) => match span.end {
            None => Length::Running,
            Some(end) if end < span.start => Length::Reversed,
            Some(_) => Length::Known,
        },
    }
}

/// How many traces are on both sides.
fn shared([a, b]: &[Side; 2]) -> usize {
    let ids: std::collections::HashSet<_> = a.traces.iter().map(|trace| &trace.id).collect();
    b.traces.iter().filter(|trace| ids.contains(&trace.id)).count()
}
