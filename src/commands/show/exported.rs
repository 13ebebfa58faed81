//! Traces as files for other programs.

use crate::cli::ShowArgs;
use crate::cli::show::ShowFormat;
use crate::render::export::{Part, csv, perfetto, speedscope};
use crate::render::units;
use crate::render::waterfall::{Options, plan};

use super::drawn::Drawn;

/// The file, with a note where it is not of all spans that would be drawn.
pub(super) fn text(drawn: &[Drawn], args: &ShowArgs, notes: &mut Vec<String>) -> String {
    let options: Vec<Options<'_>> = drawn.iter().map(|drawn| Options { fold: false, ..drawn.options(args) }).collect();
    let keep: Vec<Vec<bool>> = drawn.iter().zip(&options).map(|(drawn, options)| written(drawn, options, notes)).collect();
    let parts: Vec<Part<'_>> = drawn
        .iter()
        .zip(options.iter().zip(&keep))
        .map(|(drawn, (options, keep))| Part { shown: drawn.shown(), keep, matches: options.matches, shifts: options.shifts })
        .collect();
    match args.output() {
        ShowFormat::Perfetto => perfetto::render(&parts),
        ShowFormat::Speedscope => speedscope::render(&parts),
        _ => csv::render(&parts),
    }
}

/// Of each node, whether it is written: the one that was asked for, or those that would have a row of their own; empty for all.
fn written(drawn: &Drawn, options: &Options<'_>, notes: &mut Vec<String>) -> Vec<bool> {
    if drawn.span.is_none() && options.zoom.is_none() && options.depth.is_none() && options.max_rows.is_none() {
        return options.keep.to_vec();
    }
    let shown = drawn.shown();
    let mut keep = vec![false; shown.analysis.tree.nodes().len()];
    match drawn.span {
        Some(node) => keep[node] = true,
        None => plan(shown, options).iter().filter_map(|row| row.entry.node()).for_each(|node| keep[node] = true),
    }
    let spans = keep.iter().enumerate().filter(|(node, keep)| **keep && shown.analysis.tree.span(shown.trace, *node).is_some());
    let (count, all) = (spans.count(), shown.trace.spans().len());
    if count < all {
        let are = if count == 1 { "is" } else { "are" };
        notes.push(format!("{} of {} {are} written", units::count(count), units::plural(all, "span", "spans")));
    }
    keep
}
