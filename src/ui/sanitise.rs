//! Text that may hold anything, made safe for a terminal.

use std::borrow::Cow;

/// Shows what would steer a terminal instead of letting it: escape and control characters, and the marks that turn the direction
/// of text around ("Trojan Source", CVE-2021-42574). Line ends stay; a tab becomes a blank.
pub(crate) fn sanitise(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\t' => safe.push(' '),
            '\r' if rest.peek() == Some(&'\n') => {}
            c if steers(c) => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// Whether a terminal would do something else than show it.
fn steers(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_would_steer_a_terminal_is_shown() {
        assert_eq!(sanitise("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(sanitise("a\u{9b}2J\u{7f}"), "a\\u{9b}2J\\u{7f}");
        assert_eq!(sanitise("user\u{202e}txt.exe"), "user\\u{202e}txt.exe");
        assert_eq!(sanitise("one\r\ntwo\tthree\rfour"), "one\ntwo three\\u{d}four");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        assert!(matches!(sanitise("Grüße, 世界 👋\n  ^^^"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn nothing_that_steers_is_left(text: String) {
            prop_assert!(!sanitise(&text).contains(steers));
        }
    }
}
