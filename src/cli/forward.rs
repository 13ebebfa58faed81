//! Where `collect` forwards to.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

/// A destination, as it is typed: `honeycomb`, `xray`, `otlp=http://collector:4318`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForwardTo {
    /// Honeycomb, with the key of the environment.
    Honeycomb,
    /// AWS X-Ray, with the credentials of the environment.
    XRay,
    /// An OTLP receiver, at an address without user, password, query and fragment.
    Otlp(Url),
}

impl fmt::Display for ForwardTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Honeycomb => f.write_str("honeycomb"),
            Self::XRay => f.write_str("xray"),
            Self::Otlp(url) => write!(f, "otlp={}", url.as_str().trim_end_matches('/')),
        }
    }
}

impl FromStr for ForwardTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected `honeycomb`, `xray` or an OTLP receiver such as `otlp=http://collector:4318`".to_owned();
        match text.trim() {
            "honeycomb" => Ok(Self::Honeycomb),
            "xray" => Ok(Self::XRay),
            other => {
                let address = other.strip_prefix("otlp=").ok_or_else(expected)?;
                let url = Url::parse(address).ok().filter(Url::has_host).ok_or_else(expected)?;
                if !matches!(url.scheme(), "http" | "https") {
                    return Err(expected());
                }
                if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
                    return Err("an address with a user, a password, `?` or `#` in it is not taken: what a receiver wants to \
                                know goes into CRUDDUR_TRACE_COLLECT_FORWARD_HEADERS"
                        .to_owned());
                }
                Ok(Self::Otlp(url))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_read_as_they_print() {
        for text in ["honeycomb", "xray", "otlp=http://collector:4318", "otlp=https://tempo.example/otlp"] {
            assert_eq!(text.parse::<ForwardTo>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_none_is_refused_without_repeating_a_password() {
        for text in ["", "jaeger", "otlp", "otlp=", "otlp=collector:4318", "otlp=ftp://collector"] {
            assert!(text.parse::<ForwardTo>().unwrap_err().starts_with("expected `honeycomb`"), "{text}");
        }
        let error = "otlp=https://me:secret@collector".parse::<ForwardTo>().unwrap_err();
        assert!(error.contains("CRUDDUR_TRACE_COLLECT_FORWARD_HEADERS") && !error.contains("secret"), "{error}");
    }
}
