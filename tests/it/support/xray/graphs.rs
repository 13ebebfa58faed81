//! `GetServiceGraph`, `GetTraceGraph` and `GetGroups`.
//! <https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html>

use std::sync::Arc;

use serde_json::{Value, json};

use super::archive::Archive;
use super::filter::{self, Filter, group_arn};
use super::graph::services;
use super::input::{text, time_of, trace_ids, window_of_at_most};
use super::pages::Pages;
use super::refusal::Refusal;
use super::rules::Rules;
use super::trace::Trace;

/// The graph of a window: of the traces that begin in it.
pub(super) fn of_window(body: &Value, rules: &Rules, archive: &mut Archive, pages: &mut Pages) -> Result<Value, Refusal> {
    let (start, end) = window_of_at_most(body, rules.longest_window)?;
    let group = group(body, rules)?;
    let within = |trace: &Arc<Trace>| {
        let begins = time_of(trace.start());
        start <= begins && begins < end
    };
    let in_group = |trace: &Arc<Trace>| group.as_ref().is_none_or(|filter| filter::holds(filter, trace));
    let traces: Vec<_> = archive.all().filter(within).filter(in_group).collect();
    let mut answer = page("GetServiceGraph", "Services", services(&traces), body, rules, pages)?;
    answer["StartTime"] = json!(start.0 as f64 / 1e9);
    answer["EndTime"] = json!(end.0 as f64 / 1e9);
    answer["ContainsOldGroupVersions"] = json!(false);
    Ok(answer)
}

/// The graph of some traces. Those that are not there do not appear in it.
pub(super) fn of_traces(body: &Value, rules: &Rules, archive: &mut Archive, pages: &mut Pages) -> Result<Value, Refusal> {
    let ids = trace_ids(body, usize::MAX)?;
    let traces: Vec<_> = ids.iter().filter(|id| rules.is_indexed(id)).filter_map(|id| archive.get(id)).collect();
    page("GetTraceGraph", "Services", services(&traces), body, rules, pages)
}

pub(super) fn groups(body: &Value, rules: &Rules, pages: &mut Pages) -> Result<Value, Refusal> {
    let group = |(name, filter): (&String, &String)| {
        json!({
            "GroupName": name,
            "GroupARN": group_arn(name),
            "FilterExpression": filter,
            "InsightsConfiguration": { "InsightsEnabled": false, "NotificationsEnabled": false },
        })
    };
    page("GetGroups", "Groups", rules.groups.iter().map(group).collect(), body, rules, pages)
}

/// What the group stands for that the request names, if it does.
fn group(body: &Value, rules: &Rules) -> Result<Option<Filter>, Refusal> {
    let (name, arn) = (text(body, "GroupName")?, text(body, "GroupARN")?);
    if name.is_none() && arn.is_none() {
        return Ok(None);
    }
    let is_meant = |group: &str| name.is_none_or(|name| name == group) && arn.is_none_or(|arn| arn == group_arn(group));
    let found = rules.groups.iter().find(|(group, _)| is_meant(group));
    let (_, expression) = found.ok_or_else(|| Refusal::invalid("Group not found"))?;
    filter::parse(expression, &rules.groups).map(Some)
}

/// A page of all items, under that name.
fn page(
    operation: &str,
    member: &str,
    items: Vec<Value>,
    body: &Value,
    rules: &Rules,
    pages: &mut Pages,
) -> Result<Value, Refusal> {
    let mut cursor = pages.cursor(operation, body)?;
    let all = items.len();
    let shown: Vec<Value> = items.into_iter().skip(cursor.offset).take(rules.nodes_per_page.max(1)).collect();
    cursor.offset += shown.len();
    let mut answer = json!({ member: shown });
    if cursor.offset < all {
        answer["NextToken"] = json!(pages.token(operation, body, cursor));
    }
    Ok(answer)
}
