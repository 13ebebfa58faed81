//! Texts that come again and again, each kept once.

use std::collections::HashMap;

use crate::render::text;

/// Texts by their number. All of them are sanitised, line by line where they may have several.
#[derive(Debug, Default)]
pub(super) struct Table {
    texts: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Table {
    /// The number of a text of one line, as people may see it.
    pub(super) fn line(&mut self, untrusted: &str) -> usize {
        self.number(&text::sanitise(untrusted, false))
    }

    /// The number of a text that may have several lines.
    pub(super) fn lines(&mut self, untrusted: &str) -> usize {
        if untrusted.contains('\n') {
            let lines: Vec<_> = untrusted.split('\n').map(|line| text::sanitise(line, false)).collect();
            self.number(&lines.join("\n"))
        } else {
            self.line(untrusted)
        }
    }

    /// The number of what has been sanitised already.
    pub(super) fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len();
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    /// Gives the texts away.
    pub(super) fn into_texts(self) -> Vec<String> {
        self.texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_and_shows_what_is_invisible() {
        let mut table = Table::default();
        let numbers = [table.line("a\nb"), table.lines("a\nb\u{1b}"), table.line("a␊b"), table.lines("c\u{202e}")];
        assert_eq!(numbers, [0, 1, 0, 2]);
        assert_eq!(table.into_texts(), ["a␊b", "a\nb␛", "c\\u{202e}"]);
    }
}
