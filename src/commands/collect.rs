//! `collect`: the receiver, in the foreground, until somebody stops it.

use super::signals::Stop;
use super::{Context, exposure, receive, status};
use crate::cli::CollectArgs;
use crate::collect::status::{Endpoint, Listening, Status};
use crate::collect::{self, Running};
use crate::config::Collect;
use crate::error::Failure;
use crate::exit::Exit;
use crate::render::units;
use crate::ui::Ui;

/// Asks a receiver that is running, where that is asked for; else listens until SIGINT or SIGTERM, then finishes what was begun. A second signal ends it at once.
pub(crate) async fn run(args: &CollectArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    if args.status {
        return status::run(args.output, context, ui).await;
    }
    let settings = &context.settings;
    let config = config(&settings.collect)?;
    let warnings = exposure::warnings(&config);
    // Before anybody can know that we listen: who asks us to stop from then on shall be heard.
    let mut signals = Stop::listen()?;
    let door = receive::open(&settings.store, config, context, |writer| writer)?;
    // Taken away with its file at the end of this function, however that comes.
    let _endpoint = match Endpoint::open(&settings.store, tell(&door, context)).await {
        Ok(endpoint) => Some(endpoint),
        Err(error) => {
            ui.warn(&format!("`collect --status` will not find this receiver: {error}"));
            None
        }
    };
    let scheme = if settings.collect.guard.tls.is_some() { "https" } else { "http" };
    if let Some(address) = door.running.otlp_http {
        ui.note(&format!("listening for OTLP/HTTP on {scheme}://{address}"));
    }
    if let Some(address) = door.running.zipkin {
        ui.note(&format!("listening for Zipkin's spans on {scheme}://{address}/api/v2/spans"));
    }
    if let Some(address) = door.running.xray {
        ui.note(&format!("listening for X-Ray segments on {address} (UDP, and TCP for sampling)"));
    }
    for warning in &warnings {
        ui.warn(warning);
    }
    ui.note(&format!("keeping in {}; Ctrl-C stops", settings.store.display()));
    signals.next().await;
    ui.note("stopping when what has begun is finished; Ctrl-C again stops at once");
    tokio::select! {
        counted = door.close(|| None) => {
            let counted = counted?;
            ui.note(&format!("kept {}", units::plural(receive::kept(&counted) as usize, "span", "spans")));
            if let Some(refused) = receive::refused(&counted) {
                ui.warn(&refused);
            }
            Ok(Exit::Yes)
        }
        () = signals.next() => Err(Failure::interrupted()),
    }
}

/// What the receiver says of itself when it is asked.
fn tell(door: &receive::Door, context: &Context) -> impl Fn() -> Status + Clone + Send + Sync + 'static {
    let (received, writer) = (door.running.watch(), door.writer.clone());
    let (since, retention) = ((context.clock)().0.to_string(), context.retention().into());
    let Running { otlp_http, zipkin, xray, .. } = door.running;
    move || {
        let received = received();
        Status {
            process: std::process::id(),
            since_unix_nano: since.clone(),
            listening: Listening { otlp_http, zipkin, xray },
            retention,
            received,
            waiting_documents: received.documents_pending(),
            store: writer.figures(),
        }
    }
}

/// What the settings mean for the receiver. Reads the token where it is in a file.
fn config(settings: &Collect) -> Result<collect::Config, Failure> {
    let Collect { otlp_http, zipkin, xray, guard, .. } = settings;
    Ok(collect::Config {
        otlp_http: *otlp_http,
        zipkin: *zipkin,
        xray: *xray,
        allowed_origins: guard.allowed_origins.clone(),
        token: guard.token()?,
        tls: guard.tls.clone().map(|(cert, key)| collect::TlsFiles { cert, key }),
        limits: collect::Limits {
            body: guard.limits.body,
            decompressed: guard.limits.decompressed_body,
            in_flight: guard.limits.in_flight,
            connections: guard.limits.connections,
            body_time: guard.limits.request_time / 2,
            request_time: guard.limits.request_time,
            idle_time: guard.limits.idle_time,
            ..collect::Limits::default()
        },
    })
}
