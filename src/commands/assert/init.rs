//! `assert init`: a file of assertions from good traces.

use super::super::read::{self, Read};
use super::super::{Context, ask, files};
use crate::analysis::stable::stable;
use crate::cli::assert::InitArgs;
use crate::error::Failure;
use crate::exit::Exit;
use crate::render::{suite, units};
use crate::ui::Ui;

/// What the file is called in its own words where nobody said.
const FILE: &str = "checks.toml";

pub(super) async fn run(args: &InitArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    if let Some(path) = &args.out {
        files::check_new(path)?;
    }
    let sources = ask::open(context, ui).await?;
    let mut traces = Vec::new();
    let Read { notes, .. } = read::named(&sources, &args.from, None, ui, |trace, _| traces.push(trace.clone())).await?;
    for note in &notes {
        ui.note(note);
    }
    for trace in traces.iter().filter(|trace| !trace.summary().complete()) {
        ui.warn(&format!("trace {} is incomplete: what has not arrived is not in the file", trace.id()));
    }
    let stable = stable(&traces);
    let claims = units::plural(stable.claims.iter().filter(|claim| !claim.suggested).count(), "assertion", "assertions");
    match &args.out {
        None => ui.out(&suite::render(&stable, FILE))?,
        Some(path) => {
            files::replace(path, &suite::render(&stable, &path.display().to_string()))?;
            ui.note(&format!("{claims} written to {}", path.display()));
        }
    }
    Ok(Exit::Yes)
}
