//! What a value can be, on the command line, in an environment variable and in the configuration file alike. Each type reads
//! and prints the same spelling; messages are fragments that follow `invalid value 'x' for '--flag': `.

mod attr;
mod backend;
mod count;
mod figure;
mod length;
mod origin;
mod rate;
mod receiver;
mod size;
mod time;

pub use attr::AttrArg;
pub use backend::{BackendArg, FileArg};
pub use count::Count;
pub use figure::{Bound, Percent, aggregate};
pub use length::{Length, duration, positive_duration};
pub use origin::WebOrigin;
pub use rate::RateLimit;
pub use receiver::{Address, ListenAddress, MaxAge, MaxSize, OrOff, SamplingRules};
pub use size::Size;
pub use time::{TimeArg, TimeError};

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal that has them, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Also on a pipe or into a file
    Always,
    /// Not at all
    Never,
}

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        <Self as ValueEnum>::from_str(text, false).map_err(|_| "expected `auto`, `always` or `never`".to_owned())
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        })
    }
}

/// The columns that a drawing can have. Below, nothing fits; above, no bar is easier to read.
pub const WIDTHS: std::ops::RangeInclusive<u16> = 40..=400;

/// A number of columns within [`WIDTHS`].
pub fn width(text: &str) -> Result<u16, String> {
    text.parse()
        .ok()
        .filter(|columns| WIDTHS.contains(columns))
        .ok_or_else(|| format!("expected a number of columns from {} to {}", WIDTHS.start(), WIDTHS.end()))
}

/// A whole number above zero.
pub fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("expected at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("expected a whole number".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_is_within_what_can_be_drawn() {
        assert_eq!((width("40"), width("400")), (Ok(40), Ok(400)));
        for bad in ["39", "401", "-1", "wide", "70000"] {
            assert_eq!(width(bad).unwrap_err(), "expected a number of columns from 40 to 400");
        }
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        assert_eq!(positive("20"), Ok(20));
        assert_eq!(positive("0").unwrap_err(), "expected at least 1");
        assert_eq!(positive("-3").unwrap_err(), "expected a whole number");
    }

    #[test]
    fn a_color_choice_reads_as_it_prints() {
        for color in Color::value_variants() {
            assert_eq!(color.to_string().parse(), Ok(*color));
        }
        assert!("yes".parse::<Color>().is_err());
    }
}
