//! `collect`: the local receiver.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::forward::ForwardTo;
use super::value::{Address, MaxAge, MaxSize, SamplingRules, WebOrigin};

/// Receive traces on this machine
///
/// Listens for OTLP over HTTP (protobuf or JSON) and over gRPC, for Zipkin's spans (JSON, version 2) and for the AWS X-Ray SDK's segments,
/// and keeps what comes in the local store until Ctrl-C; what is asked for it sends on. Applications need no change: the addresses are
/// those that the SDKs send to by default.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "Examples:
  cruddur-trace collect
  cruddur-trace collect --otlp-http 127.0.0.1:14318 --otlp-grpc off --zipkin off --xray off
  cruddur-trace collect --max-age 2d --max-size 500MB
  aws xray get-sampling-rules > rules.json; cruddur-trace collect --sampling-rules rules.json
  cruddur-trace collect --forward honeycomb --forward xray
  cruddur-trace collect --forward otlp=http://collector.internal:4318
  cruddur-trace collect --status")]
pub struct CollectArgs {
    /// Listen for OTLP over HTTP here; `off` does not [default: 127.0.0.1:4318]
    #[arg(long, value_name = "ADDRESS")]
    pub otlp_http: Option<Address>,

    /// Listen for OTLP over gRPC here; `off` does not [default: 127.0.0.1:4317]
    #[arg(long, value_name = "ADDRESS")]
    pub otlp_grpc: Option<Address>,

    /// Listen for Zipkin's spans here; `off` does not [default: 127.0.0.1:9411]
    #[arg(long, value_name = "ADDRESS")]
    pub zipkin: Option<Address>,

    /// Listen here, by UDP and TCP, as the X-Ray daemon does; `off` does not [default: 127.0.0.1:2000]
    #[arg(long, value_name = "ADDRESS")]
    pub xray: Option<Address>,

    /// Tell X-Ray SDKs what to sample by the rules of this file, or of `aws`; `all` samples everything [default: all]
    ///
    /// The file holds JSON as `aws xray get-sampling-rules` prints it, or as `aws xray create-sampling-rule --cli-input-json` takes
    /// it, and is read again when it has changed. Where it has no rule `Default`, all that no rule matches is sampled. `aws` passes
    /// the SDKs' questions on to AWS X-Ray, signed with the credentials and for the region that are set up here.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub sampling_rules: Option<SamplingRules>,

    /// Forget traces that are older than this; `off` keeps them [default: 7d]
    #[arg(long, value_name = "DURATION")]
    pub max_age: Option<MaxAge>,

    /// Forget the oldest traces when the store is larger than this; `off` keeps them [default: 2GiB]
    #[arg(long, value_name = "SIZE")]
    pub max_size: Option<MaxSize>,

    /// Send on what arrives, at least once: to `honeycomb`, `xray` or `otlp=URL`. May be repeated
    ///
    /// Honeycomb takes the key in `HONEYCOMB_API_KEY`, X-Ray the credentials that AWS's tools use, and an OTLP receiver the headers in
    /// `CRUDDUR_TRACE_COLLECT_FORWARD_HEADERS` (`name=value,...`). What a destination has not taken yet waits in the store, also
    /// while this does not run; what was there before a destination was named is not sent to it.
    #[arg(long, value_name = "DESTINATION", value_delimiter = ',')]
    pub forward: Vec<ForwardTo>,

    /// Who may send.
    #[command(flatten)]
    pub guard: GuardArgs,

    /// Ask the receiver that is running for this store how it does, and end: 0 if it answers, 1 if there is none
    #[arg(long)]
    pub status: bool,

    /// How to print its answer
    #[arg(short, long, value_name = "FORMAT", default_value = "text", requires = "status")]
    pub output: StatusFormat,
}

/// Who may send.
#[derive(Debug, Clone, Default, Args)]
pub struct GuardArgs {
    /// Take only what comes with the token in this file, as `Authorization: Bearer …`
    ///
    /// The token itself can be in `CRUDDUR_TRACE_COLLECT_TOKEN` instead. The X-Ray daemon's protocol knows no tokens.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// Speak TLS with the certificate in this PEM file (OTLP and Zipkin; X-Ray's protocol has none)
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// The certificate's private key, a PEM file
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Let the web pages of this origin send, such as `http://localhost:3000`; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    pub allow_origin: Vec<WebOrigin>,
}

/// How `collect --status` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum StatusFormat {
    /// Text to read
    #[default]
    Text,
    /// One JSON document
    Json,
}
