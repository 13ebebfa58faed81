//! The bar of a row: areas whose height says what was done, as heavy and light lines do in the terminal.

use std::fmt::Write as _;

use crate::model::Time;
use crate::render::picture::COLUMN;
use crate::render::scale::Scale;

use super::push;
use crate::render::waterfall::ticks::Tick;
use crate::render::waterfall::{Extent, Ink, Shade};

/// The narrowest that can be seen.
const LEAST: f64 = 2.0;

/// A bar, in pixels from the left end of the lane.
#[derive(Debug, Default)]
pub(super) struct Bar {
    /// From where.
    pub(super) start: f64,
    /// To where.
    pub(super) end: f64,
    /// Its elements.
    pub(super) drawn: String,
}

impl Bar {
    /// The columns of the lane that it takes, from the first to the one behind the last.
    pub(super) fn columns(&self) -> (usize, usize) {
        ((self.start / COLUMN) as usize, (self.end / COLUMN).ceil() as usize)
    }
}

/// Where a moment is, in pixels from the left end of the lane.
pub(super) fn at(scale: &Scale, time: Time) -> f64 {
    scale.eighths(time) as f64 * COLUMN / 8.0
}

/// Draws when a row was. `left` is where the lane begins, `middle` how far down the middle of the row is.
pub(super) fn bar(extent: Extent, shades: &[Shade], scale: &Scale, left: f64, middle: f64) -> Bar {
    let all = scale.columns() as f64 * COLUMN;
    let mut bar = Bar::default();
    match extent {
        Extent::Nowhere => return bar,
        Extent::Closed(start, end) => {
            bar.start = at(scale, start).min(all - LEAST);
            bar.end = at(scale, end.max(start)).max(bar.start + LEAST);
            areas(&mut bar, shades, scale, left, middle);
        }
        Extent::Open(start) => {
            bar.start = at(scale, start).min(all - 2.0 * LEAST);
            bar.end = all;
            area(&mut bar.drawn, (left + bar.start, left + bar.start + 2.0 * LEAST), middle, Ink::Critical);
            dashes(&mut bar, left, middle);
        }
        Extent::Guess(start, end) => {
            bar.start = at(scale, start).min(all - COLUMN);
            bar.end = at(scale, end.max(start)).max(bar.start + COLUMN);
            dashes(&mut bar, left, middle);
        }
    }
    bar
}

fn areas(bar: &mut Bar, shades: &[Shade], scale: &Scale, left: f64, middle: f64) {
    let mut seen = false;
    for shade in shades {
        let (start, end) = (at(scale, shade.start), at(scale, shade.end));
        if start < end {
            area(&mut bar.drawn, (left + start, left + end), middle, shade.ink);
            seen = true;
        }
    }
    if !seen {
        // Too short for any of them: what matters most in it.
        let ink = shades.iter().map(|shade| shade.ink).max().unwrap_or(Ink::Own);
        area(&mut bar.drawn, (left + bar.start, left + bar.end), middle, ink);
    }
    let (first, behind) = bar.columns();
    for between in scale.breaks().filter(|between| (first..behind).contains(between)) {
        let x = left + between as f64 * COLUMN;
        push(
            &mut bar.drawn,
            &format!("<rect class=\"ground\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{COLUMN}\" height=\"14\"/>", middle - 7.0),
        );
        push(&mut bar.drawn, &format!("<path class=\"cut\" d=\"M{:.1} {:.1}l4 -12\"/>", x + 1.6, middle + 6.0));
    }
}

fn dashes(bar: &mut Bar, left: f64, middle: f64) {
    let (start, end) = (left + bar.start, left + bar.end);
    push(&mut bar.drawn, &format!("<path class=\"dash\" d=\"M{start:.1} {middle:.1}H{end:.1}\"/>"));
}

/// A part of a bar, from and to.
pub(super) fn area(out: &mut String, (start, end): (f64, f64), middle: f64, ink: Ink) {
    let height = match ink {
        Ink::Critical => 12.0,
        Ink::Own => 6.0,
        Ink::CriticalWait => 3.0,
        Ink::Wait => 1.0,
        Ink::Gap => return,
    };
    let (y, width) = (middle - height / 2.0, end - start);
    push(out, &format!("<rect class=\"bar\" x=\"{start:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height}\"/>"));
}

/// Events over a bar, one a column, exceptions as crosses. Where they would cover more than half of the bar there are none, which is
/// answered by false.
pub(super) fn put(ticks: &[Tick<'_>], bar: &mut Bar, scale: &Scale, left: f64, middle: f64) -> bool {
    let mut over: Vec<(usize, bool, f64)> = Vec::new();
    for tick in ticks {
        let x = at(scale, tick.time).clamp(bar.start, bar.end);
        let column = (x / COLUMN) as usize;
        match over.last_mut() {
            Some((last, exception, _)) if *last == column => *exception |= tick.exception,
            _ => over.push((column, tick.exception, x)),
        }
    }
    let (first, behind) = bar.columns();
    let fits = over.len() * 2 <= behind - first;
    for (_, exception, x) in over.into_iter().filter(|_| fits) {
        let x = left + x;
        let drawn = if exception {
            let cross = format!("M{:.1} {:.1}l6 6m0 -6l-6 6", x - 3.0, middle - 3.0);
            write!(bar.drawn, "<path class=\"halo\" d=\"{cross}\"/><path class=\"thrown\" d=\"{cross}\"/>")
        } else {
            write!(bar.drawn, "<circle class=\"event\" cx=\"{x:.1}\" cy=\"{middle:.1}\" r=\"2.5\"/>")
        };
        drawn.expect("a string takes all that is written to it");
    }
    fits
}
