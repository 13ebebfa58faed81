//! `assert`: a verdict with three values, for scripts and CI.

mod observe;
mod words;

use std::time::{Duration, Instant};

use super::ask;
use super::browse::{self, Page};
use super::signals::{Stop, interrupted};
use super::{Context, verdict};
use crate::analysis::assertion::{self, Expected, Verdict};
use crate::backend::Sources;
use crate::cli::AssertArgs;
use crate::cli::assert::AssertFormat;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::{Nanos, TimeRange, Trace, TraceId, TraceSummary};
use crate::query::{Expr, Query, SpanExpr};
use crate::render::{json, units};
use crate::ui::Ui;

use observe::{Observed, Question};

/// How often it is looked whether a backend on this machine may have another answer by now.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often backends on the network are asked at first, and at last: X-Ray bills every trace that it scans.
const ASK_EVERY: Duration = Duration::from_secs(2);
const ASK_EVERY_AT_LAST: Duration = Duration::from_secs(10);
/// How often it is looked whether traces on this machine are no longer expected to grow.
const SETTLES_EVERY: Duration = Duration::from_millis(250);
/// Among how many of the newest traces the nearest misses are looked for.
const LOOK_FOR_MISSES: usize = 50;

/// Asks until there is a verdict or the time is up.
pub(crate) async fn run(args: &AssertArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut stop = Stop::listen()?;
    // Also while somebody is asked who may never answer.
    interrupted(&mut stop, Box::pin(asserted(args, context, ui))).await.unwrap_or_else(|| Err(Failure::interrupted()))
}

async fn asserted(args: &AssertArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let deadline = begun + if args.explain { Duration::ZERO } else { args.wait.unwrap_or_default() };
    let mut parts = parts(args, ui)?;
    let mut sources = opened(deadline, context, ui).await?;
    let range = ask::window(context)?.for_sources(&sources);
    for part in &mut parts {
        part.query.range = range;
    }
    if args.explain {
        for part in &parts {
            ask::explain(&sources, &part.query, ui)?;
        }
        return Ok(Exit::Yes);
    }
    let Judged { verdict, observed, part } = watched(&parts, &mut sources, (begun, deadline), args, context, ui).await?;
    ask::report(&observed.failed, ui);
    for note in &observed.listing.notes {
        ui.warn(note);
    }
    let text = words::sentence(verdict, part.expected, &observed, args, &part.query, context);
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
    let missed = verdict != Verdict::Holds && observed.seen.matching < part.expected.min;
    let mut link = observed.listing.traces.first().and_then(|first| first.link.clone());
    if missed {
        link = nearest(&sources, &part.query, args.trace.is_some(), observed.trace, context, ui).await.or(link);
    }
    if let Some(link) = link.filter(|_| args.output == AssertFormat::Text) {
        ui.detail(&ask::safe(&format!("see {link}"), ui));
    }
    for hint in observed.hints.iter().filter(|_| missed) {
        ui.hint(hint);
    }
    if verdict == Verdict::Unknown && observed.seen.growing > 0 {
        ui.hint(&words::settling(settle(&sources, args), args.wait));
    }
    Ok(verdict::exit(verdict))
}

/// One of the things that must all hold.
struct Part {
    query: Query,
    expected: Expected,
}

/// What decided it.
struct Judged<'a> {
    verdict: Verdict,
    observed: Observed,
    part: &'a Part,
}

/// What was asserted, about all of time.
fn parts(args: &AssertArgs, ui: &mut Ui) -> Result<Vec<Part>, Failure> {
    let part = |filter, expected: Expected| {
        let query = Query { range: TimeRange::ALL, filter, limit: expected.enough() };
        Part { query, expected }
    };
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let mut parts = vec![part(filter.clone(), expected(args))];
    if let Some(every) = ask::expression(args.every.as_deref(), ui)? {
        let of = filter.unwrap_or(Expr::Select(SpanExpr::Any));
        let Some(violation) = of.without(&every) else {
            let failure = Failure::usage(format!("--every asks each span that satisfies {of}, and cannot"));
            return Err(failure.hint("it can where these are spans of one selector, or below those of one: `{ a } >> { b }`"));
        };
        parts.push(part(Some(violation), Expected::NONE));
    }
    Ok(parts)
}

/// Asks until every part is decided, one of them fails or the time is up.
async fn watched<'a>(
    parts: &'a [Part],
    sources: &mut Sources,
    (begun, deadline): (Instant, Instant),
    args: &AssertArgs,
    context: &Context,
    ui: &mut Ui,
) -> Result<Judged<'a>, Failure> {
    let asked_first = (context.clock)();
    attend_to(parts, sources);
    let mut pace = Pace::new(sources, args.interval);
    let mut last = (None, begun);
    let mut done: Vec<Option<Judged<'_>>> = parts.iter().map(|_| None).collect();
    loop {
        let late = Instant::now() >= deadline;
        let settled = begun.elapsed().as_nanos() >= settle(sources, args).unsigned_abs();
        let change = sources.change();
        let remote = sources.are_remote() && pace.is_due();
        // Asking the same store again gives the same answer, until traces are no longer expected to grow.
        let new = last.0.as_ref() != Some(&change) || settled && last.1.elapsed() >= SETTLES_EVERY;
        if late || remote || new {
            last = (Some(change), Instant::now());
            for (part, done) in parts.iter().zip(&mut done).filter(|(_, done)| done.is_none()) {
                let Part { query, expected } = part;
                let settle = settle(sources, args);
                let question =
                    Question { query, expected: *expected, trace: args.trace.as_deref(), begun: asked_first, settle };
                let now = (context.clock)();
                let mut observed = match question.ask(sources, now).await {
                    // Who fails now may answer before the time is up.
                    Err(failure) if !late && failure.exit() == Exit::Unknown => continue,
                    observed => observed?,
                };
                let mut verdict = assertion::settled(*expected, observed.seen);
                if verdict.is_none() && (late || settled && expected.is_of_the_past()) {
                    question.count_growing(&mut observed, sources, now).await;
                    verdict = Some(assertion::judge(*expected, observed.seen));
                }
                *done = verdict.filter(|verdict| late || *verdict != Verdict::Unknown).map(|verdict| Judged {
                    verdict,
                    observed,
                    part,
                });
            }
            if let Some(decided) = decided(&mut done) {
                return Ok(decided);
            }
            pace.asked(remote);
        }
        if sources.opened.is_empty() && !late {
            until_there_may_be_more(deadline, context).await;
            *sources = opened(deadline, context, ui).await?;
            attend_to(parts, sources);
        } else {
            tokio::time::sleep(pace.look_every.min(deadline.saturating_duration_since(Instant::now()))).await;
        }
    }
}

/// The part that decides: one that fails, else, once all are done, one that cannot be told, else the first.
fn decided<'a>(done: &mut [Option<Judged<'a>>]) -> Option<Judged<'a>> {
    let with = |done: &[Option<Judged<'_>>], verdict| {
        done.iter().position(|part| part.as_ref().map(|part| part.verdict) == Some(verdict))
    };
    let place = match with(done, Verdict::Fails) {
        Some(fails) => fails,
        None if done.iter().any(Option::is_none) => return None,
        None => with(done, Verdict::Unknown).unwrap_or(0),
    };
    done[place].take()
}

fn attend_to(parts: &[Part], sources: &Sources) {
    sources.attend_to(parts.iter().filter_map(|part| part.query.filter.clone()).reduce(|a, b| Expr::all([a, b])).as_ref());
}

/// How long a trace may be silent before nothing more is expected of it.
fn settle(sources: &Sources, args: &AssertArgs) -> Nanos {
    match args.settle {
        Some(settle) => i128::try_from(settle.as_nanos()).unwrap_or(Nanos::MAX),
        None if sources.are_remote() => assertion::SETTLE_REMOTE,
        None => assertion::SETTLE,
    }
}

/// When backends on the network are asked again.
struct Pace {
    look_every: Duration,
    pause: Duration,
    most: Duration,
    due: Instant,
}

impl Pace {
    fn new(sources: &Sources, interval: Option<Duration>) -> Self {
        let least = sources.pace().unwrap_or_default();
        let pause = interval.unwrap_or(ASK_EVERY).max(least);
        let most = interval.unwrap_or(ASK_EVERY_AT_LAST).max(least);
        Self { look_every: interval.unwrap_or(LOOK_EVERY), pause, most, due: Instant::now() + pause }
    }

    fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// After asking: because it was due, ever less often.
    fn asked(&mut self, was_due: bool) {
        if was_due {
            self.pause = (self.pause * 3 / 2).min(self.most);
        }
        self.due = Instant::now() + self.pause;
    }
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
