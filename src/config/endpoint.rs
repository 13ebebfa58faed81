//! Where Honeycomb's API is.

use std::net::{Ipv4Addr, Ipv6Addr};

use reqwest::Url;

use super::setting::Setting;

/// The United States' instance.
const US: &str = "https://api.honeycomb.io";
/// The European Union's: <https://docs.honeycomb.io/api>.
const EU: &str = "https://api.eu1.honeycomb.io";

/// The address of Honeycomb's API, to which paths such as `/1/auth` are added: without a slash at its end, and such that a key may
/// be sent there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// The address.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Default for Endpoint {
    fn default() -> Self {
        Self(US.to_owned())
    }
}

impl Setting for Endpoint {
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("us") {
            return Ok(Self(US.to_owned()));
        }
        if text.eq_ignore_ascii_case("eu") {
            return Ok(Self(EU.to_owned()));
        }
        let expected = format!("expected `us`, `eu` or an address such as `{EU}`");
        let url = address(text, &expected, "key")?;
        match url.host_str().unwrap_or_default() {
            "ui.honeycomb.io" => return Err(format!("that is where people look; the API is at `{US}`")),
            "ui.eu1.honeycomb.io" => return Err(format!("that is where people look; the API is at `{EU}`")),
            _ => {}
        }
        // SDKs want the address with or without the API's version behind it.
        let address = url.as_str().trim_end_matches('/');
        Ok(Self(address.strip_suffix("/1").unwrap_or(address).trim_end_matches('/').to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    /// Without what may be a password.
    fn quoted(text: &str) -> String {
        let text = text.split_inclusive(['?', '#']).next().unwrap_or_default();
        match (text.find("//"), text.rfind('@')) {
            (Some(slashes), Some(at)) if slashes < at => format!("{}…{}", &text[..slashes + 2], &text[at..]),
            (None, Some(at)) => format!("…{}", &text[at..]),
            _ => text.to_owned(),
        }
    }
}

/// An address to which a secret may be sent: over TLS, or to this machine. `secret` is what it is called.
pub(super) fn address(text: &str, expected: &str, secret: &str) -> Result<Url, String> {
    // A parser of addresses leaves out what it cannot use, and then the address is another than what was read by a person.
    let odd = text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
    let url = Url::parse(text).ok().filter(|url| url.has_host() && !odd).ok_or_else(|| expected.to_owned())?;
    match (url.scheme(), url.host_str().unwrap_or_default()) {
        ("https", _) => {}
        ("http", host) if is_loopback(host) => {}
        ("http", _) => {
            return Err(format!(
                "the {secret} would travel unencrypted; write `https://`, as `http://` is only for this machine (127.0.0.1, ::1, localhost)"
            ));
        }
        _ => return Err(expected.to_owned()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("an address with a user or a password in it is not taken: the {secret} says who is asking"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("expected an address without `?` and `#`".to_owned());
    }
    Ok(url)
}

/// Whether a host, as an address names it, is surely this machine.
fn is_loopback(host: &str) -> bool {
    let ipv6 = || host.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || ipv6().is_some_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<String, String> {
        Endpoint::read(text).map(Endpoint::into_string)
    }

    #[test]
    fn an_address_is_a_region_or_a_url() {
        for (text, address) in [
            ("us", "https://api.honeycomb.io"),
            ("EU", "https://api.eu1.honeycomb.io"),
            ("https://api.eu1.honeycomb.io", "https://api.eu1.honeycomb.io"),
            ("https://API.eu1.honeycomb.io:443/", "https://api.eu1.honeycomb.io"),
            ("https://api.honeycomb.io/1/", "https://api.honeycomb.io"),
            ("https://api.honeycomb.io/1", "https://api.honeycomb.io"),
            (" https://proxy.example:8443/honeycomb/1 ", "https://proxy.example:8443/honeycomb"),
            ("https://proxy.example/v1", "https://proxy.example/v1"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(address), "{text}");
        }
    }

    #[test]
    fn a_key_is_sent_unencrypted_to_this_machine_only() {
        for text in ["http://127.0.0.1:8080", "http://127.9.8.7", "http://[::1]:8080", "http://localhost:1", "http://LOCALHOST"]
        {
            assert!(read(text).is_ok(), "{text}");
        }
        for text in [
            "http://api.honeycomb.io",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://0.0.0.0",
            "http://[::]",
            "http://10.0.0.1",
            "http://user@evil.example",
        ] {
            assert!(read(text).unwrap_err().starts_with("the key would travel unencrypted"), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_of_an_api_is_refused() {
        for text in
            ["", "api.honeycomb.io", "api.honeycomb.io:443", "ftp://x", "file:///x", "https://", "https:/\\x", "https://a\tb"]
        {
            let refused = read(text).unwrap_err();
            assert_eq!(refused, "expected `us`, `eu` or an address such as `https://api.eu1.honeycomb.io`", "{text}");
        }
        assert!(read("https://me:pass@api.honeycomb.io").unwrap_err().contains("a user or a password"));
        assert!(read("https://api.honeycomb.io?key=1").unwrap_err().contains("without `?`"));
        assert!(read("https://api.honeycomb.io#key").unwrap_err().contains("without `?`"));
        assert!(read("https://ui.eu1.honeycomb.io/team").unwrap_err().ends_with("`https://api.eu1.honeycomb.io`"));
        assert!(read("https://ui.honeycomb.io").unwrap_err().ends_with("`https://api.honeycomb.io`"));
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        assert_eq!(Endpoint::quoted("https://me:pass@host/x"), "https://…@host/x");
        assert_eq!(Endpoint::quoted("https://me:p@ss@host?key=1"), "https://…@host?");
        assert_eq!(Endpoint::quoted("me:pass@host"), "…@host");
        assert_eq!(Endpoint::quoted("http://host:1"), "http://host:1");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_read_reads_as_it_prints(any: String, text in "https?://[a-z0-9.@:\\[\\]/?#%]{0,20}") {
            Endpoint::quoted(&any);
            Endpoint::read(&any).ok();
            if let Ok(endpoint) = Endpoint::read(&text) {
                prop_assert!(!endpoint.show().ends_with('/'));
                prop_assert!(Endpoint::read(&endpoint.show()).is_ok());
            }
        }
    }
}
