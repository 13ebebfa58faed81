//! A trace that is to be drawn, and what of it.

use std::collections::HashSet;

use crate::analysis::{Analysis, What};
use crate::cli::ShowArgs;
use crate::error::Failure;
use crate::interactive::{Start, Subject};
use crate::model::Trace;
use crate::model::time::Nanos;
use crate::query::Expr;
use crate::render::html::Page;
use crate::render::units;
use crate::render::waterfall::{Options, Shown};

use super::{part, place};

/// A trace with what is known of it and what was asked about it.
pub(super) struct Drawn {
    pub(super) trace: Trace,
    analysis: Analysis,
    /// The node of `--span`.
    pub(super) span: Option<usize>,
    /// The node of `--zoom`.
    zoom: Option<usize>,
    /// Of each node, whether it is drawn; empty for all.
    keep: Vec<bool>,
    /// Of each node, whether it is highlighted.
    matches: Vec<bool>,
    /// By how much each span was moved, by its place.
    shifts: Vec<Nanos>,
}

impl Drawn {
    pub(super) fn new(
        mut trace: Trace,
        args: &ShowArgs,
        filter: Option<&Expr>,
        highlight: Option<&Expr>,
        notes: &mut Vec<String>,
    ) -> Result<Self, Failure> {
        // Files for other programs have what was sent.
        if args.output().has_twins() {
            trace.hang_records();
        }
        let mut analysis = Analysis::of(&trace);
        let mut shifts = Vec::new();
        if args.correct_skew && analysis.skew.any() {
            for between in analysis.skew.hosts().iter().filter(|between| between.outside > 0) {
                notes.push(format!("clocks are corrected: {}", between.words(&|length| units::duration(length, false))));
            }
            shifts = trace.shift(&by_place(&trace, &analysis));
            analysis = Analysis::of(&trace);
        } else if args.correct_skew {
            notes.push(format!("no clock in trace {} can be said to be off by one certain amount", trace.id()));
        }
        let node = |typed: &Option<String>| typed.as_ref().map(|typed| place::node(&trace, &analysis.tree, typed)).transpose();
        let (span, zoom) = (node(&args.span)?, node(&args.zoom)?);
        let matches = highlight.map_or_else(Vec::new, |highlight| matches(highlight, &trace, &analysis, notes));
        let keep = match filter {
            Some(filter) => kept(&part::places(filter, &trace, notes)?, &analysis),
            None => Vec::new(),
        };
        Ok(Self { trace, analysis, span, zoom, keep, matches, shifts })
    }

    /// For a screen: the same, and how to begin.
    pub(super) fn into_subject(self, args: &ShowArgs, notes: Vec<String>) -> (Subject, Start) {
        let Self { mut trace, analysis, zoom, keep, matches, shifts, .. } = self;
        trace.notes = notes;
        let start = Start { zoom, depth: args.depth, max_rows: args.max_rows, expand: args.expand };
        (Subject { trace, analysis, keep, matches, shifts }, start)
    }

    pub(super) fn shown(&self) -> Shown<'_> {
        Shown { trace: &self.trace, analysis: &self.analysis }
    }

    pub(super) fn page(&self, args: &ShowArgs) -> Page<'_> {
        Page { shown: self.shown(), options: self.options(args), selected: self.span }
    }

    pub(super) fn options(&self, args: &ShowArgs) -> Options<'_> {
        Options {
            max_rows: args.max_rows,
            fold: !args.expand,
            depth: args.depth,
            zoom: self.zoom,
            collapsed: &[],
            keep: &self.keep,
            matches: &self.matches,
            shifts: &self.shifts,
        }
    }
}

/// What is to be added to each span, by its place in the trace.
fn by_place(trace: &Trace, analysis: &Analysis) -> Vec<Nanos> {
    let mut shifts = vec![0; trace.spans().len()];
    for (node, what) in analysis.tree.nodes().iter().map(|node| node.what).enumerate() {
        if let What::Span(place) = what {
            shifts[place] = analysis.skew.shift(node).unwrap_or(0);
        }
    }
    shifts
}

/// Of each node, whether its span is at one of these places, or something below it is.
fn kept(places: &HashSet<usize>, analysis: &Analysis) -> Vec<bool> {
    let nodes = analysis.tree.nodes();
    let mut keep: Vec<bool> =
        nodes.iter().map(|node| matches!(node.what, What::Span(place) if places.contains(&place))).collect();
    for node in (0..nodes.len()).rev() {
        if let Some(above) = nodes[node].parent.filter(|_| keep[node]) {
            keep[above] = true;
        }
    }
    keep
}

/// Of each node, whether the expression holds for its span.
fn matches(highlight: &Expr, trace: &Trace, analysis: &Analysis, notes: &mut Vec<String>) -> Vec<bool> {
    let mut found = vec![false; trace.spans().len()];
    let matched = highlight.matches(trace).map(|matched| matched.spans).unwrap_or_default();
    for place in &matched {
        found[*place] = true;
    }
    let satisfy = if matched.len() == 1 { "satisfies" } else { "satisfy" };
    let of = units::plural(found.len(), "span", "spans");
    notes.push(format!("{} of {of} {satisfy} {highlight}", units::count(matched.len())));
    let node = |what| matches!(what, What::Span(place) if found[place]);
    analysis.tree.nodes().iter().map(|of| node(of.what)).collect()
}
