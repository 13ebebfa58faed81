//! Which of the spans that are there count for which of the lines that expect some: a flow.
//!
//! A line takes from `least` to `most` of the spans that fit it, and a span may fit several lines. First as many lines as possible get the
//! least that they need, then as many spans as possible get a line. A path of exchanges never takes away from a line what it has, only
//! by what it has it (Ford and Fulkerson, 1956), so that the second step does not undo the first.

use std::collections::{HashMap, HashSet};

use super::Count;

/// What was found.
#[derive(Debug)]
pub(super) struct Assigned {
    /// Of each line: which it got, and how many of each. Those of which it got none may be among them.
    pub(super) got: Vec<Vec<(usize, u64)>>,
    /// How many of each are left over.
    pub(super) left: Vec<u64>,
}

/// Assigns. `fitting` has, for each line, which may count for it; `there`, how many of each there are.
pub(super) fn assign(counts: &[Count], fitting: &[Vec<usize>], there: Vec<u64>) -> Assigned {
    let mut got: Vec<Vec<(usize, u64)>> = fitting.iter().map(|fit| fit.iter().map(|&of| (of, 0)).collect()).collect();
    // For each of those that are there, the lines that it fits, with its place among those that fit the line.
    let mut lines: Vec<Vec<(usize, usize)>> = vec![Vec::new(); there.len()];
    for (line, fit) in fitting.iter().enumerate() {
        for (place, &of) in fit.iter().enumerate() {
            lines[of].push((line, place));
        }
    }
    let mut total: u64 = there.iter().fold(0, |sum, many| sum.saturating_add(*many));
    let mut left = there;
    let mut has = vec![0_u64; counts.len()];
    // Those with the fewest to choose from choose first.
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|&line| fitting[line].len());
    let needs: [fn(&Count) -> u64; 2] = [|count| count.least, |count| count.limit()];
    for need in needs {
        let need: Vec<u64> = counts.iter().map(need).collect();
        for &line in &order {
            for (of, got) in &mut got[line] {
                let taken = left[*of].min(need[line].saturating_sub(has[line]));
                left[*of] -= taken;
                total -= taken;
                *got += taken;
                has[line] += taken;
            }
        }
        // From these no exchange leads to what is left: looked at once.
        let mut dead = vec![false; counts.len()];
        for &line in &order {
            while has[line] < need[line] && !dead[line] && total > 0 {
                let wanted = need[line] - has[line];
                let Some(path) = path(line, &got, &lines, &left, &mut dead) else { break };
                let many = exchange(&path, wanted, &mut got, &mut left);
                has[line] += many;
                total -= many;
            }
        }
    }
    Assigned { got, left }
}

/// A step of a path: a line takes what stands at a place among those that fit it. All but the last step take it from the next line,
/// where it stands at the second place.
type Step = (usize, usize, Option<usize>);

/// A path of exchanges from a line to something that is left; or else everything that was reached is dead.
fn path(
    from: usize,
    got: &[Vec<(usize, u64)>],
    lines: &[Vec<(usize, usize)>],
    left: &[u64],
    dead: &mut [bool],
) -> Option<Vec<Step>> {
    let mut reached = vec![from];
    // How each line was reached: from which, by what.
    let mut by: Vec<Option<Step>> = vec![None];
    let mut known = HashMap::from([(from, 0)]);
    let mut tried = HashSet::new();
    let mut at = 0;
    while at < reached.len() {
        let line = reached[at];
        for (place, &(of, _)) in got[line].iter().enumerate() {
            if left[of] > 0 {
                let mut steps = vec![(line, place, None)];
                let mut to = at;
                while let Some(step) = by[to] {
                    steps.push(step);
                    to = known[&step.0];
                }
                steps.reverse();
                return Some(steps);
            }
            if !tried.insert(of) {
                continue;
            }
            for &(other, other_place) in &lines[of] {
                if got[other][other_place].1 > 0 && !dead[other] && !known.contains_key(&other) {
                    known.insert(other, reached.len());
                    reached.push(other);
                    by.push(Some((line, place, Some(other_place))));
                }
            }
        }
        at += 1;
    }
    for line in reached {
        dead[line] = true;
    }
    None
}

/// Exchanges as many as go along the whole path; how many.
fn exchange(path: &[Step], wanted: u64, got: &mut [Vec<(usize, u64)>], left: &mut [u64]) -> u64 {
    let &(last, place, _) = path.last().expect("a path has a step");
    let source = got[last][place].0;
    let mut many = wanted.min(left[source]);
    for pair in path.windows(2) {
        let ((_, _, theirs), (next, ..)) = (pair[0], pair[1]);
        many = theirs.map_or(many, |place| many.min(got[next][place].1));
    }
    for pair in path.windows(2) {
        let ((line, place, theirs), (next, ..)) = (pair[0], pair[1]);
        got[line][place].1 += many;
        if let Some(theirs) = theirs {
            got[next][theirs].1 -= many;
        }
    }
    got[last][place].1 += many;
    left[source] -= many;
    many
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn count(least: u64, most: u64) -> Count {
        Count { least, most: Some(most) }
    }

    /// Whether there is any way, by trying all.
    fn possible(counts: &[Count], fitting: &[Vec<usize>], there: &[u64], has: &mut Vec<u64>) -> bool {
        let Some(of) = there.iter().position(|count| *count > 0) else {
            return counts.iter().zip(has).all(|(count, has)| count.has(*has));
        };
        let mut rest = there.to_vec();
        rest[of] -= 1;
        (0..counts.len()).any(|line| {
            if !fitting[line].contains(&of) || has[line] >= counts[line].limit() {
                return false;
            }
            has[line] += 1;
            let found = possible(counts, fitting, &rest, has);
            has[line] -= 1;
            found
        })
    }

    #[test]
    fn what_fits_only_one_line_gets_it() {
        let found = assign(&[count(1, 1), count(1, 1)], &[vec![0, 1], vec![0]], vec![1, 1]);
        assert_eq!(found.left, [0, 0]);
        let found = assign(&[count(1, 1), count(1, 2)], &[vec![0, 1], vec![0, 2]], vec![1, 1, 1]);
        assert_eq!(found.left, [0, 0, 0]);
    }

    proptest! {
        #[test]
        fn a_way_is_found_where_there_is_one(
            lines in prop::collection::vec((0_u64..3, 0_u64..3, prop::collection::btree_set(0_usize..4, 0..4)), 0..5),
            there in prop::collection::vec(0_u64..3, 4),
        ) {
            let counts: Vec<Count> = lines.iter().map(|(least, more, _)| count(*least, least + more)).collect();
            let fitting: Vec<Vec<usize>> = lines.iter().map(|(.., fit)| fit.iter().copied().collect()).collect();
            let found = assign(&counts, &fitting, there.clone());
            let has: Vec<u64> = found.got.iter().map(|got| got.iter().map(|(_, many)| many).sum()).collect();
            let all_has = found.left.iter().all(|left| *left == 0) && counts.iter().zip(&has).all(|(count, has)| count.has(*has));
            prop_assert_eq!(all_has, possible(&counts, &fitting, &there, &mut vec![0; counts.len()]));
            prop_assert!(counts.iter().zip(&has).all(|(count, has)| *has <= count.limit()));
            for (of, count) in there.iter().enumerate() {
                let taken: u64 = found.got.iter().flatten().filter(|(what, _)| *what == of).map(|(_, many)| many).sum();
                prop_assert_eq!(taken + found.left[of], *count);
            }
        }
    }
}
