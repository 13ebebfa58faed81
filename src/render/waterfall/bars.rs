//! The cells of one bar, in eighths of a column where the characters allow it.

use super::layout::Bar;

/// Blocks that fill a cell from its left, by eighths.
const LEFT_EIGHTHS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// A bar as text: the column that it starts in, and what to write from there. At least one cell, and within `columns`.
///
/// There are blocks for every eighth from the left, but from the right only for a half and an eighth: a start is drawn to
/// the nearest half of a column, an end to the nearest eighth.
pub(super) fn cells(bar: Bar, columns: usize, ascii: bool) -> (usize, String) {
    let last = columns.saturating_sub(1);
    let (start, end) = match bar {
        Bar::Closed { start, end } => (start, end.max(start)),
        Bar::Open { start } => {
            let column = (start / 8).min(last);
            let dots = columns - column - 1;
            let text = match (ascii, dots) {
                (false, _) => format!("▌{}", "┄".repeat(dots)),
                (true, 0) => ">".to_owned(),
                (true, _) => format!("#{}>", "-".repeat(dots - 1)),
            };
            return (column, text);
        }
        Bar::Extent { start, end } => {
            let column = (start / 8).min(last);
            let cells = end.div_ceil(8).clamp(column + 1, columns.max(1)) - column;
            return (column, (if ascii { "-" } else { "┄" }).repeat(cells));
        }
    };
    let column = (start / 8).min(last);
    if ascii {
        let cells = end.div_ceil(8).clamp(column + 1, columns.max(1)) - column;
        return (column, "#".repeat(cells));
    }
    let (into, mut text) = (start - column * 8, String::new());
    if end <= (column + 1) * 8 {
        text.push_str(match (into, end - start) {
            (7.., _) | (4.., 0..=2) => "▕",
            (4.., _) => "▐",
            (_, eighths) => LEFT_EIGHTHS[(end - column * 8).min(8).max(eighths).max(1)],
        });
        return (column, text);
    }
    // What is left of the first cell, to the nearest half.
    let (column, first) = match into {
        0..=2 => (column, "█"),
        3..=6 => (column, "▐"),
        _ => (column + 1, ""),
    };
    text.push_str(first);
    let full = (end / 8).min(columns).saturating_sub(column + usize::from(!first.is_empty()));
    text.push_str(&"█".repeat(full));
    if end / 8 < columns {
        text.push_str(LEFT_EIGHTHS[end % 8]);
    }
    if text.is_empty() {
        text.push('▏');
    }
    (column, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn(bar: Bar, ascii: bool) -> String {
        let (column, text) = cells(bar, 6, ascii);
        format!("{}{text}", " ".repeat(column))
    }

    #[test]
    fn bars_end_on_an_eighth_and_start_on_a_half() {
        let shown = [(0, 48), (0, 44), (12, 30), (8, 15), (13, 13), (15, 20), (17, 18), (48, 48), (0, 0)]
            .map(|(start, end)| drawn(Bar::Closed { start, end }, false));
        assert_eq!(shown, ["██████", "█████▌", " ▐█▊", " ▉", " ▕", "  ▌", "  ▎", "     ▕", "▏"]);
    }

    #[test]
    fn ascii_bars_are_whole_cells() {
        let shown = [(0, 48), (12, 30), (48, 48), (0, 0)].map(|(start, end)| drawn(Bar::Closed { start, end }, true));
        assert_eq!(shown, ["######", " ###", "     #", "#"]);
    }

    #[test]
    fn what_is_still_running_is_open_to_the_right() {
        assert_eq!(drawn(Bar::Open { start: 17 }, false), "  ▌┄┄┄");
        assert_eq!(drawn(Bar::Open { start: 17 }, true), "  #-->");
        assert_eq!(drawn(Bar::Open { start: 48 }, true), "     >");
        assert_eq!(drawn(Bar::Extent { start: 17, end: 33 }, false), "  ┄┄┄");
    }

    proptest! {
        #[test]
        fn a_bar_has_a_cell_and_stays_within_its_lane(columns in 1_usize..200, a: prop::sample::Index, b: prop::sample::Index, ascii: bool) {
            let (a, b) = (a.index(columns * 8 + 1), b.index(columns * 8 + 1));
            let (start, end) = (a.min(b), a.max(b));
            for bar in [Bar::Closed { start, end }, Bar::Extent { start, end }, Bar::Open { start }] {
                let (column, text) = cells(bar, columns, ascii);
                prop_assert!(!text.is_empty());
                prop_assert!(column + text.chars().count() <= columns, "{column} {text} {columns}");
            }
        }
    }
}
