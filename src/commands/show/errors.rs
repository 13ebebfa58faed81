//! `--errors`: what Rollbar has recorded of a trace.

use clap::ValueEnum as _;

use super::super::ask::{self, Failed};
use super::super::{Context, keys};
use crate::analysis::correlation::{Correlated, correlate};
use crate::backend::rollbar::{Looked, MOST_REQUESTS, NAME, Options, no_token};
use crate::backend::{BackendError, Remote, Rollbar, Trouble};
use crate::cli::ShowArgs;
use crate::cli::show::ShowFormat;
use crate::config::Unusable;
use crate::error::Failure;
use crate::model::error_report::{ErrorItem, ErrorReport, Reports};
use crate::model::time::{Nanos, SECOND};
use crate::model::{Recorded, TimeRange, Trace};
use crate::render::units;
use crate::ui::Ui;

/// Clocks differ, and times are cut to seconds.
const BEFORE: Nanos = 60 * SECOND;
/// What a request has started may fail when it is over.
const AFTER: Nanos = 300 * SECOND;
/// So many errors are told of a trace, and so many items asked for.
const MOST: usize = 20;

/// Asks Rollbar about traces, until it has failed once.
pub(super) struct Recorder {
    /// `None` where it cannot be asked, or has failed.
    rollbar: Option<Rollbar>,
    /// Why it cannot be asked, until that was told.
    unready: Option<Remote>,
    environment: Option<String>,
}

impl Recorder {
    /// Asks nothing yet.
    pub(super) async fn open(bodies: bool, context: &Context, ui: &mut Ui) -> Self {
        let settings = &context.settings.rollbar;
        let environment = settings.environment.clone();
        let unready = |remote| Self { rollbar: None, unready: Some(remote), environment: settings.environment.clone() };
        if let Some(Unusable { message, hints }) = settings.unusable.clone() {
            return unready(Remote { kind: Trouble::Unconfigured, message, hints });
        }
        let Some(key) = &settings.token else { return unready(no_token(settings.can_send)) };
        let token = match keys::fetched(key, context, ui).await {
            Ok(token) => token,
            Err(failure) => return unready(keys::no_credentials(&failure)),
        };
        let options = Options {
            token,
            token_origin: key.place().to_owned(),
            endpoint: settings.endpoint.clone(),
            bodies,
            timeout: context.settings.timeout,
            clock: context.clock,
            report: ui.reporter(),
        };
        Self { rollbar: Some(Rollbar::new(options)), unready: None, environment }
    }

    /// Puts into the trace what was recorded of it. One that fails is told once, and costs nothing else.
    pub(super) async fn ask(&mut self, trace: &mut Trace, failed: &mut Failed) {
        trace.errors = Recorded::Unknown;
        if let Some(remote) = self.unready.take() {
            ask::also_failed(failed, vec![(NAME.to_owned(), remote.into())]);
        }
        let Some(rollbar) = &self.rollbar else { return };
        match recorded(rollbar, trace, self.environment.as_deref()).await {
            Ok(reports) => trace.errors = reports.map_or(Recorded::Unknown, Recorded::Found),
            Err(error) => {
                ask::also_failed(failed, vec![(NAME.to_owned(), error)]);
                self.rollbar = None;
            }
        }
    }
}

/// What was recorded; `None` where the trace does not say when it was.
async fn recorded(rollbar: &Rollbar, trace: &mut Trace, environment: Option<&str>) -> Result<Option<Reports>, BackendError> {
    let id = trace.id().clone();
    let Some(window) = window(trace) else {
        trace.notes.push(format!("rollbar was not asked: no span of trace {id} says when it was"));
        return Ok(None);
    };
    let Looked { occurrences, unread, not_before } = rollbar.occurrences(&id, window).await?;
    let looked_at = occurrences.len();
    let Correlated { mut reports, others } = correlate(trace, occurrences, environment);
    let mut notes = Vec::new();
    if let Some(at) = not_before {
        let at = at.to_rfc3339();
        notes.push(format!("rollbar has more occurrences than are looked through: those from before {at} were not read"));
    }
    if unread > 0 {
        let unread = units::plural(unread, "occurrence", "occurrences");
        notes.push(format!("{unread} of rollbar could not be made sense of, and may belong to trace {id}"));
    }
    if !others.is_empty() {
        let others: Vec<_> = others.iter().map(ToString::to_string).collect();
        notes.push(format!(
            "rollbar has errors that would fit trace {id}, and carry another trace's id: {} – the same request may have been traced \
             twice",
            others.join(", ")
        ));
    }
    if reports.len() > MOST {
        notes.push(format!("{MOST} of {} of rollbar's errors are told of trace {id}", units::count(reports.len())));
        reports.truncate(MOST);
    }
    name_items(rollbar, &mut reports, &mut notes).await;
    trace.notes.append(&mut notes);
    Ok(Some(Reports { reports, looked_at, window }))
}

/// Finds out what the errors are counted under. An error is told without, too.
async fn name_items(rollbar: &Rollbar, reports: &mut [ErrorReport], notes: &mut Vec<String>) {
    let mut known: Vec<(u64, Option<ErrorItem>)> = Vec::new();
    let mut failed = false;
    for report in reports {
        let Some(number) = report.occurrence.item else { continue };
        if !known.iter().any(|(id, _)| *id == number) {
            // What fails once fails again.
            let item = if failed { None } else { Some(rollbar.item(number).await) };
            if let Some(Err(error)) = &item {
                notes.push(format!("how often an error happened is not known: {error}"));
                failed = true;
            }
            known.push((number, item.and_then(Result::ok)));
        }
        report.item = known.iter().find(|(id, _)| *id == number).and_then(|(_, item)| item.clone());
    }
}

/// The time of a trace and what is around it.
fn window(trace: &Trace) -> Option<TimeRange> {
    let known = || trace.spans().iter().filter(|span| !span.start.is_unknown());
    let start = known().map(|span| span.start).min()?;
    let end = known().filter_map(|span| span.end).max().unwrap_or(start).max(start);
    TimeRange::new(start.saturating_add(-BEFORE), end.saturating_add(AFTER))
}

/// What clap cannot know to be wrong.
pub(super) fn check(args: &ShowArgs) -> Result<(), Failure> {
    if !args.errors || matches!(args.output(), ShowFormat::Waterfall | ShowFormat::Json | ShowFormat::Jsonl) {
        return Ok(());
    }
    let format = args.output().to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    Err(Failure::usage(format!("`-o {format}` has no place for the errors of --errors"))
        .hint("the waterfall tells them below the spans, and `-o json` has all that is known of them"))
}

/// What Rollbar would be asked.
pub(super) fn explain() -> String {
    format!(
        "{NAME}: GET /api/1/instances/, 20 occurrences a page, back to a minute before the trace ({MOST_REQUESTS} requests at most, mostly \
         one or two), then GET /api/1/item/ID once for each error"
    )
}
