//! Whose web pages may send.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

/// An origin, spelled as browsers do in the `Origin` header (RFC 6454, 6.2): `http://localhost:3000`. Or `*`: every one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// As it stands in the header.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl FromStr for WebOrigin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "*" {
            return Ok(Self(text.to_owned()));
        }
        let expected = || "expected an origin such as `http://localhost:3000`, or `*`".to_owned();
        // A parser of addresses leaves out what it cannot use, and then the origin is another than what was read by a person.
        let odd =
            text.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '\\' | '@' | '?' | '#' | ',' | '*'));
        let url = Url::parse(text).ok().filter(|url| !odd && matches!(url.path(), "" | "/")).ok_or_else(expected)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(expected)?;
        // Without the port that is the scheme's own: browsers leave it out.
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self(format!("{}://{host}{port}", url.scheme())))
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_send_it() {
        for (text, sent) in [
            ("http://localhost:3000", "http://localhost:3000"),
            ("https://App.example:443/", "https://app.example"),
            ("http://[::1]:80", "http://[::1]"),
            ("chrome-extension://abcdef", "chrome-extension://abcdef"),
            (" * ", "*"),
        ] {
            assert_eq!(text.parse::<WebOrigin>().unwrap().to_string(), sent, "{text}");
        }
    }

    #[test]
    fn what_no_browser_would_send_is_refused() {
        for text in [
            "",
            "localhost:3000",
            "localhost",
            "null",
            "http://",
            "http://a/b",
            "http://*.example",
            "http://me@a",
            "http://a?x",
            "http://a#x",
            "http://a,http://b",
            "file:///x",
        ] {
            let refused = text.parse::<WebOrigin>();
            assert_eq!(refused.unwrap_err(), "expected an origin such as `http://localhost:3000`, or `*`", "{text}");
        }
    }
}
