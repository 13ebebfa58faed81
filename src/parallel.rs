//! Work that the processors share.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// So many parts for each processor: some take longer than others, and who is done early takes another one.
const PARTS: usize = 4;

/// What both make, one of them on a thread of its own. A panic in it is the caller's.
pub(crate) fn both<A: Send, B>(beside: impl FnOnce() -> A + Send, here: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let beside = scope.spawn(beside);
        let here = here();
        (beside.join().unwrap_or_else(|panic| resume_unwind(panic)), here)
    })
}

/// What `work` makes of `0..count`, in parts that follow each other: some for each processor, or, of less than `worth`, one for all, because
/// it would take longer to start a thread than to do the work. A panic in one of them is the caller's.
pub(crate) fn in_parts<R: Send>(count: usize, worth: usize, work: impl Fn(Range<usize>) -> R + Sync) -> Vec<R> {
    let threads = if count < worth { 1 } else { processors() };
    if threads == 1 {
        return vec![work(0..count)];
    }
    let part = part_of(count, threads);
    let parts = (0..count).step_by(part).map(|from| from..count.min(from + part)).collect();
    share(parts, threads, |(): &mut (), part| work(part))
}

/// The same of things, which are given away, and with something that each thread keeps from one part to the next.
pub(crate) fn share_out<T: Send, Own: Default, R: Send>(items: Vec<T>, work: impl Fn(&mut Own, Vec<T>) -> R + Sync) -> Vec<R> {
    let threads = processors();
    let part = part_of(items.len(), threads);
    let mut items = items.into_iter();
    let parts = std::iter::from_fn(|| Some(items.by_ref().take(part).collect::<Vec<T>>()).filter(|part| !part.is_empty()));
    share(parts.collect(), threads, work)
}

/// The system is asked each time, which takes some microseconds.
fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// At least one.
fn part_of(count: usize, threads: usize) -> usize {
    count.div_ceil(threads * PARTS).max(1)
}

/// In the order of the parts, whoever takes which.
fn share<P: Send, Own: Default, R: Send>(parts: Vec<P>, threads: usize, work: impl Fn(&mut Own, P) -> R + Sync) -> Vec<R> {
    let threads = threads.min(parts.len());
    let left = Mutex::new(parts.into_iter().enumerate());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let some = || {
        let mut own = Own::default();
        std::iter::from_fn(next).map(|(nth, part)| (nth, work(&mut own, part))).collect::<Vec<_>>()
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(some)).collect();
        let mut done = some();
        done.extend(others.into_iter().flat_map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic))));
        done
    });
    done.sort_unstable_by_key(|(nth, _)| *nth);
    done.into_iter().map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_all_of_it_in_order() {
        for count in [0, 1, 7, 1999, 2000, 2007] {
            let all: Vec<usize> = in_parts(count, 2000, Iterator::collect::<Vec<usize>>).concat();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
            let all = share_out((0..count).collect(), |(): &mut (), part: Vec<usize>| part);
            assert_eq!(all.concat(), (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_a_thread_keeps_has_passed_all_its_parts() {
        let counted = share_out(vec![1_u32; 1000], |sum: &mut u32, part: Vec<u32>| {
            let before = *sum;
            *sum += part.iter().sum::<u32>();
            (before, part.len())
        });
        // Who takes a part for the first time has nothing yet, and each thread has a first time.
        let first = counted.iter().filter(|(before, _)| *before == 0).count();
        assert!((1..=processors()).contains(&first), "{counted:?}");
        assert_eq!(counted.iter().map(|(_, len)| len).sum::<usize>(), 1000);
    }

    #[test]
    #[should_panic(expected = "the 1500th")]
    fn a_panic_is_the_callers() {
        in_parts(2000, 0, |part| assert!(!part.contains(&1500), "the 1500th"));
    }
}
