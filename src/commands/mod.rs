//! What each command does: one file per verb, which reads as query → backend → analysis → render. What a command is asked for
//! stands in the file of the same name in [`crate::cli`]. The smallest example to copy is `completions`.

mod completions;
mod config;

use chrono::Local;

use crate::cli::{Cli, Command};
use crate::config::{Env, Flags, Settings};
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::model::{Time, TimeRange};
use crate::render::Look;
use crate::ui::Ui;

/// What time it is.
pub type Clock = fn() -> Time;

/// What every command that looks at traces has at hand.
#[derive(Debug)]
pub struct Context<'a> {
    /// Everything that can be set.
    pub settings: Settings,
    /// The environment.
    pub env: &'a Env,
    /// What time it is.
    pub clock: Clock,
}

impl Context<'_> {
    /// The time now.
    pub fn now(&self) -> Time {
        (self.clock)()
    }

    /// The window that is looked at, as seen now and here.
    pub fn window(&self) -> Result<TimeRange, Failure> {
        self.settings.window.resolve(self.now(), &Local)
    }

    /// What a drawing for stdout is laid out and painted for, in the local zone of now.
    pub fn look(&self, ui: &Ui) -> Look {
        let now = self.now();
        ui.look(now.to_datetime().with_timezone(&Local).fixed_offset().timezone(), now)
    }
}

/// Whether the command does several things at once, for as long as it runs. The others are over before threads would have paid
/// for themselves.
pub(crate) fn wants_threads(command: &Command) -> bool {
    matches!(command, Command::Collect(_) | Command::Run(_) | Command::Demo(_))
}

/// Does what the command line asks for.
#[expect(clippy::unused_async, reason = "the commands that ask and wait are not built yet")]
pub(crate) async fn dispatch(cli: Cli, env: &Env, clock: Clock, ui: &mut Ui) -> Result<Exit, Failure> {
    let flags = Flags::of(&cli);
    // These two have to work where the configuration does not.
    let command = match cli.command {
        Command::Completions(args) => return completions::run(&args, ui),
        Command::Config(args) => return config::run(&args, flags, env, ui),
        command => command,
    };
    let settings = Settings::load(flags, env)?;
    ui.configure(settings.color, settings.ascii);
    let context = Context { settings, env, clock };
    // NOT BUILT YET: the match with the arms of list, show, assert, collect, run, import and demo comes here.
    Err(Failure::new(Kind::Internal, format!("not built yet: {command:?} with {context:?}")))
}
