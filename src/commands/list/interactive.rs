//! `list --interactive`: the list on a screen, and the traces that are opened from it.

use super::super::interact::{self, Reply, Request};
use super::super::{Context, ask, find};
use super::cut_off;
use crate::backend::Sources;
use crate::error::Failure;
use crate::exit::Exit;
use crate::interactive::{App, List, Start, Subject, Viewer};
use crate::model::TraceSummary;
use crate::query::Query;
use crate::render::Look;
use crate::ui::Ui;

use ask::Window;

/// Lists, and then does what the keys ask for. Where nobody answers at all, that is said as without a screen.
pub(super) async fn run(
    sources: &Sources,
    query: Query,
    window: Window,
    context: &Context,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let look = context.look(ui);
    let (traces, notes) = listed(sources, &query, window).await?;
    if traces.is_empty() {
        for note in &notes {
            ui.note(note);
        }
        ask::say_nothing(sources, &query, ui);
        return Ok(Exit::Yes);
    }
    let app = App::of_list(List::new(traces, notes, look), ui.is_ascii());
    let perform = async |request| match request {
        Request::Open(id) => open(sources, &query, &id.to_string(), look).await,
        Request::List => again(sources, &query, context, look).await,
    };
    interact::run(app, ui, perform).await
}

/// The traces, and what there is to say of them.
async fn listed(sources: &Sources, query: &Query, window: Window) -> Result<(Vec<TraceSummary>, Vec<String>), Failure> {
    let (mut listing, failed) = ask::looked(sources, query, window).await?;
    if listing.more {
        let more = cut_off(&listing, query);
        listing.notes.push(more);
    }
    listing.notes.extend(ask::silent(sources, &failed));
    Ok((listing.traces, listing.notes))
}

/// The same for the window as it is now.
async fn again(sources: &Sources, query: &Query, context: &Context, look: Look) -> Reply {
    let now = (context.clock)();
    let list = async {
        let window = ask::window_at(context, now)?;
        let query = Query { range: window.for_sources(sources), ..query.clone() };
        let (traces, notes) = listed(sources, &query, window).await?;
        Ok(List::new(traces, notes, Look { now: look.now.map(|_| now), ..look }))
    };
    list.await.map_or_else(|failure| failed(&failure), |list| Reply::List(Box::new(list)))
}

/// Fetches a trace and looks at all of it, which the screen does not wait for.
async fn open(sources: &Sources, query: &Query, id: &str, look: Look) -> Reply {
    let found = match find::trace(sources, id).await {
        Ok(found) => found,
        Err(failure) => return failed(&failure),
    };
    let said: Vec<String> = found.failed.iter().map(ask::did_not_answer).collect();
    let filter = query.filter.clone();
    let made = tokio::task::spawn_blocking(move || {
        let matched = filter.and_then(|filter| filter.matches(&found.trace)).map(|matched| matched.spans);
        let mut subject = Subject::new(found.trace);
        subject.highlight(&matched.unwrap_or_default());
        Viewer::new(subject, Start::default(), look)
    });
    match made.await {
        Ok(viewer) => Reply::Trace(Box::new(viewer), said.join("; ")),
        Err(error) => Reply::Failed(format!("the trace cannot be looked at: {error}")),
    }
}

/// All of it in one line.
fn failed(failure: &Failure) -> Reply {
    let hints = failure.hints().iter().map(|hint| format!(" ({hint})"));
    let causes = failure.causes().into_iter().map(|cause| format!(": {cause}"));
    Reply::Failed(std::iter::once(failure.message()).chain(causes).chain(hints).collect())
}
