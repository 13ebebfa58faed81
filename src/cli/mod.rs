//! What the user typed: clap, and nothing else. Nothing here asks, reads or decides.
//!
//! One file per command; the doc comments are the manual. [`value`] holds what a value on the command line can be, [`global`]
//! the options of every command, [`filter`] those that stand for a filter expression. The smallest example to copy is
//! [`completions`].

pub mod assert;
pub mod collect;
pub mod completions;
pub mod config;
pub mod demo;
pub mod diff;
pub mod doctor;
pub mod filter;
pub mod forward;
pub mod global;
pub mod honeycomb;
pub mod import;
pub mod list;
pub mod logs;
pub mod map;
pub mod probe;
pub mod run;
pub mod show;
pub mod stats;
pub mod suite;
pub mod value;
pub mod xray;

pub use assert::AssertArgs;
pub use collect::CollectArgs;
pub use completions::CompletionsArgs;
pub use config::{ConfigArgs, ConfigCommand};
pub use demo::DemoArgs;
pub use diff::DiffArgs;
pub use doctor::DoctorArgs;
pub use filter::FilterArgs;
pub use global::GlobalArgs;
pub use honeycomb::HoneycombArgs;
pub use import::ImportArgs;
pub use list::ListArgs;
pub use logs::{LogGroupArgs, LogsArgs};
pub use map::MapArgs;
pub use probe::ProbeArgs;
pub use run::RunArgs;
pub use show::ShowArgs;
pub use stats::StatsArgs;
pub use suite::{ReportArgs, SuiteArgs};
pub use xray::XRayArgs;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand};

use crate::exit::Exit;

/// See, filter and assert distributed traces in the terminal
///
/// Finds traces, draws one as a waterfall, and proves in a test or a CI job that a trace exists, looks right and is fast enough.
/// It needs no account: `collect` receives what an instrumented application sends (OpenTelemetry's OTLP, or the AWS X-Ray SDK's
/// segments) and keeps it on this machine; `run` does the same around one command.
#[derive(Debug, Parser)]
#[command(name = "cruddur-trace", version, after_long_help = after_help(), max_term_width = 100)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub struct Cli {
    /// What applies to every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs. What the manual says of each stands on its arguments.
#[derive(Debug, Subcommand)]
pub enum Command {
    List(ListArgs),
    Show(ShowArgs),
    Logs(LogsArgs),
    Assert(Box<AssertArgs>),
    Diff(DiffArgs),
    Stats(StatsArgs),
    Map(MapArgs),
    Collect(CollectArgs),
    Run(RunArgs),
    Import(ImportArgs),
    Demo(DemoArgs),
    Doctor(DoctorArgs),
    Probe(ProbeArgs),
    Config(ConfigArgs),
    Completions(CompletionsArgs),
}

/// What stands at the end of `cruddur-trace --help`.
fn after_help() -> String {
    let codes = Exit::TABLE.map(|(exit, meaning)| format!("{:>5}  {meaning}", exit.code()));
    format!(
        "Exit codes:\n{}\n       `run` ends with the code of the command that it ran\n\n\
         Examples:\n  \
         cruddur-trace demo                                   see what it does, with nothing installed\n  \
         cruddur-trace collect                                receive traces on this machine\n  \
         cruddur-trace run -- pytest                          run a command with a receiver around it\n  \
         cruddur-trace list 'status = error' --since 15m      what went wrong lately\n  \
         cruddur-trace show 5759e988                          one trace, by the beginning of its id\n  \
         cruddur-trace assert 'name = \"GET /\"' --wait 30s     exit 0 as soon as there is one",
        codes.join("\n")
    )
}

/// What clap cannot know about a command line that it refuses: the likely mistakes with a filter expression.
pub fn advice(refused: &clap::Error) -> Option<&'static str> {
    // Of a command that has commands of its own, the second word is taken for one.
    let wrong = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand].into_iter().find_map(|kind| refused.get(kind))?;
    let ContextValue::String(argument) = wrong else { return None };
    let usage = refused.get(ContextKind::Usage)?.to_string();
    let takes_expression = usage.contains("[EXPR]");
    let kinds = [ErrorKind::UnknownArgument, ErrorKind::InvalidSubcommand, ErrorKind::ArgumentConflict];
    (kinds.contains(&refused.kind()) && takes_expression && !argument.starts_with('-'))
        .then_some("a filter expression is one argument: put it in single quotes, as in 'service = \"web\" and status = error'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn refused(command: &str) -> clap::Error {
        Cli::try_parse_from(command.split(' ')).expect_err("the command line is wrong")
    }

    #[test]
    fn the_command_line_is_well_defined() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_expression_without_quotes_is_answered_with_quotes() {
        assert!(advice(&refused("cruddur-trace list service = web")).is_some());
        assert!(advice(&refused("cruddur-trace assert status = error")).is_some());
        assert_eq!(advice(&refused("cruddur-trace list --servce web")), None);
        assert_eq!(advice(&refused("cruddur-trace demo now")), None);
    }

    #[test]
    fn options_after_the_wrapped_command_are_its_own() {
        for line in ["cruddur-trace run -v -- make -q --color never", "cruddur-trace run -v make -q --color never"] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            let Command::Run(run) = cli.command else { panic!("{line} is a run") };
            assert_eq!(run.command, ["make", "-q", "--color", "never"], "{line}");
            assert_eq!((cli.global.verbose, cli.global.quiet, cli.global.color), (1, false, None));
        }
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for line in ["cruddur-trace -b local --width 80 list", "cruddur-trace list -b local --width 80"] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            assert_eq!((cli.global.backends, cli.global.width), (vec![value::BackendArg::Local], Some(80)), "{line}");
        }
    }
}
