//! `collect --status`: how the receivers of a store do, and what the store itself says.

use std::net::SocketAddr;
use std::path::Path;

use super::{Context, ask, forward, receive};
use crate::backend::local::{Local, Outbox, SetAside, StoreError, StoreFigures};
use crate::cli::collect::StatusFormat;
use crate::collect::forward::Report;
use crate::collect::status::{self, Listening, Silent, Status};
use crate::error::{Failure, Kind, OrFail as _};
use crate::exit::Exit;
use crate::model::Time;
use crate::render::{json, units};
use crate::ui::Ui;

/// How many things that a destination would not take are told of each.
const ASIDE: usize = 5;

/// Asks, and prints. 0 if a receiver answers, 1 if there is none, 3 if one may be there and does not answer.
pub(super) async fn run(format: StatusFormat, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let path = &context.settings.store;
    let doing = || format!("cannot look for receivers beside {}", path.display());
    let found = status::ask(path, context.settings.timeout).await.or_fail(Kind::Unanswerable, doing)?;
    let store = match Local::open(path, context.settings.timeout).and_then(|local| local.figures()) {
        Ok(figures) => Some(figures),
        Err(StoreError::Missing(_)) => None,
        Err(error) => return Err(ask::failure(error.into())),
    };
    let aside = if store.is_some() { aside(path).map_err(|error| ask::failure(error.into()))? } else { Vec::new() };
    let running: Vec<&Status> = found.iter().filter_map(|found| found.answer.as_ref().ok()).collect();
    match format {
        StatusFormat::Json => ui.out(&document(&running, store.as_ref(), &aside, context))?,
        StatusFormat::Text => {
            let receivers = running.iter().flat_map(|status| receiver(status, context));
            let aside = aside.iter().map(|(destination, aside)| refused_for_good(destination, aside, context));
            for line in receivers.chain([stored(store.as_ref(), &running, context)]).chain(aside) {
                ui.out(&ask::safe(&line, ui))?;
            }
        }
    }
    let mut unsure = false;
    for (found, why) in found.iter().filter_map(|found| found.answer.as_ref().err().map(|why| (found, why))) {
        ui.warn(&format!("no answer from the receiver of {}: {why}", found.file.display()));
        unsure |= *why != Silent::Gone;
    }
    if running.is_empty() {
        ui.note(&format!("no receiver is running for {}", path.display()));
        ui.hint("`cruddur-trace collect` starts one; --store names another store");
    }
    Ok(if !running.is_empty() {
        Exit::Yes
    } else if unsure {
        Exit::Unknown
    } else {
        Exit::No
    })
}

/// A line for each thing that a receiver says.
fn receiver(status: &Status, context: &Context) -> Vec<String> {
    let (received, store) = (&status.received, &status.store);
    let Listening { otlp_http, otlp_grpc, zipkin, xray } = status.listening;
    let doors: Vec<String> = [("OTLP/HTTP", otlp_http), ("OTLP/gRPC", otlp_grpc), ("Zipkin", zipkin), ("X-Ray", xray)]
        .into_iter()
        .filter_map(|(door, address): (_, Option<SocketAddr>)| address.map(|address| format!("{door} {address}")))
        .collect();
    let since = status.since();
    let (age, began) = (units::ago(since, (context.clock)()), units::time_to_second(since, context.zone));
    let mut rows = vec![
        row("receiver", &format!("process {}, started {age} ({began})", status.process)),
        row("listening", &doors.join(", ")),
        row(
            "received",
            &list(&[
                counted(received.http_requests, "request", "requests")
                    .map(|requests| format!("{requests} ({})", units::bytes(received.http_bytes))),
                counted(received.datagrams, "X-Ray datagram", "X-Ray datagrams")
                    .map(|datagrams| format!("{datagrams} ({})", units::bytes(received.datagram_bytes))),
            ]),
        ),
        row(
            "stored",
            &list(&[(store.commits > 0).then(|| {
                format!("{} in {}", receive::kept(received), units::plural(store.commits as usize, "commit", "commits"))
            })]),
        ),
        row("refused", &receive::refused(received).unwrap_or_else(|| "nothing".to_owned())),
        row(
            "waiting",
            &list(&[
                counted(store.waiting_batches, "batch", "batches")
                    .map(|batches| format!("{batches} ({})", units::bytes(store.waiting_bytes))),
                counted(status.waiting_documents, "X-Ray document", "X-Ray documents"),
            ]),
        ),
        row(
            "evicted",
            &list(&[
                counted(store.evicted_traces, "trace", "traces"),
                counted(store.failed_evictions, "failure", "failures").map(|failures| format!("{failures} to evict")),
            ]),
        ),
    ];
    rows.extend(status.forwarding.iter().map(|report| row("forwarded", &forwarded(report, context))));
    rows
}

/// How forwarding to a destination is going.
fn forwarded(report: &Report, context: &Context) -> String {
    let behind = counted(report.waiting, "batch waiting", "batches waiting").map(|waiting| match report.waiting_since() {
        Some(since) => format!("{waiting}, the oldest of {}", units::ago(since, (context.clock)())),
        None => waiting,
    });
    let (one, many) = forward::unit(report);
    let told = list(&[
        Some(units::plural(report.spans as usize, one, many)),
        behind,
        counted(report.set_aside, "set aside", "set aside"),
        counted(report.rejected, "span rejected", "spans rejected"),
        counted(report.evicted, "batch evicted before", "batches evicted before"),
        counted(report.retries, "attempt failed", "attempts failed"),
    ]);
    let trouble = report.trouble.as_ref().map(|why| format!("; now: {why}")).unwrap_or_default();
    format!("to {}: {told}{trouble}", report.destination)
}

/// How large the store may become. What a receiver was told when it was started counts more than what is configured now.
fn bound(running: &[&Status], context: &Context) -> Option<u64> {
    running.first().map_or(context.settings.collect.max_size, |status| status.retention.max_bytes)
}

/// The line of the store itself.
fn stored(store: Option<&StoreFigures>, running: &[&Status], context: &Context) -> String {
    let path = context.settings.store.display();
    let Some(store) = store else { return row("store", &format!("{path}: not there yet")) };
    let bound = bound(running, context).map(|bound| format!(" of {}", units::bytes(bound))).unwrap_or_default();
    let oldest =
        store.oldest.map(|at: Time| format!(", the oldest of {}", units::time_to_second(at, context.zone))).unwrap_or_default();
    let (traces, spans) =
        (units::plural(store.traces as usize, "trace", "traces"), units::plural(store.spans as usize, "span", "spans"));
    row("store", &format!("{path}: {}{bound}, {traces}, {spans}{oldest}", units::bytes(store.bytes)))
}

/// What destinations would not take: of each the last few, the newest first.
fn aside(store: &Path) -> Result<Vec<(String, SetAside)>, StoreError> {
    let outbox = Outbox::open(store)?;
    let mut all = Vec::new();
    for destination in outbox.destinations()? {
        let some = outbox.set_aside(&destination, ASIDE)?;
        all.extend(some.into_iter().map(|aside| (destination.clone(), aside)));
    }
    Ok(all)
}

fn refused_for_good(destination: &str, aside: &SetAside, context: &Context) -> String {
    let SetAside { batch, at, spans, trace, span, reason } = aside;
    let at = units::time_to_second(*at, context.zone);
    let what = if trace.is_empty() {
        format!("{} of batch {batch}", units::plural(*spans as usize, "span", "spans"))
    } else {
        format!("span {span} of {trace}")
    };
    row("set aside", &format!("for {destination} at {at}: {what}: {reason}"))
}

fn row(what: &str, text: &str) -> String {
    format!("{what:<11}{text}")
}

fn counted(count: u64, one: &str, many: &str) -> Option<String> {
    (count > 0).then(|| units::plural(count as usize, one, many))
}

fn list(parts: &[Option<String>]) -> String {
    let said: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
    if said.is_empty() { "nothing".to_owned() } else { said.join(", ") }
}

/// `{"schema": 1, "receivers": […], "store": {…} or null}`.
fn document(running: &[&Status], store: Option<&StoreFigures>, aside: &[(String, SetAside)], context: &Context) -> String {
    let receivers: Vec<_> = running
        .iter()
        .map(|status| {
            let mut told = serde_json::json!(status);
            told["since"] = status.since().to_rfc3339().into();
            told
        })
        .collect();
    let aside: Vec<_> = aside
        .iter()
        .map(|(destination, aside)| {
            serde_json::json!({
                "destination": destination,
                "batch": aside.batch,
                "at": aside.at.to_rfc3339(),
                "spans": aside.spans,
                "trace_id": aside.trace,
                "span_id": aside.span,
                "reason": aside.reason,
            })
        })
        .collect();
    let store = store.map(|store| {
        serde_json::json!({
            "path": context.settings.store,
            "bytes": store.bytes,
            "disk_bytes": store.disk_bytes,
            "max_bytes": bound(running, context),
            "traces": store.traces,
            "spans": store.spans,
            "oldest": store.oldest.map(Time::to_rfc3339),
            "newest": store.newest.map(Time::to_rfc3339),
            "set_aside": aside,
        })
    });
    let document = serde_json::json!({ "schema": json::SCHEMA, "receivers": receivers, "store": store });
    format!("{document:#}\n")
}
