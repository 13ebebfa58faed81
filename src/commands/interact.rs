//! The loop of an interactive screen: input to what is on it, what that asks for to those who have it, and all of it drawn.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::error::{Failure, Kind, OrFail as _};
use crate::exit::Exit;
use crate::interactive::{App, Effect, List, Viewer};
use crate::model::TraceId;
use crate::ui::{Input, Screen, Ui};

/// How often it is drawn while something goes on that takes no key.
const FRAME: Duration = Duration::from_millis(40);
/// So many keys at most are taken before it is drawn again.
const BURST: usize = 64;

/// What a screen cannot do itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    /// Fetch a trace.
    Open(TraceId),
    /// List anew.
    List,
}

/// What comes of it.
#[derive(Debug)]
pub(super) enum Reply {
    /// A trace, and what there is to say of how it was fetched.
    Trace(Box<Viewer>, String),
    /// A list.
    List(Box<List>),
    /// Neither.
    Failed(String),
}

/// One trace, until the user has seen enough of it.
pub(super) async fn show(viewer: Viewer, ui: &mut Ui) -> Result<Exit, Failure> {
    let app = App::of_trace(viewer, ui.is_ascii());
    // A trace alone asks for nothing.
    run(app, ui, |_| std::future::ready(Reply::Failed("there is no list to go to".to_owned()))).await
}

/// All of it. `perform` does what the screen asks for, and is dropped where that is not wanted any more.
pub(super) async fn run<F: Future<Output = Reply>>(
    app: App,
    ui: &mut Ui,
    perform: impl Fn(Request) -> F,
) -> Result<Exit, Failure> {
    let mut app = app.at_most(ui.most_columns());
    let mut screen = ui.screen()?;
    let mut asked: Option<Pin<Box<F>>> = None;
    let mut drawn: Option<Instant> = None;
    let end = loop {
        if !app.is_busy() || drawn.is_none_or(|at| at.elapsed() >= FRAME) {
            screen.draw(|frame| app.draw(frame)).or_fail(Kind::Internal, || "cannot draw".to_owned())?;
            drawn = Some(Instant::now());
        }
        let mut input = if app.is_busy() {
            app.work();
            screen.ready().await
        } else {
            tokio::select! {
                biased;
                input = screen.next(app.is_waiting()) => Some(input),
                reply = answered(&mut asked) => {
                    asked = None;
                    take(reply, &mut app);
                    None
                }
            }
        };
        let (mut end, mut taken) = (None, 0);
        while let Some(this) = input.take() {
            end = handle(this, &mut app, &mut screen, |request| asked = request.map(|request| Box::pin(perform(request))));
            taken += 1;
            if end.is_some() || taken == BURST {
                break;
            }
            input = screen.ready().await;
        }
        if let Some(end) = end {
            break end;
        }
    };
    drop(screen);
    // The process ends now, and the system takes a million spans back faster than we can.
    std::mem::forget(app);
    Ok(end)
}

/// The answer to what was asked; none will ever come where nothing was.
async fn answered<F: Future<Output = Reply>>(asked: &mut Option<Pin<Box<F>>>) -> Reply {
    match asked {
        Some(asked) => asked.await,
        None => std::future::pending().await,
    }
}

/// Does what an input says. How to end, if that is what it says.
fn handle(input: Input, app: &mut App, screen: &mut Screen, ask: impl FnOnce(Option<Request>)) -> Option<Exit> {
    let effect = match input {
        Input::Key(key) => app.press(key),
        Input::Tick => {
            app.tick();
            Effect::None
        }
        Input::Redraw => Effect::None,
        Input::Stop => Effect::Interrupt,
    };
    match effect {
        Effect::None => {}
        Effect::Quit | Effect::Back => return Some(Exit::Yes),
        Effect::Interrupt => return Some(Exit::Interrupted),
        Effect::Suspend => {
            if let Err(error) = screen.suspend() {
                app.say(&format!("the terminal cannot be taken over again: {error}"));
            }
        }
        Effect::Copy(text) => {
            if let Err(error) = screen.copy(&text) {
                app.say(&format!("nothing was copied: {error}"));
            }
        }
        Effect::Open(id) => {
            app.wait_for(format!("opening {id} (Esc lets it be)"));
            ask(Some(Request::Open(id)));
        }
        Effect::Refresh => {
            app.wait_for("asking again (Esc lets it be)");
            ask(Some(Request::List));
        }
        Effect::Cancel => ask(None),
    }
    None
}

fn take(reply: Reply, app: &mut App) {
    match reply {
        Reply::Trace(viewer, said) => {
            app.open(*viewer);
            app.say(&said);
        }
        Reply::List(list) => app.renew(*list),
        Reply::Failed(why) => app.fail(&why),
    }
}
