//! `demo`: a small session through the real receiver, over the real protocols, and what the other commands make of it.

mod session;

use tokio::net::UdpSocket;

use super::Context;
use super::receive::{self, Door};
use crate::analysis::Tree;
use crate::backend::{Backend, Local};
use crate::collect;
use crate::error::{Failure, Kind, OrFail};
use crate::exit::Exit;
use crate::model::TimeRange;
use crate::query::Query;
use crate::render::{table, waterfall};
use crate::ui::Ui;
use crate::wire::otlp;

/// Sends, waits until it is kept, lists, and shows one trace.
pub(crate) async fn run(context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let store = context.settings.store.with_file_name("demo.db");
    forget(&store)?;
    let anywhere = Some(std::net::SocketAddr::from(([127, 0, 0, 1], 0)));
    let config = collect::Config { otlp_http: anywhere, xray: anywhere, ..collect::Config::default() };
    let door = receive::open(&store, config, context, |writer| writer)?;
    let session = session::session((context.clock)(), u64::from_be_bytes(super::random::<8>()));
    send(&door, &session).await?;
    door.close().await?;

    let local = Local::open(&store).map_err(|error| super::ask::failure(error.into()))?;
    let everything = Query { range: TimeRange::ALL, filter: None, limit: usize::MAX };
    let listing = local.list(&everything).await.map_err(super::ask::failure)?;
    let shown = local.fetch(&session.shown).await.map_err(super::ask::failure)?;
    let look = context.look(ui);
    let waterfall =
        shown.as_ref().map(|trace| waterfall::render(trace, &Tree::build(trace), &waterfall::Options::default(), &look));
    ui.out(&format!("{}\n{}", table::render(&listing.traces, &look), waterfall.unwrap_or_default()))?;
    let store = store.display();
    ui.hint(&format!("`cruddur-trace --store {store} list 'status = error'` and `… show ID` go on from here"));
    ui.hint("`cruddur-trace run -- CMD` does the same with your own program");
    Ok(Exit::Yes)
}

/// Every demo begins with an empty store: of its own, never the user's.
fn forget(store: &std::path::Path) -> Result<(), Failure> {
    for end in ["", "-wal", "-shm"] {
        let mut path = store.as_os_str().to_owned();
        path.push(end);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(
                    Failure::from_error(Kind::Unanswerable, error).context(format!("cannot replace {}", store.display()))
                );
            }
            _ => {}
        }
    }
    Ok(())
}

async fn send(door: &Door, session: &session::Session) -> Result<(), Failure> {
    let (Some(otlp), Some(xray)) = (door.running.otlp_http, door.running.xray) else {
        return Err(Failure::new(Kind::Internal, "the receiver is not listening"));
    };
    let sending = || "cannot send to the receiver".to_owned();
    let socket = UdpSocket::bind(("127.0.0.1", 0)).await.or_fail(Kind::Internal, sending)?;
    for document in &session.xray {
        let datagram = format!("{{\"format\":\"json\",\"version\":1}}\n{document}");
        socket.send_to(datagram.as_bytes(), xray).await.or_fail(Kind::Internal, sending)?;
    }
    let client = reqwest::Client::new();
    for spans in &session.otlp {
        let (body, _) = otlp::encode(spans.iter().map(|(id, span)| (id, span)));
        let request =
            client.post(format!("http://{otlp}/v1/traces")).header("content-type", "application/x-protobuf").body(body);
        let answer = request.send().await.or_fail(Kind::Internal, sending)?;
        answer.error_for_status().or_fail(Kind::Internal, sending)?;
    }
    Ok(())
}
