//! What only AWS X-Ray is asked.

use std::fmt;
use std::str::FromStr;

use clap::{Args, ValueEnum};

/// Options of the commands that search.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "AWS X-Ray options")]
pub struct XRayArgs {
    /// Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`
    ///
    /// It is handed on as it is; other backends know nothing of it. The language is described at
    /// <https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html>.
    #[arg(long, value_name = "EXPR")]
    pub xray_filter: Option<String>,

    /// Ask for the traces of this X-Ray group only
    #[arg(long, value_name = "NAME")]
    pub xray_group: Option<String>,

    /// Which time X-Ray shall search by [default: event]
    #[arg(long, value_name = "WHICH")]
    pub xray_time_range: Option<TimeRangeType>,

    /// Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]
    #[arg(long, value_name = "N", value_parser = super::value::positive)]
    pub scan: Option<usize>,
}

/// Which time of a trace is searched: `GetTraceSummaries`' `TimeRangeType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TimeRangeType {
    /// When X-Ray received something of it; finds all ids
    #[default]
    Event,
    /// When a segment of it ended
    Service,
    /// The time in its id; finds no random ids, as OpenTelemetry makes them
    TraceId,
}

impl fmt::Display for TimeRangeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Event => "event",
            Self::Service => "service",
            Self::TraceId => "trace-id",
        })
    }
}

impl FromStr for TimeRangeType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        <Self as ValueEnum>::from_str(text, false).map_err(|_| "expected `event`, `service` or `trace-id`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_range_type_reads_as_it_prints() {
        for kind in TimeRangeType::value_variants() {
            assert_eq!(kind.to_string().parse(), Ok(*kind));
        }
        assert!("update".parse::<TimeRangeType>().is_err());
    }
}
