//! What the receiver does.

use std::net::SocketAddr;
use std::time::Duration;

use super::guard::Guard;
use super::layers::Layers;
use super::otlp_headers::ForwardHeaders;
use super::report::Origin;
use super::setting::Setting as _;
use super::{Env, Paths};
use crate::cli::CollectArgs;
use crate::cli::forward::ForwardTo;
use crate::cli::value::{Length, ListenAddress, OrOff, SamplingRules, Size};
use crate::error::Failure;

/// What the receiver does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collect {
    /// Where to listen for OTLP over HTTP.
    pub otlp_http: Option<SocketAddr>,
    /// Where to listen for OTLP over gRPC.
    pub otlp_grpc: Option<SocketAddr>,
    /// Where to listen for Zipkin's spans.
    pub zipkin: Option<SocketAddr>,
    /// Where to listen as the X-Ray daemon does.
    pub xray: Option<SocketAddr>,
    /// By whose rules X-Ray SDKs sample.
    pub sampling_rules: SamplingRules,
    /// How old a trace may become.
    pub max_age: Option<Duration>,
    /// How large the store may become, in bytes.
    pub max_size: Option<u64>,
    /// Who may send, and how much.
    pub guard: Guard,
    /// Where to send on what arrives.
    pub forward: Vec<ForwardTo>,
    /// What OTLP receivers are sent along with it.
    pub forward_headers: ForwardHeaders,
}

impl Collect {
    pub(super) fn resolve(flags: CollectArgs, env: &Env, paths: &Paths, layers: &mut Layers<'_>) -> Result<Self, Failure> {
        let CollectArgs { otlp_http, otlp_grpc, zipkin, xray, sampling_rules, max_age, max_size, forward, guard, .. } = flags;
        let loopback = |port| OrOff::On(ListenAddress(SocketAddr::from(([127, 0, 0, 1], port))));
        let days = |days: u64| OrOff::On(Length(Duration::from_secs(days * 24 * 60 * 60)));
        Ok(Self {
            otlp_http: layers.pick("collect.otlp_http", otlp_http, || loopback(4318))?.on().map(|address| address.0),
            otlp_grpc: layers.pick("collect.otlp_grpc", otlp_grpc, || loopback(4317))?.on().map(|address| address.0),
            zipkin: layers.pick("collect.zipkin", zipkin, || loopback(9411))?.on().map(|address| address.0),
            xray: layers.pick("collect.xray", xray, || loopback(2000))?.on().map(|address| address.0),
            sampling_rules: match layers.pick("collect.sampling_rules", sampling_rules, || SamplingRules::All)? {
                SamplingRules::File(path) if matches!(layers.origin(), Origin::File { .. }) => {
                    let path = paths.in_config(&path);
                    layers.correct(path.show());
                    SamplingRules::File(path)
                }
                rules => rules,
            },
            max_age: layers.pick("collect.max_age", max_age, || days(7))?.on().map(|length| length.0),
            max_size: layers.pick("collect.max_size", max_size, || OrOff::On(Size(2 << 30)))?.on().map(|size| size.0),
            forward: layers.pick("collect.forward", (!forward.is_empty()).then_some(forward), Vec::new)?,
            forward_headers: ForwardHeaders::resolve(env, paths, layers)?,
            guard: Guard::resolve(guard, env, paths, layers)?,
        })
    }
}
