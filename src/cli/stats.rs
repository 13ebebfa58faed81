//! `stats`: how often, how fast, how often in vain.

use clap::{Args, ValueEnum};

use super::{FilterArgs, HoneycombArgs, XRayArgs};

/// Show rate, errors and latency percentiles, by service and operation
///
/// Counts the spans of the newest traces of the last hour (--since, --limit). With EXPR, the spans that satisfy it are counted, and
/// no others of their traces; of `{ a } >> { b }` those on the right. A file is read whole, whatever its times; the local store is
/// searched back to its oldest trace where the last hour has none, and a note says so.
///
/// An operation is a service, the name of a span and its kind, which is shown where a service has several of one name. Percentiles
/// are durations that are there (nearest rank), of the spans that have ended; spans that still run or came without a start are
/// counted, and a note says how many. Self time is how long a span was at work itself, and not waiting for those below it.
///
/// Rates are over the window where all of it was looked at, and otherwise, as of files and of traces that are named or limited,
/// over the time from the first span to the last; the first lines say which. The trend shows how many spans began in each part of
/// that time, red where some of them failed; with --ascii, `!` stands there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace stats
  cruddur-trace stats 'service = \"backend-flask\" and kind = server' --since 1d --limit 5000
  cruddur-trace stats --error --by operation --sort errors
  cruddur-trace stats -b file:traces.json --sort p99 --max-rows 5
  cruddur-trace stats -o json | jq -r '.services[].operations[] | \"\\(.name) \\(.figures.p99_ns)\"'")]
pub struct StatsArgs {
    /// A filter expression, such as 'service = "web" and kind = server'
    #[arg(value_name = "EXPR")]
    pub expr: Option<String>,

    /// Look at this trace only, however old it is; its id is written as for `show`. May be given several times
    #[arg(long = "trace", value_name = "ID", conflicts_with = "limit")]
    pub traces: Vec<String>,

    /// Look at this many traces at most [default: 200]
    #[arg(short = 'n', long, value_name = "N", value_parser = super::value::positive)]
    pub limit: Option<usize>,

    /// One line for each of these [default: services, with their operations below]
    #[arg(long, value_name = "WHAT")]
    pub by: Option<StatsBy>,

    /// What comes first; the largest does [default: count]
    #[arg(long, value_name = "FIGURE")]
    pub sort: Option<StatsSort>,

    /// Draw at most this many operations of a service, or lines with --by; the rest is added up. Not for json and csv
    #[arg(long, value_name = "N", value_parser = super::value::positive)]
    pub max_rows: Option<usize>,

    /// Say what each backend would be asked, and do not ask
    #[arg(long)]
    pub explain: bool,

    /// How to print the figures [default: text]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<StatsFormat>,

    /// The filter options.
    #[command(flatten)]
    pub filter: FilterArgs,

    /// What only X-Ray is asked.
    #[command(flatten)]
    pub xray: XRayArgs,

    /// What only Honeycomb is asked.
    #[command(flatten)]
    pub honeycomb: HoneycombArgs,
}

/// What each line of `stats` is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatsBy {
    /// A service
    Service,
    /// An operation of whatever service
    Operation,
}

/// What `stats` sorts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum StatsSort {
    /// How many spans there are
    #[default]
    Count,
    /// How many of them failed
    Errors,
    /// The median duration
    P50,
    /// The duration that nine of ten do not exceed
    P90,
    /// The duration that 99 of 100 do not exceed
    P99,
    /// The longest duration
    Max,
    /// How long they were at work themselves
    #[value(name = "self")]
    SelfTime,
    /// The name, from A to Z
    Name,
}

/// How `stats` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum StatsFormat {
    /// A table to read
    #[default]
    Text,
    /// One JSON document
    Json,
    /// Comma-separated values, one line for each operation, or for each service with `--by service`
    Csv,
    /// A table in Markdown, as GitHub reads it
    Markdown,
}
