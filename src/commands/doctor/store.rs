//! The local store: whether it is there, can be read and written, and how full it is.

use super::remedy;
use super::{Case, Finding, Receivers, restarted};
use crate::backend::Local;
use crate::backend::local::{Ground, StoreError, StoreFigures};
use crate::config::Origin;
use crate::render::units;

/// From here on, in percent of its limit, a store is as full as it gets: that is where eviction brings it down to.
const FULL: u64 = 90;
/// The setting of how large it may become, as a variable.
const MAX_SIZE: &str = "CRUDDUR_TRACE_COLLECT_MAX_SIZE";

/// What was seen of it.
pub(super) struct Facts {
    store: Result<(StoreFigures, i64), StoreError>,
    ground: Ground,
}

/// Opens it for reading, while others are asked on this thread.
pub(super) async fn look(case: Case<'_>) -> Facts {
    let (path, patience) = (case.settings().store.clone(), case.settings().timeout);
    let ground = Ground::of(&path);
    let failed = StoreError::Io { path: path.clone(), cause: "looking at it failed".to_owned() };
    let looked = tokio::task::spawn_blocking(move || {
        Local::open(&path, patience).and_then(|store| Ok((store.figures()?, store.version()?)))
    });
    Facts { store: looked.await.unwrap_or(Err(failed)), ground }
}

/// What that means.
pub(super) fn judge(facts: &Facts, receivers: &Receivers, case: Case<'_>) -> Vec<Finding> {
    let origin = case.origin("store");
    let path = &case.settings().store;
    let mut findings = vec![match (&facts.store, &facts.ground.unwritable) {
        (Err(StoreError::Missing(_)) | Ok(_), Some(why)) => {
            let what = format!("{} ({origin}) cannot be written: {why}", path.display());
            found!("store", "unusable", what).remedy(elsewhere(&origin))
        }
        (Ok((figures, version)), None) => {
            let (traces, spans) = (figures.traces as usize, figures.spans as usize);
            let holds = format!(
                "{}, {}, schema {version}",
                units::plural(traces, "trace", "traces"),
                units::plural(spans, "span", "spans")
            );
            Finding::ok("store", format!("{} ({origin}): {holds}", path.display()))
        }
        (Err(StoreError::Missing(_)), None) => {
            let what = format!("{} ({origin}) is not there yet", path.display());
            let finding = found!("store", "missing", what).detail("`collect`, `run`, `import` or `demo` begins one");
            finding.remedy(case.ours.command("collect"))
        }
        (Err(error), _) => unreadable(error, &origin, case),
    }];
    if let Ok((figures, _)) = &facts.store {
        findings.push(size(figures, receivers, case));
        findings.extend(disk(figures.disk_bytes, facts.ground.free, receivers, case));
    } else if matches!(facts.store, Err(StoreError::Missing(_))) && facts.ground.unwritable.is_none() {
        findings.extend(disk(0, facts.ground.free, receivers, case));
    }
    findings
}

/// Another place for it.
fn elsewhere(origin: &Origin) -> Option<String> {
    remedy::forget(origin)
}

fn unreadable(error: &StoreError, origin: &Origin, case: Case<'_>) -> Finding {
    let what = error.to_string();
    let aside = remedy::aside(&case.settings().store);
    match error {
        StoreError::Foreign { .. } => found!("store", "foreign", what).remedy(aside),
        StoreError::Future { .. } => {
            found!("store", "too-new", what).detail("a newer cruddur-trace reads it; this one can begin another").remedy(aside)
        }
        StoreError::Corrupt { .. } => {
            let save = "`sqlite3 FILE .recover` may save what is left of it";
            found!("store", "damaged", what).detail(save).remedy(aside)
        }
        StoreError::Locked(_) => found!("store", "locked", what).detail("end the process that holds it, or try again"),
        StoreError::Missing(_) | StoreError::ReadOnly { .. } | StoreError::Io { .. } => {
            found!("store", "unusable", format!("{what} ({origin})")).remedy(elsewhere(origin))
        }
    }
}

/// How large it may become: what a receiver that is running was told counts more than what is configured now.
fn limit(receivers: &Receivers, case: Case<'_>) -> (Option<u64>, String) {
    match receivers.running().next() {
        Some(status) => (status.retention.max_bytes, "the receiver's".to_owned()),
        None => (case.settings().collect.max_size, case.origin("collect.max_size").to_string()),
    }
}

fn size(figures: &StoreFigures, receivers: &Receivers, case: Case<'_>) -> Finding {
    let (limit, from) = limit(receivers, case);
    let used = units::bytes(figures.bytes);
    let Some(limit) = limit else { return Finding::ok("store-size", format!("{used}, without a limit ({from})")) };
    let what = format!("{used} of {} ({from})", units::bytes(limit));
    if figures.bytes < limit / 100 * FULL {
        return Finding::ok("store-size", what);
    }
    let more = limit.max(figures.bytes).saturating_mul(2).div_ceil(1 << 20);
    let command = match receivers.running().next() {
        // It was told when it was started, and listens to nothing else.
        Some(status) => restarted(status, &format!("--max-size {more}MiB"), case),
        None => remedy::export(MAX_SIZE, &format!("{more}MiB")),
    };
    let finding = found!("store-size", "full", format!("it is full: {what}"));
    finding.detail("the oldest traces are forgotten to make room for new ones").remedy(command)
}

/// Whether the disk has room for all that the store may become.
fn disk(taken: u64, free: Option<u64>, receivers: &Receivers, case: Case<'_>) -> Option<Finding> {
    let free = free?;
    let (limit, _) = limit(receivers, case);
    let left = units::bytes(free);
    let Some(limit) = limit else { return Some(Finding::ok("disk", format!("{left} free"))) };
    if limit.saturating_sub(taken) <= free {
        return Some(Finding::ok("disk", format!("{left} free")));
    }
    let fits = (taken + free / 2) >> 20;
    let what = format!("{left} free, and the store may become {}", units::bytes(limit));
    let command = remedy::export(MAX_SIZE, &format!("{fits}MiB")).filter(|_| fits > 0);
    Some(found!("disk", "too-small", what).detail("a receiver refuses spans when the disk is full").remedy(command))
}
