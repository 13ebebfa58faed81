//! Honeycomb, by its Query Data API: <https://docs.honeycomb.io/api/query-data/>.
//!
//! It has no question that is answered with a trace. A query's result is groups of rows, and a group by everything that a span has
//! is that span: so a trace is read by breaking down by a hundred columns at a time. Ten results a minute are allowed.
//!
//! Reading order: `client` (requests), `refusal` and `error` (why not), `auth` (what the key may do), `cache` and `times` (what is
//! kept between runs), `budget` (ten a minute), [`spec`] (a query), `window` (which time it is about), `run` (from a query to its
//! rows), `columns` (which there are), [`filter`] (what of a filter is asked), `list` and `details` (listings), `fetch`, `plan`,
//! `parts` and `reading` (whole traces), `locate` (when a trace was), `lately`, `explain`, `links`, and [`probe`] (what the documentation leaves
//! open), `examine` (whether it can be asked at all).

mod auth;
mod budget;
mod cache;
mod client;
mod columns;
mod details;
mod error;
mod examine;
mod explain;
mod fetch;
pub mod filter;
mod lately;
mod links;
mod list;
mod locate;
mod parts;
mod plan;
pub mod probe;
mod reading;
mod refusal;
mod run;
pub mod spec;
mod times;
mod window;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::LocalBoxFuture;

use super::{Arrived, Backend, BackendError, Listing, Near, Remote, Report};
use crate::model::time::SECOND;
use crate::model::{Nanos, Time, TimeRange, Trace, TraceId};
use crate::query::Query;
use crate::secret::Secret;

pub use auth::Auth;
pub use budget::Rate;
pub use error::no_key;
pub use examine::{Datasets, Examined};
pub use run::Takes;

use budget::Budget;
use cache::{Cache, digest};
use client::Client;
use columns::Columns;
use spec::Spec;
use times::Times;

/// What users call it.
const NAME: &str = "honeycomb";
/// What a question may take beyond what the user waits.
const GRACE: Duration = Duration::from_millis(250);
/// For so long what the service takes is not tried again.
const TRIED: Nanos = 3600 * SECOND;

/// On the heap: all that may be waited for within is large.
type Question<'a, T> = LocalBoxFuture<'a, Result<T, BackendError>>;

/// Where it is said at once that something has to be waited for.
pub type Announce = Arc<dyn Fn(&str) + Send + Sync>;

/// How many columns of a trace are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attributes {
    /// Those that a waterfall needs.
    None,
    /// As many as fit into one query result, the best-known first.
    Known,
    /// All, with as many query results as that takes.
    All,
}

/// How Honeycomb is asked.
#[derive(Clone)]
pub struct Options {
    /// The key.
    pub key: Secret,
    /// Where the key comes from, for messages: `HONEYCOMB_API_KEY`.
    pub key_origin: String,
    /// The address, such as `https://api.honeycomb.io`.
    pub endpoint: String,
    /// One dataset; `None` asks all of the environment.
    pub dataset: Option<String>,
    /// How many columns are read of a trace that is fetched.
    pub attributes: Attributes,
    /// Whether a listing counts spans and errors, for a second query result.
    pub counts: bool,
    /// How many query results are allowed.
    pub rate: Rate,
    /// How many traces are fetched at most to check a filter.
    pub scan: usize,
    /// How long one question may take, with everything that is asked for it.
    pub timeout: Duration,
    /// How long turns are waited for beside that, where results are rationed; `None`: not beside, but within.
    pub turn: Option<Duration>,
    /// Where a trace is looked for first, if the user says when it was.
    pub around: Option<TimeRange>,
    /// What is kept between runs is kept there.
    pub cache: Option<PathBuf>,
    /// What time it is.
    pub clock: fn() -> Time,
    /// Where progress goes.
    pub report: Report,
    /// Where it is said what is waited for.
    pub announce: Announce,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("key_origin", &self.key_origin)
            .field("endpoint", &self.endpoint)
            .field("dataset", &self.dataset)
            .field("attributes", &self.attributes)
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

/// An environment's traces, or one dataset's. Nothing is asked before the first question.
#[derive(Debug)]
pub struct Honeycomb {
    options: Options,
    cache: Cache,
    client: OnceCell<Client>,
    auth: OnceCell<Auth>,
    budget: OnceCell<Budget>,
    columns: RefCell<Option<Columns>>,
    takes: Cell<Takes>,
    /// The names of queries that were made, by what they ask.
    made: RefCell<HashMap<String, String>>,
    /// The console's host, once a result has named it.
    host: RefCell<Option<String>>,
    times: RefCell<Option<Times>>,
    /// Attributes that a filter will look at.
    needed: RefCell<Vec<String>>,
    /// When the question that is being answered is given up.
    deadline: Cell<Option<Instant>>,
    /// How long turns were waited for in this question.
    waited: Cell<Duration>,
    /// What the next result is for, and how many were asked for.
    doing: RefCell<String>,
}

impl Honeycomb {
    /// Ready to be asked.
    pub fn new(options: Options) -> Self {
        Self {
            cache: Cache::new(options.cache.clone()),
            options,
            client: OnceCell::new(),
            auth: OnceCell::new(),
            budget: OnceCell::new(),
            columns: RefCell::default(),
            takes: Cell::default(),
            made: RefCell::default(),
            host: RefCell::default(),
            times: RefCell::default(),
            needed: RefCell::default(),
            deadline: Cell::default(),
            waited: Cell::default(),
            doing: RefCell::default(),
        }
    }

    /// Traces that are fetched from now on have these attributes, whatever else is read of them.
    pub fn attend_to(&self, attributes: Vec<String>) {
        self.needed.replace(attributes);
    }

    fn client(&self) -> Result<&Client, Remote> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = Client::new(&self.options.endpoint, &self.options.key, self.options.clock)?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Whose key it is. The first question of all: without an answer there is no other.
    async fn auth(&self) -> Result<&Auth, Remote> {
        if let Some(auth) = self.auth.get() {
            return Ok(auth);
        }
        let auth = auth::check(self).await?;
        if auth.is_classic() && self.options.dataset.is_none() {
            return Err(error::classic_needs_dataset(&columns::datasets(self).await.unwrap_or_default()));
        }
        if let Some(takes) = self.cache.read_fresh(&self.takes_file(), self.now(), TRIED) {
            self.takes.set(takes);
        }
        Ok(self.auth.get_or_init(|| auth))
    }

    /// What is kept of the key is no longer true.
    fn forget_auth(&self) {
        self.cache.remove(&format!("honeycomb-auth-{}", digest(&[&self.options.endpoint, self.options.key.expose()])));
    }

    /// The team's account of query results. Its name is known when the key was looked at.
    fn budget(&self) -> &Budget {
        self.budget.get_or_init(|| {
            let team = self.auth.get().map_or("", |auth| auth.team.slug.as_str());
            let name = format!("honeycomb-rate-{}", digest(&[&self.options.endpoint, team]));
            Budget::new(self.options.rate, self.cache.path(&name))
        })
    }

    /// As it stands in addresses.
    fn dataset(&self) -> &str {
        self.options.dataset.as_deref().unwrap_or("__all__")
    }

    fn now(&self) -> Time {
        (self.options.clock)()
    }

    /// How long the user still waits for a turn.
    fn left(&self) -> Option<Duration> {
        match self.options.turn {
            Some(most) => Some(most.saturating_sub(self.waited.get())),
            None => self.deadline.get().map(|deadline| deadline.saturating_duration_since(Instant::now())),
        }
    }

    /// Waits for a turn, which may put the end of the question off.
    async fn wait(&self, turn: Duration) {
        if self.options.turn.is_some() {
            self.waited.set(self.waited.get() + turn);
            self.deadline.set(self.deadline.get().map(|deadline| deadline + turn));
        }
        tokio::time::sleep(turn).await;
    }

    /// Until the question is given up.
    async fn given_up(&self) {
        while let Some(deadline) = self.deadline.get().map(|deadline| deadline + GRACE)
            && deadline > Instant::now()
        {
            tokio::time::sleep_until(deadline.into()).await;
        }
    }

    fn made(&self, spec: &Spec) -> Option<String> {
        self.made.borrow().get(&text_of(spec)).cloned()
    }

    fn keep_made(&self, spec: &Spec, id: &str) {
        self.made.borrow_mut().insert(text_of(spec), id.to_owned());
    }

    fn takes_file(&self) -> String {
        format!("honeycomb-takes-{}", digest(&[&self.options.endpoint]))
    }

    /// Remembers what the service takes.
    fn learn(&self, takes: Takes) {
        if self.takes.replace(takes) != takes {
            self.cache.write(&self.takes_file(), self.now(), &takes);
        }
    }

    fn learn_host(&self, host: Option<String>) {
        if host.is_some() {
            self.host.replace(host);
        }
    }

    /// Says what the next query result is for.
    fn doing(&self, what: impl Into<String>) {
        self.doing.replace(what.into());
    }

    fn progress_of_result(&self) {
        (self.options.report)(Some(&format!("Honeycomb: {}", self.doing.borrow())));
    }

    /// Where a trace can be looked at.
    fn link(&self, id: &TraceId, start: Time, end: Time) -> Option<String> {
        let auth = self.auth.get()?;
        let host = self.host.borrow().clone().unwrap_or_else(|| links::console_of(&self.options.endpoint));
        links::of_trace(&host, auth, self.options.dataset.as_deref(), id, start, end)
    }

    /// Traces of which something arrived since then, with all that is there of them; of those that are known, nothing is fetched.
    pub async fn arrived(&self, range: TimeRange, since: Time, known: &HashSet<TraceId>) -> Result<Arrived, BackendError> {
        self.in_time(Box::pin(lately::arrived(self, range, since, known))).await
    }

    /// Whole traces, by their ids, as far as they are where they were last seen; those that are not there are left out.
    pub async fn fetch_many(&self, ids: &[TraceId]) -> Result<Vec<Trace>, BackendError> {
        self.in_time(Box::pin(fetch::many(self, ids))).await
    }

    /// How long to wait from one question to the next, where it is asked again and again: a fifth of what is allowed stays for others.
    pub fn pace(&self) -> Duration {
        let Rate { results, per } = self.options.rate;
        per.div_f64(results.max(1) as f64 * 0.6)
    }

    /// Asks how the service behaves where its documentation leaves it open; see [`probe`].
    pub async fn probe(&self, exhaust: bool) -> Result<Vec<probe::Finding>, BackendError> {
        self.in_time(Box::pin(probe::all(self, exhaust))).await
    }

    /// Finds out whether it can be asked, and what for. Asks for all of it anew.
    pub async fn examine(&self) -> Result<Examined, BackendError> {
        self.in_time(Box::pin(async { Ok(examine::examine(self).await) })).await
    }

    /// What a trace would cost, as [`Backend::explain`] says it of a query.
    pub fn explain_fetch(&self, id: &TraceId) -> Vec<String> {
        explain::fetching(self, id)
    }

    /// Gives up a question that takes longer than the user wants to wait, however many requests it is made of.
    async fn in_time<'s, T>(&'s self, question: Question<'s, T>) -> Result<T, BackendError> {
        self.deadline.set(Some(Instant::now() + self.options.timeout));
        self.waited.set(Duration::ZERO);
        let answer = tokio::select! {
            biased;
            answer = question => Some(answer),
            () = self.given_up() => None,
        };
        self.deadline.set(None);
        (self.options.report)(None);
        let doing = self.doing.replace(String::new());
        let doing = if doing.is_empty() { doing } else { format!(", at {doing}") };
        answer.unwrap_or_else(|| Err(error::late(&self.options, &doing).into()))
    }
}

impl Backend for Honeycomb {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    async fn list(&self, query: &Query) -> Result<Listing, BackendError> {
        self.in_time(Box::pin(list::list(self, query))).await
    }

    async fn fetch(&self, id: &TraceId) -> Result<Option<Trace>, BackendError> {
        self.in_time(Box::pin(fetch::one(self, id))).await
    }

    async fn near(&self, typed: &str) -> Result<Near, BackendError> {
        self.in_time(Box::pin(locate::near(self, typed))).await
    }

    fn explain(&self, query: &Query) -> Vec<String> {
        explain::listing(self, query)
    }

    fn reaches_back(&self) -> bool {
        false
    }
}

fn text_of(spec: &Spec) -> String {
    serde_json::to_string(spec).unwrap_or_default()
}
