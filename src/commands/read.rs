//! Traces one after another, for commands that look at many: those that a listing has, or those that were named. No more than
//! [`AT_ONCE`] of them are in memory.

use super::ask::{self, Failed, Window};
use super::find;
use crate::backend::Sources;
use crate::error::Failure;
use crate::model::{Trace, TraceId};
use crate::query::{Expr, Matched, Query};
use crate::render::units;
use crate::ui::Ui;

/// How many traces are in memory at once.
const AT_ONCE: usize = 20;

/// What became of reading traces, and what there is to say about it.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The traces that were looked at.
    pub(super) ids: Vec<TraceId>,
    /// Whether these are all that satisfy the filter in the window that was asked for.
    pub(super) all_of_window: bool,
    /// What should be said with the answer, one sentence each.
    pub(super) notes: Vec<String>,
    /// Who did not answer, which was said already: for programs, which do not read warnings.
    pub(super) silent: Vec<String>,
}

/// Lists, and reads what was listed, newest first. Calls `look` with each trace, and with what of it satisfies the filter, as far as
/// it still does.
///
/// # Errors
///
/// Nobody answered, or there are traces of which none can be read.
pub(super) async fn newest(
    sources: &Sources,
    query: &Query,
    window: Window,
    ui: &mut Ui,
    mut look: impl FnMut(&Trace, Option<&Matched>),
) -> Result<Read, Failure> {
    let (listing, mut silent) = ask::listed(sources, query, window, ui).await?;
    let mut notes = listing.notes;
    if listing.more {
        let of = match (listing.in_window, &query.filter) {
            (Some(total), None) => format!(" of {}", units::count(total)),
            _ => String::new(),
        };
        notes.push(format!("made of the newest {}{of} traces; --limit looks at more", units::count(listing.traces.len())));
    }
    // Where the default window holds nothing, older traces are listed.
    let within = listing.traces.is_empty() || listing.traces.iter().any(|summary| query.range.contains(summary.start));
    let ids: Vec<TraceId> = listing.traces.into_iter().map(|summary| summary.id).collect();
    let mut looked_at = Vec::with_capacity(ids.len());
    let (mut read, mut changed) = (0, 0);
    let mut failed = Failed::new();
    for some in ids.chunks(AT_ONCE) {
        let answer = sources.fetch_many(some).await;
        ask::also_failed(&mut failed, answer.failed);
        for trace in &answer.value {
            read += 1;
            let matched = query.filter.as_ref().map(|filter| filter.matches(trace));
            match matched {
                Some(None) => changed += 1,
                matched => {
                    look(trace, matched.flatten().as_ref());
                    looked_at.push(trace.id().clone());
                }
            }
        }
    }
    let gone = ids.len() - read;
    if read == 0 && !failed.is_empty() {
        return Err(ask::unanswered(failed, "there are traces, but none of them can be read"));
    }
    ask::report(&failed, ui);
    silent.extend(failed.iter().map(ask::did_not_answer));
    silent.dedup();
    for (count, became) in [(gone, "could not be read any more"), (changed, "did not satisfy the filter any more when read")] {
        if count > 0 {
            notes.push(format!("{} {became}", units::plural(count, "trace that was listed", "traces that were listed")));
        }
    }
    let all_of_window = within && !listing.more && !listing.left_out && gone == 0 && silent.is_empty();
    Ok(Read { ids: looked_at, all_of_window, notes, silent })
}

/// Reads the traces that were named, each once, and calls `look` as [`newest`] does, with those that satisfy the filter.
///
/// # Errors
///
/// One of them is not there, or it cannot be told which was meant.
pub(super) async fn named(
    sources: &Sources,
    typed: &[String],
    filter: Option<&Expr>,
    ui: &mut Ui,
    mut look: impl FnMut(&Trace, Option<&Matched>),
) -> Result<Read, Failure> {
    let mut ids = Vec::new();
    let mut failed = Failed::new();
    for typed in typed {
        let find::Found { trace, failed: more } = find::trace(sources, typed).await?;
        ask::also_failed(&mut failed, more);
        // The same trace in two spellings is one.
        if ids.contains(trace.id()) {
            continue;
        }
        let matched = filter.map(|filter| filter.matches(&trace));
        if !matches!(matched, Some(None)) {
            look(&trace, matched.flatten().as_ref());
            ids.push(trace.id().clone());
        }
    }
    ask::report(&failed, ui);
    Ok(Read { ids, silent: ask::silent(sources, &failed), ..Read::default() })
}
