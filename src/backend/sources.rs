//! The closed set of backends, and several of them asked as one.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use futures_util::future::join_all;

use super::{Arrived, Backend, BackendError, File, Honeycomb, Listing, Local, Near, XRay, merge};
use crate::model::{Time, TimeRange, Trace, TraceId, TraceSummary};
use crate::query::{Expr, Query};

/// One of the backends.
#[derive(Debug)]
pub enum Source {
    /// The embedded store.
    Local(Local),
    /// A document.
    File(File),
    /// Honeycomb.
    Honeycomb(Box<Honeycomb>),
    /// AWS X-Ray.
    XRay(XRay),
}

/// Hands a question on to whichever it is.
macro_rules! each {
    ($this:expr, $source:ident => $answer:expr) => {
        match $this {
            Self::Local($source) => $answer,
            Self::File($source) => $answer,
            Self::Honeycomb($source) => $answer,
            Self::XRay($source) => $answer,
        }
    };
}

impl Backend for Source {
    fn name(&self) -> String {
        each!(self, source => source.name())
    }

    async fn list(&self, query: &Query) -> Result<Listing, BackendError> {
        each!(self, source => source.list(query).await)
    }

    async fn fetch(&self, id: &TraceId) -> Result<Option<Trace>, BackendError> {
        each!(self, source => source.fetch(id).await)
    }

    async fn near(&self, typed: &str) -> Result<Near, BackendError> {
        each!(self, source => source.near(typed).await)
    }

    fn explain(&self, query: &Query) -> Vec<String> {
        each!(self, source => source.explain(query))
    }

    fn reaches_back(&self) -> bool {
        each!(self, source => source.reaches_back())
    }
}

impl Source {
    /// Many traces at once, in any order, without those that are not there.
    async fn fetch_many(&self, ids: &[TraceId]) -> Result<Vec<Trace>, BackendError> {
        match self {
            Self::XRay(xray) => return Ok(xray.fetch_many(ids).await?.into_values().collect()),
            Self::Honeycomb(honeycomb) => return honeycomb.fetch_many(ids).await,
            Self::Local(_) | Self::File(_) => {}
        }
        let mut traces = Vec::new();
        for id in ids {
            traces.extend(self.fetch(id).await?);
        }
        Ok(traces)
    }

    async fn arrived(&self, range: TimeRange, since: Time, known: &HashSet<TraceId>) -> Result<Arrived, BackendError> {
        let query = Query { range, filter: None, limit: usize::MAX };
        let mut listing = match self {
            Self::Local(store) => store.arrived(&query, since)?,
            Self::File(file) => file.list(&query).await?,
            Self::Honeycomb(honeycomb) => return honeycomb.arrived(range, since, known).await,
            Self::XRay(xray) => return xray.arrived(range, since, known).await,
        };
        listing.traces.retain(|trace| !known.contains(&trace.id));
        Ok(Arrived { traces: listing.traces, left_out: listing.left_out, ..Arrived::default() })
    }

    /// What would be asked for one trace, and what that would cost, one line each. Asks nothing.
    pub fn explain_fetch(&self, id: &TraceId) -> Vec<String> {
        match self {
            Self::Honeycomb(honeycomb) => honeycomb.explain_fetch(id),
            Self::Local(_) | Self::File(_) | Self::XRay(_) => vec!["fetch the trace by its id".to_owned()],
        }
    }

    /// Whether asking costs a request to somebody else's machine.
    fn is_remote(&self) -> bool {
        matches!(self, Self::XRay(_) | Self::Honeycomb(_))
    }
}

/// How many traces are put together at least, to be checked as a whole.
const CANDIDATES: usize = 250;

/// The backends that are asked together.
#[derive(Debug)]
pub struct Sources {
    /// Those that can be asked.
    pub opened: Vec<Source>,
    /// Why others could not be opened, which was said then. What only they know is not known.
    pub unopened: Vec<String>,
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
    /// Lists from all at the same time; a trace that several have is one row.
    pub async fn list(&self, query: &Query) -> Answer<Listing> {
        self.list_from(query, |_| true).await
    }

    /// The same from those that cost nothing to read further back than a window.
    pub async fn list_further(&self, query: &Query) -> Answer<Listing> {
        self.list_from(query, Backend::reaches_back).await
    }

    /// The same from those that are wanted.
    pub async fn list_from(&self, query: &Query, wanted: impl Fn(&Source) -> bool) -> Answer<Listing> {
        match &query.filter {
            // Each backend may have but a part of a trace, of which no part alone needs to satisfy this.
            Some(filter) if self.opened.len() > 1 && !filter.is_of_one_span() => self.list_wholes(query, filter, wanted).await,
            _ => self.list_parts(query, wanted).await,
        }
    }

    /// Asks for traces of which a part may belong to a match, and checks them when they are put together.
    async fn list_wholes(&self, query: &Query, filter: &Expr, wanted: impl Fn(&Source) -> bool) -> Answer<Listing> {
        let candidates = Query { filter: filter.anchor(), limit: query.limit.max(CANDIDATES), ..*query };
        let mut answer = self.list_parts(&candidates, wanted).await;
        let listed = std::mem::take(&mut answer.value.traces);
        let ids: Vec<TraceId> = listed.iter().map(|summary| summary.id.clone()).collect();
        let wholes = self.fetch_many(&ids).await;
        answer.value.left_out |= wholes.value.len() < ids.len();
        for failed in wholes.failed {
            if !answer.failed.iter().any(|(name, _)| *name == failed.0) {
                answer.failed.push(failed);
            }
        }
        answer.value.traces = wholes.value.iter().filter(|trace| filter.matches(trace).is_some()).map(Trace::summary).collect();
        answer.value.traces.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
        if answer.value.more && answer.value.traces.len() < query.limit {
            answer.value.left_out = true;
            let count = candidates.limit;
            answer.value.notes.push(format!("of traces that several backends may share, the newest {count} were checked"));
        }
        answer.value.in_window = None;
        answer.value.more |= answer.value.traces.len() > query.limit;
        answer.value.traces.truncate(query.limit);
        answer
    }

    async fn list_parts(&self, query: &Query, wanted: impl Fn(&Source) -> bool) -> Answer<Listing> {
        let mut answer =
            Answer { value: Listing { in_window: Some(0), ..Listing::default() }, failed: Vec::new(), answered: 0 };
        let listings = self.ask(|source| async { if wanted(source) { source.list(query).await.map(Some) } else { Ok(None) } });
        for listing in answer.gather(listings.await).into_iter().flatten() {
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
        // Fewer than were wanted, and not all: what is missed may be among those that were not looked at.
        answer.value.left_out |= answer.value.more && answer.value.traces.len() < query.limit;
        answer
    }

    /// Asks all at the same time.
    async fn ask<'s, T, F>(&'s self, question: impl Fn(&'s Source) -> F) -> Vec<(String, Result<T, BackendError>)>
    where
        F: Future<Output = Result<T, BackendError>>,
    {
        // Those on the network first: they wait, and the others keep the processor busy.
        let mut order: Vec<usize> = (0..self.opened.len()).collect();
        order.sort_by_key(|&index| !self.opened[index].is_remote());
        let asked = order.iter().map(|&index| question(&self.opened[index]));
        let mut answers: Vec<_> = order.iter().copied().zip(join_all(asked).await).collect();
        answers.sort_by_key(|(index, _)| *index);
        answers.into_iter().map(|(index, answer)| (self.opened[index].name(), answer)).collect()
    }

    async fn merge_rows(&self, listing: &mut Listing) {
        listing.traces.sort_by(|a, b| a.id.cmp(&b.id));
        let several = |group: &[TraceSummary]| group.len() > 1;
        // The spans that both have can only be told by looking at them.
        let ids: Vec<TraceId> = listing
            .traces
            .chunk_by(|a, b| a.id == b.id)
            .filter(|group| several(group))
            .map(|group| group[0].id.clone())
            .collect();
        let whole = if ids.is_empty() { Vec::new() } else { self.fetch_many(&ids).await.value };
        let mut merged = Vec::with_capacity(listing.traces.len());
        for group in listing.traces.chunk_by(|a, b| a.id == b.id) {
            let whole = whole.iter().find(|trace| several(group) && *trace.id() == group[0].id);
            merged.push(whole.map_or_else(|| group[0].clone(), Trace::summary));
            listing.in_window = listing.in_window.map(|count| count.saturating_sub(group.len() - 1));
        }
        merged.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
        listing.traces = merged;
    }

    /// Everything that any of them has of a trace.
    pub async fn fetch(&self, id: &TraceId) -> Answer<Option<Trace>> {
        let mut answer = Answer { value: None, failed: Vec::new(), answered: 0 };
        let parts = answer.gather(self.ask(|source| source.fetch(id)).await);
        answer.value = merge::traces(parts.into_iter().flatten().collect());
        answer
    }

    /// Everything that any of them has of these traces, in the order of the ids.
    pub async fn fetch_many(&self, ids: &[TraceId]) -> Answer<Vec<Trace>> {
        self.fetch_many_from(ids, |_| true).await
    }

    /// The same of those that are wanted.
    pub async fn fetch_many_from(&self, ids: &[TraceId], wanted: impl Fn(&Source) -> bool) -> Answer<Vec<Trace>> {
        let mut answer = Answer { value: Vec::new(), failed: Vec::new(), answered: 0 };
        let fetched = self.ask(|source| async { if wanted(source) { source.fetch_many(ids).await } else { Ok(Vec::new()) } });
        let parts = answer.gather(fetched.await);
        let mut by_id = BTreeMap::<TraceId, Vec<Trace>>::new();
        for part in parts.into_iter().flatten() {
            by_id.entry(part.id().clone()).or_default().push(part);
        }
        answer.value = ids.iter().filter_map(|id| by_id.remove(id)).filter_map(merge::traces).collect();
        answer
    }

    /// Ids near to one that none of them has.
    pub async fn near(&self, typed: &str) -> Answer<Near> {
        let mut answer = Answer { value: Near::default(), failed: Vec::new(), answered: 0 };
        let parts = answer.gather(self.ask(|source| source.near(typed)).await);
        let all = &mut answer.value;
        for near in parts {
            all.cut |= near.cut;
            all.beginning.extend(near.beginning);
            all.alike.extend(near.alike);
            all.said.extend(near.said);
        }
        all.beginning.sort();
        all.beginning.dedup();
        let prefix = TraceId::prefix(typed);
        all.alike.sort_by_key(|id| strsim::osa_distance(&id.canonical(), &prefix));
        all.alike.dedup();
        all.alike.truncate(3);
        answer
    }

    /// The traces of a window of which something has arrived since then, as far as backends know when something arrived; of the
    /// others, all. Those that are known are left out, and cost nothing.
    pub async fn arrived(&self, range: TimeRange, since: Time, known: &HashSet<TraceId>) -> Answer<Arrived> {
        let mut answer = Answer { value: Arrived::default(), failed: Vec::new(), answered: 0 };
        for part in answer.gather(self.ask(|source| source.arrived(range, since, known)).await) {
            answer.value.left_out |= part.left_out;
            answer.value.cut |= part.cut;
            answer.value.traces.extend(part.traces);
            if self.opened.len() == 1 {
                answer.value.whole = part.whole;
            }
        }
        answer
    }

    /// Traces that are fetched from now on have all attributes that a filter looks at, where a backend would leave some out.
    pub fn attend_to(&self, filter: Option<&Expr>) {
        for source in &self.opened {
            if let (Source::Honeycomb(honeycomb), Some(filter)) = (source, filter) {
                honeycomb.attend_to(filter.attribute_keys());
            }
        }
    }

    /// How long to wait at least from one question to the next, so that a service that allows few of them has some left for others.
    pub fn pace(&self) -> Option<Duration> {
        self.opened.iter().find_map(|source| match source {
            Source::Honeycomb(honeycomb) => Some(honeycomb.pace()),
            Source::Local(_) | Source::File(_) | Source::XRay(_) => None,
        })
    }

    /// Differs from what it was before when another question may get another answer, as far as that can be told without asking.
    /// The numbers mean nothing else.
    pub fn change(&self) -> Vec<Option<i64>> {
        let of = |source: &Source| match source {
            Source::Local(store) => store.change().ok(),
            Source::File(_) | Source::XRay(_) | Source::Honeycomb(_) => None,
        };
        self.opened.iter().map(of).collect()
    }

    /// Whether one of them, where there is no filter, looks for roots only, so that a trace is not listed of which none has arrived.
    pub fn list_by_roots(&self) -> bool {
        self.opened.iter().any(|source| matches!(source, Source::Honeycomb(_)))
    }

    /// Those of them that cost a request to somebody else's machine.
    #[must_use]
    pub fn into_remote(self) -> Self {
        Self { opened: self.opened.into_iter().filter(Source::is_remote).collect(), unopened: Vec::new() }
    }

    /// Whether one of them costs a request to somebody else's machine, who may change his answer without saying so.
    pub fn are_remote(&self) -> bool {
        self.opened.iter().any(Source::is_remote)
    }

    /// As [`Sources::list`], of the traces of which something has arrived since then; of backends that do not know, of all.
    pub async fn list_since(&self, query: &Query, since: Time) -> Answer<Listing> {
        match self.opened.as_slice() {
            [source @ Source::Local(store)] if self.unopened.is_empty() => {
                let mut answer = Answer { value: Listing::default(), failed: Vec::new(), answered: 0 };
                let listed = store.arrived(query, since);
                answer.value = answer.gather(vec![(source.name(), listed)]).pop().unwrap_or_default();
                answer
            }
            _ => self.list(query).await,
        }
    }

    /// Whether nothing about them will change: they have been read.
    pub fn are_fixed(&self) -> bool {
        self.unopened.is_empty()
            && !self.opened.is_empty()
            && self.opened.iter().all(|source| matches!(source, Source::File(_)))
    }

    /// Whether one of them may be read further back than the default window.
    pub fn reach_back(&self) -> bool {
        self.opened.iter().any(Backend::reaches_back)
    }
}

impl<T> Answer<T> {
    /// Takes the answers, and keeps the errors.
    fn gather<P>(&mut self, answers: Vec<(String, Result<P, BackendError>)>) -> Vec<P> {
        let mut parts = Vec::new();
        for (name, answer) in answers {
            match answer {
                Ok(part) => {
                    self.answered += 1;
                    parts.push(part);
                }
                Err(error) => self.failed.push((name, error)),
            }
        }
        parts
    }
}
