//! `diff`: what differs between two traces, or two cohorts of traces, and where the time went.

use super::Context;
use super::ask::{self, Failed, Window};
use super::find::{self, Found};
use super::read::{self, Read};
use crate::analysis::DiffBuilder;
use crate::analysis::diff::Which;
use crate::backend::{Backend as _, Sources};
use crate::cli::DiffArgs;
use crate::cli::diff::DiffFormat;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::TraceId;
use crate::query::{Expr, Query};
use crate::render::diff::{View, caveats, markdown};
use crate::render::{diff, json};
use crate::ui::Ui;

const SIDES: [(Which, &str); 2] = [(Which::A, "A"), (Which::B, "B")];

/// What shall be on one side.
enum Asked {
    /// The trace that this names.
    Trace(String),
    /// Traces for which this holds.
    Cohort(Box<Expr>),
}

/// Finds both sides, compares, says what is odd, prints.
pub(crate) async fn run(args: &DiffArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let settings = &context.settings.per_command.diff;
    let sides = sides(args, ui)?;
    let window = ask::window(context)?;
    let sources = ask::open(context, ui).await?;
    let expressions = sides.iter().filter_map(Asked::expression).cloned();
    sources.attend_to(expressions.reduce(|a, b| Expr::all([a, b])).as_ref());
    let queries = sides.each_ref().map(|side| side.query(settings.limit, window, &sources));
    if args.explain {
        return explain(&sources, &sides, &queries, ui);
    }
    let mut builder = DiffBuilder::default();
    let (mut notes, mut silent, mut failed) = (Vec::new(), Vec::new(), Failed::new());
    for (((which, name), side), query) in SIDES.into_iter().zip(&sides).zip(&queries) {
        match side {
            Asked::Trace(typed) => {
                let Found { mut trace, failed: more } = find::trace(&sources, typed).await?;
                ask::also_failed(&mut failed, more);
                notes.append(&mut trace.notes);
                builder.add(which, &trace);
            }
            Asked::Cohort(expr) => {
                let look = |trace: &_, _: Option<&_>| builder.add_if_known(which, trace);
                let Read { ids, notes: more, silent: also, .. } = read::newest(&sources, query, window, ui, look).await?;
                if ids.is_empty() {
                    return Err(nothing(name, expr, &also));
                }
                notes.extend(more.into_iter().map(|note| format!("{name}: {note}")));
                silent.extend(also);
            }
        }
    }
    ask::report(&failed, ui);
    silent.extend(ask::silent(&sources, &failed));
    silent.sort_unstable();
    silent.dedup();
    let found = builder.finish();
    for (side, (_, name)) in found.sides.iter().zip(SIDES) {
        if side.traces.is_empty() {
            return Err(unknown(name, side.left_out.len()));
        }
    }
    for note in &notes {
        ui.note(note);
    }
    let expressions = sides.each_ref().map(|side| side.expression().map(ToString::to_string));
    let expressions = expressions.each_ref().map(Option::as_deref);
    let view = View { expressions, max_rows: settings.max_rows };
    let look = context.look(ui);
    match settings.output {
        DiffFormat::Text => ui.page(&diff::render(&found, view, &look))?,
        DiffFormat::Json => ui.out(&json::diff(&found, expressions, &[notes, caveats(&found), silent].concat()))?,
        DiffFormat::Markdown => ui.out(&markdown::render(&found, view, &look))?,
    }
    Ok(Exit::Yes)
}

/// What was asked for: ids in the places that no expression takes.
fn sides(args: &DiffArgs, ui: &mut Ui) -> Result<[Asked; 2], Failure> {
    let mut ids = args.ids.iter();
    let mut sides = Vec::new();
    for typed in [&args.a, &args.b] {
        sides.push(match ask::expression(typed.as_deref(), ui)? {
            Some(expr) => Some(Asked::Cohort(Box::new(expr))),
            None => ids.next().cloned().map(Asked::Trace),
        });
    }
    match (<[Option<Asked>; 2]>::try_from(sides), ids.next()) {
        (Ok([Some(a), Some(b)]), None) => Ok([a, b]),
        (_, Some(_)) => Err(Failure::usage("there are more than two sides: --a and --b stand in place of an ID")),
        _ => Err(Failure::usage("there is nothing to compare with: two sides are needed")
            .hint("`cruddur-trace diff ID ID` compares two traces, `--a EXPR` and `--b EXPR` many")),
    }
}

impl Asked {
    fn expression(&self) -> Option<&Expr> {
        match self {
            Self::Trace(_) => None,
            Self::Cohort(expr) => Some(expr),
        }
    }

    fn query(&self, limit: usize, window: Window, sources: &Sources) -> Query {
        Query { range: window.for_sources(sources), filter: self.expression().cloned(), limit }
    }
}

fn explain(sources: &Sources, sides: &[Asked; 2], queries: &[Query; 2], ui: &mut Ui) -> Result<Exit, Failure> {
    if sources.opened.is_empty() {
        ui.note("there is nothing to ask: the local store is not there yet");
    }
    for ((side, query), (_, name)) in sides.iter().zip(queries).zip(SIDES) {
        for source in &sources.opened {
            let lines = match side {
                Asked::Trace(typed) => source.explain_fetch(&TraceId::parse(typed).map_err(Failure::usage)?),
                Asked::Cohort(_) => source.explain(query),
            };
            for line in lines {
                ui.out(&ask::safe(&format!("{name}: {}: {line}", source.name()), ui))?;
            }
        }
    }
    Ok(Exit::Yes)
}

/// Nothing satisfies an expression, as far as that can be told.
fn nothing(name: &str, expr: &Expr, silent: &[String]) -> Failure {
    if silent.is_empty() {
        return Failure::not_found(format!("there is nothing to compare as {name}: no trace satisfies {expr}"))
            .hint("`--since 7d` looks further back");
    }
    Failure::unanswerable(format!(
        "it cannot be told what to compare as {name}: none of those who answered has a trace that satisfies {expr}"
    ))
    .hint("see the warnings above")
}

/// Of no trace of a side it is known how long it takes.
fn unknown(name: &str, left_out: usize) -> Failure {
    let traces = crate::render::units::plural(left_out, "trace", "traces");
    Failure::unanswerable(format!("it cannot be told: of {traces} for {name}, it is known of none how long it takes"))
        .hint("`cruddur-trace diff ID ID` compares two traces as far as they are known")
}
