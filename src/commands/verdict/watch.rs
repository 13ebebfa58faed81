//! Asking again and again, until everything that is asserted is decided or its time is up.

use std::time::{Duration, Instant};

use super::super::{Context, ask};
use super::case::Case;
use super::decide::{self, Judged, When, is_settled};
use super::round::Round;
use crate::backend::Sources;
use crate::error::Failure;
use crate::exit::Exit;
use crate::query::Expr;
use crate::ui::Ui;

/// How often it is looked whether a backend on this machine may have another answer by now.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How often backends on the network are asked at first, and at last: X-Ray bills every trace that it scans.
const ASK_EVERY: Duration = Duration::from_secs(2);
const ASK_EVERY_AT_LAST: Duration = Duration::from_secs(10);
/// How often it is looked whether traces on this machine are no longer expected to grow.
const SETTLES_EVERY: Duration = Duration::from_millis(250);

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
    let (mut asked_last, mut held_back) = (None, false);
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
            && cases.iter().zip(&judged).any(|(case, judged)| {
                judged.is_none() && (held_back || case.waits_for_silence()) && is_settled(case, sources, begun)
            });
        if late || remote || settles || last.0.as_ref() != Some(&change) {
            last = (Some(change), Instant::now());
            let open: Vec<usize> = (0..cases.len()).filter(|place| judged[*place].is_none()).collect();
            // What is read whole and will not change has no time to wait for.
            let looked_at = (context.clock)();
            // What was held back may be let go when nothing has arrived.
            let before = asked_last.replace(looked_at).filter(|_| !sources.are_remote() && !held_back);
            let when = |case| {
                let late = sources.are_fixed() || now >= deadline(case, begun);
                When { begun, asked_first, asked_last: before, late, ended: false }
            };
            let due = open.iter().flat_map(|place| decide::due(&cases[*place], &parts[*place], sources, when(&cases[*place])));
            let mut round = Round::new(sources, looked_at, due.map(|part| part.query.clone()).collect());
            for place in open {
                let case = &cases[place];
                decide::ask(case, &mut parts[place], &mut round, when(case)).await?;
                judged[place] = decide::decided(case, &mut parts[place]);
            }
            held_back = round.held_back;
            if judged.iter().all(Option::is_some) {
                return Ok(judged.into_iter().flatten().collect());
            }
            pace.asked(remote);
        }
        if sources.opened.is_empty() && now < last_deadline {
            until_there_may_be_more(last_deadline, context).await;
            *sources = opened(last_deadline, context, ui).await?;
            asked_last = None;
            attend_to(cases, sources);
        } else {
            let next = next_deadline.unwrap_or(last_deadline);
            tokio::time::sleep(pace.look_every.min(next.saturating_duration_since(Instant::now()))).await;
        }
    }
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
    let when = When { begun, asked_first: now, asked_last: None, late, ended: true };
    let mut all = Vec::new();
    for case in cases {
        let mut done: Vec<_> = case.parts.iter().map(|_| None).collect();
        decide::ask(case, &mut done, &mut round, when).await?;
        match decide::decided(case, &mut done) {
            Some(judged) => all.push(judged),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

fn deadline(case: &Case, begun: Instant) -> Instant {
    begun + case.wait.unwrap_or_default()
}

/// When the time of all is up.
pub(in super::super) fn last_deadline(cases: &[Case], begun: Instant) -> Instant {
    cases.iter().map(|case| deadline(case, begun)).max().unwrap_or(begun)
}

fn attend_to(cases: &[Case], sources: &Sources) {
    let filters = cases.iter().flat_map(|case| &case.parts).filter_map(|part| part.query.filter.clone());
    sources.attend_to(filters.reduce(|a, b| Expr::all([a, b])).as_ref());
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

/// Waits until opening again may open more: a store comes at any time, and credentials are set up by hand.
async fn until_there_may_be_more(deadline: Instant, context: &Context) {
    let every = if context.settings.xray.hinted || context.settings.honeycomb.hinted { ASK_EVERY } else { LOOK_EVERY };
    let until = deadline.min(Instant::now() + every);
    let was_there = context.settings.store.exists();
    while Instant::now() < until && (was_there || !context.settings.store.exists()) {
        tokio::time::sleep(LOOK_EVERY.min(until.saturating_duration_since(Instant::now()))).await;
    }
}
