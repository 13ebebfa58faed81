//! The critical path in time order: at each moment, the span that was waited for, below all that waited for it.

use super::super::Part;
use super::Step;
use super::frames::Frames;

/// What opens and closes, from the path's beginning on. On the path every span is waited for once, without a break, within its
/// parent: it opens once and closes once.
pub(super) fn steps<'a>(part: &Part<'a>, frames: &mut Frames<'a>) -> Vec<Step> {
    let (tree, path) = (&part.shown.analysis.tree, &part.shown.analysis.path);
    let segments = path.segments();
    let Some(zero) = segments.first().map(|first| first.start) else { return Vec::new() };
    let mut steps = Vec::new();
    // The nodes that are open, with their frames.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for segment in segments {
        let at = segment.start.since(zero);
        while let Some((_, frame)) = open.pop_if(|(node, _)| !tree.subtree(*node).contains(&segment.node)) {
            steps.push(Step { opens: false, frame, at });
        }
        let innermost = open.last().map(|(node, _)| *node);
        let from = open.len();
        let mut next = Some(segment.node).filter(|node| Some(*node) != innermost);
        while let Some(node) = next {
            open.push((node, frames.of(tree.span(part.shown.trace, node))));
            next = tree.nodes()[node].parent.filter(|parent| Some(*parent) != innermost);
        }
        open[from..].reverse();
        steps.extend(open[from..].iter().map(|&(_, frame)| Step { opens: true, frame, at }));
    }
    while let Some((_, frame)) = open.pop() {
        steps.push(Step { opens: false, frame, at: path.duration() });
    }
    steps
}
