//! Tokens for the next page. One is good for the request that it was given for, and for no other.

use std::collections::HashMap;

use cruddur_trace::model::Time;
use serde_json::Value;

use super::input::text;
use super::noise;
use super::refusal::Refusal;

/// Where the next page begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// How many pages there were.
    pub(super) page: usize,
    /// How many items there were.
    pub(super) offset: usize,
    /// The last item, where the order is by time.
    pub(super) after: Option<(Time, String)>,
}

/// The tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Pages {
    given: HashMap<String, (String, Cursor)>,
}

impl Pages {
    /// Where the request wants to go on: at the start without a token.
    pub(super) fn cursor(&self, operation: &str, body: &Value) -> Result<Cursor, Refusal> {
        let Some(token) = text(body, "NextToken")? else { return Ok(Cursor::default()) };
        match self.given.get(token) {
            Some((asked, cursor)) if *asked == question(operation, body) => Ok(cursor.clone()),
            _ => Err(Refusal::invalid("Invalid NextToken")),
        }
    }

    /// A token with which the same request goes on there.
    pub(super) fn token(&mut self, operation: &str, body: &Value, cursor: Cursor) -> String {
        let number = self.given.len() as u64;
        let token = format!("{:016x}{:016x}==", noise::number(number), noise::number(!number));
        self.given.insert(token.clone(), (question(operation, body), cursor));
        token
    }
}

/// The request without its token.
fn question(operation: &str, body: &Value) -> String {
    let mut body = body.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("NextToken");
    }
    format!("{operation} {body}")
}
