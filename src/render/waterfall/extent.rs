//! What is known of the time of one row, whether it is a span, several, or the parent that others name.

use crate::model::{Span, Time};

use super::Shown;
use super::layout::{Length, spans};
use super::plan::Entry;

/// What is known of the time of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// From start to end, which may be before it.
    Closed(Time, Time),
    /// From a start on, still running.
    Open(Time),
    /// Of a missing parent: from its first child to its last.
    Guess(Time, Time),
    /// It came without a start.
    Nowhere,
}

impl Extent {
    pub(super) fn length(self) -> Length {
        match self {
            Self::Closed(start, end) => Length::Known(end.since(start)),
            Self::Open(_) => Length::Running,
            Self::Nowhere => Length::Unknown,
            Self::Guess(..) => Length::Nothing,
        }
    }

    /// Where it begins, if it is anywhere.
    pub fn start(self) -> Option<Time> {
        match self {
            Self::Closed(start, _) | Self::Open(start) | Self::Guess(start, _) => Some(start),
            Self::Nowhere => None,
        }
    }
}

fn extent_of(span: &Span) -> Extent {
    match span.end {
        _ if span.start.is_unknown() => Extent::Nowhere,
        Some(end) => Extent::Closed(span.start, end),
        None => Extent::Open(span.start),
    }
}

/// Of a row; `None` where it stands for spans that are not shown.
pub(super) fn extent(shown: Shown<'_>, entry: Entry) -> Option<Extent> {
    let (trace, tree) = (shown.trace, &shown.analysis.tree);
    match entry {
        Entry::Hidden(_) => None,
        Entry::Fold { .. } => {
            // All of them are alike: all closed, all open, or all without a start.
            let (mut start, mut end, mut first) = (None::<Time>, None::<Time>, None);
            for span in spans(shown, entry) {
                first.get_or_insert(span);
                start = Some(start.map_or(span.start, |start| start.min(span.start)));
                end = end.max(span.end);
            }
            Some(match (extent_of(first?), end) {
                (Extent::Closed(..), Some(end)) => Extent::Closed(start?, end),
                (Extent::Open(_), _) => Extent::Open(start?),
                _ => Extent::Nowhere,
            })
        }
        Entry::Node(node) => tree.span(trace, node).map(extent_of).or_else(|| {
            let children = || tree.children(node).filter_map(|child| tree.span(trace, child));
            let start = children().map(|span| span.start).filter(|start| !start.is_unknown()).min()?;
            let end = children().map(|span| span.end.unwrap_or(span.start)).max()?;
            Some(Extent::Guess(start, end))
        }),
    }
}
