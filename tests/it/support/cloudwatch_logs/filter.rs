//! `FilterLogEvents`: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::archive::{Archive, Event};
use super::input::{number, text, texts};
use super::pattern::Pattern;
use super::refusal::Refusal;
use super::rules::Rules;

/// The tokens that were given out: the request that each is good for, and how many lines were looked at.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    given: HashMap<String, (String, usize)>,
}

pub(super) fn events(body: &Value, rules: &Rules, archive: &Archive, tokens: &mut Tokens) -> Result<Value, Refusal> {
    let group = text(body, "logGroupName")?.ok_or_else(|| Refusal::invalid("logGroupName is required"))?;
    let limit = number(body, "limit")?.unwrap_or(10_000);
    if !(1..=10_000).contains(&limit) {
        return Err(Refusal::invalid("limit is not between 1 and 10000"));
    }
    let pattern = Pattern::parse(text(body, "filterPattern")?.unwrap_or_default())?;
    let (start, end) = (number(body, "startTime")?.unwrap_or(0), number(body, "endTime")?.unwrap_or(i64::MAX));
    if start < 0 || end < start {
        return Err(Refusal::invalid("startTime must not be behind endTime"));
    }
    let streams = texts(body, "logStreamNames")?;
    let begin = tokens.place(body)?;
    let within = |event: &&Event| (start..=end).contains(&event.timestamp);
    let of_stream = |event: &&Event| streams.as_ref().is_none_or(|streams| streams.contains(&event.stream));
    let all: Vec<&Event> = archive.get(group)?.iter().filter(within).filter(of_stream).collect();
    let (mut shown, mut at) = (Vec::new(), begin);
    while at < all.len() && at - begin < rules.scanned_per_page.max(1) && shown.len() < usize::try_from(limit).unwrap_or(1) {
        if rules.matches_everything || pattern.matches(&all[at].message) {
            shown.push(view(all[at]));
        }
        at += 1;
    }
    let mut answer = json!({ "events": shown, "searchedLogStreams": [] });
    if rules.circular {
        answer["nextToken"] = json!(tokens.token(body, begin));
    } else if at < all.len() {
        answer["nextToken"] = json!(tokens.token(body, at));
    }
    Ok(answer)
}

fn view(event: &Event) -> Value {
    json!({
        "logStreamName": event.stream, "timestamp": event.timestamp, "message": event.message,
        "ingestionTime": event.timestamp + 500, "eventId": event.id,
    })
}

impl Tokens {
    /// Where the request goes on.
    fn place(&self, body: &Value) -> Result<usize, Refusal> {
        let Some(token) = text(body, "nextToken")? else { return Ok(0) };
        match self.given.get(token) {
            Some((asked, at)) if *asked == question(body) => Ok(*at),
            _ => Err(Refusal::invalid("The specified nextToken is invalid.")),
        }
    }

    fn token(&mut self, body: &Value, at: usize) -> String {
        let token = format!("Bxkq6kVGFtq2y_MoigeqscPOdhXVbhiVtLoAmXb5jCo{at}");
        self.given.insert(token.clone(), (question(body), at));
        token
    }
}

/// The request without its token.
fn question(body: &Value) -> String {
    let mut body = body.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("nextToken");
    }
    body.to_string()
}
