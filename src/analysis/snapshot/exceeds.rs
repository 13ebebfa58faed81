//! Whether a trace has what no further span could make good.

use std::collections::HashMap;

use crate::model::StatusCode;

use super::label::{EXCEPTION, Key};
use super::{Described, Label, Observed, Snapshot};

/// How many pairs of a label that was seen and a line of its name are looked at. Where there are more, nothing is certain.
const MOST_PAIRS: usize = 100_000;

/// Whether a trace can never come to match a snapshot, however it grows. Said only where it is certain: there are more spans of a service,
/// name and kind than there may be anywhere in the snapshot, or more of one label than all the lines that it fits allow. Where it is said
/// that spans are, does not count: parents may yet arrive. Spans that still run, and those of which others may yet say what they are, do
/// not count either. A span that has ended is taken at its word.
pub fn exceeds(expected: &Snapshot, actual: &Observed) -> bool {
    let labels = actual.labels();
    let nodes = actual.nodes();
    let mut settled = vec![0_u64; labels.len()];
    let mut by_key = HashMap::<Key<'_>, u64>::new();
    for node in nodes.iter().filter(|node| node.settled) {
        settled[node.label] += 1;
        *by_key.entry(labels[node.label].key()).or_default() += 1;
    }
    let mut lines = HashMap::<Key<'_>, Vec<(usize, u64)>>::new();
    for (place, most) in most(expected).into_iter().enumerate() {
        lines.entry(expected.lines[place].label.key()).or_default().push((place, most));
    }
    let allowed = |key: &Key<'_>, is: &dyn Fn(&Label) -> bool| {
        let of = lines.get(key).map_or(&[][..], Vec::as_slice).iter();
        of.filter(|(line, _)| is(&expected.lines[*line].label)).fold(0_u64, |sum, (_, most)| sum.saturating_add(*most))
    };
    if by_key.iter().any(|(key, count)| *count > allowed(key, &|_| true)) {
        return true;
    }
    let mut tried = 0;
    labels.iter().zip(settled).filter(|(_, count)| *count > 0).any(|(label, count)| {
        let Label::Span(seen) = label else { return false };
        tried += lines.get(&label.key()).map_or(0, Vec::len);
        let is = |expected: &Label| matches!(expected, Label::Span(expected) if may_become(seen, expected));
        tried <= MOST_PAIRS && count > allowed(&label.key(), &is)
    })
}

/// Whether a span that has ended may yet be what is expected: X-Ray may tell of its failure later, by an inferred segment that is folded into
/// it ([`crate::model::segments`]).
fn may_become(seen: &Described, expected: &Described) -> bool {
    let certain = |of: &Described, status| Described {
        status,
        attributes: of.attributes.iter().filter(|(key, _)| key != EXCEPTION).cloned().collect(),
        ..of.clone()
    };
    let status = if expected.status == StatusCode::Error { expected.status } else { seen.status };
    certain(expected, expected.status).is_of(&certain(seen, status))
}

/// How many spans of each line there may be in the whole trace; the most that can be counted where there is no limit.
fn most(expected: &Snapshot) -> Vec<u64> {
    let mut most = vec![0_u64; expected.lines.len()];
    // The lines above, and how many there may be of each.
    let mut above: Vec<u64> = Vec::new();
    for (place, line) in expected.lines.iter().enumerate() {
        above.truncate(line.depth);
        let here = above.last().map_or(1, |above| *above);
        most[place] = here.saturating_mul(line.count.limit());
        above.push(most[place]);
    }
    most
}
