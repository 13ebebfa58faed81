//! Where to look.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::nearest;

/// A backend, as it is named by `--backend`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BackendArg {
    /// Every backend that is configured.
    Auto,
    /// The store on this machine.
    Local,
    /// Honeycomb's API.
    Honeycomb,
    /// AWS X-Ray's API.
    XRay,
    /// A file of traces.
    File(FileArg),
}

/// Where a file of traces is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FileArg {
    /// `file:-`
    Stdin,
    /// `file:PATH`
    Path(PathBuf),
}

impl FromStr for BackendArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const NAMES: [&str; 4] = ["auto", "local", "honeycomb", "xray"];
        match text {
            "auto" => return Ok(Self::Auto),
            "local" => return Ok(Self::Local),
            "honeycomb" => return Ok(Self::Honeycomb),
            "xray" => return Ok(Self::XRay),
            "file:" | "file" => return Err("expected a path after `file:`, or `file:-` for stdin".to_owned()),
            "file:-" => return Ok(Self::File(FileArg::Stdin)),
            _ => {}
        }
        if let Some(path) = text.strip_prefix("file:") {
            return Ok(Self::File(FileArg::Path(path.into())));
        }
        // The likely mistake: a file without `file:`.
        let expected = "expected `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`";
        Err(match nearest(text, NAMES) {
            Some(name) => format!("{expected}; did you mean `{name}`?"),
            None if text == "-" || text.contains(['.', '/', '\\']) => format!("{expected}; did you mean `file:{text}`?"),
            None => expected.to_owned(),
        })
    }
}

impl fmt::Display for BackendArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Local => f.write_str("local"),
            Self::Honeycomb => f.write_str("honeycomb"),
            Self::XRay => f.write_str("xray"),
            Self::File(FileArg::Stdin) => f.write_str("file:-"),
            Self::File(FileArg::Path(path)) => write!(f, "file:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_backend_reads_as_it_prints() {
        for text in ["auto", "local", "honeycomb", "xray", "file:-", "file:a b/traces.json", "file:./-"] {
            assert_eq!(text.parse::<BackendArg>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_likely_mistake_is_answered_with_what_was_meant() {
        let complaint = |text: &str| text.parse::<BackendArg>().unwrap_err();
        assert!(complaint("traces.json").ends_with("did you mean `file:traces.json`?"));
        assert!(complaint("-").ends_with("did you mean `file:-`?"));
        assert!(complaint("honeycom").ends_with("did you mean `honeycomb`?"));
        assert!(complaint("file:").starts_with("expected a path"));
        assert!(!complaint("zipkin").contains("did you mean"));
    }
}
