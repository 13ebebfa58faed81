//! Columns of figures behind names, right-aligned.

use super::line::{Line, Pieces};
use super::text;
use super::theme::Role;

/// Blanks in front of each column.
const GAP: usize = 2;

/// A heading, and below it a cell for each row.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    heading: &'static str,
    cells: Vec<Pieces>,
    taken: usize,
}

impl Column {
    /// Of cells with one meaning.
    pub(crate) fn new(heading: &'static str, role: Role, cells: impl IntoIterator<Item = String>) -> Self {
        Self::of_pieces(heading, cells.into_iter().map(|cell| vec![(role, cell)]))
    }

    /// Of cells with several.
    pub(crate) fn of_pieces(heading: &'static str, cells: impl IntoIterator<Item = Pieces>) -> Self {
        let cells: Vec<Pieces> = cells.into_iter().collect();
        let taken = GAP + cells.iter().map(width).max().unwrap_or(0).max(text::width(heading));
        Self { heading, cells, taken }
    }

    /// Adds the heading to a line.
    pub(crate) fn push_heading(&self, line: &mut Line) {
        self.push(line, &vec![(Role::Heading, self.heading.to_owned())]);
    }

    /// Adds what it says of a row.
    pub(crate) fn push_cell(&self, line: &mut Line, row: usize) {
        self.push(line, &self.cells[row]);
    }

    /// How many columns of the screen it takes, with the blanks in front.
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }

    fn push(&self, line: &mut Line, cell: &Pieces) {
        line.push(Role::Plain, &" ".repeat(self.taken.saturating_sub(width(cell))));
        line.extend(cell);
    }
}

/// How many columns of the screen these take.
pub(crate) fn taken(columns: &[Column]) -> usize {
    columns.iter().map(Column::taken).sum()
}

fn width(cell: &Pieces) -> usize {
    cell.iter().map(|(_, piece)| text::width(piece)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::look;

    #[test]
    fn cells_end_below_the_end_of_their_heading() {
        let columns = [
            Column::new("n", Role::Plain, ["1,000".to_owned(), String::new()]),
            Column::of_pieces("errors", [vec![], vec![(Role::Error, "2".to_owned()), (Role::Faint, "!".to_owned())]]),
        ];
        assert_eq!(taken(&columns), 7 + 8);
        let mut out = String::new();
        let mut line = Line::default();
        for column in &columns {
            column.push_heading(&mut line);
        }
        line.write(&look(80), &mut out).unwrap();
        for row in 0..2 {
            for column in &columns {
                column.push_cell(&mut line, row);
            }
            line.write(&look(80), &mut out).unwrap();
        }
        assert_eq!(out, "      n  errors\n  1,000\n             2!\n");
    }
}
