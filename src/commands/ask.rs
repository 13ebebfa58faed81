//! What every command that reads does first: which backends, which window, which filter – and what it says of those that fail.

use std::path::Path;

use super::Context;
use crate::backend::{Backend, BackendError, File, Local, Source, Sources, local::StoreError};
use crate::cli::FilterArgs;
use crate::cli::value::{BackendArg, FileArg};
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::model::TimeRange;
use crate::query::{Expr, Query, Sugar};
use crate::ui::Ui;

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
/// opened is a warning as long as there is another.
pub(super) fn open(context: &Context, ui: &mut Ui) -> Result<Sources, Failure> {
    let mut opened = Vec::new();
    let mut unopened = Vec::new();
    let mut local = false;
    let mut file = |path: Option<&Path>| match File::read(path) {
        Ok(file) => opened.push(Source::File(file)),
        Err(error) => unopened.push(error),
    };
    for backend in &context.settings.backends {
        match backend {
            BackendArg::Auto | BackendArg::Local => local = true,
            BackendArg::File(FileArg::Stdin) => file(None),
            BackendArg::File(FileArg::Path(path)) => file(Some(path)),
            BackendArg::Honeycomb | BackendArg::XRay => {
                return Err(Failure::usage(format!("this version cannot read from `{backend}` yet"))
                    .hint("use `--backend local` or `--backend file:PATH`"));
            }
        }
    }
    if local {
        match Local::open(&context.settings.store, context.settings.timeout) {
            Ok(store) => opened.insert(0, Source::Local(store)),
            Err(StoreError::Missing(_)) => {}
            Err(error) => unopened.push(error.into()),
        }
    }
    if opened.is_empty() && !unopened.is_empty() {
        return Err(failure(unopened.swap_remove(0)));
    }
    for error in &unopened {
        ui.warn(&error.to_string());
    }
    Ok(Sources { opened, unopened: unopened.len() })
}

/// The expression and the options, as one filter.
pub(super) fn filter(expr: Option<&str>, args: &FilterArgs, ui: &mut Ui) -> Result<Option<Expr>, Failure> {
    let typed = expr.map(str::parse::<Expr>).transpose().map_err(Failure::usage)?;
    for hint in typed.iter().flat_map(Expr::hints) {
        ui.hint(&hint);
    }
    Ok(sugar(args).and(typed))
}

/// From --since to --until.
pub(super) fn window(context: &Context) -> Result<Window, Failure> {
    let window = &context.settings.window;
    Ok(Window { range: window.resolve(context.now, &context.zone)?, chosen: window.is_asked_for() })
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

/// Says which backends did not answer, while others did.
pub(super) fn report(failed: &[(String, BackendError)], ui: &mut Ui) {
    for (name, error) in failed {
        ui.warn(&format!("{name} did not answer: {error}"));
    }
}

/// Those who would know did not answer.
pub(super) fn unanswered(failed: Vec<(String, BackendError)>, meaning: &str) -> Failure {
    let mut failed = failed.into_iter();
    let Some((_, error)) = failed.next() else {
        return Failure::unanswerable(format!("it cannot be told: {meaning}")).hint("see the warnings above");
    };
    let first = failure(error).context(format!("it cannot be told: {meaning}"));
    failed.fold(first, |failure, (name, error)| failure.hint(format!("{name} did not answer either: {error}")))
}

/// What each backend would do for a query.
pub(super) fn explain(sources: &Sources, query: &Query, ui: &mut Ui) -> Result<Exit, Failure> {
    if sources.opened.is_empty() {
        ui.note("there is nothing to ask: the local store is not there yet");
    }
    for source in &sources.opened {
        for line in source.explain(query) {
            ui.out(&format!("{}: {line}\n", source.name()))?;
        }
    }
    Ok(Exit::Yes)
}
