//! Messages that may quote anything, made safe for a terminal.

use std::borrow::Cow;

use crate::render::text;

/// As [`text::sanitise`], for a message of several lines: line ends stay, and a tab becomes a blank.
pub(crate) fn sanitise(message: &str, ascii: bool) -> Cow<'_, str> {
    if !message.contains(['\n', '\t']) {
        return text::sanitise(message, ascii);
    }
    let lines = message.split('\n').map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line).replace('\t', " ");
        text::sanitise(&line, ascii).into_owned()
    });
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_drawing_stays_one_and_what_would_steer_a_terminal_is_shown() {
        assert_eq!(sanitise("one\r\ntwo\tthree\n  ^^^", false), "one\ntwo three\n  ^^^");
        assert_eq!(sanitise("a\u{1b}[2Jb", false), "a␛[2Jb");
        assert_eq!(sanitise("a\n\u{1b}[2Jü", true), "a\n\\u{1b}[2J\\u{fc}");
        assert_eq!(sanitise("user\u{202e}txt.exe", false), "user\\u{202e}txt.exe");
    }

    proptest! {
        #[test]
        fn no_control_character_but_line_ends_is_left(message: String, ascii: bool) {
            prop_assert!(!sanitise(&message, ascii).contains(|c: char| c.is_control() && c != '\n'));
        }
    }
}
