//! The receiver: whether one is running for this store, and whether one could have its ports.

use std::io;
use std::net::SocketAddr;

use super::remedy;
use super::{Case, Finding};
use crate::collect::Door;
use crate::collect::listen::{StartError, try_listen};
use crate::collect::status::{self, Found, Listening, Silent, Status};
use crate::model::diagnosis::kind;
use crate::render::units;

/// What was found beside the store.
pub(super) struct Receivers {
    found: io::Result<Vec<Found>>,
}

impl Receivers {
    /// Those that answer.
    pub(super) fn running(&self) -> impl Iterator<Item = &Status> {
        self.found.iter().flatten().filter_map(|found| found.answer.as_ref().ok())
    }

    /// Whether one of them sends on what it takes to this destination.
    pub(super) fn forward_to(&self, destination: &str) -> bool {
        self.running().any(|status| status.forwarding.iter().any(|report| report.destination == destination))
    }
}

/// Asks those that are running.
pub(super) async fn ask(case: Case<'_>) -> Receivers {
    Receivers { found: status::ask(&case.settings().store, case.settings().timeout).await }
}

/// What that means, and whether the ports are free where nobody has them.
pub(super) fn judge(receivers: &Receivers, case: Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &receivers.found {
        // There is no folder in which there could be one.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
        Err(error) => {
            findings.push(found!("receiver", "silent", format!("cannot look for receivers beside the store: {error}")));
        }
        Ok(found) => findings.extend(found.iter().filter_map(|found| match &found.answer {
            Ok(status) => Some(running(status, case)),
            // It left its file behind, which does no harm.
            Err(Silent::Gone) => None,
            Err(why) => {
                let what = format!("no answer from the receiver of {}: {why}", found.file.display());
                Some(found!("receiver", "silent", what).remedy(case.ours.command(&format!("doctor {}", case.longer()))))
            }
        })),
    }
    if findings.is_empty() {
        let finding = found!("receiver", "none", "none is running for this store");
        findings.push(finding.remedy(case.ours.command("collect")));
    }
    let one = receivers.running().next();
    findings.extend(doors(case).into_iter().map(|door| match one {
        Some(status) => listening(&door, &status.listening),
        None => free(&door, case),
    }));
    findings
}

fn running(status: &Status, case: Case<'_>) -> Finding {
    let age = units::ago(status.since(), (case.context.clock)());
    let to: Vec<&str> = status.forwarding.iter().map(|report| report.destination.as_str()).collect();
    let on = if to.is_empty() { String::new() } else { format!(", sends on to {}", to.join(", ")) };
    let stuck = status.forwarding.iter().filter_map(|report| {
        let why = report.trouble.as_ref()?;
        Some(format!("{} does not take what is sent: {why}", report.destination))
    });
    Finding::ok("receiver", format!("process {}, started {age}{on}", status.process)).and(stuck)
}

/// One of the ports, as it is configured.
struct Port {
    check: &'static str,
    door: Door,
    key: &'static str,
    address: Option<SocketAddr>,
}

fn doors(case: Case<'_>) -> [Port; 4] {
    let collect = &case.settings().collect;
    [
        Port { check: "port-otlp-http", door: Door::OtlpHttp, key: "collect.otlp_http", address: collect.otlp_http },
        Port { check: "port-otlp-grpc", door: Door::OtlpGrpc, key: "collect.otlp_grpc", address: collect.otlp_grpc },
        Port { check: "port-zipkin", door: Door::Zipkin, key: "collect.zipkin", address: collect.zipkin },
        Port { check: "port-xray", door: Door::XRayUdp, key: "collect.xray", address: collect.xray },
    ]
}

/// Where a receiver listens that is running.
fn listening(port: &Port, at: &Listening) -> Finding {
    let address = match port.door {
        Door::OtlpHttp => at.otlp_http,
        Door::OtlpGrpc => at.otlp_grpc,
        Door::Zipkin => at.zipkin,
        Door::XRayUdp | Door::XRayTcp => at.xray,
    };
    Finding::ok(port.check, address.map_or_else(|| "off".to_owned(), |address| format!("{address}: the receiver's")))
}

/// The command that ends a receiver, and starts one like it, with this beside its options.
pub(super) fn restarted(status: &Status, more: &str, case: Case<'_>) -> Option<String> {
    let (process, collect) = (status.process, case.ours.command("collect")?);
    let to = status.forwarding.iter().map(|report| Some(format!(" --forward {}", remedy::quoted(&report.destination)?)));
    let to = to.collect::<Option<String>>()?;
    let doors = options(&status.listening);
    let ended = format!("kill {process}; while kill -0 {process} 2>/dev/null; do sleep 1; done");
    Some(format!("{ended}; {collect}{doors}{to} {more}"))
}

/// The options that give a receiver these ports.
fn options(at: &Listening) -> String {
    let Listening { otlp_http, otlp_grpc, zipkin, xray } = at;
    let doors = [(Door::OtlpHttp, otlp_http), (Door::OtlpGrpc, otlp_grpc), (Door::Zipkin, zipkin), (Door::XRayUdp, xray)];
    let option = |(door, address): (Door, &Option<SocketAddr>)| {
        format!(" {} {}", door.flag(), address.map_or_else(|| "off".to_owned(), |address| address.to_string()))
    };
    doors.into_iter().map(option).collect()
}

/// Whether a port could be had.
fn free(port: &Port, case: Case<'_>) -> Finding {
    let origin = case.origin(port.key);
    let Some(address) = port.address else { return Finding::ok(port.check, format!("off ({origin})")) };
    let Err(error) = try_listen(port.door, address) else {
        return Finding::ok(port.check, format!("{address} is free ({origin})"));
    };
    let taken = matches!(&error, StartError::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse);
    let instead = if taken { another(port.door, address) } else { SocketAddr::from(([127, 0, 0, 1], address.port())) };
    let command = remedy::export(&crate::config::settings::variable(port.key), &instead.to_string());
    if taken {
        let what = format!("{address} ({origin}) is another program's, perhaps a collector's");
        let sender = "applications have to send to the new address then";
        return Finding::of(kind(port.check, "taken"), what).detail(sender).remedy(command);
    }
    let why = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
    Finding::of(kind(port.check, "unusable"), format!("{error} ({origin}){why}")).remedy(command)
}

/// A port that is free, on the same address: ten thousand further on, as `collect` suggests, or one behind that.
fn another(door: Door, taken: SocketAddr) -> SocketAddr {
    const TRIES: u16 = 100;
    let further = if taken.port() > u16::MAX - 10_000 - TRIES { 10_000 } else { taken.port().max(1024) + 10_000 };
    let candidates = (0..TRIES).map(|n| SocketAddr::new(taken.ip(), further + n));
    let mut free = candidates.filter(|&candidate| try_listen(door, candidate).is_ok());
    free.next().unwrap_or(SocketAddr::new(taken.ip(), 0))
}
