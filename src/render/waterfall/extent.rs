//! What is known of the time of one row, whether it is a span, several, or the parent that others name.

use crate::analysis::{Tree, What};
use crate::model::{Span, Time, Trace};
use crate::render::scale::Scale;

use super::layout::{Bar, Length, span_at, spans};
use super::plan::Entry;

/// What is known of the time of one row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Extent {
    Closed(Time, Time),
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

    pub(super) fn bar(self, scale: &Scale) -> Option<Bar> {
        match self {
            Self::Closed(start, end) => Some(Bar::Closed { start: scale.eighths(start), end: scale.eighths(end.max(start)) }),
            Self::Open(start) => Some(Bar::Open { start: scale.eighths(start) }),
            Self::Guess(start, end) => Some(Bar::Extent { start: scale.eighths(start), end: scale.eighths(end.max(start)) }),
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
pub(super) fn extent(trace: &Trace, tree: &Tree, entry: Entry) -> Option<Extent> {
    match entry {
        Entry::Hidden { .. } => None,
        Entry::Fold { .. } => {
            // All of them are alike: all closed, all open, or all without a start.
            let (mut start, mut end, mut first) = (None::<Time>, None::<Time>, None);
            for span in spans(trace, tree, entry) {
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
        Entry::Node(node) => match tree.nodes()[node].what {
            What::Span(place) => trace.spans().get(place).map(extent_of),
            What::Missing(_) => {
                let children = || tree.children(node).filter_map(|child| span_at(trace, tree, child));
                let start = children().map(|span| span.start).filter(|start| !start.is_unknown()).min()?;
                let end = children().map(|span| span.end.unwrap_or(span.start)).max()?;
                Some(Extent::Guess(start, end))
            }
        },
    }
}
