//! `POST` and `GET` of `/1/query_results/…`: a query runs, and is asked whether it is done.
//! <https://docs.honeycomb.io/api/query-data/>.

use std::collections::BTreeMap;

use cruddur_trace::model::Time;
use serde_json::{Value, json};

use super::answer::Answer;
use super::datasets::{self, Archive, Scope};
use super::evaluate;
use super::keys::{ENVIRONMENT, TEAM};
use super::queries::{Kept, Queries};
use super::setup::{Setup, Slow};

/// Rows a result may have at most, and only without its series.
const MOST: u64 = 10_000;
/// What the documentation says of the time that is given to a query.
const TOO_SLOW: &str = "query timed out: query results cannot take longer than 10 seconds to run";

/// What a result shall be of.
#[derive(Debug)]
pub(super) struct Wanted {
    query_id: String,
    disable_series: bool,
    limit: Option<u64>,
}

impl Wanted {
    /// From the body of the request.
    pub(super) fn parse(body: &[u8], scope: &Scope, queries: &Queries) -> Result<Self, Answer> {
        let body: Value = serde_json::from_slice(body).map_err(|_| Answer::malformed())?;
        let body = body.as_object().ok_or_else(Answer::malformed)?;
        let mut wanted = Self { query_id: String::new(), disable_series: false, limit: None };
        for (key, value) in body {
            let wrong = || Answer::invalid(key, "incorrect_type", "has the wrong type");
            match key.as_str() {
                "query_id" => value.as_str().ok_or_else(wrong)?.clone_into(&mut wanted.query_id),
                "disable_series" => wanted.disable_series = value.as_bool().ok_or_else(wrong)?,
                "disable_total_by_aggregate" | "disable_other_by_aggregate" => {
                    value.as_bool().ok_or_else(wrong)?;
                }
                "limit" => {
                    let limit = value.as_u64().ok_or_else(wrong)?;
                    if !(1..=MOST).contains(&limit) {
                        return Err(Answer::invalid("limit", "invalid", "must be between 1 and 10000"));
                    }
                    wanted.limit = Some(limit);
                }
                unknown => return Err(Answer::invalid(unknown, "invalid", "is not a property of a query result")),
            }
        }
        if wanted.query_id.is_empty() {
            return Err(Answer::invalid("query_id", "missing", "must be present"));
        }
        match queries.0.get(&wanted.query_id) {
            Some(kept) if kept.scope == *scope => Ok(wanted),
            _ => Err(Answer::not_found("Query not found")),
        }
    }

    /// How many rows it may have: a limit counts only where there are no series.
    fn limit(&self, kept: &Kept) -> usize {
        self.limit.filter(|_| self.disable_series).map_or(kept.limit(), |limit| limit as usize)
    }
}

#[derive(Debug)]
struct Running {
    scope: Scope,
    /// The answer, but for whether it is complete.
    common: Value,
    outcome: Result<Vec<Value>, String>,
    /// Polls that are still answered by `complete: false`.
    polls: usize,
    created_ns: u64,
}

/// The results by their ids.
#[derive(Debug, Default)]
pub(super) struct Results(BTreeMap<String, Running>);

impl Results {
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Creates one. `fails` is the error that it ends with where a test wants that.
    pub(super) fn create(
        &mut self,
        wanted: &Wanted,
        fails: Option<String>,
        queries: &Queries,
        archive: &Archive,
        setup: &Setup,
        endpoint: &str,
    ) -> Answer {
        let kept = &queries.0[&wanted.query_id];
        let limit = wanted.limit(kept);
        let now = (setup.clock)();
        let outcome = match fails {
            Some(error) => Err(error),
            None if is_slow(setup.slow, kept, limit) => Err(TOO_SLOW.to_owned()),
            None => {
                let (rows, types) = (archive.rows(&kept.scope), archive.types(&kept.scope));
                evaluate::run(&kept.query, &rows, limit, &types, &setup.switches, now / 1_000_000_000)
            }
        };
        let slug = kept.scope.slug();
        let id = datasets::id("result", &[slug, &self.0.len().to_string()]);
        let place = match (&kept.scope, setup.classic) {
            (_, true) => format!("datasets/{slug}"),
            (Scope::All, false) => format!("environments/{ENVIRONMENT}"),
            (Scope::One(_), false) => format!("environments/{ENVIRONMENT}/datasets/{slug}"),
        };
        let url = format!("https://ui.honeycomb.io/{TEAM}/{place}/result/{id}");
        let links = json!({"query_url": url, "graph_image_url": format!("{url}/snapshot")});
        let common = json!({"id": id, "query": kept.echo, "links": links});
        let location = format!("{endpoint}/1/query_results/{slug}/{id}");
        let answer = Answer::json(201, &completed(&common, false)).with("location", location);
        let running = Running { scope: kept.scope.clone(), common, outcome, polls: setup.polls, created_ns: now };
        self.0.insert(id, running);
        answer
    }

    /// What is known of one.
    pub(super) fn poll(&mut self, scope: &Scope, id: &str) -> Result<Answer, Answer> {
        let running = self.0.get_mut(id).filter(|running| running.scope == *scope);
        let running = running.ok_or_else(|| Answer::not_found("Query result not found"))?;
        if running.polls > 0 {
            running.polls -= 1;
            return Ok(Answer::json(200, &completed(&running.common, false)));
        }
        let mut body = completed(&running.common, true);
        match &running.outcome {
            Ok(rows) => {
                body["data"] = json!({"series": [], "results": rows});
            }
            Err(error) => body["error"] = json!(error),
        }
        let modified = Time(running.created_ns).to_datetime().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let answer = Answer::json(200, &body).with("last-modified", modified);
        Ok(answer.with("cache-control", "private, max-age=86400"))
    }
}

fn completed(common: &Value, complete: bool) -> Value {
    let mut body = common.clone();
    body["complete"] = json!(complete);
    body
}

fn is_slow(slow: Slow, kept: &Kept, limit: usize) -> bool {
    let exceeds = |most: Option<usize>, is: usize| most.is_some_and(|most| is > most);
    slow.window.is_some_and(|most| kept.window() > most)
        || exceeds(slow.breakdowns, kept.breakdowns())
        || exceeds(slow.limit, limit)
}
