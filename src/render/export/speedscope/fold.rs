//! The spans of a trace folded together: those of one frame below one folded span are one, as wide as their own times added up.

use std::collections::HashMap;

use crate::analysis::What;
use crate::model::time::Nanos;

use super::super::Part;
use super::frames::Frames;
use super::{LEVELS, Step};

/// A folded trace, with how many spans are in it.
#[derive(Debug, Default)]
pub(super) struct Fold {
    /// Each behind the one above it.
    places: Vec<Place>,
    /// Those at the top.
    tops: Siblings,
    total: Nanos,
    /// Spans of which the own time is known, and is in it.
    known: usize,
    /// Spans of which it is not. They are in it without width.
    unknown: usize,
    /// Spans that were not asked for.
    left_out: usize,
    /// Spans too deep to have a place of their own.
    deep: usize,
}

#[derive(Debug)]
struct Place {
    frame: usize,
    /// How many are above it.
    depth: usize,
    own: Nanos,
    below: Siblings,
    next: Option<usize>,
}

/// A list of places, by the first and the last of them.
#[derive(Debug, Clone, Copy, Default)]
struct Siblings(Option<(usize, usize)>);

impl Fold {
    pub(super) fn of<'a>(part: &Part<'a>, frames: &mut Frames<'a>) -> Self {
        let tree = &part.shown.analysis.tree;
        let mut fold = Self::default();
        let mut by_frame = HashMap::<(Option<usize>, usize), usize>::new();
        // Of each node, its place; of what is not in it, that of what is above.
        let mut place_of: Vec<Option<usize>> = Vec::with_capacity(tree.nodes().len());
        for (node, at) in tree.nodes().iter().enumerate() {
            let above = at.parent.and_then(|above| place_of[above]);
            if !part.keeps(node) {
                fold.left_out += usize::from(matches!(at.what, What::Span(_)));
                place_of.push(above);
                continue;
            }
            let span = part.span(node);
            let depth = above.map_or(0, |above| fold.places[above].depth + 1);
            let place = match above {
                Some(deepest) if depth > LEVELS => deepest,
                _ => {
                    let frame = if depth == LEVELS { frames.deeper() } else { frames.of(span) };
                    *by_frame.entry((above, frame)).or_insert_with(|| fold.add(above, frame, depth))
                }
            };
            place_of.push(Some(place));
            if span.is_some() {
                fold.deep += usize::from(depth >= LEVELS);
                match part.shown.analysis.self_times.get(node) {
                    Some(own) => {
                        fold.known += 1;
                        fold.places[place].own += own;
                        fold.total += own;
                    }
                    None => fold.unknown += 1,
                }
            }
        }
        fold
    }

    fn add(&mut self, above: Option<usize>, frame: usize, depth: usize) -> usize {
        let place = self.places.len();
        self.places.push(Place { frame, depth, own: 0, below: Siblings::default(), next: None });
        let siblings = match above {
            Some(above) => &mut self.places[above].below,
            None => &mut self.tops,
        };
        let (first, before) = siblings.0.map_or((place, None), |(first, last)| (first, Some(last)));
        siblings.0 = Some((first, place));
        if let Some(before) = before {
            self.places[before].next = Some(place);
        }
        place
    }

    /// The own times of all spans together, in nanoseconds.
    pub(super) fn total(&self) -> Nanos {
        self.total
    }

    /// Which spans these are: each is counted once.
    pub(super) fn words(&self) -> String {
        let all = self.known + self.unknown + self.left_out;
        let known = format!("{} of {all} {}", self.known, if all == 1 { "span" } else { "spans" });
        let unknown = (self.unknown > 0).then(|| format!("{} running or without times", self.unknown));
        let left_out = (self.left_out > 0).then(|| format!("{} not asked for", self.left_out));
        let deep = (self.deep > 0).then(|| format!("{} below {LEVELS} levels without frames of their own", self.deep));
        [Some(known), unknown, left_out, deep].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Each opens before those below it and closes behind them; its own time comes first.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::with_capacity(self.places.len() * 2);
        let mut at = 0;
        let mut open: Vec<usize> = Vec::new();
        let mut next = self.tops.0.map(|(first, _)| first);
        loop {
            if let Some(place) = next {
                let Place { frame, own, below, .. } = &self.places[place];
                steps.push(Step { opens: true, frame: *frame, at });
                at += own;
                open.push(place);
                next = below.0.map(|(first, _)| first);
            } else if let Some(place) = open.pop() {
                steps.push(Step { opens: false, frame: self.places[place].frame, at });
                next = self.places[place].next;
            } else {
                return steps;
            }
        }
    }
}
