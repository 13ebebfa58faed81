//! Work upon many rows, by several threads.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// From so many on, it takes longer to work upon them than to start a thread.
const FOR_THREADS: usize = 2_000;

/// So many parts for each thread: some rows take longer than others, and who is done early takes another part.
const PARTS: usize = 4;

/// What `work` makes of `0..count`, in parts that follow each other: some for each processor, or one for all.
pub(crate) fn in_parts<R: Send>(count: usize, work: impl Fn(Range<usize>) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    if count < FOR_THREADS || threads == 1 {
        return vec![work(0..count)];
    }
    let part = count.div_ceil(threads * PARTS);
    let next = AtomicUsize::new(0);
    let some = || {
        let mut done = Vec::new();
        loop {
            let from = next.fetch_add(part, Ordering::Relaxed);
            if from >= count {
                return done;
            }
            done.push((from, work(from..count.min(from + part))));
        }
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(some)).collect();
        let mut done = some();
        // A panic of theirs is ours.
        done.extend(others.into_iter().flat_map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic))));
        done
    });
    done.sort_unstable_by_key(|(from, _)| *from);
    done.into_iter().map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_all_of_it_in_order() {
        for count in [0, 1, FOR_THREADS - 1, FOR_THREADS, FOR_THREADS + 7] {
            let all: Vec<usize> = in_parts(count, Iterator::collect::<Vec<usize>>).concat();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }
}
