//! `assert`: a verdict with three values, for scripts and CI.

use std::time::{Duration, Instant};

use super::signals::interrupted;
use super::{Context, ask, find, verdict};
use crate::analysis::assertion::{self, Expected, Seen, Verdict};
use crate::backend::{Listing, Sources};
use crate::cli::AssertArgs;
use crate::cli::assert::AssertFormat;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::TraceId;
use crate::query::Query;
use crate::render::{json, units};
use crate::ui::Ui;

/// How often the backends are asked while waiting. All that are asked now are on this machine.
const ASK_EVERY: Duration = Duration::from_millis(50);
/// Among how many of the newest traces the nearest misses are looked for.
const LOOK_FOR_MISSES: usize = 50;

/// Asks until there is a verdict or the time is up.
pub(crate) async fn run(args: &AssertArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let expected = expected(args);
    let mut sources = ask::open(context)?;
    let range = ask::window(context)?.for_sources(&sources);
    let query = Query { range, filter, limit: expected.enough() };
    if args.explain {
        return ask::explain(&sources, &query, ui);
    }
    let begun = Instant::now();
    let deadline = begun + args.wait.unwrap_or_default();
    let mut asked_at = None;
    let (verdict, observed) = loop {
        let late = Instant::now() >= deadline;
        let change = sources.change();
        // Asking the same store again gives the same answer.
        if late || asked_at.as_ref() != Some(&change) {
            asked_at = Some(change);
            let mut observed = match &args.trace {
                Some(id) => one(&sources, id, &query, ui).await?,
                None => all(&sources, &query).await,
            };
            if let Some(verdict) = assertion::settled(expected, observed.seen) {
                break (verdict, observed);
            }
            if late {
                observed.seen.growing = growing(&sources, &query, args.trace.as_deref(), context).await;
                break (assertion::judge(expected, observed.seen), observed);
            }
        }
        if interrupted(tokio::time::sleep(ASK_EVERY)).await.is_none() {
            return Err(Failure::interrupted());
        }
        if sources.0.is_empty() {
            sources = ask::open(context)?;
        }
    };
    for warning in &observed.warnings {
        ui.warn(warning);
    }
    let text = sentence(verdict, expected, &observed, &query, begun.elapsed());
    match args.output {
        AssertFormat::Json => ui.out(&json::verdict(verdict, &text, &observed.listing.traces))?,
        AssertFormat::Text => ui.verdict(&text, verdict == Verdict::Holds),
    }
    if verdict != Verdict::Holds && observed.seen.matching < expected.min {
        nearest(&sources, &query, context, ui).await;
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
struct Observed {
    seen: Seen,
    listing: Listing,
    warnings: Vec<String>,
}

async fn all(sources: &Sources, query: &Query) -> Observed {
    let answer = sources.list(query).await;
    let warnings = answer.failed.iter().map(|(name, error)| format!("{name} did not answer: {error}")).collect();
    let seen = Seen { matching: answer.value.traces.len(), growing: 0, silent: answer.failed.len() };
    Observed { seen, listing: answer.value, warnings }
}

/// The same of one trace, that is found by its id.
async fn one(sources: &Sources, id: &str, query: &Query, ui: &mut Ui) -> Result<Observed, Failure> {
    let mut listing = Listing::default();
    match find::trace(sources, id, ui).await {
        Ok(trace) => {
            let matches = query.filter.as_ref().is_none_or(|filter| filter.matches(&trace).is_some());
            listing.traces.extend(matches.then(|| trace.summary()));
        }
        // Not there is an answer: the trace may yet come.
        Err(failure) if failure.exit() == Exit::No => {}
        Err(failure) => return Err(failure),
    }
    let seen = Seen { matching: listing.traces.len(), ..Seen::default() };
    Ok(Observed { seen, listing, warnings: Vec::new() })
}

/// How many traces that do not match are visibly incomplete and may still grow.
async fn growing(sources: &Sources, query: &Query, only: Option<&str>, context: &Context) -> usize {
    let now = (context.clock)();
    let everything = sources.list(&Query { range: query.range, filter: None, limit: usize::MAX }).await.value;
    let mut growing = 0;
    for summary in everything.traces.iter().filter(|summary| assertion::may_grow(summary, now)) {
        if only.is_some_and(|only| TraceId::parse(only).as_ref() != Ok(&summary.id)) {
            continue;
        }
        let trace = sources.fetch(&summary.id).await.value;
        let matches = trace.is_some_and(|trace| query.filter.as_ref().is_none_or(|filter| filter.matches(&trace).is_some()));
        growing += usize::from(!matches);
    }
    growing
}

fn sentence(verdict: Verdict, expected: Expected, observed: &Observed, query: &Query, took: Duration) -> String {
    let matching = observed.seen.matching;
    let found = match (matching, &query.filter) {
        (0, None) => "there is no trace".to_owned(),
        (count, None) => format!("there {} {}", if count == 1 { "is" } else { "are" }, units::plural(count, "trace", "traces")),
        (0, Some(filter)) => format!("no trace satisfies {filter}"),
        (count, Some(filter)) => {
            format!("{} {} {filter}", units::plural(count, "trace", "traces"), if count == 1 { "satisfies" } else { "satisfy" })
        }
    };
    let wanted = match (expected.min, expected.max) {
        (1, None) => String::new(),
        (_, Some(0)) => " (expected none)".to_owned(),
        (min, None) => format!(" (expected at least {min})"),
        (min, Some(max)) if min == max => format!(" (expected {min})"),
        (0, Some(max)) => format!(" (expected at most {max})"),
        (min, Some(max)) => format!(" (expected {min} to {max})"),
    };
    let took = units::duration(i128::try_from(took.as_nanos()).unwrap_or_default(), true);
    match verdict {
        Verdict::Holds => format!("holds: {found}{wanted}, after {took}"),
        Verdict::Fails => format!("does not hold: {found}{wanted}, after {took}"),
        Verdict::Unknown => {
            let why = if observed.seen.silent > 0 {
                "not every backend answered".to_owned()
            } else {
                format!("{} may still grow", units::plural(observed.seen.growing, "incomplete trace", "incomplete traces"))
            };
            format!("cannot tell: {found}{wanted}, but {why}, after {took}")
        }
    }
}

/// The spans that came nearest, with what they lacked.
async fn nearest(sources: &Sources, query: &Query, context: &Context, ui: &mut Ui) {
    let Some(filter) = &query.filter else { return };
    let newest = sources.list(&Query { filter: None, limit: LOOK_FOR_MISSES, range: query.range }).await;
    let mut traces = Vec::new();
    for summary in newest.value.traces {
        traces.extend(sources.fetch(&summary.id).await.value);
    }
    verdict::say_nearest(filter, &traces, context, ui);
}
