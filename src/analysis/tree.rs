//! The forest that a trace's parent pointers describe, and what is wrong with them.
//!
//! A parent pointer is a claim of whoever sent the span. Parents may be missing, named twice, or their own descendants; still every
//! span is in the forest exactly once, in an order that does not depend on the order of arrival. Nothing here recurses, not even
//! when it is dropped: a node knows the size of its subtree, and the nodes lie in one list, parents first.

mod claims;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use crate::model::{Span, SpanId, SpanKind, Trace};

use claims::Claims;

/// The spans of a trace as a forest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<Node>,
    missing: Vec<SpanId>,
    troubles: Vec<Trouble>,
}

/// One place in the forest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// What stands here.
    pub what: What,
    /// The node above; `None` at the top.
    pub parent: Option<usize>,
    /// How many nodes are above.
    pub depth: usize,
    /// How many nodes its subtree has, itself included. The subtree is this many nodes from here on.
    pub size: usize,
    /// What is odd about it.
    pub marks: Marks,
}

/// What stands at a place in the forest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The span at this place of [`Trace::spans`].
    Span(usize),
    /// A parent that spans name and that has not arrived: its place in [`Tree::missing`].
    Missing(usize),
}

/// What is odd about one node: a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(u8);

impl Marks {
    /// Its pointer upwards was cut, because it led back to itself.
    pub const CYCLE: Self = Self(1);
    /// It starts before its parent.
    pub const EARLY: Self = Self(2);
    /// It ends after its parent.
    pub const LATE: Self = Self(4);
    /// It ends before it starts.
    pub const NEGATIVE: Self = Self(8);
    /// Its start is not known.
    pub const NO_START: Self = Self(16);
    /// It lasts longer than a year.
    pub const ABSURD: Self = Self(32);
    /// It is another record of its parent: [`Trace::joins`].
    pub const RECORD: Self = Self(64);

    /// Whether any of `others` is set.
    pub fn any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

/// What is wrong with a trace's parent pointers and times. [`fmt::Display`] says it in one line, not escaped for any medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Every span names a parent.
    NoRoot,
    /// This many spans name no parent.
    ManyRoots(usize),
    /// Parents that have not arrived, and how many spans name one of them.
    MissingParents {
        /// How many different parents.
        parents: usize,
        /// How many spans name them.
        children: usize,
    },
    /// A span that names itself.
    SelfParent(SpanId),
    /// Spans that are each other's descendants.
    Cycle {
        /// The earliest of them, which is shown at the top.
        at: SpanId,
        /// How many there are.
        length: usize,
    },
    /// Different spans that share one id. A client and a server half that do (Zipkin) are no trouble.
    SharedId {
        /// The id.
        id: SpanId,
        /// How many share it.
        spans: usize,
    },
    /// This many spans start before their parent.
    Early(usize),
    /// This many spans end after their parent.
    Late(usize),
    /// This many spans end before they start.
    Negative(usize),
    /// This many spans came without a start.
    NoStart(usize),
    /// This many spans last longer than a year.
    Absurd(usize),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans = |count: usize| if count == 1 { "1 span".to_owned() } else { format!("{count} spans") };
        let s = |count: &usize| if *count == 1 { "s" } else { "" };
        let their = |count: &usize| if *count == 1 { "its" } else { "their" };
        match self {
            Self::NoRoot => f.write_str("no root span has arrived (yet)"),
            Self::ManyRoots(count) => write!(f, "{count} spans name no parent: the trace has that many roots"),
            Self::MissingParents { parents: 1, children } => {
                write!(f, "1 parent span has not arrived (yet); {} it", name_it(*children))
            }
            Self::MissingParents { parents, children } => {
                write!(f, "{parents} parent spans have not arrived (yet); {} them", name_it(*children))
            }
            Self::SelfParent(id) => write!(f, "span {id} names itself as its parent"),
            Self::Cycle { at, length } => {
                write!(f, "{length} spans are each other's ancestors: the cycle is cut above {at}, the earliest")
            }
            Self::SharedId { id, spans } => {
                write!(f, "{spans} spans share the id {id}: its children are shown below the first")
            }
            Self::Early(count) => {
                write!(f, "{} start{} before {} parent (clock skew?): shown as received", spans(*count), s(count), their(count))
            }
            Self::Late(count) => write!(f, "{} end{} after {} parent", spans(*count), s(count), their(count)),
            Self::Negative(count) => {
                let (s, they) = if *count == 1 { ("s", "it") } else { ("", "they") };
                write!(f, "{} end{s} before {they} start{s}: shown as received", spans(*count))
            }
            Self::NoStart(count) => write!(f, "{} came without a start time", spans(*count)),
            Self::Absurd(count) => write!(f, "{} last{} longer than a year: shown as received", spans(*count), s(count)),
        }
    }
}

fn name_it(children: usize) -> String {
    if children == 1 { "1 span names".to_owned() } else { format!("{children} spans name") }
}

impl Tree {
    /// Builds the forest. Costs O(n log n), whatever the pointers say. What may be an effect of how inexact the trace's times are is
    /// no trouble.
    pub fn build(trace: &Trace) -> Self {
        Claims::read(trace).into_tree()
    }

    /// All nodes, each before its descendants, siblings by start and then id. Spans without a parent come first, then those whose
    /// pointer was cut, then what hangs below missing parents.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The span at a node of the forest of this trace; `None` where it has not arrived.
    pub fn span<'a>(&self, trace: &'a Trace, node: usize) -> Option<&'a Span> {
        match self.nodes.get(node)?.what {
            What::Span(place) => trace.spans().get(place),
            What::Missing(_) => None,
        }
    }

    /// Whether the span above `node` does not wait for it: a message was sent, and somebody handles it in time of their own
    /// (<https://opentelemetry.io/docs/specs/otel/trace/api/#spankind>: a producer's span often ends before the consumer's begins); or `node`
    /// is another record of the very same call.
    pub fn is_handed_over(&self, trace: &Trace, node: usize) -> bool {
        if self.nodes[node].marks.any(Marks::RECORD) {
            return true;
        }
        let kind = |node| self.span(trace, node).map(|span| span.kind);
        kind(node) == Some(SpanKind::Consumer) && self.nodes[node].parent.and_then(kind) == Some(SpanKind::Producer)
    }

    /// The ids of parents that have not arrived.
    pub fn missing(&self) -> &[SpanId] {
        &self.missing
    }

    /// What is wrong, gravest first.
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// The nodes at the top.
    pub fn roots(&self) -> impl Iterator<Item = usize> {
        self.siblings(0..self.nodes.len())
    }

    /// The nodes right below `node`.
    pub fn children(&self, node: usize) -> impl Iterator<Item = usize> {
        self.siblings(node + 1..self.subtree(node).end)
    }

    /// `node` and all its descendants.
    pub fn subtree(&self, node: usize) -> Range<usize> {
        node..node + self.nodes[node].size
    }

    fn siblings(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let first = (!range.is_empty()).then_some(range.start);
        std::iter::successors(first, move |&at| Some(at + self.nodes[at].size).filter(|next| *next < range.end))
    }
}
