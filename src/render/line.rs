//! One line of output: text with meaning, put together from left to right, then written plain or in colour.

use std::fmt::{self, Write};

use super::text;
use super::theme::{self, Look, Role};

const BLANKS: &str = "                                                                ";

/// A line in the making. What is pushed must be sanitised.
#[derive(Debug, Default)]
pub(crate) struct Line {
    text: String,
    /// Where each run of one role ends, in bytes.
    runs: Vec<(usize, Role)>,
    width: usize,
}

impl Line {
    /// Adds text at the end.
    pub(crate) fn push(&mut self, role: Role, piece: &str) {
        self.push_measured(role, piece, text::width(piece));
    }

    /// The same for text of which it is known how wide it is, in columns.
    pub(crate) fn push_measured(&mut self, role: Role, piece: &str, width: usize) {
        debug_assert_eq!(text::width(piece), width);
        if piece.is_empty() {
            return;
        }
        self.text.push_str(piece);
        self.width += width;
        match self.runs.last_mut() {
            Some((end, last)) if *last == role => *end = self.text.len(),
            _ => self.runs.push((self.text.len(), role)),
        }
    }

    /// Adds pieces of one column each.
    pub(crate) fn push_cells(&mut self, role: Role, cells: &[&str]) {
        for cell in cells {
            self.push_measured(role, cell, 1);
        }
    }

    /// Adds several pieces.
    pub(crate) fn extend(&mut self, pieces: &Pieces) {
        for (role, piece) in pieces {
            self.push(*role, piece);
        }
    }

    /// Adds several pieces in at most `columns` columns together: what does not fit is cut at the end.
    pub(crate) fn push_fitting<'a>(
        &mut self,
        pieces: impl Iterator<Item = (Role, &'a str)> + Clone,
        columns: usize,
        ascii: bool,
    ) {
        if pieces.clone().map(|(_, piece)| text::width(piece)).sum::<usize>() <= columns {
            pieces.for_each(|(role, piece)| self.push(role, piece));
        } else {
            self.extend(&fit(pieces, columns, ascii));
        }
    }

    /// Adds blanks up to a column.
    pub(crate) fn pad_to(&mut self, column: usize) {
        let mut blanks = column.saturating_sub(self.width);
        while blanks > 0 {
            let some = blanks.min(BLANKS.len());
            self.push_measured(Role::Plain, &BLANKS[..some], some);
            blanks -= some;
        }
    }

    /// How many columns it has so far.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Gives its pieces away, without blanks at its end, and empties it.
    pub(crate) fn take(&mut self) -> Pieces {
        let shown = self.text.trim_end_matches(' ').len();
        let mut start = 0;
        let mut pieces = Pieces::new();
        for &(end, role) in &self.runs {
            let end = end.min(shown).max(start);
            if end > start {
                pieces.push((role, self.text[start..end].to_owned()));
            }
            start = end;
        }
        self.text.clear();
        self.runs.clear();
        self.width = 0;
        pieces
    }

    /// Writes it with a line feed, without blanks at its end, and empties it. Without colour there are no escape sequences;
    /// with it, taking them away leaves the same text.
    pub(crate) fn write(&mut self, look: &Look, out: &mut impl Write) -> fmt::Result {
        let shown = self.text.trim_end_matches(' ').len();
        let mut start = 0;
        for &(end, role) in &self.runs {
            let piece = &self.text[start..end.min(shown).max(start)];
            start = end.min(shown).max(start);
            if look.color && role != Role::Plain && !piece.is_empty() {
                write!(out, "{}", theme::style(role).style(piece))?;
            } else {
                out.write_str(piece)?;
            }
        }
        self.text.clear();
        self.runs.clear();
        self.width = 0;
        out.write_char('\n')
    }
}

/// Text in pieces, each with its meaning.
pub type Pieces = Vec<(Role, String)>;

/// Pieces in at most `columns` columns together: what does not fit is cut at the end.
pub(crate) fn fit<'a>(pieces: impl IntoIterator<Item = (Role, &'a str)>, columns: usize, ascii: bool) -> Pieces {
    let pieces: Vec<_> = pieces.into_iter().collect();
    if pieces.iter().map(|(_, piece)| text::width(piece)).sum::<usize>() <= columns {
        return pieces.into_iter().map(|(role, piece)| (role, piece.to_owned())).collect();
    }
    let whole: String = pieces.iter().map(|(_, piece)| *piece).collect();
    let cut = text::truncate(&whole, columns, ascii);
    let (mut kept, sign) = match cut.strip_suffix(text::ellipsis(ascii)) {
        _ if cut.len() == whole.len() && *cut == whole => (whole.len(), ""),
        Some(kept) => (kept.len(), text::ellipsis(ascii)),
        None => (0, &*cut),
    };
    let mut fitting = Pieces::new();
    for (role, piece) in pieces {
        if piece.len() > kept {
            fitting.push((role, format!("{}{sign}", &piece[..kept])));
            break;
        }
        kept -= piece.len();
        fitting.push((role, piece.to_owned()));
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    fn written(color: bool) -> String {
        let look = Look { width: 80, ascii: false, color, zone: FixedOffset::east_opt(0).unwrap(), now: None };
        let mut line = Line::default();
        line.push(Role::Error, "! ");
        line.push(Role::Plain, "注");
        line.pad_to(6);
        line.push(Role::Faint, "x   ");
        assert_eq!(line.width(), 10);
        let mut out = String::new();
        line.write(&look, &mut out).unwrap();
        out
    }

    #[test]
    fn pieces_are_cut_where_they_end_together() {
        let fitting = |columns, ascii| -> Vec<String> {
            let pieces = [(Role::Plain, "name"), (Role::Faint, " · "), (Role::Id, "注文")];
            fit(pieces, columns, ascii).into_iter().map(|(_, piece)| piece).collect()
        };
        assert_eq!(fitting(11, false), ["name", " · ", "注文"]);
        assert_eq!(fitting(10, false), ["name", " · ", "注…"]);
        assert_eq!(fitting(7, false), ["name", " ·…"]);
        assert_eq!(fitting(5, false), ["name", "…"]);
        assert_eq!(fitting(4, false), ["nam…"]);
        assert_eq!(fitting(2, true), [".."]);
        assert_eq!(fitting(0, false), [""]);
    }

    #[test]
    fn colour_adds_only_escape_sequences() {
        assert_eq!(written(false), "! 注  x\n");
        assert_eq!(written(true), "\u{1b}[31;1m! \u{1b}[0m注  \u{1b}[2mx\u{1b}[0m\n");
    }
}
