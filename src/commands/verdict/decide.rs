//! What can be said of an assertion in one round of asking.

use std::time::{Duration, Instant};

use super::case::{Case, Part, Which};
use super::check::{Check, Checked};
use super::observe::{Observed, Question};
use super::round::Round;
use crate::analysis::assertion::{self, Expected, Silence, Verdict};
use crate::backend::Sources;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::{Nanos, Time};

/// So much earlier than it can be read, something may have been received.
const OVERLAP: Nanos = 2_000_000_000;

/// What decided an assertion.
pub(in super::super) struct Judged<'a> {
    pub(super) verdict: Verdict,
    pub(in super::super) observed: Observed,
    pub(super) part: &'a Part,
    /// What came of its check, if it has one and there was something to check.
    pub(super) checked: Option<Checked>,
    /// How long it took.
    pub(super) after: Duration,
}

/// When something is asked.
#[derive(Clone, Copy)]
pub(super) struct When {
    /// When it was first asked, by both clocks.
    pub(super) begun: Instant,
    pub(super) asked_first: Time,
    /// When it was last asked, if it was asked before of a backend on this machine.
    pub(super) asked_last: Option<Time>,
    /// Whether its time is up.
    pub(super) late: bool,
    /// Whether those who send have ended.
    pub(super) ended: bool,
}

/// The parts that are asked now, of those that any listing answers.
pub(super) fn due<'a>(case: &'a Case, done: &[Option<Judged<'_>>], sources: &Sources, when: When) -> Vec<&'a Part> {
    let is_asked = |part: &Part| case.which == Which::All && is_due(case, part, sources, when);
    let open = case.parts.iter().zip(done).filter(|(_, done)| done.is_none());
    open.map(|(part, _)| part).filter(|part| is_asked(part)).collect()
}

/// Asks what is not done yet. What writes a file comes last, and only if all the rest holds.
pub(super) async fn ask<'a>(
    case: &'a Case,
    done: &mut [Option<Judged<'a>>],
    round: &mut Round<'_>,
    when: When,
) -> Result<(), Failure> {
    for updates in [false, true] {
        if updates && !case.parts.iter().zip(&*done).all(|(part, done)| part.updates() || is(Verdict::Holds, done.as_ref())) {
            break;
        }
        for (part, done) in case.parts.iter().zip(done.iter_mut()).filter(|(part, _)| part.updates() == updates) {
            if done.is_none() && is_due(case, part, round.sources, when) {
                *done = ask_once(case, part, round, when).await?;
            }
        }
    }
    // Another round may have another newest trace, and all is asked of one.
    if case.which == Which::Newest
        && done.iter().any(Option::is_none)
        && !done.iter().any(|done| is(Verdict::Fails, done.as_ref()))
    {
        done.fill_with(|| None);
    }
    Ok(())
}

fn is(verdict: Verdict, done: Option<&Judged<'_>>) -> bool {
    done.is_some_and(|done| done.verdict == verdict)
}

/// The part that decides: one that fails, else, once all are done, one that cannot be told, else what was checked last, or the
/// first. What was written is said whichever it is.
pub(super) fn decided<'a>(case: &Case, done: &mut [Option<Judged<'a>>]) -> Option<Judged<'a>> {
    let with = |verdict| done.iter().position(|done| is(verdict, done.as_ref()));
    let is_checked = |done: &Option<Judged<'_>>| done.as_ref().is_some_and(|done| done.checked.is_some());
    let asked_first_open = case.parts.iter().zip(&*done).any(|(part, done)| done.is_none() && !part.updates());
    let place = match (with(Verdict::Fails), with(Verdict::Unknown)) {
        (Some(fails), _) => fails,
        _ if asked_first_open => return None,
        (None, Some(unknown)) => unknown,
        _ if done.iter().any(Option::is_none) => return None,
        _ => done.iter().rposition(is_checked).unwrap_or(0),
    };
    let mut judged = done[place].take()?;
    let written = done.iter().flatten().filter(|done| done.part.updates()).filter_map(|done| done.checked.as_ref());
    let also: Vec<&str> = written.map(|checked| checked.message.as_str()).collect();
    if let Some(checked) = judged.checked.as_mut().filter(|_| !also.is_empty()) {
        checked.message = format!("{}; {}", also.join("; "), checked.message);
    }
    Some(judged)
}

/// The verdict on a part, if there is one already.
async fn ask_once<'a>(
    case: &'a Case,
    part: &'a Part,
    round: &mut Round<'_>,
    when: When,
) -> Result<Option<Judged<'a>>, Failure> {
    let silence = Silence { settle: case.settle_or(default_settle(round.sources)), ended: when.ended };
    // That there is one was not so when it was last asked: only what has arrived since can make it so. At last, all are looked at.
    let is_existence = part.check.is_none() && part.expected == Expected::SOME && !when.late;
    let since = when.asked_last.filter(|_| is_existence).map(|last| last.saturating_add(-OVERLAP));
    let question = Question::new(case, part, when.asked_first, since, silence);
    let mut observed = match question.ask(round).await {
        // Who fails now may answer before the time is up.
        Err(failure) if !when.late && failure.exit() == Exit::Unknown => return Ok(None),
        // Others in the file may be told all the same.
        Err(failure) if case.name.is_some() => Observed::nothing(&failure),
        observed => observed?,
    };
    let (verdict, checked) = match &part.check {
        None => (counted(case, &question, &mut observed, round, when).await, None),
        Some(check) => checked(case, check, &question, &mut observed, round, when).await?,
    };
    let verdict = verdict.filter(|verdict| when.late || *verdict != Verdict::Unknown);
    Ok(verdict.map(|verdict| Judged { verdict, observed, part, checked, after: when.begun.elapsed() }))
}

/// By how many traces match.
async fn counted(
    case: &Case,
    question: &Question<'_>,
    observed: &mut Observed,
    round: &mut Round<'_>,
    when: When,
) -> Option<Verdict> {
    let expected = question.part.expected;
    let settled = assertion::settled(expected, observed.seen);
    let is_past = || expected.is_of_the_past() && is_over(case, observed, round.sources, when);
    if settled.is_some() || !(when.late || is_whole(case, observed) || is_past()) {
        return settled;
    }
    question.count_growing(observed, round).await;
    Some(assertion::judge(expected, observed.seen))
}

/// By what those are like that match and are whole.
async fn checked(
    case: &Case,
    check: &Check,
    question: &Question<'_>,
    observed: &mut Observed,
    round: &mut Round<'_>,
    when: When,
) -> Result<(Option<Verdict>, Option<Checked>), Failure> {
    let early = if check.may_fail_early() {
        question.newest_match(observed, round).await.and_then(|trace| check.fails_early(trace))
    } else {
        None
    };
    let is_over = is_over(case, observed, round.sources, when);
    if early.is_none() && !is_over {
        return Ok((None, None));
    }
    question.count_growing(observed, round).await;
    let is_certain = |observed: &Observed| {
        let seen = observed.seen;
        seen.growing == 0 && seen.silent == 0 && !seen.left_out
    };
    // It is the newest, and whatever comes, it will not be as it should.
    if is_certain(observed) && early.is_some() {
        return Ok((Some(Verdict::Fails), early));
    }
    if !is_over {
        return Ok((None, None));
    }
    question.read(observed, round).await;
    let expected = question.part.expected;
    if observed.seen.matching == 0 {
        let verdict = assertion::judge(expected, observed.seen);
        return Ok((Some(verdict).filter(|_| when.late || is_whole(case, observed)), None));
    }
    if observed.whole.is_empty() || !is_certain(observed) {
        return Ok((Some(Verdict::Unknown), None));
    }
    // It is written when it is asked for the last time.
    if check.updates() && when.ended && !when.late {
        return Ok((Some(Verdict::Holds), None));
    }
    let checked = check.judge(question.part.query.filter.as_ref(), &observed.whole)?;
    Ok((Some(checked.verdict), Some(checked)))
}

/// Whether nothing more is expected that counts.
fn is_over(case: &Case, observed: &Observed, sources: &Sources, when: When) -> bool {
    when.late || when.ended || is_whole(case, observed) || is_settled(case, sources, when.begun)
}

/// Whether it is about one trace by its id, of which nothing more is expected.
fn is_whole(case: &Case, observed: &Observed) -> bool {
    let is_one = matches!(case.which, Which::Id(_)) && observed.trace.is_some();
    is_one && observed.seen.growing == 0 && observed.seen.silent == 0
}

/// Whether what had begun when it was first asked has been silent for long enough, if it has been silent since.
pub(super) fn is_settled(case: &Case, sources: &Sources, begun: Instant) -> bool {
    begun.elapsed().as_nanos() >= case.settle_or(default_settle(sources)).unsigned_abs()
}

/// Whether asking may decide anything yet: what is checked of whole traces has to wait until they are.
fn is_due(case: &Case, part: &Part, sources: &Sources, when: When) -> bool {
    let early = part.check.as_ref().is_none_or(Check::may_fail_early);
    let at_once = early || matches!(case.which, Which::Id(_));
    at_once || when.late || when.ended || is_settled(case, sources, when.begun)
}

/// How long a trace may be silent before nothing more is expected of it, where nobody says so.
pub(super) fn default_settle(sources: &Sources) -> Nanos {
    if sources.are_remote() { assertion::SETTLE_REMOTE } else { assertion::SETTLE }
}
