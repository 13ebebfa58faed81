//! What only Honeycomb is asked.

use std::fmt;
use std::str::FromStr;

use clap::{Args, ValueEnum};

/// Options of the commands that ask Honeycomb.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Honeycomb options")]
pub struct HoneycombArgs {
    /// Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]
    ///
    /// A Classic environment cannot be asked as a whole: there, one has to be named.
    #[arg(long, value_name = "NAME")]
    pub dataset: Option<String>,
}

/// How many of a span's attributes are asked for. Each column is a breakdown of the query, of which there may be 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Attributes {
    /// Only what a waterfall needs: one query result
    None,
    /// As many as fit into one query result, the best-known first
    Known,
    /// Every column, which may cost several query results
    All,
}

impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Known => "known",
            Self::All => "all",
        })
    }
}

impl FromStr for Attributes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        <Self as ValueEnum>::from_str(text, false).map_err(|_| "expected `none`, `known` or `all`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_of_attributes_reads_as_it_prints() {
        for attributes in Attributes::value_variants() {
            assert_eq!(attributes.to_string().parse(), Ok(*attributes));
        }
        assert_eq!("some".parse::<Attributes>().unwrap_err(), "expected `none`, `known` or `all`");
    }
}
