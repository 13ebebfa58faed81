//! `POST /1/queries/…`: a query is checked, kept and given an id. <https://docs.honeycomb.io/api/queries/>.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::Answer;
use super::datasets::{self, Archive, Scope};
use super::setup::Setup;
use super::spec::{self, Query};

/// Before a column's name, these make a field of another span of the trace. Such a query may run once a minute:
/// <https://docs.honeycomb.io/api/query-data/>.
const RELATIONS: [&str; 7] = ["root.", "parent.", "child.", "any.", "any2.", "any3.", "none."];
/// Where a query does not say how many rows it wants.
const DEFAULT_LIMIT: usize = 100;
/// Where a query does not say when, it is about so many seconds up to now.
const DEFAULT_RANGE: u64 = 7200;

/// A query that is known.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) scope: Scope,
    /// As it is repeated to the client.
    pub(super) echo: Value,
    pub(super) query: Query,
}

/// The queries by their ids. They are never deleted.
#[derive(Debug, Default)]
pub(super) struct Queries(pub(super) BTreeMap<String, Kept>);

impl Queries {
    pub(super) fn post(&mut self, scope: Scope, body: &[u8], archive: &Archive, setup: &Setup) -> Result<Answer, Answer> {
        spec::check_size(body.len(), &setup.switches)?;
        let mut spec: Value = serde_json::from_slice(body).map_err(|_| Answer::malformed())?;
        if let Some(name) = relational(&spec) {
            return Err(Answer::error(400, &format!("{name}: relational fields are limited to one request per minute")));
        }
        let query = spec::check(&spec, &archive.types(&scope), &setup.switches, (setup.clock)() / 1_000_000_000)?;
        let id = datasets::id("query", &[scope.slug(), &self.0.len().to_string()]);
        spec["id"] = json!(id);
        if spec.get("limit").is_none() {
            spec["limit"] = json!(DEFAULT_LIMIT);
        }
        if spec.get("start_time").is_none() && spec.get("end_time").is_none() && spec.get("time_range").is_none() {
            spec["time_range"] = json!(DEFAULT_RANGE);
        }
        let answer = Answer::json(200, &spec);
        self.0.insert(id, Kept { scope, echo: spec, query });
        Ok(answer)
    }
}

impl Kept {
    /// How many rows it wants.
    pub(super) fn limit(&self) -> usize {
        self.query.limit.unwrap_or(DEFAULT_LIMIT)
    }

    pub(super) fn breakdowns(&self) -> usize {
        self.echo["breakdowns"].as_array().map_or(0, Vec::len)
    }

    /// How many seconds it is about.
    pub(super) fn window(&self) -> u64 {
        match (self.echo["start_time"].as_u64(), self.echo["end_time"].as_u64()) {
            (Some(start), Some(end)) => end.saturating_sub(start),
            _ => self.echo["time_range"].as_u64().unwrap_or(DEFAULT_RANGE),
        }
    }
}

/// A relational field that the query names anywhere.
fn relational(spec: &Value) -> Option<String> {
    let listed = |key: &str| spec[key].as_array().into_iter().flatten();
    let breakdowns = listed("breakdowns").filter_map(Value::as_str);
    let columns = ["filters", "calculations", "orders", "havings"].into_iter().flat_map(listed);
    let mut named = breakdowns.chain(columns.filter_map(|item| item["column"].as_str()));
    let relational = |name: &&str| RELATIONS.iter().any(|relation| name.starts_with(relation));
    if let Some(found) = named.find(relational) {
        return Some(found.to_owned());
    }
    let in_expression =
        |text: &str| RELATIONS.iter().any(|of| text.contains(&format!("${of}")) || text.contains(&format!("$\"{of}")));
    listed("calculated_fields")
        .filter_map(|field| field["expression"].as_str())
        .find(|text| in_expression(text))
        .map(ToOwned::to_owned)
}
