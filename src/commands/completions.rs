//! `completions`: prints the script that a shell needs.

use clap::CommandFactory as _;

use crate::cli::{Cli, CompletionsArgs};
use crate::error::Failure;
use crate::exit::Exit;
use crate::ui::Ui;

pub(crate) fn run(args: &CompletionsArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "cruddur-trace", &mut script);
    ui.out_with(|writer| writer.write_all(&script))?;
    Ok(Exit::Yes)
}
