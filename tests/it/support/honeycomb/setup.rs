//! How the service shall be: whose keys it knows, what is undocumented about it, how slow it is.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cruddur_trace::model::Time;

use super::keys::{CLASSIC, CONFIGURATION, Key};
use super::switches::Switches;

/// All that can be told to the service. What nobody documents is a switch, so that a client can be tried against either answer.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// How queries are checked and answered.
    pub(crate) switches: Switches,
    /// The keys that are known.
    pub(crate) keys: Vec<Key>,
    /// A Classic environment, which has no `__all__`.
    pub(crate) classic: bool,
    /// Whether the team's plan has the Query Data API.
    pub(crate) enterprise: bool,
    /// How many results may be created in which window.
    pub(crate) rate: (usize, Duration),
    /// How it is said that there were more.
    pub(crate) limited_as: Limited,
    /// How it is said that a key or a plan does not suffice.
    pub(crate) denied_as: Denied,
    /// `GET /1/datasets` takes a key that may create datasets.
    pub(crate) listing_datasets_takes_permission: bool,
    /// What `GET /1/columns/__all__` does with a key that several datasets have.
    pub(crate) all_columns: AllColumns,
    /// Columns that stand for what a dataset definition names (`span_id`, `name` …), where they are not those of OpenTelemetry.
    pub(crate) definitions: BTreeMap<String, String>,
    /// Polls of a result that are answered by `complete: false` first.
    pub(crate) polls: usize,
    /// Queries that take longer than is allowed.
    pub(crate) slow: Slow,
    /// How long every answer takes.
    pub(crate) latency: Duration,
    /// Nanoseconds since 1970.
    pub(crate) clock: fn() -> u64,
    /// What every answer says in its `Date`, where that is not the real time.
    pub(crate) date: Option<Time>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            switches: Switches::default(),
            keys: vec![Key::new(CONFIGURATION)],
            classic: false,
            enterprise: true,
            rate: (10, Duration::from_mins(1)),
            limited_as: Limited::Silent,
            denied_as: Denied::Legacy,
            listing_datasets_takes_permission: false,
            all_columns: AllColumns::Repeated,
            definitions: BTreeMap::new(),
            polls: 1,
            slow: Slow::default(),
            latency: Duration::ZERO,
            clock: now,
            date: None,
        }
    }
}

impl Setup {
    /// Of a Classic environment.
    pub(crate) fn classic() -> Self {
        Self { keys: vec![Key::new(CLASSIC)], classic: true, ..Self::default() }
    }
}

/// The forms of 429. The documentation has them all, each in another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limited {
    /// No header, and a `detail` that says how many are allowed: the documented answer of query results.
    Silent,
    /// `Retry-After: 12`
    RetryAfterSeconds,
    /// `Retry-After: Fri, 22 Mar 2024 18:37:53 GMT`
    RetryAfterDate,
    /// `RateLimit: limit=10, remaining=0, reset=12`
    RateLimit,
    /// `"detail": "Please try again after 2025-02-01T15:23:12Z."`
    Detail,
}

/// The forms in which a key or a plan that does not suffice may be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// 403, `{"error": …}`
    Legacy,
    /// 403, RFC 7807.
    Problem,
    /// 401, as if the key was unknown.
    Unauthorized,
    /// 403, text.
    Bare,
}

/// What `GET /1/columns/__all__` does with a key that several datasets have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AllColumns {
    /// Lists it once for each.
    Repeated,
    /// Lists it once.
    Merged,
}

/// A query takes too long where any of these is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Slow {
    /// Seconds from the beginning to the end.
    pub(crate) window: Option<u64>,
    pub(crate) breakdowns: Option<usize>,
    /// Rows that are asked for.
    pub(crate) limit: Option<usize>,
}

/// The real time, in nanoseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the program asks for the last hours by the same clock")]
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    u64::try_from(since.as_nanos()).expect("it is before 2554")
}
