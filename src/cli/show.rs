//! `show`: one trace.

use clap::{Args, ValueEnum};

use super::HoneycombArgs;
use super::honeycomb::Attributes;

/// Show a trace as a waterfall
///
/// Finds the trace by its id, however old it is. The id may be written in any way: 32 hex digits, X-Ray's 1-8hex-24hex, a
/// `traceparent` or `X-Amzn-Trace-Id` header, the address of the trace in the Honeycomb or X-Ray console, or the beginning of
/// an id, as long as only one trace begins so.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace show 5759e988bd862e3fe1be46a994272793
  cruddur-trace show 1-5759e988-bd862e3f --max-rows 40
  cruddur-trace show 5759e988 --where 'status = error'
  cruddur-trace show 5759e988 -o json | jq '.traces[0].spans[].name'")]
pub struct ShowArgs {
    /// The trace: an id, the beginning of one, a header that carries it, or its address
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,

    /// Show only the spans for which this filter expression holds, and those above them
    #[arg(long = "where", value_name = "EXPR")]
    pub filter: Option<String>,

    /// Draw at most this many rows of a trace; the rest is counted
    #[arg(long, value_name = "N", value_parser = super::value::positive)]
    pub max_rows: Option<usize>,

    /// Draw every span, also where many alike would be folded into one row
    #[arg(long)]
    pub no_fold: bool,

    /// Say what each backend would be asked, and do not ask
    #[arg(long)]
    pub explain: bool,

    /// Open the trace in the browser too; of several, the first five
    #[arg(long)]
    pub open: bool,

    /// How to print the trace
    #[arg(short, long, value_name = "FORMAT", default_value = "waterfall")]
    pub output: ShowFormat,

    /// What only Honeycomb is asked.
    #[command(flatten)]
    pub honeycomb: HoneycombArgs,

    /// How many of the spans' attributes to ask Honeycomb for [default: known; all for json, jsonl and otlp]
    #[arg(long, value_name = "WHICH", help_heading = "Honeycomb options")]
    pub attributes: Option<Attributes>,
}

/// How `show` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ShowFormat {
    /// A waterfall to read
    #[default]
    Waterfall,
    /// One JSON document
    Json,
    /// One JSON document a line, one for each trace
    Jsonl,
    /// OTLP/JSON, as other OpenTelemetry tools read it
    Otlp,
}
