//! `assert`: a verdict with three values, for scripts and CI.

mod words;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::ask::{self, Failed};
use super::browse::{self, Page};
use super::find::{self, Found};
use super::signals::{Stop, interrupted};
use super::{Context, verdict};
use crate::analysis::assertion::{self, Expected, Seen, Verdict};
use crate::backend::{Arrived, BackendError, Listing, Sources, Trouble};
use crate::cli::AssertArgs;
use crate::cli::assert::AssertFormat;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::time::Nanos;
use crate::model::{Evidence, Time, Trace, TraceId, TraceSummary};
use crate::query::{Expr, Query, SpanExpr};
use crate::render::{json, units};
use crate::ui::Ui;

/// How often it is looked whether a backend on this machine may have another answer by now.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often backends on the network are asked at first, and at last: X-Ray bills every trace that it scans.
const ASK_EVERY: Duration = Duration::from_secs(2);
const ASK_EVERY_AT_LAST: Duration = Duration::from_secs(10);
/// Among how many of the newest traces the nearest misses are looked for.
const LOOK_FOR_MISSES: usize = 50;

/// Asks until there is a verdict or the time is up.
pub(crate) async fn run(args: &AssertArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut stop = Stop::listen()?;
    // Also while somebody is asked who may never answer.
    interrupted(&mut stop, Box::pin(asserted(args, context, ui))).await.unwrap_or_else(|| Err(Failure::interrupted()))
}

async fn asserted(args: &AssertArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let expected = expected(args);
    let begun = Instant::now();
    let deadline = begun + if args.explain { Duration::ZERO } else { args.wait.unwrap_or_default() };
    let mut sources = opened(deadline, context, ui).await?;
    sources.attend_to(filter.as_ref());
    let range = ask::window(context)?.for_sources(&sources);
    let query = Query { range, filter, limit: expected.enough() };
    if args.explain {
        return ask::explain(&sources, &query, ui);
    }
    let mut asked_at = None;
    let mut pause = sources.pace().unwrap_or(ASK_EVERY);
    let mut ask_again = begun + pause;
    let (verdict, observed) = loop {
        let late = Instant::now() >= deadline;
        let change = sources.change();
        let remote = sources.are_remote() && Instant::now() >= ask_again;
        // Asking the same store again gives the same answer.
        if late || remote || asked_at.as_ref() != Some(&change) {
            asked_at = Some(change);
            let observed = match &args.trace {
                Some(id) => one(&sources, id, &query).await,
                None => all(&sources, &query).await,
            };
            match observed {
                // Who fails now may answer before the time is up.
                Err(failure) if !late && failure.exit() == Exit::Unknown => {}
                Err(failure) => return Err(failure),
                Ok(mut observed) => {
                    observed.hold_back(&query, settle(&sources), (context.clock)());
                    if let Some(verdict) = assertion::settled(expected, observed.seen) {
                        break (verdict, observed);
                    }
                    if late {
                        observed.note_growing(&sources, &query, args.trace.is_some(), context).await;
                        break (assertion::judge(expected, observed.seen), observed);
                    }
                }
            }
            if remote {
                pause = (pause * 3 / 2).min(ASK_EVERY_AT_LAST.max(sources.pace().unwrap_or_default()));
            }
            ask_again = Instant::now() + pause;
        }
        if sources.opened.is_empty() && !late {
            until_there_may_be_more(deadline, context).await;
            sources = opened(deadline, context, ui).await?;
            sources.attend_to(query.filter.as_ref());
        } else {
            tokio::time::sleep(LOOK_EVERY.min(deadline.saturating_duration_since(Instant::now()))).await;
        }
    };
    ask::report(&observed.failed, ui);
    for note in &observed.listing.notes {
        ui.warn(note);
    }
    let text = words::sentence(verdict, expected, &observed, args, &query, context);
    match args.output {
        AssertFormat::Json => ui.out(&json::verdict(verdict, &text, &observed.listing.traces))?,
        AssertFormat::Text => {
            // How long it took is no part of the answer, which is the same for the same traces.
            let took = i128::try_from(begun.elapsed().as_nanos()).unwrap_or_default();
            let after = args.wait.map_or_else(String::new, |_| format!(", after {}", units::duration(took, ui.is_ascii())));
            ui.verdict(&format!("{text}{after}"), verdict == Verdict::Holds);
        }
    }
    if args.open {
        open(&observed.listing.traces, ui);
    }
    let missed = verdict != Verdict::Holds && observed.seen.matching < expected.min;
    let mut link = observed.listing.traces.first().and_then(|first| first.link.clone());
    if missed {
        link = nearest(&sources, &query, args.trace.is_some(), observed.trace, context, ui).await.or(link);
    }
    if let Some(link) = link.filter(|_| args.output == AssertFormat::Text) {
        ui.detail(&ask::safe(&format!("see {link}"), ui));
    }
    for hint in observed.hints.iter().filter(|_| missed) {
        ui.hint(hint);
    }
    Ok(verdict::exit(verdict))
}

/// Opens the first trace that matches in the browser.
fn open(matching: &[TraceSummary], ui: &mut Ui) {
    match matching.first() {
        Some(first) => {
            let page = Page { trace: &first.id, backends: &first.backends, link: first.link.as_deref() };
            browse::open([page], ui);
        }
        None => ui.note("no trace matches, so none is opened"),
    }
}

/// Opens the backends. One that cannot be opened yet may be before the time is up.
async fn opened(deadline: Instant, context: &Context, ui: &mut Ui) -> Result<Sources, Failure> {
    loop {
        match ask::open(context, ui).await {
            Err(failure) if failure.exit() == Exit::Unknown && Instant::now() < deadline => {
                until_there_may_be_more(deadline, context).await;
            }
            answer => return answer,
        }
    }
}

/// Waits until opening again may open more: a store comes at any time, and AWS is set up by hand.
async fn until_there_may_be_more(deadline: Instant, context: &Context) {
    let every = if context.settings.xray.hinted { ASK_EVERY } else { LOOK_EVERY };
    let until = deadline.min(Instant::now() + every);
    let was_there = context.settings.store.exists();
    while Instant::now() < until && (was_there || !context.settings.store.exists()) {
        tokio::time::sleep(LOOK_EVERY.min(until.saturating_duration_since(Instant::now()))).await;
    }
}

fn expected(args: &AssertArgs) -> Expected {
    match (&args.count, args.absent) {
        (Some(count), _) => Expected { min: bounded(count.min()), max: count.max().map(bounded) },
        (None, true) => Expected::NONE,
        (None, false) => Expected::SOME,
    }
}

/// More traces than fit into memory are as good as any other number that is never reached.
fn bounded(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// What one round of asking came to.
#[derive(Default)]
struct Observed {
    seen: Seen,
    /// The traces that match.
    listing: Listing,
    /// The one that was asked for by its id, whether it matches or not.
    trace: Option<Trace>,
    failed: Failed,
    hints: Vec<String>,
}

impl Observed {
    /// Takes back the matches that what is missing of them may yet refute, as of "at most so many spans".
    fn hold_back(&mut self, query: &Query, settle: Nanos, now: Time) {
        if !query.filter.as_ref().is_some_and(Expr::is_refutable) {
            return;
        }
        let before = self.listing.traces.len();
        let truncated =
            |summary: &TraceSummary| summary.evidence.iter().any(|evidence| matches!(evidence, Evidence::Truncated(_)));
        self.seen.left_out |= self.listing.traces.iter().any(truncated);
        self.listing.traces.retain(|summary| !truncated(summary) && !assertion::may_grow(summary, settle, now));
        self.seen.matching = self.listing.traces.len();
        // No more were looked for than would have decided it.
        self.seen.left_out |= self.listing.more && self.seen.matching < before;
    }

    /// Counts the traces that do not match and may still grow, when the time is up.
    async fn note_growing(&mut self, sources: &Sources, query: &Query, one: bool, context: &Context) {
        if one {
            let grows = |trace: &Trace| may_grow_into(trace, query, settle(sources), context);
            self.seen.growing = usize::from(self.trace.as_ref().is_some_and(grows));
        } else {
            let failed = growing(sources, query, &self.listing, context, &mut self.seen).await;
            ask::also_failed(&mut self.failed, failed);
        }
    }
}

async fn all(sources: &Sources, query: &Query) -> Result<Observed, Failure> {
    // A trace without a root is one, too.
    let any = Expr::Select(SpanExpr::Any);
    let every = query.filter.is_none() && sources.list_by_roots();
    let query = if every { &Query { filter: Some(any), ..query.clone() } } else { query };
    let answer = sources.list(query).await;
    let is_refused = |error: &BackendError| matches!(error, BackendError::Remote(remote) if remote.kind == Trouble::Question);
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
async fn one(sources: &Sources, id: &str, query: &Query) -> Result<Observed, Failure> {
    let mut observed = Observed::default();
    match find::trace(sources, id).await {
        Ok(Found { trace, failed }) => {
            observed.listing.traces.extend(satisfies(&trace, query).then(|| trace.summary()));
            observed.trace = Some(trace);
            observed.failed = failed;
        }
        // Not there is an answer: the trace may yet come.
        Err(failure) if failure.exit() == Exit::No => observed.hints = failure.hints().to_vec(),
        Err(failure) => return Err(failure),
    }
    observed.seen = Seen {
        matching: observed.listing.traces.len(),
        silent: sources.unopened.len() + observed.failed.len(),
        left_out: observed.trace.as_ref().is_some_and(|trace| !trace.truncated.is_empty()),
        ..Seen::default()
    };
    Ok(observed)
}

fn satisfies(trace: &Trace, query: &Query) -> bool {
    query.filter.as_ref().is_none_or(|filter| filter.matches(trace).is_some())
}

/// Whether it does, and will whatever else arrives of it.
fn surely_satisfies(trace: &Trace, query: &Query) -> bool {
    satisfies(trace, query) && !query.filter.as_ref().is_some_and(Expr::is_refutable)
}

/// How long an incomplete trace may be silent before nothing more is expected of it.
fn settle(sources: &Sources) -> Nanos {
    if sources.are_remote() { assertion::SETTLE_REMOTE } else { assertion::SETTLE }
}

/// Whether a trace does not match, but is visibly incomplete and may still grow.
fn may_grow_into(trace: &Trace, query: &Query, settle: Nanos, context: &Context) -> bool {
    assertion::may_grow(&trace.summary(), settle, (context.clock)()) && !surely_satisfies(trace, query)
}

/// Counts the traces that are so, and answers who could not tell. What else cannot be told about them is noted as well. Those that
/// satisfy it and are not among the listed ones came since, or are not listed before their root is there.
async fn growing(sources: &Sources, query: &Query, listed: &Listing, context: &Context, seen: &mut Seen) -> Failed {
    let now = (context.clock)();
    let settle = settle(sources);
    let lately = sources.arrived(query.range, now.saturating_add(-settle), &HashSet::new()).await;
    seen.silent = seen.silent.max(lately.failed.len() + sources.unopened.len());
    seen.left_out |= lately.value.left_out;
    let Arrived { traces, whole, .. } = lately.value;
    let may_grow = |summary: &&TraceSummary| assertion::may_grow(summary, settle, now);
    let (here, elsewhere): (Vec<TraceId>, Vec<TraceId>) =
        traces.iter().filter(may_grow).map(|summary| summary.id.clone()).partition(|id| whole.contains_key(id));
    let fetched = if elsewhere.is_empty() { Vec::new() } else { sources.fetch_many(&elsewhere).await.value };
    let is_listed = |trace: &&Trace| listed.traces.iter().any(|summary| summary.id == *trace.id());
    let counted = |trace: &&Trace| surely_satisfies(trace, query) && is_listed(trace);
    let satisfied = here.iter().filter_map(|id| whole.get(id)).chain(&fetched).filter(counted).count();
    seen.growing = (here.len() + elsewhere.len()).saturating_sub(satisfied);
    lately.failed
}

/// Says which spans came nearest, with what they lacked: in the trace that was asked for, or else among the newest. Answers where
/// that trace can be looked at.
async fn nearest(
    sources: &Sources,
    query: &Query,
    one: bool,
    only: Option<Trace>,
    context: &Context,
    ui: &mut Ui,
) -> Option<String> {
    let filter = query.filter.as_ref()?;
    let mut traces = Vec::from_iter(only);
    if !one {
        let newest = sources.list(&Query { filter: None, limit: LOOK_FOR_MISSES, range: query.range }).await;
        let ids: Vec<TraceId> = newest.value.traces.iter().map(|summary| summary.id.clone()).collect();
        traces.extend(sources.fetch_many(&ids).await.value);
    }
    let nearest = verdict::say_nearest(filter, &traces, context, ui);
    nearest.or(traces.first().filter(|_| one)).and_then(|trace| trace.link.clone())
}
