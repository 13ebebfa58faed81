//! `logs`: the log lines of a trace.

use super::Context;
use super::ask::{self, Failed};
use super::find::{self, Found};
use super::lines::Finder;
use crate::backend::Sources;
use crate::backend::xray::id::time_of;
use crate::cli::LogsArgs;
use crate::cli::honeycomb::Attributes;
use crate::cli::logs::LogsFormat;
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::model::time::{Nanos, SECOND};
use crate::model::{LogLine, TimeRange, Trace, TraceId};
use crate::render::{json, logs};
use crate::ui::Ui;

/// Around the time in an id of X-Ray's, where nothing else is known of the trace.
const BEFORE: Nanos = 60 * SECOND;
const AFTER: Nanos = 3600 * SECOND;

/// What was asked for.
#[derive(Default)]
struct Lines {
    /// Traces with their lines.
    traces: Vec<Trace>,
    /// Lines of ids of which nobody has the trace.
    alone: Vec<(String, Vec<LogLine>)>,
}

/// Finds the lines of every trace before it prints the first.
pub(crate) async fn run(args: &LogsArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let sources = ask::open_for(Attributes::All, context, ui).await?;
    let mut finder = Finder::open(context, ui).await;
    let mut failed = Failed::new();
    let found = found(args, &sources, &mut finder, &mut failed, context).await;
    ask::also_failed(&mut failed, std::mem::take(&mut finder.failed));
    let lines = match found {
        Ok(lines) => lines,
        Err(failure) => {
            tell(&finder, ui);
            // Its lines may be there all the same.
            if failure.kind() == Kind::NotFound && !failed.is_empty() {
                return Err(ask::unanswered(failed, "there may well be log lines"));
            }
            ask::report(&failed, ui);
            return Err(failure);
        }
    };
    if lines.is_empty() && !failed.is_empty() {
        tell(&finder, ui);
        return Err(ask::unanswered(failed, "there may well be log lines"));
    }
    ask::report(&failed, ui);
    let mut notes: Vec<String> = lines.traces.iter().flat_map(|trace| trace.notes.clone()).collect();
    notes.append(&mut finder.notes.clone());
    let silent = ask::silent(&sources, &failed);
    let text = match args.output {
        LogsFormat::Text => lines.text(context, ui),
        LogsFormat::Json => json::logs(&lines.traces, &lines.alone, &[&notes[..], &silent].concat()),
        LogsFormat::Jsonl => json::log_lines(&lines.traces, &lines.alone),
    };
    for note in &notes {
        ui.note(note);
    }
    finder.hint(ui);
    if lines.is_empty() && (finder.cut || !sources.unopened.is_empty()) {
        return Err(Failure::unanswerable("it cannot be told: not everything was searched").hint("see the notes above"));
    }
    match args.output {
        LogsFormat::Text => ui.page(&text)?,
        LogsFormat::Json | LogsFormat::Jsonl => ui.out(&text)?,
    }
    Ok(if lines.is_empty() { Exit::No } else { Exit::Yes })
}

fn tell(finder: &Finder, ui: &mut Ui) {
    finder.notes.iter().for_each(|note| ui.note(note));
    finder.hint(ui);
}

/// The lines of every id that was typed.
async fn found(
    args: &LogsArgs,
    sources: &Sources,
    finder: &mut Finder,
    failed: &mut Failed,
    context: &Context,
) -> Result<Lines, Failure> {
    let mut lines = Lines::default();
    for typed in &args.ids {
        match find::trace(sources, typed).await {
            Ok(Found { mut trace, failed: more }) => {
                ask::also_failed(failed, more);
                finder.attach(&mut trace).await;
                lines.traces.push(trace);
            }
            // Lines are kept for longer than traces, and of more requests.
            Err(failure) if matches!(failure.kind(), Kind::NotFound | Kind::Unanswerable) => {
                let id = TraceId::parse(typed).map_err(Failure::usage)?;
                let alone = match id.bytes() {
                    Some(_) => finder.of_id(&id, window(&id, context)?).await,
                    None => Vec::new(),
                };
                if alone.is_empty() {
                    return Err(failure);
                }
                lines.alone.push((id.to_string(), alone));
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(lines)
}

/// When an id may have been written: around the time in it, if it says one, or in the window that was asked for.
fn window(id: &TraceId, context: &Context) -> Result<TimeRange, Failure> {
    let asked = ask::window(context)?;
    let told = time_of(id, context.now).filter(|_| !asked.chosen);
    let around = told.and_then(|at| TimeRange::new(at.saturating_add(-BEFORE), at.saturating_add(AFTER)));
    Ok(around.unwrap_or(asked.range))
}

impl Lines {
    fn is_empty(&self) -> bool {
        self.traces.iter().all(|trace| trace.logs.as_ref().is_none_or(Vec::is_empty)) && self.alone.is_empty()
    }

    /// Where there are several traces, each behind its id.
    fn text(&self, context: &Context, ui: &Ui) -> String {
        let look = context.look(ui);
        let of_traces = self.traces.iter().map(|trace| (trace.id().to_string(), trace.logs.as_deref().unwrap_or_default()));
        let all: Vec<_> = of_traces.chain(self.alone.iter().map(|(id, lines)| (id.clone(), lines.as_slice()))).collect();
        match all.as_slice() {
            [(_, lines)] => logs::render(lines, &look),
            several => {
                let told: Vec<String> =
                    several.iter().map(|(id, lines)| format!("{}{}", ask::safe(id, ui), logs::render(lines, &look))).collect();
                told.join("\n")
            }
        }
    }
}
