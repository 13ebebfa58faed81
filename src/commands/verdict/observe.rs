//! One round of asking: how many traces match, and of how many that is open.

use std::collections::HashSet;

use super::super::ask::{self, Failed};
use super::super::find::{self, Found};
use super::case::{Case, Part, Which};
use super::round::{self, Round};
use crate::analysis::assertion::{self, Expected, Seen, Silence};
use crate::backend::Listing;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::{Evidence, Spelling, Time, Trace, TraceId, TraceSummary};
use crate::query::{Expr, Query, SpanExpr};

/// So many traces that may still grow are fetched at most, to see what they may grow into; of more it is open.
const MOST_FETCHED: usize = 200;

/// One thing that is expected, and under which assumptions.
pub(super) struct Question<'a> {
    pub(super) part: &'a Part,
    /// Which traces it is about.
    pub(super) which: &'a Which,
    /// When it was first asked.
    pub(super) begun: Time,
    /// Since when something must have arrived of a trace that is new to the answer, where there was none before.
    pub(super) since: Option<Time>,
    /// When nothing more is expected of a trace.
    pub(super) silence: Silence,
}

/// What one round of asking came to.
#[derive(Default)]
pub(in super::super) struct Observed {
    pub(super) seen: Seen,
    /// The traces that match.
    pub(super) listing: Listing,
    /// The one trace that it is about, whether it matches or not.
    pub(super) trace: Option<Trace>,
    /// For a check: the traces that match and will not grow any more, newest first.
    pub(super) whole: Vec<Trace>,
    pub(in super::super) failed: Failed,
    pub(super) hints: Vec<String>,
    /// Why nothing could be observed.
    pub(super) trouble: Option<String>,
}

impl Observed {
    /// Nobody could say anything.
    pub(super) fn nothing(failure: &Failure) -> Self {
        let seen = Seen { silent: 1, ..Seen::default() };
        Self { seen, hints: failure.hints().to_vec(), trouble: Some(failure.message()), ..Self::default() }
    }
}

impl<'a> Question<'a> {
    pub(super) fn new(case: &'a Case, part: &'a Part, begun: Time, since: Option<Time>, silence: Silence) -> Self {
        Self { part, which: &case.which, begun, since, silence }
    }

    /// Asks once. What may still grow is not counted yet: that costs more, and changes nothing about what is there already.
    pub(super) async fn ask(&self, round: &mut Round<'_>) -> Result<Observed, Failure> {
        match self.which {
            Which::Id(id) => match find::trace(round.sources, id).await {
                Ok(found) => Ok(self.one(found, round)),
                // Not there is an answer: the trace may yet come.
                Err(failure) if failure.exit() == Exit::No => {
                    let seen = Seen { silent: round.sources.unopened.len(), ..Seen::default() };
                    Ok(Observed { seen, hints: failure.hints().to_vec(), ..Observed::default() })
                }
                Err(failure) => Err(failure),
            },
            Which::Newest => self.newest(round).await,
            Which::All => {
                let mut observed = self.all(round).await?;
                self.hold_back(&mut observed, round).await;
                Ok(observed)
            }
        }
    }

    /// Reads the traces that match, for a check of what is whole. What is open of them is counted.
    pub(super) async fn read(&self, observed: &mut Observed, round: &mut Round<'_>) {
        if *self.which == Which::All {
            let ids: Vec<TraceId> = observed.listing.traces.iter().map(|summary| summary.id.clone()).collect();
            ask::also_failed(&mut observed.failed, round.fetch_many(&ids).await);
            observed.whole = ids.iter().filter_map(|id| round.trace(id)).cloned().collect();
            observed.seen.left_out |= observed.whole.len() < ids.len();
        } else if observed.seen.matching > 0 {
            observed.whole.extend(observed.trace.clone());
        }
        observed.seen.left_out |= observed.whole.iter().any(|trace| !trace.truncated.is_empty());
        observed.whole.retain(|trace| !self.silence.may_grow(&trace.summary(), round.now));
        // Whoever began later is not waited for, as long as there is one that did not.
        let counts = |summary: &&TraceSummary| observed.whole.is_empty() || summary.start <= self.begun;
        let whole: HashSet<&TraceId> = observed.whole.iter().map(Trace::id).collect();
        let open = observed.listing.traces.iter().filter(|summary| !whole.contains(&summary.id)).filter(counts).count();
        observed.seen.growing += open;
    }

    /// The newest trace that matches for sure, be it whole or not.
    pub(super) async fn newest_match<'r>(&self, observed: &'r Observed, round: &'r mut Round<'_>) -> Option<&'r Trace> {
        let newest = &observed.listing.traces.first()?.id;
        if let Some(trace) = &observed.trace {
            return Some(trace);
        }
        round.fetch_many(std::slice::from_ref(newest)).await;
        round.trace(newest)
    }

    /// Counts the traces that may still grow and then match, when nothing else is left to wait for.
    pub(super) async fn count_growing(&self, observed: &mut Observed, round: &mut Round<'_>) {
        if *self.which == Which::All {
            let failed = self.growing(observed, round).await;
            ask::also_failed(&mut observed.failed, failed);
        }
    }

    fn filter(&self) -> Option<&Expr> {
        self.part.query.filter.as_ref()
    }

    async fn all(&self, round: &mut Round<'_>) -> Result<Observed, Failure> {
        // A trace without a root is one, too.
        let any = Expr::Select(SpanExpr::Any);
        let every = self.filter().is_none() && round.sources.list_by_roots();
        let query = &self.part.query;
        let query = if every { &Query { filter: Some(any), ..query.clone() } } else { query };
        let mut answer = match self.since {
            Some(since) => round.list_since(query, since).await,
            None => round.list(query).await,
        };
        // What makes no sense will make none the next time either.
        if let Some(refused) = answer.failed.iter().position(|(_, error)| round::is_refused(error)) {
            return Err(ask::unanswered(vec![answer.failed.swap_remove(refused)], "it is no question"));
        }
        let silent = answer.silent + round.sources.unopened.len();
        let seen = Seen { matching: answer.listing.traces.len(), growing: 0, silent, left_out: answer.listing.left_out };
        Ok(Observed { seen, listing: answer.listing, failed: answer.failed, ..Observed::default() })
    }

    /// The newest of all traces, whether it matches or not.
    async fn newest(&self, round: &mut Round<'_>) -> Result<Observed, Failure> {
        let any = Expr::Select(SpanExpr::Any);
        let query = Query { filter: round.sources.list_by_roots().then_some(any), limit: 1, ..self.part.query.clone() };
        let answer = round.list(&query).await;
        let silent = answer.silent + round.sources.unopened.len();
        let Some(newest) = answer.listing.traces.first().map(|summary| summary.id.clone()) else {
            let seen = Seen { silent, left_out: answer.listing.left_out, ..Seen::default() };
            return Ok(Observed { seen, listing: answer.listing, failed: answer.failed, ..Observed::default() });
        };
        // Somebody else may have a newer one.
        if silent > 0 || answer.listing.left_out {
            let seen = Seen { matching: 0, growing: 1, silent, left_out: answer.listing.left_out };
            return Ok(Observed { seen, failed: answer.failed, ..Observed::default() });
        }
        let mut failed = answer.failed;
        ask::also_failed(&mut failed, round.fetch_many(std::slice::from_ref(&newest)).await);
        match round.trace(&newest) {
            Some(trace) => Ok(self.one(Found { trace: trace.clone(), failed }, round)),
            None => Err(ask::unanswered(failed, "the newest trace is listed, and nobody gives it")),
        }
    }

    /// What is seen of one trace.
    fn one(&self, found: Found, round: &Round<'_>) -> Observed {
        let Found { trace, failed } = found;
        // What a backend holds back is as open as what has not arrived.
        let held_back = !trace.truncated.is_empty();
        let may_grow = self.silence.may_grow(&trace.summary(), round.now);
        let will_match = assertion::will_match(self.filter(), &trace, held_back || may_grow);
        let mut observed = Observed { failed, ..Observed::default() };
        observed.listing.traces.extend((will_match == Some(true)).then(|| trace.summary()));
        observed.trace = Some(trace);
        observed.seen = Seen {
            matching: observed.listing.traces.len(),
            growing: usize::from(will_match.is_none() && may_grow),
            silent: round.sources.unopened.len() + observed.failed.len(),
            left_out: will_match.is_none() && held_back,
        };
        observed
    }

    /// Takes back the matches that what is still to come of them may refute, as of "at most so many spans".
    async fn hold_back(&self, observed: &mut Observed, round: &mut Round<'_>) {
        let Some(filter) = self.filter() else { return };
        let traces = &mut observed.listing.traces;
        let before = traces.len();
        let refutable = filter.is_refutable();
        if refutable {
            traces.retain(|summary| !has(summary, |evidence| matches!(evidence, Evidence::Truncated(_))));
            observed.seen.left_out |= traces.len() < before;
        }
        let open = |summary: &&TraceSummary| self.silence.may_grow(summary, round.now) && (refutable || may_change(summary));
        let ids: Vec<TraceId> = traces.iter().filter(open).map(|summary| summary.id.clone()).collect();
        round.fetch_many(&ids).await;
        let goes = |id: &&TraceId| round.trace(id).is_none_or(|trace| filter.foresee(trace) != Some(true));
        let goes: HashSet<&TraceId> = ids.iter().filter(goes).collect();
        traces.retain(|summary| !goes.contains(&summary.id));
        let held_back = traces.len() < before;
        observed.seen.matching = traces.len();
        // No more were looked for than would have decided it.
        observed.seen.left_out |= observed.listing.more && observed.seen.matching < before;
        drop(goes);
        round.held_back |= held_back;
    }

    /// Counts the traces that are open, and answers who could not tell. What else cannot be told about them is noted as well. Those that
    /// match for sure and are not among the listed ones came since, or are not listed before their root is there.
    async fn growing(&self, observed: &mut Observed, round: &mut Round<'_>) -> Failed {
        let (now, since) = (round.now, round.now.saturating_add(-self.silence.settle));
        let unopened = round.sources.unopened.len();
        let lately = round.arrived(self.part.query.range, since).await;
        let seen = &mut observed.seen;
        seen.silent = seen.silent.max(lately.silent + unopened);
        seen.left_out |= lately.arrived.left_out;
        let failed = std::mem::take(&mut lately.failed);
        let in_question = |summary: &&TraceSummary| {
            let expected = if self.part.check.is_some() { Expected::NONE } else { self.part.expected };
            assertion::counts(expected, summary, self.begun) && self.silence.may_grow(summary, now)
        };
        let listed: HashSet<&TraceId> = observed.listing.traces.iter().map(|summary| &summary.id).collect();
        let is_decided = |trace: &Trace| match assertion::will_match(self.filter(), trace, true) {
            Some(true) => listed.contains(trace.id()),
            Some(false) => true,
            None => false,
        };
        let (mut open, mut elsewhere) = (0, Vec::new());
        for summary in lately.arrived.traces.iter().filter(in_question) {
            match lately.arrived.whole.get(&summary.id) {
                Some(trace) => open += usize::from(!is_decided(trace)),
                None => elsewhere.push(summary.id.clone()),
            }
        }
        if elsewhere.len() <= MOST_FETCHED {
            round.fetch_many(&elsewhere).await;
            elsewhere.retain(|id| round.trace(id).is_none_or(|trace| !is_decided(trace)));
        }
        seen.growing += open + elsewhere.len();
        failed
    }
}

fn has(summary: &TraceSummary, what: impl Fn(&Evidence) -> bool) -> bool {
    summary.evidence.iter().any(what)
}

/// Whether spans that are there may turn out to be something else: they still run, or X-Ray's readers have yet to put them together.
fn may_change(summary: &TraceSummary) -> bool {
    has(summary, |evidence| matches!(evidence, Evidence::Running(_) | Evidence::Partial))
        || summary.id.spelling() == Spelling::XRay
}
