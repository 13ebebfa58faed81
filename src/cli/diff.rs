//! `diff`: what differs between two traces, or two cohorts of traces.

use clap::{Args, ValueEnum};

use super::{HoneycombArgs, XRayArgs};

/// Show what differs between two traces, or two sets of traces, and where the time went
///
/// Compares the trace B with the trace A; both are found by id, however old they are, and written as for `show`. --a and --b compare
/// the newest traces that satisfy a filter expression instead (--limit), in the mean; one side may be a trace and the other a set. A
/// set is searched for in the last hour (--since), a file is read whole.
///
/// Spans are matched by their path: the services and names from the root down, with a `?` for numbers, ids and quoted text in names.
/// Siblings of one name are counted. Where each side has one root, these are matched whatever they are called.
///
/// The first table says where the time went: of each path, how much of the critical path is its own, the largest difference first.
/// The differences sum exactly to the difference of the durations, and are rounded so that they do on the screen too. Of sets, it
/// says in how many traces each path is, and how likely the durations would differ so by chance. Traces of which the duration is not
/// known, because their root still runs or has not arrived, are left out of a set and counted; a trace that was named is compared
/// as far as it is known.
///
/// The second table shows what is new (+), gone (-) or changed (~: there are more or fewer, or more or fewer fail), as a tree in which
/// the rest is counted; `!` marks where failures begin more or less often. Self time is how much longer or shorter the spans were at
/// work themselves, on the critical path or not.
///
/// The exit code is 0 whether or not anything differs, 1 where a trace is not found or nothing satisfies an expression, and 3 where
/// traces satisfy it, but of none the duration is known.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace diff 5759e988 6a637109
  cruddur-trace diff 5759e988 6a637109 -o markdown >> \"$GITHUB_STEP_SUMMARY\"
  cruddur-trace diff --a 'service.version = \"1.4\"' --b 'service.version = \"1.5\"' --since 1d
  cruddur-trace diff 5759e988 --a 'rootName = \"GET /api/activities/home\"'
  cruddur-trace diff 5759e988 6a637109 -o json | jq '[.diff.ledger[].delta_ns] | add'")]
pub struct DiffArgs {
    /// The traces A and B; one of them where --a or --b says the other
    #[arg(value_name = "ID", num_args = 0..=2)]
    pub ids: Vec<String>,

    /// As A, the newest traces that satisfy this filter expression
    #[arg(long, value_name = "EXPR")]
    pub a: Option<String>,

    /// As B, the newest traces that satisfy this filter expression
    #[arg(long, value_name = "EXPR")]
    pub b: Option<String>,

    /// Compare at most this many traces a side [default: 200]
    #[arg(short = 'n', long, value_name = "N", value_parser = super::value::positive)]
    pub limit: Option<usize>,

    /// Show at most this many lines of where the time went, and as many paths that are new, gone or changed; the rest is added up. Not for json
    /// [default: 20]
    #[arg(long, value_name = "N", value_parser = super::value::positive)]
    pub max_rows: Option<usize>,

    /// Say what each backend would be asked, and do not ask
    #[arg(long)]
    pub explain: bool,

    /// How to print what differs [default: text]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<DiffFormat>,

    /// What only X-Ray is asked.
    #[command(flatten)]
    pub xray: XRayArgs,

    /// What only Honeycomb is asked.
    #[command(flatten)]
    pub honeycomb: HoneycombArgs,
}

/// How `diff` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DiffFormat {
    /// Tables to read
    #[default]
    Text,
    /// One JSON document
    Json,
    /// Tables in Markdown, as GitHub reads them
    Markdown,
}
