//! Whether X-Ray can be asked, and what for: facts for whoever diagnoses a set-up.

use std::time::Instant;

use super::super::Remote;
use super::super::aws::examine::{Watch, Who, who};
use super::super::clock::Offset;
use super::summary::date_time;
use super::{XRay, error, retrieval};
use crate::model::time::SECOND;

/// An id that no trace has: it is of 1970.
const NOBODYS: &str = "1-00000001-000000000000000000000001";

/// What was found out.
#[derive(Debug)]
pub struct Examined {
    /// Who asks, and where.
    pub who: Who,
    /// What came of `GetTraceSummaries`, and how long that took, in milliseconds; `None` where it could not be asked.
    pub summaries: Option<(Result<(), Remote>, u128)>,
    /// What came of `BatchGetTraces`; `None` where it was not asked, as the other had no answer but a refusal to do so.
    pub traces: Option<Result<(), Remote>>,
    /// Whether the account uses Transaction Search, where that could be asked.
    pub transaction_search: Option<bool>,
    /// How far the clock is off, where an answer told.
    pub clock: Option<Offset>,
}

/// Looks for credentials, and asks for the traces of the last second.
pub(super) async fn examine(xray: &XRay) -> Examined {
    let (who, config) = who(&error::SERVICE, &xray.options.account()).await;
    let mut examined = Examined { who, summaries: None, traces: None, transaction_search: None, clock: None };
    let Some(config) = config else { return examined };
    let client = aws_sdk_xray::Client::new(&config);
    let watch = Watch::new(xray.options.clock);
    let now = xray.now();
    let begun = Instant::now();
    let asked = client
        .get_trace_summaries()
        .start_time(date_time(now.saturating_add(-SECOND)))
        .end_time(date_time(now))
        .customize()
        .interceptor(watch.clone())
        .send()
        .await;
    let summaries = asked.map(drop).map_err(|failed| error::of("GetTraceSummaries", &failed, &xray.options));
    let may_go_on = summaries.as_ref().err().is_none_or(|remote| remote.kind == super::super::Trouble::Denied);
    examined.summaries = Some((summaries, begun.elapsed().as_millis()));
    if may_go_on {
        let asked = client.batch_get_traces().trace_ids(NOBODYS).send().await;
        examined.traces = Some(asked.map(drop).map_err(|failed| error::of("BatchGetTraces", &failed, &xray.options)));
        examined.transaction_search = retrieval::is_needed(xray).await.ok();
    }
    examined.clock = watch.offset();
    examined
}
