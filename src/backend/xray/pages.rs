//! A walk through the answers of `GetTraceSummaries`, newest first.
//!
//! A question may cover six hours, and has pages; only the first page of one tells where the next begins. So questions about
//! different windows can be in flight at the same time, pages of one cannot. What is not needed is not asked: a further window is
//! opened early only if those before it are not expected to hold enough.

use std::collections::VecDeque;

use aws_sdk_xray::types::TimeRangeType;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::super::Remote;
use super::summary::{Found, date_time};
use super::{XRay, error, window};
use crate::model::time::MILLISECOND;
use crate::model::{Time, TimeRange};

/// How many questions may be in flight at the same time.
const IN_FLIGHT: usize = 4;
const ACTION: &str = "GetTraceSummaries";

/// The walk.
pub(super) struct Pages<'a> {
    xray: &'a XRay,
    client: &'a aws_sdk_xray::Client,
    /// X-Ray's filter expression.
    expression: Option<String>,
    time_range: TimeRangeType,
    windows: Vec<Window>,
    /// The window whose pages are given out.
    at: usize,
    flying: FuturesUnordered<LocalBoxFuture<'a, (usize, Result<Page, Remote>)>>,
    /// Traces per nanosecond, once a page has told.
    density: Option<f64>,
    /// How many requests were answered.
    pub(super) calls: usize,
    /// How many traces X-Ray looked at: what AWS bills.
    pub(super) scanned: u64,
    /// Summaries that did not say which trace they are about.
    pub(super) nameless: usize,
    /// Whether the window began before what X-Ray keeps.
    pub(super) cut: bool,
}

struct Window {
    range: TimeRange,
    /// Pages that have come and were not given out yet.
    ready: VecDeque<Result<Vec<Found>, Remote>>,
    state: State,
    /// The oldest that has come of it.
    reached: Time,
    /// How many have come of it.
    found: usize,
}

enum State {
    Unasked,
    Flying,
    /// There is another page.
    More(String),
    Done,
}

struct Page {
    found: Vec<Found>,
    nameless: usize,
    next: Option<String>,
    scanned: u64,
}

impl<'a> Pages<'a> {
    /// Begins a walk; nothing is asked yet.
    pub(super) async fn new(
        xray: &'a XRay,
        range: TimeRange,
        expression: Option<String>,
        time_range: TimeRangeType,
    ) -> Result<Self, Remote> {
        let plan = window::windows(in_milliseconds(range), xray.now());
        let fresh =
            |range: TimeRange| Window { range, ready: VecDeque::new(), state: State::Unasked, reached: range.end(), found: 0 };
        Ok(Self {
            xray,
            client: xray.client().await?,
            expression,
            time_range,
            windows: plan.windows.into_iter().map(fresh).collect(),
            at: 0,
            flying: FuturesUnordered::new(),
            density: None,
            calls: 0,
            scanned: 0,
            nameless: 0,
            cut: plan.cut,
        })
    }

    /// The next page; empty ones are possible. `None` when all have been given out. `wanted` is how many further traces are likely
    /// to be needed: it decides how much is asked ahead, and nothing else.
    pub(super) async fn next(&mut self, wanted: usize) -> Result<Option<Vec<Found>>, Remote> {
        loop {
            let Some(window) = self.windows.get_mut(self.at) else { return Ok(None) };
            if let Some(page) = window.ready.pop_front() {
                return page.map(Some);
            }
            if matches!(window.state, State::Done) {
                self.at += 1;
                continue;
            }
            self.ask(self.at);
            self.ask_ahead(wanted);
            let Some((nth, page)) = self.flying.next().await else { return Ok(None) };
            match page {
                Ok(page) => self.arrived(nth, page),
                // Said when it is its turn: what was asked ahead may not be needed.
                Err(remote) => {
                    self.windows[nth].state = State::Done;
                    self.windows[nth].ready.push_back(Err(remote));
                }
            }
        }
    }

    /// Whether everything has been given out.
    pub(super) fn is_over(&self) -> bool {
        self.windows.iter().skip(self.at).all(|window| matches!(window.state, State::Done) && window.ready.is_empty())
    }

    fn arrived(&mut self, nth: usize, page: Page) {
        self.calls += 1;
        self.scanned += page.scanned;
        self.nameless += page.nameless;
        let window = &mut self.windows[nth];
        window.found += page.found.len();
        for found in &page.found {
            window.reached = window.reached.min(found.summary.start).max(window.range.start());
        }
        if page.next.is_none() {
            window.reached = window.range.start();
        }
        let walked = window.range.end().since(window.reached);
        if walked > 0 {
            self.density = Some(window.found as f64 / walked as f64);
        }
        window.state = page.next.map_or(State::Done, State::More);
        window.ready.push_back(Ok(page.found));
    }

    fn ask_ahead(&mut self, wanted: usize) {
        let Some(density) = self.density else { return };
        let expected = |window: &Window| density * window.reached.since(window.range.start()) as f64;
        let mut coming = self.windows.get(self.at).map_or(0.0, expected);
        for nth in self.at + 1..self.windows.len() {
            if self.flying.len() >= IN_FLIGHT || coming >= wanted as f64 {
                return;
            }
            self.ask(nth);
            let window = &self.windows[nth];
            coming += expected(window) + window.found as f64;
        }
    }

    /// Asks for the next page of a window, unless that is being done.
    fn ask(&mut self, nth: usize) {
        let window = &mut self.windows[nth];
        let token = match std::mem::replace(&mut window.state, State::Flying) {
            State::Unasked => None,
            State::More(token) => Some(token),
            was @ (State::Flying | State::Done) => {
                window.state = was;
                return;
            }
        };
        let request = self
            .client
            .get_trace_summaries()
            .start_time(date_time(window.range.start()))
            .end_time(date_time(window.range.end()))
            .time_range_type(self.time_range.clone())
            .set_filter_expression(self.expression.clone())
            .set_next_token(token.clone());
        let xray = self.xray;
        self.flying.push(Box::pin(async move {
            let answer = request.send().await.map_err(|error| error::of(ACTION, &error, &xray.options));
            let page = answer.map(|answer| {
                let said = answer.trace_summaries.unwrap_or_default();
                let all = said.len();
                let found: Vec<_> = said.iter().filter_map(|said| Found::read(said, xray.now())).collect();
                let scanned = answer.traces_processed_count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
                let next = answer.next_token.filter(|token| !token.is_empty());
                Page { nameless: all - found.len(), found, next, scanned }
            });
            let page = page.and_then(|page| {
                let again = page.next.is_some() && page.next == token;
                if again { Err(error::broken(ACTION, "it gives the same page again and again")) } else { Ok(page) }
            });
            (nth, page)
        }));
    }
}

/// The smallest range of whole milliseconds around `range`: finer times are not promised to be understood.
pub(super) fn in_milliseconds(range: TimeRange) -> TimeRange {
    let millisecond = MILLISECOND as u64;
    let start = Time(range.start().0 / millisecond * millisecond);
    let end = Time(range.end().0.div_ceil(millisecond).saturating_mul(millisecond));
    TimeRange::new(start, end).unwrap_or(range)
}
