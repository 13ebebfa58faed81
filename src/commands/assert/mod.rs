//! `assert`: a verdict with three values, for scripts and CI.

mod case;
mod check;
mod observe;
mod round;
mod suite;
mod told;
mod watch;
mod words;

use std::time::Instant;

use super::signals::{Stop, interrupted};
use super::{Context, ask, verdict};
use crate::analysis::assertion::Verdict;
use crate::cli::AssertArgs;
use crate::cli::assert::AssertFormat;
use crate::error::Failure;
use crate::exit::Exit;
use crate::render::json;
use crate::ui::Ui;

use case::Case;
use told::{Teller, Told};
use watch::watch;

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
    let mut told = Vec::new();
    let mut teller = Teller::new(&sources, context);
    for (case, judged) in cases.iter().zip(judged) {
        let one = teller.told(case, judged).await;
        one.say(args, context, ui);
        told.push(one);
    }
    let verdict = overall(&told);
    if !args.files.is_empty() {
        let count = |verdict| told.iter().filter(|told| told.answer.verdict == verdict).count();
        let counts = [Verdict::Holds, Verdict::Fails, Verdict::Unknown].map(count);
        ui.verdict(&words::tally(counts), verdict == Verdict::Holds);
    }
    if args.output == AssertFormat::Json {
        let asserted: Vec<_> = told.iter().map(Told::for_programs).collect();
        match asserted.as_slice() {
            [only] if args.files.is_empty() => ui.out(&json::verdict(only))?,
            all => ui.out(&json::verdicts(verdict, all))?,
        }
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
fn overall(told: &[Told]) -> Verdict {
    let any = |verdict| told.iter().any(|told| told.answer.verdict == verdict);
    [Verdict::Fails, Verdict::Unknown].into_iter().find(|verdict| any(*verdict)).unwrap_or(Verdict::Holds)
}
