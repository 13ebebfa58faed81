//! `-b honeycomb`, against a double of its API.

mod assert;
mod columns;
mod console;
mod explain;
mod failures;
mod follow;
mod generate;
mod ids;
mod inside;
mod keys;
mod life;
mod limits;
pub(crate) mod list;
mod odd;
mod pages;
mod probe;
mod property;
mod show;
mod switches;
mod whole;

use std::time::Duration;

use crate::support::honeycomb::{CONFIGURATION, Honeycomb};
use crate::support::{CommandOutput, Home};

/// Nanoseconds.
pub(crate) const SECOND: u64 = 1_000_000_000;

/// Where the program finds the double, with a key that may read.
pub(crate) fn home(service: &Honeycomb) -> Home {
    with_key(service, CONFIGURATION)
}

/// As [`home`], where both allow a thousand query results a second.
pub(crate) fn quick(service: &Honeycomb) -> Home {
    service.configure(|setup| setup.rate = (1000, Duration::from_secs(1)));
    home(service).with("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "1000/1s")
}

/// As [`quick`], with another key.
pub(crate) fn with_key(service: &Honeycomb, key: &str) -> Home {
    Home::new().with("HONEYCOMB_API_ENDPOINT", &service.endpoint()).with("HONEYCOMB_API_KEY", key)
}

/// What a command says, and how many query results it costs.
pub(crate) fn costs(service: &Honeycomb, ask: impl FnOnce() -> CommandOutput) -> (CommandOutput, usize) {
    let before = service.query_results();
    let output = ask();
    (output, service.query_results() - before)
}

/// Does it for all at the same time: most of a test is waiting.
pub(crate) fn for_each<T: Copy + Send>(all: &[T], check: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            all.iter().map(|one| (*one, &check)).map(|(one, check)| scope.spawn(move || check(one))).collect();
        for thread in threads {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}
