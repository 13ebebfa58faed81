//! `probe`: how Honeycomb behaves where its documentation leaves it open.

use super::{Context, ask};
use crate::backend::Honeycomb;
use crate::cli::ProbeArgs;
use crate::cli::honeycomb::Attributes;
use crate::cli::probe::ProbeFormat;
use crate::error::Failure;
use crate::exit::Exit;
use crate::render::json;
use crate::ui::Ui;

/// Asks, and prints a line for each thing that was found out.
pub(crate) async fn run(args: &ProbeArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let options = ask::honeycomb_options(true, context, Attributes::Known, ui).await.map_err(ask::failure)?;
    let findings = Honeycomb::new(options).probe(args.exhaust).await.map_err(ask::failure)?;
    let lines = findings.iter().map(|finding| (finding.what, finding.found.as_str(), finding.sentence.as_str()));
    match args.output {
        ProbeFormat::Json => ui.out(&json::findings(lines))?,
        ProbeFormat::Text => {
            for (_, _, sentence) in lines {
                ui.out(&ask::safe(sentence, ui))?;
            }
        }
    }
    Ok(Exit::Yes)
}
