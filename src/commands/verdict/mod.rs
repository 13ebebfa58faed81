//! Verdicts on assertions: what `assert` and `run` have in common.
//!
//! A [`Case`] is what is asserted, by options or in a file (`suite`); [`watch`](fn@watch) asks until each is decided (`decide`: what was `observe`d in one `round`
//! after the other, with a `check` of what is whole), and [`tell`] says what became of them (`told`, in `words`, with the `nearest` misses) and
//! writes the [`Reports`].

mod case;
mod check;
mod decide;
mod nearest;
mod observe;
mod report;
mod round;
mod suite;
mod told;
mod watch;
mod words;

use std::time::Instant;

use super::Context;
use crate::analysis::assertion::Verdict;
use crate::analysis::coverage::Coverage;
use crate::backend::Sources;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::Nanos;
use crate::render::coverage;
use crate::render::json;
use crate::render::report::{self as reports, Answer, Report};
use crate::ui::Ui;

pub(super) use case::{Case, Part, Times};
pub(super) use decide::Judged;
pub(super) use report::Reports;
pub(super) use suite::read as read_suites;
pub(super) use watch::{last_deadline, of_traces, opened, watch};

use told::Teller;

/// How many things are listed that no assertion is about.
const ROWS_OF_COVERAGE: usize = 40;

/// How verdicts are said.
pub(super) struct Saying<'a> {
    /// As one JSON document instead of text.
    pub(super) json: bool,
    /// Whether they are of files, with names of their own.
    pub(super) of_files: bool,
    /// Whether the first trace that matches is opened in the browser.
    pub(super) open: bool,
    /// What no assertion is about, where that is asked for.
    pub(super) coverage: Option<Coverage>,
    /// Where else they are written.
    pub(super) reports: &'a Reports,
    /// When the run began.
    pub(super) begun: Instant,
}

/// Says what became of each assertion, and answers with what is worst.
pub(super) async fn tell(
    cases: &[Case],
    judged: Vec<Judged<'_>>,
    sources: &Sources,
    saying: &Saying<'_>,
    context: &Context,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let mut answers = Vec::new();
    let mut told = Vec::new();
    let mut teller = Teller::new(sources, context);
    saying.reports.begin(ui);
    for (case, judged) in cases.iter().zip(judged) {
        let (answer, beside) = teller.told(case, judged).await;
        beside.say(&answer, saying, context, ui);
        answers.push(answer);
        told.push(beside);
    }
    let verdict = overall(&answers);
    if !saying.json && (saying.of_files || answers.len() > 1) {
        let tally = reports::tally(answers.iter().map(|answer| answer.verdict));
        ui.verdict(&tally, verdict == Verdict::Holds);
    }
    if saying.json {
        let coverage = saying.coverage.as_ref();
        let asserted: Vec<_> = told.iter().zip(&answers).map(|(told, answer)| told.for_programs(answer)).collect();
        match asserted.as_slice() {
            [only] if !saying.of_files => ui.out(&json::verdict(only, coverage))?,
            all => ui.out(&json::verdicts(verdict, all, coverage))?,
        }
    }
    let took = Nanos::try_from(saying.begun.elapsed().as_nanos()).unwrap_or(Nanos::MAX);
    saying.reports.write(&Report { verdict, start: context.now, took, answers: &answers }, context, ui)?;
    if let Some(coverage) = saying.coverage.as_ref().filter(|_| !saying.json) {
        ui.out(&coverage::render(coverage, ROWS_OF_COVERAGE, &context.look(ui)))?;
    }
    Ok(exit(verdict))
}

/// What is worst: what does not hold, then what cannot be told.
fn overall(answers: &[Answer]) -> Verdict {
    let any = |verdict| answers.iter().any(|answer| answer.verdict == verdict);
    [Verdict::Fails, Verdict::Unknown].into_iter().find(|verdict| any(*verdict)).unwrap_or(Verdict::Holds)
}

/// What the exit code says of a verdict.
fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Holds => Exit::Yes,
        Verdict::Fails => Exit::No,
        Verdict::Unknown => Exit::Unknown,
    }
}
