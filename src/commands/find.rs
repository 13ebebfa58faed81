//! A trace by what the user typed or pasted.

use super::ask::{self, Failed};
use crate::backend::{Near, Sources};
use crate::error::Failure;
use crate::model::{Trace, TraceId};

/// A trace that was found, and who did not answer: what only they have of it is not in it, which is said in the trace itself.
pub(super) struct Found {
    pub(super) trace: Trace,
    pub(super) failed: Failed,
}

impl Found {
    fn new(mut trace: Trace, failed: Failed) -> Self {
        trace.truncated.extend(failed.iter().map(ask::did_not_answer));
        Self { trace, failed }
    }
}

/// The trace that was meant, also by the beginning of its id.
pub(super) async fn trace(sources: &Sources, typed: &str) -> Result<Found, Failure> {
    let id = TraceId::parse(typed).map_err(Failure::usage)?;
    let answer = sources.fetch(&id).await;
    let mut failed = answer.failed;
    if let Some(trace) = answer.value {
        return Ok(Found::new(trace, failed));
    }
    if answer.answered == 0 && !failed.is_empty() {
        return Err(ask::unanswered(failed, "the trace may well exist"));
    }
    let near = sources.near(typed).await;
    ask::also_failed(&mut failed, near.failed);
    let near = near.value;
    let mut listed = None;
    match near.beginning.as_slice() {
        [only] => {
            let answer = sources.fetch(only).await;
            ask::also_failed(&mut failed, answer.failed);
            if let Some(trace) = answer.value {
                return Ok(Found::new(trace, failed));
            }
            listed = Some(only);
        }
        [] => {}
        several => return Err(ambiguous(typed, several)),
    }
    if !failed.is_empty() || !sources.unopened.is_empty() {
        return Err(ask::unanswered(failed, "nobody who answered has the trace"));
    }
    if let Some(id) = listed {
        return Err(
            Failure::unanswerable(format!("it cannot be told: trace {id} is listed, and nobody gives it")).hint("try again")
        );
    }
    if near.cut {
        return Err(Failure::unanswerable(format!(
            "it cannot be told: not every id was looked at that may begin with `{typed}`"
        ))
        .hint("type the whole id, which needs no search"));
    }
    Err(not_there(typed, near))
}

fn ambiguous(typed: &str, several: &[TraceId]) -> Failure {
    let ids: Vec<_> = several.iter().map(|id| format!("\n  {id}")).collect();
    let more = if several.len() < Near::MOST { "" } else { "\n  and perhaps more" };
    Failure::usage(format!("`{typed}` is the beginning of several trace ids:{}{more}", ids.concat()))
        .hint("type a few more digits")
}

fn not_there(typed: &str, near: Near) -> Failure {
    let mut failure = Failure::not_found(format!("no trace `{typed}`"));
    for said in near.said {
        failure = failure.hint(said);
    }
    if !near.alike.is_empty() {
        let ids: Vec<_> = near.alike.iter().map(ToString::to_string).collect();
        failure = failure.hint(if ids.len() == 1 {
            format!("the nearest id is {}", ids[0])
        } else {
            format!("the nearest ids are {}", ids.join(", "))
        });
    }
    failure.hint("`cruddur-trace list` shows what is there")
}
