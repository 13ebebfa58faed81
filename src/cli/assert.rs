//! `assert`: did it happen?

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::value::{Bound, Count, Percent, aggregate, duration};
use super::{FilterArgs, HoneycombArgs, ReportArgs, SuiteArgs, XRayArgs};
use crate::query::Aggregate;

/// Prove that a trace exists, or that none does
///
/// Ends with 0 if it holds, with 1 if it does not, and with 3 if that cannot be told: because a backend could not be asked, or
/// because spans that would decide it are still missing.
///
/// Without --absent and --count it holds if at least one trace matches.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  cruddur-trace assert 'name = \"POST /api/messages\" and duration < 500ms' --wait 30s
  cruddur-trace assert --error --absent --since 10m
  cruddur-trace assert --service worker --count '>=3'
  cruddur-trace assert 'kind = server' --every 'duration < 1s' --wait 30s
  cruddur-trace assert 'name = \"POST /api/messages\"' --snapshot messages.trace
  cruddur-trace assert --file checks.toml --junit report.xml
  cruddur-trace assert init --from 5759e988 > checks.toml
  cruddur-trace assert '{ service = \"web\" } >> { db.system = \"dynamodb\" }' --trace 5759e988"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that was given or not")]
pub struct AssertArgs {
    /// What is done instead of asserting.
    #[command(subcommand)]
    pub command: Option<AssertCommand>,

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

    /// It holds if the newest trace that matches looks as it is written in FILE, which --update writes
    ///
    /// The file has the tree of spans without what differs from run to run: ids, times, hosts. By hand, it may say how often a span may
    /// be there (`1..5 ×`), how long it may take (`[..500ms]`), and that an attribute may be anything (`*`).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["absent", "files"])]
    pub snapshot: Option<PathBuf>,

    /// It holds if no operation is slower than it is written in FILE, which --update writes
    ///
    /// With 95 % confidence for all operations together, at the median and the 95th percentile. An operation that is gone is a
    /// difference; with too few samples it cannot be told.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["absent", "files", "trace", "newest"])]
    pub baseline: Option<PathBuf>,

    /// With --baseline, how many samples of an operation it takes at least: traces that have it
    #[arg(long, value_name = "N", requires = "baseline", conflicts_with = "files")]
    pub samples: Option<u32>,

    /// With --baseline, how much slower is no difference yet [default: 10%]
    #[arg(long, value_name = "PERCENT", requires = "baseline", conflicts_with = "files")]
    pub tolerance: Option<Percent>,

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

    /// Also list the services, operations and calls of the newest 1000 traces of the window that no assertion is about
    #[arg(long)]
    pub coverage: bool,

    /// How to print the verdict [default: text]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<AssertFormat>,

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

/// What `assert` does instead of asserting.
#[derive(Debug, Subcommand)]
pub enum AssertCommand {
    /// Write a file of assertions from good traces
    ///
    /// What is the same in all of them becomes an assertion; what differs is noted in comments, with the reason. Every assertion holds of
    /// these traces.
    #[command(after_help = "Examples:
  cruddur-trace assert init --from 5759e988 8bc62638 > checks.toml
  cruddur-trace assert init -b file:good.json --from 5759e988 --out checks.toml")]
    Init(InitArgs),
}

/// How a file of assertions is begun.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// A good trace; its id is written as for `show`
    #[arg(long, value_name = "ID", required = true, num_args = 1..)]
    pub from: Vec<String>,

    /// The file to write, which must not be there yet; without it, the text is printed
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
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
