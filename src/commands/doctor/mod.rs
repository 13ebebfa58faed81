//! `doctor`: what is configured and from where, whether it works, and the command that puts right what does not.
//!
//! Facts are gathered first, all at the same time: from `setup` (the configuration), the store and its receivers, and each service.
//! What they mean is decided then, without asking anybody: a file for each section, in which `judge` makes findings of facts.
//! `remedy` writes commands, `trouble` says why a service did not answer, and `test_span` sends one span and reads it back.

/// A finding by the names of its kind. One that is not in the list of all findings does not compile.
macro_rules! found {
    ($check:literal, $finding:literal, $what:expr) => {
        crate::model::diagnosis::Finding::of(const { crate::model::diagnosis::kind($check, $finding) }, $what)
    };
}

mod aws;
mod cloudwatch_logs;
mod honeycomb;
mod receiver;
mod remedy;
mod rollbar;
mod setup;
mod store;
mod test_span;
mod trouble;
mod xray;

use std::path::Path;
use std::sync::Arc;

use futures_util::future::OptionFuture;
use futures_util::join;

use super::{Clock, Context};
use crate::cli::doctor::{DoctorFormat, TestSpan};
use crate::cli::value::BackendArg;
use crate::cli::{DoctorArgs, GlobalArgs};
use crate::config::nearby::{self, Nearby};
use crate::config::{Env, Flags, Origin, Settings};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::diagnosis::{Finding, Level, Section, worst};
use crate::render::{doctor, json};
use crate::ui::Ui;
use honeycomb::Asked;
use receiver::{Receivers, restarted};
use remedy::Ours;

/// Which backends are looked at, and which of them the user wants.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    backends: &'a [BackendArg],
    /// Whether they were named for this run.
    here: bool,
}

impl Wanted<'_> {
    /// Whether the user has named it, so that its absence is a problem.
    fn is_named(&self, backend: &BackendArg) -> bool {
        self.backends.contains(backend)
    }

    /// Whether it is looked at.
    fn looks_at(&self, backend: &BackendArg) -> bool {
        self.looks_at_all() || self.is_named(backend)
    }

    fn looks_at_all(&self) -> bool {
        !self.here || self.backends.contains(&BackendArg::Auto)
    }
}

/// What all sections have at hand.
#[derive(Debug, Clone, Copy)]
struct Case<'a> {
    context: &'a Context,
    env: &'a Env,
    ours: &'a Ours,
    wanted: Wanted<'a>,
}

impl Case<'_> {
    fn settings(&self) -> &Settings {
        &self.context.settings
    }

    /// Where a setting comes from.
    fn origin(&self, key: &str) -> Origin {
        let line = self.settings().report.iter().find(|line| line.key == key);
        line.map_or(Origin::Default, |line| line.origin.clone())
    }

    /// The same as `config show` tells it.
    fn told(&self, key: &str) -> Option<&str> {
        self.settings().report.iter().find(|line| line.key == key).map(|line| line.value.as_str())
    }

    /// The file that would set a variable that is not set, to something that is of use.
    fn nearby(&self, variable: &str, of_use: impl Fn(&str) -> bool) -> Option<Nearby> {
        if self.env.text(variable).is_some_and(|text| !text.trim().is_empty()) {
            return None;
        }
        nearby::find(variable, self.env, Path::new("."), of_use)
    }

    /// Whether a variable is set, to nothing.
    fn is_empty(&self, variable: &str) -> bool {
        self.env.is_set(variable) && self.env.text(variable).is_none_or(|text| text.trim().is_empty())
    }

    /// How long to wait at least for one that was too late, as an option of a command.
    fn longer(&self) -> String {
        format!("--timeout {}s", self.settings().timeout.as_secs().max(15) * 2)
    }
}

/// Looks at everything, and prints it. 0 if nothing is wrong, 1 if something is, 3 if nothing is known to be wrong and something could not be
/// told.
pub(crate) async fn run(
    args: &DoctorArgs,
    (global, flags): (&GlobalArgs, Flags),
    env: &Env,
    clock: Clock,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let ours = Ours::called_with(global);
    let (settings, mut findings) = setup::load(&flags, global.profile.as_deref(), env, &ours);
    let mut sections = Vec::new();
    let look = match settings {
        Some(settings) => {
            findings.extend(setup::key_files(&settings));
            let context = Context::of(settings, clock, ui);
            let wanted = Wanted { backends: &context.settings.backends, here: !global.backends.is_empty() };
            let case = Case { context: &context, env, ours: &ours, wanted };
            sections = diagnose(args, case, ui).await?;
            context.look(ui)
        }
        None => ui.look(chrono::FixedOffset::east_opt(0).ok_or_else(|| Failure::config("no zone"))?, clock()),
    };
    sections.insert(0, Section { name: "configuration", findings });
    match args.output {
        DoctorFormat::Json => ui.out(&json::doctor(&sections))?,
        DoctorFormat::Text => ui.page(&doctor::render(&sections, &look))?,
    }
    Ok(match worst(&sections) {
        Level::Ok | Level::Note => Exit::Yes,
        Level::Unknown => Exit::Unknown,
        Level::Problem => Exit::No,
    })
}

/// Asks everybody at the same time, and judges what came of it.
async fn diagnose(args: &DoctorArgs, case: Case<'_>, ui: &mut Ui) -> Result<Vec<Section>, Failure> {
    let wanted = case.wanted;
    let (local, all) = (wanted.looks_at(&BackendArg::Local), wanted.looks_at_all());
    let (bees, amazon) = (wanted.looks_at(&BackendArg::Honeycomb), wanted.looks_at(&BackendArg::XRay));
    let report = ui.reporter();
    let speak = (Arc::clone(&report), ui.announcer());
    let xray = if amazon { xray::ready(case, ui)? } else { None };
    let (receivers, store, honeycomb, xray, logs, rollbar) = join!(
        receiver::ask(case),
        OptionFuture::from(local.then(|| store::look(case))),
        OptionFuture::from((bees || args.test_span == Some(TestSpan::Honeycomb)).then(|| honeycomb::ask(case, speak))),
        OptionFuture::from(xray.map(xray::ask)),
        OptionFuture::from(amazon.then(|| cloudwatch_logs::ask(case, Arc::clone(&report)))),
        OptionFuture::from(all.then(|| rollbar::ask(case, Arc::clone(&report)))),
    );
    let mut sections = Vec::new();
    let mut add = |name, findings: Vec<Finding>| {
        if !findings.is_empty() {
            sections.push(Section { name, findings });
        }
    };
    if let Some(facts) = &store {
        add("store", store::judge(facts, &receivers, case));
        add("receiver", receiver::judge(&receivers, case));
    }
    if let Some(facts) = honeycomb.as_ref().filter(|_| bees) {
        add("honeycomb", honeycomb::judge(facts, receivers.forward_to("honeycomb"), case));
    }
    if amazon {
        let who = xray.as_ref().and_then(|xray| xray.as_ref().ok()).map(|examined| &examined.who);
        add("aws", aws::judge(who, xray::refusal(xray.as_ref()), case));
    }
    if let Some(facts) = &xray {
        add("xray", xray::judge(facts, case));
    }
    if let Some(facts) = &logs {
        add("cloudwatch-logs", cloudwatch_logs::judge(facts, case));
    }
    if let Some(facts) = &rollbar {
        add("rollbar", rollbar::judge(facts, case));
    }
    if let Some(to) = args.test_span {
        let ready = honeycomb.and_then(Asked::into_ready);
        add("test-span", vec![test_span::send(to, &receivers, ready, case).await]);
    }
    Ok(sections)
}
