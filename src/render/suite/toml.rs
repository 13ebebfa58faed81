//! Text as a string of TOML (<https://toml.io/en/v1.0.0#string>).

use std::fmt::Write as _;

use crate::render::text::sanitise;

/// In single quotes where it can be read as it is; else in double quotes, in which all that is not printable ASCII is escaped.
pub(super) fn string(text: &str) -> String {
    // What needs no picture for a terminal needs none here.
    if !text.contains('\'') && sanitise(text, false) == text {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            ' '..='~' => out.push(c),
            c if u32::from(c) <= 0xffff => {
                let _written = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => {
                let _written = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_readable_where_it_can_be() {
        assert_eq!(string("name = \"GET /\\\\d\""), r#"'name = "GET /\\d"'"#);
        assert_eq!(string("注文"), "'注文'");
        assert_eq!(string("it's"), "\"it's\"");
        assert_eq!(string("'''\n\u{1b}\"\\\u{202e}\u{e0001}"), r#""'''\n\u001b\"\\\u202e\U000e0001""#);
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_and_stays_on_its_line(text: String, quotes in "['\"\\\\\n\r\t#a\u{7f}\u{85}]{0,12}") {
            for text in [text, quotes] {
                let written = string(&text);
                prop_assert!(!written.chars().any(|c| c.is_control() || c == '\u{2028}' || c == '\u{202e}'), "{}", written);
                let table: toml::Table = toml::from_str(&format!("a = {written} # {written}")).unwrap();
                prop_assert_eq!(table["a"].as_str(), Some(text.as_str()));
            }
        }
    }
}
