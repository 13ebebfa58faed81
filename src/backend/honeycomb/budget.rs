//! How many query results may still be created: ten a minute, shared by all processes of this machine.
//!
//! The service counts what it is asked in a minute and refuses the rest. So every process writes into one small, locked file when
//! it has asked, and asks only when fewer than that many were asked in the minute before.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::Time;

/// What a plan allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// So many query results …
    pub results: usize,
    /// … in any time of this length.
    pub per: Duration,
}

impl Default for Rate {
    /// <https://docs.honeycomb.io/api/query-data/>: ten a minute.
    fn default() -> Self {
        Self { results: 10, per: Duration::from_mins(1) }
    }
}

/// When a query result was asked for, in milliseconds since 1970. It is given back when the answer is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(u64);

/// The processes' common account.
#[derive(Debug)]
pub(super) struct Budget {
    rate: Rate,
    path: Option<PathBuf>,
    /// For when there is no file.
    own: RefCell<Account>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Account {
    /// When each was asked for, in milliseconds.
    taken: Vec<u64>,
    /// The service said that it takes nothing before then.
    #[serde(default)]
    blocked_until: u64,
}

impl Account {
    /// Takes one, or says for how long none is to be had.
    fn take(&mut self, now: u64, rate: Rate) -> Result<Slot, Duration> {
        let per = millis(rate.per);
        // Others may have written since `now` was; what is further in the future was written when the clock was ahead.
        self.taken.retain(|&at| now.saturating_sub(at) < per && at.saturating_sub(now) < per);
        if self.blocked_until > now && self.blocked_until - now <= per.saturating_mul(10) {
            return Err(Duration::from_millis(self.blocked_until - now));
        }
        if self.taken.len() < rate.results.max(1) {
            self.taken.push(now);
            return Ok(Slot(now));
        }
        self.taken.sort_unstable();
        let free = self.taken[self.taken.len() - rate.results.max(1)] + per;
        Err(Duration::from_millis((free - now).max(1)))
    }

    /// The service counts when it is asked, which is somewhere between the asking and the answer.
    fn answered(&mut self, slot: Slot, now: u64) {
        if let Some(at) = self.taken.iter_mut().find(|at| **at == slot.0) {
            *at = now.max(slot.0);
        }
    }
}

impl Budget {
    /// Kept in this file; without one, each process is alone.
    pub(super) fn new(rate: Rate, path: Option<PathBuf>) -> Self {
        Self { rate, path, own: RefCell::default() }
    }

    /// Takes one, or says for how long none is to be had.
    pub(super) fn take(&self, now: Time) -> Result<Slot, Duration> {
        self.with(|account| account.take(to_millis(now), self.rate))
    }

    /// The answer is there.
    pub(super) fn answered(&self, slot: Slot, now: Time) {
        // Rounded up: it must not count for a shorter time than it does there.
        self.with(|account| account.answered(slot, now.0.div_ceil(1_000_000)));
    }

    /// The service wants nobody to ask for so long.
    pub(super) fn block(&self, wait: Duration, now: Time) {
        self.with(|account| account.blocked_until = account.blocked_until.max(to_millis(now).saturating_add(millis(wait))));
    }

    fn with<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        let mut own = self.own.borrow_mut();
        let Some(path) = &self.path else { return change(&mut own) };
        match open(path) {
            Ok(mut file) => {
                let mut account = read(&mut file).unwrap_or_default();
                let answer = change(&mut account);
                if let Err(error) = write(&mut file, &account) {
                    tracing::info!(path = %path.display(), %error, "other processes do not know what was asked");
                }
                *own = account;
                answer
            }
            Err(error) => {
                tracing::info!(path = %path.display(), %error, "it is not known what other processes have asked");
                change(&mut own)
            }
        }
    }
}

/// The file, locked until it is dropped. Nobody holds it for longer than it takes to write a line.
fn open(path: &PathBuf) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    for _ in 0..200 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::WouldBlock, "somebody holds its lock"))
}

fn read(file: &mut File) -> Option<Account> {
    let mut text = String::new();
    file.take(1 << 16).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn write(file: &mut File, account: &Account) -> io::Result<()> {
    let text = serde_json::to_vec(account)?;
    file.rewind()?;
    file.write_all(&text)?;
    file.set_len(text.len() as u64)
}

fn to_millis(at: Time) -> u64 {
    at.0 / 1_000_000
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATE: Rate = Rate { results: 3, per: Duration::from_secs(1) };

    fn at(millis: u64) -> Time {
        Time(millis * 1_000_000)
    }

    #[test]
    fn the_fourth_in_a_second_waits_until_the_first_is_a_second_old() {
        let mut account = Account::default();
        for now in [5000, 5100, 5200] {
            account.take(now, RATE).unwrap();
        }
        assert_eq!(account.take(5300, RATE), Err(Duration::from_millis(700)));
        assert_eq!(account.take(6000, RATE), Ok(Slot(6000)));
        assert_eq!(account.take(6000, RATE), Err(Duration::from_millis(100)));
    }

    #[test]
    fn what_another_has_written_meanwhile_counts() {
        let mut account = Account::default();
        for now in [5003, 5002, 5001] {
            account.take(now, RATE).unwrap();
        }
        assert_eq!(account.take(5000, RATE), Err(Duration::from_millis(1001)));
    }

    #[test]
    fn what_was_asked_counts_from_its_answer() {
        let mut account = Account::default();
        let slot = account.take(5000, RATE).unwrap();
        account.answered(slot, 5900);
        account.take(5950, RATE).unwrap();
        account.take(5950, RATE).unwrap();
        assert_eq!(account.take(6000, RATE), Err(Duration::from_millis(900)));
    }

    #[test]
    fn what_the_service_forbids_is_not_asked_by_anyone() {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().join("rate"));
        let (one, other) = (Budget::new(RATE, path.clone()), Budget::new(RATE, path));
        one.block(Duration::from_millis(400), at(5000));
        assert_eq!(other.take(at(5100)), Err(Duration::from_millis(300)));
        assert!(other.take(at(5400)).is_ok());
    }

    #[test]
    fn a_clock_that_was_ahead_and_garbage_do_not_block_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rate");
        let budget = Budget::new(RATE, Some(path.clone()));
        budget.block(Duration::from_secs(1000), at(5_000_000));
        for _ in 0..3 {
            budget.take(at(9_000_000_000)).unwrap();
        }
        assert!(budget.take(at(5000)).is_ok());
        std::fs::write(&path, "{\"taken\": [1,").unwrap();
        assert!(budget.take(at(5000)).is_ok());
    }

    #[test]
    fn without_a_file_a_process_still_keeps_to_the_rate() {
        let folder = tempfile::tempdir().unwrap();
        for path in [None, Some(folder.path().join("no/such/folder"))] {
            let budget = Budget::new(RATE, path);
            for _ in 0..3 {
                budget.take(at(5000)).unwrap();
            }
            assert!(budget.take(at(5500)).is_err());
        }
    }

    #[test]
    fn processes_that_ask_at_the_same_time_share_one_account() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rate");
        let taken: usize = std::thread::scope(|scope| {
            let ask = || (0..20).filter(|_| Budget::new(RATE, Some(path.clone())).take(at(5000)).is_ok()).count();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 3);
    }

    proptest! {
        #[test]
        fn in_no_time_of_that_length_are_more_asked_for(pauses in prop::collection::vec(0_u64..900, 1..60), latency in 0_u64..300) {
            let (mut account, mut now, mut asked) = (Account::default(), 10_000, Vec::new());
            for pause in pauses {
                now += pause;
                match account.take(now, RATE) {
                    Ok(slot) => {
                        // It arrives somewhere on the way.
                        asked.push(now + latency / 2);
                        now += latency;
                        account.answered(slot, now);
                    }
                    Err(wait) => now += millis(wait),
                }
            }
            for (index, first) in asked.iter().enumerate() {
                prop_assert!(asked[index..].iter().filter(|at| **at - first < 1000).count() <= 3);
            }
        }
    }
}
