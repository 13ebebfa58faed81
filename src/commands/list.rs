//! `list`: the traces of a window, newest first; with `--follow`, also those still to come.

use std::collections::HashSet;
use std::time::Duration;

use super::Context;
use super::ask::{self, Window};
use super::signals::interrupted;
use crate::backend::{Backend as _, Listing, Local, Sources};
use crate::cli::ListArgs;
use crate::cli::list::ListFormat;
use crate::cli::value::BackendArg;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::time::MILLISECOND;
use crate::model::{Time, TimeRange, TraceId, TraceSummary};
use crate::query::Query;
use crate::render::{json, table, units};
use crate::ui::Ui;

/// How often a follower looks.
const LOOK: Duration = Duration::from_millis(200);
/// For how long a trace that is not complete may stay silent before it is printed all the same.
const PATIENCE: i128 = 2_000 * MILLISECOND;

/// Asks, says what is odd, prints.
pub(crate) async fn run(args: &ListArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let file = |backend: &BackendArg| matches!(backend, BackendArg::File(_));
    if args.follow && context.settings.backends.iter().any(file) {
        return Err(Failure::usage("a file cannot be followed").hint("leave --follow out, or use `--backend local`"));
    }
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let window = ask::window(context)?;
    let sources = ask::open(context, ui)?;
    let query = Query { range: window.for_sources(&sources), filter, limit: args.limit.unwrap_or(context.settings.limit) };
    if args.explain {
        return ask::explain(&sources, &query, ui);
    }
    let listing = listed(&sources, &query, window, ui).await?;
    say(&listing, &query, &sources, ui);
    ui.out(&printed(&listing.traces, &listing.notes, args.output, context, ui))?;
    if args.follow {
        return follow(&query, &listing.traces, args.output, context, ui).await;
    }
    Ok(Exit::Yes)
}

/// Where the default window holds nothing and looking further costs nothing, looks further.
async fn listed(sources: &Sources, query: &Query, window: Window, ui: &mut Ui) -> Result<Listing, Failure> {
    let mut answer = sources.list(query).await;
    if answer.value.traces.is_empty()
        && !window.chosen
        && !sources.opened.is_empty()
        && sources.reach_back()
        && query.range != TimeRange::ALL
    {
        let further = sources.list(&Query { range: TimeRange::ALL, ..query.clone() }).await;
        if !further.value.traces.is_empty() {
            answer = further;
            answer
                .value
                .notes
                .push("nothing newer matches, so these are older than the default window (see --since)".to_owned());
        }
    }
    ask::report(&answer.failed, ui);
    if answer.answered == 0 && !answer.failed.is_empty() {
        return Err(ask::unanswered("there may well be traces"));
    }
    Ok(answer.value)
}

/// What belongs beside the answer.
fn say(listing: &Listing, query: &Query, sources: &Sources, ui: &mut Ui) {
    for note in &listing.notes {
        ui.note(note);
    }
    if listing.traces.is_empty() {
        match (sources.opened.is_empty(), &query.filter) {
            (true, _) => {
                ui.note("there are no traces yet");
                ui.hint("`cruddur-trace demo` shows what it looks like; `cruddur-trace run -- CMD` or `cruddur-trace collect` receives your own");
            }
            (false, Some(filter)) => ui.note(&format!("no trace satisfies {filter}")),
            (false, None) => {
                ui.note("there are no traces here");
                ui.hint("`cruddur-trace collect` receives what applications send; `--since 7d` looks further back");
            }
        }
    } else if listing.more {
        let of = match (listing.in_window, &query.filter) {
            (Some(total), None) => format!(" of {}", units::count(total)),
            _ => String::new(),
        };
        ui.note(&format!("the newest {}{of}; --limit shows more", units::count(listing.traces.len())));
    }
}

fn printed(traces: &[TraceSummary], notes: &[String], format: ListFormat, context: &Context, ui: &Ui) -> String {
    match format {
        ListFormat::Table if traces.is_empty() => String::new(),
        ListFormat::Table => table::render(traces, &context.look(ui)),
        ListFormat::Json => json::list(traces, notes),
        ListFormat::Jsonl => traces.iter().map(json::list_line).collect(),
    }
}

/// Prints each trace once: when it is complete, or has been silent for a while.
async fn follow(
    query: &Query,
    printed_already: &[TraceSummary],
    format: ListFormat,
    context: &Context,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let mut printed: HashSet<TraceId> = printed_already.iter().map(|trace| trace.id.clone()).collect();
    let mut store = None;
    let mut seen = None;
    let mut waiting = true;
    loop {
        if interrupted(tokio::time::sleep(LOOK)).await.is_none() {
            return Ok(Exit::Interrupted);
        }
        if store.is_none() {
            store = Local::open(&context.settings.store).ok();
        }
        let Some(local) = &store else { continue };
        let change = local.change().map_err(|error| ask::failure(error.into()))?;
        if seen == Some(change) && !waiting {
            continue;
        }
        seen = Some(change);
        let now = (context.clock)();
        let all = Query {
            limit: usize::MAX,
            range: TimeRange::new(query.range.start(), Time(u64::MAX)).unwrap_or(TimeRange::ALL),
            ..query.clone()
        };
        let listing = local.list(&all).await.map_err(ask::failure)?;
        waiting = false;
        let mut ripe = Vec::new();
        for trace in listing.traces.into_iter().rev() {
            if printed.contains(&trace.id) {
                continue;
            }
            let silent = now.since(trace.received.unwrap_or(trace.end)) >= PATIENCE;
            if trace.complete() || silent {
                printed.insert(trace.id.clone());
                ripe.push(trace);
            } else {
                waiting = true;
            }
        }
        if !ripe.is_empty() {
            let text = match format {
                ListFormat::Table => table::rows(&ripe, &ui.look(context.zone, now)),
                ListFormat::Json | ListFormat::Jsonl => ripe.iter().map(json::list_line).collect(),
            };
            ui.out(&text)?;
        }
    }
}
