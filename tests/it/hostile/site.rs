//! A receiver under attack, and how it is seen that it came to no harm.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use rustix::process::Signal;

use crate::support::http::Client;
use crate::support::spans::{consistent, sql};
use crate::support::{Home, Receiver};

/// What is to become of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Acknowledged: so many spans are in the store, and so many were refused one by one.
    Taken { kept: u64, refused: u64 },
    /// Refused as a whole: it cannot be read.
    Malformed,
    /// Refused as a whole: it is over a limit.
    TooLarge,
    /// Refused as a whole: it is in a format or an encoding that is not spoken.
    Unsupported,
}

/// A body, and what is to become of it.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) body: Vec<u8>,
    pub(super) fate: Fate,
}

impl Case {
    pub(super) fn new(name: impl Into<String>, body: impl Into<Vec<u8>>, fate: Fate) -> Self {
        Self { name: name.into(), body: body.into(), fate }
    }
}

/// A running `collect` with a home of its own.
pub(super) struct Site {
    pub(super) home: Home,
    pub(super) receiver: Receiver,
    /// Who asks for the counters.
    status: RefCell<Client>,
    asked: Cell<u64>,
    /// How many spans were in the store when it was last looked at for an answer.
    pub(super) seen: Cell<u64>,
    good: Cell<u64>,
}

impl Site {
    pub(super) fn new() -> Self {
        let home = Home::new();
        // Times that went wrong must not make traces too old to be looked at.
        let receiver = Receiver::start(&home, &["--max-age", "off"]);
        let status = RefCell::new(Client::connect(receiver.otlp()).expect("it listens"));
        Self { home, receiver, status, asked: Cell::new(0), seen: Cell::new(0), good: Cell::new(0) }
    }

    /// What it has counted, without the requests that asked for it.
    #[track_caller]
    pub(super) fn counters(&self) -> Counters {
        let answer = self.status.borrow_mut().request("GET /", &[], b"").expect("it still answers");
        assert_eq!(answer.status, 200, "{answer:?}");
        let read: serde_json::Value = serde_json::from_slice(&answer.body).expect("it is JSON");
        let numbers = read["counters"].as_object().expect("there are counters");
        let mut counters: BTreeMap<_, _> =
            numbers.iter().map(|(name, number)| (name.clone(), number.as_u64().expect("a number"))).collect();
        self.asked.set(self.asked.get() + 1);
        *counters.get_mut("http_requests").expect("requests are counted") -= self.asked.get();
        Counters(counters)
    }

    /// How many spans are in the store.
    #[track_caller]
    pub(super) fn stored(&self) -> u64 {
        sql(&self.home.store(), "SELECT CAST(total(json_array_length(spans)) AS INTEGER) FROM fragments")
            .parse()
            .expect("a number")
    }

    /// Gives bodies to one door, one after the other, and checks each: the answer, what is counted, and what is in the store.
    /// `send` answers what the receiver's answer says of the body's fate; `requests` is the counter of that door's requests.
    #[track_caller]
    pub(super) fn attack(&self, cases: &[Case], requests: &str, send: impl Fn(&[u8]) -> Result<Fate, String>) {
        assert!(cases.len() >= 100, "{} are too few", cases.len());
        let (mut before, mut stored) = (self.counters(), self.stored());
        self.seen.set(stored);
        for case in cases {
            let told = send(&case.body);
            let context = || format!("{}: {:?}", case.name, String::from_utf8_lossy(&case.body[..case.body.len().min(2000)]));
            assert_eq!(told, Ok(case.fate), "{}", context());
            let (after, there) = (self.counters(), self.stored());
            let mut expected = vec![(requests, 1)];
            let mut more = 0;
            match case.fate {
                Fate::Taken { kept, refused } => {
                    more = kept;
                    expected.extend([("trace_requests_kept", 1), ("spans_kept", kept), ("spans_refused", refused)]);
                }
                Fate::Malformed => expected.push(("refused_malformed", 1)),
                Fate::TooLarge => expected.push(("refused_too_large", 1)),
                Fate::Unsupported => expected.push(("refused_unsupported", 1)),
            }
            assert_eq!(after.since(&before, &["http_bytes"]), counted(&expected), "{}", context());
            assert_eq!(there - stored, more, "{}", context());
            (before, stored) = (after, there);
        }
    }

    /// A number for the next good request, which nothing else has.
    pub(super) fn next_good(&self) -> u64 {
        self.good.set(self.good.get() + 1);
        self.good.get()
    }

    /// Checks that what was sent last can be read back by its trace's id and by its name.
    #[track_caller]
    pub(super) fn reads(&self, trace: &str, name: &str) {
        let listed = self.home.run(["list", "-b", "local", "--since", "1h", "-o", "jsonl", &format!("name = \"{name}\"")]);
        assert_eq!((listed.code, listed.stdout.lines().count()), (Some(0), 1), "{listed}");
        assert!(listed.stdout.contains(trace), "{listed}");
        let shown = self.home.run(["show", "-b", "local", trace]);
        assert!(shown.code == Some(0) && shown.stdout.contains(name), "{shown}");
    }

    /// Ends it in good order, and reads everything that it kept.
    #[track_caller]
    pub(super) fn end(self) {
        let last = self.counters();
        assert_eq!((last.get("refused_failed"), last.get("documents_lost"), last.get("accept_errors")), (0, 0, 0));
        let end = self.receiver.stop(Signal::TERM);
        assert_eq!(end.code, Some(0), "{end}");
        assert!(!end.stderr.contains("panicked"), "{end}");
        consistent(&self.home.store());
    }
}

/// What a receiver has counted.
#[derive(Debug, Clone)]
pub(super) struct Counters(BTreeMap<String, u64>);

impl Counters {
    #[track_caller]
    pub(super) fn get(&self, name: &str) -> u64 {
        *self.0.get(name).unwrap_or_else(|| panic!("{name} is no counter"))
    }

    /// What has become more since then, but for `ignored`.
    pub(super) fn since(&self, before: &Self, ignored: &[&str]) -> BTreeMap<String, u64> {
        let more = self.0.iter().map(|(name, now)| (name.clone(), now - before.get(name)));
        more.filter(|(name, more)| *more > 0 && !ignored.contains(&name.as_str())).collect()
    }
}

/// Counters as [`Counters::since`] answers them; those of nothing are left out.
pub(super) fn counted(expected: &[(&str, u64)]) -> BTreeMap<String, u64> {
    expected.iter().filter(|(_, more)| *more > 0).map(|(name, more)| ((*name).to_owned(), *more)).collect()
}
