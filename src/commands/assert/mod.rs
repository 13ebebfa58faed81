//! `assert`: a verdict with three values, for scripts and CI.

mod case;
mod observe;
mod suite;
mod watch;
mod words;

use std::time::Instant;

use super::ask;
use super::browse::{self, Page};
use super::signals::{Stop, interrupted};
use super::{Context, verdict};
use crate::analysis::assertion::Verdict;
use crate::backend::Sources;
use crate::cli::AssertArgs;
use crate::cli::assert::AssertFormat;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::{Nanos, TimeRange, Trace, TraceId, TraceSummary};
use crate::query::Query;
use crate::render::json::{self, Asserted};
use crate::render::units;
use crate::ui::Ui;

use case::Case;
use watch::{Judged, watch};

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
    let mut cases = cases(args, ui)?;
    let deadline = if args.explain { begun } else { watch::last_deadline(&cases, begun) };
    let mut sources = watch::opened(deadline, context, ui).await?;
    let range = ask::window(context)?.for_sources(&sources);
    for part in cases.iter_mut().flat_map(|case| &mut case.parts) {
        part.query.range = range;
    }
    if args.explain {
        for part in cases.iter().flat_map(|case| &case.parts) {
            ask::explain(&sources, &part.query, ui)?;
        }
        return Ok(Exit::Yes);
    }
    let mut judged = watch(&cases, &mut sources, begun, args.interval, context, ui).await?;
    let mut failed = ask::Failed::new();
    for judged in &mut judged {
        ask::also_failed(&mut failed, std::mem::take(&mut judged.observed.failed));
    }
    ask::report(&failed, ui);
    let mut answers = Vec::new();
    let mut newest = Newest { sources: &sources, traces: None };
    for (case, judged) in cases.iter().zip(judged) {
        answers.push(told(case, judged, &mut newest, args, context, ui).await);
    }
    let verdict = overall(&answers);
    if !args.files.is_empty() {
        let count = |verdict| answers.iter().filter(|answer: &&Asserted| answer.verdict == verdict).count();
        let counts = [Verdict::Holds, Verdict::Fails, Verdict::Unknown].map(count);
        ui.verdict(&words::tally(counts), verdict == Verdict::Holds);
    }
    match (args.output, answers.as_slice()) {
        (AssertFormat::Text, _) => {}
        (AssertFormat::Json, [only]) if args.files.is_empty() => ui.out(&json::verdict(only))?,
        (AssertFormat::Json, all) => ui.out(&json::verdicts(verdict, all))?,
    }
    Ok(verdict::exit(verdict))
}

/// What is asserted: by the command line, or in files.
fn cases(args: &AssertArgs, ui: &mut Ui) -> Result<Vec<Case>, Failure> {
    if args.files.is_empty() {
        return Ok(vec![Case::of_args(args, ui)?]);
    }
    if !args.filter.is_empty() {
        return Err(Failure::usage("filter options are for an assertion on the command line, and --file has its own"));
    }
    suite::read(args, ui)
}

/// What is worst: what does not hold, then what cannot be told.
fn overall(answers: &[Asserted]) -> Verdict {
    let any = |verdict| answers.iter().any(|answer| answer.verdict == verdict);
    [Verdict::Fails, Verdict::Unknown].into_iter().find(|verdict| any(*verdict)).unwrap_or(Verdict::Holds)
}

/// Says what became of one.
async fn told(
    case: &Case,
    judged: Judged<'_>,
    newest: &mut Newest<'_>,
    args: &AssertArgs,
    context: &Context,
    ui: &mut Ui,
) -> Asserted {
    let Judged { verdict, observed, part, after } = judged;
    for note in &observed.listing.notes {
        ui.warn(note);
    }
    let text = words::sentence(verdict, part.expected, &observed, case, &part.query, context);
    if args.output == AssertFormat::Text {
        // How long it took is no part of the answer, which is the same for the same traces.
        let took = Nanos::try_from(after.as_nanos()).unwrap_or_default();
        let after = case.wait.map_or_else(String::new, |_| format!(", after {}", units::duration(took, ui.is_ascii())));
        ui.verdict(&format!("{text}{after}"), verdict == Verdict::Holds);
    }
    if args.open {
        open(&observed.listing.traces, ui);
    }
    let missed = verdict != Verdict::Holds && observed.seen.matching < part.expected.min;
    let mut link = observed.listing.traces.first().and_then(|first| first.link.clone());
    if missed {
        link = nearest(newest, &part.query, case.trace.is_some(), observed.trace, context, ui).await.or(link);
    }
    if let Some(link) = link.filter(|_| args.output == AssertFormat::Text) {
        ui.detail(&ask::safe(&format!("see {link}"), ui));
    }
    for hint in observed.hints.iter().filter(|_| missed) {
        ui.hint(hint);
    }
    if verdict == Verdict::Unknown && observed.seen.growing > 0 {
        ui.hint(&words::settling(case.settle_or(watch::default_settle(newest.sources)), case.wait));
    }
    Asserted { name: case.name.clone(), verdict, message: text, traces: observed.listing.traces }
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

/// The newest traces, which are asked for once, when something is first missed.
struct Newest<'a> {
    sources: &'a Sources,
    traces: Option<Vec<Trace>>,
}

impl Newest<'_> {
    async fn traces(&mut self, range: TimeRange) -> &[Trace] {
        if self.traces.is_none() {
            let newest = self.sources.list(&Query { filter: None, limit: LOOK_FOR_MISSES, range }).await;
            let ids: Vec<TraceId> = newest.value.traces.iter().map(|summary| summary.id.clone()).collect();
            self.traces = Some(self.sources.fetch_many(&ids).await.value);
        }
        self.traces.as_deref().unwrap_or_default()
    }
}

/// Says which spans came nearest, with what they lacked: in the trace that was asked for, or else among the newest. Answers where
/// that trace can be looked at.
async fn nearest(
    newest: &mut Newest<'_>,
    query: &Query,
    one: bool,
    only: Option<Trace>,
    context: &Context,
    ui: &mut Ui,
) -> Option<String> {
    let filter = query.filter.as_ref()?;
    let only = Vec::from_iter(only);
    let traces = if one { &only } else { newest.traces(query.range).await };
    let nearest = verdict::say_nearest(filter, traces, context, ui);
    nearest.or(traces.first().filter(|_| one)).and_then(|trace| trace.link.clone())
}
