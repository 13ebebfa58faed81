//! Whether what is below a line is what is below a span, all the way down.
//!
//! A line that is plain, and all below it, fits what is the same. Others are matched level by level, each pair at most once. Only pairs
//! of one service, name and kind below such pairs are looked at.

use std::collections::HashMap;

use crate::model::time::Nanos;

use super::assign::{Assigned, assign};
use super::{Count, Label, Observed, Snapshot, Took};

/// How many pairs of a line and a span are tried. More are only there where thousands of ranges meet thousands of different spans of one
/// name.
const MOST_PAIRS: usize = 1_000_000;

/// What a line can fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// What has this rank.
    Rank(usize),
    /// Nothing that was seen.
    Nothing,
    /// What has to be tried.
    Open,
}

/// Spans that are the same all the way down, for every range in the snapshot.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) label: usize,
    pub(super) rank: usize,
    /// The first place in the trace where there is one.
    pub(super) first: usize,
    /// How many spans are in it.
    pub(super) spans: u64,
    /// What is below it, and how many of each: by label, then rank.
    pub(super) below: Vec<(usize, u64)>,
    /// The shortest and the longest of them; `None` where one has no duration.
    pub(super) took: Option<(Nanos, Nanos)>,
}

/// A snapshot and a trace, and what is known of which lines fit which spans.
#[derive(Debug)]
pub(super) struct Matcher<'a> {
    pub(super) expected: &'a Snapshot,
    pub(super) actual: &'a Observed,
    shapes: Vec<Shape>,
    /// Each line's label among those that were seen; `None` where it was not.
    labels: Vec<Option<usize>>,
    /// The number of each line's service, name and kind among those that were seen; `None` where it was not.
    keys: Vec<Option<usize>>,
    /// The same of each label that was seen. They ascend as the labels do.
    seen_keys: Vec<usize>,
    pub(super) units: Vec<Unit>,
    pub(super) tops: Vec<(usize, u64)>,
    known: HashMap<(usize, usize), bool>,
    tried: usize,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(expected: &'a Snapshot, actual: &'a Observed) -> Self {
        let labels = actual.labels();
        let mut seen_keys: Vec<usize> = Vec::with_capacity(labels.len());
        for (at, label) in labels.iter().enumerate() {
            let same = at > 0 && labels[at - 1].key() == label.key();
            seen_keys.push(seen_keys.last().map_or(0, |last| last + usize::from(!same)));
        }
        let by_key: HashMap<_, usize> = labels.iter().map(Label::key).zip(seen_keys.iter().copied()).collect();
        let keys: Vec<Option<usize>> = expected.lines.iter().map(|line| by_key.get(&line.label.key()).copied()).collect();
        let mut ranges: HashMap<usize, Vec<Took>> = HashMap::new();
        for (line, key) in expected.lines.iter().zip(&keys) {
            if let (Some(took), Some(key)) = (line.took, key) {
                let ranges = ranges.entry(*key).or_default();
                if !ranges.contains(&took) {
                    ranges.push(took);
                }
            }
        }
        let (units, tops) = units(actual, |label, took| {
            let ranges = ranges.get(&seen_keys[label]).map_or(&[][..], Vec::as_slice);
            ranges.iter().map(|range| took.is_some_and(|took| range.has(took))).collect()
        });
        let by_label: HashMap<&Label, usize> = labels.iter().zip(0..).collect();
        let labels: Vec<Option<usize>> = expected.lines.iter().map(|line| by_label.get(&line.label).copied()).collect();
        let shapes = shapes(expected, &labels, &units);
        Self { expected, actual, shapes, labels, keys, seen_keys, units, tops, known: HashMap::new(), tried: 0 }
    }

    /// Whether too many pairs would have had to be tried, so that some that fit may not have been found.
    pub(super) fn gave_up(&self) -> bool {
        self.tried > MOST_PAIRS
    }

    pub(super) fn label(&self, unit: usize) -> &'a Label {
        &self.actual.labels()[self.units[unit].label]
    }

    /// The number of a line's service, name and kind.
    pub(super) fn key(&self, line: usize) -> Option<usize> {
        self.keys[line]
    }

    pub(super) fn key_of(&self, unit: usize) -> usize {
        self.seen_keys[self.units[unit].label]
    }

    /// Whether all spans of a unit took as long as a line says.
    pub(super) fn is_within(&self, range: Took, unit: usize) -> bool {
        self.units[unit].took.is_some_and(|(least, most)| range.has(least) && range.has(most))
    }

    /// Whether a line, without what is below it, fits a unit.
    pub(super) fn is_like(&self, line: usize, unit: usize) -> bool {
        let expected = &self.expected.lines[line];
        expected.label.stands_for(self.label(unit)) && expected.took.is_none_or(|took| self.is_within(took, unit))
    }

    /// Which of the units each line may have, by place, and how that is shared out.
    pub(super) fn share(&mut self, lines: &[usize], there: &[(usize, u64)]) -> (Vec<Vec<usize>>, Assigned) {
        let mut fitting = Vec::with_capacity(lines.len());
        for &line in lines {
            let mut fit = self.candidates(line, there);
            fit.retain(|&place| self.fits(line, there[place].0));
            fitting.push(fit);
        }
        let assigned = self.assigned(lines, &fitting, there);
        (fitting, assigned)
    }

    fn assigned(&self, lines: &[usize], fitting: &[Vec<usize>], there: &[(usize, u64)]) -> Assigned {
        let counts: Vec<Count> = lines.iter().map(|&line| self.expected.lines[line].count).collect();
        assign(&counts, fitting, there.iter().map(|(_, count)| *count).collect())
    }

    /// Places of units that a line could fit.
    fn candidates(&mut self, line: usize, there: &[(usize, u64)]) -> Vec<usize> {
        let before = |is: &dyn Fn(&Unit) -> bool| there.partition_point(|&(unit, _)| is(&self.units[unit]));
        // Of one rank there is one label, and units lie by label and rank.
        let (from, to) = match (self.shapes[line], self.labels[line], self.keys[line]) {
            (Shape::Rank(rank), Some(label), _) => {
                let content = |unit: &Unit| (unit.label, unit.rank);
                return (before(&|unit| content(unit) < (label, rank))..before(&|unit| content(unit) <= (label, rank)))
                    .collect();
            }
            (Shape::Open, Some(label), _) => (before(&|unit| unit.label < label), before(&|unit| unit.label <= label)),
            (Shape::Open, None, Some(key)) if self.expected.lines[line].label.has_any() => {
                let key_of = |unit: &Unit| self.seen_keys[unit.label];
                (before(&|unit| key_of(unit) < key), before(&|unit| key_of(unit) <= key))
            }
            _ => return Vec::new(),
        };
        self.tried += to - from;
        if self.gave_up() { Vec::new() } else { (from..to).filter(|&place| self.is_like(line, there[place].0)).collect() }
    }

    /// Whether a line fits a unit, all the way down, as far as that is known without looking further.
    fn quickly(&self, line: usize, unit: usize) -> Option<bool> {
        match self.shapes[line] {
            Shape::Rank(rank) => Some(rank == self.units[unit].rank),
            Shape::Nothing => Some(false),
            Shape::Open if !self.is_like(line, unit) => Some(false),
            Shape::Open => self.known.get(&(line, unit)).copied(),
        }
    }

    /// Whether a line fits a unit, all the way down.
    pub(super) fn fits(&mut self, line: usize, unit: usize) -> bool {
        if let Some(known) = self.quickly(line, unit) {
            return known;
        }
        let mut open = vec![(line, unit)];
        while let Some(&(line, unit)) = open.last() {
            if self.quickly(line, unit).is_some() {
                open.pop();
                continue;
            }
            let lines: Vec<usize> = self.expected.below(line).collect();
            let there = std::mem::take(&mut self.units[unit].below);
            let before = open.len();
            let mut fitting = Vec::with_capacity(lines.len());
            for &line in &lines {
                let mut fit = self.candidates(line, &there);
                let unknown = fit.iter().map(|&place| (line, there[place].0));
                open.extend(unknown.filter(|&(line, unit)| self.quickly(line, unit).is_none()));
                fit.retain(|&place| self.quickly(line, there[place].0) == Some(true));
                fitting.push(fit);
            }
            if open.len() == before {
                let assigned = self.assigned(&lines, &fitting, &there);
                let enough = |(line, got): (&usize, &Vec<(usize, u64)>)| {
                    self.expected.lines[*line].count.has(got.iter().map(|(_, many)| many).sum())
                };
                let fits = assigned.left.iter().all(|left| *left == 0) && lines.iter().zip(&assigned.got).all(enough);
                self.known.insert((line, unit), fits);
                open.pop();
            }
            self.units[unit].below = there;
        }
        self.quickly(line, unit) == Some(true)
    }
}

/// The units of a trace, what is below before what is above, and those at the top. `within` says of a label and a duration which ranges
/// hold it.
fn units(actual: &Observed, within: impl Fn(usize, Option<Nanos>) -> Vec<bool>) -> (Vec<Unit>, Vec<(usize, u64)>) {
    let nodes = actual.nodes();
    let mut units: Vec<Unit> = Vec::new();
    let mut known = HashMap::<(usize, Vec<bool>, Vec<(usize, u64)>), usize>::new();
    let mut unit_of = vec![0; nodes.len()];
    let gather = |from: usize, to: usize, unit_of: &[usize], units: &[Unit]| {
        let mut below: Vec<(usize, u64)> = Vec::new();
        let mut at = from;
        while at < to {
            below.push((unit_of[at], 1));
            at += nodes[at].size;
        }
        below.sort_unstable_by_key(|&(unit, _)| (units[unit].label, units[unit].rank, unit));
        below.dedup_by(|(unit, count), (kept, kept_count)| {
            let same = unit == kept;
            *kept_count += if same { *count } else { 0 };
            same
        });
        below
    };
    for place in (0..nodes.len()).rev() {
        let node = nodes[place];
        let below = gather(place + 1, place + node.size, &unit_of, &units);
        let next = units.len();
        let unit = *known.entry((node.rank, within(node.label, node.took), below.clone())).or_insert(next);
        let took = node.took.map(|took| (took, took));
        if unit == next {
            let own = u64::from(actual.labels()[node.label] != Label::Missing);
            let spans = own + below.iter().map(|&(unit, count)| units[unit].spans * count).sum::<u64>();
            units.push(Unit { label: node.label, rank: node.rank, first: place, spans, below, took });
        } else {
            let known = &mut units[unit];
            known.first = place;
            known.took = known.took.zip(took).map(|((a, b), (took, _))| (a.min(took), b.max(took)));
        }
        unit_of[place] = unit;
    }
    let tops = gather(0, nodes.len(), &unit_of, &units);
    (units, tops)
}

/// What each line can fit.
fn shapes(expected: &Snapshot, labels: &[Option<usize>], units: &[Unit]) -> Vec<Shape> {
    let ranked = |below: &[(usize, u64)]| {
        let mut ranks: Vec<(usize, u64)> = below.iter().map(|&(unit, count)| (units[unit].rank, count)).collect();
        merge(&mut ranks);
        ranks
    };
    let known: HashMap<(usize, Vec<(usize, u64)>), usize> =
        units.iter().map(|unit| ((unit.label, ranked(&unit.below)), unit.rank)).collect();
    let mut shapes = vec![Shape::Nothing; expected.lines.len()];
    for place in (0..expected.lines.len()).rev() {
        let line = &expected.lines[place];
        // How many there are of the line itself is a matter of the line above.
        let mut ranks = Vec::new();
        let mut shape = if line.took.is_some() || line.label.has_any() { Shape::Open } else { Shape::Nothing };
        let mut all_known = true;
        for below in expected.below(place) {
            let of = &expected.lines[below];
            match shapes[below] {
                _ if of.count.most != Some(of.count.least) => shape = Shape::Open,
                Shape::Open => shape = Shape::Open,
                _ if of.count.least == 0 => {}
                Shape::Nothing => all_known = false,
                Shape::Rank(rank) => ranks.push((rank, of.count.least)),
            }
        }
        if shape != Shape::Open && all_known {
            merge(&mut ranks);
            if let Some(rank) = labels[place].and_then(|label| known.get(&(label, ranks))) {
                shape = Shape::Rank(*rank);
            }
        }
        shapes[place] = shape;
    }
    shapes
}

/// Sorts, and adds up what is there twice.
fn merge(counts: &mut Vec<(usize, u64)>) {
    counts.sort_unstable();
    counts.dedup_by(|(rank, count), (kept, kept_count)| {
        let same = rank == kept;
        *kept_count = if same { kept_count.saturating_add(*count) } else { *kept_count };
        same
    });
}
