//! By how much the clocks of two hosts may differ, and what that adds up to.

use std::collections::{HashMap, VecDeque};

use crate::model::time::{MICROSECOND, Nanos};
use crate::model::{SpanKind, Trace};

use super::super::Tree;
use super::super::self_time::interval;
use super::hosts::Hosts;
use super::{Between, Offset};

/// What the calls between two hosts allow: what may be added to the times of the second, in those of the first.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    least: Nanos,
    most: Nanos,
    pairs: usize,
    outside: usize,
}

impl Bounds {
    const ANY: Self = Self { least: Nanos::MIN, most: Nanos::MAX, pairs: 0, outside: 0 };

    /// The one nearest to zero that all pairs allow. Bounds that exclude each other by no more than times are inexact meet halfway.
    fn offset(&self, tolerance: Nanos) -> Option<Nanos> {
        if self.outside == 0 {
            return Some(0);
        }
        if self.least > self.most {
            let apart = self.least.saturating_sub(self.most);
            return (apart <= 2 * tolerance).then(|| self.most + apart / 2);
        }
        Some(0.clamp(self.least, self.most))
    }

    fn allow(&self, offset: Nanos, tolerance: Nanos) -> bool {
        self.least.saturating_sub(tolerance) <= offset && offset <= self.most.saturating_add(tolerance)
    }

    /// The same, seen from the other host.
    fn reversed(&self) -> Self {
        Self { least: -self.most, most: -self.least, ..*self }
    }
}

/// What there is between the hosts, and by how much each is to be moved.
pub(super) fn solve(trace: &Trace, tree: &Tree, hosts: &Hosts) -> (Vec<Between>, Vec<Option<Nanos>>) {
    let tolerance = MICROSECOND.max(trace.precision);
    let between = bounds(trace, tree, hosts, tolerance);
    let mut ways = vec![Vec::new(); hosts.all.len()];
    for &((a, b), bounds) in &between {
        // Hosts that cannot be brought together say nothing of each other.
        if let Some(offset) = bounds.offset(tolerance) {
            ways[a].push((b, offset));
            ways[b].push((a, -offset));
        }
    }
    let mut walk = Walk::new(&ways);
    // The host of the root is first: the others are moved, as far as calls lead to them.
    for host in 0..hosts.all.len() {
        walk.from(host, &ways);
    }
    let disagreeing = walk.disagreeing(&between, tolerance);
    let moved = (0..hosts.all.len()).map(|host| Some(walk.shift[host]).filter(|_| !disagreeing[host])).collect();
    let said = between.iter().map(|&((a, b), bounds)| {
        // Said from the one that was met first.
        let (from, to, bounds) = if walk.met[a] <= walk.met[b] { (a, b, bounds) } else { (b, a, bounds.reversed()) };
        let offset = match bounds.offset(tolerance) {
            None => Offset::Infeasible,
            Some(_) if disagreeing[from] || disagreeing[to] => Offset::Disagreeing,
            Some(_) if bounds.outside == 0 && walk.shift[to] == walk.shift[from] => Offset::NotNeeded,
            // What is between them once both are moved, which may be by another way.
            Some(_) => Offset::Proposed(walk.shift[to] - walk.shift[from]),
        };
        let Bounds { least, most, pairs, outside } = bounds;
        Between { from: hosts.all[from].clone(), to: hosts.all[to].clone(), least, most, pairs, outside, offset }
    });
    (said.collect(), moved)
}

/// Of all calls from host to host, in the order in which they are met in the tree.
fn bounds(trace: &Trace, tree: &Tree, hosts: &Hosts, tolerance: Nanos) -> Vec<((usize, usize), Bounds)> {
    let mut places = HashMap::new();
    let mut all = Vec::new();
    for node in 0..tree.nodes().len() {
        let Some(above) = tree.nodes()[node].parent else { continue };
        let (Some(client), Some(server)) = (tree.span(trace, above), tree.span(trace, node)) else { continue };
        let (Some(from), Some(to)) = (hosts.of[above], hosts.of[node]) else { continue };
        if from == to || client.kind != SpanKind::Client || server.kind != SpanKind::Server {
            continue;
        }
        // Of what only a service's name tells, that name does not tell two machines.
        let guessed = hosts.all[from].is_guessed() || hosts.all[to].is_guessed();
        if guessed && client.service() == server.service() {
            continue;
        }
        let (Some(outer), Some(inner)) = (interval(client), interval(server)) else { continue };
        let (least, most) = (outer.0.since(inner.0), outer.1.since(inner.1));
        let (key, least, most) = if from < to { ((from, to), least, most) } else { ((to, from), -most, -least) };
        let place = *places.entry(key).or_insert_with(|| {
            all.push((key, Bounds::ANY));
            all.len() - 1
        });
        let (_, bounds): &mut (_, Bounds) = &mut all[place];
        bounds.least = bounds.least.max(least);
        bounds.most = bounds.most.min(most);
        bounds.pairs += 1;
        bounds.outside += usize::from(least > tolerance || most < -tolerance);
    }
    all
}

/// For each host, to whom one can go from there, and by how much that one is moved.
type Ways = [Vec<(usize, Nanos)>];

/// From the first host of each group outwards, the fewest calls first.
struct Walk {
    shift: Vec<Nanos>,
    above: Vec<Option<usize>>,
    depth: Vec<usize>,
    /// The how-manieth each was.
    met: Vec<Option<usize>>,
    order: Vec<usize>,
}

impl Walk {
    fn new(ways: &Ways) -> Self {
        let count = ways.len();
        let (shift, depth) = (vec![0; count], vec![0; count]);
        Self { shift, above: vec![None; count], depth, met: vec![None; count], order: Vec::with_capacity(count) }
    }

    fn from(&mut self, first: usize, ways: &Ways) {
        if self.met[first].is_some() {
            return;
        }
        let mut next = VecDeque::from([first]);
        self.meet(first);
        while let Some(host) = next.pop_front() {
            for &(other, offset) in &ways[host] {
                if self.met[other].is_none() {
                    self.shift[other] = self.shift[host].saturating_add(offset);
                    self.above[other] = Some(host);
                    self.depth[other] = self.depth[host] + 1;
                    self.meet(other);
                    next.push_back(other);
                }
            }
        }
    }

    fn meet(&mut self, host: usize) {
        self.met[host] = Some(self.order.len());
        self.order.push(host);
    }

    /// Hosts to which two ways lead that do not allow the same, and all to which ways lead through these.
    fn disagreeing(&self, between: &[((usize, usize), Bounds)], tolerance: Nanos) -> Vec<bool> {
        let mut wrong = vec![false; self.shift.len()];
        // Of a host that is wrong, one above it that need not be: each is passed once.
        let mut skip: Vec<usize> = (0..wrong.len()).collect();
        for &((a, b), bounds) in between {
            let possible = bounds.offset(tolerance).is_some();
            if !possible || bounds.allow(self.shift[b] - self.shift[a], tolerance) {
                continue;
            }
            // Up to where the two ways part.
            let (mut a, mut b) = (top(&mut skip, a), top(&mut skip, b));
            while a != b {
                let deeper = if self.depth[a] >= self.depth[b] { &mut a } else { &mut b };
                let Some(above) = self.above[*deeper] else { break };
                wrong[*deeper] = true;
                skip[*deeper] = above;
                *deeper = top(&mut skip, above);
            }
        }
        for &host in &self.order {
            wrong[host] |= self.above[host].is_some_and(|above| wrong[above]);
        }
        wrong
    }
}

/// Follows the pointers to the one that points to itself, and shortens them.
fn top(skip: &mut [usize], from: usize) -> usize {
    let mut at = from;
    while skip[at] != at {
        skip[at] = skip[skip[at]];
        at = skip[at];
    }
    at
}
