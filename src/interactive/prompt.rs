//! The line in which text to look for is typed.

use super::key::Key;

/// A line being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    text: String,
}

/// What a key did to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typed {
    /// Nothing.
    Nothing,
    /// The text is another.
    Changed,
    /// It is done.
    Accepted,
    /// It was all for nothing.
    Dismissed,
}

impl Prompt {
    /// What stands there.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Takes a key.
    pub(super) fn press(&mut self, key: Key) -> Typed {
        match key {
            Key::Char(letter) => self.text.push(letter),
            // As in `less`: what takes away the last letter and one more leaves.
            Key::Backspace | Key::Enter if self.text.is_empty() => return Typed::Dismissed,
            Key::Backspace => drop(self.text.pop()),
            Key::Ctrl('u') => self.text.clear(),
            Key::Ctrl('w') => {
                let kept = self.text.trim_end().rfind(' ').map_or(0, |blank| blank + 1);
                self.text.truncate(kept);
            }
            Key::Enter => return Typed::Accepted,
            Key::Escape => return Typed::Dismissed,
            _ => return Typed::Nothing,
        }
        Typed::Changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_typed_and_taken_back() {
        let mut prompt = Prompt::default();
        for letter in "two words".chars() {
            assert_eq!(prompt.press(Key::Char(letter)), Typed::Changed);
        }
        prompt.press(Key::Backspace);
        assert_eq!(prompt.text(), "two word");
        prompt.press(Key::Ctrl('w'));
        assert_eq!(prompt.text(), "two ");
        assert_eq!(prompt.press(Key::Left), Typed::Nothing);
        assert_eq!(prompt.press(Key::Enter), Typed::Accepted);
        prompt.press(Key::Ctrl('u'));
        assert_eq!(prompt.press(Key::Backspace), Typed::Dismissed);
        assert_eq!(prompt.press(Key::Enter), Typed::Dismissed);
    }
}
