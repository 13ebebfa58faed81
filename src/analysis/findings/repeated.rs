//! The same call many times, one after the other: "N+1".
//!
//! As Sentry's detector (<https://docs.sentry.io/product/issues/issue-details/performance-issues/n-one-queries/>) it wants at least
//! five, so that an ordinary handful of queries is none. They must hardly overlap, because calls that already run side by side
//! cannot be blamed for waiting; and take a tenth of the span that makes them, and a millisecond, because else nobody would
//! notice if they were one. What is below them does not matter. What failed is left to [`super::retries`].

use std::collections::HashMap;

use crate::model::time::{MILLISECOND, Nanos};

use super::siblings::{Call, Calls, Like, Names};
use super::{Finding, Kind, is_share};

/// Fewer are no pattern.
const LEAST: usize = 5;
/// So much of their time may run side by side, in percent.
const OVERLAP: Nanos = 10;
/// So much of the span that makes them they must take, in percent.
const SHARE: Nanos = 10;

pub(super) fn find<'a>(calls: &Calls<'a>, names: &mut Names<'a>, found: &mut Vec<Finding>) {
    let Some(duration) = calls.duration().filter(|_| calls.all.len() >= LEAST) else { return };
    let mut order = Vec::new();
    let mut groups = HashMap::<Like, Vec<&Call>>::new();
    for call in calls.all.iter().filter(|call| !call.span.is_error()) {
        let like = names.like(call);
        let group = groups.entry(like).or_default();
        if group.is_empty() {
            order.push(like);
        }
        group.push(call);
    }
    for group in order.iter().map(|like| &groups[like]).filter(|group| group.len() >= LEAST) {
        let (mut together, mut sum) = (0, 0);
        let mut known = group[0].start;
        for call in group {
            sum += call.end.since(call.start);
            together += call.end.since(call.start.max(known)).max(0);
            known = known.max(call.end);
        }
        if is_share(sum - together, OVERLAP, sum) || together < MILLISECOND || !is_share(together, SHARE, duration) {
            continue;
        }
        let nodes = group.iter().map(|call| call.node).collect();
        found.push(Finding { kind: Kind::Repeated, parent: calls.parent, nodes, time: together });
    }
}
