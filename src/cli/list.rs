//! `list`: traces in a time window.

use clap::{Args, ValueEnum};

use super::{FilterArgs, HoneycombArgs, XRayArgs};

/// List traces, newest first
///
/// Lists the newest traces of the last hour (--since, --limit), one a line. EXPR keeps those that have a span for which it
/// holds. A file is read whole, whatever its times; the local store is searched back to its oldest trace where the last hour
/// has none, and a note says so.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that was given or not")]
#[command(after_help = "Examples:
  cruddur-trace list
  cruddur-trace list --service backend-flask --error --since 'yesterday 14:00'
  cruddur-trace list 'duration > 250ms and name =~ \"GET /api/.*\"' --limit 100
  cruddur-trace list --follow
  cruddur-trace list -i
  cruddur-trace list -b file:traces.json -o json")]
pub struct ListArgs {
    /// A filter expression, such as 'service = "web" and status = error'
    #[arg(value_name = "EXPR")]
    pub expr: Option<String>,

    /// Go on and print new traces as they arrive
    #[arg(short, long)]
    pub follow: bool,

    /// List at most this many [default: 20]
    #[arg(short = 'n', long, value_name = "N", value_parser = super::value::positive)]
    pub limit: Option<usize>,

    /// Read the listed traces, too, and say where a call in one seems to be answered in another: context was lost on the way
    #[arg(long, conflicts_with_all = ["follow", "explain"])]
    pub lost_context: bool,

    /// Say what each backend would be asked, and do not ask
    #[arg(long)]
    pub explain: bool,

    /// Look at the list on the whole screen, and open traces from there; ? shows the keys
    #[arg(short, long, conflicts_with_all = ["output", "follow", "explain", "lost_context"])]
    pub interactive: bool,

    /// How to print the traces [default: table]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<ListFormat>,

    /// The filter options.
    #[command(flatten)]
    pub filter: FilterArgs,

    /// What only X-Ray is asked.
    #[command(flatten)]
    pub xray: XRayArgs,

    /// What only Honeycomb is asked.
    #[command(flatten)]
    pub honeycomb: HoneycombArgs,

    /// Spend a second query result on the numbers of spans and errors and the whole extent of each trace
    ///
    /// Without it, Honeycomb lists what the root spans say.
    #[arg(long, help_heading = "Honeycomb options")]
    pub counts: bool,
}

/// How `list` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ListFormat {
    /// A table to read
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One JSON document a line, one for each trace
    Jsonl,
}
