//! A trace by what the user typed or pasted.

use super::ask;
use crate::backend::{Near, Sources};
use crate::error::Failure;
use crate::model::{Trace, TraceId};
use crate::ui::Ui;

/// The trace that was meant, also by the beginning of its id.
pub(super) async fn trace(sources: &Sources, typed: &str, ui: &mut Ui) -> Result<Trace, Failure> {
    let id = TraceId::parse(typed).map_err(Failure::usage)?;
    let answer = sources.fetch(&id).await;
    if let Some(trace) = answer.value {
        ask::report(&answer.failed, ui);
        return Ok(trace);
    }
    if answer.answered == 0 && !answer.failed.is_empty() {
        return Err(ask::unanswered(answer.failed, "the trace may well exist"));
    }
    let near = sources.near(typed).await;
    match near.beginning.as_slice() {
        [only] => {
            let answer = sources.fetch(only).await;
            if let Some(trace) = answer.value {
                return Ok(trace);
            }
        }
        [] => {}
        several => {
            let ids: Vec<_> = several.iter().map(|id| format!("\n  {id}")).collect();
            let more = if several.len() < Near::MOST { "" } else { "\n  and perhaps more" };
            return Err(Failure::usage(format!("`{typed}` is the beginning of several trace ids:{}{more}", ids.concat()))
                .hint("type a few more digits"));
        }
    }
    if !answer.failed.is_empty() || sources.unopened > 0 {
        return Err(ask::unanswered(answer.failed, "nobody who answered has the trace"));
    }
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
    Err(failure.hint("`cruddur-trace list` shows what is there"))
}
