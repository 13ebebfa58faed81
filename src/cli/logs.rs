//! `logs`: the log lines of a trace.

use clap::{Args, ValueEnum};

use super::HoneycombArgs;

/// Print the log lines of a trace
///
/// Finds the lines that were written while the trace ran, in the order of time: those that came with its spans (Honeycomb, or
/// OpenTelemetry's logs that the local store has), and those of CloudWatch Logs that hold its id, in any spelling. Where no line
/// holds it, those are printed that name the path of the request while the trace ran, behind a `?`. `show --logs` draws the same
/// lines in the waterfall.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace logs 5759e988
  cruddur-trace logs 1-5759e988-bd862e3fe1be46a994272793 --log-group cruddur
  cruddur-trace logs 5759e988 -o jsonl | jq -r .body")]
pub struct LogsArgs {
    /// The trace: an id, the beginning of one, a header that carries it, or its address
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,

    /// How to print the lines
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: LogsFormat,

    /// Where lines are looked for.
    #[command(flatten)]
    pub groups: LogGroupArgs,

    /// What only Honeycomb is asked.
    #[command(flatten)]
    pub honeycomb: HoneycombArgs,
}

/// How `logs` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogsFormat {
    /// Text to read
    #[default]
    Text,
    /// One JSON document
    Json,
    /// One JSON document a line, one for each log line
    Jsonl,
}

/// Options of the commands that look for log lines.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "CloudWatch Logs options")]
pub struct LogGroupArgs {
    /// Look for log lines in this log group of CloudWatch Logs; may be given several times
    ///
    /// One group is searched free of charge; several are by Logs Insights, which is billed by what it scans. [default: those that
    /// the trace names, or else one that is called as its service is]
    #[arg(long = "log-group", value_name = "NAME")]
    pub log_groups: Vec<String>,
}
