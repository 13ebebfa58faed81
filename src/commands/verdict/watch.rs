//! Asking again and again, until everything that is asserted is decided or its time is up.

use std::time::{Duration, Instant};

use super::super::{Context, ask};
use super::case::{Case, Part, Which};
use super::check::{Check, Checked};
use super::observe::{Observed, Question};
use super::round::Round;
use crate::analysis::assertion::{self, Silence, Verdict};
use crate::backend::Sources;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::{Nanos, Time};
use crate::query::Expr;
use crate::ui::Ui;

/// How often it is looked whether a backend on this machine may have another answer by now.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often backends on the network are asked at first, and at last: X-Ray bills every trace that it scans.
const ASK_EVERY: Duration = Duration::from_secs(2);
const ASK_EVERY_AT_LAST: Duration = Duration::from_secs(10);
/// How often it is looked whether traces on this machine are no longer expected to grow.
const SETTLES_EVERY: Duration = Duration::from_millis(250);

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
struct When {
    /// When it was first asked, by both clocks.
    begun: Instant,
    asked_first: Time,
    /// Whether its time is up.
    late: bool,
    /// Whether those who send have ended.
    ended: bool,
}

/// Asks until every assertion is decided or its time is up.
pub(in super::super) async fn watch<'a>(
    cases: &'a [Case],
    sources: &mut Sources,
    begun: Instant,
    interval: Option<Duration>,
    context: &Context,
    ui: &mut Ui,
) -> Result<Vec<Judged<'a>>, Failure> {
    let asked_first = (context.clock)();
    attend_to(cases, sources);
    let last_deadline = last_deadline(cases, begun);
    let mut pace = Pace::new(sources, interval);
    let mut last = (None, begun);
    let mut judged: Vec<Option<Judged<'_>>> = cases.iter().map(|_| None).collect();
    let mut parts: Vec<Vec<Option<Judged<'_>>>> = cases.iter().map(|case| case.parts.iter().map(|_| None).collect()).collect();
    loop {
        let now = Instant::now();
        let is_open = |(case, judged): (&Case, &Option<Judged<'_>>)| judged.is_none().then(|| deadline(case, begun));
        let next_deadline = cases.iter().zip(&judged).filter_map(is_open).min();
        let late = next_deadline.is_some_and(|deadline| now >= deadline);
        let change = sources.change();
        let remote = sources.are_remote() && pace.is_due();
        // Asking the same store again gives the same answer, until traces are no longer expected to grow.
        let settles = !sources.are_remote()
            && last.1.elapsed() >= SETTLES_EVERY
            && cases.iter().zip(&judged).any(|(case, judged)| judged.is_none() && is_settled(case, sources, begun));
        if late || remote || settles || last.0.as_ref() != Some(&change) {
            last = (Some(change), Instant::now());
            let open: Vec<usize> = (0..cases.len()).filter(|place| judged[*place].is_none()).collect();
            let of_each = open.iter().flat_map(|place| cases[*place].parts.iter().zip(&parts[*place]).map(|it| (*place, it)));
            let asked = of_each.filter(|(place, (part, done))| {
                let case = &cases[*place];
                done.is_none() && case.which == Which::All && is_due(case, part, sources, begun, now)
            });
            let queries = asked.map(|(_, (part, _))| part.query.clone()).collect();
            let mut round = Round::new(sources, (context.clock)(), queries);
            for place in open {
                let (case, done) = (&cases[place], &mut parts[place]);
                let when = When { begun, asked_first, late: now >= deadline(case, begun), ended: false };
                for (part, done) in case.parts.iter().zip(done.iter_mut()).filter(|(_, done)| done.is_none()) {
                    if is_due(case, part, sources, begun, now) {
                        *done = ask_once(case, part, &mut round, when).await?;
                    }
                }
                judged[place] = decided(done);
            }
            if judged.iter().all(Option::is_some) {
                return Ok(judged.into_iter().flatten().collect());
            }
            pace.asked(remote);
        }
        if sources.opened.is_empty() && now < last_deadline {
            until_there_may_be_more(last_deadline, context).await;
            *sources = opened(last_deadline, context, ui).await?;
            attend_to(cases, sources);
        } else {
            let next = next_deadline.unwrap_or(last_deadline);
            tokio::time::sleep(pace.look_every.min(next.saturating_duration_since(Instant::now()))).await;
        }
    }
}

/// The verdict on a part, if there is one already.
async fn ask_once<'a>(
    case: &'a Case,
    part: &'a Part,
    round: &mut Round<'_>,
    when: When,
) -> Result<Option<Judged<'a>>, Failure> {
    let expected = part.expected;
    let silence = Silence { settle: case.settle_or(default_settle(round.sources)), ended: when.ended };
    let question = Question::new(case, part, when.asked_first, silence);
    let mut observed = match question.ask(round).await {
        // Who fails now may answer before the time is up.
        Err(failure) if !when.late && failure.exit() == Exit::Unknown => return Ok(None),
        // Others in the file may be told all the same.
        Err(failure) if case.name.is_some() && failure.exit() == Exit::Unknown => Observed::nothing(&failure),
        observed => observed?,
    };
    let mut verdict = if part.check.is_none() { assertion::settled(expected, observed.seen) } else { None };
    let mut checked = None;
    let is_over = when.late || when.ended || is_whole(case, &observed) || is_settled(case, round.sources, when.begun);
    if let Some(check) = part.check.as_ref().filter(|_| is_over) {
        question.read(&mut observed, round).await;
        question.count_growing(&mut observed, round).await;
        let seen = observed.seen;
        verdict = if seen.matching < expected.min {
            Some(assertion::judge(expected, seen)).filter(|_| when.late || is_whole(case, &observed))
        } else if seen.growing > 0 || seen.silent > 0 || seen.left_out {
            Some(Verdict::Unknown)
        } else if check.updates() && when.ended && !when.late {
            // It is written when it is asked for the last time.
            Some(Verdict::Holds)
        } else {
            let check = check.judge(part.query.filter.as_ref(), &observed.whole)?;
            Some(checked.insert(check).verdict)
        };
    } else if let Some(check) = &part.check {
        let newest = question.newest_match(&observed, round).await;
        checked = newest.and_then(|trace| check.fails_early(trace));
        verdict = checked.as_ref().map(|checked| checked.verdict);
    } else if verdict.is_none() && (when.late || is_whole(case, &observed) || is_over && expected.is_of_the_past()) {
        question.count_growing(&mut observed, round).await;
        verdict = Some(assertion::judge(expected, observed.seen));
    }
    let verdict = verdict.filter(|verdict| when.late || *verdict != Verdict::Unknown);
    Ok(verdict.map(|verdict| Judged { verdict, observed, part, checked, after: when.begun.elapsed() }))
}

/// The verdicts on all of what somebody sent who has ended. Before it is `late`, `None` as long as one is open.
pub(in super::super) async fn of_traces<'a>(
    cases: &'a [Case],
    sources: &Sources,
    begun: Instant,
    late: bool,
    context: &Context,
) -> Result<Option<Vec<Judged<'a>>>, Failure> {
    let now = (context.clock)();
    let mut round = Round::new(sources, now, Vec::new());
    let mut all = Vec::new();
    for case in cases {
        let mut done = Vec::new();
        for part in &case.parts {
            done.push(ask_once(case, part, &mut round, When { begun, asked_first: now, late, ended: true }).await?);
        }
        match decided(&mut done) {
            Some(judged) => all.push(judged),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// Whether it is about one trace by its id, of which nothing more is expected.
fn is_whole(case: &Case, observed: &Observed) -> bool {
    let is_one = matches!(case.which, Which::Id(_)) && observed.trace.is_some();
    is_one && observed.seen.growing == 0 && observed.seen.silent == 0
}

/// Whether asking may decide anything yet: what is checked of whole traces has to wait until they are.
fn is_due(case: &Case, part: &Part, sources: &Sources, begun: Instant, now: Instant) -> bool {
    let early = part.check.as_ref().is_none_or(Check::may_fail_early);
    let at_once = early || matches!(case.which, Which::Id(_));
    at_once || now >= deadline(case, begun) || is_settled(case, sources, begun)
}

/// Whether what had begun when it was first asked has been silent for long enough, if it has been silent since.
fn is_settled(case: &Case, sources: &Sources, begun: Instant) -> bool {
    begun.elapsed().as_nanos() >= case.settle_or(default_settle(sources)).unsigned_abs()
}

fn deadline(case: &Case, begun: Instant) -> Instant {
    begun + case.wait.unwrap_or_default()
}

/// When the time of all is up.
pub(in super::super) fn last_deadline(cases: &[Case], begun: Instant) -> Instant {
    cases.iter().map(|case| deadline(case, begun)).max().unwrap_or(begun)
}

/// The part that decides: one that fails, else, once all are done, one that cannot be told, else what was checked last, or the first.
fn decided<'a>(done: &mut [Option<Judged<'a>>]) -> Option<Judged<'a>> {
    let with = |done: &[Option<Judged<'_>>], verdict| {
        done.iter().position(|part| part.as_ref().map(|part| part.verdict) == Some(verdict))
    };
    let is_checked = |part: &Option<Judged<'_>>| part.as_ref().is_some_and(|part| part.checked.is_some());
    let place = match with(done, Verdict::Fails) {
        Some(fails) => fails,
        None if done.iter().any(Option::is_none) => return None,
        None => with(done, Verdict::Unknown).or_else(|| done.iter().rposition(is_checked)).unwrap_or(0),
    };
    done[place].take()
}

fn attend_to(cases: &[Case], sources: &Sources) {
    let filters = cases.iter().flat_map(|case| &case.parts).filter_map(|part| part.query.filter.clone());
    sources.attend_to(filters.reduce(|a, b| Expr::all([a, b])).as_ref());
}

/// How long a trace may be silent before nothing more is expected of it, where nobody says so.
pub(super) fn default_settle(sources: &Sources) -> Nanos {
    if sources.are_remote() { assertion::SETTLE_REMOTE } else { assertion::SETTLE }
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
        let interval = interval.map(|interval| interval.max(LOOK_EVERY));
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

/// Opens the backends. One that cannot be opened yet may be before the time is up.
pub(in super::super) async fn opened(deadline: Instant, context: &Context, ui: &mut Ui) -> Result<Sources, Failure> {
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
