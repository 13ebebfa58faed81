//! `demo`: a small session through the real receiver, over the real protocols, and what the other commands make of it.

mod session;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::UdpSocket;

use super::receive::{self, Door, Noting};
use super::{Context, ask};
use crate::backend::{Backend as _, Local};
use crate::collect;
use crate::error::{Failure, Kind, OrFail};
use crate::exit::Exit;
use crate::model::Trace;
use crate::render::{table, waterfall};
use crate::tls;
use crate::ui::Ui;
use crate::wire::otlp;

/// Sends, waits until it is kept, lists, and shows one trace. The store is one for demonstrations, beside the user's own; what
/// earlier ones left there stays, until it is too old.
pub(crate) async fn run(context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let store = context.settings.paths.data.join("demo.db");
    if store == context.settings.store {
        return Err(Failure::config(format!("{} is the store for demonstrations, and shall also be yours", store.display()))
            .hint("name another store with --store"));
    }
    let anywhere = Some(std::net::SocketAddr::from(([127, 0, 0, 1], 0)));
    let config = collect::Config { otlp_http: anywhere, xray: anywhere, ..collect::Config::default() };
    let kept = Arc::new(Mutex::new(HashSet::new()));
    let noting = Arc::clone(&kept);
    let door = receive::open(&store, config, context, |writer| Noting::new(writer, noting))?;
    let session = session::session((context.clock)(), u64::from_be_bytes(super::random::<8>()));
    send(&door, &session).await?;
    door.close(|| None).await?;

    let local = Local::open(&store, context.settings.timeout).map_err(|error| ask::failure(error.into()))?;
    let mut traces = Vec::new();
    let ids: Vec<_> = kept.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
    for id in &ids {
        traces.extend(local.fetch(id).await.map_err(ask::failure)?);
    }
    let mut listed: Vec<_> = traces.iter().map(Trace::summary).collect();
    listed.sort_by_key(|summary| std::cmp::Reverse(summary.start));
    let look = context.look(ui);
    let shown = traces.iter().find(|trace| *trace.id() == session.shown);
    let drawn = shown.map(|trace| waterfall::draw(trace, &waterfall::Options::default(), &look));
    ui.out(&format!("{}\n{}", table::render(&listed, &look), drawn.unwrap_or_default()))?;
    let store = store.display();
    ui.hint(&format!("`cruddur-trace --store {store} list 'status = error'` goes on from here, and so does `show ID`"));
    ui.hint("`cruddur-trace run -- CMD` does the same with your own program");
    Ok(Exit::Yes)
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
    let client = tls::http_client().build().or_fail(Kind::Internal, sending)?;
    for spans in &session.otlp {
        let (body, _) = otlp::encode(spans.iter().map(|(id, span)| (id, span)));
        let request =
            client.post(format!("http://{otlp}/v1/traces")).header("content-type", "application/x-protobuf").body(body);
        let answer = request.send().await.or_fail(Kind::Internal, sending)?;
        answer.error_for_status().or_fail(Kind::Internal, sending)?;
    }
    Ok(())
}
