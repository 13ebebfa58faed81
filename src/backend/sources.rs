//! The closed set of backends, and several of them asked as one.

use super::{Backend, BackendError, File, Listing, Local, Near, merge};
use crate::model::{Time, TimeRange, Trace, TraceId, TraceSummary};
use crate::query::Query;

/// One of the backends.
#[derive(Debug)]
pub enum Source {
    /// The embedded store.
    Local(Local),
    /// A document.
    File(File),
}

impl Backend for Source {
    fn name(&self) -> String {
        match self {
            Self::Local(source) => source.name(),
            Self::File(source) => source.name(),
        }
    }

    async fn list(&self, query: &Query) -> Result<Listing, BackendError> {
        match self {
            Self::Local(source) => source.list(query).await,
            Self::File(source) => source.list(query).await,
        }
    }

    async fn fetch(&self, id: &TraceId) -> Result<Option<Trace>, BackendError> {
        match self {
            Self::Local(source) => source.fetch(id).await,
            Self::File(source) => source.fetch(id).await,
        }
    }

    async fn near(&self, typed: &str) -> Result<Near, BackendError> {
        match self {
            Self::Local(source) => source.near(typed).await,
            Self::File(source) => source.near(typed).await,
        }
    }

    fn explain(&self, query: &Query) -> Vec<String> {
        match self {
            Self::Local(source) => source.explain(query),
            Self::File(source) => source.explain(query),
        }
    }

    fn reaches_back(&self) -> bool {
        match self {
            Self::Local(source) => source.reaches_back(),
            Self::File(source) => source.reaches_back(),
        }
    }
}

/// The backends that are asked together.
#[derive(Debug)]
pub struct Sources {
    /// Those that can be asked.
    pub opened: Vec<Source>,
    /// How many could not be opened, which was said then. What only they know is not known.
    pub unopened: usize,
}

/// What came of asking several: the answer of those that answered, and the errors of those that did not.
#[derive(Debug)]
pub struct Answer<T> {
    /// The merged answer.
    pub value: T,
    /// Backends that could not answer, and why.
    pub failed: Vec<(String, BackendError)>,
    /// How many answered.
    pub answered: usize,
}

impl Sources {
    /// Lists from all; a trace that several have is one row.
    pub async fn list(&self, query: &Query) -> Answer<Listing> {
        let mut answer =
            Answer { value: Listing { in_window: Some(0), ..Listing::default() }, failed: Vec::new(), answered: 0 };
        for source in &self.opened {
            let listing = match source.list(query).await {
                Ok(listing) => listing,
                Err(error) => {
                    answer.failed.push((source.name(), error));
                    continue;
                }
            };
            answer.answered += 1;
            answer.value.more |= listing.more;
            answer.value.left_out |= listing.left_out;
            answer.value.notes.extend(listing.notes);
            answer.value.in_window = answer.value.in_window.zip(listing.in_window).map(|(a, b)| a + b);
            answer.value.traces.extend(listing.traces);
        }
        if self.opened.len() > 1 {
            self.merge_rows(&mut answer.value).await;
            answer.value.more |= answer.value.traces.len() > query.limit;
            answer.value.traces.truncate(query.limit);
        }
        answer
    }

    async fn merge_rows(&self, listing: &mut Listing) {
        listing.traces.sort_by(|a, b| a.id.cmp(&b.id));
        let mut merged = Vec::with_capacity(listing.traces.len());
        for group in listing.traces.chunk_by(|a, b| a.id == b.id) {
            // The spans that both have can only be told by looking at them.
            let whole = if group.len() > 1 { self.fetch(&group[0].id).await.value } else { None };
            merged.push(whole.map_or_else(|| group[0].clone(), |trace| trace.summary()));
            listing.in_window = listing.in_window.map(|count| count.saturating_sub(group.len() - 1));
        }
        merged.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
        listing.traces = merged;
    }

    /// Everything that any of them has of a trace.
    pub async fn fetch(&self, id: &TraceId) -> Answer<Option<Trace>> {
        let mut parts = Vec::new();
        let mut answer = Answer { value: None, failed: Vec::new(), answered: 0 };
        for source in &self.opened {
            match source.fetch(id).await {
                Ok(part) => {
                    answer.answered += 1;
                    parts.extend(part);
                }
                Err(error) => answer.failed.push((source.name(), error)),
            }
        }
        answer.value = merge::traces(parts);
        answer
    }

    /// Ids near to one that none of them has.
    pub async fn near(&self, typed: &str) -> Near {
        let mut all = Near::default();
        for source in &self.opened {
            // Somebody who cannot answer has been reported when the trace was asked for.
            let Ok(near) = source.near(typed).await else { continue };
            all.beginning.extend(near.beginning);
            all.alike.extend(near.alike);
        }
        all.beginning.sort();
        all.beginning.dedup();
        let prefix = TraceId::prefix(typed);
        all.alike.sort_by_key(|id| strsim::osa_distance(&id.canonical(), &prefix));
        all.alike.dedup();
        all.alike.truncate(3);
        all
    }

    /// The traces of a window of which something has arrived since then, as far as backends know when something arrived; of the
    /// others, all. What cannot be asked is passed over: it was reported when it was asked for more.
    pub async fn arrived(&self, range: TimeRange, since: Time) -> Vec<TraceSummary> {
        let query = Query { range, filter: None, limit: usize::MAX };
        let mut arrived = Vec::new();
        for source in &self.opened {
            let listing = match source {
                Source::Local(store) => store.arrived(&query, since),
                Source::File(file) => file.list(&query).await,
            };
            arrived.extend(listing.into_iter().flat_map(|listing| listing.traces));
        }
        arrived
    }

    /// Differs from what it was before when another question may get another answer. The numbers mean nothing else.
    pub fn change(&self) -> Vec<Option<i64>> {
        let of = |source: &Source| match source {
            Source::Local(store) => store.change().ok(),
            Source::File(_) => None,
        };
        self.opened.iter().map(of).collect()
    }

    /// Whether all of them may be read further back than the default window.
    pub fn reach_back(&self) -> bool {
        self.opened.iter().all(Backend::reaches_back)
    }
}
