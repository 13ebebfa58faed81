//! A value that can be set, and how it is written: the same in a variable and in the file.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use super::endpoint::Endpoint;
use crate::cli::assert::AssertFormat;
use crate::cli::diff::DiffFormat;
use crate::cli::forward::ForwardTo;
use crate::cli::honeycomb::Attributes;
use crate::cli::list::ListFormat;
use crate::cli::map::MapFormat;
use crate::cli::show::ShowFormat;
use crate::cli::stats::{StatsFormat, StatsSort};
use crate::cli::value::{
    Address, BackendArg, Color, Length, MaxAge, MaxSize, RateLimit, SamplingRules, Size, TimeArg, WebOrigin, duration, positive,
};
use crate::cli::xray::TimeRangeType;

/// Reads and writes a value that can be set.
pub trait Setting: Sized {
    /// From its spelling.
    ///
    /// # Errors
    ///
    /// What was expected instead.
    fn read(text: &str) -> Result<Self, String>;
    /// Its spelling.
    fn show(&self) -> String;
    /// What was written, as a message that refuses it may repeat it.
    fn quoted(text: &str) -> String {
        text.to_owned()
    }
}

/// For what reads and prints itself.
macro_rules! spelled_by_itself {
    ($($type:ty),*) => {$(
        impl Setting for $type {
            fn read(text: &str) -> Result<Self, String> {
                text.parse()
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

spelled_by_itself!(Color, TimeArg, Length, Size, Address, SamplingRules, MaxAge, MaxSize, TimeRangeType, RateLimit);

/// For what is one of a few words.
macro_rules! one_of_its_words {
    ($($type:ty),*) => {$(
        impl Setting for $type {
            fn read(text: &str) -> Result<Self, String> {
                Self::from_str(text, false).map_err(|_| {
                    let words: Vec<_> = Self::value_variants().iter().map(|choice| format!("`{}`", choice.show())).collect();
                    format!("expected {}", any_of(&words))
                })
            }

            fn show(&self) -> String {
                self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
            }
        }
    )*};
}

one_of_its_words!(ListFormat, ShowFormat, StatsFormat, StatsSort, MapFormat, DiffFormat, AssertFormat);

/// `a, b or c`.
pub(super) fn any_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [some @ .., last] => format!("{} or {last}", some.join(", ")),
    }
}

impl Setting for bool {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" => Ok(false),
            _ => Err("expected `true` or `false`".to_owned()),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Setting for usize {
    fn read(text: &str) -> Result<Self, String> {
        positive(text)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Setting for PathBuf {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("expected a path".to_owned()) } else { Ok(text.into()) }
    }

    fn show(&self) -> String {
        self.display().to_string()
    }
}

/// A number that may be left out.
impl Setting for Option<usize> {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { positive(text).map(Some) }
    }

    fn show(&self) -> String {
        self.map_or_else(String::new, |number| number.to_string())
    }
}

/// A length of time that may be left out, or none at all.
impl Setting for Option<Duration> {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { duration(text).map(Some) }
    }

    fn show(&self) -> String {
        self.map_or_else(String::new, |length| Length(length).to_string())
    }
}

/// A name that may be left out: nothing is written as empty text.
impl Setting for Option<String> {
    fn read(text: &str) -> Result<Self, String> {
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    fn show(&self) -> String {
        self.clone().unwrap_or_default()
    }
}

/// A file that may be left out.
impl Setting for Option<PathBuf> {
    fn read(text: &str) -> Result<Self, String> {
        Ok(Some(PathBuf::from(text)).filter(|_| !text.is_empty()))
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(String::new, Setting::show)
    }
}

/// Several names are separated by commas; in the file they may be a list. None is written as empty text.
impl Setting for Vec<String> {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    fn show(&self) -> String {
        self.join(",")
    }
}

/// Several origins are separated by commas; in the file they may be a list.
impl Setting for Vec<WebOrigin> {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(Self::new()) } else { text.split(',').map(str::parse).collect() }
    }

    fn show(&self) -> String {
        self.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

/// A choice that may be left to the command.
impl Setting for Option<Attributes> {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
    }

    fn show(&self) -> String {
        self.map_or_else(String::new, |attributes| attributes.to_string())
    }
}

/// Several backends are separated by commas; in the file they may be a list.
impl Setting for Vec<BackendArg> {
    fn read(text: &str) -> Result<Self, String> {
        text.split(',').map(|name| name.trim().parse()).collect()
    }

    fn show(&self) -> String {
        self.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

/// Several destinations are separated by commas; in the file they may be a list. None is written as empty text.
impl Setting for Vec<ForwardTo> {
    fn read(text: &str) -> Result<Self, String> {
        text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse).collect()
    }

    fn show(&self) -> String {
        self.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }

    /// Without what may be a password.
    fn quoted(text: &str) -> String {
        Endpoint::quoted(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_backends_are_separated_by_commas() {
        let backends = Vec::<BackendArg>::read("local, file:traces.json").unwrap();
        assert_eq!(backends.show(), "local,file:traces.json");
        assert!(Vec::<BackendArg>::read("local,,xray").is_err());
        assert!(Vec::<BackendArg>::read("").is_err());
    }

    #[test]
    fn a_choice_is_one_of_its_words_as_on_the_command_line() {
        assert_eq!((StatsSort::read("self"), ShowFormat::Markdown.show().as_str()), (Ok(StatsSort::SelfTime), "markdown"));
        assert_eq!(ListFormat::read("JSON").unwrap_err(), "expected `table`, `json` or `jsonl`");
    }

    #[test]
    fn what_may_be_left_out_is_written_as_nothing() {
        assert_eq!((Option::<usize>::read(""), Option::<usize>::read("7")), (Ok(None), Ok(Some(7))));
        assert!(Option::<usize>::read("0").is_err());
        let (none, zero) = (Option::<Duration>::read("").unwrap(), Option::<Duration>::read("0s").unwrap());
        assert_eq!((none.show(), zero.show()), (String::new(), "0s".to_owned()));
        assert_eq!(Option::<Duration>::read("1h 30m").unwrap().show(), "1h30m");
    }

    #[test]
    fn a_switch_is_on_or_off() {
        assert_eq!((bool::read("1"), bool::read("false")), (Ok(true), Ok(false)));
        assert_eq!(bool::read("maybe").unwrap_err(), "expected `true` or `false`");
    }
}
