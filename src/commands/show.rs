//! `show`: one trace as a waterfall, or in a form for machines.

mod drawn;
mod errors;
mod exported;
mod part;
mod place;
mod twin;

use std::collections::{HashMap, HashSet};

use super::Context;
use super::ask::{self, Failed};
use super::browse::{self, Page};
use super::find::{self, Found};
use super::interact;
use super::lines::Finder;
use crate::analysis::{Tree, What, stitch};
use crate::backend::{Backend as _, Sources};
use crate::cli::ShowArgs;
use crate::cli::honeycomb::Attributes;
use crate::cli::show::ShowFormat;
use crate::config::per_command as config;
use crate::error::Failure;
use crate::exit::Exit;
use crate::interactive::Viewer;
use crate::model::{Trace, TraceId};
use crate::query::{Expr, Sugar};
use crate::render::{Look, html, json, recorded, span, waterfall};
use crate::ui::Ui;
use crate::wire::otlp;

use clap::ValueEnum as _;

use drawn::Drawn;

/// Fetches every trace before it prints the first: half an answer is none.
pub(crate) async fn run(args: &ShowArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let args = &complete(args, context);
    check(args, ui)?;
    let filter = filter(args, ui)?;
    let highlight = ask::expression(args.highlight.as_deref(), ui)?;
    let attributes = match args.output() {
        // What a line says is among its attributes.
        _ if args.wants_logs() => Attributes::All,
        ShowFormat::Waterfall | ShowFormat::Svg | ShowFormat::Markdown | ShowFormat::Mermaid => Attributes::Known,
        _ => Attributes::All,
    };
    let sources = ask::open_for(attributes, context, ui).await?;
    sources.attend_to([&filter, &highlight].into_iter().flatten().cloned().reduce(|a, b| Expr::all([a, b])).as_ref());
    let mut finder = if args.wants_logs() { Some(Finder::open(context, ui).await) } else { None };
    if args.explain {
        return explain(&sources, args, finder.as_ref(), ui);
    }
    let mut notes = Vec::new();
    let mut recorder = if args.errors { Some(errors::Recorder::open(args.bodies, context, ui).await) } else { None };
    let (mut traces, mut failed) =
        fetched(args, &sources, filter.as_ref(), (finder.as_mut(), recorder.as_mut()), &mut notes).await?;
    if let Some(finder) = &mut finder {
        ask::also_failed(&mut failed, std::mem::take(&mut finder.failed));
        notes.append(&mut finder.notes);
    }
    ask::report(&failed, ui);
    for trace in &mut traces {
        notes.append(&mut trace.notes);
    }
    let look = context.look(ui);
    let mut drawn = Vec::new();
    if args.output().is_of_the_whole() {
        let traces = std::mem::take(&mut traces).into_iter();
        let new = |trace| Drawn::new(trace, args, filter.as_ref(), highlight.as_ref(), &mut notes);
        drawn = traces.map(new).collect::<Result<_, _>>()?;
    }
    if args.interactive
        && let Some(drawn) = drawn.pop()
    {
        for note in &notes {
            ui.note(note);
        }
        if let Some(finder) = &finder {
            finder.hint(ui);
        }
        let (subject, start) = drawn.into_subject(args, notes);
        return interact::show(Viewer::new(subject, start, look), ui).await;
    }
    let answer =
        printed(args, (&traces, &drawn), &mut notes, &ask::silent(&sources, &failed), (&look, &context.look_of_document(ui)));
    for note in &notes {
        ui.note(note);
    }
    if let Some(finder) = &finder {
        finder.hint(ui);
    }
    if args.open {
        let pages = traces.iter().chain(drawn.iter().map(|drawn| &drawn.trace)).map(|trace| Page {
            trace: trace.id(),
            backends: &trace.backends,
            link: trace.link.as_deref(),
        });
        browse::open(pages, ui);
    }
    match args.output() {
        ShowFormat::Waterfall => ui.page_in_pieces(&answer)?,
        _ => ui.out_in_pieces(&answer)?,
    }
    // The process ends now, and the system takes a million spans back faster than we can.
    std::mem::forget((drawn, traces));
    Ok(Exit::Yes)
}

/// With what is configured for the options that were not given. A number of rows is for drawings: files for other programs are whole.
fn complete(args: &ShowArgs, context: &Context) -> ShowArgs {
    let config::Show { max_rows, expand, output } = context.settings.per_command.show;
    let drawn = matches!(output, ShowFormat::Waterfall | ShowFormat::Svg | ShowFormat::Markdown | ShowFormat::Mermaid);
    ShowArgs { max_rows: args.max_rows.or(max_rows.filter(|_| drawn)), expand, output: Some(output), ..args.clone() }
}

/// What clap cannot know to be wrong.
fn check(args: &ShowArgs, ui: &Ui) -> Result<(), Failure> {
    if args.interactive {
        ui.can_be_interactive()?;
        if args.ids.len() > 1 {
            return Err(Failure::usage("--interactive shows one trace").hint("`list -i` goes from one to another"));
        }
    }
    if args.output() == ShowFormat::Mermaid && args.span.is_some() {
        let hint = "`--zoom` draws a span with all that is below it; `-o markdown` tells all of one";
        return Err(Failure::usage("a sequence diagram of one span says nothing").hint(hint));
    }
    if args.wants_logs() {
        has_place_for_logs(args)?;
    }
    twin::check(args)?;
    errors::check(args)
}

/// Log lines are drawn where there are rows to stand below.
fn has_place_for_logs(args: &ShowArgs) -> Result<(), Failure> {
    let format = args.output().to_possible_value();
    let format = format.as_ref().map_or("", |format| format.get_name());
    let without = if args.span.is_some() {
        "`--span`".to_owned()
    } else if args.correct_skew {
        "`--correct-skew`, which moves spans away from their lines,".to_owned()
    } else if args.output().has_logs() {
        return Ok(());
    } else {
        format!("`-o {format}`")
    };
    Err(Failure::usage(format!("{without} has no place for log lines"))
        .hint("waterfall, markdown, json and jsonl have one; `cruddur-trace logs` prints the lines by themselves"))
}

/// Every trace that was asked for, or that part of it, and who did not answer.
async fn fetched(
    args: &ShowArgs,
    sources: &Sources,
    filter: Option<&Expr>,
    (mut finder, mut recorder): (Option<&mut Finder>, Option<&mut errors::Recorder>),
    notes: &mut Vec<String>,
) -> Result<(Vec<Trace>, Failed), Failure> {
    let mut groups: Vec<Vec<Trace>> = Vec::new();
    let mut failed = Failed::new();
    let mut ready = if args.ids.len() > 1 { all_at_once(sources, &args.ids).await } else { HashMap::new() };
    for typed in &args.ids {
        let found = TraceId::parse(typed).ok().and_then(|id| ready.remove(&id));
        let mut trace = if let Some(trace) = found {
            trace
        } else {
            let Found { trace, failed: more } = find::trace(sources, typed).await?;
            ask::also_failed(&mut failed, more);
            trace
        };
        let mut twins = if twin::is_sought(args) { twin::seek(sources, &mut trace, args.stitch).await } else { Vec::new() };
        if !args.stitch {
            twins.clear();
        } else if twins.is_empty() && args.ids.len() == 1 {
            notes.push(twin::why_alone(&trace));
        }
        let group = std::iter::once(trace).chain(twins);
        match groups.first_mut().filter(|_| args.stitch) {
            Some(first) => first.extend(group.filter(|trace| first[0].id() != trace.id()).collect::<Vec<_>>()),
            None => groups.push(group.collect()),
        }
    }
    let mut traces = Vec::new();
    for mut group in groups {
        for trace in &mut group {
            if let Some(finder) = finder.as_deref_mut() {
                finder.attach(trace).await;
            }
            if let Some(recorder) = recorder.as_deref_mut() {
                recorder.ask(trace, &mut failed).await;
            }
        }
        let Some(mut trace) = stitch::together(group) else { continue };
        if !args.output().has_twins() {
            trace.joins.clear();
        }
        let trace = match &args.span {
            // A drawing of one span says what it means for all.
            Some(typed) if !args.output().is_of_the_whole() => one_span(&trace, typed)?,
            _ => trace,
        };
        traces.push(match filter {
            // A drawing shows what each span means for the whole trace, also where only some are drawn.
            Some(filter) if !args.output().is_of_the_whole() => part::only(filter, &trace, notes)?,
            _ => trace,
        });
    }
    Ok((traces, failed))
}

/// The answer in pieces that follow each other, of traces as they are or of what is drawn of them. `silent` says who did not answer; the
/// second look is that of documents.
fn printed(
    args: &ShowArgs,
    (traces, drawn): (&[Trace], &[Drawn]),
    notes: &mut Vec<String>,
    silent: &[String],
    (look, document): (&Look, &Look),
) -> Vec<String> {
    let answer = match args.output() {
        ShowFormat::Waterfall => {
            let mut screens = Vec::new();
            for drawn in drawn {
                if !screens.is_empty() {
                    screens.push("\n".to_owned());
                }
                match drawn.span {
                    Some(node) => screens.push(span::render(drawn.shown(), node, look)),
                    None => screens.append(&mut waterfall::pieces(drawn.shown(), &drawn.options(args), look)),
                }
                screens.push(recorded::render(&drawn.trace.errors, look));
            }
            return screens;
        }
        ShowFormat::Json => json::show(traces, &[&notes[..], silent].concat()),
        ShowFormat::Jsonl => traces.iter().map(json::show_line).collect(),
        ShowFormat::Perfetto | ShowFormat::Speedscope | ShowFormat::Csv => exported::text(drawn, args, notes),
        ShowFormat::Html => {
            let pages: Vec<_> = drawn.iter().map(|drawn| drawn.page(args)).collect();
            html::render(&pages, &[&notes[..], silent].concat(), look)
        }
        ShowFormat::Otlp => {
            otlp::encode_json(traces.iter().flat_map(|trace| trace.spans().iter().map(move |span| (trace.id(), span))))
        }
        ShowFormat::Markdown => waterfall::markdown::render(&sections(drawn, args), document),
        ShowFormat::Mermaid => waterfall::mermaid::render(&sections(drawn, args), document),
        ShowFormat::Svg => waterfall::svg::render(&sections(drawn, args), document),
    };
    vec![answer]
}

/// What a document is made of.
fn sections<'a>(drawn: &'a [Drawn], args: &ShowArgs) -> Vec<waterfall::Section<'a>> {
    let section =
        |drawn: &'a Drawn| waterfall::Section { shown: drawn.shown(), options: drawn.options(args), span: drawn.span };
    drawn.iter().map(section).collect()
}

/// What each backend would be asked for each trace.
fn explain(sources: &Sources, args: &ShowArgs, finder: Option<&Finder>, ui: &mut Ui) -> Result<Exit, Failure> {
    for id in &args.ids {
        let id = TraceId::parse(id).map_err(Failure::usage)?;
        for source in &sources.opened {
            for line in source.explain_fetch(&id) {
                ui.out(&ask::safe(&format!("{}: {line}", source.name()), ui))?;
            }
        }
        if let Some(finder) = finder {
            ui.out(&ask::safe(&finder.explain(), ui))?;
        }
        if args.errors {
            ui.out(&ask::safe(&errors::explain(), ui))?;
        }
        if twin::is_sought(args) {
            ui.out(&ask::safe(&twin::explain(), ui))?;
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

/// What shall be shown of a trace; `None` for all.
fn filter(args: &ShowArgs, ui: &mut Ui) -> Result<Option<Expr>, Failure> {
    let typed = ask::expression(args.filter.as_deref(), ui)?;
    let services = Sugar { services: args.services.clone(), ..Sugar::default() };
    Ok(services.and(typed))
}

/// A trace of which nothing is left but one span.
fn one_span(trace: &Trace, typed: &str) -> Result<Trace, Failure> {
    let tree = Tree::build(trace);
    let node = place::node(trace, &tree, typed)?;
    let place = match tree.nodes()[node].what {
        What::Span(place) => Some(place),
        What::Missing(_) => None,
    };
    part::of(trace, &place.into_iter().collect::<HashSet<_>>())
}
