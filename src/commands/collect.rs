//! `collect`: the receiver, in the foreground, until somebody stops it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::signals::Stop;
use super::{Context, ask, forward, receive};
use crate::backend::xray::{Options, SamplingCalls};
use crate::backend::{BackendError, Trouble};
use crate::cli::value::SamplingRules;
use crate::collect;
use crate::collect::sampling::{Announce, RulesFile, Sampling};
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::render::units;
use crate::ui::Ui;

/// How long AWS may take to answer an SDK, whose thread waits for it.
const AWS_TIME: Duration = Duration::from_secs(5);
/// How long destinations have, at the end, to take what is waiting for them. The rest is sent next time.
const DRAIN: Duration = Duration::from_secs(5);

/// Listens until SIGINT or SIGTERM, then finishes what was begun. A second signal ends it at once.
pub(crate) async fn run(context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let settings = &context.settings;
    let config = collect::Config {
        otlp_http: settings.collect.otlp_http,
        otlp_grpc: settings.collect.otlp_grpc,
        zipkin: settings.collect.zipkin,
        xray: settings.collect.xray,
        sampling: if settings.collect.xray.is_some() { sampling(context, ui).await? } else { Sampling::All },
        announce: Announce(ui.warner()),
        ..collect::Config::default()
    };
    // Before anybody can know that we listen: who asks us to stop from then on shall be heard.
    let mut signals = Stop::listen()?;
    let store = receive::Store::open(&settings.store, context)?;
    // Before anything can arrive: what comes from now on is to be sent on.
    let forwarding = forward::start(context, &store.writer, ui).await?;
    let door = store.listen(config, context, |writer| writer)?;
    if let Some(address) = door.running.otlp_http {
        ui.note(&format!("listening for OTLP/HTTP on http://{address}"));
    }
    if let Some(address) = door.running.otlp_grpc {
        ui.note(&format!("listening for OTLP/gRPC on http://{address}"));
    }
    if let Some(address) = door.running.zipkin {
        ui.note(&format!("listening for Zipkin's spans on http://{address}/api/v2/spans"));
    }
    if let Some(address) = door.running.xray {
        ui.note(&format!("listening for X-Ray segments on {address} (UDP, and TCP for sampling)"));
    }
    for report in forwarding.reports() {
        ui.note(&format!("forwarding to {}", report.destination));
    }
    ui.note(&format!("keeping in {}; Ctrl-C stops", settings.store.display()));
    tokio::select! {
        () = signals.next() => {}
        () = forward::watch(&forwarding, ui) => {}
    }
    ui.note("stopping when what has begun is finished; Ctrl-C again stops at once");
    tokio::select! {
        closed = door.close_after(|| None, async || forwarding.stop(Instant::now() + DRAIN).await) => {
            let (counted, reports) = closed?;
            ui.note(&format!("kept {}", units::plural(receive::kept(&counted) as usize, "span", "spans")));
            if let Some(refused) = receive::refused(&counted) {
                ui.warn(&refused);
            }
            forward::tell(&reports, ui);
            Ok(Exit::Yes)
        }
        () = signals.next() => Err(Failure::interrupted()),
    }
}

/// What X-Ray SDKs are told to sample. Said before anybody asks: rules that cannot be used, and an AWS for which there are no
/// credentials.
async fn sampling(context: &Context, ui: &mut Ui) -> Result<Sampling, Failure> {
    match &context.settings.collect.sampling_rules {
        SamplingRules::All => Ok(Sampling::All),
        SamplingRules::File(path) => {
            let (file, rules) = RulesFile::open(path.clone()).map_err(|error| {
                let hint = "`aws xray get-sampling-rules` prints such a file; `--sampling-rules all` samples everything";
                Failure::from_error(Kind::Config, error).hint(hint)
            })?;
            let many = units::plural(rules.own(), "sampling rule", "sampling rules");
            let others = if rules.has_own_default() { "" } else { ", and all requests that none of them matches" };
            ui.note(&format!("X-Ray SDKs sample by {many} in {}{others}", path.display()));
            rules.warnings().iter().for_each(|warning| ui.warn(warning));
            Ok(Sampling::File(file, rules))
        }
        SamplingRules::Aws => {
            let options = ask::xray_options(true, context, ui)?;
            let calls = SamplingCalls::new(Options { timeout: options.timeout.min(AWS_TIME), ..options });
            match calls.connect().await {
                Ok(()) => {}
                Err(remote) if remote.kind == Trouble::Unconfigured => return Err(ask::failure(BackendError::from(remote))),
                // It may be otherwise when somebody asks.
                Err(remote) => {
                    ui.warn(&remote.to_string());
                    remote.hints.iter().for_each(|hint| ui.hint(hint));
                }
            }
            ui.note("X-Ray SDKs sample by the rules that AWS X-Ray has: their questions are passed on to it");
            Ok(Sampling::Aws(Arc::new(calls)))
        }
    }
}
