//! Work upon many rows, by several threads.

use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

/// From so many on, it takes longer to work upon them than to start a thread.
const FOR_THREADS: usize = 2_000;

/// What `work` makes of `0..count`, in parts that follow each other: as many as there are processors, or one.
pub(crate) fn in_parts<R: Send>(count: usize, work: impl Fn(Range<usize>) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    if count < FOR_THREADS || threads == 1 {
        return vec![work(0..count)];
    }
    let part = count.div_ceil(threads);
    let work = &work;
    thread::scope(|scope| {
        let others = (part..count).step_by(part).map(|from| from..count.min(from + part));
        let others: Vec<_> = others.map(|part| scope.spawn(move || work(part))).collect();
        let mut done = vec![work(0..part)];
        // A panic of theirs is ours.
        done.extend(others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic))));
        done
    })
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
