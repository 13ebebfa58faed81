//! From parent pointers, which are only claims, to a forest: who is whose parent, where rings are cut, in what order nodes lie.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::time::{MICROSECOND, Nanos, SECOND};
use crate::model::{Span, SpanId, SpanKind, Trace};

use super::{Marks, Node, Tree, Trouble, What};

/// How far a child may reach beyond its parent at least before it is marked. Times that were sent as decimal seconds (X-Ray) are what a
/// double can hold, which is off by up to a quarter of a microsecond at either end.
const TOLERANCE: Nanos = MICROSECOND;

/// Nothing that is traced lasts so long; a clock or a unit is wrong.
const YEAR: Nanos = 366 * 24 * 60 * 60 * SECOND;

/// Where a span's pointer upwards leads, as far as it can be believed. Spans are named by rank, missing parents by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Up {
    Nowhere,
    Cut,
    Span(usize),
    Missing(usize),
}

/// All pointers of a trace. Spans are ranked by start, id and everything else that tells them apart, so that nothing below
/// depends on the order in which they arrived.
pub(super) struct Claims<'a> {
    spans: &'a [Span],
    /// The place of the span of each rank.
    ranked: Vec<usize>,
    up: Vec<Up>,
    missing: Vec<SpanId>,
    troubles: Vec<Trouble>,
    /// How far a child may reach beyond its parent before it is marked.
    tolerance: Nanos,
    /// Those that are drawn below another record of the same call.
    records: HashSet<&'a SpanId>,
}

impl<'a> Claims<'a> {
    pub(super) fn read(trace: &'a Trace) -> Self {
        let spans = trace.spans();
        let tolerance = TOLERANCE.max(trace.precision);
        let records = trace.joins.iter().map(|join| &join.inner).collect();
        let mut ranked: Vec<usize> = (0..spans.len()).collect();
        ranked.sort_by(|&a, &b| {
            let key = |span: &'a Span| (span.start, &span.id, span.kind, &span.name, span.end);
            key(&spans[a]).cmp(&key(&spans[b])).then_with(|| spans[a].service().cmp(spans[b].service()))
        });
        let mut claims = Self { spans, ranked, up: Vec::new(), missing: Vec::new(), troubles: Vec::new(), tolerance, records };
        let (parents, halves, shared) = claims.parents_by_id();
        let self_parents = claims.point_upwards(&parents, &halves);
        let cycles = claims.cut_cycles();
        claims.note_roots();
        claims.troubles.extend(self_parents);
        claims.troubles.extend(cycles);
        claims.troubles.extend(shared);
        claims
    }

    fn span(&self, rank: usize) -> &'a Span {
        &self.spans[self.ranked[rank]]
    }

    /// Which span of each id is the parent of those that name it; which spans are the server half of a client that shares their
    /// id (Zipkin does so on purpose), with that client; and ids that are shared otherwise.
    ///
    /// The server half hangs below the client half and the children below the server half. Of other spans that share an id, the
    /// first is the parent.
    fn parents_by_id(&self) -> (HashMap<&'a SpanId, usize>, HashMap<usize, usize>, Vec<Trouble>) {
        let mut parents = HashMap::with_capacity(self.ranked.len());
        let mut groups = BTreeMap::<&SpanId, Vec<usize>>::new();
        for rank in 0..self.ranked.len() {
            let id = &self.span(rank).id;
            let first = *parents.entry(id).or_insert(rank);
            if first != rank {
                groups.entry(id).or_insert_with(|| vec![first]).push(rank);
            }
        }
        let mut halves = HashMap::new();
        let mut troubles = Vec::new();
        for (id, group) in groups {
            let asks = |rank: &&usize| matches!(self.span(**rank).kind, SpanKind::Client | SpanKind::Producer);
            let mut answering = None;
            if let Some(&client) = group.iter().find(asks) {
                let above = self.span(client).parent.as_ref();
                for &rank in &group {
                    let span = self.span(rank);
                    let answers = matches!(span.kind, SpanKind::Server | SpanKind::Consumer);
                    let named = span.parent.as_ref();
                    if answers && (named.is_none() || named == above || named == Some(id)) {
                        halves.insert(rank, client);
                        answering.get_or_insert(rank);
                    }
                }
            }
            if let Some(server) = answering {
                parents.insert(id, server);
            }
            if group.len() > 2 || answering.is_none() {
                troubles.push(Trouble::SharedId { id: id.clone(), spans: group.len() });
            }
        }
        (parents, halves, troubles)
    }

    fn point_upwards(&mut self, parents: &HashMap<&SpanId, usize>, halves: &HashMap<usize, usize>) -> Vec<Trouble> {
        let mut missing = HashMap::<&SpanId, usize>::new();
        let mut self_parents = Vec::new();
        for rank in 0..self.ranked.len() {
            let span = self.span(rank);
            let up = match (halves.get(&rank), &span.parent) {
                (Some(&client), _) => Up::Span(client),
                (None, None) => Up::Nowhere,
                (None, Some(parent)) if *parent == span.id => {
                    self_parents.push(Trouble::SelfParent(span.id.clone()));
                    Up::Cut
                }
                (None, Some(parent)) => parents.get(parent).map_or_else(
                    || {
                        let next = self.missing.len();
                        let place = *missing.entry(parent).or_insert(next);
                        if place == next {
                            self.missing.push(parent.clone());
                        }
                        Up::Missing(place)
                    },
                    |&rank| Up::Span(rank),
                ),
            };
            self.up.push(up);
        }
        self_parents
    }

    /// Follows every pointer once, colouring what it passes; a walk that meets its own colour has found a cycle, which is cut at
    /// its earliest member.
    fn cut_cycles(&mut self) -> Vec<Trouble> {
        const UNSEEN: usize = usize::MAX;
        let mut colour = vec![UNSEEN; self.up.len()];
        let mut cycles = Vec::new();
        for walk in 0..self.up.len() {
            let mut at = walk;
            while colour[at] == UNSEEN {
                colour[at] = walk;
                let Up::Span(next) = self.up[at] else { break };
                at = next;
            }
            if colour[at] != walk || !matches!(self.up[at], Up::Span(_)) {
                continue;
            }
            let (mut earliest, mut length, mut member) = (at, 0, at);
            while let Up::Span(next) = self.up[member] {
                earliest = earliest.min(member);
                length += 1;
                member = next;
                if member == at {
                    break;
                }
            }
            self.up[earliest] = Up::Cut;
            cycles.push(Trouble::Cycle { at: self.span(earliest).id.clone(), length });
        }
        cycles
    }

    fn note_roots(&mut self) {
        match self.spans.iter().filter(|span| span.parent.is_none()).count() {
            0 => self.troubles.push(Trouble::NoRoot),
            1 => {}
            _ => {
                let roots = self.up.iter().filter(|up| **up == Up::Nowhere).count();
                self.troubles.extend((roots > 1).then_some(Trouble::ManyRoots(roots)));
            }
        }
        let children = self.up.iter().filter(|up| matches!(up, Up::Missing(_))).count();
        if children > 0 {
            self.troubles.push(Trouble::MissingParents { parents: self.missing.len(), children });
        }
    }

    pub(super) fn into_tree(mut self) -> Tree {
        let nodes = self.lay_out();
        let counted = [
            (Marks::EARLY, Trouble::Early as fn(usize) -> Trouble),
            (Marks::LATE, Trouble::Late),
            (Marks::NEGATIVE, Trouble::Negative),
            (Marks::NO_START, Trouble::NoStart),
            (Marks::ABSURD, Trouble::Absurd),
        ];
        for (mark, trouble) in counted {
            let count = nodes.iter().filter(|node| node.marks.any(mark)).count();
            self.troubles.extend((count > 0).then(|| trouble(count)));
        }
        Tree { nodes, missing: self.missing, troubles: self.troubles }
    }

    /// Puts the nodes in order, parents first. A key is a span's rank, or the number of spans plus the place of a missing parent.
    fn lay_out(&self) -> Vec<Node> {
        let spans = self.ranked.len();
        let keys = spans + self.missing.len();
        let above = |up: Up| match up {
            Up::Span(rank) => Some(rank),
            Up::Missing(place) => Some(spans + place),
            Up::Nowhere | Up::Cut => None,
        };
        // The children of all keys in one list; those of a key begin where those of the one before end.
        let mut ends = vec![0_usize; keys + 1];
        for parent in self.up.iter().filter_map(|&up| above(up)) {
            ends[parent + 1] += 1;
        }
        for key in 0..keys {
            ends[key + 1] += ends[key];
        }
        let starts = ends.clone();
        let mut children = vec![0; starts[keys]];
        for (rank, &up) in self.up.iter().enumerate() {
            if let Some(parent) = above(up) {
                children[ends[parent]] = rank;
                ends[parent] += 1;
            }
        }

        let tops = |wanted: Up| (0..spans).filter(move |&rank| self.up[rank] == wanted);
        let mut stack: Vec<(usize, Option<usize>)> =
            tops(Up::Nowhere).chain(tops(Up::Cut)).chain(spans..keys).map(|key| (key, None)).collect();
        stack.reverse();
        let mut nodes: Vec<Node> = Vec::with_capacity(keys);
        while let Some((key, parent)) = stack.pop() {
            let place = nodes.len();
            let depth = parent.map_or(0, |parent: usize| nodes[parent].depth + 1);
            let (what, marks) = if key < spans {
                (What::Span(self.ranked[key]), self.marks(key, parent.map(|parent| nodes[parent].what)))
            } else {
                (What::Missing(key - spans), Marks::default())
            };
            nodes.push(Node { what, parent, depth, size: 1, marks });
            stack.extend(children[starts[key]..ends[key]].iter().rev().map(|&child| (child, Some(place))));
        }
        for place in (0..nodes.len()).rev() {
            if let Some(parent) = nodes[place].parent {
                nodes[parent].size += nodes[place].size;
            }
        }
        nodes
    }

    fn marks(&self, rank: usize, parent: Option<What>) -> Marks {
        let span = self.span(rank);
        let mut marks = Marks::default();
        let mut set = |mark, condition: bool| {
            if condition {
                marks = marks.and(mark);
            }
        };
        set(Marks::CYCLE, self.up[rank] == Up::Cut);
        set(Marks::NO_START, span.start.is_unknown());
        // Of a span without a start, that is the trouble and not its length.
        set(Marks::ABSURD, !span.start.is_unknown() && span.duration().is_some_and(|duration| duration > YEAR));
        set(Marks::NEGATIVE, span.duration().is_some_and(|duration| duration < 0));
        if let Some(What::Span(parent)) = parent {
            let parent = &self.spans[parent];
            if self.records.contains(&span.id) {
                set(Marks::RECORD, true);
                return marks;
            }
            let known = !span.start.is_unknown() && !parent.start.is_unknown();
            set(Marks::EARLY, known && parent.start.since(span.start) > self.tolerance);
            // A message is often handled after it has been sent.
            let handed_over = (parent.kind, span.kind) == (SpanKind::Producer, SpanKind::Consumer);
            let late = span.end.zip(parent.end).filter(|_| !handed_over);
            let late = late.is_some_and(|(end, parents)| end.since(parents) > self.tolerance);
            set(Marks::LATE, late);
        }
        marks
    }
}
