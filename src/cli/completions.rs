//! `completions`: what a shell needs to complete our command line.

use clap::Args;
use clap_complete::Shell;

/// Print the completion script for a shell
///
/// The script goes to stdout; where a shell looks for it depends on the shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace completions bash > ~/.local/share/bash-completion/completions/cruddur-trace
  cruddur-trace completions zsh > \"${fpath[1]}/_cruddur-trace\"
  cruddur-trace completions fish > ~/.config/fish/completions/cruddur-trace.fish
  cruddur-trace completions powershell >> $PROFILE
  cruddur-trace completions elvish >> ~/.config/elvish/rc.elv")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}
