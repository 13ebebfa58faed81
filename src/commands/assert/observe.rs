//! One round of asking: how many traces match, and of how many that is open.

use std::collections::HashSet;

use super::super::ask::{self, Failed};
use super::super::find::{self, Found};
use crate::analysis::assertion::{self, Expected, Seen};
use crate::backend::{Arrived, BackendError, Listing, Sources, Trouble};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::{Evidence, Nanos, Time, Trace, TraceId, TraceSummary};
use crate::query::{Expr, Query, SpanExpr};

/// So many traces that may still grow are fetched at most, to see what they may grow into; of more it is open.
const MOST_FETCHED: usize = 200;

/// One thing that is expected, and under which assumptions.
pub(super) struct Question<'a> {
    pub(super) query: &'a Query,
    pub(super) expected: Expected,
    /// The one trace that it is about, as its id was typed.
    pub(super) trace: Option<&'a str>,
    /// When it was first asked.
    pub(super) begun: Time,
    /// How long a trace may be silent before nothing more is expected of it.
    pub(super) settle: Nanos,
}

/// What one round of asking came to.
#[derive(Default)]
pub(super) struct Observed {
    pub(super) seen: Seen,
    /// The traces that match.
    pub(super) listing: Listing,
    /// The one that was asked for by its id, whether it matches or not.
    pub(super) trace: Option<Trace>,
    pub(super) failed: Failed,
    pub(super) hints: Vec<String>,
}

impl Question<'_> {
    /// Asks once. What may still grow is not counted yet: that costs more, and changes nothing about what is there already.
    pub(super) async fn ask(&self, sources: &Sources, now: Time) -> Result<Observed, Failure> {
        if let Some(id) = self.trace {
            return self.one(sources, id, now).await;
        }
        let mut observed = self.all(sources).await?;
        self.hold_back(&mut observed, sources, now).await;
        Ok(observed)
    }

    /// Counts the traces that may still grow and then match, when nothing else is left to wait for.
    pub(super) async fn count_growing(&self, observed: &mut Observed, sources: &Sources, now: Time) {
        if self.trace.is_none() {
            let failed = self.growing(observed, sources, now).await;
            ask::also_failed(&mut observed.failed, failed);
        }
    }

    fn filter(&self) -> Option<&Expr> {
        self.query.filter.as_ref()
    }

    async fn all(&self, sources: &Sources) -> Result<Observed, Failure> {
        // A trace without a root is one, too.
        let any = Expr::Select(SpanExpr::Any);
        let every = self.filter().is_none() && sources.list_by_roots();
        let query = if every { &Query { filter: Some(any), ..self.query.clone() } } else { self.query };
        let answer = sources.list(query).await;
        let is_refused =
            |error: &BackendError| matches!(error, BackendError::Remote(remote) if remote.kind == Trouble::Question);
        // What makes no sense will make none the next time either.
        if answer.failed.iter().any(|(_, error)| is_refused(error)) {
            let refused = answer.failed.into_iter().find(|(_, error)| is_refused(error));
            return Err(ask::unanswered(Vec::from_iter(refused), "it is no question"));
        }
        let silent = answer.failed.len() + sources.unopened.len();
        let seen = Seen { matching: answer.value.traces.len(), growing: 0, silent, left_out: answer.value.left_out };
        Ok(Observed { seen, listing: answer.value, failed: answer.failed, ..Observed::default() })
    }

    /// The same of one trace, that is found by its id.
    async fn one(&self, sources: &Sources, id: &str, now: Time) -> Result<Observed, Failure> {
        let mut observed = Observed::default();
        let mut will_match = Some(false);
        match find::trace(sources, id).await {
            Ok(Found { trace, failed }) => {
                let summary = trace.summary();
                // What a backend holds back is as open as what has not arrived.
                let open = !trace.truncated.is_empty() || assertion::may_grow(&summary, self.settle, now);
                will_match = assertion::will_match(self.filter(), &trace, open);
                observed.listing.traces.extend((will_match == Some(true)).then_some(summary));
                observed.trace = Some(trace);
                observed.failed = failed;
            }
            // Not there is an answer: the trace may yet come.
            Err(failure) if failure.exit() == Exit::No => observed.hints = failure.hints().to_vec(),
            Err(failure) => return Err(failure),
        }
        observed.seen = Seen {
            matching: observed.listing.traces.len(),
            growing: usize::from(will_match.is_none()),
            silent: sources.unopened.len() + observed.failed.len(),
            left_out: false,
        };
        Ok(observed)
    }

    /// Takes back the matches that what is still to come of them may refute, as of "at most so many spans".
    async fn hold_back(&self, observed: &mut Observed, sources: &Sources, now: Time) {
        let Some(filter) = self.filter() else { return };
        let traces = &mut observed.listing.traces;
        let before = traces.len();
        let refutable = filter.is_refutable();
        if refutable {
            traces.retain(|summary| !has(summary, |evidence| matches!(evidence, Evidence::Truncated(_))));
            observed.seen.left_out |= traces.len() < before;
        }
        let open =
            |summary: &&TraceSummary| assertion::may_grow(summary, self.settle, now) && (refutable || may_change(summary));
        let ids: Vec<TraceId> = traces.iter().filter(open).map(|summary| summary.id.clone()).collect();
        if !ids.is_empty() {
            let fetched = sources.fetch_many(&ids).await.value;
            let stay = fetched.iter().filter(|trace| filter.foresee(trace) == Some(true)).map(Trace::id);
            let mut goes: HashSet<&TraceId> = ids.iter().collect();
            for id in stay {
                goes.remove(id);
            }
            traces.retain(|summary| !goes.contains(&summary.id));
        }
        observed.seen.matching = traces.len();
        // No more were looked for than would have decided it.
        observed.seen.left_out |= observed.listing.more && observed.seen.matching < before;
    }

    /// Counts the traces that are open, and answers who could not tell. What else cannot be told about them is noted as well. Those that
    /// match for sure and are not among the listed ones came since, or are not listed before their root is there.
    async fn growing(&self, observed: &mut Observed, sources: &Sources, now: Time) -> Failed {
        let since = now.saturating_add(-self.settle);
        let lately = sources.arrived(self.query.range, since, &HashSet::new()).await;
        let seen = &mut observed.seen;
        seen.silent = seen.silent.max(lately.failed.len() + sources.unopened.len());
        seen.left_out |= lately.value.left_out;
        let Arrived { traces, whole, .. } = lately.value;
        let in_question = |summary: &&TraceSummary| {
            assertion::counts(self.expected, summary, self.begun) && assertion::may_grow(summary, self.settle, now)
        };
        let (here, elsewhere): (Vec<TraceId>, Vec<TraceId>) =
            traces.iter().filter(in_question).map(|summary| summary.id.clone()).partition(|id| whole.contains_key(id));
        let fetched = if elsewhere.is_empty() || elsewhere.len() > MOST_FETCHED {
            Vec::new()
        } else {
            sources.fetch_many(&elsewhere).await.value
        };
        let is_listed = |id: &TraceId| observed.listing.traces.iter().any(|summary| summary.id == *id);
        let decided = |trace: &&Trace| match assertion::will_match(self.filter(), trace, true) {
            Some(true) => is_listed(trace.id()),
            Some(false) => true,
            None => false,
        };
        let decided = here.iter().filter_map(|id| whole.get(id)).chain(&fetched).filter(decided).count();
        seen.growing = (here.len() + elsewhere.len()).saturating_sub(decided);
        lately.failed
    }
}

fn has(summary: &TraceSummary, what: impl Fn(&Evidence) -> bool) -> bool {
    summary.evidence.iter().any(what)
}

/// Whether spans that are there may turn out to be something else: they still run, or X-Ray's readers have yet to put them together.
fn may_change(summary: &TraceSummary) -> bool {
    has(summary, |evidence| matches!(evidence, Evidence::Running(_) | Evidence::Partial))
        || summary.id.spelling() == crate::model::Spelling::XRay
}
