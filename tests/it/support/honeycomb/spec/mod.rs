//! A query, and whether the service takes it: <https://docs.honeycomb.io/reference/query-specification/>, and the schema `Query` of
//! the published `OpenAPI` document.

mod figures;
mod filters;
mod members;
mod problem;
mod scope;
mod window;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::expression::Expression;
use super::row::Type;
use super::switches::Switches;

pub(super) use figures::{Calculation, Compare, Figure, Having, Order, Term};
pub(super) use filters::{Filter, Test};
pub(crate) use problem::Problem;
pub(super) use window::Window;

use members::Members;
use problem::Code;
use scope::Scope;

/// Of calculations, filters, orders, havings and calculated fields there may be as many.
const MOST: usize = 100;

/// Rows that a result may have, as far as the query says it; with the result more are asked for.
const MOST_ROWS: u64 = 1000;

/// Seconds that `compare_time_offset_seconds` may be.
const OFFSETS: [u64; 8] = [1800, 3600, 7200, 28800, 86400, 604_800, 2_419_200, 15_724_800];

/// A query that the service takes.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    /// Rows that the result has at most, if the query says so. 100, if nothing else says more.
    pub(crate) limit: Option<usize>,
    /// The columns that it names, each once.
    pub(super) names: Vec<String>,
    /// Calculated fields: name, and how they are calculated.
    pub(super) calculated: Vec<(String, Expression)>,
    /// Name and meaning.
    pub(super) breakdowns: Vec<(String, Field)>,
    pub(super) calculations: Vec<Calculation>,
    pub(super) filters: Vec<Filter>,
    /// Whether one of the filters is enough.
    pub(super) any: bool,
    pub(super) havings: Vec<Having>,
    pub(super) orders: Vec<Order>,
    pub(super) window: Window,
    /// Whether rows are counted as they are, whatever they stand for.
    pub(super) usage_mode: bool,
}

/// What a name in a query stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// Which of [`Query::names`].
    Column(usize),
    /// Which of [`Query::calculated`].
    Calculated(usize),
}

/// What is said of a column that is not there.
pub(super) fn unknown_column(name: &str) -> String {
    format!("missing unknown column or derived column \"{name}\"")
}

/// Whether a body of so many bytes is taken, before anything looks at it.
pub(crate) fn check_size(bytes: usize, switches: &Switches) -> Result<(), Problem> {
    if bytes <= switches.largest_body {
        return Ok(());
    }
    let most = switches.largest_body;
    Err(Problem::short(413, &format!("Body size is larger than maximum size of {most} bytes")))
}

/// Whether the service takes a query about a dataset that has these columns, at this second.
pub(crate) fn check(
    body: &Json,
    columns: &BTreeMap<String, Vec<Type>>,
    switches: &Switches,
    now_s: u64,
) -> Result<Query, Problem> {
    if !body.is_object() {
        return Err(Problem::short(400, "invalid Query data"));
    }
    let mut known = vec![
        "id",
        "breakdowns",
        "calculations",
        "filters",
        "filter_combination",
        "formulas",
        "granularity",
        "orders",
        "limit",
        "start_time",
        "end_time",
        "time_range",
        "havings",
        "compare_time_offset_seconds",
    ];
    known.extend(switches.calculated_fields.then_some("calculated_fields"));
    known.extend(switches.usage_mode.then_some("usage_mode"));
    let query = Members::of(body, "", &known)?;
    query.text("id")?;
    if !query.list("formulas", MOST)?.is_empty() {
        return Err(query.wrong("formulas", Code::Invalid, "is only available in Metrics Beta"));
    }
    if query.whole("compare_time_offset_seconds")?.is_some_and(|offset| !OFFSETS.contains(&offset)) {
        return Err(query.wrong("compare_time_offset_seconds", Code::Invalid, "must be a valid value"));
    }
    let limit = query.whole("limit")?;
    if limit.is_some_and(|limit| limit > MOST_ROWS) {
        return Err(query.wrong("limit", Code::Invalid, &format!("must be at most {MOST_ROWS}")));
    }
    let any = match query.text("filter_combination")? {
        None | Some("AND") => false,
        Some("OR") => true,
        Some(_) => return Err(query.wrong("filter_combination", Code::Invalid, "must be a valid value")),
    };
    let usage_mode = query.truth("usage_mode")?;
    let window = Window::check(&query, switches, now_s)?;

    let mut scope = Scope { columns, switches, names: Vec::new(), calculated: Vec::new() };
    scope.calculated_fields(query.list("calculated_fields", MOST)?)?;
    let breakdowns = each(query.list("breakdowns", switches.most_breakdowns)?, "breakdowns", |json, path| {
        let not_text = || Problem::invalid(path, Code::IncorrectType, &format!("{path}: must be a string"));
        let name = json.as_str().ok_or_else(not_text)?;
        Ok((name.to_owned(), scope.field(name, path)?))
    })?;
    let filters = each(query.list("filters", MOST)?, "filters", |json, path| Filter::check(json, path, &mut scope))?;
    let calculations = query.list("calculations", MOST)?;
    let mut calculations = each(calculations, "calculations", |json, path| Calculation::check(json, path, &mut scope))?;
    if calculations.is_empty() {
        calculations.push(Calculation::count());
    }
    let havings = each(query.list("havings", MOST)?, "havings", |json, path| Having::check(json, path, &calculations))?;
    let names: Vec<String> = breakdowns.iter().map(|(name, _)| name.clone()).collect();
    let orders = each(query.list("orders", MOST)?, "orders", |json, path| Order::check(json, path, &names, &calculations))?;
    Ok(Query {
        limit: limit.and_then(|limit| usize::try_from(limit).ok()),
        names: scope.names,
        calculated: scope.calculated,
        breakdowns,
        calculations,
        filters,
        any,
        havings,
        orders,
        window,
        usage_mode,
    })
}

/// Each of a list, with where it is.
fn each<T>(list: &[Json], name: &str, mut check: impl FnMut(&Json, &str) -> Result<T, Problem>) -> Result<Vec<T>, Problem> {
    list.iter().enumerate().map(|(index, json)| check(json, &format!("{name}[{index}]"))).collect()
}
