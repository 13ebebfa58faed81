//! CloudWatch Logs, by its API to search: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html>.
//!
//! It has no traces, only lines: of those, the ones that belong to a trace. `search` says what is looked for and checks every answer again,
//! `filter` walks through `FilterLogEvents` of one group, `insights` asks Logs Insights about many, `line` reads what came, and `error`
//! says why nothing did; `examine` whether it can be asked at all.

mod error;
mod examine;
mod filter;
mod insights;
mod line;
mod search;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

pub use examine::Examined;
use futures_util::future::LocalBoxFuture;
pub use search::{MOST_LINES, Search, Wanted};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::aws::{Account, connect};
use super::{BackendError, Remote, Report, Trouble};
use crate::model::{LogGroup, LogLine, Time};

/// What all that is asked may take beyond what one request may, whose own words say more.
const GRACE: Duration = Duration::from_millis(250);

/// What the lines say of where they come from, and what the warning is about.
pub const NAME: &str = "cloudwatch-logs";

/// How CloudWatch Logs is asked.
#[derive(Clone)]
pub struct Options {
    /// Who asks, where, and for how long.
    pub account: Account,
    /// Whether a profile was chosen. One that has nothing to say is a mistake then.
    pub profile_named: bool,
    /// Where progress goes.
    pub report: Report,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("account", &self.account).finish_non_exhaustive()
    }
}

/// An account's logs in one region. Nothing is asked before the first question.
#[derive(Debug)]
pub struct CloudWatchLogs {
    options: Options,
    client: OnceCell<aws_sdk_cloudwatchlogs::Client>,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The lines for which it holds, in no order.
    pub lines: Vec<LogLine>,
    /// Groups that are not there.
    pub missing: BTreeSet<String>,
    /// What should be said with it, one sentence each.
    pub notes: Vec<String>,
    /// Whether not everything was looked at: what was not found may be there all the same.
    pub cut: bool,
}

impl CloudWatchLogs {
    /// Ready to be asked.
    pub fn new(options: Options) -> Self {
        Self { options, client: OnceCell::new() }
    }

    /// Whether there are credentials and a region without asking the network for them.
    ///
    /// # Errors
    ///
    /// There are, but they cannot be used: a session that has expired, a configuration that makes no sense.
    pub async fn is_configured(&self) -> Result<bool, BackendError> {
        match self.client().await {
            Ok(_) => Ok(true),
            Err(remote) if remote.kind == Trouble::Unconfigured && !self.options.profile_named => {
                tracing::info!(reason = %remote, "CloudWatch Logs is not configured");
                Ok(false)
            }
            Err(remote) => Err(remote.into()),
        }
    }

    /// Finds out whether these groups can be searched.
    pub async fn examine(&self, groups: &[String], now: Time) -> Result<Examined, BackendError> {
        // On the heap, likewise.
        let examining: LocalBoxFuture<'_, _> = Box::pin(examine::examine(self, groups, now));
        let examined = tokio::time::timeout(self.options.account.timeout + GRACE, examining).await;
        examined.map_err(|_| error::late(self).into())
    }

    /// Looks for lines: in one group by `FilterLogEvents`, which costs nothing; in several by Logs Insights, which is billed by what it
    /// scans. Within the time that a question may take: what was found until then is given, and said to be cut.
    ///
    /// # Errors
    ///
    /// A group could not be asked. One that is not there is no error, but [`Found::missing`].
    pub async fn search(&self, search: &Search<'_>, groups: &[LogGroup]) -> Result<Found, BackendError> {
        // On the heap: all that may be waited for within is large.
        let searching: LocalBoxFuture<'_, _> = Box::pin(self.look(search, groups));
        let found = searching.await;
        (self.options.report)(None);
        Ok(found?)
    }

    async fn look(&self, search: &Search<'_>, groups: &[LogGroup]) -> Result<Found, Remote> {
        let deadline = Instant::now() + self.options.account.timeout + GRACE;
        let mut found = Found::default();
        if search.pattern().is_none() && search.needs_pattern() {
            found.notes.push(format!("CloudWatch Logs cannot search for {}", search.words()));
            found.cut = true;
            return Ok(found);
        }
        for some in groups.chunks(insights::MOST_GROUPS) {
            match some {
                [group] => filter::walk(self, search, group, deadline, &mut found).await?,
                several => insights::ask(self, search, several, deadline, &mut found).await?,
            }
        }
        search::tidy(&mut found);
        Ok(found)
    }

    async fn client(&self) -> Result<&aws_sdk_cloudwatchlogs::Client, Remote> {
        let new = || async {
            let config = connect::config(&error::SERVICE, &self.options.account).await?;
            Ok(aws_sdk_cloudwatchlogs::Client::new(&config))
        };
        self.client.get_or_try_init(new).await
    }
}

/// What a search would ask, and what that costs, as one line. Asks nothing.
pub fn explain(groups: &[String], wanted: &str) -> String {
    match groups {
        [] => {
            format!("find {wanted} in the log groups that the trace names: FilterLogEvents for one, Logs Insights for several")
        }
        [group] => format!("FilterLogEvents of `{group}` for {wanted}: free of charge"),
        several => format!("Logs Insights over {} log groups for {wanted}: billed by what it scans", several.len()),
    }
}
