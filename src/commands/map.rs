//! `map`: who calls whom, put together from traces.

use super::Context;
use super::ask::{self, Window};
use super::read::{self, Read};
use crate::analysis::GraphBuilder;
use crate::backend::{Backend as _, Source, Sources, XRay};
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
    /// Who did not answer, which was said already.
    silent: Vec<String>,
}

/// Asks, says what is odd, prints.
pub(crate) async fn run(args: &MapArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let settings = &context.settings.per_command.map;
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let window = ask::window(context)?;
    let sources = ask::open(context, ui).await?;
    sources.attend_to(filter.as_ref());
    let query = Query { range: window.for_sources(&sources), filter, limit: settings.limit };
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
    match settings.output {
        MapFormat::Text => ui.page(&graph::render(&answer.graph, &answer.about, &context.look(ui)))?,
        MapFormat::Mermaid => ui.out(&graph::mermaid::render(&answer.graph))?,
        MapFormat::Svg => ui.out(&graph::svg::render(&answer.graph, &answer.about))?,
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
    ask::explain_fetch(sources, ui)
}

/// The graph of the newest traces that match. A trace that matches is drawn whole.
async fn traced(sources: &Sources, query: &Query, window: Window, ui: &mut Ui) -> Result<Answer, Failure> {
    let mut builder = GraphBuilder::default();
    let read = read::newest(sources, query, window, ui, |trace, _| builder.add(trace)).await?;
    Ok(finished(builder, read))
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
    let read = read::named(sources, typed, filter, ui, |trace, _| builder.add(trace)).await?;
    let added = read.ids.clone();
    let answer = finished(builder, read);
    // Of several it does not say which of them it has left out.
    let Some(xray) = alone.filter(|_| added.len() == 1) else { return Ok(answer) };
    let graph = xray.trace_graph(&added).await.map_err(ask::failure)?;
    // X-Ray draws none of what it has not indexed.
    if graph.nodes.is_empty() { Ok(answer) } else { Ok(Answer { graph, notes: Vec::new(), ..answer }) }
}

fn finished(builder: GraphBuilder, read: Read) -> Answer {
    let Read { ids, mut notes, silent, .. } = read;
    let unknown = builder.unknown_callers();
    if unknown > 0 {
        let requests = units::plural(unknown, "request came from a span that has", "requests came from spans that have");
        notes.push(format!(
            "{requests} not arrived, so that it is not known who made {}",
            if unknown == 1 { "it" } else { "them" }
        ));
    }
    Answer { graph: builder.finish(), about: units::plural(ids.len(), "trace", "traces"), notes, silent }
}
