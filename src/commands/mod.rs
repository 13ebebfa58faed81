//! What each command does: one file per verb, which reads as query → backend → analysis → render. What a command is asked for
//! stands in the file of the same name in [`crate::cli`]. The smallest example to copy is `completions`.
//!
//! Commands know nothing of each other. What several of them need is in `ask` (backends, window, filter), `find` (a trace by what
//! was typed), `read` (many traces, one after another), `browse` (its page), `interact` (the loop of a screen), `keys` (secrets,
//! fetched), `lines` (log lines of a trace), `receive` (a receiver and its store), `exposure` (who else could send to it), `forward` (what it sends on), `status`
//! (how it does), `files`, `verdict` and `signals`.

mod ask;
mod assert;
mod browse;
mod collect;
mod completions;
mod config;
mod demo;
mod diff;
mod doctor;
mod exposure;
mod files;
mod find;
mod forward;
mod import;
mod interact;
mod keys;
mod lines;
mod list;
mod logs;
mod map;
mod probe;
mod read;
mod receive;
mod run;
mod show;
mod signals;
mod stats;
mod status;
mod verdict;

use std::hash::{BuildHasher as _, RandomState};

use chrono::{FixedOffset, Offset as _, TimeZone as _};

use crate::backend::local::Retention;
use crate::cli::{Cli, Command};
use crate::config::{Env, Flags, Settings};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::Time;
use crate::render::Look;
use crate::ui::Ui;

/// How wide text is that is read elsewhere, where nobody knows.
const COLUMNS_OF_TEXT: u16 = 100;

/// What time it is.
pub type Clock = fn() -> Time;

/// What every command that looks at traces has at hand.
#[derive(Debug)]
pub struct Context {
    /// Everything that can be set.
    pub settings: Settings,
    /// What time it is.
    pub clock: Clock,
    /// When the command began.
    pub now: Time,
    /// The user's zone.
    pub zone: FixedOffset,
}

impl Context {
    fn load(flags: Flags, env: &Env, clock: Clock, ui: &mut Ui) -> Result<Self, Failure> {
        Ok(Self::of(Settings::load(flags, env)?, clock, ui))
    }

    fn of(settings: Settings, clock: Clock, ui: &mut Ui) -> Self {
        ui.configure(settings.color, settings.ascii);
        let now = clock();
        let zone = chrono::Local.offset_from_utc_datetime(&now.to_datetime().naive_utc()).fix();
        Self { settings, clock, now, zone }
    }

    /// How drawings on stdout shall look.
    fn look(&self, ui: &Ui) -> Look {
        ui.look(self.zone, (self.clock)())
    }

    /// How drawings in documents shall look, which are read elsewhere and later.
    fn look_of_document(&self, ui: &Ui) -> Look {
        Look { width: ui.width_of_document().into(), color: false, now: None, ..self.look(ui) }
    }

    /// How text beside other text shall look that is read elsewhere and later.
    fn look_of_text(&self) -> Look {
        Look { width: COLUMNS_OF_TEXT.into(), color: false, ascii: false, now: None, zone: self.zone }
    }

    /// The same on stderr.
    fn look_of_stderr(&self, ui: &Ui) -> Look {
        Look { color: ui.has_color_on_stderr(), ..self.look(ui) }
    }

    /// How long the store keeps traces.
    fn retention(&self) -> Retention {
        Retention { max_age: self.settings.collect.max_age, max_bytes: self.settings.collect.max_size }
    }
}

/// Bytes that differ each time; good for ids, not for secrets.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    for chunk in bytes.chunks_mut(8) {
        let number = RandomState::new().hash_one(0).to_be_bytes();
        chunk.copy_from_slice(&number[..chunk.len()]);
    }
    bytes
}

/// Whether the command does several things at once, for as long as it runs. The others are over before threads would have paid
/// for themselves.
pub(crate) fn wants_threads(command: &Command) -> bool {
    matches!(command, Command::Collect(_) | Command::Run(_) | Command::Demo(_))
}

/// Does what the command line asks for.
pub(crate) async fn dispatch(cli: Cli, env: &Env, clock: Clock, ui: &mut Ui) -> Result<Exit, Failure> {
    let flags = Flags::of(&cli);
    let global = cli.global;
    match cli.command {
        // These two, and `doctor`, have to work where the configuration does not.
        Command::Completions(args) => completions::run(&args, ui),
        Command::Config(args) => config::run(&args, flags, env, ui),
        Command::List(args) => list::run(&args, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Show(args) => show::run(&args, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Logs(args) => logs::run(&args, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Assert(args) => assert::run(&args, env, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Diff(args) => diff::run(&args, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Map(args) => map::run(&args, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Stats(args) => stats::run(&args, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Probe(args) => probe::run(&args, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Collect(args) => collect::run(&args, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Run(args) => run::run(&args, env, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Import(args) => import::run(&args, &Context::load(flags, env, clock, ui)?, ui).await,
        Command::Doctor(args) => doctor::run(&args, (&global, flags), env, clock, ui).await,
        Command::Demo(_) => demo::run(&Context::load(flags, env, clock, ui)?, ui).await,
    }
}
