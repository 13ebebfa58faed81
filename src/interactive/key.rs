//! What was pressed, whatever terminal it was pressed on.

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character, with Shift as it may be.
    Char(char),
    /// A letter with Ctrl, in lower case.
    Ctrl(char),
    /// The arrow.
    Up,
    /// The arrow.
    Down,
    /// The arrow.
    Left,
    /// The arrow.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Backspace.
    Backspace,
}

/// Where to go in a list of lines, the same keys everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// So many down, or up where negative.
    By(isize),
    /// To the first.
    First,
    /// To the last.
    Last,
}

impl Move {
    /// What a key means where a screen shows so many.
    pub(super) fn of(key: Key, page: usize) -> Option<Self> {
        let page = isize::try_from(page.max(1)).unwrap_or(isize::MAX);
        Some(match key {
            Key::Char('j') | Key::Down => Self::By(1),
            Key::Char('k') | Key::Up => Self::By(-1),
            Key::Char('g') | Key::Home => Self::First,
            Key::Char('G') | Key::End => Self::Last,
            Key::Ctrl('d') => Self::By((page / 2).max(1)),
            Key::Ctrl('u') => Self::By(-(page / 2).max(1)),
            Key::PageDown | Key::Ctrl('f') => Self::By(page),
            Key::PageUp | Key::Ctrl('b') => Self::By(-page),
            _ => return None,
        })
    }

    /// Where that leads from `at`, of `count`; 0 where there are none.
    pub(super) fn from(self, at: usize, count: usize) -> usize {
        let last = count.saturating_sub(1);
        match self {
            Self::By(by) => at.saturating_add_signed(by).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_a_list() {
        for key in [Key::Up, Key::Down, Key::Home, Key::End, Key::PageUp, Key::PageDown, Key::Ctrl('d'), Key::Ctrl('u')] {
            let to = Move::of(key, 7).expect("it is a move");
            assert_eq!(to.from(0, 0), 0);
            assert!((0..9).all(|at| to.from(at, 9) < 9), "{key:?}");
        }
        assert_eq!(Move::of(Key::PageDown, 7).unwrap().from(1, 9), 8);
        assert_eq!(Move::of(Key::Ctrl('u'), 7).unwrap().from(8, 9), 5);
        assert_eq!(Move::of(Key::Enter, 7), None);
    }
}
