//! `list`: the traces of a window, newest first; with `--follow`, also those still to come.

mod follow;
mod interactive;
mod lost;

use super::Context;
use super::ask;
use crate::backend::{Listing, Sources};
use crate::cli::ListArgs;
use crate::cli::list::ListFormat;
use crate::cli::value::BackendArg;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::TraceSummary;
use crate::query::Query;
use crate::render::{Look, json, lost as lost_context, table, units};
use crate::ui::Ui;

/// Asks, says what is odd, prints.
pub(crate) async fn run(args: &ListArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let output = context.settings.per_command.list.output;
    if args.interactive {
        ui.can_be_interactive()?;
    }
    let file = |backend: &BackendArg| matches!(backend, BackendArg::File(_));
    if args.follow && context.settings.backends.iter().any(file) {
        return Err(Failure::usage("a file cannot be followed").hint("leave --follow out, or use `--backend local`"));
    }
    if args.follow && output == ListFormat::Json {
        return Err(Failure::usage("one JSON document cannot be followed: it has an end").hint("use `-o jsonl`"));
    }
    if args.follow && context.settings.window.until.is_some() {
        return Err(Failure::usage("--follow has no end, and --until is one").hint("leave one of them out"));
    }
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let window = ask::window(context)?;
    let sources = ask::open(context, ui).await?;
    sources.attend_to(filter.as_ref());
    let query = Query { range: window.for_sources(&sources), filter, limit: context.settings.per_command.list.limit };
    if args.explain {
        return ask::explain(&sources, &query, ui);
    }
    if args.interactive {
        return interactive::run(&sources, query, window, context, ui).await;
    }
    let (mut listing, silent) = ask::listed(&sources, &query, window, ui).await?;
    if listing.more {
        listing.notes.push(cut_off(&listing, &query));
    }
    say(&listing, &query, &sources, ui);
    let look = context.look(ui);
    let look = Look { now: look.now.filter(|_| !args.follow), ..look };
    let mut notes = [&listing.notes[..], &silent].concat();
    let mut below = String::new();
    if args.lost_context && !listing.traces.is_empty() {
        let (matches, read, more) = lost::find(&sources, &listing.traces, ui).await;
        let found = lost_context::notes(&matches, read);
        match output {
            ListFormat::Table => below = format!("\n{}", lost_context::render(&matches, read, &look)),
            ListFormat::Json => {}
            ListFormat::Jsonl => found.iter().for_each(|note| ui.note(note)),
        }
        notes.extend(more.into_iter().chain(found));
    }
    let text = printed(&listing.traces, &notes, output, &look) + &below;
    if args.follow {
        // What follows shall line up with what stands above it.
        ui.out(&text)?;
        return follow::follow(sources.into_remote(), &query, &listing.traces, output, context, ui).await;
    }
    match output {
        ListFormat::Table => ui.page(&text)?,
        ListFormat::Json | ListFormat::Jsonl => ui.out(&text)?,
    }
    Ok(Exit::Yes)
}

/// What belongs beside the answer.
fn say(listing: &Listing, query: &Query, sources: &Sources, ui: &mut Ui) {
    for note in &listing.notes {
        ui.note(note);
    }
    if listing.traces.is_empty() {
        ask::say_nothing(sources, query, ui);
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
