//! `cruddur-trace`: distributed traces in the terminal.
//!
//! Folders are verbs of the pipeline, in reading order: [`cli`] (what the user typed) → [`commands`] (what it does: one file per
//! verb) → [`query`] (the question) → [`backend`] (where traces come from; [`wire`] turns their bytes into the [`model`]) →
//! [`analysis`] (what it means) → [`render`] (how it looks) → [`ui`] (the only one that prints). [`interactive`] is what keys do to what
//! is seen; [`collect`] is the door in.
//!
//! The house around it: [`config`] (flags, environment and file, resolved once), [`exit`] (the codes), [`error`] (why there is no
//! answer), [`secret`] (what is never shown), `tls` (how connections are kept secret), `parallel` (work that the processors share).
//!
//! Imports go one way, by this table; a test reads the source against it.
//!
//! | module | may use |
//! |---|---|
//! | model | nothing of ours |
//! | query, wire | model |
//! | analysis | model, query, parallel |
//! | render | model, analysis, parallel |
//! | interactive | model, query, analysis, render |
//! | secret, tls, parallel | nothing of ours |
//! | backend | model, query, wire, secret, tls, parallel |
//! | collect | model, query, wire, backend, secret, tls |
//! | cli | query, model, exit, error |
//! | exit | nothing of ours |
//! | error | exit |
//! | config | cli, model, error, secret |
//! | ui | cli, config, error, interactive, model, render |
//! | commands | all of the above, but not each other |

pub mod analysis;
pub mod backend;
pub mod cli;
pub mod collect;
pub mod commands;
pub mod config;
pub mod error;
pub mod exit;
pub mod interactive;
pub mod model;
mod parallel;
pub mod query;
pub mod render;
pub mod secret;
pub mod tls;
pub mod ui;
pub mod wire;

use std::ffi::OsString;
use std::io;

use clap::Parser as _;
use tokio::runtime::{Builder, Runtime};

use cli::Cli;
use cli::value::Color;
use commands::Clock;
use config::Env;
use error::{Failure, Kind, OrFail as _};
use exit::Exit;
use ui::{Streams, Ui, Wishes};

/// The whole program: does what the arguments say (the first is the program's name), with this environment, this clock and these
/// streams, and returns how to end.
pub fn run(arguments: impl IntoIterator<Item = OsString>, env: &Env, clock: Clock, streams: Streams) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(message) => {
            let message = shown_safely(&arguments).unwrap_or(message);
            let wishes = Wishes { color: color_asked_for(&arguments), ..Wishes::default() };
            let end = if message.use_stderr() { Exit::Usage } else { Exit::Yes };
            let mut ui = Ui::new(streams, wishes);
            let said = ui.clap(&message);
            if let Some(advice) = cli::advice(&message) {
                ui.hint(advice);
            }
            return said.map_or_else(|failure| failure.exit(), |()| end);
        }
    };
    let mut ui = Ui::new(streams, Wishes::new(&cli.global, env));
    perform(cli, env, clock, &mut ui).unwrap_or_else(|failure| {
        ui.fail(&failure);
        failure.exit()
    })
}

fn perform(cli: Cli, env: &Env, clock: Clock, ui: &mut Ui) -> Result<Exit, Failure> {
    ui.start_log(cli.global.verbose, env.setting("CRUDDUR_TRACE_LOG")?)?;
    let runtime = runtime(commands::wants_threads(&cli.command));
    let runtime = runtime.or_fail(Kind::Internal, || "cannot start".to_owned())?;
    let end = runtime.block_on(commands::dispatch(cli, env, clock, ui));
    // A thread that still reads a stdin that never ends shall not keep us.
    runtime.shutdown_background();
    end
}

fn runtime(threads: bool) -> io::Result<Runtime> {
    let mut builder = if threads { Builder::new_multi_thread() } else { Builder::new_current_thread() };
    builder.enable_all().build()
}

/// What `--color` says, for messages about arguments that cannot be parsed.
fn color_asked_for(arguments: &[OsString]) -> Color {
    let words: Vec<_> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let together = words.iter().find_map(|word| word.strip_prefix("--color="));
    let apart = words.windows(2).find(|pair| pair[0] == "--color").map(|pair| pair[1]);
    together.or(apart).and_then(|choice| choice.parse().ok()).unwrap_or_default()
}

/// What clap says of the arguments when they are made safe for a terminal. It repeats them in its messages, and what a script was
/// given may be worse than a typo.
fn shown_safely(arguments: &[OsString]) -> Option<clap::Error> {
    let safe = arguments.iter().map(|argument| render::text::sanitise(&argument.to_string_lossy(), false).into_owned());
    Cli::try_parse_from(safe).err()
}
