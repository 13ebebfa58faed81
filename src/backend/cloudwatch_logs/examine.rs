//! Whether log groups can be searched: facts for whoever diagnoses a set-up.

use super::super::Remote;
use super::super::aws::examine::{Who, who};
use super::error::{self, Refused};
use super::{CloudWatchLogs, insights};
use crate::model::Time;
use crate::model::time::{MILLISECOND, SECOND};

/// What was found out.
#[derive(Debug)]
pub struct Examined {
    /// Who asks, and where.
    pub who: Who,
    /// Of each group, what came of `FilterLogEvents`: whether it is there. Empty where that could not be asked.
    pub groups: Vec<(String, Result<bool, Remote>)>,
    /// What came of `StartQuery`, where there are several groups, all of them there.
    pub query: Option<Result<(), Remote>>,
}

/// Looks for credentials, and searches the last second of each group; where there are several, of all together, too.
pub(super) async fn examine(logs: &CloudWatchLogs, groups: &[String], now: Time) -> Examined {
    let (who, config) = who(&error::SERVICE, &logs.options.account).await;
    let mut examined = Examined { who, groups: Vec::new(), query: None };
    let Some(config) = config else { return examined };
    let client = aws_sdk_cloudwatchlogs::Client::new(&config);
    let milliseconds = i64::try_from(now.0 / MILLISECOND as u64).unwrap_or(i64::MAX);
    for group in groups {
        let asked = client.filter_log_events().log_group_name(group).start_time(milliseconds - 1000).end_time(milliseconds);
        let found = match asked.limit(1).send().await {
            Ok(_) => Ok(true),
            Err(failed) => match error::of(logs, "FilterLogEvents", &failed) {
                Refused::Missing(_) => Ok(false),
                Refused::Failed(remote) => Err(remote),
            },
        };
        let answered = found.as_ref().err().is_none_or(|remote| remote.kind == super::Trouble::Denied);
        examined.groups.push((group.clone(), found));
        if !answered {
            // The next would wait as long for nothing.
            return examined;
        }
    }
    if groups.len() > 1 && examined.groups.iter().all(|(_, found)| matches!(found, Ok(true))) {
        examined.query = Some(query(logs, &client, groups, now).await);
    }
    examined
}

/// Starts a query over a second, and stops it: it scans next to nothing.
async fn query(
    logs: &CloudWatchLogs,
    client: &aws_sdk_cloudwatchlogs::Client,
    groups: &[String],
    now: Time,
) -> Result<(), Remote> {
    let second = i64::try_from(now.0 / SECOND as u64).unwrap_or(i64::MAX);
    let names = groups.iter().take(insights::MOST_GROUPS).cloned().collect();
    let asked = client.start_query().set_log_group_names(Some(names)).start_time(second - 1).end_time(second).limit(1);
    match asked.query_string("fields @timestamp").send().await {
        Ok(answer) => {
            if let Some(query) = answer.query_id {
                insights::stop(logs, &query).await;
            }
            Ok(())
        }
        Err(failed) => match error::of(logs, "StartQuery", &failed) {
            // Between the two questions.
            Refused::Missing(said) => Err(error::broken("StartQuery", &said)),
            Refused::Failed(remote) => Err(remote),
        },
    }
}
