//! Whether Honeycomb can be asked, and what for: facts for whoever diagnoses a set-up. Asks for all of them anew, whatever is kept.

use std::time::Instant;

use super::super::clock::Offset;
use super::super::{Remote, Trouble};
use super::client::{Client, Reply};
use super::refusal::Refusal;
use super::spec::{Calculation, Spec};
use super::window::Window;
use super::{Auth, Honeycomb, auth, columns, error, fetch, run};
use crate::model::time::SECOND;
use crate::secret::KeyKind;

/// What was found out.
#[derive(Debug)]
pub struct Examined {
    /// What the key is by its looks.
    pub kind: KeyKind,
    /// What the service says of the key; `None` where it cannot be one that reads, by its looks, so that nothing was asked.
    pub auth: Option<Result<Auth, Remote>>,
    /// How long that took, in milliseconds.
    pub took: u128,
    /// How far the clock is off, where an answer told.
    pub clock: Option<Offset>,
    /// The datasets, and whether the one that was named is among them.
    pub dataset: Option<Result<Datasets, Remote>>,
    /// Whether a query is taken. `None` where it was not tried, as something else is in its way.
    pub query: Option<Result<(), Remote>>,
}

/// What there is to ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datasets {
    /// Their names in addresses, where the key may ask for them.
    pub known: Vec<String>,
    /// Whether what was named is there, or all of them can be asked as one.
    pub is_there: bool,
    /// The one whose name is nearest to what was named.
    pub near: Option<String>,
}

/// Asks: whose key it is, then which datasets there are, then whether a query is taken. Each only where what is before it allows it.
pub(super) async fn examine(honeycomb: &Honeycomb) -> Examined {
    let kind = KeyKind::of(honeycomb.options.key.expose());
    let mut examined = Examined { kind, auth: None, took: 0, clock: None, dataset: None, query: None };
    if !kind.may_read() {
        return examined;
    }
    let begun = Instant::now();
    let auth = auth::asked(honeycomb).await;
    examined.took = begun.elapsed().as_millis();
    examined.clock = honeycomb.client.get().and_then(Client::clock);
    if auth.as_ref().is_ok_and(auth::may_read) {
        let dataset = datasets(honeycomb, auth.as_ref().is_ok_and(Auth::is_classic)).await;
        if dataset.as_ref().is_ok_and(|datasets| datasets.is_there) {
            examined.query = Some(query(honeycomb).await);
        }
        examined.dataset = Some(dataset);
    }
    examined.auth = Some(auth);
    examined
}

async fn datasets(honeycomb: &Honeycomb, classic: bool) -> Result<Datasets, Remote> {
    let known = columns::datasets(honeycomb).await?;
    let Some(name) = honeycomb.options.dataset.as_deref() else {
        return Ok(Datasets { known, is_there: !classic, near: None });
    };
    // Those that are listed are not all where the key may not list them: the one that was named is asked for itself.
    let is_there = match honeycomb.client()?.get(&["columns", name]).await? {
        Reply::Body(_) => true,
        Reply::Refused(refusal) if refusal.status == 404 => false,
        Reply::Refused(refusal) => return Err(refused(honeycomb, "the columns", &refusal)),
    };
    let near = columns::nearest(name, &known).map(str::to_owned);
    Ok(Datasets { known, is_there, near })
}

/// Makes a query, whose result nobody asks for: that costs none.
async fn query(honeycomb: &Honeycomb) -> Result<(), Remote> {
    let now = honeycomb.now();
    let Some(window) = Window::around(fetch::lately(now), now) else { return Ok(()) };
    let plain = Spec {
        start_time: Some(window.start),
        end_time: Some(now.0 / SECOND as u64 / 60 * 60),
        calculations: vec![Calculation::COUNT],
        ..Spec::default()
    };
    match run::make(honeycomb, &plain).await? {
        Ok(_) => Ok(()),
        // The key was just looked at.
        Err(refusal) if matches!(refusal.status, 401..=403) => Err(error::not_in_plan("queries", &refusal)),
        Err(refusal) => Err(refused(honeycomb, "a query", &refusal)),
    }
}

fn refused(honeycomb: &Honeycomb, what: &str, refusal: &Refusal) -> Remote {
    let remote = error::refused(what, refusal, &honeycomb.options, None);
    // The question is ours: that it is refused is no mistake of who asks.
    if remote.kind == Trouble::Question { Remote { kind: Trouble::Broken, ..remote } } else { remote }
}
