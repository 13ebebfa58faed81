//! What a span did at each moment: worked itself or waited for what it had called, on the critical path or beside it.

use crate::analysis::self_time::uncovered;
use crate::model::Time;

use super::extent::Extent;
use super::plan::Entry;
use super::{Row, Shown};

/// What was done in a part of a row's time. The greater one is seen where there is room for one only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ink {
    /// Nothing: the time between folded siblings.
    Gap,
    /// It waited for what it had called, and nobody waited for it.
    Wait,
    /// The trace waited for it, and it for what it had called.
    CriticalWait,
    /// It was at work itself, and nobody waited for it.
    Own,
    /// The trace waited for it: a part of the critical path. At each moment of the root's time, this is one span.
    Critical,
}

/// A part of a row's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shade {
    /// From when.
    pub start: Time,
    /// Until when; after the start.
    pub end: Time,
    /// What was done.
    pub ink: Ink,
}

/// What the spans of a row did, from its start to its end without a hole; of several, what matters most at each moment. Empty where
/// nothing is known of its end, or that is not after its start.
pub fn shades(shown: Shown<'_>, row: &Row) -> Vec<Shade> {
    let Some(Extent::Closed(start, end)) =
        row.extent.filter(|extent| matches!(extent, Extent::Closed(start, end) if start < end))
    else {
        return Vec::new();
    };
    let analysis = shown.analysis;
    if let Entry::Node(node) = row.planned.entry
        && analysis.tree.nodes()[node].size == 1
    {
        // Most spans are like this: nobody is below, so that it did one thing all the time.
        let ink = match analysis.path.visit_of(node) {
            None => Some(Ink::Own),
            Some(all) if all == (start, end) => Some(Ink::Critical),
            Some(_) => None,
        };
        if let Some(ink) = ink {
            return vec![Shade { start, end, ink }];
        }
    }
    let mut parts = Vec::new();
    for node in row.planned.entry.nodes(&shown.analysis.tree) {
        of_node(shown, node, &mut parts);
    }
    if !matches!(row.planned.entry, Entry::Fold { .. }) {
        // One span waits whenever it does nothing else.
        parts.push(Shade { start, end, ink: Ink::Wait });
    }
    layered(parts, start, end)
}

fn of_node(shown: Shown<'_>, node: usize, parts: &mut Vec<Shade>) {
    let (trace, analysis) = (shown.trace, shown.analysis);
    let Some(span) = analysis.tree.span(trace, node) else { return };
    let Some(end) = span.end.filter(|end| *end > span.start) else { return };
    parts.push(Shade { start: span.start, end, ink: Ink::Wait });
    let own = uncovered(trace, &analysis.tree, node, (span.start, end));
    parts.extend(own.into_iter().map(|(start, end)| Shade { start, end, ink: Ink::Own }));
    if let Some((start, end)) = analysis.path.visit_of(node) {
        parts.push(Shade { start, end, ink: Ink::CriticalWait });
        let critical = analysis.path.segments_of(node);
        parts.extend(critical.map(|part| Shade { start: part.start, end: part.end, ink: Ink::Critical }));
    }
}

/// Parts that lie upon each other, as they are seen from above: the greatest ink at each moment, nothing as a gap.
fn layered(parts: Vec<Shade>, start: Time, end: Time) -> Vec<Shade> {
    const INKS: [Ink; 5] = [Ink::Gap, Ink::Wait, Ink::CriticalWait, Ink::Own, Ink::Critical];
    let mut edges: Vec<(Time, Ink, i32)> = Vec::with_capacity(parts.len() * 2);
    for part in parts {
        let (from, to) = (part.start.clamp(start, end), part.end.clamp(start, end));
        if from < to {
            edges.push((from, part.ink, 1));
            edges.push((to, part.ink, -1));
        }
    }
    edges.sort_unstable_by_key(|(time, ..)| *time);
    let mut seen: Vec<Shade> = Vec::new();
    let mut layers = [0; INKS.len()];
    let mut at = start;
    let mut put = |from: Time, to: Time, layers: &[i32; INKS.len()]| {
        let ink = INKS.iter().zip(layers).rev().find(|(_, count)| **count > 0).map_or(Ink::Gap, |(ink, _)| *ink);
        match seen.last_mut() {
            _ if from == to => {}
            Some(last) if last.ink == ink => last.end = to,
            _ => seen.push(Shade { start: from, end: to, ink }),
        }
    };
    for (time, ink, change) in edges {
        put(at, time, &layers);
        at = time;
        layers[ink as usize] += change;
    }
    put(at, end, &layers);
    seen
}
