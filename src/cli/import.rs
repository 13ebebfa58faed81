//! `import`: files into the local store.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Put files of traces into the local store
///
/// Reads OTLP (JSON, JSON lines or protobuf), X-Ray segment documents, Jaeger JSON and Zipkin v2 JSON, compressed by gzip or zstd
/// or not; the format is told from the content. What is already in the store is not stored twice.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace import traces.json
  aws xray batch-get-traces --trace-ids 1-5759e988-bd862e3fe1be46a994272793 | cruddur-trace import -")]
pub struct ImportArgs {
    /// The files; `-` is stdin
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
}
