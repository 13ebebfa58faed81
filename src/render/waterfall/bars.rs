//! The cells of one bar: what was done in each, and, where that is drawn in blocks, eighths of a column.
//!
//! | cell | ASCII | what the span did |
//! |---|---|---|
//! | `█` | `#` | worked itself, and the trace waited for it: the critical path |
//! | `▄` | `=` | worked itself, and nobody waited for it |
//! | `━` | `-` | waited for what it had called, on the critical path |
//! | `─` | `-` | waited for what it had called, beside it |
//! | `┄` | `-` | still runs; or its children are all that is known of it |
//! | ` ` | ` ` | is not there: the time between folded siblings |
//! | `╱` | `/` | goes on while the axis is broken |
//! | `•` | `o` | an event of the span |
//! | `×` | `x` | an exception |

use crate::render::scale::Scale;

use super::extent::Extent;
use super::shade::{Ink, Shade};
use super::ticks::Tick;

/// Blocks that fill a cell from its left, by eighths.
const LEFT_EIGHTHS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// The cells of a bar: the column that it starts in, and what to write from there. At least one cell, and within the scale's columns.
///
/// There are blocks for every eighth from the left, but from the right only for a half and an eighth: a start is drawn to
/// the nearest half of a column, an end to the nearest eighth; of thin lines, both to the nearest half.
pub(super) fn cells(extent: Extent, shades: &[Shade], scale: &Scale, ascii: bool) -> (usize, Vec<&'static str>) {
    let columns = scale.columns().max(1);
    let last = columns - 1;
    let (start, end) = match extent {
        Extent::Closed(start, end) => (scale.eighths(start), scale.eighths(end.max(start))),
        Extent::Open(start) => {
            let column = (scale.eighths(start) / 8).min(last);
            let dots = last - column;
            let (first, dot, last) = if ascii { ("#", "-", ">") } else { ("▌", "┄", "┄") };
            let mut cells = vec![dot; dots + 1];
            cells[dots] = last;
            cells[0] = if ascii && dots == 0 { last } else { first };
            return (column, cells);
        }
        Extent::Guess(start, end) => {
            let column = (scale.eighths(start) / 8).min(last);
            let cells = scale.eighths(end.max(start)).div_ceil(8).clamp(column + 1, columns) - column;
            return (column, vec![if ascii { "-" } else { "┄" }; cells]);
        }
        Extent::Nowhere => return (0, Vec::new()),
    };
    // What is nearer to the next column than a block can tell begins there.
    let first = if !ascii && start % 8 == 7 && end > (start / 8 + 1) * 8 { start / 8 + 1 } else { start / 8 }.min(last);
    let stop = end.div_ceil(8).clamp(first + 1, columns);
    let mut parts = shades.iter().map(|shade| (scale.eighths(shade.start), scale.eighths(shade.end), shade.ink)).peekable();
    let mut bar = Vec::with_capacity(stop - first);
    for column in first..stop {
        if scale.breaks().any(|between| between == column) {
            bar.push(if ascii { "/" } else { "╱" });
            continue;
        }
        let (left, right) = (column * 8, column * 8 + 8);
        let mut sums = [0; 5];
        while let Some(&(from, to, ink)) = parts.peek() {
            sums[ink as usize] += to.min(right).saturating_sub(from.max(left));
            if to > right {
                break;
            }
            parts.next();
        }
        let (from, to) = (start.clamp(left, right) - left, end.clamp(left, right) - left);
        bar.push(cell(ink(sums, shades), from, to, ascii));
    }
    (first, bar)
}

/// Puts events over the cells of a bar that starts in the column `first`, one a cell, exceptions first. Where they would cover more than
/// half of the bar, none is put there, which is answered by false.
pub(super) fn put(ticks: &[Tick<'_>], first: usize, bar: &mut [&'static str], scale: &Scale, ascii: bool) -> bool {
    let sign = |exception| match (exception, ascii) {
        (false, false) => "•",
        (true, false) => "×",
        (false, true) => "o",
        (true, true) => "x",
    };
    let mut over: Vec<(usize, bool)> = Vec::new();
    for tick in ticks {
        let column = (scale.eighths(tick.time) / 8).clamp(first, (first + bar.len()).saturating_sub(1)) - first;
        match over.last_mut() {
            Some((last, exception)) if *last == column => *exception |= tick.exception,
            _ => over.push((column, tick.exception)),
        }
    }
    let fits = over.len() * 2 <= bar.len();
    for (column, exception) in over.into_iter().filter(|_| fits) {
        bar[column] = sign(exception);
    }
    fits
}

/// What a cell shows: what fills half of it, else most of it; of a bar too short for that, what matters most in it.
fn ink(sums: [usize; 5], shades: &[Shade]) -> Ink {
    const INKS: [Ink; 5] = [Ink::Gap, Ink::Wait, Ink::CriticalWait, Ink::Own, Ink::Critical];
    let most = INKS.into_iter().filter(|ink| sums[*ink as usize] > 0).max_by_key(|ink| (sums[*ink as usize].min(4), *ink));
    most.or_else(|| shades.iter().map(|shade| shade.ink).max()).unwrap_or(Ink::Own)
}

/// One cell, of which the eighths from `from` to `to` belong to the bar.
fn cell(ink: Ink, from: usize, to: usize, ascii: bool) -> &'static str {
    if ascii {
        return match ink {
            Ink::Critical => "#",
            Ink::Own => "=",
            Ink::CriticalWait | Ink::Wait => "-",
            Ink::Gap => " ",
        };
    }
    let (all, left, right) = match ink {
        Ink::Critical => return block(from, to),
        Ink::Own => ("▄", "▖", "▗"),
        Ink::CriticalWait => ("━", "╸", "╺"),
        Ink::Wait => ("─", "╴", "╶"),
        Ink::Gap => return " ",
    };
    match (from, to) {
        (3.., _) => right,
        (_, ..=5) => left,
        _ => all,
    }
}

fn block(from: usize, to: usize) -> &'static str {
    match (from, to) {
        (0..=2, 8) => "█",
        (3..=6, 8) => "▐",
        (7.., _) => "▕",
        (4.., _) if to - from.min(to) <= 2 => "▕",
        (4.., _) => "▐",
        _ => LEFT_EIGHTHS[to.clamp(1, 8)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Time, TimeRange};
    use crate::render::text;
    use proptest::prelude::*;

    /// A bar over ten columns of a millisecond each, by eighths of a column.
    fn drawn(start: u64, end: u64, shades: &[(u64, u64, Ink)], ascii: bool) -> String {
        let at = |eighth: u64| Time(1_000_000_000 + eighth * 125_000);
        let scale = Scale::new(TimeRange::new(at(0), at(80)).unwrap(), 10);
        let shades: Vec<_> = shades.iter().map(|&(start, end, ink)| Shade { start: at(start), end: at(end), ink }).collect();
        let (column, bar) = cells(Extent::Closed(at(start), at(end)), &shades, &scale, ascii);
        format!("{}{}", " ".repeat(column), bar.concat())
    }

    fn solid(start: u64, end: u64) -> String {
        drawn(start, end, &[(start, end, Ink::Critical)], false)
    }

    #[test]
    fn what_was_waited_for_is_drawn_to_the_eighth() {
        assert_eq!(solid(0, 80), "██████████");
        assert_eq!(solid(4, 19), "▐█▍");
        assert_eq!(solid(16, 17), "  ▏");
        assert_eq!(solid(23, 40), "   ██");
        assert_eq!(solid(79, 80), "         ▕");
        assert_eq!(solid(80, 80), "         ▕");
    }

    #[test]
    fn each_cell_shows_what_was_done_in_most_of_it() {
        let shades = [(4, 16, Ink::CriticalWait), (16, 40, Ink::Critical), (40, 42, Ink::Wait), (42, 58, Ink::Own)];
        assert_eq!(drawn(4, 58, &shades, false), "╺━███▄▄▖");
        assert_eq!(drawn(4, 58, &shades, true), "--###===");
    }

    #[test]
    fn thin_lines_end_at_the_half() {
        assert_eq!(drawn(4, 20, &[(4, 20, Ink::Wait)], false), "╶─╴");
        assert_eq!(drawn(5, 7, &[(5, 7, Ink::Own)], false), "▗");
        assert_eq!(drawn(0, 2, &[(0, 2, Ink::Own)], false), "▖");
    }

    proptest! {
        #[test]
        fn a_bar_is_within_the_lane_and_where_its_time_is(
            mut cuts in proptest::collection::vec(0u64..=80, 2..8), inks in proptest::collection::vec(0usize..5, 8), ascii: bool,
        ) {
            cuts.sort_unstable();
            let all = [Ink::Gap, Ink::Wait, Ink::CriticalWait, Ink::Own, Ink::Critical];
            let shades: Vec<_> = cuts.windows(2).zip(&inks).map(|(cut, ink)| (cut[0], cut[1], all[*ink])).collect();
            let (start, end) = (cuts[0], cuts[cuts.len() - 1]);
            let bar = drawn(start, end, &shades, ascii);
            let columns = text::width(&bar);
            prop_assert!((1..=10).contains(&columns));
            prop_assert!(columns as u64 >= end / 8 && columns as u64 <= end.div_ceil(8).max(start / 8 + 1));
        }
    }
}
