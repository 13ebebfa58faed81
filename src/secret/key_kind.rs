//! What kind of key a key of Honeycomb is, told by its looks: <https://docs.honeycomb.io/api/authentication/> and, for the keys of Classic,
//! `IsClassicApiKey` of the public translator <https://github.com/honeycombio/husky> (`otlp/common.go`).

use std::fmt;

/// Kinds of keys, and of what is mistaken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Of an environment; the one that can read: 22 letters and digits.
    Configuration,
    /// Of Classic, likewise: 32 hex digits.
    ClassicConfiguration,
    /// Only sends.
    Ingest,
    /// Only sends, of Classic.
    ClassicIngest,
    /// Of a team: manages, and reads no events.
    Management,
    /// The name of a configuration key, which the console shows beside it, and not the key.
    Id,
    /// None of these; the service may know better.
    Unknown,
}

impl KeyKind {
    /// By its looks.
    pub fn of(key: &str) -> Self {
        let bytes = key.as_bytes();
        // `hc`, a letter for the region or so, two letters for the kind, and `_`.
        let kind = match bytes {
            [b'h', b'c', b'a'..=b'z', a, b, b'_', ..] | [b'h', b'c', a, b, b'_', ..] => Some([*a, *b]),
            _ => None,
        };
        match kind.as_ref().map(|kind| &kind[..]) {
            Some(b"ik") => Self::Ingest,
            Some(b"ic") => Self::ClassicIngest,
            Some(b"mk") => Self::Management,
            Some(b"lk") => Self::Id,
            _ if bytes.len() == 32 && bytes.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) => {
                Self::ClassicConfiguration
            }
            _ if bytes.len() == 22 && bytes.iter().all(u8::is_ascii_alphanumeric) => Self::Configuration,
            _ => Self::Unknown,
        }
    }

    /// Whether it may be one that can read, as far as its looks tell.
    pub fn may_read(self) -> bool {
        matches!(self, Self::Configuration | Self::ClassicConfiguration | Self::Unknown)
    }
}

/// Without an article.
impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configuration => "configuration key",
            Self::ClassicConfiguration => "configuration key of a Classic environment",
            Self::Ingest | Self::ClassicIngest => "ingest key",
            Self::Management => "management key",
            Self::Id => "id of a key, and no key itself",
            Self::Unknown => "key of an unknown kind",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_kind_by_its_looks() {
        let long = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789";
        for (key, kind) in [
            ("1234567890123456789012".to_owned(), KeyKind::Configuration),
            ("abcdefABCDEF0123456789".to_owned(), KeyKind::Configuration),
            ("0123456789abcdef0123456789abcdef".to_owned(), KeyKind::ClassicConfiguration),
            (format!("hcxik_{long}"), KeyKind::Ingest),
            (format!("hcaik_{long}"), KeyKind::Ingest),
            (format!("hcxic_{long}"), KeyKind::ClassicIngest),
            ("hcxmk_01234567890123456789012345:0123456789abcdef0123456789abcdef".to_owned(), KeyKind::Management),
            ("hcxmk_01234567890123456789012345".to_owned(), KeyKind::Management),
            ("hcxlk_01234567890123456789012345".to_owned(), KeyKind::Id),
            ("hclk_01234567890123456789012345".to_owned(), KeyKind::Id),
            ("x".to_owned(), KeyKind::Unknown),
            (String::new(), KeyKind::Unknown),
            ("0123456789ABCDEF0123456789ABCDEF".to_owned(), KeyKind::Unknown),
        ] {
            assert_eq!(KeyKind::of(&key), kind, "{key}");
        }
        assert!(KeyKind::Unknown.may_read() && !KeyKind::Ingest.may_read());
    }
}
