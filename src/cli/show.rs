//! `show`: one trace.

use clap::{Args, ValueEnum};

use super::honeycomb::Attributes;
use super::{HoneycombArgs, LogGroupArgs};

/// Show a trace as a waterfall
///
/// Finds the trace by its id, however old it is. The id may be written in any way: 32 hex digits, X-Ray's 1-8hex-24hex, a
/// `traceparent` or `X-Amzn-Trace-Id` header, the address of the trace in the Honeycomb or X-Ray console, or the beginning of
/// an id, as long as only one trace begins so.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  cruddur-trace show 5759e988bd862e3fe1be46a994272793
  cruddur-trace show 1-5759e988-bd862e3f --max-rows 40
  cruddur-trace show 5759e988 --where 'status = error'
  cruddur-trace show 5759e988 --zoom list-message-groups --depth 2
  cruddur-trace show 5759e988 --errors
  cruddur-trace show 5759e988 -o html > trace.html
  cruddur-trace show 5759e988 -i
  cruddur-trace show 5759e988 --logs
  cruddur-trace show 5759e988 --stitch
  cruddur-trace show 5759e988 -o json | jq '.traces[0].spans[].name'")]
// Each is a flag of its own.
#[allow(clippy::struct_excessive_bools)]
pub struct ShowArgs {
    /// The trace: an id, the beginning of one, a header that carries it, or its address
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,

    /// Show only the spans for which this filter expression holds, and those above them
    #[arg(long = "where", value_name = "EXPR")]
    pub filter: Option<String>,

    /// Show only the spans of this service, and those above them; may be given several times
    #[arg(long = "service", value_name = "NAME")]
    pub services: Vec<String>,

    /// Mark the spans for which this filter expression holds, and keep the others
    #[arg(long, value_name = "EXPR")]
    pub highlight: Option<String>,

    /// Show one span whole: its attributes, events and links, and what it means for the trace
    ///
    /// SPAN is a span's id, the beginning of one, or a name that only one span of the trace has.
    #[arg(long, value_name = "SPAN", conflicts_with_all = ["zoom", "highlight", "max_rows", "depth", "expand", "filter", "services"])]
    pub span: Option<String>,

    /// Draw only this span and what is below it, over the whole width
    #[arg(long, value_name = "SPAN")]
    pub zoom: Option<String>,

    /// Draw at most this many rows of a trace: what failed or was looked for, the critical path and the longest; the rest is counted
    /// [default: all; 1000 for svg, 60 for markdown, 100 for mermaid]
    #[arg(long, value_name = "N", value_parser = super::value::positive)]
    pub max_rows: Option<usize>,

    /// Draw so many levels of the tree; what is deeper is counted
    #[arg(long, value_name = "N", value_parser = super::value::positive)]
    pub depth: Option<usize>,

    /// Draw every span, also where many alike would be folded into one row
    #[arg(long, alias = "no-fold")]
    pub expand: bool,

    /// Move the spans of hosts whose clocks are off to where one correction satisfies all of their calls, marked by `~` and the amount
    #[arg(long)]
    pub correct_skew: bool,

    /// Draw the log lines of the trace too, each below the span in which it was written
    ///
    /// Lines that came with the spans, and those of CloudWatch Logs that hold the trace's id; where no line does, those that name the
    /// path of the request while the trace ran, marked by `?`. For waterfall, markdown, json and jsonl, and on the whole screen.
    #[arg(long)]
    pub logs: bool,

    /// Ask Rollbar for the errors of the trace: those that carry its id, and those that probably belong to it, each with its evidence
    ///
    /// Needs a token that reads, in `ROLLBAR_READ_TOKEN` or the file that `rollbar.access_token_file` names; the token with which an
    /// application sends cannot read. If Rollbar does not answer, the trace is shown without it. For the waterfall, json and jsonl.
    #[arg(long, conflicts_with = "interactive")]
    pub errors: bool,

    /// Print the stack frames of these errors with their local variables, which may be secrets
    #[arg(long, requires = "errors")]
    pub bodies: bool,

    /// Draw what the X-Ray SDK and OpenTelemetry have recorded of one request, each under a trace id of its own, as one tree
    ///
    /// An application with both SDKs makes two traces of each request. The other one is looked for anyway, by service, path, status and
    /// time, and `show` says which is probably the same request, and why. With this, both are drawn; where two ids are given, these two are.
    #[arg(long, conflicts_with = "no_twins")]
    pub stitch: bool,

    /// Do not look for other traces of the same request, which costs a question or two more
    #[arg(long)]
    pub no_twins: bool,

    /// Say what each backend would be asked, and do not ask
    #[arg(long)]
    pub explain: bool,

    /// Open the trace in the browser too; of several, the first five
    #[arg(long)]
    pub open: bool,

    /// Look at the trace on the whole screen: fold, search, zoom, all about each span; ? shows the keys
    #[arg(short, long, conflicts_with_all = ["output", "span", "explain", "open"])]
    pub interactive: bool,

    /// How to print the trace [default: waterfall]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<ShowFormat>,

    /// Where log lines are looked for: it means --logs.
    #[command(flatten)]
    pub groups: LogGroupArgs,

    /// What only Honeycomb is asked.
    #[command(flatten)]
    pub honeycomb: HoneycombArgs,

    /// How many of the spans' attributes to ask Honeycomb for [default: known for waterfall, svg, markdown and mermaid; else all]
    #[arg(long, value_name = "WHICH", help_heading = "Honeycomb options")]
    pub attributes: Option<Attributes>,
}

impl ShowArgs {
    /// Whether log lines are wanted.
    pub fn wants_logs(&self) -> bool {
        self.logs || !self.groups.log_groups.is_empty()
    }

    /// How to print the trace: as was said, or as usual.
    pub fn output(&self) -> ShowFormat {
        self.output.unwrap_or_default()
    }
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
    /// A picture
    Svg,
    /// A timeline for <https://ui.perfetto.dev> and `chrome://tracing`: Trace Event JSON
    Perfetto,
    /// Flame graphs of own time and of the critical path for <https://www.speedscope.app>
    Speedscope,
    /// One line for each span, for spreadsheets
    Csv,
    /// A comment for GitHub
    Markdown,
    /// A sequence diagram in Mermaid's language, for Markdown
    Mermaid,
    /// A page for a browser, with everything in it: search, zoom, details
    Html,
}

impl ShowFormat {
    /// Whether it has a place for log lines.
    pub fn has_logs(self) -> bool {
        matches!(self, Self::Waterfall | Self::Markdown | Self::Json | Self::Jsonl)
    }

    /// Whether it has a place for what belongs to the same request.
    pub fn has_twins(self) -> bool {
        !matches!(self, Self::Otlp | Self::Csv | Self::Perfetto | Self::Speedscope)
    }

    /// Whether it says what each span means for the whole trace, and so is made of all of it even where only a part is asked for.
    pub fn is_of_the_whole(self) -> bool {
        !matches!(self, Self::Json | Self::Jsonl | Self::Otlp)
    }
}
