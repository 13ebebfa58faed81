//! Hands the process's arguments, environment, clock and streams to the library, and ends as it says.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use cruddur_trace::{config::Env, model::Time, ui::Streams};

fn main() -> ExitCode {
    cruddur_trace::run(std::env::args_os(), &Env::of_process(), now, Streams::of_process()).into()
}

/// The end of time on a clock that stands before 1970 or after 2554.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
fn now() -> Time {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    Time(since_epoch.and_then(|length| u64::try_from(length.as_nanos()).ok()).unwrap_or(u64::MAX))
}
