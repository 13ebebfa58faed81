//! `assert`: a verdict with three values, for scripts and CI.

mod coverage;
mod init;

use std::time::Instant;

use super::signals::{Stop, interrupted};
use super::verdict::{self, Case, Reports, Saying, Times};
use super::{Context, ask};
use crate::backend::Sources;
use crate::cli::AssertArgs;
use crate::cli::assert::{AssertCommand, AssertFormat};
use crate::config::Env;
use crate::error::Failure;
use crate::exit::Exit;
use crate::query::Query;
use crate::ui::Ui;

/// Asks until there is a verdict or the time is up.
pub(crate) async fn run(args: &AssertArgs, env: &Env, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    if let Some(AssertCommand::Init(init)) = &args.command {
        return init::run(init, context, ui).await;
    }
    let reports = Reports::of_args(&args.reports, env)?;
    let mut stop = Stop::listen()?;
    // Also while somebody is asked who may never answer.
    let asserted = Box::pin(asserted(args, &reports, context, ui));
    interrupted(&mut stop, asserted).await.unwrap_or_else(|| Err(Failure::interrupted()))
}

async fn asserted(args: &AssertArgs, reports: &Reports, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let mut cases = cases(args, ui)?;
    let usual = &context.settings.per_command.assert;
    for case in &mut cases {
        case.wait = case.wait.or(usual.wait);
        case.settle = case.settle.or(usual.settle);
    }
    let deadline = if args.explain { begun } else { verdict::last_deadline(&cases, begun) };
    let mut sources = verdict::opened(deadline, context, ui).await?;
    let range = ask::window(context)?.for_sources(&sources);
    for part in cases.iter_mut().flat_map(|case| &mut case.parts) {
        part.query.range = range;
    }
    if args.explain {
        return explain(&cases, &sources, ui);
    }
    let mut judged = verdict::watch(&cases, &mut sources, begun, args.interval, context, ui).await?;
    let mut failed = ask::Failed::new();
    for judged in &mut judged {
        ask::also_failed(&mut failed, std::mem::take(&mut judged.observed.failed));
    }
    ask::report(&failed, ui);
    let coverage = if args.coverage { coverage::of(&cases, &sources, range, ui).await } else { None };
    let json = usual.output == AssertFormat::Json;
    let saying = Saying { json, of_files: !args.suites.files.is_empty(), open: args.open, coverage, reports, begun };
    verdict::tell(&cases, judged, &sources, &saying, context, ui).await
}

/// Each question once.
fn explain(cases: &[Case], sources: &Sources, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut said: Vec<&Query> = Vec::new();
    for part in cases.iter().filter(|case| !case.is_of_one()).flat_map(|case| &case.parts) {
        if !said.iter().any(|query| query.filter == part.query.filter) {
            ask::explain(sources, &part.query, ui)?;
            said.push(&part.query);
        }
    }
    if cases.iter().any(Case::is_of_one) {
        ask::explain_fetch(sources, ui)?;
    }
    Ok(Exit::Yes)
}

/// What is asserted: by the command line, or in files.
fn cases(args: &AssertArgs, ui: &mut Ui) -> Result<Vec<Case>, Failure> {
    if args.suites.files.is_empty() {
        return Ok(vec![Case::of_args(args, ui)?]);
    }
    if !args.filter.is_empty() {
        return Err(Failure::usage("filter options are for an assertion on the command line, and --file has its own"));
    }
    verdict::read_suites(&args.suites, Times { wait: args.wait, settle: args.settle }, ui)
}
