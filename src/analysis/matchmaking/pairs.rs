//! Which halves belong together, and no others.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::model::Time;
use crate::model::time::{Nanos, SECOND};

use super::halves::{Half, Request};
use super::{Evidence, TOLERANCE};

/// A message that is handled later than this is not recognised.
const PATIENCE: Nanos = 60 * SECOND;

/// So many answers are looked at for one call. One that might have more is ambiguous.
const LOOKED_AT: usize = 32;

/// What two halves can have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key<'a> {
    Request(&'a Request),
    Service(&'a str, bool),
}

/// Calls with their only answers, in the order of the calls, and how many calls are ambiguous. Both lists are sorted by start.
pub(super) fn pairs<'a>(
    calls: &'a [Half],
    answers: &'a [Half],
    services: &HashSet<String>,
) -> (Vec<(&'a Half, &'a Half, Evidence)>, usize) {
    let mut by_key = HashMap::<Key, Vec<usize>>::new();
    for (place, answer) in answers.iter().enumerate() {
        by_key.entry(Key::Service(&answer.service, answer.message)).or_default().push(place);
        if let Some(request) = &answer.request {
            by_key.entry(Key::Request(request)).or_default().push(place);
        }
    }
    let mut suited: Vec<Option<usize>> = vec![None; calls.len()];
    let mut ambiguous = vec![false; calls.len()];
    // Of each answer, how many calls it suits; of each list, the parts that belong to calls that may have too many.
    let mut claims = vec![0_usize; answers.len()];
    let mut crowds = HashMap::<&Key, Vec<isize>>::new();
    for (place, call) in calls.iter().enumerate() {
        let mut suit = Vec::new();
        let of_request = call.request.as_ref().map(Key::Request);
        for key in of_request.into_iter().chain(call.peers.iter().map(|peer| Key::Service(peer, call.message))) {
            let Some((key, list)) = by_key.get_key_value(&key) else { continue };
            let range = in_time(call, list, answers);
            if range.len() > LOOKED_AT {
                let marks = crowds.entry(key).or_insert_with(|| vec![0; list.len() + 1]);
                marks[range.start] += 1;
                marks[range.end] -= 1;
                ambiguous[place] = true;
                continue;
            }
            suit.extend(list[range].iter().filter(|answer| belong(call, &answers[**answer], services)));
        }
        suit.sort_unstable();
        suit.dedup();
        for answer in &suit {
            claims[*answer] += 1;
        }
        ambiguous[place] |= suit.len() > 1;
        suited[place] = suit.first().copied();
    }
    for (key, marks) in crowds {
        let mut crowd = 0;
        for (answer, mark) in by_key[key].iter().zip(marks) {
            crowd += mark;
            claims[*answer] += crowd.unsigned_abs();
        }
    }
    let mut found = Vec::new();
    let mut count = 0;
    for (place, call) in calls.iter().enumerate() {
        match suited[place] {
            Some(answer) if !ambiguous[place] && claims[answer] == 1 => {
                found.push((call, &answers[answer], evidence(call, &answers[answer])));
            }
            suited => count += usize::from(ambiguous[place] || suited.is_some()),
        }
    }
    (found, count)
}

/// Which answers of a list, which is sorted, begin at a time that suits.
fn in_time(call: &Half, list: &[usize], answers: &[Half]) -> Range<usize> {
    let earliest = call.start.saturating_add(-TOLERANCE);
    let latest = if call.message { call.end.saturating_add(PATIENCE) } else { call.end.saturating_add(TOLERANCE) };
    let before = |limit: Time| move |place: &usize| answers[*place].start < limit;
    let from = list.partition_point(before(earliest));
    let to = list.partition_point(before(latest.saturating_add(1)));
    from..to.max(from)
}

/// Whether an answer that begins at a time that suits may be one to this call.
fn belong(call: &Half, answer: &Half, services: &HashSet<String>) -> bool {
    let in_time = call.message || answer.end <= call.end.saturating_add(TOLERANCE);
    let says_otherwise = call.request.is_some() && answer.request.is_some() && call.request != answer.request;
    // A name that is no service's says nothing: it may be a load balancer's.
    let of_others = call.peers.iter().any(|peer| *peer != answer.service && services.contains(peer));
    call.trace != answer.trace && call.message == answer.message && in_time && !says_otherwise && !of_others
}

fn evidence(call: &Half, answer: &Half) -> Evidence {
    let same_request = call.request.is_some() && call.request == answer.request;
    Evidence { same_request, by_name: call.peers.contains(&answer.service) }
}
