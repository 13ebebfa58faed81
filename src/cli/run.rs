//! `run`: a command with a receiver around it.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::value::duration;
use super::{ReportArgs, SuiteArgs};

/// Run a command with a private receiver around it
///
/// Starts a receiver on free ports, tells the command about it through the environment variables that the SDKs read
/// (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_ZIPKIN_ENDPOINT`, `AWS_XRAY_DAEMON_ADDRESS`), and runs the command. What it sent is in
/// the local store afterwards, and can be listed, shown or asserted at once.
///
/// Ends with the command's own exit code. If the command succeeds and an --assert does not hold, ends with 1; if that cannot be
/// told, with 3.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace run -- python app.py
  cruddur-trace run --show -- curl -s http://localhost:8080/
  cruddur-trace run --file checks.toml --junit report.xml -- pytest
  cruddur-trace run --assert 'name = \"GET /\"' --wait 5s -- npm test")]
pub struct RunArgs {
    /// Check that a trace of this command matches the filter expression; may be given several times
    #[arg(long = "assert", value_name = "EXPR")]
    pub asserts: Vec<String>,

    /// Assertions in files.
    #[command(flatten)]
    pub suites: SuiteArgs,

    /// Wait so long for spans that arrive after the command has ended
    #[arg(short, long, value_name = "DURATION", value_parser = duration)]
    pub wait: Option<Duration>,

    /// List the traces when the command has ended
    #[arg(long, conflicts_with = "show")]
    pub list: bool,

    /// Show the traces as waterfalls when the command has ended
    #[arg(long)]
    pub show: bool,

    /// The reports.
    #[command(flatten)]
    pub reports: ReportArgs,

    /// The command and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, value_hint = ValueHint::CommandWithArguments)]
    pub command: Vec<OsString>,
}
