//! The options of every command.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueHint};

use super::value::{BackendArg, Color, TimeArg, positive_duration, width};

/// Options that every command has, before or after its name.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`
    ///
    /// `auto` is every backend that is configured: the local store, Honeycomb where there is an API key (`HONEYCOMB_API_KEY`), AWS X-Ray
    /// where there are AWS credentials. `local` is what `collect`, `run` and `import` kept on this machine. `file:PATH`
    /// reads a file of traces, `file:-` reads them from stdin. May be given several times: a trace that several backends have is
    /// shown once. [default: auto]
    #[arg(short, long = "backend", global = true, value_name = "BACKEND")]
    pub backends: Vec<BackendArg>,

    /// Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]
    ///
    /// A length of time counts back from now. Dates are written 2026-11-23, with a time behind it or not; RFC 3339 is read too. What
    /// names no zone is in the local one.
    #[arg(long, global = true, value_name = "TIME")]
    pub since: Option<TimeArg>,

    /// Look at what began before this; written like --since [default: no end]
    ///
    /// Without --since, the hour before it is looked at.
    #[arg(long, global = true, value_name = "TIME")]
    pub until: Option<TimeArg>,

    /// Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]
    #[arg(long, global = true, value_name = "NAME", help_heading = "AWS X-Ray options")]
    pub aws_profile: Option<String>,

    /// Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile's]
    #[arg(long, global = true, value_name = "REGION", help_heading = "AWS X-Ray options")]
    pub region: Option<String>,

    /// Use this file as the local store, instead of the one in the data directory
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub store: Option<PathBuf>,

    /// Read this configuration file, instead of the one that `config path` names
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Use the settings of this profile of the configuration file
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,

    /// When to use colours
    ///
    /// `auto` follows the terminal and the variables `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE`. [default: auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<Color>,

    /// Draw with ASCII characters only
    ///
    /// This is the default where the terminal is dumb (TERM=dumb) or the locale is not UTF-8.
    #[arg(long, global = true)]
    pub ascii: bool,

    /// Use this many columns, 40 to 400 [default: the terminal's, or 100]
    #[arg(long, global = true, value_name = "COLUMNS", value_parser = width)]
    pub width: Option<u16>,

    /// Do not show long output in a pager
    ///
    /// On a terminal, output that is longer than it is shown by `$CRUDDUR_TRACE_PAGER`, `$PAGER` or `less -FRX`.
    #[arg(long, global = true)]
    pub no_pager: bool,

    /// Give up asking a backend after this long [default: 30s]
    ///
    /// Honeycomb rations its answers: unless this says how long to wait, a turn is waited for beside it, and announced.
    #[arg(long, global = true, value_name = "DURATION", value_parser = positive_duration)]
    pub timeout: Option<Duration>,

    /// Print the answer and errors, but no notes, warnings and progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say on stderr what is going on; -vv and -vvv say more
    ///
    /// `$CRUDDUR_TRACE_LOG` takes a filter in the syntax of `tracing` instead, such as `cruddur_trace=debug,hyper=info`.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}
