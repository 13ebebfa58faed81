//! Calls one after the other that could run side by side.
//!
//! Spans do not say whether a call needs the answer of the one before. What they do say is that hardly anything happened in
//! between, so that the answer was at most looked at: at most a fiftieth of the span that makes them, and no more than a millisecond.
//! Only calls that the trace waited for count, of at least two different operations – calls that are alike are
//! [`super::repeated`]'s – and not what was tried again. If all ran at once, the longest would remain: what that saves must
//! be a tenth of the span, and a millisecond. Sentry has the same idea
//! (<https://docs.sentry.io/product/issues/issue-details/performance-issues/consecutive-http/>).

use crate::model::time::{MILLISECOND, Nanos};

use super::super::CriticalPath;
use super::siblings::{Call, Calls, Names};
use super::{Finding, Kind, is_share};

/// So much of the span must be saved, in percent.
const SHARE: Nanos = 10;
/// So much of the span may pass between two calls, in percent.
const BETWEEN: Nanos = 2;

pub(super) fn find<'a>(calls: &Calls<'a>, path: &CriticalPath, names: &mut Names<'a>, found: &mut Vec<Finding>) {
    let Some(duration) = calls.duration().filter(|_| path.visit_of(calls.parent).is_some()) else { return };
    let between = (duration * BETWEEN / 100).min(MILLISECOND).max(calls.tolerance);
    let mut chain: Vec<Call<'a>> = Vec::new();
    let waited_for = |call: &&Call| path.visit_of(call.node).is_some() && call.start < call.end;
    for call in calls.all.iter().filter(waited_for) {
        let goes_on = chain.last().is_none_or(|last| {
            let pause = call.start.since(last.end);
            calls.follows(last, call) && pause <= between && !last.span.is_error()
        });
        if !goes_on {
            found.extend(finding(calls, duration, &chain, names));
            chain.clear();
        }
        chain.push(*call);
    }
    found.extend(finding(calls, duration, &chain, names));
}

fn finding<'a>(calls: &Calls<'a>, duration: Nanos, chain: &[Call<'a>], names: &mut Names<'a>) -> Option<Finding> {
    let lengths = || chain.iter().map(|call| call.end.since(call.start));
    // Each may begin a last digit before the one before it ends.
    let (first, last) = (chain.first()?, chain.last()?);
    let sum = lengths().sum::<Nanos>().min(last.end.since(first.start));
    let saved = sum - lengths().max()?;
    if saved < MILLISECOND || !is_share(saved, SHARE, duration) {
        return None;
    }
    let first = names.like(first);
    if chain.iter().all(|call| names.like(call) == first) {
        return None;
    }
    let nodes = chain.iter().map(|call| call.node).collect();
    Some(Finding { kind: Kind::Serial, parent: calls.parent, nodes, time: saved })
}
