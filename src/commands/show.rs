//! `show`: one trace as a waterfall, or in a form for machines.

use std::collections::{HashMap, HashSet};

use super::Context;
use super::ask::{self, Failed};
use super::browse::{self, Page};
use super::find::{self, Found};
use crate::analysis::Tree;
use crate::backend::{Backend as _, Sources};
use crate::cli::honeycomb::Attributes;
use crate::cli::show::ShowFormat;
use crate::cli::{FilterArgs, ShowArgs};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::{SpanId, Trace, TraceId};
use crate::query::Expr;
use crate::render::{json, units, waterfall};
use crate::ui::Ui;
use crate::wire::otlp;

/// Fetches every trace before it prints the first: half an answer is none.
pub(crate) async fn run(args: &ShowArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let filter = ask::filter(args.filter.as_deref(), &FilterArgs::default(), ui)?;
    let attributes = if args.output == ShowFormat::Waterfall { Attributes::Known } else { Attributes::All };
    let sources = ask::open_for(attributes, context, ui).await?;
    sources.attend_to(filter.as_ref());
    if args.explain {
        return explain(&sources, &args.ids, ui);
    }
    let mut traces = Vec::new();
    let mut notes = Vec::new();
    let mut failed = Failed::new();
    let mut ready = if args.ids.len() > 1 { all_at_once(&sources, &args.ids).await } else { HashMap::new() };
    for typed in &args.ids {
        let found = TraceId::parse(typed).ok().and_then(|id| ready.remove(&id));
        let trace = if let Some(trace) = found {
            trace
        } else {
            let Found { trace, failed: more } = find::trace(&sources, typed).await?;
            ask::also_failed(&mut failed, more);
            trace
        };
        traces.push(match &filter {
            Some(filter) => only(filter, trace, &mut notes)?,
            None => trace,
        });
    }
    ask::report(&failed, ui);
    for trace in &mut traces {
        notes.append(&mut trace.notes);
    }
    let text = match args.output {
        ShowFormat::Waterfall => {
            let screens: Vec<_> = traces.iter().map(|trace| drawn(trace, args, context, ui)).collect();
            screens.join("\n")
        }
        ShowFormat::Json => json::show(&traces, &[&notes[..], &ask::silent(&sources, &failed)].concat()),
        ShowFormat::Jsonl => traces.iter().map(json::show_line).collect(),
        ShowFormat::Otlp => {
            otlp::encode_json(traces.iter().flat_map(|trace| trace.spans().iter().map(move |span| (trace.id(), span))))
        }
    };
    for note in &notes {
        ui.note(note);
    }
    if args.open {
        let pages =
            traces.iter().map(|trace| Page { trace: trace.id(), backends: &trace.backends, link: trace.link.as_deref() });
        browse::open(pages, ui);
    }
    match args.output {
        ShowFormat::Waterfall => ui.page(&text)?,
        _ => ui.out(&text)?,
    }
    // The process ends now, and the system takes a million spans back faster than we can.
    std::mem::forget(traces);
    Ok(Exit::Yes)
}

/// What each backend would be asked for each trace.
fn explain(sources: &Sources, typed: &[String], ui: &mut Ui) -> Result<Exit, Failure> {
    for id in typed {
        let id = TraceId::parse(id).map_err(Failure::usage)?;
        for source in &sources.opened {
            for line in source.explain_fetch(&id) {
                ui.out(&ask::safe(&format!("{}: {line}", source.name()), ui))?;
            }
        }
    }
    Ok(Exit::Yes)
}

/// Those whose whole id was typed. Where a backend did not answer, each is asked for alone, which says what is wrong.
async fn all_at_once(sources: &Sources, typed: &[String]) -> HashMap<TraceId, Trace> {
    let ids: Vec<TraceId> = typed.iter().filter_map(|typed| TraceId::parse(typed).ok()).collect();
    let answer = sources.fetch_many(&ids).await;
    if answer.failed.is_empty() {
        answer.value.into_iter().map(|trace| (trace.id().clone(), trace)).collect()
    } else {
        HashMap::new()
    }
}

fn drawn(trace: &Trace, args: &ShowArgs, context: &Context, ui: &Ui) -> String {
    let tree = Tree::build(trace);
    let options = waterfall::Options { max_rows: args.max_rows, fold: !args.no_fold };
    waterfall::render(trace, &tree, &options, &context.look(ui))
}

/// The spans for which the filter holds, and those above them.
fn only(filter: &Expr, trace: Trace, notes: &mut Vec<String>) -> Result<Trace, Failure> {
    let Some(matched) = filter.matches(&trace) else {
        return Err(Failure::not_found(format!("no span of {} satisfies {filter}", trace.id())));
    };
    let spans = trace.spans();
    let mut by_id = HashMap::<&SpanId, Vec<usize>>::new();
    for (index, span) in spans.iter().enumerate() {
        by_id.entry(&span.id).or_default().push(index);
    }
    let mut keep = HashSet::new();
    let mut open = matched.spans.clone();
    // The root is above all, also above those whose parent has not arrived.
    open.extend(spans.iter().position(|span| span.parent.is_none()));
    while let Some(index) = open.pop() {
        if keep.insert(index) {
            open.extend(spans[index].parent.as_ref().and_then(|parent| by_id.get(parent)).into_iter().flatten());
        }
    }
    let (matching, all) = (matched.spans.len(), spans.len());
    let satisfy = if matching == 1 { "satisfies" } else { "satisfy" };
    let above = match keep.len() - matching {
        0 => String::new(),
        1 => "; 1 above is shown too".to_owned(),
        more => format!("; {more} above are shown too"),
    };
    notes.push(format!("{matching} of {} {satisfy} {filter}{above}", units::plural(all, "span", "spans")));
    let (id, backends, received) = (trace.id().clone(), trace.backends.clone(), trace.received);
    let (link, precision, said) = (trace.link.clone(), trace.precision, trace.notes.clone());
    let lacking = trace.summary().evidence;
    let kept =
        trace.into_spans().into_iter().enumerate().filter(|(index, _)| keep.contains(index)).map(|(_, span)| span).collect();
    let mut part = Trace::assemble(id, kept).ok_or_else(|| Failure::not_found("no span is left"))?;
    part.backends = backends;
    part.link = link;
    part.notes = said;
    part.precision = precision;
    part.received = received;
    // What is left out here must not make a trace look complete, nor a part of it look like all of it.
    let seen = part.summary().evidence;
    part.truncated = lacking.iter().filter(|evidence| !seen.contains(evidence)).map(ToString::to_string).collect();
    if keep.len() < all {
        let are = if keep.len() == 1 { "is" } else { "are" };
        part.truncated.push(format!("only {} of {} {are} shown", keep.len(), units::plural(all, "span", "spans")));
    }
    Ok(part)
}
