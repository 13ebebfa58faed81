//! Which times the axis shows, and how densely: where a trace goes on long after what it is about, or nothing is traced for long, an even
//! axis would squeeze all that there is to see into a column or two.

use crate::model::time::Nanos;
use crate::model::{Time, TimeRange};
use crate::render::scale::Scale;
use crate::render::theme::Look;
use crate::render::units;

use super::Shown;

/// A time in which nothing was traced is left out where it is more than this share of what would be drawn, in percent.
const IDLE: Nanos = 40;
/// What follows the end of the root is drawn more densely where the root would have less than this share of the axis, in percent.
const BODY: Nanos = 25;
/// The share of the axis that the root has then, in thousandths.
const BODY_SHARE: u64 = 700;
/// So many times at most are left out.
const MOST: usize = 3;
/// The narrowest lane that is broken.
const LEAST: usize = 24;

/// What the axis shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    start: Time,
    /// Ranges of time, and the share of the axis that each has.
    pieces: Vec<(TimeRange, u64)>,
    range: TimeRange,
    /// How long all is that is left out.
    left_out: Nanos,
    /// How many times denser what follows the root is.
    denser: Option<Nanos>,
}

impl Axis {
    /// For what is drawn of a trace below a node that lasts until `body`. Looks at each span once where they lie by their start.
    pub(super) fn new(shown: Shown<'_>, zoom: Option<usize>, range: TimeRange, body: Option<Time>) -> Self {
        let ranges = without_idle(range, idle(shown, zoom, range));
        let drawn: Nanos = ranges.iter().map(length).sum();
        let left_out = length(&range) - drawn;
        let even = |ranges: Vec<TimeRange>| ranges.into_iter().map(|range| (range, share(length(&range), drawn))).collect();
        let mut axis = Self { start: range.start(), pieces: Vec::new(), range, left_out, denser: None };
        let (mut within, mut behind) = (Vec::new(), Vec::new());
        for range in &ranges {
            let cut = body.unwrap_or(range.end()).clamp(range.start(), range.end());
            within.extend(TimeRange::new(range.start(), cut).filter(|part| part.start() < part.end()));
            behind.extend(TimeRange::new(cut, range.end()).filter(|part| part.start() < part.end()));
        }
        let (first, rest): (Nanos, Nanos) = (within.iter().map(length).sum(), behind.iter().map(length).sum());
        if rest > 0 && first > 0 && first * 100 < drawn * BODY {
            let weighted = |ranges: Vec<TimeRange>, of: Nanos, all: u64| {
                let weigh = move |range: TimeRange| (range, (share(length(&range), of) * all / 1000).max(1));
                ranges.into_iter().map(weigh)
            };
            axis.pieces = weighted(within, first, BODY_SHARE).chain(weighted(behind, rest, 1000 - BODY_SHARE)).collect();
            axis.denser = Some(rest * Nanos::from(BODY_SHARE) / (first * Nanos::from(1000 - BODY_SHARE)));
        } else {
            axis.pieces = even(ranges);
        }
        axis
    }

    /// Over so many columns; evenly where there are too few of them.
    pub fn scale(&self, columns: usize) -> Scale {
        if self.is_broken(columns) { Scale::broken(self.start, &self.pieces, columns) } else { Scale::new(self.range, columns) }
    }

    /// Whether anything is left out or denser on so many columns.
    pub fn is_broken(&self, columns: usize) -> bool {
        self.pieces.len() > 1 && columns >= LEAST
    }

    /// Ranges of time, one behind the other, and the share of the axis that each has: for media that have no columns.
    pub fn pieces(&self) -> &[(TimeRange, u64)] {
        &self.pieces
    }

    /// What is to be said of it where it is broken.
    pub fn words(&self, look: &Look) -> String {
        let sign = if look.ascii { "/" } else { "╱" };
        let mut words = Vec::new();
        if self.left_out > 0 {
            let length = units::duration(self.left_out, look.ascii);
            words.push(format!("{length} in which nothing was traced are left out"));
        }
        if let Some(times) = self.denser {
            words.push(format!("what comes after the root's end is drawn {} times denser", units::count(times.max(1) as u128)));
        }
        format!("the axis is broken at {sign}: {}", words.join("; "))
    }
}

fn length(range: &TimeRange) -> Nanos {
    range.end().since(range.start())
}

/// In millionths, at least one.
fn share(part: Nanos, of: Nanos) -> u64 {
    (part.saturating_mul(1_000_000) / of.max(1)).max(1) as u64
}

/// The times in which no span was, longest first.
fn idle(shown: Shown<'_>, zoom: Option<usize>, range: TimeRange) -> Vec<TimeRange> {
    let (trace, tree) = (shown.trace, &shown.analysis.tree);
    let mut within;
    let spans: &mut dyn Iterator<Item = _> = match zoom {
        None => &mut trace.spans().iter(),
        Some(node) => {
            within = tree.subtree(node).filter_map(|node| tree.span(trace, node)).collect::<Vec<_>>();
            within.sort_by_key(|span| span.start);
            &mut within.into_iter()
        }
    };
    let mut gaps = Vec::new();
    let mut known = range.start();
    for span in spans {
        if span.start > known {
            gaps.extend(TimeRange::new(known, span.start));
        }
        // What still runs may have been there all the time.
        known = known.max(span.end.unwrap_or(range.end()));
    }
    gaps.sort_by_key(|gap| std::cmp::Reverse(length(gap)));
    gaps.truncate(MOST);
    gaps
}

/// What is left of a range when the longest of these are taken out, as long as each is a large part of what is left.
fn without_idle(range: TimeRange, gaps: Vec<TimeRange>) -> Vec<TimeRange> {
    let mut left = length(&range);
    let mut out: Vec<TimeRange> = Vec::new();
    for gap in gaps {
        if length(&gap) * 100 > left * IDLE {
            left -= length(&gap);
            out.push(gap);
        }
    }
    out.sort_by_key(TimeRange::start);
    let mut ranges = Vec::new();
    let mut from = range.start();
    for gap in out {
        ranges.extend(TimeRange::new(from, gap.start()));
        from = gap.end();
    }
    ranges.extend(TimeRange::new(from, range.end()));
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;
    use crate::model::Span;
    use crate::render::samples::{START, look, span, trace};

    fn axis(spans: Vec<Span>, body: Option<i128>) -> Axis {
        let trace = trace(spans);
        let analysis = Analysis::of(&trace);
        let summary = trace.summary();
        let range = TimeRange::new(summary.start, summary.end).unwrap();
        let body = body.map(|at| START.saturating_add(at * 1000));
        Axis::new(Shown { trace: &trace, analysis: &analysis }, None, range, body)
    }

    #[test]
    fn an_ordinary_trace_has_an_even_axis() {
        let axis = axis(vec![span(1, 0, "web", "a", 0, 100), span(2, 1, "web", "b", 20, 130)], Some(100));
        assert!(!axis.is_broken(80));
        assert_eq!(axis.scale(80).breaks().count(), 0);
    }

    #[test]
    fn long_times_in_which_nothing_was_traced_are_left_out_and_told() {
        let axis = axis(vec![span(1, 0, "web", "a", 0, 100), span(2, 1, "web", "b", 900_000, 900_050)], Some(100));
        assert!(axis.is_broken(40) && !axis.is_broken(20));
        assert_eq!(axis.words(&look(80)), "the axis is broken at ╱: 900 ms in which nothing was traced are left out");
        assert_eq!(axis.scale(61).breaks().collect::<Vec<_>>(), [39]);
    }

    #[test]
    fn what_goes_on_long_after_the_root_is_drawn_more_densely() {
        let axis = axis(vec![span(1, 0, "web", "a", 0, 100), span(2, 1, "web", "b", 50, 10_100)], Some(100));
        assert_eq!(axis.scale(61).breaks().collect::<Vec<_>>(), [41]);
        let words = axis.words(&look(80));
        assert_eq!(words, "the axis is broken at ╱: what comes after the root's end is drawn 233 times denser");
    }
}
