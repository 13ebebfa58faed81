//! Options that stand for a filter expression.

use std::time::Duration;

use clap::Args;

use super::value::{AttrArg, duration};

/// Shorthand for a filter expression. All that is given describes one span, and is joined to the expression by `and`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Filter options")]
pub struct FilterArgs {
    /// A span of this service: `service = "NAME"`
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,

    /// A span of this name: `name = "NAME"`
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// A span that took at least this long: `duration >= DURATION`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub min_duration: Option<Duration>,

    /// A span that took at most this long: `duration <= DURATION`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub max_duration: Option<Duration>,

    /// A span that failed: `status = error`
    #[arg(long)]
    pub error: bool,

    /// A span with this attribute: `KEY = VALUE`; may be given several times
    #[arg(long = "attr", value_name = "KEY=VALUE")]
    pub attributes: Vec<AttrArg>,
}

impl FilterArgs {
    /// Whether no option was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
