//! A filter means the same on Honeycomb as here: what `list` finds is what satisfies the filter among all traces as they are read
//! back, whatever part of it the service was asked, and whatever the service is like where nobody says how it is.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cruddur_trace::backend::honeycomb::{Attributes, Options, Rate};
use cruddur_trace::backend::{Backend as _, Honeycomb as Backend, Listing};
use cruddur_trace::model::{Span, Time, TimeRange, Trace, TraceId, TraceSummary};
use cruddur_trace::query::{Expr, Query};
use cruddur_trace::secret::Secret;
use futures_util::stream::{self, StreamExt as _};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

use super::{SECOND, life};
use crate::support::honeycomb::{
    CONFIGURATION, Empty, Honeycomb, Missing, MissingOperand, MixedTypes, Setup, Switches, TimePrecision,
};
use crate::support::spans::now;

/// So many questions at a time.
const AT_ONCE: usize = 6;

/// A backend that asks this service, as often as it likes.
pub(super) fn backend(service: &Honeycomb, attributes: Attributes, cache: Option<&Path>) -> Backend {
    Backend::new(Options {
        key: Secret::new(CONFIGURATION.to_owned()),
        key_origin: "a test".to_owned(),
        endpoint: service.endpoint(),
        dataset: None,
        attributes,
        counts: false,
        rate: Rate { results: 1_000_000, per: Duration::from_millis(1) },
        scan: 100_000,
        timeout: Duration::from_mins(2),
        turn: None,
        around: None,
        cache: cache.map(Path::to_path_buf),
        clock: now,
        report: Arc::new(|_| {}),
        announce: Arc::new(|_| {}),
    })
}

/// A service that takes as many questions as anybody has.
pub(super) fn generous(switches: Switches) -> Honeycomb {
    let rate = (1_000_000, Duration::from_millis(1));
    Honeycomb::with(Setup { rate, polls: 0, switches, ..Setup::default() })
}

/// What is asked, beside the filter.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// Seconds ago; `None` has no bound.
    since: Option<u64>,
    until: Option<u64>,
    limit: usize,
}

fn asked() -> impl Strategy<Value = Asked> {
    let window = prop_oneof![
        4 => Just((Some(3601), None)),
        2 => Just((Some(3001), Some(901))),
        1 => Just((Some(300_001), None)),
        1 => Just((None, None)),
    ];
    let limit = prop_oneof![4 => Just(1000), 1 => Just(3), 1 => Just(1)];
    (window, limit).prop_map(|((since, until), limit)| Asked { since, until, limit })
}

/// When traces begin, in seconds ago: some before the windows that are asked for, some at the same time as others.
fn began(number: usize) -> u64 {
    let place = number - usize::from(number % 8 == 7);
    2 + place as u64 * 170
}

struct World {
    service: Honeycomb,
    cache: tempfile::TempDir,
    all: Vec<Trace>,
    now_s: u64,
}

impl World {
    async fn new(switches: Switches, traces: Vec<Vec<Span>>) -> Self {
        let service = generous(switches);
        let now_s = now().0 / SECOND / 2 * 2;
        let mut ids = Vec::new();
        for (number, spans) in traces.into_iter().enumerate() {
            let id = life::id(number);
            let begin = Time((now_s - began(number)) * SECOND + SECOND / 4);
            service.ingest_spans(life::at(begin, Time(now_s * SECOND), spans).into_iter().map(|span| (id.clone(), span)));
            ids.push(id);
        }
        let cache = tempfile::tempdir().expect("a temporary folder can be made");
        let everything = backend(&service, Attributes::All, None);
        // What was listed is read at once.
        let every: Expr = "{ }".parse().expect("it is a filter");
        let query = Query { range: TimeRange::ALL, filter: Some(every), limit: usize::MAX };
        everything.list(&query).await.expect("it answers");
        let all = everything.fetch_many(&ids).await.expect("it answers");
        let read: BTreeSet<&TraceId> = all.iter().map(Trace::id).collect();
        assert_eq!(read, ids.iter().collect(), "all of them are read back");
        Self { service, cache, all, now_s }
    }

    fn range(&self, asked: Asked) -> TimeRange {
        let at = |ago: u64| Time((self.now_s - ago) * SECOND);
        TimeRange::new(asked.since.map_or(Time(0), at), asked.until.map_or(Time(u64::MAX), at)).expect("it is a range")
    }

    /// What `list` has to answer, newest first: of a filter, all that satisfy it; without one, those with a root, if there are any.
    fn expected(&self, filter: Option<&Expr>, range: TimeRange) -> Vec<TraceSummary> {
        let satisfies = |trace: &&Trace| filter.is_none_or(|filter| filter.matches(trace).is_some());
        let mut expected: Vec<TraceSummary> = self.all.iter().filter(satisfies).map(Trace::summary).collect();
        expected.retain(|trace| range.contains(trace.start));
        if filter.is_none() && expected.iter().any(|trace| trace.root_name.is_some()) {
            expected.retain(|trace| trace.root_name.is_some());
        }
        expected.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
        expected
    }

    async fn check(&self, text: Option<String>, asked: Asked, switches: &Switches, tally: &RefCell<Tally>) {
        let filter: Option<Expr> = text.as_ref().map(|text| text.parse().unwrap_or_else(|error| panic!("{text}\n{error}")));
        let query = Query { range: self.range(asked), filter, limit: asked.limit };
        let backend = backend(&self.service, Attributes::Known, Some(self.cache.path()));
        let listing = backend.list(&query).await;
        let described = || format!("{switches:?}\n{} {asked:?}", text.as_deref().unwrap_or("(no filter)"));
        let listing = listing.unwrap_or_else(|error| panic!("{}: {error}", described()));
        let expected = self.expected(query.filter.as_ref(), query.range);
        tally.borrow_mut().add(&listing, &expected);
        let unclear = ["does not keep whose attribute", "as a field of another span"];
        if listing.notes.iter().any(|note| unclear.iter().any(|words| note.contains(words))) {
            assert!(listing.left_out, "{}", described());
            return;
        }
        let ids = |traces: &[TraceSummary]| -> Vec<String> { traces.iter().map(|trace| trace.id.canonical()).collect() };
        let newest = &expected[..expected.len().min(asked.limit)];
        let found = || {
            let each = self.all.iter().map(|trace| format!("{} {trace:?}\n", trace.id().canonical()));
            let (found, wanted) = (ids(&listing.traces), ids(&expected));
            each.filter(|line| {
                let id = line.split_whitespace().next().unwrap_or_default().to_owned();
                found.contains(&id) != wanted.contains(&id)
            })
            .take(1)
            .collect::<String>()
        };
        assert!(listing.traces.is_sorted_by_key(|trace| (std::cmp::Reverse(trace.start), &trace.id)), "{}", described());
        let next = expected.get(newest.len());
        let at_once = |last: &TraceSummary, next: &TraceSummary| last.start.since(next.start) < 1_000_000_000;
        let only_roots = listing.traces.iter().any(|trace| trace.span_count.is_none());
        let mut newest = newest.to_vec();
        if only_roots {
            if newest.last().zip(next).is_some_and(|(last, next)| at_once(last, next)) {
                // Which of two is the later one may depend on spans that were not looked at.
                return;
            }
            let place = |trace: &TraceSummary| listing.traces.iter().position(|listed| listed.id == trace.id);
            newest.sort_by_key(place);
        }
        let newest = &newest;
        assert_eq!(
            ids(&listing.traces),
            ids(newest),
            "{}\n{:?}\n{}\n{}",
            described(),
            listing.notes,
            backend.explain(&query).join("\n"),
            found()
        );
        assert!(listing.more || expected.len() <= asked.limit, "there are more: {}", described());
        assert!(!listing.left_out, "{}: {:?}", described(), listing.notes);
        if listing.more && expected.len() <= asked.limit {
            tally.borrow_mut().more += 1;
        }
        for (listed, whole) in listing.traces.iter().zip(newest) {
            let trace = self.all.iter().find(|trace| *trace.id() == listed.id).expect("it was compared");
            same(listed, whole, trace, switches.time, &described());
        }
    }
}

/// What a row says is what the trace itself says; where only a root was looked at, what one of its roots says.
fn same(listed: &TraceSummary, whole: &TraceSummary, trace: &Trace, time: TimePrecision, question: &str) {
    // What of a double is not written cannot be told, but where it is told in another way.
    let within = if matches!(time, TimePrecision::Digits(_)) { 10_000 } else { 1000 };
    let near = |a: Time, b: Time| a.since(b).abs() <= within;
    let described = || format!("{question}\n{listed:?}\n{whole:?}");
    assert!(listed.link.is_some(), "{}", described());
    let roots = || trace.spans().iter().filter(|span| span.parent.is_none());
    let is_listed =
        |root: &Span| listed.root_name.as_deref() == Some(&root.name) && listed.root_service.as_deref() == Some(root.service());
    if listed.span_count.is_none() {
        assert!(roots().any(|root| near(listed.start, root.start) && is_listed(root)), "{}", described());
        return;
    }
    assert!(near(listed.start, whole.start) && near(listed.end, whole.end), "{}", described());
    let facts = |trace: &TraceSummary| (trace.span_count, trace.error_count, trace.services.clone(), trace.failed);
    assert_eq!(facts(listed), facts(whole), "{}", described());
    // Of several that began at once, any.
    let first = roots().map(|root| root.start).min();
    let is_root = |root: &Span| Some(root.start) == first && is_listed(root);
    assert!(if first.is_some() { roots().any(is_root) } else { listed.root_name.is_none() }, "{}", described());
}

/// That the questions are worth asking.
#[derive(Debug, Default)]
struct Tally {
    asked: usize,
    some: usize,
    all: usize,
    ambiguous: usize,
    more: usize,
}

impl Tally {
    fn add(&mut self, listing: &Listing, expected: &[TraceSummary]) {
        self.asked += 1;
        self.some += usize::from(!expected.is_empty());
        self.ambiguous += usize::from(listing.left_out);
        self.all += expected.len();
    }
}

/// So many times what the environment says, 256 being once.
fn worlds() -> u32 {
    Config::default().cases.div_ceil(256)
}

fn run(switches: &Switches, worlds: u32, filters: usize) -> Tally {
    let questions = vec((prop::option::weighted(0.97, life::filter()), asked()), filters);
    let life = (vec(life::trace(), 24..32), questions);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread can wait");
    let tally = RefCell::new(Tally::default());
    for _ in 0..worlds {
        let (traces, questions) = life.new_tree(&mut runner).expect("there are traces and questions").current();
        runtime.block_on(async {
            let world = &World::new(switches.clone(), traces).await;
            let tally = &tally;
            let each = |(filter, asked)| async move { world.check(filter, asked, switches, tally).await };
            stream::iter(questions).for_each_concurrent(AT_ONCE, each).await;
            never_relational(&world.service);
        });
    }
    tally.into_inner()
}

/// A query with such a field may be asked once a minute.
pub(super) fn never_relational(service: &Honeycomb) {
    for request in service.requests() {
        let body = request.body.to_string();
        for relation in ["\"root.", "$root.", "\"parent.", "$parent.", "\"any.", "$any."] {
            assert!(!body.contains(relation), "{body}");
        }
    }
}

#[test]
fn a_filter_finds_what_it_finds_among_all_traces() {
    let tally = run(&Switches::default(), worlds(), 60);
    assert!(tally.some * 3 > tally.asked, "too few filters match anything: {tally:?}");
}

#[test]
fn whatever_the_service_is_like_a_filter_finds_the_same() {
    let usual = Switches::default();
    let positions = [
        Switches { not_equal_matches_missing: false, ..usual.clone() },
        Switches { missing: Missing::Null, ..usual.clone() },
        Switches { missing: Missing::Blank, ..usual.clone() },
        Switches { missing_operand: MissingOperand::Null, ..usual.clone() },
        Switches { mixed_types: MixedTypes::AsText, ..usual.clone() },
        Switches { time: TimePrecision::Millis, ..usual.clone() },
        Switches { time: TimePrecision::Seconds, ..usual.clone() },
        Switches { time: TimePrecision::Digits(15), ..usual.clone() },
        Switches { coalesce_takes_literals: false, coalesce_skips_blank: false, ..usual.clone() },
        Switches { usage_mode: false, ..usual.clone() },
        Switches { empty: Empty::ZeroRow, ..usual.clone() },
        Switches { ties_as_arrived: true, ..usual.clone() },
        Switches { most_breakdowns: 40, ..usual.clone() },
        Switches { most_in: 10, ..usual.clone() },
    ];
    let each = worlds();
    std::thread::scope(|scope| {
        for of_thread in positions.chunks(positions.len() / 2) {
            scope.spawn(move || {
                for position in of_thread {
                    let tally = run(position, each, 12);
                    assert!(tally.some > 0, "no filter matches anything: {position:?} {tally:?}");
                }
            });
        }
    });
}
