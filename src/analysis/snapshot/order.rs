//! The order of siblings by what they are, all the way down, and where rings are cut so that it does not depend on times.
//!
//! Subtrees are ranked as in the algorithm for tree isomorphism of Aho, Hopcroft and Ullman (The Design and Analysis of Computer
//! Algorithms, 1974, section 3.2): by height, those of one height by their label and the ranks of what is below.

/// A forest by parents.
#[derive(Debug)]
pub(super) struct Forest {
    /// The node above each; `None` at the top.
    pub(super) parents: Vec<Option<usize>>,
    /// The label of each. Their order is that of the labels.
    pub(super) labels: Vec<usize>,
}

/// A forest in order.
#[derive(Debug)]
pub(super) struct Ordered {
    /// The rank of each node: equal where two are the same all the way down.
    pub(super) ranks: Vec<usize>,
    /// The nodes, each before what is below it, siblings by label and then rank; with how many are above.
    pub(super) places: Vec<(usize, usize)>,
}

impl Forest {
    /// Puts siblings in order. O(n log n).
    pub(super) fn ordered(&self) -> Ordered {
        let count = self.parents.len();
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut reached: Vec<usize> = Vec::with_capacity(count);
        for (node, parent) in self.parents.iter().enumerate() {
            match parent {
                Some(parent) => below[*parent].push(node),
                None => reached.push(node),
            }
        }
        let tops = reached.len();
        let mut at = 0;
        while at < reached.len() {
            reached.extend_from_slice(&below[reached[at]]);
            at += 1;
        }
        let mut levels: Vec<Vec<usize>> = Vec::new();
        let mut heights = vec![0; count];
        for &node in reached.iter().rev() {
            let height = heights[node];
            if levels.len() <= height {
                levels.resize_with(height + 1, Vec::new);
            }
            levels[height].push(node);
            if let Some(parent) = self.parents[node] {
                heights[parent] = heights[parent].max(height + 1);
            }
        }
        let mut ranks = vec![0; count];
        let mut next = 0;
        for mut level in levels {
            for &node in &level {
                below[node].sort_by_key(|&child| (self.labels[child], ranks[child]));
            }
            let content = |node: usize| (self.labels[node], below[node].iter().map(|&child| ranks[child]));
            let compare = |&a: &usize, &b: &usize| {
                let ((a, of_a), (b, of_b)) = (content(a), content(b));
                a.cmp(&b).then_with(|| of_a.cmp(of_b))
            };
            level.sort_by(compare);
            let new: Vec<bool> = (0..level.len()).map(|at| at == 0 || compare(&level[at - 1], &level[at]).is_ne()).collect();
            for (&node, new) in level.iter().zip(new) {
                next += usize::from(new);
                ranks[node] = next - 1;
            }
        }
        let mut open: Vec<(usize, usize)> = reached[..tops].iter().map(|&top| (top, 0)).collect();
        open.sort_by_key(|&(node, _)| std::cmp::Reverse((self.labels[node], ranks[node])));
        let mut places = Vec::with_capacity(count);
        while let Some((node, depth)) = open.pop() {
            places.push((node, depth));
            open.extend(below[node].iter().rev().map(|&child| (child, depth + 1)));
        }
        Ordered { ranks, places }
    }

    /// Cuts a ring elsewhere: above the member with which its labels and what hangs beside it come first. The members lie from the top
    /// down; the pointer of the first is cut.
    pub(super) fn turn(&mut self, ring: &[usize], ranks: &[usize]) -> usize {
        let turn = least_rotation(&ring.iter().map(|&member| ranks[member]).collect::<Vec<_>>());
        if turn > 0 {
            self.parents[ring[0]] = ring.last().copied();
            self.parents[ring[turn]] = None;
        }
        ring[turn]
    }
}

/// By how many places to the left a list is turned to become the first of its rotations (Booth 1980, in the form with two candidates
/// that is known from Lyndon words). O(n).
fn least_rotation(list: &[usize]) -> usize {
    let (mut a, mut b, mut same) = (0, 1, 0);
    let at = |place: usize| list[place % list.len()];
    while a < list.len() && b < list.len() && same < list.len() {
        match at(a + same).cmp(&at(b + same)) {
            std::cmp::Ordering::Equal => {
                same += 1;
                continue;
            }
            std::cmp::Ordering::Greater => a += same + 1,
            std::cmp::Ordering::Less => b += same + 1,
        }
        b += usize::from(a == b);
        same = 0;
    }
    a.min(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_least_rotation_is_the_first_of_all(list in prop::collection::vec(0_usize..3, 1..12)) {
            let turned = |by: usize| list[by..].iter().chain(&list[..by]).copied().collect::<Vec<_>>();
            let first = (0..list.len()).map(turned).min().unwrap();
            prop_assert_eq!(turned(least_rotation(&list)), first);
        }
    }
}
