//! `probe`: what Honeycomb's documentation does not say.

use clap::{Args, ValueEnum};

use super::HoneycombArgs;

/// Find out how Honeycomb behaves where its documentation leaves it open
///
/// Asks Honeycomb a few questions about its own answers: how exact its times are, how many rows and columns a query result takes,
/// what its limits are called. It changes nothing but the list of queries that Honeycomb keeps, prints no attribute's value, and
/// spends some of the query results that may be asked for in a minute.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace probe
  cruddur-trace probe --dataset web -o json > honeycomb.json")]
pub struct ProbeArgs {
    /// How to print what was found out
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: ProbeFormat,

    /// Use up the query results of a minute, to see what is said when there are no more
    ///
    /// Whoever else asks Honeycomb for this team has to wait meanwhile.
    #[arg(long)]
    pub exhaust: bool,

    /// What only Honeycomb is asked.
    #[command(flatten)]
    pub honeycomb: HoneycombArgs,
}

/// How `probe` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ProbeFormat {
    /// Text to read
    #[default]
    Text,
    /// One JSON document
    Json,
}
