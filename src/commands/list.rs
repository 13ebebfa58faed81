//! `list`: the traces of a window, newest first; with `--follow`, also those still to come.

use std::collections::HashSet;
use std::time::Duration;

use super::Context;
use super::ask::{self, Window};
use super::signals::{Stop, interrupted};
use crate::backend::{Listing, Local, Sources};
use crate::cli::ListArgs;
use crate::cli::list::ListFormat;
use crate::cli::value::BackendArg;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::time::MILLISECOND;
use crate::model::{Time, TimeRange, TraceId, TraceSummary};
use crate::query::Query;
use crate::render::{Look, json, table, units};
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
    if args.follow && args.output == ListFormat::Json {
        return Err(Failure::usage("one JSON document cannot be followed: it has an end").hint("use `-o jsonl`"));
    }
    if args.follow && context.settings.window.until.is_some() {
        return Err(Failure::usage("--follow has no end, and --until is one").hint("leave one of them out"));
    }
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let window = ask::window(context)?;
    let sources = ask::open(context, ui)?;
    let query = Query { range: window.for_sources(&sources), filter, limit: args.limit.unwrap_or(context.settings.limit) };
    if args.explain {
        return ask::explain(&sources, &query, ui);
    }
    let mut listing = listed(&sources, &query, window, ui).await?;
    if listing.more {
        listing.notes.push(cut_off(&listing, &query));
    }
    say(&listing, &query, &sources, ui);
    let look = context.look(ui);
    let look = Look { now: look.now.filter(|_| !args.follow), ..look };
    let text = printed(&listing.traces, &listing.notes, args.output, &look);
    if args.follow {
        // What follows shall line up with what stands above it.
        ui.out(&text)?;
        return follow(&query, &listing.traces, args.output, context, ui).await;
    }
    match args.output {
        ListFormat::Table => ui.page(&text)?,
        ListFormat::Json | ListFormat::Jsonl => ui.out(&text)?,
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
    if answer.answered == 0 && !answer.failed.is_empty() {
        return Err(ask::unanswered(answer.failed, "there may well be traces"));
    }
    ask::report(&answer.failed, ui);
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
    }
}

/// What the limit left of the window.
fn cut_off(listing: &Listing, query: &Query) -> String {
    let of = match (listing.in_window, &query.filter) {
        (Some(total), None) => format!(" of {}", units::count(total)),
        _ => String::new(),
    };
    format!("the newest {}{of}; --limit shows more", units::count(listing.traces.len()))
}

fn printed(traces: &[TraceSummary], notes: &[String], format: ListFormat, look: &Look) -> String {
    match format {
        ListFormat::Table if traces.is_empty() => String::new(),
        ListFormat::Table => table::render(traces, look),
        ListFormat::Json => json::list(traces, notes),
        ListFormat::Jsonl => traces.iter().map(json::list_line).collect(),
    }
}

/// Prints each trace that arrives from now on, once: when it is complete, or has been silent for a while.
async fn follow(
    query: &Query,
    listed: &[TraceSummary],
    format: ListFormat,
    context: &Context,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let mut stop = Stop::listen()?;
    let mut printed: HashSet<TraceId> = listed.iter().map(|trace| trace.id.clone()).collect();
    let mut headed = !listed.is_empty();
    let mut store = None;
    let mut seen = None;
    let mut waiting = true;
    let mut since = context.now;
    let range = TimeRange::new(query.range.start(), Time(u64::MAX)).unwrap_or(TimeRange::ALL);
    let query = Query { limit: usize::MAX, range, filter: query.filter.clone() };
    loop {
        if interrupted(&mut stop, tokio::time::sleep(LOOK)).await.is_none() {
            return Ok(Exit::Interrupted);
        }
        if store.as_ref().is_none_or(|store: &Local| !store.is_current()) {
            seen = None;
            store = Local::open(&context.settings.store, context.settings.timeout).ok();
        }
        let Some(local) = &store else { continue };
        let change = local.change().map_err(|error| ask::failure(error.into()))?;
        if seen == Some(change) && !waiting {
            continue;
        }
        seen = Some(change);
        let now = (context.clock)();
        let listing = local.arrived(&query, since).map_err(ask::failure)?;
        // What is committed while we look bears a time from before.
        since = now.saturating_add(-PATIENCE);
        waiting = false;
        let mut ripe = Vec::new();
        for trace in listing.traces.into_iter().rev().filter(|trace| !printed.contains(&trace.id)) {
            let silent = now.since(trace.received.unwrap_or(trace.end)) >= PATIENCE;
            if trace.complete() || silent {
                ripe.push(trace);
            } else {
                since = since.min(trace.received.unwrap_or(since));
                waiting = true;
            }
        }
        if ripe.is_empty() {
            continue;
        }
        printed.extend(ripe.iter().map(|trace| trace.id.clone()));
        // An age would be wrong a moment later: these lines stay on the screen.
        let look = Look { now: None, ..context.look(ui) };
        let text = match format {
            ListFormat::Table if headed => table::rows(&ripe, &look),
            ListFormat::Table => table::render(&ripe, &look),
            ListFormat::Json | ListFormat::Jsonl => ripe.iter().map(json::list_line).collect(),
        };
        headed = true;
        ui.out(&text)?;
    }
}
