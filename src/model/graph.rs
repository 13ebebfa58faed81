//! Who calls whom: services and what they call, with the figures of the calls.
//!
//! Pure data that several kinds of sources can fill: spans, put together by the `analysis` of that name, and services that keep such
//! a graph themselves, as AWS X-Ray does (<https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html>).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::time::Nanos;

/// Services, what they call, and the calls between them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceGraph {
    /// Whoever calls or is called.
    pub nodes: Vec<Node>,
    /// Who calls whom.
    pub edges: Vec<Edge>,
}

/// Somebody who calls or is called. Two of the same name and kind are the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// Its name; empty where nobody says it.
    pub name: String,
    /// What it is, where that is known: X-Ray's type, such as `AWS::Lambda::Function`; of what is only known from those who call
    /// it, [`Node::DATABASE`], [`Node::MESSAGING`] or [`Node::REMOTE`]; [`Node::CLIENT`]. `None` is a service that sends spans.
    pub kind: Option<String>,
    /// Whether it was the first service to process some request.
    pub root: bool,
    /// The requests that it answered; `None` where they are not known, as of a client.
    pub figures: Option<Figures>,
}

impl Node {
    /// The kind of whoever called from outside. X-Ray's word.
    pub const CLIENT: &str = "client";
    /// The kind of a database.
    pub const DATABASE: &str = "db";
    /// The kind of a queue or a topic.
    pub const MESSAGING: &str = "messaging";
    /// The kind of anything else that was called and sends no spans itself. X-Ray's word.
    pub const REMOTE: &str = "remote";

    /// Whether it is only known from calls: a client, or something called that sends no spans.
    pub fn is_inferred(&self) -> bool {
        Self::is_inferred_kind(self.kind.as_deref())
    }

    /// Whether nodes of this kind are.
    pub fn is_inferred_kind(kind: Option<&str>) -> bool {
        matches!(kind, Some(Self::CLIENT | Self::DATABASE | Self::MESSAGING | Self::REMOTE))
    }
}

/// The calls from one node to another, or to itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    /// Who calls: a place in [`ServiceGraph::nodes`].
    pub from: usize,
    /// Who is called.
    pub to: usize,
    /// The calls, as the caller saw them where that is known.
    pub figures: Option<Figures>,
}

/// Figures of calls. Each kind of failure excludes the others; what has not ended is neither fine nor failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// How many there are.
    pub total: u64,
    /// How many ended without failing.
    pub ok: u64,
    /// How many failed by the caller's fault (HTTP 4xx), those that were throttled left out.
    pub errors: u64,
    /// How many were throttled (HTTP 429).
    pub throttles: u64,
    /// How many failed by the fault of who was called (HTTP 5xx).
    pub faults: u64,
    /// How many failed without saying by whose fault: spans with the status `error` and no HTTP status that explains it.
    pub failures: u64,
    /// How long all that have ended took together, in nanoseconds.
    pub time: Nanos,
    /// How long each took, as far as that is known.
    pub durations: Durations,
}

impl Figures {
    /// How many failed, whoever is to blame.
    pub fn failed(&self) -> u64 {
        [self.throttles, self.faults, self.failures].into_iter().fold(self.errors, u64::saturating_add)
    }

    /// The same without the durations.
    fn counts(&self) -> Self {
        let &Self { total, ok, errors, throttles, faults, failures, time, durations: _ } = self;
        Self { total, ok, errors, throttles, faults, failures, time, durations: Durations::default() }
    }

    /// Both together.
    fn add(&mut self, other: Self) {
        for (mine, others) in [
            (&mut self.total, other.total),
            (&mut self.ok, other.ok),
            (&mut self.errors, other.errors),
            (&mut self.throttles, other.throttles),
            (&mut self.faults, other.faults),
            (&mut self.failures, other.failures),
        ] {
            *mine = mine.saturating_add(others);
        }
        self.time = self.time.saturating_add(other.time);
        let mine = std::mem::take(&mut self.durations);
        self.durations = mine.0.into_iter().chain(other.durations.0).collect();
    }
}

/// All of them together. Costs O(n log n) of the different durations, however many figures there are.
impl<'a> std::iter::Sum<&'a Self> for Figures {
    fn sum<I: Iterator<Item = &'a Self>>(figures: I) -> Self {
        let mut durations = Vec::new();
        let mut sum = Self::default();
        for figures in figures {
            durations.extend_from_slice(figures.durations.entries());
            sum.add(figures.counts());
        }
        Self { durations: durations.into_iter().collect(), ..sum }
    }
}

/// How durations are distributed: each value with how often it occurs. A list of durations and the entries of a histogram are
/// both such a distribution; of a histogram, its values stand for those near to them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Durations(Vec<(Nanos, u64)>);

impl Durations {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.iter().fold(0, |sum: u64, (_, count)| sum.saturating_add(*count))
    }

    /// Values in nanoseconds and how often each occurs, sorted, each value once.
    pub fn entries(&self) -> &[(Nanos, u64)] {
        &self.0
    }

    /// The duration, in nanoseconds, that this share of all does not exceed, in hundredths of a percent: 9,000 is p90. By nearest
    /// rank, so that it is a value that is there. `None` where there are none.
    pub fn percentile(&self, hundredths: u16) -> Option<Nanos> {
        let count = self.count();
        let rank = (u128::from(count) * u128::from(hundredths)).div_ceil(10_000).clamp(1, u128::from(count).max(1));
        let mut passed = 0_u128;
        self.0.iter().find_map(|(value, count)| {
            passed += u128::from(*count);
            (passed >= rank).then_some(*value)
        })
    }
}

/// From values in nanoseconds and how often each occurs, in any order.
impl FromIterator<(Nanos, u64)> for Durations {
    fn from_iter<T: IntoIterator<Item = (Nanos, u64)>>(entries: T) -> Self {
        let mut entries: Vec<_> = entries.into_iter().filter(|(_, count)| *count > 0).collect();
        entries.sort_unstable();
        entries.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        Self(entries)
    }
}

impl ServiceGraph {
    /// Two answers put together, as where a long time is asked for in several windows: a node of both is one, calls between the same
    /// nodes are added up. In [normal](Self::normal) form; which of them is `self` makes no difference.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let (mine, others) = (self.normal(), other.normal());
        let shift = mine.nodes.len();
        let shifted = others.edges.into_iter().map(|edge| Edge { from: edge.from + shift, to: edge.to + shift, ..edge });
        Self {
            edges: mine.edges.into_iter().chain(shifted).collect(),
            nodes: mine.nodes.into_iter().chain(others.nodes).collect(),
        }
        .normal()
    }

    /// The same graph with every node and every edge once, nodes sorted by name and kind, edges by their nodes. An edge that names
    /// a node that is not there is left out.
    #[must_use]
    pub fn normal(self) -> Self {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by(|&a, &b| by_name(&self.nodes[a], &self.nodes[b]));
        let mut place = vec![0; self.nodes.len()];
        let mut nodes: Vec<Node> = Vec::with_capacity(self.nodes.len());
        let mut unsorted: Vec<Option<Node>> = self.nodes.into_iter().map(Some).collect();
        for old in order {
            let Some(node) = unsorted[old].take() else { continue };
            match nodes.last_mut() {
                Some(last) if by_name(last, &node) == Ordering::Equal => {
                    last.root |= node.root;
                    add(&mut last.figures, node.figures);
                }
                _ => nodes.push(node),
            }
            place[old] = nodes.len() - 1;
        }
        let mut edges = BTreeMap::<(usize, usize), Option<Figures>>::new();
        for edge in self.edges {
            if let (Some(&from), Some(&to)) = (place.get(edge.from), place.get(edge.to)) {
                add(edges.entry((from, to)).or_default(), edge.figures);
            }
        }
        let edges = edges.into_iter().map(|((from, to), figures)| Edge { from, to, figures }).collect();
        Self { nodes, edges }
    }
}

fn by_name(a: &Node, b: &Node) -> Ordering {
    (&a.name, &a.kind).cmp(&(&b.name, &b.kind))
}

fn add(sum: &mut Option<Figures>, more: Option<Figures>) {
    match (sum.as_mut(), more) {
        (Some(sum), Some(more)) => sum.add(more),
        (None, more) => *sum = more,
        (Some(_), None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn durations(values: &[(Nanos, u64)]) -> Durations {
        values.iter().copied().collect()
    }

    #[test]
    fn percentiles_are_values_of_nearest_rank() {
        let hundred: Durations = (1..=100).map(|value| (value, 1)).collect();
        assert_eq!(
            [0, 1, 5_000, 9_000, 9_900, 9_901, 10_000].map(|p| hundred.percentile(p).unwrap()),
            [1, 1, 50, 90, 99, 100, 100]
        );
        assert_eq!(durations(&[(7, 1)]).percentile(5_000), Some(7));
        assert_eq!(Durations::default().percentile(5_000), None);
    }

    #[test]
    fn a_histogram_has_the_percentiles_of_the_list_that_it_stands_for() {
        let histogram = durations(&[(50, 1), (10, 7), (20, 2)]);
        let list: Durations = [10, 20, 10, 10, 50, 10, 10, 20, 10, 10].map(|value| (value, 1)).into_iter().collect();
        assert_eq!(histogram, list);
        assert_eq!([7_000, 7_001, 9_000, 9_100].map(|p| histogram.percentile(p).unwrap()), [10, 20, 20, 50]);
    }

    #[test]
    fn counts_beyond_all_measure_do_not_overflow() {
        let absurd = durations(&[(1, u64::MAX), (2, u64::MAX)]);
        assert_eq!((absurd.count(), absurd.percentile(5_000)), (u64::MAX, Some(1)));
        assert_eq!(Figures { errors: u64::MAX, faults: 1, ..Figures::default() }.failed(), u64::MAX);
    }

    fn node(name: &str, kind: Option<&str>, total: u64) -> Node {
        let figures = Some(Figures { total, ok: total, durations: durations(&[(5, total)]), ..Figures::default() });
        Node { name: name.into(), kind: kind.map(str::to_owned), root: false, figures }
    }

    fn edge(from: usize, to: usize, total: u64) -> Edge {
        Edge { from, to, figures: node("", None, total).figures }
    }

    #[test]
    fn the_same_node_of_two_windows_is_one_and_its_calls_are_added_up() {
        let table = Some("AWS::DynamoDB::Table");
        let first = ServiceGraph { nodes: vec![node("web", None, 3), node("users", table, 2)], edges: vec![edge(0, 1, 2)] };
        let second = ServiceGraph {
            nodes: vec![node("users", table, 4), node("users", None, 1), Node { root: true, ..node("web", None, 1) }],
            edges: vec![edge(2, 0, 4), edge(2, 1, 1)],
        };
        let both = first.merge(second);
        assert_eq!(both.nodes, [node("users", None, 1), node("users", table, 6), Node { root: true, ..node("web", None, 4) }]);
        assert_eq!(both.edges, [edge(2, 0, 1), edge(2, 1, 6)]);
    }

    #[test]
    fn what_is_not_known_stays_unknown_until_somebody_knows() {
        let unknown = || Node { figures: None, ..node("client", Some(Node::CLIENT), 0) };
        let graph = |node| ServiceGraph { nodes: vec![node], edges: Vec::new() };
        assert_eq!(graph(unknown()).merge(graph(unknown())).nodes[0].figures, None);
        let known = node("client", Some(Node::CLIENT), 2);
        assert_eq!(graph(unknown()).merge(graph(known.clone())).nodes, [known]);
    }

    #[test]
    fn an_edge_without_its_node_is_left_out_also_where_the_other_graph_has_one_there() {
        let broken = ServiceGraph { nodes: vec![node("web", None, 1)], edges: vec![edge(0, 1, 1), edge(7, 0, 1)] };
        let whole = ServiceGraph { nodes: vec![node("api", None, 1)], edges: Vec::new() };
        assert_eq!(broken.merge(whole).edges, []);
    }

    fn graphs() -> impl Strategy<Value = ServiceGraph> {
        let kind = prop::option::of(prop::sample::select(vec!["db", "remote"]));
        let nodes = prop::collection::vec(("[abc]", kind, any::<bool>(), 0_u64..9), 1..6);
        let edges = prop::collection::vec((0_usize..6, 0_usize..6, 0_u64..9, any::<bool>()), 0..9);
        (nodes, edges).prop_map(|(nodes, edges)| ServiceGraph {
            nodes: nodes.into_iter().map(|(name, kind, root, total)| Node { root, ..node(&name, kind, total) }).collect(),
            edges: edges
                .into_iter()
                .map(|(from, to, total, known)| Edge {
                    figures: edge(0, 0, total).figures.filter(|_| known),
                    ..edge(from, to, 0)
                })
                .collect(),
        })
    }

    proptest! {
        #[test]
        fn windows_may_be_put_together_in_any_order(a in graphs(), b in graphs(), c in graphs()) {
            let left = a.clone().merge(b.clone()).merge(c.clone());
            prop_assert_eq!(&left, &a.clone().merge(b.clone().merge(c.clone())));
            prop_assert_eq!(&left, &c.merge(a).merge(b));
            prop_assert_eq!(left.clone().normal(), left.clone());
            prop_assert_eq!(left.clone().merge(ServiceGraph::default()), left);
        }
    }
}
