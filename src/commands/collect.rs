//! `collect`: the receiver, in the foreground, until somebody stops it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::signals::Stop;
use super::{Context, ask, exposure, forward, keys, receive, status};
use crate::backend::xray::{Options, SamplingCalls};
use crate::backend::{BackendError, Trouble};
use crate::cli::CollectArgs;
use crate::cli::value::SamplingRules;
use crate::collect::forward::Forwarding;
use crate::collect::sampling::{Announce, RulesFile, Sampling};
use crate::collect::status::{Endpoint, Listening, Status};
use crate::collect::{self, Running};
use crate::config::Collect;
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::render::units;
use crate::secret::Secret;
use crate::ui::Ui;

/// How long AWS may take to answer an SDK, whose thread waits for it.
const AWS_TIME: Duration = Duration::from_secs(5);
/// How long destinations have, at the end, to take what is waiting for them. The rest is sent next time.
const DRAIN: Duration = Duration::from_secs(5);

/// Asks a receiver that is running, where that is asked for; else listens until SIGINT or SIGTERM, then finishes what was begun. A
/// second signal ends it at once.
pub(crate) async fn run(args: &CollectArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    if args.status {
        return status::run(args.output, context, ui).await;
    }
    let settings = &context.settings;
    let token = match &settings.collect.guard.token {
        Some(key) => Some(keys::fetched(key, context, ui).await?),
        None => None,
    };
    let config = config(&settings.collect, token);
    let sampling = if settings.collect.xray.is_some() { sampling(context, ui).await? } else { Sampling::All };
    let config = collect::Config { sampling, announce: Announce(ui.warner()), ..config };
    let warnings = exposure::warnings(&config);
    // Before anybody can know that we listen: who asks us to stop from then on shall be heard.
    let mut signals = Stop::listen()?;
    let store = receive::Store::open(&settings.store, context)?;
    // Before anything can arrive: what comes from now on is to be sent on.
    let forwarding = forward::start(context, &store.writer, ui).await?;
    let door = store.listen(config, context, |writer| writer)?;
    // Taken away with its file at the end of this function, however that comes.
    let _endpoint = match Endpoint::open(&settings.store, tell(&door, &forwarding, context)).await {
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
    if let Some(address) = door.running.otlp_grpc {
        ui.note(&format!("listening for OTLP/gRPC on {scheme}://{address}"));
    }
    if let Some(address) = door.running.zipkin {
        ui.note(&format!("listening for Zipkin's spans on {scheme}://{address}/api/v2/spans"));
    }
    if let Some(address) = door.running.xray {
        ui.note(&format!("listening for X-Ray segments on {address} (UDP, and TCP for sampling)"));
    }
    for report in forwarding.reports() {
        ui.note(&format!("forwarding to {}", report.destination));
    }
    for warning in &warnings {
        ui.warn(warning);
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
            ui.note(&format!("kept {}", receive::kept(&counted)));
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

/// What the receiver says of itself when it is asked.
fn tell(
    door: &receive::Door,
    forwarding: &Forwarding,
    context: &Context,
) -> impl Fn() -> Status + Clone + Send + Sync + 'static {
    let (received, writer, forwarding) = (door.running.watch(), door.writer.clone(), forwarding.watch());
    let (since, retention) = ((context.clock)().0.to_string(), context.retention().into());
    let Running { otlp_http, otlp_grpc, zipkin, xray, .. } = door.running;
    move || {
        let received = received();
        Status {
            process: std::process::id(),
            since_unix_nano: since.clone(),
            listening: Listening { otlp_http, otlp_grpc, zipkin, xray },
            retention,
            received,
            waiting_documents: received.documents_pending(),
            store: writer.figures(),
            forwarding: forwarding(),
        }
    }
}

/// What the settings mean for the receiver, of which senders are to bring the token.
fn config(settings: &Collect, token: Option<Secret>) -> collect::Config {
    let Collect { otlp_http, otlp_grpc, zipkin, xray, guard, .. } = settings;
    collect::Config {
        otlp_http: *otlp_http,
        otlp_grpc: *otlp_grpc,
        zipkin: *zipkin,
        xray: *xray,
        allowed_origins: guard.allowed_origins.clone(),
        token,
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
        ..collect::Config::default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;
    use crate::config::{Flags, Settings};

    fn limits(variables: &[(&str, &str)]) -> collect::Limits {
        let cli = Cli::try_parse_from(["cruddur-trace", "collect"]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_string_lossy();
        let env = [("HOME", home.as_ref())].iter().chain(variables).copied().collect();
        config(&Settings::load(Flags::of(&cli), &env).unwrap().collect, None).limits
    }

    #[test]
    fn what_nobody_sets_is_what_a_receiver_has_by_itself() {
        assert_eq!(limits(&[]), collect::Limits::default());
    }

    #[test]
    fn every_limit_that_is_set_reaches_the_receiver() {
        let set = limits(&[
            ("CRUDDUR_TRACE_COLLECT_LIMITS_CONNECTIONS", "7"),
            ("CRUDDUR_TRACE_COLLECT_LIMITS_BODY", "1MiB"),
            ("CRUDDUR_TRACE_COLLECT_LIMITS_DECOMPRESSED_BODY", "2MiB"),
            ("CRUDDUR_TRACE_COLLECT_LIMITS_IN_FLIGHT", "3MiB"),
            ("CRUDDUR_TRACE_COLLECT_LIMITS_REQUEST_TIME", "8s"),
            ("CRUDDUR_TRACE_COLLECT_LIMITS_IDLE_TIME", "9s"),
        ]);
        let expected = collect::Limits {
            connections: 7,
            body: 1 << 20,
            decompressed: 2 << 20,
            in_flight: 3 << 20,
            body_time: Duration::from_secs(4),
            request_time: Duration::from_secs(8),
            idle_time: Duration::from_secs(9),
            ..collect::Limits::default()
        };
        assert_eq!(set, expected);
    }
}
