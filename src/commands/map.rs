//! `map`: who calls whom, put together from traces.

use super::ask::{self, Failed, Window};
use super::{Context, find};
use crate::analysis::GraphBuilder;
use crate::backend::{Backend as _, Source, Sources, XRay};
use crate::cli::MapArgs;
use crate::cli::map::MapFormat;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::{ServiceGraph, TimeRange, TraceId};
use crate::query::{Expr, Query};
use crate::render::{graph, json, units};
use crate::ui::Ui;

/// How many traces are in memory at once.
const AT_ONCE: usize = 20;

/// A graph, and what there is to say about it.
struct Answer {
    graph: ServiceGraph,
    /// What it was put together from.
    about: String,
    notes: Vec<String>,
    /// Who did not answer, which was said already.
    silent: Vec<String>,
}

/// Asks, says what is odd, prints.
pub(crate) async fn run(args: &MapArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let window = ask::window(context)?;
    let sources = ask::open(context, ui).await?;
    sources.attend_to(filter.as_ref());
    let query = Query { range: window.for_sources(&sources), filter, limit: args.limit };
    // X-Ray counts by itself, where it is asked alone and for all: a trace that another backend has too would count twice.
    let alone = match &sources.opened[..] {
        [Source::XRay(xray)] => Some(xray),
        _ => None,
    };
    let counts = |_: &&XRay| args.traces.is_empty() && query.filter.is_none() && context.settings.xray.filter.is_none();
    if args.explain {
        return explain(&sources, alone.filter(counts), args, &query, ui);
    }
    let answer = match alone {
        _ if !args.traces.is_empty() => of_these(&sources, alone, &args.traces, query.filter.as_ref(), ui).await?,
        Some(xray) if counts(&xray) => counted(xray, query.range).await?,
        _ => traced(&sources, &query, window, ui).await?,
    };
    for note in &answer.notes {
        ui.note(note);
    }
    if answer.graph.nodes.is_empty() {
        ask::say_nothing(&sources, &query, ui);
    }
    match args.output {
        MapFormat::Text => ui.page(&graph::render(&answer.graph, &answer.about, &context.look(ui)))?,
        MapFormat::Json => ui.out(&json::map(&answer.graph, &[&answer.notes[..], &answer.silent].concat()))?,
    }
    Ok(Exit::Yes)
}

fn explain(sources: &Sources, counts: Option<&XRay>, args: &MapArgs, query: &Query, ui: &mut Ui) -> Result<Exit, Failure> {
    if let Some(xray) = counts {
        ui.out(&ask::safe(&format!("{}: {}", xray.name(), xray.explain_graph(query.range)), ui))?;
        return Ok(Exit::Yes);
    }
    if args.traces.is_empty() {
        return ask::explain(sources, query, ui);
    }
    for source in &sources.opened {
        ui.out(&ask::safe(&format!("{}: fetch each trace by its id", source.name()), ui))?;
    }
    Ok(Exit::Yes)
}

/// The graph of the newest traces that match.
async fn traced(sources: &Sources, query: &Query, window: Window, ui: &mut Ui) -> Result<Answer, Failure> {
    let (listing, mut silent) = ask::listed(sources, query, window, ui).await?;
    let mut notes = listing.notes;
    if listing.more {
        let of = match (listing.in_window, &query.filter) {
            (Some(total), None) => format!(" of {}", units::count(total)),
            _ => String::new(),
        };
        notes.push(format!("made of the newest {}{of} traces; --limit looks at more", units::count(listing.traces.len())));
    }

    let mut builder = GraphBuilder::default();
    let mut read = 0;
    let mut failed = Failed::new();
    let ids: Vec<TraceId> = listing.traces.iter().map(|summary| summary.id.clone()).collect();
    for some in ids.chunks(AT_ONCE) {
        let answer = sources.fetch_many(some).await;
        ask::also_failed(&mut failed, answer.failed);
        answer.value.iter().for_each(|trace| builder.add(trace));
        read += answer.value.len();
    }
    let gone = ids.len() - read;
    if read == 0 && !failed.is_empty() {
        return Err(ask::unanswered(failed, "there are traces, but none of them can be read"));
    }
    ask::report(&failed, ui);
    silent.extend(failed.iter().map(ask::did_not_answer));
    silent.dedup();
    if gone > 0 {
        notes.push(format!(
            "{} could not be read any more",
            units::plural(gone, "trace that was listed", "traces that were listed")
        ));
    }
    Ok(Answer { silent, ..finished(builder, read, notes) })
}

/// The graph that X-Ray keeps of all that it has seen in the window.
async fn counted(xray: &XRay, range: TimeRange) -> Result<Answer, Failure> {
    let (graph, notes) = xray.service_graph(range).await.map_err(ask::failure)?;
    Ok(Answer { graph, about: "as X-Ray counts them".to_owned(), notes, silent: Vec::new() })
}

/// The graph of some traces, as far as the filter holds for them.
async fn of_these(
    sources: &Sources,
    alone: Option<&XRay>,
    typed: &[String],
    filter: Option<&Expr>,
    ui: &mut Ui,
) -> Result<Answer, Failure> {
    let mut builder = GraphBuilder::default();
    let mut added = Vec::new();
    let mut failed = Failed::new();
    for typed in typed {
        let find::Found { trace, failed: more } = find::trace(sources, typed).await?;
        ask::also_failed(&mut failed, more);
        // The same trace in two spellings is one.
        if !added.contains(trace.id()) && filter.is_none_or(|filter| filter.matches(&trace).is_some()) {
            builder.add(&trace);
            added.push(trace.id().clone());
        }
    }
    ask::report(&failed, ui);
    let answer = Answer { silent: ask::silent(sources, &failed), ..finished(builder, added.len(), Vec::new()) };
    // Of several it does not say which of them it has left out.
    let Some(xray) = alone.filter(|_| added.len() == 1) else { return Ok(answer) };
    let graph = xray.trace_graph(&added).await.map_err(ask::failure)?;
    // X-Ray draws none of what it has not indexed.
    if graph.nodes.is_empty() { Ok(answer) } else { Ok(Answer { graph, notes: Vec::new(), ..answer }) }
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
    Answer { graph: builder.finish(), about: units::plural(traces, "trace", "traces"), notes, silent: Vec::new() }
}
