//! The whole screen, and the whole document.

use std::fmt::Write as _;

use super::home;
use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::honeycomb::{CONFIGURATION, Honeycomb, INGEST};
use crate::support::rollbar::{READ, Rollbar};
use crate::support::spans::{family, trace_id};
use crate::support::xray::XRay;
use crate::support::{Home, Receiver};

/// What differs from one run to the next.
const FILTERS: [(&str, &str); 7] = [
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"process \d+", "process PID"),
    (r"started .* ago|started just now|started now", "started AGO"),
    (r"in \d+ ms", "in MS"),
    (r"to \d+(?:\.\d+)? m?s\b", "to EXACT"),
    (r"\d+(?:\.\d+)? [KMGT]iB", "SIZE"),
    (r"exact to \S+ m?s", "exact to EXACT"),
];

/// Everything is there, and works.
struct World {
    honeycomb: Honeycomb,
    xray: XRay,
    logs: CloudWatchLogs,
    rollbar: Rollbar,
}

impl World {
    fn start() -> Self {
        let (honeycomb, logs) = (Honeycomb::start(), CloudWatchLogs::start());
        honeycomb.ingest_spans(family(1).into_iter().map(|span| (trace_id(1, 1), span)));
        logs.create("cruddur");
        Self { honeycomb, logs, xray: XRay::start(), rollbar: Rollbar::start() }
    }

    fn home(&self) -> Home {
        let home = home().with("HONEYCOMB_API_ENDPOINT", &self.honeycomb.endpoint());
        let home = home.with("CRUDDUR_TRACE_ROLLBAR_ENDPOINT", &self.rollbar.endpoint());
        let aws = self.xray.environment().into_iter().chain(self.logs.environment());
        aws.fold(home, |home, (name, value)| home.with(name, &value)).with_fixtures(&["cruddur.json"])
    }
}

#[test]
fn one_screen_says_all_of_it() {
    let world = World::start();
    let home = world.home().with("HONEYCOMB_API_KEY", CONFIGURATION).with("ROLLBAR_READ_TOKEN", READ);
    let home = home.with("CRUDDUR_TRACE_CLOUDWATCH_LOGS_GROUPS", "cruddur").with("HONEYCOMB_DATASET", "web");
    home.import("cruddur.json");
    let _receiver = Receiver::start(&home, &["--forward", "xray"]);
    let well = home.line("doctor --width 80");
    let wrong = world.home().with("HONEYCOMB_API_KEY", INGEST).with("CRUDDUR_TRACE_CLOUDWATCH_LOGS_GROUPS", "crudder");
    world.xray.configure(|rules| rules.denied.extend(["GetTraceSummaries".to_owned()]));
    let wrong = wrong.line("doctor --width 80");
    insta::with_settings!({filters => FILTERS.to_vec()}, {
        insta::assert_snapshot!(well, @"");
        insta::assert_snapshot!(wrong, @"");
    });
}

#[test]
fn the_document_has_the_same() {
    let world = World::start();
    let home = world.home().with("HONEYCOMB_API_KEY", CONFIGURATION).with("HONEYCOMB_DATASET", "wep");
    let document = home.line("doctor -b honeycomb -o json");
    insta::with_settings!({filters => FILTERS.to_vec()}, {
        insta::assert_snapshot!(document, @"");
    });
}

#[test]
fn it_can_be_read_without_colours_and_beyond_ascii() {
    let home = home();
    let mut said = String::new();
    for words in ["doctor -b honeycomb --ascii --width 60", "doctor -b honeycomb --color always --width 60"] {
        write!(said, "{}", home.line(words)).expect("a string takes all that is written to it");
    }
    insta::assert_snapshot!(said, @"");
}
