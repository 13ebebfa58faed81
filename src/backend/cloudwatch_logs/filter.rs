//! One log group, by `FilterLogEvents`.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>. A page may be empty and have a next one:
//! only the token says whether there is more. An account may ask five times a second.

use tokio::time::{Instant, timeout_at};

use super::line::Raw;
use super::search::{MOST_LINES, Search};
use super::{CloudWatchLogs, Found, error};
use crate::backend::Remote;
use crate::model::LogGroup;
use error::Refused;

/// So many pages are read at most: at five a second, most of a minute.
const MOST_PAGES: usize = 200;
const ACTION: &str = "FilterLogEvents";

/// Walks through what the group has.
pub(super) async fn walk(
    logs: &CloudWatchLogs,
    search: &Search<'_>,
    group: &LogGroup,
    deadline: Instant,
    found: &mut Found,
) -> Result<(), Remote> {
    let client = logs.client().await?;
    let (start, end) = search.milliseconds();
    let name = &group.name;
    let mut next: Option<String> = None;
    for pages in 0..MOST_PAGES {
        let request = client
            .filter_log_events()
            .log_group_name(name)
            .start_time(start)
            .end_time(end)
            .limit(MOST_LINES as i32)
            .set_filter_pattern(search.pattern())
            .set_next_token(next.clone());
        let answer = match timeout_at(deadline, request.send()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(failed)) => match error::of(logs, ACTION, &failed) {
                Refused::Missing(_) => {
                    found.missing.insert(name.clone());
                    return Ok(());
                }
                Refused::Failed(remote) if pages == 0 => return Err(remote),
                // What was found until then stays.
                Refused::Failed(remote) => {
                    cut(found, format!("log group `{name}` was not searched to its end: {remote}"));
                    return Ok(());
                }
            },
            Err(_) if pages == 0 => return Err(error::late(logs)),
            Err(_) => {
                let patience = humantime::format_duration(logs.options.account.timeout);
                cut(
                    found,
                    format!("log group `{name}` was not searched to its end within {patience}: --timeout gives it longer"),
                );
                return Ok(());
            }
        };
        for event in answer.events.unwrap_or_default() {
            let raw = Raw {
                timestamp: event.timestamp,
                message: event.message,
                group: name.clone(),
                stream: event.log_stream_name,
                event: event.event_id,
            };
            found.lines.extend(raw.read(search, std::slice::from_ref(group)));
        }
        let token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(());
        }
        if token == next {
            return Err(error::broken(ACTION, "it gives the same page again and again"));
        }
        next = token;
        if found.lines.len() >= MOST_LINES {
            cut(found, format!("log group `{name}` has more lines than the first {MOST_LINES}, which are shown"));
            return Ok(());
        }
        (logs.options.report)(Some(&format!("CloudWatch Logs: {} pages of {name}", pages + 1)));
    }
    cut(found, format!("log group `{name}` was not searched to its end: {MOST_PAGES} pages were read"));
    Ok(())
}

fn cut(found: &mut Found, why: String) {
    found.notes.push(why);
    found.cut = true;
}
