//! How a running receiver does, for `collect --status`: a small HTTP server on the loopback interface that only its user can ask.
//!
//! It is apart from the doors: those may be off, or on an address that is not this machine's alone. Where it is, and the token without
//! which it answers nobody, stand in a file beside the store that only the user can read, `traces.db.receiver-…`; one for each
//! receiver, as several may write to one store. It goes when the receiver does. What a killed one leaves behind is found out by
//! asking, and cleared away by the next one.

mod ask;

use std::fs;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::get;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::access::{Access, CHALLENGE};
use super::config::Limits;
use super::connection::Bounded;
use super::counters::{Counters, Snapshot};
use super::forward::Report;
use crate::backend::local::{Retention, WriterFigures};
use crate::model::Time;
use crate::model::id::hex;
use crate::secret::Secret;

pub use ask::{Found, Silent, ask};

/// Nobody asks more than a few questions at once.
const CONNECTIONS: usize = 8;

/// For a question to come, and for the next one.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a receiver says of itself. Each part is told by who knows it. For a further part of the receiver: a field here with
/// `#[serde(default)]`, so that programs of different age understand each other; its figures where `commands::collect` puts the
/// status together; its row in `commands::status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its process.
    pub process: u32,
    /// When it began to listen, in nanoseconds since 1970 as text: larger than what many readers of JSON can hold.
    pub since_unix_nano: String,
    /// Where it listens.
    pub listening: Listening,
    /// How long it keeps traces.
    pub retention: Kept,
    /// What came in and what became of it.
    pub received: Snapshot,
    /// X-Ray documents that were received and wait for the store.
    pub waiting_documents: u64,
    /// What the store's writer did with it, and what retention took away again.
    pub store: WriterFigures,
    /// How forwarding is going, by destination.
    #[serde(default)]
    pub forwarding: Vec<Report>,
}

/// Where a receiver listens; `None` where it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Listening {
    /// OTLP over HTTP.
    pub otlp_http: Option<SocketAddr>,
    /// OTLP over gRPC.
    pub otlp_grpc: Option<SocketAddr>,
    /// Zipkin's API.
    pub zipkin: Option<SocketAddr>,
    /// The X-Ray daemon's protocol.
    pub xray: Option<SocketAddr>,
}

/// How long a receiver keeps traces; `None` is without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// Their age in seconds.
    pub max_age_seconds: Option<u64>,
    /// The size of the store.
    pub max_bytes: Option<u64>,
}

impl Status {
    /// When it began to listen; zero where it does not say.
    pub fn since(&self) -> Time {
        Time(self.since_unix_nano.parse().unwrap_or_default())
    }
}

impl From<Retention> for Kept {
    fn from(retention: Retention) -> Self {
        Self { max_age_seconds: retention.max_age.map(|age| age.as_secs()), max_bytes: retention.max_bytes }
    }
}

/// What stands in the file.
#[derive(Serialize, Deserialize)]
struct Place {
    address: SocketAddr,
    token: String,
}

/// A receiver's status that can be asked for. Ends, and takes its file away, when dropped.
#[derive(Debug)]
pub struct Endpoint {
    file: PathBuf,
    /// Locked for as long as we live, which tells it from what was left by those that were killed.
    _lock: fs::File,
    server: JoinHandle<()>,
    /// The server ends without it.
    _stop: watch::Sender<bool>,
}

impl Endpoint {
    /// Answers from now on what `tell` says, to whoever can read the file that this puts beside the store.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime that has I/O and time enabled.
    pub async fn open(store: &Path, tell: impl Fn() -> Status + Clone + Send + Sync + 'static) -> io::Result<Self> {
        ask::clear(store);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let token = random::<32>()?;
        let (file, lock) = write_place(store, &Place { address, token: token.clone() })?;
        let limits = Limits { connections: CONNECTIONS, request_time: PATIENCE, idle_time: PATIENCE, ..Limits::default() };
        let listener = Bounded::new(listener, &limits, None, Arc::new(Counters::default()));
        let access = Access::new(Some(Secret::new(token)));
        let answer = move |request: Request| {
            let told = access.admits(request.headers()).then(&tell);
            async move {
                match told {
                    Some(status) => {
                        ([(header::CONTENT_TYPE, "application/json")], serde_json::json!(status).to_string()).into_response()
                    }
                    None => (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, CHALLENGE)]).into_response(),
                }
            }
        };
        let routes = Router::new().route("/status", get(answer));
        let (stop, stopping) = watch::channel(false);
        Ok(Self { file, _lock: lock, server: tokio::spawn(listener.serve(routes, stopping)), _stop: stop })
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.server.abort();
        // Somebody may have removed it.
        fs::remove_file(&self.file).ok();
    }
}

/// Hexadecimal digits of so many bytes that nobody can guess.
fn random<const N: usize>() -> io::Result<String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// The beginning of the files' names: that of the store's, and what it is.
fn prefix(store: &Path) -> String {
    format!("{}.receiver-", store.file_name().unwrap_or_default().to_string_lossy())
}

/// Private to the user, and there as a whole or not at all.
fn write_place(store: &Path, place: &Place) -> io::Result<(PathBuf, fs::File)> {
    let folder = store.parent().unwrap_or(Path::new(""));
    let name = format!("{}{}", prefix(store), random::<4>()?);
    let (file, unfinished) = (folder.join(&name), folder.join(format!(".{name}")));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&unfinished).and_then(|mut open| {
        open.lock()?;
        open.write_all(serde_json::json!(place).to_string().as_bytes())?;
        fs::rename(&unfinished, &file)?;
        Ok(open)
    });
    match written {
        Ok(open) => Ok((file, open)),
        Err(error) => {
            fs::remove_file(&unfinished).ok();
            Err(error)
        }
    }
}
