//! `assert`: a verdict with three values, for scripts and CI.

use std::time::{Duration, Instant};

use super::signals::{Stop, interrupted};
use super::{Context, ask, find, verdict};
use crate::analysis::assertion::{self, Expected, Seen, Verdict};
use crate::backend::{Listing, Sources};
use crate::cli::AssertArgs;
use crate::cli::assert::AssertFormat;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::time::Nanos;
use crate::model::{TimeRange, Trace, TraceId, TraceSummary};
use crate::query::Query;
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
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let expected = expected(args);
    let mut sources = ask::open(context, ui).await?;
    let range = ask::window(context)?.for_sources(&sources);
    let query = Query { range, filter, limit: expected.enough() };
    if args.explain {
        return ask::explain(&sources, &query, ui);
    }
    let begun = Instant::now();
    let mut stop = Stop::listen()?;
    let deadline = begun + args.wait.unwrap_or_default();
    let mut asked_at = None;
    let mut pause = ASK_EVERY;
    let mut ask_again = begun + pause;
    let (verdict, observed) = loop {
        let late = Instant::now() >= deadline;
        let change = sources.change();
        let remote = sources.are_remote() && Instant::now() >= ask_again;
        // Asking the same store again gives the same answer.
        if late || remote || asked_at.as_ref() != Some(&change) {
            asked_at = Some(change);
            let mut observed = match &args.trace {
                Some(id) => one(&sources, id, &query, ui).await?,
                None => all(&sources, &query).await,
            };
            if let Some(verdict) = assertion::settled(expected, observed.seen) {
                break (verdict, observed);
            }
            if late {
                match &args.trace {
                    Some(_) => {
                        let settle = settle(&sources);
                        let grows = |trace: &Trace| may_grow_into(trace, &query, settle, context);
                        observed.seen.growing = usize::from(observed.trace.as_ref().is_some_and(grows));
                    }
                    None => growing(&sources, &query, context, &mut observed.seen).await,
                }
                break (assertion::judge(expected, observed.seen), observed);
            }
            if remote {
                pause = (pause * 3 / 2).min(ASK_EVERY_AT_LAST);
            }
            ask_again = Instant::now() + pause;
        }
        if interrupted(&mut stop, tokio::time::sleep(LOOK_EVERY.min(deadline.saturating_duration_since(Instant::now()))))
            .await
            .is_none()
        {
            return Err(Failure::interrupted());
        }
        if sources.opened.is_empty() {
            sources = ask::open(context, ui).await?;
        }
    };
    for warning in observed.warnings.iter().chain(&observed.listing.notes) {
        ui.warn(warning);
    }
    let text = sentence(verdict, expected, &observed, args, &query, context);
    match args.output {
        AssertFormat::Json => ui.out(&json::verdict(verdict, &text, &observed.listing.traces))?,
        AssertFormat::Text => {
            // How long it took is no part of the answer, which is the same for the same traces.
            let took = i128::try_from(begun.elapsed().as_nanos()).unwrap_or_default();
            let after = args.wait.map_or_else(String::new, |_| format!(", after {}", units::duration(took, ui.is_ascii())));
            ui.verdict(&format!("{text}{after}"), verdict == Verdict::Holds);
        }
    }
    if verdict != Verdict::Holds && observed.seen.matching < expected.min {
        nearest(&sources, &query, args.trace.is_some(), observed.trace, context, ui).await;
        for hint in &observed.hints {
            ui.hint(hint);
        }
    }
    Ok(verdict::exit(verdict))
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
    warnings: Vec<String>,
    hints: Vec<String>,
}

async fn all(sources: &Sources, query: &Query) -> Observed {
    let answer = sources.list(query).await;
    let warnings = answer.failed.iter().map(|(name, error)| format!("{name} did not answer: {error}")).collect();
    let silent = answer.failed.len() + sources.unopened;
    let seen = Seen { matching: answer.value.traces.len(), growing: 0, silent, left_out: answer.value.left_out };
    Observed { seen, listing: answer.value, warnings, ..Observed::default() }
}

/// The same of one trace, that is found by its id.
async fn one(sources: &Sources, id: &str, query: &Query, ui: &mut Ui) -> Result<Observed, Failure> {
    let mut observed = Observed::default();
    match find::trace(sources, id, ui).await {
        Ok(trace) => {
            observed.listing.traces.extend(satisfies(&trace, query).then(|| trace.summary()));
            observed.trace = Some(trace);
        }
        // Not there is an answer: the trace may yet come.
        Err(failure) if failure.exit() == Exit::No => observed.hints = failure.hints().to_vec(),
        Err(failure) => return Err(failure),
    }
    observed.seen = Seen {
        matching: observed.listing.traces.len(),
        silent: sources.unopened,
        left_out: observed.trace.as_ref().is_some_and(|trace| !trace.truncated.is_empty()),
        ..Seen::default()
    };
    Ok(observed)
}

fn satisfies(trace: &Trace, query: &Query) -> bool {
    query.filter.as_ref().is_none_or(|filter| filter.matches(trace).is_some())
}

/// How long an incomplete trace may be silent before nothing more is expected of it.
fn settle(sources: &Sources) -> Nanos {
    if sources.are_remote() { assertion::SETTLE_REMOTE } else { assertion::SETTLE }
}

/// Whether a trace does not match, but is visibly incomplete and may still grow.
fn may_grow_into(trace: &Trace, query: &Query, settle: Nanos, context: &Context) -> bool {
    assertion::may_grow(&trace.summary(), settle, (context.clock)()) && !satisfies(trace, query)
}

/// Counts the traces that are so. What cannot be told about them is noted as well.
async fn growing(sources: &Sources, query: &Query, context: &Context, seen: &mut Seen) {
    let now = (context.clock)();
    let settle = settle(sources);
    let lately = sources.arrived(query.range, now.saturating_add(-settle)).await;
    seen.silent = seen.silent.max(lately.failed.len() + sources.unopened);
    seen.left_out |= lately.value.left_out;
    let may_grow = |summary: &&TraceSummary| assertion::may_grow(summary, settle, now);
    let ids: Vec<TraceId> = lately.value.traces.iter().filter(may_grow).map(|summary| summary.id.clone()).collect();
    let traces = if ids.is_empty() { Vec::new() } else { sources.fetch_many(&ids).await.value };
    let satisfied = traces.iter().filter(|trace| satisfies(trace, query)).count();
    seen.growing = ids.len() - satisfied;
}

fn sentence(
    verdict: Verdict,
    expected: Expected,
    observed: &Observed,
    args: &AssertArgs,
    query: &Query,
    context: &Context,
) -> String {
    let found = match &args.trace {
        Some(typed) => of_one(typed, observed, query),
        None => of_all(observed, query),
    };
    let wanted = match (expected.min, expected.max) {
        (1, None) => String::new(),
        (_, Some(0)) => " (expected none)".to_owned(),
        (min, None) => format!(" (expected at least {min})"),
        (min, Some(max)) if min == max => format!(" (expected {min})"),
        (0, Some(max)) => format!(" (expected at most {max})"),
        (min, Some(max)) => format!(" (expected {min} to {max})"),
    };
    // Where something is missed, it matters where it was looked for.
    let everywhere = args.trace.is_some() || query.range == TimeRange::ALL;
    let window = &context.settings.window;
    let looked_at = match &window.until {
        _ if everywhere || assertion::settled(expected, observed.seen).is_some() => String::new(),
        None => format!(" with --since {}", window.since),
        Some(until) => format!(" with --since {} --until {until}", window.since),
    };
    let found = format!("{found}{looked_at}{wanted}");
    match verdict {
        Verdict::Holds => format!("holds: {found}"),
        Verdict::Fails => format!("does not hold: {found}"),
        Verdict::Unknown => {
            let why = if observed.seen.silent > 0 {
                "not every backend answered".to_owned()
            } else if observed.seen.left_out {
                "something that could not be read was left out".to_owned()
            } else {
                format!("{} may still grow", units::plural(observed.seen.growing, "incomplete trace", "incomplete traces"))
            };
            format!("cannot tell: {found}, but {why}")
        }
    }
}

/// What was found of the trace that was asked for.
fn of_one(typed: &str, observed: &Observed, query: &Query) -> String {
    match (&observed.trace, &query.filter) {
        (None, _) => format!("there is no trace `{typed}`"),
        (Some(trace), None) => format!("trace {} is there", trace.id()),
        (Some(trace), Some(filter)) if observed.seen.matching > 0 => format!("trace {} satisfies {filter}", trace.id()),
        (Some(trace), Some(filter)) => format!("trace {} does not satisfy {filter}", trace.id()),
    }
}

/// What was found among all traces.
fn of_all(observed: &Observed, query: &Query) -> String {
    let matching = observed.seen.matching;
    // No more are looked for than decide it.
    let least = if observed.listing.more { "at least " } else { "" };
    let counted = format!("{least}{}", units::plural(matching, "trace", "traces"));
    match (matching, &query.filter) {
        (0, None) => "there is no trace".to_owned(),
        (1, None) => format!("there is {counted}"),
        (_, None) => format!("there are {counted}"),
        (0, Some(filter)) => format!("no trace satisfies {filter}"),
        (1, Some(filter)) => format!("{counted} satisfies {filter}"),
        (_, Some(filter)) => format!("{counted} satisfy {filter}"),
    }
}

/// The spans that came nearest, with what they lacked: in the trace that was asked for, or else among the newest.
async fn nearest(sources: &Sources, query: &Query, one: bool, only: Option<Trace>, context: &Context, ui: &mut Ui) {
    let Some(filter) = &query.filter else { return };
    let mut traces = Vec::from_iter(only);
    if !one {
        let newest = sources.list(&Query { filter: None, limit: LOOK_FOR_MISSES, range: query.range }).await;
        let ids: Vec<TraceId> = newest.value.traces.iter().map(|summary| summary.id.clone()).collect();
        traces.extend(sources.fetch_many(&ids).await.value);
    }
    verdict::say_nearest(filter, &traces, context, ui);
}
