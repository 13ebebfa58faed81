//! AWS X-Ray, by its read API: <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html>.
//!
//! `connect` finds credentials and region, [`filter`] writes what X-Ray can check itself, `window` cuts time into what one
//! request may ask for, `pages` walks through `GetTraceSummaries`, `list` checks what was found (with `check`), `lately` looks at
//! what still grows, `fetch` reads whole traces, `retrieval` those that only Transaction Search has, `graph` asks who calls whom, and
//! `error` says why not;
//! `examine` whether it can be asked at all. [`SamplingCalls`] passes on what SDKs ask about sampling, and [`Uplink`] sends segments.

mod check;
mod connect;
mod error;
mod examine;
mod explain;
mod fetch;
pub mod filter;
mod graph;
pub mod id;
mod lately;
mod list;
mod pages;
mod put;
mod retrieval;
mod sampling;
mod summary;
pub mod window;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::time::Duration;

pub use aws_sdk_xray::types::TimeRangeType;
pub use examine::Examined;
use futures_util::future::LocalBoxFuture;
pub use put::{PutError, Unprocessed, Uplink};
pub use sampling::{Passed, SamplingCall, SamplingCalls};
use tokio::sync::OnceCell;

use super::aws::Account;
use super::{Backend, BackendError, Listing, Near, Report};
use crate::model::{ServiceGraph, Time, TimeRange, Trace, TraceId};
use crate::query::Query;

/// What traces say that they were read from.
pub(super) const NAME: &str = "xray";

/// What a question may take beyond what a request may.
const GRACE: Duration = Duration::from_millis(250);

/// On the heap: all that may be waited for within is large.
type Question<'a, T> = LocalBoxFuture<'a, Result<T, BackendError>>;

/// How X-Ray is asked.
#[derive(Clone)]
pub struct Options {
    /// Profile of AWS's configuration; `None` leaves it to AWS's own rules.
    pub aws_profile: Option<String>,
    /// Whether a profile was chosen, here or by `AWS_PROFILE`. One that has nothing to say is a mistake then.
    pub profile_named: bool,
    /// Region; `None` likewise.
    pub region: Option<String>,
    /// A filter expression in X-Ray's own language, asked beside the filter.
    pub filter: Option<String>,
    /// Only traces of this group.
    pub group: Option<String>,
    /// Which time is searched.
    pub time_range: TimeRangeType,
    /// How many traces are fetched at most to check a filter.
    pub scan: usize,
    /// How long one question may take, with everything that is tried again.
    pub timeout: Duration,
    /// When a trace is looked for whose id says no time.
    pub lookback: TimeRange,
    /// Whether the user named X-Ray. If so, the machine's instance metadata is asked for a role too.
    pub named: bool,
    /// What time it is.
    pub clock: fn() -> Time,
    /// Where progress goes.
    pub report: Report,
}

impl Options {
    /// Who asks.
    fn account(&self) -> Account {
        let Self { aws_profile, region, timeout, named, .. } = self.clone();
        Account { aws_profile, region, timeout, named }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("aws_profile", &self.aws_profile)
            .field("region", &self.region)
            .field("group", &self.group)
            .field("named", &self.named)
            .finish_non_exhaustive()
    }
}

/// An account's traces in one region. Nothing is asked before the first question.
#[derive(Debug)]
pub struct XRay {
    options: Options,
    client: OnceCell<aws_sdk_xray::Client>,
    /// Whether the account sends its segments to Transaction Search, once that was asked.
    transaction_search: OnceCell<bool>,
    /// Ids of which X-Ray said, when they were last asked for, that it has not processed them.
    unprocessed: RefCell<BTreeSet<TraceId>>,
}

impl XRay {
    /// Ready to be asked.
    pub fn new(options: Options) -> Self {
        Self { options, client: OnceCell::new(), transaction_search: OnceCell::new(), unprocessed: RefCell::default() }
    }

    /// Whether there are credentials and a region without asking the network for them.
    ///
    /// # Errors
    ///
    /// There are, but they cannot be used: a session that has expired, a configuration that makes no sense.
    pub async fn is_configured(&self) -> Result<bool, BackendError> {
        match self.client().await {
            Ok(_) => Ok(true),
            Err(remote) if remote.kind == super::Trouble::Unconfigured && !self.options.profile_named => {
                tracing::info!(reason = %remote, "X-Ray is not configured");
                Ok(false)
            }
            Err(remote) => Err(remote.into()),
        }
    }

    /// Finds out whether it can be asked, and what for.
    pub async fn examine(&self) -> Result<Examined, BackendError> {
        self.in_time(Box::pin(async { Ok(examine::examine(self).await) })).await
    }

    async fn client(&self) -> Result<&aws_sdk_xray::Client, super::Remote> {
        self.client.get_or_try_init(|| connect::client(&self.options)).await
    }

    /// Gives up a question that takes longer than the user wants to wait, however many requests it is made of. A little more than
    /// for one request, whose own words say more.
    async fn in_time<'s, T>(&'s self, question: Question<'s, T>) -> Result<T, BackendError> {
        let answer = tokio::time::timeout(self.options.timeout + GRACE, question).await;
        (self.options.report)(None);
        answer.unwrap_or_else(|_| Err(error::late(&self.options).into()))
    }

    fn now(&self) -> Time {
        (self.options.clock)()
    }

    /// Traces of which something arrived since then, with all that is there of them; of those that are known, nothing is fetched.
    pub async fn arrived(
        &self,
        range: TimeRange,
        since: Time,
        known: &HashSet<TraceId>,
    ) -> Result<super::Arrived, BackendError> {
        self.in_time(Box::pin(lately::arrived(self, range, since, known))).await
    }

    /// Who called whom in a window, as X-Ray counts it, with what there is to say about it. Of the chosen group only, and whatever
    /// filter was chosen.
    pub async fn service_graph(&self, range: TimeRange) -> Result<(ServiceGraph, Vec<String>), BackendError> {
        self.in_time(Box::pin(async { Ok(graph::of_window(self, range).await?) })).await
    }

    /// What [`XRay::service_graph`] would ask, as one line. Asks nothing.
    pub fn explain_graph(&self, range: TimeRange) -> String {
        explain::graph(&self.options, range, self.now())
    }

    /// Who called whom in these traces; empty where X-Ray has none of them.
    pub async fn trace_graph(&self, ids: &[TraceId]) -> Result<ServiceGraph, BackendError> {
        self.in_time(Box::pin(async { Ok(graph::of_traces(self, ids).await?) })).await
    }

    /// Whole traces, by their ids; those that are not there are left out.
    pub async fn fetch_many(&self, ids: &[TraceId]) -> Result<BTreeMap<TraceId, Trace>, BackendError> {
        self.in_time(Box::pin(async { Ok(fetch::many(self, ids).await?.traces) })).await
    }
}

impl Backend for XRay {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    async fn list(&self, query: &Query) -> Result<Listing, BackendError> {
        self.in_time(Box::pin(list::list(self, query))).await
    }

    async fn fetch(&self, id: &TraceId) -> Result<Option<Trace>, BackendError> {
        self.in_time(Box::pin(fetch::one(self, id))).await
    }

    /// X-Ray finds no ids by their beginning: those of the last hour are looked through, if a beginning is what was typed.
    async fn near(&self, typed: &str) -> Result<Near, BackendError> {
        self.in_time(Box::pin(lately::near(self, typed))).await
    }

    fn explain(&self, query: &Query) -> Vec<String> {
        explain::lines(&self.options, query, self.now())
    }

    fn reaches_back(&self) -> bool {
        false
    }
}
