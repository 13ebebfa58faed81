//! Which spans are below, directly below or beside which.
//!
//! What a trace says of parents is only a claim: ids may be missing, used twice, or go round in a circle. A span's parents are
//! all spans that have the id which it names. Every answer costs one pass over the spans, whatever the shape.

use std::collections::HashMap;

use crate::model::{Span, SpanId};

use super::ast::Relation;

/// The ids of a trace as numbers.
#[derive(Debug)]
pub(super) struct Tree {
    /// Number of each span's id.
    id: Vec<u32>,
    /// Number of its parent's id, whether or not such a span is there.
    parent: Vec<Option<u32>>,
    /// How many different ids, the missing ones included.
    ids: usize,
}

impl Tree {
    pub(super) fn new(spans: &[Span]) -> Self {
        fn number<'a>(id: &'a SpanId, numbers: &mut HashMap<&'a SpanId, u32>) -> u32 {
            let next = numbers.len() as u32;
            *numbers.entry(id).or_insert(next)
        }
        let mut numbers = HashMap::with_capacity(spans.len());
        let id: Vec<_> = spans.iter().map(|span| number(&span.id, &mut numbers)).collect();
        let parent: Vec<_> = spans.iter().map(|span| span.parent.as_ref().map(|id| number(id, &mut numbers))).collect();
        let mut tree = Self { id, parent, ids: numbers.len() };
        tree.cut_self_parents();
        tree
    }

    /// A span that names itself has no parent, unless another span shares the id.
    fn cut_self_parents(&mut self) {
        let mut spans_of_id = vec![0_u32; self.ids];
        self.id.iter().for_each(|&id| spans_of_id[id as usize] += 1);
        for (id, parent) in self.id.iter().zip(&mut self.parent) {
            if *parent == Some(*id) && spans_of_id[*id as usize] == 1 {
                *parent = None;
            }
        }
    }

    /// The spans of `right` that are `relation` to some span of `left`.
    pub(super) fn related(&self, relation: Relation, left: &[bool], right: &[bool]) -> Vec<bool> {
        let related = match relation {
            Relation::Descendant => self.below(left),
            Relation::Child => self.directly_below(left),
            Relation::Sibling => self.beside(left),
        };
        related.into_iter().zip(right).map(|(related, &right)| related && right).collect()
    }

    /// The spans of `left` to which some span of `right` is `relation`.
    pub(super) fn relating(&self, relation: Relation, left: &[bool], right: &[bool]) -> Vec<bool> {
        let relating = match relation {
            Relation::Descendant => self.above(right),
            Relation::Child => self.directly_above(right),
            Relation::Sibling => self.beside(right),
        };
        relating.into_iter().zip(left).map(|(relating, &left)| relating && left).collect()
    }

    fn directly_above(&self, right: &[bool]) -> Vec<bool> {
        let mut count = vec![0_u32; self.ids];
        for (parent, _) in self.parent.iter().zip(right).filter(|(_, right)| **right) {
            if let Some(parent) = *parent {
                count[parent as usize] += 1;
            }
        }
        let answer = |at: usize| {
            let itself = right[at] && self.parent[at] == Some(self.id[at]);
            count[self.id[at] as usize] > u32::from(itself)
        };
        (0..self.id.len()).map(answer).collect()
    }

    fn directly_below(&self, left: &[bool]) -> Vec<bool> {
        let mut count = vec![0_u32; self.ids];
        for (&id, _) in self.id.iter().zip(left).filter(|(_, left)| **left) {
            count[id as usize] += 1;
        }
        let answer = |at: usize| {
            self.parent[at].is_some_and(|parent| {
                let itself = left[at] && self.id[at] == parent;
                count[parent as usize] > u32::from(itself)
            })
        };
        (0..self.id.len()).map(answer).collect()
    }

    fn beside(&self, left: &[bool]) -> Vec<bool> {
        let mut count = vec![0_u32; self.ids];
        for (parent, _) in self.parent.iter().zip(left).filter(|(_, left)| **left) {
            if let Some(parent) = *parent {
                count[parent as usize] += 1;
            }
        }
        let answer = |at: usize| self.parent[at].is_some_and(|parent| count[parent as usize] > u32::from(left[at]));
        (0..self.id.len()).map(answer).collect()
    }

    /// Spreads from the spans of `left` to their children, and on from each id once, so that circles end.
    fn below(&self, left: &[bool]) -> Vec<bool> {
        let children = self.children();
        let mut reached = vec![false; self.ids];
        let mut waiting = Vec::new();
        for (&id, _) in self.id.iter().zip(left).filter(|(_, left)| **left) {
            if !std::mem::replace(&mut reached[id as usize], true) {
                waiting.push(id);
            }
        }
        let mut below = vec![false; self.id.len()];
        while let Some(id) = waiting.pop() {
            for &child in children.of(id) {
                below[child as usize] = true;
                let id = self.id[child as usize];
                if !std::mem::replace(&mut reached[id as usize], true) {
                    waiting.push(id);
                }
            }
        }
        below
    }

    /// Climbs from the spans of `right` to their parents, and on from each id once.
    fn above(&self, right: &[bool]) -> Vec<bool> {
        let bearers = ById::group(self.ids, self.id.iter().copied().map(Some));
        let mut reached = vec![false; self.ids];
        let mut waiting = Vec::new();
        let mut reach = |id: Option<u32>, waiting: &mut Vec<u32>| {
            if let Some(id) = id
                && !std::mem::replace(&mut reached[id as usize], true)
            {
                waiting.push(id);
            }
        };
        for (&parent, _) in self.parent.iter().zip(right).filter(|(_, right)| **right) {
            reach(parent, &mut waiting);
        }
        let mut above = vec![false; self.id.len()];
        while let Some(id) = waiting.pop() {
            for &bearer in bearers.of(id) {
                above[bearer as usize] = true;
                reach(self.parent[bearer as usize], &mut waiting);
            }
        }
        above
    }

    /// The spans that name each id as their parent.
    fn children(&self) -> ById {
        ById::group(self.ids, self.parent.iter().copied())
    }
}

/// The spans that have something to do with each id, one after the other: those of id `n` stand from `ends[n]` to `ends[n + 1]`.
struct ById {
    ends: Vec<u32>,
    spans: Vec<u32>,
}

impl ById {
    /// By the id of each span in turn.
    fn group(count: usize, ids: impl Iterator<Item = Option<u32>> + Clone) -> Self {
        let mut ends = vec![0_u32; count + 1];
        ids.clone().flatten().for_each(|id| ends[id as usize + 1] += 1);
        for at in 1..ends.len() {
            ends[at] += ends[at - 1];
        }
        let mut next = ends.clone();
        let mut spans = vec![0_u32; ends[count] as usize];
        for (at, id) in ids.enumerate() {
            if let Some(id) = id {
                let place = &mut next[id as usize];
                spans[*place as usize] = at as u32;
                *place += 1;
            }
        }
        Self { ends, spans }
    }

    fn of(&self, id: u32) -> &[u32] {
        &self.spans[self.ends[id as usize] as usize..self.ends[id as usize + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Expr;
    use crate::query::arbitrary::{any_trace, span, trace};
    use proptest::prelude::*;

    #[test]
    fn circles_and_self_parents_end() {
        let circle = trace(vec![span(1, 2, "a", "x", (0, 1)), span(2, 1, "b", "y", (0, 1)), span(3, 3, "c", "z", (0, 1))]);
        let spans = |source: &str| source.parse::<Expr>().unwrap().matches(&circle).map(|matched| matched.spans);
        assert_eq!(spans("{ service = a } >> { }"), Some(vec![0, 1]), "each is below each");
        assert_eq!(spans("{ service = c } >> { }"), None);
        assert_eq!(spans("{ service = c } > { }"), None);
    }

    #[test]
    fn a_deep_chain_and_a_wide_family_cost_one_pass() {
        let chain = (1..=10_000).map(|id| span(id, id - 1, "web", "op", (id, id + 1)));
        let family = (10_001..=100_000).map(|id| span(id, 1, "web", "op", (0, 1)));
        let large = trace(chain.chain(family).collect());
        let count = |source: &str| source.parse::<Expr>().unwrap().matches(&large).map(|matched| matched.spans.len());
        assert_eq!(count("{ root } >> { }"), Some(99_999));
        assert_eq!(count("{ span:id = \"0000000000002710\" } >> { }"), None);
        assert_eq!(count("{ } ~ { }"), Some(90_001));
        assert_eq!(count("{ } > { } > { } >> { service = web } | p95(duration) = 1ms"), Some(9_997));
    }

    /// What the relations mean, by looking at all pairs: the spans from which `at` is reached by steps up.
    fn above(spans: &[Span], at: usize) -> Vec<bool> {
        let shared = |id: &SpanId| spans.iter().filter(|span| span.id == *id).count() > 1;
        let mut above = vec![false; spans.len()];
        let mut waiting = vec![at];
        while let Some(at) = waiting.pop() {
            let Some(parent) = &spans[at].parent else { continue };
            if *parent == spans[at].id && !shared(parent) {
                continue;
            }
            for (other, span) in spans.iter().enumerate() {
                if span.id == *parent && !above[other] {
                    above[other] = true;
                    waiting.push(other);
                }
            }
        }
        above
    }

    proptest! {
        #[test]
        fn who_relates_is_told_from_both_sides(trace in any_trace(), left in any::<u16>(), right in any::<u16>()) {
            let tree = Tree::new(trace.spans());
            let count = trace.spans().len();
            let chosen = |bits: u16| (0..count).map(|at| bits >> at & 1 == 1).collect::<Vec<_>>();
            let (left, right) = (chosen(left), chosen(right));
            let alone = |at: usize| (0..count).map(|other| other == at).collect::<Vec<_>>();
            for relation in [Relation::Descendant, Relation::Child, Relation::Sibling] {
                let relating = tree.relating(relation, &left, &right);
                for (at, relating) in relating.into_iter().enumerate() {
                    let some = left[at] && tree.related(relation, &alone(at), &right).contains(&true);
                    prop_assert_eq!(relating, some, "{:?} of {}", relation, at);
                }
            }
        }

        #[test]
        fn descendants_are_those_that_climb_to_an_ancestor(trace in any_trace(), left in any::<u16>()) {
            let tree = Tree::new(trace.spans());
            let left: Vec<_> = (0..trace.spans().len()).map(|at| left >> at & 1 == 1).collect();
            let below = tree.related(Relation::Descendant, &left, &vec![true; left.len()]);
            for (at, below) in below.into_iter().enumerate() {
                let above = above(trace.spans(), at);
                prop_assert_eq!(below, above.iter().zip(&left).any(|(above, left)| *above && *left));
            }
        }
    }
}
