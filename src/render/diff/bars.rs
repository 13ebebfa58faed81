//! Signed bars: to the right of the axis what takes longer in B, to its left what takes less.

use crate::model::time::Nanos;
use crate::render::line::Pieces;
use crate::render::theme::{Look, Role};

/// Blocks that fill a cell from its left, by eighths.
const EIGHTHS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// Where the axis is, and how much a column is worth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bars {
    left: usize,
    right: usize,
    /// The longest bar to either side.
    least: u128,
    most: u128,
}

impl Bars {
    /// For these differences, in so many columns with the axis. Both sides are to the same scale.
    pub(super) fn new(differences: &[Nanos], columns: usize) -> Self {
        let least = differences.iter().copied().min().unwrap_or(0).min(0).unsigned_abs();
        let most = differences.iter().copied().max().unwrap_or(0).max(0).unsigned_abs();
        let room = columns.saturating_sub(1);
        let left = match (least, most) {
            (0, _) => 0,
            (_, 0) => room,
            _ => share(least, least.saturating_add(most), room).clamp(1, room.saturating_sub(1).max(1)),
        };
        Self { left, right: room.saturating_sub(left), least, most }
    }

    /// The heading: which side is which.
    pub(super) fn heading(&self, look: &Look) -> Pieces {
        let part = |word: &str, room: usize| if word.len() <= room { word.to_owned() } else { String::new() };
        let (less, more) = (part("less ", self.left), part(" more", self.right));
        vec![(Role::Heading, format!("{less:>left$}{}{more:<right$}", axis(look), left = self.left, right = self.right))]
    }

    /// The bar of one difference, as wide as all.
    pub(super) fn bar(&self, difference: Nanos, look: &Look) -> Pieces {
        let length = difference.unsigned_abs();
        let eighths = |room: usize| {
            // Of the side that is the longer for its columns.
            let (by_left, by_right) =
                (self.least.saturating_mul(self.right as u128), self.most.saturating_mul(self.left as u128));
            let (whole, columns) =
                if self.right == 0 || by_left > by_right { (self.least, self.left) } else { (self.most, self.right) };
            let scaled = length.saturating_mul(columns as u128 * 8).div_ceil(whole.max(1));
            // What is there is seen, however little it is.
            usize::try_from(scaled).unwrap_or(usize::MAX).clamp(1, room.max(1) * 8)
        };
        let blank = |columns: usize| (Role::Plain, " ".repeat(columns));
        let axis = (Role::Faint, axis(look).to_owned());
        match difference {
            ..=-1 if self.left > 0 => {
                let bar = leftwards(eighths(self.left), look.ascii);
                let taken = bar.chars().count();
                vec![blank(self.left.saturating_sub(taken)), (Role::Good, bar), axis, blank(self.right)]
            }
            1.. if self.right > 0 => {
                let bar = rightwards(eighths(self.right), look.ascii);
                let taken = bar.chars().count();
                vec![blank(self.left), axis, (Role::Warning, bar), blank(self.right.saturating_sub(taken))]
            }
            _ => vec![blank(self.left), axis, blank(self.right)],
        }
    }
}

fn axis(look: &Look) -> &'static str {
    if look.ascii { "|" } else { "│" }
}

/// How many of `parts` parts of the whole that is, rounded up.
fn share(part: u128, whole: u128, parts: usize) -> usize {
    let scaled = part.saturating_mul(parts as u128).div_ceil(whole.max(1));
    usize::try_from(scaled).unwrap_or(parts).min(parts)
}

fn rightwards(eighths: usize, ascii: bool) -> String {
    if ascii { "#".repeat(eighths.div_ceil(8)) } else { "█".repeat(eighths / 8) + EIGHTHS[eighths % 8] }
}

/// From the right there are blocks only for an eighth and a half.
fn leftwards(eighths: usize, ascii: bool) -> String {
    if ascii {
        return "#".repeat(eighths.div_ceil(8));
    }
    let part = match eighths % 8 {
        0 => "",
        1..=2 => "▕",
        3..=6 => "▐",
        _ => "█",
    };
    format!("{part}{}", "█".repeat(eighths / 8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::look;
    use proptest::prelude::*;

    fn drawn(differences: &[Nanos], columns: usize, ascii: bool) -> Vec<String> {
        let look = Look { ascii, ..look(80) };
        let bars = Bars::new(differences, columns);
        differences.iter().map(|of| bars.bar(*of, &look).into_iter().map(|(_, piece)| piece).collect()).collect()
    }

    #[test]
    fn what_takes_longer_goes_to_the_right_and_what_takes_less_to_the_left() {
        assert_eq!(drawn(&[60, 15, -20, 0, -1], 9, false), ["  │██████", "  │█▌    ", "██│      ", "  │      ", " ▕│      "]);
        assert_eq!(drawn(&[60, 15, -20, 0, -1], 9, true), ["  |######", "  |##    ", "##|      ", "  |      ", " #|      "]);
        assert_eq!(drawn(&[8, 1], 9, false), ["│████████", "│█       "]);
        assert_eq!(drawn(&[-8, -2], 9, false), ["████████│", "      ██│"]);
        assert_eq!(drawn(&[-300, 40], 13, false), ["   ▐███████│ ", "           │█"]);
        assert_eq!(drawn(&[0], 9, false), ["│        "]);
    }

    proptest! {
        #[test]
        fn all_bars_are_as_wide_as_asked_and_longer_is_never_shorter(
            differences in proptest::collection::vec(any::<i64>().prop_map(Nanos::from), 1..12), columns in 3_usize..40, ascii: bool,
        ) {
            let bars = drawn(&differences, columns, ascii);
            let ink = |bar: &str| bar.chars().filter(|c| !matches!(c, ' ' | '│' | '|')).count();
            for (a, bar) in differences.iter().zip(&bars) {
                prop_assert_eq!(bar.chars().count(), columns, "{:?}", bar);
                prop_assert_eq!(ink(bar) > 0, *a != 0);
                for (b, other) in differences.iter().zip(&bars) {
                    prop_assert!(*a == 0 || a.abs() < b.abs() || ink(bar) >= ink(other), "{bars:?}");
                }
            }
        }
    }
}
