//! A query from its question to its rows: it is made, its result is asked for, and waited for.
//! <https://docs.honeycomb.io/api/query-data/>

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::super::{BackendError, Remote};
use super::client::Reply;
use super::error;
use super::refusal::Refusal;
use super::spec::Spec;
use super::{Honeycomb, auth, links};
use crate::model::TraceId;
use crate::wire::honeycomb::{Answer, Table};

/// A result is no longer than this.
pub(super) const MOST_ROWS: usize = 10_000;
/// How long a result is asked after, from one time to the next.
const POLLS: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
];
/// The service gives up after ten seconds; this much later it does not come any more.
const GIVE_UP: Duration = Duration::from_secs(20);
/// How long to wait where a refusal does not say it.
const UNSAID: Duration = Duration::from_secs(6);

/// What came of a query.
#[derive(Debug)]
pub(super) enum Ran {
    /// Its rows.
    Rows(Table),
    /// It ran, and failed: in the service's words, as when it took longer than ten seconds.
    Failed(String),
    /// The question itself is refused.
    Refused(Refusal),
}

/// What the service takes, where its documentation leaves it open; learnt from what it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Takes {
    /// An end in the future.
    pub future_end: bool,
    /// `usage_mode`.
    pub usage_mode: bool,
    /// So many breakdowns.
    pub breakdowns: usize,
    /// So long a list of ids.
    pub ids: usize,
}

impl Default for Takes {
    fn default() -> Self {
        Self { future_end: true, usage_mode: true, breakdowns: super::spec::MOST, ids: 1000 }
    }
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

/// What of a result says whether it is complete.
#[derive(Deserialize)]
struct State {
    #[serde(default)]
    id: String,
    complete: bool,
}

#[derive(Serialize)]
struct Wanted<'a> {
    query_id: &'a str,
    disable_series: bool,
    limit: usize,
}

/// Asks. `limit` is at most [`MOST_ROWS`].
pub(super) async fn run(honeycomb: &Honeycomb, spec: &Spec, limit: usize) -> Result<Ran, BackendError> {
    honeycomb.auth().await?;
    let mut takes = honeycomb.takes.get();
    loop {
        let adapted = adapt(spec, takes, honeycomb);
        let refusal = match attempt(honeycomb, &adapted, limit).await? {
            Ran::Refused(refusal) => refusal,
            ran => {
                honeycomb.learn(takes);
                return Ok(ran);
            }
        };
        match conceded(takes, &adapted, &refusal, honeycomb) {
            Some(less) => takes = less,
            None => return Ok(Ran::Refused(refusal)),
        }
    }
}

/// As [`run`], where nothing can be done about a refusal or a failure.
pub(super) async fn rows(honeycomb: &Honeycomb, what: &str, spec: &Spec, limit: usize) -> Result<Table, BackendError> {
    let one = [];
    rows_of(honeycomb, what, &one, spec, limit).await.map(Option::unwrap_or_default)
}

/// The same of these traces; `None` where they are more than the service takes.
pub(super) async fn rows_of(
    honeycomb: &Honeycomb,
    what: &str,
    ids: &[TraceId],
    spec: &Spec,
    limit: usize,
) -> Result<Option<Table>, BackendError> {
    let mut again = true;
    loop {
        match run(honeycomb, spec, limit).await? {
            Ran::Rows(table) => return Ok(Some(table)),
            Ran::Refused(refusal) if ids.len() > 1 && refusal.is_of_the_ids() => return Ok(None),
            Ran::Failed(said) if again => {
                tracing::info!(said, "asked again");
                again = false;
            }
            Ran::Failed(said) => return Err(error::failed(&said, "").into()),
            Ran::Refused(refusal) => return Err(refused(honeycomb, what, &refusal).await.into()),
        }
    }
}

/// What is made of a refusal that nothing can be done about.
pub(super) async fn refused(honeycomb: &Honeycomb, what: &str, refusal: &Refusal) -> Remote {
    if refusal.status == 404
        && let Some(remote) = super::columns::no_dataset(honeycomb).await
    {
        return remote;
    }
    error::refused(what, refusal, &honeycomb.options, honeycomb.auth.get())
}

fn adapt(spec: &Spec, takes: Takes, honeycomb: &Honeycomb) -> Spec {
    let mut spec = spec.clone();
    spec.usage_mode &= takes.usage_mode;
    if !takes.future_end {
        // Whole minutes are what it would cut them to, and make the same query for a minute.
        let now = honeycomb.now().0 / 60_000_000_000 * 60;
        spec.end_time = spec.end_time.map(|end| end.min(now));
        spec.start_time = spec.start_time.map(|start| start.min(now));
    }
    spec
}

/// What may be left out after a refusal, if anything: first what its words speak of, then what is known to be doubtful.
fn conceded(takes: Takes, spec: &Spec, refusal: &Refusal, honeycomb: &Honeycomb) -> Option<Takes> {
    if !refusal.is_of_the_question() {
        return None;
    }
    let ends_later = spec.end_time.is_some_and(|end| end > honeycomb.now().0 / 1_000_000_000);
    let without_usage = (spec.usage_mode && takes.usage_mode).then_some(Takes { usage_mode: false, ..takes });
    let without_future = (ends_later && takes.future_end).then_some(Takes { future_end: false, ..takes });
    if refusal.speaks_of(&["usage_mode", "usage mode"]) {
        return without_usage;
    }
    if refusal.speaks_of(&["end_time", "end time", "future"]) {
        return without_future;
    }
    // Words that speak of something else are about something else.
    if refusal.speaks_of(&["column", "breakdown", "filter", "expression", "field", "limit", "size"]) {
        return None;
    }
    without_future.or(without_usage)
}

async fn attempt(honeycomb: &Honeycomb, spec: &Spec, limit: usize) -> Result<Ran, BackendError> {
    let answer = match ask(honeycomb, spec, limit).await? {
        Asked::Complete(body) => read(&body)?,
        Asked::Late => return Ok(Ran::Failed("the result did not come within 20 seconds".to_owned())),
        Asked::Refused(refusal) => return Ok(Ran::Refused(refusal)),
    };
    if let Some(url) = &answer.query_url {
        honeycomb.learn_host(links::host(url));
    }
    match (answer.error, answer.table) {
        (Some(said), _) => Ok(Ran::Failed(said)),
        (None, Some(table)) => Ok(Ran::Rows(table)),
        (None, None) => Err(error::broken("a query result is said to be complete, and has neither rows nor an error").into()),
    }
}

/// What came of a query, as it came.
pub(super) enum Asked {
    /// The body of a complete result.
    Complete(Vec<u8>),
    /// It did not become complete.
    Late,
    /// The question is refused.
    Refused(Refusal),
}

/// Asks once, with nothing left out.
pub(super) async fn ask(honeycomb: &Honeycomb, spec: &Spec, limit: usize) -> Result<Asked, BackendError> {
    let dataset = honeycomb.dataset();
    let id = match honeycomb.made(spec) {
        Some(id) => id,
        None => match make(honeycomb, spec).await? {
            Ok(id) => id,
            Err(refusal) => return declined(honeycomb, "a query", refusal).await,
        },
    };
    let wanted = Wanted { query_id: &id, disable_series: true, limit: limit.clamp(1, MOST_ROWS) };
    let first = loop {
        let slot = honeycomb.turn().await?;
        honeycomb.progress_of_result();
        let reply = honeycomb.client()?.post_once(&["query_results", dataset], &wanted).await;
        honeycomb.budget().answered(slot, honeycomb.now());
        match reply? {
            Reply::Body(body) => break body,
            Reply::Refused(refusal) if refusal.status == 429 => {
                let wait = refusal.wait.unwrap_or(UNSAID);
                if honeycomb.left().is_none_or(|left| left <= wait) {
                    return Err(error::refused("query results", &refusal, &honeycomb.options, honeycomb.auth.get()).into());
                }
                // Everybody who shares the account waits with us.
                honeycomb.budget().block(wait, honeycomb.now());
            }
            Reply::Refused(refusal) => {
                return declined(honeycomb, "a query result", Refusal { counted: true, ..refusal }).await;
            }
        }
    };
    completed(honeycomb, dataset, first).await
}

/// Makes a query, which costs no query result; its name, or why it is refused.
pub(super) async fn make(honeycomb: &Honeycomb, spec: &Spec) -> Result<Result<String, Refusal>, Remote> {
    match honeycomb.client()?.post(&["queries", honeycomb.dataset()], spec).await? {
        Reply::Refused(refusal) => Ok(Err(refusal)),
        Reply::Body(body) => {
            let made: Made = parsed(&body)?;
            honeycomb.keep_made(spec, &made.id);
            Ok(Ok(made.id))
        }
    }
}

/// A refusal of the question goes to who asked; any other is an error.
async fn declined(honeycomb: &Honeycomb, what: &str, refusal: Refusal) -> Result<Asked, BackendError> {
    if refusal.is_of_the_question() || refusal.status == 404 {
        return Ok(Asked::Refused(refusal));
    }
    if matches!(refusal.status, 401..=403) {
        return Err(auth::denied(honeycomb, what, &refusal).await.into());
    }
    Err(error::refused(what, &refusal, &honeycomb.options, honeycomb.auth.get()).into())
}

/// Asks after a result until it is complete.
async fn completed(honeycomb: &Honeycomb, dataset: &str, first: Vec<u8>) -> Result<Asked, BackendError> {
    let begun = Instant::now();
    let mut body = first;
    let mut state: State = parsed(&body)?;
    let mut polls = POLLS.into_iter().chain(std::iter::repeat(Duration::from_secs(1)));
    while !state.complete {
        if state.id.is_empty() {
            return Err(error::broken("a query result has no name under which it could be asked after").into());
        }
        if begun.elapsed() > GIVE_UP {
            return Ok(Asked::Late);
        }
        tokio::time::sleep(polls.next().unwrap_or(GIVE_UP)).await;
        match honeycomb.client()?.get(&["query_results", dataset, &state.id]).await? {
            Reply::Body(later) => {
                state = State { id: state.id, ..parsed(&later)? };
                body = later;
            }
            Reply::Refused(refusal) if refusal.status == 429 => {
                tokio::time::sleep(refusal.wait.unwrap_or(Duration::from_secs(1))).await;
            }
            Reply::Refused(refusal) => return declined(honeycomb, "a query result", refusal).await,
        }
    }
    Ok(Asked::Complete(body))
}

fn read(body: &[u8]) -> Result<Answer, Remote> {
    Answer::parse(body).map_err(|why| error::broken(&format!("a query result makes no sense: {why}")))
}

fn parsed<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Remote> {
    serde_json::from_slice(body)
        .map_err(|why| error::broken(&format!("its answer makes no sense ({why}); is there a proxy between?")))
}

/// Half of the ids that were too many, and the other half, which comes first.
pub(super) fn halves(ids: &[TraceId]) -> [&[TraceId]; 2] {
    let (first, second) = ids.split_at(ids.len() / 2);
    [second, first]
}

impl Honeycomb {
    /// So many ids at once are taken, and twice as many are not.
    pub(super) fn learn_ids(&self, ids: usize) {
        let takes = self.takes.get();
        self.learn(Takes { ids: takes.ids.min(ids), ..takes });
    }

    /// Waits until a query result may be asked for, and says so; not at all where it would be longer than the user waits.
    pub(super) async fn turn(&self) -> Result<super::budget::Slot, Remote> {
        let mut said = false;
        loop {
            let wait = match self.budget().take(self.now()) {
                Ok(slot) => return Ok(slot),
                Err(wait) => wait,
            };
            let left = self.left().unwrap_or_default();
            if wait >= left {
                return Err(error::no_budget(wait, left, &self.options));
            }
            let rate = self.options.rate;
            let message = format!(
                "Honeycomb allows {} query results in {}: waiting {}",
                rate.results,
                error::seconds(rate.per),
                error::seconds(wait)
            );
            if !said {
                (self.options.announce)(&message);
                said = true;
            }
            (self.options.report)(Some(&message));
            self.wait(wait).await;
        }
    }
}
