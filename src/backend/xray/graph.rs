//! X-Ray's own graph of who calls whom: `GetServiceGraph` of a window, `GetTraceGraph` of traces.
//!
//! <https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html>,
//! <https://docs.aws.amazon.com/xray/latest/api/API_GetTraceGraph.html>.

use std::collections::HashMap;

use aws_sdk_xray::types::{self, ErrorStatistics, FaultStatistics, HistogramEntry};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::super::Remote;
use super::pages::in_milliseconds;
use super::summary::{date_time, nanos};
use super::{XRay, error, fetch, id, window};
use crate::model::graph::{Durations, Edge, Figures, Node, ServiceGraph};
use crate::model::{TimeRange, TraceId};

/// How many requests are in flight at once.
const IN_FLIGHT: usize = 4;

/// Of all that X-Ray has seen in a window, or of the group that was chosen. Windows of more than six hours are asked for in parts
/// and put together.
pub(super) async fn of_window(xray: &XRay, range: TimeRange) -> Result<(ServiceGraph, Vec<String>), Remote> {
    let plan = window::windows(in_milliseconds(range), xray.now());
    let parts = plan.windows.iter().map(|&range| window(xray, range));
    // In order: whatever comes first, the answer is the same.
    let parts: Vec<ServiceGraph> = stream::iter(parts).buffered(IN_FLIGHT).try_collect().await?;
    (xray.options.report)(None);
    let mut notes = Vec::new();
    if plan.cut {
        notes.push("X-Ray keeps traces for 30 days: the window was cut to these".to_owned());
    }
    Ok((parts.into_iter().fold(ServiceGraph::default(), ServiceGraph::merge), notes))
}

async fn window(xray: &XRay, range: TimeRange) -> Result<ServiceGraph, Remote> {
    let mut services = Vec::new();
    let mut token = None;
    loop {
        let request = xray
            .client()
            .await?
            .get_service_graph()
            .start_time(date_time(range.start()))
            .end_time(date_time(range.end()))
            .set_group_name(xray.options.group.clone())
            .set_next_token(token);
        let answer = request.send().await.map_err(|error| error::of("GetServiceGraph", &error, &xray.options))?;
        services.extend(answer.services.unwrap_or_default());
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(graph(&services));
        }
    }
}

/// Of these traces alone.
pub(super) async fn of_traces(xray: &XRay, ids: &[TraceId]) -> Result<ServiceGraph, Remote> {
    let spelled: Vec<String> = ids.iter().filter_map(id::spelling).collect();
    let parts = spelled.chunks(fetch::BATCH).map(|ids| traces(xray, ids.to_vec()));
    let parts: Vec<ServiceGraph> = stream::iter(parts).buffered(IN_FLIGHT).try_collect().await?;
    Ok(parts.into_iter().fold(ServiceGraph::default(), ServiceGraph::merge))
}

async fn traces(xray: &XRay, ids: Vec<String>) -> Result<ServiceGraph, Remote> {
    let mut services = Vec::new();
    let mut token = None;
    loop {
        let request = xray.client().await?.get_trace_graph().set_trace_ids(Some(ids.clone())).set_next_token(token);
        let answer = request.send().await.map_err(|error| error::of("GetTraceGraph", &error, &xray.options))?;
        services.extend(answer.services.unwrap_or_default());
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(graph(&services));
        }
    }
}

/// One answer, all of its pages. Edges name nodes by numbers that mean something within it alone.
fn graph(services: &[types::Service]) -> ServiceGraph {
    let mut graph = ServiceGraph::default();
    let mut places = HashMap::new();
    for service in services {
        if let Some(reference) = service.reference_id {
            places.insert(reference, graph.nodes.len());
        }
        let histogram = service.response_time_histogram.as_ref().or(service.duration_histogram.as_ref());
        // X-Ray calls a client what it calls, so that there are as many as services.
        let client = (service.r#type.as_deref() == Some(Node::CLIENT)).then(|| Node::CLIENT.to_owned());
        let name = client.or_else(|| service.name.clone()).or_else(|| service.names().first().cloned());
        graph.nodes.push(Node {
            name: name.unwrap_or_default(),
            kind: service.r#type.clone().filter(|kind| !kind.is_empty()),
            root: service.root == Some(true),
            figures: service.summary_statistics.as_ref().map(|said| {
                let outcomes = (said.error_statistics.as_ref(), said.fault_statistics.as_ref());
                figures(said.ok_count, outcomes, said.total_count, said.total_response_time, histogram)
            }),
        });
    }
    for (from, edge) in
        services.iter().enumerate().flat_map(|(from, service)| service.edges().iter().map(move |edge| (from, edge)))
    {
        let to = edge.reference_id.and_then(|reference| places.get(&reference).copied());
        // Somebody was called, even if the answer does not say who.
        let to = to.unwrap_or_else(|| {
            graph.nodes.push(Node::default());
            graph.nodes.len() - 1
        });
        let figures = edge.summary_statistics.as_ref().map(|said| {
            let outcomes = (said.error_statistics.as_ref(), said.fault_statistics.as_ref());
            let histogram = edge.response_time_histogram.as_ref();
            figures(said.ok_count, outcomes, said.total_count, said.total_response_time, histogram)
        });
        graph.edges.push(Edge { from, to, figures });
    }
    // The same node may be there twice, as of several accounts.
    ServiceGraph::default().merge(graph)
}

fn figures(
    ok: Option<i64>,
    (errors, faults): (Option<&ErrorStatistics>, Option<&FaultStatistics>),
    total: Option<i64>,
    seconds: Option<f64>,
    histogram: Option<&Vec<HistogramEntry>>,
) -> Figures {
    let count = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    let durations: Durations = histogram
        .into_iter()
        .flatten()
        .filter_map(|entry| Some((nanos(entry.value)?, u64::try_from(entry.count).ok()?)))
        .collect();
    Figures {
        total: count(total),
        ok: count(ok),
        errors: count(errors.and_then(|errors| errors.other_count)),
        throttles: count(errors.and_then(|errors| errors.throttle_count)),
        faults: count(faults.and_then(|faults| faults.total_count)),
        failures: 0,
        time: seconds.and_then(nanos).unwrap_or(0),
        durations,
    }
}
