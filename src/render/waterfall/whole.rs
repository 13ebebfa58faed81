//! What is true of a trace as a whole.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::{Evidence, Time, TimeRange};

use super::{Axis, Options, Shown};

/// What is true of a trace as a whole; the same as its summary says, in one pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// From its earliest start to whatever is last.
    pub range: TimeRange,
    /// What is drawn of that, and how.
    pub axis: Axis,
    /// Its latest end; before its start where senders say so.
    pub end: Time,
    /// The earliest span that names no parent, by its place.
    pub root: Option<usize>,
    /// How many spans shall be drawn, or counted in a row.
    pub drawn: usize,
    /// How many spans failed.
    pub errors: usize,
    /// How many services.
    pub services: usize,
    /// What speaks against it being all there.
    pub evidence: Vec<Evidence>,
}

impl Whole {
    /// Of a trace, and of what shall be drawn of it.
    pub fn new(shown: Shown<'_>, options: &Options<'_>) -> Self {
        let zoom = options.zoom;
        let (trace, tree) = (shown.trace, &shown.analysis.tree);
        let (mut start, mut end, mut last) = (None::<Time>, Time::UNKNOWN, Time::UNKNOWN);
        let (mut root, mut errors, mut running) = (None, 0, 0);
        let mut services = HashSet::new();
        let mut last_resource = None;
        for (place, span) in trace.spans().iter().enumerate() {
            if !span.start.is_unknown() {
                start = Some(start.map_or(span.start, |start| start.min(span.start)));
            }
            end = end.max(span.end.unwrap_or(span.start));
            last = last.max(span.start);
            if root.is_none() && span.parent.is_none() {
                root = Some(place);
            }
            errors += usize::from(span.is_error());
            running += usize::from(span.end.is_none());
            if last_resource.is_none_or(|last| !Arc::ptr_eq(last, &span.resource)) {
                last_resource = Some(&span.resource);
                if !span.service().is_empty() {
                    services.insert(span.service());
                }
            }
        }
        let mut evidence = Vec::new();
        if root.is_none() {
            evidence.push(Evidence::NoRoot);
        }
        if !tree.missing().is_empty() {
            evidence.push(Evidence::MissingParents(tree.missing().len()));
        }
        if running > 0 {
            evidence.push(Evidence::Running(running));
        }
        evidence.extend(trace.truncated.iter().cloned().map(Evidence::Truncated));
        let start = start.unwrap_or_default();
        let range = TimeRange::new(start, end.max(last).max(start)).expect("the end is not before the start");
        let top = zoom.or_else(|| shown.analysis.path.root()).and_then(|node| tree.span(trace, node));
        let body = top.and_then(|span| span.end).filter(|end| top.is_some_and(|span| *end > span.start));
        let axis = Axis::new(shown, zoom, zoom.and_then(|node| subtree(shown, node)).unwrap_or(range), body);
        let nodes = zoom.map_or(0..tree.nodes().len(), |node| tree.subtree(node));
        let kept = nodes.filter(|node| options.keep.get(*node).copied().unwrap_or(true));
        let drawn = kept.filter(|node| tree.span(trace, *node).is_some()).count();
        Self { range, axis, end, root, drawn, errors, services: services.len(), evidence }
    }
}

/// From the first start to the last end of a node and all below it; `None` where nothing has a time.
fn subtree(shown: Shown<'_>, node: usize) -> Option<TimeRange> {
    let tree = &shown.analysis.tree;
    let spans = || tree.subtree(node).filter_map(|node| tree.span(shown.trace, node)).filter(|span| !span.start.is_unknown());
    let start = spans().map(|span| span.start).min()?;
    let end = spans().map(|span| span.end.unwrap_or(span.start)).max()?;
    TimeRange::new(start, end.max(start))
}
