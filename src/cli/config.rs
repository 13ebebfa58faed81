//! `config`: the configuration file, and what it comes to.

use clap::{Args, Subcommand, ValueEnum};

/// Create, explain or find the configuration
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What `config` does.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Write a configuration file in which everything is explained and nothing is set
    ///
    /// A file that is already there is left alone.
    Init,
    /// Show each setting and where it comes from
    ///
    /// A flag wins over an environment variable, that over the profile, that over the rest of the file, that over the default.
    /// Of keys and of commands that print them, it is only told where they are: no file with a key is read, and no command run.
    #[command(after_help = "Examples:
  cruddur-trace config show
  cruddur-trace config show --profile ci -o json")]
    Show {
        /// How to print the settings
        #[arg(short, long, value_name = "FORMAT", default_value = "text")]
        output: ConfigFormat,
    },
    /// Show which files are used
    Path {
        /// How to print the paths
        #[arg(short, long, value_name = "FORMAT", default_value = "text")]
        output: ConfigFormat,
    },
}

/// How `config` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ConfigFormat {
    /// Text to read
    #[default]
    Text,
    /// One JSON document
    Json,
}
