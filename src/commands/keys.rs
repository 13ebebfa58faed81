//! Secrets that are in files or printed by commands, fetched when they are needed.

use super::Context;
use crate::backend::{Remote, Trouble};
use crate::config::Key;
use crate::error::{Failure, Kind};
use crate::secret::Secret;
use crate::ui::Ui;

/// The secret. A file that everybody can read is warned of; a command has as long as a backend has to answer.
pub(super) async fn fetched(key: &Key, context: &Context, ui: &mut Ui) -> Result<Secret, Failure> {
    if let Some(warning) = key.warning() {
        ui.warn(&warning);
    }
    tracing::info!(place = key.place(), "fetching a key");
    key.fetch(context.settings.timeout).await
}

/// That a backend cannot be asked, as it has no key.
pub(super) fn no_credentials(failure: &Failure) -> Remote {
    let kind = if failure.kind() == Kind::Config { Trouble::Question } else { Trouble::Unconfigured };
    let causes = failure.causes().into_iter().map(|cause| format!(": {cause}"));
    Remote { kind, message: failure.message() + &causes.collect::<String>(), hints: failure.hints().to_vec() }
}
