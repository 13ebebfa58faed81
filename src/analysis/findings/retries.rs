//! The same tried again and again.
//!
//! Three attempts at the same – not the like: same name, same address, same statement – of which all but perhaps the last failed, each
//! begun when the one before had ended. Two are an ordinary retry. Pauses that grow are what a well-behaved client does
//! (<https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>): then it waits more than it asks.

use std::collections::HashMap;

use crate::model::time::Nanos;

use super::super::operation::Attempt;
use super::siblings::{Call, Calls};
use super::{Finding, Kind};

/// Fewer are an ordinary retry.
const LEAST: usize = 3;

pub(super) fn find(calls: &Calls<'_>, found: &mut Vec<Finding>) {
    if calls.all.iter().filter(|call| call.span.is_error()).count() + 1 < LEAST {
        return;
    }
    let mut runs = HashMap::<Attempt, Vec<&Call>>::new();
    for call in &calls.all {
        let run = runs.entry(Attempt::of(call.span)).or_default();
        let goes_on = run.last().is_none_or(|last| last.span.is_error() && calls.follows(last, call));
        if !goes_on {
            found.extend(finding(calls.parent, run));
            run.clear();
        }
        run.push(call);
    }
    // What is found is sorted afterwards.
    found.extend(runs.values().filter_map(|run| finding(calls.parent, run)));
}

fn finding(parent: usize, run: &[&Call]) -> Option<Finding> {
    let (first, last) = (run.first()?, run.last()?);
    let made_good = !last.span.is_error();
    if run.len() < LEAST {
        return None;
    }
    let pauses: Vec<Nanos> = run.windows(2).map(|pair| pair[1].start.since(pair[0].end)).collect();
    let backoff = pauses[0] > 0 && pauses.windows(2).all(|pair| pair[0] < pair[1]);
    let nodes = run.iter().map(|call| call.node).collect();
    Some(Finding { kind: Kind::Retries { made_good, backoff }, parent, nodes, time: last.end.since(first.start) })
}
