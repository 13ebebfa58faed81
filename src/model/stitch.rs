//! One request of which there are several records: who has each span, which spans are records of the same call, and which other traces
//! are probably the same request.

use std::fmt;

use super::id::{SpanId, TraceId};
use super::time::Nanos;

/// On a span that is drawn below another one than the one that it names itself, because that is another record of the same call: the id that
/// it names.
pub const NAMED_PARENT: &str = "cruddur_trace.named_parent_id";

/// A place that a trace, or a part of it, was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The backend; with the SDK, where two SDKs have sent to the same one.
    pub name: String,
    /// The trace's id there.
    pub trace: TraceId,
}

/// Which of a trace's [`super::Trace::origins`] have a span: a bit each. Empty where the trace has but one, and of what was read from more
/// than 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SeenBy(u32);

impl SeenBy {
    /// So many can be told apart.
    pub const MOST: usize = 32;

    /// The one at this place of the list.
    pub fn origin(place: usize) -> Self {
        Self(u32::try_from(place).ok().and_then(|place| 1_u32.checked_shl(place)).unwrap_or(0))
    }

    /// Those and these.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it is not told.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The places in the list, in its order.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..Self::MOST).filter(move |place| self.has(*place))
    }

    /// Whether the one at this place of the list is among them.
    pub fn has(self, place: usize) -> bool {
        self.0 & Self::origin(place).0 != 0
    }
}

/// Two records of one call, by two SDKs: in drawings, one stands below the other, and what belongs below either, below that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The span that is drawn below the other.
    pub inner: SpanId,
    /// The other.
    pub outer: SpanId,
    /// What speaks for it; never empty.
    pub evidence: Vec<SameCall>,
}

/// A trace that is probably the same request as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// Its id.
    pub trace: TraceId,
    /// Where it was read.
    pub backends: Vec<String>,
    /// Which span of the trace the request is, and of the twin.
    pub request: [SpanId; 2],
    /// What speaks for it; never empty.
    pub evidence: Vec<SameCall>,
}

/// Which other traces are the same request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Twins {
    /// Nobody has looked.
    #[default]
    NotSought,
    /// What was found. Where several traces fit one request, or one trace several requests, none is a twin, and they are `unclear`.
    Sought {
        /// Each the only one that fits, by id.
        found: Vec<Twin>,
        /// Those of which it cannot be told, by id.
        unclear: Vec<TraceId>,
    },
}

/// What speaks for it that two records are of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SameCall {
    /// The id that AWS gave to the call. It proves it.
    RequestId(String),
    /// The service that answered.
    Service(String),
    /// The host that was asked.
    Host(String),
    /// The method and path, or route.
    Route(String),
    /// The operation that was called.
    Operation(String),
    /// The status that was answered.
    Status(i64),
    /// When: one began and ended by so many nanoseconds within the other.
    Time {
        /// From the start of the outer to that of the inner.
        after: Nanos,
        /// From the end of the inner to that of the outer.
        before: Nanos,
    },
}

impl SameCall {
    /// A word for programs, which does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RequestId(_) => "request_id",
            Self::Service(_) => "service",
            Self::Host(_) => "host",
            Self::Route(_) => "route",
            Self::Operation(_) => "operation",
            Self::Status(_) => "status",
            Self::Time { .. } => "time",
        }
    }

    /// Whether this alone proves it.
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::RequestId(_))
    }

    /// The evidence in words, with durations as `time` writes them. Not escaped for any medium.
    pub fn words(&self, time: &dyn Fn(Nanos) -> String) -> String {
        match self {
            Self::RequestId(id) => format!("AWS request id {id}"),
            Self::Service(name) => format!("service {name}"),
            Self::Host(name) => format!("host {name}"),
            Self::Route(route) => route.clone(),
            Self::Operation(name) => name.clone(),
            Self::Status(status) => format!("status {status}"),
            Self::Time { after, before } if *after < 0 || *before < 0 => {
                format!("the same time: {} apart at the start, {} at the end", time(after.abs()), time(before.abs()))
            }
            Self::Time { after, before } => {
                format!("one within the other: {} after its start, {} before its end", time(*after), time(*before))
            }
        }
    }
}

/// For people. Not escaped for any medium.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_told_as_less_than_nothing() {
        let words = |after, before| SameCall::Time { after, before }.words(&|nanos| format!("{nanos} ns"));
        assert_eq!(words(3, 0), "one within the other: 3 ns after its start, 0 ns before its end");
        assert_eq!(words(-3, 4), "the same time: 3 ns apart at the start, 4 ns at the end");
        assert_eq!(words(3, -4), "the same time: 3 ns apart at the start, 4 ns at the end");
    }

    #[test]
    fn places_are_told_apart_up_to_the_most() {
        let seen = SeenBy::origin(0).and(SeenBy::origin(31)).and(SeenBy::origin(32));
        assert_eq!(seen.places().collect::<Vec<_>>(), [0, 31]);
        assert_eq!((seen.has(31), seen.has(32), SeenBy::origin(usize::MAX).is_empty()), (true, false, true));
    }
}
