//! `assert`: did it happen?

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::value::{Bound, Count, aggregate, duration};
use super::{FilterArgs, HoneycombArgs, ReportArgs, SuiteArgs, XRayArgs};
use crate::query::Aggregate;

/// Prove that a trace exists, or that none does
///
/// Ends with 0 if it holds, with 1 if it does not, and with 3 if that cannot be told: because a backend could not be asked, or
/// because spans that would decide it are still missing.
///
/// Without --absent and --count it holds if at least one trace matches.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace assert 'name = \"POST /api/messages\" and duration < 500ms' --wait 30s
  cruddur-trace assert --error --absent --since 10m
  cruddur-trace assert --service worker --count '>=3'
  cruddur-trace assert 'kind = server' --every 'duration < 1s' --wait 30s
  cruddur-trace assert --file checks.toml
  cruddur-trace assert '{ service = \"web\" } >> { db.system = \"dynamodb\" }' --trace 5759e988")]
pub struct AssertArgs {
    /// A filter expression: a trace matches when it has a span for which it holds
    #[arg(value_name = "EXPR", conflicts_with = "files")]
    pub expr: Option<String>,

    /// Assertions in files.
    #[command(flatten)]
    pub suites: SuiteArgs,

    /// It holds if no trace matches
    #[arg(long, conflicts_with_all = ["count", "files"])]
    pub absent: bool,

    /// It holds if this many traces match: `3`, `>=3`, `<10`, `2..5` (both included)
    #[arg(long, value_name = "COUNT", conflicts_with = "files")]
    pub count: Option<Count>,

    /// It holds if there is such a span, and every span that EXPR finds satisfies this as well
    #[arg(long, value_name = "EXPR", conflicts_with_all = ["absent", "files"])]
    pub every: Option<String>,

    /// It holds if this holds of all spans together that EXPR finds in all traces: `p95(duration) < 500ms`
    ///
    /// It takes at least one span. Traces count once they have been silent for the settle time; of more than 1000, the newest.
    #[arg(long, value_name = "FIGURE", value_parser = aggregate, conflicts_with_all = ["absent", "files"])]
    pub across: Option<Aggregate>,

    /// It holds if the spans that EXPR finds make up so much of the critical path of each trace: `<300ms`
    ///
    /// The critical path is what the root waited for; without EXPR, all of it.
    #[arg(long, value_name = "BOUND", conflicts_with_all = ["absent", "files"])]
    pub critical_path: Option<Bound>,

    /// Ask again for so long, until it can be told: spans take a while to arrive
    #[arg(short, long, value_name = "DURATION", value_parser = duration)]
    pub wait: Option<Duration>,

    /// Expect nothing more of a trace that has been silent for so long [default: 10s, of backends on the network 60s]
    ///
    /// Until then, nothing that spans still on their way could change is said of it: that it does not match, that it matches
    /// no more, that every span of it does.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub settle: Option<Duration>,

    /// With --wait, ask again after so long, but never more often than a backend allows
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub interval: Option<Duration>,

    /// Look at this trace only, however old it is; its id is written as for `show`
    #[arg(long, value_name = "ID", conflicts_with = "files")]
    pub trace: Option<String>,

    /// Look at the trace that began last only
    #[arg(long, conflicts_with_all = ["trace", "files"])]
    pub newest: bool,

    /// Say what each backend would be asked, and do not ask
    #[arg(long)]
    pub explain: bool,

    /// Open the first trace that matches in the browser
    #[arg(long, conflicts_with = "files")]
    pub open: bool,

    /// How to print the verdict
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: AssertFormat,

    /// The reports.
    #[command(flatten)]
    pub reports: ReportArgs,

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

/// How `assert` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum AssertFormat {
    /// Text to read
    #[default]
    Text,
    /// One JSON document
    Json,
}
