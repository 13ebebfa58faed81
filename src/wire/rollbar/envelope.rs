//! `{"err": 0, "result": …}`, or `{"err": 1, "message": …}`.

use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::{item as items, occurrence};
use crate::model::error_report::{ErrorItem, Occurrence};
use crate::model::{Time, TraceId};

/// No message that a person wrote is longer.
const LONGEST_MESSAGE: usize = 500;

/// Why bytes are no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Odd {
    /// They are no JSON, or not in Rollbar's envelope.
    #[error("it is not what Rollbar answers: {0}")]
    Malformed(String),
    /// It says that something is wrong, whatever the status is. Text from outside.
    #[error("{0}")]
    Refused(String),
}

/// Occurrences, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Those that make sense.
    pub occurrences: Vec<Occurrence>,
    /// How many do not.
    pub unread: usize,
}

impl Page {
    /// Whether there is nothing in it: there are no more.
    pub fn is_empty(&self) -> bool {
        self.occurrences.is_empty() && self.unread == 0
    }

    /// When the last of them happened.
    pub fn newest(&self) -> Option<Time> {
        self.occurrences.iter().map(|occurrence| occurrence.time).max()
    }

    /// When the first of them happened.
    pub fn oldest(&self) -> Option<Time> {
        self.occurrences.iter().map(|occurrence| occurrence.time).min()
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    err: Json,
    #[serde(default)]
    message: Json,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Instances<'a> {
    /// Each is read by itself.
    #[serde(borrow)]
    instances: Vec<&'a RawValue>,
}

/// A page of occurrences, looked through for a trace's id. `bodies` says whether stack frames are kept.
pub fn page(body: &[u8], wanted: &TraceId, bodies: bool) -> Result<Page, Odd> {
    let Instances { instances } = serde_json::from_str(result(body)?.get()).map_err(|why| malformed(&why))?;
    let mut page = Page::default();
    for raw in instances {
        match serde_json::from_str::<Json>(raw.get()).ok().and_then(|value| occurrence::read(&value, wanted, bodies)) {
            Some(occurrence) => page.occurrences.push(occurrence),
            None => page.unread += 1,
        }
    }
    Ok(page)
}

/// What like errors are counted under.
pub fn item(body: &[u8]) -> Result<ErrorItem, Odd> {
    let value: Json = serde_json::from_str(result(body)?.get()).map_err(|why| malformed(&why))?;
    items::read(&value).ok_or_else(|| Odd::Malformed("an item without a number".to_owned()))
}

/// What a refusal says; empty where it has no words.
pub fn refusal(body: &[u8]) -> String {
    serde_json::from_slice::<Envelope<'_>>(body).map(|envelope| message(&envelope)).unwrap_or_default()
}

fn result(body: &[u8]) -> Result<&RawValue, Odd> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|why| malformed(&why))?;
    if envelope.err.as_i64().is_some_and(|err| err != 0) {
        let said = message(&envelope);
        return Err(Odd::Refused(if said.is_empty() { format!("error {}", envelope.err) } else { said }));
    }
    envelope.result.ok_or_else(|| Odd::Malformed("it has no `result`".to_owned()))
}

fn message(envelope: &Envelope<'_>) -> String {
    envelope.message.as_str().unwrap_or_default().trim().chars().take(LONGEST_MESSAGE).collect()
}

fn malformed(why: &serde_json::Error) -> Odd {
    Odd::Malformed(why.to_string())
}
