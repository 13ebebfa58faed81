//! Of a trace, the part that was asked for.

use std::collections::{HashMap, HashSet};

use crate::error::Failure;
use crate::model::{SpanId, Trace};
use crate::query::Expr;
use crate::render::units;

/// The spans for which the filter holds, and those above them.
pub(super) fn only(filter: &Expr, trace: &Trace, notes: &mut Vec<String>) -> Result<Trace, Failure> {
    of(trace, &places(filter, trace, notes)?)
}

/// The same, by their places.
pub(super) fn places(filter: &Expr, trace: &Trace, notes: &mut Vec<String>) -> Result<HashSet<usize>, Failure> {
    let Some(matched) = filter.matches(trace) else {
        return Err(Failure::not_found(format!("no span of {} satisfies {filter}", trace.id())));
    };
    let spans = trace.spans();
    let mut by_id = HashMap::<&SpanId, Vec<usize>>::new();
    for (index, span) in spans.iter().enumerate() {
        by_id.entry(&span.id).or_default().push(index);
    }
    let mut keep = HashSet::new();
    let mut open = matched.spans.clone();
    // The root is above all, also above those whose parent has not arrived.
    open.extend(spans.iter().position(|span| span.parent.is_none()));
    while let Some(index) = open.pop() {
        if keep.insert(index) {
            open.extend(spans[index].parent.as_ref().and_then(|parent| by_id.get(parent)).into_iter().flatten());
        }
    }
    let (matching, all) = (matched.spans.len(), spans.len());
    let satisfy = if matching == 1 { "satisfies" } else { "satisfy" };
    let above = match keep.len() - matching {
        0 => String::new(),
        1 => "; 1 above is shown too".to_owned(),
        more => format!("; {more} above are shown too"),
    };
    notes.push(format!("{matching} of {} {satisfy} {filter}{above}", units::plural(all, "span", "spans")));
    Ok(keep)
}

/// The spans at these places. What is left out must not make a trace look complete, nor a part of it look like all of it.
pub(super) fn of(trace: &Trace, keep: &HashSet<usize>) -> Result<Trace, Failure> {
    let all = trace.spans().len();
    let kept = trace.spans().iter().enumerate().filter(|(index, _)| keep.contains(index)).map(|(_, span)| span.clone());
    let mut part = trace.with_spans(kept.collect()).ok_or_else(|| Failure::not_found("no span is left"))?;
    let seen = part.summary().evidence;
    let lacking = trace.summary().evidence;
    part.truncated = lacking.iter().filter(|evidence| !seen.contains(evidence)).map(ToString::to_string).collect();
    if keep.len() < all {
        let are = if keep.len() == 1 { "is" } else { "are" };
        part.truncated.push(format!("only {} of {} {are} shown", keep.len(), units::plural(all, "span", "spans")));
    }
    Ok(part)
}
