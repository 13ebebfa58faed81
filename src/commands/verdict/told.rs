//! What became of each assertion, and what there is to say of it.

use super::super::browse::{self, Page};
use super::super::{Context, ask};
use super::case::{Case, Which};
use super::check::Detail;
use super::decide::{self, Judged};
use super::nearest;
use super::{Saying, words};
use crate::analysis::assertion::Verdict;
use crate::backend::Sources;
use crate::model::{Nanos, TimeRange, Trace, TraceId, TraceSummary};
use crate::query::{Expr, Query};
use crate::render::json::Asserted;
use crate::render::misses;
use crate::render::report::{self, Answer, Exhibit};
use crate::render::{text, units};
use crate::ui::Ui;

/// Among how many of the newest traces the nearest misses are looked for.
const LOOK_FOR_MISSES: usize = 50;
/// How many rows of a trace are drawn beside a verdict.
const ROWS: usize = 20;

/// What is said beside the answer.
pub(super) struct Told {
    name: Option<String>,
    /// The traces that match.
    traces: Vec<TraceSummary>,
    /// More lines, as in the answer, for any look.
    detail: Option<Detail>,
    notes: Vec<String>,
    hints: Vec<String>,
    /// Whether it is said how long it took.
    waited: bool,
}

/// Finds what explains a verdict.
pub(super) struct Teller<'a> {
    sources: &'a Sources,
    context: &'a Context,
    /// The newest traces, which are asked for once, when something is first missed.
    newest: Option<Vec<Trace>>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(sources: &'a Sources, context: &'a Context) -> Self {
        Self { sources, context, newest: None }
    }

    /// Says what became of one.
    pub(super) async fn told(&mut self, case: &Case, judged: Judged<'_>) -> (Answer, Told) {
        let Judged { verdict, observed, part, checked, after } = judged;
        let message = words::sentence(verdict, part, &observed, checked.as_ref(), case, self.context);
        let missed = verdict != Verdict::Holds && observed.seen.matching < part.expected.min;
        let mut hints: Vec<String> = observed.hints.iter().filter(|_| missed).cloned().collect();
        if verdict == Verdict::Unknown && observed.seen.growing > 0 {
            hints.push(words::settling(case.settle_or(decide::default_settle(self.sources)), case.wait));
        }
        let link = observed.listing.traces.first().and_then(|first| first.link.clone());
        let (exhibit, mut detail) = checked.map_or((None, None), |checked| (checked.exhibit, checked.detail));
        let mut answer = Answer {
            name: case.title(),
            place: case.place.clone(),
            verdict,
            message,
            detail: String::new(),
            took: Nanos::try_from(after.as_nanos()).unwrap_or_default(),
            link,
            trace: exhibit,
        };
        if missed && part.check.is_none() {
            detail = self.nearest(&mut answer, &part.query, &case.which, observed.trace).await;
        } else if verdict != Verdict::Holds && part.check.is_none() {
            answer.trace = self.first_match(&observed.listing.traces, &part.query, observed.trace).await;
        }
        if let Some(detail) = &detail {
            answer.detail = detail(&self.context.look_of_text());
        }
        if let Some(exhibit) = &answer.trace {
            answer.link = exhibit.trace.link.clone().or(answer.link);
        }
        let told = Told {
            name: case.name.clone(),
            traces: observed.listing.traces,
            detail,
            notes: observed.listing.notes,
            hints,
            waited: case.wait.is_some(),
        };
        (answer, told)
    }

    /// Which spans came nearest, with what they lacked: in the trace that was asked for, or else among the newest.
    async fn nearest(&mut self, answer: &mut Answer, query: &Query, which: &Which, only: Option<Trace>) -> Option<Detail> {
        let only = Vec::from_iter(only);
        let traces = if *which == Which::All { self.newest(query.range).await } else { &only };
        let nearest = query.filter.as_ref().and_then(|filter| nearest::among(filter, traces));
        let exhibit = nearest.as_ref().map(|nearest| nearest.exhibit.clone());
        let whole = || traces.first().filter(|_| *which != Which::All).cloned();
        answer.trace = exhibit.or_else(|| whole().map(|trace| Exhibit { trace, spans: Vec::new() }));
        nearest.map(|nearest| Box::new(move |look: &_| misses::render(&nearest.misses, look)) as Detail)
    }

    async fn newest(&mut self, range: TimeRange) -> &[Trace] {
        if self.newest.is_none() {
            let newest = self.sources.list(&Query { filter: None, limit: LOOK_FOR_MISSES, range }).await;
            let ids: Vec<TraceId> = newest.value.traces.iter().map(|summary| summary.id.clone()).collect();
            self.newest = Some(self.sources.fetch_many(&ids).await.value);
        }
        self.newest.as_deref().unwrap_or_default()
    }

    /// The first trace that matches, with the spans by which it does.
    async fn first_match(&self, traces: &[TraceSummary], query: &Query, only: Option<Trace>) -> Option<Exhibit> {
        let trace = match only {
            Some(only) => only,
            None => self.sources.fetch(&traces.first()?.id).await.value?,
        };
        let found = |filter: &Expr| filter.matches(&trace).map(|matched| matched.spans).unwrap_or_default();
        let spans = query.filter.as_ref().map(found).unwrap_or_default();
        Some(Exhibit { trace, spans })
    }
}

impl Told {
    /// Says it to people.
    pub(super) fn say(&self, answer: &Answer, saying: &Saying<'_>, context: &Context, ui: &mut Ui) {
        for note in &self.notes {
            ui.warn(note);
        }
        let is_text = !saying.json;
        if is_text {
            // How long it took is no part of the answer, which is the same for the same traces.
            let after =
                if self.waited { format!(", after {}", units::duration(answer.took, ui.is_ascii())) } else { String::new() };
            let line = format!("{}{after}", self.sentence(answer));
            ui.verdict(&text::sanitise(&line, ui.is_ascii()), answer.verdict == Verdict::Holds);
        }
        if saying.open {
            open(&self.traces, ui);
        }
        let look = context.look_of_stderr(ui);
        if let Some(detail) = self.detail.as_ref().filter(|_| is_text) {
            ui.detail(&detail(&look));
        }
        if let Some(exhibit) = answer.trace.as_ref().filter(|_| is_text) {
            ui.detail(&report::waterfall(exhibit, ROWS, &look));
        } else if let Some(link) = answer.link.as_ref().filter(|_| is_text) {
            ui.detail(&ask::safe(&format!("see {link}"), ui));
        }
        for hint in &self.hints {
            ui.hint(&text::sanitise(hint, ui.is_ascii()));
        }
    }

    /// The verdict with its reason.
    fn sentence(&self, answer: &Answer) -> String {
        let name = self.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        format!("{}: {name}{}", report::words(answer.verdict), answer.message)
    }

    /// The same for programs.
    pub(super) fn for_programs<'a>(&'a self, answer: &'a Answer) -> Asserted<'a> {
        Asserted { name: self.name.as_deref(), message: self.sentence(answer), answer, traces: &self.traces }
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
