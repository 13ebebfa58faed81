//! `map`: who calls whom, put together from traces.

use super::ask::{self, Window};
use super::{Context, find};
use crate::analysis::GraphBuilder;
use crate::backend::{Backend as _, BackendError, Sources};
use crate::cli::MapArgs;
use crate::cli::map::MapFormat;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::{ServiceGraph, TimeRange};
use crate::query::{Expr, Query};
use crate::render::{graph, json, units};
use crate::ui::Ui;

/// A graph, and what there is to say about it.
struct Answer {
    graph: ServiceGraph,
    /// What it was put together from.
    about: String,
    notes: Vec<String>,
}

/// Asks, says what is odd, prints.
pub(crate) async fn run(args: &MapArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let window = ask::window(context)?;
    let sources = ask::open(context, ui)?;
    let query = Query { range: window.for_sources(&sources), filter, limit: args.limit };
    if args.explain && args.traces.is_empty() {
        return ask::explain(&sources, &query, ui);
    }
    if args.explain {
        for source in &sources.opened {
            ui.out(&format!("{}: fetch each trace by its id\n", source.name()))?;
        }
        return Ok(Exit::Yes);
    }
    let answer = if args.traces.is_empty() {
        traced(&sources, &query, window, ui).await?
    } else {
        of_these(&sources, &args.traces, query.filter.as_ref(), ui).await?
    };
    for note in &answer.notes {
        ui.note(note);
    }
    if answer.graph.nodes.is_empty() {
        say_nothing(&sources, query.filter.as_ref(), ui);
    }
    match args.output {
        MapFormat::Text => ui.page(&graph::render(&answer.graph, &answer.about, &context.look(ui)))?,
        MapFormat::Json => ui.out(&json::map(&answer.graph, &answer.notes))?,
    }
    Ok(Exit::Yes)
}

/// The graph of the newest traces that match.
async fn traced(sources: &Sources, query: &Query, window: Window, ui: &mut Ui) -> Result<Answer, Failure> {
    let mut listed = sources.list(query).await;
    let mut notes = Vec::new();
    // Where the default window holds nothing and looking further costs nothing, looks further.
    if listed.value.traces.is_empty()
        && !window.chosen
        && !sources.opened.is_empty()
        && sources.reach_back()
        && query.range != TimeRange::ALL
    {
        let further = sources.list(&Query { range: TimeRange::ALL, ..query.clone() }).await;
        if !further.value.traces.is_empty() {
            listed = further;
            notes.push("nothing newer matches, so this is older than the default window (see --since)".to_owned());
        }
    }
    if listed.answered == 0 && !listed.failed.is_empty() {
        return Err(ask::unanswered(listed.failed, "there may well be traces"));
    }
    ask::report(&listed.failed, ui);
    let listing = listed.value;
    notes.extend(listing.notes);
    if listing.more {
        let of = match (listing.in_window, &query.filter) {
            (Some(total), None) => format!(" of {}", units::count(total)),
            _ => String::new(),
        };
        notes.push(format!("made of the newest {}{of} traces; --limit looks at more", units::count(listing.traces.len())));
    }

    let mut builder = GraphBuilder::default();
    let (mut read, mut gone) = (0, 0);
    let mut failed: Vec<(String, BackendError)> = Vec::new();
    for summary in &listing.traces {
        let answer = sources.fetch(&summary.id).await;
        // One that fails will fail each time; saying so once is enough.
        for (name, error) in answer.failed {
            if !failed.iter().any(|(known, _)| *known == name) {
                failed.push((name, error));
            }
        }
        match answer.value {
            Some(trace) => {
                builder.add(&trace);
                read += 1;
            }
            None => gone += 1,
        }
    }
    if read == 0 && !failed.is_empty() {
        return Err(ask::unanswered(failed, "there are traces, but none of them can be read"));
    }
    ask::report(&failed, ui);
    if gone > 0 {
        notes.push(format!(
            "{} could not be read any more",
            units::plural(gone, "trace that was listed", "traces that were listed")
        ));
    }
    Ok(finished(builder, read, notes))
}

/// The graph of some traces, as far as the filter holds for them.
async fn of_these(sources: &Sources, typed: &[String], filter: Option<&Expr>, ui: &mut Ui) -> Result<Answer, Failure> {
    let mut builder = GraphBuilder::default();
    let mut added = Vec::new();
    for typed in typed {
        let trace = find::trace(sources, typed, ui).await?;
        // The same trace in two spellings is one.
        if !added.contains(trace.id()) && filter.is_none_or(|filter| filter.matches(&trace).is_some()) {
            builder.add(&trace);
            added.push(trace.id().clone());
        }
    }
    Ok(finished(builder, added.len(), Vec::new()))
}

fn finished(builder: GraphBuilder, traces: usize, mut notes: Vec<String>) -> Answer {
    let unknown = builder.unknown_callers();
    if unknown > 0 {
        let requests = units::plural(unknown, "request came from a span that has", "requests came from spans that have");
        notes.push(format!(
            "{requests} not arrived, so that it is not known who made {}",
            if unknown == 1 { "it" } else { "them" }
        ));
    }
    Answer { graph: builder.finish(), about: units::plural(traces, "trace", "traces"), notes }
}

/// Why there is nothing to see.
fn say_nothing(sources: &Sources, filter: Option<&Expr>, ui: &mut Ui) {
    match (sources.opened.is_empty(), filter) {
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
