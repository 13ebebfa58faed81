//! Where traces come from. Each backend has a folder or file of its own; [`Sources`] asks several and merges what they say.
//!
//! The set is closed: [`Source`] is an enum, dispatch is a `match`, and a new backend fails to compile until it is wired.

mod aws;
pub mod clock;
pub mod cloudwatch_logs;
mod error;
mod file;
pub mod honeycomb;
pub mod local;
mod merge;
pub mod retry_after;
pub mod rollbar;
mod sources;
pub mod xray;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use aws::{Account, Who};
pub use cloudwatch_logs::CloudWatchLogs;
pub use error::{BackendError, Remote, Trouble};
pub use file::File;
pub use honeycomb::Honeycomb;
pub use local::Local;
pub use rollbar::Rollbar;
pub use sources::{Answer, Source, Sources};
pub use xray::XRay;

use crate::model::{Trace, TraceId, TraceSummary};
use crate::query::Query;

/// Where progress goes: what is being done, or `None` when it is done.
pub type Report = Arc<dyn Fn(Option<&str>) + Send + Sync>;

/// A place from which traces can be read.
#[expect(async_fn_in_trait, reason = "the set of backends is closed, and nobody needs their futures to be Send")]
pub trait Backend {
    /// What the user calls it: `local`, `file:PATH`.
    fn name(&self) -> String;

    /// The traces of the query's window that satisfy its filter, newest first, at most its limit.
    async fn list(&self, query: &Query) -> Result<Listing, BackendError>;

    /// Everything that is there of one trace; `None` when nothing is.
    async fn fetch(&self, id: &TraceId) -> Result<Option<Trace>, BackendError>;

    /// Ids for somebody who typed one that is not there.
    async fn near(&self, typed: &str) -> Result<Near, BackendError>;

    /// Says, one line each, what of a query this backend answers itself, what is left to check, and what that costs. Asks nothing.
    fn explain(&self, query: &Query) -> Vec<String>;

    /// Whether older traces may be listed where the default window holds none: reading further back costs nothing here.
    fn reaches_back(&self) -> bool;
}

/// What a backend answered to a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// Newest first.
    pub traces: Vec<TraceSummary>,
    /// How many traces the window holds, before the filter, where that is known.
    pub in_window: Option<usize>,
    /// Whether there are, or may be, more than the limit allowed.
    pub more: bool,
    /// What should be said with it, one sentence each.
    pub notes: Vec<String>,
    /// Whether something was left out that could not be read: what is not listed may be there all the same.
    pub left_out: bool,
}

/// What arrived lately.
#[derive(Debug, Default)]
pub struct Arrived {
    /// Newest first.
    pub traces: Vec<TraceSummary>,
    /// Those of them that had to be fetched to tell, whole. Empty where several backends may have a part each.
    pub whole: BTreeMap<TraceId, Trace>,
    /// Whether something was left out that could not be read, or that there was no time to look at.
    pub left_out: bool,
    /// Whether more arrived than may be looked at at once: what is not among the traces may be among the next.
    pub cut: bool,
}

/// Ids near to one that is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Near {
    /// Those that begin with what was typed, newest first, at most [`Near::MOST`].
    pub beginning: Vec<TraceId>,
    /// Those that look alike, best first, at most three.
    pub alike: Vec<TraceId>,
    /// What a backend has to say about the one that was typed, one sentence each.
    pub said: Vec<String>,
    /// Whether more ids should have been looked through than may be: one that begins so may be there all the same.
    pub cut: bool,
}

impl Near {
    /// How many ids that begin with what was typed are named at most.
    pub const MOST: usize = 10;

    /// Sorts out of `ids`, newest first, the ones that `typed` may have meant.
    fn among(typed: &str, ids: impl IntoIterator<Item = TraceId>) -> Self {
        let prefix = TraceId::prefix(typed);
        let mut beginning = Vec::new();
        let mut alike = Vec::new();
        for (age, id) in ids.into_iter().enumerate() {
            let canonical = id.canonical();
            if beginning.len() < Self::MOST && (canonical.starts_with(&prefix) || id.to_string().starts_with(typed)) {
                beginning.push(id.clone());
            }
            alike.push((strsim::osa_distance(&canonical, &prefix), age, id));
        }
        alike.sort_by_key(|(distance, age, _)| (*distance, *age));
        Self { beginning, alike: alike.into_iter().take(3).map(|(_, _, id)| id).collect(), said: Vec::new(), cut: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_typed_with_two_digits_swapped_is_found() {
        let ids = ["aaaa567890abcdef1234567890abcdef", "1234567890abcdef1234567890abcdef"].map(TraceId::from_text);
        let near = Near::among("1234567890abcdef1234567890abcdfe", ids.clone());
        assert_eq!((near.beginning.len(), &near.alike[0]), (0, &ids[1]));
        assert_eq!(Near::among("1234", ids.clone()).beginning, [ids[1].clone()]);
        assert_eq!(Near::among("1-aaaa5678-90", ids.clone()).beginning, [ids[0].clone()]);
    }
}
