//! The forest that a trace's parent pointers describe, and what is wrong with them.
//!
//! A parent pointer is a claim of whoever sent the span. Parents may be missing, named twice, or their own descendants; still every
//! span is in the forest exactly once, in an order that does not depend on the order of arrival. Nothing here recurses, not even
//! when it is dropped: a node knows the size of its subtree, and the nodes lie in one list, parents first.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Range;

use crate::model::time::{MICROSECOND, Nanos};
use crate::model::{Span, SpanId, SpanKind, Trace};

/// How far a child may reach beyond its parent before it is marked. Times that were sent as decimal seconds (X-Ray) are rounded
/// by up to a quarter of a microsecond at either end.
const TOLERANCE: Nanos = MICROSECOND;

/// The spans of a trace as a forest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<Node>,
    missing: Vec<SpanId>,
    troubles: Vec<Trouble>,
}

/// One place in the forest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// What stands here.
    pub what: What,
    /// The node above; `None` at the top.
    pub parent: Option<usize>,
    /// How many nodes are above.
    pub depth: usize,
    /// How many nodes its subtree has, itself included. The subtree is this many nodes from here on.
    pub size: usize,
    /// What is odd about it.
    pub marks: Marks,
}

/// What stands at a place in the forest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The span at this place of [`Trace::spans`].
    Span(usize),
    /// A parent that spans name and that has not arrived: its place in [`Tree::missing`].
    Missing(usize),
}

/// What is odd about one node: a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(u8);

impl Marks {
    /// Its pointer upwards was cut, because it led back to itself.
    pub const CYCLE: Self = Self(1);
    /// It starts before its parent.
    pub const EARLY: Self = Self(2);
    /// It ends after its parent.
    pub const LATE: Self = Self(4);
    /// It ends before it starts.
    pub const NEGATIVE: Self = Self(8);
    /// Its start is not known.
    pub const NO_START: Self = Self(16);

    /// Whether any of `others` is set.
    pub fn any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

/// What is wrong with a trace's parent pointers and times. [`fmt::Display`] says it in one line, not escaped for any medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Every span names a parent.
    NoRoot,
    /// This many spans name no parent.
    ManyRoots(usize),
    /// Parents that have not arrived, and how many spans name one of them.
    MissingParents {
        /// How many different parents.
        parents: usize,
        /// How many spans name them.
        children: usize,
    },
    /// A span that names itself.
    SelfParent(SpanId),
    /// Spans that are each other's descendants.
    Cycle {
        /// The earliest of them, which is shown at the top.
        at: SpanId,
        /// How many there are.
        length: usize,
    },
    /// Different spans that share one id. A client and a server half that do (Zipkin) are no trouble.
    SharedId {
        /// The id.
        id: SpanId,
        /// How many share it.
        spans: usize,
    },
    /// This many spans start before their parent.
    Early(usize),
    /// This many spans end after their parent.
    Late(usize),
    /// This many spans end before they start.
    Negative(usize),
    /// This many spans came without a start.
    NoStart(usize),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans = |count: usize| if count == 1 { "1 span".to_owned() } else { format!("{count} spans") };
        let s = |count: &usize| if *count == 1 { "s" } else { "" };
        let their = |count: &usize| if *count == 1 { "its" } else { "their" };
        match self {
            Self::NoRoot => f.write_str("no root span has arrived (yet)"),
            Self::ManyRoots(count) => write!(f, "{count} spans name no parent: the trace has that many roots"),
            Self::MissingParents { parents: 1, children } => {
                write!(f, "1 parent span has not arrived (yet); {} it", name_it(*children))
            }
            Self::MissingParents { parents, children } => {
                write!(f, "{parents} parent spans have not arrived (yet); {} them", name_it(*children))
            }
            Self::SelfParent(id) => write!(f, "span {id} names itself as its parent"),
            Self::Cycle { at, length } => {
                write!(f, "{length} spans are each other's ancestors: the cycle is cut above {at}, the earliest")
            }
            Self::SharedId { id, spans } => {
                write!(f, "{spans} spans share the id {id}: its children are shown below the first")
            }
            Self::Early(count) => {
                write!(f, "{} start{} before {} parent (clock skew?): shown as received", spans(*count), s(count), their(count))
            }
            Self::Late(count) => write!(f, "{} end{} after {} parent", spans(*count), s(count), their(count)),
            Self::Negative(count) => {
                let (s, they) = if *count == 1 { ("s", "it") } else { ("", "they") };
                write!(f, "{} end{s} before {they} start{s}: shown as received", spans(*count))
            }
            Self::NoStart(count) => write!(f, "{} came without a start time", spans(*count)),
        }
    }
}

fn name_it(children: usize) -> String {
    if children == 1 { "1 span names".to_owned() } else { format!("{children} spans name") }
}

impl Tree {
    /// Builds the forest. Costs O(n log n), whatever the pointers say.
    pub fn build(trace: &Trace) -> Self {
        Claims::read(trace.spans()).into_tree()
    }

    /// All nodes, each before its descendants, siblings by start and then id. Spans without a parent come first, then those whose
    /// pointer was cut, then what hangs below missing parents.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The ids of parents that have not arrived.
    pub fn missing(&self) -> &[SpanId] {
        &self.missing
    }

    /// What is wrong, gravest first.
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// The nodes at the top.
    pub fn roots(&self) -> impl Iterator<Item = usize> {
        self.siblings(0..self.nodes.len())
    }

    /// The nodes right below `node`.
    pub fn children(&self, node: usize) -> impl Iterator<Item = usize> {
        self.siblings(node + 1..self.subtree(node).end)
    }

    /// `node` and all its descendants.
    pub fn subtree(&self, node: usize) -> Range<usize> {
        node..node + self.nodes[node].size
    }

    fn siblings(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let first = (!range.is_empty()).then_some(range.start);
        std::iter::successors(first, move |&at| Some(at + self.nodes[at].size).filter(|next| *next < range.end))
    }
}

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
struct Claims<'a> {
    spans: &'a [Span],
    /// The place of the span of each rank.
    ranked: Vec<usize>,
    up: Vec<Up>,
    missing: Vec<SpanId>,
    troubles: Vec<Trouble>,
}

impl<'a> Claims<'a> {
    fn read(spans: &'a [Span]) -> Self {
        let mut ranked: Vec<usize> = (0..spans.len()).collect();
        ranked.sort_by(|&a, &b| {
            let key = |span: &'a Span| (span.start, &span.id, span.kind, &span.name, span.end);
            key(&spans[a]).cmp(&key(&spans[b])).then_with(|| spans[a].service().cmp(spans[b].service()))
        });
        let mut claims = Self { spans, ranked, up: Vec::new(), missing: Vec::new(), troubles: Vec::new() };
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

    fn into_tree(mut self) -> Tree {
        let nodes = self.lay_out();
        let counted = [
            (Marks::EARLY, Trouble::Early as fn(usize) -> Trouble),
            (Marks::LATE, Trouble::Late),
            (Marks::NEGATIVE, Trouble::Negative),
            (Marks::NO_START, Trouble::NoStart),
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
        set(Marks::NEGATIVE, span.duration().is_some_and(|duration| duration < 0));
        if let Some(What::Span(parent)) = parent {
            let parent = &self.spans[parent];
            let known = !span.start.is_unknown() && !parent.start.is_unknown();
            set(Marks::EARLY, known && parent.start.since(span.start) > TOLERANCE);
            let late = span.end.zip(parent.end).is_some_and(|(end, parents)| end.since(parents) > TOLERANCE);
            set(Marks::LATE, late);
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Resource, Time, TraceId};
    use proptest::prelude::*;
    use std::sync::Arc;

    fn span(id: u64, parent: u64, start: u64, end: u64) -> Span {
        Span {
            id: SpanId::from_bytes(id.to_be_bytes()),
            parent: (parent != 0).then(|| SpanId::from_bytes(parent.to_be_bytes())),
            name: format!("s{id}"),
            start: Time(start * 1_000_000),
            end: Some(Time(end * 1_000_000)),
            resource: Arc::new(Resource::of_service("web")),
            ..Span::default()
        }
    }

    fn of_kind(kind: SpanKind, span: Span) -> Span {
        Span { kind, ..span }
    }

    fn trace(spans: Vec<Span>) -> Trace {
        Trace::assemble(TraceId::from_bytes([7; 16]), spans).unwrap()
    }

    /// The forest as indented lines, marks in words, then the troubles.
    fn drawn(spans: Vec<Span>) -> String {
        let trace = trace(spans);
        let tree = Tree::build(&trace);
        let mut lines = Vec::new();
        for node in tree.nodes() {
            let what = match node.what {
                What::Span(place) if trace.spans()[place].kind == SpanKind::Unspecified => trace.spans()[place].name.clone(),
                What::Span(place) => format!("{} {}", trace.spans()[place].name, trace.spans()[place].kind.name()),
                What::Missing(place) => format!("missing {}", &tree.missing()[place].to_string()[14..]),
            };
            let named = [
                (Marks::CYCLE, " cycle"),
                (Marks::EARLY, " early"),
                (Marks::LATE, " late"),
                (Marks::NEGATIVE, " negative"),
                (Marks::NO_START, " no-start"),
            ];
            let marks: String = named.iter().filter(|(mark, _)| node.marks.any(*mark)).map(|(_, word)| *word).collect();
            lines.push(format!("{}{what}{marks}", "  ".repeat(node.depth)));
        }
        lines.extend(tree.troubles().iter().map(|trouble| format!("! {trouble}")));
        lines.join("\n")
    }

    #[test]
    fn siblings_are_sorted_by_start_then_id() {
        insta::assert_snapshot!(drawn(vec![span(9, 1, 2, 3), span(4, 1, 3, 4), span(2, 1, 3, 4), span(1, 0, 1, 9)]), @r"
        s1
          s9
          s2
          s4
        ");
    }

    #[test]
    fn without_a_root_what_is_there_hangs_below_the_parents_that_are_missing() {
        insta::assert_snapshot!(drawn(vec![span(3, 8, 2, 3), span(4, 9, 1, 2), span(5, 8, 4, 5)]), @r"
        missing 09
          s4
        missing 08
          s3
          s5
        ! no root span has arrived (yet)
        ! 2 parent spans have not arrived (yet); 3 spans name them
        ");
    }

    #[test]
    fn many_roots_come_before_orphans() {
        insta::assert_snapshot!(drawn(vec![span(1, 0, 5, 6), span(2, 0, 4, 6), span(3, 9, 1, 2)]), @r"
        s2
        s1
        missing 09
          s3
        ! 2 spans name no parent: the trace has that many roots
        ! 1 parent span has not arrived (yet); 1 span names it
        ");
    }

    #[test]
    fn a_cycle_is_cut_at_its_earliest_member_and_keeps_its_branches() {
        insta::assert_snapshot!(drawn(vec![span(1, 3, 2, 9), span(2, 1, 1, 8), span(3, 2, 3, 7), span(4, 3, 4, 5)]), @r"
        s2 cycle
          s3
            s1 early late
            s4
        ! no root span has arrived (yet)
        ! 3 spans are each other's ancestors: the cycle is cut above 0000000000000002, the earliest
        ! 1 span starts before its parent (clock skew?): shown as received
        ! 1 span ends after its parent
        ");
    }

    #[test]
    fn a_span_that_names_itself_is_shown_at_the_top() {
        insta::assert_snapshot!(drawn(vec![span(1, 0, 1, 9), span(2, 2, 2, 3), span(3, 2, 2, 3)]), @r"
        s1
        s2 cycle
          s3
        ! span 0000000000000002 names itself as its parent
        ");
    }

    #[test]
    fn a_server_that_shares_its_clients_id_hangs_below_it_with_the_children() {
        let halves = [of_kind(SpanKind::Server, span(2, 1, 3, 5)), of_kind(SpanKind::Client, span(2, 1, 3, 6))];
        let mut spans = vec![span(1, 0, 1, 9), span(3, 2, 4, 5)];
        spans.extend(halves);
        insta::assert_snapshot!(drawn(spans), @r"
        s1
          s2 client
            s2 server
              s3
        ");
    }

    #[test]
    fn of_other_spans_that_share_an_id_the_first_is_the_parent() {
        let again = Span { name: "again".into(), ..span(2, 1, 4, 6) };
        insta::assert_snapshot!(drawn(vec![span(1, 0, 1, 9), span(2, 1, 3, 6), again, span(3, 2, 5, 6)]), @r"
        s1
          s2
            s3
          again
        ! 2 spans share the id 0000000000000002: its children are shown below the first
        ");
    }

    #[test]
    fn odd_times_are_marked_and_kept() {
        let unknown = Span { start: Time(0), ..span(5, 1, 0, 4) };
        let spans = vec![span(1, 0, 2, 9), span(2, 1, 1, 3), span(3, 1, 8, 10), span(4, 1, 5, 4), unknown, span(6, 1, 5, 5)];
        insta::assert_snapshot!(drawn(spans), @r"
        s1
          s5 no-start
          s2 early
          s4 negative
          s6
          s3 late
        ! 1 span starts before its parent (clock skew?): shown as received
        ! 1 span ends after its parent
        ! 1 span ends before it starts: shown as received
        ! 1 span came without a start time
        ");
    }

    #[test]
    fn a_microsecond_of_rounding_is_no_trouble() {
        let parent = span(1, 0, 1, 2);
        let child = Span { start: Time(999_500), end: Some(Time(2_000_400)), ..span(2, 1, 1, 2) };
        assert_eq!(drawn(vec![parent, child]), "s1\n  s2");
    }

    #[test]
    fn ten_thousand_deep_and_a_hundred_thousand_wide_are_just_numbers() {
        let chain = (1..=10_000).map(|id| span(id, id - 1, id, 20_000)).collect();
        let tree = Tree::build(&trace(chain));
        assert_eq!(tree.nodes().last().unwrap().depth, 9_999);
        assert_eq!(tree.nodes()[0].size, 10_000);

        let siblings = (1..=100_000).map(|id| span(id, u64::from(id != 1), id, 200_000)).collect();
        let tree = Tree::build(&trace(siblings));
        assert_eq!(tree.children(0).count(), 99_999);
    }

    #[test]
    fn a_ring_of_ten_thousand_is_cut_once() {
        let ring = (1..=10_000).map(|id| span(id, id % 10_000 + 1, id, 20_000)).collect();
        let tree = Tree::build(&trace(ring));
        assert_eq!(tree.nodes().len(), 10_000);
        assert_eq!(tree.nodes().iter().filter(|node| node.marks.any(Marks::CYCLE)).count(), 1);
    }

    fn any_span() -> impl Strategy<Value = Span> {
        (1u64..14, 0u64..16, 0u64..6, 0u64..8, 0..6, any::<bool>()).prop_map(|(id, parent, start, end, kind, running)| {
            let span = of_kind(SpanKind::from_number(kind), span(id, parent, start, end));
            if running { Span { end: None, ..span } } else { span }
        })
    }

    proptest! {
        #[test]
        fn every_span_is_in_the_tree_exactly_once(spans in prop::collection::vec(any_span(), 1..60)) {
            let trace = trace(spans);
            let tree = Tree::build(&trace);
            let mut places: Vec<_> = tree.nodes().iter().filter_map(|node| match node.what {
                What::Span(place) => Some(place),
                What::Missing(_) => None,
            }).collect();
            places.sort_unstable();
            prop_assert_eq!(places, (0..trace.spans().len()).collect::<Vec<_>>());
            prop_assert_eq!(tree.nodes().len(), trace.spans().len() + tree.missing().len());
        }

        #[test]
        fn parents_sizes_and_depths_agree(spans in prop::collection::vec(any_span(), 1..60)) {
            let tree = Tree::build(&trace(spans));
            prop_assert_eq!(tree.roots().map(|root| tree.nodes()[root].size).sum::<usize>(), tree.nodes().len());
            for (place, node) in tree.nodes().iter().enumerate() {
                prop_assert_eq!(tree.children(place).map(|child| tree.nodes()[child].size).sum::<usize>() + 1, node.size);
                for child in tree.children(place) {
                    prop_assert_eq!(tree.nodes()[child].parent, Some(place));
                    prop_assert_eq!(tree.nodes()[child].depth, node.depth + 1);
                }
            }
        }

        #[test]
        fn the_order_of_arrival_changes_nothing(
            spans in prop::collection::vec(any_span(), 1..40),
            keys in prop::collection::vec(any::<u32>(), 40),
        ) {
            // Records that are the same span would be merged, and then the last one wins.
            let mut unique: Vec<Span> = Vec::new();
            for span in spans {
                if !unique.iter().any(|known| (&known.id, known.kind, known.start) == (&span.id, span.kind, span.start)) {
                    unique.push(span);
                }
            }
            let mut shuffled: Vec<_> = unique.iter().cloned().zip(keys).collect();
            shuffled.sort_by_key(|(_, key)| *key);
            prop_assert_eq!(drawn(unique), drawn(shuffled.into_iter().map(|(span, _)| span).collect()));
        }
    }
}
