//! The critical path in time order: at each moment, the span that was waited for, below all that waited for it.

use crate::model::time::Nanos;

use super::super::Part;
use super::frames::Frames;
use super::{LEVELS, Step};

/// What opens and closes, from the path's beginning on. On the path every span is waited for once, without a break, within its
/// parent: it opens once and closes once, with all that is below [`LEVELS`] as one.
pub(super) fn steps<'a>(part: &Part<'a>, frames: &mut Frames<'a>) -> Vec<Step> {
    let (tree, path) = (&part.shown.analysis.tree, &part.shown.analysis.path);
    let segments = path.segments();
    let Some(zero) = segments.first().map(|first| first.start) else { return Vec::new() };
    let mut steps = Vec::new();
    // The nodes that are open. Those on more than so many levels have one frame together.
    let mut open: Vec<usize> = Vec::new();
    let mut shown: Vec<usize> = Vec::new();
    for segment in segments {
        let at = segment.start.since(zero);
        while open.pop_if(|node| !tree.subtree(*node).contains(&segment.node)).is_some() {
            close(&mut steps, &mut shown, open.len(), at);
        }
        let (innermost, from) = (open.last().copied(), open.len());
        let mut next = Some(segment.node).filter(|node| Some(*node) != innermost);
        while let Some(node) = next {
            open.push(node);
            next = tree.nodes()[node].parent.filter(|parent| Some(*parent) != innermost);
        }
        open[from..].reverse();
        for &node in &open[from..] {
            let frame = match shown.len() {
                0..LEVELS => frames.of(tree.span(part.shown.trace, node)),
                LEVELS => frames.deeper(),
                _ => break,
            };
            shown.push(frame);
            steps.push(Step { opens: true, frame, at });
        }
    }
    close(&mut steps, &mut shown, 0, path.duration());
    steps
}

/// Closes all frames but those of so many levels.
fn close(steps: &mut Vec<Step>, shown: &mut Vec<usize>, levels: usize, at: Nanos) {
    while shown.len() > levels {
        steps.extend(shown.pop().map(|frame| Step { opens: false, frame, at }));
    }
}
