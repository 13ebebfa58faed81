//! What every command that reads does first: which backends, which window, which filter – and what it says of those that fail.

use std::path::Path;
use std::time::Duration;

use super::{Context, keys};
use crate::backend::local::StoreError;
use crate::backend::{
    Backend, BackendError, File, Honeycomb, Listing, Local, Remote, Report, Source, Sources, Trouble, XRay, honeycomb, xray,
};
use crate::cli::FilterArgs;
use crate::cli::honeycomb::Attributes;
use crate::cli::value::{BackendArg, FileArg};
use crate::cli::xray::TimeRangeType;
use crate::config::Unusable;
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::model::time::{Nanos, SECOND};
use crate::model::{Time, TimeRange};
use crate::query::{Expr, Query, Sugar};
use crate::render::text;
use crate::secret::{KeyKind, Secret};
use crate::ui::Ui;

/// How far back Transaction Search is asked for an id that says no time.
const A_DAY: Nanos = 24 * 3600 * SECOND;

/// Unless the user says how long to wait, a turn is waited for beside that, where query results are rationed by the minute.
const A_TURN: Duration = Duration::from_secs(90);

/// The window, and whether the user asked for it or it is only the default.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) range: TimeRange,
    pub(super) chosen: bool,
}

impl Window {
    /// A file is read whole, unless the user chose a window.
    pub(super) fn for_sources(self, sources: &Sources) -> TimeRange {
        let only_files = !sources.opened.is_empty() && sources.opened.iter().all(|source| matches!(source, Source::File(_)));
        if only_files && !self.chosen { TimeRange::ALL } else { self.range }
    }
}

/// Opens the backends. A local store that is not there yet is not among them: it is empty, which is no error. One that cannot be
/// opened is a warning as long as there is another. `auto` is the local store, Honeycomb where there is a key that may read, and
/// X-Ray where AWS is set up.
pub(super) async fn open(context: &Context, ui: &mut Ui) -> Result<Sources, Failure> {
    open_for(Attributes::Known, context, ui).await
}

/// The same, for a command that shows so many attributes unless the user says otherwise.
pub(super) async fn open_for(attributes: Attributes, context: &Context, ui: &mut Ui) -> Result<Sources, Failure> {
    let mut opened = Vec::new();
    let mut unopened = Vec::new();
    let mut local = false;
    let mut aws = None;
    let mut honeycomb = None;
    let mut file = |path: Option<&Path>| match File::read(path) {
        Ok(file) => opened.push(Source::File(file)),
        Err(error) => unopened.push(error),
    };
    for backend in &context.settings.backends {
        match backend {
            BackendArg::Local => local = true,
            BackendArg::Auto => {
                local = true;
                aws = aws.or(context.settings.xray.hinted.then_some(false));
                honeycomb = honeycomb.or(context.settings.honeycomb.hinted.then_some(false));
            }
            BackendArg::XRay => aws = Some(true),
            BackendArg::File(FileArg::Stdin) => file(None),
            BackendArg::File(FileArg::Path(path)) => file(Some(path)),
            BackendArg::Honeycomb => honeycomb = Some(true),
        }
    }
    if local {
        match Local::open(&context.settings.store, context.settings.timeout) {
            Ok(store) => opened.insert(0, Source::Local(store)),
            Err(StoreError::Missing(_)) => {}
            Err(error) => unopened.push(error.into()),
        }
    }
    if let Some(named) = honeycomb {
        match honeycomb_options(named, context, attributes, ui).await {
            // A key that only sends does not mean that anybody wants to read.
            Ok(options) if !named && !KeyKind::of(options.key.expose()).may_read() => {
                tracing::info!(origin = options.key_origin, "Honeycomb's key cannot read");
            }
            Ok(options) => opened.push(Source::Honeycomb(Box::new(Honeycomb::new(options)))),
            Err(error) => unopened.push(error),
        }
    }
    if let Some(named) = aws {
        let xray = XRay::new(xray_options(named, context, ui)?);
        // What was named is asked, whatever comes of it; what was not has to be there.
        match if named { Ok(true) } else { xray.is_configured().await } {
            Ok(true) => opened.push(Source::XRay(xray)),
            Ok(false) => {}
            Err(error) => unopened.push(error),
        }
    }
    if opened.is_empty() && !unopened.is_empty() {
        return Err(failure(unopened.swap_remove(0)));
    }
    for error in &unopened {
        ui.warn(&error.to_string());
        if let BackendError::Remote(remote) = error {
            remote.hints.iter().for_each(|hint| ui.hint(hint));
        }
    }
    Ok(Sources { opened, unopened: unopened.iter().map(ToString::to_string).collect() })
}

/// How Honeycomb is asked.
///
/// # Errors
///
/// There is no key, or none to be had, or something in the environment that cannot be right, or a window that cannot.
pub(super) async fn honeycomb_options(
    named: bool,
    context: &Context,
    attributes: Attributes,
    ui: &mut Ui,
) -> Result<honeycomb::Options, BackendError> {
    let settings = context.settings.honeycomb.clone();
    if let Some(Unusable { message, hints }) = settings.unusable {
        return Err(Remote { kind: Trouble::Question, message, hints }.into());
    }
    let Some(key) = settings.key else { return Err(honeycomb::no_key().into()) };
    let secret = keys::fetched(&key, context, ui).await.map_err(|failure| keys::no_credentials(&failure))?;
    let speak = (ui.reporter(), ui.announcer());
    Ok(honeycomb_options_of(secret, key.place(), (named, attributes), context, speak))
}

/// The same with a key that is at hand, where it comes from, and who says what is going on.
pub(super) fn honeycomb_options_of(
    secret: Secret,
    place: &str,
    (named, attributes): (bool, Attributes),
    context: &Context,
    (report, announce): (Report, honeycomb::Announce),
) -> honeycomb::Options {
    let settings = context.settings.honeycomb.clone();
    // A window that makes no sense is told where it is looked at.
    let around = window(context).ok().filter(|window| window.chosen).map(|window| window.range);
    honeycomb::Options {
        key: secret,
        key_origin: place.to_owned(),
        endpoint: settings.endpoint,
        dataset: settings.dataset,
        attributes: match settings.attributes.unwrap_or(attributes) {
            Attributes::None => honeycomb::Attributes::None,
            Attributes::Known => honeycomb::Attributes::Known,
            Attributes::All => honeycomb::Attributes::All,
        },
        counts: settings.counts,
        rate: honeycomb::Rate { results: settings.rate.results, per: settings.rate.per },
        scan: context.settings.xray.scan,
        timeout: context.settings.timeout,
        turn: match (named, context.settings.timeout_is_chosen) {
            (_, true) => None,
            (true, false) => Some(A_TURN),
            // Others answer at once.
            (false, false) => Some(Duration::ZERO),
        },
        around,
        cache: Some(context.settings.paths.cache.clone()),
        clock: context.clock,
        report,
        announce,
    }
}

/// How X-Ray is asked, and sent to.
pub(super) fn xray_options(named: bool, context: &Context, ui: &mut Ui) -> Result<xray::Options, Failure> {
    let settings = context.settings.xray.clone();
    let window = window(context)?;
    let day = TimeRange::new(context.now.saturating_add(-A_DAY), Time(u64::MAX)).unwrap_or(TimeRange::ALL);
    Ok(xray::Options {
        profile_named: settings.profile_named,
        aws_profile: settings.aws_profile,
        region: settings.region,
        filter: settings.filter,
        group: settings.group,
        time_range: match settings.time_range {
            TimeRangeType::Event => xray::TimeRangeType::Event,
            TimeRangeType::Service => xray::TimeRangeType::Service,
            TimeRangeType::TraceId => xray::TimeRangeType::TraceId,
        },
        scan: settings.scan,
        timeout: context.settings.timeout,
        lookback: if window.chosen { window.range } else { day },
        named,
        clock: context.clock,
        report: ui.reporter(),
    })
}

/// The expression and the options, as one filter.
pub(super) fn filter(expr: Option<&str>, args: &FilterArgs, ui: &mut Ui) -> Result<Option<Expr>, Failure> {
    Ok(sugar(args).and(expression(expr, ui)?))
}

/// A filter expression as it was typed, with hints where it may not mean what it looks like.
pub(super) fn expression(typed: Option<&str>, ui: &mut Ui) -> Result<Option<Expr>, Failure> {
    let typed = typed.map(str::parse::<Expr>).transpose().map_err(Failure::usage)?;
    for hint in typed.iter().flat_map(Expr::hints) {
        ui.hint(&hint);
    }
    Ok(typed)
}

/// Lists. Where the default window holds nothing and looking further costs nothing, looks further and says so. Beside it, for
/// programs, who did not answer.
pub(super) async fn listed(
    sources: &Sources,
    query: &Query,
    window: Window,
    ui: &mut Ui,
) -> Result<(Listing, Vec<String>), Failure> {
    let (listing, failed) = looked(sources, query, window).await?;
    report(&failed, ui);
    let silent = silent(sources, &failed);
    Ok((listing, silent))
}

/// The same, without a word of those that did not answer while others did.
pub(super) async fn looked(sources: &Sources, query: &Query, window: Window) -> Result<(Listing, Failed), Failure> {
    let mut answer = sources.list(query).await;
    if answer.value.traces.is_empty() && !window.chosen && sources.reach_back() && query.range != TimeRange::ALL {
        let further = sources.list_further(&Query { range: TimeRange::ALL, ..query.clone() }).await;
        if !further.value.traces.is_empty() {
            answer.value = further.value;
            let note = "nothing newer matches, so these are older than the default window (see --since)";
            answer.value.notes.push(note.to_owned());
        }
    }
    if answer.answered == 0 && !answer.failed.is_empty() {
        return Err(unanswered(answer.failed, "there may well be traces"));
    }
    Ok((answer.value, answer.failed))
}

/// Why there is nothing to see.
pub(super) fn say_nothing(sources: &Sources, query: &Query, ui: &mut Ui) {
    match (sources.opened.is_empty(), &query.filter) {
        (true, _) => {
            ui.note("there are no traces yet");
            ui.hint("`cruddur-trace demo` shows what it looks like; `cruddur-trace run -- CMD` or `cruddur-trace collect` receives your own");
        }
        (false, Some(filter)) => ui.note(&format!("no trace satisfies {filter}")),
        (false, None) => {
            ui.note("there are no traces here");
            ui.hint("`cruddur-trace collect` receives what applications send; `--since 7d` looks further back");
        }
    }
}

/// From --since to --until.
pub(super) fn window(context: &Context) -> Result<Window, Failure> {
    window_at(context, context.now)
}

/// The same at another time than when the command began.
pub(super) fn window_at(context: &Context, now: Time) -> Result<Window, Failure> {
    let window = &context.settings.window;
    Ok(Window { range: window.resolve(now, &context.zone)?, chosen: window.is_asked_for() })
}

/// The options that stand for a filter.
fn sugar(args: &FilterArgs) -> Sugar {
    Sugar {
        services: args.service.iter().cloned().collect(),
        names: args.name.iter().cloned().collect(),
        min_duration: args.min_duration,
        max_duration: args.max_duration,
        error: args.error,
        attrs: args.attributes.iter().map(|attribute| (attribute.key.clone(), attribute.value.clone())).collect(),
    }
}

/// A backend's error, with what to do about it.
pub(super) fn failure(error: BackendError) -> Failure {
    if let BackendError::Remote(remote) = error {
        let kind = if remote.kind == Trouble::Question { Kind::Usage } else { Kind::Unanswerable };
        let failure = Failure::new(kind, in_one_line(&remote.to_string()));
        return remote.hints.iter().fold(failure, Failure::hint);
    }
    let (kind, hint) = match &error {
        BackendError::Store(StoreError::Foreign { .. }) => (Kind::Config, Some("name another file with --store")),
        BackendError::Store(StoreError::Future { .. }) => {
            (Kind::Config, Some("upgrade cruddur-trace, or name another store with --store"))
        }
        BackendError::Store(StoreError::Locked(_)) => (Kind::Unanswerable, Some("end the process that holds it, or try again")),
        BackendError::Store(StoreError::ReadOnly { .. }) => {
            (Kind::Unanswerable, Some("make the file and its folder writable, or name another store with --store"))
        }
        BackendError::Store(StoreError::Corrupt { .. }) => {
            (Kind::Unanswerable, Some("`sqlite3 STORE .recover` may save what is left; move the file away to begin anew"))
        }
        _ => (Kind::Unanswerable, None),
    };
    let failure = Failure::from_error(kind, error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Backends that did not answer, and why.
pub(super) type Failed = Vec<(String, BackendError)>;

/// The notes of an answer for programs, which do not read warnings: who did not answer.
pub(super) fn silent(sources: &Sources, failed: &[(String, BackendError)]) -> Vec<String> {
    sources.unopened.iter().cloned().chain(failed.iter().map(did_not_answer)).collect()
}

/// The sentence for one that did not answer.
pub(super) fn did_not_answer((name, error): &(String, BackendError)) -> String {
    format!("{name} did not answer: {}", in_one_line(&error.to_string()))
}

/// Adds those that failed elsewhere. One that fails will fail each time; saying so once is enough.
pub(super) fn also_failed(failed: &mut Failed, more: Failed) {
    for (name, error) in more {
        if !failed.iter().any(|(known, _)| *known == name) {
            failed.push((name, error));
        }
    }
}

/// What a service says has no lines of its own, which could look like ours.
fn in_one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Says which backends did not answer, while others did.
pub(super) fn report(failed: &[(String, BackendError)], ui: &mut Ui) {
    for one in failed {
        ui.warn(&did_not_answer(one));
        let (_, error) = one;
        if let BackendError::Remote(remote) = error {
            remote.hints.iter().for_each(|hint| ui.hint(hint));
        }
    }
}

/// Those who would know did not answer.
pub(super) fn unanswered(failed: Failed, meaning: &str) -> Failure {
    let mut failed = failed.into_iter();
    let Some((_, error)) = failed.next() else {
        return Failure::unanswerable(format!("it cannot be told: {meaning}")).hint("see the warnings above");
    };
    let mut first = failure(error);
    // Where the question makes no sense, there is nothing that could be told.
    if first.kind() == Kind::Unanswerable {
        first = first.context(format!("it cannot be told: {meaning}"));
    }
    failed.fold(first, |failure, (name, error)| {
        failure.hint(format!("{name} did not answer either: {}", in_one_line(&error.to_string())))
    })
}

/// A line that quotes what was typed, or what a backend says.
pub(super) fn safe(line: &str, ui: &Ui) -> String {
    format!("{}\n", text::sanitise(line, ui.is_ascii()))
}

/// What each backend would do for a query.
pub(super) fn explain(sources: &Sources, query: &Query, ui: &mut Ui) -> Result<Exit, Failure> {
    if sources.opened.is_empty() {
        ui.note("there is nothing to ask: the local store is not there yet");
    }
    for source in &sources.opened {
        for line in source.explain(query) {
            ui.out(&safe(&format!("{}: {line}", source.name()), ui))?;
        }
    }
    Ok(Exit::Yes)
}

/// What each backend would do for traces that are named.
pub(super) fn explain_fetch(sources: &Sources, ui: &mut Ui) -> Result<Exit, Failure> {
    for source in &sources.opened {
        ui.out(&safe(&format!("{}: fetch each trace by its id", source.name()), ui))?;
    }
    Ok(Exit::Yes)
}
