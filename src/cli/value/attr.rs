//! `KEY=VALUE`.

use std::fmt;
use std::str::FromStr;

/// An attribute and the value that it shall have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttrArg {
    /// The attribute's name, not empty.
    pub key: String,
    /// The value as text; perhaps empty.
    pub value: String,
}

impl FromStr for AttrArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok(Self { key: key.trim().to_owned(), value: value.to_owned() }),
            Some(_) => Err("expected KEY=VALUE, and the key is empty".to_owned()),
            None => Err(format!("expected KEY=VALUE; for any value, use the expression `exists {text}`")),
        }
    }
}

impl fmt::Display for AttrArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_may_contain_anything() {
        let attr: AttrArg = "http.url=http://x/?a=b".parse().unwrap();
        assert_eq!((attr.key.as_str(), attr.value.as_str()), ("http.url", "http://x/?a=b"));
        assert_eq!("empty=".parse::<AttrArg>().unwrap().value, "");
    }

    #[test]
    fn a_key_alone_is_told_what_to_write_instead() {
        assert_eq!(
            "user.id".parse::<AttrArg>().unwrap_err(),
            "expected KEY=VALUE; for any value, use the expression `exists user.id`"
        );
        assert!("=x".parse::<AttrArg>().is_err());
    }
}
