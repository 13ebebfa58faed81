//! Asking the receivers of a store.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;

use super::{Place, Status, prefix};

/// What is longer is no status.
const LONGEST: usize = 1 << 20;

/// A receiver that says by a file beside the store that it is there.
#[derive(Debug)]
pub struct Found {
    /// The file.
    pub file: PathBuf,
    /// What it answers.
    pub answer: Result<Status, Silent>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Silent {
    /// Nobody listens where the file says, or somebody else does: the receiver was killed, or is on another machine (a container is
    /// one).
    #[error("it has ended without taking its file away, or runs in another container")]
    Gone,
    /// It is there, or may be.
    #[error("{0}")]
    NoAnswer(String),
}

/// Asks all of them at once, and waits so long.
///
/// # Errors
///
/// When the store's folder cannot be read. One that is not there has no receivers.
pub async fn ask(store: &Path, patience: Duration) -> io::Result<Vec<Found>> {
    let asked = files(store)?.into_iter().map(async |file| {
        let answer = match place(&file) {
            Ok(Some(place)) => status(&place, patience).await,
            // Taken away since it was found.
            Ok(None) => return None,
            Err(why) => Err(Silent::NoAnswer(why)),
        };
        Some(Found { file, answer })
    });
    Ok(join_all(asked).await.into_iter().flatten().collect())
}

/// Takes away what receivers left that were killed: those that live hold their files locked, wherever they can be asked from.
pub(super) fn clear(store: &Path) {
    // What cannot be read or removed does no harm.
    for path in files(store).unwrap_or_default() {
        if fs::File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            fs::remove_file(&path).ok();
        }
    }
}

/// The files beside the store, in the order of their names.
fn files(store: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let prefix = prefix(store);
    let mut files = Vec::new();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn place(file: &Path) -> Result<Option<Place>, String> {
    match fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|_| "its file does not say where it is".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("its file cannot be read: {error}")),
    }
}

async fn status(place: &Place, patience: Duration) -> Result<Status, Silent> {
    if !place.address.ip().is_loopback() {
        return Err(Silent::NoAnswer("its file names an address that is not this machine's".to_owned()));
    }
    let client = crate::tls::http_client().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(patience).build();
    let client = client.map_err(|error| Silent::NoAnswer(error.to_string()))?;
    let asked = client.get(format!("http://{}/status", place.address)).bearer_auth(&place.token).send().await;
    let mut answer = match asked {
        Ok(answer) => answer,
        Err(error) if error.is_connect() => return Err(Silent::Gone),
        Err(error) if error.is_timeout() => {
            return Err(Silent::NoAnswer(format!("it does not answer at {} within {patience:?}", place.address)));
        }
        // What answers is no HTTP.
        Err(_) => return Err(Silent::Gone),
    };
    // The port may be somebody else's by now, who does not know the token.
    if !answer.status().is_success() {
        return Err(Silent::Gone);
    }
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|_| Silent::NoAnswer("its answer was cut off".to_owned()))? {
        body.extend_from_slice(&part);
        if body.len() > LONGEST {
            return Err(Silent::Gone);
        }
    }
    serde_json::from_slice(&body).map_err(|error| Silent::NoAnswer(format!("its answer is not understood: {error}")))
}
