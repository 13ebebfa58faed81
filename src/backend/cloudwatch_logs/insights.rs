//! Several log groups, by a query of Logs Insights, which runs by itself and is asked how far it is.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html>. One group that is not there costs the whole
//! query, so that it is asked again without it.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::{QueryStatus, ResultField};
use tokio::time::{Instant, timeout, timeout_at};

use super::line::{Raw, milliseconds};
use super::search::{MOST_LINES, Search};
use super::{CloudWatchLogs, Found, error, filter};
use crate::backend::{Remote, Trouble};
use crate::model::LogGroup;
use error::Refused;

/// So many groups one query may have.
pub(super) const MOST_GROUPS: usize = 50;
/// So many groups are asked one by one where it is not said which of them is missing.
const MOST_ONE_BY_ONE: usize = 10;
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How long somebody is kept waiting for a query that nobody will come for.
const STOPPING: Duration = Duration::from_secs(1);
const START: &str = "StartQuery";
const RESULTS: &str = "GetQueryResults";

/// Asks about all of them.
pub(super) async fn ask(
    logs: &CloudWatchLogs,
    search: &Search<'_>,
    groups: &[LogGroup],
    deadline: Instant,
    found: &mut Found,
) -> Result<(), Remote> {
    let mut groups = groups.to_vec();
    loop {
        match groups.as_slice() {
            [] => return Ok(()),
            [group] => return filter::walk(logs, search, group, deadline, found).await,
            _ => {}
        }
        let missing = match start(logs, search, &groups, deadline).await {
            Ok(query) => return results(logs, search, (&query, &groups), deadline, found).await,
            Err(Refused::Missing(said)) => said,
            Err(Refused::Failed(remote)) => return Err(remote),
        };
        let before = groups.len();
        let (gone, there): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| is_named(&missing, &group.name));
        found.missing.extend(gone.into_iter().map(|group| group.name));
        groups = there;
        if groups.len() == before {
            return one_by_one(logs, search, &groups, deadline, found).await;
        }
    }
}

/// Whether what was said names the group: between quotation marks, or at the end of its ARN.
fn is_named(said: &str, group: &str) -> bool {
    said.split(['\'', '"', '`', ' ']).any(|word| {
        let word = word.trim_end_matches(['.', ',', ')']);
        word == group || word.split(":log-group:").nth(1).map(|rest| rest.trim_end_matches(":*")) == Some(group)
    })
}

async fn one_by_one(
    logs: &CloudWatchLogs,
    search: &Search<'_>,
    groups: &[LogGroup],
    deadline: Instant,
    found: &mut Found,
) -> Result<(), Remote> {
    if groups.len() > MOST_ONE_BY_ONE {
        let message = format!("one of {} log groups is not there, and CloudWatch Logs does not say which", groups.len());
        let hints = vec!["name those that are there with --log-group".to_owned()];
        return Err(Remote { kind: Trouble::Question, message, hints });
    }
    for group in groups {
        filter::walk(logs, search, group, deadline, found).await?;
    }
    Ok(())
}

async fn start(logs: &CloudWatchLogs, search: &Search<'_>, groups: &[LogGroup], deadline: Instant) -> Result<String, Refused> {
    let (from, to) = search.seconds();
    let request = logs
        .client()
        .await?
        .start_query()
        .set_log_group_names(Some(groups.iter().map(|group| group.name.clone()).collect()))
        .start_time(from)
        .end_time(to)
        .query_string(search.query())
        .limit(MOST_LINES as i32);
    match timeout_at(deadline, request.send()).await {
        Ok(Ok(answer)) => answer.query_id.ok_or_else(|| error::broken(START, "it gave no query id").into()),
        Ok(Err(failed)) => Err(error::of(logs, START, &failed)),
        Err(_) => Err(error::late(logs).into()),
    }
}

/// Waits for the query, and stops it when there is no more time.
async fn results(
    logs: &CloudWatchLogs,
    search: &Search<'_>,
    (query, groups): (&str, &[LogGroup]),
    deadline: Instant,
    found: &mut Found,
) -> Result<(), Remote> {
    let begun = Instant::now();
    let mut wait = FIRST_WAIT;
    loop {
        let asked = timeout_at(deadline, logs.client().await?.get_query_results().query_id(query).send()).await;
        let answer = match asked {
            Ok(Ok(answer)) => answer,
            Ok(Err(failed)) => {
                stop(logs, query).await;
                return Err(match error::of(logs, RESULTS, &failed) {
                    Refused::Missing(said) => error::broken(RESULTS, &format!("it does not know the query any more: {said}")),
                    Refused::Failed(remote) => remote,
                });
            }
            Err(_) => {
                stop(logs, query).await;
                return Err(late(logs));
            }
        };
        match &answer.status {
            Some(QueryStatus::Complete) => {
                take(answer, search, groups, found);
                return Ok(());
            }
            Some(status @ (QueryStatus::Failed | QueryStatus::Cancelled | QueryStatus::Timeout)) => {
                return Err(error::broken("a query of Logs Insights", &format!("its status is {}", status.as_str())));
            }
            // Scheduled, running, or something that is newer than this program.
            _ => {}
        }
        if Instant::now() + wait > deadline {
            stop(logs, query).await;
            return Err(late(logs));
        }
        (logs.options.report)(Some(&format!("CloudWatch Logs: a query is running, {} s", begun.elapsed().as_secs())));
        tokio::time::sleep(wait).await;
        wait = (wait * 3 / 2).min(LONGEST_WAIT);
    }
}

fn late(logs: &CloudWatchLogs) -> Remote {
    let patience = humantime::format_duration(logs.options.account.timeout);
    Remote {
        kind: Trouble::Timeout,
        message: format!("Logs Insights did not end its query within {patience}; it was stopped"),
        hints: vec!["--timeout gives it longer; one --log-group is searched without a query".to_owned()],
    }
}

/// Nobody will come for it any more, and it is billed by what it scans. That it cannot be stopped changes nothing for who asked.
pub(super) async fn stop(logs: &CloudWatchLogs, query: &str) {
    let Ok(client) = logs.client().await else { return };
    match timeout(STOPPING, client.stop_query().query_id(query).send()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::info!(%error, "a query of Logs Insights could not be stopped"),
        Err(_) => tracing::info!("nobody said whether a query of Logs Insights was stopped"),
    }
}

fn take(answer: GetQueryResultsOutput, search: &Search<'_>, groups: &[LogGroup], found: &mut Found) {
    let rows = answer.results.unwrap_or_default();
    let count = rows.len();
    found.lines.extend(rows.into_iter().filter_map(|row| raw(row).read(search, groups)));
    let statistics = answer.statistics.as_ref();
    let matched = statistics.map_or(0.0, |statistics| statistics.records_matched);
    if count >= MOST_LINES || matched > count as f64 {
        found.notes.push(format!("the log groups have more lines than the first {count}, which are shown"));
        found.cut = true;
    }
    if let Some(bytes) = statistics.map(|statistics| statistics.bytes_scanned).filter(|bytes| *bytes > 0.0) {
        let groups = groups.len();
        let megabytes = if bytes < 1e5 { "less than 0.1 MB".to_owned() } else { format!("{:.1} MB", bytes / 1e6) };
        found.notes.push(format!("Logs Insights scanned {megabytes} in {groups} log groups, which AWS bills"));
    }
}

/// A row is a list of names and values.
fn raw(row: Vec<ResultField>) -> Raw {
    let mut raw = Raw::default();
    for field in row {
        let (Some(name), Some(value)) = (field.field, field.value) else { continue };
        match name.as_str() {
            "@timestamp" => raw.timestamp = milliseconds(&value),
            "@message" => raw.message = Some(value),
            // `123456789012:/aws/lambda/thumbs`
            "@log" => raw.group = value.split_once(':').map_or(value.clone(), |(_, group)| group.to_owned()),
            "@logStream" => raw.stream = Some(value),
            "@ptr" => raw.event = Some(value),
            _ => {}
        }
    }
    raw
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_that_is_missing_is_named_in_several_ways() {
        for said in [
            "Log group 'web' does not exist for account ID '123456789012' (Service: AWSLogs; Status Code: 400)",
            "The specified log group does not exist: web.",
            "Log group arn:aws:logs:us-east-1:123456789012:log-group:web:* was not found",
        ] {
            assert!(is_named(said, "web"), "{said}");
            assert!(!is_named(said, "we") && !is_named(said, "/aws/web"), "{said}");
        }
        assert!(!is_named("The specified log group does not exist.", "web"));
    }
}
