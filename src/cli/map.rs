//! `map`: who calls whom.

use clap::{Args, ValueEnum};

use super::{FilterArgs, HoneycombArgs, XRayArgs};

/// Show which services call which, how often, how fast, and how often in vain
///
/// Puts the newest traces of the last hour together (--since, --limit) and draws who calls whom, from the services that requests
/// reach first down to the databases and queues that are called last. EXPR keeps the traces that have a span for which it holds;
/// of those, every call is drawn. A file is read whole, whatever its times; the local store is searched back to its oldest trace
/// where the last hour has none, and a note says so.
///
/// AWS X-Ray, asked alone (-b xray) and without EXPR, answers from its own service graph, in which every trace of the window counts.
///
/// Each line is one caller's calls, as the caller saw them. Who calls nobody stands below each of its callers; the calls of anybody
/// else are drawn once, below the busiest caller, and the other lines refer to them. What a service failed
/// at without its callers seeing it is said behind its name.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace map
  cruddur-trace map --service backend-flask --since 1d --limit 1000
  cruddur-trace map 'status = error'
  cruddur-trace map --trace 5759e988 --trace 6a637109
  cruddur-trace map -o svg > map.svg
  cruddur-trace map -o json | jq -r '.edges[] | \"\\(.from_name) -> \\(.to_name)\"'")]
pub struct MapArgs {
    /// A filter expression, such as 'service = "web" and status = error'
    #[arg(value_name = "EXPR")]
    pub expr: Option<String>,

    /// Draw this trace only, however old it is; its id is written as for `show`. May be given several times
    #[arg(long = "trace", value_name = "ID", conflicts_with = "limit")]
    pub traces: Vec<String>,

    /// Look at this many traces at most [default: 200]
    #[arg(short = 'n', long, value_name = "N", value_parser = super::value::positive)]
    pub limit: Option<usize>,

    /// Say what each backend would be asked, and do not ask
    #[arg(long)]
    pub explain: bool,

    /// How to print the map [default: text]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<MapFormat>,

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

/// How `map` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MapFormat {
    /// Text to read
    #[default]
    Text,
    /// One JSON document
    Json,
    /// A flowchart in Mermaid's language, for Markdown
    Mermaid,
    /// A picture
    Svg,
}
