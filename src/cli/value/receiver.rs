//! What the receiver is told: where to listen, how much to keep, and what to let X-Ray SDKs sample.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use super::{Length, Size};

/// A value, or the word `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrOff<T> {
    /// Not at all.
    Off,
    /// This.
    On(T),
}

/// Where to listen, if at all.
pub type Address = OrOff<ListenAddress>;
/// How old a trace may become before it is forgotten, if ever.
pub type MaxAge = OrOff<Length>;
/// How large the store may become before the oldest traces are forgotten, if ever.
pub type MaxSize = OrOff<Size>;

impl<T> OrOff<T> {
    /// The value, unless it is switched off.
    pub fn on(self) -> Option<T> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(value),
        }
    }
}

impl<T: FromStr<Err = String>> FromStr for OrOff<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        text.parse().map(Self::On).map_err(|error| format!("{error}; or `off`"))
    }
}

impl<T: fmt::Display> fmt::Display for OrOff<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::On(value) => value.fmt(f),
        }
    }
}

/// An address of this machine with a port. A port alone is one on the loopback interface: who wants the whole network to reach
/// the receiver has to say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenAddress(pub SocketAddr);

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let loopback = |port: &str| port.parse().ok().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        text.parse()
            .ok()
            .or_else(|| loopback(text.strip_prefix("localhost:").unwrap_or(text)))
            .map(Self)
            .ok_or_else(|| "expected an address such as `127.0.0.1:4318` or `[::1]:4318`, or a port".to_owned())
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// By whose rules X-Ray SDKs sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SamplingRules {
    /// Nobody's: every request is sampled.
    All,
    /// Those that AWS X-Ray has.
    Aws,
    /// Those in a file. One that is named like a word above is written with its folder: `./aws`.
    File(PathBuf),
}

impl FromStr for SamplingRules {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "aws" => Ok(Self::Aws),
            "" => Err("expected a file of sampling rules, `aws` or `all`".to_owned()),
            path => Ok(Self::File(path.into())),
        }
    }
}

impl fmt::Display for SamplingRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Aws => f.write_str("aws"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_on_the_loopback_interface() {
        for text in ["4318", "localhost:4318", "127.0.0.1:4318"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), "127.0.0.1:4318", "{text}");
        }
        assert_eq!("[::1]:0".parse::<Address>().unwrap().to_string(), "[::1]:0");
        assert_eq!("0.0.0.0:2000".parse::<Address>().unwrap().to_string(), "0.0.0.0:2000");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        // Elsewhere `:4318` means every interface, which nobody shall get by accident.
        for text in [":4318", "localhost", "example.com:4318", "127.0.0.1", "70000", ""] {
            let error = text.parse::<Address>().unwrap_err();
            assert_eq!(error, "expected an address such as `127.0.0.1:4318` or `[::1]:4318`, or a port; or `off`");
        }
    }

    #[test]
    fn sampling_rules_are_two_words_or_a_file() {
        for (text, expected) in [("all", SamplingRules::All), ("aws", SamplingRules::Aws)] {
            assert_eq!(text.parse(), Ok(expected));
        }
        let file = "./aws".parse::<SamplingRules>().unwrap();
        assert_eq!((file.to_string().as_str(), &file), ("./aws", &SamplingRules::File("./aws".into())));
        assert!("".parse::<SamplingRules>().is_err());
    }

    #[test]
    fn everything_can_be_switched_off() {
        assert_eq!("off".parse::<Address>().unwrap().on(), None);
        assert_eq!("off".parse::<MaxAge>().unwrap().on(), None);
        assert_eq!("off".parse::<MaxSize>().unwrap().to_string(), "off");
        assert_eq!("2d".parse::<MaxAge>().unwrap().to_string(), "2d");
    }
}
