//! How many spans began in each part of the time, as a row of bars.

use crate::analysis::stats::{Bucket, Period, Totals};
use crate::render::line::Pieces;
use crate::render::theme::{Look, Role};

/// Bars of one to eight eighths.
const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// The same in ASCII, by how much of its cell is ink.
const ASCII_BARS: [&str; 8] = [".", ":", "-", "=", "+", "*", "#", "@"];
/// Where something failed, in ASCII.
const ASCII_FAILED: &str = "!";

/// How many bars a screen has room for.
pub(super) fn bars(look: &Look) -> usize {
    match look.columns() {
        ..100 => 10,
        100..160 => 20,
        _ => 32,
    }
}

/// One bar for each part of the time, as high as spans began in it; the highest fills its cell. Nothing where none began.
pub(super) fn draw(totals: &Totals, period: Period, look: &Look) -> Pieces {
    let buckets = totals.buckets(period, bars(look));
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(0);
    let mut pieces = Pieces::new();
    for bucket in buckets {
        let role = if bucket.failed > 0 { Role::Error } else { Role::Plain };
        let bar = bar(bucket, most, look.ascii);
        match pieces.last_mut() {
            Some((last, piece)) if *last == role => piece.push_str(bar),
            _ => pieces.push((role, bar.to_owned())),
        }
    }
    pieces
}

fn bar(bucket: Bucket, most: u64, ascii: bool) -> &'static str {
    if bucket.count == 0 || most == 0 {
        return " ";
    }
    // What is there is seen, however little it is.
    let eighths = (u128::from(bucket.count) * 8).div_ceil(u128::from(most)).clamp(1, 8) as usize;
    match (ascii, bucket.failed) {
        (true, 1..) => ASCII_FAILED,
        (true, 0) => ASCII_BARS[eighths - 1],
        (false, _) => BARS[eighths - 1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_high_as_its_share_of_the_highest_and_never_gone() {
        let row = |ascii| [0, 1, 12, 13, 50, 99, 100].map(|count| bar(Bucket { count, failed: 0 }, 100, ascii)).concat();
        assert_eq!(row(false), " ▁▁▂▄██");
        assert_eq!(row(true), " ..:=@@");
        assert_eq!(bar(Bucket { count: 2, failed: 1 }, 2, true), "!");
    }
}
